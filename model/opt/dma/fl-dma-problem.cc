/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-problem.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Numbers beyond these, in SI units, are no physics, and their products leave the range of
/// doubles.
constexpr double SMALLEST = 1e-30;
constexpr double LARGEST = 1e30; //!< the upper end

/// Refuse a number that is not from SMALLEST to LARGEST.
void
RequirePositive(const std::string& name, double value)
{
    if (!(value >= SMALLEST && value <= LARGEST))
    {
        throw InvalidInput(
            Describe(name, " = ", value, ": must be from ", SMALLEST, " to ", LARGEST));
    }
}

/// Refuse a number that is neither 0 nor from SMALLEST to LARGEST.
void
RequireNonNegative(const std::string& name, double value)
{
    if (value != 0 && !(value >= SMALLEST && value <= LARGEST))
    {
        throw InvalidInput(
            Describe(name, " = ", value, ": must be 0 or from ", SMALLEST, " to ", LARGEST));
    }
}

/// Names of a range's ends: two entries of a key, or two members.
struct RangeName
{
    std::string place;     //!< before both
    std::string key;       //!< of JSON
    std::string lowField;  //!< member of the lower end
    std::string highField; //!< member of the upper end

    /// @return name of the lower end
    std::string Low() const
    {
        return place + Named(key + "[0]", lowField);
    }

    /// @return name of the upper end
    std::string High() const
    {
        return place + Named(key + "[1]", highField);
    }
};

/// Refuse a range that is none.
void
RequireRange(const RangeName& name, double low, double high)
{
    RequirePositive(name.Low(), low);
    RequirePositive(name.High(), high);
    if (low > high)
    {
        throw InvalidInput(
            Describe(name.Low(), " = ", low, ": must not exceed ", name.High(), " = ", high));
    }
}

/// Mixing rates are below 1.
void
ValidateMixing(const RangeName& name, const DmaTask& task)
{
    RequireRange(name, task.mixingLow, task.mixingHigh);
    if (task.mixingHigh > 1)
    {
        throw InvalidInput(Describe(name.High(), " = ", task.mixingHigh, ": must be at most 1"));
    }
}

/// There must be a whole number of SGD steps in the range, unless problems are relaxed.
void
ValidateIterations(const RangeName& name, const DmaTask& task, bool relaxed)
{
    RequireRange(name, task.minIterations, task.maxIterations);
    if (task.minIterations < 1)
    {
        throw InvalidInput(Describe(name.Low(), " = ", task.minIterations, ": must be at least 1"));
    }
    if (!relaxed && std::ceil(task.minIterations) > task.maxIterations)
    {
        throw InvalidInput(Describe(name.Low(),
                                    " = ",
                                    task.minIterations,
                                    ": must have a whole number between it and ",
                                    name.High(),
                                    " = ",
                                    task.maxIterations));
    }
}

/// A task on its own.
void
ValidateTask(const std::string& place, const DmaTask& task, bool relaxed)
{
    if (task.aggregations < 1 || task.aggregations > DMA_MAX_AGGREGATIONS)
    {
        throw InvalidInput(Describe(place,
                                    "aggregations = ",
                                    task.aggregations,
                                    ": must be a whole number from 1 to ",
                                    DMA_MAX_AGGREGATIONS));
    }
    RequirePositive(place + Named("model_bits"), task.modelBits);
    RequireNonNegative(place + Named("importance"), task.importance);
    RequireNonNegative(place + Named("energy_weight"), task.energyWeight);
    RequirePositive(place + Named("qoe_s"), task.qoeS);
    ValidateMixing({place, "mixing", "mixingLow", "mixingHigh"}, task);
    ValidateIterations({place, "iterations", "minIterations", "maxIterations"}, task, relaxed);
    const size_t rates = task.learningRate.size();
    if (rates != 1 && rates != task.aggregations)
    {
        throw InvalidInput(Describe(place,
                                    Named("learning_rate"),
                                    " has ",
                                    rates,
                                    " entries: must be a number, or have ",
                                    task.aggregations,
                                    ", one per base version"));
    }
    for (size_t v = 0; v < rates; ++v)
    {
        RequirePositive(
            place + Named(rates == 1 ? "learning_rate" : Describe("learning_rate[", v, "]")),
            task.learningRate[v]);
    }
    RequireNonNegative(place + Named("smoothness"), task.smoothness);
    RequireNonNegative(place + Named("data_variability"), task.dataVariability);
    RequireNonNegative(place + Named("loss_drop"), task.lossDrop);
}

/// What a task is to a device.
void
ValidateDeviceTask(const std::string& place, const DmaDeviceTask& pair)
{
    RequirePositive(place + Named("cycles_per_sample"), pair.cyclesPerSample);
    if (!(pair.samples >= 1 && pair.samples <= 1e15 && pair.samples == std::floor(pair.samples)))
    {
        throw InvalidInput(Describe(place,
                                    "samples = ",
                                    pair.samples,
                                    ": must be a whole number from 1 to 1e+15"));
    }
    RequireNonNegative(place + Named("dissimilarity"), pair.dissimilarity);
    RequireNonNegative(place + Named("sample_variance"), pair.sampleVariance);
    RequireNonNegative(place + Named("idle_drift"), pair.idleDrift);
    RequireNonNegative(place + Named("active_drift"), pair.activeDrift);
    RequireNonNegative(place + Named("start_s"), pair.startS);
    if (pair.cpuShare && !(*pair.cpuShare >= 1e-12 && *pair.cpuShare <= 1))
    {
        throw InvalidInput(Describe(place,
                                    Named("cpu_share"),
                                    " = ",
                                    *pair.cpuShare,
                                    ": must be from 1e-12 to 1"));
    }
    if (pair.inFlight)
    {
        RequireNonNegative(place + Named("in_flight.ready_s"), pair.inFlight->readyS);
    }
}

/// A device on its own.
void
ValidateDevice(const std::string& place, const DmaDevice& device, size_t tasks)
{
    RequirePositive(place + Named("uplink_bps"), device.uplinkBps);
    RequirePositive(place + Named("downlink_bps"), device.downlinkBps);
    RequireNonNegative(place + Named("tx_power_w"), device.txPowerW);
    RequireNonNegative(place + Named("downlink_power_w"), device.downlinkPowerW);
    RequireNonNegative(place + Named("effective_capacitance"), device.effectiveCapacitance);
    RequireRange({place, "cpu_hz", "minCpuHz", "maxCpuHz"}, device.minCpuHz, device.maxCpuHz);
    if (device.energyBudgetJ)
    {
        RequirePositive(place + Named("energy_budget_j"), *device.energyBudgetJ);
    }
    if (device.tasks.size() != tasks)
    {
        throw InvalidInput(Describe(place,
                                    "tasks has ",
                                    device.tasks.size(),
                                    " entries: must have ",
                                    tasks,
                                    ", one per task"));
    }
    double sum = 0;
    for (size_t j = 0; j < tasks; ++j)
    {
        ValidateDeviceTask(Describe(place, "tasks[", j, "]."), device.tasks[j]);
        sum += device.tasks[j].cpuShare.value_or(0);
    }
    if (sum > 1 + 1e-9)
    {
        throw InvalidInput(Describe(place,
                                    "tasks: the sum of ",
                                    Named("cpu_share"),
                                    " is ",
                                    sum,
                                    ": must be at most 1"));
    }
}

/// Shares of the CPU are given for all, or for none.
void
ValidateShares(const DmaProblem& problem)
{
    const bool none = problem.ChoosesShares();
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        for (size_t j = 0; j < problem.tasks.size(); ++j)
        {
            if (problem.devices[i].tasks[j].cpuShare.has_value() == none)
            {
                throw InvalidInput(Describe("devices[",
                                            i,
                                            "].tasks[",
                                            j,
                                            "].",
                                            Named("cpu_share"),
                                            ": is missing: must be given of all devices "
                                            "and tasks, or of none"));
            }
        }
    }
}

/// Of one task, the part of ValidateDmaSchedule() that concerns single aggregations.
void
ValidateAssignment(const DmaProblem& problem,
                   size_t task,
                   size_t n,
                   const DmaAssignment& entry,
                   const std::vector<uint32_t>& last)
{
    const std::string place = Describe("schedule[", task, "][", n - 1, "].");
    if (entry.device >= problem.devices.size())
    {
        throw InvalidInput(Describe(place,
                                    "device = ",
                                    entry.device,
                                    ": must be a whole number from 0 to ",
                                    problem.devices.size() - 1));
    }
    const auto& inFlight = problem.devices[entry.device].tasks[task].inFlight;
    const bool first = last[entry.device] == 0;
    const uint32_t limit = problem.tasks[task].stalenessLimit;
    if (inFlight && first)
    {
        if (entry.base != DMA_IN_FLIGHT || n - 1 + inFlight->staleness > limit)
        {
            throw InvalidInput(Describe(place,
                                        "base = ",
                                        entry.base,
                                        ": must be ",
                                        DMA_IN_FLIGHT,
                                        ", the update of device ",
                                        entry.device,
                                        " in flight, within the staleness limit ",
                                        limit));
        }
        return;
    }
    const size_t low = std::max<size_t>(last[entry.device], n - 1 > limit ? n - 1 - limit : 0);
    if (entry.base < 0 || static_cast<size_t>(entry.base) < low ||
        static_cast<size_t>(entry.base) > n - 1)
    {
        throw InvalidInput(Describe(place,
                                    "base = ",
                                    entry.base,
                                    ": must be a whole number from ",
                                    low,
                                    " to ",
                                    n - 1,
                                    low > n - 1 ? " (there is none)" : "",
                                    low == last[entry.device]
                                        ? ": not before the device's last aggregation"
                                        : ": within the staleness limit"));
    }
}

} // namespace

double
DmaTask::LowestRate() const
{
    return *std::min_element(learningRate.begin(), learningRate.end());
}

double
DmaTask::HighestRate() const
{
    return *std::max_element(learningRate.begin(), learningRate.end());
}

void
DmaProblem::Validate() const
{
    RequireNonNegative(Named("weights[0]", "weightModel"), weightModel);
    RequireNonNegative(Named("weights[1]", "weightDevice"), weightDevice);
    RequireNonNegative(Named("weights[2]", "weightStation"), weightStation);
    RequireNonNegative("rho", rho);
    RequireNonNegative("v1", v1);
    RequireNonNegative("v2", v2);
    if (tasks.empty())
    {
        throw InvalidInput("tasks: must have at least one entry");
    }
    if (devices.empty())
    {
        throw InvalidInput("devices: must have at least one entry");
    }
    for (size_t j = 0; j < tasks.size(); ++j)
    {
        ValidateTask(Describe("tasks[", j, "]."), tasks[j], relaxed);
        const size_t most = tasks[j].aggregations / devices.size();
        if (minUploads > most)
        {
            throw InvalidInput(Describe(Named("min_uploads"),
                                        " = ",
                                        minUploads,
                                        ": must be a whole number from 0 to ",
                                        most,
                                        ", the aggregations of task ",
                                        j,
                                        " over the number of devices"));
        }
    }
    for (size_t i = 0; i < devices.size(); ++i)
    {
        ValidateDevice(Describe("devices[", i, "]."), devices[i], tasks.size());
    }
    ValidateShares(*this);
    if (!schedule.empty())
    {
        ValidateDmaSchedule(*this, schedule);
    }
}

bool
DmaProblem::ChoosesShares() const
{
    return std::none_of(devices.begin(), devices.end(), [](const DmaDevice& device) {
        return std::any_of(device.tasks.begin(), device.tasks.end(), [](const DmaDeviceTask& pair) {
            return pair.cpuShare.has_value();
        });
    });
}

double
DmaProblem::CpuShare(size_t device, size_t task) const
{
    return devices[device].tasks[task].cpuShare.value_or(1.0 / static_cast<double>(tasks.size()));
}

double
DmaProblem::UploadS(size_t device, size_t task) const
{
    return tasks[task].modelBits / devices[device].uplinkBps;
}

double
DmaProblem::DownloadS(size_t device, size_t task) const
{
    return tasks[task].modelBits / devices[device].downlinkBps;
}

void
ValidateDmaSchedule(const DmaProblem& problem, const DmaSchedule& schedule)
{
    if (schedule.size() != problem.tasks.size())
    {
        throw InvalidInput(Describe("schedule has ",
                                    schedule.size(),
                                    " entries: must have ",
                                    problem.tasks.size(),
                                    ", one per task"));
    }
    for (size_t j = 0; j < schedule.size(); ++j)
    {
        if (schedule[j].size() != problem.tasks[j].aggregations)
        {
            throw InvalidInput(Describe("schedule[",
                                        j,
                                        "] has ",
                                        schedule[j].size(),
                                        " entries: must have ",
                                        problem.tasks[j].aggregations,
                                        ", one per aggregation"));
        }
        std::vector<uint32_t> last(problem.devices.size(), 0);
        std::vector<uint32_t> uploads(problem.devices.size(), 0);
        for (size_t n = 1; n <= schedule[j].size(); ++n)
        {
            ValidateAssignment(problem, j, n, schedule[j][n - 1], last);
            last[schedule[j][n - 1].device] = static_cast<uint32_t>(n);
            ++uploads[schedule[j][n - 1].device];
        }
        for (size_t i = 0; i < uploads.size(); ++i)
        {
            if (uploads[i] < problem.minUploads)
            {
                throw InvalidInput(Describe("schedule[",
                                            j,
                                            "]: device ",
                                            i,
                                            " makes ",
                                            uploads[i],
                                            " aggregations: must make at least ",
                                            Named("min_uploads"),
                                            " = ",
                                            problem.minUploads));
            }
        }
    }
}

uint32_t
DmaStaleness(const DmaProblem& problem, size_t task, const DmaTaskSchedule& schedule, size_t n)
{
    const auto& entry = schedule[n - 1];
    if (entry.base == DMA_IN_FLIGHT)
    {
        const auto& inFlight = problem.devices[entry.device].tasks[task].inFlight;
        return static_cast<uint32_t>(n) - 1 + (inFlight ? inFlight->staleness : 0);
    }
    return static_cast<uint32_t>(n) - 1 - static_cast<uint32_t>(entry.base);
}

uint32_t
DmaLargestStaleness(const DmaProblem& problem, size_t task, const DmaTaskSchedule& schedule)
{
    uint32_t largest = 0;
    for (size_t n = 1; n <= schedule.size(); ++n)
    {
        largest = std::max(largest, DmaStaleness(problem, task, schedule, n));
    }
    return largest;
}

std::vector<uint32_t>
DmaPreviousAggregations(size_t devices, const DmaTaskSchedule& schedule)
{
    std::vector<uint32_t> last(devices, 0);
    std::vector<uint32_t> previous(schedule.size());
    for (size_t n = 1; n <= schedule.size(); ++n)
    {
        auto& at = last[schedule[n - 1].device];
        previous[n - 1] = at;
        at = static_cast<uint32_t>(n);
    }
    return previous;
}

} // namespace fl
} // namespace ns3
