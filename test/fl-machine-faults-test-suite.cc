/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation-parts.h"
#include "fl-test-machine.h"

#include "ns3/fl-ns3-compat.h"
#include "ns3/simple-net-device.h"

/**
 * @file
 * @ingroup fl
 * Orders as programs, when something goes wrong in the middle: a payload that is damaged or of the
 * wrong size, a session between servers that is lost.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// @return texts in one line
/// @param texts some
std::string
Join(const std::vector<std::string>& texts)
{
    std::string all;
    for (const auto& text : texts)
    {
        all += "[" + text + "]";
    }
    return all;
}

/// Forward at the device, the loss at the server, backward at the device. Payloads hold one byte
/// value, which counts the computations; each computation but the first refuses an input of a wrong
/// size, as a model does.
class CheckingJobs : public WorkJobs
{
  public:
    /// What a computation reads, and what it makes.
    struct Step
    {
        PayloadKind from;   //!< its input
        PayloadKind to;     //!< its output
        size_t inputBytes;  //!< size that the input must have; 0: any [byte]
        size_t outputBytes; //!< size of the output [byte]
    };

    /// @param job of a phase
    /// @return its step, which a test may change
    Step& Of(ComputeJob job)
    {
        return job == ComputeJob::FORWARD    ? m_forward
               : job == ComputeJob::BACKWARD ? m_backward
                                             : m_loss;
    }

    std::unique_ptr<WorkJob> Begin(const JobContext& context) override
    {
        const Step& step = Of(context.phase.job);
        const auto& input = context.content.Of(step.from);
        const size_t size = input ? input->GetSize() : 0;
        if (step.inputBytes > 0 && size != step.inputBytes)
        {
            throw InvalidInput(
                Describe(ToString(step.from), " of ", size, " bytes: must be ", step.inputBytes));
        }
        return std::make_unique<Job>(step);
    }

  private:
    /// One computation.
    class Job : public WorkJob
    {
      public:
        /// @param step what it does
        explicit Job(const Step& step)
            : m_step(step)
        {
        }

        JobResult Finish(WorkContent& content) override
        {
            const auto& input = content.Of(m_step.from);
            const auto byte = static_cast<uint8_t>(input ? input->GetData()[0] + 1 : 1);
            content.Of(m_step.to) =
                std::make_shared<const Payload>(std::vector<uint8_t>(m_step.outputBytes, byte));
            return {5, 1, 0.25, {}, ""};
        }

      private:
        Step m_step; //!< what it does
    };

    Step m_forward{PayloadKind::MODEL, PayloadKind::ACTIVATIONS, 0, 500};
    Step m_loss{PayloadKind::ACTIVATIONS, PayloadKind::GRADIENTS, 500, 600};
    Step m_backward{PayloadKind::GRADIENTS, PayloadKind::UPDATE, 600, 1000};
};

/// @return an order with up, down, up
/// @param round its round
WorkOrder
MakeSplitOrder(uint32_t round)
{
    auto order = MakeOrder(0,
                           0,
                           {MakeTransfer(Direction::DOWNLINK, PayloadKind::MODEL),
                            Compute{5e8, 1e9, ComputeNode::DEVICE, ComputeJob::FORWARD},
                            MakeTransfer(Direction::UPLINK, PayloadKind::ACTIVATIONS, 500),
                            Compute{5e8, 2e9, ComputeNode::SERVER, ComputeJob::OTHER},
                            MakeTransfer(Direction::DOWNLINK, PayloadKind::GRADIENTS, 600),
                            Compute{2.5e8, 1e9, ComputeNode::DEVICE, ComputeJob::BACKWARD},
                            MakeTransfer(Direction::UPLINK, PayloadKind::UPDATE)});
    order.round = round;
    return order;
}

/// What happens to one of the two payloads in the middle of an order.
struct Fault
{
    const char* name;             //!< in words
    Direction direction;          //!< of the transfer
    uint32_t flippedFromEnd;      //!< byte of the datagram in which a bit is flipped; 0: none
    size_t bytes;                 //!< size of the payload; 0: as it must be [byte]
    std::vector<std::string> why; //!< what is dropped, in words
    const char* aborted;          //!< why the device ends the order
};

/// The order ends for both, a later one of the same task is carried out, and so is one of another
/// task that was active meanwhile.
class MiddlePayloadTestCase : public MachineTestCase
{
  public:
    /// @param fault what happens
    explicit MiddlePayloadTestCase(const Fault& fault)
        : MachineTestCase(std::string("in the middle of an order: ") + fault.name),
          m_fault(fault)
    {
    }

  private:
    /// Damage or resize the payload.
    /// @param net the machine
    /// @param jobs its computations
    /// @return the error model that flips the bit
    Ptr<BitFlipper> Prepare(MachineNet& net, CheckingJobs& jobs) const
    {
        const bool isUplink = m_fault.direction == Direction::UPLINK;
        if (m_fault.bytes > 0)
        {
            jobs.Of(isUplink ? ComputeJob::FORWARD : ComputeJob::OTHER).outputBytes = m_fault.bytes;
        }
        auto flipper = CreateObject<BitFlipper>();
        flipper->from = net.interfaces.GetAddress(isUplink ? 0 : 1);
        flipper->to = net.interfaces.GetAddress(isUplink ? 1 : 0);
        flipper->fromEnd = m_fault.flippedFromEnd;
        flipper->minBytes = 500;
        // To the server the first one, to the device the first one after two orders with models.
        flipper->countdown = m_fault.flippedFromEnd == 0 ? 0 : isUplink ? 1 : 3;
        DynamicCast<SimpleNetDevice>(net.nodes.Get(isUplink ? 1 : 0)->GetDevice(0))
            ->SetReceiveErrorModel(flipper);
        return flipper;
    }

    void DoRun() override
    {
        MachineNet net;
        const auto jobs = std::make_shared<CheckingJobs>();
        net.task->jobs = jobs;
        const auto flipper = Prepare(net, *jobs);
        auto& coordinator = *net.coordinators[0];
        coordinator.orders = {
            MakeSplitOrder(1),
            MakeOrder(0,
                      1,
                      {MakeTransfer(Direction::DOWNLINK, PayloadKind::MODEL),
                       Idle{4},
                       MakeTransfer(Direction::UPLINK, PayloadKind::ACTIVATIONS, 500)})};
        std::vector<std::string> aborted;
        net.client->TraceConnectWithoutContext(
            "Aborted",
            MakeFlCallback<void, DeviceId, const WorkOrder&, const std::string&>(
                [&aborted](DeviceId, const WorkOrder& order, const std::string& why) {
                    aborted.push_back(
                        Describe("task ", order.task, ", round ", order.round, ": ", why));
                }));
        Simulator::Schedule(Seconds(10), [&] {
            *jobs = CheckingJobs();
            coordinator.orders[0] = MakeSplitOrder(2);
            coordinator.sentS[0] =
                net.servers[0]->SendWork(coordinator.orders[0], {}, nullptr, 1000).GetSeconds();
        });
        net.Run();
        NS_TEST_EXPECT_MSG_EQ(flipper->flipped, m_fault.flippedFromEnd, "damaged");
        // Where the server gives the order up, the device answers its ABORT as well.
        const size_t failures = m_fault.direction == Direction::UPLINK ? 2 : 1;
        NS_TEST_EXPECT_MSG_EQ((coordinator.failed == std::vector<uint32_t>(failures, 0)),
                              true,
                              "this order failed");
        NS_TEST_EXPECT_MSG_EQ((net.dropped == m_fault.why), true, "dropped: " << Join(net.dropped));
        NS_TEST_ASSERT_MSG_EQ(aborted.size(), 1, "the device ended it");
        NS_TEST_EXPECT_MSG_EQ(aborted[0], Describe("task 0, round 1: ", m_fault.aborted), "why");
        NS_TEST_ASSERT_MSG_EQ(coordinator.updates.size(), 2, "the other orders");
        NS_TEST_EXPECT_MSG_EQ(coordinator.updates[0].header.task, 1, "was active meanwhile");
        const auto& update = coordinator.updates[1];
        NS_TEST_EXPECT_MSG_EQ(update.header.round, 2, "a later one");
        NS_TEST_ASSERT_MSG_EQ((update.payload != nullptr), true, "with content");
        NS_TEST_EXPECT_MSG_EQ(+update.payload->GetData()[999], 3, "through three computations");
        NS_TEST_EXPECT_MSG_EQ(net.servers[0]->GetPendingBytes(0), 0, "all acknowledged");
    }

    Fault m_fault; //!< what happens
};

/// Loses all datagrams from one node to another while it is switched on.
class Blackout : public ErrorModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::Blackout").SetParent<ErrorModel>();
        return tid;
    }

    Ipv4Address from; //!< of whom nothing arrives
    bool isOn{false}; //!< whether it is dark

  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        Ipv4Header header;
        packet->PeekHeader(header);
        return isOn && header.GetSource() == from;
    }

    void DoReset() override
    {
    }
};

/// Server 1 gives its session with server 0 up while server 0 has an active order.
class LostServerTestCase : public MachineTestCase
{
  public:
    /// @param isReset whether server 0 is told that the session is over
    explicit LostServerTestCase(bool isReset)
        : MachineTestCase(isReset ? "a session between servers is reset in the middle of an order"
                                  : "a session between servers is lost in the middle of an order"),
          m_isReset(isReset)
    {
    }

  private:
    static constexpr double LOST_S = 3;   ///< when nothing arrives any more [s]
    static constexpr double BACK_S = 5.5; ///< when it does again [s]

    /**
     * @param net the machine
     * @param from number of the server that sends
     * @param round of the message
     * @return whether it could be sent
     */
    static bool Tell(MachineNet& net, uint32_t from, uint32_t round)
    {
        Message message;
        message.header.round = round;
        message.payload = std::make_shared<const Payload>(std::vector<uint8_t>(3000));
        return net.servers[from]->SendToServer(1 - from, std::move(message));
    }

    void DoRun() override
    {
        MachineNet net(2);
        auto transport = CreateObject<DatagramTransport>();
        transport->SetAttribute("InitialRto", TimeValue(MilliSeconds(500)));
        transport->SetAttribute("MinRto", TimeValue(MilliSeconds(500)));
        transport->SetAttribute("MaxRetries", UintegerValue(1));
        net.servers[1]->SetAttribute("Transport", PointerValue(transport));
        net.servers[1]->ConnectTo(net.AddressOf(0));
        net.coordinators[0]->orders = {
            MakeOrder(0,
                      0,
                      {MakeTransfer(Direction::DOWNLINK, PayloadKind::MODEL),
                       Compute{8e9, 1e9},
                       MakeTransfer(Direction::UPLINK, PayloadKind::UPDATE)})};
        auto blackout = CreateObject<Blackout>();
        blackout->from = net.interfaces.GetAddress(2);
        DynamicCast<SimpleNetDevice>(net.nodes.Get(1)->GetDevice(0))
            ->SetReceiveErrorModel(blackout);
        const auto at = [](double s, auto action) { Simulator::Schedule(Seconds(s), action); };
        at(LOST_S, [&] {
            blackout->isOn = true;
            NS_TEST_EXPECT_MSG_EQ(Tell(net, 1, 10), true, "not known yet");
        });
        // Two timeouts, of 0.5 and 1 s: the reset that follows gets through, or not.
        at(LOST_S + 1.4, [&] {
            NS_TEST_EXPECT_MSG_EQ(net.servers[1]->IsConnectedToServer(0), true, "hopes");
            blackout->isOn = !m_isReset;
        });
        at(LOST_S + 1.6, [&] {
            NS_TEST_EXPECT_MSG_EQ(Tell(net, 1, 11), false, "given up");
            NS_TEST_EXPECT_MSG_EQ(net.servers[0]->IsConnectedToServer(1), !m_isReset, "told");
            NS_TEST_EXPECT_MSG_EQ(Tell(net, 0, 12), !m_isReset, "as far as it knows");
        });
        at(BACK_S, [&] { blackout->isOn = false; });
        at(8, [&] {
            NS_TEST_EXPECT_MSG_EQ(Tell(net, 1, 13), true, "connected again");
            NS_TEST_EXPECT_MSG_EQ(Tell(net, 0, 14), true, "both ways");
        });
        net.Run();
        NS_TEST_EXPECT_MSG_EQ(Join(net.coordinators[0]->told), "[1 round 13 bytes 3000]", "from 1");
        NS_TEST_EXPECT_MSG_EQ(Join(net.coordinators[1]->told), "[0 round 14 bytes 3000]", "from 0");
        ExpectOrder(*net.coordinators[0]);
        NS_TEST_EXPECT_MSG_EQ(net.coordinators[0]->failed.size(), 0, "no order failed");
    }

    /// The order does not notice.
    /// @param coordinator that sent it
    void ExpectOrder(TinyCoordinator& coordinator)
    {
        NS_TEST_ASSERT_MSG_EQ(coordinator.measured.size(), 1, "the order is done");
        const double workS =
            AirS(ORDER_BYTES + 2 * TRANSFER_BYTES + COMPUTE_BYTES + MODEL_BYTES) + DELAY_S;
        const double computedS = SEND_S + workS + 8;
        Expect(coordinator.measured[0], 0, SEND_S, SEND_S + workS);
        Expect(coordinator.measured[0], 1, SEND_S + workS, computedS);
        Expect(coordinator.measured[0],
               2,
               computedS,
               computedS + AirS(REPORT_BYTES + MODEL_BYTES) + DELAY_S);
    }

    bool m_isReset; //!< whether server 0 is told
};

/// All cases.
class FlMachineFaultsTestSuite : public TestSuite
{
  public:
    FlMachineFaultsTestSuite()
        : TestSuite("fl-machine-faults", TestSuite::Type::UNIT)
    {
        const std::string crc = ToString(WireError::BAD_PAYLOAD_CRC);
        AddTestCase(new MiddlePayloadTestCase(
            {"activations are damaged", Direction::UPLINK, 1, 0, {crc}, "the server said ABORT"}));
        AddTestCase(new MiddlePayloadTestCase(
            {"activations are too short", Direction::UPLINK, 0, 499, {}, "the server said ABORT"}));
        AddTestCase(new MiddlePayloadTestCase({"gradients are damaged",
                                               Direction::DOWNLINK,
                                               1,
                                               0,
                                               {crc},
                                               "a payload was damaged: bad payload checksum"}));
        AddTestCase(new MiddlePayloadTestCase({"gradients are too long",
                                               Direction::DOWNLINK,
                                               0,
                                               601,
                                               {"gradients of 601 bytes: must be 600"},
                                               "gradients of 601 bytes: must be 600"}));
        AddTestCase(new LostServerTestCase(true));
        AddTestCase(new LostServerTestCase(false));
    }
};

FlMachineFaultsTestSuite g_flMachineFaultsTestSuite; ///< registers the suite

} // namespace
