/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-data.h"
#include "fl-test-refusal.h"

#include "ns3/fl-data-file.h"
#include "ns3/fl-dataset.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-text-table.h"
#include "ns3/fl-token-file.h"
#include "ns3/fl-word-piece.h"
#include "ns3/test.h"

#include <fstream>
#include <nlohmann/json.hpp>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// Ids of tokens.
using Ids = std::vector<uint32_t>;

/// A first line.
const std::string HEADER = "tokens vocabulary=100 positions=4 types=2 classes=3\n";

/// Write a text without the code under test.
std::string
WriteText(const std::string& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

/// Texts against BERT's tokenizer, computed elsewhere.
class GoldenWordPieceTestCase : public TestCase
{
  public:
    GoldenWordPieceTestCase()
        : TestCase("WordPiece: golden texts")
    {
    }

  private:
    void DoRun() override
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        std::ifstream file(CreateDataDirFilename("golden/word-piece.json"));
        const auto golden = nlohmann::json::parse(file);
        const auto vocabulary = golden["vocabulary"].get<std::vector<std::string>>();
        const WordPiece uncased(vocabulary, "golden", true);
        const WordPiece cased(vocabulary, "golden", false);
        NS_TEST_ASSERT_MSG_EQ((golden["cases"].size() > 400), true, "cases");
        for (const auto& entry : golden["cases"])
        {
            const auto text = entry["text"].get<std::string>();
            const auto name = entry["text"].dump();
            for (const bool isUncased : {true, false})
            {
                const auto& expected = entry[isUncased ? "uncased" : "cased"];
                NS_TEST_EXPECT_MSG_EQ(nlohmann::json(SplitWords(text, isUncased)).dump(),
                                      expected["words"].dump(),
                                      "words of " << name);
                NS_TEST_EXPECT_MSG_EQ(
                    nlohmann::json((isUncased ? uncased : cased).Tokenize(text)).dump(),
                    expected["ids"].dump(),
                    "ids of " << name);
            }
        }
    }
};

/// Special tokens, pairs, what is cut off, and what is refused.
class WordPieceTestCase : public TestCase
{
  public:
    WordPieceTestCase()
        : TestCase("WordPiece: sequences, pairs, refusals")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("vocab.txt");
        WriteText(path, "[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\nb\r\n##b\r\n");
        const WordPiece tokenizer = WordPiece::FromFile(path);
        NS_TEST_EXPECT_MSG_EQ(tokenizer.Size(), 6, "tokens");
        const TokenSequence one = tokenizer.Encode("A abb c", 128);
        NS_TEST_EXPECT_MSG_EQ((one.ids == Ids{1, 3, 3, 5, 5, 0, 2}), true, "one text");
        NS_TEST_EXPECT_MSG_EQ((one.types == std::vector<uint8_t>(7, 0)), true, "of type 0");
        const TokenSequence pair = tokenizer.Encode("a", "b b", 128);
        NS_TEST_EXPECT_MSG_EQ((pair.ids == Ids{1, 3, 2, 4, 4, 2}), true, "a pair");
        NS_TEST_EXPECT_MSG_EQ((pair.types == std::vector<uint8_t>{0, 0, 0, 1, 1, 1}),
                              true,
                              "types");
        NS_TEST_EXPECT_MSG_EQ((tokenizer.Encode("a a a", 4).ids == Ids{1, 3, 3, 2}), true, "cut");
        NS_TEST_EXPECT_MSG_EQ((tokenizer.Encode("a a a", "b", 6).ids == Ids{1, 3, 3, 2, 4, 2}),
                              true,
                              "the longer one is cut");
        NS_TEST_EXPECT_MSG_EQ((tokenizer.Encode("a a", "b b", 6).ids == Ids{1, 3, 3, 2, 4, 2}),
                              true,
                              "of equals the second");
        NS_TEST_EXPECT_MSG_EQ((tokenizer.Encode("", "", 3).ids == Ids{1, 2, 2}),
                              true,
                              "empty texts");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { tokenizer.Encode("a", "b", 2); }),
                              "text of at most 2 tokens: must be at least 3",
                              "too short");
        const auto refusal = [&](const std::string& text) {
            return RefusalOf([&] { WordPiece::FromFile(WriteText(path, text)); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal("[UNK]\n[SEP]\n"),
                              path + ": [CLS] is missing: must have [UNK], [CLS] and [SEP] (2 "
                                     "tokens are there)",
                              "a special token");
        NS_TEST_EXPECT_MSG_EQ(refusal("a\n\nb\n"),
                              path + ": line 2: is empty: must be one token a line, each once",
                              "an empty line");
        NS_TEST_EXPECT_MSG_EQ(refusal("a\nb\na\n"),
                              path + ": line 3: is there twice: must be one token a line, each "
                                     "once",
                              "twice");
    }
};

/// Data sets of tokens.
class TokenDatasetTestCase : public TestCase
{
  public:
    TokenDatasetTestCase()
        : TestCase("data set of tokens: contents, parts, files")
    {
    }

  private:
    void DoRun() override
    {
        const TokenTable table{{5, 6, 7, 8, 9, 10}, {0, 1, 1, 0, 0, 0}, {0, 3, 4, 6}};
        const Dataset data = Dataset::FromTokens(table, {2, 0, 1}, 3, TokenShape{11, 4, 2}, "x");
        NS_TEST_EXPECT_MSG_EQ(data.Tokens().IsText(), true, "kind");
        NS_TEST_EXPECT_MSG_EQ(data.Size(), 3, "samples");
        NS_TEST_EXPECT_MSG_EQ(data.Dimension(), 2, "id and type");
        NS_TEST_EXPECT_MSG_EQ(data.FirstColumn(2), 4, "first column");
        NS_TEST_EXPECT_MSG_EQ(data.ColumnCount(0), 3, "columns");
        NS_TEST_EXPECT_MSG_EQ(data.Features()(0, 2), 7, "id");
        NS_TEST_EXPECT_MSG_EQ(data.Features()(1, 2), 1, "type");
        const Dataset part = data.Subset({2, 0, 2});
        NS_TEST_EXPECT_MSG_EQ(part.Features().cols(), 7, "columns of a part");
        NS_TEST_EXPECT_MSG_EQ(part.Features()(0, 2), 5, "the second sample's first token");
        NS_TEST_EXPECT_MSG_EQ(part.FirstColumn(3), 7, "the end");
        NS_TEST_EXPECT_MSG_EQ(part.Tokens().positions, 4, "limits");
        // The same partition as of any data with these labels.
        NS_TEST_EXPECT_MSG_EQ((Partitioner(PartitionSpec()).Split(data.Labels(), 2, 1).size()),
                              2,
                              "a partition");
        CheckFiles(data);
        CheckRefusals(table);
    }

    /// Written and read back, plain and gzipped.
    void CheckFiles(const Dataset& data)
    {
        const std::string path = CreateTempDirFilename("a.tokens");
        WriteTokenFile(data, path);
        const auto bytes = ReadDataFile(path);
        NS_TEST_EXPECT_MSG_EQ(std::string(bytes.begin(), bytes.end()),
                              "tokens vocabulary=11 positions=4 types=2 classes=3\n"
                              "2 3 5 6 7 0 1 1\n"
                              "0 1 8\n"
                              "1 2 9 10\n",
                              "as documented");
        for (const bool gzipped : {false, true})
        {
            const std::string folder = CreateTempDirFilename("");
            WriteTokens({data, data.Subset({1})}, folder, gzipped);
            NS_TEST_EXPECT_MSG_EQ(HoldsTokens(folder), true, "found");
            const TrainTest back = ReadTokens(folder);
            NS_TEST_EXPECT_MSG_EQ((back.train.Features() == data.Features()), true, "tokens");
            NS_TEST_EXPECT_MSG_EQ((back.train.Labels() == data.Labels()), true, "labels");
            NS_TEST_EXPECT_MSG_EQ(back.train.Classes(), 3, "classes");
            NS_TEST_EXPECT_MSG_EQ(back.train.Tokens().positions, 4, "positions");
            NS_TEST_EXPECT_MSG_EQ(back.test.Features()(0, 0), 8, "test data");
        }
    }

    /// What FromTokens() refuses.
    void CheckRefusals(const TokenTable& table)
    {
        const auto refusal = [&](const TokenTable& tokens, const TokenShape& shape) {
            return RefusalOf([&] { Dataset::FromTokens(tokens, {2, 0, 1}, 3, shape, "x"); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal(table, {11, 2, 2}),
                              "x: 3 tokens in sample 0: must be at most 2, the number of positions",
                              "length");
        NS_TEST_EXPECT_MSG_EQ(refusal(table, {10, 4, 2}),
                              "x: token id 10 in sample 2: must be below 10, the vocabulary's size",
                              "id");
        NS_TEST_EXPECT_MSG_EQ(refusal(table, {11, 4, 1}),
                              "x: token type 1: must be below 1, the number of types",
                              "type");
        NS_TEST_EXPECT_MSG_EQ(refusal({{5}, {}, {0, 1, 1, 1}}, {11, 4, 2}),
                              "x: 0 tokens in sample 1: must be at least 1",
                              "empty");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Dataset::FromTokens(table, {3, 0, 1}, 3, TokenShape{11, 4, 2}, "x"); }),
            "x: label 3 of sample 0: must be between 0 and 2",
            "label");
    }
};

/// Damaged files of tokens.
class TokenFileRefusalTestCase : public TestCase
{
  public:
    TokenFileRefusalTestCase()
        : TestCase("file of tokens: what is refused")
    {
    }

  private:
    /// Complain unless a file is refused with a text.
    void Expect(const std::string& text, const std::string& message)
    {
        const std::string path = CreateTempDirFilename("x.tokens");
        WriteText(path, text);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadTokenFile(path); }), path + ": " + message, text);
    }

    void DoRun() override
    {
        const std::string form = "must be 'tokens vocabulary=N positions=N types=N classes=N'";
        Expect("", "line 1: " + form);
        Expect("1 2 3\n", "line 1: " + form);
        Expect("tokens vocabulary=100 positions=4 types=2\n", "line 1: " + form);
        Expect("tokens vocabulary=1e2 positions=4 types=2 classes=3\n", "line 1: " + form);
        Expect("tokens vocabulary=16777217 positions=4 types=2 classes=3\n",
               "line 1: vocabulary 16777217: must be between 1 and 16777216");
        Expect("tokens vocabulary=100 positions=0 types=2 classes=3\n",
               "line 1: positions 0: must be between 1 and 1048576");
        Expect(HEADER, "no samples: must be at least 1");
        Expect(HEADER + "0 1 99\n3 1 5\n",
               "line 3: label '3': must be a whole number between 0 and 2");
        Expect(HEADER + "0 0\n", "line 2: length '0': must be a whole number between 1 and 4");
        Expect(HEADER + "0 5 1 2 3 4 5\n",
               "line 2: length '5': must be a whole number between 1 and 4");
        Expect(HEADER + "0 2 1 100\n",
               "line 2: token id '100': must be a whole number between 0 and 99");
        Expect(HEADER + "0 2 1\n", "line 2: token id '': must be a whole number between 0 and 99");
        Expect(HEADER + "0 2 1 -1\n",
               "line 2: token id '-1': must be a whole number between 0 and 99");
        Expect(HEADER + "0 2 1 1 0 2\n",
               "line 2: token type '2': must be a whole number between 0 and 1");
        Expect(HEADER + "0 2 1 1 0\n",
               "line 2: token type '': must be a whole number between 0 and 1");
        Expect(
            HEADER + "0 1 1 0 7 8\n",
            "line 2: '7' behind the last type: must have 1 token ids, and none or as many types");
        Expect(HEADER + "\n0 1 1\n", "line 2: label '': must be a whole number between 0 and 2");
        const std::string folder = fl::test::FreshFolder(CreateTempDirFilename("missing")) + "/";
        WriteText(folder + "train.tokens", HEADER + "0 1 1\n");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadTokens(folder); }),
                              "data folder " + folder +
                                  ": test.tokens is missing: must hold train.tokens and "
                                  "test.tokens, plain or .gz",
                              "a missing part");
        WriteText(folder + "test.tokens",
                  "tokens vocabulary=99 positions=4 types=2 classes=3\n0 1 1\n");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadTokens(folder); }),
                              folder +
                                  "test.tokens: line 1: tokens vocabulary=99 positions=4 "
                                  "types=2 classes=3: must be as in " +
                                  folder +
                                  "train.tokens: tokens vocabulary=100 positions=4 types=2 "
                                  "classes=3",
                              "another vocabulary");
        // Blanks of any kind, and no line feed at the end.
        WriteText(folder + "test.tokens", HEADER + "0\t2  1 2\r\n1 1 3 1");
        NS_TEST_EXPECT_MSG_EQ(ReadTokens(folder).test.Features()(1, 2), 1, "blanks");
    }
};

/// Tables of texts, as GLUE's.
class TextTableTestCase : public TestCase
{
  public:
    TextTableTestCase()
        : TestCase("tables of texts: columns, labels, refusals")
    {
    }

  private:
    void DoRun() override
    {
        const WordPiece tokenizer({"[UNK]", "[CLS]", "[SEP]", "a", "b", "c"});
        const std::string path = CreateTempDirFilename("x.tsv");
        const auto read = [&](const std::string& text, uint32_t classes = 0) {
            return ReadTextTable(WriteText(path, text), tokenizer, 6, classes);
        };
        const Dataset single = read("sentence\tlabel\na b\t1\nc\t0\n\n");
        NS_TEST_EXPECT_MSG_EQ((single.Labels() == std::vector<uint8_t>{1, 0}), true, "SST-2");
        NS_TEST_EXPECT_MSG_EQ(single.ColumnCount(0), 4, "one text");
        NS_TEST_EXPECT_MSG_EQ(single.Tokens().positions, 6, "positions");
        const Dataset question = read("index\tquestion\tsentence\tlabel\r\n"
                                      "0\ta\tb\tnot_entailment\r\n1\ta\tc\tentailment\r\n");
        NS_TEST_EXPECT_MSG_EQ((question.Labels() == std::vector<uint8_t>{1, 0}), true, "QNLI");
        NS_TEST_EXPECT_MSG_EQ(question.Features()(0, 3), 4, "the second text");
        NS_TEST_EXPECT_MSG_EQ(question.Features()(1, 3), 1, "is of type 1");
        const Dataset pair = read("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n"
                                  "1\t7\t8\ta a a\tb\"c\n",
                                  3);
        NS_TEST_EXPECT_MSG_EQ(pair.ColumnCount(0), 6, "MRPC, cut");
        NS_TEST_EXPECT_MSG_EQ(pair.Classes(), 3, "stated classes");
        const auto refusal = [&](const std::string& text, uint32_t classes = 0) {
            return RefusalOf([&] { read(text, classes); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal("text\tlabel\na\t1\n").rfind(path + ": line 1: must name", 0),
                              0,
                              "columns");
        NS_TEST_EXPECT_MSG_EQ(refusal("sentence\tlabel\na\t1\nb\t2\n", 2),
                              path + ": line 3: must have 2 columns, and as label a whole number "
                                     "between 0 and 1, entailment or not_entailment",
                              "label");
        NS_TEST_EXPECT_MSG_EQ(refusal("sentence\tlabel\na\n").rfind(path + ": line 2: must", 0),
                              0,
                              "too few columns");
        NS_TEST_EXPECT_MSG_EQ(refusal("sentence\tlabel\n"),
                              path + ": no samples: must be at least 1",
                              "empty");
        CheckFolder();
    }

    /// The three files.
    void CheckFolder()
    {
        const std::string folder = fl::test::FreshFolder(CreateTempDirFilename("tables")) + "/";
        WriteText(folder + "train.tsv", "sentence\tlabel\na\t2\n");
        NS_TEST_EXPECT_MSG_EQ(HoldsTextTables(folder), true, "found");
        const auto refusal = [&] { return RefusalOf([&] { ReadTextTables(folder, 8); }); };
        NS_TEST_EXPECT_MSG_EQ(
            refusal().rfind("data folder " + folder + ": vocab.txt is missing", 0),
            0,
            "vocabulary");
        WriteText(folder + "vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n");
        NS_TEST_EXPECT_MSG_EQ(refusal().rfind("data folder " + folder + ": dev.tsv is missing", 0),
                              0,
                              "held-out data");
        WriteText(folder + "dev.tsv", "sentence\tlabel\na a\t0\n");
        const TrainTest data = ReadTextTables(folder, 8);
        NS_TEST_EXPECT_MSG_EQ(data.test.Classes(), 3, "the training part's classes");
        NS_TEST_EXPECT_MSG_EQ(data.test.ColumnCount(0), 4, "tokens");
    }
};

/// All of these.
class TokenDataTestSuite : public TestSuite
{
  public:
    TokenDataTestSuite()
        : TestSuite("fl-token-data", TestSuite::Type::UNIT)
    {
        AddTestCase(new GoldenWordPieceTestCase);
        AddTestCase(new WordPieceTestCase);
        AddTestCase(new TokenDatasetTestCase);
        AddTestCase(new TokenFileRefusalTestCase);
        AddTestCase(new TextTableTestCase);
    }
};

TokenDataTestSuite g_tokenDataTestSuite; //!< the suite

} // namespace
