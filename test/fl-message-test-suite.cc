/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-first-phases.h"
#include "fl-test-transport.h"

#include "ns3/fl-bytes.h"
#include "ns3/fl-error.h"
#include "ns3/fl-message.h"
#include "ns3/fl-work-codec.h"
#include "ns3/fl-zlib.h"
#include "ns3/test.h"

#include <boost/crc.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Messages as bytes: checksums, headers, what is said in WORK and UPDATE.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

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
        for (int type : {0, 11, 255})
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
        NS_TEST_EXPECT_MSG_EQ(FirstTransfer(back, Direction::UPLINK)->grant->txPowerW,
                              0.01,
                              "power");
        NS_TEST_EXPECT_MSG_EQ(FirstTransfer(back, Direction::DOWNLINK)->grant->bandwidthHz,
                              2e5,
                              "bandwidth");
        NS_TEST_EXPECT_MSG_EQ(FirstCompute(back)->cpuHz, 2e9, "frequency");
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
        for (uint8_t kind = 0; kind < N_PAYLOAD_KINDS; ++kind)
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
        ParseChanged(order, 39, 16, true);    // another kind: UPDATE
        ParseChanged(order, 39, 8, false);    // kind 7
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

/// The suite.
class FlMessageTestSuite : public TestSuite
{
  public:
    FlMessageTestSuite()
        : TestSuite("fl-message", TestSuite::Type::UNIT)
    {
        AddTestCase(new CrcTest);
        AddTestCase(new HeaderTest);
        AddTestCase(new CodecTest);
    }
};

FlMessageTestSuite g_flMessageTestSuite; ///< registers the suite

} // namespace
