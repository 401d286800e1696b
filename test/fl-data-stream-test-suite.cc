/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-classifiers.h"
#include "ns3/fl-data-stream.h"
#include "ns3/fl-drift.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// Indices of samples.
using Samples = std::vector<uint32_t>;

/// Samples come and go. Rates and times are powers of two and their sums, so that time is exact.
class DataStreamTestCase : public TestCase
{
  public:
    DataStreamTestCase()
        : TestCase("data stream: rates, order, cuts, seeds")
    {
    }

  private:
    void DoRun() override
    {
        const Samples pool{100, 101, 102, 103, 104, 105, 106, 107, 108, 109};
        const DataStreamOptions options{4, {2, 0.5}, {0.25, 0}, 1};
        DataStream stream(pool, options);
        const Samples first = stream.Samples();
        NS_TEST_EXPECT_MSG_EQ(first.size(), 4, "begins with four");
        // Comes at 0.5, 1, 1.5, 2; goes at 2.
        stream.Advance(1, false);
        NS_TEST_EXPECT_MSG_EQ(stream.GetSize(), 6, "two came");
        stream.Advance(2, false);
        NS_TEST_EXPECT_MSG_EQ(stream.GetSize(), 7, "two more came, one went");
        NS_TEST_EXPECT_MSG_EQ(stream.GetAdded(), 4, "came");
        NS_TEST_EXPECT_MSG_EQ(stream.GetDiscarded(), 1, "went");
        const Samples now = stream.Samples();
        NS_TEST_EXPECT_MSG_EQ(std::equal(first.begin() + 1, first.end(), now.begin()),
                              true,
                              "the oldest went, the newest are last");
        Samples sorted = now;
        std::sort(sorted.begin(), sorted.end());
        NS_TEST_EXPECT_MSG_EQ((std::unique(sorted.begin(), sorted.end()) == sorted.end()),
                              true,
                              "none twice");
        NS_TEST_EXPECT_MSG_EQ(std::includes(pool.begin(), pool.end(), sorted.begin(), sorted.end()),
                              true,
                              "of the pool");
        NS_TEST_EXPECT_MSG_EQ((DataStream(pool, options).Samples() == first), true, "same seed");
        DataStreamOptions other = options;
        other.seed = 2;
        NS_TEST_EXPECT_MSG_EQ((DataStream(pool, other).Samples() == first), false, "other seed");
        Cuts(pool, options);
        Change();
    }

    /// The same however finely time is cut.
    void Cuts(const Samples& pool, const DataStreamOptions& options)
    {
        DataStream coarse(pool, options);
        DataStream fine(pool, options);
        for (int i = 1; i <= 50; i++)
        {
            const bool isComputing = i % 3 == 0;
            coarse.Advance(i, isComputing);
            for (int k = 7; k >= 0; k--)
            {
                fine.Advance(i - k / 8.0, isComputing);
            }
            NS_TEST_EXPECT_MSG_EQ((coarse.Samples() == fine.Samples()), true, "at " << i << " s");
        }
        NS_TEST_EXPECT_MSG_EQ(coarse.GetNowS(), 50, "time");
    }

    /// Half of the way at 1/s, the other half at 1/4 per second.
    void Change()
    {
        DataStream stream({7}, {0, {1, 0}, {0.25, 0}, 1});
        stream.Advance(0.5, false);
        stream.Advance(2.25, true);
        NS_TEST_EXPECT_MSG_EQ(stream.GetSize(), 0, "not yet");
        stream.Advance(2.5, true);
        NS_TEST_EXPECT_MSG_EQ((stream.Samples() == Samples{7}), true, "in proportion");
    }
};

/// A data set that runs empty, one that is full, and what is refused.
class DataStreamLimitsTestCase : public TestCase
{
  public:
    DataStreamLimitsTestCase()
        : TestCase("data stream: empty, full, around and around, refusals")
    {
    }

  private:
    void DoRun() override
    {
        DataStream draining({3, 4}, {1, {0, 1}, {1, 0}, 1});
        draining.Advance(5.5, false);
        NS_TEST_EXPECT_MSG_EQ(draining.GetSize(), 0, "empty");
        NS_TEST_EXPECT_MSG_EQ(draining.Samples().empty(), true, "and says so");
        NS_TEST_EXPECT_MSG_EQ(draining.GetDiscarded(), 1, "there was no more to discard");
        draining.Advance(6.5, true);
        NS_TEST_EXPECT_MSG_EQ(draining.GetSize(), 1, "filled again");
        // Half of a turn was done when it stood empty; lost turns are not made up for.
        draining.Advance(6.75, false);
        NS_TEST_EXPECT_MSG_EQ(draining.GetSize(), 1, "a turn takes its time");
        draining.Advance(7, false);
        NS_TEST_EXPECT_MSG_EQ(draining.GetSize(), 0, "empty again");

        DataStream turning({0, 1, 2}, {3, {1, 1}, {0, 0}, 1});
        const Samples first = turning.Samples();
        turning.Advance(1, false);
        NS_TEST_EXPECT_MSG_EQ((turning.Samples() == Samples{first[1], first[2]}),
                              true,
                              "full: nothing came, one went");
        turning.Advance(2, false);
        NS_TEST_EXPECT_MSG_EQ((turning.Samples() == Samples{first[2], first[0]}),
                              true,
                              "the first to go is the first to come back");
        DataStream nothing({}, {0, {1, 1}, {1, 1}, 1});
        nothing.Advance(10, true);
        NS_TEST_EXPECT_MSG_EQ(nothing.GetSize(), 0, "an empty pool");
        Refusals();
    }

    void Refusals()
    {
        auto refusal = [](const DataStreamOptions& options) {
            return RefusalOf([&] { DataStream({1, 2}, options); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal({3, {}, {}, 1}),
                              "data stream: 3 samples at first: must be at most 2, the device's in "
                              "all",
                              "start");
        const std::string range = " samples/s: must be between 0 and 1e+06";
        NS_TEST_EXPECT_MSG_EQ(refusal({0, {-1, 0}, {}, 1}),
                              "data stream: adds while idle -1" + range,
                              "negative");
        NS_TEST_EXPECT_MSG_EQ(refusal({0, {0, NAN}, {}, 1}),
                              "data stream: discards while idle nan" + range,
                              "NaN");
        NS_TEST_EXPECT_MSG_EQ(refusal({0, {}, {2e6, 0}, 1}),
                              "data stream: adds while computing 2e+06" + range,
                              "large");
        NS_TEST_EXPECT_MSG_EQ(refusal({0, {}, {0, INFINITY}, 1}),
                              "data stream: discards while computing inf" + range,
                              "infinite");
        DataStream stream({1, 2}, {1, {}, {}, 1});
        stream.Advance(3, false);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { stream.Advance(2, false); }),
                              "data stream: time 2 s: must be finite and not before 3 s",
                              "back in time");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { stream.Advance(INFINITY, false); }),
                              "data stream: time inf s: must be finite and not before 3 s",
                              "never");
    }
};

/**
 * Drift by hand: one feature x = 1, weights (1/2, -1/2): a sample of label 0 has the loss log(1 +
 * exp(-1)), one of label 1 log(1 + exp(1)), which is 1 more.
 */
class DriftTestCase : public TestCase
{
  public:
    DriftTestCase()
        : TestCase("drift: by hand, clipped, without samples, refusals")
    {
    }

  private:
    void DoRun() override
    {
        constexpr double EPS = std::numeric_limits<float>::epsilon();
        const SoftmaxRegression model(1, 2);
        Eigen::VectorXf w(4);
        w << 0.5F, -0.5F, 0, 0;
        const Dataset data(Eigen::MatrixXf::Ones(1, 4), {0, 0, 1, 1}, 2, {1, 1, 1});
        auto drift = [&](const Samples& before, const Samples& after) {
            return MeasureDrift(model, w, data, before, after, 4, 5);
        };
        // 1 / (4 s x 5); losses of some size 1 with a few roundings each.
        const Drift risen = drift({0, 1}, {2, 3});
        NS_TEST_EXPECT_MSG_EQ_TOL(risen.signedPerS, 0.05, 10 * EPS / 20, "risen");
        NS_TEST_EXPECT_MSG_EQ(risen.clippedPerS, risen.signedPerS, "as it is");
        NS_TEST_EXPECT_MSG_EQ(risen.measured, true, "measured");
        NS_TEST_EXPECT_MSG_EQ_TOL(drift({0, 1}, {1, 2}).signedPerS, 0.025, 10 * EPS / 20, "half");
        const Drift fallen = drift({2}, {0});
        NS_TEST_EXPECT_MSG_EQ_TOL(fallen.signedPerS, -0.05, 10 * EPS / 20, "fallen");
        NS_TEST_EXPECT_MSG_EQ(fallen.clippedPerS, 0, "counts as 0");
        for (const Drift& none : {drift({}, {1}), drift({1}, {})})
        {
            NS_TEST_EXPECT_MSG_EQ(none.measured, false, "no samples, no loss");
            NS_TEST_EXPECT_MSG_EQ(none.signedPerS, 0, "none");
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { MeasureDrift(model, w, data, {0}, {1}, 0, 5); }),
                              "drift: duration 0 s: must be positive and finite",
                              "duration");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { MeasureDrift(model, w, data, {0}, {1}, 1, 0); }),
                              "drift: 0 devices: must be at least 1",
                              "devices");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { drift({0}, {4}); }),
                              "loss: sample 4: must be below 4, the data set's size",
                              "index");
    }
};

/// Data that move.
class DataStreamTestSuite : public TestSuite
{
  public:
    DataStreamTestSuite()
        : TestSuite("fl-data-stream", TestSuite::Type::UNIT)
    {
        AddTestCase(new DataStreamTestCase);
        AddTestCase(new DataStreamLimitsTestCase);
        AddTestCase(new DriftTestCase);
    }
};

DataStreamTestSuite g_dataStreamTestSuite; ///< registers the suite

} // namespace
