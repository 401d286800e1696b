/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-curves.h"

#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-formula-rounds.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-processor.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-rate-model.h"
#include "ns3/fl-round-plan.h"
#include "ns3/fl-split-learner.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// What is drawn for a run; streams of one seed are independent.
enum Draw : uint64_t
{
    CHANNELS,
    CYCLES,
    LEARNING,
    DRAWS
};

/// Draw that training losses are taken on.
constexpr uint32_t LOSS_DRAW = 1;
/// Transmit power of the base station, as of fl-device-scheduling's packets: it reaches across this
/// noise as its devices do [W].
constexpr double STATION_W = 10;

/// @return the cell before the first round
/// @param split sizes and costs of a round
/// @param options cell and devices
/// @param run number of the run
SystemState
MakeCell(const SplitRound& split, const SplitCurveOptions& options, uint32_t run)
{
    const auto& scenario = options.scenario;
    SystemState state;
    RandomStream random(options.seed, DRAWS * run + CYCLES);
    for (uint32_t device = 0; device < scenario.devices; ++device)
    {
        DeviceProfile profile;
        profile.samples = split.batch;
        profile.cyclesPerSample = random.Uniform(scenario.minCycles, scenario.maxCycles);
        profile.minCpuHz = scenario.minCpuHz;
        profile.maxCpuHz = scenario.maxCpuHz;
        profile.effectiveCapacitance = scenario.capacitance;
        profile.maxTxPowerW = options.cell.txPowerW;
        state.profiles.push_back(profile);
    }
    CellState cell;
    cell.uplinkBandwidthHz = options.cell.bandwidthHz;
    cell.downlinkBandwidthHz = options.cell.bandwidthHz;
    cell.downlinkTxPowerW = STATION_W;
    cell.noiseWPerHz = options.cell.noiseWPerHz;
    state.cells.push_back(cell);
    DescribeSplit(split, state);
    return state;
}

/// @return the scheme's optimizer
/// @param curve scheme and limit
/// @param run number of the run
Ptr<Optimizer>
MakeScheduler(const SplitCurve& curve, uint32_t run)
{
    auto optimizer = CreateOptimizer(curve.scheme.optimizer);
    optimizer->SetAttribute("DelayLimitPerBit", DoubleValue(curve.limitS));
    optimizer->SetAttribute("Scheduled", UintegerValue(curve.scheme.scheduled));
    optimizer->AssignStreams(static_cast<int64_t>(run) + 1);
    return optimizer;
}

/// @return energy that the server's processor needs for an order [J]
/// @param order an order
double
ServerJ(const WorkOrder& order)
{
    static const double kappa = [] {
        DoubleValue value;
        CreateObject<Processor>()->GetAttribute("EffectiveCapacitance", value);
        return value.Get();
    }();
    double joule = 0;
    for (const auto& phase : order.phases)
    {
        const auto* work = std::get_if<Compute>(&phase);
        if (work && work->node == ComputeNode::SERVER)
        {
            joule += kappa * work->cycles * work->cpuHz * work->cpuHz;
        }
    }
    return joule;
}

/// @return a round without what learning has no use for
/// @param record of FormulaRounds
SplitPlannedRound
Shorten(const RoundRecord& record)
{
    SplitPlannedRound round;
    round.devices = FormulaRounds::MergedDevices(record);
    round.endS = record.endS;
    round.deviceJ = record.energyJ;
    for (const auto& work : record.ended)
    {
        round.serverJ += ServerJ(work.order);
        round.delayS = std::max(round.delayS, work.measured.uploadS);
        for (const auto& phase : work.order.phases)
        {
            if (const auto* transfer = std::get_if<Transfer>(&phase))
            {
                round.bits[static_cast<size_t>(transfer->kind)] += transfer->payloadBits;
            }
        }
    }
    return round;
}

/// A task, a run, and who takes part in each round: what learning is a function of.
struct LearningKey
{
    size_t task;                                //!< index
    uint32_t run;                               //!< number
    bool probed;                                //!< whether gradients are looked at
    std::vector<std::vector<uint32_t>> devices; //!< by round

    /// @return an order @param other another one
    bool operator<(const LearningKey& other) const
    {
        return std::tie(task, run, probed, devices) <
               std::tie(other.task, other.run, other.probed, other.devices);
    }
};

/// @return costs of the points of a course, and the course of what was learned
/// @param learned points of rounds with the same devices
/// @param rounds what they cost
SplitRun
WithCosts(SplitRun learned, const std::vector<SplitPlannedRound>& rounds)
{
    SplitPoint sum;
    double selected = 0;
    size_t next = 0;
    for (auto& point : learned.points)
    {
        for (; next < point.round; ++next)
        {
            const auto& round = rounds[next];
            sum.timeS = round.endS;
            sum.deviceJ += round.deviceJ;
            sum.serverJ += round.serverJ;
            selected += static_cast<double>(round.devices.size());
            std::transform(round.bits.begin(),
                           round.bits.end(),
                           sum.bits.begin(),
                           sum.bits.begin(),
                           std::plus<>());
        }
        point.timeS = sum.timeS;
        point.deviceJ = sum.deviceJ;
        point.serverJ = sum.serverJ;
        point.bits = sum.bits;
        point.devices = point.round > 0 ? selected / point.round : 0;
    }
    for (const auto& round : rounds)
    {
        learned.selected.push_back(static_cast<uint32_t>(round.devices.size()));
    }
    return learned;
}

/// @return an evaluation of where learning is
/// @param learner encoder and heads after the round
/// @param task has held-out data
/// @param options how
/// @param round the last one
SplitPoint
Evaluated(const SplitLearner& learner,
          const SplitCase& task,
          const SplitCurveOptions& options,
          uint32_t round)
{
    SplitPoint point;
    point.round = round;
    point.trainingLoss = learner.TrainingLoss(options.lossSamples, LOSS_DRAW);
    Sample accuracy;
    Sample loss;
    const auto evaluations = learner.Evaluate(*task.test);
    for (uint32_t device = 0; device < evaluations.size(); ++device)
    {
        if (task.IsEvaluated(device))
        {
            accuracy.Add(evaluations[device].accuracy);
            loss.Add(evaluations[device].loss);
        }
    }
    point.testLoss = loss.Mean();
    point.accuracy = accuracy.Mean();
    point.spread = accuracy.StandardDeviation();
    return point;
}

/// @return work of one run in samples: those that are trained on count three times, forward and
/// backward
/// @param task the task
/// @param devices by round
/// @param options how
double
EffortOf(const SplitCase& task,
         const std::vector<std::vector<uint32_t>>& devices,
         const SplitCurveOptions& options)
{
    double effort = 0;
    for (const auto& round : devices)
    {
        effort += 3.0 * static_cast<double>(round.size()) * task.model->batch;
    }
    const double evaluations =
        1 + std::ceil(static_cast<double>(devices.size()) / options.evaluateEvery);
    return effort + evaluations * (task.test->Size() + static_cast<double>(options.lossSamples) *
                                                           options.scenario.devices);
}

} // namespace

const std::vector<SplitScheme>&
SplitSchemes()
{
    static const std::vector<SplitScheme> schemes{{"exact", "schedule", 0},
                                                  {"Algorithm 1", "schedule-paper", 0},
                                                  {"GS", "schedule-greedy", 0},
                                                  {"AABA", "schedule-aaba", 0},
                                                  {ALL_IN, "schedule-all", 0}};
    return schemes;
}

std::vector<SplitScheme>
SplitRandomSchemes(uint32_t devices)
{
    std::vector<SplitScheme> schemes;
    for (const uint32_t n : {1U, 5U, 10U, 20U})
    {
        if (n <= devices)
        {
            schemes.push_back({Describe("N = ", n), "schedule-random", n});
        }
    }
    return schemes;
}

Sample
SplitResult::At(size_t point, double SplitPoint::* field) const
{
    Sample sample;
    for (const auto& run : runs)
    {
        sample.Add(run.points.at(point).*field);
    }
    return sample;
}

Sample
SplitResult::Last(double SplitPoint::* field) const
{
    return At(runs.front().points.size() - 1, field);
}

std::vector<SplitPlannedRound>
PlanSplitRounds(const SplitCurve& curve,
                const SplitRound& split,
                const SplitCurveOptions& options,
                uint32_t run)
{
    ScheduleChannels channels(options.cell, RandomStream(options.seed, DRAWS * run + CHANNELS));
    FormulaRounds rounds(MakeScheduler(curve, run),
                         MakeCell(split, options, run),
                         std::make_shared<ShannonRateModel>());
    std::vector<SplitPlannedRound> planned;
    for (uint32_t round = 0; round < options.scenario.rounds; ++round)
    {
        auto gains = channels.Next();
        for (auto& gain : gains)
        {
            gain *= options.cell.noiseWPerHz / options.cell.txPowerW;
        }
        planned.push_back(Shorten(rounds.Next(gains)));
    }
    return planned;
}

SplitRun
LearnSplit(const SplitCase& task,
           const std::vector<SplitPlannedRound>& rounds,
           const SplitCurveOptions& options,
           uint32_t run,
           const std::function<void(double)>& done)
{
    const uint64_t seed = RandomStream(options.seed, DRAWS * run + LEARNING).Next();
    auto parts = task.Parts(options.scenario, seed);
    const auto train = task.LabelledTrain(parts);
    SplitLearner learner(task.model, *train, std::move(parts), seed);
    const auto nRounds = static_cast<uint32_t>(rounds.size());
    const uint32_t probeEvery =
        options.probes > 0 ? std::max(1U, nRounds / options.probes) : nRounds + 1;
    SplitProber prober(options.lossSamples, task.model->batch);
    SplitRun result;
    result.points.push_back(Evaluated(learner, task, options, 0));
    const double evaluated =
        task.test->Size() + static_cast<double>(options.lossSamples) * options.scenario.devices;
    const auto tell = [&done](double samples) {
        if (done)
        {
            done(samples);
        }
    };
    tell(evaluated);
    for (uint32_t round = 1; round <= nRounds; ++round)
    {
        if (options.probes > 0 && (round - 1) % probeEvery == 0)
        {
            result.probes.push_back(prober.Look(learner, round - 1));
        }
        const auto& devices = rounds[round - 1].devices;
        learner.Learn(round, devices);
        tell(3.0 * static_cast<double>(devices.size()) * task.model->batch);
        if (round % options.evaluateEvery == 0 || round == nRounds)
        {
            result.points.push_back(Evaluated(learner, task, options, round));
            tell(evaluated);
        }
    }
    return result;
}

std::vector<SplitResult>
MakeSplitCurves(const std::vector<SplitCurve>& curves,
                const std::vector<SplitCase>& tasks,
                const SplitCurveOptions& options,
                ThreadPool& pool)
{
    // Optimizers are ns-3 objects: on this thread.
    const uint32_t runs = options.scenario.runs;
    std::vector<std::vector<std::vector<SplitPlannedRound>>> plans(curves.size());
    std::map<LearningKey, SplitRun> learned;
    WorkProgress planning(static_cast<double>(curves.size()) * runs);
    planning.Begin(Describe("plans of ", curves.size(), " curves"));
    const auto keyOf = [&](size_t curve, uint32_t run) {
        LearningKey key{curves[curve].task,
                        run,
                        options.probes > 0 && curves[curve].scheme.name == ALL_IN,
                        {}};
        for (const auto& round : plans[curve][run])
        {
            key.devices.push_back(round.devices);
        }
        return key;
    };
    double effort = 0;
    for (size_t i = 0; i < curves.size(); ++i)
    {
        for (uint32_t run = 0; run < runs; ++run)
        {
            plans[i].push_back(
                PlanSplitRounds(curves[i], tasks.at(curves[i].task).round, options, run));
            const auto key = keyOf(i, run);
            effort += learned.emplace(key, SplitRun()).second
                          ? EffortOf(tasks[key.task], key.devices, options)
                          : 0;
            planning.Add();
        }
    }
    WorkProgress progress(effort);
    progress.Begin(Describe("learning of ", curves.size(), " curves"));
    std::vector<std::pair<const LearningKey, SplitRun>*> work;
    for (auto& entry : learned)
    {
        work.push_back(&entry);
    }
    pool.ParallelFor(work.size(), [&](size_t i) {
        const auto& key = work[i]->first;
        std::vector<SplitPlannedRound> rounds(key.devices.size());
        for (size_t round = 0; round < rounds.size(); ++round)
        {
            rounds[round].devices = key.devices[round];
        }
        auto how = options;
        how.probes = key.probed ? options.probes : 0;
        work[i]->second = LearnSplit(tasks[key.task], rounds, how, key.run, [&](double samples) {
            progress.Add(samples);
        });
    });
    std::vector<SplitResult> results;
    for (size_t i = 0; i < curves.size(); ++i)
    {
        SplitResult result{curves[i], tasks[curves[i].task].name, {}};
        for (uint32_t run = 0; run < runs; ++run)
        {
            result.runs.push_back(WithCosts(learned.at(keyOf(i, run)), plans[i][run]));
        }
        results.push_back(std::move(result));
    }
    return results;
}

std::vector<SplitPoint>::const_iterator
FirstWithGain(const SplitRun& run, double gain)
{
    const double target = run.points.front().accuracy + gain;
    return std::find_if(run.points.begin(), run.points.end(), [target](const SplitPoint& point) {
        return point.accuracy >= target;
    });
}

} // namespace fl
} // namespace ns3
