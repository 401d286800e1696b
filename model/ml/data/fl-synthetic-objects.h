/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SYNTHETIC_OBJECTS_H
#define FL_SYNTHETIC_OBJECTS_H

#include "ns3/fl-random-stream.h"

#include <cstdint>

namespace ns3
{
namespace fl
{

/// Rows and columns of an image of an object, as CIFAR-10's.
inline constexpr int SYNTHETIC_OBJECT_SIZE = 32;

/**
 * Draw one of ten shapes (disc, ring, square, frame, triangle, cross, star, bars, two discs,
 * crescent), turned, stretched, in any colours, on a background with a blot, in noise.
 * @param random where from
 * @param pixels 3 x 32 x 32 bytes, red, green, blue, row by row
 * @return the shape, 0 to 9
 */
uint8_t DrawSyntheticObject(RandomStream& random, uint8_t* pixels);

} // namespace fl
} // namespace ns3

#endif /* FL_SYNTHETIC_OBJECTS_H */
