/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-claims.h"
#include "fl-schedule-report.h"
#include "fl-schedule-simulation.h"
#include "fl-schedule-study-options.h"
#include "fl-study.h"

#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/string.h"

#include <chrono>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @tparam Value the attribute's AttributeValue, as DoubleValue
 * @param name of an attribute of ScheduleOptimizer
 * @return its default at present, which the command line may have changed
 */
template <typename Value>
Value
OptimizerDefault(const char* name)
{
    Value value;
    CreateOptimizer("ns3::fl::ScheduleOptimizer")->GetAttribute(name, value);
    return value;
}

/**
 * @param limitS limit of the average delay [s/bit]
 * @return options of the virtual queue with that limit; zeta, its decay and the update are the
 *        defaults of the optimizer's attributes
 */
DelayQueueOptions
DefaultQueue(double limitS)
{
    DelayQueueOptions queue;
    queue.limitS = limitS;
    queue.zeta = OptimizerDefault<DoubleValue>("Zeta").Get();
    queue.zetaDecay = OptimizerDefault<DoubleValue>("ZetaDecay").Get();
    queue.update = QueueUpdateFromText(OptimizerDefault<StringValue>("QueueUpdate").Get());
    return queue;
}

/**
 * @param baseS the limit of the average delay that is asked for [s/bit]
 * @return six limits from 0.2 to 2 times that, ascending [s/bit]
 */
std::vector<double>
Limits(double baseS)
{
    std::vector<double> limits;
    for (const double factor : {0.2, 0.4, 0.6, 1.0, 1.5, 2.0})
    {
        limits.push_back(factor * baseS);
    }
    return limits;
}

/// The methods of figure 5.
constexpr const char* FIGURE_5_METHODS[] = {"exact",
                                            "paper",
                                            "greedy",
                                            "aaba",
                                            "all",
                                            "random",
                                            "round-robin",
                                            "best-channel",
                                            "proportional-fair"};

/**
 * @param baseS the limit of the average delay that is asked for [s/bit]
 * @return each method of figure 5 at each of the limits around it
 */
std::vector<ScheduleCurve>
Figure5Curves(double baseS)
{
    std::vector<ScheduleCurve> curves;
    for (const char* method : FIGURE_5_METHODS)
    {
        for (const double limitS : Limits(baseS))
        {
            curves.push_back({method, method, DefaultQueue(limitS)});
        }
    }
    return curves;
}

/**
 * @param baseS limit of the average delay of all curves [s/bit]
 * @return the exact method with both updates of the queue, each with a constant zeta and one that
 *        decays; then the exact method and Algorithm 1 with the optimizer's defaults
 */
std::vector<ScheduleCurve>
QueueCurves(double baseS)
{
    std::vector<ScheduleCurve> curves;
    for (const auto update : {QueueUpdate::PLAIN, QueueUpdate::WEIGHTED})
    {
        for (const double decay : {0.0, 0.5})
        {
            auto queue = DefaultQueue(baseS);
            queue.update = update;
            queue.zetaDecay = decay;
            curves.push_back(
                {Describe("exact ", ToString(update), " decay ", decay), "exact", queue});
        }
    }
    curves.push_back({"exact as set", "exact", DefaultQueue(baseS)});
    curves.push_back({"paper as set", "paper", DefaultQueue(baseS)});
    return curves;
}

/**
 * @param setting the cell
 * @param baseS the limit of the average delay that is asked for [s/bit]
 * @param seed of the draws
 * @param progress gets 1 per round, method and limit
 * @return run times of the exact method and of Algorithm 1, at each limit
 */
std::vector<ScheduleRunTimes>
RunTimesAtLimits(const ScheduleSetting& setting,
                 double baseS,
                 uint64_t seed,
                 WorkProgress& progress)
{
    std::vector<ScheduleRunTimes> times;
    for (const std::string method : {"exact", "paper"})
    {
        for (const double limitS : Limits(baseS))
        {
            const ScheduleCurve curve{method, method, DefaultQueue(limitS)};
            times.push_back({curve, MeasureRunTimes(setting, curve, seed, progress)});
        }
    }
    return times;
}

/**
 * Figures by formula.
 * @param parser the parsed command line, for summary.json
 * @param options as parsed
 */
void
RunFigures(const OptionParser& parser, const ScheduleStudyOptions& options)
{
    const auto start = std::chrono::steady_clock::now();
    const std::filesystem::path folder = options.out;
    const FolderLock lock(folder);
    OutputFile summary(folder / "summary.json");
    OutputFile figure5(folder / "figure-5.csv");
    OutputFile queue(folder / "queue.csv");
    OutputFile claimsFile(folder / "claims.csv");
    OutputFile runTimes(folder / "run-times.csv");
    const uint64_t seed = StudySeed();
    ScheduleSetting setting;
    setting.devices = options.devices;
    setting.bandwidthHz = options.bandwidthHz;
    setting.rounds = options.formulaRounds;
    const double baseS = OptimizerDefault<DoubleValue>("DelayLimitPerBit").Get();

    const auto curves = Figure5Curves(baseS);
    const auto queueCurves = QueueCurves(baseS);
    auto all = curves;
    all.insert(all.end(), queueCurves.begin(), queueCurves.end());
    ThreadPool pool(options.threads);
    // Two methods at all limits have their times taken once more.
    const double solutions =
        static_cast<double>(setting.rounds) * (static_cast<double>(all.size()) * options.runs +
                                               2.0 * static_cast<double>(Limits(baseS).size()));
    WorkProgress progress(solutions);
    progress.Begin(Describe("figure 5 and queues, ", all.size(), " curves by formula"));
    auto statistics = SimulateSchedules(setting, all, options.runs, seed, pool, &progress);
    const std::vector<ScheduleStatistics> queueStatistics(statistics.begin() + curves.size(),
                                                          statistics.end());
    statistics.resize(curves.size());
    figure5.Write(ScheduleFigureCsv(curves, statistics));
    const auto claims = JudgeScheduleClaims(curves, statistics);
    claimsFile.Write(ClaimsCsv(claims));
    queue.Write(ScheduleQueueCsv(setting.rounds, queueCurves, queueStatistics));
    progress.Begin("figure 6, run times");
    runTimes.Write(ScheduleRunTimesCsv(RunTimesAtLimits(setting, baseS, seed, progress)));
    const std::chrono::duration<double> wallClock = std::chrono::steady_clock::now() - start;
    nlohmann::ordered_json json = StudySummary(parser, "done");
    json["wall_clock_s"] = wallClock.count();
    json["peak_memory_bytes"] = PeakMemoryBytes();
    summary.Write(json.dump(2) + "\n");
    for (auto* file : {&figure5, &queue, &claimsFile, &runTimes, &summary})
    {
        file->Publish();
    }
    std::vector<std::string> scripts;
    WriteSchedulePlots(folder, curves, queueCurves, scripts);
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
    PrintScheduleFigure(std::cout, baseS, curves, statistics);
    PrintClaims(std::cout, claims);
    std::cout << "Tables and plots are in " << folder.string() << "/.\n";
}

/// The program fl-device-scheduling.
class ScheduleStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        AddScheduleStudyOptions(parser, m_options);
    }

    void Run(const OptionParser& parser) override
    {
        RunFigures(parser, m_options);
    }

  private:
    ScheduleStudyOptions m_options; //!< section V's values, until the command line is parsed
};

/// Its program.
const StudyRegistration<ScheduleStudy> g_study("fl-device-scheduling",
                                               "Scheduling under a delay limit, Wang et al.");

} // namespace

} // namespace fl
} // namespace ns3
