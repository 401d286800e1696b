/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DRIFT_H
#define FL_DRIFT_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-model.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/// Result of MeasureDrift().
struct Drift
{
    /// (F(w, after) - F(w, before)) / (devices x seconds) [nat/s]; negative where the loss fell
    double signedPerS{0};
    double clippedPerS{0}; //!< the same, but 0 where the loss fell: what the bound takes [nat/s]
    bool measured{true};   //!< false: there were no samples, before or after; then both are 0
};

/**
 * @ingroup fl
 * Concept drift of a device's data, (11) or (12) of DMA-FL by the period in which the data changed:
 * how fast the loss of a fixed model changes with the data, divided by the number of devices. The
 * paper sums changes over whole seconds and bounds them for all models; here the change over the
 * period is measured for one model, and divided by its duration.
 *
 * @param model the structure
 * @param parameters the model w, Model::ParameterCount() elements
 * @param dataset which both lists are indices into
 * @param before the device's samples at the beginning of the period
 * @param after the device's samples at its end
 * @param durationS of the period [s], positive
 * @param devices number of devices of the system, at least 1
 * @return the drift
 * @throws InvalidInput if the duration or the number of devices is out of range, and as MeanLoss()
 */
Drift MeasureDrift(const Model& model,
                   const Eigen::VectorXf& parameters,
                   const Dataset& dataset,
                   const std::vector<uint32_t>& before,
                   const std::vector<uint32_t>& after,
                   double durationS,
                   uint32_t devices);

} // namespace fl
} // namespace ns3

#endif /* FL_DRIFT_H */
