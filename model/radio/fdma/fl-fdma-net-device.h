/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_NET_DEVICE_H
#define FL_FDMA_NET_DEVICE_H

#include "fl-fdma-transmitter.h"

#include "ns3/error-model.h"
#include "ns3/fl-plan.h"
#include "ns3/mac48-address.h"
#include "ns3/mobility-model.h"
#include "ns3/net-device.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{

class Node;

namespace fl
{

class FdmaChannel;

/**
 * @ingroup fl
 * The radio of an FDMA cell's base station, or of one of its devices; see FdmaChannel for the cell.
 *
 * Frames are Ethernet II: a header of 14 bytes, which takes its time on the air, no trailer. A
 * packet of at most FdmaChannel::ControlMaxBytes goes by the control channel at once; a larger one
 * waits in the link's queue until a grant carries it. So a small packet may overtake larger ones.
 * Broadcasts of the base station go by the control channel whatever their size.
 *
 * Nothing is lost silently: a packet that finds a full queue, an unknown destination or a device
 * that is down fires MacTxDrop; one that was accepted and is thrown away when the device goes down
 * fires PhyTxDrop; one that does not reach its receiver's upper layers fires PhyRxDrop or
 * MacRxDrop.
 *
 * There is no NetDeviceQueueInterface, and hence no queue disc by default: the base station has a
 * queue per device, and stopping it for one full queue would stop all links; and an active queue
 * management would drop packets for having waited for a grant.
 */
class FdmaNetDevice : public NetDevice
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /**
     * Sink of the trace GrantChanged.
     * @param grant what the device may send or receive on from now
     */
    typedef void (*GrantTracedCallback)(const Grant& grant);

    FdmaNetDevice();
    ~FdmaNetDevice() override;

    /// @return whether it is the base station's
    bool IsBaseStation() const;
    /// @return a device's index in its cell, which is also its DeviceId where one cell is
    /// controlled
    uint32_t GetIndex() const;
    /// @return the cell
    Ptr<FdmaChannel> GetFdmaChannel() const;
    /// @return largest power that a grant may ask of it [W]
    double GetMaxTxPowerW() const;
    /// @return its power on the control channel [W]
    double GetControlTxPowerW() const;

    /// Switch it off, as an empty battery does: what waits is dropped, nothing is sent or received.
    void SetDown();
    /// Switch it on again.
    void SetUp();

    /**
     * @param direction of the link
     * @return what a device was granted, of zero bandwidth if nothing
     */
    const Grant& GetGrant(Direction direction) const;
    /// @return energy radiated on grants so far: power times airtime [J]
    double GetDataEnergyJ() const;
    /// @return energy radiated on the control channel so far: power times airtime [J]
    double GetControlEnergyJ() const;
    /// @return energy radiated so far, on grants and on the control channel [J]
    double GetRadiatedEnergyJ() const;
    /// @return time on the air on grants so far
    Time GetDataAirtime() const;
    /// @return power radiated now by a device, on its grant and on the control channel [W]
    double GetTxPowerNowW() const;
    /// @return the number of frames that wait for a grant or are being sent on one
    uint32_t GetNFrames() const;
    /// @return the number of packets dropped by the sender's side
    uint64_t GetNTxDrops() const;
    /// @return the number of frames dropped by the receiver's side
    uint64_t GetNRxDrops() const;

    /**
     * The queue of one link; made if there is none yet.
     * @param index for a base station, the device at the far end
     * @return the queue
     */
    Ptr<Queue<Packet>> GetQueue(uint32_t index = 0);

    /// @param model decides which received frames are corrupt, and may alter them
    void SetReceiveErrorModel(Ptr<ErrorModel> model);

    // For the channel and the transmitters.

    /**
     * The device's link changed.
     * @param grant what it was granted
     */
    void NotifyGrant(const Grant& grant);
    /// @param channel the cell that it is the base station of
    void AttachAsStation(Ptr<FdmaChannel> channel);
    /**
     * @param channel the cell
     * @param index its index there
     */
    void AttachAsMember(Ptr<FdmaChannel> channel, uint32_t index);
    /// @param index a device that the base station is to have a link to
    void AddLink(uint32_t index);
    /**
     * @param index of the device at the near or far end
     * @param grant its new sub-band
     */
    void SetGrant(uint32_t index, const Grant& grant);
    /// @param index of a link that may have something to send
    void ResumeLink(uint32_t index);
    /// @return the node's mobility model
    Ptr<MobilityModel> GetMobility();
    /// @param frame that arrived
    void Receive(Ptr<Packet> frame);
    /// @param frame whose first bit is sent
    void NotifyTxBegin(Ptr<const Packet> frame);
    /// @param frame whose last bit was sent
    void NotifyTxEnd(Ptr<const Packet> frame);
    /// @param frame that was accepted but will not be sent
    void NotifyTxDrop(Ptr<const Packet> frame);
    /// @param frame that can not be received
    void NotifyRxDrop(Ptr<const Packet> frame);
    /// @param watt what the control channel makes it radiate from now on
    void SetControlTxPowerNow(double watt);
    /// @param joule radiated on the control channel
    void AddControlEnergyJ(double joule);
    /// Report the power radiated, if it changed.
    void UpdateTxPower();

    // From NetDevice.
    void SetIfIndex(const uint32_t index) override;
    uint32_t GetIfIndex() const override;
    Ptr<Channel> GetChannel() const override;
    void SetAddress(Address address) override;
    Address GetAddress() const override;
    bool SetMtu(const uint16_t mtu) override;
    uint16_t GetMtu() const override;
    bool IsLinkUp() const override;
    void AddLinkChangeCallback(Callback<void> callback) override;
    bool IsBroadcast() const override;
    Address GetBroadcast() const override;
    bool IsMulticast() const override;
    Address GetMulticast(Ipv4Address group) const override;
    Address GetMulticast(Ipv6Address address) const override;
    bool IsPointToPoint() const override;
    bool IsBridge() const override;
    bool Send(Ptr<Packet> packet, const Address& destination, uint16_t protocol) override;
    bool SendFrom(Ptr<Packet> packet,
                  const Address& source,
                  const Address& destination,
                  uint16_t protocol) override;
    Ptr<Node> GetNode() const override;
    void SetNode(Ptr<Node> node) override;
    bool NeedsArp() const override;
    void SetReceiveCallback(ReceiveCallback callback) override;
    void SetPromiscReceiveCallback(PromiscReceiveCallback callback) override;
    bool SupportsSendFrom() const override;

  protected:
    void DoDispose() override;

  private:
    /// @param watt highest power of all grants together [W]; above 0
    void SetMaxTxPowerW(double watt);
    /// @param watt power on the control channel [W]; above 0
    void SetControlTxPowerW(double watt);
    /**
     * Queue a frame where it belongs.
     * @param frame the frame
     * @param destination its MAC address
     * @param isControl whether it may go by the control channel
     * @return whether it was accepted
     */
    bool Enqueue(Ptr<Packet> frame, const Mac48Address& destination, bool isControl);
    /// @param packet that is not accepted; always returns false
    /// @return false
    bool RefuseTx(Ptr<const Packet> packet);
    /// @return who a frame is for, seen from here
    /// @param destination address that the frame is for
    PacketType Classify(const Mac48Address& destination) const;
    /// Hand a frame that passed the PHY to the upper layers.
    void ForwardUp(Ptr<Packet> frame);

    Ptr<FdmaChannel> m_channel;                            //!< the cell
    Ptr<Node> m_node;                                      //!< its node
    Ptr<MobilityModel> m_mobility;                         //!< its node's, once it was needed
    Ptr<ErrorModel> m_errorModel;                          //!< corrupts received frames
    std::vector<std::unique_ptr<FdmaTransmitter>> m_links; //!< one, or one per device
    Grant m_grants[2];                                     //!< of a device, by direction
    Mac48Address m_address;                                //!< its address
    uint32_t m_index{0};                                   //!< in the cell
    uint32_t m_ifIndex{0};                                 //!< in the node
    uint16_t m_mtu{1500};                                  //!< [byte]
    bool m_isStation{false};                               //!< whether it is the base station's
    bool m_isUp{true};                                     //!< whether it is switched on
    double m_maxTxPowerW{0};                               //!< for grants
    double m_controlTxPowerW{0};                           //!< on the control channel
    double m_controlTxPowerNowW{0};                        //!< radiated on the control channel now
    double m_txPowerNowW{0};                               //!< as last reported
    double m_controlEnergyJ{0};                            //!< so far
    uint64_t m_txDrops{0};                                 //!< so far
    uint64_t m_rxDrops{0};                                 //!< so far
    ReceiveCallback m_receive;                             //!< the upper layers
    PromiscReceiveCallback m_promiscReceive;               //!< the upper layers, promiscuous

    TracedCallback<> m_linkChange;                           //!< link goes up or down
    TracedCallback<const Grant&> m_grantChanged;             //!< trace GrantChanged
    TracedCallback<double, double> m_txPowerTrace;           //!< trace TxPower
    TracedCallback<Ptr<const Packet>> m_macTxTrace;          //!< trace MacTx
    TracedCallback<Ptr<const Packet>> m_macTxDropTrace;      //!< trace MacTxDrop
    TracedCallback<Ptr<const Packet>> m_macPromiscRxTrace;   //!< trace MacPromiscRx
    TracedCallback<Ptr<const Packet>> m_macRxTrace;          //!< trace MacRx
    TracedCallback<Ptr<const Packet>> m_macRxDropTrace;      //!< trace MacRxDrop
    TracedCallback<Ptr<const Packet>> m_phyTxBeginTrace;     //!< trace PhyTxBegin
    TracedCallback<Ptr<const Packet>> m_phyTxEndTrace;       //!< trace PhyTxEnd
    TracedCallback<Ptr<const Packet>> m_phyTxDropTrace;      //!< trace PhyTxDrop
    TracedCallback<Ptr<const Packet>> m_phyRxEndTrace;       //!< trace PhyRxEnd
    TracedCallback<Ptr<const Packet>> m_phyRxDropTrace;      //!< trace PhyRxDrop
    TracedCallback<Ptr<const Packet>> m_snifferTrace;        //!< trace Sniffer
    TracedCallback<Ptr<const Packet>> m_promiscSnifferTrace; //!< trace PromiscSniffer
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_NET_DEVICE_H */
