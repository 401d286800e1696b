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
    : m_task(std::move(task))
{
    m_transportFactory.SetTypeId("ns3::fl::TcpTransport");
    m_coordinatorFactory.SetTypeId(SyncCoordinator::GetTypeId());
    m_serverFactory.SetTypeId(Server::GetTypeId());
    m_clientFactory.SetTypeId(Client::GetTypeId());
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

Federation
FederationHelper::Install(Ptr<Node> server,
                          const Address& address,
                          const NodeContainer& devices,
                          std::vector<DeviceProfile> profiles,
                          std::vector<std::vector<uint32_t>> parts) const
{
    const size_t expectedParts = m_task->model ? devices.GetN() : 0;
    if (devices.GetN() == 0 || profiles.size() != devices.GetN() || parts.size() != expectedParts)
    {
        throw InvalidInput(Describe(devices.GetN(),
                                    " devices with ",
                                    profiles.size(),
                                    " profiles and ",
                                    parts.size(),
                                    " parts of the data: must be at least one device, one profile "
                                    "each, and one part each where a model is trained"));
    }
    Federation federation;
    federation.coordinator = m_coordinatorFactory.Create<Coordinator>();
    federation.coordinator->AddTask(m_task);
    federation.coordinator->SetOptimizer(CreateOptimizer(m_optimizer));
    if (m_radio)
    {
        federation.coordinator->SetRadioControl(m_radio);
    }
    federation.server = m_serverFactory.Create<Server>();
    federation.server->SetAttribute("Local", AddressValue(AnyAddress(address)));
    federation.server->SetAttribute("Transport", PointerValue(MakeServerTransport(devices.GetN())));
    federation.server->SetCoordinator(federation.coordinator);
    federation.coordinator->TraceConnectWithoutContext(
        "Finished",
        MakeCallback(&FederationHelper::StopIfAllFinished));
    server->AddApplication(federation.server);
    federation.applications.Add(federation.server);

    const auto transport = m_transportFactory.Create<Transport>();
    federation.clients.reserve(devices.GetN());
    for (DeviceId device = 0; device < devices.GetN(); ++device)
    {
        auto& profile = profiles[device];
        std::vector<uint32_t> samples;
        if (m_task->model)
        {
            samples = std::move(parts[device]);
            profile.samples = static_cast<uint32_t>(samples.size());
        }
        auto client = InstallClient(devices.Get(device),
                                    device,
                                    address,
                                    transport,
                                    profile,
                                    std::move(samples));
        DoubleValue exponent;
        devices.Get(device)->GetObject<Processor>()->GetAttribute("FrequencyExponent", exponent);
        profile.frequencyExponent = exponent.Get();
        federation.coordinator->AddDevice(profile, client);
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
                                const DeviceProfile& profile,
                                std::vector<uint32_t> samples) const
{
    if (!node->GetObject<Processor>())
    {
        ProcessorHelper().Install(node, profile);
    }
    auto client = m_clientFactory.Create<Client>();
    client->SetAttribute("Remote", AddressValue(address));
    client->SetAttribute("DeviceId", UintegerValue(device));
    client->SetAttribute("Transport", PointerValue(transport));
    client->SetTask(0, m_task, std::move(samples));
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
