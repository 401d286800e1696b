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
 * Durations of an 802.11ax cell's frames, as ns-3 computes them, for predictions.
 */

namespace ns3
{
namespace fl
{

/**
 * @param vector how an HE PPDU is sent
 * @param aid whose part of it, or SU_STA_ID
 * @return how long such PPDUs take
 */
WifiPpduTiming TimingOf(const WifiTxVector& vector, uint16_t aid);

/**
 * @param accessPoint sends, by the rate control that it has
 * @param station receives
 * @return how long downlink PPDUs and their acknowledgements take now; nothing of the uplink
 */
WifiAirtimeStation DownlinkTiming(Ptr<WifiNetDevice> accessPoint, Ptr<WifiNetDevice> station);

/**
 * @param accessPoint asks
 * @param users who may answer together
 * @param stations their addresses, as in users
 * @param guardNs guard interval of their answers [ns]
 * @param [in,out] group gets durations of triggers and of multi-station block acknowledgements
 */
void AddTriggerTiming(Ptr<WifiNetDevice> accessPoint,
                      const std::vector<WifiUplinkUser>& users,
                      const std::vector<Mac48Address>& stations,
                      uint16_t guardNs,
                      WifiAirtimeGroup& group);

/**
 * @param accessPoint sends
 * @param stations by index
 * @return best effort packets that wait for them, oldest first
 */
std::vector<WifiAirtimeWaiting> WaitingPackets(Ptr<WifiNetDevice> accessPoint,
                                               const std::vector<Mac48Address>& stations);

/**
 * @param accessPoint whose best effort traffic waits for the medium
 * @param [in,out] cell gets its inter-frame spaces: SIFS, AIFS, slots of the backoff, and what is
 *                 before a beacon
 */
void AddAccessTiming(Ptr<WifiNetDevice> accessPoint, WifiAirtimeCell& cell);

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_TIMING_H */
