/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_LTE_H
#define FL_BENCH_LTE_H

#include "ns3/fl-options.h"

#include <nlohmann/json.hpp>

/**
 * @file
 * @ingroup fl
 * The parts of the PHYs' benchmarks that need ns-3's module lte.
 */

namespace ns3
{
namespace fl
{

/**
 * As many bytes as one round of the options moves, by ns-3's BulkSend over the same LTE cell with
 * its round robin scheduler: a model down to each UE, and up from it as soon as it is there.
 * @param options cell and size of a model
 * @return wall_s, cpu_s, simulated_s
 * @throws std::runtime_error if not all bytes arrived
 */
nlohmann::json RunLteBulk(const Options& options);

/**
 * Rounds of federated learning over LTE, in which every uplink data transmission of a planned UE is
 * held against blocks and power of the plan in force.
 * @param options of the run
 * @return checked, wrong, overlaps: numbers of transmissions
 */
nlohmann::json CheckLteAir(const Options& options);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_LTE_H */
