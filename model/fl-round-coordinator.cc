/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-round-coordinator.h"

#include "fl-client.h"
#include "fl-optimizer.h"
#include "fl-server.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlRoundCoordinator");

NS_OBJECT_ENSURE_REGISTERED(RoundCoordinator);

TypeId
RoundCoordinator::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::RoundCoordinator").SetParent<Coordinator>().SetGroupName("Fl");
    return tid;
}

TypeId
RoundCoordinator::AddRoundAttributes(TypeId tid)
{
    return tid
        .AddAttribute("RoundDeadline",
                      "A round is closed this long after it began, whatever is missing; zero: "
                      "when the last device has answered or is lost",
                      TimeValue(Time(0)),
                      MakeTimeAccessor(&RoundCoordinator::m_deadline),
                      MakeTimeChecker(Time(0)))
        .AddAttribute("LatePolicy",
                      "What becomes of an update that is not there when its round is closed: "
                      "Drop (the device is told to stop) or NextRound (it is merged into the "
                      "round in which it arrives)",
                      EnumValue(RoundCoordinator::DROP),
                      MakeFlEnumAccessor<LatePolicy>(&RoundCoordinator::m_latePolicy),
                      MakeEnumChecker(RoundCoordinator::DROP,
                                      "Drop",
                                      RoundCoordinator::NEXT_ROUND,
                                      "NextRound"))
        .AddAttribute("EmptyRound",
                      "Duration of a round in which the optimizer gives nobody work",
                      TimeValue(Seconds(1)),
                      MakeTimeAccessor(&RoundCoordinator::m_emptyRound),
                      MakeTimeChecker(NanoSeconds(1)))
        .AddAttribute("Evaluate",
                      "Whether to evaluate the global model on held-out data each round",
                      BooleanValue(true),
                      MakeBooleanAccessor(&RoundCoordinator::m_evaluate),
                      MakeBooleanChecker())
        .AddAttribute("Calibrate",
                      "Whether optimizers that plan by Shannon's formula are told what part of "
                      "its rate each device's uploads really had (RateCalibrator)",
                      BooleanValue(false),
                      MakeBooleanAccessor(&RoundCoordinator::m_calibrate),
                      MakeBooleanChecker())
        .AddAttribute("CalibrationWeight",
                      "Weight of the latest measurement against those before; above 0",
                      DoubleValue(0.5),
                      MakeDoubleAccessor(&RoundCoordinator::m_calibrationWeight),
                      MakeDoubleChecker<double>(1e-6, 1));
}

void
RoundCoordinator::DoDispose()
{
    m_model.Dispose();
    Coordinator::DoDispose();
}

uint32_t
RoundCoordinator::GetRound() const
{
    return m_round;
}

const GlobalModel&
RoundCoordinator::DoGetModel(uint32_t /* task */) const
{
    return m_model;
}

// Begin and end of a run

void
RoundCoordinator::BeginRun()
{
    if (!m_model.IsInitialized())
    {
        if (m_tasks.empty() || !m_optimizer)
        {
            throw std::logic_error(
                Describe(GetInstanceTypeId().GetName(), " needs a LearningTask and an Optimizer"));
        }
        DoInitialize(m_model);
        if (m_calibrate && m_radio)
        {
            m_calibrator = std::make_unique<RateCalibrator>(m_calibrationWeight);
        }
    }
    m_model.Encode();
    m_orders.Clear(); // late ones, of a run that had ended
    m_connected.assign(GetNDevices(), false);
    m_nConnected = 0;
    m_running = true;
}

void
RoundCoordinator::DoInitialize(GlobalModel& model)
{
    model.Initialize(m_tasks.front(), std::make_unique<FedAvg>());
}

void
RoundCoordinator::AbortRun()
{
    m_running = false;
    CancelEvents();
    AbortOrders();
    m_outstanding = 0;
    const bool aborted = std::exchange(m_inRound, false);
    // The aborted round is repeated, with training of the updates received.
    m_model.Discard();
    if (aborted)
    {
        AbortRecord(std::exchange(m_record, RoundRecord()));
    }
}

void
RoundCoordinator::DoAbortOrder(const OrderKey& key)
{
    EndOrder(key, WorkStatus::ABORTED, 0);
}

// Planning

SystemState
RoundCoordinator::Observe() const
{
    SystemState state;
    state.nowS = NowS();
    state.round = m_round;
    state.modelVersion = m_model.GetVersion();
    state.localIterations = m_tasks.front()->trainer.localIterations;
    state.downloadBits = 8.0 * static_cast<double>(m_tasks.front()->PayloadBytes());
    state.uploadBits = state.downloadBits;
    state.sampleBits = m_samples.GetSampleBits(*m_tasks.front());
    state.sampleHeaderBits = SampleAllotment::GetHeaderBits();
    state.servers = GetServerProfiles();
    state.profiles = m_profiles.front();
    state.available.resize(GetNDevices());
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        ObserveData(device, state);
        state.available[device] = IsAvailable(device) && HasData(device, state);
    }
    DoDescribe(state);
    if (m_radio)
    {
        m_radio->Report(state);
        // Devices with an active order of an earlier round keep their sub-bands.
        for (const auto& grant : m_orders.HeldGrants())
        {
            state.cells.at(grant.cell).uplinkBandwidthHz -= grant.bandwidthHz;
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
RoundCoordinator::DoDescribe(SystemState& /* state */) const
{
}

bool
RoundCoordinator::IsAvailable(DeviceId device) const
{
    return m_connected[device] && !m_orders.HasOrders(device);
}

bool
RoundCoordinator::HasData(DeviceId device, const SystemState& state) const
{
    const auto& client = m_clients[device];
    return !client || !client->HasDataStream(state.task) || state.profiles[device].samples > 0;
}

bool
RoundCoordinator::HasBand(const SystemState& state) const
{
    // A remainder by round-off, of a band that active orders have, is no bandwidth.
    constexpr double ROUND_OFF = 1e-6;
    if (!m_radio)
    {
        return true;
    }
    const auto held = m_orders.HeldGrants();
    return std::all_of(held.begin(), held.end(), [&](const Grant& grant) {
        return state.cells.at(grant.cell).uplinkBandwidthHz > ROUND_OFF * grant.bandwidthHz;
    });
}

Outcome
RoundCoordinator::Enforce(const SystemState& state, const Plan& plan)
{
    Plan onAir = plan;
    m_orders.AppendTo(onAir, state.cells);
    Outcome predicted = Predict(state, onAir);
    predicted.work.resize(plan.orders.size());
    if (!std::isnan(predicted.endS))
    {
        // Without the active orders of earlier rounds.
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
    return predicted;
}

// A round

void
RoundCoordinator::OpenRecord(const Plan& plan, const Outcome& predicted)
{
    // The record may have orders already, which ended since the last round.
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
            m_record.unselected.push_back(device);
        }
    }
}

void
RoundCoordinator::OpenRound(const SystemState& state, Plan plan)
{
    CheckPlan(state, plan);
    Outcome predicted = Enforce(state, plan);
    m_inRound = true;
    OpenRecord(plan, predicted);
    m_samples.Draw(*m_tasks.front(), plan);
    m_outstanding = m_record.selected;
    m_roundBeginTrace(state, plan, predicted);
    for (size_t i = 0; i < plan.orders.size() && m_inRound; ++i)
    {
        const double gain =
            state.cells.empty() ? ABSENT : state.gains(plan.orders[i].device, 0, Direction::UPLINK);
        Dispatch(std::move(plan.orders[i]), std::move(predicted.work[i]), gain);
    }
    if (!m_inRound)
    {
        return; // a trace sink has stopped the server
    }
    if (plan.orders.empty())
    {
        ScheduleClose(m_emptyRound);
    }
    else if (m_deadline.IsStrictlyPositive())
    {
        ScheduleClose(m_deadline);
    }
}

void
RoundCoordinator::ScheduleClose(Time delay)
{
    m_closeEvent.Cancel();
    m_closeEvent = Simulator::Schedule(delay, &RoundCoordinator::DoRoundOver, this);
}

void
RoundCoordinator::CancelEvents()
{
    m_closeEvent.Cancel();
    Coordinator::CancelEvents();
}

void
RoundCoordinator::Dispatch(WorkOrder&& order, WorkOutcome&& predicted, double gain)
{
    const OrderKey key = KeyOf(order);
    m_orders.Add(BeginOrder(std::move(order), std::move(predicted), gain));
    if (const auto samples = m_samples.Take(*m_tasks.front(), m_orders.Find(key)->order))
    {
        ServerOf(m_orders.Find(key)->order.server)
            .SendData(key.device, key.task, key.round, samples);
    }
    const auto* inFlight = m_orders.Find(key);
    if (!inFlight)
    {
        return; // a trace sink has ended the order
    }
    const Time sent = ServerOf(inFlight->order.server)
                          .SendWork(inFlight->order,
                                    inFlight->predicted,
                                    m_model.GetEncoded(),
                                    m_tasks.front()->statedBytes);
    if (auto* present = m_orders.Find(key))
    {
        present->sendS = sent.GetSeconds();
    }
}

void
RoundCoordinator::EndLateOrders()
{
    if (m_latePolicy != DROP || m_outstanding == 0)
    {
        return;
    }
    for (const auto& key : m_orders.Keys())
    {
        // Sending to one device may end the session of another one.
        const auto* inFlight = m_orders.Find(key);
        if (inFlight && !inFlight->isDropped && key.round == m_round)
        {
            DropOrder(key);
        }
    }
}

void
RoundCoordinator::CloseRound()
{
    m_closeEvent.Cancel();
    EndLateOrders();
    m_inRound = false;
    m_outstanding = 0;
    const uint32_t round = m_round++;
    RoundRecord record = std::exchange(m_record, RoundRecord());
    record.received = m_model.GetNCollected();
    m_last = CompleteRecord(record);
    if (const uint32_t merged = DoAggregate(m_model))
    {
        m_aggregatedTrace(round, m_model.GetVersion(), merged);
    }
    if (m_evaluate)
    {
        DoEvaluate(m_model, record);
    }
    DoComplete(record);
    Calibrate(record);
    m_optimizer->Observe(m_last);
    m_roundEndTrace(record);
}

uint32_t
RoundCoordinator::DoAggregate(GlobalModel& model)
{
    return model.Aggregate();
}

std::map<DeviceId, KeptUpdate>
RoundCoordinator::TakeUpdates()
{
    return m_model.TakeUpdates();
}

RoundCoordinator::LatePolicy
RoundCoordinator::GetLatePolicy() const
{
    return m_latePolicy;
}

void
RoundCoordinator::DoEvaluate(const GlobalModel& model, RoundRecord& record)
{
    model.Evaluate(record);
}

void
RoundCoordinator::Calibrate(const RoundRecord& record)
{
    if (!m_calibrator)
    {
        return;
    }
    SystemState state;
    m_radio->Report(state);
    for (const auto& work : record.ended)
    {
        m_calibrator->Observe(work, state.cells);
    }
}

} // namespace fl
} // namespace ns3
