/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-coordinator.h"

#include "fl-client.h"
#include "fl-energy-split.h"
#include "fl-global-model.h"
#include "fl-optimizer.h"
#include "fl-server.h"

#include "ns3/boolean.h"
#include "ns3/fl-error.h"
#include "ns3/fl-predictor.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlCoordinator");

NS_OBJECT_ENSURE_REGISTERED(Coordinator);

namespace
{

/**
 * @param order a work order
 * @return whether it has a transfer from the device
 */
bool
HasUplink(const WorkOrder& order)
{
    return std::any_of(order.phases.begin(), order.phases.end(), [](const Phase& phase) {
        const auto* transfer = std::get_if<Transfer>(&phase);
        return transfer && transfer->direction == Direction::UPLINK;
    });
}

} // namespace

TypeId
Coordinator::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::Coordinator")
            .SetParent<Object>()
            .SetGroupName("Fl")
            .AddAttribute(
                "Optimizer",
                "Decides what each device does",
                PointerValue(),
                MakePointerAccessor(&Coordinator::SetOptimizer, &Coordinator::GetOptimizer),
                MakePointerChecker<Optimizer>())
            .AddAttribute(
                "RadioControl",
                "Controls the cell's radio; none: links are as they "
                "are, and a plan's grants are not enforced",
                PointerValue(),
                MakePointerAccessor(&Coordinator::SetRadioControl, &Coordinator::GetRadioControl),
                MakePointerChecker<RadioControl>())
            .AddAttribute("StopSimulation",
                          "Whether FederationHelper stops the simulation when this "
                          "coordinator and all others in it are finished; false in "
                          "one of them: it goes on",
                          BooleanValue(true),
                          MakeBooleanAccessor(&Coordinator::m_stopSimulation),
                          MakeBooleanChecker())
            .AddTraceSource("RoundBegin",
                            "A round begins: state, plan, predicted outcome",
                            MakeTraceSourceAccessor(&Coordinator::m_roundBeginTrace),
                            "ns3::fl::Coordinator::RoundBeginCallback")
            .AddTraceSource("RoundEnd",
                            "A round ends: its record",
                            MakeTraceSourceAccessor(&Coordinator::m_roundEndTrace),
                            "ns3::fl::Coordinator::RoundEndCallback")
            .AddTraceSource("Aggregated",
                            "Updates were merged: round, new model version, number of updates",
                            MakeTraceSourceAccessor(&Coordinator::m_aggregatedTrace),
                            "ns3::fl::Coordinator::AggregatedCallback")
            .AddTraceSource("Finished",
                            "Nothing more will happen, unless the server is "
                            "started again: why",
                            MakeTraceSourceAccessor(&Coordinator::m_finishedTrace),
                            "ns3::fl::Coordinator::FinishedCallback");
    return tid;
}

// Here, where Client is known.
Coordinator::Coordinator() = default;

Coordinator::~Coordinator() = default;

void
Coordinator::DoDispose()
{
    CancelEvents();
    m_orders.Clear();
    m_server = nullptr;
    m_hosts.clear();
    m_tasks.clear();
    m_radio = nullptr;
    m_optimizer = nullptr;
    m_clients.clear();
    Object::DoDispose();
}

void
Coordinator::AddTask(std::shared_ptr<const LearningTask> task)
{
    m_tasks.push_back(std::move(task));
}

uint32_t
Coordinator::GetNTasks() const
{
    return static_cast<uint32_t>(m_tasks.size());
}

const GlobalModel&
Coordinator::DoGetModel(uint32_t task) const
{
    throw std::logic_error(
        Describe(GetInstanceTypeId().GetName(), " has no global model of task ", task));
}

uint32_t
Coordinator::GetModelVersion(uint32_t task) const
{
    return DoGetModel(task).GetVersion();
}

const Eigen::VectorXf&
Coordinator::GetParameters(uint32_t task) const
{
    return DoGetModel(task).GetParameters();
}

void
Coordinator::AddDevice(const std::vector<DeviceProfile>& profiles, Ptr<Client> client)
{
    if (m_clients.empty())
    {
        m_profiles.resize(profiles.size());
    }
    if (profiles.empty() || profiles.size() != m_profiles.size())
    {
        throw InvalidInput(Describe("device ",
                                    GetNDevices(),
                                    ": has profiles for ",
                                    profiles.size(),
                                    " tasks: must be ",
                                    std::max<size_t>(m_profiles.size(), 1)));
    }
    for (const auto& profile : profiles)
    {
        profile.Validate(GetNDevices());
    }
    for (size_t task = 0; task < profiles.size(); ++task)
    {
        m_profiles[task].push_back(profiles[task]);
    }
    m_clients.push_back(client);
    if (profiles.size() > 1 && !m_split)
    {
        m_split = std::make_unique<EnergySplit>();
    }
    if (m_split && client)
    {
        client->TraceConnectWithoutContext("WorkReceived",
                                           MakeCallback(&Coordinator::WorkReceived, this));
        client->TraceConnectWithoutContext("UploadBegin",
                                           MakeCallback(&Coordinator::UploadBegan, this));
    }
}

void
Coordinator::WorkReceived(DeviceId device, const WorkOrder& order)
{
    m_split->Received(KeyOf(order), GetRadioEnergies(device));
}

void
Coordinator::UploadBegan(DeviceId device, const WorkOrder& order)
{
    m_split->Uploading(KeyOf(order), GetRadioEnergies(device));
}

RadioEnergies
Coordinator::GetRadioEnergies(DeviceId device) const
{
    if (!m_radio)
    {
        return {};
    }
    return {m_radio->GetRadiatedEnergyJ(device),
            m_radio->GetCircuitEnergyJ(device),
            m_radio->GetStationEnergyJ(device)};
}

void
Coordinator::AddDevice(const DeviceProfile& profile, Ptr<Client> client)
{
    AddDevice(std::vector<DeviceProfile>{profile}, client);
}

void
Coordinator::SetRadioControl(Ptr<RadioControl> radio)
{
    m_radio = radio;
}

Ptr<RadioControl>
Coordinator::GetRadioControl() const
{
    return m_radio;
}

void
Coordinator::SetOptimizer(Ptr<Optimizer> optimizer)
{
    m_optimizer = optimizer;
}

Ptr<Optimizer>
Coordinator::GetOptimizer() const
{
    return m_optimizer;
}

uint32_t
Coordinator::GetNDevices() const
{
    return static_cast<uint32_t>(m_clients.size());
}

bool
Coordinator::IsFinished() const
{
    return m_finished;
}

void
Coordinator::Finish(const std::string& reason)
{
    m_finished = true;
    m_finishedTrace(reason);
}

void
Coordinator::Interrupt(const std::string& reason)
{
    m_finishedTrace(reason);
}

void
Coordinator::End(const std::string& reason)
{
    NS_LOG_INFO("finished: " << reason);
    for (const auto& host : m_hosts)
    {
        if (m_running)
        {
            host.server->SendBye();
        }
    }
    m_running = false;
    CancelEvents();
    Finish(reason);
}

void
Coordinator::AwaitDevices()
{
    m_waitEvent.Cancel();
    m_waitEvent = Simulator::Schedule(m_waitTimeout, [this] {
        DoReportAborted();
        if (m_running)
        {
            End(Describe("no device became available for ", m_waitTimeout.GetSeconds(), " s"));
        }
    });
}

void
Coordinator::DoReportAborted()
{
}

void
Coordinator::CancelEvents()
{
    m_waitEvent.Cancel();
}

void
Coordinator::AbortOrders()
{
    for (const auto& key : m_orders.Keys())
    {
        if (m_orders.Find(key)->isDropped)
        {
            m_orders.Take(key);
        }
        else
        {
            DoAbortOrder(key);
        }
    }
}

void
Coordinator::DoAbortOrder(const OrderKey& key)
{
    m_orders.Take(key);
}

void
Coordinator::AbortRecord(RoundRecord record)
{
    record.aborted = true;
    for (auto& work : record.ended)
    {
        if (work.measured.status == WorkStatus::MERGED || work.measured.status == WorkStatus::LATE)
        {
            work.measured.status = WorkStatus::ABORTED; // its update was discarded
            work.measured.aggregation = 0;
        }
    }
    CompleteRecord(record);
    m_roundEndTrace(record);
}

void
Coordinator::CheckPlan(const SystemState& state, const Plan& plan) const
{
    for (const auto& order : plan.orders)
    {
        if (state.split && order.samplesSent)
        {
            throw InvalidInput(Describe(m_optimizer->GetInstanceTypeId().GetName(),
                                        " plans to send samples to device ",
                                        order.device,
                                        ": in split learning devices must have their own"));
        }
        // Of another round, or without an update, it would never be over.
        if (order.task != state.task || order.round != state.round ||
            order.baseVersion != state.modelVersion || !HasUplink(order))
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

TransportProfile
Coordinator::GetTransportProfile(const Plan& plan) const
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
        // Sizes of orders hardly differ.
        bytes.clear();
        Append(bytes, plan.orders.front());
        profile.orderBytes = static_cast<double>(bytes.size());
    }
    auto& downlink = profile.windows[static_cast<size_t>(Direction::DOWNLINK)];
    auto& uplink = profile.windows[static_cast<size_t>(Direction::UPLINK)];
    for (const auto& order : plan.orders)
    {
        const DeviceId device = order.device;
        const auto& server = ServerOf(order.server);
        downlink[device] = server.GetSendWindow(device);
        // Every transport has this, also those without a SendWindow.
        downlink[device].flightBytes = static_cast<double>(server.GetPendingBytes(device));
        if (m_clients[device])
        {
            uplink[device] = m_clients[device]->GetSendWindow(order.server);
        }
    }
    return profile;
}

Outcome
Coordinator::Predict(const SystemState& state, const Plan& plan) const
{
    if (!m_radio)
    {
        return Predictor::Predict(state, plan, ShannonRateModel());
    }
    const auto rateModel = m_radio->MakeRateModel(state, plan, GetTransportProfile(plan));
    return Predictor::Predict(state, plan, *rateModel);
}

void
Coordinator::ObserveData(DeviceId device, SystemState& state) const
{
    const auto& client = m_clients[device];
    if (!client || !client->HasDataStream(state.task))
    {
        return;
    }
    state.profiles[device].samples = client->GetNSamples(state.task);
    const DataDrift& drift = client->GetDrift(state.task);
    const auto perS = [devices = GetNDevices()](double rise, double durationS) {
        return durationS > 0 ? rise / (durationS * devices) : ABSENT;
    };
    state.drift.resize(GetNDevices());
    state.drift[device] = {perS(drift.idleRise, drift.idleS),
                           perS(drift.computingRise, drift.computingS)};
}

OrderInFlight
Coordinator::BeginOrder(WorkOrder order, WorkOutcome predicted, double gain)
{
    OrderInFlight inFlight;
    inFlight.gain = gain;
    inFlight.before = GetRadioEnergies(order.device);
    if (m_split)
    {
        m_split->Begin(KeyOf(order), inFlight.before);
    }
    inFlight.sendS = order.earliestStartS;
    inFlight.order = std::move(order);
    inFlight.predicted = std::move(predicted);
    return inFlight;
}

WorkOutcome
Coordinator::Measure(const OrderInFlight& inFlight, WorkStatus status)
{
    const auto& order = inFlight.order;
    WorkOutcome outcome;
    outcome.device = order.device;
    outcome.server = order.server;
    outcome.task = order.task;
    outcome.round = order.round;
    outcome.baseVersion = order.baseVersion;
    outcome.startS = inFlight.predicted.startS;
    outcome.payloadBits = order.TransferBits(Direction::UPLINK);
    auto energies = GetRadioEnergies(order.device);
    if (m_split)
    {
        energies = m_split->End(KeyOf(order), energies);
    }
    else
    {
        energies.radiatedJ -= inFlight.before.radiatedJ;
        energies.circuitJ -= inFlight.before.circuitJ;
        energies.stationJ -= inFlight.before.stationJ;
    }
    outcome.radioEnergyJ = energies.radiatedJ;
    outcome.circuitEnergyJ = energies.circuitJ;
    outcome.stationEnergyJ = energies.stationJ;
    outcome.status = status;
    ServerOf(order.server).MeasureWork(order, outcome);
    if (const auto& client = m_clients[order.device])
    {
        client->MeasureWork(order, inFlight.sendS, outcome);
    }
    return outcome;
}

WorkRecord
Coordinator::EndRecord(OrderInFlight&& inFlight, WorkStatus status, uint32_t staleness)
{
    WorkRecord record;
    record.measured = Measure(inFlight, status);
    record.measured.staleness = staleness;
    record.gain = inFlight.gain;
    record.order = std::move(inFlight.order);
    record.predicted = std::move(inFlight.predicted);
    return record;
}

Outcome
Coordinator::CompleteRecord(RoundRecord& record)
{
    record.endS = NowS();
    std::stable_sort(record.ended.begin(), record.ended.end(), [](const auto& a, const auto& b) {
        return a.order.device < b.order.device;
    });
    Outcome outcome;
    outcome.round = record.round;
    outcome.task = record.task;
    outcome.startS = record.startS;
    outcome.endS = record.endS;
    record.energyJ = 0;
    for (const auto& work : record.ended)
    {
        record.energyJ += work.measured.EnergyJ();
        outcome.work.push_back(work.measured);
    }
    return outcome;
}

double
Coordinator::NowS()
{
    return Simulator::Now().GetSeconds();
}

double
Coordinator::GetEnergyJ() const
{
    double energyJ = 0;
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        if (m_clients[device])
        {
            energyJ += m_clients[device]->GetComputeEnergyJ();
        }
        if (m_radio)
        {
            energyJ += m_radio->GetRadiatedEnergyJ(device);
        }
    }
    return energyJ;
}

} // namespace fl
} // namespace ns3
