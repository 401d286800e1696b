/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of Client that holds work orders; sessions and life cycle are in fl-client.cc.
 */

#include "fl-client.h"
#include "fl-miner.h"

#include "ns3/fl-error.h"
#include "ns3/fl-work-codec.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

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

// Data

void
Client::SetDataStream(uint32_t id, const DataStreamOptions& options)
{
    const Task* task = FindTask(id);
    if (!task || !task->task->train)
    {
        throw InvalidInput(Describe("device ",
                                    m_device,
                                    ": data stream of task ",
                                    id,
                                    task ? ", a timing study" : "",
                                    ": must be of a task with training data"));
    }
    GetData(id).SetStream(options);
}

bool
Client::HasDataStream(uint32_t id) const
{
    const Task* task = FindTask(id);
    return task && task->data.IsMoving();
}

uint32_t
Client::GetNSamples(uint32_t id)
{
    return GetData(id).GetSize();
}

const DataDrift&
Client::GetDrift(uint32_t id)
{
    return GetData(id).GetDrift();
}

ClientData&
Client::GetData(uint32_t task)
{
    for (auto& known : m_tasks)
    {
        if (known.id == task)
        {
            AdvanceData(known);
            return known.data;
        }
    }
    throw std::logic_error(Describe("device ", m_device, " has no task ", task));
}

void
Client::AdvanceData(Task& task) const
{
    if (!task.data.IsMoving())
    {
        return;
    }
    const bool isComputing =
        std::any_of(m_work.begin(), m_work.end(), [&task](const OrderEntry& entry) {
            return entry.work->GetOrder().task == task.id && entry.work->GetJob() != 0;
        });
    task.data.Advance(Simulator::Now().GetSeconds(), isComputing);
}

std::shared_ptr<const JobState>
Client::GetJobStateOf(uint32_t task) const
{
    const Task* known = FindTask(task);
    return known ? known->state : nullptr;
}

std::shared_ptr<JobState>&
Client::GetJobState(uint32_t task)
{
    const auto known = std::find_if(m_tasks.begin(), m_tasks.end(), [task](const Task& candidate) {
        return candidate.id == task;
    });
    if (known == m_tasks.end())
    {
        throw InvalidInput(Describe("task ", task, ": must be one that the device has"));
    }
    return known->state;
}

std::shared_ptr<ClientWork>
Client::FindWork(uint32_t server, uint32_t task) const
{
    for (const auto& entry : m_work)
    {
        const auto& order = entry.work->GetOrder();
        if (order.server == server && order.task == task)
        {
            return entry.work;
        }
    }
    return nullptr;
}

std::shared_ptr<ClientWork>
Client::FindWork(uint32_t server, const MessageHeader& header) const
{
    const auto work = FindWork(server, header.task);
    return work && !work->IsOver() && work->GetOrder().round == header.round ? work : nullptr;
}

void
Client::HandleWork(Link& link, Message&& message)
{
    WorkOrder order;
    double expectedUploadS = 0;
    ByteReader reader(message.prefix.data(), message.prefix.size());
    const Task* task = FindTask(message.header.task);
    if (!Parse(reader, order) || !ParseExpectedUpload(reader, expectedUploadS) || !task ||
        order.device != m_device || order.server != link.server ||
        order.task != message.header.task || order.round != message.header.round)
    {
        Drop("malformed WORK, or not for this device");
        Send(link, MessageType::ABORT, message.header.task, message.header.round);
        return;
    }
    const auto before = FindWork(link.server, order.task);
    if (before && !before->IsOver() && before->GetOrder().round >= order.round)
    {
        Drop(Describe("WORK of round ", order.round, ": a duplicate or out of date"));
        return;
    }
    const auto learning = task->task;
    AbortWork(before, "a newer order came");
    m_work.erase(
        std::remove_if(m_work.begin(),
                       m_work.end(),
                       [&before](const OrderEntry& entry) { return entry.work == before; }),
        m_work.end());
    if (!link.session)
    {
        return; // a trace sink has stopped the client
    }
    if (order.samplesSent && !HasSamplesFor(order))
    {
        Drop("WORK whose samples did not come, or were damaged");
        Send(link, MessageType::ABORT, order.task, order.round);
        return;
    }
    const auto work = std::make_shared<ClientWork>(static_cast<ClientWork::Owner&>(*this),
                                                   std::move(order),
                                                   learning,
                                                   Seconds(expectedUploadS));
    m_work.push_back({work});
    try
    {
        work->Begin(std::move(message));
    }
    catch (const InvalidInput& error)
    {
        Drop(error.what());
        GiveUp(*work, error.what());
    }
}

void
Client::HandleData(Link& link, Message&& message)
{
    if (message.header.step == 0)
    {
        HandleSamples(link, message);
        return;
    }
    const auto work = FindWork(link.server, message.header);
    if (!work)
    {
        Drop(Describe("DATA of round ", message.header.round, ": of no active order"));
        return;
    }
    try
    {
        work->Receive(std::move(message));
    }
    catch (const InvalidInput& error)
    {
        Drop(error.what());
        GiveUp(*work, error.what());
    }
}

void
Client::HandleSamples(const Link& link, const Message& message)
{
    const auto& header = message.header;
    const Task* task = FindTask(header.task);
    ForgetSamples(link.server, header.task);
    try
    {
        if (!task || !message.payload)
        {
            throw InvalidInput("DATA without a task or samples");
        }
        m_samples.push_back({link.server,
                             header.task,
                             header.round,
                             DecodeTaskSamples(*task->task, *message.payload)});
    }
    catch (const InvalidInput& error)
    {
        Drop(error.what());
    }
}

void
Client::ForgetSamples(uint32_t server, uint32_t task)
{
    m_samples.erase(std::remove_if(m_samples.begin(),
                                   m_samples.end(),
                                   [&](const Samples& samples) {
                                       return samples.server == server && samples.task == task;
                                   }),
                    m_samples.end());
}

bool
Client::HasSamplesFor(const WorkOrder& order) const
{
    return std::any_of(m_samples.begin(), m_samples.end(), [&](const Samples& samples) {
        return samples.server == order.server && samples.task == order.task &&
               samples.round == order.round;
    });
}

std::shared_ptr<const Dataset>
Client::TakeSamples(const WorkOrder& order)
{
    if (!HasSamplesFor(order))
    {
        return nullptr;
    }
    const auto samples =
        std::find_if(m_samples.begin(), m_samples.end(), [&](const Samples& entry) {
            return entry.server == order.server && entry.task == order.task;
        });
    const auto data = samples->data;
    m_samples.erase(samples);
    return data;
}

void
Client::HandleAbort(Link& link, const Message& message)
{
    AbortWork(FindWork(link.server, message.header), "the server said ABORT");
    // What was passed to the session cannot be withdrawn; the answer is sent after it, so that it
    // tells the server that this device is free.
    Send(link, MessageType::ABORT, message.header.task, message.header.round);
}

void
Client::AbortWork(std::shared_ptr<ClientWork> work, const std::string& why)
{
    if (!work || work->IsOver())
    {
        return;
    }
    work->Abort();
    ForgetWork();
    m_abortedTrace(m_device, work->GetOrder(), why);
}

void
Client::AbortWorkOf(uint32_t server, const std::string& why)
{
    const auto all = m_work; // trace sinks may change it
    for (const auto& entry : all)
    {
        if (entry.work->GetOrder().server == server)
        {
            entry.work->SessionLost();
        }
    }
    for (const auto& entry : all)
    {
        if (entry.work->GetOrder().server == server)
        {
            AbortWork(entry.work, why);
        }
    }
}

void
Client::GiveUp(ClientWork& work, const std::string& why)
{
    const WorkOrder order = work.GetOrder();
    AbortWork(work.shared_from_this(), why);
    if (const Link* link = FindLink(order.server))
    {
        Send(*link, MessageType::ABORT, order.task, order.round);
    }
}

void
Client::WorkEnded(ClientWork&)
{
    ForgetWork();
}

void
Client::ForgetWork()
{
    m_work.erase(std::remove_if(m_work.begin(),
                                m_work.end(),
                                [](const OrderEntry& entry) {
                                    return entry.isMeasured && entry.work->IsOver();
                                }),
                 m_work.end());
    if (m_work.empty())
    {
        m_work.shrink_to_fit();
    }
}

void
Client::TraceStep(WorkStep step, const WorkOrder& order)
{
    switch (step)
    {
    case WorkStep::RECEIVED:
        m_workReceivedTrace(m_device, order);
        break;
    case WorkStep::COMPUTE_BEGIN:
        m_computeBeginTrace(m_device, order);
        break;
    case WorkStep::COMPUTE_END:
        m_computeEndTrace(m_device, order);
        break;
    case WorkStep::UPLOAD_BEGIN:
        m_uploadBeginTrace(m_device, order);
        break;
    }
}

void
Client::SendForOrder(const WorkOrder& order, Message&& message)
{
    message.header.task = order.task;
    message.header.round = order.round;
    message.header.sender = m_device;
    if (m_miner && message.header.type == MessageType::UPDATE && message.payload)
    {
        // Behind the report, so that it arrives with what it is of.
        m_miner->AppendTransaction(message.prefix, order, *message.payload);
    }
    const Link* link = FindLink(order.server);
    if (link && link->session)
    {
        link->session->Send(std::move(message));
    }
}

void
Client::JobEnded(uint64_t job, double /* cycles */, double energyJ)
{
    for (const auto& entry : m_work)
    {
        if (entry.work->GetJob() == job)
        {
            auto& data = GetData(entry.work->GetOrder().task); // until now it computed
            entry.work->JobEnded(energyJ);
            data.EndCompute();
            m_computeEnergyJ += energyJ;
            return;
        }
    }
}

// Measuring

double
Client::GetComputeEnergyJ() const
{
    double energyJ = m_computeEnergyJ;
    for (const auto& entry : m_work)
    {
        energyJ += entry.work->GetJob() ? m_processor->GetJobEnergyJ(entry.work->GetJob()) : 0;
    }
    return energyJ;
}

void
Client::MeasureWork(const WorkOrder& order, double sendS, WorkOutcome& outcome)
{
    if (!m_powered && outcome.status == WorkStatus::LOST)
    {
        outcome.status = WorkStatus::BATTERY;
    }
    outcome.idleS = std::min(sendS, Simulator::Now().GetSeconds()) - outcome.startS;
    for (auto& entry : m_work)
    {
        const auto& mine = entry.work->GetOrder();
        // A round that began anew has the number of the one that was aborted.
        if (mine.server == order.server && mine.task == order.task && mine.round == order.round &&
            entry.work->GetReceivedS() >= sendS)
        {
            entry.work->Measure(sendS, outcome);
            entry.isMeasured = true;
        }
    }
    ForgetWork();
}

} // namespace fl
} // namespace ns3
