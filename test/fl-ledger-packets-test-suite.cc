/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-ledger.h"
#include "fl-test-refusal.h"

#include "ns3/fl-ledger-keys.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

/**
 * @file
 * @ingroup fl
 * Rounds on a ledger that devices mine, by packets: what is recorded, how long it takes, forks.
 * Faults are in fl-ledger-faults.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::Chain;
using fl::test::LedgerPacketsTestCase;
using fl::test::LedgerRun;
using fl::test::LedgerScenario;
using fl::test::RunLedger;

namespace
{

/// A device by itself, without a network: its times in a race are exponential.
class MinerTestCase : public TestCase
{
  public:
    MinerTestCase()
        : TestCase("Miner: times of a race")
    {
    }

  private:
    void DoRun() override
    {
        constexpr int SEARCHES = 400;
        constexpr double MEAN_S = 5e10 / 1e12; // hbar / Psi
        const Participant server{Participant::Role::SERVER, 0};
        const auto keys = MakeLedgerKeys(1, 1, 1);
        Miner::Setup setup;
        setup.key = keys.at({Participant::Role::DEVICE, 0});
        setup.genesis = std::make_shared<const Block>(MakeGenesis(keys, server));
        setup.hashRate = 1e12;
        setup.joulePerHash = 5e-8;
        setup.rule.hashes = 5e10;
        const auto miner = CreateObject<Miner>();
        miner->Initialize(setup);
        int sent = 0;
        miner->SetSender([&sent](uint32_t, Message&&) { return ++sent > 0; });
        double sumS = 0;
        int above = 0;
        for (int i = 0; i < SEARCHES; ++i)
        {
            Block block = miner->GetLedger().MakeNext(server, server, 0, {});
            block.ApproveWith(keys.at(server));
            const Time begin = Simulator::Now();
            const auto payload = EncodeBlock(block);
            NS_TEST_EXPECT_MSG_EQ(
                miner->Receive(0, MakeLedgerMessage(LedgerItem::TEMPLATE, payload)),
                "",
                "taken");
            Simulator::Run();
            const double tookS = (Simulator::Now() - begin).GetSeconds();
            sumS += tookS;
            above += tookS > MEAN_S ? 1 : 0;
        }
        NS_TEST_EXPECT_MSG_EQ(sent, SEARCHES, "a block of each");
        NS_TEST_EXPECT_MSG_EQ(miner->GetLedger().GetEnd().header.height, SEARCHES, "in a chain");
        // The deviation of an exponential time is its mean; a share of 1 / e is above it. Four
        // deviations each.
        NS_TEST_EXPECT_MSG_EQ_TOL(sumS / SEARCHES, MEAN_S, 4 * MEAN_S / 20, "mean of 400");
        const double share = std::exp(-1.0);
        NS_TEST_EXPECT_MSG_EQ_TOL(above / static_cast<double>(SEARCHES),
                                  share,
                                  4 * std::sqrt(share * (1 - share)) / 20,
                                  "above the mean");
        NS_TEST_EXPECT_MSG_EQ_TOL(miner->GetEnergyJ(), 5e4 * sumS, 1e-6 * 5e4 * sumS, "energy");
        miner->Dispose();
        Simulator::Destroy();
    }
};

/// What is recorded, and that learning is what it is without a ledger.
class RecordedTestCase : public LedgerPacketsTestCase
{
  public:
    RecordedTestCase()
        : LedgerPacketsTestCase("Rounds on a ledger: what is recorded")
    {
    }

  private:
    void DoRun() override
    {
        auto scenario = LedgerScenario();
        const auto run = RunLedger(scenario);
        NS_TEST_ASSERT_MSG_EQ(run.reason, "all rounds are done", "end");
        NS_TEST_ASSERT_MSG_EQ(run.models.size(), 3, "models");
        CheckAgreement(run, "three rounds");
        NS_TEST_EXPECT_MSG_EQ(run.dropped, 0, "nothing is dropped");
        NS_TEST_EXPECT_MSG_EQ(run.totals.blocks, 3, "a block a round");
        for (size_t round = 0; round < run.rounds.size(); ++round)
        {
            CheckBlock(run.rounds[round], *run.chains[0].at(round + 1));
            CheckMining(run, round);
        }
        // The ledger takes time, and decides nothing.
        scenario.ledger = 0;
        scenario.realBits = Scenario().realBits;
        const auto without = RunLedger(scenario);
        NS_TEST_EXPECT_MSG_EQ((run.parameters == without.parameters), true, "the same model");
        NS_TEST_EXPECT_MSG_EQ(without.rounds[0].mining.size(), 0, "no mining without a ledger");
        NS_TEST_EXPECT_MSG_GT(run.rounds[2].endS, without.rounds[2].endS, "which takes time");
    }

    /// Count what a block has.
    void CheckBlock(const RoundRecord& round, const Block& block)
    {
        std::map<std::pair<Transaction::Kind, Participant::Role>, uint32_t> counts;
        for (const auto& transaction : block.transactions)
        {
            ++counts[{transaction.kind, transaction.sender.role}];
        }
        uint32_t alone = 0;
        std::set<uint32_t> trainers;
        for (const auto& work : round.ended)
        {
            const bool isOffloaded =
                std::any_of(work.order.phases.begin(), work.order.phases.end(), [](const auto& p) {
                    const auto* compute = std::get_if<Compute>(&p);
                    return compute && compute->node == ComputeNode::SERVER;
                });
            alone += isOffloaded ? 0 : 1;
            if (isOffloaded)
            {
                trainers.insert(work.order.server);
            }
        }
        NS_TEST_EXPECT_MSG_GT(alone, 0, "some train themselves");
        NS_TEST_EXPECT_MSG_GT(trainers.size(), 0, "some do not");
        using Kind = Transaction::Kind;
        using Role = Participant::Role;
        NS_TEST_EXPECT_MSG_EQ((counts[{Kind::LOCAL_GRADIENT, Role::DEVICE}]), alone, "devices");
        NS_TEST_EXPECT_MSG_EQ((counts[{Kind::LOCAL_GRADIENT, Role::SERVER}]),
                              trainers.size(),
                              "servers that train");
        // Before the first exchange, and after each of five.
        NS_TEST_EXPECT_MSG_EQ((counts[{Kind::SERVER_GRADIENT, Role::SERVER}]), 18, "exchanges");
        NS_TEST_EXPECT_MSG_EQ((counts[{Kind::GLOBAL_MODEL, Role::SERVER}]), 1, "model");
    }

    /// Times and energies of a round's mining.
    void CheckMining(const LedgerRun& run, size_t round)
    {
        const auto& mined = run.mined.at(round);
        NS_TEST_EXPECT_MSG_EQ(mined.round, round + 1, "round");
        NS_TEST_EXPECT_MSG_EQ(mined.servers, 3, "servers");
        NS_TEST_EXPECT_MSG_GT(mined.templateS, mined.startS, "transactions travel");
        NS_TEST_EXPECT_MSG_GT(mined.foundS, mined.templateS, "the template travels");
        NS_TEST_EXPECT_MSG_EQ((mined.leaderS >= mined.foundS), true, "so does the block");
        NS_TEST_EXPECT_MSG_EQ((mined.endS >= mined.leaderS), true, "to all");
        NS_TEST_EXPECT_MSG_EQ((run.rounds[round].endS == mined.endS), true, "the round waits");
        NS_TEST_ASSERT_MSG_EQ(run.rounds[round].mining.size(), 6, "devices");
        double energyJ = 0;
        for (const auto& share : run.rounds[round].mining)
        {
            NS_TEST_EXPECT_MSG_GT(share.seconds, 0, "all search");
            NS_TEST_EXPECT_MSG_LT(share.seconds, mined.endS - mined.startS, "meanwhile");
            energyJ += share.energyJ;
        }
        NS_TEST_EXPECT_MSG_GT(energyJ, 0, "energy");
        const auto& block = run.chains[0].at(round + 1)->header;
        NS_TEST_EXPECT_MSG_EQ(block.timeNs, std::llround(mined.foundS * 1e9), "time stamp");
        NS_TEST_EXPECT_MSG_EQ(block.miner.id, mined.miner, "miner");
    }
};

/// (27): who hashes fastest finds it, after exactly that time.
class DeterministicTestCase : public LedgerPacketsTestCase
{
  public:
    DeterministicTestCase()
        : LedgerPacketsTestCase("Rounds on a ledger: mining without chance")
    {
    }

  private:
    void DoRun() override
    {
        auto scenario = LedgerScenario();
        scenario.mining = "deterministic";
        scenario.hashRatesInTurn = {1e11, 0, 2e11, 1e12, 5e11, 3e11};
        const auto run = RunLedger(scenario);
        NS_TEST_ASSERT_MSG_EQ(run.models.size(), 3, "models");
        CheckAgreement(run, "deterministic");
        NS_TEST_EXPECT_MSG_EQ(run.totals.forks, 0, "the second one needs twice as long");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(run.totals.expectedForkRate), true, "no race");
        // zeta hbar / Psi.
        const double hashingS = 3 * 50e9 / 1e12;
        double energyJ = 0;
        for (size_t round = 0; round < 3; ++round)
        {
            const auto& mined = run.mined[round];
            NS_TEST_EXPECT_MSG_EQ(mined.miner, 3, "the fastest");
            NS_TEST_EXPECT_MSG_EQ_TOL(mined.predictedSearchS, hashingS, 1e-12, "predicted");
            const auto& mining = run.rounds[round].mining;
            // To a nanosecond, as the simulator's clock has it.
            NS_TEST_EXPECT_MSG_EQ_TOL(mining[3].seconds, hashingS, 2e-9, "its search");
            NS_TEST_EXPECT_MSG_EQ(mining[1].seconds, 0, "without a rate there is none");
            for (size_t device = 0; device < mining.size(); ++device)
            {
                const double hashes = mining[device].seconds * scenario.hashRatesInTurn[device];
                NS_TEST_EXPECT_MSG_EQ_TOL(mining[device].energyJ,
                                          hashes * 5e-8,
                                          1e-6 * hashes * 5e-8,
                                          "energy of hashes");
                energyJ += mining[device].energyJ;
            }
            // The rest is the network: headers are in what is predicted, TCP's first flights of a
            // template of 4 kB, which need two round trips more over each of three links, are not.
            const double tookS = mined.leaderS - mined.templateS;
            NS_TEST_EXPECT_MSG_GT(tookS, hashingS, "the network takes time");
            NS_TEST_EXPECT_MSG_EQ_TOL(tookS, mined.predictedS, 0.02, "predicted");
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(energyJ, run.totals.energyJ, 1e-9 * energyJ, "sum");
    }
};

/// Two devices find a nonce at the same time, in every round, the last one too.
class ForkTestCase : public LedgerPacketsTestCase
{
  public:
    ForkTestCase()
        : LedgerPacketsTestCase("Rounds on a ledger: forks end at the lower hash")
    {
    }

  private:
    void DoRun() override
    {
        auto scenario = LedgerScenario();
        scenario.mining = "deterministic";
        // Links of 20 ms: the ends of the row hear of each other late.
        scenario.linkDelayS = 0.02;
        scenario.hashRatesInTurn = {1e12};
        const auto run = RunLedger(scenario);
        NS_TEST_ASSERT_MSG_EQ(run.models.size(), 3, "models");
        CheckAgreement(run, "forks");
        NS_TEST_EXPECT_MSG_EQ(run.totals.forks, 3, "in each round, the last one too");
        NS_TEST_EXPECT_MSG_EQ(run.totals.blocks, 3, "one block of each is on the chain");
        NS_TEST_EXPECT_MSG_EQ(run.totals.blocks + run.totals.orphans, run.blocks.size(), "rest");
        for (const auto& block : run.blocks)
        {
            const auto& chosen =
                *std::find_if(run.blocks.begin(),
                              run.blocks.end(),
                              [&block](const BlockRecord& other) {
                                  return other.height == block.height && !other.isOrphan;
                              });
            // An orphan that no server heard of in time did not compete.
            NS_TEST_EXPECT_MSG_EQ(
                (!block.isOrphan || block.holders.size() < 3 || chosen.hash < block.hash),
                true,
                "the lower hash");
        }
    }
};

/// The share of heights with forks against what delays say.
class ForkRateTestCase : public LedgerPacketsTestCase
{
  public:
    ForkRateTestCase()
        : LedgerPacketsTestCase("Rounds on a ledger: rate of forks")
    {
    }

  private:
    void DoRun() override
    {
        auto scenario = LedgerScenario();
        scenario.optimizer = "offload-all";
        scenario.rounds = 60;
        scenario.trainSamples = 12;
        scenario.blockIntervalS = 0.05;
        scenario.linkDelayS = 0.01;
        const auto run = RunLedger(scenario);
        NS_TEST_ASSERT_MSG_EQ(run.models.size(), 60, "models");
        CheckAgreement(run, "many forks");
        // Each height forks or not, by itself: the count's variance is at most n / 4, and four
        // deviations are exceeded once in 16,000 times.
        const double expected = run.totals.expectedForkRate;
        NS_TEST_EXPECT_MSG_GT(expected, 0.1, "enough of them");
        NS_TEST_EXPECT_MSG_LT(expected, 0.9, "not all");
        NS_TEST_EXPECT_MSG_EQ_TOL(run.totals.forkRate,
                                  expected,
                                  4 * std::sqrt(expected * (1 - expected) / 60),
                                  "measured against expected");
    }
};

/// Who leads.
class LeaderTestCase : public LedgerPacketsTestCase
{
  public:
    LeaderTestCase()
        : LedgerPacketsTestCase("Rounds on a ledger: leaders")
    {
    }

  private:
    void DoRun() override
    {
        auto scenario = LedgerScenario();
        scenario.rounds = 8;
        scenario.leader = "random";
        const auto random = RunLedger(scenario);
        NS_TEST_ASSERT_MSG_EQ(random.mined.size(), 8, "rounds");
        CheckAgreement(random, "random leaders");
        std::set<uint32_t> leaders;
        for (size_t round = 0; round < 8; ++round)
        {
            leaders.insert(random.mined[round].leader);
            NS_TEST_EXPECT_MSG_EQ(random.chains[0][round + 1]->header.leader.id,
                                  random.mined[round].leader,
                                  "as its block says");
        }
        NS_TEST_EXPECT_MSG_GT(leaders.size(), 1, "several lead");

        scenario.leader = "reputation";
        const auto reputed = RunLedger(scenario);
        CheckAgreement(reputed, "leaders by reputation");
        std::vector<uint32_t> credits(3, 0);
        for (size_t round = 0; round < 8; ++round)
        {
            const auto best = std::max_element(credits.begin(), credits.end()) - credits.begin();
            NS_TEST_EXPECT_MSG_EQ(reputed.mined[round].leader, best, "round " << round + 1);
            const auto block = std::find_if(
                reputed.blocks.begin(),
                reputed.blocks.end(),
                [round](const BlockRecord& b) { return b.round == round + 1 && !b.isOrphan; });
            ++credits[block->server];
        }
        NS_TEST_EXPECT_MSG_EQ((reputed.parameters == random.parameters),
                              false,
                              "another leader has another mean after five exchanges");
    }
};

/// The suite.
class LedgerPacketsTestSuite : public TestSuite
{
  public:
    LedgerPacketsTestSuite()
        : TestSuite("fl-ledger-packets", TestSuite::Type::UNIT)
    {
        if (!SodiumIsAvailable())
        {
            return; // test/shell/cells.sh has the message
        }
        AddTestCase(new MinerTestCase);
        AddTestCase(new RecordedTestCase);
        AddTestCase(new DeterministicTestCase);
        AddTestCase(new ForkTestCase);
        AddTestCase(new ForkRateTestCase);
        AddTestCase(new LeaderTestCase);
    }
};

LedgerPacketsTestSuite g_ledgerPacketsTestSuite; ///< registers the suite

} // namespace
