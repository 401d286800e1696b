/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-joint-methods.h"
#include "fl-test-refusal.h"

#include "ns3/fl-joint-drop.h"
#include "ns3/fl-joint-exponents.h"
#include "ns3/fl-joint-frequencies.h"
#include "ns3/fl-joint-ratios.h"
#include "ns3/fl-joint-uploads.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>

/**
 * @file
 * @ingroup fl
 * What the methods of the joint problem are made of: drops, exponents, frequencies, uploads,
 * ratios. Answers are looked at with code that shares nothing with the solvers.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Drops have the distribution that they say.
class DropTestCase : public TestCase
{
  public:
    DropTestCase()
        : TestCase("drops")
    {
    }

  private:
    void DoRun() override
    {
        JointDropOptions options;
        const auto small = PaperDrop(0, options);
        options.devices = 4000;
        options.weightEnergy = 0.25;
        const auto large = PaperDrop(0, options);
        NS_TEST_EXPECT_MSG_EQ(large.devices[49].gain, small.devices[49].gain, "the same drop");
        NS_TEST_EXPECT_MSG_EQ(large.weightTime, 0.75, "w2");
        NS_TEST_EXPECT_MSG_EQ_TOL(small.noiseWPerHz, 3.981071705534986e-21, 1e-34, "-174 dBm");
        NS_TEST_EXPECT_MSG_EQ_TOL(small.devices[7].maxTxPowerW,
                                  0.01584893192461113,
                                  1e-17,
                                  "12 dBm");
        CheckMoments(large);

        options.shadowingDb = 0;
        const auto places = PaperDrop(0, options);
        // The gain at half the radius: half of the devices lie nearer in the mean of radii, but a
        // quarter in the mean of areas. Five standard deviations of a share of 4,000 are 0.034.
        const double lossDb = 128.1 + 37.6 * std::log10(0.125);
        const auto near = std::count_if(places.devices.begin(), places.devices.end(), [&](auto& d) {
            return d.gain > std::pow(10, -lossDb / 10);
        });
        NS_TEST_EXPECT_MSG_EQ_TOL(near / 4000.0, 0.25, 0.034, "uniform in the disc");

        options.minDistanceM = 300;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { PaperDrop(0, options); }),
                              "radiusM = 250: must be finite and at least the smallest distance, "
                              "300 m, which must be above 0",
                              "an empty cell");
    }

    /// Loss and cycles have the mean and spread that they should.
    void CheckMoments(const JointProblem& problem)
    {
        double lossSum = 0;
        double lossSquares = 0;
        double cycles = 0;
        const double count = problem.devices.size();
        for (const auto& device : problem.devices)
        {
            const double lossDb = -10 * std::log10(device.gain);
            lossSum += lossDb;
            lossSquares += lossDb * lossDb;
            cycles += device.cycles;
        }
        // E[ln r] = ln R - 1/2 and Var[ln r] = 1/4 for a uniform disc, so with 37.6 / ln 10 = 16.33
        // dB the mean is 128.1 + 37.6 log10(0.25) - 8.165, the variance 8^2 + 66.7. Five standard
        // deviations of the mean of 4,000 are 0.90; of the variance, about 19 (kurtosis below 5).
        const double mean = lossSum / count;
        NS_TEST_EXPECT_MSG_EQ_TOL(mean, 97.298, 0.90, "path loss");
        NS_TEST_EXPECT_MSG_EQ_TOL(lossSquares / count - mean * mean, 130.7, 19, "shadowing");
        // Uniform in [0.5, 1.5] x 10^8: five standard deviations of the mean are 2.3e6.
        NS_TEST_EXPECT_MSG_EQ_TOL(cycles / count, 1e8, 2.3e6, "cycles");
    }
};

/// The scalar equations hold, from the widest band to the narrowest.
class ExponentTestCase : public TestCase
{
  public:
    ExponentTestCase()
        : TestCase("exponents")
    {
    }

  private:
    /// @return (x - 1) e^x + 1; by its series where that cancels
    static long double Slope(long double x)
    {
        if (x > 1)
        {
            return (x - 1) * std::exp(x) + 1;
        }
        long double sum = 0;
        long double term = x;
        for (int k = 2; k < 40; ++k)
        {
            term *= x / k;
            sum += (k - 1) * term;
        }
        return sum;
    }

    void DoRun() override
    {
        for (double decade = -9; decade < 2.5; decade += 0.0625)
        {
            const double x = std::pow(10.0, decade);
            const long double slope = Slope(x);
            const long double wide = std::sinh(x / 2.0L) / (x / 2.0L);
            // The argument is rounded to 1.1e-16 relative, and grows at most as x^2 e^2x: x moves
            // by that over the exponent of growth, which is 1 at least. A few roundings on top.
            const double tolerance = 2e-15 * x;
            NS_TEST_EXPECT_MSG_EQ_TOL(PowerSlope(x), slope, 1e-14 * slope, "slope at " << x);
            NS_TEST_EXPECT_MSG_EQ_TOL(ExponentAtPrice(slope), x, tolerance, "price at " << x);
            NS_TEST_EXPECT_MSG_EQ_TOL(ExponentAtFixedPower(slope * std::exp(-(long double)x)),
                                      x,
                                      tolerance,
                                      "fixed power at " << x);
            // Solved for logarithms, which are rounded to 1.1e-16 of their size on either side.
            const double energy = slope * wide * wide;
            NS_TEST_EXPECT_MSG_EQ_TOL(ExponentOfEnergy(energy),
                                      x,
                                      tolerance + 2.3e-16 * std::abs(std::log(energy)) * x,
                                      "energy at " << x);
            // Near x = 0 this one is 1 + x / 2: what is rounded off is absolute.
            NS_TEST_EXPECT_MSG_EQ_TOL(ExponentAtRate(std::expm1((long double)x) / x),
                                      x,
                                      2e-15 * std::max(1.0, x),
                                      "rate at " << x);
        }
        NS_TEST_EXPECT_MSG_EQ(ExponentAtPrice(0), 0, "no price");
        NS_TEST_EXPECT_MSG_EQ(ExponentAtRate(1), 0, "wide band is not enough");
    }
};

/// Subproblem 1: its KKT conditions, and no better T nearby.
class FrequencyTestCase : public TestCase
{
  public:
    FrequencyTestCase()
        : TestCase("Subproblem 1")
    {
    }

  private:
    /// @return w1 sum kappa C f^2 + w2 T with the slowest frequencies that keep T
    static double Cost(const JointProblem& problem,
                       const std::vector<JointShare>& shares,
                       double roundS)
    {
        double energyJ = 0;
        for (size_t i = 0; i < shares.size(); ++i)
        {
            const auto& device = problem.devices[i];
            if (device.cycles > 0)
            {
                const double hz =
                    std::max(device.minCpuHz, device.cycles / (roundS - shares[i].uploadS));
                energyJ += device.capacitance * device.cycles * hz * hz;
            }
        }
        return problem.weightEnergy * energyJ + problem.weightTime * roundS;
    }

    void DoRun() override
    {
        for (uint64_t number = 0; number < 300; ++number)
        {
            const auto problem = HostileProblem(number);
            auto shares = StartShares(problem, 0.5);
            const double roundS = SolveFrequencies(problem, shares);
            const double shortestS = ShortestRound(problem, shares);
            const double cost = Cost(problem, shares, roundS);
            double paidEnergyJ = 0;
            for (size_t i = 0; i < shares.size(); ++i)
            {
                const auto& device = problem.devices[i];
                NS_TEST_EXPECT_MSG_LT_OR_EQ(shares[i].uploadS + shares[i].computeS,
                                            roundS * (1 + 1e-12),
                                            "instance " << number << ", device " << i);
                paidEnergyJ +=
                    device.capacitance * device.cycles * shares[i].cpuHz * shares[i].cpuHz;
            }
            if (problem.weightEnergy > 0)
            {
                // A round that is shorter by 2^-30 would be cheaper to second order only.
                NS_TEST_EXPECT_MSG_EQ_TOL(problem.weightEnergy * paidEnergyJ +
                                              problem.weightTime * roundS,
                                          cost,
                                          1e-9 * cost,
                                          "instance " << number << ": slowest frequencies");
            }
            for (const double factor : {1 - 1e-3, 1 - 1e-5, 1 + 1e-5, 1 + 1e-3})
            {
                const double otherS = std::max(shortestS, roundS * factor);
                NS_TEST_EXPECT_MSG_GT_OR_EQ(Cost(problem, shares, otherS),
                                            cost * (1 - 1e-12),
                                            "instance " << number << ", T times " << factor);
            }
        }
    }
};

/// Subproblem 2: no transfer of bandwidth saves energy, and Algorithm 1 finds the same.
class UploadTestCase : public TestCase
{
  public:
    UploadTestCase()
        : TestCase("Subproblem 2")
    {
    }

  private:
    /// @return the least energy of an upload in this band within a limit; infinite if it is late
    static double Energy(const JointProblem& problem,
                         const JointDevice& device,
                         double bandwidthHz,
                         double limitS)
    {
        const double x = device.payloadBits * std::log(2.0) / (limitS * bandwidthHz);
        JointShare share;
        share.bandwidthHz = bandwidthHz;
        share.txPowerW = std::max(device.minTxPowerW,
                                  problem.noiseWPerHz * bandwidthHz / device.gain * std::expm1(x));
        return share.txPowerW > device.maxTxPowerW
                   ? HUGE_VAL
                   : share.txPowerW * UploadTime(problem, device, share);
    }

    void CheckTransfers(const JointProblem& problem,
                        const std::vector<double>& limitS,
                        const std::vector<JointShare>& shares,
                        uint64_t number)
    {
        const auto& devices = problem.devices;
        double usedHz = 0;
        for (size_t i = 0; i < devices.size(); ++i)
        {
            usedHz += shares[i].bandwidthHz;
            NS_TEST_EXPECT_MSG_LT_OR_EQ(UploadTime(problem, devices[i], shares[i]),
                                        limitS[i] * (1 + FEASIBLE),
                                        "instance " << number << ": device " << i << " is late");
            for (size_t j = 0; j < devices.size(); ++j)
            {
                if (i == j || devices[i].payloadBits == 0 || devices[j].payloadBits == 0)
                {
                    continue;
                }
                const double movedHz =
                    1e-4 * std::min(shares[i].bandwidthHz, shares[j].bandwidthHz);
                const double before =
                    shares[i].txPowerW * shares[i].uploadS + shares[j].txPowerW * shares[j].uploadS;
                const double after =
                    Energy(problem, devices[i], shares[i].bandwidthHz - movedHz, limitS[i]) +
                    Energy(problem, devices[j], shares[j].bandwidthHz + movedHz, limitS[j]);
                // Rounding of the energies, each to some 1e-15 times its sensitivity to x < 100.
                NS_TEST_EXPECT_MSG_GT_OR_EQ(after,
                                            before * (1 - 1e-12),
                                            "instance " << number << ": from " << i << " to " << j);
            }
        }
        const double givenHz = CountSenders(problem) > 0 ? problem.bandwidthHz : 0;
        NS_TEST_EXPECT_MSG_EQ_TOL(usedHz,
                                  givenHz,
                                  FEASIBLE * problem.bandwidthHz,
                                  "instance " << number << ": all of the band");
    }

    void DoRun() override
    {
        int converged = 0;
        for (uint64_t number = 0; number < 200; ++number)
        {
            const auto problem = HostileProblem(number);
            auto shares = StartShares(problem, 0.5);
            std::vector<double> limitS;
            for (const auto& share : shares)
            {
                limitS.push_back(share.uploadS);
            }
            auto direct = shares;
            NS_TEST_ASSERT_MSG_EQ(SolveUploads(problem, limitS, direct), true, "B/2N is in time");
            CheckTransfers(problem, limitS, direct, number);

            if (CountSenders(problem) > 0)
            {
                ExactRatioSubproblem subproblem(problem, limitS);
                const auto outcome = SolveSumOfRatios(problem, std::ref(subproblem), false, shares);
                converged += outcome.converged;
                const double least = UploadEnergy(problem, direct);
                const double tolerance = outcome.converged ? 1e-8 * least : HUGE_VAL;
                // (22) and (23) hold to 1e-10; the energy is what they say to first order.
                NS_TEST_EXPECT_MSG_EQ_TOL(UploadEnergy(problem, shares),
                                          least,
                                          tolerance,
                                          "instance " << number << ": Algorithm 1");
            }
            for (auto& limit : limitS)
            {
                limit *= 0.3;
            }
            auto late = direct;
            const bool solved = SolveUploads(problem, limitS, late);
            NS_TEST_EXPECT_MSG_EQ(solved,
                                  UploadObstacle(problem, limitS).empty(),
                                  "instance " << number << ": both say whether it is feasible");
            if (solved)
            {
                CheckTransfers(problem, limitS, late, number);
            }
        }
        NS_TEST_EXPECT_MSG_GT(converged, 100, "Algorithm 1 mostly converges");
    }
};

/// SP2_v2 is solved exactly for any beta and nu: no change of p or B makes it less.
class RatioTestCase : public TestCase
{
  public:
    RatioTestCase()
        : TestCase("SP2_v2")
    {
    }

  private:
    /// The problem that is solved, and its data.
    struct Instance
    {
        JointProblem problem;
        std::vector<double> limitS;
        RatioParameters parameters;

        /// @return nu (p d - beta G) of a device, at the best power for a band; infinite if it has
        /// none
        double Cost(size_t i, double bandwidthHz) const
        {
            const auto& device = problem.devices[i];
            const double noiseW = problem.noiseWPerHz * bandwidthHz / device.gain;
            const double x = device.payloadBits * std::log(2.0) / (limitS[i] * bandwidthHz);
            double low = std::max(device.minTxPowerW, noiseW * std::expm1(x));
            double high = device.maxTxPowerW;
            if (low > high * (1 + FEASIBLE))
            {
                return HUGE_VAL;
            }
            // Convex in p: where its derivative changes sign.
            for (int step = 0; step < 100 && low < high; ++step)
            {
                const double middle = low + (high - low) / 2;
                const double slope = device.payloadBits - parameters.beta[i] * bandwidthHz /
                                                              (std::log(2.0) * (noiseW + middle));
                (slope > 0 ? high : low) = middle;
            }
            return At(i, bandwidthHz, low);
        }

        double At(size_t i, double bandwidthHz, double powerW) const
        {
            const auto& device = problem.devices[i];
            JointShare share;
            share.bandwidthHz = bandwidthHz;
            share.txPowerW = powerW;
            const double rateBps = device.payloadBits / UploadTime(problem, device, share);
            return parameters.nu[i] * (powerW * device.payloadBits - parameters.beta[i] * rateBps);
        }
    };

    void Check(const Instance& instance, const std::vector<JointShare>& shares, uint64_t number)
    {
        const auto& devices = instance.problem.devices;
        for (size_t i = 0; i < devices.size(); ++i)
        {
            for (size_t j = 0; j < devices.size(); ++j)
            {
                if (devices[i].payloadBits == 0 || devices[j].payloadBits == 0)
                {
                    continue;
                }
                // i = j: nothing moves, but the power may be better.
                const double movedHz =
                    i == j ? 0 : 1e-4 * std::min(shares[i].bandwidthHz, shares[j].bandwidthHz);
                const double before = instance.At(i, shares[i].bandwidthHz, shares[i].txPowerW) +
                                      instance.At(j, shares[j].bandwidthHz, shares[j].txPowerW);
                const double after = instance.Cost(i, shares[i].bandwidthHz - movedHz) +
                                     instance.Cost(j, shares[j].bandwidthHz + movedHz);
                // The two terms of a cost nearly cancel: rounding is of their size.
                const double size =
                    instance.parameters.nu[i] * shares[i].txPowerW * devices[i].payloadBits +
                    instance.parameters.nu[j] * shares[j].txPowerW * devices[j].payloadBits +
                    std::abs(before);
                NS_TEST_EXPECT_MSG_GT_OR_EQ(after,
                                            before - 1e-10 * size,
                                            "instance " << number << ": from " << i << " to " << j);
            }
        }
    }

    void DoRun() override
    {
        for (uint64_t number = 0; number < 200; ++number)
        {
            Instance instance;
            instance.problem = HostileProblem(number);
            auto shares = StartShares(instance.problem, 0.5);
            RandomStream random(8, number);
            for (size_t i = 0; i < shares.size(); ++i)
            {
                const auto& device = instance.problem.devices[i];
                instance.limitS.push_back(shares[i].uploadS * random.Uniform(1, 3));
                // Right up to a factor: too much makes rates slack, too little makes them tight.
                instance.parameters.beta.push_back(std::pow(10, random.Uniform(-1.5, 1.5)) *
                                                   shares[i].txPowerW * shares[i].uploadS);
                instance.parameters.nu.push_back(std::pow(10, random.Uniform(-0.5, 0.5)) *
                                                 shares[i].uploadS /
                                                 std::max(1.0, device.payloadBits));
            }
            if (CountSenders(instance.problem) > 0)
            {
                ExactRatioSubproblem subproblem(instance.problem, instance.limitS);
                NS_TEST_ASSERT_MSG_EQ(subproblem(instance.parameters, shares), "", "feasible");
                Check(instance, shares, number);
            }
        }
    }
};

/// The suite.
class FlJointSubproblemsTestSuite : public TestSuite
{
  public:
    FlJointSubproblemsTestSuite()
        : TestSuite("fl-joint-subproblems", TestSuite::Type::UNIT)
    {
        AddTestCase(new DropTestCase);
        AddTestCase(new ExponentTestCase);
        AddTestCase(new FrequencyTestCase);
        AddTestCase(new UploadTestCase);
        AddTestCase(new RatioTestCase);
    }
};

FlJointSubproblemsTestSuite g_flJointSubproblemsTestSuite; ///< registers the suite

} // namespace
