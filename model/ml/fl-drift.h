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

/// A period in which a device's samples changed.
struct DataPeriod
{
    std::vector<uint32_t> samples; //!< at its beginning, as indices into a data set
    double durationS{0};           //!< how long it lasted; 0: there was none [s]
};

/// How a device's samples changed over a computation, and over the idle time after it.
struct DataChange
{
    DataPeriod computing;      //!< a computation
    DataPeriod idle;           //!< from its end on
    std::vector<uint32_t> now; //!< samples at the end of that
};

/// By how much the loss rose with the data, and in which time: sums over any number of DataChange.
struct DataDrift
{
    double computingRise{0}; //!< over computations, where a fall counts as 0 [nat]
    double computingS{0};    //!< time of those that were measured [s]
    double idleRise{0};      //!< over idle time, likewise [nat]
    double idleS{0};         //!< time of those that were measured [s]

    /// @param other what to add to this
    void Add(const DataDrift& other);
};

/**
 * @ingroup fl
 * The drift of one device in both periods of a change, by MeasureDrift(). A period without samples
 * at its beginning or its end is not measured.
 * @param model the structure
 * @param parameters the model w, for both periods
 * @param dataset which all lists are indices into
 * @param change how the samples changed
 * @return rises of the loss, not divided by a number of devices
 * @throws InvalidInput as MeasureDrift()
 */
DataDrift MeasureChange(const Model& model,
                        const Eigen::VectorXf& parameters,
                        const Dataset& dataset,
                        const DataChange& change);

} // namespace fl
} // namespace ns3

#endif /* FL_DRIFT_H */
