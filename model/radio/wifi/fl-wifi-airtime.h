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
 * A round on an 802.11ax channel whose uplink is solicited by triggers, exchange by exchange, on
 * paper: what the rate model for Wi-Fi predicts with. Of ns-3 only times of frames come in.
 */

namespace ns3
{
namespace fl
{

/// A station: its links, and what it is to do in the round.
struct WifiAirtimeStation
{
    WifiPpduTiming uplink;   //!< on its RU
    double uplinkHz{0};      //!< bandwidth of that, times its group's share of time [Hz]
    WifiPpduTiming downlink; //!< from the access point
    double blockAckS{0};     //!< its answer to a downlink A-MPDU [s]
    double ackS{0};          //!< its answer to a single MPDU [s]
    double rtsS{0};          //!< request to send, before a long A-MPDU to it [s]
    double ctsS{0};          //!< its answer to that [s]
    double uplinkSuccess{1}; //!< probability that an uplink MPDU arrives
    double delayS{0};        //!< propagation, one way: the nearer one's packet comes first [s]
    double startS{0};        //!< when the access point has its model ready [s]
    double downloadBytes{0}; //!< of the message to it, all of it [byte]; 0: none
    double computeS{0};      //!< between download and upload [s]
    double uploadBytes{0};   //!< of the message from it [byte]; 0: none
};

/// Stations that answer one trigger, and their claim.
struct WifiAirtimeGroup
{
    std::vector<uint32_t> stations;     //!< by index
    double share{0};                    //!< of the airtime of all groups
    std::vector<double> triggerS;       //!< duration of a trigger to so many of them, from 1 on [s]
    std::vector<double> multiBlockAckS; //!< of the answer to so many of them, from 1 on [s]
};

/// A packet that waits at the access point when the round begins.
struct WifiAirtimeWaiting
{
    uint32_t station{0};     //!< for which
    double subframeBytes{0}; //!< in an A-MPDU [byte]
};

/// The cell, and how the access point behaves.
struct WifiAirtimeCell
{
    std::vector<WifiAirtimeStation> stations; //!< by index
    std::vector<WifiAirtimeGroup> groups;     //!< who is asked together
    std::vector<WifiAirtimeWaiting> waiting;  //!< oldest first
    TransportProfile transport;               //!< how messages travel
    double nowS{0};                           //!< when the round begins [s]
    double busyUntilS{0};                     //!< the medium is in use until then [s]
    double sifsS{16e-6};                      //!< between the frames of an exchange [s]
    double aifsS{43e-6};                      //!< between two exchanges, before the backoff [s]
    double slotS{9e-6};                       //!< of the backoff [s]
    uint32_t maxBackoffSlots{15};             //!< it is uniform from 0 to this
    double beaconAccessS{25e-6};              //!< time between an exchange and a beacon [s]
    double beaconS{0};                        //!< duration of a beacon [s]; 0: there are none
    double beaconIntervalS{1};                //!< [s]
    double nextBeaconS{0};                    //!< when the next one is due [s]
    double maxPpduS{5.484e-3};                //!< longest PPDU [s]
    /// A-MPDUs of more are announced (dot11RTSThreshold) [byte].
    double rtsThresholdBytes{std::numeric_limits<double>::infinity()};
    uint32_t maxDownlinkFrames{8}; //!< between two triggers that somebody waits for
    uint32_t maxMpdus{256};        //!< in an A-MPDU: window of a block-ack agreement
};

/// What a station's round comes to; infinite where it never ends.
struct WifiAirtimeResult
{
    double downloadS{0}; //!< from startS until all of the message is there [s]
    double uploadS{0};   //!< from the end of computing until all of the message is there [s]
    double airtimeS{0};  //!< that the station is on the air: its PPDUs and its block acks [s]
};

/**
 * @ingroup fl
 * Go through a round, exchange by exchange.
 *
 * The access point sends to one station at a time, first come first served, all that waits for that
 * station in one A-MPDU. Where stations have something to send, it asks the group whose airtime is
 * furthest behind its share, once its downlink queue is empty or maxDownlinkFrames were sent. All
 * in a group send until the one with most has sent it, or for maxPpduS. Messages are cut into
 * segments; receivers acknowledge as the transport does, and acknowledgements take their turn as
 * other packets do; windows begin as they are and grow as WindowGrowth has it.
 *
 * Nothing is lost but what uplinkSuccess says, which slows the uplink down in proportion.
 *
 * Costs O(packets + exchanges * stations).
 *
 * @param cell the cell
 * @param seed of the backoffs
 * @return by station
 */
std::vector<WifiAirtimeResult> SimulateWifiRound(const WifiAirtimeCell& cell, uint32_t seed);

/**
 * @ingroup fl
 * What to expect of a round. Backoffs decide whether a packet is there in time for a trigger, which
 * makes a difference of some milliseconds: of each time the median of several rounds with backoffs
 * of their own is taken, of airtime the mean.
 * @param cell the cell
 * @param rounds how many, at least 1
 * @return by station
 */
std::vector<WifiAirtimeResult> ExpectWifiRound(const WifiAirtimeCell& cell, uint32_t rounds);

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_AIRTIME_H */
