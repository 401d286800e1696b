/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PERCEPTRON_H
#define FL_PERCEPTRON_H

#include "ns3/fl-model.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The networks that agents are made of.
 */

namespace ns3
{
namespace fl
{

/// What a perceptron is like.
struct PerceptronShape
{
    uint32_t inputs{1};             //!< at least 1
    std::vector<uint32_t> hidden{}; //!< units of the hidden layers, from input to output
    uint32_t outputs{1};            //!< at least 1
    bool isBounded{false};          //!< whether outputs are tanh, or else linear
};

/**
 * @ingroup fl
 * A multilayer perceptron with its parameters and the memory that it works in. Hidden units are
 * tanh; weights begin as Glorot's, those of the last layer at a hundredth of that, so that at first
 * all outputs are about 0 in all states.
 * @tparam Scalar float; double where tests check derivatives
 */
template <typename Scalar>
class BasicPerceptron
{
  public:
    /// Numbers in a row.
    using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
    /// A matrix in memory that is owned elsewhere, read only.
    using ConstMatrixView = BasicConstMatrixView<Scalar>;

    /**
     * @param shape sizes of input, hidden layers and output, at least 1 each
     * @param seed of the initial weights
     * @throws InvalidInput if a size is 0
     */
    BasicPerceptron(const PerceptronShape& shape, uint64_t seed);

    /// @return sizes of input, hidden layers and output
    const PerceptronShape& Shape() const
    {
        return m_shape;
    }

    /// @return number of its parameters
    Eigen::Index Size() const
    {
        return m_parameters.size();
    }

    /// @return its parameters, which may be changed but in their number
    Vector& Parameters()
    {
        return m_parameters;
    }

    /// @return its parameters
    const Vector& Parameters() const
    {
        return m_parameters;
    }

    /// @return outputs x columns, valid until the next call
    /// @param input inputs x columns; must live until the calls below
    ConstMatrixView Forward(const ConstMatrixView& input);
    /// @return how the outputs of the last Forward() change along a direction of the parameters
    /// @param direction as long as the parameters
    ConstMatrixView Tangent(const Vector& direction);
    /// Add to the gradient of a loss. @param outputGradient by the outputs of the last Forward()
    /// @param [in,out] gradient by the parameters, is added to
    void Backward(const ConstMatrixView& outputGradient, Vector& gradient);
    /// @return the gradient of a loss by the input, valid until the next call
    /// @param outputGradient by the outputs of the last Forward()
    ConstMatrixView InputGradient(const ConstMatrixView& outputGradient);

  private:
    /// The input of the last Forward().
    ConstMatrixView Input() const;

    PerceptronShape m_shape;                           //!< see Shape()
    std::unique_ptr<const BasicModel<Scalar>> m_model; //!< the layers
    TrainableMask m_all;                               //!< all of them train
    TrainableMask m_none;                              //!< none of them does
    Vector m_parameters;                               //!< of the layers
    Vector m_unused;                                   //!< a gradient that nobody asks for
    BasicWorkspace<Scalar> m_workspace;                //!< between layers
    const Scalar* m_input{nullptr};                    //!< of the last Forward()
    Eigen::Index m_columns{0};                         //!< of the last Forward()
};

/// A perceptron in float32.
using Perceptron = BasicPerceptron<float>;

} // namespace fl
} // namespace ns3

#endif /* FL_PERCEPTRON_H */
