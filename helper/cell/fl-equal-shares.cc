/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-equal-shares.h"

#include "ns3/fl-ns3-compat.h"

#include <cmath>
#include <cstdio>
#include <map>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param planned cost of the optimizer's plan, above 0
 * @param equal cost of equal shares, in the same unit
 * @return how equal shares compare: "12.3 % less", "the same" (within 0.05 %), "3.4 times as much"
 */
std::string
Compared(double planned, double equal)
{
    char text[64];
    const double ratio = equal / planned;
    if (std::abs(ratio - 1) < 5e-4)
    {
        return "the same";
    }
    if (ratio >= 2)
    {
        std::snprintf(text, sizeof(text), "%.3g times as much", ratio);
    }
    else
    {
        std::snprintf(text,
                      sizeof(text),
                      "%.3g %% %s",
                      100 * std::abs(ratio - 1),
                      ratio > 1 ? "more" : "less");
    }
    return text;
}

/**
 * @param state system state of the plan
 * @param plan a plan
 * @return the same programs, with equal shares of the uplink band for all devices in the plan, each
 *         at its maximum transmit power and CPU frequency
 */
Plan
WithEqualShares(const SystemState& state, const Plan& plan)
{
    Plan equal = plan;
    std::map<DeviceId, Grant> grants;
    for (const auto& order : plan.orders)
    {
        grants[order.device];
    }
    const double shareHz =
        state.cells.front().uplinkBandwidthHz / static_cast<double>(grants.size());
    double edgeHz = 0;
    for (auto& [device, grant] : grants)
    {
        grant = {0, Direction::UPLINK, edgeHz, shareHz, state.profiles[device].maxTxPowerW};
        edgeHz += shareHz;
    }
    for (auto& order : equal.orders)
    {
        for (auto& phase : order.phases)
        {
            auto* transfer = std::get_if<Transfer>(&phase);
            auto* compute = std::get_if<Compute>(&phase);
            if (transfer && transfer->direction == Direction::UPLINK)
            {
                transfer->grant = grants[order.device];
            }
            else if (compute && compute->node == ComputeNode::DEVICE)
            {
                compute->cpuHz = state.profiles[order.device].maxCpuHz;
            }
        }
    }
    return equal;
}

} // namespace

void
EqualSharesComparison::Watch(Ptr<Coordinator> coordinator)
{
    m_coordinator = coordinator;
    coordinator->TraceConnectWithoutContext("RoundBegin",
                                            MakeCallback(&EqualSharesComparison::Compare, this));
}

void
EqualSharesComparison::Compare(const SystemState& state, const Plan& plan, const Outcome& predicted)
{
    if (plan.orders.empty() || state.cells.empty() || std::isnan(predicted.endS))
    {
        return;
    }
    const Outcome equal = m_coordinator->Predict(state, WithEqualShares(state, plan));
    // To a device that cannot be reached now any plan's transfers would take for ever.
    if (!std::isfinite(predicted.DurationS()) || !std::isfinite(equal.DurationS()))
    {
        return;
    }
    m_planned.timeS += predicted.DurationS();
    m_planned.energyJ += predicted.EnergyJ();
    m_equal.timeS += equal.DurationS();
    m_equal.energyJ += equal.EnergyJ();
    ++m_rounds;
}

const EqualSharesComparison::Cost&
EqualSharesComparison::GetPlanned() const
{
    return m_planned;
}

const EqualSharesComparison::Cost&
EqualSharesComparison::GetEqual() const
{
    return m_equal;
}

std::string
EqualSharesComparison::ToText() const
{
    const bool same = std::abs(m_equal.energyJ / m_planned.energyJ - 1) < 5e-4 &&
                      std::abs(m_equal.timeS / m_planned.timeS - 1) < 5e-4;
    if (m_rounds == 0 || same)
    {
        return "";
    }
    char text[256];
    std::snprintf(text,
                  sizeof(text),
                  "Equal shares at full power and CPU frequency would have cost %.4g J (%s) and "
                  "%.4g s (%s), by prediction; the plans %.4g J and %.4g s.",
                  m_equal.energyJ,
                  Compared(m_planned.energyJ, m_equal.energyJ).c_str(),
                  m_equal.timeS,
                  Compared(m_planned.timeS, m_equal.timeS).c_str(),
                  m_planned.energyJ,
                  m_planned.timeS);
    return text;
}

} // namespace fl
} // namespace ns3
