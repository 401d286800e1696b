/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-study-options.h"

#include "fl-joint-figures.h"
#include "fl-study.h"

#include "ns3/fl-error.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-option-rules.h"

namespace ns3
{
namespace fl
{

namespace
{

/// The figures, in words.
constexpr char FIGURES[] = "2 to 8 and trade-off";

/// Refuse a minimum above what figures vary.
void
RequireAtMost(const char* low, double lowest, const char* where, double highest)
{
    if (lowest > highest)
    {
        throw InvalidInput(Describe("--", low, "=", lowest, ": must not exceed ", where, highest));
    }
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

JointStudyOptions::JointStudyOptions()
{
    cell.devices = 50;
    cell.rounds = 400;
    cell.runs = 100;
    cell.payloadBits = 28.1e3;
}

JointDropOptions
MakeJointDropOptions(const JointStudyOptions& options)
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

void
ValidateJointStudy(const JointStudyOptions& options, const std::vector<std::string>& figures)
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

std::vector<std::string>
ParseJointFigures(const std::string& text)
{
    return ParseFigureNames(text, JointFigureNames(), FIGURES);
}

void
AddJointStudyOptions(OptionParser& parser, JointStudyOptions& options)
{
    AddFiguresOption(parser, options.figures, JointFigureNames(), FIGURES);
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

} // namespace fl
} // namespace ns3
