/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"

#include "ns3/basic-energy-source-helper.h"
#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-processor-helper.h"
#include "ns3/pointer.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/udp-socket-factory.h"

#include <chrono>
#include <cmath>

/**
 * @file
 * @ingroup fl
 * Federated learning when things go wrong: damaged and hostile messages, late, lost and empty
 * devices, a server that stops.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// An event's time is a whole number of ns, and so is each delay.
constexpr double ROUNDING_S = 1e-9;

// ---------------------------------------------------------------------------------------------
// Damage on the link

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

// ---------------------------------------------------------------------------------------------
// Hostile messages

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

// ---------------------------------------------------------------------------------------------
// Late devices

/// After the deadline the round is closed, and who is late told to stop.
class DropLateTestCase : public TransportTestCase
{
  public:
    explicit DropLateTestCase(const std::string& transport)
        : TransportTestCase("late updates are dropped", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.profile = ComputingFor(2, 0);
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("RoundDeadline", TimeValue(Seconds(0.5)));
            // The device is told to stop when the last round is over, too.
            helper.SetCoordinatorAttribute("StopSimulation", BooleanValue(false));
        };
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended, and no more began");
        double energyJ = 0;
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(round.endS - round.startS, 0.5, ROUNDING_S, "the deadline");
            NS_TEST_EXPECT_MSG_EQ(round.selected, 3, "who was late is asked again");
            NS_TEST_EXPECT_MSG_EQ(round.received, 2, "those in time");
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round.round, 0), "deadline", "who was late");
            const auto& late = run.Find(round.round, 0)->measured;
            // From the download to the deadline, at kappa f^3 = 0.1 W.
            NS_TEST_EXPECT_MSG_EQ_TOL(late.downloadS + late.computeS,
                                      0.5,
                                      3 * ROUNDING_S,
                                      "it computed until then");
            NS_TEST_EXPECT_MSG_EQ_TOL(late.computeEnergyJ,
                                      0.1 * late.computeS,
                                      0.1 * 2 * ROUNDING_S,
                                      "and has paid for that");
            NS_TEST_EXPECT_MSG_EQ(std::isnan(late.uploadS), true, "it sent nothing");
            energyJ += round.energyJ;
        }
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.size(), 3, "it stopped");
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.at(0), "the server said ABORT", "being told so");
        // Between deadline and ABORT's arrival it spends a little more, which is of no order: in
        // each of three rounds at most 10 ms at 0.1 W.
        NS_TEST_EXPECT_MSG_EQ_TOL(run.federation.coordinator->GetEnergyJ(),
                                  energyJ,
                                  3 * 0.1 * 0.01,
                                  "the rounds' sum");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "nothing else came");
        ExpectFedAvg(run);
    }
};

/// After the deadline the round is closed, and who is late goes on: its sub-band is kept, it is not
/// asked meanwhile, and its update is merged into the round in which it arrives.
class NextRoundTestCase : public TransportTestCase
{
  public:
    explicit NextRoundTestCase(const std::string& transport)
        : TransportTestCase("late updates enter a later round", transport)
    {
    }

  private:
    void CheckBusy(const TestFederation& run, uint32_t round, const Grant& held)
    {
        const auto& state = run.states[round - 1];
        NS_TEST_EXPECT_MSG_EQ(state.available[0], false, "busy in round " << round);
        // 20 MHz less the control share of 5 %.
        NS_TEST_EXPECT_MSG_EQ_TOL(state.cells[0].uplinkBandwidthHz,
                                  19e6 - held.bandwidthHz,
                                  1,
                                  "the optimizer has the rest");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[round - 1].selected, 2, "the others");
    }

    void RoundBegin(const SystemState&, const Plan&, const Outcome&)
    {
        double sumHz = 0;
        for (DeviceId device = 0; device < 3; ++device)
        {
            const auto& grant = m_run->radio->GetDevice(device)->GetGrant(Direction::UPLINK);
            sumHz += grant.bandwidthHz;
        }
        m_heldHz.push_back(m_run->radio->GetDevice(0)->GetGrant(Direction::UPLINK).bandwidthHz);
        // That they do not overlap either is checked by Apply.
        NS_TEST_EXPECT_MSG_LT(sumHz, 19e6 + 1, "sub-bands fit the band");
    }

    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.distanceM = 100;
        setup.rounds = 12;
        setup.profile = ComputingFor(0.5, 0);
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("RoundDeadline", TimeValue(Seconds(0.3)));
            helper.SetCoordinatorAttribute("LatePolicy", EnumValue(SyncCoordinator::NEXT_ROUND));
        };
        TestFederation run(setup);
        m_run = &run;
        run.federation.coordinator->TraceConnectWithoutContext(
            "RoundBegin",
            MakeCallback(&NextRoundTestCase::RoundBegin, this));
        run.Run();

        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 12, "all rounds ended");
        uint32_t late = 0;
        for (uint32_t round = 12; round > 1; --round)
        {
            late = run.StatusOf(round, 0) == "late" ? round : late;
        }
        NS_TEST_ASSERT_MSG_GT(late, 2, "its update came in a later round");
        NS_TEST_ASSERT_MSG_LT(late, 12, "before the last");
        NS_TEST_EXPECT_MSG_EQ_TOL(run.rounds[0].endS - run.rounds[0].startS,
                                  0.3,
                                  ROUNDING_S,
                                  "round 1 was closed at its deadline");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 2, "without it");
        const Grant held = *run.plans[0].orders[0].FindTransfer(Direction::UPLINK)->grant;
        for (uint32_t round = 2; round <= late; ++round)
        {
            CheckBusy(run, round, held);
            NS_TEST_EXPECT_MSG_EQ(m_heldHz[round - 1], held.bandwidthHz, "its sub-band is kept");
            NS_TEST_EXPECT_MSG_LT(run.rounds[round - 1].predictedDurationS,
                                  0.3,
                                  "the prediction is of the round's own orders");
        }
        const auto& work = *run.Find(late, 0);
        NS_TEST_EXPECT_MSG_EQ(work.measured.round, 1, "its own round");
        NS_TEST_EXPECT_MSG_EQ(work.measured.baseVersion, 0, "what it was trained from");
        NS_TEST_EXPECT_MSG_EQ(work.measured.staleness, late - 1, "versions since");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[late - 1].received, 3, "merged with the others");
        NS_TEST_EXPECT_MSG_EQ(run.states[late].available[0], true, "then it is asked again");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[late].selected, 3, "then it is asked again");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "nothing was dropped");
        ExpectFedAvg(run);
    }

    TestFederation* m_run{nullptr}; //!< under test
    std::vector<double> m_heldHz;   //!< device 0's sub-band as each round begins
};

/// All are late: the next round waits for the first, and each order is reported once.
class AllLateTestCase : public TestCase
{
  public:
    AllLateTestCase()
        : TestCase("all updates are late")
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.rounds = 5;
        setup.profile = [](DeviceProfile& profile, DeviceId) { profile.cyclesPerSample = 3e7; };
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("RoundDeadline", TimeValue(Seconds(0.1)));
            helper.SetCoordinatorAttribute("LatePolicy", EnumValue(SyncCoordinator::NEXT_ROUND));
        };
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 5, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 0, "nobody was in time");
        // Device 0 computes for 2 * 10 * 3e7 / 1e9 = 0.6 s.
        NS_TEST_EXPECT_MSG_GT(run.rounds[1].startS, run.rounds[0].startS + 0.6, "it waited");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 0), "late", "for this one");
        std::map<std::pair<uint32_t, DeviceId>, uint32_t> times;
        uint32_t received = 0;
        uint32_t late = 0;
        for (const auto& round : run.rounds)
        {
            received += round.received;
            for (const auto& work : round.ended)
            {
                ++times[{work.order.round, work.order.device}];
                late += work.measured.status == WorkStatus::LATE;
            }
        }
        NS_TEST_EXPECT_MSG_EQ(received, late, "each that was merged is reported");
        for (const auto& [order, count] : times)
        {
            NS_TEST_EXPECT_MSG_EQ(count, 1, "each order is reported once");
        }
        NS_TEST_EXPECT_MSG_EQ(
            AreSame(run.federation.coordinator->GetParameters(), run.ExpectedParameters()),
            true,
            "FedAvg of what was merged");
    }
};

/// A late device holds the whole band: a device that joins meanwhile waits for it.
class NoBandTestCase : public TestCase
{
  public:
    NoBandTestCase()
        : TestCase("a late device holds the whole band")
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.distanceM = 100;
        setup.devices = 2;
        setup.profile = ComputingFor(2, 0);
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("RoundDeadline", TimeValue(Seconds(0.3)));
            helper.SetCoordinatorAttribute("JoinTimeout", TimeValue(Seconds(0.5)));
            helper.SetCoordinatorAttribute("LatePolicy", EnumValue(SyncCoordinator::NEXT_ROUND));
        };
        TestFederation run(setup);
        run.federation.clients[1]->SetAvailable(false);
        Simulator::Schedule(Seconds(1), &Client::SetAvailable, run.federation.clients[1], true);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].selected, 1, "one is there");
        NS_TEST_EXPECT_MSG_GT(run.rounds[1].startS, 2.5, "the other waits for its band");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].selected, 2, "both");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 0), "late", "the first came");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 1), "merged", "the second too");
    }
};

// ---------------------------------------------------------------------------------------------
// Devices that disappear

/// A link is cut without a word in mid-round: the device is found lost, the round goes on; when the
/// link is back, so is the device.
class CutTestCase : public TransportTestCase
{
  public:
    explicit CutTestCase(const std::string& transport)
        : TransportTestCase("a link is cut, and comes back", transport)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double CUT_S = 1.5;
        FederationSetup setup = MakeSetup();
        setup.rounds = 60;
        setup.model = "mlp:200";
        // 1 s of computation for all: rounds of a little more.
        setup.profile = ComputingFor(1);
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
        };
        TestFederation run(setup);
        run.CutBetween(1, CUT_S, CUT_S + 10);
        run.Run();

        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 60, "all rounds ended");
        uint32_t lost = 0;
        uint32_t back = 0;
        for (const auto& round : run.rounds)
        {
            const auto status = run.StatusOf(round.round, 1);
            lost = status == "lost" && lost == 0 ? round.round : lost;
            back = status == "merged" && lost > 0 && back == 0 ? round.round : back;
        }
        NS_TEST_ASSERT_MSG_GT(lost, 0, "found lost");
        NS_TEST_EXPECT_MSG_EQ(run.GetRound(lost).received, 2, "the round goes on");
        // KeepAliveMisses = 3 periods of silence, found at the next look.
        NS_TEST_EXPECT_MSG_GT(run.GetRound(lost).endS, CUT_S + 2, "not at once");
        NS_TEST_EXPECT_MSG_LT(run.GetRound(lost).endS, CUT_S + 4 + 0.1, "but soon");
        NS_TEST_ASSERT_MSG_GT(back, lost, "it is served again");
        // TCP's timeout doubles from 1 s: within 15 s of the cut's begin it tries at 1 + 2 + 4 + 8,
        // and then the client connects after 1 s; a round later it takes part.
        NS_TEST_EXPECT_MSG_LT(run.GetRound(back).startS, CUT_S + 10 + 16 + 4, "soon");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(60, 1), "merged", "until the end");
        ExpectFedAvg(run);
    }
};

/// A link is cut in mid-download, for longer than any transport tries again: with KeepAlive the
/// client, who only waits, notices, and is back when the link is.
class LongCutTestCase : public TransportTestCase
{
  public:
    explicit LongCutTestCase(const std::string& transport)
        : TransportTestCase("a link is cut for hours, in mid-download", transport)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double BACK_S = 5400;
        FederationSetup setup = MakeSetup();
        setup.rounds = 55;
        setup.dataRate = "500kbps";
        setup.statedBytes = 50000; // 0.8 s of the server's link each
        setup.profile = ComputingFor(120);
        setup.configure = [](FederationHelper& helper) {
            helper.SetClientAttribute("KeepAlive", TimeValue(Seconds(60)));
        };
        TestFederation run(setup);
        run.CutBetween(1, 1, BACK_S);
        run.Run(8000);
        NS_TEST_ASSERT_MSG_EQ(run.finished.size(), 1, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(std::count(run.log.begin(), run.log.end(), "received 1 1"),
                              0,
                              "cut in mid-download");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(1, 1), "lost", "found lost");
        uint32_t back = 0;
        for (uint32_t round = 55; round > 1; --round)
        {
            back = run.StatusOf(round, 1) == "merged" ? round : back;
        }
        NS_TEST_ASSERT_MSG_GT(back, 1, "it is served again");
        // It connects again and again; ns-3's TCP tries SYN at intervals of up to 96 s, datagrams
        // of up to 60 s. Then a round of some 125 s has to end.
        NS_TEST_EXPECT_MSG_LT(run.GetRound(back).startS, BACK_S + 96 + 125 + 5, "soon");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(55, 1), "merged", "until the end");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "a PING is no misdeed");
        // Nobody else was disturbed: devices that compute for 120 s are silent, but there.
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round.round, 0), "merged", "always there");
        }
    }
};

/// A client that goes away on purpose is missed at once; one that comes back is served again.
class AwayTestCase : public TransportTestCase
{
  public:
    explicit AwayTestCase(const std::string& transport)
        : TransportTestCase("devices go away, and come back", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.rounds = 6;
        setup.profile = ComputingFor(1);
        TestFederation run(setup);
        const auto& clients = run.federation.clients;
        Simulator::Schedule(Seconds(1.5), &Client::SetAvailable, clients[0], false);
        Simulator::Schedule(Seconds(3.5), &Client::SetAvailable, clients[0], true);
        clients[2]->SetStopTime(Seconds(2.5));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 6, "all rounds ended");
        const std::vector<std::string> first{"merged", "lost", "", "", "merged", "merged"};
        const std::vector<std::string> third{"merged", "merged", "lost", "", "", ""};
        for (uint32_t round = 1; round <= 6; ++round)
        {
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 0), first[round - 1], "round " << round);
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 1), "merged", "is always there");
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 2), third[round - 1], "round " << round);
            // 1 s of computation, and the rest takes milliseconds: nothing waits for the lost.
            NS_TEST_EXPECT_MSG_LT(run.GetRound(round).endS, run.GetRound(round).startS + 1.1, "");
        }
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.at(0), "the device went away", "why");
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.at(1), "the client stopped", "why");
        ExpectFedAvg(run);
    }
};

/// All links are cut: the run ends after WaitTimeout.
class AllGoneTestCase : public TransportTestCase
{
  public:
    explicit AllGoneTestCase(const std::string& transport)
        : TransportTestCase("all devices disappear", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.profile = ComputingFor(1);
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
            helper.SetCoordinatorAttribute("WaitTimeout", TimeValue(Seconds(20)));
        };
        TestFederation run(setup);
        double finishedS = 0;
        run.federation.coordinator->TraceConnectWithoutContext(
            "Finished",
            MakeFlCallback<void, const std::string&>(
                [&finishedS](const std::string&) { finishedS = Simulator::Now().GetSeconds(); }));
        Simulator::Schedule(Seconds(1.5), [&run] {
            for (DeviceId device = 0; device < 3; ++device)
            {
                run.Cut(device);
            }
        });
        run.Run(1000);
        NS_TEST_ASSERT_MSG_EQ(run.finished.size(), 1, "it ends");
        NS_TEST_EXPECT_MSG_EQ(run.finished.at(0),
                              "no device became available for 20 s",
                              "and says why");
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "round 2 was closed");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 0, "with nothing");
        NS_TEST_EXPECT_MSG_EQ_TOL(finishedS, run.rounds[1].endS + 20, ROUNDING_S, "WaitTimeout");
    }
};

// ---------------------------------------------------------------------------------------------
// Batteries

/**
 * @param run where
 * @param device whose node gets one
 * @param joule that it holds, all of which can be used
 */
void
InstallBattery(const TestFederation& run, DeviceId device, double joule)
{
    BasicEnergySourceHelper batteries;
    constexpr double RESERVE_J = 1e-7; // for what ns-3 rounds, see LoadEnergyModel
    batteries.Set("BasicEnergySourceInitialEnergyJ", DoubleValue(joule + RESERVE_J));
    batteries.Set("BasicEnergyLowBatteryThreshold", DoubleValue(RESERVE_J / (joule + RESERVE_J)));
    ProcessorHelper::InstallEnergyModels(batteries.Install(run.devices.Get(device)));
}

/// The battery runs empty while the device computes.
class BatteryComputeTestCase : public TransportTestCase
{
  public:
    explicit BatteryComputeTestCase(const std::string& transport)
        : TransportTestCase("a battery runs empty in mid-computation", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
        };
        TestFederation run(setup);
        // kappa C f^2 = 1e-28 * 2 * 15 * 1e6 * 1e18 = 3 mJ a round: enough for one and a half.
        constexpr double CAPACITY_J = 4.5e-3;
        InstallBattery(run, 1, CAPACITY_J);
        run.Run(20); // ns-3's sources look at their charge for ever
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(1, 1), "merged", "enough");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 1), "battery", "not enough");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 2, "the round goes on");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[2].selected, 2, "without it");
        // ns-3's source counts in nJ, rounded down at each of some ten looks; at kappa f^3 = 0.1 W.
        constexpr double tolJ = 10e-9;
        const auto& work = *run.Find(2, 1);
        NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.computeEnergyJ, 1.5e-3, tolJ, "what was left");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.computeS, 0.015, tolJ / 0.1, "for so long");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(work.measured.uploadS), true, "nothing was sent");
        NS_TEST_EXPECT_MSG_EQ_TOL(run.federation.clients[1]->GetComputeEnergyJ(),
                                  CAPACITY_J,
                                  tolJ,
                                  "all that it held, and no more");
        NS_TEST_EXPECT_MSG_EQ(run.clientAborted.at(0), "the battery is empty", "why");
        // Three misses of 1 s, found at the next look.
        NS_TEST_EXPECT_MSG_LT(run.rounds[1].endS, run.rounds[1].startS + 4.2, "found in time");
        NS_TEST_EXPECT_MSG_EQ(run.Count("joined"), 3, "it does not come back");
        ExpectFedAvg(run);
    }
};

/// The battery runs empty while the device sends.
class BatteryUploadTestCase : public TransportTestCase
{
  public:
    explicit BatteryUploadTestCase(const std::string& transport)
        : TransportTestCase("a battery runs empty in mid-upload", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        setup.distanceM = 100;
        setup.statedBytes = 200000;
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
        };
        double capacityJ = 0;
        {
            // What one round takes, with a battery that lasts.
            TestFederation full(setup);
            full.Run();
            const auto& measured = full.Find(1, 1)->measured;
            NS_TEST_ASSERT_MSG_GT(measured.radioEnergyJ, 1e-4, "sending costs something");
            capacityJ = measured.computeEnergyJ + 0.5 * measured.radioEnergyJ;
        }
        TestFederation run(setup);
        InstallBattery(run, 1, capacityJ);
        run.Run(20);
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(1, 1), "battery", "not enough");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 2, "the round goes on");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].selected, 2, "without it");
        const auto& measured = run.Find(1, 1)->measured;
        // Half the energy, less what HELLO took before: a little less than half of the upload.
        NS_TEST_EXPECT_MSG_GT(measured.uploadS, 0, "it was sending");
        NS_TEST_EXPECT_MSG_LT(measured.uploadS,
                              0.6 * run.Find(1, 0)->measured.uploadS,
                              "not until it was found lost");
        const double spentJ =
            run.federation.clients[1]->GetComputeEnergyJ() + run.radio->GetRadiatedEnergyJ(1);
        // ns-3's source counts in nJ, rounded down each time that a frame begins or ends: some 150
        // data frames and as many acknowledgements.
        NS_TEST_EXPECT_MSG_EQ_TOL(spentJ, capacityJ, 600e-9, "all that it held");
        NS_TEST_EXPECT_MSG_EQ(run.radio->GetDevice(1)->IsLinkUp(), false, "the radio is off");
    }
};

// ---------------------------------------------------------------------------------------------
// The server stops

/// Stopped at any time and started again, it goes on from the last aggregated model, with the round
/// that was aborted, and finishes all rounds.
class RestartTestCase : public TransportTestCase
{
  public:
    explicit RestartTestCase(const std::string& transport)
        : TransportTestCase("the server stops at any time, and starts again", transport)
    {
    }

  private:
    void RunWith(double stopS, double pauseS)
    {
        FederationSetup setup = MakeSetup();
        TestFederation run(setup);
        Eigen::VectorXf before;
        uint32_t round = 0;
        uint32_t version = 0;
        const auto& coordinator = run.federation.coordinator;
        Simulator::Schedule(Seconds(stopS), [&] {
            run.federation.server->Stop();
            before = coordinator->GetParameters();
            round = run.GetOpenRound();
            version = coordinator->GetModelVersion();
        });
        Simulator::Schedule(Seconds(stopS + pauseS), [&] {
            run.federation.server->Start();
            NS_TEST_EXPECT_MSG_EQ(AreSame(coordinator->GetParameters(), before), true, "resumes");
            NS_TEST_EXPECT_MSG_EQ(run.GetOpenRound(), round, "with the same round");
            NS_TEST_EXPECT_MSG_EQ(coordinator->GetModelVersion(), version, "and version");
        });
        run.Run();

        const std::string when = Describe("stopped at ", stopS, " s for ", pauseS, " s");
        NS_TEST_EXPECT_MSG_EQ(run.finished.empty() ? "" : run.finished.back(),
                              "all rounds are done",
                              when);
        NS_TEST_EXPECT_MSG_EQ(coordinator->GetModelVersion(), 3, "three versions, " << when);
        uint32_t next = 1;
        uint32_t aborted = 0;
        for (const auto& record : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(record.round, next, "the same round again, " << when);
            next += !record.aborted;
            aborted += record.aborted;
            for (const auto& work : record.ended)
            {
                const auto status = work.measured.status;
                NS_TEST_EXPECT_MSG_EQ((status == WorkStatus::MERGED ||
                                       (record.aborted && status == WorkStatus::ABORTED)),
                                      true,
                                      ToString(status) << ", " << when);
                NS_TEST_EXPECT_MSG_EQ(std::signbit(work.measured.DurationS()), false, when);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(next, 4, "three rounds in all, " << when);
        NS_TEST_EXPECT_MSG_LT(aborted, 2, "one at most, " << when);
        // Clients try again each second; TCP's SYN after 3 s, where it was ignored.
        NS_TEST_EXPECT_MSG_LT(run.GetRound(3).endS, stopS + pauseS + 10, "at once, " << when);
        ExpectFedAvg(run);
        m_aborted += aborted;
    }

    void DoRun() override
    {
        // Three rounds take some 0.2 s, and joining 0.03 s; and when all is over.
        for (double stopS = 0.001; stopS < 0.25; stopS += 0.0107)
        {
            for (const double pauseS : {0.0, 0.3})
            {
                RunWith(stopS, pauseS);
                Simulator::Destroy();
            }
        }
        NS_TEST_EXPECT_MSG_GT(m_aborted, 15, "some of these were in mid-round");
    }

    uint32_t m_aborted{0}; //!< rounds
};

/// The server stops in mid-round: clients drop their training, which has hours to go.
class AbortTrainingTestCase : public TransportTestCase
{
  public:
    explicit AbortTrainingTestCase(const std::string& transport)
        : TransportTestCase("the server stops, and training with it", transport)
    {
    }

  private:
    void DoRun() override
    {
        const auto start = std::chrono::steady_clock::now();
        {
            FederationSetup setup = MakeSetup();
            setup.threads = 1;
            // Hours of training, which are 1 s or more of simulated time.
            setup.trainer.localIterations = 1000000000;
            setup.profile = [](DeviceProfile& profile, DeviceId) { profile.cyclesPerSample = 0.1; };
            TestFederation run(setup);
            Simulator::Schedule(Seconds(0.5), &Server::Stop, run.federation.server);
            run.Run(2);
            NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 1, "one record");
            NS_TEST_EXPECT_MSG_EQ(run.rounds[0].aborted, true, "aborted");
            NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 0, "nothing was merged");
            for (DeviceId device = 0; device < 3; ++device)
            {
                const auto& work = run.rounds[0].ended.at(device);
                NS_TEST_EXPECT_MSG_EQ(ToString(work.measured.status), std::string("aborted"), "");
                // From then to the next client it is milliseconds; 0.1 W.
                NS_TEST_EXPECT_MSG_EQ_TOL(run.federation.clients[device]->GetComputeEnergyJ(),
                                          0.1 * work.measured.computeS,
                                          0.1 * 0.1,
                                          "no longer computed");
            }
            NS_TEST_EXPECT_MSG_EQ(run.Count("aborted"), 3, "clients aborted");
            NS_TEST_EXPECT_MSG_EQ(run.finished.at(0), "the server stopped in round 1", "why");
        }
        // The pool waits for its jobs when it is destroyed.
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        NS_TEST_EXPECT_MSG_LT(elapsed.count(), 60, "no training goes on");
    }
};

/// Who listens to a trace may stop the server, or a client, there and then.
class StopFromTraceTestCase : public TransportTestCase
{
  public:
    explicit StopFromTraceTestCase(const std::string& transport)
        : TransportTestCase("stopped from within a trace", transport)
    {
    }

  private:
    /// Stop the server when something is traced for the fourth time, and start it 1 s later.
    void StopServer(TestFederation& run)
    {
        if (++m_count == 4)
        {
            run.federation.server->Stop();
            Simulator::Schedule(Seconds(1), &Server::Start, run.federation.server);
        }
    }

    void StopServerAt(const std::string& trace)
    {
        FederationSetup setup = MakeSetup();
        setup.rounds = 5;
        TestFederation run(setup);
        m_count = 0;
        const auto& coordinator = run.federation.coordinator;
        if (trace == "RoundBegin")
        {
            coordinator->TraceConnectWithoutContext(
                trace,
                MakeFlCallback<void, const SystemState&, const Plan&, const Outcome&>(
                    [&](const SystemState&, const Plan&, const Outcome&) { StopServer(run); }));
        }
        else if (trace == "RoundEnd")
        {
            coordinator->TraceConnectWithoutContext(
                trace,
                MakeFlCallback<void, const RoundRecord&>(
                    [&](const RoundRecord&) { StopServer(run); }));
        }
        else if (trace == "Aggregated")
        {
            coordinator->TraceConnectWithoutContext(
                trace,
                MakeFlCallback<void, uint32_t, uint32_t, uint32_t>(
                    [&](uint32_t, uint32_t, uint32_t) { StopServer(run); }));
        }
        else
        {
            run.federation.server->TraceConnectWithoutContext(
                trace,
                MakeFlCallback<void, DeviceId, uint32_t, uint32_t>(
                    [&](DeviceId, uint32_t, uint32_t) { StopServer(run); }));
        }
        run.Run();
        NS_TEST_EXPECT_MSG_EQ(run.finished.empty() ? "" : run.finished.back(),
                              "all rounds are done",
                              trace);
        NS_TEST_EXPECT_MSG_EQ(coordinator->GetModelVersion(), 5, trace);
        for (uint32_t round = 1; round <= 5; ++round)
        {
            NS_TEST_EXPECT_MSG_EQ(run.GetRound(round).received, 3, trace << " round " << round);
        }
        ExpectFedAvg(run);
    }

    void LeaveAt(const std::string& trace)
    {
        FederationSetup setup = MakeSetup();
        setup.rounds = 5;
        TestFederation run(setup);
        // Not a Ptr: the client would hold itself.
        Client* const client = PeekPointer(run.federation.clients[1]);
        client->TraceConnectWithoutContext(trace,
                                           MakeFlCallback<void, DeviceId, const WorkOrder&>(
                                               [client](DeviceId, const WorkOrder& order) {
                                                   if (order.round == 2)
                                                   {
                                                       client->SetAvailable(false);
                                                   }
                                               }));
        // And one that is called after it.
        client->TraceConnectWithoutContext(
            trace,
            MakeFlCallback<void, DeviceId, const WorkOrder&>(
                [this](DeviceId device, const WorkOrder& order) {
                    NS_TEST_EXPECT_MSG_EQ(device, order.device, "the order is still there");
                }));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 5, trace);
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 1), "lost", trace);
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 2, trace);
        NS_TEST_EXPECT_MSG_EQ(run.rounds[2].selected, 2, trace);
        ExpectFedAvg(run);
    }

    void DoRun() override
    {
        for (const std::string trace :
             {"RoundBegin", "RoundEnd", "Aggregated", "ModelSent", "UpdateReceived"})
        {
            StopServerAt(trace);
            Simulator::Destroy();
        }
        for (const std::string trace :
             {"WorkReceived", "ComputeBegin", "ComputeEnd", "UploadBegin"})
        {
            LeaveAt(trace);
            Simulator::Destroy();
        }
    }

    uint32_t m_count{0}; //!< how often it was traced
};

/// Federated learning when things go wrong.
class FlFailureTestSuite : public TestSuite
{
  public:
    FlFailureTestSuite()
        : TestSuite("fl-failure", TestSuite::Type::UNIT)
    {
        for (const auto& transport : TRANSPORTS)
        {
            AddTestCase(new DamagedUpdateTestCase("a bit of an update is flipped", transport));
            AddTestCase(new DamagedModelTestCase("a bit of a model is flipped", transport));
            AddTestCase(new DamagedHelloTestCase("a bit of a HELLO is flipped", transport));
            AddTestCase(new HostileMemberTestCase(transport));
            AddTestCase(new StrangerTestCase(transport));
            AddTestCase(new DropLateTestCase(transport));
            AddTestCase(new NextRoundTestCase(transport));
            AddTestCase(new CutTestCase(transport));
            AddTestCase(new LongCutTestCase(transport));
            AddTestCase(new AwayTestCase(transport));
            AddTestCase(new AllGoneTestCase(transport));
            AddTestCase(new BatteryComputeTestCase(transport));
            AddTestCase(new BatteryUploadTestCase(transport));
            AddTestCase(new RestartTestCase(transport));
            AddTestCase(new AbortTrainingTestCase(transport));
            AddTestCase(new StopFromTraceTestCase(transport));
        }
        AddTestCase(new AllLateTestCase);
        AddTestCase(new NoBandTestCase);
    }
};

FlFailureTestSuite g_flFailureTestSuite; ///< registers the suite

} // namespace
