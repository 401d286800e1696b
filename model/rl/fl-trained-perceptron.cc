/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-trained-perceptron.h"

#include "fl-agent-stream.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// @return Adam @param rate its rate
StepOptions
AdamOf(double rate)
{
    StepOptions options;
    options.rule = StepOptions::Rule::ADAM;
    options.learningRate = rate;
    return options;
}

} // namespace

TrainedPerceptron::TrainedPerceptron(const PerceptronShape& shape, uint64_t seed, double rate)
    : m_network(shape, seed),
      m_step(AdamOf(rate)),
      m_gradient(m_network.Size())
{
}

void
TrainedPerceptron::Descend(const Eigen::MatrixXf& outputGradient)
{
    m_gradient.setZero();
    m_network.Backward(
        ConstMatrixView(outputGradient.data(), outputGradient.rows(), outputGradient.cols()),
        m_gradient);
    m_step.Apply(m_gradient, m_network.Parameters());
}

void
TrainedPerceptron::Fit(const Eigen::MatrixXf& states,
                       const Eigen::VectorXf& targets,
                       uint32_t minibatch,
                       uint32_t epochs)
{
    for (uint32_t epoch = 0; epoch < epochs; ++epoch)
    {
        for (Eigen::Index first = 0; first < states.cols(); first += minibatch)
        {
            const Eigen::Index count = std::min<Eigen::Index>(minibatch, states.cols() - first);
            const auto values =
                m_network.Forward(ConstMatrixView(states.col(first).data(), states.rows(), count));
            const Eigen::MatrixXf error =
                (values - targets.segment(first, count).transpose()) / static_cast<float>(count);
            Descend(error);
        }
    }
}

Eigen::VectorXf
TrainedPerceptron::Values(const Eigen::MatrixXf& states)
{
    return m_network.Forward(ConstMatrixView(states.data(), states.rows(), states.cols()))
        .row(0)
        .transpose();
}

void
TrainedPerceptron::Save(AgentWriter& writer) const
{
    writer.Vector(m_network.Parameters());
    writer.Step(m_step);
}

void
TrainedPerceptron::Load(const char* what, AgentReader& reader)
{
    reader.Vector(what, m_network.Parameters());
    reader.Step(what, m_network.Size(), m_step);
}

} // namespace fl
} // namespace ns3
