/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-data.h"
#include "fl-test-refusal.h"

#include "ns3/fl-idx-set.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/test.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <cmath>
#include <filesystem>
#include <future>
#include <set>

/**
 * @file
 * @ingroup fl
 * Data sets, synthetic ones, random streams.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

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

/// Data sets.
class DataTestSuite : public TestSuite
{
  public:
    DataTestSuite()
        : TestSuite("fl-data", TestSuite::Type::UNIT)
    {
        AddTestCase(new DatasetTestCase);
        AddTestCase(new SyntheticDigitsTestCase);
        AddTestCase(new RandomStreamTestCase);
    }
};

DataTestSuite g_dataTestSuite; ///< registers the suite

} // namespace
