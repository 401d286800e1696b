/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of Coordinator that knows its servers, and hears of them; the rest is in
 * fl-coordinator.cc.
 */

#include "fl-coordinator.h"
#include "fl-server.h"

#include "ns3/fl-error.h"
#include "ns3/fl-processor.h"
#include "ns3/node.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

// Servers

void
Coordinator::AddServer(Server* server)
{
    const bool isKnown = std::any_of(m_hosts.begin(), m_hosts.end(), [server](const Host& host) {
        return host.server == server;
    });
    if (!isKnown)
    {
        m_hosts.push_back({server, false, {}});
        m_server = m_hosts.front().server;
    }
}

uint32_t
Coordinator::GetNServers() const
{
    return static_cast<uint32_t>(m_hosts.size());
}

Coordinator::Host*
Coordinator::FindHost(uint32_t number)
{
    for (auto& host : m_hosts)
    {
        if (m_hosts.size() == 1 || host.server->GetNumber() == number)
        {
            return &host;
        }
    }
    return nullptr;
}

Server&
Coordinator::ServerOf(uint32_t number) const
{
    for (const auto& host : m_hosts)
    {
        if (m_hosts.size() == 1 || host.server->GetNumber() == number)
        {
            return *host.server;
        }
    }
    throw InvalidInput(Describe("server = ", number, ": must be one of ", m_hosts.size()));
}

bool
Coordinator::IsServerRunning(uint32_t server) const
{
    return std::any_of(m_hosts.begin(), m_hosts.end(), [&](const Host& host) {
        return host.isRunning && (m_hosts.size() == 1 || host.server->GetNumber() == server);
    });
}

std::vector<ServerProfile>
Coordinator::GetServerProfiles() const
{
    std::vector<ServerProfile> profiles;
    for (const auto& host : m_hosts)
    {
        const auto node = host.server->GetNode();
        const auto processor = node ? node->GetObject<Processor>() : nullptr;
        if (!processor)
        {
            continue;
        }
        bool serves = host.isRunning;
        for (DeviceId device = 0; device < GetNDevices() && m_hosts.size() > 1; ++device)
        {
            serves = serves && (host.hasSession[device] || !HasSession(device));
        }
        profiles.push_back({serves ? processor->GetMaxHz() : 0});
    }
    return profiles;
}

bool
Coordinator::HasSession(DeviceId device) const
{
    return std::any_of(m_hosts.begin(), m_hosts.end(), [device](const Host& host) {
        return host.isRunning && host.hasSession[device];
    });
}

bool
Coordinator::IsJoined(DeviceId device) const
{
    return std::all_of(m_hosts.begin(), m_hosts.end(), [device](const Host& host) {
        return !host.isRunning || host.hasSession[device];
    });
}

// What they say

void
Coordinator::Start(uint32_t server)
{
    if (auto* host = FindHost(server))
    {
        host->isRunning = true;
        host->hasSession.assign(GetNDevices(), false);
    }
    const bool all = std::all_of(m_hosts.begin(), m_hosts.end(), [](const Host& host) {
        return host.isRunning;
    });
    if (all && !(m_hosts.size() > 1 && m_running))
    {
        m_finished = false;
        DoStart();
    }
}

void
Coordinator::Stop(uint32_t server)
{
    if (auto* host = FindHost(server))
    {
        host->isRunning = false;
        host->hasSession.assign(GetNDevices(), false);
    }
    const bool others = std::any_of(m_hosts.begin(), m_hosts.end(), [](const Host& host) {
        return host.isRunning;
    });
    if (others && m_running)
    {
        DoServerLost(server);
    }
    else
    {
        DoStop();
    }
}

void
Coordinator::NotifyJoined(DeviceId device, uint32_t server)
{
    if (m_hosts.size() <= 1)
    {
        DoNotifyJoined(device);
        return;
    }
    FindHost(server)->hasSession.at(device) = true;
    if (IsJoined(device))
    {
        DoNotifyJoined(device);
    }
}

void
Coordinator::NotifyLeft(DeviceId device, uint32_t server)
{
    auto* host = FindHost(server);
    if (m_hosts.size() > 1 && device < host->hasSession.size())
    {
        host->hasSession[device] = false;
    }
    DoNotifyLeft(device, server);
}

bool
Coordinator::NotifySending(WorkOrder& order, std::shared_ptr<const Payload>& model)
{
    return DoNotifySending(order, model);
}

bool
Coordinator::DoNotifySending(WorkOrder& /* order */, std::shared_ptr<const Payload>& /* model */)
{
    return false;
}

bool
Coordinator::NotifyUpdate(DeviceId device, const Message& message, const WorkReport& report)
{
    return DoNotifyUpdate(device, message, report);
}

std::shared_ptr<const LearningTask>
Coordinator::GetTask(uint32_t task) const
{
    return DoGetTask(task);
}

std::shared_ptr<const LearningTask>
Coordinator::DoGetTask(uint32_t task) const
{
    if (m_tasks.size() == 1)
    {
        return m_tasks.front();
    }
    return task < m_tasks.size() ? m_tasks[task] : nullptr;
}

void
Coordinator::NotifyPayload(DeviceId device, const Message& message)
{
    DoNotifyPayload(device, message);
}

void
Coordinator::DoNotifyPayload(DeviceId, const Message&)
{
}

void
Coordinator::NotifyServerData(uint32_t server, const Message& message, uint32_t receiver)
{
    DoNotifyServerData(server, receiver, message);
}

void
Coordinator::DoNotifyServerData(uint32_t, uint32_t, const Message&)
{
}

std::string
Coordinator::NotifyLedger(const Participant& from, const Message& message, uint32_t receiver)
{
    return DoNotifyLedger(from, message, receiver);
}

std::string
Coordinator::DoNotifyLedger(const Participant&, const Message&, uint32_t)
{
    return "LEDGER where there is no ledger";
}

void
Coordinator::DoServerLost(uint32_t)
{
}

void
Coordinator::NotifyFailed(DeviceId device, uint32_t task, uint32_t round)
{
    DoNotifyFailed(device, task, round);
}

} // namespace fl
} // namespace ns3
