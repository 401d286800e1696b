/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-solve.h"

#include "fl-bench-child.h"
#include "fl-bench-schedule.h"

#include "ns3/fl-error.h"
#include "ns3/fl-joint-drop.h"
#include "ns3/fl-json-document.h"
#include "ns3/fl-json-stream.h"
#include "ns3/fl-mel-drop.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-solve-instance.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint32_t THREADS = 2; //!< for the joint problem

/// Print a device's or learner's member that is a pair of numbers.
void
WriteRange(JsonStream& json, const char* key, double low, double high)
{
    json.Key(key);
    json.OpenArray();
    json.Value(low);
    json.Value(high);
    json.CloseArray();
}

/// Print a drop of the joint problem, of the paper's density per Hz.
void
WriteJoint(JsonStream& json, uint32_t devices)
{
    JointDropOptions options;
    options.devices = devices;
    options.bandwidthHz *= devices / 50.0;
    RandomStream random(1, devices);
    const auto problem = DrawJointDrop(options, random);
    json.Member("weight_energy", problem.weightEnergy);
    json.Member("weight_time", problem.weightTime);
    json.Member("bandwidth_hz", problem.bandwidthHz);
    json.Member("noise_w_per_hz", problem.noiseWPerHz);
    json.Member("rounds", problem.rounds);
    json.Member("local_iterations", options.localIterations);
    json.Key("devices");
    json.OpenArray();
    for (const auto& device : problem.devices)
    {
        json.OpenObject();
        json.Member("gain", device.gain);
        json.Member("payload_bits", device.payloadBits);
        json.Member("samples", options.samples);
        json.Member("cycles_per_sample", device.cycles / options.samples / options.localIterations);
        json.Member("capacitance", device.capacitance);
        WriteRange(json, "cpu_hz", device.minCpuHz, device.maxCpuHz);
        WriteRange(json, "power_w", device.minTxPowerW, device.maxTxPowerW);
        json.CloseObject();
    }
    json.CloseArray();
}

/// Print a drop of the task allocation, with as many samples per learner as the paper has.
void
WriteMel(JsonStream& json, uint32_t learners)
{
    MelDropOptions options;
    options.learners = learners;
    options.staleness = 0;
    options.samples = int64_t{3000} * learners;
    options.energyJ = 20;
    RandomStream random(4, learners);
    const auto problem = DrawMelDrop(options, random);
    json.Member("cycle_time_s", problem.cycleTimeS);
    json.Member("staleness", problem.staleness);
    json.Member("samples", problem.samples);
    json.Member("min_samples", problem.minSamples);
    json.Key("learners");
    json.OpenArray();
    for (const auto& learner : problem.learners)
    {
        json.OpenObject();
        json.Member("c2", learner.c2);
        json.Member("c1", learner.c1);
        json.Member("c0", learner.c0);
        json.Member("g2", learner.g2);
        json.Member("g1", learner.g1);
        json.Member("g0", learner.g0);
        json.Member("energy_j", learner.energyJ);
        json.CloseObject();
    }
    json.CloseArray();
}

/// Print a draw of device scheduling.
void
WriteSchedule(JsonStream& json, uint32_t devices)
{
    RandomStream random(21, devices);
    const auto problem = DrawBenchSchedule(devices, random);
    json.Member("bandwidth_hz", problem.bandwidthHz);
    json.Member("payload_bits", problem.payloadBits);
    json.Member("queue_weight", problem.queueWeight);
    json.Key("gain_over_noise_hz");
    json.OpenArray();
    for (const double gain : problem.gainOverNoiseHz)
    {
        json.Value(gain);
    }
    json.CloseArray();
}

/// A kind of problem.
struct Kind
{
    const char* name;                     //!< of the problem
    void (*write)(JsonStream&, uint32_t); //!< prints the members of an instance
    double targetGb;                      //!< half of what a tree of JSON values took
};

/**
 * Solve a file as fl-solve does.
 * @param kind of problem
 * @param in the instance
 * @param out where the answer goes
 * @return seconds of the method alone
 */
nlohmann::json
SolveFile(const Kind& kind, const std::string& in, const std::string& out)
{
    const auto report =
        SolveInstance(FindSolveProblem(kind.name), ReadJson(in), in, {"", 1, THREADS});
    std::ofstream file(out);
    report.Print(file);
    if (report.exitCode != EXIT_DONE || !file)
    {
        throw std::runtime_error(Describe(kind.name, ": there is no answer: ", report.reason));
    }
    return {{"solve_s", report.solveS}};
}

/// One kind of problem: rows of time and memory.
void
AddKind(const Kind& kind, uint32_t devices, BenchRows& rows)
{
    const auto base = std::filesystem::temp_directory_path() /
                      Describe("fl-bench-", static_cast<long>(getpid()), "-", kind.name);
    const std::string in = base.string() + ".json";
    const std::string out = base.string() + ".answer.json";
    WorkProgress progress(2);
    progress.Begin(Describe("solve: ", kind.name, ", ", devices, " devices"));
    RunInChild([&] {
        std::ofstream file(in);
        JsonStream json(file);
        json.OpenObject();
        kind.write(json, devices);
        json.CloseObject();
        return nlohmann::json();
    });
    progress.Add();
    const auto megabytes = static_cast<double>(std::filesystem::file_size(in)) / 1e6;
    ChildUsage usage;
    const auto figures = RunInChild([&] { return SolveFile(kind, in, out); }, &usage);
    progress.Add();
    for (const auto& file : {in, out})
    {
        std::error_code error;
        std::filesystem::remove(file, error);
    }
    const double solveS = figures["solve_s"];
    const double targetS = 1.5 * solveS + 2;
    rows.push_back(
        {Describe("./fl solve ",
                  kind.name,
                  " with ",
                  devices,
                  " devices, from the file, ",
                  Round(megabytes),
                  " MB, to the printed answer"),
         Describe(Round(usage.wallS), " s (processor time ", Round(usage.cpuS), " s)"),
         Describe(Round(targetS), " s"),
         JudgeAtMost(usage.wallS, targetS),
         Describe("the method alone: ", Round(solveS), " s; target 1.5 times that and 2 s")});
    rows.push_back({"its peak memory",
                    Describe(Round(usage.peakBytes / 1e9), " GB"),
                    Describe(Round(kind.targetGb), " GB"),
                    JudgeAtMost(usage.peakBytes / 1e9, kind.targetGb),
                    "half of what a tree of JSON values took"});
}

} // namespace

BenchRows
BenchSolve(const BenchOptions& options)
{
    BenchRows rows;
    for (const auto& kind : {Kind{"joint", &WriteJoint, 0.87},
                             Kind{"mel", &WriteMel, 0.65},
                             Kind{"schedule", &WriteSchedule, 0.19}})
    {
        AddKind(kind, options.Pick(1000000U, 2000U), rows);
    }
    return rows;
}

} // namespace fl
} // namespace ns3
