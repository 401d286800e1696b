/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-data-file.h"
#include "ns3/fl-lzma2.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-r-data.h"
#include "ns3/fl-reviews.h"
#include "ns3/fl-synthetic-text.h"
#include "ns3/fl-token-file.h"
#include "ns3/fl-zlib.h"
#include "ns3/test.h"

#include <cmath>
#include <filesystem>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// Whether a text has a part.
bool
Has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

/// Raw LZMA2, packed by Python's liblzma.
class Lzma2TestCase : public TestCase
{
  public:
    Lzma2TestCase()
        : TestCase("LZMA2: chunks of all kinds, damage")
    {
    }

  private:
    void DoRun() override
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        const auto packed = ReadDataFile(CreateDataDirFilename("golden/r-data/chunks.lzma2"));
        constexpr size_t SIZE = 3075000;
        const auto unpack = [&](size_t packedSize, size_t size) {
            return UnpackLzma2(packed.data(), packedSize, size, "x");
        };
        const auto bytes = unpack(packed.size(), SIZE);
        NS_TEST_EXPECT_MSG_EQ(Crc32(bytes.data(), bytes.size()), 0x3c748f4e, "CRC-32");
        const std::string damaged = "x: packed data (LZMA2) are damaged or truncated";
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { unpack(packed.size() / 2, SIZE); }), damaged, "cut");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { unpack(packed.size() - 1, SIZE); }),
                              damaged,
                              "without its end");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { unpack(packed.size(), SIZE - 1); }),
                              damaged,
                              "too much");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { unpack(packed.size(), SIZE + 1); }),
                              "x: packed data (LZMA2): must unpack to 3075001 bytes",
                              "too little");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { unpack(0, 0); }), damaged, "nothing");
    }
};

/// R's lazy-load files, and reviews in them.
class ReviewsTestCase : public TestCase
{
  public:
    ReviewsTestCase()
        : TestCase("R's data: objects, reviews, refusals")
    {
    }

  private:
    void DoRun() override
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        const std::string package = CreateDataDirFilename("golden/r-data");
        const std::string path = package + "/Rdata";
        const auto objects = ReadRLazyData(path, {"training_data", "testing_data", "plain"});
        const auto& reviews = objects[0].Item("review", path).texts;
        NS_TEST_ASSERT_MSG_EQ(reviews.size(), 6, "by xz");
        NS_TEST_EXPECT_MSG_EQ(reviews[3], "It is caf\xc3\xa9 coffee, good coffee", "UTF-8");
        NS_TEST_EXPECT_MSG_EQ(reviews[4], "", "NA");
        NS_TEST_EXPECT_MSG_EQ(objects[0].Item("product", path).numbers[5], 0.5, "numbers");
        NS_TEST_EXPECT_MSG_EQ(objects[1].Item("review", path).texts[1], "bad", "by zlib");
        NS_TEST_EXPECT_MSG_EQ(objects[2].Item("score", path).integers[1], 2, "as it is");
        CheckRefusals(path);
        CheckConversion(package);
    }

    /// What is refused.
    void CheckRefusals(const std::string& path)
    {
        const auto refusal = [&](const std::string& name) {
            return RefusalOf([&] { ReadRLazyData(path, {name}); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal("iris"),
                              path + ".rdx: R object 'iris' is missing",
                              "no such object");
        NS_TEST_EXPECT_MSG_EQ(refusal("bzip2"),
                              path + ".rdb: object packed in the way 0x32: must be by zlib or xz",
                              "bzip2");
        NS_TEST_EXPECT_MSG_EQ(Has(refusal("outside"), "6 bytes: must lie in the file's"),
                              true,
                              "outside");
        const auto text = [](const std::string& bytes) {
            return RefusalOf(
                [&] { ParseRObject(std::vector<uint8_t>(bytes.begin(), bytes.end()), "y"); });
        };
        NS_TEST_EXPECT_MSG_EQ(text("A\n"),
                              "y: is no binary serialization of R: must begin with X",
                              "another format");
        NS_TEST_EXPECT_MSG_EQ(text("X\n"), "y: truncated R object", "truncated");
        const std::string start("X\n\0\0\0\2\0\0\0\0\0\0\0\0", 14);
        NS_TEST_EXPECT_MSG_EQ(text(start + std::string("\0\0\0\3", 4)),
                              "y: R object of type 3: must be vectors, lists and texts",
                              "a function");
        NS_TEST_EXPECT_MSG_EQ(text(start + std::string("\0\0\0\x0d\x7f\0\0\0", 8)),
                              "y: truncated R object",
                              "a vector longer than the file");
        std::string deep = start;
        for (int i = 0; i < 100; i++)
        {
            deep += std::string("\0\0\0\x13\0\0\0\1", 8);
        }
        NS_TEST_EXPECT_MSG_EQ(text(deep), "y: R object of more than 64 lists in lists", "deep");
    }

    /// Into the cache.
    void CheckConversion(const std::string& package)
    {
        const std::string cache = CreateTempDirFilename("cache");
        std::filesystem::remove_all(cache);
        NS_TEST_EXPECT_MSG_EQ(EnsureReviews("/nowhere", cache), "", "not there");
        const std::string folder = EnsureReviews(package, cache);
        const TrainTest data = ReadTokens(folder);
        NS_TEST_EXPECT_MSG_EQ((data.train.Labels() == std::vector<uint8_t>{1, 0, 1, 1, 0, 0}),
                              true,
                              "great is 1");
        NS_TEST_EXPECT_MSG_EQ((data.test.Labels() == std::vector<uint8_t>{1, 0}), true, "test");
        NS_TEST_EXPECT_MSG_EQ(data.train.ColumnCount(4), 2, "an empty text has two tokens");
        NS_TEST_EXPECT_MSG_EQ(data.train.ColumnCount(5), 512, "a long text is cut");
        const WordPiece tokenizer = WordPiece::FromFile(folder + "/vocab.txt");
        NS_TEST_EXPECT_MSG_EQ(tokenizer.Size(), data.train.Tokens().vocabulary, "vocabulary");
        NS_TEST_EXPECT_MSG_EQ(tokenizer.Tokenize("good").size(), 1, "a frequent word");
        NS_TEST_EXPECT_MSG_EQ(tokenizer.Tokenize("tea").size(), 3, "a new word is spelled");
        // A later run needs no package.
        NS_TEST_EXPECT_MSG_EQ(EnsureReviews("/nowhere", cache), folder, "from the cache");
        const Dataset cut = CutTexts(data.train, 3);
        NS_TEST_EXPECT_MSG_EQ(cut.ColumnCount(5), 3, "cut");
        NS_TEST_EXPECT_MSG_EQ(cut.Features()(0, cut.FirstColumn(5)), 2, "[CLS]");
        NS_TEST_EXPECT_MSG_EQ(cut.Features()(0, cut.FirstColumn(5) + 2), 3, "[SEP]");
        NS_TEST_EXPECT_MSG_EQ(cut.ColumnCount(4), 2, "a short one is as it was");
        NS_TEST_EXPECT_MSG_EQ(cut.Tokens().positions, 3, "positions");
        NS_TEST_EXPECT_MSG_EQ(Has(RefusalOf([&] {
                                      WriteDataFile(cache + "/Rdata.rdx", {1, 2, 3});
                                      EnsureReviews(cache, cache + "/other");
                                  }),
                                  cache + "/Rdata.rdx: is no binary serialization"),
                              true,
                              "damaged");
        NS_TEST_EXPECT_MSG_EQ(std::filesystem::exists(cache + "/other/reviews-v1"),
                              false,
                              "nothing is left half-way");
    }
};

/// A vocabulary from texts.
class VocabularyTestCase : public TestCase
{
  public:
    VocabularyTestCase()
        : TestCase("vocabulary learned from texts")
    {
    }

  private:
    void DoRun() override
    {
        const std::vector<std::string> texts{"ab ab ba", "BA ab c cab"};
        const std::vector<std::string> expected{"[PAD]",
                                                "[UNK]",
                                                "[CLS]",
                                                "[SEP]",
                                                "[MASK]",
                                                "a",
                                                "##a",
                                                "b",
                                                "##b",
                                                "c",
                                                "##c",
                                                "ab",
                                                "ba"};
        NS_TEST_EXPECT_MSG_EQ((LearnVocabulary(texts, 100, 2) == expected), true, "by frequency");
        NS_TEST_EXPECT_MSG_EQ(LearnVocabulary(texts, 100, 1).size(), 14, "all words");
        NS_TEST_EXPECT_MSG_EQ(LearnVocabulary(texts, 12, 1).back(), "ab", "at most so many");
    }
};

/// Texts that are made.
class SyntheticTextTestCase : public TestCase
{
  public:
    SyntheticTextTestCase()
        : TestCase("synthetic texts: sizes, lengths, what they depend on")
    {
    }

  private:
    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(SyntheticTextNames(),
                              "synthetic-mrpc, synthetic-sst2, synthetic-qnli, synthetic-reviews",
                              "names");
        NS_TEST_EXPECT_MSG_EQ(ParseSyntheticText("mrpc").has_value(), false, "no such name");

        /// A set, its size, and bounds of its mean length [token] and of the share of class 1.
        struct Expected
        {
            const char* name;
            uint32_t train;
            uint32_t test;
            double leastLength;
            double mostLength;
            double leastShare;
            double mostShare;
        };

        // MRPC has about 53 tokens and 67 % of paraphrases; SST-2 13 and 56 %; QNLI 50 and 50 %.
        for (const Expected& expected :
             {Expected{"synthetic-mrpc", 4076, 1725, 40, 55, 0.62, 0.70},
              Expected{"synthetic-sst2", 67350, 1821, 10, 15, 0.45, 0.60},
              Expected{"synthetic-qnli", 104743, 5463, 40, 55, 0.46, 0.54},
              Expected{"synthetic-reviews", 4000, 1000, 50, 90, 0.45, 0.60}})
        {
            const auto set = ParseSyntheticText(expected.name);
            NS_TEST_ASSERT_MSG_EQ(set.has_value(), true, expected.name);
            NS_TEST_EXPECT_MSG_EQ(OwnSize(*set).train, expected.train, expected.name);
            NS_TEST_EXPECT_MSG_EQ(OwnSize(*set).test, expected.test, expected.name);
            const Dataset data = MakeSyntheticText(*set, 1, 0, 3000);
            NS_TEST_EXPECT_MSG_EQ(data.Size(), 3000, "texts");
            const double length = static_cast<double>(data.Features().cols()) / data.Size();
            NS_TEST_EXPECT_MSG_EQ((length > expected.leastLength && length < expected.mostLength),
                                  true,
                                  expected.name << ": " << length << " tokens");
            double ones = 0;
            for (const uint8_t label : data.Labels())
            {
                ones += label;
            }
            const double share = ones / data.Size();
            NS_TEST_EXPECT_MSG_EQ((share > expected.leastShare && share < expected.mostShare),
                                  true,
                                  expected.name << ": " << share << " of class 1");
            ThreadPool pool(2);
            const Dataset other = MakeSyntheticText(*set, 1, 50, 1500, &pool);
            NS_TEST_EXPECT_MSG_EQ(
                (other.Subset({0, 7}).Features() == data.Subset({50, 57}).Features()),
                true,
                "by number alone");
            NS_TEST_EXPECT_MSG_EQ(
                (MakeSyntheticText(*set, 2, 50, 1500).Features().cols() == other.Features().cols()),
                false,
                "by seed");
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { MakeSyntheticText(SyntheticText::MRPC, 1, 0, 0); }),
                              "synthetic-mrpc: 0 texts: must be at least 1",
                              "none");
        CheckRules();
    }

    /// Labels are more than noise: what the rules say tells them.
    void CheckRules()
    {
        const Dataset tones = MakeSyntheticText(SyntheticText::SST2, 1, 0, 3000);
        uint32_t right = 0;
        uint32_t clear = 0;
        for (uint32_t sample = 0; sample < tones.Size(); sample++)
        {
            int balance = 0;
            for (uint32_t i = 0; i < tones.ColumnCount(sample); i++)
            {
                const auto word =
                    static_cast<int>(tones.Features()(0, tones.FirstColumn(sample) + i)) - 5;
                balance += word < 1200 ? 0 : (word - 1200) / 2 % 2 == 0 ? 1 : -1;
            }
            clear += balance != 0;
            right += balance != 0 && (balance > 0) == (tones.Labels()[sample] == 1);
        }
        NS_TEST_EXPECT_MSG_EQ((clear > 1500 && right > 0.85 * clear && right < clear),
                              true,
                              right << " of " << clear);
        const Dataset pairs = MakeSyntheticText(SyntheticText::QNLI, 1, 0, 100);
        const auto first = pairs.Features().middleCols(0, pairs.ColumnCount(0));
        NS_TEST_EXPECT_MSG_EQ(first(1, 0), 0, "a question");
        NS_TEST_EXPECT_MSG_EQ(first(1, first.cols() - 1), 1, "and a text");
        NS_TEST_EXPECT_MSG_EQ(first(0, first.cols() - 1), 3, "[SEP]");
    }
};

/// All of these.
class TextSetsTestSuite : public TestSuite
{
  public:
    TextSetsTestSuite()
        : TestSuite("fl-text-sets", TestSuite::Type::UNIT)
    {
        AddTestCase(new Lzma2TestCase);
        AddTestCase(new ReviewsTestCase);
        AddTestCase(new VocabularyTestCase);
        AddTestCase(new SyntheticTextTestCase);
    }
};

TextSetsTestSuite g_textSetsTestSuite; //!< the suite

} // namespace
