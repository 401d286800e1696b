/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_CHILD_H
#define FL_BENCH_CHILD_H

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

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

/**
 * Run a peer that is written in Python, by Debian's interpreter, to which Debian's packages belong.
 * @param script its name, of the files beside this one
 * @param arguments as the shell takes them
 * @return the JSON that it prints; a value that is no object if it could not be run
 */
nlohmann::json RunPython(const std::string& script, const std::string& arguments);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_CHILD_H */
