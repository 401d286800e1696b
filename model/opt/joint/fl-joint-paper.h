/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_PAPER_H
#define FL_JOINT_PAPER_H

#include "fl-joint-options.h"
#include "fl-joint-problem.h"

namespace ns3
{
namespace fl
{

/**
 * A start of an alternation: full power, equal shares, and the frequencies that go with them.
 *
 * Under a fixed deadline the start may be late even at f_max; then B/N is tried in place of a
 * smaller share.
 * @param problem a valid problem
 * @param bandShare see StartShares()
 * @param roundS set to the duration of a round that Subproblem 1 gives [s]
 * @return shares that keep all constraints
 * @throws Infeasible naming the device that is latest, and the deadline that the start would need
 */
std::vector<JointShare> FeasibleStart(const JointProblem& problem,
                                      double bandShare,
                                      double& roundS);

/**
 * A start under a deadline that equal shares cannot keep: full power, and to each device the
 * bandwidth with which it just keeps it at full frequency; what is left of the band in proportion.
 * @param problem a valid problem with a fixed deadline
 * @return shares with bandwidth, power and duration of the upload; without frequencies
 * @throws Infeasible if no start, and no answer, keeps the deadline; as SolveJointGlobal()
 */
std::vector<JointShare> FastestStart(const JointProblem& problem);

/**
 * @param problem a valid problem
 * @param shares uploadS and computeS are read
 * @param roundS T [s]
 * @return by device, how long its upload may take, T - C_n / f_n [s]; not less than it takes now,
 *         which rounding might otherwise forbid
 */
std::vector<double> UploadLimits(const JointProblem& problem,
                                 const std::vector<JointShare>& shares,
                                 double roundS);

/**
 * The paper's Algorithm 2: Subproblem 1 (SolveFrequencies()) and Subproblem 2 (Algorithm 1,
 * SolveSumOfRatios(), on ExactRatioSubproblem) in turns, from (p_max, B/2N) by default, until a
 * turn improves the objective by less than 1e-9 relative, 100 turns at most.
 *
 * Every (p, B, f) met keeps all constraints. What that takes beyond the paper's text:
 * - Subproblem 1 has the range of f as a constraint; in (18) f is clipped after T was found;
 * - SP2_v2 has the range of p as a constraint; in Theorem 2 p is clipped after B was found;
 * - a device whose rate constraint is slack has a share of the band that KKT conditions leave open:
 *   the part is the same for all such devices;
 * - Algorithm 1 returns the best (p, B) it met. It does not always converge, since its Jacobian
 *   leaves out that p and B move with beta and nu: then Subproblem 2 is solved by SolveUploads(),
 *   which finds the optimum that Algorithm 1 has as its only fixed point;
 * - Algorithm 2 stops at the first turn that does not improve on the one before;
 * - what all uploads ask for is scaled down where rounding put it above B; T is what the slowest
 *   device takes;
 * - the factor w1 R_g of Subproblem 2's objective is left out: it does not move the optimum, and
 *   w1 = 0 would leave p and B open;
 * - a frequency without cost (w1 = 0, or kappa = 0) is f_max; w2 = 0 makes T the time that all take
 *   at f_min;
 * - under a fixed deadline, a start of B/2N that is late is replaced by B/N, and that, if it is
 * late too, by FastestStart().
 *
 * It is no global solver: Subproblem 1 makes deadlines tight, after which Subproblem 2 cannot
 * lengthen any upload but those of devices at f_min.
 * @param problem a valid problem
 * @param options startBandShare is used
 * @return a feasible answer, without a bound
 * @throws Infeasible if there is no answer; as SolveJointGlobal()
 */
JointSolution SolveJointPaper(const JointProblem& problem, const JointOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_PAPER_H */
