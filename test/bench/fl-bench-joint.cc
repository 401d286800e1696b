/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-joint.h"

#include "fl-bench-child.h"

#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-joint-drop.h"
#include "ns3/fl-joint-methods.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

constexpr uint32_t THREADS = 2;

/// @return a drop of so many devices, of the paper's density per Hz
JointDropOptions
DropOptions(uint32_t devices)
{
    JointDropOptions options;
    options.devices = devices;
    options.bandwidthHz *= devices / 50.0;
    return options;
}

/// What more than one thread is worth: alternately solved with one and with two.
void
AddThreads(const BenchOptions& bench, BenchRows& rows)
{
    struct Size
    {
        uint32_t devices;
        int times;
    };

    for (const auto& size :
         {Size{50, bench.Pick(2001, 3)}, Size{bench.Pick(16384U, 2000U), bench.Pick(41, 1)}})
    {
        RandomStream random(1, size.devices);
        const auto problem = DrawJointDrop(DropOptions(size.devices), random);
        std::vector<double> seconds[2];
        WorkProgress progress(size.times);
        progress.Begin(Describe("joint: one thread and two, ", size.devices, " devices"));
        for (int i = 0; i < size.times; ++i)
        {
            for (const uint32_t threads : {1U, 2U})
            {
                JointOptions options;
                options.threads = threads;
                const Stopwatch watch;
                SolveJoint("global", problem, options);
                seconds[threads - 1].push_back(watch.WallS());
            }
            progress.Add();
        }
        const double one = Median(seconds[0]);
        const double two = Median(seconds[1]);
        // What medians of the same work differ by.
        constexpr double NOISE = 1.02;
        rows.push_back(
            {Describe("the same for ", size.devices, " devices: two threads against one"),
             Describe(Round(two / one), " times as long, medians of ", size.times),
             "never longer",
             two <= NOISE * one ? "met" : "missed",
             Describe("one thread: ", Round(1e3 * one), " ms")});
    }
}

/// @return seconds that the global solver takes for a problem: the median of so many times
double
SolveTime(const JointProblem& problem, int times, JointSolution& solution)
{
    JointOptions options;
    options.threads = THREADS;
    std::vector<double> seconds;
    WorkProgress progress(times);
    progress.Begin(Describe("joint: global optimum for ",
                            problem.devices.size(),
                            " devices, ",
                            times,
                            " times"));
    for (int i = 0; i < times; ++i)
    {
        const Stopwatch watch;
        solution = SolveJoint("global", problem, options);
        seconds.push_back(watch.WallS());
        progress.Add();
    }
    return Median(seconds);
}

/// The solver's time, by the number of devices.
void
AddSizes(const BenchOptions& options, BenchRows& rows)
{
    struct Size
    {
        uint32_t devices;
        double targetS;
        int times;
    };

    const std::vector<Size> sizes{{50, 0.3e-3, options.Pick(1001, 3)},
                                  {1000, 5e-3, options.Pick(101, 3)},
                                  {options.Pick(100000U, 2000U), 0.5, options.Pick(7, 1)},
                                  {options.Pick(1000000U, 4000U), 5, options.Pick(5, 1)}};
    std::vector<double> seconds;
    for (const auto& size : sizes)
    {
        RandomStream random(1, size.devices);
        const auto problem = DrawJointDrop(DropOptions(size.devices), random);
        JointSolution solution;
        seconds.push_back(SolveTime(problem, size.times, solution));
        rows.push_back({Describe("joint energy and time, global optimum for ",
                                 size.devices,
                                 " devices, ",
                                 THREADS,
                                 " threads"),
                        Describe(Round(1e3 * seconds.back()), " ms, median of ", size.times),
                        Describe(Round(1e3 * size.targetS), " ms"),
                        JudgeAtMost(seconds.back(), size.targetS),
                        Describe(solution.iterations,
                                 " sweeps; ",
                                 ToString(solution.status),
                                 ", gap ",
                                 solution.Gap())});
    }
    const double exponent = std::log(seconds.back() / seconds[1]) /
                            std::log(static_cast<double>(sizes.back().devices) / 1000);
    rows.push_back({"its growth from 1000 devices on",
                    Describe("N to the power of ", Round(exponent)),
                    "1.05",
                    JudgeAtMost(exponent, 1.05),
                    ""});
}

/// @return an instance as ./fl solve reads it
json
ToJson(const JointProblem& problem, const JointDropOptions& options)
{
    json devices = json::array();
    for (const auto& device : problem.devices)
    {
        devices.push_back(
            {{"gain", device.gain},
             {"payload_bits", device.payloadBits},
             {"samples", options.samples},
             {"cycles_per_sample", device.cycles / options.samples / options.localIterations},
             {"capacitance", device.capacitance},
             {"cpu_hz", {device.minCpuHz, device.maxCpuHz}},
             {"power_w", {device.minTxPowerW, device.maxTxPowerW}}});
    }
    return {{"weight_energy", problem.weightEnergy},
            {"weight_time", problem.weightTime},
            {"bandwidth_hz", problem.bandwidthHz},
            {"noise_w_per_hz", problem.noiseWPerHz},
            {"rounds", problem.rounds},
            {"local_iterations", options.localIterations},
            {"devices", devices}};
}

/// @return what test/bench/slsqp.py says of an instance; null if it could not be run
json
RunSlsqp(const json& instance)
{
    const auto file = std::filesystem::temp_directory_path() /
                      Describe("fl-bench-", static_cast<long>(getpid()), ".json");
    std::ofstream(file) << instance;
    json answer = RunPython("slsqp.py", "'" + file.string() + "'");
    std::error_code error;
    std::filesystem::remove(file, error);
    return answer;
}

/// The same instance by a general solver.
void
AddSlsqp(const BenchOptions& options, BenchRows& rows)
{
    const auto drop = DropOptions(options.Pick(50U, 4U));
    RandomStream random(2);
    const auto problem = DrawJointDrop(drop, random);
    const std::string what = Describe("SciPy's SLSQP, ", drop.devices, " devices");
    WorkProgress progress(1);
    progress.Begin("joint: " + what);
    const json peer = RunSlsqp(ToJson(problem, drop));
    progress.Add();
    if (!peer.is_object())
    {
        rows.push_back({what, "not measured: Debian's python3-scipy is not there", "", "", ""});
        return;
    }
    JointSolution solution;
    const double seconds = SolveTime(problem, options.Pick(1001, 3), solution);
    for (const auto& [key, name, target] :
         {std::tuple("differences", "finite differences", 10000.0),
          {"exact", "exact gradients", 0.0}})
    {
        const double ratio = peer[key]["seconds"].get<double>() / seconds;
        rows.push_back({Describe(what, ", ", name),
                        Describe("global solver ", Round(ratio), " times faster"),
                        target > 0 ? Round(target, 5) : "",
                        target > 0 ? JudgeAtLeast(ratio, target) : "",
                        Describe(Round(peer[key]["seconds"].get<double>()),
                                 " s against ",
                                 Round(1e3 * seconds),
                                 " ms; objective worse by ",
                                 peer[key]["objective"].get<double>() / solution.objective - 1,
                                 " relative")});
    }
}

/// The paper's algorithm on the same drops.
void
AddPaper(const BenchOptions& options, BenchRows& rows)
{
    const int drops = options.Pick(100, 2);
    for (const double weight : {0.9, 0.7, 0.5, 0.3, 0.1})
    {
        double excess = 0;
        double least = HUGE_VAL;
        WorkProgress progress(drops);
        progress.Begin(Describe("joint: the paper's algorithm, ", drops, " drops, w1 = ", weight));
        for (int i = 0; i < drops; ++i)
        {
            RandomStream random(3, i);
            auto drop = DropOptions(50);
            drop.weightEnergy = weight;
            const auto problem = DrawJointDrop(drop, random);
            const double ratio =
                SolveJoint("paper", problem).objective / SolveJoint("global", problem).objective;
            excess += (ratio - 1) / drops;
            least = std::min(least, ratio - 1);
            progress.Add();
        }
        rows.push_back({Describe("the paper's algorithm on ", drops, " drops of 50, w1 = ", weight),
                        Describe(Round(100 * excess), " % above the optimum, on average"),
                        "never below",
                        least >= -1e-9 ? "met" : "missed",
                        Describe("least excess ", Round(100 * least), " %")});
    }
}

/// What planning takes of a round.
void
AddShare(const BenchOptions& bench, BenchRows& rows)
{
    Options options;
    options.devices = 50;
    options.rounds = bench.Pick(20, 2);
    options.trainSamples = bench.Pick(3000, 500);
    options.testSamples = 1000;
    options.optimizer = "joint";
    const LearningData data = LoadData(options);
    CellRun cell(options, data);
    std::vector<SystemState> states;
    auto coordinator = cell.GetFederation().coordinator;
    std::unique_ptr<Stopwatch> watch;
    double roundsS = 0;
    WorkProgress progress(options.rounds);
    progress.Begin("joint: planning's share of a round");
    coordinator->TraceConnectWithoutContext(
        "RoundBegin",
        MakeFlCallback<void, const SystemState&, const Plan&, const Outcome&>(
            [&](const SystemState& state, const Plan&, const Outcome&) {
                states.push_back(state);
                if (!watch)
                {
                    watch = std::make_unique<Stopwatch>();
                }
            }));
    coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>([&](const RoundRecord&) {
            roundsS = watch->WallS();
            progress.Add();
        }));
    Simulator::Run();
    // The same plans once more, one after the other as in the run.
    const auto optimizer = CreateOptimizer("joint");
    const Stopwatch planning;
    for (const auto& state : states)
    {
        optimizer->MakePlan(state);
    }
    const double share = 100 * planning.WallS() / roundsS;
    rows.push_back(
        {"planning's share of a round's wall clock, 50 devices over FDMA, TCP, learning",
         Describe(Round(share), " %"),
         "5 %",
         JudgeAtMost(share, 5),
         Describe(Round(1e3 * roundsS / static_cast<double>(states.size())), " ms per round")});
}

} // namespace

BenchRows
BenchJoint(const BenchOptions& options)
{
    BenchRows rows;
    AddSizes(options, rows);
    AddThreads(options, rows);
    AddSlsqp(options, rows);
    AddPaper(options, rows);
    AddShare(options, rows);
    return rows;
}

} // namespace fl
} // namespace ns3
