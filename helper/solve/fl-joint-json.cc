/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-json.h"

#include "fl-json-reader.h"

#include "ns3/fl-error.h"
#include "ns3/fl-json-writer.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// JSON whose members keep the order in which they were added.
using OrderedJson = nlohmann::ordered_json;

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
 * @param value any
 * @return the number; null if it is infinite or NaN, which JSON does not have
 */
OrderedJson
NumberOrNull(double value)
{
    return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
}

/**
 * @param shares by device
 * @return an array of their bandwidths [Hz], transmit powers [W], CPU frequencies [Hz] and
 *        durations of upload and computation [s]; null where one is not finite
 */
OrderedJson
SharesToJson(const std::vector<JointShare>& shares)
{
    auto json = OrderedJson::array();
    for (const auto& share : shares)
    {
        json.push_back({{"bandwidth_hz", NumberOrNull(share.bandwidthHz)},
                        {"power_w", NumberOrNull(share.txPowerW)},
                        {"cpu_hz", NumberOrNull(share.cpuHz)},
                        {"upload_s", NumberOrNull(share.uploadS)},
                        {"compute_s", NumberOrNull(share.computeS)}});
    }
    return json;
}

} // namespace

JointProblem
JointProblemFromJson(const nlohmann::json& json)
{
    const JsonReader reader(json);
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
    for (size_t i = 0; i < devices.GetSize(); ++i)
    {
        problem.devices.push_back(ReadDevice(devices.At(i), localIterations));
    }
    problem.Validate();
    return problem;
}

nlohmann::ordered_json
JointSolutionToJson(const JointSolution& solution)
{
    OrderedJson json;
    json["status"] = ToString(solution.status);
    PutNumber(json, "objective", solution.objective);
    PutNumber(json, "lower_bound", solution.lowerBound);
    PutNumber(json, "gap", solution.Gap());
    json["iterations"] = solution.iterations;
    json["termination"] = solution.termination;
    PutNumber(json, "energy_j", solution.energyJ);
    PutNumber(json, "time_s", solution.timeS);
    if (solution.status == SolveStatus::INFEASIBLE)
    {
        const auto& violation = solution.violation;
        json["violation"] = {{"bandwidth_hz", NumberOrNull(violation.bandwidthHz)},
                             {"power_w", NumberOrNull(violation.txPowerW)},
                             {"cpu_hz", NumberOrNull(violation.cpuHz)},
                             {"deadline_s", NumberOrNull(violation.deadlineS)}};
    }
    json["devices"] = SharesToJson(solution.shares);
    if (solution.prices)
    {
        json["lambda"] = NumberOrNull(solution.prices->lambda);
        auto& mu = json["mu"] = OrderedJson::array();
        for (const double price : solution.prices->mu)
        {
            mu.push_back(NumberOrNull(price));
        }
    }
    return json;
}

} // namespace fl
} // namespace ns3
