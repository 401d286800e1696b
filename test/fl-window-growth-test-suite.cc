/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/fl-send-window.h"
#include "ns3/fl-transport-profile.h"
#include "ns3/fl-window-growth.h"
#include "ns3/rtt-estimator.h"
#include "ns3/simulator.h"
#include "ns3/tcp-cubic.h"
#include "ns3/tcp-socket-state.h"
#include "ns3/test.h"

#include <algorithm>

/**
 * @file
 * @ingroup fl
 * How send windows grow, against ns-3's TCP CUBIC, and those of datagrams.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// Windows against ns-3's TCP CUBIC, acknowledgement by acknowledgement.
class WindowGrowthTestCase : public TestCase
{
  public:
    WindowGrowthTestCase()
        : TestCase("windows grow as those of ns3::TcpCubic")
    {
    }

  private:
    static constexpr uint32_t SEGMENT = 1400;

    /// What acknowledgements come.
    struct Acks
    {
        double rttMs;   //!< of the first one
        double growMs;  //!< round-trip times grow by this from one to the next
        double gapMs;   //!< between two
        uint32_t bytes; //!< of each
    };

    void DoRun() override
    {
        // No packet was sent before time began.
        Simulator::Stop(Seconds(1));
        Simulator::Run();
        // A long train; one that delay ends; spaced ones that never do; over seconds.
        Compare({3, 0, 0.31, 2 * SEGMENT});
        Compare({20, 0.4, 3, 2 * SEGMENT});
        Compare({40, 0.2, 1, 2 * SEGMENT});
        Compare({10, 0, 5, 2 * SEGMENT});
        Compare({150, 0.1, 1, 2 * SEGMENT});
        Compare({8, 0, 30, 4 * SEGMENT});
        Compare({8, 0.3, 1, SEGMENT + 700});
        Simulator::Destroy();
        Datagrams();
    }

    void Compare(const Acks& acks)
    {
        constexpr uint32_t N_ACKS = 300;
        m_cubic = CreateObject<TcpCubic>();
        m_rtt = CreateObject<RttMeanDeviation>();
        m_tcb = CreateObject<TcpSocketState>();
        m_tcb->m_segmentSize = SEGMENT;
        m_tcb->m_cWnd = 10 * SEGMENT;
        m_tcb->m_ssThresh = UINT32_MAX;
        m_partBytes = 0;
        TransportProfile transport;
        transport.segmentBytes = SEGMENT;
        transport.initialWindowBytes = 10 * SEGMENT;
        transport.cubic = true;
        WindowGrowth growth(transport, {});
        WindowGrowth carried;
        SendWindow window;
        for (uint32_t i = 0; i < N_ACKS; ++i)
        {
            Simulator::Stop(MicroSeconds(static_cast<int64_t>(1e3 * acks.gapMs)));
            Simulator::Run();
            const Time sent =
                Simulator::Now() -
                MicroSeconds(static_cast<int64_t>(1e3 * (acks.rttMs + i * acks.growMs)));
            const uint32_t flight = m_tcb->m_cWnd - acks.bytes;
            const uint32_t before = m_tcb->m_ssThresh;
            Acknowledge(acks.bytes, sent, flight);
            const double nowS = Simulator::Now().GetSeconds();
            growth.Acknowledge(nowS, acks.bytes, sent.GetSeconds(), flight);
            NS_TEST_EXPECT_MSG_EQ(growth.GetBytes(), m_tcb->m_cWnd.Get(), "acknowledgement " << i);
            // What a session knows goes on as the window did.
            window.bytes = m_tcb->m_cWnd;
            window.rttS = m_rtt->GetEstimate().GetSeconds();
            window.minRttS =
                window.minRttS > 0 ? std::min(window.minRttS, window.rttS) : window.rttS;
            if (m_tcb->m_ssThresh != before)
            {
                window.thresholdBytes = m_tcb->m_ssThresh;
                window.thresholdS = nowS;
            }
            if (i > N_ACKS / 2)
            {
                carried.Acknowledge(nowS, acks.bytes, sent.GetSeconds(), flight);
            }
            else
            {
                carried = WindowGrowth(transport, window);
            }
        }
        // But for what was acknowledged since the last step.
        NS_TEST_EXPECT_MSG_EQ_TOL(carried.GetBytes(),
                                  static_cast<double>(m_tcb->m_cWnd),
                                  SEGMENT,
                                  "carried on");
    }

    /// As ns3::TcpSocketBase does.
    void Acknowledge(uint32_t bytes, Time sent, uint32_t flight)
    {
        m_tcb->m_lastAckedSeq += bytes;
        m_tcb->m_highTxMark = m_tcb->m_lastAckedSeq + flight;
        const int64_t ticks = Simulator::Now().GetMilliSeconds() - sent.GetMilliSeconds();
        m_rtt->Measurement(ticks > 0 ? MilliSeconds(ticks) : MicroSeconds(1));
        m_tcb->m_lastRtt = m_rtt->GetEstimate();
        m_partBytes += bytes;
        const uint32_t segments = m_partBytes / SEGMENT;
        m_partBytes %= SEGMENT;
        m_cubic->PktsAcked(m_tcb, segments, m_tcb->m_lastRtt);
        m_cubic->IncreaseWindow(m_tcb, segments);
    }

    void Datagrams()
    {
        TransportProfile transport;
        transport.segmentBytes = SEGMENT;
        transport.initialWindowBytes = 4000;
        transport.maxWindowBytes = 7000;
        WindowGrowth growth(transport, {});
        growth.Acknowledge(1, 2500, 0.9, 0);
        NS_TEST_EXPECT_MSG_EQ(growth.GetBytes(), 6500, "by what is acknowledged");
        growth.Acknowledge(1.1, 2500, 0.9, 0);
        NS_TEST_EXPECT_MSG_EQ(growth.GetBytes(), 7000, "up to the most");
    }

    Ptr<TcpCubic> m_cubic;       //!< of ns-3
    Ptr<RttMeanDeviation> m_rtt; //!< of ns-3
    Ptr<TcpSocketState> m_tcb;   //!< what these know
    uint32_t m_partBytes{0};     //!< acknowledged, less than a segment
};

/// The suite.
class FlWindowGrowthTestSuite : public TestSuite
{
  public:
    FlWindowGrowthTestSuite()
        : TestSuite("fl-window-growth", TestSuite::Type::UNIT)
    {
        AddTestCase(new WindowGrowthTestCase);
    }
};

FlWindowGrowthTestSuite g_flWindowGrowthTestSuite; ///< registers the suite

} // namespace
