/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_CHANNEL_H
#define FL_FDMA_CHANNEL_H

#include "fl-fdma-medium.h"
#include "fl-fdma-radio.h"

#include "ns3/channel.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-planned-interference.h"
#include "ns3/mac48-address.h"
#include "ns3/nstime.h"
#include "ns3/object-factory.h"
#include "ns3/propagation-delay-model.h"
#include "ns3/propagation-loss-model.h"

#include <unordered_map>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * One cell: the base station, its devices, and the paired uplink and downlink bands between them.
 *
 * Each direction has a band of B [Hz]. A fraction of it, the control share, is a standing common
 * control channel (FdmaControlBand) for packets of at most ControlMaxBytes, so that a device
 * without a grant stays reachable. What remains is planned: each grant is a private sub-band of it,
 * with a total power p [W] of its own, on which a frame of s bits takes s / r seconds,
 *
 *     r = B log2(1 + p g / (N0 B)),
 *
 * g being the gain of the PropagationLossModel chain between the two nodes' mobility models.
 *
 * Idealisations:
 * - coding reaches Shannon's rate with no error and no delay; sub-bands are flat and do not leak.
 *   Other cells disturb where an FdmaMedium is shared, and r follows from SINR;
 * - the sender knows g when it starts a frame (or a segment of one, see MinSegment);
 * - the frame's Ethernet header of 14 bytes is sent at the same rate; no other overhead exists;
 * - the common control channel has no collisions, and grants are known without being sent;
 * - frames between devices are not relayed: traffic between devices must be routed.
 *
 * The cost of a unicast frame does not depend on the number of devices.
 */
class FdmaChannel : public Channel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    FdmaChannel();
    ~FdmaChannel() override;

    /**
     * @param station the base station's device; to be set once, before devices are added
     */
    void SetBaseStation(Ptr<FdmaRadio> station);
    /**
     * @param device a device that joins the cell
     * @return its index in the cell: the number of devices added before
     */
    uint32_t Add(Ptr<FdmaRadio> device);
    /// @return the base station's device
    Ptr<FdmaRadio> GetBaseStation() const;
    /**
     * @param index a device's index
     * @return the device
     */
    Ptr<FdmaRadio> GetMember(uint32_t index) const;
    /// @return the number of devices, the base station not counted
    uint32_t GetNMembers() const;
    /**
     * @param address a MAC address
     * @param [out] index the index of the device that has it
     * @return whether a device of the cell has it
     */
    bool FindMember(const Mac48Address& address, uint32_t& index) const;
    /**
     * A device changed its address.
     * @param index its index
     * @param from the old address
     * @param to the new address
     */
    void ChangeAddress(uint32_t index, const Mac48Address& from, const Mac48Address& to);

    /**
     * Give a device a private sub-band in one direction; a bandwidth or a power of 0 takes it away.
     * A frame on the air continues at the new rate.
     * @param index the device's index
     * @param grant bandwidth and power; the place in the band matters where there is a medium
     * @throws InvalidInput if bandwidth or power is negative or not finite
     */
    void SetGrant(uint32_t index, const Grant& grant);

    /**
     * @param index a device's index
     * @param direction of the link
     * @return power gain now: received over transmitted power, a ratio
     * @throws InvalidInput if one of the two nodes has no MobilityModel
     */
    double GetGain(uint32_t index, Direction direction) const;
    /**
     * @param index a device's index
     * @return whether the gain of its link changes only if one of the two nodes is moved: the cell
     *         is alone, both have a ConstantPositionMobilityModel, and all models of the chain
     * depend on places alone (path loss, shadowing). Attributes of these models must not change
     * during a frame
     */
    bool HasFixedGain(uint32_t index) const;
    /**
     * A node was moved whose gain was fixed.
     * @param device its device
     */
    void NotifyMoved(const FdmaRadio& device) const;
    /**
     * @param index a device's index
     * @param direction of the link
     * @return the propagation delay now; 0 without a delay model
     */
    Time GetDelay(uint32_t index, Direction direction) const;

    /**
     * Deliver a frame whose last bit was sent to the receiver, after the propagation delay.
     * @param frame the frame; the receiver gets a copy
     * @param index the device at the near or far end
     * @param direction of the link
     */
    void Deliver(Ptr<const Packet> frame, uint32_t index, Direction direction) const;

    /// @return N0 [W/Hz]
    double GetNoiseWPerHz() const;
    /// @return the width of one direction's band, control share included [Hz]
    /// @param direction uplink or downlink
    double GetBandwidthHz(Direction direction) const;
    /// @return bandwidth that can be planned in one direction: the band less the control share [Hz]
    /// @param direction uplink or downlink
    double GetPlannedBandwidthHz(Direction direction) const;
    /// @return the width of one direction's control band [Hz]
    /// @param direction uplink or downlink
    double GetControlBandwidthHz(Direction direction) const;
    /// @return the base station's total power over the planned band [W]
    double GetStationTxPowerW() const;
    /// @return the base station's power on the control band: the same density [W]
    double GetStationControlTxPowerW() const;
    /// @return one direction's control band
    /// @param direction uplink or downlink
    FdmaControlBand& GetControlBand(Direction direction) const;

    /// @return size of the largest packet that goes by the control band [byte]
    uint32_t GetControlMaxBytes() const
    {
        return m_controlMaxBytes;
    }

    /// @return lowest rate at which the control band serves a device [bit/s]
    double GetControlMinRateBps() const
    {
        return m_controlMinRateBps;
    }

    /// @return most frames that wait for one direction's control band
    uint32_t GetControlQueueSize() const
    {
        return m_controlQueueSize;
    }

    /// @return rate below which a link counts as dead [bit/s]
    double GetMinRateBps() const
    {
        return m_minRateBps;
    }

    /// @return time after which the rate of a dead link is computed again
    Time GetRetryInterval() const
    {
        return m_retryInterval;
    }

    /// @return shortest time for which a long frame is sent at one rate
    Time GetMinSegment() const
    {
        return m_minSegment;
    }

    /// @return longest time for which a long frame is sent at one rate
    Time GetMaxSegment() const
    {
        return m_maxSegment;
    }

    /// @return factory of the queue of a link
    const ObjectFactory& GetQueueFactory() const
    {
        return m_queueFactory;
    }

    /**
     * @param index a device's index
     * @param grant what its link, in the grant's direction, sends on
     * @return the link as the medium sees it
     */
    FdmaLink LinkOf(uint32_t index, const Grant& grant) const;
    /**
     * @param index a device's index
     * @param grant what its link, in the grant's direction, sends on
     * @param gain GetGain() of now
     * @return Shannon's rate now, with the interference on the medium, if there is one [bit/s]
     */
    double GetRateBps(uint32_t index, const Grant& grant, double gain) const;

    /// @return where its data bands begin in the medium
    BandOffset GetBandOffset() const
    {
        return {m_uplinkOffsetHz, m_downlinkOffsetHz};
    }

    /// @param medium that cells share; none: nobody disturbs this one
    void SetMedium(Ptr<FdmaMedium> medium);
    /// @return the medium
    const Ptr<FdmaMedium>& GetMedium() const;

    /// @param loss the first model of the chain; none: gain 1
    void SetPropagationLoss(Ptr<PropagationLossModel> loss);
    /// @return the first model of the chain
    Ptr<PropagationLossModel> GetPropagationLoss() const;
    /// @param delay the delay model; none: no delay
    void SetPropagationDelay(Ptr<PropagationDelayModel> delay);
    /// @return the delay model
    Ptr<PropagationDelayModel> GetPropagationDelay() const;

    /**
     * Assign fixed random variable streams to the propagation models.
     * @param stream index of the first stream
     * @return number of streams assigned
     */
    int64_t AssignStreams(int64_t stream);

    // From Channel: the base station is device 0, then come the others.
    std::size_t GetNDevices() const override;
    Ptr<NetDevice> GetDevice(std::size_t i) const override;

  protected:
    void DoDispose() override;

  private:
    /// @return default of the attribute Queue
    static ObjectFactory DefaultQueueFactory();
    /// @param hz width of the uplink's band, control share included [Hz]; above 0
    void SetUplinkBandwidthHz(double hz);
    /// @return the same [Hz]
    double GetUplinkBandwidthHz() const;
    /// @param hz width of the downlink's band, control share included [Hz]; above 0
    void SetDownlinkBandwidthHz(double hz);
    /// @return the same [Hz]
    double GetDownlinkBandwidthHz() const;
    /// @param dbmPerHz density of the noise [dBm/Hz]
    void SetNoiseDensityDbm(double dbmPerHz);
    /// @return the same [dBm/Hz]
    double GetNoiseDensityDbm() const;
    /// @param share of each band that is the control channel; above 0, below 1
    void SetControlShare(double share);
    /// @return the same
    double GetControlShare() const;
    /// @param watt total power of the base station over the planned band [W]; above 0
    void SetStationTxPowerW(double watt);

    std::vector<Ptr<FdmaRadio>> m_members;            //!< devices, by index
    std::unordered_map<uint64_t, uint32_t> m_indexOf; //!< by MAC address
    Ptr<FdmaRadio> m_station;                         //!< the base station
    Ptr<PropagationLossModel> m_loss;                 //!< chain of gains
    Ptr<PropagationDelayModel> m_delay;               //!< propagation delay
    Ptr<FdmaMedium> m_medium;                         //!< attribute Medium
    double m_uplinkOffsetHz{0};                       //!< attribute UplinkOffset
    double m_downlinkOffsetHz{0};                     //!< attribute DownlinkOffset
    ObjectFactory m_queueFactory;                     //!< makes a link's queue
    double m_bandwidthHz[2]{20e6, 20e6};              //!< by direction
    double m_noiseDbmPerHz{-174};                     //!< N0 as the user gave it
    double m_noiseWPerHz{0};                          //!< N0
    double m_controlShare{0.05};                      //!< of each band
    double m_stationTxPowerW{1};                      //!< over the planned band
    double m_minRateBps{1};                           //!< a link slower than that is dead
    double m_controlMinRateBps{1e4};                  //!< the same on the control band
    uint32_t m_controlMaxBytes{128};                  //!< largest packet on the control band
    uint32_t m_controlQueueSize{100000};              //!< frames per direction
    Time m_retryInterval;                             //!< attribute RetryInterval
    Time m_minSegment;                                //!< attribute MinSegment
    Time m_maxSegment;                                //!< attribute MaxSegment
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_CHANNEL_H */
