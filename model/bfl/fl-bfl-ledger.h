/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BFL_LEDGER_H
#define FL_BFL_LEDGER_H

#include "ns3/fl-ledger.h"
#include "ns3/fl-random-stream.h"

#include <Eigen/Core>
#include <cstdint>
#include <map>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The ledger that all servers and devices of blockchain-based learning share, with their keys.
 * Payloads stay with those who need them; the ledger has their size and SHA-256.
 *
 * The transactions of a round wait until Mine(). The nonce is really searched, for a small target;
 * the time of mining is that of a race between the devices, without propagation.
 */
class BflLedger
{
  public:
    /**
     * @param servers M
     * @param devices N, which mine
     * @param targetBits leading zero bits of blocks' hashes
     * @param blockIntervalS mean time from a block to the next one [s]
     * @param seed of keys, hash rates (0.1 to 1 THash/s, Table IV of Nguyen et al.) and races
     * @throws InvalidInput if this was built without libsodium, or a number is out of range
     */
    BflLedger(uint32_t servers,
              uint32_t devices,
              uint32_t targetBits,
              double blockIntervalS,
              uint64_t seed);

    /**
     * Sign a transaction, and let it wait for the round's block.
     * @param kind what is recorded
     * @param sender who signs
     * @param round of learning, from 1 on
     * @param exchange of SERVER_GRADIENT: number of values that the server published before in the
     *        round
     * @param value what it is about, shape (parameters)
     * @throws std::logic_error if the ledger refuses it
     */
    void Record(Transaction::Kind kind,
                const Participant& sender,
                uint32_t round,
                uint32_t exchange,
                const Eigen::VectorXf& value);

    /**
     * @param server who published
     * @param round of learning
     * @param exchange as in Record()
     * @param value what the server must have published
     * @return whether the ledger has exactly that: to the bit
     */
    bool HasPublished(uint32_t server,
                      uint32_t round,
                      uint32_t exchange,
                      const Eigen::VectorXf& value) const;

    /**
     * Mine what waits.
     * @param leader the server that gathers it
     * @return the device that found the nonce
     */
    uint32_t Mine(uint32_t leader);

    /// @return time at which the last block was mined [s]
    double GetTimeS() const;
    /// @return the chain, checked as it grew
    const Ledger& GetLedger() const;

  private:
    /// @return little-endian float32 bytes, as they are hashed @param value gradient or model
    static std::vector<uint8_t> BytesOf(const Eigen::VectorXf& value);

    std::map<Participant, SigningKey> m_keys; //!< everybody's
    std::vector<double> m_hashRates;          //!< by device [hash/s]
    double m_hashes{0};                       //!< that a block takes
    RandomStream m_races;                     //!< of mining
    double m_timeS{0};                        //!< see GetTimeS()
    Ledger m_ledger;                          //!< the chain
    std::map<std::pair<uint32_t, uint32_t>, Digest>
        m_published;     //!< of the round, by server, exchange
    uint32_t m_round{0}; //!< to which these belong
};

} // namespace fl
} // namespace ns3

#endif /* FL_BFL_LEDGER_H */
