/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_ORDER_H
#define FL_SCHEDULE_ORDER_H

#include "fl-schedule-problem.h"

#include <cstddef>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Devices in an order, and sets that are the first few of it.
 */

namespace ns3
{
namespace fl
{

/// @return the devices from the largest value to the smallest; of equal ones the first comes first
/// @param values by device; none is NaN
std::vector<size_t> DescendingOrder(const std::vector<double>& values);

/**
 * @param problem a valid problem
 * @param order devices
 * @param count how many of them, from the first, are scheduled
 * @return the answer with the smallest delay for that set, the band shared by (25)
 */
ScheduleSolution ScheduleFirst(const ScheduleProblem& problem,
                               const std::vector<size_t>& order,
                               size_t count);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_ORDER_H */
