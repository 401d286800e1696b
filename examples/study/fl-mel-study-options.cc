/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-study-options.h"

#include "fl-study.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-mel-drop.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-option-rules.h"

namespace ns3
{
namespace fl
{

namespace
{

/// Figures of the paper that are drawn.
const std::vector<std::string> FIGURE_NAMES{"4", "5", "6", "7", "8"};
/// These in words.
constexpr char FIGURES[] = "4 to 8";

/// Figures are by formula and learn in a loop, or there are packets.
void
AddStudyRules(OptionParser& parser, const MelStudyOptions& options)
{
    parser.AddRule("payload-bits", [&options]() -> std::string {
        return !options.packets && options.cell.payloadBits > 0
                   ? "be 0 for figures, which are about what is learned"
                   : "";
    });
    RequireAbsence(
        parser,
        CellOptionsBut({"rounds",
                        "runs",
                        "payload-bits",
                        "model",
                        "data",
                        "batch",
                        "lr",
                        "momentum",
                        "proximal",
                        "train-samples",
                        "test-samples",
                        "out",
                        "threads"}),
        "packets",
        [&options] { return !options.packets; },
        "figures have the paper's learners, and no network");
    RequireAbsence(
        parser,
        {"figures", "method"},
        "packets",
        [&options] { return options.packets; },
        "that is a cell in place of figures, by the plans of --optimizer");
}

} // namespace

MelStudyOptions::MelStudyOptions()
{
    cell.devices = 20;
    cell.rounds = 12;
    cell.runs = 10;
    cell.model = "mlp:30";
    cell.batch = 8;
    cell.lr = 0.05;
    cell.trainSamples = 600;
    cell.testSamples = 1000;
    cell.optimizer = "mel-exact";
    cell.maxPowerDbm = 23;
    cell.minCycles = 1123736;
    cell.maxCycles = 1123736;
    cell.cpuHzInTurn = MelDropOptions().cpuHz;
    cell.capacitance = MelDropOptions().energyPerCycleHz;
}

std::vector<uint32_t>
ParseMelFigures(const std::string& text)
{
    std::vector<uint32_t> figures;
    for (const auto& name : ParseFigureNames(text, FIGURE_NAMES, FIGURES))
    {
        figures.push_back(static_cast<uint32_t>(std::stoul(name)));
    }
    return figures;
}

void
AddMelStudyOptions(OptionParser& parser, MelStudyOptions& options)
{
    AddFiguresOption(parser, options.figures, FIGURE_NAMES, FIGURES);
    parser.Add("method",
               "of HA-Asyn: exact, or sai, the paper's own",
               options.method,
               {"one of exact, sai", [](const std::string& name) {
                    const std::string plain = PlainMethodName("mel", "exact", name);
                    return plain == "exact" || plain == "sai";
                }});
    parser.Add("quick", "two limits of time and one of energy, to see that it runs", options.quick);
    parser.Add("packets",
               "a cell through the simulator in place of figures, by the plans of --optimizer",
               options.packets);
    AddStudyRules(parser, options);
    AddOptions(parser, options.cell);
    // As the paper has it; --ns3::fl::Processor::FrequencyExponent=... comes later, and wins.
    Config::SetDefault("ns3::fl::Processor::FrequencyExponent", DoubleValue(1));
}

} // namespace fl
} // namespace ns3
