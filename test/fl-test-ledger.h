/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_LEDGER_H
#define FL_TEST_LEDGER_H

#include "ns3/config.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-codec.h"
#include "ns3/fl-ledger-coordinator.h"
#include "ns3/fl-ledger-file.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-scenario-rules.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Runs whose rounds are recorded on a ledger, by packets, and what they leave.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// A chain, from the first block on.
using Chain = std::vector<std::shared_ptr<const Block>>;

/// What a run left.
struct LedgerRun
{
    std::vector<RoundRecord> rounds; //!< all of them
    std::vector<MiningRecord> mined; //!< by round with a model
    std::vector<Digest> models;      //!< SHA-256 of what was adopted, by version from 1 on
    std::vector<BlockRecord> blocks; //!< all that were mined
    std::vector<Chain> chains;       //!< by server
    LedgerTotals totals;             //!< sums
    Eigen::VectorXf parameters;      //!< of the last model
    std::string reason;              //!< why it ended
    uint64_t dropped{0};             //!< messages that servers dropped
};

/// A scenario with a ledger: three servers in a row, six devices, small.
inline Scenario
LedgerScenario()
{
    Scenario scenario;
    scenario.cells = 3;
    scenario.subChannels = 1;
    scenario.devices = 6;
    scenario.rounds = 3;
    scenario.optimizer = "offload";
    scenario.consensus = "line";
    scenario.localIterations = 1;
    scenario.trainSamples = 120;
    scenario.testSamples = 20;
    scenario.maxPowerDbm = 20;
    scenario.minCycles = 1e7;
    scenario.maxCycles = 2e7;
    scenario.maxCpuHz = 1e9;
    scenario.ledger = 1;
    scenario.realBits = 6;
    scenario.attributes["ns3::fl::ConsensusCoordinator::ConsensusTimeout"] = "1s";
    return scenario;
}

/// Prepares a run before it begins.
using Prepare = std::function<void(const Federation&)>;

/// Simulate. @param scenario with a ledger or not @param prepare is called before it begins
inline LedgerRun
RunLedger(const Scenario& scenario, const Prepare& prepare = [](const Federation&) {})
{
    LedgerRun result;
    ValidateScenario(scenario);
    scenario.Apply();
    {
        CellRun run(scenario, LoadData(scenario, 0));
        const auto& federation = run.GetFederation();
        const auto coordinator = federation.coordinator;
        coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [&](const RoundRecord& record) { result.rounds.push_back(record); }));
        coordinator->TraceConnectWithoutContext(
            "Finished",
            MakeFlCallback<void, const std::string&>(
                [&](const std::string& reason) { result.reason = reason; }));
        coordinator->TraceConnectWithoutContext(
            "Aggregated",
            MakeFlCallback<void, uint32_t, uint32_t, uint32_t>([&](uint32_t, uint32_t, uint32_t) {
                result.models.push_back(
                    Sha256(Encode(Encoding::FLOAT32, coordinator->GetParameters())));
            }));
        const auto ledger = DynamicCast<LedgerCoordinator>(coordinator);
        if (ledger)
        {
            ledger->TraceConnectWithoutContext(
                "Mined",
                MakeFlCallback<void, const MiningRecord&>(
                    [&](const MiningRecord& record) { result.mined.push_back(record); }));
        }
        prepare(federation);
        Simulator::Run();
        result.parameters = coordinator->GetParameters();
        for (uint32_t server = 0; ledger && server < federation.servers.size(); ++server)
        {
            result.chains.push_back(ledger->GetLedger(server).GetChain());
            result.dropped += federation.servers[server]->GetNDropped();
        }
        if (ledger)
        {
            result.blocks = ledger->GetBlocks();
            result.totals = ledger->GetTotals();
        }
    }
    Config::Reset();
    return result;
}

/// A test of such runs.
class LedgerPacketsTestCase : public TestCase
{
  public:
    using TestCase::TestCase;

  protected:
    /**
     * Whatever went wrong, a chain is sound, and has what was adopted: each version once, in order.
     * @param run what it left
     * @param chain a server's
     * @param what it is about
     */
    void CheckChainOf(const LedgerRun& run, const Chain& chain, const std::string& what)
    {
        const auto report = CheckChain(EncodeChain(chain));
        NS_TEST_EXPECT_MSG_EQ(report.fault, "", what << ": the chain");
        std::vector<Digest> models;
        for (const auto& block : chain)
        {
            for (const auto& transaction : block->transactions)
            {
                if (transaction.kind == Transaction::Kind::GLOBAL_MODEL)
                {
                    models.push_back(transaction.payloadDigest);
                    NS_TEST_EXPECT_MSG_EQ(transaction.round, models.size(), what << ": version");
                }
            }
        }
        NS_TEST_EXPECT_MSG_EQ((models == run.models), true, what << ": models on the chain");
    }

    /// All servers have the same chain, which is sound.
    void CheckAgreement(const LedgerRun& run, const std::string& what)
    {
        for (const auto& chain : run.chains)
        {
            CheckChainOf(run, chain, what);
            NS_TEST_EXPECT_MSG_EQ(
                (chain.back()->header.GetHash() == run.chains.front().back()->header.GetHash()),
                true,
                what << ": one end");
        }
    }

    void DoTeardown() override
    {
        Simulator::Destroy();
        Config::Reset();
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
    }
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_LEDGER_H */
