/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_JSON_H
#define FL_JOINT_JSON_H

#include "ns3/fl-joint-problem.h"

#include <nlohmann/json.hpp>

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
 * @param json an instance: `weight_energy, weight_time, bandwidth_hz, noise_w_per_hz, rounds,
 *        local_iterations, devices: [{gain, payload_bits, samples, cycles_per_sample, capacitance,
 *        cpu_hz: [min, max], power_w: [min, max]}]`, and maybe `round_deadline_s`; in SI units
 * @return the problem, which is valid; cycles = local_iterations * samples * cycles_per_sample
 * @throws InvalidInput that names the place, the value and what is allowed
 */
JointProblem JointProblemFromJson(const nlohmann::json& json);

/**
 * @param solution an answer
 * @return `status, objective, lower_bound, gap, iterations, termination, energy_j, time_s, devices:
 *         [{bandwidth_hz, power_w, cpu_hz, upload_s, compute_s}]`, the prices `lambda` and `mu`
 *         where there are any, and `violation` where a constraint is broken. What is absent or not
 *         finite is left out, and null in `devices`.
 */
nlohmann::ordered_json JointSolutionToJson(const JointSolution& solution);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_JSON_H */
