/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-classifiers.h"

#include "fl-convolution.h"

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

/**
 * Add a convolution with its ReLU and pooling.
 * @param layers gets them
 * @param number of the convolution, from 1 on
 * @param input shape of what comes in
 * @param channels of the convolution's output
 * @return shape of what comes out
 */
ImageShape
AddConvolution(Layers& layers, uint32_t number, ImageShape input, uint32_t channels)
{
    constexpr uint32_t KERNEL = 5;
    const std::string digits = std::to_string(number);
    auto convolution = std::make_unique<Conv2d>("conv" + digits, input, channels, KERNEL);
    const ImageShape shape = convolution->OutputImage();
    auto pooling = std::make_unique<MaxPool2d>("pool" + digits, shape);
    const ImageShape pooled = pooling->OutputImage();
    layers.push_back(std::move(convolution));
    layers.push_back(std::make_unique<Relu>("relu" + digits, shape.Size()));
    layers.push_back(std::move(pooling));
    return pooled;
}

/// Convolution, ReLU, pooling, convolution, ReLU, pooling, dense, ReLU, dense.
Layers
MakeSvhnLayers(uint32_t classes)
{
    constexpr uint32_t HIDDEN = 256;
    Layers layers;
    ImageShape shape = AddConvolution(layers, 1, {3, 32, 32}, 32);
    shape = AddConvolution(layers, 2, shape, 64);
    layers.push_back(std::make_unique<Dense>("dense1", shape.Size(), HIDDEN, Dense::Start::HE));
    layers.push_back(std::make_unique<Relu>("relu3", HIDDEN));
    layers.push_back(std::make_unique<Dense>("dense2", HIDDEN, classes, Dense::Start::GLOROT));
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

SvhnCnn::SvhnCnn(uint32_t classes)
    : Model(MakeSvhnLayers(classes))
{
}

} // namespace fl
} // namespace ns3
