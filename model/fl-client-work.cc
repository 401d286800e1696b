/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-client-work.h"

#include "fl-work-program.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-sample-codec.h"
#include "ns3/simulator.h"

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

/**
 * Add a value unless it is ABSENT.
 * @param [in,out] sum ABSENT: nothing was added yet [s or J]
 * @param value ABSENT: nothing to add
 */
void
AddKnown(double& sum, double value)
{
    if (!std::isnan(value))
    {
        sum = std::isnan(sum) ? value : sum + value;
    }
}

} // namespace

ClientWork::ClientWork(Owner& owner,
                       WorkOrder order,
                       std::shared_ptr<const LearningTask> task,
                       Time expectedUpload)
    : m_owner(owner),
      m_order(std::move(order)),
      m_task(std::move(task)),
      m_times(m_order.phases.size()),
      m_content(std::make_unique<WorkContent>()),
      m_expectedUpload(expectedUpload)
{
}

ClientWork::~ClientWork()
{
    if (!m_isOver)
    {
        *m_content->cancel = true;
        m_pause.Cancel();
    }
}

const WorkOrder&
ClientWork::GetOrder() const
{
    return m_order;
}

bool
ClientWork::IsOver() const
{
    return m_isOver;
}

Processor::JobId
ClientWork::GetJob() const
{
    return m_job;
}

double
ClientWork::GetReceivedS() const
{
    return m_receivedS;
}

// Messages received

void
ClientWork::Begin(Message&& message)
{
    m_next = StartPhase(m_order);
    const bool hasPayload = IsTransfer(m_order, m_next, Direction::DOWNLINK);
    if (message.header.step != (hasPayload ? m_next + 1 : 0))
    {
        throw InvalidInput(Describe("WORK of round ",
                                    m_order.round,
                                    ": step = ",
                                    +message.header.step,
                                    ": must be that of the order's first phase"));
    }
    m_firstByteS = message.firstByteAt.GetSeconds();
    m_receivedS = NowS();
    if (hasPayload)
    {
        TakePayload(m_next, message);
    }
    if (FireTrace(WorkStep::RECEIVED))
    {
        Advance();
    }
}

void
ClientWork::Receive(Message&& message)
{
    const std::size_t index = message.header.step - 1U;
    const auto expected = [&] {
        std::size_t i = 0;
        while (i < m_times.size() &&
               !(IsTransfer(m_order, i, Direction::DOWNLINK) && std::isnan(m_times[i].endS)))
        {
            ++i;
        }
        return i;
    }();
    if (m_isOver || index != expected || index >= m_times.size())
    {
        throw InvalidInput(Describe("DATA of round ",
                                    m_order.round,
                                    ": step = ",
                                    +message.header.step,
                                    ": must be that of the order's next downlink transfer"));
    }
    TakePayload(index, message);
    if (m_isWaiting)
    {
        Advance();
    }
}

void
ClientWork::TakePayload(std::size_t index, Message& message)
{
    const auto kind = TransferAt(m_order, index)->kind;
    if (kind == PayloadKind::SAMPLES && message.payload)
    {
        m_content->samples = DecodeTaskSamples(*m_task, *message.payload);
    }
    m_content->Of(kind) = std::move(message.payload);
    m_downloadS += NowS() - message.firstByteAt.GetSeconds();
    m_times[index].endS = NowS();
}

void
ClientWork::Delivered(std::size_t index)
{
    if (IsTransfer(m_order, index, Direction::UPLINK) && std::isnan(m_times[index].endS))
    {
        m_times[index].endS = NowS();
        if (!m_isOver && m_next == index)
        {
            NextPhase();
        }
    }
}

void
ClientWork::SessionLost()
{
    m_sessionEndS = NowS();
}

// Phases

bool
ClientWork::FireTrace(WorkStep step)
{
    // A trace sink may end the order, as by stopping the client.
    m_owner.TraceStep(step, m_order);
    return !m_isOver;
}

void
ClientWork::NextPhase()
{
    ++m_next;
    Advance();
}

void
ClientWork::Advance()
{
    const auto self = shared_from_this(); // the owner may release it when it ends
    m_isWaiting = false;
    while (m_next < m_order.phases.size())
    {
        if (!Do(m_order.phases[m_next]) || m_isOver)
        {
            return;
        }
        ++m_next;
    }
    End();
}

bool
ClientWork::Do(const Phase& phase)
{
    if (const auto* idle = std::get_if<Idle>(&phase))
    {
        m_times[m_next].startS = NowS();
        m_pauseS += idle->durationS;
        m_pause = Simulator::Schedule(Seconds(idle->durationS), &ClientWork::EndPause, this);
        return false;
    }
    if (const auto* transfer = std::get_if<Transfer>(&phase))
    {
        if (transfer->direction == Direction::UPLINK)
        {
            return BeginUpload(*transfer);
        }
        m_isWaiting = std::isnan(m_times[m_next].endS);
        return !m_isWaiting;
    }
    const auto& compute = std::get<Compute>(phase);
    if (compute.node == ComputeNode::SERVER)
    {
        const auto next = NextTransfer(m_order, m_next, Direction::DOWNLINK);
        m_isWaiting = next && std::isnan(m_times[*next].endS);
        return !m_isWaiting;
    }
    return BeginCompute(compute);
}

void
ClientWork::EndPause()
{
    m_times[m_next].endS = NowS();
    NextPhase();
}

double
ClientWork::PauseLeftS() const
{
    return IsPending(m_pause) ? Simulator::GetDelayLeft(m_pause).GetSeconds() : 0;
}

bool
ClientWork::BeginCompute(const Compute& compute)
{
    const auto processor = m_owner.GetProcessor();
    if (!processor)
    {
        throw std::logic_error(
            Describe("device ", m_order.device, ": its node has no Processor to compute on"));
    }
    m_times[m_next].startS = NowS();
    if (!FireTrace(WorkStep::COMPUTE_BEGIN))
    {
        return false;
    }
    try
    {
        if (!m_content->samples)
        {
            m_content->samples = m_owner.TakeSamples(m_order);
        }
        auto& data = m_owner.GetData(m_order.task);
        const auto& own = data.BeginCompute();
        const auto change = m_content->samples ? nullptr : data.GetChange();
        m_computation = BeginJob({m_order,
                                  compute,
                                  *m_task,
                                  own,
                                  *m_content,
                                  m_owner.GetJobState(m_order.task),
                                  change});
        if (!m_computation)
        {
            m_result.samples = m_order.samples;
            m_result.iterations = m_order.localIterations;
        }
        if (compute.cycles > 0)
        {
            m_job = processor->Run(compute.cycles, compute.cpuHz, [this] { EndCompute(); });
            if (!m_job)
            {
                m_owner.GiveUp(*this, "the processor is switched off");
            }
            return false;
        }
    }
    catch (const InvalidInput& error)
    {
        m_owner.Drop(error.what());
        m_owner.GiveUp(*this, error.what());
        return false;
    }
    JobEnded(0);
    return FireTrace(WorkStep::COMPUTE_END) && FinishJob();
}

void
ClientWork::JobEnded(double energyJ)
{
    m_job = 0;
    m_times[m_next].endS = NowS();
    AddKnown(m_energyJ, energyJ);
}

void
ClientWork::EndCompute()
{
    const auto self = shared_from_this();
    if (FireTrace(WorkStep::COMPUTE_END) && FinishJob())
    {
        NextPhase();
    }
}

bool
ClientWork::FinishJob()
{
    const auto computation = std::move(m_computation);
    if (!computation)
    {
        return true;
    }
    JobResult result = computation->Finish(*m_content);
    m_owner.GetData(m_order.task).AddDrift(result.drift);
    if (std::isnan(result.loss))
    {
        result.loss = m_result.loss;
    }
    const std::string failure = std::exchange(result.failure, "");
    m_result = std::move(result);
    if (!failure.empty())
    {
        m_owner.GiveUp(*this, failure);
        return false;
    }
    return true;
}

std::shared_ptr<const Payload>
ClientWork::EncodeOwnSamples()
{
    if (!m_task->train)
    {
        return nullptr;
    }
    auto& data = m_owner.GetData(m_order.task);
    std::vector<uint32_t> samples = data.BeginCompute();
    data.EndCompute();
    if (m_order.samples > 0 && samples.size() > m_order.samples)
    {
        samples.resize(m_order.samples);
    }
    return std::make_shared<const Payload>(EncodeSamples(*m_task->train, samples));
}

bool
ClientWork::BeginUpload(const Transfer& transfer)
{
    const std::size_t index = m_next;
    m_times[index].startS = NowS();
    auto& content = m_content->Of(transfer.kind);
    if (transfer.kind == PayloadKind::SAMPLES && !content)
    {
        content = EncodeOwnSamples();
    }
    const bool isUpdate = UpdatePhase(m_order) == index;
    Message message;
    message.header.type = isUpdate ? MessageType::UPDATE : MessageType::DATA;
    message.header.step = static_cast<uint8_t>(index + 1);
    message.expected = m_expectedUpload;
    if (isUpdate)
    {
        Append(message.prefix, MakeReport());
    }
    message.payload = std::exchange(content, nullptr);
    if (!message.payload)
    {
        message.virtualBytes = VirtualBytes(transfer, m_task->statedBytes);
    }
    if (!FireTrace(WorkStep::UPLOAD_BEGIN))
    {
        return false;
    }
    m_owner.SendForOrder(m_order, std::move(message));
    return !IsFollowedByDevicePhase(m_order, index);
}

WorkReport
ClientWork::MakeReport() const
{
    WorkReport report;
    report.samples = m_result.samples;
    report.iterations = m_result.iterations;
    report.baseVersion = m_order.baseVersion;
    report.loss = m_result.loss;
    report.startS = m_firstByteS;
    report.idleS = m_pauseS;
    report.downloadS = m_downloadS;
    report.computeS = OwnComputeS();
    report.computeEnergyJ = m_energyJ;
    report.uploadStartS = NowS();
    return report;
}

double
ClientWork::OwnComputeS() const
{
    double sumS = ABSENT;
    for (std::size_t i = 0; i < m_times.size(); ++i)
    {
        const auto* compute = std::get_if<Compute>(&m_order.phases[i]);
        if (compute && compute->node == ComputeNode::DEVICE)
        {
            AddKnown(sumS, m_times[i].endS - m_times[i].startS);
        }
    }
    return sumS;
}

void
ClientWork::End()
{
    if (!UpdatePhase(m_order))
    {
        Message message;
        message.header.type = MessageType::UPDATE;
        Append(message.prefix, MakeReport());
        m_owner.SendForOrder(m_order, std::move(message));
    }
    m_isOver = true;
    ReleaseContent();
    m_owner.WorkEnded(*this);
}

void
ClientWork::Abort()
{
    if (m_isOver)
    {
        return;
    }
    *m_content->cancel = true;
    if (IsPending(m_pause))
    {
        m_pauseS -= PauseLeftS();
        m_times[m_next].endS = NowS();
        m_pause.Cancel();
    }
    if (m_job)
    {
        m_owner.GetProcessor()->Cancel(m_job); // JobEnded accounts for it
    }
    m_isOver = true;
    ReleaseContent();
}

void
ClientWork::ReleaseContent()
{
    m_computation = nullptr;
    m_content = nullptr;
    m_task = nullptr;
}

// Measuring

void
ClientWork::Measure(double sendS, WorkOutcome& outcome) const
{
    const double nowS = NowS();
    // fmin ignores ABSENT (NaN), which m_sessionEndS is while there is a session.
    const double cutS = std::fmin(nowS, m_sessionEndS);
    outcome.idleS += m_pauseS - PauseLeftS();
    outcome.phases.resize(m_times.size());
    for (std::size_t i = 0; i < m_times.size(); ++i)
    {
        const auto& phase = m_order.phases[i];
        auto& times = outcome.phases[i];
        times.startS = std::isnan(times.startS) ? m_times[i].startS : times.startS;
        times.endS = std::isnan(times.endS) ? m_times[i].endS : times.endS;
        if (IsTransfer(m_order, i, Direction::DOWNLINK))
        {
            if (std::isnan(times.startS) && i == StartPhase(m_order))
            {
                times.startS = sendS;
            }
            times.endS = std::isnan(times.endS) && !std::isnan(times.startS) ? cutS : times.endS;
            AddKnown(outcome.downloadS, times.endS - times.startS);
        }
        else if (TransferAt(m_order, i))
        {
            times.endS = std::isnan(times.startS) ? ABSENT
                         : std::isnan(times.endS) ? cutS
                                                  : std::fmin(times.endS, cutS);
            AddKnown(outcome.uploadS, times.endS - times.startS);
        }
        else if (std::holds_alternative<Compute>(phase))
        {
            times.endS = m_job && i == m_next ? nowS : times.endS;
            AddKnown(outcome.computeS, times.endS - times.startS);
        }
        else if (!m_isOver && i == m_next)
        {
            times.endS = nowS;
        }
    }
    outcome.computeEnergyJ = m_energyJ;
    if (m_job)
    {
        AddKnown(outcome.computeEnergyJ, m_owner.GetProcessor()->GetJobEnergyJ(m_job));
    }
    if (!std::isnan(OwnComputeS()))
    {
        outcome.loss = m_result.loss;
        outcome.samples = m_result.samples;
        outcome.iterations = m_result.iterations;
    }
}

} // namespace fl
} // namespace ns3
