/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-machine.h"

#include "ns3/double.h"

/**
 * @file
 * @ingroup fl
 * Orders as programs: several at once, with transfers in any order, of several servers.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Two tasks at once: the second order does not end the first one, the two share the processor, and
/// their uploads follow one another.
class TwoTasksTestCase : public MachineTestCase
{
  public:
    TwoTasksTestCase()
        : MachineTestCase("two tasks at once on one device")
    {
    }

  private:
    void DoRun() override
    {
        constexpr double UPLOAD_BYTES = 2000; // two datagrams
        MachineNet net;
        auto& coordinator = *net.coordinators[0];
        for (uint32_t task : {0, 1})
        {
            coordinator.orders.push_back(
                MakeOrder(0,
                          task,
                          {MakeTransfer(Direction::DOWNLINK, PayloadKind::MODEL),
                           Compute{1e9, 1e9},
                           MakeTransfer(Direction::UPLINK, PayloadKind::SAMPLES, UPLOAD_BYTES)}));
        }
        net.Run();
        NS_TEST_ASSERT_MSG_EQ(coordinator.measured.size(), 2, "both are done");
        NS_TEST_EXPECT_MSG_EQ(net.dropped.size(), 0, "nothing was dropped");

        const double workS =
            AirS(ORDER_BYTES + 2 * TRANSFER_BYTES + COMPUTE_BYTES + MODEL_BYTES); // 9.3 ms
        const double uploadS = AirS(REPORT_BYTES + UPLOAD_BYTES, 2);              // 17.5 ms
        const double firstS = SEND_S + workS + DELAY_S;
        const double secondS = firstS + workS;
        // The first one computes alone for workS at 1 GHz, then both at 0.5 GHz until it is done.
        const double firstEndS = secondS + 2 * (1 - workS);
        // The second one has as much left as the first one had run alone.
        const double secondEndS = firstEndS + workS;
        const double airEndS = firstEndS + uploadS;
        Expect(coordinator.measured[0], 0, SEND_S, firstS);
        Expect(coordinator.measured[0], 1, firstS, firstEndS);
        Expect(coordinator.measured[0], 2, firstEndS, airEndS + DELAY_S);
        Expect(coordinator.measured[1], 0, SEND_S, secondS);
        Expect(coordinator.measured[1], 1, secondS, secondEndS);
        // It waits for the first one's upload.
        NS_TEST_EXPECT_MSG_LT(secondEndS, airEndS, "they overlap");
        Expect(coordinator.measured[1], 2, secondEndS, airEndS + uploadS + DELAY_S);
        // 1e9 cycles cost 0.1 J at 1 GHz, a quarter of it at half of that.
        for (uint32_t task : {0, 1})
        {
            const auto& outcome = coordinator.measured[task];
            NS_TEST_EXPECT_MSG_EQ_TOL(outcome.computeEnergyJ,
                                      0.1 * (workS + 0.25 * (1 - workS)),
                                      1e-9,
                                      "energy of task " << task);
            NS_TEST_EXPECT_MSG_EQ(outcome.uploadS,
                                  outcome.phases[2].endS - outcome.phases[2].startS,
                                  "sum of one");
            NS_TEST_EXPECT_MSG_EQ(outcome.samples, 7, "samples of the order");
        }
    }
};

/// Makes payloads of bytes that are one more than those that came.
class CountingJobs : public WorkJobs
{
  public:
    /// One computation.
    class Job : public WorkJob
    {
      public:
        Job(PayloadKind from, PayloadKind to, size_t bytes)
            : m_from(from),
              m_to(to),
              m_bytes(bytes)
        {
        }

        JobResult Finish(WorkContent& content) override
        {
            const auto& input = content.Of(m_from);
            const auto byte = static_cast<uint8_t>(input ? input->GetData()[0] + 1 : 1);
            content.Of(m_to) = std::make_shared<const Payload>(std::vector<uint8_t>(m_bytes, byte));
            return {5, 1, 0.25, {}, ""};
        }

      private:
        PayloadKind m_from; //!< what it takes
        PayloadKind m_to;   //!< what it makes
        size_t m_bytes;     //!< so many
    };

    std::unique_ptr<WorkJob> Begin(const JobContext& context) override
    {
        switch (context.phase.job)
        {
        case ComputeJob::FORWARD:
            return std::make_unique<Job>(PayloadKind::MODEL, PayloadKind::ACTIVATIONS, 500);
        case ComputeJob::BACKWARD:
            return std::make_unique<Job>(PayloadKind::GRADIENTS, PayloadKind::UPDATE, 1000);
        default:
            return std::make_unique<Job>(PayloadKind::ACTIVATIONS, PayloadKind::GRADIENTS, 500);
        }
    }
};

/// Forward at the device, the loss at the server, backward at the device; and a pause that waits
/// for an acknowledgement.
class UpDownUpTestCase : public MachineTestCase
{
  public:
    UpDownUpTestCase()
        : MachineTestCase("an order with up, down, up")
    {
    }

  private:
    void DoRun() override
    {
        MachineNet net;
        net.task->jobs = std::make_shared<CountingJobs>();
        auto& coordinator = *net.coordinators[0];
        coordinator.orders = {
            MakeOrder(0,
                      0,
                      {MakeTransfer(Direction::DOWNLINK, PayloadKind::MODEL),
                       Compute{5e8, 1e9, ComputeNode::DEVICE, ComputeJob::FORWARD},
                       MakeTransfer(Direction::UPLINK, PayloadKind::ACTIVATIONS, 500),
                       Compute{5e8, 2e9, ComputeNode::SERVER, ComputeJob::OTHER},
                       MakeTransfer(Direction::DOWNLINK, PayloadKind::GRADIENTS, 500),
                       Compute{2.5e8, 1e9, ComputeNode::DEVICE, ComputeJob::BACKWARD},
                       MakeTransfer(Direction::UPLINK, PayloadKind::UPDATE)})};
        // Another task, long after that.
        auto other = MakeOrder(0,
                               1,
                               {Idle{8},
                                MakeTransfer(Direction::DOWNLINK, PayloadKind::MODEL),
                                Idle{0.1},
                                MakeTransfer(Direction::UPLINK, PayloadKind::ACTIVATIONS, 500),
                                Idle{0.25},
                                MakeTransfer(Direction::UPLINK, PayloadKind::UPDATE)});
        coordinator.orders.push_back(other);
        net.Run();
        NS_TEST_ASSERT_MSG_EQ(coordinator.measured.size(), 2, "both are done");
        NS_TEST_EXPECT_MSG_EQ((coordinator.steps == std::vector<int>{3, 4}), true, "payloads");
        NS_TEST_EXPECT_MSG_EQ(net.dropped.size(), 0, "nothing was dropped");
        ExpectSplit(coordinator.measured[0], coordinator.updates.at(0));

        const auto& outcome = coordinator.measured[1];
        const double workS = AirS(ORDER_BYTES + 3 * IDLE_BYTES + 3 * TRANSFER_BYTES + MODEL_BYTES);
        double nowS = SEND_S + 8 + workS + DELAY_S;
        Expect(outcome, 0, SEND_S, SEND_S + 8);
        Expect(outcome, 1, SEND_S + 8, nowS);
        Expect(outcome, 2, nowS, nowS + 0.1);
        nowS += 0.1;
        const double payloadS = AirS(MESSAGE_BYTES + 500) + DELAY_S;
        Expect(outcome, 3, nowS, nowS + payloadS);
        nowS += payloadS + AirS(22 - 14) + DELAY_S; // an acknowledgement has 22 bytes
        Expect(outcome, 4, nowS, nowS + 0.25);
        nowS += 0.25;
        Expect(outcome, 5, nowS, nowS + AirS(REPORT_BYTES + MODEL_BYTES) + DELAY_S);
        NS_TEST_EXPECT_MSG_EQ_TOL(outcome.idleS, 8 + 0.1 + 0.25, TOL_S, "all pauses");
        NS_TEST_EXPECT_MSG_EQ(net.servers[0]->GetPendingBytes(0), 0, "all acknowledged");
    }

    void ExpectSplit(const WorkOutcome& outcome, const Message& update)
    {
        const double workS =
            AirS(ORDER_BYTES + 4 * TRANSFER_BYTES + 3 * COMPUTE_BYTES + MODEL_BYTES);
        const double payloadS = AirS(MESSAGE_BYTES + 500) + DELAY_S;
        const double updateS = AirS(REPORT_BYTES + MODEL_BYTES) + DELAY_S;
        double nowS = SEND_S;
        const std::vector<double>
            lastS{workS + DELAY_S, 0.5, payloadS, 0.25, payloadS, 0.25, updateS};
        for (size_t i = 0; i < lastS.size(); ++i)
        {
            Expect(outcome, i, nowS, nowS + lastS[i]);
            nowS += lastS[i];
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(outcome.downloadS, workS + DELAY_S + payloadS, TOL_S, "both");
        NS_TEST_EXPECT_MSG_EQ_TOL(outcome.uploadS, payloadS + updateS, TOL_S, "both");
        NS_TEST_EXPECT_MSG_EQ_TOL(outcome.computeS, 1, TOL_S, "all three");
        NS_TEST_EXPECT_MSG_EQ_TOL(outcome.computeEnergyJ, 0.075, 1e-9, "the device's only");
        NS_TEST_EXPECT_MSG_EQ(outcome.loss, 0.25, "as reported");
        NS_TEST_ASSERT_MSG_EQ((update.payload != nullptr), true, "with content");
        NS_TEST_EXPECT_MSG_EQ(update.payload->GetSize(), 1000, "what was made");
        NS_TEST_EXPECT_MSG_EQ(+update.payload->GetData()[999], 3, "through three computations");
    }
};

/// A client of two servers, which also speak to each other.
class TwoServersTestCase : public MachineTestCase
{
  public:
    TwoServersTestCase()
        : MachineTestCase("a client of two servers")
    {
    }

  private:
    void DoRun() override
    {
        MachineNet net(2);
        for (uint32_t server : {0, 1})
        {
            net.coordinators[server]->orders = {
                MakeOrder(server,
                          0,
                          {MakeTransfer(Direction::DOWNLINK, PayloadKind::MODEL),
                           Compute{1e9, 1e9},
                           MakeTransfer(Direction::UPLINK, PayloadKind::UPDATE)})};
        }
        net.coordinators[0]->answers = true;
        net.servers[1]->ConnectTo(net.AddressOf(0));
        Simulator::Schedule(Seconds(10), [&net, this] {
            NS_TEST_EXPECT_MSG_EQ(net.servers[0]->IsConnectedToServer(1), true, "accepted");
            NS_TEST_EXPECT_MSG_EQ(net.servers[0]->IsConnectedToServer(2), false, "no such one");
            Message message;
            message.header.round = 41;
            message.payload = std::make_shared<const Payload>(std::vector<uint8_t>(3000));
            NS_TEST_EXPECT_MSG_EQ(net.servers[1]->SendToServer(0, std::move(message)), true, "");
        });
        net.Run();
        const double workS =
            AirS(ORDER_BYTES + 2 * TRANSFER_BYTES + COMPUTE_BYTES + MODEL_BYTES) + DELAY_S;
        const double updateS = AirS(REPORT_BYTES + MODEL_BYTES);
        for (uint32_t server : {0, 1})
        {
            auto& coordinator = *net.coordinators[server];
            NS_TEST_ASSERT_MSG_EQ(coordinator.measured.size(), 1, "done for " << server);
            const auto& outcome = coordinator.measured[0];
            Expect(outcome, 0, SEND_S, SEND_S + workS);
            // Both begin at once, and each gets half of the processor.
            const double computedS = SEND_S + workS + 2;
            Expect(outcome, 1, SEND_S + workS, computedS);
            // The device's link carries one update after the other.
            Expect(outcome, 2, computedS, computedS + (1 + server) * updateS + DELAY_S);
            NS_TEST_EXPECT_MSG_EQ_TOL(outcome.computeEnergyJ, 0.025, 1e-9, "at half the speed");
        }
        NS_TEST_ASSERT_MSG_EQ(net.coordinators[0]->told.size(), 1, "a message");
        NS_TEST_EXPECT_MSG_EQ(net.coordinators[0]->told[0], "1 round 41 bytes 3000", "from 1");
        NS_TEST_ASSERT_MSG_EQ(net.coordinators[1]->told.size(), 1, "an answer");
        NS_TEST_EXPECT_MSG_EQ(net.coordinators[1]->told[0], "0 round 42 bytes 3000", "from 0");
        NS_TEST_EXPECT_MSG_EQ(net.dropped.size(), 0, "nothing was dropped");
    }
};

/// A server that sends a client what it is told, and writes down the answers.
class FakeServer : public SessionHandler
{
  public:
    Ptr<Session> session;            //!< with the client
    std::vector<std::string> answer; //!< "TYPE round"

    /**
     * @param order to be sent
     * @param step of the WORK
     */
    void SendWork(const WorkOrder& order, uint8_t step)
    {
        Message message;
        message.header.type = MessageType::WORK;
        message.header.round = order.round;
        message.header.step = step;
        Append(message.prefix, order);
        session->Send(std::move(message));
    }

    /**
     * @param round of the order
     * @param step of the DATA
     */
    void SendData(uint32_t round, uint8_t step)
    {
        Message message;
        message.header.type = MessageType::DATA;
        message.header.round = round;
        message.header.step = step;
        session->Send(std::move(message));
    }

    void SessionOpened(Ptr<Session> opened) override
    {
        session = opened;
    }

    void MessageReceived(Ptr<Session>, Message&& message) override
    {
        answer.push_back(Describe(ToString(message.header.type), " ", message.header.round));
    }

    void MessageRefused(Ptr<Session>, WireError, const MessageHeader&) override
    {
    }

    void SessionClosed(Ptr<Session>, CloseReason) override
    {
    }
};

/// What a client refuses: each with its reason, and an ABORT where there is an order.
class ClientRefusalTestCase : public MachineTestCase
{
  public:
    ClientRefusalTestCase()
        : MachineTestCase("orders and payloads that a client refuses")
    {
    }

  private:
    void DoRun() override
    {
        MachineNet net(0);
        FakeServer fake;
        auto transport = net.AddFake(fake);
        const auto order = [](uint32_t round) {
            auto result = MakeOrder(0,
                                    0,
                                    {MakeTransfer(Direction::DOWNLINK, PayloadKind::MODEL),
                                     Compute{1e9, 1e9},
                                     MakeTransfer(Direction::DOWNLINK, PayloadKind::GRADIENTS),
                                     MakeTransfer(Direction::UPLINK, PayloadKind::UPDATE)});
            result.round = round;
            return result;
        };
        Simulator::Schedule(Seconds(SEND_S), [&] {
            auto strange = order(1);
            strange.server = 3;
            fake.SendWork(strange, 1);
            fake.SendWork(order(2), 0);
            fake.SendWork(order(3), 2);
            fake.SendWork(order(4), 1);
            fake.SendData(4, 4); // an uplink transfer
            fake.SendWork(order(5), 1);
            fake.SendData(5, 200); // out of range
            fake.SendWork(order(6), 1);
            fake.SendData(6, 3);
            fake.SendData(6, 3); // twice
            fake.SendData(7, 3); // of no order
            fake.SendWork(order(8), 1);
            fake.SendData(8, 3);
        });
        net.Run();
        const std::vector<std::string> answers{"HELLO 0",
                                               "ABORT 1",
                                               "ABORT 2",
                                               "ABORT 3",
                                               "ABORT 4",
                                               "ABORT 5",
                                               "ABORT 6",
                                               "UPDATE 8"};
        NS_TEST_ASSERT_MSG_EQ(fake.answer.size(), answers.size(), "so many answers");
        for (size_t i = 0; i < answers.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(fake.answer[i], answers[i], "answer " << i);
        }
        const std::string down = ": must be that of the order's next downlink transfer";
        const std::vector<std::string> reasons{
            "malformed WORK, or not for this device",
            "WORK of round 2: step = 0: must be that of the order's first phase",
            "WORK of round 3: step = 2: must be that of the order's first phase",
            "DATA of round 4: step = 4" + down,
            "DATA of round 5: step = 200" + down,
            "DATA of round 6: step = 3" + down,
            "DATA of round 7: of no active order"};
        NS_TEST_ASSERT_MSG_EQ(net.dropped.size(), reasons.size(), "so many reasons");
        for (size_t i = 0; i < reasons.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(net.dropped[i], reasons[i], "reason " << i);
        }
        fake.session = nullptr;
        transport->Dispose();
    }
};

/// A limit of PINGs makes the periods of keep-alive longer, at both ends.
class KeepAliveRateTestCase : public MachineTestCase
{
  public:
    KeepAliveRateTestCase()
        : MachineTestCase("PINGs at a limited rate")
    {
    }

  private:
    /**
     * @param owner a client or server
     * @return acknowledgements that its transport has sent
     */
    static uint64_t AcksOf(const Object& owner)
    {
        PointerValue transport;
        owner.GetAttribute("Transport", transport);
        return transport.Get<DatagramTransport>()->GetNAcks();
    }

    /**
     * A device computes for 170 s.
     * @param rate most PINGs per second
     * @param pings expected number of PINGs
     */
    void Check(double rate, uint64_t pings)
    {
        MachineNet net;
        net.servers[0]->SetAttribute("KeepAliveRate", DoubleValue(rate));
        net.coordinators[0]->orders = {
            MakeOrder(0,
                      0,
                      {MakeTransfer(Direction::DOWNLINK, PayloadKind::MODEL),
                       Compute{170e9, 1e9},
                       MakeTransfer(Direction::UPLINK, PayloadKind::UPDATE)})};
        Simulator::Stop(Seconds(200));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(net.coordinators[0]->measured.size(), 1, "done");
        NS_TEST_EXPECT_MSG_EQ(AcksOf(*net.client), 2 + pings, "WELCOME, WORK, PINGs");
        // A PING of the client's own would be one more.
        NS_TEST_EXPECT_MSG_EQ(AcksOf(*net.servers[0]), 2 + pings, "HELLO, UPDATE, PONGs");
        NS_TEST_EXPECT_MSG_EQ(net.dropped.size(), 0, "nothing was dropped");
    }

    void DoRun() override
    {
        // The server looks 10, 20, ... s after it has sent the order, and hears of the device soon
        // after that, and after each PING: silence reaches 10 s at the second look, and so on.
        Check(1e3, 8);
        // One device at 0.02 PINGs per second: every 50 s, at the sixth look.
        Check(0.02, 2);
    }
};

/// All cases.
class FlMachineTestSuite : public TestSuite
{
  public:
    FlMachineTestSuite()
        : TestSuite("fl-machine", TestSuite::Type::UNIT)
    {
        AddTestCase(new TwoTasksTestCase);
        AddTestCase(new UpDownUpTestCase);
        AddTestCase(new TwoServersTestCase);
        AddTestCase(new ClientRefusalTestCase);
        AddTestCase(new KeepAliveRateTestCase);
    }
};

FlMachineTestSuite g_flMachineTestSuite; ///< registers the suite

} // namespace
