/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-bytes.h"
#include "ns3/fl-checkpoint-names.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-safetensors.h"
#include "ns3/test.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// A file of a header and so many bytes of data, all of them 0; written without the code under
/// test.
void
WriteFile(const std::string& path, const std::string& header, size_t dataBytes)
{
    std::vector<uint8_t> bytes;
    AppendNumber<uint64_t>(bytes, header.size());
    bytes.insert(bytes.end(), header.begin(), header.end());
    bytes.resize(bytes.size() + dataBytes);
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

/// What is said of such a file.
std::string
RefusalOfFile(const std::string& path, const std::string& header, size_t dataBytes)
{
    WriteFile(path, header, dataBytes);
    return RefusalOf([&] { SafetensorsFile file(path); });
}

/// Whether a text has a part.
bool
Has(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos && text.find('\n') == std::string::npos;
}

/// Files that were written are read back, in each type.
class RoundTripTestCase : public TestCase
{
  public:
    RoundTripTestCase()
        : TestCase("safetensors: written and read back")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("round.safetensors");
        // The 24 bits of 1 + 2^-20 are neither those of half nor of bfloat16; 1/3 rounds to
        // nearest.
        const std::vector<float> values{1 + std::ldexp(1.0F, -20), -2, 1.0F / 3, 4, 65504, -0.0F};
        WriteSafetensors(path,
                         {{"a", {2, 3}, values.data(), TensorType::F32},
                          {"half", {6}, values.data(), TensorType::F16},
                          {"b\"r\n", {3, 1, 2}, values.data(), TensorType::BF16},
                          {"none", {0, 7}, nullptr, TensorType::F32},
                          {"one", {}, values.data() + 1, TensorType::F32}},
                         {{"format", "pt"}});
        const SafetensorsFile file(path);
        NS_TEST_ASSERT_MSG_EQ(file.GetEntries().size(), 5, "tensors");
        NS_TEST_EXPECT_MSG_EQ(file.GetMetadata().at("format"), "pt", "metadata");
        CheckValues(file, values);
        CheckViews(file, values);
        CheckDescription(file);
        // 3 x 1 x 2 as a matrix, and as a shape without its one in front.
        std::vector<float> read(6);
        file.ReadColumnMajor("b\"r\n", 3, 2, read.data());
        NS_TEST_EXPECT_MSG_EQ(read[1], 0.333984375F, "second row first, 8 bits of 1/3");
        file.Read("one", {1, 1}, read.data());
        NS_TEST_EXPECT_MSG_EQ(read[0], -2, "a single number");
        NS_TEST_EXPECT_MSG_EQ(std::filesystem::exists(path + ".part"), false, "nothing beside it");
    }

    /// Read() and ReadColumnMajor().
    void CheckValues(const SafetensorsFile& file, const std::vector<float>& values)
    {
        std::vector<float> read(6);
        file.Read("a", {2, 3}, read.data());
        NS_TEST_EXPECT_MSG_EQ((read == values), true, "singles are exact");
        file.ReadColumnMajor("a", 2, 3, read.data());
        NS_TEST_EXPECT_MSG_EQ(
            (read ==
             std::vector<float>{values[0], values[3], values[1], values[4], values[2], values[5]}),
            true,
            "transposed");
        file.Read("half", {1, 6}, read.data());
        NS_TEST_EXPECT_MSG_EQ((read == std::vector<float>{1, -2, 0.333251953125F, 4, 65504, 0}),
                              true,
                              "halves, 11 bits");
        file.Read("none", {0, 7}, nullptr);
    }

    /// View().
    void CheckViews(const SafetensorsFile& file, const std::vector<float>& values)
    {
        const float* view = file.View("a", {2, 3});
        NS_TEST_ASSERT_MSG_NE(view, nullptr, "singles need no copy");
        NS_TEST_EXPECT_MSG_EQ(std::equal(values.begin(), values.end(), view), true, "in place");
        NS_TEST_EXPECT_MSG_EQ((file.View("half", {6}) == nullptr), true, "halves are converted");
    }

    /// DescribeUnread().
    void CheckDescription(const SafetensorsFile& file)
    {
        NS_TEST_EXPECT_MSG_EQ(Has(file.DescribeUnread(), "'b\"r?', 'one'"), true, "in file order");
    }
};

/// Matrices that are no multiple of the blocks in which they are transposed.
class LargeMatrixTestCase : public TestCase
{
  public:
    LargeMatrixTestCase()
        : TestCase("safetensors: large matrices")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("large.safetensors");
        constexpr uint64_t ROWS = 131;
        constexpr uint64_t COLUMNS = 197;
        std::vector<float> values(ROWS * COLUMNS);
        for (size_t i = 0; i < values.size(); i++)
        {
            values[i] = static_cast<float>(i % 2048);
        }
        for (const TensorType type : {TensorType::F32, TensorType::F16})
        {
            WriteSafetensors(path, {{"w", {ROWS, COLUMNS}, values.data(), type}});
            const SafetensorsFile file(path);
            std::vector<float> plain(values.size());
            std::vector<float> turned(values.size());
            file.Read("w", {ROWS, COLUMNS}, plain.data());
            file.ReadColumnMajor("w", ROWS, COLUMNS, turned.data());
            NS_TEST_EXPECT_MSG_EQ((plain == values), true, "as in the file");
            uint64_t wrong = 0;
            for (uint64_t i = 0; i < values.size(); i++)
            {
                wrong += turned[i] != values[i % ROWS * COLUMNS + i / ROWS];
            }
            NS_TEST_EXPECT_MSG_EQ(wrong, 0, "column after column");
        }
    }
};

/// Damaged and odd files.
class RefusalTestCase : public TestCase
{
  public:
    RefusalTestCase()
        : TestCase("safetensors: what is refused")
    {
    }

  private:
    void DoRun() override
    {
        m_path = CreateTempDirFilename("x.safetensors");
        CheckSizes();
        CheckHeaders();
        CheckRanges();
        CheckReading();
        CheckWriting();
    }

    /// Complain unless a file is refused with a text.
    void Expect(const std::string& header, size_t dataBytes, const std::string& message)
    {
        const std::string said = RefusalOfFile(m_path, header, dataBytes);
        NS_TEST_EXPECT_MSG_EQ(Has(said, m_path + ": " + message),
                              true,
                              header << ": " << said << "; expected " << message);
    }

    /// Files that end too early.
    void CheckSizes()
    {
        std::ofstream(m_path, std::ios::binary) << "1234567";
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SafetensorsFile file(m_path); }),
                              m_path + ": truncated, 7 bytes: the header's length alone has 8",
                              "length");
        std::ofstream(m_path, std::ios::binary) << std::string("\x09\0\0\0\0\0\0\0{}", 10);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SafetensorsFile file(m_path); }),
                              m_path +
                                  ": truncated, header of 9 bytes: must be at most 2, what the "
                                  "file has after its length",
                              "header beyond the file");
        std::ofstream(m_path, std::ios::binary) << std::string("\x01\xe1\xf5\x05\0\0\0\0{}", 10);
        NS_TEST_EXPECT_MSG_EQ(Has(RefusalOf([&] { SafetensorsFile file(m_path); }),
                                  "header of 100000001 bytes: must be at most 100000000"),
                              true,
                              "header above 100 MB");
        std::ofstream(m_path, std::ios::binary) << "";
        NS_TEST_EXPECT_MSG_EQ(Has(RefusalOf([&] { SafetensorsFile file(m_path); }), "0 bytes"),
                              true,
                              "empty");
        NS_TEST_EXPECT_MSG_EQ(Has(RefusalOf([&] { SafetensorsFile file(m_path + "-"); }),
                                  "cannot be read (No such file or directory)"),
                              true,
                              "missing");
        NS_TEST_EXPECT_MSG_EQ(Has(RefusalOf([&] { SafetensorsFile file("/"); }), "is no file"),
                              true,
                              "folder");
    }

    /// Headers that are not what the format says.
    void CheckHeaders()
    {
        Expect("{", 0, "header: not JSON in UTF-8 at byte 2 of it");
        Expect("[]", 0, "header: an array: must be an object");
        Expect(R"({"a": 3})", 0, "header: the number 3 at 'a'");
        Expect(R"({"a": {"dtype": 3}})", 0, "header: the number 3 at 'a.dtype'");
        Expect(R"({"a": {"dtype": "F32", "shape": [-1]}})",
               4,
               "header: the number -1 at 'a.shape'");
        Expect(R"({"a": {"shape": [[1]]}})", 4, "header: an array at 'a.shape'");
        Expect(R"({"a": {"dtype": "F32", "shape": [1]}})",
               4,
               "tensor 'a': no data_offsets: must have");
        Expect(R"({"a": {"size": 1}})", 4, "tensor 'a': 'size': must have dtype, shape and");
        Expect(R"({"a": {"shape": [1], "shape": [1]}})", 4, "tensor 'a': 'shape': must have");
        Expect(R"({"a": {"data_offsets": [1]}})", 4, "tensor 'a': 1 data_offsets: must be 2");
        Expect(R"({"__metadata__": {"a": 1}})", 0, "header: the number 1 at '__metadata__.a'");
        const std::string good = R"({"dtype": "F32", "shape": [], "data_offsets": [0, 4]})";
        Expect("{\"a\": " + good + ", \"a\": " + good + "}", 4, "tensor 'a' is there twice");
        Expect(R"({"a": {"dtype": "X7", "shape": [1], "data_offsets": [0, 4]}})",
               4,
               "tensor 'a': dtype 'X7': must be a type of safetensors");
        std::string many = "{\"a\": {\"shape\": [1";
        for (int i = 0; i < 64; i++)
        {
            many += ",1";
        }
        Expect(many + "]}}", 4, "header: the number 1 at 'a.shape'");
    }

    /// Tensors that do not fill the data.
    void CheckRanges()
    {
        const auto two = [](const std::string& a, const std::string& b) {
            return R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": )" + a +
                   R"(}, "b": {"dtype": "F32", "shape": [1], "data_offsets": )" + b + "}}";
        };
        Expect(two("[0, 4]", "[3, 7]"),
               7,
               "tensor 'b': begins at byte 3, in the one before it: must begin at 4");
        Expect(two("[5, 9]", "[0, 4]"),
               9,
               "tensor 'a': begins at byte 5, behind a gap: must begin at 4");
        Expect(two("[0, 4]", "[4, 8]"),
               7,
               "tensor 'b': bytes 4 to 8: must lie within the 7 bytes after the header");
        Expect(two("[0, 4]", "[4, 8]"),
               9,
               "9 bytes after the header: must be 8, where the last tensor ends");
        Expect(two("[0, 4]", "[8, 4]"), 8, "tensor 'b': bytes 8 to 4: must lie within");
        Expect(two("[0, 4]", "[4, 7]"), 7, "tensor 'b': 3 bytes: must be as many as F32 [1] takes");
        // Products that wrap around to the right size.
        Expect(R"({"a": {"dtype": "F32", "shape": [4294967296, 4294967296, 2],)"
               R"( "data_offsets": [0, 0]}})",
               0,
               "tensor 'a': 0 bytes: must be as many as F32 [4294967296, 4294967296, 2] takes");
    }

    /// Sound files that do not have what is asked for.
    void CheckReading()
    {
        float value = NAN;
        WriteFile(m_path,
                  R"({"id": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},)"
                  R"( "w": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]}})",
                  12);
        std::ofstream(m_path, std::ios::binary | std::ios::app)
            .write(reinterpret_cast<const char*>(&value), sizeof(value));
        const SafetensorsFile file(m_path);
        std::vector<float> out(4);
        const auto refusal = [&](const std::string& name, const std::vector<uint64_t>& shape) {
            return RefusalOf([&] { file.Read(name, shape, out.data()); });
        };
        const std::string start = m_path + ": tensor ";
        NS_TEST_EXPECT_MSG_EQ(refusal("v", {1}),
                              start + "'v' is missing: the file has 'id', 'w'",
                              "missing");
        NS_TEST_EXPECT_MSG_EQ(file.DescribeUnread(),
                              m_path + ": tensors that are not used: 'id', 'w'",
                              "extra tensors");
        NS_TEST_EXPECT_MSG_EQ(refusal("id", {1}),
                              start + "'id': type I64: must be F32, F16 or BF16",
                              "type");
        NS_TEST_EXPECT_MSG_EQ(refusal("w", {3, 1}),
                              start + "'w': shape [2]: must be [3, 1]",
                              "shape");
        NS_TEST_EXPECT_MSG_EQ(refusal("w", {2}),
                              start + "'w': element 1 is nan: must be finite",
                              "NaN");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { file.View("w", {2}); }),
                              start + "'w': element 1 is nan: must be finite",
                              "NaN in place");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { file.ReadColumnMajor("w", 2, 1, out.data()); }),
                              start + "'w': element 1 is nan: must be finite",
                              "NaN in a matrix");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { file.ReadColumnMajor("w", 2, 2, out.data()); }),
                              start + "'w': shape [2]: must be [2, 2]",
                              "a matrix' shape");
        NS_TEST_EXPECT_MSG_EQ(file.DescribeUnread(), "", "all were asked for");
    }

    /// What is not written.
    void CheckWriting()
    {
        const float large = 65520;
        const std::string start = m_path + ": tensor 'w'";
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { WriteSafetensors(m_path, {{"w", {1}, &large, TensorType::F16}}); }),
            start + ": element 0 is 65520: must be finite in F16",
            "overflow");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { WriteSafetensors(m_path, {{"w", {1}, &large}, {"w", {1}, &large}}); }),
            start + " is there twice: names must be unique",
            "names");
        NS_TEST_EXPECT_MSG_EQ(
            Has(RefusalOf([&] { WriteSafetensors("/nonesuch/x", {{"w", {1}, &large}}); }),
                "/nonesuch/x: cannot be written (No such file"),
            true,
            "folder");
        // What failed half-way left the file as it was.
        NS_TEST_EXPECT_MSG_EQ(SafetensorsFile(m_path).Has("id"), true, "the old file");
    }

    std::string m_path; //!< of the file
};

/// Tensors of published checkpoints, against the parameters they were made from.
class CheckpointTestCase : public TestCase
{
  public:
    /**
     * @param name of the golden file
     * @param family whose it is
     * @param prefix of its names
     */
    CheckpointTestCase(const std::string& name, CheckpointFamily family, const std::string& prefix)
        : TestCase("safetensors: golden " + name),
          m_name(name),
          m_family(family),
          m_prefix(prefix)
    {
    }

  private:
    void DoRun() override
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        std::ifstream text(CreateDataDirFilename("golden/split-lora/" + m_name + ".json"));
        const auto parameters = nlohmann::json::parse(text)["parameters"];
        const SafetensorsFile file(
            CreateDataDirFilename("golden/split-lora/" + m_name + ".safetensors"));
        const CheckpointNames names(file, m_family);
        NS_TEST_EXPECT_MSG_EQ(names.GetPrefix(), m_prefix, "prefix");
        for (const auto& [name, tensor] : parameters.items())
        {
            const auto shape = tensor["shape"].get<std::vector<uint64_t>>();
            const auto data = tensor["data"].get<std::vector<float>>();
            const uint64_t rows = shape[0];
            std::vector<float> read(data.size());
            // Patches have four dimensions there, and two here; positions of images have three.
            const auto& entry = file.Find(names.InFile(name));
            file.Read(entry.name, entry.shape, read.data());
            NS_TEST_EXPECT_MSG_EQ((read == data), true, name);
            if (entry.shape[0] == rows)
            {
                file.ReadColumnMajor(entry.name, rows, data.size() / rows, read.data());
                NS_TEST_EXPECT_MSG_EQ(read.back(), data.back(), name);
                NS_TEST_EXPECT_MSG_EQ(read[rows > 1],
                                      data[rows > 1 ? data.size() / rows : 0],
                                      name);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(file.DescribeUnread(),
                              file.GetPath() + ": tensors that are not used: "
                                               "'classifier.weight', 'classifier.bias'",
                              "all but the head");
        NS_TEST_EXPECT_MSG_EQ(file.Has(names.InFile("head.bias")), true, "the head's name");
    }

    std::string m_name;        //!< of the golden file
    CheckpointFamily m_family; //!< whose it is
    std::string m_prefix;      //!< of its names
};

/// Other names of the same.
class NamesTestCase : public TestCase
{
  public:
    NamesTestCase()
        : TestCase("safetensors: names of checkpoints")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("old.safetensors");
        const float one = 1;
        WriteSafetensors(path,
                         {{"embeddings.word_embeddings.weight", {1}, &one},
                          {"embeddings.LayerNorm.gamma", {1}, &one},
                          {"encoder.layer.3.attention.output.LayerNorm.beta", {1}, &one}});
        const SafetensorsFile file(path);
        const CheckpointNames names(file, CheckpointFamily::BERT);
        NS_TEST_EXPECT_MSG_EQ(names.GetPrefix(), "", "no prefix");
        NS_TEST_EXPECT_MSG_EQ(names.InFile("embeddings.norm.weight"),
                              "embeddings.LayerNorm.gamma",
                              "an old name");
        NS_TEST_EXPECT_MSG_EQ(names.InFile("layer3.norm1.bias"),
                              "encoder.layer.3.attention.output.LayerNorm.beta",
                              "an old name in a layer");
        NS_TEST_EXPECT_MSG_EQ(names.InFile("embeddings.norm.bias"),
                              "embeddings.LayerNorm.bias",
                              "of what is missing the new name");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { names.InFile("layerX.up.weight"); }),
                              "tensor 'layerX.up.weight': must be one of a BERT, as "
                              "layer0.attention.query.weight",
                              "unknown");
        NS_TEST_EXPECT_MSG_EQ((RefusalOf([&] { names.InFile("norm.weight"); }) == "accepted"),
                              false,
                              "ViT's last norm");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { CheckpointNames(file, CheckpointFamily::VIT); }),
            path + ": tensor 'embeddings.cls_token' is missing: the file has "
                   "'embeddings.word_embeddings.weight', 'embeddings.LayerNorm.gamma', "
                   "'encoder.layer.3.attention.output.LayerNorm.beta'",
            "another family");
    }
};

/// All of these.
class SafetensorsTestSuite : public TestSuite
{
  public:
    SafetensorsTestSuite()
        : TestSuite("fl-safetensors", TestSuite::Type::UNIT)
    {
        AddTestCase(new RoundTripTestCase);
        AddTestCase(new LargeMatrixTestCase);
        AddTestCase(new RefusalTestCase);
        AddTestCase(new CheckpointTestCase("bert-one-device", CheckpointFamily::BERT, "bert."));
        AddTestCase(new CheckpointTestCase("vit-two-devices", CheckpointFamily::VIT, "vit."));
        AddTestCase(new NamesTestCase);
    }
};

SafetensorsTestSuite g_safetensorsTestSuite; //!< the suite

} // namespace
