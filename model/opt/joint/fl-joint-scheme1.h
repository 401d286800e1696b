/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_SCHEME1_H
#define FL_JOINT_SCHEME1_H

#include "fl-joint-options.h"
#include "fl-joint-problem.h"

namespace ns3
{
namespace fl
{

/**
 * Scheme 1: Algorithm 3 of Z. Yang, M. Chen, W. Saad, C. S. Hong, M. Shikh-Bahaei, "Energy
 * efficient federated learning over wireless communication networks", IEEE TWC 20(3), 2021:
 * least energy under a deadline.
 *
 * It alternates between (a) the durations t of the uploads and the learning accuracy, for given
 * (B, f, p), and (b) (B, f, p) for given durations. The paper takes from it "only the method that
 * they use to optimize the transmission power, the bandwidth and the CPU frequency", so the
 * accuracy is fixed here, and with it the cycles and the number of rounds. What we took:
 * - start: (p_max, B/2N) and the slowest f that keeps the deadline; B/N where that is late;
 * - (a) the energy t p grows with t, so t_n = d_n / r_n, as short as (B, p) allow;
 * - (b) f_n = C_n / (T - t_n), at least f_min; and B and p that minimise sum t_n p_n: p_n = (N0 B_n
 * / g_n)(2^(d_n / (t_n B_n)) - 1), B_n from one price of bandwidth, found by root bracketing where
 *   they bisect, but at least what p_max needs;
 * - there, p has no lower bound. Here, p_n is at least p_min, and B_n at most what p_min needs;
 * what is left of the band is shared out in proportion;
 * - it stops when a turn saves less than 1e-9 of the energy, after 100 turns at most.
 *
 * With the accuracy fixed, only devices at p_min ever change their t: but for them, t stays what it
 * was at the start.
 * @param problem a valid problem
 * @param options startBandShare is used
 * @return a feasible answer, without a bound
 * @throws InvalidInput without a fixed deadline
 * @throws Infeasible if the start is late, though there may be an answer
 */
JointSolution SolveJointScheme1(const JointProblem& problem, const JointOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_SCHEME1_H */
