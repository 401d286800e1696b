/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MIX_SEED_H
#define FL_MIX_SEED_H

#include "fl-random-stream.h"

#include <cstdint>
#include <initializer_list>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * @param parts for example seed, device, round; their order matters
 * @return one seed of many numbers, any of which changes it
 */
inline uint64_t
MixSeed(std::initializer_list<uint64_t> parts)
{
    uint64_t seed = 0;
    for (const uint64_t part : parts)
    {
        seed = RandomStream(seed, part).Next();
    }
    return seed;
}

} // namespace fl
} // namespace ns3

#endif /* FL_MIX_SEED_H */
