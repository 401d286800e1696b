/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-result-folder.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-version.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace ns3
{
namespace fl
{

namespace
{

/// JSON whose members keep the order in which they were added.
using Json = nlohmann::ordered_json;

/**
 * @param folder of all results
 * @param runs number of runs
 * @param index of a run, from 0
 * @return the run's folder: run-1, run-2, ... in there; of a single run the folder itself
 */
std::filesystem::path
RunFolder(const std::filesystem::path& folder, uint32_t runs, uint32_t index)
{
    return runs == 1 ? folder : folder / ("run-" + std::to_string(index + 1));
}

/// Figures per accuracy level, under the level's text ("0.85").
Json
ByLevel(const std::vector<double>& levels, const std::vector<double>& values)
{
    Json json = Json::object();
    for (size_t i = 0; i < values.size(); ++i)
    {
        std::string level;
        AppendNumber(level, levels[i]);
        json[level] = values[i];
    }
    return json;
}

/**
 * @param totals of a run, or of a task in it
 * @return sums over its rounds: times [s], energies [J], traffic [byte], orders by status
 */
Json
TotalsJson(const Totals& totals)
{
    Json json;
    json["rounds"] = totals.rounds;
    json["simulated_time_s"] = totals.simulatedTimeS;
    json["energy_j"] = totals.energyJ;
    json["energy_compute_j"] = totals.computeEnergyJ;
    json["energy_radio_j"] = totals.radioEnergyJ;
    json["energy_circuit_j"] = totals.circuitEnergyJ;
    json["energy_station_j"] = totals.stationEnergyJ;
    json["uploaded_bytes"] = std::llround(totals.uploadedBytes);
    json["downloaded_bytes"] = std::llround(totals.downloadedBytes);
    json["selected"] = totals.selected;
    json["received"] = totals.received;
    for (size_t i = 0; i < totals.byStatus.size(); ++i)
    {
        json[std::string("orders_") + ToString(static_cast<WorkStatus>(i))] = totals.byStatus[i];
    }
    return json;
}

/**
 * @param [in,out] json gets loss, accuracy, and time [s] and energy [J] to accuracy levels
 * @param totals of a run, or of a task in it
 */
void
AddLearning(Json& json, const Totals& totals)
{
    json["final_loss"] = totals.finalLoss;
    json["final_accuracy"] = totals.finalAccuracy;
    json["best_accuracy"] = totals.bestAccuracy;
    json["time_to_accuracy_s"] = ByLevel(totals.levels, totals.timeToAccuracyS);
    json["energy_to_accuracy_j"] = ByLevel(totals.levels, totals.energyToAccuracyJ);
}

/**
 * @param totals of a run
 * @return what summary.json says of it: totals, loss, accuracy, time [s] and energy [J] to accuracy
 *        levels, the same by task if there are several, relative error of predicted upload times
 */
Json
RunJson(const RunTotals& totals)
{
    Json json;
    json["totals"] = TotalsJson(totals);
    for (const auto& [name, value] : totals.counters)
    {
        json["totals"][name] = value;
    }
    AddLearning(json, totals);
    for (size_t task = 0; task < totals.tasks.size(); ++task)
    {
        auto& of = json["tasks"][std::to_string(task)];
        of["totals"] = TotalsJson(totals.tasks[task]);
        AddLearning(of, totals.tasks[task]);
    }
    json["upload_prediction_error"] = {{"mean", totals.predictionError.Mean()},
                                       {"largest", totals.largestPredictionError}};
    return json;
}

/**
 * One JSON value out of several of the same shape, number by number.
 * @param values the values; null and NaN count as absent
 * @param figure what to take of the numbers; absent unless all runs have one, since the mean over
 *        those that reached a level alone would flatter
 * @return a value of that shape, with that figure in place of each number
 */
Json
Combine(const std::vector<Json>& values, double (Sample::*figure)() const)
{
    Json json;
    if (values.front().is_object())
    {
        for (const auto& [name, ignored] : values.front().items())
        {
            std::vector<Json> members;
            for (const auto& value : values)
            {
                members.push_back(value.value(name, Json()));
            }
            json[name] = Combine(members, figure);
        }
        return json;
    }
    Sample sample;
    for (const auto& value : values)
    {
        sample.Add(value.is_number() ? value.get<double>() : ABSENT);
    }
    return sample.GetN() == values.size() ? (sample.*figure)() : ABSENT;
}

/// One task's rows of a run's rounds.csv, read along with those of the other runs.
class RunCurve
{
  public:
    /**
     * Read the header and the first row.
     * @param path of a run's rounds.csv
     * @param task number of the task
     * @throws std::runtime_error if it can't be read or lacks a column
     */
    RunCurve(const std::filesystem::path& path, uint32_t task)
        : m_reader(path),
          m_ofTask(task),
          m_round(m_reader.Column("round")),
          m_task(m_reader.Column("task")),
          m_end(m_reader.Column("end_s")),
          m_loss(m_reader.Column("loss")),
          m_accuracy(m_reader.Column("accuracy")),
          m_energy(m_reader.Column("energy_j"))
    {
        Advance();
    }

    /// @return whether there is no current row any more
    bool AtEnd() const
    {
        return !m_more;
    }

    /// @return round of the current row
    uint32_t GetRound() const
    {
        return static_cast<uint32_t>(m_reader.Number(m_round));
    }

    /// Put the row's figures into the samples, in the order of the columns of curves.csv.
    void AddTo(std::array<Sample, 4>& samples) const
    {
        samples[0].Add(m_reader.Number(m_end));
        samples[1].Add(m_energySoFar);
        samples[2].Add(m_reader.Number(m_loss));
        samples[3].Add(m_reader.Number(m_accuracy));
    }

    /**
     * Go to the task's next row, and add its energy to the sum.
     * @throws std::runtime_error if it is malformed
     */
    void Advance()
    {
        do
        {
            m_more = m_reader.Next();
        } while (m_more && m_reader.Number(m_task) != m_ofTask);
        m_energySoFar += m_more ? m_reader.Number(m_energy) : 0;
    }

  private:
    CsvReader m_reader;      //!< the file
    uint32_t m_ofTask;       //!< number of the task
    size_t m_round;          //!< column
    size_t m_task;           //!< column
    size_t m_end;            //!< column
    size_t m_loss;           //!< column
    size_t m_accuracy;       //!< column
    size_t m_energy;         //!< column
    double m_energySoFar{0}; //!< up to and with the current row [J]
    bool m_more{false};      //!< whether there is a current row
};

/// The smallest round among the current rows; false if all are at their ends.
bool
SmallestRound(const std::vector<std::unique_ptr<RunCurve>>& curves, uint32_t& round)
{
    bool found = false;
    for (const auto& curve : curves)
    {
        if (!curve->AtEnd() && (!found || curve->GetRound() < round))
        {
            round = curve->GetRound();
            found = true;
        }
    }
    return found;
}

} // namespace

ResultFolder::ResultFolder(const std::filesystem::path& folder,
                           uint32_t runs,
                           const std::string& program,
                           const nlohmann::ordered_json& configuration,
                           RunTotals totals)
    : m_folder(folder),
      m_lock(folder),
      m_runs(runs),
      m_none(std::move(totals)),
      m_program(program),
      m_configuration(std::make_unique<Json>(configuration)),
      m_start(std::chrono::steady_clock::now()),
      m_summary(folder / "summary.json")
{
    if (runs > 1)
    {
        m_curves = std::make_unique<OutputFile>(folder / "curves.csv");
    }
}

ResultFolder::~ResultFolder() = default;

ResultWriter&
ResultFolder::BeginRun()
{
    if (m_writers.size() == m_runs)
    {
        throw std::logic_error(Describe("more than ", m_runs, " runs"));
    }
    if (!m_writers.empty())
    {
        m_writers.back()->Close();
    }
    const auto index = static_cast<uint32_t>(m_writers.size());
    m_writers.push_back(std::make_unique<ResultWriter>(RunFolder(m_folder, m_runs, index), m_none));
    return *m_writers.back();
}

void
ResultFolder::WriteCurves()
{
    m_curves->Write("round,task,runs,end_s_mean,end_s_ci95,energy_so_far_j_mean,"
                    "energy_so_far_j_ci95,loss_mean,loss_ci95,accuracy_mean,accuracy_ci95\n");
    const auto nTasks = static_cast<uint32_t>(std::max<size_t>(1, m_none.tasks.size()));
    for (uint32_t task = 0; task < nTasks; ++task)
    {
        WriteCurves(task);
    }
}

void
ResultFolder::WriteCurves(uint32_t task)
{
    // All runs' files are read side by side: memory grows with neither rounds nor devices.
    std::vector<std::unique_ptr<RunCurve>> curves;
    for (const auto& writer : m_writers)
    {
        curves.push_back(std::make_unique<RunCurve>(writer->GetPartialRounds(), task));
    }
    CsvRow row;
    for (uint32_t round = 0; SmallestRound(curves, round);)
    {
        std::array<Sample, 4> samples;
        for (auto& curve : curves)
        {
            if (!curve->AtEnd() && curve->GetRound() == round)
            {
                curve->AddTo(samples);
                curve->Advance();
            }
        }
        row.Add(round).Add(task).Add(samples[0].GetN());
        for (const auto& sample : samples)
        {
            row.Add(sample.Mean()).Add(sample.Ci95());
        }
        m_curves->Write(row.Finish());
    }
}

Json
ResultFolder::Summary(const std::string& status) const
{
    Json json;
    json["program"] = m_program;
    json["status"] = status;
    json["versions"] = {{"fl", VERSION}, {"ns3", Ns3Version()}};
    json["configuration"] = *m_configuration;
    json["runs"] = m_writers.size();
    std::vector<Json> runs;
    for (const auto& writer : m_writers)
    {
        runs.push_back(RunJson(writer->GetTotals()));
    }
    if (!runs.empty())
    {
        json.update(runs.size() == 1 ? runs.front() : Combine(runs, &Sample::Mean));
    }
    if (runs.size() > 1)
    {
        json["ci95"] = Combine(runs, &Sample::Ci95);
        json["by_run"] = runs;
    }
    json["wall_clock_s"] = WallClockS();
    json["peak_memory_bytes"] = PeakMemoryBytes();
    return json;
}

void
ResultFolder::Finish(const std::string& status)
{
    m_wallClockS = WallClockS();
    // Everything is on the disk before the first file appears.
    if (!m_writers.empty())
    {
        m_writers.back()->Close();
    }
    if (m_curves)
    {
        WriteCurves();
        m_curves->Close();
    }
    m_summary.Write(Summary(status).dump(2) + "\n");
    m_summary.Close();
    for (auto& writer : m_writers)
    {
        writer->Publish();
    }
    if (m_curves)
    {
        m_curves->Publish();
    }
    m_summary.Publish();
    RemoveStaleFiles();
}

void
ResultFolder::RemoveStaleFiles() const
{
    // An earlier program with another number of runs left files that don't belong to this summary.
    std::error_code ignored;
    const auto removeFiles = [&ignored](const std::filesystem::path& folder) {
        for (const char* name : ResultWriter::FILES)
        {
            std::filesystem::remove(folder / name, ignored);
        }
        LedgerFiles::RemoveFrom(folder);
    };
    if (m_runs == 1)
    {
        std::filesystem::remove(m_folder / "curves.csv", ignored);
    }
    else
    {
        removeFiles(m_folder);
    }
    for (uint32_t index = m_runs == 1 ? 0 : m_writers.size();; ++index)
    {
        const std::filesystem::path folder = RunFolder(m_folder, 0, index);
        if (!std::filesystem::exists(folder / ResultWriter::FILES.front(), ignored))
        {
            return;
        }
        removeFiles(folder);
        std::filesystem::remove(folder, ignored); // no-op if it holds anything else
    }
}

std::vector<const RunTotals*>
ResultFolder::GetTotals() const
{
    std::vector<const RunTotals*> totals;
    for (const auto& writer : m_writers)
    {
        totals.push_back(&writer->GetTotals());
    }
    return totals;
}

const std::filesystem::path&
ResultFolder::GetFolder() const
{
    return m_folder;
}

uint32_t
ResultFolder::GetRuns() const
{
    return m_runs;
}

double
ResultFolder::WallClockS() const
{
    if (m_wallClockS > 0)
    {
        return m_wallClockS;
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
}

uint64_t
PeakMemoryBytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

} // namespace fl
} // namespace ns3
