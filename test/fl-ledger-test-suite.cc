/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ledger-file.h"
#include "ns3/fl-merkle.h"
#include "ns3/fl-mining.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <functional>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

using Kind = Transaction::Kind;     ///< what is recorded
using Taken = Ledger::Result;       ///< what became of a block
using Role = Participant::Role;     ///< server or device
using Bytes = std::vector<uint8_t>; ///< any bytes

constexpr uint32_t TARGET_BITS = 6;                     //!< work of a block in these tests
const Participant SERVER{Participant::Role::SERVER, 0}; //!< leads
const Participant OTHER{Participant::Role::SERVER, 1};  //!< another server
const Participant DEVICE{Participant::Role::DEVICE, 0}; //!< mines

/// @param text hexadecimal digits @return their bytes
Bytes
FromHex(const std::string& text)
{
    Bytes bytes;
    for (size_t i = 0; i + 1 < text.size(); i += 2)
    {
        bytes.push_back(static_cast<uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

/// @param text any text @return its bytes
Bytes
FromText(const std::string& text)
{
    return Bytes(text.begin(), text.end());
}

/// Two servers and a device, with keys, and what they sign.
class Parties
{
  public:
    Parties()
    {
        uint8_t number = 1;
        for (const auto& who : {SERVER, OTHER, DEVICE})
        {
            m_keys[who] = MakeSigningKey({number++});
        }
    }

    /// @return their first block
    std::shared_ptr<const Block> Genesis() const
    {
        return std::make_shared<const Block>(MakeGenesis(m_keys, SERVER));
    }

    /// @return a signed transaction
    Transaction Sign(Kind kind,
                     const Participant& who,
                     uint32_t round,
                     const Bytes& payload = {1, 2, 3},
                     bool isKept = true) const
    {
        Transaction transaction;
        transaction.kind = kind;
        transaction.sender = who;
        transaction.round = round;
        transaction.SetPayload(payload, isKept);
        transaction.SignWith(m_keys.at(who));
        return transaction;
    }

    /**
     * @param ledger what the block continues
     * @param transactions its transactions
     * @param timeNs its time [ns]
     * @param change is applied before the block is mined and signed
     * @return a mined and signed block
     */
    std::shared_ptr<const Block> Mine(
        const Ledger& ledger,
        const std::vector<Transaction>& transactions,
        int64_t timeNs = 0,
        const std::function<void(Block&)>& change = [](Block&) {}) const
    {
        Block block = ledger.MakeNext(SERVER, DEVICE, timeNs, transactions);
        change(block);
        SearchNonce(block.header);
        block.SignWith(m_keys.at(block.header.leader));
        return std::make_shared<const Block>(block);
    }

    /// @return their keys
    const std::map<Participant, SigningKey>& GetKeys() const
    {
        return m_keys;
    }

  private:
    std::map<Participant, SigningKey> m_keys; //!< everybody's
};

/// Hashes and signatures against the vectors of FIPS 180-4 and RFC 8032.
class SodiumTestCase : public TestCase
{
  public:
    SodiumTestCase()
        : TestCase("SHA-256 and Ed25519: published vectors")
    {
    }

  private:
    void DoRun() override
    {
        const std::pair<std::string, const char*> hashes[] = {
            {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
            {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
            {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
            {std::string(1000000, 'a'),
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
        for (const auto& [text, hash] : hashes)
        {
            NS_TEST_EXPECT_MSG_EQ(ToHex(Sha256(FromText(text))), hash, text.substr(0, 60));
        }
        // RFC 8032, section 7.1, tests 1 to 3: private key, public key, message, signature.
        const char* signatures[][4] = {
            {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
             "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
             "",
             "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
             "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
            {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
             "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
             "72",
             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
             "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
            {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
             "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
             "af82",
             "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
             "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"}};
        for (const auto& [secret, publicKey, message, signature] : signatures)
        {
            std::array<uint8_t, 32> seed{};
            const Bytes bytes = FromHex(secret);
            std::copy(bytes.begin(), bytes.end(), seed.begin());
            const SigningKey key = MakeSigningKey(seed);
            NS_TEST_EXPECT_MSG_EQ(ToHex(key.publicKey), publicKey, "public key");
            Signature made = Sign(FromHex(message), key);
            NS_TEST_EXPECT_MSG_EQ(ToHex(made), signature, "signature of " << message);
            NS_TEST_EXPECT_MSG_EQ(IsSignedBy(FromHex(message), made, key.publicKey), true, "own");
            made[10] ^= 1;
            NS_TEST_EXPECT_MSG_EQ(IsSignedBy(FromHex(message), made, key.publicKey),
                                  false,
                                  "another signature");
        }
    }
};

/// Roots as RFC 6962's test vectors have them, and no two lists with one root.
class MerkleTestCase : public TestCase
{
  public:
    MerkleTestCase()
        : TestCase("Merkle root: by hand, and different for all lists")
    {
    }

  private:
    void DoRun() override
    {
        const auto join = [](uint8_t mark, const Bytes& left, const Bytes& right) {
            Bytes bytes(1 + left.size() + right.size(), mark);
            std::copy(left.begin(), left.end(), bytes.begin() + 1);
            std::copy(right.begin(), right.end(), bytes.end() - static_cast<long>(right.size()));
            const Digest hash = Sha256(bytes);
            return Bytes(hash.begin(), hash.end());
        };
        std::vector<Digest> leaves;
        std::vector<Bytes> nodes;
        for (uint8_t i = 0; i < 5; ++i)
        {
            leaves.push_back(Sha256({i}));
            nodes.push_back(join(0, Bytes(leaves[i].begin(), leaves[i].end()), {}));
        }
        // Five leaves: four on the left, one on the right.
        const Bytes expected =
            join(1, join(1, join(1, nodes[0], nodes[1]), join(1, nodes[2], nodes[3])), nodes[4]);
        const Digest root = MerkleRoot(leaves);
        NS_TEST_EXPECT_MSG_EQ((Bytes(root.begin(), root.end()) == expected), true, "five leaves");
        NS_TEST_EXPECT_MSG_EQ((MerkleRoot({}) == Sha256({})), true, "no leaves");
        auto longer = leaves;
        longer.push_back(leaves.back());
        NS_TEST_EXPECT_MSG_EQ((MerkleRoot(longer) == root), false, "last leaf twice");
        std::swap(leaves[1], leaves[2]);
        NS_TEST_EXPECT_MSG_EQ((MerkleRoot(leaves) == root), false, "another order");
    }
};

/// The chain's rules: what is taken, and what is refused with which message.
class RulesTestCase : public TestCase
{
  public:
    RulesTestCase()
        : TestCase("Ledger: rules of blocks and transactions")
    {
    }

  private:
    /// Expect a block to be refused.
    void Refuse(Ledger& ledger, const std::shared_ptr<const Block>& block, const char* fault)
    {
        NS_TEST_EXPECT_MSG_EQ((ledger.Add(block) == Taken::INVALID), true, fault);
        NS_TEST_EXPECT_MSG_EQ((ledger.GetFault().find(fault) != std::string::npos),
                              true,
                              "'" << ledger.GetFault() << "' has no '" << fault << "'");
    }

    void DoRun() override
    {
        const Parties parties;
        Ledger ledger(parties.Genesis(), TARGET_BITS);
        const auto model = parties.Sign(Kind::GLOBAL_MODEL, SERVER, 1);
        const auto first = parties.Mine(ledger, {model}, 100);
        NS_TEST_EXPECT_MSG_EQ((ledger.Add(first) == Taken::EXTENDED), true, "a sound block");
        NS_TEST_EXPECT_MSG_EQ((ledger.Add(first) == Taken::KNOWN), true, "again");
        NS_TEST_EXPECT_MSG_EQ(ledger.GetModelRound(), 1, "round of the model");
        CheckBlocks(parties, ledger);
        CheckTransactions(parties, ledger);
        NS_TEST_EXPECT_MSG_EQ(ledger.GetNBlocks(), 2, "nothing that was refused is kept");
        Ledger apart(parties.Genesis(), TARGET_BITS);
        const auto second = parties.Mine(ledger, {}, 200);
        NS_TEST_EXPECT_MSG_EQ((apart.Add(second) == Taken::NO_PARENT), true, "a gap");
    }

    void CheckBlocks(const Parties& parties, Ledger& ledger)
    {
        const auto mine = [&](const std::function<void(Block&)>& change) {
            return parties.Mine(ledger, {}, 100, change);
        };
        Refuse(ledger, mine([](Block& b) { b.header.height = 3; }), "height 3: must be 2");
        Refuse(ledger,
               mine([](Block& b) { b.header.timeNs = 99; }),
               "time stamp 99 ns: must be at least 100");
        Refuse(ledger,
               mine([](Block& b) { b.header.targetBits = 0; }),
               "target of 0 zero bits: must be 6");
        Refuse(ledger, mine([](Block& b) { b.header.miner.id = 9; }), "device 9 is not registered");
        Refuse(ledger,
               mine([](Block& b) { b.header.merkleRoot[0] ^= 1; }),
               "transactions do not have the Merkle root of the header");
        Refuse(ledger,
               mine([](Block& b) { b.header.leader = DEVICE; }),
               "device 0 is the leader: must be a server");
        Block unsignedBlock = *mine([](Block&) {});
        unsignedBlock.signature[0] ^= 1;
        Refuse(ledger,
               std::make_shared<const Block>(unsignedBlock),
               "not signed by its leader, server 0");
        Block lazy = ledger.MakeNext(SERVER, DEVICE, 100, {});
        while (MeetsTarget(lazy.header.GetHash(), TARGET_BITS))
        {
            ++lazy.header.nonce;
        }
        lazy.SignWith(parties.GetKeys().at(SERVER));
        Refuse(ledger, std::make_shared<const Block>(lazy), "hash does not begin with 6 zero bits");
    }

    void CheckTransactions(const Parties& parties, Ledger& ledger)
    {
        const auto refuse = [&](const std::vector<Transaction>& transactions, const char* fault) {
            Refuse(ledger, parties.Mine(ledger, transactions, 100), fault);
        };
        const auto gradient = parties.Sign(Kind::LOCAL_GRADIENT, DEVICE, 2);
        refuse({gradient, gradient},
               "transaction 1: local gradient of round 2 of device 0: is on the chain already");
        refuse({parties.Sign(Kind::GLOBAL_MODEL, OTHER, 1)},
               "global model of round 1 of server 1: is on the chain already");
        refuse({parties.Sign(Kind::GLOBAL_MODEL, OTHER, 3)},
               "global model of round 3: must be that of round 2");
        refuse({parties.Sign(Kind::REGISTRATION, OTHER, 0)}, "must be in the first block");
        refuse({parties.Sign(Kind::GLOBAL_MODEL, DEVICE, 2)},
               "global model of device 0: must be a server's");
        auto changed = gradient;
        changed.payload[0] ^= 1;
        refuse({changed}, "payload does not have the digest that was signed");
        changed = gradient;
        changed.round = 3;
        refuse({changed}, "not signed by device 0");
        changed = gradient;
        changed.consensusRound = 1;
        refuse({changed}, "consensus round 1 of a local gradient: must be 0");
        changed = gradient;
        changed.sender.id = 5;
        refuse({changed}, "device 5 is not registered");
    }
};

/// What waits for a block, and returns when its block is left behind.
class ForkTestCase : public TestCase
{
  public:
    ForkTestCase()
        : TestCase("Ledger: forks, and what they leave behind")
    {
    }

  private:
    void DoRun() override
    {
        const Parties parties;
        Ledger ledger(parties.Genesis(), TARGET_BITS);
        Ledger other(parties.Genesis(), TARGET_BITS);
        const auto left = parties.Sign(Kind::LOCAL_GRADIENT, DEVICE, 1);
        const auto right = parties.Sign(Kind::SERVER_GRADIENT, OTHER, 1);
        for (auto* each : {&ledger, &other})
        {
            NS_TEST_EXPECT_MSG_EQ(each->AddTransaction(left), true, "new");
            NS_TEST_EXPECT_MSG_EQ(each->AddTransaction(left), false, "a duplicate");
            NS_TEST_EXPECT_MSG_EQ(each->AddTransaction(right), true, "new");
        }
        auto forged = left;
        forged.round = 2;
        NS_TEST_EXPECT_MSG_EQ(ledger.AddTransaction(forged), false, "a bad signature");
        NS_TEST_EXPECT_MSG_EQ(ledger.GetFault(), "not signed by device 0", "which says so");

        // Two blocks at once, one transaction each: a fork at the end.
        std::shared_ptr<const Block> blocks[] = {parties.Mine(ledger, {left}, 10),
                                                 parties.Mine(other, {right}, 11)};
        const bool isFirstLower = blocks[0]->header.GetHash() < blocks[1]->header.GetHash();
        std::vector<Taken> results;
        for (const auto& block : blocks)
        {
            results.push_back(ledger.Add(block));
        }
        NS_TEST_EXPECT_MSG_EQ((results[0] == Taken::EXTENDED), true, "the first one");
        NS_TEST_EXPECT_MSG_EQ((results[1] == (isFirstLower ? Taken::SIDE : Taken::SWITCHED)),
                              true,
                              "of two equally long chains the lower hash counts");
        other.Add(blocks[1]);
        other.Add(blocks[0]);
        NS_TEST_EXPECT_MSG_EQ((ledger.GetEndHash() == other.GetEndHash()),
                              true,
                              "in any order the same chain");
        NS_TEST_EXPECT_MSG_EQ(ledger.GetNOrphans(), 1, "blocks left behind");
        CheckSwitch(parties, ledger, blocks[isFirstLower ? 1 : 0], isFirstLower ? left : right);
    }

    /// The chain that was left behind gets longer, and counts.
    void CheckSwitch(const Parties& parties,
                     Ledger& ledger,
                     const std::shared_ptr<const Block>& behind,
                     const Transaction& onChain)
    {
        NS_TEST_ASSERT_MSG_EQ(ledger.GetPending().size(), 1, "what the lost block had waits");
        NS_TEST_EXPECT_MSG_EQ((ledger.GetPending()[0].GetId() == behind->transactions[0].GetId()),
                              true,
                              "that one");
        Ledger longer(parties.Genesis(), TARGET_BITS);
        longer.Add(behind);
        const auto second = parties.Mine(longer, {}, 20);
        NS_TEST_EXPECT_MSG_EQ((ledger.Add(second) == Taken::SWITCHED), true, "the longer one");
        NS_TEST_ASSERT_MSG_EQ(ledger.GetPending().size(), 1, "the other's transaction waits");
        NS_TEST_EXPECT_MSG_EQ((ledger.GetPending()[0].GetId() == onChain.GetId()), true, "it");
        NS_TEST_EXPECT_MSG_EQ(ledger.AddTransaction(behind->transactions[0]),
                              false,
                              "a replay of what is on the chain");
        NS_TEST_EXPECT_MSG_EQ(ledger.GetChain().size(), 3, "length");
    }
};

/// @return a chain of some blocks as a file has it
Bytes
MakeChain(const Parties& parties, size_t blocks)
{
    Ledger ledger(parties.Genesis(), TARGET_BITS);
    for (uint32_t round = 1; round < blocks; ++round)
    {
        ledger.Add(parties.Mine(ledger,
                                {parties.Sign(Kind::LOCAL_GRADIENT, DEVICE, round, {7}, true),
                                 parties.Sign(Kind::GLOBAL_MODEL, SERVER, round, {8, 9}, false)},
                                1000 * round));
    }
    return EncodeChain(ledger.GetChain());
}

/// Every flipped bit of a chain of 20 blocks is found.
class BitFlipTestCase : public TestCase
{
  public:
    BitFlipTestCase()
        : TestCase("Ledger file: every single flipped bit is found")
    {
    }

  private:
    void DoRun() override
    {
        const Parties parties;
        constexpr size_t BLOCKS = 20;
        Bytes bytes = MakeChain(parties, BLOCKS);
        const auto sound = CheckChain(bytes);
        NS_TEST_ASSERT_MSG_EQ(sound.fault, "", "the chain is sound");
        NS_TEST_ASSERT_MSG_EQ(sound.blocks.size(), BLOCKS, "blocks");
        NS_TEST_EXPECT_MSG_EQ((EncodeChain(sound.blocks) == bytes), true, "the same bytes");
        // What comes before a block need not be checked again for each bit of it.
        Ledger ledger(sound.blocks[0], TARGET_BITS);
        size_t missed = 0;
        size_t at = 20;
        for (const auto& block : sound.blocks)
        {
            missed += MissedIn(bytes, 0, at, at + 8);
            missed += MissedOf(*block, ledger);
            at += 8 + block->GetSize();
            ledger.Add(block);
        }
        NS_TEST_EXPECT_MSG_EQ(at, bytes.size(), "nothing else is in a file");
        missed += MissedIn(bytes, 0, 0, 20);
        // All of it, sampled.
        missed += MissedIn(bytes, 211, 0, bytes.size());
        NS_TEST_EXPECT_MSG_EQ(missed, 0, "of " << 8 * bytes.size() << " bits");
    }

    /**
     * @param bytes a file; is changed and changed back
     * @param step bits from one that is flipped to the next, less 1
     * @param first first byte
     * @param end the byte after the last
     * @return flips that the check of the file does not find
     */
    static size_t MissedIn(Bytes& bytes, size_t step, size_t first, size_t end)
    {
        size_t missed = 0;
        for (size_t bit = 8 * first; bit < 8 * end; bit += 1 + step)
        {
            bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
            missed += CheckChain(bytes).fault.empty() ? 1 : 0;
            bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
        }
        return missed;
    }

    /**
     * @param block a block
     * @param ledger that ends before it
     * @return flips of its bits with which it is taken
     */
    static size_t MissedOf(const Block& block, Ledger& ledger)
    {
        Bytes bytes;
        block.AppendTo(bytes);
        size_t missed = 0;
        for (size_t bit = 0; bit < 8 * bytes.size(); ++bit)
        {
            bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
            missed += RefusalOf([&] { TakeBlock(bytes, ledger); }) == "accepted" ? 1 : 0;
            bytes[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
        }
        return missed;
    }

    /// Read a block, and let a ledger take it. Throws InvalidInput where that is refused.
    static void TakeBlock(const Bytes& bytes, Ledger& ledger)
    {
        ByteReader reader(bytes);
        const auto block = std::make_shared<const Block>(Block::ReadFrom(reader));
        if (reader.GetLeft() > 0)
        {
            throw InvalidInput("a rest");
        }
        if (block->header.height == 0)
        {
            Ledger(block, TARGET_BITS);
        }
        else
        {
            const Taken result = ledger.Add(block);
            if (result == Taken::INVALID || result == Taken::NO_PARENT)
            {
                throw InvalidInput(ledger.GetFault());
            }
        }
    }
};

/// What the check of a file says.
class FileTestCase : public TestCase
{
  public:
    FileTestCase()
        : TestCase("Ledger file: messages")
    {
    }

  private:
    /// Expect a message.
    void Expect(const Bytes& bytes, const std::string& fault)
    {
        const std::string said = CheckChain(bytes).fault;
        NS_TEST_EXPECT_MSG_EQ(said.substr(0, fault.size()), fault, "of '" << said << "'");
    }

    void DoRun() override
    {
        const Parties parties;
        const Bytes chain = MakeChain(parties, 3);
        const auto changed = [&](size_t at, uint8_t value) {
            Bytes bytes = chain;
            bytes[at] = value;
            return bytes;
        };
        Expect({}, "does not begin with FLLEDGER: must be a ledger");
        Expect(changed(0, 'X'), "does not begin with FLLEDGER: must be a ledger");
        Expect(changed(8, 2), "version 2: must be 1");
        Expect(changed(12, 0), "0 blocks: must be at least 1");
        Expect(changed(12, 4), "block 3: size of 0 bytes: must be at most the 0 bytes");
        NS_TEST_EXPECT_MSG_EQ(
            (CheckChain(changed(12, 2)).fault.find(" bytes follow the last block: must be 0") !=
             std::string::npos),
            true,
            "fewer blocks than there are");
        Expect(changed(20, 0), "block 0: size of ");
        Bytes longer = chain;
        longer.push_back(0);
        Expect(longer, "1 bytes follow the last block: must be 0");
        const auto report = CheckChain(changed(chain.size() - 1, chain.back() ^ 1));
        NS_TEST_EXPECT_MSG_EQ(report.firstBad, 2, "first bad block");
        NS_TEST_EXPECT_MSG_EQ(report.blocks.size(), 2, "sound ones before");
        // The first block's rules.
        auto genesis = *parties.Genesis();
        const auto refusal = [&] {
            return RefusalOf([&] { Ledger(std::make_shared<const Block>(genesis), TARGET_BITS); });
        };
        genesis.header.height = 1;
        NS_TEST_EXPECT_MSG_EQ(refusal(), "first block: height 1: must be 0", "");
        genesis = *parties.Genesis();
        genesis.header.previous[0] = 1;
        NS_TEST_EXPECT_MSG_EQ(refusal(),
                              "first block: follows from another one: must be the first",
                              "");
        genesis = *parties.Genesis();
        genesis.transactions.push_back(genesis.transactions[0]);
        NS_TEST_EXPECT_MSG_EQ(refusal(),
                              "first block: server 0 is registered twice: must be once",
                              "");
        genesis = *parties.Genesis();
        genesis.transactions[0].payload.pop_back();
        NS_TEST_EXPECT_MSG_EQ(refusal(), "first block: key of 31 bytes: must have 32", "");
        genesis = *parties.Genesis();
        genesis.transactions[0].kind = Kind::GLOBAL_MODEL;
        NS_TEST_EXPECT_MSG_EQ(refusal(),
                              "first block: global model: must have registrations alone",
                              "");
    }
};

/// Times of mining: (27), the race's distribution, forks.
class MiningTestCase : public TestCase
{
  public:
    MiningTestCase()
        : TestCase("Mining: deterministic, by race, forks")
    {
    }

  private:
    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(DeterministicMiningS(50e9, 1e11, 0.005, 3),
                                  3 * (0.5 + 0.005),
                                  1e-15,
                                  "(27)");
        const std::vector<double> rates{1, 0, 3};
        constexpr double INTERVAL_S = 10;
        const double hashes = HashesForInterval(rates, INTERVAL_S);
        NS_TEST_EXPECT_MSG_EQ(hashes, 40, "hashes for an interval");
        RandomStream random(3);
        constexpr int DRAWS = 20000;
        double sum = 0;
        double wins[3] = {};
        for (int i = 0; i < DRAWS; ++i)
        {
            const MiningRace race = DrawMiningRace(rates, hashes, random);
            sum += race.seconds;
            wins[race.winner] += 1.0 / DRAWS;
        }
        // Four standard deviations: of an exponential mean, and of a share.
        NS_TEST_EXPECT_MSG_EQ_TOL(sum / DRAWS,
                                  INTERVAL_S,
                                  4 * INTERVAL_S / std::sqrt(DRAWS),
                                  "mean time");
        NS_TEST_EXPECT_MSG_EQ_TOL(wins[2], 0.75, 4 * std::sqrt(0.75 * 0.25 / DRAWS), "wins");
        NS_TEST_EXPECT_MSG_EQ(wins[1], 0, "a miner of zero hash rate never wins");
        NS_TEST_EXPECT_MSG_EQ_TOL(ForkProbability(0.005, 0.0017),
                                  1 - std::exp(-0.005 / 0.0017),
                                  1e-15,
                                  "forks");
        CheckRefusals(random);
    }

    void CheckRefusals(RandomStream& random)
    {
        const std::pair<std::function<void()>, const char*> refusals[] = {
            {[] { DeterministicMiningS(1, 0, 0, 1); }, "hash rate 0: must be positive and finite"},
            {[] { DeterministicMiningS(1, 1, -1, 1); },
             "propagation delay -1: must be at least 0 and finite"},
            {[&] { DrawMiningRace({0, 0}, 1, random); },
             "hash rates of 2 miners add up to 0: must be positive and finite"},
            {[&] { DrawMiningRace({-1}, 1, random); },
             "hash rate -1: must be at least 0 and finite"},
            {[] { HashesForInterval({1}, 0); }, "block interval 0: must be positive and finite"},
            {[] { ForkProbability(1, 0); }, "block interval 0: must be positive and finite"}};
        for (const auto& [action, message] : refusals)
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf(action), message, "");
        }
        BlockHeader header;
        header.targetBits = MAX_TARGET_BITS + 1;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SearchNonce(header); }),
                              "target of 65 zero bits: must be at most 64",
                              "");
    }
};

/// Without libsodium everything says what is missing.
class NoSodiumTestCase : public TestCase
{
  public:
    NoSodiumTestCase()
        : TestCase("Without libsodium: the package is named")
    {
    }

  private:
    void DoRun() override
    {
        const std::string message = "ledger: this was built without libsodium: must be installed "
                                    "(Debian: libsodium-dev) when fl is built";
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { CheckChain({}); }), message, "check");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { MakeSigningKey({}); }), message, "keys");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { MerkleRoot({}); }), message, "hashes");
    }
};

/// The suite.
class LedgerTestSuite : public TestSuite
{
  public:
    LedgerTestSuite()
        : TestSuite("fl-ledger", TestSuite::Type::UNIT)
    {
        if (!SodiumIsAvailable())
        {
            AddTestCase(new NoSodiumTestCase);
            return;
        }
        AddTestCase(new SodiumTestCase);
        AddTestCase(new MerkleTestCase);
        AddTestCase(new RulesTestCase);
        AddTestCase(new ForkTestCase);
        AddTestCase(new FileTestCase);
        AddTestCase(new BitFlipTestCase);
        AddTestCase(new MiningTestCase);
    }
};

LedgerTestSuite g_ledgerTestSuite; //!< registers the suite

} // namespace
