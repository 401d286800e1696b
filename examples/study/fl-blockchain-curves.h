/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BLOCKCHAIN_CURVES_H
#define FL_BLOCKCHAIN_CURVES_H

#include "ns3/fl-bfl-loop.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-sample.h"
#include "ns3/fl-thread-pool.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Cases of fl-blockchain that learn by rounds, and their runs.
 */

namespace ns3
{
namespace fl
{

inline constexpr uint32_t BFL_BATCH = 25; //!< samples of a minibatch, section V-A
inline constexpr uint32_t BFL_STEPS = 10; //!< e, steps of a device in a round, section V-A

/// A data set with its learner.
struct BlockchainTask
{
    std::string name;   //!< of the paper's data set, and of what stands in for it
    std::string data;   //!< what is in its place
    std::string model;  //!< what learns
    uint32_t labels{0}; //!< per device, where data are not IID
    BflTask base;       //!< without parts
};

/// How much, and how it is attacked.
struct BlockchainEffort
{
    uint32_t rounds{80};                        //!< K
    uint32_t robustRounds{30};                  //!< K of the table of rules and attacks
    uint32_t runs{10};                          //!< of each case
    uint32_t devices{10};                       //!< N
    double poisonScale{1};                      //!< of the paper's attack
    std::vector<uint32_t> attackRounds{20, 60}; //!< of the paper's attack
    double falseAlarms{0.05};                   //!< of the deviation score, per round
    uint32_t cleanRuns{10};                     //!< that its thresholds are set on
    uint64_t seed{1};                           //!< of all draws
};

/// One curve, or one cell of a table.
struct BlockchainCase
{
    std::string figure;      //!< where it is shown
    std::string curve;       //!< its name there
    size_t task{0};          //!< index
    bool isIid{true};        //!< or else so many labels per device
    BflOptions options;      //!< of the loop; its seed is replaced, and attackers < 0
    uint32_t rounds{1};      //!< K
    bool isVaried{false};    //!< the server that attacks is another one in each run
    bool keepsLedger{false}; //!< of the first run
    uint64_t firstRun{0};    //!< number of the first run: thresholds are set on runs of their own
};

/// What became of a case.
struct BlockchainResult
{
    std::vector<Sample> accuracy;            //!< by round, 0 to 1
    std::vector<Sample> loss;                //!< by round [nat]
    Sample finalAccuracy;                    //!< mean of the last rounds, by run
    Sample drop;                             //!< of accuracy at attacked rounds, mean by run
    DetectionCount detection;                //!< over all runs
    Sample errorRatio;                       //!< error of consensus over its bound, mean by run
    std::vector<std::vector<double>> scores; //!< by round of all runs, by exchange
    std::vector<uint8_t> ledger;             //!< file of the first run's chain; empty: not kept
    uint32_t orphans{0};                     //!< blocks of all runs that are not on the chain
};

/**
 * Run cases, each of all runs, side by side.
 * @param cases what
 * @param tasks what is learned
 * @param runs of each
 * @param effort seed and devices
 * @param pool runs are side by side on it; the result does not depend on it
 * @param progress gets 1 per round
 * @return by case
 */
std::vector<BlockchainResult> RunBlockchainCases(const std::vector<BlockchainCase>& cases,
                                                 const std::vector<BlockchainTask>& tasks,
                                                 uint32_t runs,
                                                 const BlockchainEffort& effort,
                                                 ThreadPool& pool,
                                                 WorkProgress& progress);

/// @return cases of figure 4 (SVHN), 5 (Fashion-MNIST) or 6 (exchanges)
/// @param figure its name @param common of all @param effort how much
std::vector<BlockchainCase> LearningCases(const std::string& figure,
                                          const BflOptions& common,
                                          const BlockchainEffort& effort);

/// @return the four schemes of figure 11 (SVHN) or 12 (Fashion-MNIST), attacked
/// @param figure its name @param common of all @param effort how much
std::vector<BlockchainCase> AttackCases(const std::string& figure,
                                        const BflOptions& common,
                                        const BlockchainEffort& effort);

/// @return traditional FL on the first task, IID, attacked @param common of all @param effort how
/// much @param scale of the attack
BlockchainCase CalibrationCase(const BflOptions& common,
                               const BlockchainEffort& effort,
                               double scale);

/// @return a case without attack, for thresholds: runs that nothing else shows
/// @param task index @param isIid whether it is @param common of all @param effort how much
BlockchainCase CleanCase(size_t task,
                         bool isIid,
                         const BflOptions& common,
                         const BlockchainEffort& effort);

/// What thresholds are for.
struct ThresholdSet
{
    size_t task{0};                 //!< index
    bool isIid{true};               //!< or else so many labels per device
    uint32_t servers{3};            //!< M
    std::vector<double> thresholds; //!< by exchange
};

/// @return cases by which detection is judged: both ways, attacks in exchange 3 and on own
/// gradients,
///         and none
/// @param common of all @param effort how much @param sets thresholds, of all tasks and partitions
std::vector<BlockchainCase> DetectionCases(const BflOptions& common,
                                           const BlockchainEffort& effort,
                                           const std::vector<ThresholdSet>& sets);

/// Where attackers of the table of rules sit.
struct RobustPlace
{
    std::string name;  //!< in the table
    bool isByServers;  //!< or else devices
    uint32_t exchange; //!< after which servers poison; 0: before any
};

/// @return places of attackers: devices, servers (own gradient), servers (exchange 3)
const std::vector<RobustPlace>& RobustPlaces();

/// Name of the row of consensus without a rule and with a ledger.
inline constexpr char LEDGER_RULE[] = "ledger";

/// @return cells of the table of rules and attacks; `figure` is the place's name, and `curve` rule
/// and
///         attack with a space between
/// @param common of all @param effort how much @param thresholds of five servers on the first task
std::vector<BlockchainCase> RobustCases(const BflOptions& common,
                                        const BlockchainEffort& effort,
                                        const std::vector<double>& thresholds);

/// @return five fully linked servers, of the table of rules @param common of all
BflOptions RobustServers(const BflOptions& common);

} // namespace fl
} // namespace ns3

#endif /* FL_BLOCKCHAIN_CURVES_H */
