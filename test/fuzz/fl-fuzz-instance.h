/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FUZZ_INSTANCE_H
#define FL_FUZZ_INSTANCE_H

#include <cstdint>
#include <string>

/**
 * @file
 * @ingroup fl
 * Random instances of the joint problem: valid ones of all magnitudes, and what is left of valid
 * ones after damage.
 */

namespace ns3
{
namespace fl
{
namespace fuzz
{

/// How large and small the numbers of an instance are.
enum class Magnitude : uint8_t
{
    ORDINARY, //!< of radios and processors that exist: every method is to find an answer
    HOSTILE,  //!< a dozen orders of magnitude more
    EXTREME,  //!< all that doubles hold
    DAMAGED   //!< perhaps no instance at all
};

/// @return the name, for messages
const char* ToString(Magnitude magnitude);

/// A random instance.
struct FuzzInstance
{
    Magnitude magnitude; //!< of its numbers
    std::string text;    //!< what is read
};

/**
 * @param seed of all random numbers
 * @param number which case
 * @return the instance: a function of both
 */
FuzzInstance MakeFuzzInstance(uint64_t seed, uint64_t number);

} // namespace fuzz
} // namespace fl
} // namespace ns3

#endif /* FL_FUZZ_INSTANCE_H */
