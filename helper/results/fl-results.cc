/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-results.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// @param value a figure; NaN: absent @return the figure, 0 in place of an absent one
double
Known(double value)
{
    return std::isnan(value) ? 0 : value;
}

/// @return whether an order's update arrived and was merged
/// @param status how the order ended
bool
IsArrived(WorkStatus status)
{
    return status == WorkStatus::MERGED || status == WorkStatus::LATE;
}

/// The sum of what is known; absent where nothing is.
double
EnergyOrAbsent(const WorkOutcome& work)
{
    const bool known = !std::isnan(work.computeEnergyJ) || !std::isnan(work.radioEnergyJ);
    return known ? work.EnergyJ() : ABSENT;
}

/**
 * @param work an order that is over
 * @return size of its downlink transfers that arrived: the order was completed, or a phase of
 *         another kind had begun behind them [bit]
 */
double
DownloadedBits(const WorkRecord& work)
{
    const auto& phases = work.order.phases;
    const auto& times = work.measured.phases;
    bool isOver = IsArrived(work.measured.status);
    double bits = 0;
    for (size_t i = std::min(phases.size(), times.size()); i-- > 0;)
    {
        const auto* transfer = std::get_if<Transfer>(&phases[i]);
        if (!transfer || transfer->direction == Direction::UPLINK)
        {
            isOver = isOver || !std::isnan(times[i].startS);
        }
        else if (isOver)
        {
            bits += transfer->payloadBits;
        }
    }
    return bits;
}

/// @return total duration of an order's phases of a kind [s]; ABSENT without such a phase that was
/// over
/// @param work the order, and what was measured
/// @param isOfKind whether a phase is of that kind
template <typename IsOfKind>
double
TotalS(const WorkRecord& work, IsOfKind isOfKind)
{
    double totalS = ABSENT;
    const auto& phases = work.order.phases;
    for (size_t i = 0; i < std::min(phases.size(), work.measured.phases.size()); ++i)
    {
        const auto& times = work.measured.phases[i];
        if (isOfKind(phases[i]) && std::isfinite(times.endS))
        {
            totalS = (std::isnan(totalS) ? 0 : totalS) + times.endS - times.startS;
        }
    }
    return totalS;
}

/// @return whether a phase carries samples to a server, which trains on them
/// @param phase of an order
bool
IsOffloading(const Phase& phase)
{
    const auto* transfer = std::get_if<Transfer>(&phase);
    return transfer && transfer->kind == PayloadKind::SAMPLES &&
           transfer->direction == Direction::UPLINK;
}

/// @return whether a phase is a computation at a server
/// @param phase of an order
bool
IsExecution(const Phase& phase)
{
    const auto* compute = std::get_if<Compute>(&phase);
    return compute && compute->node == ComputeNode::SERVER;
}

/**
 * @param order a work order
 * @return the grant of its first uplink transfer that has one; null: there is none
 */
const Grant*
FirstUplinkGrant(const WorkOrder& order)
{
    for (const auto& phase : order.phases)
    {
        const auto* transfer = std::get_if<Transfer>(&phase);
        if (transfer && transfer->direction == Direction::UPLINK && transfer->grant)
        {
            return &*transfer->grant;
        }
    }
    return nullptr;
}

/**
 * @param order a work order
 * @return frequency of its first computation on the device [Hz]; ABSENT: there is none
 */
double
FirstCpuHz(const WorkOrder& order)
{
    for (const auto& phase : order.phases)
    {
        const auto* compute = std::get_if<Compute>(&phase);
        if (compute && compute->node == ComputeNode::DEVICE)
        {
            return compute->cpuHz;
        }
    }
    return ABSENT;
}

/// Creates the folder before the members that write into it.
const std::filesystem::path&
Created(const std::filesystem::path& folder)
{
    CreateFolder(folder);
    return folder;
}

} // namespace

const std::vector<double> DEFAULT_LEVELS{0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99};

Totals::Totals(std::vector<double> accuracyLevels)
    : levels(std::move(accuracyLevels)),
      timeToAccuracyS(levels.size(), ABSENT),
      energyToAccuracyJ(levels.size(), ABSENT)
{
}

void
Totals::AddRound(const RoundRecord& record)
{
    rounds += record.aborted ? 0 : 1;
    simulatedTimeS = record.endS;
    energyJ += record.energyJ;
    selected += record.selected;
    received += record.received;
    for (const auto& work : record.ended)
    {
        const WorkOutcome& measured = work.measured;
        ++byStatus[static_cast<size_t>(measured.status)];
        computeEnergyJ += Known(measured.computeEnergyJ);
        radioEnergyJ += Known(measured.radioEnergyJ);
        circuitEnergyJ += Known(measured.circuitEnergyJ);
        if (!std::isnan(measured.stationEnergyJ))
        {
            stationEnergyJ = Known(stationEnergyJ) + measured.stationEnergyJ;
        }
        // An upload that was cut short has a time too: how long it lasted.
        if (IsArrived(measured.status))
        {
            uploadedBytes += Known(measured.payloadBits) / 8;
        }
        downloadedBytes += DownloadedBits(work) / 8;
    }
}

void
Totals::AddEvaluation(double endS, double loss, double accuracy)
{
    finalLoss = std::isnan(loss) ? finalLoss : loss;
    finalAccuracy = std::isnan(accuracy) ? finalAccuracy : accuracy;
    bestAccuracy = std::fmax(bestAccuracy, accuracy);
    for (size_t i = 0; i < levels.size(); ++i)
    {
        if (std::isnan(timeToAccuracyS[i]) && accuracy >= levels[i])
        {
            timeToAccuracyS[i] = endS;
            energyToAccuracyJ[i] = energyJ;
        }
    }
}

RunTotals::RunTotals(uint32_t nTasks, const std::vector<double>& accuracyLevels)
    : Totals(accuracyLevels),
      tasks(nTasks > 1 ? nTasks : 0, Totals(accuracyLevels))
{
}

void
RunTotals::AddRound(const RoundRecord& record)
{
    Totals::AddRound(record);
    double loss = record.loss;
    double accuracy = record.accuracy;
    if (!tasks.empty())
    {
        auto& task = tasks.at(record.task);
        task.AddRound(record);
        task.AddEvaluation(record.endS, record.loss, record.accuracy);
        loss = 0;
        accuracy = 0;
        for (const auto& of : tasks)
        {
            loss += of.finalLoss / static_cast<double>(tasks.size());
            accuracy += of.finalAccuracy / static_cast<double>(tasks.size());
        }
    }
    AddEvaluation(record.endS, loss, accuracy);
    for (const auto& work : record.ended)
    {
        const double predictedS = work.predicted.uploadS;
        if (IsArrived(work.measured.status) && predictedS > 0 && std::isfinite(predictedS))
        {
            const double error = std::abs(work.measured.uploadS / predictedS - 1);
            predictionError.Add(error);
            largestPredictionError = std::fmax(largestPredictionError, error);
        }
    }
}

const std::array<const char*, 5> ResultWriter::FILES{"rounds.csv",
                                                     "devices.csv",
                                                     "transfers.csv",
                                                     "computations.csv",
                                                     "heads.csv"};

const char ResultWriter::ROUNDS_HEADER[] =
    "round,task,start_s,end_s,selected,received,loss,accuracy,energy_j,objective,bound,"
    "predicted_duration_s\n";

const char ResultWriter::DEVICES_HEADER[] =
    "round,task,device,selected,gain,bandwidth_hz,tx_power_w,cpu_hz,iterations,samples,idle_s,"
    "download_s,compute_s,upload_s,energy_compute_j,energy_radio_j,predicted_download_s,"
    "predicted_compute_s,predicted_upload_s,predicted_energy_j,start_s,status,server,base_version,"
    "staleness,payload_bits,energy_circuit_j,planned_aggregation,aggregation,energy_station_j,"
    "predicted_energy_station_j,offload_s,execution_s\n";

const char ResultWriter::MINING_HEADER[] = ",mining_s,energy_mining_j\n";

const char ResultWriter::HEADS_HEADER[] = "round,task,device,accuracy\n";

ResultWriter::ResultWriter(const std::filesystem::path& folder, RunTotals totals)
    : m_rounds(Created(folder) / "rounds.csv"),
      m_devices(folder / "devices.csv"),
      m_phases(folder),
      m_totals(std::move(totals))
{
    m_rounds.Write(ROUNDS_HEADER);
    std::string columns = DEVICES_HEADER;
    if (m_totals.hasLedger)
    {
        columns.replace(columns.size() - 1, 1, MINING_HEADER);
        m_ledger = std::make_unique<LedgerFiles>(folder);
    }
    m_devices.Write(columns);
}

void
ResultWriter::AddRound(const RoundRecord& record)
{
    m_totals.AddRound(record);
    m_row.Add(record.round)
        .Add(record.task)
        .Add(record.startS)
        .Add(record.endS)
        .Add(record.selected)
        .Add(record.received)
        .Add(record.loss)
        .Add(record.accuracy)
        .Add(record.energyJ)
        .Add(record.objective)
        .Add(record.bound)
        .Add(record.predictedDurationS);
    m_rounds.Write(m_row.Finish());
    WriteDevices(record);
    WriteHeads(record);
}

void
ResultWriter::WriteHeads(const RoundRecord& record)
{
    if (record.deviceAccuracy.empty())
    {
        return;
    }
    if (!m_heads)
    {
        m_heads = std::make_unique<OutputFile>(m_rounds.GetPath().parent_path() / FILES.back());
        m_heads->Write(HEADS_HEADER);
    }
    for (size_t device = 0; device < record.deviceAccuracy.size(); ++device)
    {
        m_row.Add(record.round)
            .Add(record.task)
            .Add(static_cast<uint32_t>(device))
            .Add(record.deviceAccuracy[device]);
        m_heads->Write(m_row.Finish());
    }
}

void
ResultWriter::WriteDevices(const RoundRecord& record)
{
    // Both lists are by device: merged, a reader finds a round's rows where they are expected.
    auto unselected = record.unselected.begin();
    for (const auto& work : record.ended)
    {
        for (; unselected != record.unselected.end() && *unselected < work.order.device;
             ++unselected)
        {
            WriteUnselected(record, *unselected);
        }
        WriteOrder(record, work);
    }
    for (; unselected != record.unselected.end(); ++unselected)
    {
        WriteUnselected(record, *unselected);
    }
}

void
ResultWriter::AddMining(const RoundRecord& record, DeviceId device)
{
    if (m_totals.hasLedger)
    {
        // Of a round that was given up there is no share.
        const bool isKnown = device < record.mining.size();
        m_row.Add(isKnown ? record.mining[device].seconds : ABSENT)
            .Add(isKnown ? record.mining[device].energyJ : ABSENT);
    }
}

void
ResultWriter::WriteOrder(const RoundRecord& record, const WorkRecord& work)
{
    const Grant* uplink = FirstUplinkGrant(work.order);
    const WorkOutcome& measured = work.measured;
    const WorkOutcome& predicted = work.predicted;
    m_row.Add(work.order.round)
        .Add(work.order.task)
        .Add(work.order.device)
        .Add(1U)
        .Add(work.gain)
        .Add(uplink ? uplink->bandwidthHz : ABSENT)
        .Add(uplink ? uplink->txPowerW : ABSENT)
        .Add(FirstCpuHz(work.order))
        .Add(measured.iterations)
        .Add(measured.samples)
        .Add(measured.idleS)
        .Add(measured.downloadS)
        .Add(measured.computeS)
        .Add(measured.uploadS)
        .Add(measured.computeEnergyJ)
        .Add(measured.radioEnergyJ)
        .Add(predicted.downloadS)
        .Add(predicted.computeS)
        .Add(predicted.uploadS)
        .Add(EnergyOrAbsent(predicted))
        .Add(measured.startS)
        .Add(ToString(measured.status))
        .Add(work.order.server)
        .Add(measured.baseVersion)
        .Add(measured.staleness)
        .Add(measured.payloadBits)
        .Add(measured.circuitEnergyJ)
        .Add(work.order.forAggregation ? *work.order.forAggregation : ABSENT)
        .Add(measured.aggregation > 0 ? measured.aggregation : ABSENT)
        .Add(measured.stationEnergyJ)
        // Where the radio does not count it, a grant's power is not what is sent with.
        .Add(std::isnan(measured.stationEnergyJ) ? ABSENT : predicted.stationEnergyJ)
        .Add(TotalS(work, IsOffloading))
        .Add(TotalS(work, IsExecution));
    AddMining(record, work.order.device);
    m_devices.Write(m_row.Finish());
    m_phases.AddOrder(work);
}

void
ResultWriter::WriteUnselected(const RoundRecord& record, DeviceId device)
{
    constexpr uint32_t COLUMNS_AFTER_SELECTED = 29;
    m_row.Add(record.round).Add(record.task).Add(device).Add(0U).AddAbsent(COLUMNS_AFTER_SELECTED);
    AddMining(record, device);
    m_devices.Write(m_row.Finish());
}

void
ResultWriter::SetCounter(const std::string& name, double value)
{
    m_totals.counters[name] = value;
}

void
ResultWriter::WriteLedger(const std::vector<BlockRecord>& blocks,
                          const std::vector<std::shared_ptr<const Block>>& chain)
{
    m_ledger->Write(blocks, chain);
}

const RunTotals&
ResultWriter::GetTotals() const
{
    return m_totals;
}

void
ResultWriter::Close()
{
    m_rounds.Close();
    m_devices.Close();
    m_phases.Close();
    if (m_heads)
    {
        m_heads->Close();
    }
    if (m_ledger)
    {
        m_ledger->Close();
    }
}

void
ResultWriter::Publish()
{
    Close();
    m_rounds.Publish();
    m_devices.Publish();
    m_phases.Publish();
    const auto folder = m_rounds.GetPath().parent_path();
    if (m_ledger)
    {
        m_ledger->Publish();
    }
    else
    {
        LedgerFiles::RemoveFrom(folder);
    }
    if (m_heads)
    {
        m_heads->Publish();
    }
    else
    {
        // Of an earlier run, which had some.
        std::error_code ignored;
        std::filesystem::remove(folder / FILES.back(), ignored);
    }
}

const std::filesystem::path&
ResultWriter::GetPartialRounds() const
{
    return m_rounds.GetPartialPath();
}

} // namespace fl
} // namespace ns3
