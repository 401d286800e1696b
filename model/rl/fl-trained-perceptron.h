/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRAINED_PERCEPTRON_H
#define FL_TRAINED_PERCEPTRON_H

#include "fl-perceptron.h"

#include "ns3/fl-gradient-step.h"

#include <Eigen/Core>
#include <cstdint>

namespace ns3
{
namespace fl
{

class AgentReader;
class AgentWriter;

/**
 * @ingroup fl
 * A perceptron that follows gradients by Adam.
 */
class TrainedPerceptron
{
  public:
    /// @param shape widths of the layers @param seed of the initial weights @param rate of Adam
    TrainedPerceptron(const PerceptronShape& shape, uint64_t seed, double rate);

    /// @return the perceptron
    Perceptron& Network()
    {
        return m_network;
    }

    /// Take a step down a loss. @param outputGradient its gradient by the outputs of the last
    /// Forward(); outputs x columns
    void Descend(const Eigen::MatrixXf& outputGradient);

    /**
     * The critic's steps (40), semi-gradient TD: of one output, down the mean of (V(s) - target)^2
     * / 2 over a few states at a time, in their order.
     * @param states a column each
     * @param targets by state
     * @param minibatch states at a time
     * @param epochs passes over all states
     */
    void Fit(const Eigen::MatrixXf& states,
             const Eigen::VectorXf& targets,
             uint32_t minibatch,
             uint32_t epochs);
    /// @return the first output by state @param states a column each
    Eigen::VectorXf Values(const Eigen::MatrixXf& states);

    /// Write weights and Adam's memory. @param writer where to
    void Save(AgentWriter& writer) const;
    /// Read them back. @param what for messages @param reader what was saved
    void Load(const char* what, AgentReader& reader);

  private:
    Perceptron m_network;       //!< see Network()
    GradientStep m_step;        //!< Adam
    Eigen::VectorXf m_gradient; //!< by the weights
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRAINED_PERCEPTRON_H */
