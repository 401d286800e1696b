/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_METHODS_H
#define FL_SCHEDULE_METHODS_H

#include "fl-schedule-problem.h"

#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Ways to answer a ScheduleProblem, by name.
 *
 * The band is shared by (25), for the smallest common delay of the set, by all but aaba (equal
 * shares) and greedy (what the limit asks for, by (29)). P1 is never infeasible, since nobody is a
 * set; a method whose rule admits no device answers that.
 */

namespace ns3
{
namespace fl
{

/// What methods may use besides the problem.
struct ScheduleOptions
{
    std::function<double()> uniform; //!< draws from [0, 1); random needs it
};

/// A way to answer a ScheduleProblem.
struct ScheduleMethod
{
    std::string name;        //!< as typed
    std::string description; //!< one line
    /// Answers a valid problem.
    std::function<ScheduleSolution(const ScheduleProblem&, const ScheduleOptions&)> solve;
};

/**
 * - exact: the optimum of P1;
 * - paper: Algorithm 1, which adds the next strongest device until J falls for the first time;
 * - aaba: as many of the strongest as keep the delay limit with equal shares of the band (28);
 * - greedy: as many of the strongest as keep the delay limit, each with just the bandwidth for it
 *   (29); what is left of the band stays unused;
 * - all: everybody;
 * - random, round-robin, best-channel, proportional-fair: DevicesPerRound() devices, drawn
 *   uniformly; in turn, from where round - 1 earlier rounds have come to; of the largest gain; of
 *   the largest gain over its average (averageGainOverNoiseHz).
 * @return all methods
 */
const std::vector<ScheduleMethod>& ScheduleMethods();

/**
 * @param method a name of ScheduleMethods()
 * @param problem the problem
 * @param options what else the method may use
 * @return its answer
 * @throws InvalidInput if the problem is not valid, or there is no such method
 */
ScheduleSolution SolveSchedule(const std::string& method,
                               const ScheduleProblem& problem,
                               const ScheduleOptions& options = {});

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_METHODS_H */
