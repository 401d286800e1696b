/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MODEL_H
#define FL_MODEL_H

#include "fl-chain.h"
#include "fl-layer.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// A named part of a model's flat parameter vector: a matrix in column-major order.
struct Slice
{
    std::string name;    //!< "layer.parameter", for example "dense1.weight"
    size_t offset{0};    //!< index of its first element
    uint32_t rows{0};    //!< of the matrix
    uint32_t columns{0}; //!< of the matrix; 1: a vector
    /// 1: a vector also where files tell vectors from matrices of one column; else 2
    uint32_t dimensions{2};

    /// @return number of elements
    size_t Size() const;
};

/// The slices of a model that training changes; made by Model::Trainable().
struct TrainableMask
{
    std::vector<uint8_t> slices; //!< by slice: 1 trains, 0 is left as it is
};

/**
 * @ingroup fl
 * A model's frozen parameters: read-only matrices wherever they lie, in memory or in a mapped file,
 * kept alive by whoever uses them. All copies share one set.
 */
template <typename Scalar>
struct BasicFrozenParameters
{
    std::vector<const Scalar*> matrices; //!< by frozen slice, column-major
    std::shared_ptr<const void> owner;   //!< of their memory
};

/**
 * @ingroup fl
 * Activations and their gradients between BasicModel::Forward() and BasicModel::Backward(), and the
 * layers' scratch memory. One per thread; it grows to the largest batch so far, so that later steps
 * allocate nothing (but for what Eigen's products take for themselves).
 */
template <typename Scalar>
class BasicWorkspace
{
  private:
    template <typename>
    friend class BasicModel;
    /// Numbers in a row.
    using Buffer = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

    BatchShape m_shape;                      //!< of the last batch
    Buffer m_output;                         //!< of the model, outputs x columns
    Buffer m_inputGradient;                  //!< of the model's input, inputs x columns
    Buffer m_cache;                          //!< all layers'
    Buffer m_scratch;                        //!< one layer's at a time
    Buffer m_outputTangent;                  //!< of the model, outputs x columns
    std::vector<const Scalar*> m_parameters; //!< one matrix each
    std::vector<Scalar*> m_gradients;        //!< one matrix each, null: does not train
    std::vector<const Scalar*> m_tangents;   //!< one matrix each, null: does not train
};

/**
 * @ingroup fl
 * The structure of a feed-forward network: a chain of layers, of which any may be made of layers
 * (BasicChain, BasicResidual, BasicAttention). Every column of a matrix is one sample, or, where
 * the batch's shape says so, one token of a sequence.
 *
 * Its parameters are of two kinds. Those that train are one flat vector, an argument of each call,
 * so that all clients and threads share one immutable model; what is transmitted, merged and
 * optimized is that vector, and all sizes without another word are its. Frozen ones are set once,
 * shared and read-only: they have no gradient and never move. By default there are none.
 *
 * The loss is computed outside (SoftmaxCrossEntropy()): Backward() takes the gradient of the output
 * and returns that of the input, so that a model may be a part of a longer chain, as an encoder at
 * a server is.
 *
 * To add a model, derive a class whose constructor makes the layers, and give it a name by a
 * ModelRegistration.
 *
 * @tparam Scalar float, in which models are trained; double, in which tests check gradients
 */
template <typename Scalar>
class BasicModel
{
  public:
    /// A flat vector of parameters.
    using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
    /// A matrix that is owned elsewhere.
    using MatrixView = BasicMatrixView<Scalar>;
    /// The same, read only.
    using ConstMatrixView = BasicConstMatrixView<Scalar>;
    /// Activations and scratch memory.
    using Workspace = BasicWorkspace<Scalar>;
    /// Frozen parameters.
    using FrozenParameters = BasicFrozenParameters<Scalar>;

    /**
     * @param layers at least one, from input to output, under different names
     * @param trainable names of the parameters that train, where * stands for any text; all others
     *        are frozen, and must be set by SetFrozen() before anything is computed
     * @throws InvalidInput if there is no layer, inputs and outputs differ, slices have one name,
     * or a pattern matches nothing
     */
    explicit BasicModel(std::vector<std::unique_ptr<const BasicLayer<Scalar>>> layers,
                        const std::vector<std::string>& trainable = {"*"});
    virtual ~BasicModel() = default;
    BasicModel(const BasicModel&) = delete;
    BasicModel& operator=(const BasicModel&) = delete;

    /// @return features per column that go in
    uint32_t InputSize() const;
    /// @return outputs per column, for a classifier its classes
    uint32_t OutputSize() const;
    /// @return the layers, from input to output
    const typename BasicChain<Scalar>::Layers& GetLayers() const;
    /// @return elements of the flat vector of those parameters that train
    size_t ParameterCount() const;
    /// @return elements of the frozen parameters
    size_t FrozenCount() const;
    /**
     * Columns to put through the layers at once, so that activations take no more than 16 MiB: 256
     * for models of up to 16,384 outputs of layers per column, fewer beyond, but at least 16. What
     * works through more does so in blocks of that many.
     * @return number of samples, a power of two
     */
    uint32_t BlockSamples() const;
    /// @return the named parts of the vector of those that train, in their order, without gaps
    const std::vector<Slice>& Slices() const;
    /// @return the frozen parameters; offsets as if they were one vector
    const std::vector<Slice>& FrozenSlices() const;

    /**
     * @param name of a slice that trains
     * @return the slice
     * @throws InvalidInput if there is none, naming those there are
     */
    const Slice& FindSlice(const std::string& name) const;

    /**
     * @param parameters the flat vector
     * @param slice one of Slices()
     * @return that part of it as a matrix
     */
    static MatrixView View(Vector& parameters, const Slice& slice);
    /// @param parameters a flat vector @param slice one of Slices() @return that part as a matrix
    static ConstMatrixView View(const Vector& parameters, const Slice& slice);

    /**
     * @param seed of the random draws
     * @return initial parameters, a function of the seed; ParameterCount() elements
     */
    Vector InitialParameters(uint64_t seed) const;
    /**
     * @param seed of the random draws
     * @return initial values of the frozen parameters, for those who have no better ones
     */
    FrozenParameters InitialFrozen(uint64_t seed) const;

    /**
     * Set the frozen parameters.
     * @param frozen one matrix for each of FrozenSlices(), all finite
     * @throws InvalidInput if there are more or fewer
     */
    void SetFrozen(FrozenParameters frozen);
    /// @return the frozen parameters as they were set
    const FrozenParameters& GetFrozen() const;

    /**
     * @param patterns names of slices, where * stands for any text; empty: all slices
     * @return the mask of the slices that a pattern matches
     * @throws InvalidInput if a pattern matches nothing, naming the slices there are
     */
    TrainableMask Trainable(const std::vector<std::string>& patterns = {}) const;

    /**
     * Forward() where each column is a sample.
     * @param parameters the flat vector, ParameterCount() elements
     * @param input inputs x samples
     * @param [out] workspace holds the result, and what Backward() needs
     * @return outputs x samples, valid until the workspace's next use
     * @throws InvalidInput if a size does not fit, or frozen parameters were not set
     */
    ConstMatrixView Forward(const Vector& parameters,
                            const ConstMatrixView& input,
                            Workspace& workspace) const;

    /**
     * @param parameters the flat vector, ParameterCount() elements
     * @param input inputs x columns
     * @param shape how these columns form sequences; its arrays must live until Backward()
     * @param [out] workspace holds the result, and what Backward() needs
     * @param keeps whether Backward() follows; if not, less memory is touched
     * @return the outputs, valid until the workspace's next use; the columns are those of
     *         OutputShape()
     * @throws InvalidInput if a size does not fit, or frozen parameters were not set
     */
    ConstMatrixView Forward(const Vector& parameters,
                            const ConstMatrixView& input,
                            const BatchShape& shape,
                            Workspace& workspace,
                            bool keeps = true) const;

    /// @return which tokens its input may consist of; no text if there are none
    TokenShape Tokens() const;

    /// @return shape of what comes out
    /// @param input shape of a batch that goes in
    BatchShape OutputShape(const BatchShape& input) const;

    /**
     * @param layer index of a layer but the last one
     * @param workspace as Forward() left it, which kept all
     * @return that layer's output
     */
    ConstMatrixView OutputOf(size_t layer, const Workspace& workspace) const;

    /**
     * Back-propagation, after Forward() with the same arguments.
     * @param parameters the flat vector, ParameterCount() elements
     * @param input inputs x columns
     * @param outputGradient of the loss with respect to the output, of its shape
     * @param mask which slices train; the gradient of others is left as it is
     * @param workspace as Forward() left it
     * @param [in,out] gradient of the loss with respect to the parameters; is added to
     * @param wantInputGradient whether the gradient with respect to the input is needed
     * @return the gradient with respect to the input, inputs x columns, valid until the workspace's
     *         next use; its data are null if it is not needed
     * @throws InvalidInput if a size does not fit
     */
    ConstMatrixView Backward(const Vector& parameters,
                             const ConstMatrixView& input,
                             const ConstMatrixView& outputGradient,
                             const TrainableMask& mask,
                             Workspace& workspace,
                             Vector& gradient,
                             bool wantInputGradient = false) const;

    /**
     * The forward-mode derivative along a direction of the parameters, of the last Forward() with
     * this workspace, which kept what Backward() needs.
     * @param direction of the parameters, ParameterCount() elements
     * @param input as in Forward()
     * @param workspace of Forward()
     * @param inputDirection of the input, inputs x columns; null data: it has none
     * @return how the outputs change along both, outputs x columns; valid until the workspace's
     *         next use but by Backward()
     * @throws InvalidInput if a size does not fit
     */
    ConstMatrixView Tangent(const Vector& direction,
                            const ConstMatrixView& input,
                            Workspace& workspace,
                            const ConstMatrixView& inputDirection = {nullptr, 0, 0}) const;

  private:
    /// Where a parameter is.
    struct Source
    {
        bool isFrozen; //!< among the frozen ones
        size_t slice;  //!< index of its slice of that kind
    };

    /// Throw InvalidInput if the vector, which `what` names, has not ParameterCount() elements.
    void CheckParameters(const Vector& parameters, const char* what) const;
    /// Tell each parameter whether it trains.
    void AssignSlices(const std::vector<std::string>& trainable);
    /**
     * Let each layer draw its initial values from a stream of its own.
     * @param matrices one per parameter; null: not asked for
     * @param seed of the streams
     */
    void Initialize(const std::vector<Scalar*>& matrices, uint64_t seed) const;

    BasicChain<Scalar> m_chain;        //!< the layers
    std::vector<Source> m_sources;     //!< by parameter of the chain
    std::vector<Slice> m_slices;       //!< of the flat vector
    std::vector<Slice> m_frozenSlices; //!< of the frozen parameters
    size_t m_parameterCount{0};        //!< length of the flat vector
    size_t m_frozenCount{0};           //!< elements of the frozen parameters
    FrozenParameters m_frozen;         //!< their values
};

/// A model in float32.
using Model = BasicModel<float>;
/// The memory that it works in.
using Workspace = BasicWorkspace<float>;
/// Its frozen parameters.
using FrozenParameters = BasicFrozenParameters<float>;

} // namespace fl
} // namespace ns3

#endif /* FL_MODEL_H */
