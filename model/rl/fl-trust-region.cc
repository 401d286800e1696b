/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-trust-region.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Conjugate gradients end at this residual, relative.
constexpr double RESIDUAL = 1e-5;

/// @return the inner product, summed in double @param a one vector @param b the other one
double
Dot(const Eigen::VectorXf& a, const Eigen::VectorXf& b)
{
    double sum = 0;
    constexpr Eigen::Index BLOCK = 1024;
    for (Eigen::Index i = 0; i < a.size(); i += BLOCK)
    {
        const Eigen::Index count = std::min(BLOCK, a.size() - i);
        sum += static_cast<double>(a.segment(i, count).dot(b.segment(i, count)));
    }
    return sum;
}

} // namespace

Eigen::VectorXf
ConjugateGradient(const Eigen::VectorXf& gradient,
                  const std::function<void(const Eigen::VectorXf&, Eigen::VectorXf&)>& multiply,
                  double damping,
                  uint32_t steps)
{
    Eigen::VectorXf x = Eigen::VectorXf::Zero(gradient.size());
    Eigen::VectorXf residual = gradient;
    Eigen::VectorXf direction = gradient;
    Eigen::VectorXf product(gradient.size());
    double square = Dot(residual, residual);
    const double goal = RESIDUAL * RESIDUAL * square;
    for (uint32_t step = 0; step < steps && square > goal; ++step)
    {
        multiply(direction, product);
        product += static_cast<float>(damping) * direction;
        const double curvature = Dot(direction, product);
        if (!(curvature > 0))
        {
            break;
        }
        const auto length = static_cast<float>(square / curvature);
        x += length * direction;
        residual -= length * product;
        const double next = Dot(residual, residual);
        direction = residual + static_cast<float>(next / square) * direction;
        square = next;
    }
    return x;
}

TrustRegionStep
TakeTrustRegionStep(const TrustRegionOptions& options,
                    const Eigen::VectorXf& gradient,
                    const std::function<void(const Eigen::VectorXf&, Eigen::VectorXf&)>& fisher,
                    const std::function<TrustRegionTrial(Eigen::VectorXf&)>& attempt,
                    Eigen::VectorXf& parameters)
{
    TrustRegionStep step;
    const auto direction =
        ConjugateGradient(gradient, fisher, options.damping, options.conjugateSteps);
    Eigen::VectorXf product(direction.size());
    fisher(direction, product);
    const double curvature = Dot(direction, product);
    if (!(curvature > 0) || !std::isfinite(curvature))
    {
        return step;
    }
    const double length = std::sqrt(2 * options.maxDivergence / curvature);
    double factor = options.firstFactor;
    for (uint32_t halving = 0; halving <= options.halvings; ++halving, factor /= 2)
    {
        Eigen::VectorXf candidate = parameters + static_cast<float>(factor * length) * direction;
        step.last = attempt(candidate);
        if (step.last.divergence <= options.maxDivergence && step.last.gain > 0)
        {
            step.isTaken = true;
            step.factor = factor;
            parameters = std::move(candidate);
            break;
        }
    }
    return step;
}

} // namespace fl
} // namespace ns3
