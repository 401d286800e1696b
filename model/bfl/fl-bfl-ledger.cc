/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bfl-ledger.h"

#include "ns3/fl-codec.h"
#include "ns3/fl-ledger-keys.h"
#include "ns3/fl-mining.h"
#include "ns3/fl-mix-seed.h"

#include <cmath>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint64_t HASH_RATES = 2; //!< stream of hash rates; 1 is that of the keys
constexpr uint64_t RACES = 3;      //!< stream of races

} // namespace

BflLedger::BflLedger(uint32_t servers,
                     uint32_t devices,
                     uint32_t targetBits,
                     double blockIntervalS,
                     uint64_t seed)
    : m_keys(MakeLedgerKeys(servers, devices, seed)),
      m_races(MixSeed({seed, RACES})),
      m_ledger(std::make_shared<const Block>(
                   MakeGenesis(m_keys, Participant{Participant::Role::SERVER, 0})),
               targetBits)
{
    RandomStream random(MixSeed({seed, HASH_RATES}));
    for (uint32_t device = 0; device < devices; ++device)
    {
        m_hashRates.push_back(random.Uniform(1e11, 1e12));
    }
    m_hashes = HashesForInterval(m_hashRates, blockIntervalS);
}

std::vector<uint8_t>
BflLedger::BytesOf(const Eigen::VectorXf& value)
{
    return Encode(Encoding::FLOAT32, value);
}

void
BflLedger::Record(Transaction::Kind kind,
                  const Participant& sender,
                  uint32_t round,
                  uint32_t exchange,
                  const Eigen::VectorXf& value)
{
    Transaction transaction;
    transaction.kind = kind;
    transaction.sender = sender;
    transaction.round = round;
    transaction.consensusRound = exchange;
    transaction.SetPayload(BytesOf(value), false);
    transaction.SignWith(m_keys.at(sender));
    if (!m_ledger.AddTransaction(transaction))
    {
        throw std::logic_error("ledger: " + m_ledger.GetFault());
    }
    if (m_round != round)
    {
        m_published.clear();
        m_round = round;
    }
    if (kind == Transaction::Kind::SERVER_GRADIENT)
    {
        m_published[{sender.id, exchange}] = transaction.payloadDigest;
    }
}

bool
BflLedger::HasPublished(uint32_t server,
                        uint32_t round,
                        uint32_t exchange,
                        const Eigen::VectorXf& value) const
{
    const auto found = m_published.find({server, exchange});
    return round == m_round && found != m_published.end() &&
           found->second == Sha256(BytesOf(value));
}

uint32_t
BflLedger::Mine(uint32_t leader)
{
    const auto race = DrawMiningRace(m_hashRates, m_hashes, m_races);
    const auto winner = static_cast<uint32_t>(race.winner);
    m_timeS += race.seconds;
    const Participant server{Participant::Role::SERVER, leader};
    Block block = m_ledger.MakeNext(server,
                                    {Participant::Role::DEVICE, winner},
                                    std::llround(m_timeS * 1e9),
                                    m_ledger.GetPending());
    block.ApproveWith(m_keys.at(server));
    SearchNonce(block.header);
    block.SignWith(m_keys.at(block.header.miner));
    if (m_ledger.Add(std::make_shared<const Block>(std::move(block))) != Ledger::Result::EXTENDED)
    {
        throw std::logic_error("ledger: " + m_ledger.GetFault());
    }
    return winner;
}

double
BflLedger::GetTimeS() const
{
    return m_timeS;
}

const Ledger&
BflLedger::GetLedger() const
{
    return m_ledger;
}

} // namespace fl
} // namespace ns3
