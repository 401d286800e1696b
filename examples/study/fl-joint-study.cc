/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-claims.h"
#include "fl-joint-figures.h"
#include "fl-joint-packets.h"
#include "fl-joint-statistics.h"
#include "fl-joint-study-options.h"
#include "fl-study.h"

#include "ns3/fl-error.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-thread-pool.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * Write gnuplot scripts that draw a figure from its CSV.
 * @param folder where
 * @param figure the figure
 * @param scripts their names are appended
 * @throws std::runtime_error if one can't be written
 */
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

/// Remove tables of figures that this run does not make, and the plots of all: they are of an
/// earlier run.
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
    nlohmann::ordered_json json = StudySummary(parser, "done");
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

/// A figure and its results.
struct Work
{
    JointFigure figure;                         //!< the figure
    std::unique_ptr<OutputFile> file;           //!< its CSV file
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
    const uint64_t seed = StudySeed();
    std::vector<Work> works;
    for (const auto& name : names)
    {
        auto figure = MakeJointFigure(name,
                                      MakeJointDropOptions(options),
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

/// Figures 2 to 8 by formula, and the trade-off.
/// @param parser the parsed command line, for summary.json
/// @param options as parsed
void
RunFigures(const OptionParser& parser, const JointStudyOptions& options)
{
    const auto names = ParseJointFigures(options.figures);
    ValidateJointStudy(options, names);
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

/// The program fl-joint-energy-time.
class JointStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        AddJointStudyOptions(parser, m_options);
    }

    void Run(const OptionParser& parser) override
    {
        m_options.packets ? RunJointPackets(parser, m_options) : RunFigures(parser, m_options);
    }

  private:
    JointStudyOptions m_options; //!< the paper's values by default
};

/// Its program.
const StudyRegistration<JointStudy> g_study("fl-joint-energy-time",
                                            "Energy and completion time, Zhou et al.");

} // namespace

} // namespace fl
} // namespace ns3
