/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-transport.h"

#include "ns3/error-model.h"
#include "ns3/fl-bytes.h"
#include "ns3/fl-message.h"
#include "ns3/fl-zlib.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/test.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Flipped bits on the link, and peers that send garbage.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What is damaged on the link is refused, and the session goes on.
class BitFlipTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit BitFlipTest(TransportKind kind)
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
        TransportCell cell(m_kind);
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

    TransportKind m_kind; //!< the transport
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
        TransportCell cell(TCP);
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
        TransportCell cell(DATAGRAM);
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

/// The suite.
class FlTransportFaultsTestSuite : public TestSuite
{
  public:
    FlTransportFaultsTestSuite()
        : TestSuite("fl-transport-faults", TestSuite::Type::UNIT)
    {
        for (TransportKind kind : {TCP, DATAGRAM})
        {
            AddTestCase(new BitFlipTest(kind));
        }
        AddTestCase(new GarbageTest);
        AddTestCase(new DatagramGarbageTest);
    }
};

FlTransportFaultsTestSuite g_flTransportFaultsTestSuite; ///< registers the suite

} // namespace
