/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-predictor.h"

#include "fl-transfer-grants.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Throw InvalidInput unless ok; the message has device, name, value and what is allowed.
void
Require(bool ok, DeviceId device, const char* name, double value, const char* allowed)
{
    if (!ok)
    {
        throw InvalidInput(
            Describe("device ", device, ": ", name, " = ", value, ": must be ", allowed));
    }
}

/// Add to a sum that is ABSENT while it has no summand; an ABSENT summand makes it ABSENT for good.
class PhaseSum
{
  public:
    /// @param value a summand; ABSENT (NaN) makes the sum ABSENT
    void Add(double value)
    {
        m_sum = m_any ? m_sum + value : value;
        m_any = true;
    }

    /// @return the sum; ABSENT if there was no summand
    double Get() const
    {
        return m_sum;
    }

  private:
    bool m_any{false};    //!< whether there was a summand
    double m_sum{ABSENT}; //!< of what was added
};

/**
 * Sums over the phases of an order. They are added phase by phase, not by differences of times, so
 * that with one transfer in a direction the sum is its duration without rounding.
 */
struct PhaseSums
{
    PhaseSum idle;          //!< pauses [s]
    PhaseSum download;      //!< transfers to the device [s]
    PhaseSum compute;       //!< computations on either node [s]
    PhaseSum upload;        //!< transfers from the device [s]
    PhaseSum computeEnergy; //!< of computations on the device [J]
    PhaseSum radioEnergy;   //!< radiated on uplink grants [J]
    PhaseSum stationEnergy; //!< radiated on downlink grants [J]
    double controlJ{0};     //!< radiated outside of uplink grants [J]
};

/// Predicts the orders of one plan.
class OrderPredictor
{
  public:
    /**
     * Resolve the grants of all transfers (TransferGrants).
     * @param state the system; must outlive this object
     * @param plan all orders; must outlive this object
     * @param rateModel predicts transfers; must outlive this object
     */
    OrderPredictor(const SystemState& state, const Plan& plan, const RateModel& rateModel)
        : m_state(state),
          m_rateModel(rateModel),
          m_grants(state, plan)
    {
    }

    /**
     * Predict one order, phase after phase.
     * @param order a work order
     * @return times [s] and energies [J] of its phases; ABSENT what cannot be predicted
     * @throws InvalidInput if a number of the order is out of its range
     */
    WorkOutcome Predict(const WorkOrder& order) const
    {
        Require(order.device < m_state.profiles.size(),
                order.device,
                "number",
                order.device,
                "that of a device with a profile");
        WorkOutcome outcome = Identify(order);
        PhaseSums sums;
        double elapsed = 0; // since the order began [s]; ABSENT behind a phase that is
        outcome.phases.reserve(order.phases.size());
        for (const auto& phase : order.phases)
        {
            const double startS = outcome.startS + elapsed;
            if (const auto* pause = std::get_if<Idle>(&phase))
            {
                sums.idle.Add(pause->durationS);
                elapsed += pause->durationS;
            }
            else if (const auto* work = std::get_if<Compute>(&phase))
            {
                AddCompute(order.device, *work, sums);
                elapsed += work->cycles / work->cpuHz;
            }
            else
            {
                elapsed += AddTransfer(std::get<Transfer>(phase), startS, outcome, sums);
            }
            outcome.phases.push_back({startS, outcome.startS + elapsed});
        }
        outcome.idleS = sums.idle.Get();
        outcome.downloadS = sums.download.Get();
        outcome.computeS = sums.compute.Get();
        outcome.uploadS = sums.upload.Get();
        outcome.computeEnergyJ = sums.computeEnergy.Get();
        outcome.radioEnergyJ = sums.radioEnergy.Get() + sums.controlJ;
        outcome.stationEnergyJ = sums.stationEnergy.Get();
        return outcome;
    }

  private:
    /**
     * @param order an order for a device with a profile
     * @return an outcome with identification and begin of the order, without phases
     */
    WorkOutcome Identify(const WorkOrder& order) const
    {
        WorkOutcome outcome;
        outcome.device = order.device;
        outcome.server = order.server;
        outcome.task = order.task;
        outcome.round = order.round;
        outcome.baseVersion = order.baseVersion;
        outcome.iterations = order.localIterations;
        outcome.samples =
            order.samples > 0 ? order.samples : m_state.profiles[order.device].samples;
        outcome.startS = std::max(m_state.nowS, order.earliestStartS);
        return outcome;
    }

    /**
     * Add one computation to the sums: t = cycles / f and, on the device, E = kappa cycles
     * f^exponent.
     * @param device whose order it is
     * @param work cycles, CPU frequency f [Hz], and node
     * @param sums gets its time [s] and energy [J]
     * @throws InvalidInput if cycles or frequency is negative or not finite, or the frequency 0
     */
    void AddCompute(DeviceId device, const Compute& work, PhaseSums& sums) const
    {
        Require(std::isfinite(work.cycles) && work.cycles >= 0,
                device,
                "cycles",
                work.cycles,
                "finite and at least 0");
        Require(std::isfinite(work.cpuHz) && work.cpuHz > 0,
                device,
                "cpuHz",
                work.cpuHz,
                "finite and above 0");
        sums.compute.Add(work.cycles / work.cpuHz);
        if (work.node == ComputeNode::DEVICE)
        {
            const auto& profile = m_state.profiles[device];
            const double kappa = profile.effectiveCapacitance;
            sums.computeEnergy.Add(kappa * work.cycles *
                                   std::pow(work.cpuHz, profile.frequencyExponent));
        }
    }

    /**
     * Add one transfer to the sums.
     * @param transfer direction, payload and grant
     * @param startS when it begins, simulation time [s]
     * @param outcome its order's; gets rounded bandwidth, and payload of uplink transfers
     * @param sums gets its time [s] and energies [J]
     * @return its time [s]; ABSENT without a grant or a known cell, 0 without payload
     * @throws InvalidInput if the payload is negative or not finite
     */
    double AddTransfer(const Transfer& transfer,
                       double startS,
                       WorkOutcome& outcome,
                       PhaseSums& sums) const
    {
        Require(std::isfinite(transfer.payloadBits) && transfer.payloadBits >= 0,
                outcome.device,
                "payloadBits",
                transfer.payloadBits,
                "finite and at least 0");
        const Grant* grant = m_grants.Find(outcome.device, transfer);
        TransferTime time{ABSENT, ABSENT};
        if (grant && transfer.payloadBits == 0)
        {
            time = {};
        }
        else if (grant)
        {
            time = m_rateModel.TransferAt(m_state,
                                          outcome.device,
                                          *grant,
                                          transfer.payloadBits,
                                          startS);
        }
        sums.controlJ += time.controlJ;
        if (transfer.direction == Direction::DOWNLINK)
        {
            sums.download.Add(time.seconds);
            sums.stationEnergy.Add(grant ? RadiatedJ(*grant, time.airtimeS) : ABSENT);
            return time.seconds;
        }
        sums.upload.Add(time.seconds);
        sums.radioEnergy.Add(grant ? RadiatedJ(*grant, time.airtimeS) : ABSENT);
        outcome.uplinkHz = grant ? m_rateModel.RoundedHz(outcome.device, *grant) : ABSENT;
        // Of a single one its own bits, without rounding.
        outcome.payloadBits =
            transfer.payloadBits + (std::isnan(outcome.payloadBits) ? 0 : outcome.payloadBits);
        return time.seconds;
    }

    /// No power radiates nothing, even for an infinite time.
    static double RadiatedJ(const Grant& grant, double seconds)
    {
        return grant.txPowerW == 0 ? 0 : grant.txPowerW * seconds;
    }

    const SystemState& m_state;   //!< profiles, cells and gains
    const RateModel& m_rateModel; //!< predicts transfers
    TransferGrants m_grants;      //!< what transfers go on
};

} // namespace

Outcome
Predictor::Predict(const SystemState& state, const Plan& plan, const RateModel& rateModel)
{
    const OrderPredictor predictor(state, plan, rateModel);
    Outcome outcome;
    outcome.round = state.round;
    outcome.task = state.task;
    outcome.startS = state.nowS;
    outcome.endS = state.nowS;
    outcome.work.reserve(plan.orders.size());
    for (const auto& order : plan.orders)
    {
        outcome.work.push_back(predictor.Predict(order));
        const WorkOutcome& work = outcome.work.back();
        const bool isKnown = work.phases.empty() || !std::isnan(work.phases.back().endS);
        const double endS = isKnown ? work.startS + work.DurationS() : ABSENT;
        // Once absent, it stays so: a comparison with NaN is false.
        if (std::isnan(endS) || endS > outcome.endS)
        {
            outcome.endS = endS;
        }
    }
    return outcome;
}

Grant
Predictor::DefaultDownlinkGrant(const CellState& cell, uint32_t nDevices)
{
    return fl::DefaultDownlinkGrant(cell, nDevices);
}

Grant
Predictor::DefaultDownlinkGrant(const CellState& cell, uint32_t cellId, const Plan& plan)
{
    return fl::DefaultDownlinkGrant(cell, cellId, plan);
}

} // namespace fl
} // namespace ns3
