/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-random-stream.h"
#include "ns3/fl-split-codec.h"
#include "ns3/test.h"

#include <cmath>
#include <limits>

/**
 * @file
 * @ingroup fl
 * Payloads of split learning: sizes, bits, scale, and what is refused.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// @return a matrix of normal variates
/// @param rows of it
/// @param columns of it
/// @param scale their standard deviation
Eigen::MatrixXf
MakeMatrix(Eigen::Index rows, Eigen::Index columns, double scale)
{
    RandomStream random(3);
    Eigen::MatrixXf matrix(rows, columns);
    for (Eigen::Index i = 0; i < matrix.size(); ++i)
    {
        matrix.data()[i] = static_cast<float>(scale * random.Normal());
    }
    return matrix;
}

/// @return what comes back of a matrix
Eigen::MatrixXf
ThereAndBack(Encoding encoding, const Eigen::MatrixXf& matrix)
{
    const auto bytes = EncodeMatrix(encoding, matrix, "features");
    return DecodeMatrix(encoding,
                        bytes.data(),
                        bytes.size(),
                        static_cast<uint32_t>(matrix.rows()),
                        static_cast<uint32_t>(matrix.cols()),
                        "features");
}

/// What comes back, in either encoding, of any scale.
class ScaleTestCase : public TestCase
{
  public:
    ScaleTestCase()
        : TestCase("matrices come back, of any scale")
    {
    }

  private:
    void DoRun() override
    {
        // From the smallest normal float32 to near its largest.
        for (const double scale : {1e-37, 1e-20, 1e-6, 1.0, 1e4, 1e10, 1e37})
        {
            const auto matrix = MakeMatrix(8, 5, scale);
            NS_TEST_EXPECT_MSG_EQ((ThereAndBack(Encoding::FLOAT32, matrix) == matrix),
                                  true,
                                  "float32 is exact at " << scale);
            const auto back = ThereAndBack(Encoding::FLOAT16, matrix);
            const float largest = matrix.cwiseAbs().maxCoeff();
            for (Eigen::Index i = 0; i < matrix.size(); ++i)
            {
                // Half of the last of 11 digits; below 2^-14 / 2^14 of the largest half of 2^-38.
                const float tol = std::max(std::abs(matrix.data()[i]) * std::ldexp(1.0F, -11),
                                           largest * std::ldexp(1.0F, -38));
                NS_TEST_EXPECT_MSG_EQ_TOL(back.data()[i], matrix.data()[i], tol, "at " << scale);
            }
        }
        const Eigen::MatrixXf zero = Eigen::MatrixXf::Zero(3, 2);
        NS_TEST_EXPECT_MSG_EQ((ThereAndBack(Encoding::FLOAT16, zero) == zero), true, "zeros");
        Eigen::MatrixXf most = zero;
        most(0, 0) = std::numeric_limits<float>::max();
        // It rounds up to 2^128, which is none any more.
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ThereAndBack(Encoding::FLOAT16, most); }),
                              "features: a number is not finite: all must be",
                              "beyond float32");
    }
};

/// Sizes: those of the paper's models.
class SizesTestCase : public TestCase
{
  public:
    SizesTestCase()
        : TestCase("sizes of the BERT-base and ViT-B payloads, batch 32")
    {
    }

  private:
    void DoRun() override
    {
        const auto bits = [](uint32_t length) {
            return 8 * BatchPayloadBytes(Encoding::FLOAT32, 768, 32, uint64_t{32} * length);
        };
        const uint64_t header = 8 * (4 + 4 + 4 * 32);
        NS_TEST_EXPECT_MSG_EQ(bits(128), 100663296 + header, "BERT-base, 128 tokens");
        NS_TEST_EXPECT_MSG_EQ(bits(197), 154927104 + header, "ViT-B/16");
        NS_TEST_EXPECT_MSG_EQ(8 * MatrixPayloadBytes(Encoding::FLOAT32, 768 * 32),
                              786432 + 8 * 4,
                              "features, and their gradient");
        NS_TEST_EXPECT_MSG_EQ(MatrixPayloadBytes(Encoding::FLOAT16, 768 * 32),
                              2 * 768 * 32 + 4,
                              "half of it");
    }
};

/// Embeddings of samples of different lengths.
class BatchTestCase : public TestCase
{
  public:
    BatchTestCase()
        : TestCase("embeddings come back, and what is refused")
    {
    }

  private:
    static constexpr uint32_t WIDTH = 4;

    /// @return three samples of 3, 1 and 5 tokens
    static EmbeddedBatch MakeBatch()
    {
        EmbeddedBatch batch;
        batch.offsets = {0, 3, 4, 9};
        batch.tokens = MakeMatrix(WIDTH, 9, 1);
        return batch;
    }

    /// @return why bytes are refused
    static std::string Refusal(const std::vector<uint8_t>& bytes,
                               uint32_t positions = 5,
                               uint32_t samples = 3,
                               Encoding encoding = Encoding::FLOAT32)
    {
        return RefusalOf(
            [&] { DecodeBatch(encoding, bytes.data(), bytes.size(), WIDTH, positions, samples); });
    }

    void DoRun() override
    {
        const auto batch = MakeBatch();
        for (const auto encoding : {Encoding::FLOAT32, Encoding::FLOAT16})
        {
            const auto bytes = EncodeBatch(encoding, batch);
            NS_TEST_EXPECT_MSG_EQ(bytes.size(), BatchPayloadBytes(encoding, WIDTH, 3, 9), "size");
            const auto back = DecodeBatch(encoding, bytes.data(), bytes.size(), WIDTH, 5, 3);
            NS_TEST_EXPECT_MSG_EQ((back.offsets == batch.offsets), true, "lengths");
            NS_TEST_EXPECT_MSG_LT((back.tokens - batch.tokens).cwiseAbs().maxCoeff(),
                                  (encoding == Encoding::FLOAT32 ? 1e-30 : 1e-2),
                                  "numbers");
            NS_TEST_EXPECT_MSG_EQ(Refusal(bytes, 5, 3, encoding), "accepted", "as it is");
        }
        TestRefusals(EncodeBatch(Encoding::FLOAT32, batch));
        auto padded = batch;
        padded.mask.assign(9, 1);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { EncodeBatch(Encoding::FLOAT32, padded); }),
                              "embeddings with padding: must have none",
                              "padding");
        padded = batch;
        padded.tokens(1, 2) = std::numeric_limits<float>::quiet_NaN();
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { EncodeBatch(Encoding::FLOAT16, padded); }),
                              "embeddings: a number is not finite: all must be",
                              "NaN is not sent");
    }

    void TestRefusals(const std::vector<uint8_t>& good)
    {
        const auto changed = [&good](size_t index, uint8_t value) {
            auto bytes = good;
            bytes.at(index) = value;
            return bytes;
        };
        NS_TEST_EXPECT_MSG_EQ(Refusal({}), "embeddings of 0 bytes: must be at least 8", "none");
        auto cut = good;
        cut.pop_back();
        NS_TEST_EXPECT_MSG_EQ(Refusal(cut), "embeddings of 163 bytes: must be 164", "cut");
        NS_TEST_EXPECT_MSG_EQ(Refusal(good, 4),
                              "embeddings: 5 tokens in sample 2: must be 1 to 4",
                              "too long");
        NS_TEST_EXPECT_MSG_EQ(Refusal(good, 5, 2),
                              "embeddings of 3 samples: must be 1 to 2",
                              "too many");
        NS_TEST_EXPECT_MSG_EQ(Refusal(changed(12, 0)),
                              "embeddings: 0 tokens in sample 1: must be 1 to 5",
                              "empty");
        NS_TEST_EXPECT_MSG_EQ(Refusal(changed(4, 0)),
                              "embeddings of 0 samples: must be 1 to 3",
                              "no samples");
        NS_TEST_EXPECT_MSG_EQ(Refusal(changed(0, 1)),
                              "embeddings: scale 2^1: must be one of float32, and 0 behind it",
                              "a scale");
        NS_TEST_EXPECT_MSG_EQ(Refusal(changed(2, 1)),
                              "embeddings: scale 2^0: must be one of float32, and 0 behind it",
                              "what is behind");
        auto infinite = changed(good.size() - 1, 0x7F);
        infinite[good.size() - 2] = 0x80;
        NS_TEST_EXPECT_MSG_EQ(Refusal(infinite).rfind("received parameter 35 is", 0),
                              0,
                              "not finite");
    }
};

/// Bytes changed at random: whatever is accepted is valid and finite, all else is refused in words.
class ChangedBytesTestCase : public TestCase
{
  public:
    ChangedBytesTestCase()
        : TestCase("bytes changed at random")
    {
    }

  private:
    static constexpr uint32_t WIDTH = 3;

    void DoRun() override
    {
        EmbeddedBatch batch;
        batch.offsets = {0, 2, 3, 6};
        batch.tokens = MakeMatrix(WIDTH, 6, 1);
        RandomStream random(9);
        uint32_t accepted = 0;
        uint32_t refused = 0;
        for (const auto encoding : {Encoding::FLOAT32, Encoding::FLOAT16})
        {
            const auto good = EncodeBatch(encoding, batch);
            for (int trial = 0; trial < 20000; ++trial)
            {
                auto bytes = good;
                for (uint64_t i = random.Below(4) + 1; i > 0; --i)
                {
                    // As often in the header as in the numbers.
                    const uint64_t range = random.Below(2) ? bytes.size() : 20;
                    bytes[random.Below(range)] = static_cast<uint8_t>(random.Next());
                }
                bytes.resize(random.Below(8) ? bytes.size() : random.Below(2 * bytes.size()));
                const auto why = RefusalOf([&] {
                    const auto back =
                        DecodeBatch(encoding, bytes.data(), bytes.size(), WIDTH, 4, 8);
                    back.Validate(WIDTH, 4);
                    NS_TEST_EXPECT_MSG_EQ((back.Samples() <= 8), true, "as many as allowed");
                });
                ++(why == "accepted" ? accepted : refused);
            }
        }
        NS_TEST_EXPECT_MSG_GT(accepted, 1000, "some are still valid");
        NS_TEST_EXPECT_MSG_GT(refused, 1000, "some are not");
    }
};

/// The suite.
class SplitCodecTestSuite : public TestSuite
{
  public:
    SplitCodecTestSuite()
        : TestSuite("fl-split-codec", TestSuite::Type::UNIT)
    {
        AddTestCase(new ScaleTestCase);
        AddTestCase(new SizesTestCase);
        AddTestCase(new BatchTestCase);
        AddTestCase(new ChangedBytesTestCase);
    }
};

SplitCodecTestSuite g_splitCodecTestSuite; //!< registers itself

} // namespace
