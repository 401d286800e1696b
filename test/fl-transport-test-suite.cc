/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/data-rate.h"
#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/fl-bytes.h"
#include "ns3/fl-datagram-transport.h"
#include "ns3/fl-error.h"
#include "ns3/fl-message.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-tcp-transport.h"
#include "ns3/fl-work-codec.h"
#include "ns3/fl-zlib.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/node-container.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/queue.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simple-net-device-helper.h"
#include "ns3/simple-net-device.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/test.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <boost/crc.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

using namespace ns3;
using namespace ns3::fl;

namespace
{

constexpr uint16_t PORT = 7000;

// ---------------------------------------------------------------------------------------------
// What the tests share

/**
 * @param size how many bytes
 * @param seed of the pattern
 * @return bytes that look random, so that a piece in a wrong place shows
 */
std::vector<uint8_t>
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
Message
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
bool
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
void
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
void
CountPackets(uint32_t* count, Ptr<Socket> socket)
{
    while (socket->Recv())
    {
        ++*count;
    }
}

/// Which transport a test runs over.
enum Kind
{
    TCP,
    DATAGRAM
};

/**
 * @param kind which
 * @return its name
 */
std::string
NameOf(Kind kind)
{
    return kind == TCP ? "TCP" : "datagrams";
}

/**
 * @param kind which
 * @return a transport
 */
Ptr<Transport>
MakeTransport(Kind kind)
{
    return kind == TCP ? Ptr<Transport>(CreateObject<TcpTransport>())
                       : Ptr<Transport>(CreateObject<DatagramTransport>());
}

/**
 * Let nodes be used before the simulation runs: their traffic control does not work until then.
 * @param nodes the nodes
 */
void
InitializeAll(const NodeContainer& nodes)
{
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        (*node)->Initialize();
    }
}

/// A server and its clients, each with a transport and a recorder, on links of the test's choice.
class Cell
{
  public:
    /**
     * @param kind the transport
     * @param rate of the links, as in "10Mbps"
     * @param delay of the links
     */
    explicit Cell(Kind kind, const std::string& rate = "10Mbps", Time delay = MilliSeconds(2))
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

    ~Cell()
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
    Kind m_kind; //!< which transport
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

/// Loses the packets with the given numbers (from 1), of those of at least minBytes.
class PacketLoser : public ErrorModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::PacketLoser").SetParent<ErrorModel>();
        return tid;
    }

    std::vector<uint32_t> numbers; //!< which to lose
    uint32_t minBytes{0};          //!< smaller packets are not counted [byte]

  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        if (packet->GetSize() < minBytes)
        {
            return false;
        }
        ++m_count;
        return std::find(numbers.begin(), numbers.end(), m_count) != numbers.end();
    }

    void DoReset() override
    {
        m_count = 0;
    }

    uint32_t m_count{0}; //!< packets so far
};

/// A queue in which small packets overtake, as on a radio with a control channel.
class SmallFirstQueue : public Queue<Packet>
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::SmallFirstQueue")
                                .SetParent<Queue<Packet>>()
                                .AddConstructor<SmallFirstQueue>();
        return tid;
    }

    bool Enqueue(Ptr<Packet> item) override
    {
        return DoEnqueue(item->GetSize() < 200 ? GetContainer().begin() : GetContainer().end(),
                         item);
    }

    Ptr<Packet> Dequeue() override
    {
        return IsEmpty() ? nullptr : DoDequeue(GetContainer().begin());
    }

    Ptr<Packet> Remove() override
    {
        return IsEmpty() ? nullptr : DoRemove(GetContainer().begin());
    }

    Ptr<const Packet> Peek() const override
    {
        return IsEmpty() ? nullptr : DoPeek(GetContainer().begin());
    }
};

// ---------------------------------------------------------------------------------------------
// Bytes

/// The checksum is the well-known one, however it is cut.
class CrcTest : public TestCase
{
  public:
    CrcTest()
        : TestCase("CRC-32 is that of Boost, in one go or in pieces")
    {
    }

  private:
    void DoRun() override
    {
        // The check value that all catalogues of CRCs give for "123456789".
        const std::string digits = "123456789";
        NS_TEST_EXPECT_MSG_EQ(Crc32(reinterpret_cast<const uint8_t*>(digits.data()), digits.size()),
                              0xcbf43926U,
                              "check value");
        const auto bytes = Noise(1000);
        for (std::size_t size = 0; size < 300; ++size)
        {
            boost::crc_32_type reference;
            reference.process_bytes(bytes.data(), size);
            NS_TEST_EXPECT_MSG_EQ(Crc32(bytes.data(), size), reference.checksum(), "as Boost's");
            const uint32_t first = Crc32(bytes.data(), size);
            NS_TEST_EXPECT_MSG_EQ(Crc32(bytes.data() + size, bytes.size() - size, first),
                                  Crc32(bytes.data(), bytes.size()),
                                  "continued after " << size);
        }
    }
};

/// Headers survive, and what is none is told apart.
class HeaderTest : public TestCase
{
  public:
    HeaderTest()
        : TestCase("message header: round trip, and a reason for each thing that can be wrong")
    {
    }

  private:
    void DoRun() override
    {
        Message message = MakeMessage(3, 100, 11);
        message.Seal();
        auto packet = Create<Packet>();
        packet->AddHeader(message.header);
        NS_TEST_EXPECT_MSG_EQ(packet->GetSize(), MessageHeader::SIZE, "size");
        MessageHeader back;
        NS_TEST_EXPECT_MSG_EQ(packet->RemoveHeader(back), MessageHeader::SIZE, "size read");
        NS_TEST_EXPECT_MSG_EQ((back.GetError() == WireError::NONE), true, "no error");
        NS_TEST_EXPECT_MSG_EQ((back.type == MessageType::UPDATE), true, "type");
        NS_TEST_EXPECT_MSG_EQ(back.task, 7, "task");
        NS_TEST_EXPECT_MSG_EQ(back.round, 3, "round");
        NS_TEST_EXPECT_MSG_EQ(back.sender, 42, "sender");
        NS_TEST_EXPECT_MSG_EQ(back.prefixBytes, 11, "prefix bytes");
        NS_TEST_EXPECT_MSG_EQ(back.payloadBytes, 100, "payload bytes");
        NS_TEST_EXPECT_MSG_EQ(back.payloadCrc, message.payload->GetCrc32(), "payload CRC");
        NS_TEST_EXPECT_MSG_EQ(back.IsVirtual(), false, "real");

        std::vector<uint8_t> bytes(MessageHeader::SIZE);
        message.header.Write(bytes.data());
        for (std::size_t size = 0; size < MessageHeader::SIZE; ++size)
        {
            Expect(bytes, size, WireError::SHORT);
            auto shortened = Create<Packet>(bytes.data(), size);
            NS_TEST_EXPECT_MSG_EQ(shortened->PeekHeader(back), 0, "short packet");
            NS_TEST_EXPECT_MSG_EQ((back.GetError() == WireError::SHORT), true, "short packet");
        }
        ExpectChanged(bytes, 0, 0xff, WireError::BAD_MAGIC);
        ExpectChanged(bytes, 2, 0x03, WireError::BAD_VERSION);
        for (std::size_t bit = 24; bit < 8 * MessageHeader::SIZE; ++bit)
        {
            ExpectChanged(bytes, bit / 8, 1U << (bit % 8), WireError::BAD_HEADER_CRC);
        }
        // Wrong, but with a right checksum: a peer that speaks another dialect.
        auto strange = message.header;
        for (int type : {0, 10, 255})
        {
            strange.type = static_cast<MessageType>(type);
            strange.Write(bytes.data());
            Expect(bytes, bytes.size(), WireError::BAD_TYPE);
        }
        strange = message.header;
        strange.flags = 0x80;
        strange.Write(bytes.data());
        Expect(bytes, bytes.size(), WireError::BAD_FLAGS);
        // The number of a phase where there is none.
        strange = message.header;
        for (const auto type : {MessageType::HELLO, MessageType::PING, MessageType::ABORT})
        {
            strange.type = type;
            strange.step = 1;
            strange.Write(bytes.data());
            Expect(bytes, bytes.size(), WireError::BAD_FLAGS);
        }
        for (const auto type : {MessageType::WORK, MessageType::UPDATE, MessageType::DATA})
        {
            strange.type = type;
            strange.step = 255;
            strange.flags = MessageHeader::VIRTUAL | MessageHeader::SERVER;
            strange.Write(bytes.data());
            MessageHeader header;
            NS_TEST_EXPECT_MSG_EQ((header.Read(bytes.data(), bytes.size()) == WireError::NONE),
                                  true,
                                  ToString(type));
            NS_TEST_EXPECT_MSG_EQ(+header.step, 255, "step");
            NS_TEST_EXPECT_MSG_EQ(header.IsVirtual(), true, "virtual");
            NS_TEST_EXPECT_MSG_EQ(header.IsFromServer(), true, "from a server");
        }
    }

    /**
     * @param bytes what came
     * @param size how much of it
     * @param error what should be found
     */
    void Expect(const std::vector<uint8_t>& bytes, std::size_t size, WireError error)
    {
        MessageHeader header;
        const WireError found = header.Read(bytes.data(), size);
        NS_TEST_EXPECT_MSG_EQ(std::string(ToString(found)), ToString(error), "size " << size);
        NS_TEST_EXPECT_MSG_EQ((header.GetError() == found), true, "kept");
    }

    /**
     * @param bytes what came
     * @param index of the byte to change
     * @param mask how
     * @param error what should be found
     */
    void ExpectChanged(std::vector<uint8_t> bytes,
                       std::size_t index,
                       uint32_t mask,
                       WireError error)
    {
        bytes[index] ^= static_cast<uint8_t>(mask);
        Expect(bytes, bytes.size(), error);
    }
};

/// Orders and reports survive, and bad ones are refused.
class CodecTest : public TestCase
{
  public:
    CodecTest()
        : TestCase("work orders and reports to bytes and back; bad ones are refused")
    {
    }

  private:
    /// @return an order with every kind of phase
    static WorkOrder MakeOrder()
    {
        WorkOrder order;
        order.device = 5;
        order.server = 1;
        order.task = 2;
        order.round = 77;
        order.baseVersion = 76;
        order.earliestStartS = 12.25;
        order.localIterations = 20;
        order.samples = 600;
        Grant down{1, Direction::DOWNLINK, 0, 2e5, 20};
        Grant up{1, Direction::UPLINK, 1e6, 3e5, 0.01};
        order.phases = {Idle{0.5},
                        Transfer{1, Direction::DOWNLINK, 28100, down},
                        Compute{1e9, 2e9},
                        Transfer{1, Direction::UPLINK, 28100, up}};
        return order;
    }

    void DoRun() override
    {
        TestOrder();
        TestBadNumbers();
        TestReport();
    }

    /// Round trip, truncation, bounds.
    void TestOrder()
    {
        const WorkOrder order = MakeOrder();
        std::vector<uint8_t> bytes;
        Append(bytes, order);
        // 38 fixed, idle 9, two transfers of 14 + 29 with their grants, compute 17.
        NS_TEST_EXPECT_MSG_EQ(bytes.size(), 38 + 9 + 2 * 43 + 17, "a usual order's size");
        WorkOrder back;
        ByteReader reader(bytes);
        NS_TEST_ASSERT_MSG_EQ(Parse(reader, back), true, "valid");
        NS_TEST_EXPECT_MSG_EQ(reader.GetLeft(), 0, "all read");
        std::vector<uint8_t> again;
        Append(again, back);
        NS_TEST_EXPECT_MSG_EQ((again == bytes), true, "the same bytes again");
        NS_TEST_EXPECT_MSG_EQ(back.round, 77, "round");
        NS_TEST_EXPECT_MSG_EQ(back.forAggregation.has_value(), false, "no aggregation");
        NS_TEST_EXPECT_MSG_EQ(back.FindTransfer(Direction::UPLINK)->grant->txPowerW, 0.01, "power");
        NS_TEST_EXPECT_MSG_EQ(back.FindTransfer(Direction::DOWNLINK)->grant->bandwidthHz,
                              2e5,
                              "bandwidth");
        NS_TEST_EXPECT_MSG_EQ(back.FindCompute()->cpuHz, 2e9, "frequency");
        NS_TEST_EXPECT_MSG_EQ(back.IdleS(), 0.5, "pause");

        for (std::size_t size = 0; size < bytes.size(); ++size)
        {
            ByteReader cut(bytes.data(), size);
            NS_TEST_EXPECT_MSG_EQ(Parse(cut, back), false, "cut to " << size);
        }
        WorkOrder planned = order;
        planned.forAggregation = 9;
        planned.phases.clear();
        ExpectOrder(planned, true, "for an aggregation, without phases");
        planned.phases.assign(MAX_PHASES, Idle{1});
        ExpectOrder(planned, true, "as many phases as there may be");
        planned.phases.emplace_back(Idle{1});
        bool thrown = false;
        try
        {
            Append(bytes, planned);
        }
        catch (const InvalidInput& error)
        {
            thrown = std::string(error.what()) ==
                     "work order of device 5: 256 phases: at most 255 are allowed";
        }
        NS_TEST_EXPECT_MSG_EQ(thrown, true, "one too many");
        bytes.clear();
        Append(bytes, order);
        bytes[38] = 3; // the first phase's kind
        ByteReader unknown(bytes);
        NS_TEST_EXPECT_MSG_EQ(Parse(unknown, back), false, "unknown kind of phase");
        TestKinds();
    }

    /// Each kind of payload, node and job comes back; those that there are not are refused.
    void TestKinds()
    {
        WorkOrder order;
        for (uint8_t kind = 0; kind <= static_cast<uint8_t>(PayloadKind::GRADIENTS); ++kind)
        {
            order.phases.assign(
                {Transfer{0, Direction::DOWNLINK, 8, {}, static_cast<PayloadKind>(kind)}});
            WorkOrder back;
            ParseChanged(order, 0, 0, true, &back);
            NS_TEST_EXPECT_MSG_EQ(+static_cast<uint8_t>(std::get<Transfer>(back.phases[0]).kind),
                                  +kind,
                                  "kind");
        }
        ParseChanged(order, 38, 4, false);    // a node or job of a transfer
        ParseChanged(order, 39, 16, true);    // another kind: MODEL
        ParseChanged(order, 39, 4, false);    // kind 5
        ParseChanged(order, 39, 0x20, false); // a bit above the kind
        for (const auto node : {ComputeNode::DEVICE, ComputeNode::SERVER})
        {
            for (uint8_t job = 0; job <= static_cast<uint8_t>(ComputeJob::OTHER); ++job)
            {
                order.phases.assign({Compute{1, 1, node, static_cast<ComputeJob>(job)}});
                WorkOrder back;
                ParseChanged(order, 0, 0, true, &back);
                const auto& compute = std::get<Compute>(back.phases[0]);
                NS_TEST_EXPECT_MSG_EQ((compute.node == node), true, "node");
                NS_TEST_EXPECT_MSG_EQ(+static_cast<uint8_t>(compute.job), +job, "job");
            }
        }
        ParseChanged(order, 38, 0x20, false); // a job above OTHER
        order.phases.assign({Idle{1}});
        ParseChanged(order, 38, 4, false); // a node of a pause
    }

    /**
     * @param order an order
     * @param index of a byte to change
     * @param mask how
     * @param valid whether it should be accepted
     * @param [out] result what was read; null: of no interest
     */
    void ParseChanged(const WorkOrder& order,
                      size_t index,
                      uint8_t mask,
                      bool valid,
                      WorkOrder* result = nullptr)
    {
        std::vector<uint8_t> bytes;
        Append(bytes, order);
        bytes[index] ^= mask;
        ByteReader reader(bytes);
        WorkOrder back;
        NS_TEST_EXPECT_MSG_EQ(Parse(reader, back), valid, "byte " << index << " ^ " << +mask);
        if (result)
        {
            *result = back;
        }
    }

    /// Each number that must be finite and not negative.
    void TestBadNumbers()
    {
        const std::vector<std::function<void(WorkOrder&, double)>> setters = {
            [](WorkOrder& o, double x) { o.earliestStartS = x; },
            [](WorkOrder& o, double x) { std::get<Idle>(o.phases[0]).durationS = x; },
            [](WorkOrder& o, double x) { std::get<Transfer>(o.phases[1]).payloadBits = x; },
            [](WorkOrder& o, double x) { std::get<Transfer>(o.phases[1]).grant->startHz = x; },
            [](WorkOrder& o, double x) { std::get<Transfer>(o.phases[1]).grant->bandwidthHz = x; },
            [](WorkOrder& o, double x) { std::get<Transfer>(o.phases[3]).grant->txPowerW = x; },
            [](WorkOrder& o, double x) { std::get<Compute>(o.phases[2]).cycles = x; },
            [](WorkOrder& o, double x) { std::get<Compute>(o.phases[2]).cpuHz = x; }};
        for (std::size_t i = 0; i < setters.size(); ++i)
        {
            for (double x : {-1.0,
                             std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()})
            {
                WorkOrder order = MakeOrder();
                setters[i](order, x);
                ExpectOrder(order, false, "number " + std::to_string(i));
            }
            WorkOrder order = MakeOrder();
            setters[i](order, 0);
            ExpectOrder(order, true, "zero for number " + std::to_string(i));
        }
    }

    /**
     * @param order an order
     * @param valid whether it should be accepted
     * @param what it is
     */
    void ExpectOrder(const WorkOrder& order, bool valid, const std::string& what)
    {
        std::vector<uint8_t> bytes;
        Append(bytes, order);
        ByteReader reader(bytes);
        WorkOrder back;
        NS_TEST_EXPECT_MSG_EQ(Parse(reader, back), valid, what);
        if (valid)
        {
            NS_TEST_EXPECT_MSG_EQ(back.phases.size(), order.phases.size(), what);
            NS_TEST_EXPECT_MSG_EQ((back.forAggregation == order.forAggregation), true, what);
        }
    }

    /// Reports and hellos.
    void TestReport()
    {
        WorkReport report;
        report.samples = 60;
        report.iterations = 5;
        report.baseVersion = 4;
        report.loss = -0.25;
        report.computeS = 1.5;
        report.computeEnergyJ = 0.75;
        const Hello hello{17, 0x123456789abcdefULL};
        std::vector<uint8_t> bytes;
        Append(bytes, report);
        Append(bytes, hello);
        ByteReader reader(bytes);
        WorkReport back;
        Hello who;
        NS_TEST_ASSERT_MSG_EQ(Parse(reader, back), true, "report");
        NS_TEST_ASSERT_MSG_EQ(Parse(reader, who), true, "then hello");
        NS_TEST_EXPECT_MSG_EQ(back.samples, 60, "samples");
        NS_TEST_EXPECT_MSG_EQ(back.loss, -0.25, "loss");
        NS_TEST_EXPECT_MSG_EQ(back.computeEnergyJ, 0.75, "energy");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(back.idleS), true, "absent");
        NS_TEST_EXPECT_MSG_EQ(who.device, 17, "device");
        NS_TEST_EXPECT_MSG_EQ(who.token, hello.token, "token");
        for (std::size_t size = 0; size < bytes.size(); ++size)
        {
            ByteReader cut(bytes.data(), size);
            NS_TEST_EXPECT_MSG_EQ((Parse(cut, back) && Parse(cut, who)), false, "cut");
        }
        report.computeS = -1;
        ExpectBadReport(report);
        report.computeS = 1;
        report.loss = std::numeric_limits<double>::infinity();
        ExpectBadReport(report);
    }

    /// @param report a report to be refused
    void ExpectBadReport(const WorkReport& report)
    {
        std::vector<uint8_t> bytes;
        Append(bytes, report);
        ByteReader reader(bytes);
        WorkReport back;
        NS_TEST_EXPECT_MSG_EQ(Parse(reader, back), false, "bad report");
    }
};

// ---------------------------------------------------------------------------------------------
// Messages over links

/// The same bytes arrive, whatever their number.
class SizesTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit SizesTest(Kind kind)
        : TestCase("messages of all sizes arrive whole and in order over " + NameOf(kind)),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        Cell cell(m_kind, "100Mbps");
        std::vector<Message> sent;
        // Around a header, a segment with and without header, and large.
        for (std::size_t size :
             {0, 1, 1339, 1340, 1341, 1359, 1360, 1399, 1400, 1401, 2800, 1000000, 3})
        {
            sent.push_back(MakeMessage(sent.size(), size));
            sent.push_back(MakeMessage(sent.size(), size, 0));
        }
        sent.push_back(MakeMessage(sent.size(), 10, MAX_PREFIX_BYTES));
        for (uint64_t size : {1, 1340, 5000000})
        {
            sent.push_back(MakeMessage(sent.size(), 0));
            sent.back().virtualBytes = size;
        }
        // Both ways at the same time.
        cell.server.onOpened = [&](Ptr<Session> session) {
            for (const auto& message : sent)
            {
                session->Send(message);
            }
        };
        cell.Start();
        for (const auto& message : sent)
        {
            NS_TEST_EXPECT_MSG_EQ(cell.session->Send(message), true, "queued");
        }
        NS_TEST_EXPECT_MSG_GT(cell.session->GetPendingBytes(), 7000000, "they wait");
        cell.Run(20);
        Compare(sent, cell.server);
        Compare(sent, cell.client);
        NS_TEST_EXPECT_MSG_EQ(cell.session->GetPendingBytes(), 0, "nothing waits any more");
        NS_TEST_EXPECT_MSG_EQ(cell.client.started.size(), sent.size(), "all started");
        NS_TEST_EXPECT_MSG_EQ(cell.client.delivered.size(), sent.size(), "all delivered");
        NS_TEST_EXPECT_MSG_EQ(
            std::is_sorted(cell.client.delivered.begin(), cell.client.delivered.end()),
            true,
            "in order");
        if (m_kind == DATAGRAM)
        {
            NS_TEST_EXPECT_MSG_EQ(cell.GetClientDatagrams()->GetNRetransmitted(), 0, "none twice");
            NS_TEST_EXPECT_MSG_EQ(cell.GetServerDatagrams()->GetNRetransmitted(), 0, "none twice");
        }
        for (const auto& message : sent)
        {
            if (message.payload)
            {
                NS_TEST_EXPECT_MSG_EQ(message.payload.use_count(), 1, "nobody keeps the payload");
            }
        }
    }

    /**
     * @param sent what was sent
     * @param receiver who should have it
     */
    void Compare(const std::vector<Message>& sent, const Recorder& receiver)
    {
        NS_TEST_EXPECT_MSG_EQ(receiver.log, "O" + std::string(sent.size(), 'M'), "what was told");
        NS_TEST_EXPECT_MSG_EQ(receiver.messages.size(), sent.size(), "all arrived");
        for (std::size_t i = 0; i < sent.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(AreSame(sent[i], receiver.GetMessage(i)), true, "message " << i);
        }
        for (std::size_t i = 0; i < receiver.messages.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_LT_OR_EQ(receiver.messages[i].firstByteAt,
                                        receiver.receivedAt[i],
                                        "began before it ended");
        }
    }

    Kind m_kind; //!< the transport
};

/// A handful of errors that a caller can make.
class MisuseTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit MisuseTest(Kind kind)
        : TestCase("misuse of " + NameOf(kind) + " is refused with one line"),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        Cell cell(m_kind);
        cell.clientTransport->SetAttribute("MaxMessageBytes", UintegerValue(1000));
        cell.Start();
        Expect([&] { cell.session->Send(MakeMessage(1, 1000, 0)); },
               "message UPDATE: 1040 bytes: at most 1000 are allowed (attribute MaxMessageBytes)");
        Expect(
            [&] {
                auto message = MakeMessage(1, 10);
                message.virtualBytes = 5;
                cell.session->Send(message);
            },
            "message UPDATE: 10 bytes of payload and 5 virtual bytes: only one of the two is "
            "allowed");
        Expect([&] { cell.session->Send(MakeMessage(1, 10, MAX_PREFIX_BYTES + 1)); },
               "message UPDATE: a prefix of 65537 bytes: at most 65536 are allowed");
        Expect(
            [&] { cell.serverTransport->Listen(cell.GetServer(), cell.GetAddress(), cell.server); },
            "Transport::Listen: it listens already; use one transport per server");
        auto other = MakeTransport(m_kind);
        Expect([&] { other->Listen(cell.GetServer(), cell.GetAddress(), cell.server); },
               "address to listen on 10.0.0.1 port 7000: node 0 cannot bind a socket to it; it "
               "must be "
               "the node's, and free");
        Expect([&] { other->Connect(cell.GetClient(), Address(), cell.client); },
               "address to connect to ");
        Expect([&] { other->Listen(cell.GetClient(), Address(), cell.client); },
               "address to listen on ");
        other->Dispose();
        cell.Run(1);
        NS_TEST_EXPECT_MSG_EQ(cell.server.messages.size(), 0, "nothing of it was sent");
    }

    /**
     * @param action what to do
     * @param text how its error begins
     */
    void Expect(const std::function<void()>& action, const std::string& text)
    {
        std::string found = "nothing was thrown";
        try
        {
            action();
        }
        catch (const InvalidInput& error)
        {
            found = error.what();
        }
        NS_TEST_EXPECT_MSG_EQ(found.substr(0, text.size()), text, "message");
        NS_TEST_EXPECT_MSG_EQ(found.find('\n'), std::string::npos, "one line");
    }

    Kind m_kind; //!< the transport
};

/// What is damaged on the link is refused, and the session goes on.
class BitFlipTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit BitFlipTest(Kind kind)
        : TestCase("one flipped bit is refused over " + NameOf(kind)),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        // 40 bytes of header, 20 of prefix and 5,000 of payload go out in packets of 1,400, so that
        // the first one ends with 1,340 of payload, and the second one is payload alone.
        Flip(2, 1, "bad payload checksum", true);
        Flip(1, 1340 + 5, "bad prefix checksum", true);
        // In the header: the place of the next message is lost, so the session is, too.
        Flip(1, 1340 + 20 + 10, "bad header checksum", false);
    }

    /**
     * @param packet which packet of data to damage, of those that carry a kilobyte at least
     * @param fromEnd where, counted from its end [byte]
     * @param error what should be found
     * @param goesOn whether the session survives
     */
    void Flip(uint32_t packet, uint32_t fromEnd, const std::string& error, bool goesOn)
    {
        Cell cell(m_kind);
        auto corrupter = CreateObject<PacketCorrupter>();
        corrupter->countdown = packet;
        corrupter->minBytes = 800;
        corrupter->fromEnd = fromEnd;
        cell.GetDevice(0)->SetReceiveErrorModel(corrupter);
        std::string traced;
        cell.serverTransport->TraceConnectWithoutContext("Refused",
                                                         MakeBoundCallback(&NoteError, &traced));
        cell.Start();
        cell.session->Send(MakeMessage(0, 0));
        Simulator::Schedule(Seconds(1), [&] {
            cell.session->Send(MakeMessage(1, 5000));
            cell.session->Send(MakeMessage(2, 5000));
        });
        cell.Run(10);
        NS_TEST_EXPECT_MSG_EQ(corrupter->countdown, 0, "it was damaged");
        NS_TEST_EXPECT_MSG_EQ(cell.server.errors, error, "reason");
        NS_TEST_EXPECT_MSG_EQ(traced, error + ";", "traced");
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNRefused(), 1, "counted");
        if (goesOn)
        {
            NS_TEST_EXPECT_MSG_EQ(cell.server.refusedHeader.round, 1, "which one");
            NS_TEST_EXPECT_MSG_EQ(cell.server.refusedHeader.sender, 42, "whose");
            NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OMRM", "the next one arrives");
            NS_TEST_EXPECT_MSG_EQ(cell.server.GetMessage(1).header.round, 2, "the next one");
        }
        else
        {
            NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OMRC", "closed");
            NS_TEST_EXPECT_MSG_EQ(cell.server.reasons, "refused", "why");
            NS_TEST_EXPECT_MSG_EQ(cell.client.log, "OC", "the client learns of it");
            NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNSessions(), 0, "nothing is left");
            NS_TEST_EXPECT_MSG_EQ(cell.clientTransport->GetNSessions(), 0, "nothing is left");
        }
    }

    Kind m_kind; //!< the transport
};

/// Bytes from a peer that is none of ours.
class GarbageTest : public TestCase
{
  public:
    GarbageTest()
        : TestCase("garbage, another version, announced giants and cut messages over TCP are "
                   "refused, and others are served")
    {
    }

  private:
    /// How the server should see a peer.
    struct Expected
    {
        std::string log;    //!< of all that it is told
        WireError error;    //!< NONE: nothing refused
        CloseReason reason; //!< of the end
    };

    void DoRun() override
    {
        Try(Noise(500), {"ORC", WireError::BAD_MAGIC, CloseReason::REFUSED});
        auto message = MakeMessage(1, 3000);
        message.Seal();
        std::vector<uint8_t> whole(MessageHeader::SIZE);
        message.header.Write(whole.data());
        whole.insert(whole.end(), message.prefix.begin(), message.prefix.end());
        whole.insert(whole.end(),
                     message.payload->GetData(),
                     message.payload->GetData() + message.payload->GetSize());

        Try(whole, {"OMC", WireError::NONE, CloseReason::PEER});
        for (std::size_t size : {1, 39, 40, 41, 60, 61, 1000, 3059})
        {
            Try({whole.begin(), whole.begin() + size},
                {"OC", WireError::NONE, CloseReason::TRUNCATED});
        }
        auto old = whole;
        old[2] = 0;
        Try(old, {"ORC", WireError::BAD_VERSION, CloseReason::REFUSED});
        auto giant = message.header;
        giant.payloadBytes = std::numeric_limits<uint64_t>::max() - 50;
        TryHeader(giant, WireError::TOO_LARGE);
        giant.payloadBytes = 100000 - MessageHeader::SIZE - giant.prefixBytes + 1;
        TryHeader(giant, WireError::TOO_LARGE);
        giant.payloadBytes = 0;
        giant.prefixBytes = MAX_PREFIX_BYTES + 1;
        TryHeader(giant, WireError::TOO_LARGE);
        auto two = whole;
        two.insert(two.end(), 100, 0x55);
        Try(two, {"OMRC", WireError::BAD_MAGIC, CloseReason::REFUSED});
    }

    /**
     * @param header a header of a strange peer
     * @param error what is wrong with it
     */
    void TryHeader(const MessageHeader& header, WireError error)
    {
        std::vector<uint8_t> bytes(MessageHeader::SIZE);
        header.Write(bytes.data());
        Try(bytes, {"ORC", error, CloseReason::REFUSED});
    }

    /**
     * A raw socket sends some bytes and closes, while an honest client is served.
     * @param bytes what it sends
     * @param expected how the server should see it
     */
    void Try(const std::vector<uint8_t>& bytes, const Expected& expected)
    {
        Cell cell(TCP);
        cell.serverTransport->SetAttribute("MaxMessageBytes", UintegerValue(100000));
        Recorder honest;
        cell.serverTransport->Listen(cell.GetServer(), cell.GetAddress(), cell.server);
        auto raw = Socket::CreateSocket(cell.GetClient(), TcpSocketFactory::GetTypeId());
        raw->Bind();
        raw->Connect(cell.GetAddress());
        Simulator::Schedule(Seconds(0.5),
                            [&] { raw->Send(Create<Packet>(bytes.data(), bytes.size())); });
        Simulator::Schedule(Seconds(1), [&] { raw->Close(); });
        Ptr<Session> session;
        Simulator::Schedule(Seconds(2), [&] {
            cell.server.onOpened = [&](Ptr<Session> opened) { opened->SetHandler(&honest); };
            session =
                cell.clientTransport->Connect(cell.GetClient(), cell.GetAddress(), cell.client);
            session->Send(MakeMessage(1, 5000));
        });
        cell.Run(3);
        const std::string what = "of " + std::to_string(bytes.size()) + " bytes";
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, expected.log + "O", "what was told " << what);
        NS_TEST_EXPECT_MSG_EQ(cell.server.errors,
                              (expected.error == WireError::NONE ? "" : ToString(expected.error)),
                              "reason " << what);
        NS_TEST_EXPECT_MSG_EQ(cell.server.reasons, ToString(expected.reason), "end " << what);
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNTruncated(),
                              (expected.reason == CloseReason::TRUNCATED),
                              "counted " << what);
        NS_TEST_EXPECT_MSG_EQ(honest.messages.size(), 1, "the honest one is served " << what);
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNSessions(), 1, "only that one is left");
    }
};

/// Datagrams from a peer that is none of ours.
class DatagramGarbageTest : public TestCase
{
  public:
    DatagramGarbageTest()
        : TestCase("garbage and stray datagrams are counted and dropped")
    {
    }

  private:
    void DoRun() override
    {
        Cell cell(DATAGRAM);
        cell.Start();
        cell.session->Send(MakeMessage(1, 5000));
        auto raw = Socket::CreateSocket(cell.GetClient(), UdpSocketFactory::GetTypeId());
        raw->Bind();
        raw->Connect(cell.GetAddress());
        uint32_t nAnswers = 0;
        raw->SetRecvCallback(MakeBoundCallback(&CountPackets, &nAnswers));
        for (uint32_t size : {0, 1, 13, 14, 22, 500, 1400})
        {
            Simulator::Schedule(Seconds(1), [raw, size] {
                raw->Send(Create<Packet>(Noise(size).data(), size));
            });
        }
        cell.Run(2);
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNRefused(), 7, "all counted");
        NS_TEST_EXPECT_MSG_EQ(nAnswers, 0, "none is answered");
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNSessions(), 1, "no session for them");
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OM", "the honest one is served");
        raw->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());

        // A fragment that is well-formed, from a peer that then says nonsense.
        auto nonsense = Noise(114);
        const std::vector<uint8_t> dataHeader = {0x46, 0x44, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0};
        std::copy(dataHeader.begin(), dataHeader.end(), nonsense.begin());
        const uint32_t crc = Crc32(dataHeader.data(), dataHeader.size());
        StoreNumber(nonsense.data() + 12, static_cast<uint16_t>(crc));
        raw->Send(Create<Packet>(nonsense.data(), nonsense.size()));
        cell.Run(1);
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OMORC", "refused and closed");
        NS_TEST_EXPECT_MSG_EQ(cell.server.errors, "bad magic", "why");
        // A copy of it must not open a second session.
        raw->Send(Create<Packet>(nonsense.data(), nonsense.size()));
        cell.Run(1);
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OMORC", "the copy is answered by a reset only");
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNSessions(), 1, "no session for it");
    }
};

/// Datagrams over links that lose packets.
class LossTest : public TestCase
{
  public:
    /// @param rate of packets lost in each direction
    explicit LossTest(double rate)
        : TestCase("datagrams arrive whole, once and in order with losses of " +
                   std::to_string(rate)),
          m_rate(rate)
    {
    }

  private:
    void DoRun() override
    {
        Cell cell(DATAGRAM);
        for (uint32_t i = 0; i < 2; ++i)
        {
            auto errors = CreateObject<RateErrorModel>();
            errors->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
            errors->SetRate(m_rate);
            errors->AssignStreams(10 + i);
            cell.GetDevice(i)->SetReceiveErrorModel(errors);
        }
        std::vector<Message> sent;
        for (uint32_t i = 0; i < 20; ++i)
        {
            sent.push_back(MakeMessage(i, i * i * 400));
        }
        cell.server.onMessage = [&](Ptr<Session> session, Message& message) {
            session->Send(message); // back to where it came from
        };
        cell.Start();
        for (const auto& message : sent)
        {
            cell.session->Send(message);
        }
        // When everything was acknowledged, a farewell, which may be lost too.
        cell.client.onMessage = [&](Ptr<Session> session, Message&) {
            if (cell.client.messages.size() == sent.size())
            {
                session->Close();
            }
        };
        cell.Run(2000);
        for (const Recorder* receiver : {&cell.server, &cell.client})
        {
            NS_TEST_EXPECT_MSG_EQ(receiver->messages.size(), sent.size(), "all arrived once");
            for (std::size_t i = 0; i < sent.size(); ++i)
            {
                NS_TEST_EXPECT_MSG_EQ(AreSame(sent[i], receiver->GetMessage(i)), true, i);
            }
        }
        NS_TEST_EXPECT_MSG_GT(cell.GetClientDatagrams()->GetNRetransmitted(), 0, "some were lost");
        NS_TEST_EXPECT_MSG_EQ(cell.clientTransport->GetNSessions(), 0, "farewell was answered");
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNSessions(), 0, "farewell has arrived");
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNRefused(), 0, "nothing was refused");
    }

    double m_rate; //!< of packets
};

/// A few losses whose repair can be told in advance.
class RepairTest : public TestCase
{
  public:
    RepairTest()
        : TestCase("lost datagrams: which are sent again, and when")
    {
    }

  private:
    void DoRun() override
    {
        // 10 fragments: 13,940 bytes and a header and prefix of 60 make 14,000.
        // One in the middle: found by those after it, in a few round trips, which take 4 ms and the
        // 10 ms that 10 fragments take on 10 Mbit/s. An RTO would take 1 s at least.
        Try({5}, 1, 0.1);
        Try({2, 4, 6}, 3, 0.1);
        // The last one: nobody comes after it. The third acknowledgement asked for is lost with it;
        // the RTO is MinRto, and the oldest fragment not acknowledged goes out again: number 9,
        // which has arrived, and whose acknowledgement proves number 10 lost.
        Try({10}, 2, 1.2);
        // All: InitialRto, then the oldest one alone; its acknowledgement proves the others lost.
        Try({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10, 10.2);
        // A retransmission lost again (it is the 11th transmission): the RTO, which is MinRto, and
        // no other fragment is sent again.
        Try({5, 11}, 2, 1.2);
    }

    /**
     * @param numbers transmissions to lose
     * @param nRetransmitted how many should be sent again
     * @param seconds in which all is done [s]
     */
    void Try(const std::vector<uint32_t>& numbers, uint64_t nRetransmitted, double seconds)
    {
        Cell cell(DATAGRAM);
        auto loser = CreateObject<PacketLoser>();
        loser->numbers = numbers;
        loser->minBytes = 1400;
        cell.GetDevice(0)->SetReceiveErrorModel(loser);
        cell.Start();
        const auto message = MakeMessage(1, 13940);
        cell.session->Send(message);
        cell.Run(100);
        const std::string what =
            std::to_string(numbers.size()) + " from " + std::to_string(numbers[0]);
        NS_TEST_EXPECT_MSG_EQ(cell.server.messages.size(), 1, "arrived, lost " << what);
        NS_TEST_EXPECT_MSG_EQ(AreSame(message, cell.server.GetMessage(0)), true, "whole " << what);
        NS_TEST_EXPECT_MSG_EQ(cell.GetClientDatagrams()->GetNRetransmitted(),
                              nRetransmitted,
                              "sent again, lost " << what);
        NS_TEST_EXPECT_MSG_LT(cell.client.GetDeliveredAt().GetSeconds(), seconds, what);
    }
};

/// No copies where nothing is lost.
class NoSpuriousTest : public TestCase
{
  public:
    NoSpuriousTest()
        : TestCase("without loss no datagram is sent twice, at rates from 5 kbps to 1 Gbps, and "
                   "where small ones overtake")
    {
    }

  private:
    void DoRun() override
    {
        // The slowest rate is that of which the class comment speaks: 4 fragments of 1,444 bytes
        // with all headers (2 of PPP) take 9.2 s at 5 kbit/s, less than InitialRto.
        for (const char* rate : {"5kbps", "20kbps", "200kbps", "2Mbps", "1Gbps"})
        {
            for (bool overtakes : {false, true})
            {
                Try(rate, overtakes);
            }
        }
    }

    /**
     * @param rate of the link
     * @param overtakes whether small packets overtake
     */
    void Try(const std::string& rate, bool overtakes)
    {
        Cell cell(DATAGRAM, rate);
        if (overtakes)
        {
            for (uint32_t i = 0; i < 2; ++i)
            {
                cell.GetDevice(i)->SetQueue(CreateObject<SmallFirstQueue>());
            }
        }
        cell.Start();
        // Small ones among large ones, one that fills several windows, and a pause.
        for (uint32_t i = 0; i < 10; ++i)
        {
            cell.session->Send(MakeMessage(i, i % 3 == 0 ? 20 : 4000 + 100 * i));
        }
        cell.session->Send(MakeMessage(10, 150000));
        Simulator::Schedule(Seconds(1500), [&] {
            for (uint32_t i = 11; i < 20; ++i)
            {
                cell.session->Send(MakeMessage(i, i % 3 == 0 ? 20 : 3512));
            }
        });
        cell.Run(3000);
        const std::string what = rate + (overtakes ? ", small ones first" : "");
        NS_TEST_EXPECT_MSG_EQ(cell.server.messages.size(), 20, "arrived at " << what);
        NS_TEST_EXPECT_MSG_EQ(cell.GetClientDatagrams()->GetNRetransmitted(), 0, "again " << what);
        NS_TEST_EXPECT_MSG_EQ(cell.GetServerDatagrams()->GetNDuplicates(), 0, "twice " << what);
        // At least every 4th fragment of 141 asks, and the end of each message of the 10 sent at
        // once may; far fewer than one each.
        NS_TEST_EXPECT_MSG_LT(cell.GetServerDatagrams()->GetNAcks(), 100, "acks at " << what);
    }
};

/// A link that does nothing for a minute, and then goes on.
class StallTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit StallTest(Kind kind)
        : TestCase("a link that stalls for 60 s and goes on, over " + NameOf(kind)),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        Cell cell(m_kind, "1Mbps");
        cell.Start();
        // Queued behind a packet that takes 60 s, nothing is lost; the message takes 0.84 s else.
        Simulator::Schedule(Seconds(1.3),
                            [&] { cell.GetDevice(1)->SetDataRate(DataRate("192bps")); });
        Simulator::Schedule(Seconds(1.5),
                            [&] { cell.GetDevice(1)->SetDataRate(DataRate("1Mbps")); });
        const auto message = MakeMessage(1, 100000);
        Simulator::Schedule(Seconds(1), [&] { cell.session->Send(message); });
        cell.Run(200);
        NS_TEST_EXPECT_MSG_EQ(cell.server.messages.size(), 1, "it arrives");
        NS_TEST_EXPECT_MSG_EQ(AreSame(message, cell.server.GetMessage(0)), true, "whole");
        NS_TEST_EXPECT_MSG_GT(cell.server.GetReceivedAt().GetSeconds(), 55, "after the stall");
        NS_TEST_EXPECT_MSG_LT(cell.server.GetReceivedAt().GetSeconds(), 75, "soon after it");
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OM", "nobody was given up");
        if (m_kind == DATAGRAM)
        {
            // Timeouts 1, 2, 4, 8, 16, 32 s after one another, one fragment each.
            NS_TEST_EXPECT_MSG_LT_OR_EQ(cell.GetClientDatagrams()->GetNRetransmitted(),
                                        6,
                                        "the queue is not flooded");
            NS_TEST_EXPECT_MSG_EQ(cell.GetServerDatagrams()->GetNDuplicates(),
                                  cell.GetClientDatagrams()->GetNRetransmitted(),
                                  "all of them in vain");
        }
    }

    Kind m_kind; //!< the transport
};

/// Ends of sessions.
class CloseTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit CloseTest(Kind kind)
        : TestCase("close and abort from either side over " + NameOf(kind)),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        TestCloseByClient();
        TestCloseByServer();
        TestAbort();
        TestCloseInCallbacks();
        TestUnreachable();
        TestLost();
        TestStopListening();
        TestDispose();
    }

    /// What was queued arrives before the end.
    void TestCloseByClient()
    {
        Cell cell(m_kind);
        cell.Start();
        for (uint32_t i = 0; i < 3; ++i)
        {
            cell.session->Send(MakeMessage(i, 200000));
        }
        cell.session->Close();
        NS_TEST_EXPECT_MSG_EQ(cell.session->IsOpen(), false, "closed");
        NS_TEST_EXPECT_MSG_EQ(cell.session->Send(MakeMessage(4, 10)), false, "nothing more");
        cell.Run(20);
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OMMMC", "all, then the end");
        NS_TEST_EXPECT_MSG_EQ(cell.server.reasons, "peer", "by the peer");
        NS_TEST_EXPECT_MSG_EQ(cell.client.log, "", "nothing is told after Close");
        NS_TEST_EXPECT_MSG_EQ(cell.client.delivered.size(), 0, "nothing is told after Close");
        ExpectNoSessions(cell);
    }

    /// The server closes; what the client has still to say goes nowhere.
    void TestCloseByServer()
    {
        Cell cell(m_kind);
        cell.server.onMessage = [](Ptr<Session> session, Message&) {
            session->Send(MakeMessage(9, 50000));
            session->Close();
        };
        cell.Start();
        cell.session->Send(MakeMessage(1, 10));
        Simulator::Schedule(Seconds(0.02), [&] { cell.session->Send(MakeMessage(2, 500000)); });
        cell.Run(20);
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OM", "nothing is told after Close");
        NS_TEST_EXPECT_MSG_EQ(cell.client.log, "OMC", "the last message, then the end");
        NS_TEST_EXPECT_MSG_EQ(cell.client.reasons, "peer", "by the peer");
        NS_TEST_EXPECT_MSG_EQ(cell.session->Send(MakeMessage(4, 10)), false, "nothing more");
        ExpectNoSessions(cell);
    }

    /// In the middle of a message.
    void TestAbort()
    {
        Cell cell(m_kind);
        cell.Start();
        cell.session->Send(MakeMessage(1, 1000000));
        Simulator::Schedule(Seconds(0.3), [&] { cell.session->Abort(); });
        cell.Run(20);
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OC", "cut short");
        NS_TEST_EXPECT_MSG_EQ(cell.server.reasons, "truncated", "why");
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNTruncated(), 1, "counted");
        NS_TEST_EXPECT_MSG_EQ(cell.client.log, "O", "nothing is told after Abort");
        ExpectNoSessions(cell);
    }

    /// From within each of the callbacks.
    void TestCloseInCallbacks()
    {
        for (int which = 0; which < 10; ++which)
        {
            Cell cell(m_kind);
            const auto end = [which](Ptr<Session> session) {
                which % 2 ? session->Close() : session->Abort();
            };
            const auto endMessage = [end](Ptr<Session> session, Message&) { end(session); };
            switch (which / 2)
            {
            case 0:
                cell.server.onOpened = end;
                break;
            case 1:
                cell.client.onOpened = end;
                break;
            case 2:
                cell.server.onMessage = endMessage;
                break;
            case 3:
                cell.client.onStarted = end;
                break;
            case 4:
                cell.client.onDelivered = end;
                break;
            }
            cell.Start();
            for (uint32_t i = 0; i < 5; ++i)
            {
                cell.session->Send(MakeMessage(i, 3000));
            }
            cell.Run(100);
            NS_TEST_EXPECT_MSG_EQ(
                std::count(cell.server.log.begin(), cell.server.log.end(), 'C') +
                    std::count(cell.client.log.begin(), cell.client.log.end(), 'C'),
                1,
                "one side is told, in case " << which << ": " << cell.server.log << " "
                                             << cell.client.log);
            ExpectNoSessions(cell);
        }
        // An end within MessageRefused.
        Cell cell(m_kind);
        auto corrupter = CreateObject<PacketCorrupter>();
        corrupter->countdown = 1;
        corrupter->minBytes = 800;
        cell.GetDevice(0)->SetReceiveErrorModel(corrupter);
        cell.server.onRefused = [](Ptr<Session> session) { session->Abort(); };
        cell.Start();
        cell.session->Send(MakeMessage(1, 1340)); // one packet
        cell.session->Send(MakeMessage(2, 1340));
        cell.Run(10);
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OR", "nothing after that");
        ExpectNoSessions(cell);
    }

    /// Nobody listens.
    void TestUnreachable()
    {
        Cell cell(m_kind);
        if (m_kind == DATAGRAM)
        {
            cell.clientTransport->SetAttribute("MaxRetries", UintegerValue(2));
        }
        cell.session =
            cell.clientTransport->Connect(cell.GetClient(), cell.GetAddress(), cell.client);
        cell.session->Send(MakeMessage(1, 10));
        // ns-3's TCP does not hear a reset here, and sends SYN again after 3, 6, 12, 24, 48 and 96
        // s.
        cell.Run(190);
        NS_TEST_EXPECT_MSG_EQ(cell.client.log, "C", "told once");
        NS_TEST_EXPECT_MSG_EQ(cell.client.reasons, "unreachable", "why");
        if (m_kind == DATAGRAM)
        {
            // Timeouts after 10, 20 and 40 s.
            NS_TEST_EXPECT_MSG_EQ((cell.client.closedAt == std::vector<Time>{Seconds(70)}),
                                  true,
                                  "when");
        }
        // No route at all.
        auto nowhere = InetSocketAddress(Ipv4Address("192.0.2.1"), PORT);
        Recorder other;
        auto lost = cell.clientTransport->Connect(cell.GetClient(), nowhere, other);
        lost->Send(MakeMessage(1, 10));
        cell.Run(200);
        NS_TEST_EXPECT_MSG_EQ(other.log, "C", "told once");
        NS_TEST_EXPECT_MSG_EQ(other.reasons, "unreachable", "why");
        ExpectNoSessions(cell);
    }

    /// The peer falls silent.
    void TestLost()
    {
        Cell cell(m_kind);
        cell.clientTransport->SetAttribute(m_kind == TCP ? "DataRetries" : "MaxRetries",
                                           UintegerValue(3));
        cell.Start();
        cell.session->Send(MakeMessage(1, 10));
        Simulator::Schedule(Seconds(1), [&] {
            auto errors = CreateObject<RateErrorModel>();
            errors->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
            errors->SetRate(1);
            cell.GetDevice(0)->SetReceiveErrorModel(errors);
            cell.session->Send(MakeMessage(2, 10));
        });
        cell.Run(300);
        NS_TEST_EXPECT_MSG_EQ(cell.client.log, "OC", "told once");
        NS_TEST_EXPECT_MSG_EQ(cell.client.reasons, "lost", "why");
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OM", "the server cannot know");
        for (const auto& session : cell.server.sessions)
        {
            NS_TEST_EXPECT_MSG_LT(session->GetLastHeard(), Seconds(1), "but can guess");
        }
        // Its own retransmissions are no sign of life.
        NS_TEST_EXPECT_MSG_LT(cell.session->GetLastHeard(), Seconds(1), "so can the client");
        NS_TEST_EXPECT_MSG_EQ(cell.clientTransport->GetNSessions(), 0, "nothing is left");
    }

    /// Those who are there stay, and no others come.
    void TestStopListening()
    {
        Cell cell(m_kind);
        cell.Start();
        cell.session->Send(MakeMessage(1, 10));
        Recorder late;
        Ptr<Session> second;
        Simulator::Schedule(Seconds(1), [&] {
            cell.serverTransport->StopListening();
            second = cell.clientTransport->Connect(cell.GetClient(), cell.GetAddress(), late);
            second->Send(MakeMessage(2, 10));
            cell.session->Send(MakeMessage(3, 10));
        });
        cell.Run(200);
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OMM", "the first one only");
        NS_TEST_EXPECT_MSG_EQ(late.reasons, "unreachable", "the second one is told");
        cell.serverTransport->Listen(cell.GetServer(), cell.GetAddress(), cell.server);
        second = cell.clientTransport->Connect(cell.GetClient(), cell.GetAddress(), late);
        second->Send(MakeMessage(4, 10));
        cell.Run(10);
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OMMOM", "and listens again");
    }

    /// Nothing is told, and nothing breaks.
    void TestDispose()
    {
        Cell cell(m_kind);
        cell.Start();
        cell.session->Send(MakeMessage(1, 1000000));
        Simulator::Schedule(Seconds(0.2), [&] { cell.serverTransport->Dispose(); });
        Simulator::Schedule(Seconds(0.3), [&] { cell.clientTransport->Dispose(); });
        cell.Run(20);
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "O", "nothing is told");
        NS_TEST_EXPECT_MSG_EQ(cell.client.log, "O", "nothing is told");
        NS_TEST_EXPECT_MSG_EQ(cell.session->Send(MakeMessage(2, 1)), false, "of no use any more");
        cell.session->Close();
        cell.session->Abort();
    }

    /// @param cell where no session should be left
    void ExpectNoSessions(const Cell& cell)
    {
        NS_TEST_EXPECT_MSG_EQ(cell.clientTransport->GetNSessions(), 0, "client's sessions");
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNSessions(), 0, "server's sessions");
    }

    Kind m_kind; //!< the transport
};

/// Many clients at once, on one shared medium.
class ManyTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit ManyTest(Kind kind)
        : TestCase("200 clients at once over " + NameOf(kind)),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        const uint32_t n = 200;
        RngSeedManager::SetSeed(1);
        NodeContainer nodes(n + 1);
        InternetStackHelper().Install(nodes);
        SimpleNetDeviceHelper link;
        link.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
        link.SetChannelAttribute("Delay", TimeValue(MilliSeconds(1)));
        const auto interfaces =
            Ipv4AddressHelper("10.1.0.0", "255.255.0.0").Assign(link.Install(nodes));
        const Address address = InetSocketAddress(interfaces.GetAddress(0), PORT);
        InitializeAll(nodes);

        auto serverTransport = MakeTransport(m_kind);
        auto clientTransport = MakeTransport(m_kind);
        Recorder server;
        std::vector<Recorder> clients(n);
        const auto model = std::make_shared<const Payload>(Noise(3512));
        // The server knows each by what it put into the session's context.
        std::vector<uint32_t> counts(n);
        server.onMessage = [&](Ptr<Session> session, Message& message) {
            if (message.header.type == MessageType::HELLO)
            {
                session->SetContext(&counts[message.header.sender]);
                Message work;
                work.header.type = MessageType::WORK;
                work.prefix = Noise(150, message.header.sender);
                work.payload = model;
                session->Send(work);
            }
            else
            {
                ++*static_cast<uint32_t*>(session->GetContext());
            }
        };
        serverTransport->Listen(nodes.Get(0), address, server);
        for (uint32_t i = 0; i < n; ++i)
        {
            clients[i].onMessage = [i](Ptr<Session> session, Message& message) {
                auto update = MakeMessage(1, 3512);
                update.header.sender = i;
                update.prefix = message.prefix;
                session->Send(update);
            };
            Message hello;
            hello.header.type = MessageType::HELLO;
            hello.header.sender = i;
            clientTransport->Connect(nodes.Get(i + 1), address, clients[i])->Send(hello);
        }
        Simulator::Stop(Seconds(100));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(server.sessions.size(), n, "all came");
        NS_TEST_EXPECT_MSG_EQ(server.messages.size(), 2 * n, "all answered");
        for (uint32_t i = 0; i < n; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(counts[i], 1, "once each");
            NS_TEST_EXPECT_MSG_EQ(clients[i].messages.size(), 1, "one model each");
            NS_TEST_EXPECT_MSG_EQ((clients[i].GetMessage(0).prefix == Noise(150, i)),
                                  true,
                                  "its own");
        }
        NS_TEST_EXPECT_MSG_EQ(model.use_count(), 1, "the model was shared, and is held no more");
        server.sessions.clear();
        for (auto& client : clients)
        {
            client.sessions.clear();
        }
        serverTransport->Dispose();
        clientTransport->Dispose();
        Simulator::Destroy();
    }

    Kind m_kind; //!< the transport
};

/// The suite.
class TransportTestSuite : public TestSuite
{
  public:
    TransportTestSuite()
        : TestSuite("fl-transport", TestSuite::Type::UNIT)
    {
        AddTestCase(new CrcTest);
        AddTestCase(new HeaderTest);
        AddTestCase(new CodecTest);
        for (Kind kind : {TCP, DATAGRAM})
        {
            AddTestCase(new SizesTest(kind));
            AddTestCase(new MisuseTest(kind));
            AddTestCase(new BitFlipTest(kind));
            AddTestCase(new StallTest(kind));
            AddTestCase(new CloseTest(kind));
            AddTestCase(new ManyTest(kind));
        }
        AddTestCase(new GarbageTest);
        AddTestCase(new DatagramGarbageTest);
        AddTestCase(new LossTest(0.05));
        AddTestCase(new LossTest(0.3));
        AddTestCase(new RepairTest);
        AddTestCase(new NoSpuriousTest);
    }
};

TransportTestSuite g_transportTestSuite; //!< registers itself

} // namespace
