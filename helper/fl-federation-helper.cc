/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-federation-helper.h"

#include "fl-processor-helper.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-sync-coordinator.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/node-list.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param address IP address and port of the server, of either IP version
 * @return the wildcard address of that version with the same port, to listen on
 * @throws InvalidInput if it is neither an InetSocketAddress nor an Inet6SocketAddress
 */
Address
AnyAddress(const Address& address)
{
    if (InetSocketAddress::IsMatchingType(address))
    {
        return InetSocketAddress(Ipv4Address::GetAny(),
                                 InetSocketAddress::ConvertFrom(address).GetPort());
    }
    if (Inet6SocketAddress::IsMatchingType(address))
    {
        return Inet6SocketAddress(Ipv6Address::GetAny(),
                                  Inet6SocketAddress::ConvertFrom(address).GetPort());
    }
    throw InvalidInput("server address: must be an InetSocketAddress or an Inet6SocketAddress");
}

/**
 * @param server an application
 * @return attribute StopTime, at which it ends also if it was restarted; zero: never
 */
Time
StopTimeOf(const Server& server)
{
    TimeValue stopTime;
    server.GetAttribute("StopTime", stopTime);
    return stopTime.Get();
}

/**
 * @param server an application
 * @return whether the server has nothing more to do (its coordinator is finished, or its stop time
 *        is past) and its coordinator's StopSimulation lets the simulation end then; true of a
 *        server that has no coordinator
 */
bool
AllowsEnd(const Server& server)
{
    const auto coordinator = server.GetCoordinator();
    if (!coordinator)
    {
        return true;
    }
    BooleanValue stopSimulation;
    coordinator->GetAttribute("StopSimulation", stopSimulation);
    const Time stopTime = StopTimeOf(server);
    const bool over = stopTime.IsStrictlyPositive() && Simulator::Now() >= stopTime;
    return stopSimulation.Get() && (coordinator->IsFinished() || over);
}

} // namespace

FederationHelper::FederationHelper(std::shared_ptr<const LearningTask> task)
    : m_tasks{std::move(task)}
{
    m_transportFactory.SetTypeId("ns3::fl::TcpTransport");
    m_coordinatorFactory.SetTypeId(SyncCoordinator::GetTypeId());
    m_serverFactory.SetTypeId(Server::GetTypeId());
    m_clientFactory.SetTypeId(Client::GetTypeId());
}

void
FederationHelper::AddTask(std::shared_ptr<const LearningTask> task)
{
    m_tasks.push_back(std::move(task));
}

void
FederationHelper::SetDataStream(DeviceId device, uint32_t task, const DataStreamOptions& options)
{
    m_streams[{device, task}] = options;
}

void
FederationHelper::CheckStreams(uint32_t nDevices) const
{
    for (const auto& [key, options] : m_streams)
    {
        if (key.first >= nDevices || key.second >= m_tasks.size())
        {
            throw InvalidInput(Describe("data stream of device ",
                                        key.first,
                                        " and task ",
                                        key.second,
                                        ": must be of ",
                                        nDevices,
                                        " devices and ",
                                        m_tasks.size(),
                                        " tasks, from 0"));
        }
    }
}

uint32_t
FederationHelper::SetTask(Ptr<Client> client, uint32_t task, std::vector<uint32_t> samples) const
{
    client->SetTask(task, m_tasks[task], std::move(samples));
    const auto stream = m_streams.find({client->GetDeviceId(), task});
    if (stream != m_streams.end())
    {
        client->SetDataStream(task, stream->second);
    }
    return client->GetNSamples(task);
}

void
FederationHelper::SetOptimizer(const std::string& name)
{
    m_optimizer = name;
}

void
FederationHelper::SetCoordinator(const std::string& type)
{
    TypeId tid;
    if (!TypeId::LookupByNameFailSafe(type, &tid) || !tid.IsChildOf(Coordinator::GetTypeId()) ||
        !tid.HasConstructor())
    {
        throw InvalidInput(Describe("coordinator = '",
                                    type,
                                    "': must be the TypeId of a Coordinator, as "
                                    "ns3::fl::SyncCoordinator or ns3::fl::AsyncCoordinator"));
    }
    m_coordinatorFactory.SetTypeId(tid);
}

void
FederationHelper::SetTransport(const std::string& type)
{
    TypeId tid;
    if (!TypeId::LookupByNameFailSafe(type, &tid) || !tid.IsChildOf(Transport::GetTypeId()) ||
        !tid.HasConstructor())
    {
        throw InvalidInput(Describe("transport = '",
                                    type,
                                    "': must be the TypeId of a Transport, as "
                                    "ns3::fl::TcpTransport or ns3::fl::DatagramTransport"));
    }
    m_transportFactory.SetTypeId(tid);
}

void
FederationHelper::SetRadioControl(Ptr<RadioControl> radio)
{
    m_radio = radio;
}

void
FederationHelper::SetCoordinatorAttribute(const std::string& name, const AttributeValue& value)
{
    m_coordinatorFactory.Set(name, value);
}

void
FederationHelper::SetServerAttribute(const std::string& name, const AttributeValue& value)
{
    m_serverFactory.Set(name, value);
}

void
FederationHelper::SetClientAttribute(const std::string& name, const AttributeValue& value)
{
    m_clientFactory.Set(name, value);
}

Ptr<Transport>
FederationHelper::MakeServerTransport(uint32_t clients) const
{
    // Connections per table: few enough for their search to take no time. Small cells are left
    // alone, so that all sockets are in the SocketList of the node's own TcpL4Protocol.
    constexpr uint32_t PER_TABLE = 16;
    constexpr uint32_t SMALL_CELL = 256;
    const auto transport = m_transportFactory.Create<Transport>();
    UintegerValue tables;
    if (clients > SMALL_CELL && transport->GetAttributeFailSafe("EndPointTables", tables) &&
        tables.Get() == 0)
    {
        transport->SetAttribute("EndPointTables",
                                UintegerValue(std::min(clients / PER_TABLE, 65536U)));
    }
    return transport;
}

void
FederationHelper::CheckSizes(uint32_t nDevices,
                             const std::vector<std::vector<DeviceProfile>>& profiles,
                             const std::vector<Parts>& parts) const
{
    if (profiles.size() != m_tasks.size() || (!parts.empty() && parts.size() != m_tasks.size()))
    {
        throw InvalidInput(Describe(m_tasks.size(),
                                    " tasks with profiles for ",
                                    profiles.size(),
                                    " and parts of the data for ",
                                    parts.size(),
                                    ": must be as many as there are tasks"));
    }
    for (size_t task = 0; task < m_tasks.size(); ++task)
    {
        const size_t nParts = parts.empty() ? 0 : parts[task].size();
        if (nDevices == 0 || profiles[task].size() != nDevices ||
            nParts != (m_tasks[task]->model ? nDevices : 0))
        {
            throw InvalidInput(
                Describe(m_tasks.size() > 1 ? Describe("task ", task, ": ") : "",
                         nDevices,
                         " devices with ",
                         profiles[task].size(),
                         " profiles and ",
                         nParts,
                         " parts of the data: must be at least one device, one "
                         "profile each, and one part each where a model is trained"));
        }
    }
}

void
FederationHelper::AddServer(Ptr<Node> node, const Address& address)
{
    m_servers.emplace_back(node, address);
}

void
FederationHelper::AddServerTo(Federation& federation,
                              Ptr<Node> node,
                              const Address& address,
                              uint32_t clients) const
{
    const auto server = m_serverFactory.Create<Server>();
    if (!federation.servers.empty())
    {
        server->SetAttribute("Id", UintegerValue(federation.servers.size()));
    }
    server->SetAttribute("Local", AddressValue(AnyAddress(address)));
    server->SetAttribute("Transport", PointerValue(MakeServerTransport(clients)));
    server->SetCoordinator(federation.coordinator);
    node->AddApplication(server);
    federation.servers.push_back(server);
    federation.applications.Add(server);
}

Federation
FederationHelper::InstallServer(Ptr<Node> server, const Address& address, uint32_t clients) const
{
    Federation federation;
    federation.coordinator = m_coordinatorFactory.Create<Coordinator>();
    for (const auto& task : m_tasks)
    {
        federation.coordinator->AddTask(task);
    }
    federation.coordinator->SetOptimizer(CreateOptimizer(m_optimizer));
    if (m_radio)
    {
        federation.coordinator->SetRadioControl(m_radio);
    }
    AddServerTo(federation, server, address, clients);
    federation.server = federation.servers.front();
    for (const auto& [node, remote] : m_servers)
    {
        AddServerTo(federation, node, remote, clients);
    }
    federation.coordinator->TraceConnectWithoutContext(
        "Finished",
        MakeCallback(&FederationHelper::StopIfAllFinished));
    DoubleValue serverHz;
    if (federation.coordinator->GetAttributeFailSafe("ServerCpu", serverHz) &&
        !server->GetObject<Processor>())
    {
        DeviceProfile profile;
        profile.maxCpuHz = serverHz.Get();
        ProcessorHelper().Install(server, profile);
    }
    return federation;
}

Federation
FederationHelper::Install(Ptr<Node> server,
                          const Address& address,
                          const NodeContainer& devices,
                          std::vector<DeviceProfile> profiles,
                          Parts parts) const
{
    std::vector<std::vector<DeviceProfile>> profilesByTask;
    profilesByTask.push_back(std::move(profiles));
    std::vector<Parts> partsByTask;
    partsByTask.push_back(std::move(parts));
    return InstallTasks(server,
                        address,
                        devices,
                        std::move(profilesByTask),
                        std::move(partsByTask));
}

Federation
FederationHelper::InstallTasks(Ptr<Node> server,
                               const Address& address,
                               const NodeContainer& devices,
                               std::vector<std::vector<DeviceProfile>> profiles,
                               std::vector<Parts> parts) const
{
    CheckSizes(devices.GetN(), profiles, parts);
    CheckStreams(devices.GetN());
    Federation federation = InstallServer(server, address, devices.GetN());
    const auto transport = m_transportFactory.Create<Transport>();
    federation.clients.reserve(devices.GetN());
    for (DeviceId device = 0; device < devices.GetN(); ++device)
    {
        auto client = InstallClient(devices.Get(device),
                                    device,
                                    address,
                                    transport,
                                    profiles.front()[device]);
        for (size_t i = 0; i < m_servers.size(); ++i)
        {
            client->AddServer(m_servers[i].second, static_cast<uint32_t>(i + 1));
        }
        DoubleValue exponent;
        devices.Get(device)->GetObject<Processor>()->GetAttribute("FrequencyExponent", exponent);
        std::vector<DeviceProfile> ofDevice;
        for (uint32_t task = 0; task < m_tasks.size(); ++task)
        {
            auto& profile = profiles[task][device];
            profile.frequencyExponent = exponent.Get();
            const bool isTrained = m_tasks[task]->model != nullptr;
            const uint32_t samples =
                SetTask(client,
                        task,
                        isTrained ? std::move(parts[task][device]) : std::vector<uint32_t>());
            profile.samples = isTrained ? samples : profile.samples;
            ofDevice.push_back(profile);
        }
        federation.coordinator->AddDevice(ofDevice, client);
        federation.clients.push_back(client);
        federation.applications.Add(client);
    }
    return federation;
}

Ptr<Client>
FederationHelper::InstallClient(Ptr<Node> node,
                                DeviceId device,
                                const Address& address,
                                Ptr<Transport> transport,
                                const DeviceProfile& profile) const
{
    if (!node->GetObject<Processor>())
    {
        ProcessorHelper().Install(node, profile);
    }
    auto client = m_clientFactory.Create<Client>();
    client->SetAttribute("Remote", AddressValue(address));
    client->SetAttribute("DeviceId", UintegerValue(device));
    client->SetAttribute("Transport", PointerValue(transport));
    node->AddApplication(client);
    return client;
}

void
FederationHelper::StopIfAllFinished(const std::string& reason)
{
    // Looked up and not kept: what was installed by hand counts too.
    for (auto node = NodeList::Begin(); node != NodeList::End(); ++node)
    {
        for (uint32_t i = 0; i < (*node)->GetNApplications(); ++i)
        {
            const auto server = DynamicCast<Server>((*node)->GetApplication(i));
            if (!server || AllowsEnd(*server))
            {
                continue;
            }
            const Time left = StopTimeOf(*server) - Simulator::Now();
            if (!server->IsRunning() && left.IsStrictlyPositive())
            {
                // It was stopped before, and its coordinator will not fire "Finished" then.
                Simulator::Schedule(left, &FederationHelper::StopIfAllFinished, reason);
            }
            return;
        }
    }
    Simulator::Stop();
}

int64_t
FederationHelper::AssignStreams(const Federation& federation, int64_t stream)
{
    return federation.coordinator->GetOptimizer()->AssignStreams(stream);
}

} // namespace fl
} // namespace ns3
