/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_TRANSFORMER_H
#define FL_TEST_TRANSFORMER_H

#include "ns3/fl-random-stream.h"
#include "ns3/fl-transformer.h"

#include <Eigen/Core>
#include <cstdint>

/**
 * @file
 * @ingroup fl
 * What the suites of transformers share.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// Uniform numbers in [-1, 1), the same each time.
template <typename Scalar>
Eigen::Matrix<Scalar, Eigen::Dynamic, 1>
MakeNumbers(Eigen::Index size, uint64_t seed)
{
    RandomStream random(seed);
    Eigen::Matrix<Scalar, Eigen::Dynamic, 1> values(size);
    for (Scalar& value : values)
    {
        value = static_cast<Scalar>(random.Uniform(-1, 1));
    }
    return values;
}

/// A small transformer with adapters wherever they may be.
inline TransformerConfig
SmallConfig(bool isText, TransformerConfig::Norm norm)
{
    TransformerConfig config;
    config.norm = norm;
    config.layers = 2;
    config.width = 6;
    config.heads = 2;
    config.feedForward = 10;
    config.eps = 1e-6;
    config.lora = {2, 3};
    config.targets = {"*"};
    if (isText)
    {
        config.tokens = {7, 5, 2};
    }
    else
    {
        config.image = {2, 4, 4};
        config.patch = 2;
    }
    return config;
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_TRANSFORMER_H */
