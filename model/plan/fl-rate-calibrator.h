/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RATE_CALIBRATOR_H
#define FL_RATE_CALIBRATOR_H

#include "fl-round-record.h"
#include "fl-system-state.h"

#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Estimates the ratio of each device's measured uplink rate to Shannon's rate, by which optimizers
 * plan.
 *
 * The efficiency of an order is the time that its uplink transfers would take at Shannon's rate
 * over the measured time,
 *
 *     e = sum_k (s_k / r_k) / uploadS,
 *
 * where s_k is a transfer's payload [bit] and r_k Shannon's rate [bit/s] for its grant, as the PHY
 * rounded it, and for the channel gain at planning time. It includes what the formula leaves out:
 * discrete modulation and coding schemes, headers, acknowledgements, scheduling delay. The rounding
 * of bandwidth to resource blocks or resource units is not included: it changes with the grant, and
 * feeding it back would make plans oscillate between two roundings. The estimate is an
 * exponentially weighted geometric mean, ln e' = (1 - w) ln e' + w ln e, which begins with the
 * first measurement.
 *
 * An estimate belongs to the grants that were measured; for another grant it is exact only if the
 * efficiency does not depend on the grant.
 */
class RateCalibrator
{
  public:
    /// @param weight weight w of the latest measurement, above 0 and at most 1
    /// @throws InvalidInput if it is out of range
    explicit RateCalibrator(double weight);

    /**
     * Update the estimate with an order whose update arrived (MERGED, LATE). Other orders, and
     * those with an uplink transfer without a grant of one of the cells, are ignored.
     * @param work the order with its predicted and measured outcome
     * @param cells by index; their noise density is used
     */
    void Observe(const WorkRecord& work, const std::vector<CellState>& cells);

    /**
     * @param [out] state its uplinkEfficiency is set, by device; 1 for devices without a
     * measurement
     */
    void Report(SystemState& state) const;

  private:
    double m_weight;                  //!< w
    std::vector<double> m_efficiency; //!< estimate by device; 0: no measurement
};

} // namespace fl
} // namespace ns3

#endif /* FL_RATE_CALIBRATOR_H */
