/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BLOCKCHAIN_PACKET_PLOTS_H
#define FL_BLOCKCHAIN_PACKET_PLOTS_H

#include "ns3/fl-ledger-record.h"
#include "ns3/fl-plan.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Plots of blockchain-based learning by packets: a timeline, a map, a chain.
 */

namespace ns3
{
namespace fl
{

/// A phase of somebody in the first drop.
struct BlockchainSpan
{
    uint32_t round{0}; //!< number of the round
    double row{0};     //!< number of the device; of server m -1 - m
    std::string phase; //!< offload, execute, compute, download, upload, consensus, record, mining
                       //!< or spread
    double startS{0};  //!< begin, simulated time [s]
    double endS{0};    //!< end [s]
};

/// Where somebody is in the first drop, and what it does in the first round.
struct BlockchainPlace
{
    std::string kind;     //!< station or device
    uint32_t number{0};   //!< of its kind
    double x{0};          //!< place [m]
    double y{0};          //!< place [m]
    double toX{0};        //!< place of the device's station [m]
    double toY{0};        //!< place of the device's station [m]
    uint32_t server{0};   //!< number of the server that its order belongs to
    bool offloads{false}; //!< whether that trains for it
};

/**
 * Write timeline.csv, map.csv and chain.csv, and their scripts.
 * @param folder where to
 * @param spans of the timeline
 * @param places of the map
 * @param blocks of the chain with forks, in the order in which they were found
 * @param [in,out] scripts their names are appended
 * @throws std::runtime_error if a file cannot be written
 */
void WriteBlockchainPacketPlots(const std::filesystem::path& folder,
                                const std::vector<BlockchainSpan>& spans,
                                const std::vector<BlockchainPlace>& places,
                                const std::vector<BlockRecord>& blocks,
                                std::vector<std::string>& scripts);

} // namespace fl
} // namespace ns3

#endif /* FL_BLOCKCHAIN_PACKET_PLOTS_H */
