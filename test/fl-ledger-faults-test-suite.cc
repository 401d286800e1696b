/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-ledger.h"
#include "fl-test-refusal.h"

#include "ns3/channel.h"
#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/fl-ledger-keys.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/pointer.h"

#include <algorithm>
#include <cmath>
#include <set>

/**
 * @file
 * @ingroup fl
 * Rounds on a ledger where something fails: servers, devices, links, batteries, bytes, signatures.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::LedgerPacketsTestCase;
using fl::test::LedgerRun;
using fl::test::LedgerScenario;
using fl::test::RunLedger;

namespace
{

/// A test of faults in the middle of a search, without chance.
class LedgerFaultTestCase : public LedgerPacketsTestCase
{
  public:
    using LedgerPacketsTestCase::LedgerPacketsTestCase;

  protected:
    /// @return a scenario in which device 3 is the fastest, and device 5 the next one
    static Scenario Faulty()
    {
        auto scenario = LedgerScenario();
        scenario.mining = "deterministic";
        scenario.hashRatesInTurn = {1e11, 2e11, 1.5e11, 1e12, 1.2e11, 5e11};
        return scenario;
    }

    /// @return a time in the middle of a round's search [s] @param run without faults @param round
    /// its number
    static double MiddleS(const LedgerRun& run, uint32_t round)
    {
        const auto& mined = run.mined.at(round - 1);
        return mined.foundS - 0.5 * mined.predictedSearchS;
    }

    /**
     * Make the fastest device one of a server's.
     * @param [in,out] scenario hash rates are set
     * @param server its number
     * @return a run of it without faults
     */
    LedgerRun RunFastestAt(Scenario& scenario, uint32_t server)
    {
        LedgerRun whole;
        for (DeviceId fastest = 0; fastest < scenario.devices; ++fastest)
        {
            scenario.hashRatesInTurn.clear();
            for (DeviceId device = 0; device < scenario.devices; ++device)
            {
                scenario.hashRatesInTurn.push_back(1e11 + 1e10 * device); // no two at once
            }
            scenario.hashRatesInTurn[fastest] = 1e12;
            whole = RunLedger(scenario);
            if (whole.blocks.at(1).server == server)
            {
                return whole;
            }
        }
        NS_TEST_EXPECT_MSG_EQ(true, false, "no device at server " << server);
        return whole;
    }

    /// Cut or mend the links of a server. @param node its own @param share of packets that are lost
    static void SetLoss(Ptr<Node> node, double share)
    {
        for (uint32_t i = 0; i < node->GetNDevices(); ++i)
        {
            const auto device = DynamicCast<PointToPointNetDevice>(node->GetDevice(i));
            if (!device)
            {
                continue;
            }
            for (uint32_t end = 0; end < 2; ++end)
            {
                const auto loss = CreateObject<RateErrorModel>();
                loss->SetAttribute("ErrorRate", DoubleValue(share));
                loss->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
                device->GetChannel()->GetDevice(end)->SetAttribute("ReceiveErrorModel",
                                                                   PointerValue(loss));
            }
        }
    }

    /// All rounds are made, one model each.
    void CheckRounds(const LedgerRun& run, size_t rounds, const std::string& what)
    {
        NS_TEST_EXPECT_MSG_EQ(run.reason, "all rounds are done", what << ": end");
        NS_TEST_EXPECT_MSG_EQ(run.models.size(), rounds, what << ": models");
        const std::set<Digest> different(run.models.begin(), run.models.end());
        NS_TEST_EXPECT_MSG_EQ(different.size(), rounds, what << ": none twice");
    }
};

/// Servers stop while devices search, and come back.
class ServerStopTestCase : public LedgerFaultTestCase
{
  public:
    ServerStopTestCase()
        : LedgerFaultTestCase("Ledger: a server stops during mining")
    {
    }

  private:
    void DoRun() override
    {
        auto scenario = Faulty();
        scenario.rounds = 5;
        for (const uint32_t failing : {0U, 1U, 2U})
        {
            const auto whole = RunFastestAt(scenario, failing);
            const double stopS = MiddleS(whole, 2);
            const std::string what = Describe("server ", failing);
            const auto run = RunLedger(scenario, [&](const Federation& federation) {
                const auto& server = federation.servers[failing];
                Simulator::Schedule(Seconds(stopS), &Server::Stop, server);
                Simulator::Schedule(Seconds(whole.mined[2].endS), &Server::Start, server);
            });
            CheckRounds(run, 5, what);
            NS_TEST_ASSERT_MSG_EQ(run.mined.size(), 5, what << ": blocks");
            // Of a row without its middle the leader's end goes on.
            const uint32_t left = failing == 1 ? 1 : 2;
            NS_TEST_EXPECT_MSG_EQ(run.mined[1].servers, left, what << ": servers left");
            NS_TEST_EXPECT_MSG_EQ(run.mined[4].servers, 3, what << ": all are back");
            // Its device searches on, and has another server.
            NS_TEST_EXPECT_MSG_EQ(run.mined[1].miner,
                                  whole.mined[1].miner,
                                  what << ": the fastest");
            NS_TEST_EXPECT_MSG_EQ_TOL(run.mined[1].foundS,
                                      whole.mined[1].foundS,
                                      1e-9,
                                      what << ": as if nothing had happened");
            CheckAgreement(run, what);
        }
        CheckAllStop(scenario, MiddleS(RunLedger(scenario), 2));
    }

    /// All servers stop: the round begins anew, and the block that is found meanwhile counts.
    void CheckAllStop(const Scenario& scenario, double stopS)
    {
        constexpr double PAUSE_S = 3;
        const auto run = RunLedger(scenario, [&](const Federation& federation) {
            for (const auto& server : federation.servers)
            {
                Simulator::Schedule(Seconds(stopS), &Server::Stop, server);
                Simulator::Schedule(Seconds(stopS + PAUSE_S), &Server::Start, server);
            }
        });
        CheckRounds(run, 5, "all stop");
        CheckAgreement(run, "all stop");
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 6, "one is repeated");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].aborted, true, "the second");
        // Nobody heard of the others: each device has one of its own.
        const auto second = std::find_if(run.blocks.begin(), run.blocks.end(), [](const auto& b) {
            return b.height == 2 && !b.isOrphan;
        });
        NS_TEST_ASSERT_MSG_EQ((second != run.blocks.end()), true, "a second block");
        NS_TEST_EXPECT_MSG_LT(second->foundS, stopS + PAUSE_S, "was found meanwhile");
    }
};

/// The device that would win goes away while it searches, and comes back.
class DeviceGoneTestCase : public LedgerFaultTestCase
{
  public:
    DeviceGoneTestCase()
        : LedgerFaultTestCase("Ledger: a device is gone while it mines")
    {
    }

  private:
    void DoRun() override
    {
        const auto scenario = Faulty();
        const auto whole = RunLedger(scenario);
        const double goneS = MiddleS(whole, 2);
        const auto run = RunLedger(scenario, [&](const Federation& federation) {
            const auto& client = federation.clients[3];
            Simulator::Schedule(Seconds(goneS), &Client::SetAvailable, client, false);
            // After the other's search is over.
            Simulator::Schedule(Seconds(goneS + 2), &Client::SetAvailable, client, true);
        });
        CheckRounds(run, 3, "a device gone");
        CheckAgreement(run, "a device gone");
        NS_TEST_EXPECT_MSG_EQ(run.mined[0].miner, 3, "before");
        NS_TEST_EXPECT_MSG_EQ(run.mined[1].miner, 5, "the next one");
        NS_TEST_EXPECT_MSG_EQ_TOL(run.rounds[1].mining[3].seconds,
                                  0.5 * whole.mined[1].predictedSearchS,
                                  2e-9,
                                  "it searched until then");
        CheckBackSoon(scenario, whole, goneS);
        CheckLeftAlone(scenario);
    }

    /// It is back in time to search anew, and wins.
    void CheckBackSoon(const Scenario& scenario, const LedgerRun& whole, double goneS)
    {
        const double searchTimeS = whole.mined[1].predictedSearchS;
        const auto run = RunLedger(scenario, [&](const Federation& federation) {
            const auto& client = federation.clients[3];
            Simulator::Schedule(Seconds(goneS), &Client::SetAvailable, client, false);
            Simulator::Schedule(Seconds(goneS + 0.1 * searchTimeS),
                                &Client::SetAvailable,
                                client,
                                true);
        });
        CheckRounds(run, 3, "back soon");
        CheckAgreement(run, "back soon");
        NS_TEST_EXPECT_MSG_EQ(run.mined[1].miner, 3, "it was told again");
        NS_TEST_EXPECT_MSG_GT(run.mined[1].foundS, goneS + 1.1 * searchTimeS, "and began anew");
    }

    /// Nobody is left that mines.
    void CheckLeftAlone(Scenario scenario)
    {
        scenario.attributes["ns3::fl::LedgerCoordinator::MiningTimeout"] = "20s";
        const auto whole = RunLedger(scenario);
        const double goneS = MiddleS(whole, 2);
        const auto run = RunLedger(scenario, [&](const Federation& federation) {
            for (const auto& client : federation.clients)
            {
                Simulator::Schedule(Seconds(goneS), &Client::SetAvailable, client, false);
            }
        });
        NS_TEST_EXPECT_MSG_EQ(run.reason, "no block was mined for 20 s", "end");
        NS_TEST_EXPECT_MSG_EQ(run.models.size(), 1, "the second model was not adopted");
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "its round is recorded");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].aborted, true, "as given up");
        CheckAgreement(run, "left alone");
    }
};

/// The row of servers is cut while devices search; the far end has the block first.
class PartitionTestCase : public LedgerFaultTestCase
{
  public:
    PartitionTestCase()
        : LedgerFaultTestCase("Ledger: the servers' graph in two parts during mining")
    {
    }

  private:
    void DoRun() override
    {
        auto scenario = Faulty();
        scenario.rounds = 8;
        const auto whole = RunFastestAt(scenario, 2); // the far end of the row
        const double cutS = MiddleS(whole, 2);
        const auto run = RunLedger(scenario, [&](const Federation& federation) {
            const auto node = federation.servers[2]->GetNode();
            Simulator::Schedule(Seconds(cutS), &SetLoss, node, 1.0);
            federation.coordinator->TraceConnectWithoutContext(
                "Mined",
                MakeFlCallback<void, const MiningRecord&>([node](const MiningRecord& record) {
                    if (record.round == 4)
                    {
                        SetLoss(node, 0);
                    }
                }));
        });
        CheckRounds(run, 8, "two parts");
        const auto lone = std::find_if(run.blocks.begin(), run.blocks.end(), [](const auto& b) {
            return b.round == 2 && b.server == 2;
        });
        NS_TEST_ASSERT_MSG_EQ((lone != run.blocks.end()), true, "the far end has a block first");
        NS_TEST_EXPECT_MSG_EQ(lone->isOrphan, true, "which the leader's part does not wait for");
        NS_TEST_EXPECT_MSG_EQ(run.mined[2].servers, 2, "two go on");
        CheckChainOf(run, run.chains[0], "the leader's part");
        NS_TEST_EXPECT_MSG_EQ(run.mined[7].servers, 3, "in the end all three");
        CheckAgreement(run, "two parts");
    }
};

/// Transactions that the leader waits for are lost on their way.
class GatherTestCase : public LedgerFaultTestCase
{
  public:
    GatherTestCase()
        : LedgerFaultTestCase("Ledger: transactions that never arrive")
    {
    }

  private:
    void DoRun() override
    {
        auto scenario = Faulty();
        scenario.rounds = 8;
        const auto run = RunLedger(scenario, [&](const Federation& federation) {
            const auto node = federation.servers[2]->GetNode();
            const auto setLoss = [node](uint32_t round, double share) {
                if (round == 2)
                {
                    SetLoss(node, share);
                }
            };
            // Servers send their transactions next.
            federation.coordinator->TraceConnectWithoutContext(
                "Consensus",
                MakeFlCallback<void, const ConsensusRecord&>(
                    [setLoss](const ConsensusRecord& record) { setLoss(record.round, 1); }));
            federation.coordinator->TraceConnectWithoutContext(
                "Mined",
                MakeFlCallback<void, const MiningRecord&>(
                    [setLoss](const MiningRecord& record) { setLoss(record.round, 0); }));
        });
        CheckRounds(run, 8, "transactions lost");
        NS_TEST_ASSERT_MSG_EQ(run.mined.size(), 8, "blocks");
        const auto waitS = [&run](size_t i) {
            return run.mined[i].templateS - run.mined[i].startS;
        };
        NS_TEST_EXPECT_MSG_LT(waitS(0), TIMEOUT_S, "as soon as all are there");
        NS_TEST_EXPECT_MSG_EQ_TOL(waitS(1), TIMEOUT_S, 1e-9, "no longer than ConsensusTimeout");
        CheckAgreement(run, "transactions lost");
    }

    static constexpr double TIMEOUT_S = 1; //!< LedgerScenario()'s ConsensusTimeout [s]
};

/// Batteries.
class BatteryTestCase : public LedgerFaultTestCase
{
  public:
    BatteryTestCase()
        : LedgerFaultTestCase("Ledger: an empty battery stops mining")
    {
    }

  private:
    void DoRun() override
    {
        // A block takes 3 x 50e9 hashes of 5e-8 J of whoever finds it, 7500 J: the fastest has
        // enough for one and a half; the next one needs as much for the second block, and half of
        // it was spent before.
        auto scenario = Faulty();
        scenario.batteryJ = 11500;
        scenario.rounds = 2;
        const auto run = RunLedger(scenario);
        CheckRounds(run, 2, "batteries");
        CheckAgreement(run, "batteries");
        NS_TEST_EXPECT_MSG_EQ(run.mined[0].miner, 3, "it wins while it can");
        NS_TEST_EXPECT_MSG_EQ(run.mined[1].miner, 5, "and then the next one");
        // All but what its processor and radio took, less than a joule.
        const double spentJ = run.rounds[0].mining[3].energyJ + run.rounds[1].mining[3].energyJ;
        NS_TEST_EXPECT_MSG_LT(spentJ, scenario.batteryJ, "no more than there was");
        NS_TEST_EXPECT_MSG_GT(spentJ, scenario.batteryJ - 1, "until it was empty");
    }
};

/// Blocks, templates and transactions that are not what they should be.
class BadBytesTestCase : public LedgerFaultTestCase
{
  public:
    BadBytesTestCase()
        : LedgerFaultTestCase("Ledger: bad signatures, damaged blocks, replayed transactions")
    {
    }

  private:
    using Bytes = std::vector<uint8_t>; ///< of a payload

    /// Send bytes from server 1 to server 0.
    static void SendBytes(const Federation& federation, LedgerItem item, Bytes bytes)
    {
        federation.servers[1]->SendLedger(
            {Participant::Role::SERVER, 0},
            MakeLedgerMessage(item, std::make_shared<const Payload>(std::move(bytes))));
    }

    /// @return canonical bytes
    static Bytes BytesOf(const Block& block)
    {
        Bytes bytes;
        block.AppendTo(bytes);
        return bytes;
    }

    /// @return a block that would be the next one of server 0, mined and signed by device 2
    static Block Next(const Ledger& ledger,
                      const std::map<Participant, SigningKey>& keys,
                      const std::vector<Transaction>& transactions)
    {
        const Participant leader{Participant::Role::SERVER, 0};
        const Participant miner{Participant::Role::DEVICE, 2};
        Block block =
            ledger.MakeNext(leader, miner, Simulator::Now().GetNanoSeconds(), transactions);
        block.ApproveWith(keys.at(leader));
        SearchNonce(block.header);
        block.SignWith(keys.at(miner));
        return block;
    }

    /// Everything at once, in the middle of a search.
    static void Attack(const Federation& federation)
    {
        const auto coordinator = DynamicCast<LedgerCoordinator>(federation.coordinator);
        const auto& ledger = coordinator->GetLedger(0);
        const uint64_t seed = RngSeedManager::GetSeed() * 1000003ULL + RngSeedManager::GetRun();
        const auto keys = MakeLedgerKeys(3, 6, seed);
        auto unsigned_ = Next(ledger, keys, {});
        unsigned_.signature = unsigned_.approval;
        SendBytes(federation, LedgerItem::BLOCK, BytesOf(unsigned_));
        auto unapproved = Next(ledger, keys, {});
        unapproved.approval = unapproved.signature;
        SendBytes(federation, LedgerItem::TEMPLATE, BytesOf(unapproved));
        // A transaction of the block before, in a block that is sound otherwise.
        const auto& old = ledger.GetEnd().transactions.front();
        SendBytes(federation, LedgerItem::BLOCK, BytesOf(Next(ledger, keys, {old})));
        // Of an orphan that hangs in the air, the signature counts too.
        auto orphan = Next(ledger, keys, {});
        orphan.header.previous[0] ^= 1;
        SendBytes(federation, LedgerItem::BLOCK, BytesOf(orphan));
        auto cut = BytesOf(*ledger.GetChain().back());
        cut.pop_back();
        SendBytes(federation, LedgerItem::BLOCK, cut);
        auto longer = BytesOf(*ledger.GetChain().back());
        longer.push_back(0);
        SendBytes(federation, LedgerItem::BLOCK, longer);
        // A replayed transaction is dropped, and one with a bad signature.
        Bytes transactions(ledger.GetEndHash().begin(), ledger.GetEndHash().end());
        old.AppendTo(transactions);
        SendBytes(federation, LedgerItem::TRANSACTIONS, transactions);
        auto forged = old;
        forged.round = 3;
        forged.AppendTo(transactions);
        SendBytes(federation, LedgerItem::TRANSACTIONS, transactions);
        SendBytes(federation, LedgerItem::REQUEST, {1, 2, 3});
        SendBytes(federation, static_cast<LedgerItem>(9), {1});
        // To devices too.
        for (const auto& client : federation.clients)
        {
            federation.servers[0]->SendLedger(
                {Participant::Role::DEVICE, client->GetDeviceId()},
                MakeLedgerMessage(LedgerItem::BLOCK, EncodeBlock(unsigned_)));
            federation.servers[0]->SendLedger(
                {Participant::Role::DEVICE, client->GetDeviceId()},
                MakeLedgerMessage(LedgerItem::TEMPLATE, EncodeBlock(unapproved)));
        }
    }

    void DoRun() override
    {
        const auto scenario = Faulty();
        const auto whole = RunLedger(scenario);
        const double attackS = MiddleS(whole, 2);
        std::vector<std::string> said;
        std::map<std::string, size_t> saidByDevices;
        const auto run = RunLedger(scenario, [&](const Federation& federation) {
            federation.servers[0]->TraceConnectWithoutContext(
                "Dropped",
                MakeFlCallback<void, DeviceId, const std::string&>(
                    [&said](DeviceId, const std::string& why) { said.push_back(why); }));
            for (const auto& client : federation.clients)
            {
                client->TraceConnectWithoutContext(
                    "Dropped",
                    MakeFlCallback<void, DeviceId, const std::string&>(
                        [&saidByDevices](DeviceId, const std::string& why) {
                            ++saidByDevices[why];
                        }));
            }
            Simulator::Schedule(Seconds(attackS), [&federation] { Attack(federation); });
        });
        const std::vector<std::string> expected{
            "block of height 2: not signed by its miner, device 2",
            "template: not approved by its leader, server 0",
            "block of height 2: transaction 0: ",
            "block of height 2: hash does not begin with 6 zero bits",
            "damaged block: ends in the middle of a transaction: must be whole",
            "damaged block: 1 bytes follow the block: must be none",
            "transaction: local gradient of round 1 of server ",
            "transaction: not signed by ",
            "REQUEST of no block's hash",
            "damaged LEDGER: LEDGER of nothing that a ledger has"};
        NS_TEST_ASSERT_MSG_EQ(said.size(), expected.size(), "each is counted");
        for (size_t i = 0; i < std::min(said.size(), expected.size()); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(said[i].substr(0, expected[i].size()), expected[i], "");
        }
        NS_TEST_EXPECT_MSG_EQ(run.dropped, expected.size(), "and goes no further");
        // Those of another cell have no grant in this one.
        for (const char* why : {"block of height 2: not signed by its miner, device 2",
                                "template: not approved by its leader, server 0"})
        {
            NS_TEST_EXPECT_MSG_GT(saidByDevices[why], 0, "devices drop it too: " << why);
        }
        CheckRounds(run, 3, "attacked");
        CheckAgreement(run, "attacked");
        NS_TEST_EXPECT_MSG_EQ((run.models == whole.models), true, "the same models");
    }
};

/// What scenarios with a ledger must be.
class LedgerRefusalTestCase : public LedgerPacketsTestCase
{
  public:
    LedgerRefusalTestCase()
        : LedgerPacketsTestCase("Ledger: what is refused")
    {
    }

  private:
    /// @return why a scenario is refused
    static std::string RefusalOf(const std::function<void(Scenario&)>& change)
    {
        Scenario scenario = LedgerScenario();
        change(scenario);
        return fl::test::RefusalOf([&] { RunLedger(scenario); });
    }

    void DoRun() override
    {
        const std::pair<std::function<void(Scenario&)>, std::string> refusals[] = {
            {[](auto& s) { s.consensus = "none"; },
             "--ledger=1: must be left out with --consensus=none"},
            {[](auto& s) { s.ledger = 2; }, "--ledger=2: must be a whole number from 0 to 1"},
            {[](auto& s) {
                 s.ledger = 0;
                 s.realBits = 12;
                 s.leader = "random";
             },
             "--leader=random: must be left out without --ledger"},
            {[](auto& s) { s.mining = "pool"; },
             "--mining=pool: must be one of race, deterministic"},
            {[](auto& s) {
                 s.mining = "deterministic";
                 s.blockIntervalS = 5;
             },
             "--block-interval=5: must be left out with --mining=deterministic"},
            {[](auto& s) { s.blockIntervalS = -1; },
             "--block-interval=-1: must be a number from 0 to 1e+09"},
            {[](auto& s) { s.minHashRate = 2e12; },
             "--min-hash-rate=2e+12: must not exceed --max-hash-rate=1e+12"},
            {[](auto& s) { s.maxHashRate = 0; },
             "--max-hash-rate=0: must be a number above 0, up to 1e+18"},
            {[](auto& s) { s.hashRatesInTurn = {0, 0}; },
             "--hash-rate-in-turn=0,0: must be numbers from 0 to 1e+18 separated by commas, one of "
             "them above 0"},
            {[](auto& s) { s.hashRatesInTurn = {0, 0, 0, 0, 0, 0, 1e12}; },
             "hash rates of 6 miners add up to 0: must be positive and finite"},
            {[](auto& s) { s.hashEnergyJ = -1; }, "--hash-energy=-1: must be a number from 0 to 1"},
            {[](auto& s) { s.realBits = 25; },
             "--real-bits=25: must be a whole number from 0 to 24"},
            {[](auto& s) { s.leader = "largest"; },
             "--leader=largest: must be one of smallest, random, reputation"}};
        for (const auto& [change, message] : refusals)
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf(change), message, "");
        }
    }
};

/// The suite.
class LedgerFaultsTestSuite : public TestSuite
{
  public:
    LedgerFaultsTestSuite()
        : TestSuite("fl-ledger-faults", TestSuite::Type::UNIT)
    {
        if (!SodiumIsAvailable())
        {
            return;
        }
        AddTestCase(new ServerStopTestCase);
        AddTestCase(new DeviceGoneTestCase);
        AddTestCase(new PartitionTestCase);
        AddTestCase(new GatherTestCase);
        AddTestCase(new BatteryTestCase);
        AddTestCase(new BadBytesTestCase);
        AddTestCase(new LedgerRefusalTestCase);
    }
};

LedgerFaultsTestSuite g_ledgerFaultsTestSuite; ///< registers the suite

} // namespace
