/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_VALUE_H
#define FL_OFFLOAD_VALUE_H

#include "fl-offload-problem.h"

#include "ns3/fl-plan.h"
#include "ns3/fl-solve-status.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What decisions of an OffloadProblem are worth, and whether they keep its constraints.
 */

namespace ns3
{
namespace fl
{

/// Where a device's work goes.
struct OffloadSlot
{
    uint32_t server{0};     //!< m
    uint32_t subChannel{0}; //!< g

    /// @return whether both are the same
    /// @param other to compare with
    bool operator==(const OffloadSlot& other) const
    {
        return server == other.server && subChannel == other.subChannel;
    }
};

/// By device; none: it computes itself.
using OffloadAssignment = std::vector<std::optional<OffloadSlot>>;

/// What is decided about a device.
struct OffloadDecision
{
    std::optional<OffloadSlot> slot; //!< none: it computes itself
    double powerW{0};                //!< p_n of one that offloads [W]
    double bandwidthHz{0};           //!< b_n of one that offloads [Hz]
    double cpuHz{0};                 //!< f_n of one that computes [Hz]
    double hashRateHps{0};           //!< Psi_n [hash/s]
};

/// What becomes of a device. What does not concern it is 0.
struct OffloadOutcome
{
    double offloadS{0}; //!< T_off of (20) [s]
    double executeS{0}; //!< its part of (21), at the server [s]
    double computeS{0}; //!< T_loc of (22) [s]
    double uploadS{0};  //!< T_up of (23) [s]
    double miningS{0};  //!< its part of (27) [s]
    double learnJ{0};   //!< energy of learning in (28h): offloading or computing [J]
    double energyJ{0};  //!< of (28h), mining included [J]
};

/// What all decisions are worth.
struct OffloadValue
{
    double learnS{ABSENT};                //!< (24), or how long learning lasts
    double consensusS{ABSENT};            //!< (25)
    double miningS{ABSENT};               //!< (27), or how long mining lasts
    double objective{ABSENT};             //!< the sum of these
    std::vector<OffloadOutcome> outcomes; //!< by device
};

/// By constraint, as the paper numbers it: the largest excess, relative; above 0 it is broken.
using OffloadResiduals = std::map<std::string, double>;

/// Constraints may be exceeded by this, relative.
inline constexpr double OFFLOAD_FEASIBILITY_TOLERANCE = 1e-9;

/// An answer to an OffloadProblem.
struct OffloadSolution
{
    SolveStatus status{SolveStatus::FAILED}; //!< what the answer is worth
    std::vector<OffloadDecision> decisions;  //!< by device
    OffloadValue value;                      //!< objective and its parts
    double lowerBound{ABSENT};               //!< no feasible answer is below this
    OffloadResiduals residuals;              //!< of the constraints
    uint64_t iterations{0};                  //!< power problems solved
    uint64_t unsolved{0};                    //!< of these, taken at a bound, since inexact
    std::string termination;                 //!< why the method stopped

    /// @return (objective - bound) / |objective|, or ABSENT without a bound
    double Gap() const;
};

/**
 * @ingroup fl
 * Evaluates decisions of one problem again and again, in the same memory.
 */
class OffloadEvaluator
{
  public:
    /// @param problem a valid problem; must outlive this object, and may change but in its sizes
    explicit OffloadEvaluator(const OffloadProblem& problem);

    /**
     * @param decisions by device, of servers and sub-channels that exist
     * @return as EvaluateOffload(); valid until the next call
     */
    const OffloadValue& Evaluate(const std::vector<OffloadDecision>& decisions);

    /**
     * Interference and noise that a device's server hears on its sub-channel, of the decisions of
     * the last NoteSharers().
     * @param decisions the same, but for their powers
     * @param n a device that offloads
     * @return their power [W]
     */
    double DisturbanceW(const std::vector<OffloadDecision>& decisions, size_t n) const;
    /// Note who shares sub-channels. @param decisions by device
    void NoteSharers(const std::vector<OffloadDecision>& decisions);

  private:
    const OffloadProblem& m_problem;              //!< the problem
    std::vector<std::vector<uint32_t>> m_sharers; //!< by sub-channel: devices, ascending
    std::vector<double> m_serverS;                //!< work by server
    OffloadValue m_value;                         //!< what is returned
};

/**
 * @param problem a valid problem
 * @param decisions by device, of servers and sub-channels that exist
 * @return what they are worth, by (20) to (27) alone; a rate of 0 takes for ever
 */
OffloadValue EvaluateOffload(const OffloadProblem& problem,
                             const std::vector<OffloadDecision>& decisions);

/**
 * @param problem a valid problem
 * @param decisions by device
 * @return (28c) to (28h): which are kept, and by how much others are broken
 */
OffloadResiduals CheckOffload(const OffloadProblem& problem,
                              const std::vector<OffloadDecision>& decisions);

/// @return the name and value of the largest residual
/// @param residuals not empty
std::pair<std::string, double> WorstOffloadResidual(const OffloadResiduals& residuals);

/**
 * Fill in value, residuals and status of an answer whose decisions are set.
 * @param problem a valid problem
 * @param solution INFEASIBLE if it breaks constraints, OPTIMAL if its bound is met to within 1e-6,
 *        or else FEASIBLE
 */
void ConcludeOffload(const OffloadProblem& problem, OffloadSolution& solution);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_VALUE_H */
