/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-predictor.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Refuse what no plan may contain.
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

/// The cell that a transfer without a grant belongs to: its server's, one cell per server.
uint32_t
CellOf(const Transfer& transfer)
{
    return transfer.grant ? transfer.grant->cell : transfer.peer;
}

/// Predicts the orders of one plan.
class OrderPredictor
{
  public:
    /**
     * Find the downlink grants of cells, for orders that don't say theirs.
     * @param state the system; must outlive this object
     * @param plan all orders
     * @param rateModel predicts transfers; must outlive this object
     */
    OrderPredictor(const SystemState& state, const Plan& plan, const RateModel& rateModel)
        : m_state(state),
          m_rateModel(rateModel)
    {
        m_downlink.reserve(state.cells.size());
        for (uint32_t cell = 0; cell < state.cells.size(); ++cell)
        {
            m_downlink.push_back(Predictor::DefaultDownlinkGrant(state.cells[cell], cell, plan));
        }
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
        PhaseSum idle;
        PhaseSum download;
        PhaseSum compute;
        PhaseSum upload;
        PhaseSum computeEnergy;
        PhaseSum radioEnergy;
        WorkOutcome outcome = Identify(order);
        double controlJ = 0;
        double elapsed = 0; // since the order began [s]; ABSENT behind a phase that is
        for (const auto& phase : order.phases)
        {
            if (const auto* pause = std::get_if<Idle>(&phase))
            {
                idle.Add(pause->durationS);
                elapsed += pause->durationS;
            }
            else if (const auto* work = std::get_if<Compute>(&phase))
            {
                AddCompute(order.device, *work, compute, computeEnergy);
                elapsed += work->cycles / work->cpuHz;
            }
            else
            {
                const auto& transfer = std::get<Transfer>(phase);
                const auto time = Predict(order.device, transfer, outcome.startS + elapsed);
                elapsed += time.seconds;
                controlJ += time.controlJ;
                if (transfer.direction == Direction::DOWNLINK)
                {
                    download.Add(time.seconds);
                    continue;
                }
                upload.Add(time.seconds);
                radioEnergy.Add(transfer.grant ? RadiatedJ(*transfer.grant, time.airtimeS)
                                               : ABSENT);
                outcome.uplinkHz =
                    transfer.grant ? m_rateModel.RoundedHz(order.device, *transfer.grant) : ABSENT;
                outcome.payloadBits = transfer.payloadBits;
            }
        }
        outcome.idleS = idle.Get();
        outcome.downloadS = download.Get();
        outcome.computeS = compute.Get();
        outcome.uploadS = upload.Get();
        outcome.computeEnergyJ = computeEnergy.Get();
        outcome.radioEnergyJ = radioEnergy.Get() + controlJ;
        return outcome;
    }

    /**
     * @param order a work order
     * @param outcome what was predicted for it
     * @return whether every phase that the order has was predicted
     */
    static bool IsComplete(const WorkOrder& order, const WorkOutcome& outcome)
    {
        const auto missing = [&](Direction direction, double seconds) {
            return order.FindTransfer(direction) && std::isnan(seconds);
        };
        return !missing(Direction::DOWNLINK, outcome.downloadS) &&
               !missing(Direction::UPLINK, outcome.uploadS);
    }

  private:
    /**
     * @param order an order for a device with a profile
     * @return an outcome that says whose it is and when it begins, with no phase yet
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
     * Add one computation to the sums: t = cycles / f and E = kappa cycles f^exponent.
     * @param device who computes
     * @param work cycles, and CPU frequency f [Hz]
     * @param seconds sum of times [s]
     * @param energy sum of energies [J]
     * @throws InvalidInput if cycles or frequency is negative or not finite, or the frequency 0
     */
    void AddCompute(DeviceId device, const Compute& work, PhaseSum& seconds, PhaseSum& energy) const
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
        const auto& profile = m_state.profiles[device];
        const double kappa = profile.effectiveCapacitance;
        seconds.Add(work.cycles / work.cpuHz);
        energy.Add(kappa * work.cycles * std::pow(work.cpuHz, profile.frequencyExponent));
    }

    /**
     * Predict one transfer.
     * @param device its number, at one end
     * @param transfer direction, payload and grant; without a grant, a download has the cell's
     * @param startS when it begins, simulation time [s]
     * @return its time; ABSENT without a grant or a known cell, 0 without payload
     * @throws InvalidInput if the payload is negative or not finite
     */
    TransferTime Predict(DeviceId device, const Transfer& transfer, double startS) const
    {
        Require(std::isfinite(transfer.payloadBits) && transfer.payloadBits >= 0,
                device,
                "payloadBits",
                transfer.payloadBits,
                "finite and at least 0");
        const uint32_t cell = CellOf(transfer);
        const bool hasGrant = transfer.grant || transfer.direction == Direction::DOWNLINK;
        if (cell >= m_state.cells.size() || !hasGrant)
        {
            return {ABSENT, ABSENT};
        }
        if (transfer.payloadBits == 0)
        {
            return {};
        }
        const Grant& grant = transfer.grant ? *transfer.grant : m_downlink[cell];
        return m_rateModel.TransferAt(m_state, device, grant, transfer.payloadBits, startS);
    }

    /// No power radiates nothing, even for an infinite time.
    static double RadiatedJ(const Grant& grant, double seconds)
    {
        return grant.txPowerW == 0 ? 0 : grant.txPowerW * seconds;
    }

    const SystemState& m_state;    //!< profiles, cells and gains
    const RateModel& m_rateModel;  //!< predicts transfers
    std::vector<Grant> m_downlink; //!< the default, by cell
};

} // namespace

double
ShannonRateBps(double bandwidthHz, double txPowerW, double gain, double noiseWPerHz)
{
    constexpr double LN2 = 0.693147180559945309417232121458;
    if (!(bandwidthHz > 0) || !(txPowerW > 0) || !(gain > 0))
    {
        return 0;
    }
    // Divided one after the other: N0 B alone underflows for very narrow bands.
    const double snr = txPowerW * gain / noiseWPerHz / bandwidthHz;
    return bandwidthHz * std::log1p(snr) / LN2;
}

double
TransportProfile::MessageBytes(double payloadBits, Direction direction) const
{
    return messageBytes + (direction == Direction::UPLINK ? reportBytes : orderBytes) +
           std::ceil(payloadBits / 8);
}

SendWindow
TransportProfile::Window(Direction direction, DeviceId device) const
{
    const auto& known = windows[static_cast<size_t>(direction)];
    return device < known.size() ? known[device] : SendWindow();
}

TransferTime
RateModel::Transfer(const SystemState& state,
                    DeviceId device,
                    const Grant& grant,
                    double payloadBits) const
{
    const double seconds = payloadBits / RateBps(state, device, grant);
    return {seconds, seconds};
}

TransferTime
RateModel::TransferAt(const SystemState& state,
                      DeviceId device,
                      const Grant& grant,
                      double payloadBits,
                      double /* startS */) const
{
    return Transfer(state, device, grant, payloadBits);
}

double
RateModel::RateAtGainBps(const SystemState& state,
                         DeviceId /* device */,
                         const Grant& grant,
                         double gain) const
{
    return ShannonRateBps(grant.bandwidthHz,
                          grant.txPowerW,
                          gain,
                          state.cells.at(grant.cell).noiseWPerHz);
}

double
RateModel::RoundedHz(DeviceId, const Grant& grant) const
{
    return grant.bandwidthHz;
}

double
ShannonRateModel::RateBps(const SystemState& state, DeviceId device, const Grant& grant) const
{
    return RateAtGainBps(state, device, grant, state.gains(device, grant.cell, grant.direction));
}

ShannonGapRateModel::ShannonGapRateModel(double snrGap, double efficiency)
    : m_snrGap(snrGap),
      m_efficiency(efficiency)
{
    if (!std::isfinite(snrGap) || !(snrGap >= 1))
    {
        throw InvalidInput(Describe("SNR gap = ", snrGap, ": must be finite and at least 1"));
    }
    if (!(efficiency > 0 && efficiency <= 1))
    {
        throw InvalidInput(
            Describe("efficiency = ", efficiency, ": must be above 0 and at most 1"));
    }
}

double
ShannonGapRateModel::RateBps(const SystemState& state, DeviceId device, const Grant& grant) const
{
    return RateAtGainBps(state, device, grant, state.gains(device, grant.cell, grant.direction));
}

double
ShannonGapRateModel::RateAtGainBps(const SystemState& state,
                                   DeviceId device,
                                   const Grant& grant,
                                   double gain) const
{
    return m_efficiency * RateModel::RateAtGainBps(state, device, grant, gain / m_snrGap);
}

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
        const bool known = OrderPredictor::IsComplete(order, work);
        const double endS = known ? work.startS + work.DurationS() : ABSENT;
        // Once absent, it stays so: a comparison with NaN is false.
        if (std::isnan(endS) || endS > outcome.endS)
        {
            outcome.endS = endS;
        }
    }
    return outcome;
}

Grant
Predictor::DefaultDownlinkGrant(const CellState& cell, uint32_t sharers)
{
    Grant grant;
    grant.direction = Direction::DOWNLINK;
    if (sharers > 0)
    {
        grant.bandwidthHz = cell.downlinkBandwidthHz / sharers;
        grant.txPowerW = cell.downlinkTxPowerW / sharers;
    }
    return grant;
}

Grant
Predictor::DefaultDownlinkGrant(const CellState& cell, uint32_t cellId, const Plan& plan)
{
    CellState left = cell;
    uint32_t sharers = 0;
    for (const auto& order : plan.orders)
    {
        bool shares = false; // a device shares once, however many transfers it has
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (!transfer || transfer->direction != Direction::DOWNLINK ||
                CellOf(*transfer) != cellId)
            {
                continue;
            }
            if (transfer->grant)
            {
                left.downlinkBandwidthHz -= transfer->grant->bandwidthHz;
                left.downlinkTxPowerW -= transfer->grant->txPowerW;
            }
            else
            {
                shares = true;
            }
        }
        sharers += shares;
    }
    left.downlinkBandwidthHz = std::max(left.downlinkBandwidthHz, 0.0);
    left.downlinkTxPowerW = std::max(left.downlinkTxPowerW, 0.0);
    Grant grant = DefaultDownlinkGrant(left, sharers);
    grant.cell = cellId;
    return grant;
}

} // namespace fl
} // namespace ns3
