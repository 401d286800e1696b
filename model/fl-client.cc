/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-client.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-sample-codec.h"
#include "ns3/fl-tcp-transport.h"
#include "ns3/inet-socket-address.h"
#include "ns3/log.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlClient");

NS_OBJECT_ENSURE_REGISTERED(Client);

namespace
{

/// @return the simulation's time [s]
double
NowS()
{
    return Simulator::Now().GetSeconds();
}

/**
 * @param parts for example seed, device, round; their order matters
 * @return one seed of many numbers, any of which changes it
 */
uint64_t
MixSeed(std::initializer_list<uint64_t> parts)
{
    uint64_t seed = 0;
    for (const uint64_t part : parts)
    {
        seed = RandomStream(seed, part).Next();
    }
    return seed;
}

} // namespace

TypeId
Client::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::Client")
            .SetParent<Application>()
            .SetGroupName("Fl")
            .AddConstructor<Client>()
            .AddAttribute("Remote",
                          "Address and port of the server",
                          AddressValue(),
                          MakeAddressAccessor(&Client::m_remote),
                          MakeAddressChecker())
            .AddAttribute("DeviceId",
                          "Which device this is",
                          UintegerValue(0),
                          MakeUintegerAccessor(&Client::m_device),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("Transport",
                          "How messages travel, shared by any number of clients; none: a "
                          "TcpTransport of its own",
                          PointerValue(),
                          MakePointerAccessor(&Client::m_transport),
                          MakePointerChecker<Transport>())
            .AddAttribute("ReconnectInterval",
                          "How long to wait after a session is lost before connecting again",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&Client::m_reconnectInterval),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute(
                "KeepAlive",
                "Silence of the server after which it is asked whether it is there; after "
                "twice that the session is given up, and it connects again. Zero: never, so that a "
                "device is lost for good where a reset gets lost",
                TimeValue(Seconds(30)),
                MakeTimeAccessor(&Client::m_keepAlive),
                MakeTimeChecker(Time(0)))
            .AddTraceSource("WorkReceived",
                            "An order has come with its model",
                            MakeTraceSourceAccessor(&Client::m_workReceivedTrace),
                            "ns3::fl::Client::WorkCallback")
            .AddTraceSource("ComputeBegin",
                            "The computation of an order begins",
                            MakeTraceSourceAccessor(&Client::m_computeBeginTrace),
                            "ns3::fl::Client::WorkCallback")
            .AddTraceSource("ComputeEnd",
                            "The computation of an order ends",
                            MakeTraceSourceAccessor(&Client::m_computeEndTrace),
                            "ns3::fl::Client::WorkCallback")
            .AddTraceSource("UploadBegin",
                            "An update begins to be sent",
                            MakeTraceSourceAccessor(&Client::m_uploadBeginTrace),
                            "ns3::fl::Client::WorkCallback")
            .AddTraceSource("Aborted",
                            "An order was dropped: device, order, why",
                            MakeTraceSourceAccessor(&Client::m_abortedTrace),
                            "ns3::fl::Client::AbortedCallback")
            .AddTraceSource("Dropped",
                            "A message was malformed, damaged or unexpected: device, why",
                            MakeTraceSourceAccessor(&Client::m_droppedTrace),
                            "ns3::fl::Client::DroppedCallback");
    return tid;
}

Client::Client() = default;

Client::~Client() = default;

void
Client::DoDispose()
{
    m_reconnectEvent.Cancel();
    m_keepAliveEvent.Cancel();
    if (m_running)
    {
        DisconnectProcessor();
    }
    if (m_work)
    {
        *m_work->cancel = true;
        m_work->pause.Cancel();
        m_work = nullptr;
    }
    if (m_session)
    {
        m_session->SetHandler(nullptr);
        m_session = nullptr;
    }
    m_tasks.clear();
    m_received = nullptr;
    m_processor = nullptr;
    m_transport = nullptr;
    Application::DoDispose();
}

void
Client::SetTask(uint32_t id,
                std::shared_ptr<const LearningTask> task,
                std::vector<uint32_t> samples)
{
    for (auto& known : m_tasks)
    {
        if (known.id == id)
        {
            known = {id, std::move(task), std::move(samples)};
            return;
        }
    }
    m_tasks.push_back({id, std::move(task), std::move(samples)});
}

void
Client::SetProcessor(Ptr<Processor> processor)
{
    m_processor = processor;
}

DeviceId
Client::GetDeviceId() const
{
    return m_device;
}

SendWindow
Client::GetSendWindow() const
{
    return m_session ? m_session->GetSendWindow() : SendWindow();
}

// Life cycle

void
Client::StartApplication()
{
    if (!m_transport)
    {
        m_transport = CreateObject<TcpTransport>();
    }
    if (!m_processor)
    {
        m_processor = GetNode()->GetObject<Processor>();
    }
    if (m_processor && !m_running)
    {
        m_processor->TraceConnectWithoutContext("ComputeEnd",
                                                MakeCallback(&Client::JobEnded, this));
        m_processor->TraceConnectWithoutContext("SwitchedOff",
                                                MakeCallback(&Client::PowerOff, this));
    }
    m_running = true;
    m_powered = !m_processor || m_processor->IsOn();
    Connect();
}

void
Client::StopApplication()
{
    if (!m_running)
    {
        return;
    }
    m_running = false;
    Disconnect("the client stopped");
    DisconnectProcessor();
}

void
Client::DisconnectProcessor()
{
    if (m_processor)
    {
        m_processor->TraceDisconnectWithoutContext("ComputeEnd",
                                                   MakeCallback(&Client::JobEnded, this));
        m_processor->TraceDisconnectWithoutContext("SwitchedOff",
                                                   MakeCallback(&Client::PowerOff, this));
    }
}

void
Client::SetAvailable(bool available)
{
    if (available == m_available)
    {
        return;
    }
    m_available = available;
    if (available)
    {
        Connect();
    }
    else
    {
        Disconnect("the device went away");
    }
}

void
Client::PowerOff()
{
    if (m_powered)
    {
        m_powered = false;
        Disconnect("the battery is empty");
    }
}

bool
Client::IsUp() const
{
    return m_running && m_available && m_powered;
}

void
Client::Connect()
{
    if (!IsUp() || m_session)
    {
        return;
    }
    m_reconnectEvent.Cancel();
    m_session = m_transport->Connect(GetNode(), m_remote, *this);
    Message hello;
    hello.header.type = MessageType::HELLO;
    hello.header.sender = m_device;
    // A client proves that it is the one that was there before by something only it can know; in a
    // simulation its node and number are as good as a random one, and repeatable.
    Append(hello.prefix, Hello{m_device, MixSeed({GetNode()->GetId(), m_device})});
    m_session->Send(std::move(hello));
}

void
Client::CheckAlive()
{
    const Time silence = Simulator::Now() - m_session->GetLastHeard();
    if (silence >= 2 * m_keepAlive)
    {
        m_session->Abort();
        SessionLost("the server is silent");
        return;
    }
    // What is not acknowledged yet asks as well, and is sent again by the transport.
    if (silence >= m_keepAlive && m_session->GetPendingBytes() == 0)
    {
        Send(MessageType::PING, 0, 0);
    }
    m_keepAliveEvent = Simulator::Schedule(m_keepAlive, &Client::CheckAlive, this);
}

void
Client::SessionLost(const std::string& why)
{
    m_session = nullptr;
    m_times.goneS = NowS();
    m_keepAliveEvent.Cancel();
    ScheduleReconnect();
    AbortWork(why);
}

void
Client::ScheduleReconnect()
{
    if (IsUp())
    {
        m_reconnectEvent = Simulator::Schedule(m_reconnectInterval, &Client::Connect, this);
    }
}

void
Client::Disconnect(const std::string& why)
{
    m_reconnectEvent.Cancel();
    m_keepAliveEvent.Cancel();
    // First of all: who listens to what follows may look at this client, or start it again.
    const Ptr<Session> session = m_session;
    m_session = nullptr;
    if (session)
    {
        m_times.goneS = NowS();
        session->Abort();
    }
    AbortWork(why);
}

// SessionHandler

void
Client::SessionOpened(Ptr<Session>)
{
    // HELLO is on its way already.
    if (m_keepAlive.IsStrictlyPositive())
    {
        m_keepAliveEvent = Simulator::Schedule(m_keepAlive, &Client::CheckAlive, this);
    }
}

void
Client::SessionClosed(Ptr<Session>, CloseReason reason)
{
    SessionLost(Describe("the session is over: ", ToString(reason)));
}

void
Client::MessageRefused(Ptr<Session>, WireError error, const MessageHeader& header)
{
    Drop(ToString(error));
    if (header.type == MessageType::DATA)
    {
        m_received = nullptr; // nor those that came before: the order is refused when it comes
    }
    if (header.type == MessageType::WORK)
    {
        // The model was damaged: without an answer the server would wait for an update.
        Send(MessageType::ABORT, header.task, header.round);
    }
}

void
Client::MessageReceived(Ptr<Session>, Message&& message)
{
    switch (message.header.type)
    {
    case MessageType::WORK:
        HandleWork(std::move(message));
        break;
    case MessageType::DATA:
        HandleData(std::move(message));
        break;
    case MessageType::ABORT:
        HandleAbort(message);
        break;
    case MessageType::PING:
        Send(MessageType::PONG, message.header.task, message.header.round);
        break;
    case MessageType::PONG:
    case MessageType::WELCOME:
        break;
    case MessageType::BYE:
        m_keepAliveEvent.Cancel(); // there is no more work to be missed
        break;
    default:
        Drop(Describe(ToString(message.header.type), " is not for a client"));
    }
}

void
Client::Send(MessageType type, uint32_t task, uint32_t round)
{
    Message message;
    message.header.type = type;
    message.header.task = task;
    message.header.round = round;
    message.header.sender = m_device;
    if (m_session)
    {
        m_session->Send(std::move(message));
    }
}

void
Client::Drop(const std::string& why)
{
    NS_LOG_WARN("device " << m_device << " dropped a message: " << why);
    m_droppedTrace(m_device, why);
}

// Orders

const Client::Task*
Client::FindTask(uint32_t id) const
{
    for (const auto& task : m_tasks)
    {
        if (task.id == id)
        {
            return &task;
        }
    }
    return nullptr;
}

void
Client::HandleWork(Message&& message)
{
    WorkOrder order;
    double expectedUploadS = 0;
    ByteReader reader(message.prefix.data(), message.prefix.size());
    const Task* task = FindTask(message.header.task);
    if (!Parse(reader, order) || !ParseExpectedUpload(reader, expectedUploadS) || !task ||
        order.device != m_device || order.task != message.header.task ||
        order.round != message.header.round)
    {
        Drop("malformed WORK, or not for this device");
        Send(MessageType::ABORT, message.header.task, message.header.round);
        return;
    }
    if (m_work && m_work->order.task == order.task && m_work->order.round >= order.round)
    {
        Drop(Describe("WORK of round ", order.round, ": a duplicate or out of date"));
        return;
    }
    AbortWork("a newer order came");
    if (order.samplesSent && !HasSamplesFor(order))
    {
        Drop("WORK whose samples did not come, or were damaged");
        Send(MessageType::ABORT, order.task, order.round);
        return;
    }
    m_times = Times();
    m_times.task = order.task;
    m_times.round = order.round;
    m_times.firstByteS = message.firstByteAt.GetSeconds();
    m_times.receivedS = NowS();
    m_work = std::make_shared<Work>();
    m_work->order = std::move(order);
    m_work->model = std::move(message.payload);
    m_work->expectedUpload = Seconds(expectedUploadS);
    m_work->cancel = std::make_shared<std::atomic<bool>>(false);
    // What stands before the download, and the download itself, is over.
    const auto& phases = m_work->order.phases;
    for (size_t i = 0; i < phases.size(); ++i)
    {
        const auto* transfer = std::get_if<Transfer>(&phases[i]);
        if (transfer && transfer->direction == Direction::DOWNLINK)
        {
            m_work->phase = i + 1;
            break;
        }
    }
    if (Tell(m_workReceivedTrace))
    {
        Advance();
    }
}

void
Client::HandleData(Message&& message)
{
    const Task* task = FindTask(message.header.task);
    m_received = nullptr;
    try
    {
        if (!task || !task->task->train || !message.payload)
        {
            throw InvalidInput("DATA without a task or samples");
        }
        auto samples = std::make_shared<const Dataset>(
            DecodeSamples(message.payload->GetData(), message.payload->GetSize()));
        if (samples->Dimension() != task->task->train->Dimension() ||
            samples->Classes() != task->task->train->Classes())
        {
            throw InvalidInput("DATA whose samples are not of the task's kind");
        }
        m_received = std::move(samples);
    }
    catch (const InvalidInput& error)
    {
        Drop(error.what());
        return;
    }
    m_receivedTask = message.header.task;
    m_receivedRound = message.header.round;
}

bool
Client::HasSamplesFor(const WorkOrder& order) const
{
    return m_received && m_receivedTask == order.task && m_receivedRound == order.round;
}

void
Client::HandleAbort(const Message& message)
{
    if (m_work && m_work->order.task == message.header.task &&
        m_work->order.round == message.header.round)
    {
        AbortWork("the server said ABORT");
    }
    // An update that was sent cannot be called back; the answer comes behind it, and so tells the
    // server that this device is free.
    Send(MessageType::ABORT, message.header.task, message.header.round);
}

void
Client::AbortWork(const std::string& why)
{
    if (!m_work)
    {
        return;
    }
    *m_work->cancel = true;
    m_times.pauseS -= PauseLeftS();
    m_work->pause.Cancel();
    if (m_work->job)
    {
        m_processor->Cancel(m_work->job); // JobEnded accounts for it
    }
    // Before the trace: who listens may look at this client.
    const auto work = std::move(m_work);
    m_abortedTrace(m_device, work->order, why);
}

void
Client::GiveUpWork(const std::string& why)
{
    const WorkOrder order = m_work->order;
    AbortWork(why);
    Send(MessageType::ABORT, order.task, order.round);
}

bool
Client::Tell(const WorkTrace& trace)
{
    // Who listens may end the order, by stopping the client for one.
    const auto work = m_work;
    trace(m_device, work->order);
    return m_work == work;
}

double
Client::PauseLeftS() const
{
    return m_work && IsPending(m_work->pause) ? Simulator::GetDelayLeft(m_work->pause).GetSeconds()
                                              : 0;
}

void
Client::Advance()
{
    if (m_work->phase == m_work->order.phases.size())
    {
        m_work = nullptr;
        return;
    }
    const Phase& phase = m_work->order.phases[m_work->phase++];
    if (const auto* idle = std::get_if<Idle>(&phase))
    {
        m_times.pauseS += idle->durationS;
        m_work->pause = Simulator::Schedule(Seconds(idle->durationS), &Client::Advance, this);
    }
    else if (const auto* compute = std::get_if<Compute>(&phase))
    {
        BeginCompute(*compute);
    }
    else
    {
        BeginUpload();
    }
}

void
Client::BeginCompute(const Compute& compute)
{
    if (!m_processor)
    {
        throw std::logic_error(
            Describe("device ", m_device, ": its node has no Processor to compute on"));
    }
    m_times.computeBeginS = NowS();
    if (!Tell(m_computeBeginTrace))
    {
        return;
    }
    try
    {
        BeginTraining();
        if (compute.cycles > 0)
        {
            m_work->job = m_processor->Run(compute.cycles, compute.cpuHz, [this] { EndCompute(); });
            if (!m_work->job)
            {
                GiveUpWork("the processor is switched off");
            }
            return;
        }
    }
    catch (const InvalidInput& error)
    {
        Drop(error.what());
        GiveUpWork(error.what());
        return;
    }
    m_times.computeEndS = NowS();
    m_times.computeEnergyJ = 0;
    EndCompute();
}

void
Client::JobEnded(uint64_t job, double /* cycles */, double energyJ)
{
    if (m_work && m_work->job == job)
    {
        m_work->job = 0;
        m_times.computeEndS = NowS();
        m_times.computeEnergyJ = energyJ;
        m_computeEnergyJ += energyJ;
    }
}

void
Client::BeginTraining()
{
    const Task& task = *FindTask(m_work->order.task);
    const auto& learning = task.task;
    if (!learning->model)
    {
        m_times.samples = m_work->order.samples;
        m_times.iterations = m_work->order.localIterations;
        return;
    }
    if (!m_work->model)
    {
        throw InvalidInput("WORK without a model: must hold the parameters");
    }
    Eigen::VectorXf start = Decode(learning->encoding,
                                   m_work->model->GetData(),
                                   m_work->model->GetSize(),
                                   learning->model->ParameterCount());
    m_work->model = nullptr;
    TrainerOptions options = learning->trainer;
    options.localIterations = m_work->order.localIterations;
    const uint64_t seed = MixSeed({learning->seed,
                                   m_device,
                                   m_work->order.task,
                                   m_work->order.round,
                                   m_work->order.baseVersion});
    const bool useReceived = HasSamplesFor(m_work->order);
    std::shared_ptr<const Dataset> data = useReceived ? m_received : learning->train;
    std::vector<uint32_t> samples = task.samples;
    if (useReceived)
    {
        samples.resize(data->Size());
        std::iota(samples.begin(), samples.end(), 0);
        m_received = nullptr;
    }
    // All that the job needs goes with it: it may outlive this client's interest in it. Not the
    // task, which holds the pool: that must not be destroyed by one of its own threads.
    m_work->training = learning->pool->Submit([model = learning->model,
                                               data,
                                               options,
                                               seed,
                                               start = std::move(start),
                                               samples = std::move(samples),
                                               limit = m_work->order.samples,
                                               cancel = m_work->cancel] {
        return Train(*model, start, *data, samples, limit, options, seed, cancel.get());
    });
}

void
Client::EndCompute()
{
    if (!Tell(m_computeEndTrace))
    {
        return;
    }
    try
    {
        EndTraining();
    }
    catch (const InvalidInput& error)
    {
        GiveUpWork(error.what());
        return;
    }
    Advance();
}

void
Client::EndTraining()
{
    if (!m_work->training.valid())
    {
        return;
    }
    const TrainingResult result = m_work->training.get();
    m_times.samples = result.samples;
    m_times.iterations = result.iterations;
    if (!result.finite)
    {
        throw InvalidInput("training diverged: a parameter or the loss is not finite");
    }
    m_times.loss = result.loss;
    const auto& learning = FindTask(m_work->order.task)->task;
    m_work->update = std::make_shared<const Payload>(Encode(learning->encoding, result.parameters));
}

void
Client::BeginUpload()
{
    m_times.uploadBeginS = NowS();
    WorkReport report;
    report.samples = m_times.samples;
    report.iterations = m_times.iterations;
    report.baseVersion = m_work->order.baseVersion;
    report.loss = m_times.loss;
    report.startS = m_times.firstByteS;
    report.idleS = m_times.pauseS;
    report.downloadS = m_times.receivedS - m_times.firstByteS;
    report.computeS = m_times.computeEndS - m_times.computeBeginS;
    report.computeEnergyJ = m_times.computeEnergyJ;
    report.uploadStartS = m_times.uploadBeginS;
    Message message;
    message.header.type = MessageType::UPDATE;
    message.header.task = m_work->order.task;
    message.header.round = m_work->order.round;
    message.header.sender = m_device;
    Append(message.prefix, report);
    message.expected = m_work->expectedUpload;
    if (m_work->update)
    {
        message.payload = std::move(m_work->update);
    }
    else
    {
        message.virtualBytes = FindTask(m_work->order.task)->task->statedBytes;
    }
    if (Tell(m_uploadBeginTrace))
    {
        m_session->Send(std::move(message));
        Advance();
    }
}

// Measuring

double
Client::GetComputeEnergyJ() const
{
    const bool computing = m_work && m_work->job;
    return m_computeEnergyJ + (computing ? m_processor->GetJobEnergyJ(m_work->job) : 0);
}

void
Client::MeasureWork(const WorkOrder& order, double sendS, WorkOutcome& outcome) const
{
    if (!m_powered && outcome.status == WorkStatus::LOST)
    {
        outcome.status = WorkStatus::BATTERY;
    }
    const double nowS = NowS();
    outcome.idleS = std::min(sendS, nowS) - outcome.startS;
    // A round that began anew has the number of the one that was aborted.
    const bool received =
        m_times.task == order.task && m_times.round == order.round && m_times.receivedS >= sendS;
    if (!received)
    {
        return;
    }
    const bool computing = m_work && m_work->job;
    outcome.idleS += m_times.pauseS - PauseLeftS();
    outcome.downloadS = m_times.receivedS - sendS;
    outcome.computeS = (computing ? nowS : m_times.computeEndS) - m_times.computeBeginS;
    outcome.computeEnergyJ =
        computing ? m_processor->GetJobEnergyJ(m_work->job) : m_times.computeEnergyJ;
    // fmin: goneS is absent while there is a session.
    outcome.uploadS = std::fmin(nowS, m_times.goneS) - m_times.uploadBeginS;
    outcome.loss = m_times.loss;
    outcome.samples = m_times.samples;
    outcome.iterations = m_times.iterations;
}

} // namespace fl
} // namespace ns3
