/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-json.h"

#include "fl-json-reader.h"
#include "fl-solve-problem.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"
#include "ns3/fl-joint-methods.h"
#include "ns3/fl-random-stream.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Largest count: up to 2^53 doubles hold every whole number.
constexpr uint64_t MAX_COUNT = uint64_t{1} << 53;

/**
 * @param reader at an object with the keys of a device
 * @param localIterations passes over the local samples per round
 * @return that device; cycles are those of one round [cycle]
 * @throws InvalidInput if a key is missing, unknown or out of range, or the product of iterations,
 *        samples and cycles per sample is not finite
 */
JointDevice
ReadDevice(const JsonReader& reader, double localIterations)
{
    static const std::vector<const char*> KEYS{"gain",
                                               "payload_bits",
                                               "samples",
                                               "cycles_per_sample",
                                               "capacitance",
                                               "cpu_hz",
                                               "power_w"};
    reader.RequireKeys(KEYS);
    JointDevice device;
    device.gain = reader.Get("gain").GetNumber();
    device.payloadBits = reader.Get("payload_bits").GetNumber();
    const auto samples = static_cast<double>(reader.Get("samples").GetWhole(0, MAX_COUNT));
    const double cyclesPerSample = reader.Get("cycles_per_sample").GetNonNegative();
    device.cycles = localIterations * samples * cyclesPerSample;
    if (!std::isfinite(device.cycles))
    {
        throw InvalidInput(Describe(reader.GetPlace(),
                                    ".cycles_per_sample = ",
                                    cyclesPerSample,
                                    ": its product with ",
                                    samples,
                                    " samples and ",
                                    localIterations,
                                    " local iterations must be finite"));
    }
    device.capacitance = reader.Get("capacitance").GetNumber();
    std::tie(device.minCpuHz, device.maxCpuHz) = reader.Get("cpu_hz").GetRange();
    std::tie(device.minTxPowerW, device.maxTxPowerW) = reader.Get("power_w").GetRange();
    return device;
}

/**
 * Print what each device gets.
 * @param shares by device: bandwidths [Hz], transmit powers [W], CPU frequencies [Hz], and
 *        durations of upload and computation [s]
 * @param json where to print
 */
void
WriteShares(const std::vector<JointShare>& shares, JsonStream& json)
{
    json.OpenArray();
    for (const auto& share : shares)
    {
        json.OpenObject();
        json.Member("bandwidth_hz", share.bandwidthHz);
        json.Member("power_w", share.txPowerW);
        json.Member("cpu_hz", share.cpuHz);
        json.Member("upload_s", share.uploadS);
        json.Member("compute_s", share.computeS);
        json.CloseObject();
    }
    json.CloseArray();
}

/**
 * Print by how much constraints are broken.
 * @param violation of an answer
 * @param json where to print
 */
void
WriteViolation(const JointViolation& violation, JsonStream& json)
{
    json.OpenObject();
    json.Member("bandwidth_hz", violation.bandwidthHz);
    json.Member("power_w", violation.txPowerW);
    json.Member("cpu_hz", violation.cpuHz);
    json.Member("deadline_s", violation.deadlineS);
    json.CloseObject();
}

/// Solve a problem as a request says.
JointSolution
SolveRequested(const JointProblem& problem, const SolveRequest& request)
{
    RandomStream stream(request.seed);
    JointOptions options;
    options.threads = request.threads;
    options.uniform = [&stream] { return stream.Uniform(); };
    return SolveJoint(request.method, problem, options);
}

/// Makes the problem known to ./fl solve.
const SolveProblemRegistration g_joint(MakeSolveProblem<JointProblem, JointSolution>(
    {"joint",
     "energy and completion time: power, bandwidth and CPU frequency of every device",
     "global",
     &MethodNames<&JointMethods>},
    &JointProblemFromJson,
    &SolveRequested,
    &WriteJointSolution));

} // namespace

JointProblem
JointProblemFromJson(const JsonDocument& document)
{
    const KeysInMessages keys;
    const JsonReader reader(document);
    reader.RequireKeys({"weight_energy",
                        "weight_time",
                        "bandwidth_hz",
                        "noise_w_per_hz",
                        "rounds",
                        "local_iterations",
                        "devices"},
                       {"round_deadline_s"});
    JointProblem problem;
    problem.weightEnergy = reader.Get("weight_energy").GetNumber();
    problem.weightTime = reader.Get("weight_time").GetNumber();
    problem.bandwidthHz = reader.Get("bandwidth_hz").GetNumber();
    problem.noiseWPerHz = reader.Get("noise_w_per_hz").GetNumber();
    problem.rounds = static_cast<double>(reader.Get("rounds").GetWhole(1, MAX_COUNT));
    if (reader.Has("round_deadline_s"))
    {
        problem.roundDeadlineS = reader.Get("round_deadline_s").GetNumber();
    }
    const auto localIterations =
        static_cast<double>(reader.Get("local_iterations").GetWhole(1, MAX_COUNT));
    const auto devices = reader.Get("devices");
    problem.devices.reserve(devices.GetSize());
    const size_t count = devices.GetSize();
    for (size_t i = 0; i < count; ++i)
    {
        problem.devices.push_back(ReadDevice(devices.At(i), localIterations));
    }
    problem.Validate();
    return problem;
}

void
WriteJointSolution(const JointSolution& solution, JsonStream& json)
{
    json.MemberIfFinite("objective", solution.objective);
    json.MemberIfFinite("lower_bound", solution.lowerBound);
    json.MemberIfFinite("gap", solution.Gap());
    json.Member("iterations", solution.iterations);
    json.Member("termination", solution.termination);
    json.MemberIfFinite("energy_j", solution.energyJ);
    json.MemberIfFinite("time_s", solution.timeS);
    if (solution.status == SolveStatus::INFEASIBLE)
    {
        json.Key("violation");
        WriteViolation(solution.violation, json);
    }
    json.Key("devices");
    WriteShares(solution.shares, json);
    if (solution.prices)
    {
        json.Member("lambda", solution.prices->lambda);
        json.Key("mu");
        json.OpenArray();
        for (const double price : solution.prices->mu)
        {
            json.Value(price);
        }
        json.CloseArray();
    }
}

} // namespace fl
} // namespace ns3
