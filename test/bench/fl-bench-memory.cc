/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-memory.h"

#include "fl-bench-child.h"
#include "fl-bench-links.h"

#include "ns3/config.h"
#include "ns3/fl-error.h"
#include "ns3/fl-federation-helper.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/inet-socket-address.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 33)
#define FL_BENCH_HAVE_MALLINFO2
#include <malloc.h>
#endif
#endif

namespace ns3
{
namespace fl
{

double
HeapBytes()
{
#ifdef FL_BENCH_HAVE_MALLINFO2
    const auto info = mallinfo2();
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
#else
    return 0;
#endif
}

namespace
{

using nlohmann::json;

constexpr uint16_t PORT = 9000;
constexpr uint32_t SAMPLES = 60;   //!< per client
constexpr uint32_t PER_ROUND = 10; //!< clients that take part, the others being idle
constexpr uint32_t ROUNDS = 2;

/// Connected TCP sockets, and nothing else.
class PlainSockets
{
  public:
    /// @param star where
    explicit PlainSockets(const BenchStar& star)
    {
        m_listener = Socket::CreateSocket(star.server.Get(0), TcpSocketFactory::GetTypeId());
        m_listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        m_listener->Listen();
        m_listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                      MakeCallback(&PlainSockets::Accept, this));
        for (uint32_t i = 0; i < star.clients.GetN(); ++i)
        {
            const auto client = star.clients.Get(i);
            Simulator::ScheduleWithContext(client->GetId(),
                                           Seconds(0),
                                           &PlainSockets::Connect,
                                           this,
                                           client,
                                           star.atServer[i]);
        }
    }

    /// @return connections that stand
    size_t GetNAccepted() const
    {
        return m_accepted.size();
    }

  private:
    void Connect(Ptr<Node> client, Ipv4Address server)
    {
        const auto socket = Socket::CreateSocket(client, TcpSocketFactory::GetTypeId());
        socket->Bind();
        socket->Connect(InetSocketAddress(server, PORT));
        m_connected.push_back(socket);
    }

    void Accept(Ptr<Socket> socket, const Address& /* peer */)
    {
        m_accepted.push_back(socket);
    }

    Ptr<Socket> m_listener;               //!< the server's
    std::vector<Ptr<Socket>> m_connected; //!< the clients'
    std::vector<Ptr<Socket>> m_accepted;  //!< the server's ends
};

/// A star whose clients are connected, and do nothing.
json
RunPlain(BenchLink link, uint32_t clients)
{
    const double before = HeapBytes();
    const BenchStar star = MakeBenchStar(link, clients);
    const PlainSockets sockets(star);
    Simulator::Run();
    if (sockets.GetNAccepted() != clients)
    {
        throw std::runtime_error(
            Describe(sockets.GetNAccepted(), " of ", clients, " clients are connected"));
    }
    return {{"heap_bytes", HeapBytes() - before}};
}

/// A star whose clients learn, few at a time.
json
RunFederation(BenchLink link, uint32_t clients)
{
    Config::SetDefault("ns3::fl::Optimizer::DevicesPerRound",
                       UintegerValue(std::min(PER_ROUND, clients)));
    // The model and one client's data; indices of samples count as ours.
    auto task = std::make_shared<LearningTask>();
    task->train = std::make_shared<const Dataset>(MakeSyntheticDigits(1, 0, SAMPLES, nullptr));
    task->model = MakeModel("softmax", task->train->Dimension(), task->train->Classes());
    task->pool = std::make_shared<ThreadPool>(0);
    std::vector<uint32_t> all(SAMPLES);
    std::iota(all.begin(), all.end(), 0);

    const double before = HeapBytes();
    const BenchStar star = MakeBenchStar(link, clients);
    FederationHelper helper(task);
    helper.SetRadioControl(star.radio);
    helper.SetCoordinatorAttribute("Rounds", UintegerValue(ROUNDS));
    auto federation = helper.Install(star.server.Get(0),
                                     InetSocketAddress(star.atServer[0], PORT),
                                     star.clients,
                                     std::vector<DeviceProfile>(clients),
                                     std::vector<std::vector<uint32_t>>(clients, all));
    for (uint32_t i = 0; i < clients; ++i)
    {
        federation.clients[i]->SetAttribute(
            "Remote",
            AddressValue(InetSocketAddress(star.atServer[i], PORT)));
    }
    federation.applications.Start(Seconds(0));
    Simulator::Run();
    if (federation.coordinator->GetModelVersion() != ROUNDS)
    {
        throw std::runtime_error("the rounds were not done");
    }
    return {{"heap_bytes", HeapBytes() - before}};
}

/// Memory per client of one kind of star.
struct PerClient
{
    double heapBytes; //!< in use at the end
    double peakBytes; //!< resident at most, the program included
};

template <typename Run>
PerClient
MeasurePerClient(Run run, BenchLink link, uint32_t clients)
{
    ChildUsage usage;
    const json figures = RunInChild([&] { return run(link, clients); }, &usage);
    return {figures["heap_bytes"].get<double>() / clients, usage.peakBytes / clients};
}

} // namespace

BenchRows
BenchMemory(const BenchOptions& bench)
{
    const uint32_t clients = bench.Pick(2000U, 50U);
    BenchRows rows;
    WorkProgress progress(4);
    for (const auto link : {BenchLink::POINT_TO_POINT, BenchLink::FDMA})
    {
        const char* name = link == BenchLink::FDMA ? "FDMA" : "point-to-point";
        progress.Begin(Describe("memory: ", clients, " connected sockets, ", name));
        const PerClient plain = MeasurePerClient(RunPlain, link, clients);
        progress.Add();
        progress.Begin(Describe("memory: ", clients, " clients, ", name));
        const PerClient ours = MeasurePerClient(RunFederation, link, clients);
        progress.Add();
        const double heap = ours.heapBytes - plain.heapBytes;
        const double peak = ours.peakBytes - plain.peakBytes;
        rows.push_back({Describe("memory per idle client, of ",
                                 clients,
                                 " with ",
                                 SAMPLES,
                                 " samples each, ",
                                 name),
                        Describe(Round(peak / 1e3),
                                 " kB at the peak, ",
                                 Round(heap / 1e3),
                                 " kB of heap at the end"),
                        "10 kB",
                        JudgeAtMost(std::max(heap, peak), 10e3),
                        Describe("node, stack and connected sockets alone: ",
                                 Round(plain.heapBytes / 1e3),
                                 " kB of heap")});
    }
    return rows;
}

} // namespace fl
} // namespace ns3
