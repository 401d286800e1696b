/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-cell.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-block-fading-loss-model.h"
#include "ns3/fl-shadowing-loss-model.h"
#include "ns3/log.h"
#include "ns3/nstime.h"
#include "ns3/propagation-loss-model.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/string.h"

#include <algorithm>
#include <boost/math/distributions/non_central_chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <functional>
#include <numeric>

/**
 * @file
 * @ingroup fl
 * Block fading and shadowing: distributions, coherence, streams.
 *
 * Random tests have fixed streams, so they pass always or never. Bounds are those that a correct
 * model misses with a probability of 1e-6: Kolmogorov and Smirnov's statistic D of n samples
 * exceeds 2.7 / sqrt(n) with a probability of 2 exp(-2 * 2.7^2) = 9e-7, and a mean is 4.9 standard
 * errors off with one of 1e-6.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

constexpr uint32_t SAMPLES = 20000;
constexpr double KS_BOUND = 2.7;
constexpr double MEAN_BOUND = 4.9;

/// @return sqrt(n) times the largest distance of the samples' distribution from a given one
double
KolmogorovSmirnov(std::vector<double> samples, const std::function<double(double)>& cdf)
{
    std::sort(samples.begin(), samples.end());
    const double n = samples.size();
    double distance = 0;
    for (size_t i = 0; i < samples.size(); ++i)
    {
        const double p = cdf(samples[i]);
        distance = std::max({distance, p - i / n, (i + 1) / n - p});
    }
    return distance * std::sqrt(n);
}

/// @return the mean
double
MeanOf(const std::vector<double>& samples)
{
    return std::accumulate(samples.begin(), samples.end(), 0.0) / samples.size();
}

/// @return the correlation coefficient
double
CorrelationOf(const std::vector<double>& a, const std::vector<double>& b)
{
    const double meanA = MeanOf(a);
    const double meanB = MeanOf(b);
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (size_t i = 0; i < a.size(); ++i)
    {
        ab += (a[i] - meanA) * (b[i] - meanB);
        aa += (a[i] - meanA) * (a[i] - meanA);
        bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return ab / std::sqrt(aa * bb);
}

/// @return a fading model with its streams fixed
Ptr<BlockFadingLossModel>
MakeFading(const std::string& fading, bool reciprocal = false, int64_t stream = 1)
{
    const auto model = CreateObject<BlockFadingLossModel>();
    model->SetAttribute("Fading", StringValue(fading));
    model->SetAttribute("CoherenceTime", TimeValue(MilliSeconds(10)));
    model->SetAttribute("Reciprocal", BooleanValue(reciprocal));
    model->AssignStreams(stream);
    return model;
}

/// @return gains of one link in successive blocks
std::vector<double>
GainsOverTime(const Ptr<BlockFadingLossModel>& model, uint32_t a, uint32_t b)
{
    std::vector<double> gains;
    for (uint32_t i = 0; i < SAMPLES; ++i)
    {
        Simulator::Schedule(MilliSeconds(10) * i,
                            [&gains, model, a, b] { gains.push_back(model->GetGain(a, b)); });
    }
    Simulator::Run();
    Simulator::Destroy();
    return gains;
}

/// @return gains of many links at one time
std::vector<double>
GainsOverLinks(const Ptr<BlockFadingLossModel>& model)
{
    std::vector<double> gains;
    for (uint32_t i = 0; i < SAMPLES; ++i)
    {
        gains.push_back(model->GetGain(0, i + 1));
    }
    return gains;
}

/// Mean and distribution of a kind of fading, over time and over links.
class FadingDistributionTestCase : public TestCase
{
  public:
    FadingDistributionTestCase(const std::string& fading, double kFactor)
        : TestCase("distribution of the gain, " + fading + " with K = " + std::to_string(kFactor)),
          m_fading(fading),
          m_kFactor(kFactor)
    {
    }

  private:
    void DoRun() override
    {
        const auto model = MakeFading(m_fading);
        model->SetAttribute("KFactor", DoubleValue(m_kFactor));
        const double k = m_fading == "Rician" ? m_kFactor : 0;
        // |x + iy + line of sight|^2 in units of the scattered power per dimension, 1 / (2 (K +
        // 1)), is noncentral chi-squared with 2 degrees of freedom and noncentrality 2 K; for K = 0
        // that is the exponential distribution of mean 1.
        const boost::math::non_central_chi_squared distribution(2, 2 * k);
        const auto cdf = [&](double gain) {
            return k > 0 ? boost::math::cdf(distribution, gain * 2 * (k + 1)) : -std::expm1(-gain);
        };
        // Its variance is 2 (2 + 4 K), here divided by (2 (K + 1))^2.
        const double deviation = std::sqrt((1 + 2 * k)) / (k + 1);
        for (const auto& gains : {GainsOverTime(model, 3, 7), GainsOverLinks(model)})
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(MeanOf(gains),
                                      1,
                                      MEAN_BOUND * deviation / std::sqrt(SAMPLES),
                                      "mean");
            NS_TEST_EXPECT_MSG_LT(KolmogorovSmirnov(gains, cdf), KS_BOUND, "distribution");
        }
    }

    std::string m_fading; ///< kind
    double m_kFactor;     ///< Rician factor
};

/// A gain lasts for a coherence time, whoever asks however often, and is drawn anew after it.
class CoherenceTestCase : public TestCase
{
  public:
    CoherenceTestCase()
        : TestCase("coherence")
    {
    }

  private:
    void DoRun() override
    {
        const auto model = MakeFading("Rayleigh");
        std::vector<double> gains;
        for (const int64_t us : {0, 1, 9999, 10000, 15000, 19999, 20000})
        {
            Simulator::Schedule(MicroSeconds(us), [&] { gains.push_back(model->GetGain(1, 2)); });
        }
        Simulator::Run();
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_EQ(gains[1], gains[0], "first block");
        NS_TEST_EXPECT_MSG_EQ(gains[2], gains[0], "first block");
        NS_TEST_EXPECT_MSG_NE(gains[3], gains[0], "second block");
        NS_TEST_EXPECT_MSG_EQ(gains[4], gains[3], "second block");
        NS_TEST_EXPECT_MSG_EQ(gains[5], gains[3], "second block");
        NS_TEST_EXPECT_MSG_NE(gains[6], gains[3], "third block");

        auto now = GainsOverTime(model, 1, 2);
        auto next = now;
        now.pop_back();
        next.erase(next.begin());
        NS_TEST_EXPECT_MSG_EQ_TOL(CorrelationOf(now, next),
                                  0,
                                  MEAN_BOUND / std::sqrt(SAMPLES),
                                  "blocks are independent");
    }
};

/// Directions of a link share their gain, or fade independently.
class ReciprocityTestCase : public TestCase
{
  public:
    ReciprocityTestCase()
        : TestCase("reciprocity and independence of links")
    {
    }

  private:
    void DoRun() override
    {
        const double bound = MEAN_BOUND / std::sqrt(SAMPLES);
        const auto reciprocal = MakeFading("Rayleigh", true);
        NS_TEST_EXPECT_MSG_EQ((GainsOverTime(reciprocal, 1, 2) == GainsOverTime(reciprocal, 2, 1)),
                              true,
                              "one draw for both directions");
        const auto paired = MakeFading("Rayleigh", false);
        const auto gains = GainsOverTime(paired, 1, 2);
        for (const auto& [a, b] : {std::pair(2, 1), std::pair(1, 3), std::pair(0, 2)})
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(CorrelationOf(gains, GainsOverTime(paired, a, b)),
                                      0,
                                      bound,
                                      "link " << a << " " << b);
        }
    }
};

/// What is drawn follows seed, run and stream, and nothing else.
class StreamTestCase : public TestCase
{
  public:
    StreamTestCase()
        : TestCase("seed, run and stream")
    {
    }

  private:
    void DoRun() override
    {
        const auto run = RngSeedManager::GetRun();
        const double gain = MakeFading("Rayleigh", false, 5)->GetGain(1, 2);
        NS_TEST_EXPECT_MSG_EQ(MakeFading("Rayleigh", false, 5)->GetGain(1, 2), gain, "the same");
        NS_TEST_EXPECT_MSG_NE(MakeFading("Rayleigh", false, 6)->GetGain(1, 2), gain, "stream");

        const auto other = MakeFading("Rayleigh", false, 5);
        other->GetGain(8, 9);
        NS_TEST_EXPECT_MSG_EQ(other->GetGain(1, 2), gain, "whoever was asked for before");
        other->AssignStreams(6);
        NS_TEST_EXPECT_MSG_NE(other->GetGain(1, 2), gain, "assigned anew");
        other->AssignStreams(5);
        NS_TEST_EXPECT_MSG_EQ(other->GetGain(1, 2), gain, "and back");

        RngSeedManager::SetRun(run + 1);
        NS_TEST_EXPECT_MSG_NE(MakeFading("Rayleigh", false, 5)->GetGain(1, 2), gain, "run");
        RngSeedManager::SetRun(run);

        const auto chain = MakeFading("Rayleigh");
        chain->SetNext(CreateObject<ShadowingLossModel>());
        NS_TEST_EXPECT_MSG_EQ(chain->AssignStreams(5), 2, "one stream per model of a chain");
    }
};

/// Shadowing is normal in dB, the same both ways and at all times.
class ShadowingTestCase : public TestCase
{
  public:
    ShadowingTestCase()
        : TestCase("shadowing")
    {
    }

  private:
    void DoRun() override
    {
        constexpr double SIGMA_DB = 6;
        const auto model = CreateObject<ShadowingLossModel>();
        model->SetAttribute("SigmaDb", DoubleValue(SIGMA_DB));
        model->AssignStreams(1);
        std::vector<double> losses;
        for (uint32_t i = 0; i < SAMPLES; ++i)
        {
            losses.push_back(model->GetLossDb(i + 1, 0));
        }
        const boost::math::normal distribution(0, SIGMA_DB);
        NS_TEST_EXPECT_MSG_EQ_TOL(MeanOf(losses),
                                  0,
                                  MEAN_BOUND * SIGMA_DB / std::sqrt(SAMPLES),
                                  "mean");
        NS_TEST_EXPECT_MSG_LT(
            KolmogorovSmirnov(losses, [&](double x) { return boost::math::cdf(distribution, x); }),
            KS_BOUND,
            "distribution");
        NS_TEST_EXPECT_MSG_EQ(model->GetLossDb(0, 5), model->GetLossDb(5, 0), "both ways");
        double later = 0;
        Simulator::Schedule(Seconds(1000), [&] { later = model->GetLossDb(0, 5); });
        Simulator::Run();
        Simulator::Destroy();
        NS_TEST_EXPECT_MSG_EQ(later, model->GetLossDb(0, 5), "at all times");
    }
};

/// Fading, shadowing and ns-3's path loss add up in a chain.
class ChainTestCase : public TestCase
{
  public:
    ChainTestCase()
        : TestCase("chain with models of ns-3")
    {
    }

  private:
    void DoRun() override
    {
        FdmaHelper helper;
        helper.AddPropagationLoss("ns3::LogDistancePropagationLossModel",
                                  "Exponent",
                                  DoubleValue(3.76),
                                  "ReferenceLoss",
                                  DoubleValue(15.3));
        helper.AddPropagationLoss("ns3::fl::ShadowingLossModel");
        helper.AddPropagationLoss("ns3::fl::BlockFadingLossModel", "Fading", StringValue("Rician"));
        TestCell cell(1, 100, helper);
        NS_TEST_EXPECT_MSG_EQ(FdmaHelper::AssignStreams(cell.netDevices, 1), 2, "streams");
        const auto shadowing =
            DynamicCast<ShadowingLossModel>(cell.channel->GetPropagationLoss()->GetNext());
        NS_TEST_ASSERT_MSG_NE(shadowing, nullptr, "second of the chain");
        const auto fading = DynamicCast<BlockFadingLossModel>(shadowing->GetNext());
        NS_TEST_ASSERT_MSG_NE(fading, nullptr, "third of the chain");
        const uint32_t station = cell.station.Get(0)->GetId();
        const uint32_t device = cell.devices.Get(0)->GetId();
        const double expected = std::pow(10, -9.05) *
                                std::pow(10, -shadowing->GetLossDb(station, device) / 10) *
                                fading->GetGain(device, station);
        NS_TEST_EXPECT_MSG_EQ_TOL(cell.channel->GetGain(0, Direction::UPLINK),
                                  expected,
                                  expected * 1e-12,
                                  "gains multiply");
        NS_TEST_EXPECT_MSG_NE(cell.channel->GetGain(0, Direction::DOWNLINK), expected, "FDD");

        const auto lone = CreateObjectWithMobility();
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { shadowing->CalcRxPower(0, lone, lone); }),
                              "a random propagation loss model needs mobility models that are "
                              "aggregated to nodes: one is not",
                              "no node");
        Simulator::Destroy();
    }

    static Ptr<MobilityModel> CreateObjectWithMobility()
    {
        ObjectFactory factory;
        factory.SetTypeId("ns3::ConstantPositionMobilityModel");
        return factory.Create<MobilityModel>();
    }
};

/// Packets follow the fading: long-run throughput is the mean of the blocks' rates.
class FadedThroughputTestCase : public TestCase
{
  public:
    FadedThroughputTestCase()
        : TestCase("throughput over fading blocks")
    {
    }

  private:
    void DoRun() override
    {
        constexpr double DURATION_S = 20;
        FdmaHelper helper;
        helper.AddPropagationLoss("ns3::fl::BlockFadingLossModel",
                                  "CoherenceTime",
                                  TimeValue(MilliSeconds(100)));
        // The mean SNR is 1: 10 mW of power, 1e-9 W per Hz of noise, no path loss.
        helper.SetChannelAttribute("NoiseDensity", DoubleValue(-60));
        TestCell cell(1, 100, helper);
        FdmaHelper::AssignStreams(cell.netDevices, 1);
        cell.channel->SetAttribute("Queue",
                                   StringValue("ns3::DropTailQueue<Packet>[MaxSize=99999p]"));
        std::vector<Arrival> arrivals;
        TestCell::Record(cell.Station(), arrivals);
        cell.SetGrant(0, Direction::UPLINK, 1e7, 1e-2);
        cell.Send(0, Direction::UPLINK, 50000, 1486);
        double bits = 0;
        for (uint32_t block = 0; block < 200; ++block)
        {
            Simulator::Schedule(MilliSeconds(100) * block, [&] {
                bits += 0.1 * cell.RateBps(0, Direction::UPLINK, 1e7, 1e-2);
            });
        }
        Simulator::Stop(Seconds(DURATION_S));
        Simulator::Run();
        // What begins in one block keeps its rate r1 into the next. Gains are exponential, rates
        // 14.4 Mbit/s times a small gain. Above 1.2 Mbit/s, half a frame is late, which costs
        // 6 kbit * E[r2 / r1 - 1] = 2.9 kbit of a block's 820: 0.4 %. Between that and 0.12 Mbit/s
        // (7.5 % of the blocks) a frame takes 25 ms on average, half of which is in the next block:
        // 1.0 %. Below (0.8 %), segments of 10, 20, 40, 80 ms end 50 ms into the next block: 0.4 %.
        // That is 1.8 % lost; the 16 faded blocks of 200 vary by a quarter, so 2.5 % at most.
        NS_TEST_EXPECT_MSG_LT(arrivals.size(), 50000, "the queue lasted");
        const double received = arrivals.size() * 1500.0 * 8;
        NS_TEST_EXPECT_MSG_LT(received, bits, "not more than the blocks carry");
        NS_TEST_EXPECT_MSG_GT(received, bits * 0.975, "and little less");
        Simulator::Destroy();
    }
};

/// The suite.
class FlFadingTestSuite : public TestSuite
{
  public:
    FlFadingTestSuite()
        : TestSuite("fl-fading", TestSuite::Type::UNIT)
    {
        AddTestCase(new FadingDistributionTestCase("Rayleigh", 4));
        AddTestCase(new FadingDistributionTestCase("Rician", 0.5));
        AddTestCase(new FadingDistributionTestCase("Rician", 10));
        AddTestCase(new CoherenceTestCase);
        AddTestCase(new ReciprocityTestCase);
        AddTestCase(new StreamTestCase);
        AddTestCase(new ShadowingTestCase);
        AddTestCase(new ChainTestCase);
        AddTestCase(new FadedThroughputTestCase);
    }
};

FlFadingTestSuite g_flFadingTestSuite; ///< registers the suite

} // namespace
