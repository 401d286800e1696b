/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_CHILD_H
#define FL_BENCH_CHILD_H

#include <functional>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

/// What a child process used.
struct ChildUsage
{
    double wallS{0};     //!< from its start to its end [s]
    double cpuS{0};      //!< of all its threads [s]
    double peakBytes{0}; //!< the most memory that it had resident [byte]
};

/**
 * Run a case in a process of its own, so that it begins with a fresh simulator and heap, and its
 * peak memory is its own.
 * @param work what to run; returns its figures
 * @param [out] usage what it used; may be null
 * @return what the work returned
 * @throws std::runtime_error if it failed; the reason stands on standard error
 */
nlohmann::json RunInChild(const std::function<nlohmann::json()>& work, ChildUsage* usage = nullptr);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_CHILD_H */
