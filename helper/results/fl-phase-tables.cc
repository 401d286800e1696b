/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-phase-tables.h"

#include "ns3/fl-grant-check.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param phases of an order, as predicted or measured; empty: not known
 * @param index of a phase
 * @return when it began and ended; ABSENT what is not known
 */
PhaseTimes
TimesOf(const std::vector<PhaseTimes>& phases, size_t index)
{
    return index < phases.size() ? phases[index] : PhaseTimes();
}

/**
 * @param measured an order that is over
 * @param index of one of its phases
 * @return whether the phase was under way when the order ended, or had not begun: then it has no
 * end
 */
bool
IsCutShort(const WorkOutcome& measured, size_t index)
{
    const bool arrived =
        measured.status == WorkStatus::MERGED || measured.status == WorkStatus::LATE;
    const auto& phases = measured.phases;
    return !arrived &&
           (index >= phases.size() ||
            std::all_of(phases.begin() + static_cast<std::ptrdiff_t>(index) + 1,
                        phases.end(),
                        [](const PhaseTimes& later) { return std::isnan(later.startS); }));
}

/// @return the name in the column `node`
/// @param node where a computation runs
const char*
ToString(ComputeNode node)
{
    return node == ComputeNode::DEVICE ? "device" : "server";
}

/// @return the name in the column `job`
/// @param job what is computed
const char*
ToString(ComputeJob job)
{
    switch (job)
    {
    case ComputeJob::TRAIN:
        return "train";
    case ComputeJob::FORWARD:
        return "forward";
    case ComputeJob::BACKWARD:
        return "backward";
    case ComputeJob::OTHER:
        return "other";
    }
    return "?";
}

} // namespace

const char PhaseTables::TRANSFERS_HEADER[] =
    "round,task,device,server,kind,direction,bits,start_s,end_s,predicted_s\n";

const char PhaseTables::COMPUTATIONS_HEADER[] =
    "round,task,device,server,node,job,cycles,cpu_hz,start_s,end_s,predicted_s\n";

PhaseTables::PhaseTables(const std::filesystem::path& folder)
    : m_transfers(folder / "transfers.csv"),
      m_computations(folder / "computations.csv")
{
    m_transfers.Write(TRANSFERS_HEADER);
    m_computations.Write(COMPUTATIONS_HEADER);
}

void
PhaseTables::BeginRow(const WorkOrder& order, uint32_t server)
{
    m_row.Add(order.round).Add(order.task).Add(order.device).Add(server);
}

void
PhaseTables::EndRow(const WorkRecord& work, size_t phase, OutputFile& file)
{
    const PhaseTimes measured = TimesOf(work.measured.phases, phase);
    const PhaseTimes predicted = TimesOf(work.predicted.phases, phase);
    const double endS = IsCutShort(work.measured, phase) ? ABSENT : measured.endS;
    m_row.Add(measured.startS).Add(endS).Add(predicted.endS - predicted.startS);
    file.Write(m_row.Finish());
}

void
PhaseTables::AddOrder(const WorkRecord& work)
{
    const auto& order = work.order;
    for (size_t i = 0; i < order.phases.size(); ++i)
    {
        if (const auto* transfer = std::get_if<Transfer>(&order.phases[i]))
        {
            BeginRow(order, transfer->peer);
            m_row.Add(fl::ToString(transfer->kind))
                .Add(fl::ToString(transfer->direction))
                .Add(transfer->payloadBits);
            EndRow(work, i, m_transfers);
        }
        else if (const auto* compute = std::get_if<Compute>(&order.phases[i]))
        {
            BeginRow(order, order.server);
            m_row.Add(ToString(compute->node))
                .Add(ToString(compute->job))
                .Add(compute->cycles)
                .Add(compute->cpuHz);
            EndRow(work, i, m_computations);
        }
    }
}

void
PhaseTables::Close()
{
    m_transfers.Close();
    m_computations.Close();
}

void
PhaseTables::Publish()
{
    m_transfers.Publish();
    m_computations.Publish();
}

} // namespace fl
} // namespace ns3
