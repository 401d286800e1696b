/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-data.h"
#include "fl-test-refusal.h"

#include "ns3/fl-cifar.h"
#include "ns3/fl-data-file.h"
#include "ns3/fl-idx-set.h"
#include "ns3/fl-idx.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-zlib.h"
#include "ns3/test.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <sys/resource.h>

/**
 * @file
 * @ingroup fl
 * Files of data: IDX, gzip, CIFAR-10, right and wrong; a disk that fills.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// IDX files, plain and gzipped, and MNIST's names.
class IdxTestCase : public TestCase
{
  public:
    IdxTestCase()
        : TestCase("IDX: layout, round trip, MNIST's names")
    {
    }

  private:
    void DoRun() override
    {
        const std::string folder = FreshFolder(CreateTempDirFilename("idx"));
        const Bytes expected{0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
        const IdxArray array{{2, 3}, {1, 2, 3, 4, 5, 6}};
        WriteIdx(folder + "/a", array);
        NS_TEST_EXPECT_MSG_EQ((ReadRaw(folder + "/a") == expected), true, "as the format has it");
        const IdxArray back = ReadIdx(folder + "/a", 2);
        NS_TEST_EXPECT_MSG_EQ((back.dimensions == array.dimensions), true, "dimensions");
        NS_TEST_EXPECT_MSG_EQ((back.elements == array.elements), true, "elements");

        const TrainTest data{MakeRamp(30, {1, 5, 7}), MakeRamp(10, {1, 5, 7})};
        RoundTrip(data, folder + "/plain", false);
        if (GzipIsAvailable())
        {
            RoundTrip(data, folder + "/packed", true);
        }
        Colour(folder + "/colour");
        // "." before idx, as some unpackers name the files
        const std::string dotted = FreshFolder(folder + "/dotted");
        NS_TEST_EXPECT_MSG_EQ(HoldsMnist(dotted), false, "nothing there");
        for (const std::string name :
             {"train-images", "train-labels", "t10k-images", "t10k-labels"})
        {
            const std::string rank = name.find("images") != std::string::npos ? "3" : "1";
            std::filesystem::copy_file(folder + "/plain/" + name + "-idx" + rank + "-ubyte",
                                       dotted + "/" + name + ".idx" + rank + "-ubyte");
        }
        NS_TEST_EXPECT_MSG_EQ(AreEqual(ReadMnist(dotted, {10, false}).test, data.test),
                              true,
                              "other spelling");
    }

    /// Images of several channels.
    void Colour(const std::string& folder)
    {
        FreshFolder(folder);
        const TrainTest data{MakeRamp(3, {3, 2, 4}), MakeRamp(2, {3, 2, 4})};
        WriteMnist(data, folder);
        const IdxArray images = ReadIdx(folder + "/train-images-idx4-ubyte", 4);
        NS_TEST_EXPECT_MSG_EQ((images.dimensions == std::vector<uint32_t>{3, 3, 2, 4}),
                              true,
                              "samples, channels, rows, columns");
        NS_TEST_EXPECT_MSG_EQ(HoldsMnist(folder), true, "found");
        const TrainTest back = ReadMnist(folder, {10, false});
        NS_TEST_EXPECT_MSG_EQ(AreEqual(back.train, data.train), true, "training data");
        NS_TEST_EXPECT_MSG_EQ(AreEqual(back.test, data.test), true, "test data");
        WriteMnist({data.train, MakeRamp(2, {1, 2, 4})}, folder);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadMnist(folder); }),
                              folder +
                                  "/t10k-images-idx3-ubyte: images of 2 x 4 pixels: must be "
                                  "3 channels of 2 x 4 pixels as in " +
                                  folder + "/train-images-idx4-ubyte",
                              "grey beside colour");
    }

    void RoundTrip(const TrainTest& data, const std::string& folder, bool gzipped)
    {
        FreshFolder(folder);
        WriteMnist(data, folder, gzipped);
        NS_TEST_EXPECT_MSG_EQ(CountEntries(folder), 4, "four files, nothing temporary");
        NS_TEST_EXPECT_MSG_EQ(
            std::filesystem::exists(folder + "/train-images-idx3-ubyte" + (gzipped ? ".gz" : "")),
            true,
            "MNIST's name");
        NS_TEST_EXPECT_MSG_EQ(HoldsMnist(folder), true, "found");
        const TrainTest back = ReadMnist(folder, {10, false});
        NS_TEST_EXPECT_MSG_EQ(AreEqual(back.train, data.train), true, "training data");
        NS_TEST_EXPECT_MSG_EQ(AreEqual(back.test, data.test), true, "test data");
    }
};

/// What the IDX reader and writer refuse.
class IdxRefusalTestCase : public TestCase
{
  public:
    IdxRefusalTestCase()
        : TestCase("IDX: missing, truncated, wrong")
    {
    }

  private:
    /// The refusal of a file of these bytes, without its name.
    std::string Refusal(const Bytes& bytes, uint32_t dimensions)
    {
        const std::string path = WriteRaw(m_folder + "/x", bytes);
        const std::string message = RefusalOf([&] { ReadIdx(path, dimensions); });
        const bool namesFile = message.compare(0, path.size() + 2, path + ": ") == 0;
        NS_TEST_EXPECT_MSG_EQ(namesFile, true, "names the file: " << message);
        NS_TEST_EXPECT_MSG_EQ(message.find('\n'), std::string::npos, "one line");
        return namesFile ? message.substr(path.size() + 2) : message;
    }

    /// The refusal of two images of 1 x 1 with these labels and this count of them.
    std::string LabelRefusal(const Bytes& labels)
    {
        const std::string images =
            WriteRaw(m_folder + "/i", {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 8});
        const std::string path = m_folder + "/l";
        WriteIdx(path, IdxArray{{static_cast<uint32_t>(labels.size())}, labels});
        return RefusalOf([&] { ReadIdxDataset(images, path); });
    }

    void DoRun() override
    {
        m_folder = FreshFolder(CreateTempDirFilename("idx-refused"));
        const std::string missing = m_folder + "/missing";
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadIdx(missing, 1); }),
                              missing + ": cannot be read (No such file or directory)",
                              "missing");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadIdx(m_folder, 1); }),
                              m_folder + ": is a folder: must be a file",
                              "folder");
        NS_TEST_EXPECT_MSG_EQ(Refusal({}, 1),
                              "truncated, 0 bytes: the header alone has 8",
                              "empty");
        NS_TEST_EXPECT_MSG_EQ(Refusal({0, 0, 8, 1, 0, 0}, 1),
                              "truncated, 6 bytes: the header alone has 8",
                              "header");
        NS_TEST_EXPECT_MSG_EQ(Refusal({0, 0, 8, 1, 0, 0, 0, 3, 1, 2}, 1),
                              "truncated, 2 bytes after the header: must be 3",
                              "elements");
        NS_TEST_EXPECT_MSG_EQ(Refusal({0, 0, 8, 1, 0, 0, 0, 1, 1, 2}, 1),
                              "trailing bytes, 2 bytes after the header: must be 1",
                              "trailing");
        // 2^32 - 1 in each of three dimensions: their product does not fit 64 bits
        NS_TEST_EXPECT_MSG_EQ(Refusal(Concatenate({{0, 0, 8, 3}, Bytes(12, 0xff), {1}}), 3),
                              "truncated, 1 bytes after the header: must be 18446744073709551615",
                              "overflow");
        NS_TEST_EXPECT_MSG_EQ(Refusal({0x50, 0x4b, 3, 4, 0, 0, 0, 0}, 1),
                              "magic number 0x504b0304: must be 0x00000801 (IDX)",
                              "magic");
        NS_TEST_EXPECT_MSG_EQ(Refusal({0, 0, 0x0d, 1, 0, 0, 0, 0}, 1),
                              "element type 0x0d: must be 0x08 (unsigned byte)",
                              "type");
        NS_TEST_EXPECT_MSG_EQ(Refusal({0, 0, 8, 3, 0, 0, 0, 0}, 1),
                              "3 dimensions: must be 1",
                              "dimensions");
        NS_TEST_EXPECT_MSG_EQ(LabelRefusal({1, 10}),
                              m_folder + "/l: label 10 of sample 1: must be between 0 and 9",
                              "label");
        NS_TEST_EXPECT_MSG_EQ(LabelRefusal({1, 2, 3}),
                              m_folder + "/l: 3 labels: must be 2, the number of images in " +
                                  m_folder + "/i",
                              "counts");
        RefuseSets();
        RefuseWriting();
    }

    void RefuseSets()
    {
        const std::string empty = FreshFolder(m_folder + "/empty");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadMnist(empty); }),
                              "data folder " + empty +
                                  ": train-images-idx3-ubyte is missing: must hold MNIST's four "
                                  "files, plain or .gz",
                              "missing file");
        WriteMnist({MakeRamp(2, {1, 2, 2}), MakeRamp(2, {1, 2, 3})}, empty);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadMnist(empty); }),
                              empty +
                                  "/t10k-images-idx3-ubyte: images of 2 x 3 pixels: must be "
                                  "2 x 2 pixels as in " +
                                  empty + "/train-images-idx3-ubyte",
                              "shapes");
        const std::string i = m_folder + "/i";
        const std::string l = m_folder + "/l";
        WriteIdx(i, IdxArray{{0, 1, 1}, {}});
        WriteIdx(l, IdxArray{{0}, {}});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadIdxDataset(i, l); }),
                              i + ": no images: must be at least 1",
                              "no images");
    }

    void RefuseWriting()
    {
        const std::string path = m_folder + "/w";
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { WriteIdx(path, IdxArray{{3}, {1}}); }),
                              path + ": 1 elements: must be 3, the product of the dimensions",
                              "sizes");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { WriteIdx(path, IdxArray{{}, {1}}); }),
                              path + ": 0 dimensions: must be between 1 and 255",
                              "rank");
        const std::string nowhere = m_folder + "/no/such/w";
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { WriteIdx(nowhere, IdxArray{{1}, {1}}); }),
                              nowhere + ": cannot be written (No such file or directory)",
                              "folder");
    }

    std::string m_folder; ///< where the files are
};

/// gzip in memory.
class GzipTestCase : public TestCase
{
  public:
    GzipTestCase()
        : TestCase("gzip: round trip, members, damage")
    {
    }

  private:
    void DoRun() override
    {
        const Bytes text{'n', 's', '-', '3'};
        // printf 'ns-3' | gzip -n
        const Bytes packed{0x1f, 0x8b, 8, 0, 0,    0,    0,    0,    0, 3, 0xcb, 0x2b,
                           0xd6, 0x35, 6, 0, 0xdc, 0xb2, 0xf0, 0x33, 4, 0, 0,    0};
        NS_TEST_EXPECT_MSG_EQ(IsGzip(packed), true, "recognised");
        NS_TEST_EXPECT_MSG_EQ(IsGzip(text), false, "not recognised");
        if (!GzipIsAvailable())
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Gunzip(packed, "x"); }),
                                  "x: is gzipped, and this was built without zlib: must be "
                                  "unpacked (gunzip), or build again with zlib",
                                  "without zlib");
            return;
        }
        Bytes large(3000000);
        RandomStream random(1);
        std::generate(large.begin(), large.end(), [&] { return random.Next() & 3; });
        for (const auto& bytes : {Bytes(), text, large})
        {
            NS_TEST_EXPECT_MSG_EQ((Gunzip(Gzip(bytes, "x"), "x") == bytes), true, "round trip");
        }
        NS_TEST_EXPECT_MSG_EQ((Gunzip(packed, "x") == text), true, "as gzip packs it");
        NS_TEST_EXPECT_MSG_EQ((Gunzip(Concatenate({Gzip(text, "x"), Gzip(text, "x")}), "x") ==
                               Concatenate({text, text})),
                              true,
                              "two members");
        const Bytes whole = Gzip(large, "x");
        const std::string truncated = "x: gzipped data are truncated: must be a whole gzip file";
        const std::string damaged = "x: gzipped data are damaged: must be a whole gzip file";
        for (const size_t size : {size_t{2}, size_t{12}, whole.size() / 2, whole.size() - 1})
        {
            const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Gunzip(part, "x"); }), truncated, size);
        }
        Bytes flipped = whole;
        flipped[flipped.size() - 6] ^= 1; // in the CRC
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Gunzip(flipped, "x"); }), damaged, "CRC");
        const Bytes trailing = Concatenate({whole, {1, 2, 3}});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Gunzip(trailing, "x"); }), damaged, "trailing");
    }
};

/// CIFAR-10 files.
class CifarTestCase : public TestCase
{
  public:
    CifarTestCase()
        : TestCase("CIFAR-10: layout, round trip, refusals")
    {
    }

  private:
    void DoRun() override
    {
        const std::string folder = FreshFolder(CreateTempDirFilename("cifar"));
        const Dataset data = MakeRamp(3, {3, 32, 32});
        const std::string packed = GzipIsAvailable() ? ".gz" : "";
        NS_TEST_EXPECT_MSG_EQ(HoldsCifar10(folder), false, "nothing there");
        for (int i = 1; i <= 5; i++)
        {
            WriteCifar10File(data,
                             folder + "/data_batch_" + std::to_string(i) + ".bin" +
                                 (i == 3 ? packed : ""));
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadCifar10(folder); }),
                              "data folder " + folder +
                                  ": test_batch.bin is missing: must hold CIFAR-10's five training "
                                  "files and its test file, plain or .gz",
                              "missing");
        const std::string test = folder + "/test_batch.bin";
        WriteCifar10File(data, test);
        const Bytes raw = ReadRaw(test);
        NS_TEST_EXPECT_MSG_EQ(raw.size(), 3 * 3073, "records of 3073 bytes");
        NS_TEST_EXPECT_MSG_EQ(unsigned{raw[3073]}, 1, "second label");
        NS_TEST_EXPECT_MSG_EQ((Bytes(raw.begin() + 1, raw.begin() + 3073) == data.Pixels(0)),
                              true,
                              "first image");
        NS_TEST_EXPECT_MSG_EQ(HoldsCifar10(folder), true, "found");
        const TrainTest back = ReadCifar10(folder);
        NS_TEST_EXPECT_MSG_EQ(AreEqual(back.test, data), true, "round trip");
        NS_TEST_EXPECT_MSG_EQ(back.train.Size(), 15, "five files");

        WriteRaw(test, Bytes(raw.begin(), raw.end() - 1));
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadCifar10Files({test}); }),
                              test +
                                  ": truncated, 9218 bytes: must be a multiple of 3073 (CIFAR-10)",
                              "truncated");
        WriteRaw(test, {});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadCifar10Files({test}); }),
                              test + ": empty, 0 bytes: must be a multiple of 3073 (CIFAR-10)",
                              "empty");
        Bytes wrong = raw;
        wrong[3073] = 10;
        WriteRaw(test, wrong);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ReadCifar10Files({test}); }),
                              test + ": label 10 of sample 1: must be between 0 and 9",
                              "label");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { WriteCifar10File(MakeRamp(1, {1, 28, 28}), "x"); }),
                              "x: 10 classes of 1 x 28 x 28 features: must be 10 of 3 x 32 x 32 "
                              "(CIFAR-10)",
                              "shape");
    }
};

/// Files appear whole or not at all.
class WholeFileTestCase : public TestCase
{
  public:
    WholeFileTestCase()
        : TestCase("a disk that fills leaves nothing behind")
    {
    }

  private:
    void DoRun() override
    {
        const std::string folder = FreshFolder(CreateTempDirFilename("whole"));
        const std::string path = folder + "/x";
        WriteRaw(path, {1, 2, 3});
        std::string message;
        {
            // A limit on file sizes stops a write as a full disk does.
            rlimit old{};
            getrlimit(RLIMIT_FSIZE, &old);
            rlimit low = old;
            low.rlim_cur = 100000;
            auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &low);
            try
            {
                WriteDataFile(path, Bytes(200000, 7));
            }
            catch (const std::runtime_error& error)
            {
                message = error.what();
            }
            setrlimit(RLIMIT_FSIZE, &old);
            std::signal(SIGXFSZ, oldHandler);
        }
        NS_TEST_EXPECT_MSG_EQ(message, path + ": cannot be written (File too large)", "says why");
        NS_TEST_EXPECT_MSG_EQ((ReadRaw(path) == Bytes{1, 2, 3}), true, "the old file is there");
        NS_TEST_EXPECT_MSG_EQ(CountEntries(folder), 1, "nothing temporary is left");
        WriteDataFile(path, {4});
        NS_TEST_EXPECT_MSG_EQ((ReadRaw(path) == Bytes{4}), true, "replaced");
    }
};

/// Files of data.
class DataFilesTestSuite : public TestSuite
{
  public:
    DataFilesTestSuite()
        : TestSuite("fl-data-files", TestSuite::Type::UNIT)
    {
        AddTestCase(new IdxTestCase);
        AddTestCase(new IdxRefusalTestCase);
        AddTestCase(new GzipTestCase);
        AddTestCase(new CifarTestCase);
        AddTestCase(new WholeFileTestCase);
    }
};

DataFilesTestSuite g_dataFilesTestSuite; ///< registers the suite

} // namespace
