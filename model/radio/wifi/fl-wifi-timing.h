/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_TIMING_H
#define FL_WIFI_TIMING_H

#include "fl-wifi-airtime.h"
#include "fl-wifi-link.h"

#include "ns3/wifi-net-device.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Durations of the frames of an 802.11ax cell, by ns-3's own functions, for predictions.
 */

namespace ns3
{
namespace fl
{

/**
 * @param vector TXVECTOR of an HE PPDU
 * @param aid association id of the user in it, or SU_STA_ID
 * @return timing of such PPDUs
 */
WifiPpduTiming TimingOf(const WifiTxVector& vector, uint16_t aid);

/**
 * @param accessPoint the sender; its rate control chooses the MCS
 * @param station the receiver
 * @return durations of downlink PPDUs and their acknowledgements now; the uplink's members keep
 *         their defaults
 */
WifiAirtimeStation DownlinkTiming(Ptr<WifiNetDevice> accessPoint, Ptr<WifiNetDevice> station);

/**
 * @param accessPoint sends the triggers
 * @param users the stations of a group
 * @param stations their MAC addresses, in the order of users
 * @param guardNs guard interval of their PPDUs [ns], 1600 or 3200
 * @param [in,out] group durations of triggers and of multi-STA block acks are added, by number of
 *                 stations addressed
 */
void AddTriggerTiming(Ptr<WifiNetDevice> accessPoint,
                      const std::vector<WifiUplinkUser>& users,
                      const std::vector<Mac48Address>& stations,
                      uint16_t guardNs,
                      WifiAirtimeGroup& group);

/**
 * @param accessPoint the access point
 * @param stations MAC addresses, by index
 * @return packets in its best effort queue (AC_BE) for them, oldest first
 */
std::vector<WifiAirtimeWaiting> WaitingPackets(Ptr<WifiNetDevice> accessPoint,
                                               const std::vector<Mac48Address>& stations);

/**
 * @param accessPoint the access point
 * @param [in,out] cell SIFS, AIFS and backoff of its best effort queue (AC_BE), and the access time
 *                 of a beacon, are set
 */
void AddAccessTiming(Ptr<WifiNetDevice> accessPoint, WifiAirtimeCell& cell);

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_TIMING_H */
