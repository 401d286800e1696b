/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_PROBLEM_H
#define FL_MEL_PROBLEM_H

#include "ns3/fl-plan.h"
#include "ns3/fl-solve-status.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Task allocation for asynchronous mobile edge learning under a delay and energy constraints (U.
 * Mohammad, S. Sorour, M. Hefeida, "Task allocation for asynchronous mobile edge learning with
 * delay and energy constraints", arXiv:2012.00143, problem (16)): what is asked, and what an answer
 * is. Plain data in SI units; no ns-3.
 */

namespace ns3
{
namespace fl
{

/**
 * One learner of a MelProblem. With tau iterations on d samples a global cycle takes it
 * c2 tau d + c1 d + c0 [s], (11), and g2 tau d + g1 d + g0 [J], (10).
 */
struct MelLearner
{
    double c2{0};      //!< time of one iteration over one sample [s]
    double c1{0};      //!< time that a sample takes on the air, both ways [s]
    double c0{0};      //!< time that the model takes on the air, both ways [s]
    double g2{0};      //!< energy of one iteration over one sample [J]
    double g1{0};      //!< energy for what a sample adds to the upload [J]
    double g0{0};      //!< energy for the model's upload [J]
    double energyJ{0}; //!< E_k, what it may spend in a global cycle [J]
};

/**
 * Maximise the mean of tau_k over whole numbers tau_k >= 0 and d_k >= minSamples, subject to
 *   c2_k tau_k d_k + c1_k d_k + c0_k <= T,   (16a)
 *   g2_k tau_k d_k + g1_k d_k + g0_k <= E_k, (16b)
 *   |tau_k - tau_l| <= c,                    (16c)
 *   sum_k d_k = d.                           (16d)
 *
 * A limit counts as met when it is to within 1e-12 relative, so that limits which are met exactly
 * in decimals are met in binary, too.
 */
struct MelProblem
{
    double cycleTimeS{0};             //!< T, how long a global cycle may take [s]
    int64_t staleness{0};             //!< c, by how many iterations learners may differ
    int64_t samples{0};               //!< d, of all learners together
    int64_t minSamples{0};            //!< d_l, of each learner
    std::vector<MelLearner> learners; //!< at least one

    /// @throws InvalidInput that names the field (of which learner), its value and what is allowed
    void Validate() const;
};

/// @name Largest counts, so that sums of products stay within 64 bits
/// @{
inline constexpr int64_t MEL_MAX_SAMPLES = 1'000'000'000'000; //!< most samples d
/// Largest staleness c of an instance.
inline constexpr int64_t MEL_MAX_STALENESS = 1'000'000;
/// Most learners K of an instance.
inline constexpr int64_t MEL_MAX_LEARNERS = 1'000'000;
/// Most iterations of a learner in a cycle.
inline constexpr int64_t MEL_MAX_ITERATIONS = 1'000'000'000'000;

/// @}

/// What one learner is to do in a global cycle.
struct MelWork
{
    int64_t iterations{0}; //!< tau_k
    int64_t samples{0};    //!< d_k
};

/// An answer.
struct MelSolution
{
    SolveStatus status{SolveStatus::FAILED}; //!< what the answer is worth
    std::vector<MelWork> learners;           //!< in the order of the problem
    double objective{ABSENT};                //!< the mean of tau_k
    double upperBound{ABSENT};               //!< no feasible answer is above this
    uint32_t iterations{0};                  //!< of the method
    std::string termination;                 //!< why the solver stopped

    /// @return |objective - bound| / max(1e-300, |objective|), or ABSENT without a bound
    double Gap() const;
};

/**
 * @param problem a valid problem
 * @param k a learner
 * @param iterations tau, at least 0
 * @return how many samples the learner can take so that it does tau iterations on them in time and
 *         within its energy, at most problem.samples; -1 if it can't take part even without any
 */
int64_t MelCapacity(const MelProblem& problem, size_t k, int64_t iterations);

/**
 * @param problem a valid problem
 * @param k a learner
 * @param samples d_k, at least 0
 * @param most no more is asked for
 * @return how many iterations the learner can do on that many samples, at most `most`; -1 if it
 *         can't even take the samples
 */
int64_t MelMaxIterations(const MelProblem& problem, size_t k, int64_t samples, int64_t most);

/**
 * @param problem a valid problem
 * @param work by learner
 * @return the objective and the status of that: FEASIBLE, or INFEASIBLE if a constraint is broken
 */
MelSolution EvaluateMel(const MelProblem& problem, std::vector<MelWork> work);

/**
 * @param problem a valid problem
 * @throws Infeasible if no allocation fits; the message says what would. Its limits are
 *         `min_cycle_time_s`, the smallest T at which one does [s], and `min_energy_j`, the
 * smallest E so that one does when each learner may spend at least E [J]
 */
void RequireMelFeasible(const MelProblem& problem);

/**
 * @param problem a valid problem
 * @return equal batches: d / K each, the first d mod K learners one more
 * @throws Infeasible if they don't fit, or no allocation does; with the same limits
 */
std::vector<int64_t> MelEqualBatches(const MelProblem& problem);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_PROBLEM_H */
