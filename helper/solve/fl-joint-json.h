/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_JSON_H
#define FL_JOINT_JSON_H

#include "fl-json-document.h"
#include "fl-json-stream.h"

#include "ns3/fl-joint-problem.h"

/**
 * @file
 * @ingroup fl
 * The joint optimization of energy and completion time as ./fl solve joint reads and prints it.
 */

namespace ns3
{
namespace fl
{

/**
 * @param document an instance: `weight_energy, weight_time, bandwidth_hz, noise_w_per_hz, rounds,
 *        local_iterations, devices: [{gain, payload_bits, samples, cycles_per_sample, capacitance,
 *        cpu_hz: [min, max], power_w: [min, max]}]`, and maybe `round_deadline_s`; in SI units
 * @return the problem, which is valid; cycles = local_iterations * samples * cycles_per_sample
 * @throws InvalidInput that names the place, the value and what is allowed
 */
JointProblem JointProblemFromJson(const JsonDocument& document);

/**
 * Print the members of an answer, within an object: `objective, lower_bound, gap, iterations,
 * termination, energy_j, time_s, devices: [{bandwidth_hz, power_w, cpu_hz, upload_s, compute_s}]`,
 * the prices `lambda` and `mu` where there are any, and `violation` where a constraint is broken.
 * What is absent or not finite is left out, and null in `devices`.
 * @param solution an answer
 * @param json where to print
 */
void WriteJointSolution(const JointSolution& solution, JsonStream& json);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_JSON_H */
