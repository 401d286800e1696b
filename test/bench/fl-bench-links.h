/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_LINKS_H
#define FL_BENCH_LINKS_H

#include "ns3/fl-fdma-radio-control.h"
#include "ns3/ipv4-address.h"
#include "ns3/node-container.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/// What connects a server to its clients.
enum class BenchLink
{
    POINT_TO_POINT, //!< a link each, of 100 Mbit/s and 5 ms
    FDMA            //!< one cell
};

/// A server, its clients, links and IPv4 stacks, with nothing of federated learning on them.
struct BenchStar
{
    NodeContainer server;               //!< one node
    NodeContainer clients;              //!< the others
    std::vector<Ipv4Address> atServer;  //!< the server's address, as each client knows it
    std::vector<Ipv4Address> atClients; //!< the clients' addresses
    Ptr<FdmaRadioControl> radio;        //!< of the cell; null without one
};

/**
 * @param link what connects them
 * @param clients how many
 * @return the star
 */
BenchStar MakeBenchStar(BenchLink link, uint32_t clients);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_LINKS_H */
