/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-gradient-step.h"

#include "ns3/fl-error.h"

#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain unless a number is in its range.
void
Require(const char* name, double value, bool allowed, const char* rule)
{
    if (!std::isfinite(value) || !allowed)
    {
        throw InvalidInput(Describe(name, " ", value, ": must be ", rule));
    }
}

} // namespace

void
StepOptions::Validate() const
{
    Require("learning rate", learningRate, learningRate > 0, "positive and finite");
    Require("Adam's beta1", beta1, beta1 >= 0 && beta1 < 1, "at least 0 and below 1");
    Require("Adam's beta2", beta2, beta2 >= 0 && beta2 < 1, "at least 0 and below 1");
    Require("Adam's eps", eps, eps > 0, "positive and finite");
}

GradientStep::GradientStep(const StepOptions& options)
    : m_options(options)
{
    options.Validate();
}

void
GradientStep::Apply(const Eigen::VectorXf& gradient, Eigen::VectorXf& parameters)
{
    if (m_options.rule == StepOptions::Rule::NONE)
    {
        return;
    }
    const auto rate = static_cast<float>(m_options.learningRate);
    if (m_options.rule == StepOptions::Rule::SGD)
    {
        parameters -= rate * gradient;
        return;
    }
    if (m_state.count == 0)
    {
        m_state.mean.setZero(gradient.size());
        m_state.square.setZero(gradient.size());
    }
    m_state.count++;
    const double steps = static_cast<double>(m_state.count);
    const auto beta1 = static_cast<float>(m_options.beta1);
    const auto beta2 = static_cast<float>(m_options.beta2);
    // Means begin at 0; these make up for it.
    const auto fromMean = static_cast<float>(1 / (1 - std::pow(m_options.beta1, steps)));
    const auto fromSquare = static_cast<float>(1 / (1 - std::pow(m_options.beta2, steps)));
    const auto eps = static_cast<float>(m_options.eps);
    for (Eigen::Index i = 0; i < gradient.size(); i++)
    {
        m_state.mean[i] = beta1 * m_state.mean[i] + (1 - beta1) * gradient[i];
        m_state.square[i] = beta2 * m_state.square[i] + (1 - beta2) * gradient[i] * gradient[i];
        parameters[i] -=
            rate * (m_state.mean[i] * fromMean) / (std::sqrt(m_state.square[i] * fromSquare) + eps);
    }
}

const StepOptions&
GradientStep::GetOptions() const
{
    return m_options;
}

const GradientStep::State&
GradientStep::GetState() const
{
    return m_state;
}

void
GradientStep::SetState(State state)
{
    m_state = std::move(state);
}

} // namespace fl
} // namespace ns3
