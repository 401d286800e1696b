/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_EXACT_H
#define FL_SCHEDULE_EXACT_H

#include "fl-schedule-problem.h"

/**
 * @file
 * @ingroup fl
 * The optimum of P1, with a certificate.
 */

namespace ns3
{
namespace fl
{

/**
 * The best set and its bandwidths.
 *
 * Of all sets of N devices the strongest N have the smallest delay: a device that takes another's
 * place and bandwidth is no slower if it is stronger. So there are K + 1 sets to compare, by D(N).
 * What the N strongest need at one delay D0, S_N(D0), is a prefix sum; and since ln S_N is convex
 * in ln D, its tangent bounds D(N) from below for all N at once. A sweep at the delay that bounds
 * the most promising N is a Newton step towards its D(N), and sharpens the bounds of all others;
 * when no bound beats what is in hand, that is the optimum. No N is left out because a smaller one
 * was worse.
 *
 * upperBound is the largest bound of any N; what rounding may do to it, 1e-14 of the delay, is in
 * it.
 * @param problem a valid problem
 * @return the answer, OPTIMAL if the bound is met within 1e-9 (relative; absolute below 1)
 */
ScheduleSolution SolveScheduleExact(const ScheduleProblem& problem);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_EXACT_H */
