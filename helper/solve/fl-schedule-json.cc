/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-json.h"

#include "fl-json-reader.h"
#include "fl-solve-problem.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-schedule-methods.h"

namespace ns3
{
namespace fl
{

namespace
{

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

/// Solve a problem as a request says.
ScheduleSolution
SolveRequested(const ScheduleProblem& problem, const SolveRequest& request)
{
    RandomStream stream(request.seed);
    ScheduleOptions options;
    options.uniform = [&stream] { return stream.Uniform(); };
    return SolveSchedule(request.method, problem, options);
}

/// Makes the problem known to ./fl solve.
const SolveProblemRegistration g_schedule(MakeSolveProblem<ScheduleProblem, ScheduleSolution>(
    {"schedule",
     "device scheduling under a delay constraint: who uploads, and on which bandwidth",
     "exact",
     &MethodNames<&ScheduleMethods>},
    &ScheduleProblemFromJson,
    &SolveRequested,
    &WriteScheduleSolution));

} // namespace

ScheduleProblem
ScheduleProblemFromJson(const JsonDocument& document)
{
    const KeysInMessages keys;
    const JsonReader reader(document);
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

void
WriteScheduleSolution(const ScheduleSolution& solution, JsonStream& json)
{
    json.MemberIfFinite("objective", solution.objective);
    json.MemberIfFinite("upper_bound", solution.upperBound);
    json.MemberIfFinite("gap", solution.Gap());
    json.Member("iterations", solution.iterations);
    json.Member("termination", solution.termination);
    json.Member("selected", solution.selected);
    json.MemberIfFinite("delay_s", solution.delayS);
    json.Key("devices");
    json.OpenArray();
    for (const double bandwidthHz : solution.bandwidthHz)
    {
        json.OpenObject();
        json.Member("selected", bandwidthHz > 0);
        json.Member("bandwidth_hz", bandwidthHz);
        json.CloseObject();
    }
    json.CloseArray();
}

} // namespace fl
} // namespace ns3
