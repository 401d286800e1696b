/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_AIRTIME_H
#define FL_WIFI_AIRTIME_H

#include "fl-wifi-ppdu.h"

#include "ns3/fl-transport-profile.h"
#include "ns3/fl-window-growth.h"

#include <cstdint>
#include <limits>
#include <vector>

/**
 * @file
 * @ingroup fl
 * A small discrete-event model of a round on an 802.11ax channel whose uplink is solicited by
 * triggers, exchange by exchange, by which the rate model for Wi-Fi predicts. No ns-3 in it: the
 * durations of frames are parameters.
 */

namespace ns3
{
namespace fl
{

/// A station: its links, and its transfers in the round.
struct WifiAirtimeStation
{
    WifiPpduTiming uplink;   //!< PPDUs on its RU
    double uplinkHz{0};      //!< bandwidth of its RU, times its group's share of airtime [Hz]
    WifiPpduTiming downlink; //!< PPDUs from the access point
    double blockAckS{0};     //!< duration of its block ack of a downlink A-MPDU [s]
    double ackS{0};          //!< duration of its ack of a single MPDU [s]
    double rtsS{0};          //!< duration of an RTS to it [s]
    double ctsS{0};          //!< duration of its CTS [s]
    double uplinkSuccess{1}; //!< probability that an uplink MPDU arrives, above 0
    double delayS{0};        //!< propagation delay, one way [s]; orders simultaneous arrivals
    double startS{0};        //!< when the access point begins its download [s]
    double downloadBytes{0}; //!< size of the download, headers included [byte]; 0: none
    double computeS{0};      //!< time from the end of the download to the upload [s]
    double uploadBytes{0};   //!< size of the upload, headers included [byte]; 0: none
};

/// Stations that are addressed by one trigger, and their share of the airtime.
struct WifiAirtimeGroup
{
    std::vector<uint32_t> stations;     //!< indices of stations
    double share{0};                    //!< fraction of the airtime of all groups, above 0
    std::vector<double> triggerS;       //!< of a trigger, by number of stations less 1 [s]
    std::vector<double> multiBlockAckS; //!< of a multi-STA block ack, likewise [s]
};

/// A packet that waits at the access point when the round begins.
struct WifiAirtimeWaiting
{
    uint32_t station{0};     //!< index of its receiver
    double subframeBytes{0}; //!< as a subframe of an A-MPDU [byte]
};

/// The cell: stations, and parameters of channel access.
struct WifiAirtimeCell
{
    std::vector<WifiAirtimeStation> stations; //!< by index
    std::vector<WifiAirtimeGroup> groups;     //!< stations that are triggered together
    std::vector<WifiAirtimeWaiting> waiting;  //!< oldest first
    TransportProfile transport;               //!< headers, windows and acknowledgements
    double nowS{0};                           //!< when the round begins [s]
    double busyUntilS{0};                     //!< the medium is in use until then [s]
    double sifsS{16e-6};                      //!< between the frames of an exchange [s]
    double aifsS{43e-6};                      //!< between two exchanges, before the backoff [s]
    double slotS{9e-6};                       //!< duration of a backoff slot [s]
    uint32_t maxBackoffSlots{15};             //!< backoffs are uniform from 0 to this
    double beaconAccessS{25e-6};              //!< time between an exchange and a beacon [s]
    double beaconS{0};                        //!< duration of a beacon [s]; 0: there are none
    double beaconIntervalS{1};                //!< [s]
    double nextBeaconS{0};                    //!< when the next one is due [s]
    double maxPpduS{5.484e-3};                //!< longest PPDU [s]
    /// Longer A-MPDUs are preceded by RTS and CTS (dot11RTSThreshold) [byte].
    double rtsThresholdBytes{std::numeric_limits<double>::infinity()};
    uint32_t maxDownlinkFrames{8}; //!< most between two triggers, if a station has uplink data
    uint32_t maxMpdus{256};        //!< in an A-MPDU: window of a block-ack agreement
};

/// A station's times in a round; infinite where a transfer does not end.
struct WifiAirtimeResult
{
    double downloadS{0}; //!< from startS until all of the download has arrived [s]
    double uploadS{0};   //!< from the end of computing until all of it has arrived [s]
    double airtimeS{0};  //!< of the station's PPDUs, acks and CTSs [s]
};

/**
 * @ingroup fl
 * Simulate a round, exchange by exchange.
 *
 * The access point sends to one station at a time, first come first served, all packets queued for
 * that station in one A-MPDU. Once its downlink queue is empty or maxDownlinkFrames were sent, it
 * triggers the group with the least airtime over share among those with uplink data. All stations
 * of the group send until the largest of their queues is sent, or for maxPpduS. Messages are cut
 * into segments; receivers acknowledge by the transport's rules, and acknowledgements are queued
 * like other packets; windows start with the transport profile's and grow by WindowGrowth.
 *
 * Losses are not simulated, but for uplinkSuccess, which slows the uplink down in proportion.
 *
 * Costs O(packets + exchanges * stations).
 *
 * @param cell the cell
 * @param seed of the pseudo-random backoffs
 * @return by station
 */
std::vector<WifiAirtimeResult> SimulateWifiRound(const WifiAirtimeCell& cell, uint32_t seed);

/**
 * @ingroup fl
 * Expected times of a round. Backoffs decide whether a packet is queued in time for a trigger,
 * which changes times by some milliseconds; so several rounds with independent backoffs are
 * simulated. Durations are medians over these, airtimes means.
 * @param cell the cell
 * @param rounds number of rounds to simulate, at least 1
 * @return by station
 */
std::vector<WifiAirtimeResult> ExpectWifiRound(const WifiAirtimeCell& cell, uint32_t rounds);

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_AIRTIME_H */
