/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-study-options.h"

#include "ns3/fl-optimizer.h"
#include "ns3/fl-option-rules.h"
#include "ns3/fl-option-text.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param text names with commas between them
 * @return whether each is the name of an optimizer
 */
bool
AreOptimizers(const std::string& text)
{
    const auto names = SplitText(text, ',');
    const auto& known = NamedOptimizers();
    return std::all_of(names.begin(), names.end(), [&known](const std::string& name) {
        return std::any_of(known.begin(), known.end(), [&name](const auto& entry) {
            return entry.name == name;
        });
    });
}

} // namespace

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
               {"names of optimizers, separated by commas", AreOptimizers});
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

} // namespace fl
} // namespace ns3
