/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-drift.h"

#include "fl-loss-gradient.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

Drift
MeasureDrift(const Model& model,
             const Eigen::VectorXf& parameters,
             const Dataset& dataset,
             const std::vector<uint32_t>& before,
             const std::vector<uint32_t>& after,
             double durationS,
             uint32_t devices)
{
    if (!(durationS > 0) || !std::isfinite(durationS))
    {
        throw InvalidInput(
            Describe("drift: duration ", durationS, " s: must be positive and finite"));
    }
    if (devices < 1)
    {
        throw InvalidInput("drift: 0 devices: must be at least 1");
    }
    Drift drift;
    if (before.empty() || after.empty())
    {
        drift.measured = false;
        return drift;
    }
    const double change =
        MeanLoss(model, parameters, dataset, after) - MeanLoss(model, parameters, dataset, before);
    drift.signedPerS = change / (durationS * devices);
    drift.clippedPerS = std::max(0.0, drift.signedPerS);
    return drift;
}

} // namespace fl
} // namespace ns3
