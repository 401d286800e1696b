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
 * Plans of rounds. Orders of ordinary federated learning have four phases: idle, download of the
 * model, local training on the device, upload of the update (H. B. McMahan et al., AISTATS 2017).
 * Orders of split learning (SystemState::split) have eight: idle, embedding of a minibatch on the
 * device, upload of activations, forward pass on the server, download of features, head on the
 * device, upload of the gradient by the features, backward pass on the server.
 */

namespace ns3
{
namespace fl
{

/// Decision variables of one device in a round.
struct RoundShare
{
    DeviceId device{0};          //!< the device
    double cpuHz{0};             //!< CPU frequency, above 0 [Hz]
    double uplinkHz{0};          //!< uplink bandwidth [Hz]
    double txPowerW{0};          //!< uplink transmit power [W]
    double idleS{0};             //!< pause before the download, at least 0 [s]
    uint32_t localIterations{0}; //!< iterations of local training; 0: SystemState::localIterations.
                                 //!< In split learning there is always one
    uint32_t samples{0};         //!< samples to train on; 0: all of the device; in split learning
                                 //!< SplitRound::batch at most
};

/**
 * Make the work orders of a round: of split learning if SystemState::split is set. All uplink
 * transfers of an order have the same grant. The uplink sub-bands of cell 0 are adjacent, in the
 * order of the shares, from the lower edge of the band; where no radio is controlled (no cells in
 * the state) uplink transfers have no grant. Downlink transfers have none: see
 * DefaultDownlinkGrant().
 *
 * @param state the system state before the round
 * @param shares one per participating device
 * @return a plan with one order per share, in their order; cycles of the device = cycles per sample
 *         * samples * iterations
 * @throws std::out_of_range if a device has no profile
 */
Plan MakeRoundPlan(const SystemState& state, const std::vector<RoundShare>& shares);

/**
 * Make a system state one of split learning: sizes of its transfers, one local iteration, and
 * minibatches in place of the devices' data.
 * @param split the round
 * @param [in,out] state has profiles
 */
void DescribeSplit(const SplitRound& split, SystemState& state);

/**
 * @param state the system state
 * @param devices the participating devices
 * @return equal shares of cell 0's uplink band, at each device's maximum transmit power and CPU
 *         frequency
 */
std::vector<RoundShare> EqualShares(const SystemState& state, const std::vector<DeviceId>& devices);

/// @return the available devices, in ascending order
/// @param state the system state
std::vector<DeviceId> AvailableDevices(const SystemState& state);

} // namespace fl
} // namespace ns3

#endif /* FL_ROUND_PLAN_H */
