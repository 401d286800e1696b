/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-ledger.h"

#include "ns3/fl-bfl-ledger.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ledger-file.h"

#ifdef HAVE_SODIUM
#include <sodium.h>
#endif

#include <algorithm>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

#ifdef HAVE_SODIUM

namespace
{

using Bytes = std::vector<uint8_t>; ///< any bytes

constexpr double TARGET = 1.05; ///< times what libsodium alone takes

/// Times of two ways to do the same, in turns, so that both see the same machine.
struct Turns
{
    double oursS{0}; //!< median of processor time [s]
    double peerS{0}; //!< the same of what it is compared with [s]
    double ratio{0}; //!< median of the turns' ratios
};

/// @return times @param repeats how many turns @param ours one way @param peer the other one
template <typename Ours, typename Peer>
Turns
InTurns(uint32_t repeats, Ours ours, Peer peer)
{
    std::vector<double> oursS;
    std::vector<double> peerS;
    std::vector<double> ratios;
    for (uint32_t i = 0; i < repeats; ++i)
    {
        const Stopwatch first;
        ours();
        oursS.push_back(first.CpuS());
        const Stopwatch second;
        peer();
        peerS.push_back(second.CpuS());
        ratios.push_back(oursS.back() / peerS.back());
    }
    return {Median(oursS), Median(peerS), Median(ratios)};
}

/// Hashes of long messages.
void
AddHash(const BenchOptions& bench, BenchRows& rows)
{
    const Bytes message(bench.Pick(8'000'000, 100'000), 7);
    Digest digest{};
    Digest peer{};
    const auto turns = InTurns(
        bench.Pick(41U, 3U),
        [&] { digest = Sha256(message); },
        [&] { crypto_hash_sha256(peer.data(), message.data(), message.size()); });
    const double gigabytes = static_cast<double>(message.size()) / 1e9;
    rows.push_back({Describe("SHA-256 of ", message.size() / 1000, " kB"),
                    Describe(Round(turns.ratio), " times libsodium alone"),
                    Describe(Round(TARGET)),
                    digest == peer ? JudgeAtMost(turns.ratio, TARGET) : "missed: another hash",
                    Describe(Round(gigabytes / turns.oursS),
                             " GB/s against ",
                             Round(gigabytes / turns.peerS))});
}

/// Signatures of transactions.
void
AddVerify(const BenchOptions& bench, BenchRows& rows)
{
    const int count = bench.Pick(200, 5);
    const SigningKey key = MakeSigningKey({1, 2, 3});
    const Bytes message(150, 9);
    const Signature signature = Sign(message, key);
    int sound = 0;
    int peer = 0;
    const auto turns = InTurns(
        bench.Pick(21U, 3U),
        [&] {
            for (int i = 0; i < count; ++i)
            {
                sound += IsSignedBy(message, signature, key.publicKey) ? 1 : 0;
            }
        },
        [&] {
            for (int i = 0; i < count; ++i)
            {
                peer += crypto_sign_verify_detached(signature.data(),
                                                    message.data(),
                                                    message.size(),
                                                    key.publicKey.data()) == 0
                            ? 1
                            : 0;
            }
        });
    rows.push_back(
        {"Ed25519, verification of a message of 150 bytes",
         Describe(Round(turns.ratio), " times libsodium alone"),
         Describe(Round(TARGET)),
         sound == peer && sound > 0 ? JudgeAtMost(turns.ratio, TARGET) : "missed: another answer",
         Describe(Round(count / turns.oursS), "/s against ", Round(count / turns.peerS))});
}

/// A run's ledger, from signatures to ./fl ledger verify.
void
AddChain(const BenchOptions& bench, BenchRows& rows)
{
    const uint32_t rounds = bench.Pick(80, 3);
    constexpr uint32_t SERVERS = 3;
    constexpr uint32_t DEVICES = 10;
    constexpr uint32_t EXCHANGES = 5;
    const Eigen::VectorXf model = Eigen::VectorXf::Ones(25450);
    const Stopwatch watch;
    BflLedger ledger(SERVERS, DEVICES, 12, 10, 1);
    uint32_t transactions = 0;
    const auto record = [&](Transaction::Kind kind,
                            Participant::Role role,
                            uint32_t id,
                            uint32_t round,
                            uint32_t exchange) {
        ledger.Record(kind, {role, id}, round, exchange, model);
        ++transactions;
    };
    for (uint32_t round = 1; round <= rounds; ++round)
    {
        for (uint32_t device = 0; device < DEVICES; ++device)
        {
            record(Transaction::Kind::LOCAL_GRADIENT, Participant::Role::DEVICE, device, round, 0);
        }
        for (uint32_t i = 0; i < SERVERS * (EXCHANGES + 1); ++i)
        {
            record(Transaction::Kind::SERVER_GRADIENT,
                   Participant::Role::SERVER,
                   i % SERVERS,
                   round,
                   i / SERVERS);
        }
        record(Transaction::Kind::GLOBAL_MODEL, Participant::Role::SERVER, 0, round, 0);
        ledger.Mine(0);
    }
    const double madeS = watch.CpuS();
    const auto bytes = EncodeChain(ledger.GetLedger().GetChain());
    const Stopwatch check;
    const auto report = CheckChain(bytes);
    const double checkedS = check.CpuS();
    rows.push_back(
        {Describe("a ledger of ",
                  rounds,
                  " rounds, 3 servers, 10 devices, 5 exchanges, models of 102 kB, nonces of "
                  "12 bits"),
         Describe(Round(1e3 * madeS / rounds), " ms per round"),
         "",
         report.fault,
         Describe("its check: ",
                  Round(1e6 * checkedS / transactions),
                  " us per transaction; ",
                  bytes.size() / rounds,
                  " bytes per round")});
}

} // namespace

BenchRows
BenchLedger(const BenchOptions& bench)
{
    RequireSodium();
    BenchRows rows;
    AddHash(bench, rows);
    AddVerify(bench, rows);
    AddChain(bench, rows);
    return rows;
}

#else

BenchRows
BenchLedger(const BenchOptions& /* bench */)
{
    return {};
}

#endif

} // namespace fl
} // namespace ns3
