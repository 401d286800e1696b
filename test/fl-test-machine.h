/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_MACHINE_H
#define FL_TEST_MACHINE_H

#include "ns3/data-rate.h"
#include "ns3/fl-bytes.h"
#include "ns3/fl-client.h"
#include "ns3/fl-datagram-transport.h"
#include "ns3/fl-error.h"
#include "ns3/fl-fdma-helper.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-processor-helper.h"
#include "ns3/fl-server.h"
#include "ns3/fl-work-job.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/pointer.h"
#include "ns3/simple-net-device-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <map>

/**
 * @file
 * @ingroup fl
 * A device and servers, for tests of orders as programs. Links of 1 Mbit/s and 10 ms, datagrams, so
 * that all times are known: a message of B bytes that fits into a datagram is there
 * 8 us (B + 42) + 10 ms after it is sent, with 14 bytes of a datagram's header and 28 of UDP's and
 * IP's.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// Each event's time is a whole number of ns; a chain of some ten of them is compared.
constexpr double TOL_S = 20e-9;
/// When orders are sent [s]: all have said HELLO.
constexpr double SEND_S = 1;
/// Of a link [s].
constexpr double DELAY_S = 0.01;
/// Size of models and updates [byte].
constexpr double MODEL_BYTES = 1000;
/// An order's fixed part, and its phases' [byte].
constexpr double ORDER_BYTES = 40 + 38;
constexpr double TRANSFER_BYTES = 14;    ///< without a grant
constexpr double COMPUTE_BYTES = 17;     ///< of a computation
constexpr double IDLE_BYTES = 9;         ///< of a pause
constexpr double REPORT_BYTES = 40 + 68; ///< of a header and a report
constexpr double MESSAGE_BYTES = 40;     ///< of a message
/// Where servers listen.
constexpr uint16_t PORT = 9000;

/// @return how long a message occupies the link [s]
/// @param bytes of the message, header included
/// @param datagrams that it takes
inline double
AirS(double bytes, double datagrams = 1)
{
    return 8e-6 * (bytes + 42 * datagrams);
}

/// Sends given orders to device 0, and writes down what comes of them.
class TinyCoordinator : public Coordinator
{
  public:
    std::vector<WorkOrder> orders;            //!< to be sent at SEND_S
    std::map<uint32_t, WorkOutcome> measured; //!< by task
    std::map<uint32_t, double> sentS;         //!< by task [s]
    std::vector<Message> updates;             //!< as they came
    std::vector<int> steps;                   //!< of DATA from the device
    std::vector<uint32_t> failed;             //!< tasks
    std::vector<std::string> told;            //!< by other servers
    bool answers{false};                      //!< to other servers

  private:
    void DoStart() override
    {
        Simulator::Schedule(Seconds(SEND_S) - Simulator::Now(), [this] {
            for (const auto& order : orders)
            {
                sentS[order.task] =
                    m_server->SendWork(order, {}, nullptr, m_tasks.front()->statedBytes)
                        .GetSeconds();
            }
        });
    }

    void DoStop() override
    {
    }

    void DoNotifyJoined(DeviceId) override
    {
    }

    void DoNotifyLeft(DeviceId, uint32_t) override
    {
    }

    bool DoNotifyUpdate(DeviceId, const Message& message, const WorkReport&) override
    {
        updates.push_back(message);
        const auto order = std::find_if(orders.begin(), orders.end(), [&](const auto& o) {
            return o.task == message.header.task;
        });
        WorkOutcome outcome;
        outcome.startS = SEND_S;
        m_server->MeasureWork(*order, outcome);
        m_clients[0]->MeasureWork(*order, sentS[order->task], outcome);
        measured[order->task] = outcome;
        return true;
    }

    void DoNotifyFailed(DeviceId, uint32_t task, uint32_t) override
    {
        failed.push_back(task);
    }

    void DoNotifyPayload(DeviceId, const Message& message) override
    {
        steps.push_back(message.header.step);
    }

    void DoNotifyServerData(uint32_t server, uint32_t, const Message& message) override
    {
        told.push_back(Describe(server,
                                " round ",
                                message.header.round,
                                " bytes ",
                                message.payload->GetSize()));
        if (answers)
        {
            Message answer;
            answer.header.round = message.header.round + 1;
            answer.payload = message.payload;
            m_server->SendToServer(server, std::move(answer));
        }
    }
};

/// A device with a processor of 1 GHz and 1e-28 J s^2, and servers with 2 GHz, on one channel.
struct MachineNet
{
    /// @param nServers how many
    explicit MachineNet(uint32_t nServers = 1)
    {
        nodes.Create(2 + nServers);
        SimpleNetDeviceHelper links;
        links.SetDeviceAttribute("DataRate", StringValue("1Mbps"));
        links.SetChannelAttribute("Delay", TimeValue(Seconds(DELAY_S)));
        const auto devices = links.Install(nodes);
        InternetStackHelper().Install(nodes);
        interfaces = Ipv4AddressHelper("10.0.0.0", "255.255.0.0").Assign(devices);
        FdmaHelper::PopulateNeighbourCache(interfaces);
        task->statedBytes = static_cast<uint64_t>(MODEL_BYTES);
        DeviceProfile profile;
        profile.maxCpuHz = 1e9;
        profile.effectiveCapacitance = 1e-28;
        ProcessorHelper().Install(nodes.Get(0), profile);
        client = CreateObject<Client>();
        client->SetAttribute("Transport", PointerValue(CreateObject<DatagramTransport>()));
        for (uint32_t id : {0, 1})
        {
            client->SetTask(id, task, {});
        }
        nodes.Get(0)->AddApplication(client);
        for (uint32_t id = 0; id < nServers; ++id)
        {
            auto coordinator = CreateObject<TinyCoordinator>();
            coordinator->AddTask(task);
            coordinator->AddDevice(profile, client);
            auto server = CreateObject<Server>();
            server->SetAttribute("Id", UintegerValue(id));
            server->SetAttribute("Transport", PointerValue(CreateObject<DatagramTransport>()));
            server->SetCoordinator(coordinator);
            DeviceProfile fast;
            fast.maxCpuHz = 2e9;
            ProcessorHelper().Install(nodes.Get(1 + id), fast);
            nodes.Get(1 + id)->AddApplication(server);
            client->AddServer(AddressOf(id), id);
            coordinators.push_back(coordinator);
            servers.push_back(server);
            server->TraceConnectWithoutContext("Dropped", MakeCallback(&MachineNet::Dropped, this));
        }
        client->TraceConnectWithoutContext("Dropped", MakeCallback(&MachineNet::Dropped, this));
    }

    ~MachineNet()
    {
        Simulator::Destroy();
    }

    MachineNet(const MachineNet&) = delete;
    MachineNet& operator=(const MachineNet&) = delete;

    /// @return address and port
    /// @param server its number
    Address AddressOf(uint32_t server) const
    {
        return InetSocketAddress(interfaces.GetAddress(1 + server), PORT);
    }

    /**
     * Put a handler in the place of server 0.
     * @param handler whom to tell
     * @return its transport
     */
    Ptr<Transport> AddFake(SessionHandler& handler)
    {
        auto transport = CreateObject<DatagramTransport>();
        transport->Listen(nodes.Get(1), AddressOf(0), handler);
        client->AddServer(AddressOf(0), 0);
        return transport;
    }

    void Dropped(DeviceId, const std::string& why)
    {
        dropped.push_back(why);
    }

    /// Simulate 20 s.
    static void Run()
    {
        Simulator::Stop(Seconds(20));
        Simulator::Run();
    }

    NodeContainer nodes; //!< the device's, the servers', another one
    std::shared_ptr<LearningTask> task{std::make_shared<LearningTask>()}; //!< a timing study
    Ipv4InterfaceContainer interfaces;                                    //!< as nodes
    Ptr<Client> client;                                                   //!< the device's
    std::vector<Ptr<Server>> servers;                                     //!< by number
    std::vector<Ptr<TinyCoordinator>> coordinators;                       //!< by server
    std::vector<std::string> dropped;                                     //!< by anybody: reasons
};

/// @return an order of round 1
/// @param server its number
/// @param task its number
/// @param phases what to do
inline WorkOrder
MakeOrder(uint32_t server, uint32_t task, std::vector<Phase> phases)
{
    WorkOrder order;
    order.server = server;
    order.task = task;
    order.round = 1;
    order.samples = 7;
    order.phases = std::move(phases);
    return order;
}

/// @return a transfer
/// @param direction uplink or downlink
/// @param kind what is carried
/// @param bytes of the payload
inline Transfer
MakeTransfer(Direction direction, PayloadKind kind, double bytes = MODEL_BYTES)
{
    return Transfer{0, direction, 8 * bytes, {}, kind};
}

/// What all cases check with.
class MachineTestCase : public TestCase
{
  public:
    using TestCase::TestCase;

  protected:
    /**
     * Check a phase's times.
     * @param outcome measured
     * @param index of the phase
     * @param startS when it must begin [s]
     * @param endS when it must end [s]
     */
    void Expect(const WorkOutcome& outcome, size_t index, double startS, double endS)
    {
        NS_TEST_ASSERT_MSG_GT(outcome.phases.size(), index, "measured");
        const auto& times = outcome.phases[index];
        NS_TEST_EXPECT_MSG_EQ_TOL(times.startS, startS, TOL_S, "start of phase " << index);
        NS_TEST_EXPECT_MSG_EQ_TOL(times.endS, endS, TOL_S, "end of phase " << index);
    }
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_MACHINE_H */
