/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_FREQUENCIES_H
#define FL_JOINT_FREQUENCIES_H

#include "fl-joint-problem.h"

/**
 * @file
 * @ingroup fl
 * One half of a JointProblem, solved exactly in O(devices) per sweep: frequencies, and the duration
 * of a round, given the uploads. And where alternations between the halves start.
 */

namespace ns3
{
namespace fl
{

/**
 * @param problem a valid problem
 * @return how many of its devices upload something
 */
size_t CountSenders(const JointProblem& problem);

/**
 * Full power and equal parts of a part of the band for all who upload; the others get none.
 * @param problem a valid problem
 * @param bandShare how much of the band is given out: 0.5 is the start (p_max, B/2N) of Z. Yang et
 *        al., IEEE TWC 20(3), 2021; 1 is (p_max, B/N)
 * @return shares with bandwidth, power and duration of the upload; without frequencies
 */
std::vector<JointShare> StartShares(const JointProblem& problem, double bandShare);

/**
 * @param problem a valid problem
 * @param shares uploadS is read
 * @return max(t_n + C_n / f_max), the shortest round that these uploads allow [s]
 */
double ShortestRound(const JointProblem& problem, const std::vector<JointShare>& shares);

/**
 * Subproblem 1 of the paper, (10): minimise w1 sum kappa C f^2 + w2 T over f and T, subject to
 * t_n + C_n / f_n <= T and the ranges of f.
 *
 * For a given T the slowest frequency that keeps it is best, f_n = max(f_min, C_n / (T - t_n)). Its
 * multiplier, of (9a), is lambda_n = 2 w1 kappa f_n^3 where f_n > f_min (from (13), which is (16)
 * solved for it), and T is where they add up to w2 (14); their sum falls with T, so that T is the
 * root of one monotone function, kept above max(t_n + C_n / f_max) by f_max. A frequency that costs
 * nothing (w1 or kappa is 0) is f_max. Where T is fixed, f alone is chosen.
 * @param problem a valid problem
 * @param shares uploadS is read; cpuHz and computeS are written
 * @return T [s]. With a fixed T it is that one: devices that cannot keep it have f_max
 */
double SolveFrequencies(const JointProblem& problem, std::vector<JointShare>& shares);

/**
 * @param problem a valid problem
 * @param shares bandwidth and power are read, uploadS is written
 */
void UpdateUploadTimes(const JointProblem& problem, std::vector<JointShare>& shares);

/**
 * @param problem a valid problem
 * @param shares with uploadS
 * @return what the uploads of one round cost, sum p_n t_n [J]
 */
double UploadEnergy(const JointProblem& problem, const std::vector<JointShare>& shares);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_FREQUENCIES_H */
