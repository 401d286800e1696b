/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-study.h"

#include "ns3/double.h"
#include "ns3/fl-claims.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-option-rules.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-schedule-methods.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-version.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/string.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/// Points of a curve over the rounds.
constexpr uint32_t TRACE_POINTS = 250;

/// What is drawn for a run; streams of one seed are independent.
enum Draw : uint64_t
{
    CHANNELS,
    CHOICES,
    DRAWS
};

/// Gains of all rounds: place and fading of each device.
class Channels
{
  public:
    /**
     * Place the devices uniformly in the cell.
     * @param setting the cell; must outlive this
     * @param random draws places, then fading
     */
    Channels(const ScheduleSetting& setting, RandomStream random)
        : m_setting(setting),
          m_random(random)
    {
        for (uint32_t k = 0; k < setting.devices; ++k)
        {
            const double radiusM = setting.radiusM * std::sqrt(m_random.Uniform());
            const double angle = m_random.Uniform(0, 2 * std::acos(-1.0));
            const double distanceM =
                std::hypot(setting.centreM + radiusM * std::cos(angle), radiusM * std::sin(angle));
            m_meanHz.push_back(std::pow(distanceM / setting.referenceM, -setting.exponent) *
                               setting.txPowerW / setting.noiseWPerHz);
        }
    }

    /// @return gain over noise of the next round, by device [Hz]
    std::vector<double> Next()
    {
        std::vector<double> gains(m_meanHz);
        for (auto& gain : gains)
        {
            // 1 - u is in (0, 1]; the offset keeps u = 0 from being no channel at all.
            gain *= -std::log1p(-m_random.Uniform()) + 1e-12;
        }
        return gains;
    }

  private:
    const ScheduleSetting& m_setting; //!< the cell
    RandomStream m_random;            //!< draws
    std::vector<double> m_meanHz;     //!< without fading
};

/// One curve in one run.
struct CurveRun
{
    double scheduled{0};           //!< sum over the rounds
    double delayS{0};              //!< sum over the rounds [s/bit]
    double empty{0};               //!< rounds with nobody
    double queue{0};               //!< at the end
    std::vector<double> queueAt;   //!< at the rounds of the trace
    std::vector<double> averageAt; //!< average delay so far over the limit, at the same rounds
};

/// Goes through the rounds with one curve.
class CurveRunner
{
  public:
    /**
     * @param setting the cell
     * @param curve method, and options of its virtual queue; must outlive this
     * @param random for methods that draw
     */
    CurveRunner(const ScheduleSetting& setting, const ScheduleCurve& curve, RandomStream random)
        : m_curve(curve),
          m_random(random),
          m_queue(curve.queue)
    {
        m_problem.bandwidthHz = setting.bandwidthHz;
        m_problem.payloadBits = 1;
        m_problem.delayLimitS = curve.queue.limitS;
        m_problem.averageGainOverNoiseHz.assign(setting.devices, 0);
        m_options.uniform = [this] { return m_random.Uniform(); };
    }

    CurveRunner(const CurveRunner&) = delete;
    CurveRunner& operator=(const CurveRunner&) = delete;

    /**
     * Schedule one round and update the virtual queue.
     * @param gains channel gain over noise power density, by device [Hz]
     * @return wall-clock time that the method took [s]
     * @throws std::runtime_error if the method fails
     */
    double Round(const std::vector<double>& gains)
    {
        m_problem.gainOverNoiseHz = gains;
        m_problem.round = m_queue.GetRound();
        m_problem.queueWeight = m_queue.Weight();
        for (size_t k = 0; k < gains.size(); ++k)
        {
            auto& average = m_problem.averageGainOverNoiseHz[k];
            average += (gains[k] - average) / static_cast<double>(m_problem.round);
        }
        const auto start = std::chrono::steady_clock::now();
        const auto solution = SolveSchedule(m_curve.method, m_problem, m_options);
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        if (solution.status == SolveStatus::FAILED)
        {
            throw std::runtime_error(
                Describe("method ", m_curve.method, ": ", solution.termination));
        }
        m_queue.Update(solution.delayS);
        m_result.scheduled += static_cast<double>(solution.selected);
        m_result.delayS += solution.delayS;
        m_result.empty += solution.selected == 0 ? 1 : 0;
        m_result.queue = m_queue.Get();
        return elapsed.count();
    }

    /// Write down where queue and average are.
    void Trace(uint32_t rounds)
    {
        m_result.queueAt.push_back(m_result.queue);
        m_result.averageAt.push_back(m_result.delayS / rounds / m_curve.queue.limitS);
    }

    /// @return what became of it
    CurveRun& GetResult()
    {
        return m_result;
    }

  private:
    const ScheduleCurve& m_curve; //!< who schedules
    RandomStream m_random;        //!< of methods that draw
    ScheduleOptions m_options;    //!< draws from it
    ScheduleProblem m_problem;    //!< of the round
    DelayQueue m_queue;           //!< of delays
    CurveRun m_result;            //!< so far
};

/// Add a run of a curve to its statistics.
void
AddRun(ScheduleStatistics& statistics, const CurveRun& run, double rounds, double limitS)
{
    statistics.scheduled.Add(run.scheduled / rounds);
    statistics.delayPerBitS.Add(run.delayS / rounds);
    statistics.excess.Add(run.delayS / rounds / limitS);
    statistics.emptyShare.Add(run.empty / rounds);
    statistics.queue.Add(run.queue);
    statistics.queueAt.resize(run.queueAt.size());
    statistics.averageAt.resize(run.averageAt.size());
    for (size_t i = 0; i < run.queueAt.size(); ++i)
    {
        statistics.queueAt[i].Add(run.queueAt[i]);
        statistics.averageAt[i].Add(run.averageAt[i]);
    }
}

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
 * Add two fields to a row: mean, and half the 95 % confidence interval.
 * @param row gets them
 * @param sample over the runs
 */
void
AddSample(CsvRow& row, const Sample& sample)
{
    row.Add(sample.Mean()).Add(sample.Ci95());
}

/// Figure 5: every method at every limit.
std::string
Figure5Csv(const std::vector<ScheduleCurve>& curves,
           const std::vector<ScheduleStatistics>& statistics)
{
    std::string text = "method,limit_per_bit_s,runs,scheduled_mean,scheduled_ci95,"
                       "delay_per_bit_s_mean,delay_per_bit_s_ci95,delay_over_limit_mean,"
                       "delay_over_limit_ci95,empty_share_mean,empty_share_ci95,queue_mean,"
                       "queue_ci95\n";
    CsvRow row;
    for (size_t i = 0; i < curves.size(); ++i)
    {
        const auto& of = statistics[i];
        row.Add(curves[i].method.c_str()).Add(curves[i].queue.limitS).Add(of.scheduled.GetN());
        for (const auto* sample :
             {&of.scheduled, &of.delayPerBitS, &of.excess, &of.emptyShare, &of.queue})
        {
            AddSample(row, *sample);
        }
        text += row.Finish();
    }
    return text;
}

/// The queue over the rounds, of every curve.
std::string
QueueCsv(const ScheduleSetting& setting,
         const std::vector<ScheduleCurve>& curves,
         const std::vector<ScheduleStatistics>& statistics)
{
    std::string text = "curve,method,update,zeta,zeta_decay,round,queue_mean,queue_ci95,"
                       "average_over_limit_mean,average_over_limit_ci95\n";
    CsvRow row;
    const auto rounds = ScheduleTraceRounds(setting.rounds);
    for (size_t i = 0; i < curves.size(); ++i)
    {
        const auto& curve = curves[i];
        for (size_t point = 0; point < rounds.size(); ++point)
        {
            row.Add(curve.name.c_str()).Add(curve.method.c_str());
            row.Add(ToString(curve.queue.update)).Add(curve.queue.zeta).Add(curve.queue.zetaDecay);
            row.Add(rounds[point]);
            AddSample(row, statistics[i].queueAt[point]);
            AddSample(row, statistics[i].averageAt[point]);
            text += row.Finish();
        }
    }
    return text;
}

/// Figure 6: what solving takes, by limit, as a box with whiskers. Never the same twice.
std::string
RunTimesCsv(const ScheduleSetting& setting, double baseS, uint64_t seed, WorkProgress& progress)
{
    std::string text = "method,limit_per_bit_s,rounds,least_s,lower_quartile_s,median_s,"
                       "upper_quartile_s,most_s\n";
    CsvRow row;
    for (const std::string method : {"exact", "paper"})
    {
        for (const double limitS : Limits(baseS))
        {
            const ScheduleCurve curve{method, method, DefaultQueue(limitS)};
            Channels channels(setting, RandomStream(seed, CHANNELS));
            CurveRunner runner(setting, curve, RandomStream(seed, CHOICES));
            std::vector<double> seconds;
            for (uint32_t round = 0; round < setting.rounds; ++round)
            {
                seconds.push_back(runner.Round(channels.Next()));
                progress.Add();
            }
            std::sort(seconds.begin(), seconds.end());
            row.Add(method.c_str()).Add(limitS).Add(setting.rounds);
            for (const double quantile : {0.0, 0.25, 0.5, 0.75, 1.0})
            {
                row.Add(seconds[static_cast<size_t>(quantile *
                                                    static_cast<double>(seconds.size() - 1))]);
            }
            text += row.Finish();
        }
    }
    return text;
}

/// Plots of delays over their limit have a line where they meet it.
void
AddLimit(PlotScript& script)
{
    script.Logarithmic("y");
    script.Function("1", "limit", Describe("with lines lc rgb '", colours::GREY, "' dt 2"));
}

/// Draw figure 5 from its CSV.
void
WriteFigure5(const std::filesystem::path& folder, std::vector<std::string>& scripts)
{
    for (const bool delay : {false, true})
    {
        PlotScript script(delay ? "figure-5-delay" : "figure-5-scheduled",
                          delay ? "Average delay against its limit" : "Devices scheduled per round",
                          "limit of the average delay [ms per bit]",
                          delay ? "average delay / limit" : "devices per round");
        script.KeyBeside();
        script.Line("set autoscale fix");
        script.Line("set offsets graph 0.02, graph 0.02, graph 0.05, graph 0.05");
        if (delay)
        {
            AddLimit(script);
        }
        const std::string column = delay ? "delay_over_limit" : "scheduled";
        for (const char* method : FIGURE_5_METHODS)
        {
            script.Curve({"figure-5.csv",
                          PlotRowsWith("method", method),
                          {"1e3 * " + PlotColumn("limit_per_bit_s"),
                           PlotColumn(column + "_mean"),
                           "half('" + column + "_ci95')"}},
                         method,
                         {"yerrorlines"});
        }
        script.Write(folder, scripts);
    }
}

/// Draw queue and average delay over the rounds.
void
WriteQueuePlots(const std::filesystem::path& folder,
                const std::vector<ScheduleCurve>& curves,
                std::vector<std::string>& scripts)
{
    for (const bool delay : {false, true})
    {
        PlotScript script(delay ? "average-delay" : "queue",
                          delay ? "Average delay of the rounds so far" : "Virtual queue",
                          "round",
                          delay ? "average delay / limit" : "queue / limit");
        script.KeyBeside();
        script.Logarithmic("x");
        if (delay)
        {
            AddLimit(script);
            script.Logarithmic("xy");
        }
        for (const auto& curve : curves)
        {
            script.Curve({"queue.csv",
                          PlotRowsWith("curve", curve.name),
                          {PlotColumn("round"),
                           PlotColumn(delay ? "average_over_limit_mean" : "queue_mean")}},
                         curve.name,
                         {"lines"});
        }
        script.Write(folder, scripts);
    }
}

/// Draw figure 6.
void
WriteFigure6(const std::filesystem::path& folder, std::vector<std::string>& scripts)
{
    PlotScript script("figure-6",
                      "Run time of a round's solution: quartiles, shortest and longest",
                      "limit of the average delay [ms per bit]",
                      "run time [us]");
    script.Logarithmic("y");
    script.Line("set boxwidth 0.003");
    script.KeyBeside();
    for (const auto& [method, colour, shift] : {std::tuple("exact", colours::BLUE, -0.002),
                                                std::tuple("paper", colours::VERMILION, 0.002)})
    {
        const auto microseconds = [](const char* column) { return "1e6 * " + PlotColumn(column); };
        PlotData boxes{"run-times.csv",
                       PlotRowsWith("method", method),
                       {Describe("1e3 * ", PlotColumn("limit_per_bit_s"), " + ", shift)}};
        PlotData medians = boxes;
        for (const char* column : {"lower_quartile_s", "least_s", "most_s", "upper_quartile_s"})
        {
            boxes.columns.push_back(microseconds(column));
        }
        medians.columns.push_back(microseconds("median_s"));
        script.Mark(boxes, method, Describe("with candlesticks whiskerbars lc rgb '", colour, "'"));
        script.Mark(medians, "", Describe("with points pt 7 ps 0.5 lc rgb '", colour, "'"));
    }
    script.Write(folder, scripts);
}

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
 * @param curves of figure 5
 * @param statistics of each of them
 * @return what Wang et al. claim of scheduled devices and delays, judged over all limits
 */
std::vector<Claim>
JudgeScheduleClaims(const std::vector<ScheduleCurve>& curves,
                    const std::vector<ScheduleStatistics>& statistics)
{
    OrderCount moreThanGreedy;
    OrderCount moreThanAaba;
    OrderCount greedyMore;
    OrderCount delay;
    const auto find = [&](const std::string& method, double limitS) -> const ScheduleStatistics& {
        const auto curve = std::find_if(curves.begin(), curves.end(), [&](const auto& other) {
            return other.method == method && other.queue.limitS == limitS;
        });
        return statistics[static_cast<size_t>(curve - curves.begin())];
    };
    for (const auto& curve : curves)
    {
        if (curve.method == "paper")
        {
            const double limitS = curve.queue.limitS;
            const auto& paper = find("paper", limitS);
            const auto& greedy = find("greedy", limitS);
            const auto& aaba = find("aaba", limitS);
            moreThanGreedy.Add(paper.scheduled, greedy.scheduled);
            moreThanAaba.Add(paper.scheduled, aaba.scheduled);
            greedyMore.Add(greedy.scheduled, aaba.scheduled);
            delay.Add(paper.excess, 1);
        }
    }
    return {moreThanGreedy.ToClaim("Algorithm 1 schedules more devices than GS",
                                   "at every limit of the delay",
                                   ClaimedOrder::ABOVE),
            moreThanAaba.ToClaim("Algorithm 1 schedules more devices than AABA",
                                 "at every limit of the delay",
                                 ClaimedOrder::ABOVE),
            greedyMore.ToClaim("GS schedules more devices than AABA",
                               "clearly better",
                               ClaimedOrder::ABOVE),
            delay.ToClaim("Algorithm 1 keeps the limit of the average delay (8)",
                          "in the long run",
                          ClaimedOrder::NOT_ABOVE)};
}

/// Say what the table says, for the limit that was asked for.
void
PrintFigure5(std::ostream& out,
             double baseS,
             const std::vector<ScheduleCurve>& curves,
             const std::vector<ScheduleStatistics>& statistics)
{
    out << "At the limit of " << 1e3 * baseS << " ms per bit:\n";
    for (size_t i = 0; i < curves.size(); ++i)
    {
        if (curves[i].queue.limitS == baseS)
        {
            char line[160];
            std::snprintf(
                line,
                sizeof(line),
                "  %-18s %6.2f +- %.2f devices, average delay %.3f +- %.3f of the limit\n",
                curves[i].method.c_str(),
                statistics[i].scheduled.Mean(),
                statistics[i].scheduled.Ci95(),
                statistics[i].excess.Mean(),
                statistics[i].excess.Ci95());
            out << line;
        }
    }
}

} // namespace

std::vector<uint32_t>
ScheduleTraceRounds(uint32_t rounds)
{
    std::vector<uint32_t> trace;
    const uint32_t points = std::min(rounds, TRACE_POINTS);
    for (uint32_t i = 1; i <= points; ++i)
    {
        // Close together at first, where most happens: squares.
        const double part = static_cast<double>(i) / points;
        const auto round = static_cast<uint32_t>(std::lround(rounds * part * part));
        if (round > (trace.empty() ? 0 : trace.back()))
        {
            trace.push_back(round);
        }
    }
    return trace;
}

std::vector<ScheduleStatistics>
SimulateSchedules(const ScheduleSetting& setting,
                  const std::vector<ScheduleCurve>& curves,
                  uint32_t runs,
                  uint64_t seed,
                  ThreadPool& pool,
                  WorkProgress* progress)
{
    const auto trace = ScheduleTraceRounds(setting.rounds);
    std::vector<std::vector<CurveRun>> results(runs);
    pool.ParallelFor(runs, [&](size_t run) {
        Channels channels(setting, RandomStream(seed, DRAWS * run + CHANNELS));
        std::vector<std::unique_ptr<CurveRunner>> runners;
        for (const auto& curve : curves)
        {
            runners.push_back(
                std::make_unique<CurveRunner>(setting,
                                              curve,
                                              RandomStream(seed, DRAWS * run + CHOICES)));
        }
        size_t point = 0;
        for (uint32_t round = 1; round <= setting.rounds; ++round)
        {
            const auto gains = channels.Next();
            const bool traced = trace[point] == round;
            point += traced ? 1 : 0;
            for (auto& runner : runners)
            {
                runner->Round(gains);
                if (traced)
                {
                    runner->Trace(round);
                }
            }
            if (progress)
            {
                progress->Add(static_cast<double>(curves.size()));
            }
        }
        for (auto& runner : runners)
        {
            results[run].push_back(std::move(runner->GetResult()));
        }
    });
    std::vector<ScheduleStatistics> statistics(curves.size());
    for (const auto& run : results)
    {
        for (size_t i = 0; i < curves.size(); ++i)
        {
            AddRun(statistics[i], run[i], setting.rounds, curves[i].queue.limitS);
        }
    }
    return statistics;
}

ScheduleStudyOptions::ScheduleStudyOptions()
{
    cell.devices = 20;
    cell.rounds = 200;
    cell.runs = 10;
    cell.optimizer = "schedule";
    cell.bandwidthHz = 10e6;
    cell.fading = "rayleigh";
    cell.maxPowerDbm = 30;
    // TCP does not outlive some of these fades.
    cell.transport = "datagram";
    cell.trainSamples = 6000;
    cell.testSamples = 2000;
    cell.localIterations = 1;
    cell.lr = 0.02;
}

void
AddScheduleStudyOptions(OptionParser& parser, ScheduleStudyOptions& options)
{
    parser.Add("formula-rounds",
               "rounds of the figures by formula",
               options.formulaRounds,
               InRange(1U, 1000000U));
    parser.Add("packets",
               "learning curves packet by packet, in place of the figures by formula",
               options.packets);
    parser.Add("compare",
               "the optimizers of --packets, separated by commas",
               options.compare,
               {"names of optimizers, separated by commas", [](const std::string& text) {
                    std::istringstream words(text + ",");
                    for (std::string word; std::getline(words, word, ',');)
                    {
                        const auto& known = NamedOptimizers();
                        if (std::none_of(known.begin(), known.end(), [&](const auto& entry) {
                                return entry.name == word;
                            }))
                        {
                            return false;
                        }
                    }
                    return true;
                }});
    AddOptions(parser, options.cell);
    auto ofPackets = CellOptionsBut({"devices", "bandwidth", "runs", "out", "threads"});
    ofPackets.push_back("compare");
    RequireAbsence(
        parser,
        ofPackets,
        "packets",
        [&options] { return !options.packets; },
        "figures by formula know nothing of it");
    RequireAbsence(
        parser,
        {"formula-rounds"},
        "packets",
        [&options] { return options.packets; },
        "--rounds says how many there are");
    RequireAbsence(
        parser,
        {"optimizer"},
        "compare",
        [&options] { return options.packets; },
        "that names the optimizers");
}

void
RunScheduleStudy(const OptionParser& parser, const ScheduleStudyOptions& options)
{
    const auto start = std::chrono::steady_clock::now();
    const std::filesystem::path folder = options.cell.out;
    const FolderLock lock(folder);
    OutputFile summary(folder / "summary.json");
    OutputFile figure5(folder / "figure-5.csv");
    OutputFile queue(folder / "queue.csv");
    OutputFile claimsFile(folder / "claims.csv");
    OutputFile runTimes(folder / "run-times.csv");
    const uint64_t seed = RngSeedManager::GetSeed() * 1000003ULL + RngSeedManager::GetRun();
    ScheduleSetting setting;
    setting.devices = options.cell.devices;
    setting.bandwidthHz = options.cell.bandwidthHz;
    setting.rounds = options.formulaRounds;
    const double baseS = OptimizerDefault<DoubleValue>("DelayLimitPerBit").Get();

    const auto curves = Figure5Curves(baseS);
    const auto queueCurves = QueueCurves(baseS);
    auto all = curves;
    all.insert(all.end(), queueCurves.begin(), queueCurves.end());
    ThreadPool pool(options.cell.threads);
    // Two methods at all limits have their times taken once more.
    const double solutions =
        static_cast<double>(setting.rounds) * (static_cast<double>(all.size()) * options.cell.runs +
                                               2.0 * static_cast<double>(Limits(baseS).size()));
    WorkProgress progress(solutions);
    progress.Begin(Describe("figure 5 and queues, ", all.size(), " curves by formula"));
    auto statistics = SimulateSchedules(setting, all, options.cell.runs, seed, pool, &progress);
    const std::vector<ScheduleStatistics> queueStatistics(statistics.begin() + curves.size(),
                                                          statistics.end());
    statistics.resize(curves.size());
    figure5.Write(Figure5Csv(curves, statistics));
    const auto claims = JudgeScheduleClaims(curves, statistics);
    claimsFile.Write(ClaimsCsv(claims));
    queue.Write(QueueCsv(setting, queueCurves, queueStatistics));
    progress.Begin("figure 6, run times");
    runTimes.Write(RunTimesCsv(setting, baseS, seed, progress));
    const std::chrono::duration<double> wallClock = std::chrono::steady_clock::now() - start;
    nlohmann::ordered_json json;
    json["program"] = parser.GetProgram();
    json["status"] = "done";
    json["versions"] = {{"fl", VERSION}, {"ns3", Ns3Version()}};
    json["configuration"] = parser.ToJson();
    json["wall_clock_s"] = wallClock.count();
    json["peak_memory_bytes"] = PeakMemoryBytes();
    summary.Write(json.dump(2) + "\n");
    for (auto* file : {&figure5, &queue, &claimsFile, &runTimes, &summary})
    {
        file->Publish();
    }
    std::vector<std::string> scripts;
    WriteFigure5(folder, scripts);
    WriteQueuePlots(folder, queueCurves, scripts);
    WriteFigure6(folder, scripts);
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
    PrintFigure5(std::cout, baseS, curves, statistics);
    PrintClaims(std::cout, claims);
    std::cout << "Tables and plots are in " << folder.string() << "/.\n";
}

} // namespace fl
} // namespace ns3
