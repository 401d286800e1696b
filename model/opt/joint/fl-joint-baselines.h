/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_BASELINES_H
#define FL_JOINT_BASELINES_H

#include "fl-joint-options.h"
#include "fl-joint-problem.h"

/**
 * @file
 * @ingroup fl
 * What the paper compares with, in its section VII. N counts the devices that upload; the others
 * get no band.
 */

namespace ns3
{
namespace fl
{

/**
 * Equal shares of the band, full power and full CPU frequency.
 * @param problem a valid problem
 * @param options nothing of it is used
 * @return what that costs
 */
JointSolution SolveJointEqual(const JointProblem& problem, const JointOptions& options);

/**
 * Full power, B/N, and frequencies uniform in (f_min, f_max]: the paper's benchmark where p_max
 * varies.
 * @param problem a valid problem
 * @param options uniform is used, once per device
 * @return what that costs; under a fixed deadline it may be infeasible
 * @throws std::logic_error if options.uniform is empty
 */
JointSolution SolveJointRandomFrequency(const JointProblem& problem, const JointOptions& options);

/**
 * Full frequency, B/N, and powers uniform in (p_min, p_max]: the paper's benchmark where f_max
 * varies. It draws "between 0 and 12 dBm": uniform in dBm, that is, but in watts where p_min is 0,
 * which has no dBm.
 * @param problem a valid problem
 * @param options uniform is used, once per device
 * @return what that costs; under a fixed deadline it may be infeasible
 * @throws std::logic_error if options.uniform is empty
 */
JointSolution SolveJointRandomPower(const JointProblem& problem, const JointOptions& options);

/**
 * Computation optimization only: p_max and B/2N, as in the paper's section VII-C and the source
 * code of Z. Yang et al.; f, and T where it is free, by Subproblem 1.
 * @param problem a valid problem
 * @param options startBandShare is used
 * @return a feasible answer
 * @throws Infeasible if that is late under a fixed deadline, with B/N too
 */
JointSolution SolveJointComputationOnly(const JointProblem& problem, const JointOptions& options);

/**
 * Communication optimization only: f is fixed, p and B are optimal.
 *
 * The paper fixes f_n = C_n / (T - t_n), from (9a), t_n at (p_max, B/2N), under a given T. Where
 * that is outside of [f_min, f_max] it is clipped; a device clipped to f_max has to upload faster
 * than at the start, which the other half of the band may allow; if it does not, f_n is taken at
 * (p_max, B/N).
 *
 * Without a given T, (9a) needs one: the shortest that (p_max, B/2N) allows, max(t_n + C_n /
 * f_max), so that f_n is in its range. With f fixed, p, B and T minimise w1 E + w2 T: T follows
 * from p and B, and is no decision of the CPU's.
 * @param problem a valid problem
 * @param options startBandShare is used
 * @return a feasible answer
 * @throws Infeasible under a fixed deadline, naming what bandwidth the uploads would need
 */
JointSolution SolveJointCommunicationOnly(const JointProblem& problem, const JointOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_BASELINES_H */
