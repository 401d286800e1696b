/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-json.h"

#include "fl-json-reader.h"
#include "fl-solve-problem.h"

#include "ns3/fl-dma-methods.h"
#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"
#include "ns3/fl-random-stream.h"

#include <limits>
#include <tuple>

namespace ns3
{
namespace fl
{

namespace
{

/// Largest count of samples: up to 2^53 doubles hold every whole number.
constexpr uint64_t MAX_COUNT = uint64_t{1} << 53;

/// Largest count of other things.
constexpr uint64_t MAX_INDEX = std::numeric_limits<int32_t>::max();

/// @return what must be a whole number up to MAX_INDEX
/// @param reader the value, as an index or a count
uint32_t
ReadIndex(const JsonReader& reader)
{
    return static_cast<uint32_t>(reader.GetWhole(0, MAX_INDEX));
}

/// @return learning rates: one for all base versions, or one by version
/// @param reader a number, or an array of numbers
/// @param isArray whether it is an array
std::vector<double>
ReadRates(const JsonReader& reader, bool isArray)
{
    if (!isArray)
    {
        return {reader.GetNumber()};
    }
    std::vector<double> rates(reader.GetSize());
    for (size_t v = 0; v < rates.size(); ++v)
    {
        rates[v] = reader.At(v).GetNumber();
    }
    return rates;
}

/// @return a task
/// @param reader an entry of `tasks`: an object with all keys of a task and no others
DmaTask
ReadTask(const JsonReader& reader)
{
    static const std::vector<const char*> KEYS{"aggregations",
                                               "model_bits",
                                               "importance",
                                               "energy_weight",
                                               "qoe_s",
                                               "mixing",
                                               "staleness_limit",
                                               "iterations",
                                               "learning_rate",
                                               "smoothness",
                                               "data_variability",
                                               "loss_drop"};
    reader.RequireKeys(KEYS);
    DmaTask task;
    task.aggregations =
        static_cast<uint32_t>(reader.Get("aggregations").GetWhole(1, DMA_MAX_AGGREGATIONS));
    task.modelBits = reader.Get("model_bits").GetNumber();
    task.importance = reader.Get("importance").GetNumber();
    task.energyWeight = reader.Get("energy_weight").GetNumber();
    task.qoeS = reader.Get("qoe_s").GetNumber();
    std::tie(task.mixingLow, task.mixingHigh) = reader.Get("mixing").GetRange();
    task.stalenessLimit = ReadIndex(reader.Get("staleness_limit"));
    std::tie(task.minIterations, task.maxIterations) = reader.Get("iterations").GetRange();
    const auto rate = reader.Get("learning_rate");
    task.learningRate = ReadRates(rate, rate.IsArray());
    task.smoothness = reader.Get("smoothness").GetNumber();
    task.dataVariability = reader.Get("data_variability").GetNumber();
    task.lossDrop = reader.Get("loss_drop").GetNumber();
    return task;
}

/// @return what a task is to a device
/// @param reader an entry of a device's `tasks`; `cpu_share` and `start_s` may be missing
DmaDeviceTask
ReadDeviceTask(const JsonReader& reader)
{
    static const std::vector<const char*> KEYS{"cycles_per_sample",
                                               "samples",
                                               "dissimilarity",
                                               "sample_variance",
                                               "idle_drift",
                                               "active_drift"};
    reader.RequireKeys(KEYS, {"cpu_share", "start_s"});
    DmaDeviceTask pair;
    pair.cyclesPerSample = reader.Get("cycles_per_sample").GetNumber();
    pair.samples = static_cast<double>(reader.Get("samples").GetWhole(0, MAX_COUNT));
    pair.dissimilarity = reader.Get("dissimilarity").GetNumber();
    pair.sampleVariance = reader.Get("sample_variance").GetNumber();
    pair.idleDrift = reader.Get("idle_drift").GetNumber();
    pair.activeDrift = reader.Get("active_drift").GetNumber();
    if (reader.Has("cpu_share"))
    {
        pair.cpuShare = reader.Get("cpu_share").GetNumber();
    }
    if (reader.Has("start_s"))
    {
        pair.startS = reader.Get("start_s").GetNumber();
    }
    return pair;
}

/// @return a device
/// @param reader an entry of `devices`; without `energy_budget_j` its energy is not limited
DmaDevice
ReadDevice(const JsonReader& reader)
{
    static const std::vector<const char*> KEYS{"uplink_bps",
                                               "downlink_bps",
                                               "tx_power_w",
                                               "downlink_power_w",
                                               "effective_capacitance",
                                               "cpu_hz",
                                               "tasks"};
    reader.RequireKeys(KEYS, {"energy_budget_j"});
    DmaDevice device;
    device.uplinkBps = reader.Get("uplink_bps").GetNumber();
    device.downlinkBps = reader.Get("downlink_bps").GetNumber();
    device.txPowerW = reader.Get("tx_power_w").GetNumber();
    device.downlinkPowerW = reader.Get("downlink_power_w").GetNumber();
    device.effectiveCapacitance = reader.Get("effective_capacitance").GetNumber();
    std::tie(device.minCpuHz, device.maxCpuHz) = reader.Get("cpu_hz").GetRange();
    if (reader.Has("energy_budget_j"))
    {
        device.energyBudgetJ = reader.Get("energy_budget_j").GetNumber();
    }
    const auto tasks = reader.Get("tasks");
    for (size_t j = 0, count = tasks.GetSize(); j < count; ++j)
    {
        device.tasks.push_back(ReadDeviceTask(tasks.At(j)));
    }
    return device;
}

/// @return who makes which aggregation of a task
/// @param reader an array with one object by aggregation: `device` i and `base` version v
DmaTaskSchedule
ReadTaskSchedule(const JsonReader& reader)
{
    DmaTaskSchedule schedule(reader.GetSize());
    for (size_t n = 0; n < schedule.size(); ++n)
    {
        const auto entry = reader.At(n);
        entry.RequireKeys({"device", "base"});
        schedule[n].device = ReadIndex(entry.Get("device"));
        schedule[n].base = static_cast<int32_t>(ReadIndex(entry.Get("base")));
    }
    return schedule;
}

/// Solve a problem as a request says.
DmaAnswer
SolveRequested(const DmaProblem& problem, const SolveRequest& request)
{
    RandomStream stream(request.seed);
    DmaOptions options;
    options.uniform = [&stream] { return stream.Uniform(); };
    DmaAnswer answer;
    answer.solution = SolveDma(request.method, problem, options);
    answer.status = answer.solution.status;
    answer.termination = answer.solution.termination;
    answer.outcomes = DmaOutcomes(problem, answer.solution.schedule, answer.solution.allocation);
    return answer;
}

/// Makes the problem known to ./fl solve.
const SolveProblemRegistration g_dma(MakeSolveProblem<DmaProblem, DmaAnswer>(
    {"dma",
     "dynamic multi-task asynchronous learning: who trains which model when, and with what",
     "best",
     &MethodNames<&DmaMethods>},
    &DmaProblemFromJson,
    &SolveRequested,
    &WriteDmaAnswer));

/// Print the terms of the bound.
void
WriteTerms(const DmaTerms& terms, JsonStream& json)
{
    json.OpenObject();
    json.Member("a", terms.a);
    json.Member("b", terms.b);
    json.Member("c", terms.c);
    json.Member("d", terms.d);
    json.Member("e", terms.e);
    json.Member("f", terms.f);
    json.CloseObject();
}

/// Print one aggregation and the period that leads to it.
void
WriteAggregation(const DmaAssignment& entry,
                 const DmaPeriodPlan& plan,
                 const DmaPeriodOutcome& outcome,
                 JsonStream& json)
{
    json.OpenObject();
    json.Member("device", entry.device);
    json.Member("base", entry.base);
    json.Member("arrival_s", plan.arrivalS);
    json.Member("compute_s", plan.computeS);
    json.Member("batch", plan.batch);
    json.Member("iterations", plan.iterations);
    json.Member("cpu_hz", outcome.cpuHz);
    json.Member("idle_s", outcome.idleS);
    json.Member("download_s", outcome.downloadS);
    json.Member("upload_s", outcome.uploadS);
    json.Member("energy_j", outcome.uploadJ + outcome.computeJ);
    json.CloseObject();
}

/// Print what each device spends, and its shares.
void
WriteDevices(const DmaSolution& solution, JsonStream& json)
{
    json.OpenArray();
    for (size_t i = 0; i < solution.value.deviceEnergyJ.size(); ++i)
    {
        json.OpenObject();
        json.Member("energy_j", solution.value.deviceEnergyJ[i]);
        if (!solution.cpuShares.empty())
        {
            json.Key("cpu_shares");
            json.OpenArray();
            for (const double share : solution.cpuShares[i])
            {
                json.Value(share);
            }
            json.CloseArray();
        }
        json.CloseObject();
    }
    json.CloseArray();
}

} // namespace

DmaProblem
DmaProblemFromJson(const JsonDocument& document)
{
    const KeysInMessages keys;
    const JsonReader reader(document);
    reader.RequireKeys({"weights", "rho", "v1", "v2", "tasks", "devices"},
                       {"relaxed", "schedule", "min_uploads"});
    DmaProblem problem;
    const auto weights = reader.Get("weights");
    if (weights.GetSize() != 3)
    {
        throw InvalidInput(Describe("weights has ",
                                    weights.GetSize(),
                                    " entries: must be [c1, c2, c3], an array of 3 numbers"));
    }
    problem.weightModel = weights.At(0).GetNumber();
    problem.weightDevice = weights.At(1).GetNumber();
    problem.weightStation = weights.At(2).GetNumber();
    problem.rho = reader.Get("rho").GetNumber();
    problem.v1 = reader.Get("v1").GetNumber();
    problem.v2 = reader.Get("v2").GetNumber();
    problem.relaxed = reader.Has("relaxed") && reader.Get("relaxed").GetBoolean();
    const auto tasks = reader.Get("tasks");
    for (size_t j = 0, count = tasks.GetSize(); j < count; ++j)
    {
        problem.tasks.push_back(ReadTask(tasks.At(j)));
    }
    const auto devices = reader.Get("devices");
    for (size_t i = 0, count = devices.GetSize(); i < count; ++i)
    {
        problem.devices.push_back(ReadDevice(devices.At(i)));
    }
    if (reader.Has("schedule"))
    {
        const auto schedule = reader.Get("schedule");
        for (size_t j = 0, count = schedule.GetSize(); j < count; ++j)
        {
            problem.schedule.push_back(ReadTaskSchedule(schedule.At(j)));
        }
        if (problem.schedule.empty())
        {
            // To the problem it would say that there is none.
            throw InvalidInput("schedule has 0 entries: must have one per task");
        }
    }
    if (reader.Has("min_uploads"))
    {
        problem.minUploads = ReadIndex(reader.Get("min_uploads"));
    }
    problem.Validate();
    return problem;
}

void
WriteDmaAnswer(const DmaAnswer& answer, JsonStream& json)
{
    const auto& solution = answer.solution;
    json.MemberIfFinite("objective", solution.value.objective);
    json.MemberIfFinite("lower_bound", solution.lowerBound);
    json.MemberIfFinite("gap", solution.Gap());
    json.Member("iterations", solution.iterations);
    json.Member("termination", solution.termination);
    json.MemberIfFinite("energy_part", solution.value.energyPart);
    json.Member("vacuous", solution.value.vacuous);
    json.MemberIfFinite("rate_smoothness", solution.value.largestRateSmoothness);
    json.Key("residuals");
    json.OpenObject();
    for (const auto& [name, residual] : solution.residuals)
    {
        json.Member(name.c_str(), residual);
    }
    json.CloseObject();
    json.Key("tasks");
    json.OpenArray();
    for (size_t j = 0; j < solution.schedule.size(); ++j)
    {
        json.OpenObject();
        json.Key("terms");
        WriteTerms(solution.value.terms[j], json);
        json.Key("aggregations");
        json.OpenArray();
        for (size_t n = 0; n < solution.schedule[j].size(); ++n)
        {
            WriteAggregation(solution.schedule[j][n],
                             solution.allocation[j][n],
                             answer.outcomes[j][n],
                             json);
        }
        json.CloseArray();
        json.CloseObject();
    }
    json.CloseArray();
    json.Key("devices");
    WriteDevices(solution, json);
}

} // namespace fl
} // namespace ns3
