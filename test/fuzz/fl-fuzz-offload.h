/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FUZZ_OFFLOAD_H
#define FL_FUZZ_OFFLOAD_H

#include "fl-fuzz-check.h"
#include "fl-fuzz-instance.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Random instances of offloading to several edge servers, and a check of the answers to them.
 */

namespace ns3
{
namespace fl
{
namespace fuzz
{

/**
 * @param seed of all random numbers
 * @param number which case
 * @return an instance: a function of both
 */
FuzzInstance MakeOffloadFuzz(uint64_t seed, uint64_t number);

/**
 * Solve an instance of offloading by all methods.
 * @param text the instance, or what should be one
 * @param magnitude of its numbers
 * @param statistics counts the answers
 * @return what is wrong
 */
std::vector<Fault> CheckOffloadInstance(const std::string& text,
                                        Magnitude magnitude,
                                        Statistics& statistics);

} // namespace fuzz
} // namespace fl
} // namespace ns3

#endif /* FL_FUZZ_OFFLOAD_H */
