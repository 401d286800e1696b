/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CLASSIFIERS_H
#define FL_CLASSIFIERS_H

#include "fl-model.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Multinomial logistic regression: one dense layer, zero at first, so that training is a convex
 * problem. 7,850 parameters for 784 inputs and 10 classes. Slices: dense1.weight, dense1.bias.
 */
class SoftmaxRegression : public Model
{
  public:
    /**
     * @param inputSize features per sample
     * @param classes number of classes
     */
    SoftmaxRegression(uint32_t inputSize, uint32_t classes);
};

/**
 * @ingroup fl
 * Multilayer perceptron: dense layers with ReLUs between them. Slices: dense1.weight, dense1.bias,
 * dense2.weight and so on.
 */
class Mlp : public Model
{
  public:
    /**
     * @param inputSize features per sample
     * @param hiddenSizes units of each hidden layer, from the input on
     * @param classes number of classes
     */
    Mlp(uint32_t inputSize, const std::vector<uint32_t>& hiddenSizes, uint32_t classes);
};

/**
 * @ingroup fl
 * The convolutional network of DMA-FL's Table I for SVHN, images of 3 x 32 x 32: convolution 5 x 5
 * to 32 channels (2,432 parameters), ReLU, 2 x 2 max pooling, convolution 5 x 5 to 64 channels
 * (51,264), ReLU, 2 x 2 max pooling, dense 1,600 to 256 (409,856), ReLU, dense to the classes
 * (2,570 for 10). 466,122 parameters in all for 10 classes; without padding, stride 1, as the
 * table's sizes 28 and 10 say. Slices: conv1.weight, conv1.bias, conv2.weight, conv2.bias,
 * dense1.weight, dense1.bias, dense2.weight, dense2.bias.
 */
class SvhnCnn : public Model
{
  public:
    /// Features of an image that it takes: 3 x 32 x 32.
    static constexpr uint32_t INPUT_SIZE = 3 * 32 * 32;

    /// @param classes number of classes
    explicit SvhnCnn(uint32_t classes);
};

} // namespace fl
} // namespace ns3

#endif /* FL_CLASSIFIERS_H */
