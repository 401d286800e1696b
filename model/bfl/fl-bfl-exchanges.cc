/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bfl-exchanges.h"

#include "ns3/fl-consensus.h"

#include <algorithm>
#include <iterator>

namespace ns3
{
namespace fl
{

size_t
BflExchanges::PlaceOf(uint32_t server) const
{
    return static_cast<size_t>(std::lower_bound(active.begin(), active.end(), server) -
                               active.begin());
}

ServerGraph
LinksBetween(const ServerGraph& graph, const std::vector<uint32_t>& active)
{
    ServerGraph links = graph;
    for (uint32_t server = 0; server < graph.servers; ++server)
    {
        if (std::binary_search(active.begin(), active.end(), server))
        {
            continue;
        }
        const auto neighbours = links.GetNeighbours(server);
        links = links.Without(server);
        for (size_t i = 1; i < neighbours.size(); ++i)
        {
            links.edges.emplace_back(neighbours[i - 1], neighbours[i]);
        }
        std::sort(links.edges.begin(), links.edges.end());
        links.edges.erase(std::unique(links.edges.begin(), links.edges.end()), links.edges.end());
    }
    const auto placeOf = [&active](uint32_t server) {
        return static_cast<uint32_t>(
            std::distance(active.begin(), std::lower_bound(active.begin(), active.end(), server)));
    };
    ServerGraph compact{static_cast<uint32_t>(active.size()), {}};
    for (const auto& [from, to] : links.edges)
    {
        compact.edges.emplace_back(placeOf(from), placeOf(to));
    }
    return compact;
}

Eigen::VectorXf
AfterExchange(const MixingMatrix& mixing,
              const ServerGraph& graph,
              const std::vector<Eigen::VectorXf>& values,
              uint32_t server)
{
    auto known = graph.GetNeighbours(server);
    known.insert(std::lower_bound(known.begin(), known.end(), server), server);
    std::vector<ServerValue> inputs;
    for (const uint32_t from : known)
    {
        inputs.emplace_back(from, &values[from]);
    }
    return NextValue(mixing.GetWeights(), server, inputs);
}

} // namespace fl
} // namespace ns3
