/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_PAPER_LITERAL_H
#define FL_JOINT_PAPER_LITERAL_H

#include "fl-joint-options.h"
#include "fl-joint-problem.h"

namespace ns3
{
namespace fl
{

/**
 * The paper's Algorithm 2 as its formulas stand, without repairs:
 * - Subproblem 1 by its dual (17): f_n = cbrt(lambda_n / (2 w1 kappa_n)), (16), with sum lambda_n =
 *   w2 and t_n + C_n / f_n = T for all who compute; then f_n is clipped to its range, (18), and T
 *   is left. Under a fixed deadline f_n = C_n / (T - t_n), clipped.
 * - Subproblem 2 by Algorithm 1 (SolveSumOfRatios()) with Theorem 2: the bandwidth price mu at
 *   which sum r_min ln2 / (1 + W0((mu - j) / (e j))) = B, (A.4) and (A.5); where that leaves tau_n
 *   = 0, what the others leave of the band is split in equal parts; p_n = Gamma(B_n), (38), clipped
 *   to its range, and B is left.
 * - They take turns until T and E change by less than 1e-9 relative, 100 turns at most.
 *
 * What is lost in the paper's text and filled in by us: that the devices with tau_n = 0 share
 * equally (its proof names their number and the sum of their bandwidth).
 *
 * Who is later than the T of Subproblem 1 violates it: then the answer's time, objective and
 * violation.deadlineS refer to that T, whether a deadline is given or not. Where a formula has no
 * value (w1 = 0, kappa = 0, T - t_n not above 0, no rate) the answer is that of the turn before,
 * with status FAILED and the reason in termination; at the first turn, the start at f_max.
 * @param problem a valid problem
 * @param options startBandShare is used
 * @return what the formulas give; INFEASIBLE where it violates constraints. Throws nothing for that
 */
JointSolution SolveJointPaperLiteral(const JointProblem& problem, const JointOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_PAPER_LITERAL_H */
