/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_OPTIONS_H
#define FL_MEL_OPTIONS_H

#include <cstdint>

/**
 * @file
 * @ingroup fl
 * What the methods that answer a MelProblem may use besides the problem.
 */

namespace ns3
{
namespace fl
{

/// What methods may use besides the problem.
struct MelOptions
{
    /// How many entries the exact solver's tables may have in all, 2 bytes each; and how many
    /// choices of learners at all bases are looked at for bounds; a 16th of that for the bounds
    /// of all other methods.
    uint64_t maxWork{uint64_t{1} << 29};
};

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_OPTIONS_H */
