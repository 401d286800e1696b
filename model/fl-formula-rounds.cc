/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-formula-rounds.h"

#include "ns3/fl-error.h"
#include "ns3/fl-predictor.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// @return an order that was carried out as predicted
/// @param order the order
/// @param gain of its uplink
/// @param predicted its outcome
/// @param version of the model that it is merged into
WorkRecord
AsPredicted(const WorkOrder& order, double gain, const WorkOutcome& predicted, uint32_t version)
{
    WorkRecord record;
    record.order = order;
    record.gain = gain;
    record.predicted = predicted;
    record.measured = predicted;
    record.measured.status = WorkStatus::MERGED;
    record.measured.aggregation = version;
    return record;
}

} // namespace

FormulaRounds::FormulaRounds(Ptr<Optimizer> optimizer,
                             SystemState cell,
                             std::shared_ptr<const RateModel> rateModel)
    : m_optimizer(std::move(optimizer)),
      m_state(std::move(cell)),
      m_rateModel(std::move(rateModel))
{
    if (m_state.cells.size() != 1)
    {
        throw InvalidInput(
            Describe("rounds by formula: ", m_state.cells.size(), " cells: must be 1"));
    }
    m_state.round = 0;
    m_state.gains = GainTable(static_cast<uint32_t>(m_state.profiles.size()), 1);
    m_state.available.assign(m_state.profiles.size(), true);
}

RoundRecord
FormulaRounds::Next(const std::vector<double>& gains)
{
    for (DeviceId device = 0; device < m_state.profiles.size(); ++device)
    {
        for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
        {
            m_state.gains.At(device, 0, direction) = gains.at(device);
        }
    }
    ++m_state.round;
    const Plan plan = m_optimizer->MakePlan(m_state);
    const Outcome predicted = Predictor::Predict(m_state, plan, *m_rateModel);
    RoundRecord record;
    record.round = m_state.round;
    record.startS = m_state.nowS;
    record.selected = static_cast<uint32_t>(plan.orders.size());
    record.received = record.selected;
    record.objective = plan.objective;
    record.bound = plan.bound;
    record.predictedDurationS = predicted.DurationS();
    record.endS = plan.orders.empty() ? m_state.nowS + EMPTY_ROUND_S : predicted.endS;
    Outcome measured = predicted;
    measured.endS = record.endS;
    std::vector<bool> selected(m_state.profiles.size(), false);
    for (size_t i = 0; i < plan.orders.size(); ++i)
    {
        const DeviceId device = plan.orders[i].device;
        selected[device] = true;
        record.ended.push_back(AsPredicted(plan.orders[i],
                                           gains[device],
                                           predicted.work[i],
                                           m_state.modelVersion + 1));
        measured.work[i] = record.ended.back().measured;
        record.energyJ += measured.work[i].EnergyJ();
    }
    for (DeviceId device = 0; device < selected.size(); ++device)
    {
        if (!selected[device])
        {
            record.unselected.push_back(device);
        }
    }
    std::sort(record.ended.begin(), record.ended.end(), [](const auto& one, const auto& other) {
        return one.order.device < other.order.device;
    });
    m_state.modelVersion += plan.orders.empty() ? 0 : 1;
    m_state.nowS = record.endS;
    m_optimizer->Observe(measured);
    m_state.last = std::move(measured);
    return record;
}

std::vector<DeviceId>
FormulaRounds::MergedDevices(const RoundRecord& round)
{
    std::vector<DeviceId> devices;
    for (const auto& work : round.ended)
    {
        if (work.measured.status == WorkStatus::MERGED && work.order.round == round.round)
        {
            devices.push_back(work.order.device);
        }
    }
    std::sort(devices.begin(), devices.end());
    return devices;
}

} // namespace fl
} // namespace ns3
