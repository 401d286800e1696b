/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_JSON_H
#define FL_DMA_JSON_H

#include "fl-json-document.h"
#include "fl-json-stream.h"

#include "ns3/fl-dma-problem.h"
#include "ns3/fl-dma-resources.h"

/**
 * @file
 * @ingroup fl
 * Dynamic multi-task asynchronous learning as ./fl solve dma reads and prints it.
 */

namespace ns3
{
namespace fl
{

/// An answer with what printing it takes of its problem.
struct DmaAnswer
{
    SolveStatus status{SolveStatus::FAILED}; //!< as of the solution
    std::string termination;                 //!< as of the solution
    DmaSolution solution;                    //!< the answer
    /// By task, by aggregation.
    std::vector<std::vector<DmaPeriodOutcome>> outcomes;
};

/**
 * @param document an instance in SI units: `weights` [c1, c2, c3], `rho, v1, v2`, optional
 *        `relaxed`, `tasks` [{`aggregations, model_bits, importance, energy_weight, qoe_s, mixing,
 *        staleness_limit, iterations, learning_rate, smoothness, data_variability, loss_drop`}],
 *        `devices` [{`uplink_bps, downlink_bps, tx_power_w, downlink_power_w,
 *        effective_capacitance, cpu_hz`, optional `energy_budget_j`, `tasks` [{`cycles_per_sample,
 *        samples, dissimilarity, sample_variance, idle_drift, active_drift`, optional `cpu_share`,
 *        optional `start_s`}]}], optional `schedule` [per task [{`device, base`}]], optional
 *        `min_uploads`
 * @return the problem, which is valid
 * @throws InvalidInput that names the place, the value and what is allowed
 */
DmaProblem DmaProblemFromJson(const JsonDocument& document);

/**
 * Print the members of an answer, within an object: `objective, lower_bound, gap, iterations,
 * termination, energy_part, vacuous, rate_smoothness, residuals, tasks` [{`terms` {a to f},
 * `aggregations` [{`device, base, arrival_s, compute_s, batch, iterations, cpu_hz, idle_s,
 * download_s, upload_s, energy_j`}]}], `devices` [{`energy_j`, `cpu_shares` if they were chosen}];
 * what is absent or not finite is left out.
 * @param answer to print
 * @param json where to print
 */
void WriteDmaAnswer(const DmaAnswer& answer, JsonStream& json);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_JSON_H */
