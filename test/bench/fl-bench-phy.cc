/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-phy.h"

#include "fl-bench-child.h"
// Defined by CMakeLists.txt where ns-3 has its module lte.
#ifdef FL_HAVE_LTE
#include "fl-bench-lte.h"
#endif

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-phys.h"
#include "ns3/fl-progress.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

/// @return a cell over a PHY, of equal shares
Options
CellOptions(const std::string& phy, uint32_t devices, uint32_t rounds)
{
    Options options;
    options.optimizer = "equal";
    options.phy = phy;
    options.devices = devices;
    options.rounds = rounds;
    options.threads = 1;
    return options;
}

/// Build a cell as the examples do, and run it.
json
RunCell(const Options& options)
{
    const LearningData data = LoadData(options);
    CellRun cell(options, data);
    uint64_t updates = 0;
    double accuracy = 0;
    cell.GetFederation().coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>([&](const RoundRecord& round) {
            updates += round.received;
            accuracy = round.accuracy;
        }));
    const Stopwatch watch;
    Simulator::Run();
    return {{"wall_s", watch.WallS()},
            {"cpu_s", watch.CpuS()},
            {"simulated_s", Simulator::Now().GetSeconds()},
            {"updates", updates},
            {"accuracy", accuracy}};
}

/// @throws std::runtime_error if not all updates came, since then the figures are of other work
void
RequireAll(const json& figures, const Options& options)
{
    const uint64_t expected = static_cast<uint64_t>(options.devices) * options.rounds;
    if (figures["updates"] != expected)
    {
        throw std::runtime_error(
            Describe(figures["updates"], " updates came: ", expected, " were to come"));
    }
}

/// @return a cell that learns for three rounds
Options
LearningOptions(const BenchOptions& bench, const std::string& phy, uint32_t devices)
{
    Options options = CellOptions(phy, devices, 3);
    options.trainSamples = bench.Pick(options.trainSamples, 400U);
    options.testSamples = bench.Pick(options.testSamples, 100U);
    return options;
}

/// @return a row about a cell that learns
BenchRow
LearningRow(const std::string& what, const Options& options, double limitS)
{
    ChildUsage usage;
    WorkProgress progress(1);
    progress.Begin(Describe("phy: ", what, ", ", options.devices, " devices that learn"));
    const json figures = RunInChild([&] { return RunCell(options); }, &usage);
    progress.Add();
    RequireAll(figures, options);
    return {Describe(what,
                     ", ",
                     options.devices,
                     " devices, ",
                     options.rounds,
                     " rounds of softmax regression, TCP"),
            Describe(Round(usage.wallS),
                     " s, ",
                     Round(usage.peakBytes / 1e9),
                     " GB; all ",
                     figures["updates"],
                     " updates merged; ",
                     Round(figures["simulated_s"]),
                     " s simulated"),
            limitS > 0 ? Round(limitS) + " s" : "completes",
            limitS > 0 ? JudgeAtMost(usage.wallS, limitS) : "met",
            Describe("processor time ", Round(usage.cpuS), " s")};
}

#ifdef FL_HAVE_LTE

/// This scheduler and these applications against ns-3's.
BenchRow
UploadRow(const BenchOptions& bench)
{
    Options options = CellOptions("lte", bench.Pick(50U, 4U), 1);
    options.payloadBits = bench.Pick(8e5, 8e4);
    // Where round robin's transfers all end: with the defaults some of its uploads did not. (Not
    // looked into; perhaps sounding over the whole band does not reach the lowest CQI.)
    options.radius = 100;
    options.maxPowerDbm = 23;
    // Next to no computing: idle time over LTE costs wall clock, and BulkSend has none.
    options.minCycles = 1;
    options.maxCycles = 1;
    std::vector<double> ratios;
    std::vector<double> cpuRatios;
    std::vector<double> bulkS;
    json mine;
    json bulk;
    const uint32_t repeats = bench.Pick(3U, 1U);
    WorkProgress progress(2 * repeats);
    for (uint32_t repeat = 0; repeat < repeats; ++repeat)
    {
        progress.Begin(Describe("phy: LTE, ", options.devices, " UEs, run ", repeat + 1));
        // In turns, so that both see the same machine.
        mine = RunInChild([&] {
            // Equal shares of 94 blocks are 2 for most of 50 UEs and 1 for some, who would upload
            // twice as long; round robin gives idle blocks to whoever is left, and so do we.
            Config::SetDefault("ns3::fl::LteFlScheduler::LendToOwners", BooleanValue(true));
            return RunCell(options);
        });
        RequireAll(mine, options);
        progress.Add();
        progress.Begin(Describe("phy: LTE, ", options.devices, " UEs, BulkSend, run ", repeat + 1));
        bulk = RunInChild([&] { return RunLteBulk(options); });
        progress.Add();
        ratios.push_back(mine["wall_s"].get<double>() / bulk["wall_s"].get<double>());
        cpuRatios.push_back(mine["cpu_s"].get<double>() / bulk["cpu_s"].get<double>());
        bulkS.push_back(bulk["wall_s"]);
    }
    const double ratio = Median(ratios);
    return {Describe("LTE, ",
                     options.devices,
                     " UEs, ",
                     Round(options.payloadBits / 8e3),
                     " kB down and up each, TCP, idle blocks lent to owners, from attach to the "
                     "last byte"),
            Describe(Round(ratio),
                     " times the wall clock; ",
                     Round(mine["simulated_s"]),
                     " s simulated"),
            "1.1",
            JudgeAtMost(ratio, 1.1),
            Describe("ns-3's round robin and BulkSend: ",
                     Round(Median(bulkS)),
                     " s; ",
                     Round(bulk["simulated_s"]),
                     " s simulated; ratio of processor time ",
                     Round(Median(cpuRatios)))};
}

/// Blocks and powers on the air against the plan.
BenchRow
AirRow(const BenchOptions& bench)
{
    Options options = CellOptions("lte", bench.Pick(20U, 4U), 2);
    options.payloadBits = 2e5;
    options.optimizer = "random";
    WorkProgress progress(1);
    progress.Begin(Describe("phy: LTE, ", options.devices, " UEs, what is on the air"));
    const json air = RunInChild([&] { return CheckLteAir(options); });
    progress.Add();
    const bool exact = air["checked"] > 0 && air["wrong"] == 0 && air["overlaps"] == 0;
    return {Describe("LTE, resource blocks and power on the air against the plan, ",
                     options.devices,
                     " UEs, ",
                     options.rounds,
                     " rounds of random shares and powers"),
            Describe(air["wrong"],
                     " of ",
                     air["checked"],
                     " transmissions differ; ",
                     air["overlaps"],
                     " overlap"),
            "exact, per UE and subframe",
            exact ? "met" : "missed",
            "the uplink channel's trace"};
}

#endif

/// How processor time grows with the stations of a Wi-Fi cell: the network's alone, nothing is
/// learned.
BenchRow
WifiGrowthRow(const BenchOptions& bench)
{
    const std::vector<uint32_t> sizes =
        bench.quick ? std::vector<uint32_t>{2, 4} : std::vector<uint32_t>{8, 18, 36};
    std::vector<double> cpuS;
    std::string figures;
    WorkProgress progress(sizes.size());
    for (const uint32_t stations : sizes)
    {
        Options options = CellOptions("wifi", stations, 3);
        options.bandwidthHz = 80e6;
        options.payloadBits = 251e3; // that of softmax regression on 784 pixels
        progress.Begin(Describe("phy: Wi-Fi, growth, ", stations, " stations"));
        const json run = RunInChild([&] { return RunCell(options); });
        progress.Add();
        RequireAll(run, options);
        cpuS.push_back(run["cpu_s"]);
        figures += Describe(figures.empty() ? "" : ", ",
                            stations,
                            ": ",
                            Round(cpuS.back()),
                            " s for ",
                            Round(run["simulated_s"]),
                            " s simulated");
    }
    const size_t last = sizes.size() - 1;
    const double exponent = std::log(cpuS[last] / cpuS[last - 1]) /
                            std::log(static_cast<double>(sizes[last]) / sizes[last - 1]);
    return {Describe("Wi-Fi at 80 MHz, 3 rounds of 251 kbit each way, TCP: growth from ",
                     sizes[last - 1],
                     " to ",
                     sizes[last],
                     " stations"),
            Describe("N to the power of ", Round(exponent)),
            "2",
            JudgeAtMost(exponent, 2),
            "processor time, " + figures};
}

} // namespace

BenchRows
BenchPhy(const BenchOptions& bench)
{
    const auto phys = AvailablePhys();
    const auto has = [&](const char* phy) {
        return std::find(phys.begin(), phys.end(), phy) != phys.end();
    };
    BenchRows rows;
#ifdef FL_HAVE_LTE
    rows.push_back(UploadRow(bench));
    rows.push_back(AirRow(bench));
#endif
    if (has("lte"))
    {
        rows.push_back(LearningRow("LTE", LearningOptions(bench, "lte", bench.Pick(100U, 4U)), 0));
    }
    if (has("wifi"))
    {
        Options options = LearningOptions(bench, "wifi", bench.Pick(36U, 4U));
        options.bandwidthHz = 80e6;
        rows.push_back(LearningRow("Wi-Fi at 80 MHz", options, 60));
        rows.push_back(WifiGrowthRow(bench));
    }
    if (rows.empty())
    {
        rows.push_back({"LTE and Wi-Fi", "this build has neither", "", "", ""});
    }
    return rows;
}

} // namespace fl
} // namespace ns3
