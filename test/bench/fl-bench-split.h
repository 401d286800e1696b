/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_SPLIT_H
#define FL_BENCH_SPLIT_H

#include "fl-bench-report.h"

#include <nlohmann/json_fwd.hpp>

namespace ns3
{
namespace fl
{

/**
 * Split federated LoRA as a whole: a round of 20 devices beside PyTorch, 300 rounds of packets,
 * peak memory of a step of BERT-base, and what an idle client keeps of a head.
 * @param bench how much
 * @param peer what torch-lora.py said of one device's share of such a round
 * @return lines of the table
 */
BenchRows BenchSplit(const BenchOptions& bench, const nlohmann::json& peer);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_SPLIT_H */
