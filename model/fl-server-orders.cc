/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of Server that holds work orders; sessions and life cycle are in fl-server.cc.
 */

#include "fl-server.h"
#include "fl-work-program.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-transaction.h"
#include "ns3/log.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlServerOrders");

namespace
{

/**
 * @param predicted what is expected of an order
 * @param order the order
 * @return by phase, predicted duration of transfers; ABSENT: not known [s]
 */
std::vector<double>
TransfersS(const WorkOutcome& predicted, const WorkOrder& order)
{
    std::vector<double> transferS(order.phases.size(), ABSENT);
    for (std::size_t i = 0; i < transferS.size(); ++i)
    {
        if (TransferAt(order, i))
        {
            transferS[i] = PredictedTransferS(predicted, order, i);
        }
    }
    return transferS;
}

/**
 * @param transferS see TransfersS()
 * @param order the order
 * @return the longest of its uplink transfers; 0: not known
 */
Time
LongestUpload(const std::vector<double>& transferS, const WorkOrder& order)
{
    Time longest;
    auto index = NextTransfer(order, 0, Direction::UPLINK);
    while (index)
    {
        longest = std::max(longest, ToExpected(transferS[*index]));
        index = NextTransfer(order, *index + 1, Direction::UPLINK);
    }
    return longest;
}

} // namespace

Time
Server::SendWork(const WorkOrder& order,
                 const WorkOutcome& predicted,
                 std::shared_ptr<const Payload> model,
                 uint64_t statedBytes)
{
    if (order.server != m_id)
    {
        throw InvalidInput(Describe("order of device ",
                                    order.device,
                                    ": server = ",
                                    order.server,
                                    ": must be ",
                                    m_id,
                                    ", which sends it"));
    }
    ServerWork::Setup setup;
    setup.content.Of(PayloadKind::MODEL) = std::move(model);
    setup.modelBytes = statedBytes;
    setup.transferS = TransfersS(predicted, order);
    setup.expectedUpload = LongestUpload(setup.transferS, order);
    setup.sendExpectedUpload =
        m_transport->GetFirstTimeout(setup.expectedUpload) > m_transport->GetFirstTimeout(Time(0));
    const auto work = std::make_shared<ServerWork>(static_cast<ServerWork::Owner&>(*this),
                                                   order,
                                                   std::move(setup));
    auto& peer = m_peers.at(order.device);
    const auto before =
        std::find_if(peer.work.begin(), peer.work.end(), [&order](const auto& older) {
            return older->GetOrder().task == order.task;
        });
    ForgetWork(peer, before == peer.work.end() ? nullptr : *before);
    peer.work.push_back(work);
    if (m_keepAlive.IsStrictlyPositive() && !IsPending(m_keepAliveEvent))
    {
        m_keepAliveEvent = Simulator::Schedule(m_keepAlive, &Server::CheckAlive, this);
    }
    return work->Begin();
}

bool
Server::SendData(DeviceId device,
                 uint32_t task,
                 uint32_t round,
                 std::shared_ptr<const Payload> samples)
{
    Message message;
    message.header.type = MessageType::DATA;
    message.header.task = task;
    message.header.round = round;
    message.payload = std::move(samples);
    return Send(m_peers.at(device), std::move(message));
}

bool
Server::SendLedger(const Participant& to, Message&& message)
{
    message.header.type = MessageType::LEDGER;
    if (to.role == Participant::Role::SERVER)
    {
        return m_links.Send(to.id, std::move(message));
    }
    return to.id < m_peers.size() && Send(m_peers[to.id], std::move(message));
}

bool
Server::SetPayload(const WorkOrder& order, PayloadKind kind, std::shared_ptr<const Payload> payload)
{
    const auto work = FindWork(m_peers.at(order.device), order.task, order.round);
    if (work)
    {
        work->SetPayload(kind, std::move(payload));
    }
    return work != nullptr;
}

bool
Server::SendAbort(const WorkOrder& order)
{
    auto& peer = m_peers.at(order.device);
    const auto work = FindWork(peer, order.task, order.round);
    if (work)
    {
        work->Halt();
        if (!work->IsSent())
        {
            ForgetWork(peer, work); // the device does not have it yet
            return false;
        }
    }
    return Send(peer, MessageType::ABORT, order.task, order.round);
}

void
Server::MeasureWork(const WorkOrder& order, WorkOutcome& outcome) const
{
    const auto work = FindWork(m_peers.at(order.device), order.task, order.round);
    if (work)
    {
        work->Measure(outcome);
    }
}

std::shared_ptr<ServerWork>
Server::FindWork(const Peer& peer, uint32_t task, uint32_t round)
{
    for (const auto& work : peer.work)
    {
        if (work->GetOrder().task == task && work->GetOrder().round == round)
        {
            return work;
        }
    }
    return nullptr;
}

void
Server::ForgetWork(Peer& peer, const std::shared_ptr<ServerWork>& work)
{
    if (!work)
    {
        return;
    }
    const auto copy = work; // `work` may refer to an element that is removed here
    copy->Halt();
    peer.work.erase(std::remove(peer.work.begin(), peer.work.end(), copy), peer.work.end());
}

void
Server::FailWork(Peer& peer, uint32_t task, uint32_t round)
{
    const auto work = FindWork(peer, task, round);
    if (work)
    {
        work->Halt();
    }
    m_coordinator->NotifyFailed(peer.device, task, round);
    ForgetWork(peer, work);
}

void
Server::EndWork(Peer& peer,
                const std::shared_ptr<ServerWork>& work,
                const Message& message,
                const WorkReport& report)
{
    if (m_coordinator->NotifyUpdate(peer.device, message, report))
    {
        m_updateTrace(peer.device, message.header.task, message.header.round);
    }
    else
    {
        Drop(peer.device,
             Describe("UPDATE of round ",
                      message.header.round,
                      ": unexpected, late, a duplicate, or not of the model's size"));
    }
    ForgetWork(peer, work);
}

// Messages received

void
Server::HandleUpdate(Peer& peer, Message&& message)
{
    const MessageHeader header = message.header;
    WorkReport report;
    ByteReader reader(message.prefix.data(), message.prefix.size());
    if (!Parse(reader, report))
    {
        Drop(peer.device, "UPDATE with a malformed report");
        FailWork(peer, header.task, header.round);
        return;
    }
    const auto work = FindWork(peer, header.task, header.round);
    if (!work || work->IsOver())
    {
        EndWork(peer, work, message, report);
        return;
    }
    try
    {
        work->ReceiveUpdate(std::move(message), report);
    }
    catch (const InvalidInput& error)
    {
        Drop(peer.device, error.what());
        FailWork(peer, header.task, header.round);
    }
}

void
Server::HandleData(Peer& peer, Message&& message)
{
    const auto work = FindWork(peer, message.header.task, message.header.round);
    if (!work)
    {
        Drop(peer.device,
             Describe("DATA of round ", message.header.round, ": of no order that it has"));
        return;
    }
    if (work->IsOver())
    {
        return; // sent before the device received the ABORT
    }
    try
    {
        work->Receive(std::move(message));
    }
    catch (const InvalidInput& error)
    {
        Drop(peer.device, error.what());
    }
}

void
Server::HandleLedger(const Participant& from, const Message& message)
{
    const std::string why = m_coordinator->NotifyLedger(from, message, m_id);
    if (!why.empty())
    {
        Drop(from.role == Participant::Role::DEVICE ? from.id : NO_DEVICE, why);
    }
}

// ServerWork::Owner

Ptr<Processor>
Server::GetProcessor() const
{
    return GetNode()->GetObject<Processor>();
}

std::shared_ptr<const LearningTask>
Server::GetTask(uint32_t task) const
{
    return m_coordinator->GetTask(task);
}

bool
Server::BindModel(WorkOrder& order, std::shared_ptr<const Payload>& model)
{
    return m_coordinator->NotifySending(order, model);
}

void
Server::SendForOrder(const WorkOrder& order, Message&& message)
{
    const auto type = message.header.type;
    message.header.task = order.task;
    message.header.round = order.round;
    if (Send(m_peers.at(order.device), std::move(message)) && type == MessageType::WORK)
    {
        m_modelSentTrace(order.device, order.task, order.round);
    }
}

void
Server::PayloadArrived(const WorkOrder& order, const Message& message)
{
    m_coordinator->NotifyPayload(order.device, message);
}

void
Server::WorkEnded(ServerWork& work, const Message& message, const WorkReport& report)
{
    EndWork(m_peers.at(work.GetOrder().device), work.shared_from_this(), message, report);
}

void
Server::GiveUp(ServerWork& work, const std::string& why)
{
    const WorkOrder order = work.GetOrder();
    NS_LOG_WARN("order of device " << order.device << ", task " << order.task << ", round "
                                   << order.round << " given up: " << why);
    const auto held = work.shared_from_this();
    auto& peer = m_peers.at(order.device);
    if (work.IsSent())
    {
        Send(peer, MessageType::ABORT, order.task, order.round);
    }
    FailWork(peer, order.task, order.round);
}

} // namespace fl
} // namespace ns3
