/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/boolean.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-tcp-demux.h"
#include "ns3/fl-tcp-overtaking.h"
#include "ns3/global-value.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv6-header.h"
#include "ns3/node.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/test.h"

#include <algorithm>

/**
 * @file
 * @ingroup fl
 * Data segments that an acknowledgement has overtaken: as segments, and in a cell in which two
 * tasks of a device send and receive at once.
 */

namespace
{

using namespace ns3;
using namespace ns3::fl;

/// A segment that is made, and what becomes of it.
struct Segment
{
    uint8_t flags{TcpHeader::ACK}; //!< of TcpHeader::Flags_t
    uint32_t ack{0};               //!< acknowledgement number
    uint16_t window{0};            //!< as on the wire
    uint32_t dataBytes{0};         //!< behind the header
    uint16_t sourcePort{49152};    //!< of the peer
};

/// @param header of IP, gets fixed addresses
void
SetAddresses(Ipv4Header& header)
{
    header.SetSource("10.0.0.2");
    header.SetDestination("10.0.0.1");
}

/// @copydoc SetAddresses(Ipv4Header&)
void
SetAddresses(Ipv6Header& header)
{
    header.SetSource("2001::2");
    header.SetDestination("2001::1");
}

/// Segments of one peer, over IPv4 or IPv6.
template <typename Header>
class Peer
{
  public:
    Peer()
    {
        SetAddresses(m_header);
    }

    /// @return the segment with its header
    /// @param segment what it is to be
    Ptr<Packet> Make(const Segment& segment) const
    {
        TcpHeader header;
        header.SetFlags(segment.flags);
        header.SetAckNumber(SequenceNumber32(segment.ack));
        header.SetWindowSize(segment.window);
        header.SetSourcePort(segment.sourcePort);
        header.SetDestinationPort(9000);
        Prepare(header);
        auto packet = Create<Packet>(segment.dataBytes);
        packet->AddHeader(header);
        return packet;
    }

    /// @return header of what was made of a segment
    /// @param segment what comes in
    TcpHeader Send(const Segment& segment)
    {
        return Send(Make(segment));
    }

    /// @return header of what was made of a segment
    /// @param packet comes in
    TcpHeader Send(Ptr<Packet> packet)
    {
        const uint32_t bytes = packet->GetSize();
        auto renewed = overtaking.Renew(packet, m_header);
        sizeStays = sizeStays && renewed->GetSize() == bytes;
        TcpHeader header;
        Prepare(header);
        renewed->PeekHeader(header);
        return header;
    }

    TcpOvertaking overtaking; //!< under test
    bool sizeStays{true};     //!< nothing was lost or added

  private:
    /// Have a checksum made or tested, where segments have one.
    /// @param header of a segment
    void Prepare(TcpHeader& header) const
    {
        if (Node::ChecksumEnabled())
        {
            header.EnableChecksums();
            header.InitializeChecksum(m_header.GetSource(),
                                      m_header.GetDestination(),
                                      TcpL4Protocol::PROT_NUMBER);
        }
    }

    Header m_header; //!< of all segments
};

/// Segments by hand.
class SegmentsTestCase : public TestCase
{
  public:
    SegmentsTestCase()
        : TestCase("which segments get the newest acknowledgement")
    {
    }

  private:
    void DoRun() override
    {
        Check<Ipv4Header>();
        Check<Ipv6Header>();
        GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
        Check<Ipv4Header>();
        Check<Ipv6Header>();
        CheckDamaged();
        GlobalValue::Bind("ChecksumEnabled", BooleanValue(false));
    }

    template <typename Header>
    void Check()
    {
        Peer<Header> peer;
        const auto ackOf = [&peer](const Segment& segment) {
            return peer.Send(segment).GetAckNumber().GetValue();
        };
        NS_TEST_EXPECT_MSG_EQ(ackOf({TcpHeader::ACK, 50, 10, 100}), 50, "not known");
        ackOf({TcpHeader::SYN, 0, 1000});
        NS_TEST_EXPECT_MSG_EQ(ackOf({TcpHeader::ACK, 100, 20, 0}), 100, "the newest");
        const auto header = peer.Send({TcpHeader::ACK, 50, 10, 1400});
        NS_TEST_EXPECT_MSG_EQ(header.GetAckNumber().GetValue(), 100, "overtaken data");
        NS_TEST_EXPECT_MSG_EQ(header.GetWindowSize(), 20, "with the window of that time");
        NS_TEST_EXPECT_MSG_EQ(header.IsChecksumOk(), true, "the checksum is that of the change");
        NS_TEST_EXPECT_MSG_EQ(ackOf({TcpHeader::ACK, 60, 10, 0}), 60, "an old acknowledgement");
        NS_TEST_EXPECT_MSG_EQ(ackOf({TcpHeader::ACK, 100, 30, 1400}), 100, "data as new");
        NS_TEST_EXPECT_MSG_EQ(ackOf({TcpHeader::ACK, 130, 30, 1400}), 130, "newer data");
        NS_TEST_EXPECT_MSG_EQ(ackOf({TcpHeader::ACK, 100, 30, 1400, 49153}), 100, "another one's");
        NS_TEST_EXPECT_MSG_EQ(peer.overtaking.GetNRenewed(), 1, "one so far");
        CheckEnds(peer);
        NS_TEST_EXPECT_MSG_EQ(peer.sizeStays, true, "no byte more or less");
    }

    /// Connections that end are forgotten. @param peer with one open connection
    template <typename Header>
    void CheckEnds(Peer<Header>& peer)
    {
        peer.Send({TcpHeader::SYN, 0, 1000, 0, 50000});
        NS_TEST_EXPECT_MSG_EQ(peer.overtaking.GetNConnections(), 2, "both are open");
        peer.Send({TcpHeader::FIN | TcpHeader::ACK, 130, 30, 0});
        NS_TEST_EXPECT_MSG_EQ(peer.Send({TcpHeader::ACK, 40, 30, 1400}).GetAckNumber().GetValue(),
                              130,
                              "what FIN has overtaken");
        peer.Send({TcpHeader::SYN, 0, 1000, 0, 50001});
        NS_TEST_EXPECT_MSG_EQ(peer.overtaking.GetNConnections(), 2, "one has ended, one is new");
        peer.Send({TcpHeader::RST, 0, 0, 0, 50001});
        NS_TEST_EXPECT_MSG_EQ(peer.overtaking.GetNConnections(), 1, "reset");
        // From 2^32 - 16 to 16 is forward.
        peer.Send({TcpHeader::ACK, 0xfffffff0, 30, 0, 50000});
        peer.Send({TcpHeader::ACK, 16, 30, 0, 50000});
        NS_TEST_EXPECT_MSG_EQ(
            peer.Send({TcpHeader::ACK, 0xfffffff0, 30, 9, 50000}).GetAckNumber().GetValue(),
            16,
            "numbers wrap round");
    }

    /// A segment whose checksum is wrong is TCP's to drop.
    void CheckDamaged()
    {
        Peer<Ipv4Header> peer;
        peer.Send({TcpHeader::SYN, 0, 1000});
        peer.Send({TcpHeader::ACK, 100, 20, 0});
        GlobalValue::Bind("ChecksumEnabled", BooleanValue(false));
        const auto damaged = peer.Make({TcpHeader::ACK, 50, 10, 1400}); // no checksum
        GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
        const auto header = peer.Send(damaged);
        NS_TEST_EXPECT_MSG_EQ(header.GetAckNumber().GetValue(), 50, "as it came");
        NS_TEST_EXPECT_MSG_EQ(header.IsChecksumOk(), false, "still damaged");
    }
};

/// Two tasks of each device in a cell whose control channel lets acknowledgements overtake data.
class CellTestCase : public TestCase
{
  public:
    CellTestCase()
        : TestCase("two tasks of a device over TCP do not wait for timeouts")
    {
    }

  private:
    void DoRun() override
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        Options options;
        options.devices = 4;
        options.rounds = 10;
        options.coordinator = "async";
        options.optimizer = "equal";
        options.payloadBits = 1e6;
        options.tasks = {"samples-per-device=100", "samples-per-device=50"};
        options.out = "none";
        const LearningData data = LoadData(options);
        CellRun cell(options, data);
        double longestS = 0;
        uint32_t updates = 0;
        cell.GetFederation().coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>([&](const RoundRecord& record) {
                for (const auto& work : record.ended)
                {
                    if (work.measured.status == WorkStatus::MERGED)
                    {
                        ++updates;
                        longestS = std::max({longestS,
                                             work.measured.downloadS / work.predicted.downloadS,
                                             work.measured.uploadS / work.predicted.uploadS});
                    }
                }
            }));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(updates, 20, "all updates");
        // Two transfers of one device share its grant, so that one of them takes twice as long,
        // and what the other one has queued before it, once more. A timeout is 1 s, 40 times that.
        NS_TEST_EXPECT_MSG_LT(longestS, 4, "no timeout");
        const auto server = cell.GetRadio().GetServerNode()->GetObject<TcpDemux>();
        NS_TEST_ASSERT_MSG_EQ((server != nullptr), true, "stands before TCP");
        NS_TEST_EXPECT_MSG_GT(server->GetOvertaking().GetNRenewed(), 0, "data were overtaken");
    }
};

/// The suite.
class TcpOvertakingTestSuite : public TestSuite
{
  public:
    TcpOvertakingTestSuite()
        : TestSuite("fl-tcp-overtaking", TestSuite::Type::UNIT)
    {
        AddTestCase(new SegmentsTestCase);
        AddTestCase(new CellTestCase);
    }
};

TcpOvertakingTestSuite g_suite; //!< registers itself

} // namespace
