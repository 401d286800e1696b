/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_TRAFFIC_H
#define FL_BENCH_TRAFFIC_H

#include <cstdint>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

/// Rounds of bytes between a node and others of an FDMA cell.
struct BenchTraffic
{
    uint32_t devices{10};    //!< that take part in each round
    uint32_t rounds{1};      //!< each down to all devices, and up from each that has all of it
    uint32_t bytes{0};       //!< of what a device gets, and of what it sends [byte]
    bool isTcp{true};        //!< over connections that stand before the first round; else UDP
    uint32_t packetBytes{0}; //!< of a segment, or of a datagram [byte]
};

/**
 * What ns-3 alone takes for the bytes of federated learning: sockets, no messages, no sessions, no
 * plans but equal shares, nothing learned; over UDP nothing acknowledged.
 * @param traffic how much
 * @return rounds_s and rounds_cpu_s, from the first round to the end of the last; rounds; set_up_s
 */
nlohmann::json RunTrafficAlone(const BenchTraffic& traffic);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_TRAFFIC_H */
