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
 * Learns how far each device's uplink is from Shannon's formula, by which optimizers plan.
 *
 * A device's efficiency is the time that Shannon's rate would have taken for all uplink transfers
 * of an order over the time that these took, the rate being that of their grants, as the PHY
 * rounded them, and of the gain when the order was planned. With one upload that is payload over
 * upload time, over Shannon's rate. It covers what the formula leaves out: steps and cap of
 * modulation and coding, headers, acknowledgements, scheduling delay. Rounding to blocks or
 * resource units is not in it: it changes with the grant, and feeding it back makes plans swing
 * from one rounding to another. Of the measurements a geometric mean is kept, in which the latest
 * one has a weight w and what was kept before 1 - w; the first one counts in full.
 *
 * It stands for one grant. An optimizer that gives the device another one is right as far as the
 * efficiency does not depend on the grant.
 */
class RateCalibrator
{
  public:
    /// @param weight w, above 0 and at most 1
    explicit RateCalibrator(double weight);

    /**
     * Learn from an order whose update arrived; others, and those with an uplink transfer that has
     * no grant of a known cell, are passed over.
     * @param work what was planned and what was measured
     * @param cells by number; their noise density counts
     */
    void Observe(const WorkRecord& work, const std::vector<CellState>& cells);

    /**
     * @param state gets the efficiencies; those of devices that were not observed are 1
     */
    void Report(SystemState& state) const;

  private:
    double m_weight;                  //!< w
    std::vector<double> m_efficiency; //!< by device; 0: not observed
};

} // namespace fl
} // namespace ns3

#endif /* FL_RATE_CALIBRATOR_H */
