/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FUZZ_RANDOM_H
#define FL_FUZZ_RANDOM_H

#include "fl-fuzz-instance.h"

#include "ns3/fl-random-stream.h"

#include <nlohmann/json.hpp>

/**
 * @file
 * @ingroup fl
 * What makers of random instances share.
 */

namespace ns3
{
namespace fl
{
namespace fuzz
{

/// @return a number around an ordinary one, so many orders of magnitude away at most, within
/// [1e-30, 1e30]
/// @param random source of the draw
/// @param ordinary the number
/// @param decades how far away
double Around(RandomStream& random, double ordinary, double decades);

/**
 * Damage one value somewhere.
 * @param json the instance
 * @param random source of the draws
 */
void Damage(nlohmann::ordered_json& json, RandomStream& random);

/**
 * Make an instance of a magnitude that is drawn: valid, or one whose text is damaged.
 * @param random source of the draws
 * @param makeValid makes a valid instance of numbers so many orders of magnitude from ordinary ones
 * @return it
 */
FuzzInstance MakeFuzz(RandomStream& random,
                      nlohmann::ordered_json (*makeValid)(RandomStream& random, double decades));

} // namespace fuzz
} // namespace fl
} // namespace ns3

#endif /* FL_FUZZ_RANDOM_H */
