/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BFL_EXCHANGES_H
#define FL_BFL_EXCHANGES_H

#include "ns3/fl-server-graph.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Values of some servers between exchanges.
 */

namespace ns3
{
namespace fl
{

/// Values of the active servers in a try of a round's consensus.
struct BflExchanges
{
    std::vector<uint32_t> active;        //!< numbers of the servers, ascending
    ServerGraph graph;                   //!< their links, by place in `active`
    std::vector<Eigen::VectorXf> values; //!< by place, at present
    uint32_t published{0};               //!< values that each published in the round so far

    /// @return place of a server @param server its number, an active one's
    size_t PlaceOf(uint32_t server) const;
};

/**
 * Links between servers of which some are left out. These still forward what their neighbours send
 * each other: the neighbours of one that is left out get links to each other, in a row.
 * @param graph links between all, connected
 * @param active numbers of those that are not left out, ascending
 * @return links by place in `active`, connected
 */
ServerGraph LinksBetween(const ServerGraph& graph, const std::vector<uint32_t>& active);

/**
 * (9).
 * @param mixing weights of the graph
 * @param graph links
 * @param values by server
 * @param server its place
 * @return what the server has after an exchange
 */
Eigen::VectorXf AfterExchange(const MixingMatrix& mixing,
                              const ServerGraph& graph,
                              const std::vector<Eigen::VectorXf>& values,
                              uint32_t server);

} // namespace fl
} // namespace ns3

#endif /* FL_BFL_EXCHANGES_H */
