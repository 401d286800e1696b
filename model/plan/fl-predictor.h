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
 * The one analytic model of times and energies of a plan; nothing else computes a predicted time.
 *
 * An order is a program of any number of phases, one after the other:
 *
 * - a pause takes its duration;
 * - a transfer takes what the rate model says: s / r seconds for s bits on a grant of rate r, with
 *   Shannon's; an uplink transfer radiates its power times its airtime. What a transfer without a
 *   grant goes on is said at TransferGrants; where that is nothing (an uplink transfer without any
 *   grant, no radio control) it has no prediction (ABSENT), and when later phases begin neither;
 * - C cycles at f take C / f seconds, on the device and on the server's node alike. On the device
 *   they take kappa C f^n joules, kappa and n the profile's effective capacitance and frequency
 *   exponent (2: A. P. Chandrakasan et al., "Low-power CMOS digital design", IEEE JSSC 27, 1992);
 *   the server's energy is nobody's budget, and not counted.
 *
 * WorkOutcome::phases has the begin and the end of each phase in simulated time [s], the first
 * one's begin being WorkOutcome::startS; idleS, downloadS, computeS and uploadS are sums over the
 * phases of a kind, ABSENT where an order has none. Where a rate is 0, a transfer's end is
 * infinite.
 *
 * Each order is predicted as if its device had no other one: where several share a processor's
 * frequency or a grant, each takes longer. Headers, handshakes and propagation are in it as far as
 * the rate model has them.
 */
class Predictor
{
  public:
    /**
     * @param state what is known before the round: profiles, and cells with gains for those
     *        transfers that are to be predicted
     * @param plan what is decided
     * @param rateModel how a grant becomes a rate
     * @return one WorkOutcome per order, in the plan's order, with one PhaseTimes per phase; an
     *         order starts now or, if that is later, at its earliest start. uplinkHz and
     * payloadBits are those of its last uplink transfer. endS is when the last order is over
     * (ABSENT if a phase of one of them has no prediction)
     * @throws InvalidInput if a transfer's payload or a computation's cycles are negative or not
     *         finite, a frequency is not above 0, or a device has no profile
     */
    static Outcome Predict(const SystemState& state, const Plan& plan, const RateModel& rateModel);

    /**
     * fl::DefaultDownlinkGrant(), of a number of devices.
     * @param cell the cell
     * @param sharers how many devices share
     * @return a grant without a place in the band (startHz = 0)
     */
    static Grant DefaultDownlinkGrant(const CellState& cell, uint32_t sharers);

    /**
     * fl::DefaultDownlinkGrant(), of the devices of a plan that need one.
     * @param cell the cell
     * @param cellId its number
     * @param plan the plan
     * @return the grant of each such device; of zero bandwidth if there is none, or nothing left
     */
    static Grant DefaultDownlinkGrant(const CellState& cell, uint32_t cellId, const Plan& plan);
};

} // namespace fl
} // namespace ns3

#endif /* FL_PREDICTOR_H */
