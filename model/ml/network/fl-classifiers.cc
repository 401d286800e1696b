/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-classifiers.h"

namespace ns3
{
namespace fl
{

namespace
{

/// Layers in a chain.
using Layers = std::vector<std::unique_ptr<const Layer>>;

/// One dense layer.
Layers
MakeSoftmaxLayers(uint32_t inputSize, uint32_t classes)
{
    Layers layers;
    layers.push_back(std::make_unique<Dense>("dense1", inputSize, classes, Dense::Start::ZERO));
    return layers;
}

/// Dense, ReLU, dense, ReLU, ..., dense.
Layers
MakeMlpLayers(uint32_t inputSize, const std::vector<uint32_t>& hiddenSizes, uint32_t classes)
{
    Layers layers;
    uint32_t size = inputSize;
    uint32_t number = 1;
    for (const uint32_t hidden : hiddenSizes)
    {
        const std::string digits = std::to_string(number++);
        layers.push_back(std::make_unique<Dense>("dense" + digits, size, hidden, Dense::Start::HE));
        layers.push_back(std::make_unique<Relu>("relu" + digits, hidden));
        size = hidden;
    }
    layers.push_back(std::make_unique<Dense>("dense" + std::to_string(number),
                                             size,
                                             classes,
                                             Dense::Start::GLOROT));
    return layers;
}

} // namespace

SoftmaxRegression::SoftmaxRegression(uint32_t inputSize, uint32_t classes)
    : Model(MakeSoftmaxLayers(inputSize, classes))
{
}

Mlp::Mlp(uint32_t inputSize, const std::vector<uint32_t>& hiddenSizes, uint32_t classes)
    : Model(MakeMlpLayers(inputSize, hiddenSizes, classes))
{
}

} // namespace fl
} // namespace ns3
