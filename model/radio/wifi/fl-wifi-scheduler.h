/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_SCHEDULER_H
#define FL_WIFI_SCHEDULER_H

#include "fl-wifi-link.h"
#include "fl-wifi-scheduler-base.h"

#include "ns3/event-id.h"
#include "ns3/fl-plan.h"
#include "ns3/sta-wifi-mac.h"
#include "ns3/wifi-net-device.h"

#include <functional>
#include <optional>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Schedules the uplink of an 802.11ax cell by a plan: the access point solicits every transmission
 * by a Basic Trigger frame that allocates each station the resource unit (RU) of its grant.
 *
 * Groups of stations take turns; next is the group with the least airtime over share. A trigger
 * addresses those stations of a group that have data to send. The PPDU is as long as the largest of
 * their queues needs, at most MaxPpduDuration. Downlink frames go to one station at a time, at most
 * MaxDownlinkFrames of them between two triggers.
 *
 * Idealisations: the access point knows the queues of its stations without delay, as if buffer
 * status reports took no time, and their present signal-to-noise ratio, by which the MCS is chosen
 * at each trigger. A station whose transmissions fail repeatedly is triggered with a lower MCS.
 *
 * The trigger is sent in an HE SU PPDU: in ns-3, RUs outside the primary 20 MHz are lost after a
 * trigger in a non-HT PPDU.
 */
class WifiScheduler : public WifiSchedulerBase
{
  public:
    /// A station and its RU.
    struct User
    {
        DeviceId device; //!< the station
        Ru ru;           //!< where it sends when its group is triggered
    };

    /// Stations that send together.
    struct Group
    {
        std::vector<User> users; //!< no two RUs overlap
        double share{0};         //!< fraction of the airtime of all groups
    };

    /// @return highest MCS that a device can use now on an RU of so many tones; none: out of range
    using McsCallback = std::function<std::optional<uint8_t>(DeviceId, uint32_t)>;

    /// @return the TypeId
    static TypeId GetTypeId();

    WifiScheduler();
    ~WifiScheduler() override;

    /**
     * @param station a device; its DeviceId is the number of devices added before
     */
    void AddStation(Ptr<WifiNetDevice> station);
    /// @param callback by which the MCS of an uplink transmission is chosen
    void SetMcsCallback(McsCallback callback);
    /**
     * @param groups stations and RUs from now on
     * @throws std::logic_error if two RUs of a group overlap
     */
    void SetGroups(std::vector<Group> groups);
    /**
     * @param device a device
     * @return whether it has a block ack agreement for its uplink, which triggers require
     */
    bool IsReady(DeviceId device) const;
    /// @return number of triggers sent so far
    uint64_t GetNTriggers() const;

  protected:
    void DoDispose() override;

  private:
    /// A station of the cell.
    struct Station
    {
        Ptr<WifiNetDevice> device; //!< its net device
        Ptr<StaWifiMac> mac;       //!< its MAC
        uint32_t failures{0};      //!< triggers without an answer, since the last answer
    };

    /// A group and the airtime that it has had.
    struct Turn
    {
        Group group;     //!< stations and RUs
        double usedS{0}; //!< airtime so far [s], idle time credited as if used
    };

    TxFormat SelectTxFormat() override;
    DlMuInfo ComputeDlMuInfo() override;
    UlMuInfo ComputeUlMuInfo() override;

    /// @return the stations of a group that can be triggered now
    /// @param group the group
    std::vector<WifiUplinkUser> SelectUsers(const Group& group);
    /// @return the next group that has stations to trigger; null: none has
    /// @param [out] users these stations
    Turn* NextTurn(std::vector<WifiUplinkUser>& users);
    /// Prepare the trigger frame.
    /// @param users the stations to be triggered
    /// @param turn their group
    /// @return whether trigger and answer fit into the available time
    bool PrepareTrigger(const std::vector<WifiUplinkUser>& users, Turn& turn);
    /// @return duration of the PPDU that holds the largest of the stations' queues
    /// @param users the stations to be triggered
    /// @param vector TXVECTOR of their PPDUs
    Time NeededDuration(const std::vector<WifiUplinkUser>& users, const WifiTxVector& vector) const;
    /// @return the MCS to trigger a station with: that of the callback, less for failures; none:
    /// out of range
    /// @param device the station
    /// @param tones of its RU
    std::optional<uint8_t> AdaptMcs(DeviceId device, uint32_t tones);
    /// @return size of a station's uplink queue [byte]
    /// @param device the station
    uint64_t Backlog(DeviceId device) const;
    /// Schedule Poll(), unless it is scheduled.
    void SchedulePoll();
    /// Request channel access while a station has data to send.
    void Poll();

    std::vector<Station> m_stations;  //!< by DeviceId
    std::vector<Turn> m_turns;        //!< the groups
    McsCallback m_mcs;                //!< chooses MCSs
    EventId m_poll;                   //!< the next Poll()
    CtrlTriggerHeader m_trigger;      //!< of the next trigger
    WifiMacHeader m_triggerHeader;    //!< of the next trigger
    WifiTxParameters m_triggerParams; //!< of the next trigger
    Time m_maxPpduDuration;           //!< attribute MaxPpduDuration
    uint32_t m_maxDownlinkFrames;     //!< attribute MaxDownlinkFrames
    uint32_t m_downlinkFrames{0};     //!< since the last trigger
    uint16_t m_guardNs;               //!< attribute GuardInterval [ns]
    uint64_t m_nTriggers{0};          //!< sent so far
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_SCHEDULER_H */
