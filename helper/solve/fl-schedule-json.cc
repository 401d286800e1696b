/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-json.h"

#include "fl-json-reader.h"

#include "ns3/fl-error.h"
#include "ns3/fl-json-writer.h"

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
 * @param reader at an array of numbers
 * @return these numbers
 * @throws InvalidInput if it is no array, or an element is no finite number
 */
std::vector<double>
ReadNumbers(const JsonReader& reader)
{
    std::vector<double> numbers(reader.GetSize());
    for (size_t i = 0; i < numbers.size(); ++i)
    {
        numbers[i] = reader.At(i).GetNumber();
    }
    return numbers;
}

} // namespace

ScheduleProblem
ScheduleProblemFromJson(const nlohmann::json& json)
{
    const JsonReader reader(json);
    reader.RequireKeys(
        {"bandwidth_hz", "payload_bits", "queue_weight", "gain_over_noise_hz"},
        {"delay_limit_s", "devices_per_round", "round", "average_gain_over_noise_hz"});
    ScheduleProblem problem;
    problem.bandwidthHz = reader.Get("bandwidth_hz").GetNumber();
    problem.payloadBits = reader.Get("payload_bits").GetNumber();
    problem.queueWeight = reader.Get("queue_weight").GetNumber();
    problem.gainOverNoiseHz = ReadNumbers(reader.Get("gain_over_noise_hz"));
    if (reader.Has("delay_limit_s"))
    {
        problem.delayLimitS = reader.Get("delay_limit_s").GetNumber();
    }
    if (reader.Has("devices_per_round"))
    {
        problem.devicesPerRound = reader.Get("devices_per_round").GetWhole(1, MAX_COUNT);
    }
    if (reader.Has("round"))
    {
        problem.round = reader.Get("round").GetWhole(1, MAX_COUNT);
    }
    if (reader.Has("average_gain_over_noise_hz"))
    {
        problem.averageGainOverNoiseHz = ReadNumbers(reader.Get("average_gain_over_noise_hz"));
        if (problem.averageGainOverNoiseHz.empty())
        {
            // To the problem it would say that there are none.
            throw InvalidInput("average_gain_over_noise_hz: must have one entry per device");
        }
    }
    problem.Validate();
    return problem;
}

nlohmann::ordered_json
ScheduleSolutionToJson(const ScheduleSolution& solution)
{
    OrderedJson json;
    json["status"] = ToString(solution.status);
    PutNumber(json, "objective", solution.objective);
    PutNumber(json, "upper_bound", solution.upperBound);
    PutNumber(json, "gap", solution.Gap());
    json["iterations"] = solution.iterations;
    json["termination"] = solution.termination;
    json["selected"] = solution.selected;
    PutNumber(json, "delay_s", solution.delayS);
    auto& devices = json["devices"] = OrderedJson::array();
    for (const double bandwidthHz : solution.bandwidthHz)
    {
        devices.push_back({{"selected", bandwidthHz > 0}, {"bandwidth_hz", bandwidthHz}});
    }
    return json;
}

} // namespace fl
} // namespace ns3
