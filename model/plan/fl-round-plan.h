/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ROUND_PLAN_H
#define FL_ROUND_PLAN_H

#include "fl-system-state.h"

#include <vector>

/**
 * @file
 * @ingroup fl
 * The preset that ordinary federated learning is made of: idle, download of the model, local
 * training on the device, upload of the update (B. McMahan et al., AISTATS 2017).
 */

namespace ns3
{
namespace fl
{

/// What an optimizer decides for one device of a round.
struct RoundShare
{
    DeviceId device{0};          //!< who
    double cpuHz{0};             //!< CPU frequency [Hz]
    double uplinkHz{0};          //!< bandwidth [Hz]
    double txPowerW{0};          //!< transmit power [W]
    double idleS{0};             //!< pause before the download [s]
    uint32_t localIterations{0}; //!< 0: what the state asks for
    uint32_t samples{0};         //!< 0: all that the device has
};

/**
 * Turn shares into work orders. The uplink sub-bands of cell 0 are laid side by side in the order
 * of the shares; where no cell is controlled the uplink has no grant. Downloads have no grant: they
 * go down on the radio's default.
 *
 * @param state the state the plan is made for
 * @param shares one per device that takes part
 * @return a plan with one order per share, in their order; cycles = cycles per sample * samples *
 *         iterations
 * @throws std::out_of_range if a device has no profile
 */
Plan MakeRoundPlan(const SystemState& state, const std::vector<RoundShare>& shares);

/**
 * @param state the system state
 * @param devices who takes part
 * @return equal shares of cell 0's band at full power and full CPU frequency
 */
std::vector<RoundShare> EqualShares(const SystemState& state, const std::vector<DeviceId>& devices);

/// @return the available devices, in ascending order
/// @param state the system state
std::vector<DeviceId> AvailableDevices(const SystemState& state);

} // namespace fl
} // namespace ns3

#endif /* FL_ROUND_PLAN_H */
