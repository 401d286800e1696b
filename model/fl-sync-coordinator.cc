/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-sync-coordinator.h"

#include "fl-client.h"
#include "fl-optimizer.h"
#include "fl-server.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-predictor.h"
#include "ns3/fl-work-codec.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlSyncCoordinator");

NS_OBJECT_ENSURE_REGISTERED(SyncCoordinator);

namespace
{

/// @return the simulation's time [s]
double
NowS()
{
    return Simulator::Now().GetSeconds();
}

} // namespace

TypeId
SyncCoordinator::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::SyncCoordinator")
            .SetParent<Coordinator>()
            .SetGroupName("Fl")
            .AddConstructor<SyncCoordinator>()
            .AddAttribute("Rounds",
                          "How many rounds to run",
                          UintegerValue(20),
                          MakeUintegerAccessor(&SyncCoordinator::m_rounds),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("RoundDeadline",
                          "A round is closed this long after it began, whatever is missing; zero: "
                          "when the last device has answered or is lost",
                          TimeValue(Time(0)),
                          MakeTimeAccessor(&SyncCoordinator::m_deadline),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("LatePolicy",
                          "What becomes of an update that is not there when its round is closed: "
                          "Drop (the device is told to stop) or NextRound (it is merged into the "
                          "round in which it arrives)",
                          EnumValue(SyncCoordinator::DROP),
                          MakeFlEnumAccessor<LatePolicy>(&SyncCoordinator::m_latePolicy),
                          MakeEnumChecker(SyncCoordinator::DROP,
                                          "Drop",
                                          SyncCoordinator::NEXT_ROUND,
                                          "NextRound"))
            .AddAttribute("JoinTimeout",
                          "How long the first round waits for all devices to join, at most",
                          TimeValue(Seconds(60)),
                          MakeTimeAccessor(&SyncCoordinator::m_joinTimeout),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("JoinGap",
                          "How long the first round waits after a device has joined for the next "
                          "one: who has not come by then is taken for out of reach. The default is "
                          "longer than TCP takes to repeat a lost SYN, 3 s",
                          TimeValue(Seconds(4)),
                          MakeTimeAccessor(&SyncCoordinator::m_joinGap),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("WaitTimeout",
                          "How long to wait for a device when none is available; then the run "
                          "ends",
                          TimeValue(Seconds(3600)),
                          MakeTimeAccessor(&SyncCoordinator::m_waitTimeout),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("AbortGrace",
                          "How long the next round waits for the answers of devices that were told "
                          "to stop; one that has not answered, since it still sends its update, "
                          "keeps its uplink and sits out",
                          TimeValue(MilliSeconds(20)),
                          MakeTimeAccessor(&SyncCoordinator::m_abortGrace),
                          MakeTimeChecker(Time(0)))
            .AddAttribute("EmptyRound",
                          "Duration of a round in which the optimizer gives nobody work",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&SyncCoordinator::m_emptyRound),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("Evaluate",
                          "Whether to evaluate the global model on held-out data each round",
                          BooleanValue(true),
                          MakeBooleanAccessor(&SyncCoordinator::m_evaluate),
                          MakeBooleanChecker())
            .AddAttribute("Calibrate",
                          "Whether optimizers that plan by Shannon's formula are told what part of "
                          "its rate each device's uploads really had (RateCalibrator)",
                          BooleanValue(false),
                          MakeBooleanAccessor(&SyncCoordinator::m_calibrate),
                          MakeBooleanChecker())
            .AddAttribute("CalibrationWeight",
                          "Weight of the latest measurement against those before; above 0",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&SyncCoordinator::m_calibrationWeight),
                          MakeDoubleChecker<double>(1e-6, 1))
            .AddTraceSource("RoundBegin",
                            "A round begins: state, plan, predicted outcome",
                            MakeTraceSourceAccessor(&SyncCoordinator::m_roundBeginTrace),
                            "ns3::fl::SyncCoordinator::RoundBeginCallback")
            .AddTraceSource("RoundEnd",
                            "A round ends: its record",
                            MakeTraceSourceAccessor(&SyncCoordinator::m_roundEndTrace),
                            "ns3::fl::SyncCoordinator::RoundEndCallback")
            .AddTraceSource("Aggregated",
                            "Updates were merged: round, new model version, number of updates",
                            MakeTraceSourceAccessor(&SyncCoordinator::m_aggregatedTrace),
                            "ns3::fl::SyncCoordinator::AggregatedCallback");
    return tid;
}

void
SyncCoordinator::DoDispose()
{
    CancelEvents();
    m_inFlight.clear();
    m_aggregator = nullptr;
    m_encoded = nullptr;
    Coordinator::DoDispose();
}

uint32_t
SyncCoordinator::GetRound() const
{
    return m_round;
}

uint32_t
SyncCoordinator::GetModelVersion() const
{
    return m_version;
}

const Eigen::VectorXf&
SyncCoordinator::GetParameters() const
{
    return m_parameters;
}

// Life cycle

void
SyncCoordinator::InitializeModel()
{
    if (!m_task || !m_optimizer)
    {
        throw std::logic_error("SyncCoordinator needs a LearningTask and an Optimizer");
    }
    if (m_task->model)
    {
        m_parameters = m_task->model->InitialParameters(m_task->seed);
        m_aggregator = std::make_unique<FedAvg>();
        m_aggregator->Begin(m_task->model->ParameterCount());
    }
    if (m_calibrate && m_radio)
    {
        m_calibrator = std::make_unique<RateCalibrator>(m_calibrationWeight);
    }
    m_inFlight.resize(GetNDevices());
    m_initialized = true;
}

void
SyncCoordinator::DoStart()
{
    if (!m_initialized)
    {
        InitializeModel();
    }
    Encode();
    for (auto& work : m_inFlight)
    {
        work = nullptr; // late ones, of a run that had ended
    }
    m_unanswered = 0;
    m_connected.assign(GetNDevices(), false);
    m_joined = 0;
    m_running = true;
    if (m_round > m_rounds)
    {
        End("all rounds are done");
        return;
    }
    m_gathering = true;
    m_gatherEnd = Simulator::Now() + m_joinTimeout;
    m_waitEvent = Simulator::Schedule(m_joinTimeout, &SyncCoordinator::TryBegin, this);
}

void
SyncCoordinator::DoStop()
{
    if (!m_running)
    {
        return;
    }
    m_running = false;
    CancelEvents();
    for (DeviceId device = 0; device < m_inFlight.size(); ++device)
    {
        if (m_inFlight[device] && m_inFlight[device]->dropped)
        {
            m_inFlight[device] = nullptr;
        }
        else if (m_inFlight[device])
        {
            EndWork(device, WorkStatus::ABORTED, 0);
        }
    }
    m_unanswered = 0;
    const bool aborted = m_inRound;
    m_inRound = false;
    m_outstanding = 0;
    if (aborted)
    {
        m_record.aborted = true;
        m_merged = 0;
        for (auto& work : m_record.over)
        {
            if (work.measured.status == WorkStatus::MERGED ||
                work.measured.status == WorkStatus::LATE)
            {
                work.measured.status = WorkStatus::ABORTED;
            }
        }
        m_roundEndTrace(MakeRecord());
    }
    // What had arrived for the aborted round is trained again with it.
    if (m_aggregator)
    {
        m_aggregator->Begin(m_task->model->ParameterCount());
    }
    m_merged = 0;
    if (m_round > m_rounds)
    {
        End("all rounds are done");
    }
    else
    {
        Interrupt(Describe("the server stopped in round ", m_round));
    }
}

void
SyncCoordinator::CancelEvents()
{
    m_deadlineEvent.Cancel();
    m_beginEvent.Cancel();
    m_graceEvent.Cancel();
    m_waitEvent.Cancel();
}

void
SyncCoordinator::End(const std::string& reason)
{
    NS_LOG_INFO("finished: " << reason);
    if (m_running)
    {
        m_server->SayBye();
    }
    m_running = false;
    CancelEvents();
    Finish(reason);
}

void
SyncCoordinator::AwaitDevices()
{
    m_waitEvent.Cancel();
    m_waitEvent = Simulator::Schedule(m_waitTimeout, &SyncCoordinator::GiveUp, this);
}

void
SyncCoordinator::GiveUp()
{
    End(Describe("no device became available for ", m_waitTimeout.GetSeconds(), " s"));
}

void
SyncCoordinator::TryBegin()
{
    m_graceEvent.Cancel();
    m_waitEvent.Cancel();
    m_gathering = false;
    if (!m_running || m_inRound || IsPending(m_beginEvent))
    {
        return;
    }
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        if (IsAvailable(device))
        {
            m_beginEvent = Simulator::ScheduleNow(&SyncCoordinator::BeginRound, this);
            return;
        }
    }
    AwaitDevices();
}

// Devices come and go

void
SyncCoordinator::DoNotifyJoined(DeviceId device)
{
    if (m_connected.at(device))
    {
        return;
    }
    m_connected[device] = true;
    ++m_joined;
    if (!m_gathering || m_joined == GetNDevices())
    {
        TryBegin();
    }
    else
    {
        Gather();
    }
}

void
SyncCoordinator::Gather()
{
    m_waitEvent.Cancel();
    m_waitEvent = Simulator::Schedule(std::min(m_joinGap, m_gatherEnd - Simulator::Now()),
                                      &SyncCoordinator::TryBegin,
                                      this);
}

void
SyncCoordinator::DoNotifyLeft(DeviceId device)
{
    if (!m_connected.at(device))
    {
        return;
    }
    m_connected[device] = false;
    --m_joined;
    if (m_inFlight[device])
    {
        if (m_inFlight[device]->dropped)
        {
            ForgetDropped(device);
        }
        else
        {
            GoOn(EndWork(device, WorkStatus::LOST, 0));
        }
    }
}

bool
SyncCoordinator::IsAvailable(DeviceId device) const
{
    return m_connected[device] && !m_inFlight[device];
}

// A round

SystemState
SyncCoordinator::Observe() const
{
    SystemState state;
    state.nowS = NowS();
    state.round = m_round;
    state.modelVersion = m_version;
    state.localIterations = m_task->trainer.localIterations;
    state.downloadBits = 8.0 * static_cast<double>(m_task->PayloadBytes());
    state.uploadBits = state.downloadBits;
    state.sampleBits = m_samples.GetSampleBits(*m_task);
    state.profiles = m_profiles;
    state.available.resize(GetNDevices());
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        state.available[device] = IsAvailable(device);
    }
    if (m_radio)
    {
        m_radio->Report(state);
        // Devices that are still busy with an earlier round keep their sub-bands.
        for (const auto& work : m_inFlight)
        {
            const Transfer* upload = work ? work->order.FindTransfer(Direction::UPLINK) : nullptr;
            if (upload && upload->grant)
            {
                state.cells.at(upload->grant->cell).uplinkBandwidthHz -= upload->grant->bandwidthHz;
            }
        }
    }
    if (m_calibrator)
    {
        m_calibrator->Report(state);
    }
    state.last = m_last;
    return state;
}

void
SyncCoordinator::CheckPlan(const SystemState& state, const Plan& plan) const
{
    for (const auto& order : plan.orders)
    {
        // Of another round, or without an update, it would never be over.
        if (order.task != state.task || order.round != state.round ||
            order.baseVersion != state.modelVersion || !order.FindTransfer(Direction::UPLINK))
        {
            throw std::logic_error(Describe(m_optimizer->GetInstanceTypeId().GetName(),
                                            " planned for device ",
                                            order.device,
                                            " an order of task ",
                                            order.task,
                                            ", round ",
                                            order.round,
                                            ", base version ",
                                            order.baseVersion,
                                            ": must be ",
                                            state.task,
                                            ", ",
                                            state.round,
                                            ", ",
                                            state.modelVersion,
                                            ", with an upload"));
        }
    }
}

bool
SyncCoordinator::HasBand(const SystemState& state) const
{
    // What round-off leaves of a band that is held by others is no band.
    constexpr double ROUND_OFF = 1e-6;
    for (const auto& work : m_inFlight)
    {
        const Transfer* upload = work ? work->order.FindTransfer(Direction::UPLINK) : nullptr;
        if (m_radio && upload && upload->grant &&
            state.cells.at(upload->grant->cell).uplinkBandwidthHz <=
                ROUND_OFF * upload->grant->bandwidthHz)
        {
            return false;
        }
    }
    return true;
}

Plan
SyncCoordinator::WithCarriedOrders(const SystemState& state, Plan plan) const
{
    std::vector<double> edgeHz;
    for (const auto& cell : state.cells)
    {
        edgeHz.push_back(cell.uplinkBandwidthHz);
    }
    for (const auto& work : m_inFlight)
    {
        if (!work)
        {
            continue;
        }
        WorkOrder order = work->order;
        for (auto& phase : order.phases)
        {
            auto* transfer = std::get_if<Transfer>(&phase);
            if (transfer && transfer->direction == Direction::UPLINK && transfer->grant &&
                transfer->grant->cell < edgeHz.size())
            {
                // Above what the optimizer had to share out.
                auto& grant = *transfer->grant;
                grant.startHz = edgeHz.at(grant.cell);
                edgeHz[grant.cell] += grant.bandwidthHz;
            }
        }
        plan.orders.push_back(std::move(order));
    }
    return plan;
}

TransportProfile
SyncCoordinator::GetTransportProfile(const Plan& plan) const
{
    const auto transport = m_server->GetTransport();
    if (!transport)
    {
        return {};
    }
    auto profile = transport->GetProfile();
    std::vector<uint8_t> bytes;
    Append(bytes, WorkReport());
    profile.reportBytes = static_cast<double>(bytes.size());
    if (!plan.orders.empty())
    {
        // They hardly differ.
        bytes.clear();
        Append(bytes, plan.orders.front());
        profile.orderBytes = static_cast<double>(bytes.size());
    }
    for (const auto& order : plan.orders)
    {
        if (order.device >= profile.pendingBytes.size())
        {
            profile.pendingBytes.resize(order.device + 1, 0);
        }
        profile.pendingBytes[order.device] =
            static_cast<double>(m_server->GetPendingBytes(order.device));
    }
    if (profile.windowStays)
    {
        for (DeviceId device = 0; device < GetNDevices(); ++device)
        {
            const auto& client = m_clients[device];
            profile.windows[static_cast<size_t>(Direction::DOWNLINK)].push_back(
                m_server->GetSendWindow(device));
            profile.windows[static_cast<size_t>(Direction::UPLINK)].push_back(
                client ? client->GetSendWindow() : SendWindow());
        }
    }
    return profile;
}

Outcome
SyncCoordinator::Predict(const SystemState& state, const Plan& plan) const
{
    if (!m_radio)
    {
        return Predictor::Predict(state, plan, ShannonRateModel());
    }
    const auto rateModel = m_radio->MakeRateModel(state, plan, GetTransportProfile(plan));
    return Predictor::Predict(state, plan, *rateModel);
}

void
SyncCoordinator::BeginRound()
{
    const SystemState state = Observe();
    if (!HasBand(state))
    {
        AwaitDevices();
        return;
    }
    const Plan plan = m_optimizer->MakePlan(state);
    CheckPlan(state, plan);
    const Plan onAir = WithCarriedOrders(state, plan);
    Outcome predicted = Predict(state, onAir);
    predicted.work.resize(plan.orders.size());
    if (!std::isnan(predicted.endS))
    {
        // Not that of orders which are carried over.
        predicted.endS = predicted.startS;
        for (const auto& work : predicted.work)
        {
            predicted.endS = std::max(predicted.endS, work.startS + work.DurationS());
        }
    }
    if (m_radio)
    {
        m_radio->Apply(onAir);
    }

    m_inRound = true;
    // It may have an order already, which ended since the last round.
    m_record.round = m_round;
    m_record.startS = NowS();
    m_record.selected = static_cast<uint32_t>(plan.orders.size());
    m_record.objective = plan.objective;
    m_record.bound = plan.bound;
    m_record.predictedDurationS = predicted.DurationS();
    std::vector<bool> selected(GetNDevices(), false);
    for (const auto& order : plan.orders)
    {
        selected[order.device] = true;
    }
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        if (!selected[device])
        {
            m_record.satOut.push_back(device);
        }
    }

    m_samples.Draw(*m_task, plan);
    m_outstanding = m_record.selected;
    m_roundBeginTrace(state, plan, predicted);
    for (size_t i = 0; i < plan.orders.size() && m_inRound; ++i)
    {
        const double gain =
            state.cells.empty() ? ABSENT : state.gains(plan.orders[i].device, 0, Direction::UPLINK);
        Dispatch(plan.orders[i], predicted.work[i], gain);
    }

    if (!m_inRound)
    {
        return; // who listened to that stopped the server
    }
    if (plan.orders.empty())
    {
        m_deadlineEvent = Simulator::Schedule(m_emptyRound, &SyncCoordinator::CloseRound, this);
    }
    else if (m_deadline.IsStrictlyPositive())
    {
        m_deadlineEvent = Simulator::Schedule(m_deadline, &SyncCoordinator::CloseRound, this);
    }
}

void
SyncCoordinator::Dispatch(const WorkOrder& order, const WorkOutcome& predicted, double gain)
{
    auto work = std::make_unique<InFlight>();
    work->order = order;
    work->predicted = predicted;
    work->gain = gain;
    work->radiatedBeforeJ = GetRadiatedEnergyJ(order.device);
    work->circuitBeforeJ = m_radio ? m_radio->GetCircuitEnergyJ(order.device) : ABSENT;
    work->sendS = order.earliestStartS;
    auto& inFlight = m_inFlight[order.device];
    inFlight = std::move(work);
    if (const auto samples = m_samples.Take(*m_task, order))
    {
        m_server->SendData(order.device, order.task, order.round, samples);
    }
    const Time sent = m_server->SendWork(order, predicted, m_encoded, m_task->statedBytes);
    if (inFlight)
    {
        inFlight->sendS = sent.GetSeconds();
    }
}

bool
SyncCoordinator::DoNotifyUpdate(DeviceId device, const Message& message, const WorkReport& report)
{
    const auto& work = m_inFlight.at(device);
    if (!m_running || !work || work->dropped || message.header.task != work->order.task ||
        message.header.round != work->order.round)
    {
        return false;
    }
    const bool late = work->order.round != m_round || !m_inRound;
    const uint32_t staleness = m_version - work->order.baseVersion;
    try
    {
        Merge(device, message, report);
    }
    catch (const InvalidInput& error)
    {
        NS_LOG_WARN("update of device " << device << " refused: " << error.what());
        GoOn(EndWork(device, WorkStatus::REFUSED, staleness));
        return false;
    }
    GoOn(EndWork(device, late ? WorkStatus::LATE : WorkStatus::MERGED, staleness));
    return true;
}

void
SyncCoordinator::Merge(DeviceId device, const Message& message, const WorkReport& report)
{
    const auto& order = m_inFlight[device]->order;
    if (report.baseVersion != order.baseVersion)
    {
        throw InvalidInput(
            Describe("base version = ", report.baseVersion, ": must be ", order.baseVersion));
    }
    if (m_task->model)
    {
        const uint32_t most = order.samples > 0 ? order.samples : m_profiles[device].samples;
        if (report.samples == 0 || report.samples > most)
        {
            throw InvalidInput(Describe("samples = ", report.samples, ": must be in 1..", most));
        }
        if (!message.payload)
        {
            throw InvalidInput("update without parameters: must hold the model's");
        }
        const Eigen::VectorXf parameters = Decode(m_task->encoding,
                                                  message.payload->GetData(),
                                                  message.payload->GetSize(),
                                                  m_task->model->ParameterCount());
        m_aggregator->Add({parameters,
                           static_cast<double>(report.samples),
                           m_version - order.baseVersion,
                           device});
    }
    else if (message.virtualBytes != m_task->statedBytes)
    {
        throw InvalidInput(
            Describe("update of ", message.virtualBytes, " bytes: must be ", m_task->statedBytes));
    }
    ++m_merged;
}

void
SyncCoordinator::DoNotifyFailed(DeviceId device, uint32_t task, uint32_t round)
{
    const auto& work = m_inFlight.at(device);
    if (!work || work->order.task != task || work->order.round != round)
    {
        return;
    }
    if (work->dropped)
    {
        ForgetDropped(device);
    }
    else
    {
        GoOn(EndWork(device, WorkStatus::REFUSED, 0));
    }
}

void
SyncCoordinator::DropWork(DeviceId device)
{
    const WorkOrder order = m_inFlight[device]->order;
    EndWork(device, WorkStatus::DEADLINE, 0);
    if (m_server->SendAbort(order))
    {
        m_inFlight[device] = std::make_unique<InFlight>();
        m_inFlight[device]->order = order;
        m_inFlight[device]->dropped = true;
        ++m_unanswered;
    }
}

void
SyncCoordinator::ForgetDropped(DeviceId device)
{
    m_inFlight[device] = nullptr;
    // Once the grace is over each counts.
    if (--m_unanswered == 0 || !IsPending(m_graceEvent))
    {
        TryBegin();
    }
}

bool
SyncCoordinator::EndWork(DeviceId device, WorkStatus status, uint32_t staleness)
{
    const auto work = std::move(m_inFlight[device]);
    WorkRecord record;
    record.order = work->order;
    record.gain = work->gain;
    record.predicted = work->predicted;
    record.measured = Measure(*work, status);
    record.measured.staleness = staleness;
    m_record.over.push_back(std::move(record));

    return m_inRound && work->order.round == m_round && --m_outstanding == 0;
}

void
SyncCoordinator::GoOn(bool isComplete)
{
    if (isComplete)
    {
        m_deadlineEvent.Cancel();
        // Not from within a session's callback: closing sends to sessions.
        m_deadlineEvent = Simulator::ScheduleNow(&SyncCoordinator::CloseRound, this);
    }
    else if (!m_inRound)
    {
        TryBegin();
    }
}

WorkOutcome
SyncCoordinator::Measure(const InFlight& work, WorkStatus status) const
{
    const auto& order = work.order;
    WorkOutcome outcome;
    outcome.device = order.device;
    outcome.server = order.server;
    outcome.task = order.task;
    outcome.round = order.round;
    outcome.baseVersion = order.baseVersion;
    outcome.startS = work.predicted.startS;
    outcome.payloadBits = 8.0 * static_cast<double>(m_task->PayloadBytes());
    outcome.radioEnergyJ = GetRadiatedEnergyJ(order.device) - work.radiatedBeforeJ;
    if (m_radio)
    {
        outcome.circuitEnergyJ = m_radio->GetCircuitEnergyJ(order.device) - work.circuitBeforeJ;
    }
    outcome.status = status;
    m_server->MeasureWork(order, outcome);
    if (const auto& client = m_clients[order.device])
    {
        client->MeasureWork(order, work.sendS, outcome);
    }
    return outcome;
}

RoundRecord
SyncCoordinator::MakeRecord()
{
    m_record.endS = NowS();
    m_record.received = m_merged;
    std::stable_sort(
        m_record.over.begin(),
        m_record.over.end(),
        [](const WorkRecord& a, const WorkRecord& b) { return a.order.device < b.order.device; });
    m_record.energyJ = 0;
    for (const auto& work : m_record.over)
    {
        m_record.energyJ += work.measured.EnergyJ();
    }
    RoundRecord record = std::move(m_record);
    m_record = RoundRecord();
    return record;
}

void
SyncCoordinator::CloseRound()
{
    m_deadlineEvent.Cancel();
    for (DeviceId device = 0; device < m_inFlight.size() && m_outstanding > 0; ++device)
    {
        if (m_inFlight[device] && m_inFlight[device]->order.round == m_round &&
            m_latePolicy == DROP)
        {
            DropWork(device);
        }
    }
    m_inRound = false;
    m_outstanding = 0;

    const uint32_t round = m_round++;
    RoundRecord record = MakeRecord();
    if (m_merged > 0)
    {
        if (m_aggregator)
        {
            m_aggregator->Finish(m_parameters);
            m_aggregator->Begin(m_task->model->ParameterCount());
            Encode();
        }
        ++m_version;
        const uint32_t merged = m_merged;
        m_merged = 0;
        m_aggregatedTrace(round, m_version, merged);
    }
    Evaluate(record);
    Calibrate(record);

    m_last = Outcome();
    m_last.round = round;
    m_last.startS = record.startS;
    m_last.endS = record.endS;
    for (const auto& work : record.over)
    {
        m_last.work.push_back(work.measured);
    }
    m_optimizer->Observe(m_last);
    m_roundEndTrace(record);
    if (!m_running)
    {
        return; // who listened to that stopped the server
    }
    if (m_round > m_rounds)
    {
        End("all rounds are done");
        return;
    }
    if (m_unanswered > 0)
    {
        m_graceEvent = Simulator::Schedule(m_abortGrace, &SyncCoordinator::TryBegin, this);
        return;
    }
    TryBegin();
}

void
SyncCoordinator::Evaluate(RoundRecord& record) const
{
    if (m_task->model && m_task->test && m_evaluate)
    {
        const auto evaluation =
            fl::Evaluate(*m_task->model, m_parameters, *m_task->test, m_task->pool.get());
        record.loss = evaluation.loss;
        record.accuracy = evaluation.accuracy;
    }
}

void
SyncCoordinator::Calibrate(const RoundRecord& record)
{
    if (!m_calibrator)
    {
        return;
    }
    SystemState state;
    m_radio->Report(state);
    for (const auto& work : record.over)
    {
        const auto* upload = work.order.FindTransfer(Direction::UPLINK);
        if (upload && upload->grant)
        {
            m_calibrator->Observe(work, state.cells.at(upload->grant->cell).noiseWPerHz);
        }
    }
}

void
SyncCoordinator::Encode()
{
    if (m_task->model)
    {
        m_encoded = std::make_shared<const Payload>(fl::Encode(m_task->encoding, m_parameters));
    }
}

} // namespace fl
} // namespace ns3
