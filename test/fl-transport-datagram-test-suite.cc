/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-transport.h"

#include "ns3/error-model.h"
#include "ns3/fl-message.h"
#include "ns3/queue.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <algorithm>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Datagrams over links that lose and reorder packets.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

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
        TransportCell cell(DATAGRAM);
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
        TransportCell cell(DATAGRAM);
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
        TransportCell cell(DATAGRAM, rate);
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

/// The suite.
class FlTransportDatagramTestSuite : public TestSuite
{
  public:
    FlTransportDatagramTestSuite()
        : TestSuite("fl-transport-datagram", TestSuite::Type::UNIT)
    {
        AddTestCase(new LossTest(0.05));
        AddTestCase(new LossTest(0.3));
        AddTestCase(new RepairTest);
        AddTestCase(new NoSpuriousTest);
    }
};

FlTransportDatagramTestSuite g_flTransportDatagramTestSuite; ///< registers the suite

} // namespace
