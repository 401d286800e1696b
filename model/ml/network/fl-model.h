/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MODEL_H
#define FL_MODEL_H

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

    /// @return number of elements
    size_t Size() const;
};

/// The slices of a model that training changes; made by Model::Trainable().
struct TrainableMask
{
    std::vector<uint8_t> slices; //!< by slice: 1 trains, 0 is frozen
};

/**
 * @ingroup fl
 * Activations and their gradients between Model::Forward() and Model::Backward(), and the layers'
 * scratch memory. One per thread; it grows to the largest batch so far, so that later steps
 * allocate nothing (but for what Eigen's products take for themselves).
 */
class Workspace
{
  private:
    friend class Model;
    std::vector<Eigen::VectorXf> m_outputs;   //!< by layer, outputs x batch
    std::vector<Eigen::VectorXf> m_gradients; //!< by layer, of its input: inputs x batch
    Eigen::VectorXf m_scratch;                //!< one layer's at a time
};

/**
 * @ingroup fl
 * The structure of a feed-forward network: a chain of layers. Its parameters are one flat vector,
 * an argument of each call, so that all clients and threads share one immutable model, and what is
 * transmitted is that vector. Every column of a matrix is one sample.
 *
 * The loss is computed outside (SoftmaxCrossEntropy()): Backward() takes the gradient of the output
 * and returns that of the input, so that a model may be a part of a longer chain.
 *
 * To add a model, derive a class whose constructor makes the layers, and give it a name by a
 * ModelRegistration.
 */
class Model
{
  public:
    /**
     * @param layers at least one, from input to output, under different names
     * @throws InvalidInput if there is none, inputs and outputs differ, or slices have one name
     */
    explicit Model(std::vector<std::unique_ptr<const Layer>> layers);
    virtual ~Model() = default;
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    /// @return features per sample that go in
    uint32_t InputSize() const;
    /// @return outputs per sample, for a classifier its classes
    uint32_t OutputSize() const;
    /// @return elements of the flat parameter vector
    size_t ParameterCount() const;
    /**
     * Samples to put through the layers at once, so that activations take no more than 16 MiB: 256
     * for models of up to 16,384 outputs of layers per sample, fewer beyond, but at least 16. What
     * works through more samples does so in blocks of that many.
     * @return number of samples, a power of two
     */
    uint32_t BlockSamples() const;
    /// @return the named parts of the parameter vector, in their order, without gaps
    const std::vector<Slice>& Slices() const;

    /**
     * @param name of a slice
     * @return the slice
     * @throws InvalidInput if there is none, naming those there are
     */
    const Slice& FindSlice(const std::string& name) const;

    /**
     * @param parameters the flat vector
     * @param slice one of Slices()
     * @return that part of it as a matrix
     */
    static MatrixView View(Eigen::VectorXf& parameters, const Slice& slice);
    /// @copydoc View(Eigen::VectorXf&,const Slice&)
    static ConstMatrixView View(const Eigen::VectorXf& parameters, const Slice& slice);

    /**
     * @param seed of the random draws
     * @return initial parameters, a function of the seed; ParameterCount() elements
     */
    Eigen::VectorXf InitialParameters(uint64_t seed) const;

    /**
     * @param patterns names of slices, where * stands for any text; empty: all slices
     * @return the mask of the slices that a pattern matches
     * @throws InvalidInput if a pattern matches nothing, naming the slices there are
     */
    TrainableMask Trainable(const std::vector<std::string>& patterns = {}) const;

    /**
     * @param parameters the flat vector, ParameterCount() elements
     * @param input inputs x batch
     * @param [out] workspace holds the result, and what Backward() needs
     * @return outputs x batch, valid until the workspace's next use
     * @throws InvalidInput if a size does not fit
     */
    ConstMatrixView Forward(const Eigen::VectorXf& parameters,
                            const ConstMatrixView& input,
                            Workspace& workspace) const;

    /**
     * Back-propagation, after Forward() with the same arguments.
     * @param parameters the flat vector, ParameterCount() elements
     * @param input inputs x batch
     * @param outputGradient of the loss with respect to the output, outputs x batch
     * @param mask which slices train; the gradient of others is left as it is
     * @param workspace as Forward() left it
     * @param [in,out] gradient of the loss with respect to the parameters; is added to
     * @param wantInputGradient whether the gradient with respect to the input is needed
     * @return the gradient with respect to the input, inputs x batch, valid until the workspace's
     *         next use; its data are null if it is not needed
     * @throws InvalidInput if a size does not fit
     */
    ConstMatrixView Backward(const Eigen::VectorXf& parameters,
                             const ConstMatrixView& input,
                             const ConstMatrixView& outputGradient,
                             const TrainableMask& mask,
                             Workspace& workspace,
                             Eigen::VectorXf& gradient,
                             bool wantInputGradient = false) const;

  private:
    /// A layer and where its parameters lie.
    struct Link
    {
        std::unique_ptr<const Layer> layer; //!< the layer
        size_t offset;                      //!< of its parameters
        size_t firstSlice;                  //!< of its slices
        size_t sliceCount;                  //!< how many it has
    };

    /// Throw InvalidInput if the vector, which `what` names, has not ParameterCount() elements.
    void CheckParameters(const Eigen::VectorXf& parameters, const char* what) const;
    /// @return the first layer that Backward() has to reach
    /// @param mask which slices are trained
    /// @param wantInputGradient whether the gradient with respect to the input is needed
    size_t FirstNeededLayer(const TrainableMask& mask, bool wantInputGradient) const;

    std::vector<Link> m_links;   //!< layers, from input to output
    std::vector<Slice> m_slices; //!< of the flat vector, by name
    size_t m_parameterCount{0};  //!< length of the flat vector
    size_t m_activationCount{0}; //!< outputs of all layers, per sample
    size_t m_scratchSize{0};     //!< elements that the most demanding layer needs
};

} // namespace fl
} // namespace ns3

#endif /* FL_MODEL_H */
