/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-data-file.h"
#include "ns3/fl-idx-set.h"
#include "ns3/fl-idx.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-partitioner.h"
#include "ns3/test.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <numeric>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// Bytes of a file.
using Bytes = std::vector<uint8_t>;

/// An empty folder.
std::string
FreshFolder(const std::string& path)
{
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
    return path;
}

/// Pixels that count up.
IdxArray
Ramp(std::vector<uint32_t> dimensions)
{
    size_t size = 1;
    for (const uint32_t dimension : dimensions)
    {
        size *= dimension;
    }
    Bytes elements(size);
    std::iota(elements.begin(), elements.end(), uint8_t{0});
    return {dimensions, elements};
}

/// Write a set: so many images of 2 x 3 pixels as labels.
void
WriteSet(const std::string& start,
         const Bytes& train,
         const Bytes& test,
         const std::string& testName = "test",
         const std::string& packed = "")
{
    const auto count = [](const Bytes& labels) { return static_cast<uint32_t>(labels.size()); };
    WriteIdx(start + "train-images-idx3-ubyte" + packed, Ramp({count(train), 2, 3}));
    WriteIdx(start + "train-labels-idx1-ubyte" + packed, {{count(train)}, train});
    WriteIdx(start + testName + "-images-idx3-ubyte" + packed, Ramp({count(test), 2, 3}));
    WriteIdx(start + testName + "-labels-idx1-ubyte" + packed, {{count(test)}, test});
}

/// Sets with other names, classes and layouts than MNIST's.
class IdxSetTestCase : public TestCase
{
  public:
    IdxSetTestCase()
        : TestCase("IDX sets: names, classes, layout")
    {
    }

  private:
    void DoRun() override
    {
        const std::string folder = FreshFolder(CreateTempDirFilename("emnist"));
        WriteSet(folder + "/emnist-letters-", {26, 1, 3}, {2, 1}, "test", ".gz");
        CheckLetters(folder);
        // Two sets, of which one has to be named.
        WriteSet(folder + "/emnist-byclass-", Bytes(62, 61), {0});
        NS_TEST_EXPECT_MSG_EQ(HoldsMnist(folder), true, "there are some");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadMnist(folder); }),
                              "data folder " + folder + ": 2 sets: must be one, as " + folder +
                                  "/NAME, NAME one of emnist-byclass, emnist-letters",
                              "which");
        NS_TEST_EXPECT_MSG_EQ(HoldsMnist(folder + "/emnist-letters"), true, "by name");
        NS_TEST_EXPECT_MSG_EQ(HoldsMnist(folder + "/emnist-digits"), false, "another name");
        NS_TEST_EXPECT_MSG_EQ(ReadMnist(folder + "/emnist-letters").train.Classes(), 26, "letters");
        NS_TEST_EXPECT_MSG_EQ(ReadMnist(folder + "/emnist-byclass-").train.Classes(), 62, "all");
        // One without a name of its own is the folder's.
        WriteSet(folder + "/", {0, 1}, {1, 0}, "t10k");
        NS_TEST_EXPECT_MSG_EQ(ReadMnist(folder).train.Classes(), 2, "MNIST's own names");
        std::filesystem::remove(folder + "/emnist-letters-test-labels-idx1-ubyte.gz");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { ReadMnist(folder + "/emnist-letters"); }),
            "data folder " + folder +
                "/emnist-letters: emnist-letters-t10k-labels-idx1-ubyte is missing: must hold "
                "MNIST's four files, plain or .gz",
            "a missing file");
        CheckSpellings();
        CheckColour();
    }

    /// Labels that begin with 1, and images that are stored column by column.
    void CheckLetters(const std::string& folder)
    {
        const TrainTest letters = ReadMnist(folder);
        NS_TEST_EXPECT_MSG_EQ(letters.train.Classes(), 26, "as many as labels");
        NS_TEST_EXPECT_MSG_EQ((letters.train.Labels() == Bytes{25, 0, 2}), true, "from 0 on");
        NS_TEST_EXPECT_MSG_EQ((letters.test.Labels() == Bytes{1, 0}), true, "in both parts");
        NS_TEST_ASSERT_MSG_EQ(letters.notes.size(), 2, "notes");
        NS_TEST_EXPECT_MSG_EQ(letters.notes[0],
                              folder + ": labels 1 to 26 are classes 0 to 25",
                              "the shift is said");
        NS_TEST_EXPECT_MSG_EQ(letters.notes[1],
                              folder + ": labels that never occur: 4, 5, 6, 7, 8, 9, 10, 11, 12, "
                                       "13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25",
                              "what is missing is said");
        NS_TEST_EXPECT_MSG_EQ((letters.train.Shape() == ImageShape{1, 2, 3}), true, "shape");
        const TrainTest turned = ReadMnist(folder, {0, true});
        NS_TEST_EXPECT_MSG_EQ((turned.train.Shape() == ImageShape{1, 3, 2}), true, "turned shape");
        NS_TEST_EXPECT_MSG_EQ((turned.train.Pixels(1) == Bytes{6, 9, 7, 10, 8, 11}),
                              true,
                              "turned");
        // Stated classes are taken as they are.
        NS_TEST_EXPECT_MSG_EQ((ReadMnist(folder, {27, false}).train.Labels() == Bytes{26, 1, 3}),
                              true,
                              "no shift");
        NS_TEST_EXPECT_MSG_EQ(ReadMnist(folder, {27, false}).notes.size(), 0, "nothing to say");
        NS_TEST_EXPECT_MSG_EQ((RefusalOf([&] { ReadMnist(folder, {26, false}); }) == "accepted"),
                              false,
                              "too few");
    }

    /// Other ways to write the names, and QMNIST's labels.
    void CheckSpellings()
    {
        const std::string folder = FreshFolder(CreateTempDirFilename("qmnist"));
        WriteSet(folder + "/qmnist-", {0, 1}, {1, 0});
        for (const std::string part : {"train", "test"})
        {
            std::filesystem::remove(folder + "/qmnist-" + part + "-labels-idx1-ubyte");
            Bytes bytes{0, 0, 0x0c, 2, 0, 0, 0, 2, 0, 0, 0, 8};
            bytes.resize(12 + 64, 9);
            for (const size_t first : {size_t{12}, size_t{44}})
            {
                std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(first), 4, uint8_t{0});
            }
            bytes[15] = 4;
            WriteDataFile(folder + "/qmnist-" + part + "-labels-idx2-int.gz", bytes);
        }
        std::filesystem::rename(folder + "/qmnist-train-images-idx3-ubyte",
                                folder + "/qmnist-train-images.idx3-ubyte");
        const TrainTest data = ReadMnist(folder);
        NS_TEST_EXPECT_MSG_EQ((data.train.Labels() == Bytes{4, 0}), true, "the first of eight");
        NS_TEST_EXPECT_MSG_EQ(data.train.Classes(), 5, "classes");
        NS_TEST_EXPECT_MSG_EQ(data.notes.size(), 1, "only what is missing");
        const std::string path = folder + "/labels";
        WriteDataFile(path, {0, 0, 0x0c, 1, 0, 0, 0, 1, 0, 0, 1, 0});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadIdxLabels(path); }),
                              path + ": label 256 of sample 0: must be between 0 and 255",
                              "large");
        WriteDataFile(path, {0, 0, 0x0c, 1, 0, 0, 0, 1, 0, 0, 1});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadIdxLabels(path); }),
                              path + ": truncated, 3 bytes after the header: must be 4",
                              "truncated");
        WriteDataFile(path, {0, 0, 0x0c, 2, 0, 0, 0, 1, 0, 0, 0, 0});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadIdxLabels(path); }),
                              path + ": 0 numbers per label: must be at least 1",
                              "none");
    }

    /// Images of several channels are turned one by one.
    void CheckColour()
    {
        const std::string folder = FreshFolder(CreateTempDirFilename("colour"));
        WriteSet(folder + "/", {0}, {0});
        for (const std::string part : {"train", "test"})
        {
            std::filesystem::remove(folder + "/" + part + "-images-idx3-ubyte");
            WriteIdx(folder + "/" + part + "-images-idx4-ubyte", Ramp({1, 2, 1, 3}));
        }
        const TrainTest data = ReadMnist(folder, {0, true});
        NS_TEST_EXPECT_MSG_EQ((data.train.Shape() == ImageShape{2, 3, 1}), true, "shape");
        NS_TEST_EXPECT_MSG_EQ((data.train.Pixels(0) == Bytes{0, 1, 2, 3, 4, 5}), true, "pixels");
    }
};

/// The natural partition.
class OwnersTestCase : public TestCase
{
  public:
    OwnersTestCase()
        : TestCase("partition by owners")
    {
    }

  private:
    /// Parts as a file says.
    std::vector<std::vector<uint32_t>> Split(const std::string& suffix, uint32_t devices)
    {
        auto parts = Partitioner::FromText("owners:" + m_path + suffix).Split(m_labels, devices, 1);
        for (auto& part : parts)
        {
            std::sort(part.begin(), part.end());
        }
        return parts;
    }

    /// What is said of a file.
    std::string RefusalOfText(const std::string& text)
    {
        std::ofstream(m_path) << text;
        return RefusalOf([&] { Split("", 2); });
    }

    void DoRun() override
    {
        using Parts = std::vector<std::vector<uint32_t>>;
        m_path = CreateTempDirFilename("owners@home.txt");
        std::ofstream(m_path) << "f0012_34\nf1\nf0012_34\na b\nf1\nf1";
        NS_TEST_EXPECT_MSG_EQ((Split("", 3) == Parts{{0, 2}, {1, 4, 5}, {3}}), true, "by owner");
        NS_TEST_EXPECT_MSG_EQ(Split("@2", 3)[1].size(), 2, "at most so many");
        const auto two = Split("", 2);
        const Parts all{{0, 2}, {1, 4, 5}, {3}};
        for (const auto& part : two)
        {
            NS_TEST_EXPECT_MSG_EQ((std::find(all.begin(), all.end(), part) != all.end()),
                                  true,
                                  "some of the owners");
        }
        NS_TEST_EXPECT_MSG_EQ((two[0] == two[1]), false, "different ones");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Split("", 4); }),
                              "partition: 4 devices: must be at most 3, the number of owners in " +
                                  m_path,
                              "too few owners");
        NS_TEST_EXPECT_MSG_EQ(RefusalOfText("a\nb\n"),
                              m_path + ": 2 lines: must be 6, the owner of each training sample",
                              "too few lines");
        NS_TEST_EXPECT_MSG_EQ(RefusalOfText("a\nb\n\nc\nv\ne\n"),
                              m_path + ": line 3 is empty: must be the owner of a sample",
                              "an empty line");
        std::filesystem::remove(m_path);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Split("", 2); }),
                              m_path + ": cannot be read (No such file or directory)",
                              "no file");
        NS_TEST_EXPECT_MSG_EQ((RefusalOf([] { Partitioner::FromText("owners:"); }) == "accepted"),
                              false,
                              "no path");
    }

    std::string m_path;               //!< of the file
    Bytes m_labels{0, 1, 0, 1, 0, 1}; //!< of six samples
};

/// All of these.
class IdxSetTestSuite : public TestSuite
{
  public:
    IdxSetTestSuite()
        : TestSuite("fl-idx-set", TestSuite::Type::UNIT)
    {
        AddTestCase(new IdxSetTestCase);
        AddTestCase(new OwnersTestCase);
    }
};

IdxSetTestSuite g_idxSetTestSuite; //!< the suite

} // namespace
