/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-probe.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// Draw of the samples that F is taken on; those of minibatches come behind it.
constexpr uint32_t FULL_DRAW = 2;

/// @return grad F by all heads and the adapters: those of F = sum of f_k / K
/// @param gradients by device
Eigen::VectorXd
GlobalGradient(const std::vector<SplitGradient>& gradients)
{
    const auto count = static_cast<double>(gradients.size());
    const Eigen::Index adapters = gradients.front().adapters.size();
    const Eigen::Index head = gradients.front().head.size();
    Eigen::VectorXd all =
        Eigen::VectorXd::Zero(adapters + head * static_cast<Eigen::Index>(gradients.size()));
    for (size_t i = 0; i < gradients.size(); ++i)
    {
        all.head(adapters) += gradients[i].adapters.cast<double>() / count;
        all.segment(adapters + head * static_cast<Eigen::Index>(i), head) =
            gradients[i].head.cast<double>() / count;
    }
    return all;
}

/// @return W: the adapters, and all heads
/// @param learner has them
/// @param devices number of devices
Eigen::VectorXd
AllWeights(const SplitLearner& learner, uint32_t devices)
{
    const Eigen::Index head = learner.GetHead(0).GetParameters().size();
    const Eigen::Index adapters = learner.GetParameters().size();
    Eigen::VectorXd all(adapters + head * devices);
    all.head(adapters) = learner.GetParameters().cast<double>();
    for (uint32_t device = 0; device < devices; ++device)
    {
        all.segment(adapters + head * device, head) =
            learner.GetHead(device).GetParameters().cast<double>();
    }
    return all;
}

} // namespace

SplitProber::SplitProber(uint32_t samples, uint32_t batch)
    : m_samples(samples),
      m_batch(batch)
{
}

SplitProbe
SplitProber::Look(const SplitLearner& learner, uint32_t round)
{
    const auto full = learner.Gradients(m_samples, FULL_DRAW);
    SplitProbe probe;
    probe.round = round;
    probe.norms.devices = full.size();
    for (const auto& gradient : full)
    {
        probe.loss += gradient.loss / static_cast<double>(full.size());
        probe.norms.localSquares += gradient.head.cast<double>().squaredNorm();
        probe.norms.sharedSquares += gradient.adapters.cast<double>().squaredNorm();
    }
    const auto gradient = GlobalGradient(full);
    const auto weights = AllWeights(learner, static_cast<uint32_t>(full.size()));
    probe.norms.globalSquare = gradient.squaredNorm();
    if (m_gradient.size() > 0)
    {
        const double distance = (weights - m_weights).norm();
        probe.smoothness = distance > 0 ? (gradient - m_gradient).norm() / distance : 0;
    }
    // Two minibatches of each device: half the square of their difference is an estimate of the
    // variance without bias.
    const auto one = learner.Gradients(m_batch, FULL_DRAW + 1 + 2 * m_looks);
    const auto other = learner.Gradients(m_batch, FULL_DRAW + 2 + 2 * m_looks);
    Eigen::VectorXd variance = Eigen::VectorXd::Zero(one.front().adapters.size());
    for (size_t i = 0; i < one.size(); ++i)
    {
        variance += (one[i].adapters - other[i].adapters).cast<double>().array().square().matrix() /
                    (2.0 * static_cast<double>(one.size()));
    }
    probe.variance = variance.mean();
    probe.largest = variance.maxCoeff();
    m_gradient = gradient;
    m_weights = weights;
    ++m_looks;
    return probe;
}

} // namespace fl
} // namespace ns3
