/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-cifar.h"
#include "ns3/fl-data-file.h"
#include "ns3/fl-dataset.h"
#include "ns3/fl-equal-partition.h"
#include "ns3/fl-idx-set.h"
#include "ns3/fl-idx.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/fl-zlib.h"
#include "ns3/test.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <sys/resource.h>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// Bytes of a file.
using Bytes = std::vector<uint8_t>;

/// A folder of its own for each test case, empty at first.
std::string
FreshFolder(const std::string& path)
{
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
    return path;
}

/// Write bytes without the code under test.
std::string
WriteRaw(const std::string& path, const Bytes& bytes)
{
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
}

/// Read bytes without the code under test.
Bytes
ReadRaw(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

/// How many files and folders there are in a folder.
size_t
CountEntries(const std::string& folder)
{
    const std::filesystem::directory_iterator begin(folder);
    return static_cast<size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}

/// Bytes behind one another.
Bytes
Concatenate(std::initializer_list<Bytes> parts)
{
    Bytes all;
    for (const auto& part : parts)
    {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

/// Every pixel value once and again, in images of rows x columns; labels count up.
Dataset
MakeRamp(uint32_t count, ImageShape shape)
{
    Bytes pixels(size_t{count} * shape.Size());
    for (size_t i = 0; i < pixels.size(); i++)
    {
        pixels[i] = static_cast<uint8_t>(i);
    }
    Bytes labels(count);
    for (uint32_t i = 0; i < count; i++)
    {
        labels[i] = static_cast<uint8_t>(i % 10);
    }
    return Dataset::FromPixels(pixels, labels, 10, shape);
}

/// Whether two data sets hold the same.
bool
AreEqual(const Dataset& a, const Dataset& b)
{
    return a.Features() == b.Features() && a.Labels() == b.Labels() && a.Shape() == b.Shape() &&
           a.Classes() == b.Classes();
}

/// What a Dataset holds and refuses.
class DatasetTestCase : public TestCase
{
  public:
    DatasetTestCase()
        : TestCase("data set: contents, conversions, refusals")
    {
    }

  private:
    void DoRun() override
    {
        const ImageShape shape{1, 1, 2};
        const Dataset data = Dataset::FromPixels({0, 255, 51, 102}, {1, 0}, 2, shape);
        NS_TEST_EXPECT_MSG_EQ(data.Size(), 2, "samples");
        NS_TEST_EXPECT_MSG_EQ(data.Dimension(), 2, "features");
        NS_TEST_EXPECT_MSG_EQ(data.Features()(1, 0), 1.0F, "255 is 1");
        NS_TEST_EXPECT_MSG_EQ(data.Features()(0, 1), 51.0F / 255.0F, "in [0, 1]");
        NS_TEST_EXPECT_MSG_EQ((data.Pixels(1) == Bytes{51, 102}), true, "back to bytes");
        const Dataset second = data.Subset({1});
        NS_TEST_EXPECT_MSG_EQ((second.Pixels(0) == Bytes{51, 102}), true, "subset's features");
        NS_TEST_EXPECT_MSG_EQ(unsigned{second.Labels()[0]}, 0, "subset's label");

        const Eigen::MatrixXf two = Eigen::MatrixXf::Zero(2, 2);
        Eigen::MatrixXf infinite = two;
        infinite(1, 1) = INFINITY;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Dataset(two, {0, 2}, 2, shape, "x"); }),
                              "x: label 2 of sample 1: must be between 0 and 1",
                              "label");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Dataset(two, {0}, 2, shape, "x"); }),
                              "x: 2 samples but 1 labels: must be as many",
                              "count");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Dataset(two, {0, 1}, 2, ImageShape{1, 3, 1}, "x"); }),
                              "x: 2 features per sample: must be 3, the size of an image",
                              "shape");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Dataset(two, {0, 1}, 257, shape, "x"); }),
                              "x: 257 classes: must be between 1 and 256",
                              "classes");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Dataset(infinite, {0, 1}, 2, shape, "x"); }),
                              "x: a feature is not finite: all must be",
                              "finite");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Dataset::FromPixels({1}, {0}, 2, shape, "x"); }),
                              "x: 1 pixels: must be 1 images of 2 pixels",
                              "pixels");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { data.Subset({2}); }),
                              "sample 2: must be below 2, the data set's size",
                              "index");
    }
};

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

/// The generated digits.
class SyntheticDigitsTestCase : public TestCase
{
  public:
    SyntheticDigitsTestCase()
        : TestCase("synthetic digits: determinism, cache")
    {
    }

  private:
    void DoRun() override
    {
        // Of the first 100 images of seed 1, labels included; found the same with -O0, with
        // -march=native and with -ffast-math. A change means other data for everyone:
        // the version in the cache folder's name must change, too.
        boost::crc_32_type crc;
        Bytes image(SYNTHETIC_DIGIT_SIZE * SYNTHETIC_DIGIT_SIZE + 1);
        std::vector<uint32_t> counts(10, 0);
        for (uint64_t i = 0; i < 100; i++)
        {
            image.back() = DrawSyntheticDigit(1, i, image.data());
            crc.process_bytes(image.data(), image.size());
        }
        NS_TEST_EXPECT_MSG_EQ(crc.checksum(), 0x3c96af22, "the same bytes as ever");

        const Dataset alone = MakeSyntheticDigits(3, 10, 2500, nullptr);
        for (const uint32_t threads : {1U, 2U, 4U})
        {
            ThreadPool pool(threads);
            NS_TEST_EXPECT_MSG_EQ(AreEqual(MakeSyntheticDigits(3, 10, 2500, &pool), alone),
                                  true,
                                  threads << " threads");
        }
        const Dataset shifted = MakeSyntheticDigits(3, 20, 5, nullptr);
        NS_TEST_EXPECT_MSG_EQ((shifted.Pixels(0) == alone.Pixels(10)), true, "only the number");
        const Dataset other = MakeSyntheticDigits(4, 10, 5, nullptr);
        NS_TEST_EXPECT_MSG_EQ((other.Pixels(0) == alone.Pixels(0)), false, "the seed matters");
        // Each digit of 2,500: mean 250, standard deviation sqrt(2500 * 0.1 * 0.9) = 15; 6 of them.
        for (const uint8_t label : alone.Labels())
        {
            counts[label]++;
        }
        for (const uint32_t count : counts)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(count, 250.0, 90.0, "all digits are as likely");
        }
        Sets();
        Cache();
    }

    /// The sets beside the first one.
    void Sets()
    {
        NS_TEST_EXPECT_MSG_EQ(SyntheticSetNames(),
                              "synthetic-digits, synthetic-clutter, synthetic-street, "
                              "synthetic-cifar10",
                              "names");
        NS_TEST_EXPECT_MSG_EQ(ParseSyntheticSet("digits").has_value(), false, "no such name");

        /// A set, its images' shape, and the checksum of images and labels as above.
        struct Expected
        {
            const char* name;
            ImageShape shape;
            uint32_t checksum;
        };

        for (const Expected& expected : {Expected{"synthetic-digits", {1, 28, 28}, 0x3c96af22},
                                         Expected{"synthetic-clutter", {1, 28, 28}, 0x03ee961e},
                                         Expected{"synthetic-street", {3, 32, 32}, 0xdf072fe1},
                                         Expected{"synthetic-cifar10", {3, 32, 32}, 0xa0993efb}})
        {
            const auto set = ParseSyntheticSet(expected.name);
            NS_TEST_ASSERT_MSG_EQ(set.has_value(), true, expected.name);
            const Dataset data = MakeSynthetic(*set, 1, 0, 100);
            NS_TEST_EXPECT_MSG_EQ((data.Shape() == expected.shape), true, "shape");
            boost::crc_32_type crc;
            for (uint32_t i = 0; i < data.Size(); i++)
            {
                const Bytes pixels = data.Pixels(i);
                crc.process_bytes(pixels.data(), pixels.size());
                crc.process_byte(data.Labels()[i]);
            }
            NS_TEST_EXPECT_MSG_EQ(crc.checksum(), expected.checksum, expected.name);
            ThreadPool pool(2);
            NS_TEST_EXPECT_MSG_EQ(AreEqual(MakeSynthetic(*set, 1, 50, 1500, &pool).Subset({0, 1}),
                                           data.Subset({50, 51})),
                                  true,
                                  "only the number");
            const std::string cache = FreshFolder(CreateTempDirFilename(expected.name));
            const TrainTest kept = ReadMnist(EnsureSynthetic(*set, cache, 1, 6, 4), {10, false});
            NS_TEST_EXPECT_MSG_EQ(AreEqual(kept.test, data.Subset({6, 7, 8, 9})), true, "kept");
        }
    }

    void Cache()
    {
        const std::string cache = FreshFolder(CreateTempDirFilename("digits")) + "/a/b";
        auto ensure = [&](uint64_t seed) { return EnsureSyntheticMnist(cache, seed, 40, 20); };
        // Two at once: both succeed, one set of files remains. Often enough that one comes to
        // rename its folder when the other has done so.
        for (uint64_t seed = 100; seed < 120; seed++)
        {
            auto rival = std::async(std::launch::async, ensure, seed);
            const std::string mine = ensure(seed);
            NS_TEST_EXPECT_MSG_EQ(rival.get(), mine, "the same folder");
        }
        NS_TEST_EXPECT_MSG_EQ(CountEntries(cache), 20, "a folder per seed, nothing temporary");
        const std::string folder = ensure(5);
        const TrainTest data = ReadMnist(folder);
        NS_TEST_EXPECT_MSG_EQ(AreEqual(data.train, MakeSyntheticDigits(5, 0, 40, nullptr)),
                              true,
                              "training data");
        NS_TEST_EXPECT_MSG_EQ(AreEqual(data.test, MakeSyntheticDigits(5, 40, 20, nullptr)),
                              true,
                              "test data are others");
        const std::string file = folder + "/train-images-idx3-ubyte";
        const auto written = std::filesystem::last_write_time(file);
        ensure(5);
        NS_TEST_EXPECT_MSG_EQ((std::filesystem::last_write_time(file) == written),
                              true,
                              "written once");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { EnsureSyntheticMnist(cache, 5, 0, 20); }),
                              "synthetic-digits: 0 training and 20 test images: must be at least "
                              "1 each",
                              "count");
        const std::string blocked = WriteRaw(cache + "/file", {1}) + "/x";
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { EnsureSyntheticMnist(blocked, 5, 1, 1); }),
                              "cache folder " + blocked + ": cannot be made (Not a directory)",
                              "cache");
    }
};

/// The random numbers' moments.
class RandomStreamTestCase : public TestCase
{
  public:
    RandomStreamTestCase()
        : TestCase("random numbers: reference, moments, independence of streams")
    {
    }

  private:
    void DoRun() override
    {
        constexpr int N = 200000;
        RandomStream random(42);
        double uniform = 0;
        double normal = 0;
        double square = 0;
        for (int i = 0; i < N; i++)
        {
            uniform += random.Uniform() / N;
            const double x = random.Normal();
            normal += x / N;
            square += x * x / N;
        }
        // Five standard errors each; standard deviations are sqrt(1/12), 1 and sqrt(2).
        const double unit = 5 / std::sqrt(N);
        NS_TEST_EXPECT_MSG_EQ_TOL(uniform, 0.5, unit * std::sqrt(1.0 / 12), "uniform mean");
        NS_TEST_EXPECT_MSG_EQ_TOL(normal, 0, unit, "normal mean");
        NS_TEST_EXPECT_MSG_EQ_TOL(square, 1, unit * std::sqrt(2), "normal variance");
        // Gamma(k): mean k, variance k
        for (const double shape : {0.3, 1.0, 4.5})
        {
            double mean = 0;
            for (int i = 0; i < N; i++)
            {
                mean += std::exp(random.LogGamma(shape)) / N;
            }
            NS_TEST_EXPECT_MSG_EQ_TOL(mean, shape, unit * std::sqrt(shape), "gamma mean " << shape);
        }
        std::vector<double> counts(7, 0);
        for (int i = 0; i < N; i++)
        {
            counts[random.Below(7)]++;
        }
        for (const double count : counts)
        {
            const double share = 1.0 / 7;
            NS_TEST_EXPECT_MSG_EQ_TOL(count / N,
                                      share,
                                      unit * std::sqrt(share * (1 - share)),
                                      "below");
        }
        std::set<uint64_t> values;
        for (uint64_t seed = 0; seed < 100; seed++)
        {
            for (uint64_t stream = 0; stream < 100; stream++)
            {
                values.insert(RandomStream(seed, stream).Next());
            }
        }
        NS_TEST_EXPECT_MSG_EQ(values.size(), 10000, "streams and seeds differ");
        std::vector<int> items{0, 1, 2, 3, 4, 5};
        random.Shuffle(items);
        NS_TEST_EXPECT_MSG_EQ((std::set<int>(items.begin(), items.end()).size()), 6, "permutation");
    }
};

/// Parts of a partition.
using Parts = std::vector<std::vector<uint32_t>>;

/// How samples are spread.
class PartitionTestCase : public TestCase
{
  public:
    PartitionTestCase()
        : TestCase("partitioner: properties of each law")
    {
    }

  private:
    /// Checks what holds for all laws; returns the number of samples used.
    size_t CheckParts(const Parts& parts, size_t samples, const std::string& law)
    {
        std::set<uint32_t> seen;
        size_t used = 0;
        for (const auto& part : parts)
        {
            NS_TEST_EXPECT_MSG_EQ(part.empty(), false, law << ": every device has a sample");
            used += part.size();
            seen.insert(part.begin(), part.end());
        }
        NS_TEST_EXPECT_MSG_EQ(seen.size(), used, law << ": no sample in two parts");
        NS_TEST_EXPECT_MSG_LT(*seen.rbegin(), samples, law << ": indices exist");
        return used;
    }

    /// The labels of a part.
    std::set<uint8_t> LabelsOf(const std::vector<uint32_t>& part) const
    {
        std::set<uint8_t> labels;
        for (const uint32_t sample : part)
        {
            labels.insert(m_labels[sample]);
        }
        return labels;
    }

    void DoRun() override
    {
        RandomStream random(9);
        m_labels.resize(1003);
        std::generate(m_labels.begin(), m_labels.end(), [&] { return random.Below(10); });
        for (const std::string law : {"iid",
                                      "labels:1",
                                      "labels:2",
                                      "labels:10",
                                      "dirichlet:0.01",
                                      "dirichlet:0.5",
                                      "dirichlet:100",
                                      "unequal:0",
                                      "unequal:3",
                                      "iid@7",
                                      "dirichlet:0.5@7"})
        {
            const Partitioner partitioner = Partitioner::FromText(law);
            for (const uint32_t devices : {1U, 10U, 37U, 1003U})
            {
                const Parts parts = partitioner.Split(m_labels, devices, 3);
                NS_TEST_EXPECT_MSG_EQ(parts.size(), devices, law << ": a part per device");
                const size_t used = CheckParts(parts, m_labels.size(), law);
                const bool limited = law.find('@') != std::string::npos;
                // With one device, labels:1 and labels:2 leave the other labels' samples.
                const bool usesAll = !limited && (devices > 1 || law.compare(0, 6, "labels") != 0 ||
                                                  law == "labels:10");
                NS_TEST_EXPECT_MSG_EQ((used == m_labels.size() || !usesAll), true, law << ": all");
                NS_TEST_EXPECT_MSG_EQ((parts == partitioner.Split(m_labels, devices, 3)),
                                      true,
                                      law << ": deterministic");
                NS_TEST_EXPECT_MSG_EQ((parts != partitioner.Split(m_labels, devices, 4)),
                                      true,
                                      law << ": the seed matters");
            }
        }
        Sizes();
        Labels();
        Dirichlet();
    }

    void Sizes()
    {
        for (const auto& part : Partitioner::FromText("iid").Split(m_labels, 37, 1))
        {
            // 1003 / 37 = 27.1
            NS_TEST_EXPECT_MSG_EQ((part.size() == 27 || part.size() == 28), true, "equal sizes");
        }
        for (const auto& part : Partitioner::FromText("iid@7").Split(m_labels, 37, 1))
        {
            NS_TEST_EXPECT_MSG_EQ(part.size(), 7, "limit");
        }
        const Parts shares = Partitioner::FromText("shares:1,2.5,6.5").Split(m_labels, 3, 1);
        // Shares of 1003, rounded: boundaries may move by half a sample.
        NS_TEST_EXPECT_MSG_EQ_TOL(shares[0].size(), 100.3, 1, "a tenth");
        NS_TEST_EXPECT_MSG_EQ_TOL(shares[1].size(), 250.75, 1, "a quarter");
        NS_TEST_EXPECT_MSG_EQ_TOL(shares[2].size(), 651.95, 1, "the rest");
        // Log-normal: mean of the sizes' logarithms' deviation over 200 devices of 500 samples on
        // average, where rounding is below 1 %. Sample deviation of sigma = 0.7: standard error
        // 0.7 / sqrt(2 * 199) = 0.035; five of them.
        const std::vector<uint8_t> many(100000, 0);
        const Parts unequal = Partitioner::FromText("unequal:0.7").Split(many, 200, 1);
        Eigen::ArrayXd logs(200);
        for (int i = 0; i < 200; i++)
        {
            logs[i] = std::log(static_cast<double>(unequal[i].size()));
        }
        const double deviation = std::sqrt((logs - logs.mean()).square().sum() / 199);
        NS_TEST_EXPECT_MSG_EQ_TOL(deviation, 0.7, 0.175, "log-normal sizes");
    }

    void Labels()
    {
        const Parts parts = Partitioner::FromText("labels:2").Split(m_labels, 20, 1);
        std::vector<uint32_t> holders(10, 0);
        for (const auto& part : parts)
        {
            const auto labels = LabelsOf(part);
            NS_TEST_EXPECT_MSG_EQ(labels.size(), 2, "two labels");
            for (const uint8_t label : labels)
            {
                holders[label]++;
            }
        }
        for (const uint32_t count : holders)
        {
            NS_TEST_EXPECT_MSG_EQ(count, 4, "20 devices x 2 labels / 10 labels");
        }
    }

    void Dirichlet()
    {
        // For shares p of d devices, E[sum of p^2] = (beta + 1) / (d beta + 1). Over 200 seeds, the
        // standard error is taken from the sample; rounding of 1e5 samples moves p by 1e-5.
        const std::vector<uint8_t> one(100000, 0);
        for (const double beta : {0.1, 1.0, 10.0})
        {
            PartitionSpec spec;
            spec.kind = PartitionSpec::Kind::DIRICHLET;
            spec.beta = beta;
            constexpr int SEEDS = 60;
            Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(SEEDS);
            for (int seed = 0; seed < SEEDS; seed++)
            {
                for (const auto& part : Partitioner(spec).Split(one, 10, seed))
                {
                    const double share = static_cast<double>(part.size()) / 1e5;
                    sums[seed] += share * share;
                }
            }
            const double error =
                std::sqrt((sums - sums.mean()).square().sum() / (SEEDS - 1) / SEEDS);
            NS_TEST_EXPECT_MSG_EQ_TOL(sums.mean(),
                                      (beta + 1) / (10 * beta + 1),
                                      5 * error + 1e-4,
                                      "Dirichlet " << beta);
        }
    }

    std::vector<uint8_t> m_labels; ///< of all samples
};

/// Parts of equal size.
class EqualPartitionTestCase : public TestCase
{
  public:
    EqualPartitionTestCase()
        : TestCase("partitioner: laws of equal sizes")
    {
    }

  private:
    /// As many samples of label l as its place says.
    static std::vector<uint8_t> MakeLabels(const std::vector<uint32_t>& counts)
    {
        std::vector<uint8_t> labels;
        for (size_t label = 0; label < counts.size(); label++)
        {
            labels.insert(labels.end(), counts[label], static_cast<uint8_t>(label));
        }
        return labels;
    }

    /// By label, how many samples of it a part has, without zeros, in ascending order.
    static std::vector<uint32_t> Composition(const std::vector<uint32_t>& part,
                                             const std::vector<uint8_t>& labels)
    {
        std::vector<uint32_t> counts(10, 0);
        for (const uint32_t sample : part)
        {
            counts[labels[sample]]++;
        }
        std::sort(counts.begin(), counts.end());
        counts.erase(counts.begin(), std::upper_bound(counts.begin(), counts.end(), 0U));
        return counts;
    }

    /// Split, and check what holds for all of these laws.
    Parts Split(const std::string& law, const std::vector<uint8_t>& labels, uint32_t devices)
    {
        const Partitioner partitioner = Partitioner::FromText(law);
        Parts parts = partitioner.Split(labels, devices, 5);
        NS_TEST_EXPECT_MSG_EQ((parts == partitioner.Split(labels, devices, 5)), true, "same seed");
        NS_TEST_EXPECT_MSG_EQ((parts != partitioner.Split(labels, devices, 6)), true, "other seed");
        std::set<uint32_t> seen;
        for (const auto& part : parts)
        {
            NS_TEST_EXPECT_MSG_EQ(part.size(), parts[0].size(), law << ": equal sizes");
            seen.insert(part.begin(), part.end());
        }
        NS_TEST_EXPECT_MSG_EQ(seen.size(), devices * parts[0].size(), law << ": none in two parts");
        return parts;
    }

    void DoRun() override
    {
        const auto even = MakeLabels(std::vector<uint32_t>(10, 120));
        // Ten devices, ten labels, two each: every label has two devices, which share its 120.
        for (const auto& part : Split("labels-equal:2", even, 10))
        {
            NS_TEST_EXPECT_MSG_EQ((Composition(part, even) == std::vector<uint32_t>{60, 60}),
                                  true,
                                  "two labels, half and half, all of the samples");
        }
        for (const auto& part : Split("labels-equal:3@31", even, 10))
        {
            NS_TEST_EXPECT_MSG_EQ((Composition(part, even) == std::vector<uint32_t>{10, 10, 11}),
                                  true,
                                  "a limit that three do not divide");
        }
        Uneven();
        Varied(even);
        Dirichlet(even);
    }

    /// Where labels differ in size, large ones go to more devices.
    void Uneven()
    {
        const auto labels = MakeLabels({400, 100, 100, 100, 100});
        const Parts parts = Split("labels-equal:1", labels, 8);
        NS_TEST_EXPECT_MSG_EQ(parts[0].size(), 100, "all of the samples");
        const auto scarce = MakeLabels({1000, 7});
        // Both labels each: 7 of the scarce one for three devices are 2 each, 2 of the other.
        NS_TEST_EXPECT_MSG_EQ(Split("labels-equal:2", scarce, 3)[0].size(), 4, "the scarce rules");
    }

    void Varied(const std::vector<uint8_t>& even)
    {
        using Counts = std::vector<uint32_t>;
        NS_TEST_EXPECT_MSG_EQ((VariedLabelCounts(10, 4) == Counts{1, 2, 2, 3, 3, 3, 4, 4, 4, 4}),
                              true,
                              "the paper's");
        NS_TEST_EXPECT_MSG_EQ((VariedLabelCounts(1, 4) == Counts{3}), true, "the middle");
        NS_TEST_EXPECT_MSG_EQ((VariedLabelCounts(3, 2) == Counts{1, 2, 2}), true, "1 + 2 devices");
        NS_TEST_EXPECT_MSG_EQ((VariedLabelCounts(3, 1) == Counts{1, 1, 1}), true, "one label");
        const Counts many = VariedLabelCounts(1000000, 255);
        NS_TEST_EXPECT_MSG_EQ(many.size(), 1000000, "all devices");
        NS_TEST_EXPECT_MSG_EQ(many.back(), 255, "up to the most");
        const Parts parts = Split("varied", even, 10);
        Counts labels;
        for (const auto& part : parts)
        {
            const auto composition = Composition(part, even);
            labels.push_back(static_cast<uint32_t>(composition.size()));
            NS_TEST_EXPECT_MSG_LT_OR_EQ(composition.back() - composition.front(),
                                        1,
                                        "as many each");
        }
        std::sort(labels.begin(), labels.end());
        NS_TEST_EXPECT_MSG_EQ((labels == VariedLabelCounts(10, 4)), true, "labels per device");
        // No label is in demand for twice the mean, one part of 120.
        NS_TEST_EXPECT_MSG_GT(parts[0].size(), 60, "most samples are used");
    }

    void Dirichlet(const std::vector<uint8_t>& even)
    {
        const Parts all = Split("dirichlet-equal:0.5", even, 7);
        NS_TEST_EXPECT_MSG_EQ(all[0].size(), 171, "1,200 / 7, the rest is unused");
        // Large beta: as in the whole, 12 of 120, multinomial: variance 120 / 10 * 9 / 10.
        for (const auto& part : Split("dirichlet-equal:1e6@120", even, 8))
        {
            const auto composition = Composition(part, even);
            NS_TEST_EXPECT_MSG_EQ(composition.size(), 10, "all labels");
            NS_TEST_EXPECT_MSG_LT(composition.back(), 12 + 5 * std::sqrt(10.8), "even");
        }
        // Small beta: practically one label each, as long as there is enough of it.
        for (const auto& part : Split("dirichlet-equal:1e-6@12", even, 10))
        {
            NS_TEST_EXPECT_MSG_EQ(Composition(part, even).size(), 1, "one label");
        }
        NS_TEST_EXPECT_MSG_EQ(Split("dirichlet-equal:1e-6", even, 10)[0].size(),
                              120,
                              "where a label is used up, others serve");
        Shares();
    }

    /// The largest share of a label in a part has the mean that Dirichlet's distribution gives it.
    void Shares()
    {
        // Two labels, beta 1: the share is uniform, the larger one's mean 3/4, variance 1/48; of
        // 400 samples, its binomial deviation is below 1/40. 200 devices, five standard errors.
        const auto two = MakeLabels({400000, 400000});
        double mean = 0;
        for (const auto& part : Split("dirichlet-equal:1@400", two, 200))
        {
            mean += Composition(part, two).back() / 400.0 / 200;
        }
        const double bias = 1.0 / 40;
        NS_TEST_EXPECT_MSG_EQ_TOL(mean, 0.75, 5 * std::sqrt(1 / 48.0 / 200) + bias, "uniform");
    }
};

/// What the partitioner refuses.
class PartitionRefusalTestCase : public TestCase
{
  public:
    PartitionRefusalTestCase()
        : TestCase("partitioner: option texts and refusals")
    {
    }

  private:
    void DoRun() override
    {
        using Kind = PartitionSpec::Kind;
        NS_TEST_EXPECT_MSG_EQ((Partitioner::FromText("labels:3").GetSpec().labelsPerDevice),
                              3,
                              "labels");
        NS_TEST_EXPECT_MSG_EQ((Partitioner::FromText("dirichlet:0.25").GetSpec().beta),
                              0.25,
                              "beta");
        NS_TEST_EXPECT_MSG_EQ((Partitioner::FromText("unequal").GetSpec().kind == Kind::LOGNORMAL),
                              true,
                              "default");
        NS_TEST_EXPECT_MSG_EQ((Partitioner::FromText("iid@60").GetSpec().maxSamples), 60, "limit");
        for (const std::string text : {"",
                                       "x",
                                       "iid:2",
                                       "labels:",
                                       "labels:-1",
                                       "labels:1.5",
                                       "dirichlet:a",
                                       "dirichlet:nan",
                                       "dirichlet:1 ",
                                       "unequal:1e999",
                                       "shares",
                                       "shares:1,,2",
                                       "iid@",
                                       "iid@x"})
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Partitioner::FromText(text); }),
                                  "partition '" + text + "': must be " + Partitioner::KnownTexts(),
                                  text);
        }
        ExpectRefusal("labels:0", "partition: 0 labels per device: must be at least 1");
        ExpectRefusal("dirichlet:0",
                      "partition: Dirichlet's beta 0: must be between 1e-06 and 1e+06");
        ExpectRefusal("unequal:-1", "partition: sigma -1: must be between 0 and 10");
        ExpectRefusal("shares:1,0", "partition: share 0: must be between 1e-06 and 1e+09");
        ExpectRefusal("iid@0", "partition 'iid@0': 0 samples per device: must be at least 1");
        ExpectRefusal("labels:3",
                      "partition: 3 labels per device: must be at most 2, the number of labels in "
                      "the data");
        ExpectRefusal("shares:1,2,3", "partition: 3 shares: must be 2, one per device");
        ExpectRefusal("varied",
                      "partition: 4 labels per device: must be at most 2, the number of labels in "
                      "the data");
        ExpectRefusal("labels-equal:0", "partition: 0 labels per device: must be at least 1");
        ExpectRefusal("labels-equal:2",
                      "partition: 2 parts of equal size: 0 samples each: must be at least 2, the "
                      "number of labels of a device");
        ExpectRefusal("dirichlet-equal:0",
                      "partition: Dirichlet's beta 0: must be between 1e-06 and 1e+06");
        for (const uint32_t devices : {0U, 4U})
        {
            NS_TEST_EXPECT_MSG_EQ(
                RefusalOf([&] { Partitioner::FromText("iid").Split({0, 0, 1}, devices, 1); }),
                "partition: " + std::to_string(devices) +
                    " devices: must be between 1 and 3, the number of samples",
                "devices");
        }
    }

    /// The refusal of a text, or of a split of three samples of two labels over two devices.
    void ExpectRefusal(const std::string& text, const std::string& message)
    {
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Partitioner::FromText(text).Split({0, 0, 1}, 2, 1); }),
            message,
            text);
    }
};

/// Data sets, files, digits, partitions.
class DataTestSuite : public TestSuite
{
  public:
    DataTestSuite()
        : TestSuite("fl-data", TestSuite::Type::UNIT)
    {
        AddTestCase(new DatasetTestCase);
        AddTestCase(new IdxTestCase);
        AddTestCase(new IdxRefusalTestCase);
        AddTestCase(new GzipTestCase);
        AddTestCase(new CifarTestCase);
        AddTestCase(new WholeFileTestCase);
        AddTestCase(new SyntheticDigitsTestCase);
        AddTestCase(new RandomStreamTestCase);
        AddTestCase(new PartitionTestCase);
        AddTestCase(new EqualPartitionTestCase);
        AddTestCase(new PartitionRefusalTestCase);
    }
};

DataTestSuite g_dataTestSuite; ///< registers the suite

} // namespace
