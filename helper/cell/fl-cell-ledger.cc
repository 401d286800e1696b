/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * The part of CellRun that installs the ledger, and writes what became of it; the rest is in
 * fl-cell-experiment.cc.
 */

#include "fl-cell-experiment.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ledger-helper.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-random-stream.h"
#include "ns3/rng-seed-manager.h"

#include <cmath>

namespace ns3
{
namespace fl
{

void
CellRun::InstallLedger()
{
    if (m_scenario.ledger == 0)
    {
        return;
    }
    // Streams of their own: nothing that is drawn elsewhere depends on the ledger.
    const uint64_t seed = RngSeedManager::GetSeed() * 1000003ULL + RngSeedManager::GetRun();
    constexpr uint64_t HASH_RATES = 2;
    RandomStream random(MixSeed({seed, HASH_RATES}));
    std::vector<double> rates = m_scenario.hashRatesInTurn;
    for (uint32_t device = 0; m_scenario.hashRatesInTurn.empty() && device < m_scenario.devices;
         ++device)
    {
        rates.push_back(random.Uniform(m_scenario.minHashRate, m_scenario.maxHashRate));
    }
    LedgerHelper helper;
    helper.SetSeed(seed);
    helper.SetHashRates(rates);
    helper.SetHashEnergy(m_scenario.hashEnergyJ);
    helper.SetRealBits(m_scenario.realBits);
    helper.SetLeader(m_scenario.leader == "random"       ? LedgerLeader::RANDOM
                     : m_scenario.leader == "reputation" ? LedgerLeader::REPUTATION
                                                         : LedgerLeader::SMALLEST);
    if (m_scenario.mining == "race")
    {
        helper.SetRace(m_scenario.blockIntervalS);
    }
    else
    {
        constexpr double ZETA = 3; // Table IV
        helper.SetDeterministic(ZETA);
    }
    helper.Install(m_federation);
}

void
CellRun::WriteLedger(ResultWriter& writer) const
{
    const auto coordinator = DynamicCast<LedgerCoordinator>(m_federation.coordinator);
    if (!coordinator)
    {
        return;
    }
    writer.WriteLedger(coordinator->GetBlocks(),
                       coordinator->GetLedger(coordinator->GetLeaderNumber()).GetChain());
    const auto totals = coordinator->GetTotals();
    writer.SetCounter("ledger_blocks", totals.blocks);
    writer.SetCounter("ledger_orphans", totals.orphans);
    writer.SetCounter("ledger_forks", totals.forks);
    writer.SetCounter("ledger_fork_rate", totals.forkRate);
    writer.SetCounter("ledger_expected_fork_rate", totals.expectedForkRate);
    writer.SetCounter("energy_mining_j", totals.energyJ);
}

std::string
CellRun::GetLedgerText() const
{
    const auto coordinator = DynamicCast<LedgerCoordinator>(m_federation.coordinator);
    if (!coordinator)
    {
        return "";
    }
    const auto totals = coordinator->GetTotals();
    std::string text = Describe("Ledger: ",
                                totals.blocks,
                                " blocks, ",
                                totals.orphans,
                                " orphans; ",
                                totals.forks,
                                " forks");
    if (!std::isnan(totals.expectedForkRate))
    {
        text += Describe(", ",
                         std::lround(100 * totals.forkRate),
                         " % of blocks, ",
                         std::lround(100 * totals.expectedForkRate),
                         " % by their delays");
    }
    return text + ".";
}

} // namespace fl
} // namespace ns3
