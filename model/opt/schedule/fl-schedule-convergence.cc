/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-convergence.h"

#include "ns3/fl-error.h"

#include <cmath>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

/// Refuse a number that is NaN, infinite, negative or, where it must be positive, 0.
void
Require(const char* name, double value, bool positive)
{
    if (!std::isfinite(value) || value < 0 || (positive && value == 0))
    {
        throw InvalidInput(
            Describe(name, " = ", value, positive ? ": must be positive" : ": must be at least 0"));
    }
}

/**
 * @param devices K
 * @param selected N, within 1 ... K
 * @return (K - N) / (N (K - 1)): how much is missing of a full round; 0 for N = K, 1 for N = 1 < K
 * @throws std::logic_error if N is not within 1 ... K
 */
double
Missing(size_t devices, size_t selected)
{
    if (selected < 1 || selected > devices)
    {
        throw std::logic_error(Describe("Theorem 1: ", selected, " of ", devices, " devices"));
    }
    return selected == devices
               ? 0
               : static_cast<double>(devices - selected) /
                     (static_cast<double>(selected) * static_cast<double>(devices - 1));
}

} // namespace

void
ConvergenceAssumptions::Validate() const
{
    if (devices < 1)
    {
        throw InvalidInput("devices = 0: must be at least 1");
    }
    Require("learning rate", learningRate, true);
    Require("smoothness", smoothness, true);
    Require("polyak-lojasiewicz constant", polyakLojasiewicz, false);
    Require("gradient variance", gradientVariance, false);
    Require("shared parameters", sharedParameters, false);
    Require("local parameters", localParameters, false);
    Require("initial gap", initialGap, false);
}

double
ConvergenceAssumptions::Sigma(size_t selected) const
{
    const double squared = static_cast<double>(devices) * static_cast<double>(devices);
    return (learningRate - smoothness * learningRate * learningRate -
            0.5 * smoothness * Missing(devices, selected)) /
           squared;
}

double
ConvergenceAssumptions::Alpha(size_t selected) const
{
    const double squared = static_cast<double>(devices) * static_cast<double>(devices);
    return gradientVariance * squared * Sigma(selected) * sharedParameters;
}

double
ConvergenceAssumptions::Beta() const
{
    return localParameters * (smoothness * learningRate - 1) * learningRate * gradientVariance;
}

double
ConvergenceAssumptions::LargestSmoothness() const
{
    return learningRate / (learningRate * learningRate + 1);
}

double
ConvergenceAssumptions::LargestSmoothness(size_t selected) const
{
    return learningRate / (learningRate * learningRate + Missing(devices, selected));
}

std::string
ConvergenceAssumptions::Warning() const
{
    if (smoothness < LargestSmoothness())
    {
        return {};
    }
    return Describe("Theorem 1 does not hold: L = ",
                    smoothness,
                    " is not below eta / (eta^2 + 1) = ",
                    LargestSmoothness(),
                    ", so that its bound says nothing for rounds with few devices");
}

double
GradientNorms::PrintedBound() const
{
    const auto count = static_cast<double>(devices);
    return 2 * (localSquares + sharedSquares) / (count * count);
}

double
GradientNorms::CorrectedBound() const
{
    const auto count = static_cast<double>(devices);
    return (localSquares + count * sharedSquares) / (count * count);
}

ConvergenceBound::ConvergenceBound(const ConvergenceAssumptions& assumptions)
    : m_assumptions(assumptions),
      m_initial(assumptions.initialGap)
{
    assumptions.Validate();
}

void
ConvergenceBound::Round(size_t selected)
{
    if (selected == 0)
    {
        return;
    }
    const double factor = 1 - 2 * m_assumptions.polyakLojasiewicz * m_assumptions.Sigma(selected);
    m_product *= factor;
    m_initial *= factor;
    m_shared = factor * m_shared - m_assumptions.Alpha(selected);
    m_local = factor * m_local + m_assumptions.Beta();
}

double
ConvergenceBound::InitialGap() const
{
    return m_initial;
}

double
ConvergenceBound::PrintedInitialGap(double leastLoss) const
{
    return m_product * (m_assumptions.initialGap + leastLoss) - leastLoss;
}

double
ConvergenceBound::SharedGap() const
{
    return m_shared;
}

double
ConvergenceBound::LocalGap() const
{
    return m_local;
}

double
ConvergenceBound::Get() const
{
    return m_initial + m_shared + m_local;
}

} // namespace fl
} // namespace ns3
