/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_ML_H
#define FL_TEST_ML_H

#include "ns3/fl-layer.h"
#include "ns3/fl-random-stream.h"

#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Vectors for tests of models and training.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// Distance from 1 to the next larger float.
inline constexpr double EPS = std::numeric_limits<float>::epsilon();

/**
 * @param count how many
 * @return 0, 1, ..., count - 1
 */
inline std::vector<uint32_t>
Range(uint32_t count)
{
    std::vector<uint32_t> range(count);
    std::iota(range.begin(), range.end(), 0);
    return range;
}

/**
 * @param size how many
 * @param seed of the stream
 * @return uniform numbers in [-1, 1), the same each time
 */
inline Eigen::VectorXf
MakeVector(Eigen::Index size, uint64_t seed)
{
    RandomStream random(seed);
    Eigen::VectorXf values(size);
    for (float& value : values)
    {
        value = static_cast<float>(random.Uniform(-1, 1));
    }
    return values;
}

/**
 * @param values column by column
 * @param rows of the matrix
 * @return a view of the vector as a matrix
 */
inline ConstMatrixView
AsMatrix(const Eigen::VectorXf& values, Eigen::Index rows)
{
    return ConstMatrixView(values.data(), rows, values.size() / rows);
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_ML_H */
