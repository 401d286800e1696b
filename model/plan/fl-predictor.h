/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PREDICTOR_H
#define FL_PREDICTOR_H

#include "fl-rate-model.h"
#include "fl-system-state.h"
#include "fl-transport-profile.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The analytic model of the times and energies of a plan. All predicted times of the module come
 * from here.
 *
 * An order is a sequence of any number of phases, one after the other:
 *
 * - a pause takes its duration;
 * - a transfer takes RateModel::TransferAt(): with Shannon's rate, s / r seconds for s bits on a
 *   grant of rate r; the radiated energy of a transfer is its power times its airtime, the
 *   device's of an uplink transfer, the base station's of a downlink transfer. For a transfer
 * without a grant TransferGrants has the resources; where it has none (an uplink transfer without
 * any grant, no radio control) times are ABSENT from the end of this phase on;
 * - C cycles at f take C / f seconds, on the device and on the server's node alike. On the device
 *   the energy is kappa C f^n, kappa and n the profile's effective capacitance and frequency
 *   exponent (2: A. P. Chandrakasan et al., "Low-power CMOS digital design", IEEE JSSC 27, 1992);
 *   the server's energy is not modelled.
 *
 * WorkOutcome::phases has begin and end of each phase in simulated time [s]; WorkOutcome::startS is
 * the begin of the first one. idleS, downloadS, computeS and uploadS are sums over the phases of a
 * kind, ABSENT where an order has none. Where a rate is 0, the end of the transfer is infinite.
 *
 * Idealisation: each order is predicted as if its device had no other active one; where several
 * share a processor's frequency or a grant, each takes longer. Headers, handshakes and propagation
 * are included as far as the rate model has them.
 */
class Predictor
{
  public:
    /**
     * @param state the system state before the round: profiles, and cells and gains of those
     *        transfers that are to be predicted
     * @param plan the orders
     * @param rateModel the PHY's rate model
     * @return one WorkOutcome per order, in the plan's order, with one PhaseTimes per phase; an
     *         order starts at state.nowS or, if later, at its earliestStartS. uplinkHz and
     *         payloadBits are those of its last uplink transfer. Outcome::endS is the end of the
     *         last order, ABSENT if that of any order is
     * @throws InvalidInput if a transfer's payload or a computation's cycles are negative or not
     *         finite, a frequency is not above 0, or a device has no profile
     */
    static Outcome Predict(const SystemState& state, const Plan& plan, const RateModel& rateModel);

    /**
     * fl::DefaultDownlinkGrant() for a number of devices.
     * @param cell the cell
     * @param nDevices number of devices that share band and power
     * @return each device's grant of cell 0, with startHz = 0
     */
    static Grant DefaultDownlinkGrant(const CellState& cell, uint32_t nDevices);

    /**
     * fl::DefaultDownlinkGrant() for the devices of a plan that need one.
     * @param cell the cell
     * @param cellId index of the cell
     * @param plan the plan
     * @return each such device's grant; of zero bandwidth if there is no such device, or no
     *         bandwidth left
     */
    static Grant DefaultDownlinkGrant(const CellState& cell, uint32_t cellId, const Plan& plan);
};

} // namespace fl
} // namespace ns3

#endif /* FL_PREDICTOR_H */
