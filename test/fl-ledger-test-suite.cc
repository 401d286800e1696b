/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ledger-file.h"
#include "ns3/fl-merkle.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/test.h"

#include <algorithm>
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
        block.ApproveWith(m_keys.at(block.header.leader));
        SearchNonce(block.header);
        const auto miner = m_keys.find(block.header.miner);
        block.SignWith(miner == m_keys.end() ? m_keys.at(DEVICE) : miner->second);
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
               "not signed by its miner, device 0");
        Block foreign = *mine([](Block&) {});
        foreign.approval = foreign.signature;
        Refuse(ledger,
               std::make_shared<const Block>(foreign),
               "not approved by its leader, server 0");
        NS_TEST_EXPECT_MSG_EQ(mine([](Block&) {})->FindTemplateFault(ledger.GetKeys()),
                              "",
                              "a sound template");
        Block lazy = ledger.MakeNext(SERVER, DEVICE, 100, {});
        while (MeetsTarget(lazy.header.GetHash(), TARGET_BITS))
        {
            ++lazy.header.nonce;
        }
        lazy.SignWith(parties.GetKeys().at(DEVICE));
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
        Expect(changed(8, 1), "version 1: must be 2");
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
        AddTestCase(new RulesTestCase);
        AddTestCase(new ForkTestCase);
        AddTestCase(new FileTestCase);
        AddTestCase(new BitFlipTestCase);
    }
};

LedgerTestSuite g_ledgerTestSuite; //!< registers the suite

} // namespace
