/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_JSON_H
#define FL_OFFLOAD_JSON_H

#include "fl-json-document.h"
#include "fl-json-stream.h"

#include "ns3/fl-offload-problem.h"
#include "ns3/fl-offload-value.h"

/**
 * @file
 * @ingroup fl
 * Offloading to several edge servers as ./fl solve offload reads and prints it.
 */

namespace ns3
{
namespace fl
{

/**
 * @param document an instance in SI units: `bandwidth_hz` [G], `noise_w` [G], `gain` [N][M][G],
 *        `servers` [{`cpu_hz`}], `devices` [{`data_bits, cycles, max_cpu_hz,
 *        effective_capacitance, max_tx_power_w, energy_budget_j, upload_rate_bps`}], `model_bits,
 *        consensus_s`, `mining` {`block_hashes, joule_per_hash, max_hash_rate_hps, forks,
 *        propagation_s`, optional `hash_pool_hps`}, optional `objective` (`sum` or `makespan`)
 * @return the problem, which is valid
 * @throws InvalidInput that names the place, the value and what is allowed
 */
OffloadProblem OffloadProblemFromJson(const JsonDocument& document);

/**
 * Print the members of an answer, within an object: `objective, lower_bound, gap, iterations,
 * unsolved, termination, learn_s, consensus_s, mining_s, residuals, devices` [{`mode,
 * hash_rate_hps, energy_j`, and `cpu_hz, compute_s, upload_s` (local) or `server, sub_channel,
 * bandwidth_hz, power_w, offload_s, execute_s` (offload)}]; what is absent or not finite is left
 * out.
 * @param solution to print
 * @param json where to print
 */
void WriteOffloadAnswer(const OffloadSolution& solution, JsonStream& json);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_JSON_H */
