/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_RADIO_H
#define FL_FDMA_RADIO_H

#include "ns3/fl-plan.h"
#include "ns3/mobility-model.h"
#include "ns3/net-device.h"
#include "ns3/traced-callback.h"

#include <cstdint>

namespace ns3
{
namespace fl
{

class FdmaChannel;
class FdmaControlBand;

/**
 * @ingroup fl
 * The physical layer of a net device in an FDMA cell, as channel, control band and transmitters see
 * it: its place, its transmit powers, the energy it radiates, and the traces of its PHY.
 * FdmaNetDevice derives from it and adds links, frames and the interface to the upper layers.
 */
class FdmaRadio : public NetDevice
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /**
     * Sink of the trace GrantChanged.
     * @param grant what the device may send or receive on from now on; bandwidth 0: nothing
     */
    typedef void (*GrantTracedCallback)(const Grant& grant);

    FdmaRadio();
    ~FdmaRadio() override;

    /// @return whether it is the base station's
    bool IsBaseStation() const;
    /// @return a device's index in its cell, which is also its DeviceId where one cell is
    /// controlled; 0 for a base station
    uint32_t GetIndex() const;
    /// @return maximum transmit power of a grant [W]
    double GetMaxTxPowerW() const;
    /// @return its power on the control channel [W]
    double GetControlTxPowerW() const;
    /// @return energy radiated on the control channel so far: power times airtime [J]
    double GetControlEnergyJ() const;
    /// @return power radiated now by a device, on its grant and on the control channel [W]; 0 for a
    /// base station, whose power is not traced
    double GetTxPowerNowW() const;
    /**
     * @param direction of the link
     * @return a device's grant; of zero bandwidth where it has none
     */
    const Grant& GetGrant(Direction direction) const;
    /// @return the number of packets dropped before or during transmission (MacTxDrop, PhyTxDrop)
    uint64_t GetNTxDrops() const;
    /// @return the number of frames dropped at reception (PhyRxDrop, MacRxDrop)
    uint64_t GetNRxDrops() const;
    /**
     * @return the node's mobility model
     * @throws InvalidInput if the node has none
     */
    Ptr<MobilityModel> GetMobility();
    /// @return whether the node stays where it is until it is moved, of which the channel is told
    bool HasFixedPosition();

    // For the channel, its control bands and the transmitters.

    /// @param channel the cell that it is the base station of
    virtual void AttachAsStation(Ptr<FdmaChannel> channel) = 0;
    /**
     * @param channel the cell that it is a device of
     * @param index its index there
     */
    virtual void AttachAsMember(Ptr<FdmaChannel> channel, uint32_t index) = 0;
    /// @return the cell; null before it is attached
    virtual Ptr<FdmaChannel> GetFdmaChannel() const = 0;
    /**
     * @param direction uplink or downlink
     * @return the control band of that direction, which a base station has
     */
    virtual FdmaControlBand& GetControlBand(Direction direction) = 0;
    /// @param index of a device that the base station is to have a link to
    virtual void AddLink(uint32_t index) = 0;
    /**
     * Give a link another sub-band.
     * @param index of the device at the near or far end
     * @param grant bandwidth and power from now on
     */
    virtual void SetGrant(uint32_t index, const Grant& grant) = 0;
    /// @return energy radiated on a link's grants so far: power times airtime [J]
    /// @param index of the device at the near or far end
    virtual double GetLinkEnergyJ(uint32_t index) const = 0;
    /// @param index of a link that may have something to send
    virtual void ResumeLink(uint32_t index) = 0;
    /// @param index of a link whose gain changes although it was fixed
    virtual void RenewRate(uint32_t index) = 0;
    /// @param frame whose last bit arrived
    virtual void Receive(Ptr<Packet> frame) = 0;
    /// Report the power radiated, if it changed.
    virtual void UpdateTxPower() = 0;

    /**
     * A device's grant changed, or was given again; fires GrantChanged if bandwidth or power
     * differ.
     * @param grant the new one
     */
    void NotifyGrant(const Grant& grant);
    /// @param frame whose first bit is sent
    void NotifyTxBegin(Ptr<const Packet> frame);
    /// @param frame whose last bit was sent
    void NotifyTxEnd(Ptr<const Packet> frame);
    /// @param frame that was accepted but will not be sent
    void NotifyTxDrop(Ptr<const Packet> frame);
    /// @param frame that can not be received
    void NotifyRxDrop(Ptr<const Packet> frame);
    /// @param watt power radiated on the control channel from now on [W]; 0: nothing is sent
    void SetControlTxPowerNow(double watt);
    /// @param joule radiated on the control channel [J]
    void AddControlEnergyJ(double joule);

  protected:
    void DoDispose() override;

    /// It is the base station's.
    void BecomeStation();
    /// @param index of the device in its cell
    void SetIndex(uint32_t index);
    /**
     * @param watt highest power of an uplink grant [W]
     * @throws InvalidInput if it is not finite and above 0
     */
    void SetMaxTxPowerW(double watt);
    /**
     * @param watt power on the control channel [W]
     * @throws InvalidInput if it is not finite and above 0
     */
    void SetControlTxPowerW(double watt);
    /**
     * Fire TxPower if the sum of the power on the grant and that on the control channel changed.
     * @param dataTxPowerW radiated on the grant now [W]
     */
    void ReportTxPower(double dataTxPowerW);
    /// A packet was refused before transmission.
    void CountTxDrop();
    /// A frame was dropped above the PHY.
    void CountRxDrop();

    TracedCallback<Ptr<const Packet>> m_phyTxBeginTrace;     //!< trace PhyTxBegin
    TracedCallback<Ptr<const Packet>> m_phyTxEndTrace;       //!< trace PhyTxEnd
    TracedCallback<Ptr<const Packet>> m_phyTxDropTrace;      //!< trace PhyTxDrop
    TracedCallback<Ptr<const Packet>> m_phyRxEndTrace;       //!< trace PhyRxEnd
    TracedCallback<Ptr<const Packet>> m_phyRxDropTrace;      //!< trace PhyRxDrop
    TracedCallback<Ptr<const Packet>> m_snifferTrace;        //!< trace Sniffer
    TracedCallback<Ptr<const Packet>> m_promiscSnifferTrace; //!< trace PromiscSniffer

  private:
    /// Sink of the mobility model's CourseChange, where the position is fixed.
    /// @param mobility the node's
    void HandleCourseChange(Ptr<const MobilityModel> mobility);
    /// The node was moved: tell the channel.
    virtual void NotifyMoved() = 0;

    /// What HasFixedPosition() found.
    enum Position : uint8_t
    {
        UNKNOWN, //!< not asked yet
        FIXED,   //!< until CourseChange, which is watched
        MOVING   //!< it may change at any time
    };

    Ptr<MobilityModel> m_mobility;  //!< the node's; looked up at first use
    Position m_position{UNKNOWN};   //!< see HasFixedPosition
    Grant m_grants[2];              //!< of a device, by direction
    uint32_t m_index{0};            //!< in the cell
    bool m_isStation{false};        //!< whether it is the base station's
    double m_maxTxPowerW{0};        //!< for grants [W]
    double m_controlTxPowerW{0};    //!< on the control channel [W]
    double m_controlTxPowerNowW{0}; //!< radiated on the control channel now [W]
    double m_txPowerNowW{0};        //!< as last reported [W]
    double m_controlEnergyJ{0};     //!< radiated on the control channel so far [J]
    uint64_t m_txDrops{0};          //!< packets, so far
    uint64_t m_rxDrops{0};          //!< frames, so far

    TracedCallback<const Grant&> m_grantChanged;   //!< trace GrantChanged
    TracedCallback<double, double> m_txPowerTrace; //!< trace TxPower
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_RADIO_H */
