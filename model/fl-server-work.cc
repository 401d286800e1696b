/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-server-work.h"

#include "fl-work-program.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// @return the simulation's time [s]
double
NowS()
{
    return Simulator::Now().GetSeconds();
}

} // namespace

ServerWork::ServerWork(Owner& owner, WorkOrder order, Setup setup)
    : m_owner(owner),
      m_order(std::move(order)),
      m_setup(std::move(setup)),
      m_times(m_order.phases.size())
{
    EncodeOrder();
}

ServerWork::~ServerWork()
{
    *m_setup.content.cancel = true;
    m_pause.Cancel();
}

const WorkOrder&
ServerWork::GetOrder() const
{
    return m_order;
}

Time
ServerWork::GetStart() const
{
    return m_start;
}

bool
ServerWork::IsSent() const
{
    return m_isSent;
}

bool
ServerWork::IsOver() const
{
    return m_isOver;
}

void
ServerWork::SetPayload(PayloadKind kind, std::shared_ptr<const Payload> payload)
{
    m_setup.content.Of(kind) = std::move(payload);
}

// Phases

Time
ServerWork::Begin()
{
    double delayS = std::max(0.0, m_order.earliestStartS - NowS());
    for (; m_next < m_order.phases.size(); ++m_next)
    {
        const auto* idle = std::get_if<Idle>(&m_order.phases[m_next]);
        if (!idle)
        {
            break;
        }
        m_times[m_next].startS = NowS() + delayS;
        delayS += idle->durationS;
        m_times[m_next].endS = NowS() + delayS;
    }
    m_start = Simulator::Now() + Seconds(delayS);
    if (delayS > 0)
    {
        m_pause = Simulator::Schedule(Seconds(delayS), &ServerWork::Advance, this);
    }
    else
    {
        Advance();
    }
    return m_start;
}

void
ServerWork::NextPhase()
{
    ++m_next;
    Advance();
}

void
ServerWork::EndPause()
{
    m_times[m_next].endS = NowS();
    NextPhase();
}

void
ServerWork::Advance()
{
    const auto self = shared_from_this(); // the owner may release it in what follows
    m_isWaiting = false;
    while (m_next < m_order.phases.size())
    {
        if (!Do(m_order.phases[m_next]) || m_isOver)
        {
            return;
        }
        ++m_next;
    }
    SendOrder();
    m_isWaiting = true;
    if (!m_isOver && m_update)
    {
        m_isOver = true;
        if (auto& made = m_setup.content.Of(PayloadKind::UPDATE))
        {
            m_update->payload = std::move(made);
        }
        m_owner.WorkEnded(*this, *m_update, m_report);
    }
}

bool
ServerWork::Do(const Phase& phase)
{
    if (const auto* idle = std::get_if<Idle>(&phase))
    {
        if (m_isSent)
        {
            return true; // a phase of the device
        }
        m_times[m_next].startS = NowS();
        m_pause = Simulator::Schedule(Seconds(idle->durationS), &ServerWork::EndPause, this);
        return false;
    }
    if (const auto* transfer = std::get_if<Transfer>(&phase))
    {
        if (transfer->direction == Direction::DOWNLINK)
        {
            SendTransfer(*transfer);
            return true;
        }
        SendOrder();
        m_isWaiting = std::isnan(m_times[m_next].endS);
        return !m_isWaiting;
    }
    const auto& compute = std::get<Compute>(phase);
    if (compute.node == ComputeNode::SERVER)
    {
        return BeginCompute(compute);
    }
    SendOrder();
    return true;
}

void
ServerWork::EncodeOrder()
{
    m_prefix.clear();
    Append(m_prefix, m_order);
    if (m_setup.sendExpectedUpload)
    {
        AppendExpectedUpload(m_prefix, m_setup.expectedUpload.GetSeconds());
    }
}

std::vector<uint8_t>
ServerWork::TakeOrder()
{
    if (m_owner.BindModel(m_order, m_setup.content.Of(PayloadKind::MODEL)))
    {
        EncodeOrder();
    }
    m_isSent = true;
    return std::move(m_prefix);
}

void
ServerWork::SendOrder()
{
    if (m_isSent)
    {
        return;
    }
    Message message;
    message.header.type = MessageType::WORK;
    message.prefix = TakeOrder();
    Send(std::move(message));
}

void
ServerWork::SendTransfer(const Transfer& transfer)
{
    const std::size_t index = m_next;
    m_times[index].startS = NowS();
    Message message;
    message.header.type = m_isSent ? MessageType::DATA : MessageType::WORK;
    message.header.step = static_cast<uint8_t>(index + 1);
    if (!m_isSent)
    {
        message.prefix = TakeOrder();
    }
    message.payload = std::exchange(m_setup.content.Of(transfer.kind), nullptr);
    if (!message.payload)
    {
        message.virtualBytes = VirtualBytes(transfer, m_setup.modelBytes);
    }
    message.expected = ToExpected(m_setup.transferS.at(index));
    Send(std::move(message));
}

void
ServerWork::Send(Message&& message)
{
    m_sentStep = message.header.step;
    m_isDelivered = false;
    m_sentAt = Simulator::Now();
    m_expectedDownload = message.expected;
    m_owner.SendForOrder(m_order, std::move(message));
}

void
ServerWork::Delivered(uint8_t step)
{
    if (m_isSent && step == m_sentStep)
    {
        m_isDelivered = true;
        m_deliveredAt = Simulator::Now();
    }
}

Time
ServerWork::GetProgress(Time acknowledged, Time received) const
{
    if (!m_isSent)
    {
        return std::max(m_start, Simulator::Now());
    }
    // A device that computes answers each PING by a PONG, which comes behind what it sent before.
    return m_isDelivered ? std::max(m_deliveredAt, received) : std::max(m_sentAt, acknowledged);
}

Time
ServerWork::GetExpectedDuration() const
{
    return m_isDelivered ? m_setup.expectedUpload : m_expectedDownload;
}

bool
ServerWork::BeginCompute(const Compute& compute)
{
    const auto processor = m_owner.GetProcessor();
    if (!processor)
    {
        throw std::logic_error(
            Describe("server ", m_order.server, ": its node has no Processor to compute on"));
    }
    m_times[m_next].startS = NowS();
    try
    {
        if (const auto task = m_owner.GetTask(m_order.task))
        {
            static const std::vector<uint32_t> NO_SAMPLES;
            std::shared_ptr<JobState> none;
            m_computation =
                BeginJob({m_order, compute, *task, NO_SAMPLES, m_setup.content, none, nullptr});
        }
        if (compute.cycles > 0)
        {
            m_job = processor->Run(compute.cycles, compute.cpuHz, [this] { EndCompute(); });
            if (!m_job)
            {
                m_owner.GiveUp(*this, "the server's processor is switched off");
            }
            return false;
        }
    }
    catch (const InvalidInput& error)
    {
        m_owner.GiveUp(*this, error.what());
        return false;
    }
    return FinishJob();
}

void
ServerWork::EndCompute()
{
    const auto self = shared_from_this();
    m_job = 0;
    if (FinishJob())
    {
        NextPhase();
    }
}

bool
ServerWork::FinishJob()
{
    m_times[m_next].endS = NowS();
    const auto computation = std::move(m_computation);
    if (!computation)
    {
        return true;
    }
    const auto result = computation->Finish(m_setup.content);
    if (!result.failure.empty())
    {
        m_owner.GiveUp(*this, result.failure);
        return false;
    }
    const bool isTraining = std::get<Compute>(m_order.phases[m_next]).job == ComputeJob::TRAIN;
    if (isTraining)
    {
        // What the device would have reported.
        m_hasTrained = true;
        m_report.samples = result.samples;
        m_report.iterations = result.iterations;
        m_report.loss = result.loss;
    }
    return true;
}

// Messages received

const Transfer*
ServerWork::ExpectedTransfer() const
{
    for (std::size_t i = 0; i < m_times.size(); ++i)
    {
        if (IsTransfer(m_order, i, Direction::UPLINK) && std::isnan(m_times[i].endS))
        {
            return TransferAt(m_order, i);
        }
    }
    return nullptr;
}

void
ServerWork::Receive(Message&& message)
{
    const std::size_t index = message.header.step - 1U;
    const auto* transfer = ExpectedTransfer();
    if (message.header.step == 0 || !transfer || TransferAt(m_order, index) != transfer ||
        UpdatePhase(m_order) == index)
    {
        throw InvalidInput(Describe("DATA of round ",
                                    m_order.round,
                                    ": step = ",
                                    +message.header.step,
                                    ": must be that of the order's next uplink transfer"));
    }
    const auto self = shared_from_this();
    m_times[index].endS = NowS();
    m_setup.content.Of(transfer->kind) = message.payload;
    m_owner.PayloadArrived(m_order, message);
    if (m_isWaiting && !m_isOver)
    {
        Advance();
    }
}

void
ServerWork::ReceiveUpdate(Message&& message, const WorkReport& report)
{
    const auto update = UpdatePhase(m_order);
    const auto* transfer = ExpectedTransfer();
    const bool isThrough = update ? TransferAt(m_order, *update) == transfer : !transfer;
    if (m_update || !isThrough || message.header.step != (update ? *update + 1 : 0))
    {
        throw InvalidInput(Describe("UPDATE of round ",
                                    m_order.round,
                                    ": step = ",
                                    +message.header.step,
                                    ": must be that of the order's last transfer, and come last"));
    }
    if (update)
    {
        m_times[*update].endS = NowS();
        m_setup.content.Of(transfer->kind) = message.payload;
    }
    m_update = std::make_unique<Message>(std::move(message));
    m_report = report;
    if (m_isWaiting)
    {
        Advance();
    }
}

void
ServerWork::Halt()
{
    m_isOver = true;
    *m_setup.content.cancel = true;
    m_pause.Cancel();
    if (m_job)
    {
        m_owner.GetProcessor()->Cancel(std::exchange(m_job, 0));
        m_times[m_next].endS = NowS();
    }
    m_computation = nullptr;
    m_setup.content.payloads = {};
    m_setup.content.state = nullptr;
}

void
ServerWork::Measure(WorkOutcome& outcome) const
{
    outcome.phases.resize(m_times.size());
    for (std::size_t i = 0; i < m_times.size(); ++i)
    {
        auto& times = outcome.phases[i];
        times.startS = std::isnan(times.startS) ? m_times[i].startS : times.startS;
        times.endS = std::isnan(times.endS) ? m_times[i].endS : times.endS;
    }
    if (m_job)
    {
        outcome.phases[m_next].endS = NowS();
    }
    if (m_hasTrained)
    {
        outcome.loss = m_report.loss;
        outcome.samples = m_report.samples;
        outcome.iterations = m_report.iterations;
    }
}

} // namespace fl
} // namespace ns3
