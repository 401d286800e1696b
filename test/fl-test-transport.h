/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_TRANSPORT_H
#define FL_TEST_TRANSPORT_H

#include "ns3/data-rate.h"
#include "ns3/error-model.h"
#include "ns3/fl-datagram-transport.h"
#include "ns3/fl-message.h"
#include "ns3/fl-tcp-transport.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/node-container.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What the tests of transports share: messages, a recorder of what a session tells, a server and a
 * client on a link, and a link that damages packets.
 */

namespace ns3
{
namespace fl
{
namespace test
{

inline constexpr uint16_t PORT = 7000;

/**
 * @param size how many bytes
 * @param seed of the pattern
 * @return bytes that look random, so that a piece in a wrong place shows
 */
inline std::vector<uint8_t>
Noise(std::size_t size, uint32_t seed = 1)
{
    std::vector<uint8_t> bytes(size);
    uint32_t state = seed * 2654435761U + 1;
    for (auto& byte : bytes)
    {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<uint8_t>(state >> 24);
    }
    return bytes;
}

/**
 * @param round a number to know it by
 * @param payloadBytes real bytes; 0: none
 * @param prefixBytes of the prefix
 * @return an UPDATE with noise in it
 */
inline Message
MakeMessage(uint32_t round, std::size_t payloadBytes, std::size_t prefixBytes = 20)
{
    Message message;
    message.header.type = MessageType::UPDATE;
    message.header.task = 7;
    message.header.round = round;
    message.header.sender = 42;
    message.prefix = Noise(prefixBytes, round + 100);
    if (payloadBytes > 0)
    {
        message.payload = std::make_shared<const Payload>(Noise(payloadBytes, round));
    }
    return message;
}

/**
 * @param a a message
 * @param b another one
 * @return whether they say the same
 */
inline bool
AreSame(const Message& a, const Message& b)
{
    const std::size_t sizeA = a.payload ? a.payload->GetSize() : 0;
    const std::size_t sizeB = b.payload ? b.payload->GetSize() : 0;
    return a.header.type == b.header.type && a.header.task == b.header.task &&
           a.header.round == b.header.round && a.header.sender == b.header.sender &&
           a.prefix == b.prefix && a.virtualBytes == b.virtualBytes && sizeA == sizeB &&
           (sizeA == 0 ||
            std::equal(a.payload->GetData(), a.payload->GetData() + sizeA, b.payload->GetData()));
}

/// Writes down what it is told, and reacts as the test wants.
class Recorder : public SessionHandler
{
  public:
    void SessionOpened(Ptr<Session> session) override
    {
        sessions.push_back(session);
        log += "O";
        if (onOpened)
        {
            onOpened(session);
        }
    }

    void MessageReceived(Ptr<Session> session, Message&& message) override
    {
        log += "M";
        receivedAt.push_back(Simulator::Now());
        messages.push_back(std::move(message));
        if (onMessage)
        {
            onMessage(session, messages.back());
        }
    }

    void MessageRefused(Ptr<Session> session, WireError error, const MessageHeader& header) override
    {
        log += "R";
        errors += errors.empty() ? "" : ", ";
        errors += ToString(error);
        refusedHeader = header;
        if (onRefused)
        {
            onRefused(session);
        }
    }

    void SessionClosed(Ptr<Session> session, CloseReason reason) override
    {
        log += "C";
        reasons += reasons.empty() ? "" : ", ";
        reasons += ToString(reason);
        closedAt.push_back(Simulator::Now());
        if (onClosed)
        {
            onClosed(session);
        }
    }

    void MessageStarted(Ptr<Session> session, const MessageHeader& header) override
    {
        started.push_back(header.round);
        if (onStarted)
        {
            onStarted(session);
        }
    }

    void MessageDelivered(Ptr<Session> session, const MessageHeader& header) override
    {
        delivered.push_back(header.round);
        deliveredAt.push_back(Simulator::Now());
        if (onDelivered)
        {
            onDelivered(session);
        }
    }

    /**
     * @param index which
     * @return that message; an empty one if there are fewer
     */
    Message GetMessage(std::size_t index) const
    {
        return index < messages.size() ? messages[index] : Message();
    }

    /// @return when the first message came; the farthest time if none did
    Time GetReceivedAt() const
    {
        return receivedAt.empty() ? Time::Max() : receivedAt[0];
    }

    /// @return when the first message was acknowledged; the farthest time if none was
    Time GetDeliveredAt() const
    {
        return deliveredAt.empty() ? Time::Max() : deliveredAt[0];
    }

    std::string log;                            //!< O opened, M message, R refused, C closed
    std::vector<Ptr<Session>> sessions;         //!< opened, in order
    std::vector<Message> messages;              //!< received
    std::vector<Time> receivedAt;               //!< when
    std::string errors;                         //!< of refusals, comma separated
    MessageHeader refusedHeader;                //!< of the last refusal
    std::string reasons;                        //!< of ends, comma separated
    std::vector<Time> closedAt;                 //!< when
    std::vector<uint32_t> started;              //!< rounds of messages begun
    std::vector<uint32_t> delivered;            //!< rounds of messages acknowledged
    std::vector<Time> deliveredAt;              //!< when
    std::function<void(Ptr<Session>)> onOpened; //!< reaction
    std::function<void(Ptr<Session>, Message&)> onMessage; //!< reaction
    std::function<void(Ptr<Session>)> onRefused;           //!< reaction
    std::function<void(Ptr<Session>)> onClosed;            //!< reaction
    std::function<void(Ptr<Session>)> onStarted;           //!< reaction
    std::function<void(Ptr<Session>)> onDelivered;         //!< reaction
};

/**
 * Writes down what was refused.
 * @param [in,out] text grows by the error
 * @param peer from where
 * @param error what was wrong
 */
inline void
NoteError(std::string* text, const Address& /* peer */, WireError error)
{
    *text += ToString(error);
    *text += ";";
}

/**
 * Reads and counts what comes to a socket.
 * @param [in,out] count of packets
 * @param socket the socket
 */
inline void
CountPackets(uint32_t* count, Ptr<Socket> socket)
{
    while (socket->Recv())
    {
        ++*count;
    }
}

/// Which transport a test runs over.
enum TransportKind
{
    TCP,
    DATAGRAM
};

/**
 * @param kind which
 * @return its name
 */
inline std::string
NameOf(TransportKind kind)
{
    return kind == TCP ? "TCP" : "datagrams";
}

/**
 * @param kind which
 * @return a transport
 */
inline Ptr<Transport>
MakeTransport(TransportKind kind)
{
    return kind == TCP ? Ptr<Transport>(CreateObject<TcpTransport>())
                       : Ptr<Transport>(CreateObject<DatagramTransport>());
}

/**
 * Let nodes be used before the simulation runs: their traffic control does not work until then.
 * @param nodes the nodes
 */
inline void
InitializeAll(const NodeContainer& nodes)
{
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        (*node)->Initialize();
    }
}

/// A server and its clients, each with a transport and a recorder, on links of the test's choice.
class TransportCell
{
  public:
    /**
     * @param kind the transport
     * @param rate of the links, as in "10Mbps"
     * @param delay of the links
     */
    explicit TransportCell(TransportKind kind,
                           const std::string& rate = "10Mbps",
                           Time delay = MilliSeconds(2))
        : serverTransport(MakeTransport(kind)),
          clientTransport(MakeTransport(kind)),
          m_kind(kind)
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        nodes.Create(2);
        InternetStackHelper().Install(nodes);
        PointToPointHelper link;
        link.SetDeviceAttribute("DataRate", StringValue(rate));
        link.SetChannelAttribute("Delay", TimeValue(delay));
        devices = link.Install(nodes);
        Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
        serverAddress = addresses.Assign(devices).GetAddress(0);
        InitializeAll(nodes);
    }

    /// The server listens and the client connects.
    void Start()
    {
        serverTransport->Listen(GetServer(), GetAddress(), server);
        session = clientTransport->Connect(GetClient(), GetAddress(), client);
    }

    /// @param seconds how long to run [s]
    void Run(double seconds)
    {
        Simulator::Stop(Seconds(seconds));
        Simulator::Run();
    }

    ~TransportCell()
    {
        session = nullptr;
        server.sessions.clear();
        client.sessions.clear();
        serverTransport->Dispose();
        clientTransport->Dispose();
        Simulator::Destroy();
    }

    /// @return where the server listens
    Address GetAddress() const
    {
        return InetSocketAddress(serverAddress, PORT);
    }

    /// @return the server's node
    Ptr<Node> GetServer() const
    {
        return nodes.Get(0);
    }

    /// @return the client's node
    Ptr<Node> GetClient() const
    {
        return nodes.Get(1);
    }

    /**
     * @param index 0: the server's, 1: the client's
     * @return the device
     */
    Ptr<PointToPointNetDevice> GetDevice(uint32_t index) const
    {
        return DynamicCast<PointToPointNetDevice>(devices.Get(index));
    }

    /// @return the server's transport, if it is of datagrams
    Ptr<DatagramTransport> GetServerDatagrams() const
    {
        return DynamicCast<DatagramTransport>(serverTransport);
    }

    /// @return the client's transport, if it is of datagrams
    Ptr<DatagramTransport> GetClientDatagrams() const
    {
        return DynamicCast<DatagramTransport>(clientTransport);
    }

    NodeContainer nodes;            //!< server, client
    NetDeviceContainer devices;     //!< of the two
    Ipv4Address serverAddress;      //!< the server's
    Ptr<Transport> serverTransport; //!< listens
    Ptr<Transport> clientTransport; //!< connects
    Recorder server;                //!< told by the server's sessions
    Recorder client;                //!< told by the client's
    Ptr<Session> session;           //!< the client's

  private:
    TransportKind m_kind; //!< which transport
};

/// Flips one bit of the packets that it is asked about, and lets them pass: ns-3's TCP and UDP
/// checksums are off by default, so that what is damaged arrives.
class PacketCorrupter : public ErrorModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::PacketCorrupter").SetParent<ErrorModel>();
        return tid;
    }

    /// Which packet to damage, counted among those of at least minBytes; 0: none.
    uint32_t countdown{0};
    /// Smaller packets are not counted [byte].
    uint32_t minBytes{0};
    /// Where, counted from the packet's end [byte].
    uint32_t fromEnd{1};

  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        if (countdown == 0 || packet->GetSize() < minBytes || --countdown > 0)
        {
            return false;
        }
        std::vector<uint8_t> bytes(packet->GetSize());
        packet->CopyData(bytes.data(), bytes.size());
        bytes[bytes.size() - fromEnd] ^= 0x10;
        packet->RemoveAtStart(packet->GetSize());
        packet->AddAtEnd(Create<Packet>(bytes.data(), bytes.size()));
        return false;
    }

    void DoReset() override
    {
    }
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_TRANSPORT_H */
