/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_ENVIRONMENT_H
#define FL_OFFLOAD_ENVIRONMENT_H

#include "fl-environment.h"
#include "fl-offload-action.h"

#include "ns3/fl-offload-drop.h"
#include "ns3/fl-offload-problem.h"
#include "ns3/fl-random-stream.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The environment of the BFL paper: offloading to several edge servers.
 */

namespace ns3
{
namespace fl
{

/// When random numbers are drawn anew.
enum class Redraw : uint8_t
{
    NEVER,   //!< once for all
    EPISODE, //!< at the beginning of each episode
    STEP     //!< before each step
};

/// @return the name used in options: never, episode, step
/// @param redraw when
const char* ToString(Redraw redraw);

/// What an OffloadEnvironment is like.
struct OffloadEnvironmentOptions
{
    OffloadDrop drop;                                  //!< cells and devices
    OffloadStateKind state{OffloadStateKind::GAINS};   //!< what agents know
    OffloadObjective objective{OffloadObjective::SUM}; //!< the latency that counts
    Redraw sizes{Redraw::STEP};                        //!< data and cycles
    Redraw gains{Redraw::STEP};                        //!< fading
    uint64_t placement{1};                             //!< seed of places, CPUs and budgets
    uint64_t seed{1};                                  //!< of all other draws
    double consensusS{0.01};                           //!< (25), which nothing moves [s]
    double tauPerDeviceS{3}; //!< tau of (31) is N times that, the paper's 3 s a device [s]
};

/**
 * @ingroup fl
 * Each step is a round of problem (28): the agent decides, EvaluateOffload()'s formulas give the
 * latency T, and the reward is (31), exp(1 - T / tau) - 1, in (-1, e - 1). Where devices are, and
 * what they are, is drawn once (`placement`); data, cycles and fading as the options say. What is
 * decided does not touch what comes next but by being shown in it: a contextual bandit.
 */
class OffloadEnvironment : public Environment
{
  public:
    /**
     * @param options sizes, ranges of the draws, what is drawn when, kind of state
     * @throws InvalidInput if tau is not positive
     */
    explicit OffloadEnvironment(const OffloadEnvironmentOptions& options);

    const ActionSpace& Space() const override;
    uint32_t StateSize() const override;
    void Begin(uint64_t episode) override;
    const Eigen::VectorXf& State() const override;
    double Step(const HybridAction& action) override;

    /// @return the problem of the next step
    const OffloadProblem& Problem() const
    {
        return m_problem;
    }

    /// @return sizes of the problem
    const OffloadSizes& Sizes() const
    {
        return m_sizes;
    }

    /// @return options it was made with
    const OffloadEnvironmentOptions& Options() const
    {
        return m_options;
    }

    /// @return latency of the last step [s]
    double LatencyS() const
    {
        return m_latencyS;
    }

    /**
     * @param action an action
     * @return the latency that it would have in the next step [s]
     */
    double LatencyOf(const HybridAction& action);
    /// @return (31) of a latency
    /// @param latencyS the latency [s]
    double RewardOf(double latencyS) const;
    /// @return the latency that has a reward [s]; the inverse of RewardOf()
    /// @param reward above -1
    double LatencyOfReward(double reward) const;

  private:
    /// Draw what is drawn at such times. @param when at which
    void Draw(Redraw when);

    OffloadEnvironmentOptions m_options; //!< sizes, draws, kind of state
    std::vector<double> m_meanGains;     //!< without fading
    OffloadProblem m_first;              //!< as it was drawn at first
    OffloadProblem m_problem;            //!< of the next step
    OffloadSizes m_sizes;                //!< of the problem
    ActionSpace m_space;                 //!< see Space()
    OffloadDecoder m_decoder;            //!< of m_problem
    RandomStream m_random;               //!< of this episode
    Eigen::VectorXf m_state;             //!< see State()
    double m_latencyS{0};                //!< of the last step
};

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_ENVIRONMENT_H */
