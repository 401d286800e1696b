/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BLOCKCHAIN_STUDY_OPTIONS_H
#define FL_BLOCKCHAIN_STUDY_OPTIONS_H

#include "fl-agent-study-options.h"
#include "fl-blockchain-curves.h"

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The command line of fl-blockchain.
 */

namespace ns3
{
namespace fl
{

/// The command line of fl-blockchain.
struct BlockchainStudyOptions
{
    std::string figure{"learning"};  //!< names of figures, or learning, agents, all
    std::string svhn;                //!< data in SVHN's place; empty: synthetic-clutter
    std::string svhnModel{"mlp:32"}; //!< what learns them
    std::string fashion;             //!< empty: Fashion-MNIST, or where it is not, synthetic-digits
    std::string fashionModel{"mlp:32"}; //!< what learns them
    uint32_t trainSamples{10000};       //!< of all devices
    uint32_t testSamples{1000};         //!< held out
    std::string localOptimizer{"sgd"};  //!< of devices
    double learningRate{0};             //!< eta; 0: the usual one of the optimizer
    uint32_t rounds{80};                //!< K of figures 4, 5, 6, 11 and 12
    uint32_t robustRounds{30};          //!< K of the table of rules and attacks
    uint32_t devices{10};               //!< N
    uint32_t servers{3};                //!< M
    uint32_t exchanges{5};              //!< phi
    std::string graph{"line"};          //!< links between servers
    std::string consensusScale{"mean"}; //!< whether the leader multiplies by M
    std::string leader{"random"};       //!< who leads
    double poisonScale{0};              //!< of the paper's attack; 0: as it was calibrated
    uint32_t exclusion{10};             //!< rounds
    double falseAlarms{0.05};           //!< of the deviation score, per round
    uint32_t cleanRuns{10};             //!< that its thresholds are set on
    uint32_t realBits{12};              //!< of blocks' targets
    bool isQuick{false};                //!< small sizes, to see that it runs
    AgentStudyOptions agent;            //!< of figures 7 to 10; its runs are those of all
    OutputOptions output;               //!< folder and threads

    /// @return how much @return what cases are made from
    BlockchainEffort Effort() const;
    /// @return what all cases have in common
    BflOptions Common() const;
    /// Sizes of `--quick`, where it is asked for.
    void Shrink();
    /// @return strength of the paper's attack
    double PoisonScale() const;
};

/**
 * @param parser the parser
 * @param options defaults; set by Parse()
 */
void AddBlockchainStudyOptions(OptionParser& parser, BlockchainStudyOptions& options);

/**
 * @param text of --figure
 * @return names of figures, each once, in their order
 * @throws InvalidInput if there is no such figure
 */
std::vector<std::string> ParseBlockchainFigures(const std::string& text);

/**
 * Load data and make models.
 * @param options of the command line
 * @param notes gets what stands in for what
 * @return SVHN or what is in its place, then Fashion-MNIST
 */
std::vector<BlockchainTask> MakeBlockchainTasks(const BlockchainStudyOptions& options,
                                                std::ostream& notes);

} // namespace fl
} // namespace ns3

#endif /* FL_BLOCKCHAIN_STUDY_OPTIONS_H */
