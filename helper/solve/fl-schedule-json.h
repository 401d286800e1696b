/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_JSON_H
#define FL_SCHEDULE_JSON_H

#include "fl-json-document.h"
#include "fl-json-stream.h"

#include "ns3/fl-schedule-problem.h"

/**
 * @file
 * @ingroup fl
 * Device scheduling as ./fl solve schedule reads and prints it.
 */

namespace ns3
{
namespace fl
{

/**
 * @param document an instance: `bandwidth_hz, payload_bits, queue_weight, gain_over_noise_hz:
 * [...]`, and maybe, for the methods that need them, `delay_limit_s, devices_per_round, round,
 *        average_gain_over_noise_hz: [...]`; in SI units
 * @return the problem, which is valid
 * @throws InvalidInput that names the place, the value and what is allowed
 */
ScheduleProblem ScheduleProblemFromJson(const JsonDocument& document);

/**
 * Print the members of an answer, within an object: `objective, upper_bound, gap, iterations,
 * termination, selected, delay_s, devices: [{selected, bandwidth_hz}]`; what is absent or not
 * finite is left out.
 * @param solution an answer
 * @param json where to print
 */
void WriteScheduleSolution(const ScheduleSolution& solution, JsonStream& json);

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_JSON_H */
