/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-study.h"

#include "fl-joint-claims.h"

#include "ns3/fl-claims.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-option-rules.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-version.h"
#include "ns3/rng-seed-manager.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/// A method's answer for one drop, in figures.
struct RowAnswer
{
    bool feasible{false};          //!< whether there is one
    bool optimal{false};           //!< whether that is proved
    double energyJ{ABSENT};        //!< E [J]
    double computeEnergyJ{ABSENT}; //!< its part for computation [J]
    double timeS{ABSENT};          //!< T [s]
    double objective{ABSENT};      //!< w1 E + w2 T
    double excess{ABSENT};         //!< over the optimum, relative
};

/**
 * @param problem what was solved
 * @param solution a share for each of its devices
 * @return energy of computation [J], of all rounds and devices: the sum of capacitance * cycles *
 *        f^2
 */
double
ComputeEnergyJ(const JointProblem& problem, const JointSolution& solution)
{
    double energyJ = 0;
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const double cpuHz = solution.shares[i].cpuHz;
        energyJ += device.capacitance * device.cycles * cpuHz * cpuHz;
    }
    return problem.rounds * energyJ;
}

/// All rows of a figure for one drop.
class DropSolver
{
  public:
    /**
     * @param figure what to solve; must outlive this
     * @param seed of the study; a drop's channels and a method's draws have streams of their own
     * @param drop index of the drop, from 0
     */
    DropSolver(const JointFigure& figure, uint64_t seed, uint32_t drop)
        : m_figure(figure),
          m_seed(seed),
          m_drop(drop),
          m_problems(figure.points.size()),
          m_optima(figure.points.size())
    {
    }

    /**
     * @param progress gets 1 per row; may be null
     * @return by row
     */
    std::vector<RowAnswer> Solve(WorkProgress* progress)
    {
        std::vector<RowAnswer> answers;
        answers.reserve(m_figure.rows.size());
        for (const auto& row : m_figure.rows)
        {
            answers.push_back(SolveRow(row));
            if (progress)
            {
                progress->Add();
            }
        }
        return answers;
    }

  private:
    /**
     * @param point index of a point of the figure
     * @return the drop with that point's parameters; drawn when it is first asked for
     */
    const JointProblem& Problem(uint32_t point)
    {
        if (!m_problems[point])
        {
            RandomStream random(m_seed, 2ULL * m_drop);
            m_problems[point] = DrawJointDrop(m_figure.points[point], random);
        }
        return *m_problems[point];
    }

    /**
     * @param point index of a point of the figure
     * @return the objective of method "global" there, ABSENT if nothing is feasible; solved once
     * @throws std::runtime_error if the method fails
     */
    double Optimum(uint32_t point)
    {
        if (!m_optima[point])
        {
            m_optima[point] = Answer({"", "global"}, Problem(point)).objective;
        }
        return *m_optima[point];
    }

    /**
     * @param curve method, and where it starts
     * @param problem a drop
     * @return what the method finds, without the excess; infeasible: a gap in the curve
     * @throws std::runtime_error if the method fails, which is neither an answer nor infeasibility
     */
    RowAnswer Answer(const JointCurve& curve, const JointProblem& problem) const
    {
        RandomStream random(m_seed, 2ULL * m_drop + 1);
        JointOptions options;
        options.startBandShare = curve.startBandShare;
        options.uniform = [&random] { return random.Uniform(); };
        RowAnswer answer;
        try
        {
            const auto solution = SolveJoint(curve.method, problem, options);
            if (solution.status == SolveStatus::FAILED)
            {
                throw std::runtime_error(Describe("drop ",
                                                  m_drop + 1,
                                                  ": method ",
                                                  curve.method,
                                                  " has no answer: ",
                                                  solution.termination));
            }
            if (solution.status != SolveStatus::INFEASIBLE)
            {
                answer = {true,
                          solution.status == SolveStatus::OPTIMAL,
                          solution.energyJ,
                          ComputeEnergyJ(problem, solution),
                          solution.timeS,
                          solution.objective};
            }
        }
        catch (const Infeasible&)
        {
            // A gap in the curve.
        }
        return answer;
    }

    /**
     * @param row a curve at a point
     * @return the method's answer; with its excess over the optimum, if the row is compared
     * @throws std::runtime_error if a method fails
     */
    RowAnswer SolveRow(const JointFigureRow& row)
    {
        const auto& curve = m_figure.curves[row.curve];
        auto answer = Answer(curve, Problem(row.point));
        if (!row.compared)
        {
            return answer;
        }
        if (curve.method == "global")
        {
            m_optima[row.point] = answer.objective;
        }
        answer.excess = answer.objective / Optimum(row.point) - 1;
        return answer;
    }

    const JointFigure& m_figure;                         //!< what to solve
    uint64_t m_seed;                                     //!< of all drops
    uint32_t m_drop;                                     //!< which
    std::vector<std::optional<JointProblem>> m_problems; //!< by point
    std::vector<std::optional<double>> m_optima;         //!< by point; ABSENT: infeasible
};

/// Answers by drop, and in there by row.
using Answers = std::vector<std::vector<RowAnswer>>;

/**
 * @param answers by drop and row
 * @param rows how many there are
 * @return by row, how many drops are feasible and optimal, the mean excess over the optimum and the
 *        smallest one; no means of energy and time yet
 */
std::vector<JointRowStatistics>
CountAnswers(const Answers& answers, size_t rows)
{
    std::vector<JointRowStatistics> statistics(rows);
    for (const auto& drop : answers)
    {
        for (size_t i = 0; i < rows; ++i)
        {
            auto& row = statistics[i];
            ++row.drops;
            row.feasible += drop[i].feasible;
            row.optimal += drop[i].optimal;
            row.excess.Add(drop[i].excess);
            row.smallestExcess = std::fmin(row.smallestExcess, drop[i].excess);
        }
    }
    return statistics;
}

/**
 * @param row with its counts
 * @return whether it gets means: 90 % of the drops at least are feasible there
 */
bool
IsAveraged(const JointRowStatistics& row)
{
    return 10ULL * row.feasible >= 9ULL * row.drops;
}

/**
 * @param drop answers by row
 * @param statistics counts by row
 * @return whether the drop is feasible in all rows that get means, so that these are of the same
 *        drops
 */
bool
IsCommon(const std::vector<RowAnswer>& drop, const std::vector<JointRowStatistics>& statistics)
{
    for (size_t i = 0; i < drop.size(); ++i)
    {
        if (IsAveraged(statistics[i]) && !drop[i].feasible)
        {
            return false;
        }
    }
    return true;
}

/// Add one drop to a row's means.
void
AddAnswer(JointRowStatistics& row, const RowAnswer& answer)
{
    row.energyJ.Add(answer.energyJ);
    row.computeEnergyJ.Add(answer.computeEnergyJ);
    row.uploadEnergyJ.Add(answer.energyJ - answer.computeEnergyJ);
    row.timeS.Add(answer.timeS);
    row.objective.Add(answer.objective);
}

/// Add the columns that say what a point is.
void
AddPoint(CsvRow& row, const JointDropOptions& point)
{
    row.Add(point.devices)
        .Add(point.radiusM)
        .Add(point.maxTxPowerDbm)
        .Add(point.maxCpuHz)
        .Add(point.samples)
        .Add(point.localIterations)
        .Add(point.rounds)
        .Add(point.weightEnergy)
        // Of all rounds; whole microseconds, as they were meant.
        .Add(point.roundDeadlineS ? std::round(1e6 * *point.roundDeadlineS * point.rounds) / 1e6
                                  : ABSENT);
}

/**
 * @param options as parsed
 * @return distributions and limits that a drop is drawn from
 */
JointDropOptions
DropOptions(const JointStudyOptions& options)
{
    const Options& cell = options.cell;
    JointDropOptions drop;
    drop.devices = cell.devices;
    drop.radiusM = CellRadius(cell);
    drop.bandwidthHz = cell.bandwidthHz;
    drop.payloadBits = cell.payloadBits;
    drop.samples = cell.samplesPerDevice;
    drop.minCyclesPerSample = cell.minCycles;
    drop.maxCyclesPerSample = cell.maxCycles;
    drop.localIterations = cell.localIterations;
    drop.minCpuHz = cell.minCpuHz;
    drop.maxCpuHz = cell.maxCpuHz;
    drop.minTxPowerDbm = cell.minPowerDbm;
    drop.maxTxPowerDbm = cell.maxPowerDbm;
    drop.rounds = cell.rounds;
    drop.weightEnergy = options.weightEnergy;
    return drop;
}

/// Refuse a minimum above what figures vary.
void
RequireAtMost(const char* low, double lowest, const char* where, double highest)
{
    if (lowest > highest)
    {
        throw InvalidInput(Describe("--", low, "=", lowest, ": must not exceed ", where, highest));
    }
}

/// Refuse what would be refused later in words of a problem, in words of the command line.
void
ValidateStudy(const JointStudyOptions& options, const std::vector<std::string>& figures)
{
    const Options& cell = options.cell;
    if (CellRadius(cell) < JointDropOptions().minDistanceM)
    {
        throw InvalidInput(Describe("--radius=",
                                    cell.radius,
                                    ": must be at least ",
                                    JointDropOptions().minDistanceM));
    }
    if (cell.payloadBits <= 0)
    {
        throw InvalidInput(
            Describe("--payload-bits=", cell.payloadBits, ": must be above 0 for the formula"));
    }
    for (const auto& name : figures)
    {
        if (name == "2" || name == "8")
        {
            RequireAtMost("min-power", cell.minPowerDbm, "where the figures begin, at ", 5);
        }
        if (name == "3")
        {
            RequireAtMost("min-cpu", cell.minCpuHz, "where figure 3 begins, at ", 2e8);
        }
    }
}

/// Results and pictures of figures that this run does not make would show what the others don't
/// hold.
void
RemoveStaleFiles(const std::filesystem::path& folder, const std::vector<std::string>& figures)
{
    std::error_code ignored;
    for (const auto& name : JointFigureNames())
    {
        const auto figure = MakeJointFigure(name, {}, "global");
        if (std::find(figures.begin(), figures.end(), name) == figures.end())
        {
            std::filesystem::remove(folder / (figure.FileName() + ".csv"), ignored);
        }
        for (const auto& panel : figure.panels)
        {
            std::filesystem::remove(folder / (panel.name + ".plt"), ignored);
            std::filesystem::remove(folder / (panel.name + ".svg"), ignored);
        }
    }
}

/**
 * @param parser for the program's name and the options' values
 * @param options the study
 * @param figures names of those that were made
 * @param wallClockS how long that took [s]
 * @return text of summary.json, with the memory's peak [byte]
 */
std::string
SummaryText(const OptionParser& parser,
            const JointStudyOptions& options,
            const std::vector<std::string>& figures,
            double wallClockS)
{
    nlohmann::ordered_json json;
    json["program"] = parser.GetProgram();
    json["status"] = "done";
    json["versions"] = {{"fl", VERSION}, {"ns3", Ns3Version()}};
    json["configuration"] = parser.ToJson();
    json["drops"] = options.cell.runs;
    json["figures"] = figures;
    json["wall_clock_s"] = wallClockS;
    json["peak_memory_bytes"] = PeakMemoryBytes();
    return json.dump(2) + "\n";
}

/// How far a curve is from the optimum, over all its points.
struct CurveExcess
{
    Sample excess;        //!< means of points
    uint32_t drops{0};    //!< of all points
    uint32_t feasible{0}; //!< of these
};

/// Print how far the figure's methods are from the optimum.
void
PrintExcess(std::ostream& out,
            const JointFigure& figure,
            const std::vector<JointRowStatistics>& statistics)
{
    std::vector<CurveExcess> curves(figure.curves.size());
    for (size_t i = 0; i < statistics.size(); ++i)
    {
        auto& curve = curves[figure.rows[i].curve];
        curve.excess.Add(statistics[i].excess.Mean());
        curve.drops += statistics[i].drops;
        curve.feasible += statistics[i].feasible;
    }
    for (size_t i = 0; i < curves.size(); ++i)
    {
        if (figure.curves[i].method == "global" || curves[i].excess.GetN() == 0)
        {
            continue;
        }
        std::ostringstream line;
        line << "  " << std::left << std::setw(22) << figure.curves[i].name << std::fixed
             << std::setprecision(2) << std::right << std::setw(7) << 100 * curves[i].excess.Mean()
             << " % above the optimum";
        if (curves[i].feasible < curves[i].drops)
        {
            line << ", on the " << std::setprecision(1)
                 << 100.0 * curves[i].feasible / curves[i].drops << " % of drops that it answers";
        }
        out << line.str() << "\n";
    }
}

/// A figure under way.
struct Work
{
    JointFigure figure;                         //!< what
    std::unique_ptr<OutputFile> file;           //!< its CSV
    std::vector<JointRowStatistics> statistics; //!< by row
};

/**
 * @param works the figures that were made
 * @return the paper's claims about them, judged; of figures that are missing: not tested
 */
std::vector<Claim>
JudgeClaims(const std::vector<Work>& works)
{
    std::vector<JointFigureResult> results;
    for (const auto& work : works)
    {
        results.push_back({&work.figure, &work.statistics});
    }
    return JudgeJointClaims(results);
}

/// Solve the figures and make their files and the summary appear, all or none.
std::vector<Work>
WriteFigures(const OptionParser& parser,
             const JointStudyOptions& options,
             const std::vector<std::string>& names)
{
    const auto start = std::chrono::steady_clock::now();
    const std::filesystem::path folder = options.cell.out;
    OutputFile summary(folder / "summary.json");
    OutputFile claims(folder / "claims.csv");
    const uint64_t seed = RngSeedManager::GetSeed() * 1000003ULL + RngSeedManager::GetRun();
    std::vector<Work> works;
    for (const auto& name : names)
    {
        auto figure = MakeJointFigure(name,
                                      DropOptions(options),
                                      PlainMethodName("joint", "global", options.method));
        auto file = std::make_unique<OutputFile>(folder / (figure.FileName() + ".csv"));
        works.push_back({std::move(figure), std::move(file), {}});
    }
    ThreadPool pool(options.cell.threads);
    double solutions = 0;
    for (const auto& work : works)
    {
        solutions += static_cast<double>(work.figure.rows.size()) * options.cell.runs;
    }
    WorkProgress progress(solutions);
    for (auto& work : works)
    {
        progress.Begin(
            Describe(work.figure.FileName(), ", ", options.cell.runs, " drops by formula"));
        work.statistics = SolveJointFigure(work.figure, options.cell.runs, seed, pool, &progress);
        work.file->Write(JointFigureCsv(work.figure, work.statistics));
        work.file->Close();
    }
    const std::chrono::duration<double> wallClock = std::chrono::steady_clock::now() - start;
    claims.Write(ClaimsCsv(JudgeClaims(works)));
    claims.Close();
    summary.Write(SummaryText(parser, options, names, wallClock.count()));
    summary.Close();
    for (auto& work : works)
    {
        work.file->Publish();
    }
    claims.Publish();
    summary.Publish();
    RemoveStaleFiles(folder, names);
    return works;
}

/// Figures are by formula, or there are packets.
void
AddStudyRules(OptionParser& parser, const JointStudyOptions& options)
{
    RequireAbsence(
        parser,
        CellOptionsBut({"devices",
                        "rounds",
                        "runs",
                        "payload-bits",
                        "samples-per-device",
                        "local-iterations",
                        "radius",
                        "bandwidth",
                        "min-power",
                        "max-power",
                        "min-cpu",
                        "max-cpu",
                        "min-cycles",
                        "max-cycles",
                        "out",
                        "threads"}),
        "packets",
        [&options] { return !options.packets; },
        "figures by formula know nothing of it");
    RequireAbsence(
        parser,
        {"figures", "runs"},
        "packets",
        [&options] { return options.packets; },
        "that is one cell, once, in place of figures");
    RequireAbsence(
        parser,
        {"method"},
        "optimizer",
        [&parser, &options] { return options.packets && parser.IsChanged("optimizer"); },
        "both name one");
    RequireAbsence(
        parser,
        {"ns3::fl::JointOptimizer::WeightEnergy"},
        "weight-energy",
        [&parser] { return parser.IsChanged("weight-energy"); },
        "that option sets it");
}

} // namespace

const char JOINT_FIGURE_HEADER[] =
    "curve,method,devices,radius_m,max_tx_power_dbm,max_cpu_hz,samples,local_iterations,rounds,"
    "weight_energy,deadline_s,drops,feasible,optimal,averaged,energy_j_mean,energy_j_ci95,"
    "energy_upload_j_mean,energy_upload_j_ci95,energy_compute_j_mean,energy_compute_j_ci95,"
    "time_s_mean,time_s_ci95,objective_mean,objective_ci95,excess_mean,excess_ci95,"
    "smallest_excess\n";

std::vector<JointRowStatistics>
SolveJointFigure(const JointFigure& figure,
                 uint32_t drops,
                 uint64_t seed,
                 ThreadPool& pool,
                 WorkProgress* progress)
{
    Answers answers(drops);
    pool.ParallelFor(drops, [&](size_t drop) {
        answers[drop] = DropSolver(figure, seed, static_cast<uint32_t>(drop)).Solve(progress);
    });
    auto statistics = CountAnswers(answers, figure.rows.size());
    for (const auto& drop : answers)
    {
        const bool common = IsCommon(drop, statistics);
        for (size_t i = 0; common && i < drop.size(); ++i)
        {
            if (IsAveraged(statistics[i]))
            {
                AddAnswer(statistics[i], drop[i]);
            }
        }
    }
    return statistics;
}

std::string
JointFigureCsv(const JointFigure& figure, const std::vector<JointRowStatistics>& statistics)
{
    std::string text = JOINT_FIGURE_HEADER;
    CsvRow row;
    for (size_t i = 0; i < figure.rows.size(); ++i)
    {
        const auto& of = statistics[i];
        const auto& curve = figure.curves[figure.rows[i].curve];
        row.Add(curve.name.c_str()).Add(curve.method.c_str());
        AddPoint(row, figure.points[figure.rows[i].point]);
        row.Add(of.drops).Add(of.feasible).Add(of.optimal).Add(of.energyJ.GetN());
        for (const auto* sample :
             {&of.energyJ, &of.uploadEnergyJ, &of.computeEnergyJ, &of.timeS, &of.objective})
        {
            row.Add(sample->Mean()).Add(sample->Ci95());
        }
        row.Add(of.excess.Mean()).Add(of.excess.Ci95()).Add(of.smallestExcess);
        text += row.Finish();
    }
    return text;
}

void
WriteJointPlots(const std::filesystem::path& folder,
                const JointFigure& figure,
                std::vector<std::string>& scripts)
{
    for (const auto& panel : figure.panels)
    {
        PlotScript script(panel.name, panel.title, panel.xLabel, panel.yLabel);
        script.Line("set autoscale xfix");
        script.Line("set offsets graph 0.02, graph 0.02, 0, 0");
        if (panel.logarithmic)
        {
            script.Logarithmic("y");
        }
        else
        {
            script.Line("set yrange [0:]");
        }
        script.KeyBeside();
        for (const auto& line : panel.lines)
        {
            script.Curve({figure.FileName() + ".csv",
                          PlotRowsWith("curve", line.curve),
                          {Describe(panel.xScale, " * ", PlotColumn(panel.xColumn)),
                           Describe(panel.yScale, " * ", PlotColumn(line.column))}},
                         line.title,
                         line.look);
        }
        script.Write(folder, scripts);
    }
}

JointStudyOptions::JointStudyOptions()
{
    cell.devices = 50;
    cell.rounds = 400;
    cell.runs = 100;
    cell.payloadBits = 28.1e3;
}

std::vector<std::string>
ParseJointFigures(const std::string& text)
{
    if (text == "all")
    {
        return JointFigureNames();
    }
    std::vector<std::string> wanted;
    std::istringstream words(text + ",");
    for (std::string word; std::getline(words, word, ',');)
    {
        MakeJointFigure(word, {}, "global"); // refuses what there is not
        wanted.push_back(word);
    }
    std::vector<std::string> names;
    for (const auto& name : JointFigureNames())
    {
        if (std::find(wanted.begin(), wanted.end(), name) != wanted.end())
        {
            names.push_back(name);
        }
    }
    return names;
}

void
AddJointStudyOptions(OptionParser& parser, JointStudyOptions& options)
{
    parser.Add(
        "figures",
        "which: all, or some of 2 to 8 and trade-off, separated by commas",
        options.figures,
        {"all, or some of 2 to 8 and trade-off, separated by commas", [](const std::string& text) {
             try
             {
                 return !ParseJointFigures(text).empty();
             }
             catch (const InvalidInput&)
             {
                 return false;
             }
         }});
    parser.Add("method",
               "of the curves in figures 2 to 6: global or paper",
               options.method,
               {"one of global, paper", [](const std::string& name) {
                    const std::string plain = PlainMethodName("joint", "global", name);
                    return plain == "global" || plain == "paper";
                }});
    parser.Add("weight-energy",
               "w1 of figures 5 and 6, and with --packets [1/J]; w2 = 1 - w1",
               options.weightEnergy,
               InRange(0.0, 1.0));
    parser.Add("packets",
               "one cell through the simulator in place of figures: expected and measured time "
               "and energy",
               options.packets);
    AddStudyRules(parser, options);
    AddOptions(parser, options.cell);
}

void
RunJointStudy(const OptionParser& parser, const JointStudyOptions& options)
{
    const auto names = ParseJointFigures(options.figures);
    ValidateStudy(options, names);
    const std::filesystem::path folder = options.cell.out;
    const FolderLock lock(folder);
    const auto works = WriteFigures(parser, options, names);
    std::vector<std::string> scripts;
    for (const auto& work : works)
    {
        WriteJointPlots(folder, work.figure, scripts);
    }
    DrawScripts(folder, scripts, "gnuplot", std::cerr);
    for (const auto& work : works)
    {
        std::cout << work.figure.FileName() << ".csv: " << work.figure.rows.size()
                  << " rows, each of " << options.cell.runs << " drops\n";
        PrintExcess(std::cout, work.figure, work.statistics);
    }
    PrintClaims(std::cout, JudgeClaims(works));
    std::cout << "Tables and plots are in " << folder.string() << "/.\n";
}

} // namespace fl
} // namespace ns3
