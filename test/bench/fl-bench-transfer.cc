/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-transfer.h"

#include "fl-bench-child.h"
#include "fl-bench-links.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/config.h"
#include "ns3/fl-error.h"
#include "ns3/fl-federation-helper.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/inet-socket-address.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <map>
#include <stdexcept>
#include <string>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

constexpr uint16_t PORT = 9000;
constexpr uint32_t SEGMENT_BYTES = 1400; //!< as TcpTransport's default
constexpr uint32_t CLIENTS = 4;
constexpr const char* MODEL = "mlp:400"; //!< 318,010 parameters

/// What crosses the links.
enum class Traffic
{
    BULK,   //!< BulkSend to PacketSink
    STATED, //!< rounds with models of a stated size
    REAL    //!< rounds with models
};

/// How much of it.
struct Load
{
    uint32_t rounds{1}; //!< models down and up, per client
    uint64_t bytes{0};  //!< of a model [byte]

    /// @return in one direction, per client [byte]
    uint64_t Total() const
    {
        return rounds * bytes;
    }
};

/**
 * @return a model with one sample per client to train on, and of which one slice trains: this is
 *         about what it takes to carry it
 */
std::shared_ptr<LearningTask>
MakeRealTask()
{
    auto task = std::make_shared<LearningTask>();
    task->train = std::make_shared<const Dataset>(MakeSyntheticDigits(1, 0, CLIENTS, nullptr));
    task->model = MakeModel(MODEL, task->train->Dimension(), task->train->Classes());
    task->pool = std::make_shared<ThreadPool>(1);
    task->trainer.trainable = {task->model->Slices().back().name};
    return task;
}

/// @return one sample for each client
std::vector<std::vector<uint32_t>>
OneSampleEach()
{
    std::vector<std::vector<uint32_t>> parts;
    for (uint32_t i = 0; i < CLIENTS; ++i)
    {
        parts.push_back({i});
    }
    return parts;
}

/// Federated learning on a star.
Federation
InstallFederation(const BenchStar& star, const Load& load, bool real)
{
    std::shared_ptr<LearningTask> task = real ? MakeRealTask() : std::make_shared<LearningTask>();
    task->statedBytes = real ? 0 : load.bytes;
    FederationHelper helper(task);
    helper.SetRadioControl(star.radio);
    helper.SetCoordinatorAttribute("Rounds", UintegerValue(load.rounds));
    auto federation = helper.Install(star.server.Get(0),
                                     InetSocketAddress(star.atServer[0], PORT),
                                     star.clients,
                                     std::vector<DeviceProfile>(CLIENTS),
                                     real ? OneSampleEach() : std::vector<std::vector<uint32_t>>());
    for (uint32_t i = 0; i < CLIENTS; ++i)
    {
        federation.clients[i]->SetAttribute(
            "Remote",
            AddressValue(InetSocketAddress(star.atServer[i], PORT)));
    }
    federation.applications.Start(Seconds(0));
    return federation;
}

/// The grants that a cell has when all take part at equal shares.
void
ApplyGrants(const BenchStar& star)
{
    SystemState state;
    state.profiles.resize(CLIENTS);
    state.available.assign(CLIENTS, true);
    star.radio->Report(state);
    star.radio->Apply(CreateOptimizer("equal")->MakePlan(state));
}

/// As many bytes by ns-3's own applications: all down, then all up. Returns the sinks.
ApplicationContainer
InstallBulk(const BenchStar& star, const Load& load)
{
    if (star.radio)
    {
        ApplyGrants(star);
    }
    ApplicationContainer sinks;
    const auto send = [&](Ptr<Node> from, Ptr<Node> to, Ipv4Address address, uint16_t port) {
        const InetSocketAddress remote(address, port);
        sinks.Add(PacketSinkHelper("ns3::TcpSocketFactory",
                                   InetSocketAddress(Ipv4Address::GetAny(), port))
                      .Install(to));
        BulkSendHelper bulk("ns3::TcpSocketFactory", remote);
        bulk.SetAttribute("MaxBytes", UintegerValue(load.Total()));
        // Pieces that are segments already, or the socket would have to split and merge them.
        bulk.SetAttribute("SendSize", UintegerValue(SEGMENT_BYTES));
        return bulk.Install(from);
    };
    for (uint32_t i = 0; i < CLIENTS; ++i)
    {
        const auto server = star.server.Get(0);
        const auto client = star.clients.Get(i);
        send(server, client, star.atClients[i], PORT).Start(Seconds(0));
        // A simulated time by which what goes down is over; idle time costs nothing.
        send(client, server, star.atServer[i], PORT + 1 + i).Start(Seconds(10000));
    }
    return sinks;
}

/// @throws std::runtime_error if not all bytes arrived
void
RequireBytes(uint64_t arrived, uint64_t sent)
{
    if (arrived != sent)
    {
        throw std::runtime_error(Describe(arrived, " bytes arrived: ", sent, " were sent"));
    }
}

/// One transfer in one direction after the other, from begin to end of the simulation.
json
RunTransfer(BenchLink link, Traffic traffic, const Load& load)
{
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(SEGMENT_BYTES));
    const BenchStar star = MakeBenchStar(link, CLIENTS);
    ApplicationContainer sinks;
    Federation federation;
    uint64_t updates = 0;
    if (traffic == Traffic::BULK)
    {
        sinks = InstallBulk(star, load);
    }
    else
    {
        federation = InstallFederation(star, load, traffic == Traffic::REAL);
        federation.coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            Callback<void, const RoundRecord&>(
                [&updates](const RoundRecord& round) { updates += round.received; }));
    }
    const Stopwatch watch;
    Simulator::Run();
    const json figures{{"wall_s", watch.WallS()},
                       {"cpu_s", watch.CpuS()},
                       {"events", Simulator::GetEventCount()}};
    uint64_t arrived = 2 * updates * load.bytes;
    for (uint32_t i = 0; i < sinks.GetN(); ++i)
    {
        arrived += DynamicCast<PacketSink>(sinks.Get(i))->GetTotalRx();
    }
    RequireBytes(arrived, 2 * CLIENTS * load.Total());
    Simulator::Destroy();
    return figures;
}

/// What was measured of one kind of traffic, run by run.
struct Series
{
    std::vector<double> wallS; //!< [s]
    std::vector<double> cpuS;  //!< [s]
    double events{0};          //!< of the simulator

    /// Take a run in.
    void Add(const json& figures)
    {
        wallS.push_back(figures["wall_s"]);
        cpuS.push_back(figures["cpu_s"]);
        events = figures["events"];
    }
};

/// @return the median of what one run took over what its neighbour in time took
double
MedianRatio(const std::vector<double>& mine, const std::vector<double>& others)
{
    std::vector<double> ratios;
    for (size_t i = 0; i < mine.size(); ++i)
    {
        ratios.push_back(mine[i] / others[i]);
    }
    return Median(ratios);
}

BenchRow
MakeRow(const std::string& what, const Series& mine, const Series& bulk, double limit)
{
    const double ratio = MedianRatio(mine.wallS, bulk.wallS);
    return {what,
            Describe(Round(ratio), " times the wall clock"),
            Round(limit),
            JudgeAtMost(ratio, limit),
            Describe("BulkSend: ",
                     Round(Median(bulk.wallS)),
                     " s; ratio of processor time ",
                     Round(MedianRatio(mine.cpuS, bulk.cpuS)),
                     ", of events ",
                     Round(mine.events / bulk.events))};
}

} // namespace

BenchRows
BenchTransfer(const BenchOptions& bench)
{
    Load load;
    load.rounds = bench.Pick(8U, 1U);
    load.bytes = EncodedBytes(Encoding::FLOAT32, MakeModel(MODEL, 784, 10)->ParameterCount());
    const std::vector<Traffic> kinds{Traffic::BULK, Traffic::STATED, Traffic::REAL};
    const std::string size = Describe(Round(2e-6 * CLIENTS * load.Total()), " MB");
    const uint32_t repeats = bench.Pick(7U, 1U);
    BenchRows rows;
    WorkProgress progress(2.0 * repeats * kinds.size());
    for (const auto link : {BenchLink::POINT_TO_POINT, BenchLink::FDMA})
    {
        const char* name = link == BenchLink::FDMA ? "FDMA" : "point-to-point links";
        std::map<Traffic, Series> series;
        for (uint32_t repeat = 0; repeat < repeats; ++repeat)
        {
            // In turns, so that all see the same machine.
            for (const auto traffic : kinds)
            {
                progress.Begin(Describe("transfer: ",
                                        size,
                                        " over ",
                                        name,
                                        traffic == Traffic::BULK     ? ", BulkSend"
                                        : traffic == Traffic::STATED ? ", stated sizes"
                                                                     : ", real bytes",
                                        ", run ",
                                        repeat + 1));
                series[traffic].Add(RunInChild([&] { return RunTransfer(link, traffic, load); }));
                progress.Add();
            }
        }
        const std::string over = size + " over " + name;
        const auto& bulk = series[Traffic::BULK];
        rows.push_back(MakeRow(over + ", stated sizes", series[Traffic::STATED], bulk, 1.05));
        rows.push_back(MakeRow(over + ", real bytes", series[Traffic::REAL], bulk, 1.2));
    }
    return rows;
}

} // namespace fl
} // namespace ns3
