/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-ledger-helper.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ledger-keys.h"
#include "ns3/fl-mining.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-processor-energy-model.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

void
LedgerHelper::SetHashRates(std::vector<double> hashRates)
{
    m_hashRates = std::move(hashRates);
}

void
LedgerHelper::SetHashEnergy(double joule)
{
    m_joulePerHash = joule;
}

void
LedgerHelper::SetRace(double intervalS)
{
    m_options.rule.isRace = true;
    m_intervalS = intervalS;
}

void
LedgerHelper::SetDeterministic(double zeta)
{
    m_options.rule.isRace = false;
    m_options.rule.zeta = zeta;
}

void
LedgerHelper::SetRealBits(uint32_t bits)
{
    m_options.realBits = bits;
}

void
LedgerHelper::SetLeader(LedgerLeader leader)
{
    m_options.leader = leader;
}

void
LedgerHelper::SetSeed(uint64_t seed)
{
    m_options.seed = seed;
}

void
LedgerHelper::Install(const Federation& federation) const
{
    constexpr uint64_t SEARCHES = 3; // stream of the seed; see LedgerCoordinator and MakeLedgerKeys
    RequireSodium();
    const auto coordinator = DynamicCast<LedgerCoordinator>(federation.coordinator);
    if (!coordinator)
    {
        throw InvalidInput(Describe("ledger of ",
                                    federation.coordinator->GetInstanceTypeId().GetName(),
                                    ": must be of an ns3::fl::LedgerCoordinator"));
    }
    if (m_hashRates.empty())
    {
        throw InvalidInput("hash rates: must be given for a ledger");
    }
    std::vector<double> rates;
    for (size_t device = 0; device < federation.clients.size(); ++device)
    {
        rates.push_back(m_hashRates[device % m_hashRates.size()]);
    }
    LedgerOptions options = m_options;
    // Also where the interval does not count: it checks the rates.
    const double scaled = HashesForInterval(rates, m_intervalS > 0 ? m_intervalS : 1);
    options.rule.hashes = options.rule.isRace && m_intervalS > 0 ? scaled : TABLE_IV_HASHES;
    const auto keys = MakeLedgerKeys(static_cast<uint32_t>(federation.servers.size()),
                                     static_cast<uint32_t>(federation.clients.size()),
                                     options.seed);
    const auto genesis =
        std::make_shared<const Block>(MakeGenesis(keys, Participant{Participant::Role::SERVER, 0}));
    coordinator->SetLedger(options, keys, genesis);
    for (const auto& client : federation.clients)
    {
        const DeviceId device = client->GetDeviceId();
        Miner::Setup setup;
        setup.device = device;
        setup.key = keys.at({Participant::Role::DEVICE, device});
        setup.genesis = genesis;
        setup.targetBits = options.realBits;
        setup.hashRate = rates.at(device);
        setup.joulePerHash = m_joulePerHash;
        setup.rule = options.rule;
        setup.seed = MixSeed({options.seed, SEARCHES, device});
        const auto miner = CreateObject<Miner>();
        miner->Initialize(std::move(setup));
        client->SetMiner(miner);
    }
}

void
LedgerHelper::InstallEnergyModels(const Federation& federation,
                                  const EnergySourceContainer& sources)
{
    for (uint32_t device = 0; device < sources.GetN(); ++device)
    {
        const auto miner = federation.clients.at(device)->GetMiner();
        if (miner && miner->GetEngine())
        {
            const auto model = CreateObject<ProcessorEnergyModel>();
            model->SetEnergySource(sources.Get(device));
            model->SetProcessor(miner->GetEngine());
            sources.Get(device)->AppendDeviceEnergyModel(model);
        }
    }
}

} // namespace fl
} // namespace ns3
