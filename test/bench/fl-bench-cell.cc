/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-cell.h"

#include "fl-bench-child.h"
#include "fl-bench-traffic.h"

#include "ns3/config.h"
#include "ns3/fl-aggregator.h"
#include "ns3/fl-async-coordinator.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-progress.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <array>
#include <stdexcept>
#include <string>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

/// Takes the time of a run's rounds.
class RoundWatch
{
  public:
    /// @param coordinator whose rounds
    explicit RoundWatch(Ptr<Coordinator> coordinator)
    {
        coordinator->TraceConnectWithoutContext("RoundBegin",
                                                MakeCallback(&RoundWatch::Begin, this));
        coordinator->TraceConnectWithoutContext("RoundEnd", MakeCallback(&RoundWatch::End, this));
    }

    /// @return what was seen
    json GetFigures() const
    {
        return {{"join_s", m_beginS},
                {"rounds_s", m_endS - m_beginS},
                {"rounds_cpu_s", m_endCpuS - m_beginCpuS},
                {"rounds", m_rounds},
                {"updates", m_updates},
                {"accuracy", m_accuracy},
                {"simulated_s", m_simulatedS}};
    }

  private:
    void Begin(const SystemState&, const Plan&, const Outcome&)
    {
        if (m_beginS < 0)
        {
            m_beginS = m_watch.WallS();
            m_beginCpuS = m_watch.CpuS();
        }
    }

    void End(const RoundRecord& round)
    {
        m_endS = m_watch.WallS();
        m_endCpuS = m_watch.CpuS();
        m_rounds = round.round;
        m_updates += round.received;
        m_accuracy = round.accuracy;
        m_simulatedS = round.endS;
    }

    Stopwatch m_watch;      //!< since the simulation began
    double m_beginS{-1};    //!< the first round began, all clients having joined [s]
    double m_endS{0};       //!< the last round ended [s]
    double m_beginCpuS{0};  //!< processor time then [s]
    double m_endCpuS{0};    //!< processor time then [s]
    uint32_t m_rounds{0};   //!< that are over
    uint64_t m_updates{0};  //!< merged
    double m_accuracy{0};   //!< after the last round; NaN where nothing is learned
    double m_simulatedS{0}; //!< clock of the simulation at the end
};

/**
 * Build a cell as the examples do, and run it.
 * @param options of the run
 * @param devicesPerRound how many take part; 0: all
 * @return figures
 */
json
RunCell(const Options& options, uint32_t devicesPerRound)
{
    Config::SetDefault("ns3::fl::Optimizer::DevicesPerRound", UintegerValue(devicesPerRound));
    const Stopwatch dataWatch;
    const LearningData data = LoadData(options);
    const double loadS = dataWatch.WallS();
    const Stopwatch cellWatch;
    CellRun cell(options, data);
    const double cellS = cellWatch.WallS();
    const RoundWatch watch(cell.GetFederation().coordinator);
    Simulator::Run();
    json figures = watch.GetFigures();
    if (const auto async = DynamicCast<AsyncCoordinator>(cell.GetFederation().coordinator))
    {
        figures["versions"] = async->GetMaxVersionsInUse();
    }
    figures["data_s"] = loadS;
    figures["cell_s"] = cellS;
    return figures;
}

/// The same learning in a loop on one thread: no network, no clock, no devices.
json
LearnWithoutNetwork(const Options& options, uint32_t devicesPerRound)
{
    const LearningData data = LoadData(options);
    const auto task = BuildTask(options, data, 1);
    const auto parts = BuildParts(options, *task, 1);
    const Stopwatch watch;
    Eigen::VectorXf parameters = task->model->InitialParameters(1);
    FedAvg aggregator;
    double accuracy = 0;
    for (uint32_t round = 0; round < options.rounds; ++round)
    {
        aggregator.Begin(task->model->ParameterCount());
        for (uint32_t i = 0; i < devicesPerRound; ++i)
        {
            const uint32_t device = (round * devicesPerRound + i) % options.devices;
            const TrainingResult result = Train(*task->model,
                                                parameters,
                                                *task->train,
                                                parts[device],
                                                0,
                                                task->trainer,
                                                round);
            aggregator.Add(
                {result.parameters, static_cast<double>(parts[device].size()), 0, device});
        }
        aggregator.Finish(parameters);
        accuracy = Evaluate(*task->model, parameters, *task->test).accuracy;
    }
    return {{"round_s", watch.WallS() / options.rounds},
            {"accuracy", accuracy},
            {"parameters", task->model->ParameterCount()}};
}

/// @return seconds per round
double
RoundS(const json& figures, const char* clock = "rounds_s")
{
    return figures[clock].get<double>() / figures["rounds"].get<double>();
}

/// @throws std::runtime_error if not all work was done, since then there is nothing to compare
void
RequireUpdates(const json& figures, uint64_t expected)
{
    if (figures["updates"] != expected)
    {
        throw std::runtime_error(
            Describe(figures["updates"], " updates came: ", expected, " were to come"));
    }
}

/// @return a setting for the benchmark of scale
Options
ScaleOptions(uint32_t devices, const std::string& transport, uint32_t rounds)
{
    Options options;
    options.optimizer = "equal";
    options.devices = devices;
    options.rounds = rounds;
    options.payloadBits = 28100;
    options.transport = transport;
    options.threads = 1;
    return options;
}

/// @return the bytes of such a run, by ns-3's UDP alone
BenchTraffic
ScaleTraffic(uint32_t devices, uint32_t rounds)
{
    return {devices, rounds, 28100 / 8, false, 1400};
}

} // namespace

namespace
{

/// Devices in a round of the benchmark of rounds.
constexpr uint32_t PER_ROUND = 10;

/// @return the setting of the benchmark of rounds
Options
RoundOptions(const BenchOptions& bench)
{
    Options options;
    options.optimizer = "equal";
    options.devices = bench.Pick(1000U, 50U);
    options.rounds = bench.Pick(100U, 3U);
    options.trainSamples = 60 * options.devices;
    options.testSamples = bench.Pick(10000U, 500U);
    options.localIterations = 1;
    options.batch = 10;
    options.lr = 0.03;
    return options;
}

/// What was measured of rounds, run by run.
struct RoundSeries
{
    /// By the number of training threads: none is all on one, one is one beside the simulation's
    /// [s].
    std::array<std::vector<double>, 3> wallS;
    std::vector<double> cpuS;     //!< of these runs [s]
    std::vector<double> aloneS;   //!< the learning without a network [s]
    std::vector<double> trafficS; //!< the bytes without learning [s]
    json last;                    //!< figures of the last run
    json alone;                   //!< of the last one without a network
};

/// Measure rounds.
RoundSeries
MeasureRounds(Options options, uint32_t repeats)
{
    RoundSeries series;
    auto& [wallS, cpuS, aloneS, trafficS, last, alone] = series;
    WorkProgress progress(repeats * (wallS.size() + 2));
    for (uint32_t repeat = 0; repeat < repeats; ++repeat)
    {
        // In turns, so that all see the same machine.
        for (options.threads = 0; options.threads < wallS.size(); ++options.threads)
        {
            progress.Begin(Describe("rounds: ", options.threads, " threads, run ", repeat + 1));
            last = RunInChild([&] { return RunCell(options, PER_ROUND); });
            RequireUpdates(last, PER_ROUND * options.rounds);
            wallS[options.threads].push_back(RoundS(last));
            cpuS.push_back(RoundS(last, "rounds_cpu_s"));
            progress.Add();
        }
        options.threads = 0;
        progress.Begin(Describe("rounds: without a network, run ", repeat + 1));
        alone = RunInChild([&] { return LearnWithoutNetwork(options, PER_ROUND); });
        aloneS.push_back(alone["round_s"]);
        progress.Add();
        progress.Begin(Describe("rounds: the bytes alone, run ", repeat + 1));
        const auto bytes =
            static_cast<uint32_t>(EncodedBytes(Encoding::FLOAT32, alone["parameters"]));
        const json traffic = RunInChild(
            [&] { return RunTrafficAlone({PER_ROUND, options.rounds, bytes, true, 1400}); });
        trafficS.push_back(RoundS(traffic));
        progress.Add();
    }
    return series;
}

} // namespace

BenchRows
BenchRounds(const BenchOptions& bench)
{
    const Options options = RoundOptions(bench);
    const auto series = MeasureRounds(options, bench.Pick(5U, 1U));
    const auto& [wallS, cpuS, aloneS, trafficS, last, alone] = series;
    const double none = Median(wallS[0]);
    const double one = Median(wallS[1]);
    const double two = Median(wallS[2]);
    const double floor = Median(aloneS) + Median(trafficS);
    const std::string what = Describe("a round of softmax regression: ",
                                      PER_ROUND,
                                      " of ",
                                      options.devices,
                                      " clients, 60 samples each, FDMA, TCP, evaluation on ",
                                      options.testSamples,
                                      "; all on one thread");
    return {{what,
             Describe(Round(none), " s (processor time ", Round(Median(cpuS)), " s)"),
             "0.012 s",
             JudgeAtMost(none, 0.012),
             Describe("the same learning without a network: ",
                      Round(Median(aloneS)),
                      " s; FLUTE, without one: 2.0 s on CPU, 0.86 s on 4 GPUs (published)")},
            {"learning and ns-3's TCP alone, one after the other on one thread",
             Describe(Round(floor), " s: we take ", Round(none / floor), " times as long"),
             "",
             "",
             Describe("as many bytes between ",
                      PER_ROUND,
                      " devices and a node by ns-3's TCP alone: ",
                      Round(Median(trafficS)),
                      " s")},
            {"the same, --threads=1: one that trains, beside the simulation's",
             Round(one) + " s",
             "0.012 s",
             JudgeAtMost(one, 0.012),
             Describe("speed-up over all on one: ", Round(none / one))},
            {"the same, --threads=2",
             Round(two) + " s",
             "0.012 s",
             JudgeAtMost(two, 0.012),
             Describe("speed-up over --threads=1: ", Round(one / two))},
            {"its set-up: data from the cache, cell, clients' joining",
             Describe(Round(last["data_s"]),
                      " + ",
                      Round(last["cell_s"]),
                      " + ",
                      Round(last["join_s"]),
                      " s"),
             "",
             "",
             ""},
            {Describe("accuracy after ", options.rounds, " rounds"),
             Describe(Round(100 * last["accuracy"].get<double>()), " %"),
             "",
             "",
             Describe("without a network: ", Round(100 * alone["accuracy"].get<double>()), " %")}};
}

namespace
{

/// As many devices as were tried, beside their bytes alone.
BenchRows
BenchMostDevices(const BenchOptions& bench, WorkProgress& progress)
{
    const Options options = ScaleOptions(bench.Pick(100000U, 400U), "datagram", bench.Pick(3U, 1U));
    progress.Begin(Describe("scale: ", options.devices, " devices, datagrams"));
    ChildUsage usage;
    const json figures = RunInChild([&] { return RunCell(options, 0); }, &usage);
    progress.Add();
    progress.Begin(Describe("scale: ", options.devices, " devices, their bytes alone"));
    ChildUsage aloneUsage;
    RunInChild([&] { return RunTrafficAlone(ScaleTraffic(options.devices, options.rounds)); },
               &aloneUsage);
    progress.Add();
    return {{Describe(options.devices,
                      " devices, all in each of ",
                      options.rounds,
                      " rounds, 28.1 kbit each way, FDMA, datagrams"),
             Describe(Round(usage.wallS),
                      " s; ",
                      figures["updates"].get<uint64_t>(),
                      " of ",
                      static_cast<uint64_t>(options.devices) * options.rounds,
                      " updates merged; ",
                      Round(figures["simulated_s"]),
                      " s simulated"),
             "60 s",
             JudgeAtMost(usage.wallS, 60),
             Describe("these bytes by ns-3's UDP alone, nothing acknowledged: ",
                      Round(aloneUsage.wallS),
                      " s")},
            {"its peak memory",
             Round(usage.peakBytes / 1e9) + " GB",
             "2 GB",
             JudgeAtMost(usage.peakBytes, 2e9),
             Describe("these bytes alone: ", Round(aloneUsage.peakBytes / 1e9), " GB")}};
}

} // namespace

BenchRows
BenchScale(const BenchOptions& bench)
{
    const uint32_t devices = bench.Pick(10000U, 200U);
    const Options options = ScaleOptions(devices, "datagram", bench.Pick(10U, 2U));
    const Options tcp = ScaleOptions(devices, "tcp", 1);
    WorkProgress progress(4);
    progress.Begin(Describe("scale: ", options.devices, " devices, datagrams"));
    ChildUsage usage;
    const json figures = RunInChild([&] { return RunCell(options, 0); }, &usage);
    progress.Add();
    progress.Begin(Describe("scale: ", tcp.devices, " devices, TCP"));
    RequireUpdates(figures, static_cast<uint64_t>(options.devices) * options.rounds);
    ChildUsage tcpUsage;
    const json tcpFigures = RunInChild([&] { return RunCell(tcp, 0); }, &tcpUsage);
    progress.Add();
    RequireUpdates(tcpFigures, static_cast<uint64_t>(tcp.devices) * tcp.rounds);
    const BenchRows most = BenchMostDevices(bench, progress);

    const auto setUpS = [](const json& f) {
        return f["cell_s"].get<double>() + f["join_s"].get<double>();
    };
    const std::string what = Describe(options.devices,
                                      " devices, all in each of ",
                                      options.rounds,
                                      " rounds, 28.1 kbit each way, FDMA, datagrams");
    BenchRows rows{{what,
                    Describe(Round(usage.wallS),
                             " s, of which set-up and joining ",
                             Round(setUpS(figures)),
                             " s; ",
                             Round(figures["simulated_s"]),
                             " s simulated"),
                    "60 s",
                    JudgeAtMost(usage.wallS, 60),
                    Describe("TCP: set-up and joining ",
                             Round(setUpS(tcpFigures)),
                             " s, then ",
                             Round(RoundS(tcpFigures)),
                             " s per round (",
                             tcp.rounds,
                             " run) against ",
                             Round(RoundS(figures)),
                             " s")},
                   {"its peak memory",
                    Round(usage.peakBytes / 1e9) + " GB",
                    "1.5 GB",
                    JudgeAtMost(usage.peakBytes, 1.5e9),
                    Describe("TCP: ", Round(tcpUsage.peakBytes / 1e9), " GB")}};
    rows.insert(rows.end(), most.begin(), most.end());
    return rows;
}

namespace
{

/// @return processor time of the bytes of a device and round, by ns-3's UDP alone [s]
double
TrafficS(uint32_t devices, uint32_t rounds, WorkProgress& progress)
{
    progress.Begin(Describe("async: ", devices, " devices, their bytes alone"));
    const json alone = RunInChild([&] { return RunTrafficAlone(ScaleTraffic(devices, rounds)); });
    progress.Add();
    return RoundS(alone, "rounds_cpu_s") / devices;
}

} // namespace

BenchRows
BenchAsync(const BenchOptions& bench)
{
    const auto asynchronous = [&](uint32_t devices, uint32_t aggregations) {
        Options options = ScaleOptions(devices, "datagram", aggregations);
        options.coordinator = "async";
        return options;
    };
    const uint32_t many = bench.Pick(10000U, 200U);
    const uint32_t few = many / 10;
    const std::array<Options, 4> all{ScaleOptions(many, "datagram", 3),
                                     asynchronous(many, 3 * many),
                                     asynchronous(few, 30 * few),
                                     asynchronous(many, 6 * many)};
    std::array<json, 4> figures;
    std::array<ChildUsage, 4> usage;
    WorkProgress progress(all.size() + 2);
    for (size_t i = 0; i < all.size(); ++i)
    {
        progress.Begin(Describe("async: ", all[i].devices, " devices, ", all[i].coordinator));
        figures[i] = RunInChild([&] { return RunCell(all[i], 0); }, &usage[i]);
        progress.Add();
    }
    const auto perUpdateS = [&](size_t i) {
        return figures[i]["rounds_cpu_s"].get<double>() / figures[i]["updates"].get<double>();
    };
    const double manyAloneS = TrafficS(many, 3, progress);
    const double fewAloneS = TrafficS(few, 30, progress);
    const double speed = perUpdateS(0) / perUpdateS(1);
    const double growth = perUpdateS(1) / perUpdateS(2);
    const double memory =
        static_cast<double>(usage[1].peakBytes) / static_cast<double>(usage[0].peakBytes);
    const double longer =
        static_cast<double>(usage[3].peakBytes) / static_cast<double>(usage[1].peakBytes);
    return {{Describe("updates of ", many, " devices, asynchronous, 28.1 kbit, datagrams, FDMA"),
             Describe(Round(1 / perUpdateS(1)), " per second of processor time"),
             "0.5 times synchronous",
             JudgeAtLeast(speed, 0.5),
             Describe("synchronous rounds: ", Round(1 / perUpdateS(0)), " per second")},
            {Describe("cost of an update at ", many, " devices, against ", few),
             Describe(Round(growth), " times"),
             "1.3 times",
             JudgeAtMost(growth, 1.3),
             Describe(Round(1e6 * perUpdateS(1)),
                      " and ",
                      Round(1e6 * perUpdateS(2)),
                      " us; these bytes by ns-3's UDP alone, in rounds: ",
                      Round(manyAloneS / fewAloneS),
                      " times, ",
                      Round(1e6 * manyAloneS),
                      " and ",
                      Round(1e6 * fewAloneS),
                      " us")},
            {"its peak memory, against synchronous rounds",
             Describe(Round(memory), " times"),
             "1.1 times",
             JudgeAtMost(memory, 1.1),
             Describe(Round(1e-6 * static_cast<double>(usage[1].peakBytes)),
                      " and ",
                      Round(1e-6 * static_cast<double>(usage[0].peakBytes)),
                      " MB")},
            {"its peak memory with twice as many aggregations",
             Describe(Round(longer), " times"),
             "1.02 times",
             JudgeAtMost(longer, 1.02),
             ""},
            {"versions of the model in use at once, at most",
             Describe(figures[1]["versions"].get<uint32_t>()),
             Describe(many, " (devices in flight)"),
             JudgeAtMost(figures[1]["versions"].get<double>(), many),
             ""}};
}

BenchRows
BenchCells(const BenchOptions& bench)
{
    Options options;
    options.optimizer = "offload-all";
    options.devices = 30;
    options.rounds = bench.Pick(50U, 2U);
    options.trainSamples = 60 * options.devices;
    options.testSamples = 500;
    options.localIterations = 1;
    options.fading = "rayleigh";
    std::vector<double> wallS[2];
    const uint32_t repeats = bench.Pick(5U, 1U);
    WorkProgress progress(2 * repeats);
    for (uint32_t repeat = 0; repeat < repeats; ++repeat)
    {
        // In turns, so that both see the same machine.
        for (const size_t several : {0, 1})
        {
            // As many devices offload, so that as many bytes are sent.
            options.cells = several ? 3 : 1;
            options.subChannels = several ? 5 : 15;
            progress.Begin(Describe("cells: ", options.cells, ", run ", repeat + 1));
            const json figures = RunInChild([&] { return RunCell(options, 0); });
            RequireUpdates(figures, static_cast<uint64_t>(options.devices) * options.rounds);
            wallS[several].push_back(RoundS(figures));
            progress.Add();
        }
    }
    const double ratio = Median(wallS[1]) / Median(wallS[0]);
    return {{"a round of 30 devices in 3 cells, 15 of them offloading, TCP, with interference",
             Describe(Round(Median(wallS[1])), " s: ", Round(ratio), " times that of one cell"),
             "1.3 times",
             JudgeAtMost(ratio, 1.3),
             Describe("one cell, as many offloading on 15 sub-channels: ",
                      Round(Median(wallS[0])),
                      " s")}};
}

} // namespace fl
} // namespace ns3
