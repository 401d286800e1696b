/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"
#include "fl-test-transport-case.h"

#include "ns3/pointer.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/udp-socket-factory.h"

/**
 * @file
 * @ingroup fl
 * Federated learning with messages that are damaged on the link, and with hostile clients.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// One bit of an update is flipped: refused, and the round goes on without it.
class DamagedUpdateTestCase : public TransportTestCase
{
  public:
    using TransportTestCase::TransportTestCase;

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.model = "mlp:200"; // 8 kB: six segments
        TestFederation run(setup);
        // The second long packet from device 1 is in the middle of its first update.
        const auto flipper = run.Flip(0, 1 + 1);
        flipper->minBytes = 1000;
        flipper->countdown = 2;
        run.Run();
        ExpectRefusedOnce(run, flipper, 1);
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 1, "counted");
        NS_TEST_ASSERT_MSG_EQ(run.dropped.size(), 1, "traced");
        NS_TEST_EXPECT_MSG_EQ(run.dropped.at(0),
                              std::string(ToString(WireError::BAD_PAYLOAD_CRC)),
                              "by its checksum");
        NS_TEST_EXPECT_MSG_EQ(run.Count("left"), 0, "the session goes on");
        ExpectFedAvg(run);
    }
};

/// One bit of a model on its way down is flipped: the client says that it cannot.
class DamagedModelTestCase : public TransportTestCase
{
  public:
    using TransportTestCase::TransportTestCase;

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.model = "mlp:200";
        TestFederation run(setup);
        const auto flipper = run.Flip(1 + 2, 0);
        flipper->minBytes = 1000;
        flipper->countdown = 2;
        run.Run();
        ExpectRefusedOnce(run, flipper, 2);
        NS_TEST_ASSERT_MSG_EQ(run.clientDropped.size(), 1, "traced");
        NS_TEST_EXPECT_MSG_EQ(run.clientDropped.at(0),
                              std::string(ToString(WireError::BAD_PAYLOAD_CRC)),
                              "by its checksum");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "an ABORT is no misdeed");
        ExpectFedAvg(run);
    }
};

/// A HELLO that is damaged, in its header or its body, is said again.
class DamagedHelloTestCase : public TransportTestCase
{
  public:
    using TransportTestCase::TransportTestCase;

  private:
    void DoRun() override
    {
        // The last byte is of the token; the 20th from the end is of the header.
        for (const uint32_t fromEnd : {1, 20})
        {
            FederationSetup setup = MakeSetup();
            TestFederation run(setup);
            const auto flipper = run.Flip(0, 1 + 0);
            flipper->minBytes = 90; // more than a SYN has, and no more than HELLO
            flipper->fromEnd = fromEnd;
            run.Run();
            NS_TEST_EXPECT_MSG_EQ(flipper->flipped, 1, "one bit of one packet");
            NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
            NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 3, "with all devices");
            // A retry after ReconnectInterval of 1 s; the rest takes milliseconds.
            NS_TEST_EXPECT_MSG_LT(run.rounds[0].startS, 2, "soon");
            NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 1, "counted");
        }
    }
};

/// Speaks to a server without being a Client.
class Rogue : public SessionHandler
{
  public:
    /**
     * @param run whose server
     * @param device who it says it is
     */
    Rogue(const TestFederation& run, DeviceId device)
        : m_run(run),
          m_device(device)
    {
    }

    /// Connect now.
    void Connect()
    {
        ObjectFactory factory(m_run.setup.transport);
        m_transport = factory.Create<Transport>();
        m_session = m_transport->Connect(m_run.outsider.Get(0), m_run.serverAddress, *this);
    }

    /// Leave without a word.
    void Abort()
    {
        m_session->Abort();
    }

    /// Release what the simulation still holds.
    void Dispose()
    {
        m_session = nullptr;
        m_transport->Dispose();
    }

    /**
     * Say HELLO.
     * @param device as whom
     * @param token what it shows
     */
    void SayHello(DeviceId device, uint64_t token)
    {
        Message message;
        message.header.type = MessageType::HELLO;
        message.header.sender = device;
        Append(message.prefix, Hello{device, token});
        m_session->Send(std::move(message));
    }

    /**
     * Say something without a body.
     * @param type what
     */
    void Say(MessageType type)
    {
        Message message;
        message.header.type = type;
        message.header.round = 1;
        message.header.sender = m_device;
        m_session->Send(std::move(message));
    }

    /**
     * @param order the order that it answers
     * @param bytes of its payload
     * @return an update that says to be of 20 samples
     */
    Message MakeUpdate(const WorkOrder& order, std::vector<uint8_t> bytes) const
    {
        Message message;
        message.header.type = MessageType::UPDATE;
        message.header.task = order.task;
        message.header.round = order.round;
        message.header.step = static_cast<uint8_t>(order.phases.size());
        message.header.sender = m_device;
        WorkReport report;
        report.samples = 20;
        report.baseVersion = order.baseVersion;
        Append(message.prefix, report);
        message.payload = std::make_shared<const Payload>(std::move(bytes));
        return message;
    }

    /// Send a message as it is.
    void Send(Message message)
    {
        m_session->Send(std::move(message));
    }

    /// What to do with an order and its model.
    std::function<void(const WorkOrder& order, const std::vector<uint8_t>& model)> onWork;
    uint32_t welcomes{0}; //!< how many came
    std::string closed;   //!< why the session ended
    uint32_t orders{0};   //!< how many came

    void SessionOpened(Ptr<Session>) override
    {
    }

    void MessageReceived(Ptr<Session>, Message&& message) override
    {
        welcomes += message.header.type == MessageType::WELCOME;
        if (message.header.type == MessageType::WORK)
        {
            ++orders;
            WorkOrder order;
            ByteReader reader(message.prefix.data(), message.prefix.size());
            Parse(reader, order);
            const auto* data = message.payload->GetData();
            onWork(order, std::vector<uint8_t>(data, data + message.payload->GetSize()));
        }
    }

    void MessageRefused(Ptr<Session>, WireError, const MessageHeader&) override
    {
    }

    void SessionClosed(Ptr<Session>, CloseReason reason) override
    {
        closed = ToString(reason);
    }

  private:
    const TestFederation& m_run; //!< whose server
    DeviceId m_device;           //!< who it says it is
    Ptr<Transport> m_transport;  //!< its own
    Ptr<Session> m_session;      //!< with the server
};

/**
 * A member of the federation breaks every rule that there is, one after the other. The other two
 * train on as if it were not there.
 */
class HostileMemberTestCase : public TransportTestCase
{
  public:
    explicit HostileMemberTestCase(const std::string& transport)
        : TransportTestCase("a hostile member", transport)
    {
    }

  private:
    /// What it does with the order of each round; "ok" where the update is as it should be.
    static void Answer(Rogue& rogue, const WorkOrder& order, const std::vector<uint8_t>& model)
    {
        Message update = rogue.MakeUpdate(order, model);
        switch (order.round)
        {
        case 1: // a model of another size
            rogue.Send(rogue.MakeUpdate(order, std::vector<uint8_t>(model.size() - 4)));
            rogue.Send(update); // too late: that order is over
            return;
        case 2: // of a round that is not, and twice
            update.header.round = 99;
            rogue.Send(update);
            update.header.round = 2;
            rogue.Send(update);
            rogue.Send(update);
            return;
        case 3: // a report cut short
            update.prefix.pop_back();
            rogue.Send(update);
            return;
        case 4: // a parameter that is not a number
            std::fill_n(update.prefix.begin(), 0, 0);
            rogue.Send(rogue.MakeUpdate(order, std::vector<uint8_t>(model.size(), 0xff)));
            return;
        case 5: // more weight than it was given
        {
            WorkReport report;
            report.samples = 21;
            report.baseVersion = order.baseVersion;
            update.prefix.clear();
            Append(update.prefix, report);
            rogue.Send(update);
            return;
        }
        case 6: // of another base
        {
            WorkReport report;
            report.samples = 20;
            report.baseVersion = order.baseVersion + 1;
            update.prefix.clear();
            Append(update.prefix, report);
            rogue.Send(update);
            return;
        }
        case 7: // a stated size in place of a model
            update.virtualBytes = update.payload->GetSize();
            update.payload = nullptr;
            rogue.Send(update);
            return;
        case 8: // what only a server says, and in the name of another; then an honest update
            rogue.Say(MessageType::WELCOME);
            rogue.Say(MessageType::WORK);
            rogue.Say(MessageType::DATA);
            update.header.sender = 0;
            rogue.Send(update);
            update.header.sender = 2;
            update.header.type = MessageType::DATA; // of no transfer of that order, and of its last
            update.header.step = 200;
            rogue.Send(update);
            update.header.step = static_cast<uint8_t>(order.phases.size());
            rogue.Send(update);
            update.header.type = MessageType::UPDATE;
            rogue.Send(update);
            return;
        case 9: // an update of the downlink transfer
            update.header.step = 1;
            rogue.Send(update);
            return;
        case 10: // in the name of a server
            update.header.flags = MessageHeader::SERVER;
            rogue.Send(update);
            update.header.flags = 0;
            rogue.Send(update);
            return;
        case 11: // half a message, and gone
            update.payload = std::make_shared<const Payload>(std::vector<uint8_t>(300000));
            rogue.Send(update);
            Simulator::Schedule(MilliSeconds(20), &Rogue::Abort, &rogue);
            return;
        default:
            rogue.Send(update);
        }
    }

    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.hasOutsider = true;
        setup.rounds = 12;
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
        };
        TestFederation run(setup);
        run.federation.clients[2]->SetAvailable(false);
        Rogue rogue(run, 2);
        rogue.onWork = [&rogue](const WorkOrder& order, const std::vector<uint8_t>& model) {
            Answer(rogue, order, model);
        };
        Simulator::Schedule(MilliSeconds(100), [&rogue] {
            rogue.Connect();
            rogue.Say(MessageType::UPDATE); // before HELLO
            rogue.SayHello(2, 4711);
            rogue.SayHello(2, 4711);
            rogue.SayHello(1, 4711);
        });
        run.Run();

        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 12, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(rogue.welcomes, 1, "welcome once");
        NS_TEST_EXPECT_MSG_EQ(rogue.orders, 11, "it had work until it left");
        const std::vector<std::string> expected{"refused",
                                                "merged",
                                                "refused",
                                                "refused",
                                                "refused",
                                                "refused",
                                                "refused",
                                                "merged",
                                                "refused",
                                                "merged",
                                                "lost",
                                                ""};
        for (uint32_t round = 1; round <= 12; ++round)
        {
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 0), "merged", "not disturbed");
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 1), "merged", "not disturbed");
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 2), expected[round - 1], "round " << round);
        }
        // Each with its reason, and no more than that.
        const std::vector<std::pair<std::string, uint32_t>> reasons{
            {"UPDATE from a sender that has not said HELLO", 2},
            {"HELLO twice", 1},
            {"HELLO as another device", 1},
            {"not of the model's size", 8},
            {"UPDATE with a malformed report", 1},
            {"is not for a server", 2},
            {"DATA of round 1: of no order that it has", 1},
            {"DATA of round 8: step = 200: must be that of the order's next uplink transfer", 1},
            {"DATA of round 8: step = 3: must be that of the order's next uplink transfer", 1},
            {"UPDATE of round 9: step = 1: must be that of the order's last transfer", 1},
            {"a device that speaks as a server", 1},
            {"closed in the middle of a message", 1}};
        uint32_t sum = 0;
        for (const auto& [reason, times] : reasons)
        {
            NS_TEST_EXPECT_MSG_EQ(run.CountDropped(reason), times, reason);
            sum += times;
        }
        NS_TEST_EXPECT_MSG_EQ(run.dropped.size(), sum, "each traced once");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), sum, "each counted once");
        const auto parameters = run.ExpectedParameters([&run](uint32_t, DeviceId device) {
            return device == 2 ? std::vector<uint32_t>() : run.parts[device];
        });
        NS_TEST_EXPECT_MSG_EQ(AreSame(run.federation.coordinator->GetParameters(), parameters),
                              true,
                              "only what was as it should be has entered the model");
        rogue.Dispose();
    }
};

/// Strangers send garbage, cut messages short, or take another's place.
class StrangerTestCase : public TransportTestCase
{
  public:
    explicit StrangerTestCase(const std::string& transport)
        : TransportTestCase("strangers", transport)
    {
    }

  private:
    /// Send bytes over a plain socket at a time, and close it.
    void SendRaw(const TestFederation& run, double timeS, std::vector<uint8_t> bytes)
    {
        const bool isTcp = m_transport == TRANSPORTS[0];
        Simulator::Schedule(Seconds(timeS), [this, &run, isTcp, bytes] {
            auto socket = Socket::CreateSocket(run.outsider.Get(0),
                                               isTcp ? TcpSocketFactory::GetTypeId()
                                                     : UdpSocketFactory::GetTypeId());
            socket->Bind();
            socket->Connect(run.serverAddress);
            socket->Send(Create<Packet>(bytes.data(), bytes.size()));
            Simulator::Schedule(MilliSeconds(300), &Socket::Close, socket);
            m_sockets.push_back(socket);
        });
    }

    /// @return the header of an update with a body of that size
    static std::vector<uint8_t> MakeHeader(uint64_t payloadBytes)
    {
        MessageHeader header;
        header.type = MessageType::UPDATE;
        header.round = 1;
        header.payloadBytes = payloadBytes;
        std::vector<uint8_t> bytes(MessageHeader::SIZE);
        header.Write(bytes.data());
        return bytes;
    }

    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.hasOutsider = true;
        setup.rounds = 40;
        TestFederation run(setup);
        PointerValue pointer;
        run.federation.server->GetAttribute("Transport", pointer);
        const auto transport = pointer.Get<Transport>();
        transport->SetAttribute("MaxMessageBytes", UintegerValue(20000));

        std::vector<uint8_t> noise(3000);
        for (size_t i = 0; i < noise.size(); ++i)
        {
            noise[i] = static_cast<uint8_t>(i * 89 + 7);
        }
        auto otherVersion = MakeHeader(0);
        otherVersion[2] = MessageHeader::VERSION + 1;
        SendRaw(run, 0.02, noise);
        SendRaw(run, 0.12, otherVersion);
        SendRaw(run, 0.22, MakeHeader(1000)); // and nothing of its body
        SendRaw(run, 0.32, {0x46, 0x4c, 1});  // not even a header
        Rogue large(run, 1);
        Rogue thief(run, 0);
        Rogue unknown(run, 9);
        Simulator::Schedule(Seconds(0.4), [&] {
            large.Connect();
            large.Send(large.MakeUpdate(WorkOrder(), std::vector<uint8_t>(30000)));
            thief.Connect();
            thief.SayHello(0, 4711);
            unknown.Connect();
            unknown.SayHello(9, 4711);
        });
        run.Run();

        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 40, "all rounds ended");
        NS_TEST_EXPECT_MSG_GT(run.rounds.back().endS, 1, "it was the time for all of that");
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.received, 3, "nobody was disturbed");
        }
        NS_TEST_EXPECT_MSG_EQ(run.Count("left"), 0, "nobody's place was taken");
        NS_TEST_EXPECT_MSG_EQ(run.CountDropped("HELLO with another token"), 1, "thief");
        NS_TEST_EXPECT_MSG_EQ(run.CountDropped("HELLO of no device of ours"), 1, "unknown");
        NS_TEST_EXPECT_MSG_EQ(run.CountDropped(ToString(WireError::TOO_LARGE)), 1, "large");
        NS_TEST_EXPECT_MSG_EQ(thief.closed.empty(), false, "shown the door");
        NS_TEST_EXPECT_MSG_EQ(unknown.closed.empty(), false, "shown the door");
        NS_TEST_EXPECT_MSG_EQ(large.closed.empty(), false, "shown the door");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), run.dropped.size(), "traced");
        if (m_transport == TRANSPORTS[0])
        {
            NS_TEST_EXPECT_MSG_EQ(run.CountDropped(ToString(WireError::BAD_MAGIC)), 1, "noise");
            NS_TEST_EXPECT_MSG_EQ(run.CountDropped(ToString(WireError::BAD_VERSION)), 1, "version");
            NS_TEST_EXPECT_MSG_EQ(run.CountDropped("closed in the middle"), 2, "half messages");
            NS_TEST_EXPECT_MSG_EQ(run.dropped.size(), 7, "no more than that");
        }
        else
        {
            // No session without a datagram that is one: the transport counts them.
            NS_TEST_EXPECT_MSG_EQ(transport->GetNRefused(), 4 + 1, "datagrams, and the large one");
            NS_TEST_EXPECT_MSG_EQ(run.dropped.size(), 3, "no more than that");
        }
        ExpectFedAvg(run);
        large.Dispose();
        thief.Dispose();
        unknown.Dispose();
        m_sockets.clear();
    }

    std::vector<Ptr<Socket>> m_sockets; //!< kept alive
};

/// The suite.
class FlFailureMessagesTestSuite : public TestSuite
{
  public:
    FlFailureMessagesTestSuite()
        : TestSuite("fl-failure-messages", TestSuite::Type::UNIT)
    {
        for (const auto& transport : TRANSPORTS)
        {
            AddTestCase(new DamagedUpdateTestCase("a bit of an update is flipped", transport));
            AddTestCase(new DamagedModelTestCase("a bit of a model is flipped", transport));
            AddTestCase(new DamagedHelloTestCase("a bit of a HELLO is flipped", transport));
            AddTestCase(new HostileMemberTestCase(transport));
            AddTestCase(new StrangerTestCase(transport));
        }
    }
};

FlFailureMessagesTestSuite g_flFailureMessagesTestSuite; ///< registers the suite

} // namespace
