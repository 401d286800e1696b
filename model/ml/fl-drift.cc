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

void
DataDrift::Add(const DataDrift& other)
{
    computingRise += other.computingRise;
    computingS += other.computingS;
    idleRise += other.idleRise;
    idleS += other.idleS;
}

namespace
{

/**
 * Measure one period.
 * @param model the structure
 * @param parameters the model w
 * @param dataset which samples are indices into
 * @param period samples at its beginning, and its duration
 * @param after samples at its end
 * @param [in,out] rise of the loss, where a fall counts as 0, is added to it [nat]
 * @param [in,out] measuredS gets the duration, if it was measured [s]
 */
void
AddPeriod(const Model& model,
          const Eigen::VectorXf& parameters,
          const Dataset& dataset,
          const DataPeriod& period,
          const std::vector<uint32_t>& after,
          double& rise,
          double& measuredS)
{
    if (!(period.durationS > 0))
    {
        return;
    }
    // The same samples, as a stream has them in the same order: nothing to evaluate.
    const bool isSame = period.samples == after && !after.empty();
    const Drift drift =
        isSame
            ? Drift()
            : MeasureDrift(model, parameters, dataset, period.samples, after, period.durationS, 1);
    if (drift.measured && std::isfinite(drift.clippedPerS))
    {
        rise += drift.clippedPerS * period.durationS;
        measuredS += period.durationS;
    }
}

} // namespace

DataDrift
MeasureChange(const Model& model,
              const Eigen::VectorXf& parameters,
              const Dataset& dataset,
              const DataChange& change)
{
    DataDrift drift;
    AddPeriod(model,
              parameters,
              dataset,
              change.computing,
              change.idle.samples,
              drift.computingRise,
              drift.computingS);
    AddPeriod(model, parameters, dataset, change.idle, change.now, drift.idleRise, drift.idleS);
    return drift;
}

} // namespace fl
} // namespace ns3
