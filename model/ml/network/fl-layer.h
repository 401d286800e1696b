/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LAYER_H
#define FL_LAYER_H

#include "fl-batch-shape.h"
#include "fl-product.h"

#include "ns3/fl-random-stream.h"
#include "ns3/fl-token-shape.h"

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
/// @tparam Scalar float or double
template <typename Scalar>
using BasicMatrixView = Eigen::Map<Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>>;
/// The same, read only.
/// @tparam Scalar float or double
template <typename Scalar>
using BasicConstMatrixView =
    Eigen::Map<const Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>>;

/// A matrix of floats in memory that is owned elsewhere, in column-major order.
using MatrixView = BasicMatrixView<float>;
/// The same, read only.
using ConstMatrixView = BasicConstMatrixView<float>;

/// Name and shape of one of a layer's parameters.
struct ParameterShape
{
    std::string name;    //!< within the layer
    uint32_t rows{0};    //!< of the matrix
    uint32_t columns{0}; //!< of the matrix; 1: a vector
    /// 1: a vector also where files tell vectors from matrices of one column; else 2
    uint32_t dimensions{2};

    /// @return number of elements
    size_t Size() const
    {
        return size_t{rows} * columns;
    }
};

/**
 * Names of parts within parts are joined by dots.
 * @param outer name of what contains; may be empty
 * @param inner name of what is contained; may be empty
 * @return "outer.inner", or one of them where the other is empty
 */
std::string JoinNames(const std::string& outer, const std::string& inner);

/**
 * @param pattern a text in which * stands for any text
 * @param text a text
 * @return whether all of the text matches the pattern
 */
bool MatchesPattern(const char* pattern, const char* text);

/// Elements between the beginnings of neighbouring matrices in caches and scratch memory are whole
/// cache lines, so that no result depends on where a matrix happens to lie.
/// @param elements of a matrix
/// @return that many, rounded up
constexpr size_t
PaddedSize(size_t elements)
{
    return (elements + 15) / 16 * 16;
}

/// Arguments of BasicLayer::Forward().
template <typename Scalar>
struct BasicForwardPass
{
    const Scalar* const* parameters;    //!< one matrix for each that BasicLayer::Parameters() lists
    BatchShape shape;                   //!< how the input's columns form sequences
    BasicConstMatrixView<Scalar> input; //!< inputs x columns
    BasicMatrixView<Scalar> output;     //!< is written; outputs x columns; never overlaps the input
    Scalar* cache;    //!< BasicLayer::CacheSize() elements of any content, kept for Backward()
    Scalar* scratch;  //!< BasicLayer::ScratchSize() elements, of any content
    bool keeps{true}; //!< whether Backward() follows; if not, parts of the cache may be shared
};

/// Arguments of BasicLayer::Backward().
template <typename Scalar>
struct BasicBackwardPass
{
    const Scalar* const* parameters;             //!< as in Forward()
    BatchShape shape;                            //!< as in Forward()
    BasicConstMatrixView<Scalar> input;          //!< of Forward(), inputs x columns
    BasicConstMatrixView<Scalar> output;         //!< of Forward(), outputs x columns
    BasicConstMatrixView<Scalar> outputGradient; //!< dL/d(output) of the loss L, as output
    /// dL/d(parameters), one matrix for each; is added to. Null: it does not train, and has none
    Scalar* const* gradient;
    /// dL/d(input), inputs x columns, is written; null data: not needed
    BasicMatrixView<Scalar> inputGradient;
    const Scalar* cache; //!< as Forward() left it
    Scalar* scratch;     //!< BasicLayer::ScratchSize() elements, of any content
};

/// Arguments of BasicLayer::Tangent(). A tangent is the derivative along one direction.
template <typename Scalar>
struct BasicTangentPass
{
    const Scalar* const* parameters;           //!< as in Forward()
    const Scalar* const* parameterTangents;    //!< the parameters' direction; null: none of its own
    BatchShape shape;                          //!< as in Forward()
    BasicConstMatrixView<Scalar> input;        //!< of Forward(), inputs x columns
    BasicConstMatrixView<Scalar> output;       //!< of Forward(), outputs x columns
    BasicConstMatrixView<Scalar> inputTangent; //!< the input's direction; null data: it has none
    BasicMatrixView<Scalar> outputTangent;     //!< is written; outputs x columns
    const Scalar* cache;                       //!< as Forward() left it, which kept it
    Scalar* scratch; //!< BasicLayer::ScratchSize() elements, of any content
};

/**
 * @ingroup fl
 * One layer of a BasicModel, or of a layer that is made of layers. Layers are immutable and own no
 * parameters: these are an argument of each call, one matrix each in column-major order, wherever
 * they lie. So any number of clients and threads share one layer, and frozen parameters may stand
 * in read-only memory. What a layer works with (its cache, which Backward() needs again, and
 * scratch memory) is an argument, too: the caller, as a rule a BasicWorkspace, owns it and keeps it
 * for the next call.
 *
 * @tparam Scalar float, in which everything is computed; double, in which tests check gradients
 */
template <typename Scalar>
class BasicLayer
{
  public:
    /// A matrix that is owned elsewhere.
    using View = BasicMatrixView<Scalar>;
    /// The same, read only.
    using ConstView = BasicConstMatrixView<Scalar>;
    /// Arguments of Forward().
    using ForwardPass = BasicForwardPass<Scalar>;
    /// Arguments of Backward().
    using BackwardPass = BasicBackwardPass<Scalar>;
    /// Arguments of Tangent().
    using TangentPass = BasicTangentPass<Scalar>;

    /**
     * @param name unique within the model, for example "dense1"; within a layer made of layers it
     *        may be empty
     * @param inputSize features per column that go in, at least 1
     * @param outputSize features per column that come out, at least 1
     * @throws InvalidInput if a size is 0
     */
    BasicLayer(const std::string& name, uint32_t inputSize, uint32_t outputSize);
    virtual ~BasicLayer() = default;
    BasicLayer(const BasicLayer&) = delete;
    BasicLayer& operator=(const BasicLayer&) = delete;

    /// @return its name
    const std::string& Name() const;
    /// @return features per column that go in
    uint32_t InputSize() const;
    /// @return features per column that come out
    uint32_t OutputSize() const;

    /// @return its parameters in their order; none by default
    virtual std::vector<ParameterShape> Parameters() const;

    /**
     * @param input shape of a batch that goes in
     * @return shape of what comes out; by default the same
     */
    virtual BatchShape OutputShape(const BatchShape& input) const;

    /**
     * Memory for what Forward() computes and Backward() needs, beside input and output.
     * @param input shape of a batch that goes in
     * @return elements; 0 by default
     */
    virtual size_t CacheSize(const BatchShape& input) const;

    /**
     * Scratch memory, of which the layer expects nothing from one call to the next. A layer that
     * needs much works through its batch sample by sample.
     * @param input shape of a batch that goes in
     * @return elements that Forward(), Backward() and Tangent() need; 0 by default
     */
    virtual size_t ScratchSize(const BatchShape& input) const;

    /**
     * What a batch's activations take, by which batches are cut into blocks.
     * @param input shape of a batch that goes in
     * @return elements of its output, and within layers made of layers of all that these compute
     */
    virtual size_t ActivationSize(const BatchShape& input) const;

    /// @return whether Backward() reads the output; false by default
    virtual bool UsesOutput() const;
    /// @return which tokens its input may consist of; by default none: the input is no text
    virtual TokenShape Tokens() const;

    /**
     * Set the parameters' values before training; by default they stay zero.
     * @param parameters one matrix each, all zero on entry; null: nobody asks for this one, and
     *        nothing is drawn for it
     * @param random the stream to draw from
     */
    virtual void Initialize(Scalar* const* parameters, RandomStream& random) const;

    /**
     * Compute the output.
     * @param pass operands and results
     */
    virtual void Forward(ForwardPass& pass) const = 0;

    /**
     * Back-propagation: add to the gradient of the parameters, and write that of the input.
     * @param pass operands and results
     */
    virtual void Backward(BackwardPass& pass) const = 0;

    /**
     * Forward-mode derivative (R. Wengert, 1964): how the output changes where parameters and input
     * move along a direction, d(output)/d(parameters) times their tangents and d(output)/d(input)
     * times its own. Together with Backward(), which is the transpose of it, this is what products
     * with a Fisher matrix are made of.
     * @param pass operands and results
     */
    virtual void Tangent(TangentPass& pass) const = 0;

  private:
    std::string m_name;    //!< prefix of its slices
    uint32_t m_inputSize;  //!< values per column at its input
    uint32_t m_outputSize; //!< values per column at its output
};

/// How the weights of a dense layer begin; biases are zero at first.
enum class DenseStart : uint8_t
{
    ZERO,  //!< for convex models
    HE,    //!< normal, variance 2 / inputs (He et al., ICCV 2015): before a ReLU
    GLOROT //!< uniform, variance 2 / (inputs + outputs) (Glorot and Bengio, AISTATS 2010)
};

/// How the weights of a dense layer lie in memory.
enum class WeightOrder : uint8_t
{
    OUTPUTS_FIRST, //!< outputs x inputs, column-major
    INPUTS_FIRST   //!< inputs x outputs, column-major: as files of checkpoints have them
};

/**
 * A low-rank adapter (LoRA; E. Hu et al., ICLR 2022) of a dense layer: its output gets
 * (alpha / rank) B A x, with A rank x inputs, normal with variance 1 / inputs at first, and B
 * outputs x rank, zero at first.
 */
struct LoraOptions
{
    uint32_t rank{0}; //!< of B A; 0: no adapter
    double alpha{16}; //!< the factor is alpha / rank
};

/**
 * @ingroup fl
 * y = W x + b, or with an adapter y = W x + b + (alpha / r) B A x. Parameters: weight and bias
 * (outputs), and lora_A and lora_B where there is an adapter. In which order weight and adapter lie
 * in memory is an option: outputs x inputs, r x inputs and outputs x r, or the transposes of these.
 */
template <typename Scalar>
class BasicDense : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::View;
    using typename BasicLayer<Scalar>::ConstView;
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;
    /// Initial weights.
    using Start = DenseStart;

    /**
     * @param name unique within the model
     * @param inputSize columns of W
     * @param outputSize rows of W
     * @param start initial weights
     * @param order how weights and adapters lie in memory
     * @param lora its adapter
     * @throws InvalidInput if the rank is above inputs or outputs, or alpha is not positive
     */
    BasicDense(const std::string& name,
               uint32_t inputSize,
               uint32_t outputSize,
               Start start,
               WeightOrder order = WeightOrder::OUTPUTS_FIRST,
               LoraOptions lora = {});

    std::vector<ParameterShape> Parameters() const override;
    size_t CacheSize(const BatchShape& input) const override;
    size_t ScratchSize(const BatchShape& input) const override;
    void Initialize(Scalar* const* parameters, RandomStream& random) const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;

    /**
     * Add the adapter to the weights: W += (alpha / r) B A, after which a layer without adapter has
     * the same outputs.
     * @param [in,out] weight W
     * @param loraA A
     * @param loraB B
     */
    void Merge(Scalar* weight, const Scalar* loraA, const Scalar* loraB) const;

  private:
    /**
     * A matrix of the parameters as the formulas have it, whichever way it lies in memory.
     * @param data its first element
     * @param rows of the matrix
     * @param columns of the matrix
     * @return it, as a factor of products
     */
    Factor<Scalar> Of(const Scalar* data, Eigen::Index rows, Eigen::Index columns) const;
    /// @return shape of such a matrix @param name its name @param rows of it @param columns of it
    ParameterShape ShapeOf(const char* name, uint32_t rows, uint32_t columns) const;
    /// Add alpha l r^T to such a matrix.
    void AddOuter(Scalar* matrix,
                  Scalar alpha,
                  const Factor<Scalar>& left,
                  const Factor<Scalar>& right) const;
    /// Back-propagation through the adapter, as Backward().
    void BackwardLora(BackwardPass& pass) const;
    /// @return alpha / r
    Scalar LoraScale() const;

    Start m_start;       //!< initial weights
    WeightOrder m_order; //!< of weights and adapter in memory
    LoraOptions m_lora;  //!< adapter
};

/**
 * @ingroup fl
 * y = max(x, 0), element by element; the derivative at 0 is taken as 0.
 */
template <typename Scalar>
class BasicRelu : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;
    /**
     * @param name unique within the model
     * @param size features per column, in and out
     */
    BasicRelu(const std::string& name, uint32_t size);
    bool UsesOutput() const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;
};

/**
 * @ingroup fl
 * y = tanh(x), element by element.
 */
template <typename Scalar>
class BasicTanh : public BasicLayer<Scalar>
{
  public:
    using typename BasicLayer<Scalar>::ForwardPass;
    using typename BasicLayer<Scalar>::BackwardPass;
    using typename BasicLayer<Scalar>::TangentPass;
    /**
     * @param name unique within the model
     * @param size features per column, in and out
     */
    BasicTanh(const std::string& name, uint32_t size);
    bool UsesOutput() const override;
    void Forward(ForwardPass& pass) const override;
    void Backward(BackwardPass& pass) const override;
    void Tangent(TangentPass& pass) const override;
};

/// Arguments of Layer::Forward().
using ForwardPass = BasicForwardPass<float>;
/// Arguments of Layer::Backward().
using BackwardPass = BasicBackwardPass<float>;
/// Arguments of Layer::Tangent().
using TangentPass = BasicTangentPass<float>;
/// A layer in float32.
using Layer = BasicLayer<float>;
/// A dense layer in float32.
using Dense = BasicDense<float>;
/// Rectified linear units in float32.
using Relu = BasicRelu<float>;
/// Hyperbolic tangent in float32.
using Tanh = BasicTanh<float>;

} // namespace fl
} // namespace ns3

#endif /* FL_LAYER_H */
