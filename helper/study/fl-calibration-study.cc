/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-calibration-study.h"

#include "fl-phy-comparison.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-version.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/// JSON whose members keep the order in which they were added.
using Json = nlohmann::ordered_json;

/// First line of the CSV file that AddRun() fills; energies in [J], times in [s].
constexpr char HEADER[] =
    "phy,weight_energy,run,round,calibrated,objective,energy_j,time_s,round_s\n";

/// Headline of the table on the screen.
constexpr char HEADER_TEXT[] =
    "Gain by calibration from round 4 on, mean and 95 % confidence interval over runs:\n"
    "phy       w1   runs     measured objective       round's duration\n";

/// One PHY and one weight, without calibration and with it.
struct Study
{
    std::string phy;                     //!< name
    double weightEnergy{0};              //!< w1
    CalibrationGain gain;                //!< over the runs
    std::vector<Sample> objectives[2]{}; //!< by round, without and with
};

/**
 * Simulate one run of the cell.
 * @param options the cell
 * @param data what is learned
 * @param weightEnergy w1, the weight of energy in the objective, from 0 to 1
 * @param calibrate whether predictions are corrected by what earlier rounds measured
 * @param progress shows the rounds
 * @return energy, time and objective of each round, as measured
 * @throws InvalidInput if the options do not describe a cell
 */
std::vector<MeasuredRound>
RunOnce(const Options& options,
        const LearningData& data,
        double weightEnergy,
        bool calibrate,
        Progress& progress)
{
    Config::SetDefault("ns3::fl::SyncCoordinator::Calibrate", BooleanValue(calibrate));
    Config::SetDefault("ns3::fl::JointOptimizer::WeightEnergy", DoubleValue(weightEnergy));
    std::vector<MeasuredRound> rounds;
    CellRun cell(options, data);
    cell.GetFederation().coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>([&](const RoundRecord& record) {
            rounds.push_back(MeasureRound(record, weightEnergy));
            progress.Update(record);
        }));
    Simulator::Run();
    return rounds;
}

/// Add a run's rounds to the table and to the means.
void
AddRun(Study& study,
       uint64_t run,
       bool calibrated,
       const std::vector<MeasuredRound>& rounds,
       OutputFile& table)
{
    CsvRow row;
    for (size_t i = 0; i < rounds.size(); ++i)
    {
        const auto& round = rounds[i];
        row.Add(study.phy.c_str()).Add(study.weightEnergy).Add(static_cast<uint32_t>(run));
        row.Add(static_cast<uint32_t>(i + 1)).Add(static_cast<uint32_t>(calibrated));
        row.Add(round.objective).Add(round.energyJ).Add(round.timeS).Add(round.durationS);
        table.Write(row.Finish());
        auto& samples = study.objectives[calibrated];
        samples.resize(std::max(samples.size(), rounds.size()));
        samples[i].Add(round.objective);
    }
}

/**
 * @param sample a relative gain, by run
 * @return mean and half the 95 % confidence interval in percent, as " 12.30 % +-  1.20 %"
 */
std::string
ToText(const Sample& sample)
{
    char text[64];
    std::snprintf(text,
                  sizeof(text),
                  "%6.2f %% +- %5.2f %%",
                  100 * sample.Mean(),
                  100 * sample.Ci95());
    return text;
}

/**
 * @param sample a figure, by run
 * @return an object of mean, ci95 (half the 95 % confidence interval) and runs
 */
Json
ToJson(const Sample& sample)
{
    return {{"mean", sample.Mean()}, {"ci95", sample.Ci95()}, {"runs", sample.GetN()}};
}

/// Means of the objective by round, for the plot.
void
WriteCurves(const std::filesystem::path& folder, const std::vector<Study>& studies)
{
    OutputFile file(folder / "objective.csv");
    file.Write("phy,weight_energy,calibrated,round,objective_mean,objective_ci95\n");
    CsvRow row;
    for (const auto& study : studies)
    {
        for (uint32_t calibrated = 0; calibrated < 2; ++calibrated)
        {
            const auto& samples = study.objectives[calibrated];
            for (size_t i = 0; i < samples.size(); ++i)
            {
                row.Add(study.phy.c_str()).Add(study.weightEnergy).Add(calibrated);
                row.Add(static_cast<uint32_t>(i + 1));
                row.Add(samples[i].Mean()).Add(samples[i].Ci95());
                file.Write(row.Finish());
            }
        }
    }
    file.Publish();
}

/// Draw the objective over rounds, one plot per PHY and weight.
void
DrawCurves(const std::filesystem::path& folder, const std::vector<Study>& studies)
{
    std::vector<std::string> scripts;
    for (const auto& study : studies)
    {
        const std::string weight = Describe(study.weightEnergy);
        PlotScript script("objective-" + study.phy + "-w" + weight,
                          "Measured objective over " + study.phy + ", w1 = " + weight,
                          "round",
                          "w1 E + w2 T, mean over runs");
        script.Line("set yrange [0:*]");
        script.Line("set autoscale xfix");
        script.Line("set offsets 0.2, 0.2, 0, 0");
        const char* titles[] = {"planned by Shannon's formula", "planned with measured rates"};
        for (int calibrated = 0; calibrated < 2; ++calibrated)
        {
            // Side by side, so that no bar hides the other.
            script.Curve({"objective.csv",
                          PlotRowsWith("phy", study.phy) + Describe(" && ",
                                                                    PlotColumn("weight_energy"),
                                                                    " == ",
                                                                    weight,
                                                                    " && ",
                                                                    PlotColumn("calibrated"),
                                                                    " == ",
                                                                    calibrated),
                          {PlotColumn("round") + (calibrated ? " + 0.04" : " - 0.04"),
                           PlotColumn("objective_mean"),
                           "half('objective_ci95')"}},
                         titles[calibrated],
                         {"yerrorlines"});
        }
        script.Write(folder, scripts);
    }
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
}

/// All runs of one PHY and one weight.
Study
RunStudy(const std::string& phy,
         double weightEnergy,
         const Options& options,
         const LearningData& data,
         OutputFile& table,
         Progress& progress)
{
    Study study;
    study.phy = phy;
    study.weightEnergy = weightEnergy;
    Options one = options;
    one.phy = phy;
    const uint64_t firstRun = RngSeedManager::GetRun();
    for (uint64_t run = firstRun; run < firstRun + options.runs; ++run)
    {
        RngSeedManager::SetRun(run);
        // Each run is there twice: planned by the formula, and with measured rates.
        if (run > firstRun)
        {
            progress.BeginRun();
        }
        const auto without = RunOnce(one, data, weightEnergy, false, progress);
        progress.BeginRun();
        const auto with = RunOnce(one, data, weightEnergy, true, progress);
        AddRun(study, run, false, without, table);
        AddRun(study, run, true, with, table);
        AddGain(without, with, study.gain);
    }
    RngSeedManager::SetRun(firstRun);
    return study;
}

} // namespace

MeasuredRound
MeasureRound(const RoundRecord& record, double weightEnergy)
{
    MeasuredRound round;
    for (const auto& work : record.over)
    {
        round.energyJ += work.measured.EnergyJ();
        round.timeS =
            std::fmax(round.timeS, work.measured.computeS + std::fmax(work.measured.uploadS, 0));
    }
    round.objective = weightEnergy * round.energyJ + (1 - weightEnergy) * round.timeS;
    round.durationS = record.endS - record.startS;
    return round;
}

void
AddGain(const std::vector<MeasuredRound>& without,
        const std::vector<MeasuredRound>& with,
        CalibrationGain& gain)
{
    const auto mean = [](const std::vector<MeasuredRound>& rounds, double MeasuredRound::* value) {
        Sample sample;
        for (size_t i = CALIBRATED_FROM_ROUND - 1; i < rounds.size(); ++i)
        {
            sample.Add(rounds[i].*value);
        }
        return sample.Mean();
    };
    gain.objective.Add(1 - mean(with, &MeasuredRound::objective) /
                               mean(without, &MeasuredRound::objective));
    gain.duration.Add(1 - mean(with, &MeasuredRound::durationS) /
                              mean(without, &MeasuredRound::durationS));
}

void
RunCalibrationStudy(const OptionParser& parser,
                    const Options& options,
                    const std::vector<double>& weights)
{
    for (const char* attribute :
         {"ns3::fl::SyncCoordinator::Calibrate", "ns3::fl::JointOptimizer::WeightEnergy"})
    {
        if (parser.IsChanged(attribute))
        {
            throw InvalidInput(parser.Written(attribute) +
                               ": must be left out: the study compares what it may be");
        }
    }
    if (options.rounds < CALIBRATED_FROM_ROUND)
    {
        throw InvalidInput(Describe("--rounds=",
                                    options.rounds,
                                    ": must be at least ",
                                    CALIBRATED_FROM_ROUND,
                                    ", from which on rounds count"));
    }
    const std::filesystem::path folder = options.out;
    const auto phys =
        options.phy == ALL_PHYS ? AvailablePhys() : std::vector<std::string>{options.phy};
    const LearningData data = LoadData(options);
    const FolderLock lock(folder);
    OutputFile table(folder / "rounds.csv");
    OutputFile summary(folder / "summary.json");
    table.Write(HEADER);
    std::vector<Study> studies;
    Json gains = Json::array();
    std::string text = HEADER_TEXT;
    Progress progress(options.rounds,
                      2 * options.runs,
                      ProgressDisplay::StandardError(),
                      static_cast<uint32_t>(phys.size() * weights.size()));
    for (const auto& phy : phys)
    {
        for (const double weight : weights)
        {
            progress.BeginCase(Describe(phy, ", ", options.optimizer, ", w1 = ", weight));
            studies.push_back(RunStudy(phy, weight, options, data, table, progress));
            const auto& study = studies.back();
            char line[200];
            std::snprintf(line,
                          sizeof(line),
                          "%-6s  %4g  %5u   %s   %s\n",
                          phy.c_str(),
                          weight,
                          options.runs,
                          ToText(study.gain.objective).c_str(),
                          ToText(study.gain.duration).c_str());
            text += line;
            gains.push_back({{"phy", phy},
                             {"weight_energy", weight},
                             {"objective_gain", ToJson(study.gain.objective)},
                             {"round_duration_gain", ToJson(study.gain.duration)}});
        }
    }
    progress.EndLine();
    Json json;
    json["program"] = parser.GetProgram();
    json["versions"] = {{"fl", VERSION}, {"ns3", Ns3Version()}};
    json["configuration"] = parser.ToJson();
    json["gains"] = gains;
    summary.Write(json.dump(2) + "\n");
    summary.Close();
    table.Publish();
    summary.Publish();
    WriteCurves(folder, studies);
    DrawCurves(folder, studies);
    std::cout << text << "Tables and plots are in " << folder.string() << "/.\n";
}

} // namespace fl
} // namespace ns3
