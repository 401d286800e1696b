/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_SCHEDULER_H
#define FL_WIFI_SCHEDULER_H

#include "fl-wifi-link.h"

#include "ns3/event-id.h"
#include "ns3/fl-plan.h"
#include "ns3/multi-user-scheduler.h"
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
 * Uplink of an 802.11ax cell by a plan: the access point solicits every transmission by a basic
 * trigger frame that gives each station the resource unit (RU) of its grant.
 *
 * Groups of stations take turns; the group whose airtime is furthest behind its share is next. A
 * trigger asks those of a group that have something to send. The PPDU is as long as the one with
 * most needs, at most MaxPpduDuration. Downlink frames go to one station at a time, at most
 * MaxDownlinkFrames of them between two triggers.
 *
 * Idealisations: the access point knows at once how much its stations have to send, as if their
 * buffer status reports took no time, and their present signal-to-noise ratio, by which the MCS is
 * chosen at each trigger. A station whose uploads fail again and again is asked with a lower MCS.
 *
 * The trigger is sent as an HE PPDU for one: RUs outside the primary 20 MHz are lost in ns-3 after
 * a non-HT one.
 */
class WifiScheduler : public MultiUserScheduler
{
  public:
    /// A station and where it may send.
    struct User
    {
        DeviceId device; //!< which
        Ru ru;           //!< its own while its group has its turn
    };

    /// Stations that send together.
    struct Group
    {
        std::vector<User> users; //!< no two RUs overlap
        double share{0};         //!< of the airtime of all groups
    };

    /// Which MCS a device can use on so many tones now; none if it cannot be heard.
    using McsCallback = std::function<std::optional<uint8_t>(DeviceId, uint32_t)>;

    /// @return the TypeId
    static TypeId GetTypeId();

    WifiScheduler();
    ~WifiScheduler() override;

    /**
     * @param station the next device, by DeviceId
     */
    void AddStation(Ptr<WifiNetDevice> station);
    /// @param callback see there
    void SetMcsCallback(McsCallback callback);
    /**
     * @param groups who sends where from now on
     * @throws std::logic_error if two RUs of a group overlap
     */
    void SetGroups(std::vector<Group> groups);
    /**
     * @param device a device
     * @return whether it has a block-ack agreement for its uplink, so that triggers may ask it
     */
    bool IsReady(DeviceId device) const;
    /// @return how many triggers were sent
    uint64_t GetNTriggers() const;

  protected:
    void DoDispose() override;

  private:
    /// What is known of a station.
    struct Station
    {
        Ptr<WifiNetDevice> device; //!< it
        Ptr<StaWifiMac> mac;       //!< its MAC
        uint32_t failures{0};      //!< times that it was asked and nothing of it arrived since
    };

    /// A group and the airtime that it had.
    struct Turn
    {
        Group group;     //!< who
        double usedS{0}; //!< airtime so far [s], or what it would have been had it not idled
    };

    TxFormat SelectTxFormat() override;
    DlMuInfo ComputeDlMuInfo() override;
    UlMuInfo ComputeUlMuInfo() override;

    /// @return the stations of a group to be asked now
    /// @param group whose stations
    std::vector<WifiUplinkUser> SelectUsers(const Group& group);
    /// @return the group whose turn it is and that has users, or null
    /// @param users gets the stations to be asked
    Turn* NextTurn(std::vector<WifiUplinkUser>& users);
    /// Prepare the trigger. @return whether there is room for it
    /// @param users the stations to be asked
    /// @param turn of their group
    bool PrepareTrigger(const std::vector<WifiUplinkUser>& users, Turn& turn);
    /// @return how long the PPDU of such users has to be
    /// @param users the stations to be asked
    /// @param vector how they will send
    Time NeededDuration(const std::vector<WifiUplinkUser>& users, const WifiTxVector& vector) const;
    /// @return the MCS to ask a station with
    /// @param device which station
    /// @param tones of its RU
    std::optional<uint8_t> AdaptMcs(DeviceId device, uint32_t tones);
    /// @return what a station has to send [byte]
    /// @param device which station
    uint64_t Backlog(DeviceId device) const;
    /// Ask soon, unless that is under way.
    void SchedulePoll();
    /// Ask for the medium as long as a station has something to send.
    void Poll();

    std::vector<Station> m_stations;  //!< by DeviceId
    std::vector<Turn> m_turns;        //!< in turn
    McsCallback m_mcs;                //!< see there
    EventId m_poll;                   //!< the next Poll()
    CtrlTriggerHeader m_trigger;      //!< prepared
    WifiMacHeader m_triggerHeader;    //!< prepared
    WifiTxParameters m_triggerParams; //!< prepared
    Time m_maxPpduDuration;           //!< attribute
    uint32_t m_maxDownlinkFrames;     //!< attribute
    uint32_t m_downlinkFrames{0};     //!< since the last trigger
    uint16_t m_guardNs;               //!< attribute
    uint64_t m_nTriggers{0};          //!< sent
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_SCHEDULER_H */
