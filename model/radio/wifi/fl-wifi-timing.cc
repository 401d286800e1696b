/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-timing.h"

#include "fl-wifi-compat.h"

#include "ns3/ctrl-headers.h"
#include "ns3/mobility-model.h"
#include "ns3/node.h"
#include "ns3/qos-txop.h"
#include "ns3/uinteger.h"
#include "ns3/wifi-mac-header.h"
#include "ns3/wifi-mac-queue.h"
#include "ns3/wifi-mac.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-remote-station-manager.h"
#include "ns3/wifi-utils.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// All traffic is in the best effort access category.
constexpr uint8_t TID = 0;

/// MAC header of a trigger or a block ack, and FCS [byte] (IEEE 802.11-2020, 9.3.1).
constexpr uint32_t CONTROL_BYTES = 16 + 4;

/// Bitmap of a compressed block ack for a buffer of 256 MPDUs [byte].
constexpr uint8_t BITMAP_BYTES = 32;

/// Per AID TID Info of a multi-STA block ack, for a station whose MPDUs all arrived [byte].
constexpr uint32_t ALL_ACK_BYTES = 2;

} // namespace

WifiPpduTiming
TimingOf(const WifiTxVector& vector, uint16_t aid)
{
    WifiPpduTiming timing;
    constexpr double USEFUL_S = 12.8e-6; // of an HE symbol (IEEE 802.11ax-2021, 27.3.9)
    timing.symbolS = USEFUL_S + 1e-9 * GuardIntervalNs(vector);
    timing.preambleS = WifiPhy::CalculatePhyPreambleAndHeaderDuration(vector).GetSeconds();
    const double rateBps = static_cast<double>(vector.GetMode(aid).GetDataRate(vector, aid));
    timing.symbolBits = std::round(rateBps * timing.symbolS);
    return timing;
}

WifiAirtimeStation
DownlinkTiming(Ptr<WifiNetDevice> accessPoint, Ptr<WifiNetDevice> station)
{
    const auto phy = accessPoint->GetPhy();
    const auto address = accessPoint->GetMac()->GetAddress();
    WifiMacHeader header(WIFI_MAC_QOSDATA);
    header.SetAddr1(station->GetMac()->GetAddress());
    header.SetQosTid(TID);
    const auto vector = DataTxVector(accessPoint, header);
    const auto manager = station->GetRemoteStationManager();
    const auto durationS = [&](uint32_t bytes, const WifiTxVector& answer) {
        return WifiPhy::CalculateTxDuration(bytes, answer, phy->GetPhyBand()).GetSeconds();
    };
    const BlockAckType bitmap(BlockAckType::COMPRESSED, {BITMAP_BYTES});
    WifiAirtimeStation timing;
    timing.downlink = TimingOf(vector, SU_STA_ID);
    timing.blockAckS =
        durationS(GetBlockAckSize(bitmap), manager->GetBlockAckTxVector(address, vector));
    timing.ackS = durationS(GetAckSize(), manager->GetAckTxVector(address, vector));
    const auto announcer = accessPoint->GetRemoteStationManager();
    const auto rts = RtsTxVector(accessPoint, station->GetMac()->GetAddress());
    timing.rtsS = durationS(GetRtsSize(), rts);
    timing.ctsS =
        durationS(GetCtsSize(),
                  announcer->GetCtsTxVector(station->GetMac()->GetAddress(), rts.GetMode()));
    constexpr double LIGHT_M_PER_S = 299792458;
    timing.delayS = accessPoint->GetNode()->GetObject<MobilityModel>()->GetDistanceFrom(
                        station->GetNode()->GetObject<MobilityModel>()) /
                    LIGHT_M_PER_S;
    return timing;
}

void
AddTriggerTiming(Ptr<WifiNetDevice> accessPoint,
                 const std::vector<WifiUplinkUser>& users,
                 const std::vector<Mac48Address>& stations,
                 uint16_t guardNs,
                 WifiAirtimeGroup& group)
{
    const auto phy = accessPoint->GetPhy();
    const auto width = phy->GetChannelWidth();
    for (size_t n = 1; n <= users.size(); ++n)
    {
        const auto vector = UplinkTxVector({users.begin(), users.begin() + n}, width, guardNs);
        CtrlTriggerHeader trigger(TriggerFrameType::BASIC_TRIGGER, vector);
        for (auto& userInfo : trigger)
        {
            userInfo.SetBasicTriggerDepUserInfo(0, 0, AC_BE);
        }
        group.triggerS.push_back(
            WifiPhy::CalculateTxDuration(CONTROL_BYTES + trigger.GetSerializedSize(),
                                         SingleUserTxVector(width, 0),
                                         phy->GetPhyBand())
                .GetSeconds());
        const auto answer =
            accessPoint->GetRemoteStationManager()->GetBlockAckTxVector(stations.front(), vector);
        constexpr uint32_t BA_CONTROL_BYTES = 2;
        group.multiBlockAckS.push_back(
            WifiPhy::CalculateTxDuration(CONTROL_BYTES + BA_CONTROL_BYTES + ALL_ACK_BYTES * n,
                                         answer,
                                         phy->GetPhyBand())
                .GetSeconds());
    }
}

std::vector<WifiAirtimeWaiting>
WaitingPackets(Ptr<WifiNetDevice> accessPoint, const std::vector<Mac48Address>& stations)
{
    const auto queue = accessPoint->GetMac()->GetQosTxop(AC_BE)->GetWifiMacQueue();
    std::vector<std::pair<Time, WifiAirtimeWaiting>> found;
    for (uint32_t i = 0; i < stations.size(); ++i)
    {
        for (auto mpdu = PeekMpdu(queue, TID, stations[i]); mpdu;
             mpdu = PeekMpdu(queue, TID, stations[i], mpdu))
        {
            if (!mpdu->IsInFlight())
            {
                constexpr uint32_t DELIMITER_BYTES = 4;
                const double bytes = DELIMITER_BYTES + 4 * std::ceil(mpdu->GetSize() / 4.0);
                found.push_back({QueueOrder(mpdu), {i, bytes}});
            }
        }
    }
    std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first < b.first;
    });
    std::vector<WifiAirtimeWaiting> waiting;
    for (const auto& [order, packet] : found)
    {
        waiting.push_back(packet);
    }
    return waiting;
}

void
AddAccessTiming(Ptr<WifiNetDevice> accessPoint, WifiAirtimeCell& cell)
{
    const auto phy = accessPoint->GetPhy();
    const auto edca = accessPoint->GetMac()->GetQosTxop(AC_BE);
    const double slotS = phy->GetSlot().GetSeconds();
    cell.sifsS = phy->GetSifs().GetSeconds();
    cell.aifsS = cell.sifsS + AifsnOf(edca) * slotS;
    cell.slotS = slotS;
    // Nothing collides, so that the contention window stays at its minimum.
    cell.maxBackoffSlots = MinCwOf(edca);
    // Objects have no getter of the threshold; take the default, which the user may have set.
    TypeId::AttributeInformation threshold;
    WifiRemoteStationManager::GetTypeId().LookupAttributeByName("RtsCtsThreshold", &threshold);
    cell.rtsThresholdBytes =
        static_cast<double>(DynamicCast<const UintegerValue>(threshold.initialValue)->Get());
    // Beacons wait for one slot and have no backoff (ns-3's "BeaconTxop": AIFSN 1, CW 0).
    cell.beaconAccessS = cell.sifsS + slotS;
}

} // namespace fl
} // namespace ns3
