/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-traffic.h"

#include "fl-bench-links.h"
#include "fl-bench-report.h"

#include "ns3/config.h"
#include "ns3/fl-optimizer.h"
#include "ns3/inet-socket-address.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

constexpr uint16_t PORT = 9000;

/// Sends the bytes of rounds with sockets.
class TrafficRounds
{
  public:
    /// @param traffic how much
    explicit TrafficRounds(const BenchTraffic& traffic)
        : m_traffic(traffic),
          m_star(MakeBenchStar(BenchLink::FDMA, traffic.devices)),
          m_atDevice(traffic.devices),
          m_atServer(traffic.devices),
          m_received(traffic.devices, 0)
    {
        GrantEqualShares();
        OpenServer();
        for (uint32_t i = 0; i < traffic.devices; ++i)
        {
            OpenDevice(i);
        }
        // Connections stand by then.
        Simulator::Schedule(Seconds(1000), &TrafficRounds::BeginRound, this);
    }

    /// @return what was measured; call it when the simulation is over
    json GetFigures() const
    {
        if (m_rounds != m_traffic.rounds)
        {
            throw std::runtime_error("the bytes of a round did not all arrive");
        }
        return {{"rounds", m_rounds},
                {"set_up_s", m_beginS},
                {"rounds_s", m_endS - m_beginS},
                {"rounds_cpu_s", m_endCpuS - m_beginCpuS}};
    }

  private:
    void GrantEqualShares()
    {
        SystemState state;
        state.profiles.resize(m_traffic.devices);
        state.available.assign(m_traffic.devices, true);
        m_star.radio->Report(state);
        m_star.radio->Apply(CreateOptimizer("equal")->MakePlan(state));
    }

    Ptr<Socket> MakeSocket(Ptr<Node> node) const
    {
        return Socket::CreateSocket(node,
                                    m_traffic.isTcp ? TcpSocketFactory::GetTypeId()
                                                    : UdpSocketFactory::GetTypeId());
    }

    void OpenServer()
    {
        m_listener = MakeSocket(m_star.server.Get(0));
        m_listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        m_listener->Listen();
        m_listener->SetAcceptCallback(
            Callback<bool, Ptr<Socket>, const Address&>(
                [](Ptr<Socket>, const Address&) { return true; }),
            Callback<void, Ptr<Socket>, const Address&>(
                [this](Ptr<Socket> socket, const Address& from) {
                    const auto address = InetSocketAddress::ConvertFrom(from).GetIpv4();
                    const auto& all = m_star.atClients;
                    const auto place = std::find(all.begin(), all.end(), address) - all.begin();
                    m_atServer[place] = socket;
                    socket->SetRecvCallback(MakeCallback(&TrafficRounds::ReceiveUp, this));
                }));
        m_listener->SetRecvCallback(MakeCallback(&TrafficRounds::ReceiveUp, this));
    }

    void OpenDevice(uint32_t i)
    {
        m_atDevice[i] = MakeSocket(m_star.clients.Get(i));
        m_atDevice[i]->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT));
        m_atDevice[i]->Connect(InetSocketAddress(m_star.atServer[i], PORT));
        m_atDevice[i]->SetRecvCallback(
            Callback<void, Ptr<Socket>>([this, i](Ptr<Socket> socket) { ReceiveDown(i, socket); }));
    }

    /// Send the bytes of a round. @param send sends a packet
    template <typename SendPacket>
    void SendAll(SendPacket send) const
    {
        for (uint32_t sent = 0; sent < m_traffic.bytes; sent += m_traffic.packetBytes)
        {
            send(Create<Packet>(std::min(m_traffic.packetBytes, m_traffic.bytes - sent)));
        }
    }

    void BeginRound()
    {
        if (m_rounds == 0)
        {
            m_beginS = m_watch.WallS();
            m_beginCpuS = m_watch.CpuS();
        }
        for (uint32_t i = 0; i < m_traffic.devices; ++i)
        {
            const InetSocketAddress device(m_star.atClients[i], PORT);
            SendAll([&](Ptr<Packet> packet) {
                m_traffic.isTcp ? m_atServer[i]->Send(packet)
                                : m_listener->SendTo(packet, 0, device);
            });
        }
    }

    /// @return bytes that a socket had @param socket which
    static uint32_t Read(Ptr<Socket> socket)
    {
        uint32_t bytes = 0;
        while (const auto packet = socket->Recv())
        {
            bytes += packet->GetSize();
        }
        return bytes;
    }

    void ReceiveDown(uint32_t i, Ptr<Socket> socket)
    {
        m_received[i] += Read(socket);
        if (m_received[i] == m_traffic.bytes)
        {
            m_received[i] = 0;
            SendAll([&](Ptr<Packet> packet) { m_atDevice[i]->Send(packet); });
        }
    }

    void ReceiveUp(Ptr<Socket> socket)
    {
        m_receivedUp += Read(socket);
        if (m_receivedUp < static_cast<uint64_t>(m_traffic.devices) * m_traffic.bytes)
        {
            return;
        }
        m_receivedUp = 0;
        ++m_rounds;
        if (m_rounds < m_traffic.rounds)
        {
            Simulator::ScheduleNow(&TrafficRounds::BeginRound, this);
            return;
        }
        m_endS = m_watch.WallS();
        m_endCpuS = m_watch.CpuS();
    }

    const BenchTraffic m_traffic;        //!< how much
    const Stopwatch m_watch;             //!< since the beginning
    const BenchStar m_star;              //!< the cell
    Ptr<Socket> m_listener;              //!< the server's; over UDP its only one
    std::vector<Ptr<Socket>> m_atDevice; //!< by device
    std::vector<Ptr<Socket>> m_atServer; //!< of TCP, by device
    std::vector<uint32_t> m_received;    //!< by device, in this round [byte]
    uint64_t m_receivedUp{0};            //!< by the server, in this round [byte]
    uint32_t m_rounds{0};                //!< that are over
    double m_beginS{0};                  //!< of the first round [s]
    double m_beginCpuS{0};               //!< processor time then [s]
    double m_endS{0};                    //!< of the last round [s]
    double m_endCpuS{0};                 //!< processor time then [s]
};

} // namespace

json
RunTrafficAlone(const BenchTraffic& traffic)
{
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(traffic.packetBytes));
    TrafficRounds rounds(traffic);
    Simulator::Run();
    json figures = rounds.GetFigures();
    Simulator::Destroy();
    return figures;
}

} // namespace fl
} // namespace ns3
