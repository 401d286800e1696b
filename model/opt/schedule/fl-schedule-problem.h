/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_PROBLEM_H
#define FL_SCHEDULE_PROBLEM_H

#include "ns3/fl-plan.h"
#include "ns3/fl-solve-status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Who uploads in a round, and on how much of the band (Z. Wang, Y. Zhou, Y. Shi, K. B. Letaief,
 * "Federated fine-tuning for pre-trained foundation models over wireless networks", problem P1):
 * what is asked, and what an answer is. Plain data in SI units; no ns-3.
 */

namespace ns3
{
namespace fl
{

/**
 * Maximise J = N - zeta Dq D over a set of N devices and their bandwidths B_k, where
 *   r_k = B_k log2(1 + s_k / B_k),   s_k = |h_k|^2 / sigma^2 (the transmit power is in it),
 *   D = max_k mu / r_k over the set, 0 for the empty set,
 * subject to sum_k B_k <= B, B_k >= 0. The empty set, J = 0, is always feasible.
 *
 * What follows the gains is for the methods that need more than P1: each says so.
 */
struct ScheduleProblem
{
    double bandwidthHz{0};               //!< B [Hz]
    double payloadBits{0};               //!< mu: what a scheduled device uploads [bit]
    double queueWeight{0};               //!< zeta(t) Dq(t): the price of delay [1/s]
    std::vector<double> gainOverNoiseHz; //!< s_k [Hz]; at least one, in any order

    std::optional<double> delayLimitS;          //!< limit of the delay, Dbar [s]
    std::optional<uint64_t> devicesPerRound;    //!< how many are scheduled; none: half, rounded up
    uint64_t round{1};                          //!< t, from 1: whose turn it is
    std::vector<double> averageGainOverNoiseHz; //!< by device, over the past [Hz]; empty: all alike

    /// @throws InvalidInput that names the field (of which device), its value and what is allowed
    void Validate() const;
    /// @return Dbar [s]: delayLimitS, or else section V's 0.05 ms per bit
    double DelayLimitS() const;
    /// @return devicesPerRound, or else half of the devices, rounded up
    size_t DevicesPerRound() const;
};

/// Section V's limit of the average delay, for each bit of the payload [s/bit].
inline constexpr double SCHEDULE_DELAY_PER_BIT_S = 5e-5;

/// An answer.
struct ScheduleSolution
{
    SolveStatus status{SolveStatus::FAILED}; //!< what the answer is worth
    std::vector<double> bandwidthHz; //!< by device, in the order of the problem; 0: not scheduled
    size_t selected{0};              //!< N: how many have a bandwidth above 0
    double delayS{ABSENT};           //!< D [s]
    double objective{ABSENT};        //!< J
    double upperBound{ABSENT};       //!< no feasible answer is above this
    uint32_t iterations{0};          //!< of the method: sweeps over devices
    std::string termination;         //!< why the solver stopped

    /// @return |objective - bound| / max(1e-300, |objective|), or ABSENT without a bound
    double Gap() const;
};

/**
 * What bandwidths are worth: fills in selected, delay and objective.
 * @param problem a valid problem
 * @param bandwidthHz by device, 0: not scheduled
 * @return a solution; its status is FEASIBLE, or INFEASIBLE if the bandwidths exceed the band by
 *         more than 1e-9 relative, and FAILED if the delay is not finite
 */
ScheduleSolution EvaluateSchedule(const ScheduleProblem& problem, std::vector<double> bandwidthHz);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_PROBLEM_H */
