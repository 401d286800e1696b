/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-lte-downlink-replay.h"
#include "ns3/fl-lte-downlink-shares.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-transport-flow.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * LTE's downlink: how a subframe is divided, downloads worked out by hand, predicted against
 * measured downloads and rounds.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

using Claims = std::vector<LteDownlinkClaim>;

/// How a subframe is divided.
class LteSharesTestCase : public TestCase
{
  public:
    LteSharesTestCase()
        : TestCase("a subframe is divided equally, by weight, and as far as there is a use for it")
    {
    }

  private:
    /// @return groups by RNTI, of one subframe
    static std::map<uint16_t, int> Divide(LteDownlinkShares& shares, const Claims& claims)
    {
        std::map<uint16_t, int> counts;
        for (const auto rnti : shares.Divide(claims))
        {
            ++counts[rnti];
        }
        return counts;
    }

    void DoRun() override
    {
        using Counts = std::map<uint16_t, int>;
        LteDownlinkShares shares;
        shares.SetPlan(10);
        const Claims all = {{1, 99}, {2, 99}, {3, 99}, {4, 99}};
        NS_TEST_EXPECT_MSG_EQ((Divide(shares, all) == Counts{{1, 3}, {2, 3}, {3, 2}, {4, 2}}),
                              true,
                              "equal parts, the lowest first");
        NS_TEST_EXPECT_MSG_EQ((Divide(shares, all) == Counts{{1, 2}, {2, 2}, {3, 3}, {4, 3}}),
                              true,
                              "the others next");
        NS_TEST_EXPECT_MSG_EQ((Divide(shares, {{1, 1}, {2, 99}}) == Counts{{1, 1}, {2, 9}}),
                              true,
                              "what one has no use for is the other's");
        NS_TEST_EXPECT_MSG_EQ((Divide(shares, {{1, 1}, {2, 2}}) == Counts{{0, 7}, {1, 1}, {2, 2}}),
                              true,
                              "nobody gets more than it has a use for");
        NS_TEST_EXPECT_MSG_EQ((Divide(shares, {{2, 99}, {7, 99}}) == Counts{{2, 5}, {7, 5}}),
                              true,
                              "who comes later has no arrears");

        // 4 groups for 1 and 2, three to one; 3 groups for 3; 3 for the rest.
        shares.SetPlan(10, {{0, 4, {1, 2}, {0.75, 0.25}}, {4, 3, {3}, {1}}});
        NS_TEST_EXPECT_MSG_EQ((Divide(shares, all) == Counts{{1, 3}, {2, 1}, {3, 3}, {4, 3}}),
                              true,
                              "what the plan gave away, by weight");
        NS_TEST_EXPECT_MSG_EQ((Divide(shares, {{3, 99}}) == Counts{{0, 7}, {3, 3}}),
                              true,
                              "and no more than that");
        NS_TEST_EXPECT_MSG_EQ(shares.GetNAllowed(2), 4, "its groups");
        NS_TEST_EXPECT_MSG_EQ(shares.GetNAllowed(9), 3, "what belongs to nobody");
        NS_TEST_EXPECT_MSG_EQ(shares.IsAllowed(4, 1), false, "another's");
        NS_TEST_EXPECT_MSG_EQ(shares.IsAllowed(9, 4), true, "nobody's");
    }
};

/// Downloads by hand.
class LteReplayTestCase : public TestCase
{
  public:
    LteReplayTestCase()
        : TestCase("downloads worked out by hand")
    {
    }

  private:
    /// A cell of 25 groups of 100 bytes each.
    static LteDownlinkCell MakeCell(const std::vector<double>& messages)
    {
        LteDownlinkCell cell;
        cell.groups = 25;
        cell.transport.segmentBytes = 1000;
        cell.transport.ackAfterBytes = 1e9;
        cell.transport.ackBytes = 40;
        for (const double bytes : messages)
        {
            LteDownlinkUe ue;
            ue.rnti = static_cast<uint16_t>(cell.ues.size() + 1);
            ue.messageBytes = bytes;
            ue.windowBytes = std::numeric_limits<double>::infinity();
            ue.answerBytes = 1000;
            for (uint32_t n = 0; n <= cell.groups; ++n)
            {
                ue.blockBytes.push_back(100 * n);
            }
            cell.ues.push_back(ue);
        }
        return cell;
    }

    void Expect(const LteDownlinkCell& cell, size_t ue, double seconds, const std::string& what)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(ReplayLteDownlink(cell).at(ue), seconds, 1e-9, what);
    }

    void DoRun() override
    {
        // Decided at 1 ms, on the air at 3, there at 4.
        auto cell = MakeCell({2000});
        Expect(cell, 0, 0.004, "one transport block");
        cell.ues[0].startS = 0.0105;
        Expect(cell, 0, 0.0035, "half a millisecond later");

        // 11 groups hold the 1,004 bytes of UE 1; then UE 2 has all 25. Of its 10,020 bytes and
        // some length indicators 1,398 go in the first block, 2,498 in each of the next.
        cell = MakeCell({1000, 10000});
        Expect(cell, 0, 0.004, "the short one");
        Expect(cell, 1, 0.008, "the long one has what the short one frees");

        // The last packet of the window is acknowledged: report and grant take 11 ms from 4 ms on,
        // the answer's own block ends before 16 ms, which is when the next packets are decided on.
        cell = MakeCell({3000});
        cell.ues[0].windowBytes = 2000;
        Expect(cell, 0, 0.019, "a round trip");
        cell.ues[0].answerBytes = 23;
        Expect(cell, 0, 0.021, "an answer in three blocks");
        cell.ues[0].answerBytes = 1000;
        cell.ues[0].messageBytes = 2000;
        Expect(cell, 0, 0.004, "as much as the window");
        cell.ues[0].pendingBytes = 500;
        Expect(cell, 0, 0.019, "what was sent before has its part of the window");

        cell.ues[0].blockBytes.clear();
        NS_TEST_EXPECT_MSG_EQ(std::isinf(ReplayLteDownlink(cell).at(0)), true, "out of reach");
    }
};

/// Predicted against measured.
class LteDownloadTestCase : public TestCase
{
  public:
    LteDownloadTestCase()
        : TestCase("predicted downloads and rounds are those measured")
    {
    }

  private:
    static std::vector<RoundRecord> Run(const std::string& transport, double payloadBits)
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        Options options;
        options.phy = "lte";
        options.devices = 5;
        options.rounds = 2;
        options.payloadBits = payloadBits;
        options.transport = transport;
        options.out = "none";
        std::vector<RoundRecord> rounds;
        const LearningData data = LoadData(options);
        CellRun cell(options, data);
        cell.GetFederation().coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [&rounds](const RoundRecord& record) { rounds.push_back(record); }));
        Simulator::Run();
        return rounds;
    }

    void Check(const std::string& transport, double payloadBits)
    {
        const auto rounds = Run(transport, payloadBits);
        NS_TEST_ASSERT_MSG_EQ(rounds.size(), 2, "rounds");
        const std::string what = Describe(transport, ", ", payloadBits, " bit");
        for (const auto& round : rounds)
        {
            NS_TEST_ASSERT_MSG_EQ(round.ended.size(), 5, what << ": all are accounted for");
            double sum = 0;
            for (const auto& work : round.ended)
            {
                sum += std::abs(work.predicted.downloadS / work.measured.downloadS - 1);
            }
            NS_TEST_EXPECT_MSG_LT(sum / 5,
                                  0.05,
                                  what << ", round " << round.round << ": mean error of downloads");
            NS_TEST_EXPECT_MSG_EQ_TOL(round.predictedDurationS / (round.endS - round.startS),
                                      1,
                                      0.02,
                                      what << ": round " << round.round);
        }
    }

    void DoRun() override
    {
        for (const std::string transport : {"datagram", "tcp"})
        {
            for (const double payloadBits : {28100, 250000, 1000000})
            {
                Check(transport, payloadBits);
            }
        }
    }
};

/// The suite.
class LteDownlinkTestSuite : public TestSuite
{
  public:
    LteDownlinkTestSuite()
        : TestSuite("fl-lte-downlink", TestSuite::Type::UNIT)
    {
        AddTestCase(new LteSharesTestCase);
        AddTestCase(new LteReplayTestCase);
        AddTestCase(new LteDownloadTestCase);
    }
};

LteDownlinkTestSuite g_lteDownlinkTestSuite; //!< registers itself

} // namespace
