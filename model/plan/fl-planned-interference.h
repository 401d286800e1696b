/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PLANNED_INTERFERENCE_H
#define FL_PLANNED_INTERFERENCE_H

#include "fl-sinr-rate.h"
#include "fl-system-state.h"

#include <limits>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Interference between cells as a plan is predicted with it.
 */

namespace ns3
{
namespace fl
{

/// Where the data bands of a cell begin in the spectrum that cells share.
struct BandOffset
{
    double uplinkHz{0};   //!< that of the uplink [Hz]
    double downlinkHz{0}; //!< that of the downlink [Hz]
};

/**
 * @ingroup fl
 * Rates of a plan's grants if all of its grants in other cells transmit all the time, as the paper
 * on blockchain-based FL assumes in (19): what is measured is never slower, but for headers.
 * Construction is O(phases), a rate O(k^2) for k grants that overlap.
 */
class PlannedInterference
{
  public:
    /**
     * @param plan its grants are copied; default downlink grants have no place and do not count
     * @param offsets by cell
     * @param subChannelHz width of a sub-channel, as the gains of states have them; infinite: one
     */
    PlannedInterference(const Plan& plan,
                        std::vector<BandOffset> offsets,
                        double subChannelHz = std::numeric_limits<double>::infinity());

    /**
     * @param state gains by device, cell and sub-channel, and noise densities by cell
     * @param device a device
     * @param grant its sub-band
     * @return rate with the interference of the plan's other grants [bit/s]
     */
    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const;

  private:
    /// A grant of the plan.
    struct Planned
    {
        DeviceId device; //!< that sends or receives on it
        Grant grant;     //!< the grant
    };

    /// @return place, width and power of a grant in the shared spectrum
    /// @param grant the grant
    Emission EmissionOf(const Grant& grant) const;

    std::vector<Planned> m_grants;     //!< each once
    std::vector<BandOffset> m_offsets; //!< by cell
    double m_subChannelHz;             //!< width of a sub-channel
};

} // namespace fl
} // namespace ns3

#endif /* FL_PLANNED_INTERFERENCE_H */
