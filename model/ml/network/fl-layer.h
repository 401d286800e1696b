/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LAYER_H
#define FL_LAYER_H

#include "ns3/fl-random-stream.h"

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// A matrix in memory that is owned elsewhere, in column-major order.
using MatrixView = Eigen::Map<Eigen::MatrixXf>;
/// The same, read only.
using ConstMatrixView = Eigen::Map<const Eigen::MatrixXf>;

/// Name and shape of one of a layer's parameters.
struct ParameterShape
{
    std::string name;    //!< within the layer
    uint32_t rows{0};    //!< of the matrix
    uint32_t columns{0}; //!< of the matrix; 1: a vector
};

/// Arguments of Layer::Backward(). Every column of a matrix is one sample.
struct BackwardPass
{
    const float* parameters;        //!< the layer's, as Layer::Parameters() lists them
    ConstMatrixView input;          //!< input of Forward(), inputs x batch
    ConstMatrixView output;         //!< output of Forward(), outputs x batch
    ConstMatrixView outputGradient; //!< dL/d(output) of the loss L, outputs x batch
    float* gradient;                //!< dL/d(parameters), laid out like them; is added to
    const uint8_t* trains;          //!< per parameter matrix: 0 leaves its gradient as it is
    MatrixView inputGradient; //!< dL/d(input), inputs x batch, is written; null data: not needed
    float* scratch;           //!< Layer::ScratchSize() elements, of any content
};

/**
 * @ingroup fl
 * One layer of a Model. Layers are immutable and own no parameters: these are an argument of each
 * call, the layer's part of the model's flat vector, matrix after matrix in column-major order. So
 * any number of clients and threads share one layer. Memory that a layer needs while it works is an
 * argument, too: the caller, as a rule a Workspace, owns it and keeps it for the next call.
 */
class Layer
{
  public:
    /**
     * @param name unique within the model, for example "dense1"
     * @param inputSize features per sample that go in, at least 1
     * @param outputSize features per sample that come out, at least 1
     * @throws InvalidInput if a size is 0
     */
    Layer(const std::string& name, uint32_t inputSize, uint32_t outputSize);
    virtual ~Layer() = default;
    Layer(const Layer&) = delete;
    Layer& operator=(const Layer&) = delete;

    /// @return its name
    const std::string& Name() const;
    /// @return features per sample that go in
    uint32_t InputSize() const;
    /// @return features per sample that come out
    uint32_t OutputSize() const;

    /// @return its parameters in their order; none by default
    virtual std::vector<ParameterShape> Parameters() const;

    /**
     * Scratch memory, of which the layer expects nothing from one call to the next. It must not
     * grow with the batch: a layer that needs much works through its batch sample by sample.
     * @return elements that Forward() and Backward() need; 0 by default
     */
    virtual size_t ScratchSize() const;

    /**
     * Set the parameters' values before training; by default they stay zero.
     * @param [in,out] parameters the layer's, all zero on entry
     * @param random the stream to draw from
     */
    virtual void Initialize(float* parameters, RandomStream& random) const;

    /**
     * @param parameters the layer's
     * @param input inputs x batch
     * @param [out] output computed from these, outputs x batch; never overlaps with input
     * @param scratch ScratchSize() elements, of any content; null if there are none
     */
    virtual void Forward(const float* parameters,
                         const ConstMatrixView& input,
                         MatrixView output,
                         float* scratch) const = 0;

    /**
     * Back-propagation: add to the gradient of the parameters, and write that of the input.
     * @param pass operands and results
     */
    virtual void Backward(BackwardPass& pass) const = 0;

  private:
    std::string m_name;    //!< prefix of its slices
    uint32_t m_inputSize;  //!< values per sample at its input
    uint32_t m_outputSize; //!< values per sample at its output
};

/**
 * @ingroup fl
 * y = W x + b. Parameters: weight (outputs x inputs), bias (outputs).
 */
class Dense : public Layer
{
  public:
    /// Initial weights; biases are zero at first.
    enum class Start : uint8_t
    {
        ZERO,  //!< for convex models
        HE,    //!< normal, variance 2 / inputs (He et al., ICCV 2015): before a ReLU
        GLOROT //!< uniform, variance 2 / (inputs + outputs) (Glorot and Bengio, AISTATS 2010)
    };

    /**
     * @param name unique within the model
     * @param inputSize columns of W
     * @param outputSize rows of W
     * @param start initial weights
     */
    Dense(const std::string& name, uint32_t inputSize, uint32_t outputSize, Start start);

    std::vector<ParameterShape> Parameters() const override;
    void Initialize(float* parameters, RandomStream& random) const override;
    void Forward(const float* parameters,
                 const ConstMatrixView& input,
                 MatrixView output,
                 float* scratch) const override;
    void Backward(BackwardPass& pass) const override;

  private:
    Start m_start; //!< initial weights
};

/**
 * @ingroup fl
 * y = max(x, 0), element by element; the derivative at 0 is taken as 0.
 */
class Relu : public Layer
{
  public:
    /**
     * @param name unique within the model
     * @param size features per sample, in and out
     */
    Relu(const std::string& name, uint32_t size);
    void Forward(const float* parameters,
                 const ConstMatrixView& input,
                 MatrixView output,
                 float* scratch) const override;
    void Backward(BackwardPass& pass) const override;
};

/**
 * @ingroup fl
 * y = tanh(x), element by element.
 */
class Tanh : public Layer
{
  public:
    /**
     * @param name unique within the model
     * @param size features per sample, in and out
     */
    Tanh(const std::string& name, uint32_t size);
    void Forward(const float* parameters,
                 const ConstMatrixView& input,
                 MatrixView output,
                 float* scratch) const override;
    void Backward(BackwardPass& pass) const override;
};

} // namespace fl
} // namespace ns3

#endif /* FL_LAYER_H */
