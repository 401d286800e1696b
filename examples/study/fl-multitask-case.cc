/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-case.h"

#include "ns3/fl-dma-methods.h"
#include "ns3/fl-drift.h"
#include "ns3/fl-error.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-rate-model.h"
#include "ns3/fl-trainer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Streams of a run's seed.
enum Stream : uint64_t
{
    PARTITION = 100, // and one for each task
    PLACES = 1,
    WORK = 2
};

/// @return the arrivals of new samples until the last version
/// @param setting how data grow
uint32_t
CountArrivals(const MultitaskSetting& setting)
{
    return (setting.aggregations - 1) / setting.growEvery;
}

/**
 * The rise of each device's mean loss when samples arrive, of a model that its first samples
 * trained.
 * @param setting how data grow
 * @param task the task
 * @param parts of the run
 * @param seed of training
 * @return by device [nat]; 0 where it falls
 */
std::vector<double>
MeasureArrivals(const MultitaskSetting& setting,
                const MultitaskTask& task,
                const MultitaskParts& parts,
                uint64_t seed)
{
    const auto devices = static_cast<uint32_t>(parts.parts.size());
    std::vector<double> drifts(devices, 0);
    if (CountArrivals(setting) == 0)
    {
        return drifts;
    }
    std::vector<uint32_t> first;
    for (uint32_t i = 0; i < devices; ++i)
    {
        const auto mine = parts.SamplesAt(setting, i, 0);
        first.insert(first.end(), mine.begin(), mine.end());
    }
    TrainerOptions options = task.task->trainer;
    options.localIterations = 50;
    options.proximalMu = 0;
    const auto& model = *task.task->model;
    const auto trained =
        Train(model, model.InitialParameters(seed), *task.task->train, first, 0, options, seed);
    for (uint32_t i = 0; i < devices; ++i)
    {
        const auto drift = MeasureDrift(model,
                                        trained.parameters,
                                        *task.task->train,
                                        parts.SamplesAt(setting, i, 0),
                                        parts.SamplesAt(setting, i, setting.growEvery),
                                        1,
                                        devices);
        drifts[i] = drift.clippedPerS;
    }
    return drifts;
}

/**
 * Where a device is, and its channel and processor.
 * @param setting Table II
 * @param random where chance comes from
 * @param [out] distanceM from the base station
 * @return device i of P, without tasks
 */
DmaDevice
DrawDevice(const MultitaskSetting& setting, RandomStream& random, double& distanceM)
{
    distanceM = std::max(setting.minDistanceM, setting.radiusM * std::sqrt(random.Uniform()));
    const double lossDb = setting.lossAt1mDb + 10 * setting.lossExponent * std::log10(distanceM);
    const auto gain = [&] {
        // |u|^2 of u ~ CN(0, 1) is exponential.
        return std::pow(10, -lossDb / 10) * -std::log1p(-random.Uniform());
    };
    DmaDevice device;
    device.txPowerW = setting.txPowerW;
    device.downlinkPowerW = setting.downlinkPowerW;
    device.uplinkBps =
        ShannonRateBps(setting.uplinkHz, setting.txPowerW, gain(), setting.noiseWPerHz);
    device.downlinkBps =
        ShannonRateBps(setting.downlinkHz, setting.downlinkPowerW, gain(), setting.noiseWPerHz);
    device.effectiveCapacitance = random.Uniform(setting.minCapacitance, setting.maxCapacitance);
    device.minCpuHz = setting.minCpuHz;
    device.maxCpuHz = setting.maxCpuHz;
    return device;
}

/**
 * Task j of P, without time limit.
 * @param setting Table II
 * @param task the task
 * @param parts of the run
 * @param rate learning rate
 * @return the task
 */
DmaTask
MakeTask(const MultitaskSetting& setting,
         const MultitaskTask& task,
         const MultitaskParts& parts,
         double rate)
{
    constexpr double UNLIMITED_S = 1e12;
    DmaTask made;
    made.aggregations = setting.aggregations;
    made.modelBits =
        setting.bitsPerParameter * static_cast<double>(task.task->model->ParameterCount());
    made.qoeS = UNLIMITED_S;
    made.mixingLow = setting.alpha * std::pow(1 + setting.stalenessLimit, -setting.stalenessFactor);
    made.mixingHigh = setting.alpha;
    made.stalenessLimit = setting.stalenessLimit;
    made.minIterations = setting.minIterations;
    made.maxIterations = setting.maxIterations;
    made.learningRate = {rate};
    made.smoothness = parts.constants.smoothness;
    made.dataVariability = parts.constants.dataVariability;
    made.lossDrop = parts.constants.lossDrop;
    return made;
}

/**
 * Set time limits and budgets, and with the times the drift in loss per second.
 * @param setting Table II
 * @param parts of the run, by task
 * @param [in,out] problem without time limits and budgets
 */
void
SetLimits(const MultitaskSetting& setting,
          const std::vector<MultitaskParts>& parts,
          DmaProblem& problem)
{
    const auto fedAsync = SolveDma("fedasync", problem);
    for (size_t j = 0; j < problem.tasks.size(); ++j)
    {
        const double lastS = fedAsync.allocation[j].back().arrivalS;
        problem.tasks[j].qoeS = setting.qoeFactor * lastS;
        const double stepS = lastS / setting.aggregations * setting.growEvery;
        for (size_t i = 0; i < problem.devices.size(); ++i)
        {
            auto& of = problem.devices[i].tasks[j];
            of.idleDrift = of.activeDrift = parts[j].driftPerStep[i] / stepS;
        }
    }
    const auto& spentJ = fedAsync.value.deviceEnergyJ;
    const double mostJ = *std::max_element(spentJ.begin(), spentJ.end());
    for (auto& device : problem.devices)
    {
        device.energyBudgetJ = setting.budgetFactor * mostJ;
    }
}

} // namespace

uint32_t
MultitaskParts::CountAt(const MultitaskSetting& setting, uint32_t device, uint32_t version) const
{
    const auto all = static_cast<uint32_t>(parts[device].size());
    const uint32_t arrivals = CountArrivals(setting);
    const uint32_t half = (all + 1) / 2;
    if (arrivals == 0)
    {
        return half;
    }
    const uint64_t come = std::min(version / setting.growEvery, arrivals);
    return half + static_cast<uint32_t>((all - half) * come / arrivals);
}

std::vector<uint32_t>
MultitaskParts::SamplesAt(const MultitaskSetting& setting, uint32_t device, uint32_t version) const
{
    const auto& all = parts[device];
    return {all.begin(), all.begin() + CountAt(setting, device, version)};
}

MultitaskParts
MakeMultitaskParts(const MultitaskSetting& setting, const MultitaskTask& task, uint64_t seed)
{
    MultitaskParts made;
    made.parts = Partitioner::FromText(setting.partition)
                     .Split(task.task->train->Labels(), setting.devices, seed);
    std::vector<std::vector<uint32_t>> first;
    for (uint32_t i = 0; i < setting.devices; ++i)
    {
        first.push_back(made.SamplesAt(setting, i, 0));
    }
    BoundConstantsOptions options;
    options.models = 4;
    options.samplePairs = 5;
    options.rho = setting.rho;
    options.seed = seed;
    made.constants = EstimateBoundConstants(*task.task->model, *task.task->train, first, options);
    made.driftPerStep = MeasureArrivals(setting, task, made, seed);
    return made;
}

MultitaskCase
MakeMultitaskCase(const MultitaskSetting& setting,
                  const std::vector<MultitaskTask>& tasks,
                  std::vector<MultitaskParts> parts,
                  const std::vector<double>& rates,
                  uint64_t seed)
{
    MultitaskCase made;
    made.seed = seed;
    auto& problem = made.problem;
    problem.weightModel = setting.weightModel;
    problem.weightDevice = setting.weightDevice;
    problem.weightStation = setting.weightStation;
    problem.rho = setting.rho;
    problem.v1 = setting.v1;
    problem.v2 = setting.v2;
    RandomStream places(seed, PLACES);
    RandomStream work(seed, WORK);
    for (uint32_t i = 0; i < setting.devices; ++i)
    {
        double distanceM = 0;
        auto device = DrawDevice(setting, places, distanceM);
        for (const auto& of : parts)
        {
            DmaDeviceTask task;
            task.cyclesPerSample = work.Uniform(setting.minCycles, setting.maxCycles);
            task.samples = of.CountAt(setting, i, 0);
            task.dissimilarity = of.constants.devices[i].dissimilarity;
            task.sampleVariance = of.constants.devices[i].sampleVariance;
            device.tasks.push_back(task);
        }
        problem.devices.push_back(std::move(device));
        made.distanceM.push_back(distanceM);
    }
    for (size_t j = 0; j < tasks.size(); ++j)
    {
        problem.tasks.push_back(MakeTask(setting, tasks[j], parts[j], rates[j]));
    }
    SetLimits(setting, parts, problem);
    problem.minUploads = setting.minUploads;
    made.tasks = std::move(parts);
    return made;
}

} // namespace fl
} // namespace ns3
