/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FUZZ_MEL_H
#define FL_FUZZ_MEL_H

#include "fl-fuzz-check.h"

/**
 * @file
 * @ingroup fl
 * The task allocation of mobile edge learning, random instances and what answers must be.
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
 * @return the instance: a function of both
 */
FuzzInstance MakeMelFuzzInstance(uint64_t seed, uint64_t number);

/**
 * Solve an instance by all methods.
 * @param text the instance, or what should be one
 * @param magnitude of ordinary instances more is expected
 * @param statistics counts the answers
 * @return what is wrong
 */
std::vector<Fault> CheckMelInstance(const std::string& text,
                                    Magnitude magnitude,
                                    Statistics& statistics);

} // namespace fuzz
} // namespace fl
} // namespace ns3

#endif /* FL_FUZZ_MEL_H */
