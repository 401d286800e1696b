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

} // namespace fl
} // namespace ns3

#endif /* FL_CLASSIFIERS_H */
