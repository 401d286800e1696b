/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_NET_DEVICE_H
#define FL_FDMA_NET_DEVICE_H

#include "fl-fdma-control-band.h"
#include "fl-fdma-radio.h"
#include "fl-fdma-transmitter.h"

#include "ns3/error-model.h"
#include "ns3/mac48-address.h"
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
class FdmaNetDevice : public FdmaRadio
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    FdmaNetDevice();
    ~FdmaNetDevice() override;

    /// Switch it off, as a depleted battery does: queued frames are dropped, nothing is sent or
    /// received.
    void SetDown();
    /// Switch it on again.
    void SetUp();

    /// @return energy radiated on grants so far: power times airtime [J]
    double GetDataEnergyJ() const;
    /// @return energy radiated so far, on grants and on the control channel [J]
    double GetRadiatedEnergyJ() const;
    /// @return time on the air on grants so far
    Time GetDataAirtime() const;
    /// @return the number of frames that wait for a grant or are being sent on one
    uint32_t GetNFrames() const;
    /**
     * The queue of one link; made if there is none yet.
     * @param index for a base station, the device at the far end
     * @return the queue
     */
    Ptr<Queue<Packet>> GetQueue(uint32_t index = 0);

    /// @param model decides which received frames are corrupt, and may alter them
    void SetReceiveErrorModel(Ptr<ErrorModel> model);

    // From FdmaRadio.
    void AttachAsStation(Ptr<FdmaChannel> channel) override;
    void AttachAsMember(Ptr<FdmaChannel> channel, uint32_t index) override;
    Ptr<FdmaChannel> GetFdmaChannel() const override;
    FdmaControlBand& GetControlBand(Direction direction) override;
    void AddLink(uint32_t index) override;
    void SetGrant(uint32_t index, const Grant& grant) override;
    double GetLinkEnergyJ(uint32_t index) const override;
    void ResumeLink(uint32_t index) override;
    void RenewRate(uint32_t index) override;
    void Receive(Ptr<Packet> frame) override;
    void UpdateTxPower() override;

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
    void NotifyMoved() override;
    /**
     * Queue a frame for the control channel or for its link's grant.
     * @param frame the frame
     * @param destination MAC address that it is for
     * @param isControl whether it may go by the control channel
     * @return whether it was accepted
     */
    bool Enqueue(Ptr<Packet> frame, const Mac48Address& destination, bool isControl);
    /// Count and trace a packet that is not accepted.
    /// @param packet the packet
    /// @return false
    bool RefuseTx(Ptr<const Packet> packet);
    /// @return the type of a received frame: for this host, another one, a group or all
    /// @param destination MAC address in the frame
    PacketType Classify(const Mac48Address& destination) const;
    /// Pass a frame that the PHY received to the upper layers.
    /// @param frame with its Ethernet header
    void ForwardUp(Ptr<Packet> frame);

    Ptr<FdmaChannel> m_channel;                            //!< the cell
    Ptr<Node> m_node;                                      //!< its node
    Ptr<ErrorModel> m_errorModel;                          //!< corrupts received frames
    std::unique_ptr<FdmaControlBand> m_controlBands[2];    //!< of a base station, by direction
    std::vector<std::unique_ptr<FdmaTransmitter>> m_links; //!< one, or one per device
    Mac48Address m_address;                                //!< its address
    uint32_t m_ifIndex{0};                                 //!< in the node
    uint16_t m_mtu{1500};                                  //!< [byte]
    bool m_isUp{true};                                     //!< whether it is switched on
    ReceiveCallback m_receive;                             //!< the upper layers
    PromiscReceiveCallback m_promiscReceive;               //!< the upper layers, promiscuous

    TracedCallback<> m_linkChange;                         //!< link goes up or down
    TracedCallback<Ptr<const Packet>> m_macTxTrace;        //!< trace MacTx
    TracedCallback<Ptr<const Packet>> m_macTxDropTrace;    //!< trace MacTxDrop
    TracedCallback<Ptr<const Packet>> m_macPromiscRxTrace; //!< trace MacPromiscRx
    TracedCallback<Ptr<const Packet>> m_macRxTrace;        //!< trace MacRx
    TracedCallback<Ptr<const Packet>> m_macRxDropTrace;    //!< trace MacRxDrop
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_NET_DEVICE_H */
