/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_ASYNC_H
#define FL_TEST_ASYNC_H

#include "fl-test-federation.h"

#include "ns3/enum.h"
#include "ns3/fl-async-coordinator.h"
#include "ns3/fl-codec.h"
#include "ns3/fl-work-codec.h"
#include "ns3/pointer.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * An asynchronous coordinator without a network: a test sends what devices would send, one message
 * after the other, and sees all that the server sends.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// A session of a server that keeps what is sent.
class RecordingSession : public Session
{
  public:
    /**
     * @param transport of the server
     * @param handler the server
     */
    RecordingSession(Transport* transport, SessionHandler* handler)
        : Session(transport, handler)
    {
    }

    std::vector<Message> sent; //!< so far

    Address GetPeer() const override
    {
        return InetSocketAddress(Ipv4Address::GetLoopback(), SERVER_PORT);
    }

    uint64_t GetPendingBytes() const override
    {
        return 0;
    }

  private:
    void DoSend(Message&& message) override
    {
        sent.push_back(std::move(message));
    }

    void DoClose() override
    {
    }

    void DoAbort() override
    {
    }

    void DoDetach() override
    {
    }

    bool IsMidMessage() const override
    {
        return false;
    }
};

/// A transport that only listens.
class RecordingTransport : public Transport
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::RecordingTransport").SetParent<Transport>();
        return tid;
    }

  private:
    bool DoListen(Ptr<Node>, const Address&, SessionHandler&) override
    {
        return true;
    }

    void DoStopListening() override
    {
    }

    Ptr<Session> DoConnect(Ptr<Node>, const Address&, SessionHandler&) override
    {
        return nullptr;
    }
};

/// A server with an AsyncCoordinator, and devices that do what a test says.
class AsyncBench
{
  public:
    /// A task's parameters: 7 of each of 3 classes.
    static constexpr Eigen::Index N_PARAMETERS = (DIMENSION + 1) * CLASSES;

    /**
     * @param devices number of devices
     * @param samples of each device, by task
     * @param radio radio control; may be null
     */
    explicit AsyncBench(uint32_t devices,
                        const std::vector<uint32_t>& samples = {10},
                        Ptr<RadioControl> radio = nullptr)
        : coordinator(CreateObject<AsyncCoordinator>()),
          server(CreateObject<Server>()),
          m_transport(CreateObject<RecordingTransport>()),
          m_sessions(devices)
    {
        std::vector<DeviceProfile> profiles(samples.size());
        for (size_t task = 0; task < samples.size(); ++task)
        {
            auto learning = std::make_shared<LearningTask>();
            learning->model = MakeModel("softmax", DIMENSION, CLASSES);
            learning->train = MakeSamples(30, 1);
            coordinator->AddTask(learning);
            profiles[task].samples = samples[task];
        }
        for (uint32_t device = 0; device < devices; ++device)
        {
            coordinator->AddDevice(profiles, nullptr);
        }
        coordinator->SetOptimizer(CreateObject<EqualOptimizer>());
        coordinator->SetRadioControl(radio);
        Connect();
        server->SetAttribute("Transport", PointerValue(m_transport));
        server->SetAttribute("KeepAlive", TimeValue(Time(0)));
        server->SetCoordinator(coordinator);
        auto node = CreateObject<Node>();
        InternetStackHelper().Install(node);
        node->AddApplication(server);
    }

    ~AsyncBench()
    {
        Simulator::Destroy();
    }

    AsyncBench(const AsyncBench&) = delete;
    AsyncBench& operator=(const AsyncBench&) = delete;

    /// Let all that is due happen.
    /// @param seconds for how long [s]
    static void Step(double seconds = 0.01)
    {
        Simulator::Stop(Seconds(seconds));
        Simulator::Run();
    }

    /// A device says HELLO.
    /// @param device the device
    void Join(DeviceId device)
    {
        Step(); // so that the server is running
        m_sessions.at(device) = Create<RecordingSession>(PeekPointer(m_transport), HandlerOf());
        Message hello;
        hello.header.type = MessageType::HELLO;
        Append(hello.prefix, Hello{device, device + 1U});
        Receive(device, std::move(hello));
    }

    /// All devices say HELLO, in their order.
    void JoinAll()
    {
        for (DeviceId device = 0; device < m_sessions.size(); ++device)
        {
            Join(device);
        }
    }

    /// A device's session is lost.
    /// @param device the device
    void Leave(DeviceId device)
    {
        HandlerOf()->SessionClosed(m_sessions.at(device), CloseReason::LOST);
        Step();
    }

    /**
     * @param device a device
     * @param task number of a task
     * @return the last WORK of it that the device was sent; null: none
     */
    const Message* FindWork(DeviceId device, uint32_t task = 0) const
    {
        const Message* found = nullptr;
        for (const auto& message : m_sessions.at(device)->sent)
        {
            if (message.header.type == MessageType::WORK && message.header.task == task)
            {
                found = &message;
            }
        }
        return found;
    }

    /**
     * @param device a device
     * @param task number of a task
     * @return the number of its orders that were sent in the device's session
     */
    size_t CountWork(DeviceId device, uint32_t task) const
    {
        size_t count = 0;
        for (const auto& message : m_sessions.at(device)->sent)
        {
            count += message.header.type == MessageType::WORK && message.header.task == task;
        }
        return count;
    }

    /**
     * @param device a device
     * @param task number of a task
     * @return the order in the last WORK
     */
    WorkOrder OrderOf(DeviceId device, uint32_t task = 0) const
    {
        WorkOrder order;
        const auto& prefix = FindWork(device, task)->prefix;
        ByteReader reader(prefix.data(), prefix.size());
        Parse(reader, order);
        return order;
    }

    /// @return the number of messages of a type that a device was sent
    /// @param device the device
    /// @param type of the messages
    size_t CountSent(DeviceId device, MessageType type) const
    {
        size_t count = 0;
        for (const auto& message : m_sessions.at(device)->sent)
        {
            count += message.header.type == type;
        }
        return count;
    }

    /**
     * A device returns the update of an order.
     * @param device the device
     * @param value of all parameters
     * @param order the order
     */
    void Update(DeviceId device, float value, const WorkOrder& order)
    {
        Message message;
        message.header.type = MessageType::UPDATE;
        message.header.task = order.task;
        message.header.round = order.round;
        message.header.step = static_cast<uint8_t>(order.phases.size());
        message.payload = std::make_shared<const Payload>(
            Encode(Encoding::FLOAT32, Eigen::VectorXf::Constant(N_PARAMETERS, value)));
        WorkReport report;
        report.samples = order.samples;
        report.baseVersion = order.baseVersion;
        Append(message.prefix, report);
        Receive(device, std::move(message));
    }

    /// The same, of its last order.
    /// @param device the device
    /// @param value of all parameters
    /// @param task number of the task
    void Update(DeviceId device, float value = 0, uint32_t task = 0)
    {
        Update(device, value, OrderOf(device, task));
    }

    /// A device says ABORT to an order.
    /// @param device the device
    /// @param order the order
    void Refuse(DeviceId device, const WorkOrder& order)
    {
        Message message;
        message.header.type = MessageType::ABORT;
        message.header.task = order.task;
        message.header.round = order.round;
        Receive(device, std::move(message));
    }

    /// Forget what devices were sent.
    void ForgetSent()
    {
        for (auto& session : m_sessions)
        {
            session->sent.clear();
        }
    }

    /// @return the first parameter of the initial model, of any task
    static float InitialParameter()
    {
        return MakeModel("softmax", DIMENSION, CLASSES)->InitialParameters(LearningTask().seed)[0];
    }

    /// @return the first parameter of a task's model
    /// @param task number of the task
    float Parameter(uint32_t task = 0) const
    {
        return coordinator->GetParameters(task)[0];
    }

    /// @return "device:status ..." of the orders that ended in a record
    /// @param record a record
    static std::string EndedIn(const RoundRecord& record)
    {
        std::string text;
        for (const auto& work : record.ended)
        {
            text += Describe(work.order.device, ":", ToString(work.measured.status), " ");
        }
        return text;
    }

    Ptr<AsyncCoordinator> coordinator; //!< under test
    Ptr<Server> server;                //!< runs it
    std::vector<RoundRecord> rounds;   //!< so far
    std::vector<DeviceId> asked;       //!< devices, as orders were sent
    std::string staleness;             //!< "device/task:staleness ", with "!" if not merged
    std::vector<std::string> finished; //!< reasons
    std::vector<std::string> dropped;  //!< messages: reasons
    std::vector<Outcome> predicted;    //!< by order

  private:
    SessionHandler* HandlerOf() const
    {
        return PeekPointer(server);
    }

    void Receive(DeviceId device, Message&& message)
    {
        message.header.sender = device;
        HandlerOf()->MessageReceived(m_sessions.at(device), std::move(message));
        Step();
    }

    void Connect()
    {
        coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [this](const RoundRecord& record) { rounds.push_back(record); }));
        coordinator->TraceConnectWithoutContext(
            "RoundBegin",
            MakeFlCallback<void, const SystemState&, const Plan&, const Outcome&>(
                [this](const SystemState&, const Plan& plan, const Outcome& outcome) {
                    asked.push_back(plan.orders.front().device);
                    predicted.push_back(outcome);
                }));
        coordinator->TraceConnectWithoutContext(
            "Staleness",
            MakeFlCallback<void, DeviceId, uint32_t, uint32_t, bool>(
                [this](DeviceId device, uint32_t task, uint32_t of, bool isMerged) {
                    staleness += Describe(device, "/", task, ":", of, isMerged ? "" : "!", " ");
                }));
        coordinator->TraceConnectWithoutContext(
            "Finished",
            MakeFlCallback<void, const std::string&>(
                [this](const std::string& reason) { finished.push_back(reason); }));
        server->TraceConnectWithoutContext(
            "Dropped",
            MakeFlCallback<void, DeviceId, const std::string&>(
                [this](DeviceId, const std::string& why) { dropped.push_back(why); }));
    }

    Ptr<RecordingTransport> m_transport;           //!< the server's
    std::vector<Ptr<RecordingSession>> m_sessions; //!< by device
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_ASYNC_H */
