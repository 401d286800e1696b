/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-packet-tables.h"

#include "fl-claims.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-option-text.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// @param phase of an order @return its index in MULTITASK_PHASES
size_t
IndexOf(const Phase& phase)
{
    if (const auto* transfer = std::get_if<Transfer>(&phase))
    {
        return transfer->direction == Direction::DOWNLINK ? 1 : 3;
    }
    return std::holds_alternative<Compute>(phase) ? 2 : 0;
}

/// @param outcome of an order @return durations by phase [s]
std::array<double, N_MULTITASK_PHASES>
DurationsOf(const WorkOutcome& outcome)
{
    return {outcome.idleS, outcome.downloadS, outcome.computeS, outcome.uploadS};
}

} // namespace

void
MultitaskPhaseAgreement::Add(double predicted, double measured)
{
    predictedS.Add(predicted);
    measuredS.Add(measured);
    const double error = std::fabs(measured / predicted - 1);
    if (predicted > 0 && std::isfinite(error))
    {
        errors.push_back(error);
    }
}

double
MultitaskPhaseAgreement::Quantile(double quantile) const
{
    if (errors.empty())
    {
        return ABSENT;
    }
    auto sorted = errors;
    std::sort(sorted.begin(), sorted.end());
    return sorted[static_cast<size_t>(quantile * static_cast<double>(sorted.size() - 1))];
}

MultitaskSchemeSamples::MultitaskSchemeSamples(const std::string& name,
                                               size_t tasks,
                                               size_t devices)
    : m_name(name),
      m_tasks(tasks),
      m_devices(devices)
{
}

void
MultitaskSchemeSamples::Watch(Ptr<Coordinator> coordinator)
{
    m_last.assign(m_tasks.size(), {});
    m_spent.assign(m_devices.size(), {});
    coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>(
            [this](const RoundRecord& record) { EndAggregation(record); }));
}

void
MultitaskSchemeSamples::EndRun()
{
    for (size_t j = 0; j < m_tasks.size(); ++j)
    {
        auto& of = m_tasks[j];
        const auto& last = m_last[j];
        of.aggregations.Add(last.aggregations);
        of.lastS.Add(last.endS);
        of.accuracy.Add(last.accuracy);
        of.deviceJ.Add(last.deviceJ);
        of.stationJ.Add(last.stationJ);
    }
    for (size_t i = 0; i < m_devices.size(); ++i)
    {
        m_devices[i].plannedJ.Add(m_spent[i].plannedJ);
        m_devices[i].spentJ.Add(m_spent[i].spentJ);
    }
    ++m_run;
}

void
MultitaskSchemeSamples::EndAggregation(const RoundRecord& record)
{
    auto& last = m_last[record.task];
    last.aggregations += 1;
    last.endS = record.endS;
    last.accuracy = std::isnan(record.accuracy) ? last.accuracy : record.accuracy;
    for (const auto& work : record.ended)
    {
        EndOrder(work, record);
    }
}

void
MultitaskSchemeSamples::EndOrder(const WorkRecord& work, const RoundRecord& record)
{
    const auto& order = work.order;
    const auto& measured = work.measured;
    const auto spend = [](double joules) { return std::isnan(joules) ? 0 : joules; };
    m_last[order.task].deviceJ += spend(measured.EnergyJ());
    m_last[order.task].stationJ += spend(measured.stationEnergyJ);
    m_spent[order.device].plannedJ += spend(work.predicted.EnergyJ());
    m_spent[order.device].spentJ += spend(measured.EnergyJ());
    if (measured.status != WorkStatus::MERGED && measured.status != WorkStatus::LATE)
    {
        return;
    }
    const auto predictedS = DurationsOf(work.predicted);
    const auto measuredS = DurationsOf(measured);
    for (size_t phase = 0; phase < N_MULTITASK_PHASES; ++phase)
    {
        m_phases[phase].Add(predictedS[phase], measuredS[phase]);
    }
    auto& task = m_tasks[order.task];
    task.staleness.Add(measured.staleness);
    if (order.forAggregation)
    {
        task.plannedStaleness.Add(*order.forAggregation - 1.0 - order.baseVersion);
        task.asPlanned.Add(*order.forAggregation == record.round ? 1 : 0);
    }
    if (m_run == 0)
    {
        AddPeriod(work, record);
    }
}

void
MultitaskSchemeSamples::AddPeriod(const WorkRecord& work, const RoundRecord& record)
{
    const auto& phases = work.measured.phases;
    for (size_t i = 0; i < phases.size(); ++i)
    {
        m_periods.push_back({work.order.task,
                             work.order.device,
                             IndexOf(work.order.phases[i]),
                             phases[i].startS,
                             phases[i].endS,
                             work.measured.baseVersion,
                             record.round,
                             record.endS});
    }
}

void
MultitaskSchemeSamples::AddRows(const std::vector<std::string>& taskNames,
                                double budgetJ,
                                MultitaskPacketTables& tables) const
{
    CsvRow row;
    for (size_t j = 0; j < m_tasks.size(); ++j)
    {
        const auto& of = m_tasks[j];
        row.Add(m_name.c_str()).Add(taskNames[j].c_str()).Add(of.lastS.GetN());
        for (const auto* sample : {&of.aggregations,
                                   &of.lastS,
                                   &of.accuracy,
                                   &of.deviceJ,
                                   &of.stationJ,
                                   &of.plannedStaleness,
                                   &of.staleness,
                                   &of.asPlanned})
        {
            row.Add(sample->Mean()).Add(sample->Ci95());
        }
        tables.packets += row.Finish();
    }
    for (size_t phase = 0; phase < N_MULTITASK_PHASES; ++phase)
    {
        const auto& of = m_phases[phase];
        row.Add(m_name.c_str()).Add(MULTITASK_PHASES[phase]).Add(of.measuredS.GetN());
        row.Add(of.predictedS.Mean()).Add(of.measuredS.Mean());
        row.Add(of.Quantile(0.5)).Add(of.Quantile(0.95));
        tables.phases += row.Finish();
    }
    for (uint32_t i = 0; i < m_devices.size(); ++i)
    {
        const auto& of = m_devices[i];
        row.Add(m_name.c_str()).Add(i).Add(budgetJ);
        row.Add(of.plannedJ.Mean()).Add(of.spentJ.Mean());
        row.Add(of.spentJ.Mean() / budgetJ - 1);
        tables.budgets += row.Finish();
    }
    for (const auto& period : m_periods)
    {
        row.Add(m_name.c_str()).Add(taskNames[period.task].c_str()).Add(period.device);
        row.Add(MULTITASK_PHASES[period.phase]).Add(period.startS).Add(period.endS);
        row.Add(period.baseVersion).Add(period.aggregation).Add(period.aggregatedS);
        tables.periods += row.Finish();
    }
}

void
MultitaskSchemeSamples::Print(std::ostream& out, const std::vector<std::string>& taskNames) const
{
    out << m_name << ":";
    for (size_t j = 0; j < m_tasks.size(); ++j)
    {
        const auto& of = m_tasks[j];
        out << (j > 0 ? ";" : "") << " " << taskNames[j];
        if (of.accuracy.GetN() > 0)
        {
            out << " " << ShortNumber(100 * of.accuracy.Mean()) << " %,";
        }
        out << " " << ShortNumber(of.deviceJ.Mean()) << " J, " << ShortNumber(of.lastS.Mean())
            << " s";
    }
    out << "\n  median error of";
    for (size_t phase = 1; phase < N_MULTITASK_PHASES; ++phase)
    {
        out << " " << MULTITASK_PHASES[phase] << " "
            << ShortNumber(100 * m_phases[phase].Quantile(0.5)) << " %"
            << (phase + 1 < N_MULTITASK_PHASES ? "," : "\n");
    }
}

} // namespace fl
} // namespace ns3
