/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-block.h"
#include "ns3/fl-merkle.h"
#include "ns3/fl-mining.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <functional>

/**
 * @file
 * @ingroup fl
 * What blocks are made of: hashes, signatures, Merkle trees; and how long mining takes.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

using Bytes = std::vector<uint8_t>; ///< any bytes

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

/// Times of mining: (27), the race's distribution, forks.
class MiningTestCase : public TestCase
{
  public:
    /// @param hasSodium whether nonces can be searched
    explicit MiningTestCase(bool hasSodium)
        : TestCase("Mining: deterministic, by race, forks"),
          m_hasSodium(hasSodium)
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
        if (!m_hasSodium)
        {
            return;
        }
        BlockHeader header;
        header.targetBits = MAX_TARGET_BITS + 1;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SearchNonce(header); }),
                              "target of 65 zero bits: must be at most 64",
                              "");
    }

    const bool m_hasSodium; //!< whether nonces can be searched
};

/// The suite.
class MiningTestSuite : public TestSuite
{
  public:
    MiningTestSuite()
        : TestSuite("fl-mining", TestSuite::Type::UNIT)
    {
        if (SodiumIsAvailable())
        {
            AddTestCase(new SodiumTestCase);
            AddTestCase(new MerkleTestCase);
        }
        AddTestCase(new MiningTestCase(SodiumIsAvailable()));
    }
};

MiningTestSuite g_miningTestSuite; //!< registers the suite

} // namespace
