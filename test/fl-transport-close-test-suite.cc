/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-transport.h"

#include "ns3/error-model.h"
#include "ns3/fl-message.h"
#include "ns3/inet-socket-address.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Ends of sessions: closed and aborted by either side, out of reach, lost.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Ends of sessions.
class CloseTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit CloseTest(TransportKind kind)
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
        TransportCell cell(m_kind);
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
        TransportCell cell(m_kind);
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
        TransportCell cell(m_kind);
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
            TransportCell cell(m_kind);
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
        TransportCell cell(m_kind);
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
        TransportCell cell(m_kind);
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
        TransportCell cell(m_kind);
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
        TransportCell cell(m_kind);
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
        TransportCell cell(m_kind);
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
    void ExpectNoSessions(const TransportCell& cell)
    {
        NS_TEST_EXPECT_MSG_EQ(cell.clientTransport->GetNSessions(), 0, "client's sessions");
        NS_TEST_EXPECT_MSG_EQ(cell.serverTransport->GetNSessions(), 0, "server's sessions");
    }

    TransportKind m_kind; //!< the transport
};

/// The suite.
class FlTransportCloseTestSuite : public TestSuite
{
  public:
    FlTransportCloseTestSuite()
        : TestSuite("fl-transport-close", TestSuite::Type::UNIT)
    {
        for (TransportKind kind : {TCP, DATAGRAM})
        {
            AddTestCase(new CloseTest(kind));
        }
    }
};

FlTransportCloseTestSuite g_flTransportCloseTestSuite; ///< registers the suite

} // namespace
