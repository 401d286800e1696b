/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AGENT_TRAINING_H
#define FL_AGENT_TRAINING_H

#include "ns3/fl-agent-methods.h"
#include "ns3/fl-offload-agent.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-sample.h"
#include "ns3/fl-thread-pool.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Agents are trained, and evaluated beside what needs no training.
 */

namespace ns3
{
namespace fl
{

/// A scheme at one point of a figure.
struct AgentCase
{
    std::string curve;                     //!< name in the key
    double x{0};                           //!< place on the axis, of figures of latency
    AgentOptions agent;                    //!< the scheme
    OffloadEnvironmentOptions environment; //!< where
};

/// What became of a case, over its runs.
struct AgentResult
{
    std::vector<Sample> reward; //!< by part of the episodes: mean reward of their steps
    Sample lastReward;          //!< mean reward of the last tenth of the episodes
    Sample latencyS;            //!< of decisions without draws, in rounds held out [s]
    Sample aboveBound;          //!< the same, relative to the bound: latency / bound - 1
    double worstDivergence{0};  //!< largest of all steps of TRPO
};

/// What needs no training, in the same rounds.
struct AgentReference
{
    std::string name; //!< of the method
    double x{0};      //!< place on the axis
    Sample latencyS;  //!< by run [s]
};

/// How much is trained and evaluated.
struct AgentEffort
{
    uint32_t episodes{1000};      //!< of each agent, at least 1
    uint32_t runs{10};            //!< of each case, at least 1
    uint32_t evaluations{20};     //!< rounds held out, of each run; at least 1
    uint32_t randomDraws{100000}; //!< of random search, for each of these rounds
    uint32_t points{100};         //!< of curves over episodes, at most
    uint64_t seed{1};             //!< of all draws
};

/**
 * Train and evaluate.
 * @param cases what
 * @param effort how much
 * @param pool runs and cases are side by side on it
 * @param progress gets 1 per episode
 * @return by case
 */
std::vector<AgentResult> TrainAgents(const std::vector<AgentCase>& cases,
                                     const AgentEffort& effort,
                                     ThreadPool& pool,
                                     WorkProgress& progress);

/**
 * What needs no training, in the rounds in which the agents are evaluated: the part that no
 * decision moves (mining and consensus at their best, and the uploads), the bound without
 * interference, search, blind, local, and the best of random draws.
 * @param environment where
 * @param x place on the axis
 * @param effort how much
 * @param pool runs are side by side on it
 * @return by method
 */
std::vector<AgentReference> EvaluateReferences(const OffloadEnvironmentOptions& environment,
                                               double x,
                                               const AgentEffort& effort,
                                               ThreadPool& pool);

/// @return options of an environment's run: places and draws of its own
/// @param options of all runs
/// @param effort its seed
/// @param run number of the run
OffloadEnvironmentOptions EnvironmentOfRun(OffloadEnvironmentOptions options,
                                           const AgentEffort& effort,
                                           uint32_t run);

} // namespace fl
} // namespace ns3

#endif /* FL_AGENT_TRAINING_H */
