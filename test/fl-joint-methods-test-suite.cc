/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-joint.h"
#include "fl-test-refusal.h"

#include "ns3/fl-joint-drop.h"
#include "ns3/fl-joint-exponents.h"
#include "ns3/fl-joint-frequencies.h"
#include "ns3/fl-joint-methods.h"
#include "ns3/fl-joint-ratios.h"
#include "ns3/fl-joint-uploads.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>

/**
 * @file
 * @ingroup fl
 * The paper's alternation, its formulas, its baselines, and what they are made of. Answers are
 * looked at with code that shares nothing with the solvers.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What the methods promise of constraints, relative (EvaluateJoint()).
constexpr double FEASIBLE = 1e-9;

/// A problem with everything as in the paper, from a numbered drop.
JointProblem
Drop(uint64_t number, const JointDropOptions& options)
{
    RandomStream random(1, number);
    return DrawJointDrop(options, random);
}

/// @return how long a device's upload takes [s]
double
UploadTime(const JointProblem& problem, const JointDevice& device, const JointShare& share)
{
    return UploadS(problem, device, share.bandwidthHz, share.txPowerW);
}

/// @return options with a source of draws
JointOptions
WithDraws(RandomStream& random, double startBandShare = 0.5)
{
    JointOptions options;
    options.uniform = [&random] { return random.Uniform(); };
    options.startBandShare = startBandShare;
    return options;
}

/// @return a problem in which anything that is allowed may be 0, and gains spread over six decades
JointProblem
HostileProblem(uint64_t number)
{
    RandomStream random(2, number);
    const auto power = [&](double low, double high) {
        return std::pow(10.0, random.Uniform(low, high));
    };
    const auto oneIn = [&](uint64_t n) { return random.Below(n) == 0; };
    JointProblem problem;
    problem.weightEnergy = oneIn(6) ? 0 : oneIn(6) ? 1 : random.Uniform();
    problem.weightTime = 1 - problem.weightEnergy;
    problem.bandwidthHz = power(4, 8);
    problem.noiseWPerHz = 4e-21;
    problem.rounds = 400;
    const bool unbounded = problem.weightTime == 0;
    for (uint64_t left = 1 + random.Below(10); left > 0; --left)
    {
        JointDevice device;
        device.gain = power(-15, -9);
        device.payloadBits = oneIn(5) ? 0 : power(1, 7);
        device.cycles = oneIn(5) ? 0 : power(5, 10);
        device.capacitance = oneIn(6) ? 0 : power(-29, -26);
        device.maxCpuHz = power(8, 10);
        device.minCpuHz = !unbounded && oneIn(4) ? 0 : device.maxCpuHz * power(-2, 0);
        device.maxTxPowerW = power(-3, 0);
        device.minTxPowerW = !unbounded && oneIn(4) ? 0 : device.maxTxPowerW * power(-3, 0);
        problem.devices.push_back(device);
    }
    return problem;
}

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
        const auto small = Drop(0, options);
        options.devices = 4000;
        options.weightEnergy = 0.25;
        const auto large = Drop(0, options);
        NS_TEST_EXPECT_MSG_EQ(large.devices[49].gain, small.devices[49].gain, "the same drop");
        NS_TEST_EXPECT_MSG_EQ(large.weightTime, 0.75, "w2");
        NS_TEST_EXPECT_MSG_EQ_TOL(small.noiseWPerHz, 3.981071705534986e-21, 1e-34, "-174 dBm");
        NS_TEST_EXPECT_MSG_EQ_TOL(small.devices[7].maxTxPowerW,
                                  0.01584893192461113,
                                  1e-17,
                                  "12 dBm");
        CheckMoments(large);

        options.shadowingDb = 0;
        const auto places = Drop(0, options);
        // The gain at half the radius: half of the devices lie nearer in the mean of radii, but a
        // quarter in the mean of areas. Five standard deviations of a share of 4,000 are 0.034.
        const double lossDb = 128.1 + 37.6 * std::log10(0.125);
        const auto near = std::count_if(places.devices.begin(), places.devices.end(), [&](auto& d) {
            return d.gain > std::pow(10, -lossDb / 10);
        });
        NS_TEST_EXPECT_MSG_EQ_TOL(near / 4000.0, 0.25, 0.034, "uniform in the disc");

        options.minDistanceM = 300;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Drop(0, options); }),
                              "radius_m = 250: must be finite and at least the smallest distance, "
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

/// Alternations end where neither of their steps helps.
class FixedPointTestCase : public TestCase
{
  public:
    FixedPointTestCase()
        : TestCase("alternations end at fixed points")
    {
    }

  private:
    /// Both halves of the problem, from an answer.
    void Check(const std::string& method, const JointProblem& problem, uint64_t number)
    {
        const auto solution = SolveJoint(method, problem);
        // They stop at the first turn that gains less than 1e-9; a gain is smaller than the last.
        const double least = solution.objective * (1 - 2e-9);
        auto shares = solution.shares;
        const double roundS = SolveFrequencies(problem, shares);
        NS_TEST_EXPECT_MSG_GT_OR_EQ(EvaluateJoint(problem, shares).objective,
                                    least,
                                    method << " on " << number << ": frequencies");
        if (method == "paper")
        {
            std::vector<double> limitS;
            for (const auto& share : shares)
            {
                limitS.push_back(std::max(roundS - share.computeS, share.uploadS));
            }
            NS_TEST_ASSERT_MSG_EQ(SolveUploads(problem, limitS, shares), true, "feasible");
            NS_TEST_EXPECT_MSG_GT_OR_EQ(EvaluateJoint(problem, shares).objective,
                                        least,
                                        method << " on " << number << ": uploads");
        }
    }

    void DoRun() override
    {
        for (uint64_t number = 0; number < 150; ++number)
        {
            auto problem = HostileProblem(number);
            Check("paper", problem, number);
            problem.roundDeadlineS = 3 * ShortestRound(problem, StartShares(problem, 1));
            if (problem.roundDeadlineS > 0)
            {
                Check("paper", problem, number);
                Check("scheme1", problem, number);
            }
        }
    }
};

/// Every method keeps the constraints, whatever is 0, and none is below the optimum.
class FeasibilityTestCase : public TestCase
{
  public:
    FeasibilityTestCase()
        : TestCase("all methods on hostile instances")
    {
    }

  private:
    /// @return what no answer is below: the global solver's bound, if it has one
    static double Bound(const JointProblem& problem)
    {
        try
        {
            const double bound = SolveJoint("global", problem).lowerBound;
            return std::isfinite(bound) ? bound : 0;
        }
        catch (const Infeasible&)
        {
            return HUGE_VAL;
        }
    }

    void Check(const JointProblem& problem, uint64_t number)
    {
        const double bound = Bound(problem);
        for (const auto& method : JointMethods())
        {
            RandomStream random(3, number);
            const bool unsuited = method.name == "scheme1" && !problem.roundDeadlineS;
            if (unsuited || method.name == "global")
            {
                continue;
            }
            try
            {
                const auto solution = SolveJoint(method.name, problem, WithDraws(random));
                ++m_answers;
                CheckAnswer(problem, solution, bound, Describe(method.name, " on ", number));
            }
            catch (const Infeasible& error)
            {
                NS_TEST_EXPECT_MSG_NE(std::string(error.what()).find("devices["),
                                      std::string::npos,
                                      method.name << " names a device: " << error.what());
                NS_TEST_EXPECT_MSG_EQ(problem.roundDeadlineS.has_value(), true, error.what());
            }
        }
    }

    void CheckAnswer(const JointProblem& problem,
                     const JointSolution& solution,
                     double bound,
                     const std::string& name)
    {
        NS_TEST_EXPECT_MSG_EQ(std::isfinite(solution.objective), true, name);
        NS_TEST_EXPECT_MSG_EQ(solution.termination.empty(), false, name);
        const bool good =
            solution.status == SolveStatus::FEASIBLE || solution.status == SolveStatus::OPTIMAL;
        if (good)
        {
            // The formulas' own T, which paper-literal counts, may be late by what is allowed.
            const bool literal = name.find("paper-literal") == 0;
            NS_TEST_EXPECT_MSG_EQ(FaultOf(problem, solution, literal ? FEASIBLE : ROUNDING),
                                  "",
                                  name);
            // What is feasible to 1e-9 may undercut the bound by as much, times the elasticity of
            // the cost to band and time, which is that of e^x: below 100 here.
            NS_TEST_EXPECT_MSG_GT_OR_EQ(solution.objective, bound * (1 - 1e-7), name);
        }
        else
        {
            // Only these may break a constraint: formulas, and choices that look at no deadline.
            const bool may =
                name.find("paper-literal") == 0 ||
                (problem.roundDeadlineS && (name.find("equal") == 0 || name.find("random") == 0));
            NS_TEST_EXPECT_MSG_EQ(may, true, name << ": " << solution.termination);
        }
    }

    void DoRun() override
    {
        for (uint64_t number = 0; number < 150; ++number)
        {
            auto problem = HostileProblem(number);
            Check(problem, number);
            RandomStream random(4, number);
            problem.roundDeadlineS =
                std::max(1e-6, ShortestRound(problem, StartShares(problem, 1))) *
                std::pow(10, random.Uniform(-0.3, 1));
            Check(problem, number);
        }
        NS_TEST_EXPECT_MSG_GT(m_answers, 2000, "not all were infeasible");
    }

    int m_answers{0};
};

/// The paper's excess over the optimum is what it is known to be.
class ExcessTestCase : public TestCase
{
  public:
    ExcessTestCase()
        : TestCase("the paper's excess")
    {
    }

  private:
    /// Compare mean excesses over the optimum with a prototype's over 100 other drops [%].
    void Check(double weightEnergy, double half, double full)
    {
        // Standard deviations of one drop's excess are at most 0.62 points (B/2N, w1 = 0.1), of the
        // mean of 20 drops 0.14; 0.3 is what is asked for, and two of them. What is printed is
        // rounded to 0.05.
        constexpr int DROPS = 20;
        constexpr double TOLERANCE = 0.3;
        double halfSum = 0;
        double fullSum = 0;
        for (int number = 0; number < DROPS; ++number)
        {
            JointDropOptions options;
            options.weightEnergy = weightEnergy;
            const auto problem = Drop(number, options);
            RandomStream random(5, number);
            const double optimum = SolveJoint("global", problem).objective;
            halfSum += SolveJoint("paper", problem, WithDraws(random, 0.5)).objective / optimum - 1;
            fullSum += SolveJoint("paper", problem, WithDraws(random, 1)).objective / optimum - 1;
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(100 * halfSum / DROPS, half, TOLERANCE, "B/2N, " << weightEnergy);
        NS_TEST_EXPECT_MSG_EQ_TOL(100 * fullSum / DROPS, full, TOLERANCE, "B/N, " << weightEnergy);
    }

    void DoRun() override
    {
        Check(0.9, 0.2, 5.5);
        Check(0.7, 0.7, 1.9);
        Check(0.5, 1.2, 1.0);
        Check(0.3, 2.0, 0.6);
        Check(0.1, 3.8, 0.7);
    }
};

/// Formulas without repairs: violations are told, missing values too.
class LiteralTestCase : public TestCase
{
  public:
    LiteralTestCase()
        : TestCase("the paper's formulas as they stand")
    {
    }

  private:
    /// @return how late the slowest device is [s]
    static double Lateness(const JointProblem& problem, const JointSolution& solution)
    {
        double slowestS = 0;
        for (size_t i = 0; i < problem.devices.size(); ++i)
        {
            slowestS = std::max(slowestS,
                                UploadTime(problem, problem.devices[i], solution.shares[i]) +
                                    problem.devices[i].cycles / solution.shares[i].cpuHz);
        }
        return slowestS - solution.timeS / problem.rounds;
    }

    void DoRun() override
    {
        JointDropOptions options;
        options.roundDeadlineS = 0.09;
        int late = 0;
        for (int number = 0; number < 10; ++number)
        {
            const auto problem = Drop(number, options);
            RandomStream random(6, number);
            const auto solution = SolveJoint("paper-literal", problem, WithDraws(random, 1));
            const double behindS = Lateness(problem, solution);
            NS_TEST_EXPECT_MSG_EQ_TOL(solution.violation.deadlineS,
                                      std::max(0.0, behindS),
                                      1e-12,
                                      "drop " << number << ": how late");
            const bool told = solution.status == SolveStatus::INFEASIBLE;
            const bool isLate = behindS > 0.09 * FEASIBLE;
            NS_TEST_EXPECT_MSG_EQ(told, isLate, "drop " << number << ": status");
            late += isLate;
        }
        NS_TEST_EXPECT_MSG_GT(late, 0, "clipping p breaks deadlines");

        auto problem = Drop(0, {});
        problem.devices[3].capacitance = 0;
        ExpectFailure(problem, "(16) divides by w1 kappa, which is 0 for devices[3]");
        problem = Drop(0, {});
        problem.weightEnergy = 0;
        problem.weightTime = 1;
        ExpectFailure(problem, "(16) divides by w1 kappa, which is 0 for devices[0]");
        // Just feasible, but not for the start: device 0 gets as much of the band as all others.
        problem.devices[0].payloadBits *= 100;
        const auto fastest = SolveJoint("global", problem);
        problem.roundDeadlineS = 1.001 * fastest.timeS / problem.rounds;
        problem.weightEnergy = 1;
        problem.weightTime = 0;
        ExpectFailure(problem, "(9a) has no f for devices[0]");
        // Where no method has an answer, the refusal is that of all others.
        problem.roundDeadlineS = 1e-9;
        const auto refusal = RefusalOf<Infeasible>([&] { SolveJoint("paper-literal", problem); });
        NS_TEST_EXPECT_MSG_NE(refusal.find("round_deadline_s = 1e-09: devices["),
                              std::string::npos,
                              refusal);
        NS_TEST_EXPECT_MSG_EQ(refusal,
                              RefusalOf<Infeasible>([&] { SolveJoint("global", problem); }),
                              "the same as the exact method's");
    }

    void ExpectFailure(const JointProblem& problem, const std::string& reason)
    {
        const auto solution = SolveJoint("paper-literal", problem);
        NS_TEST_EXPECT_MSG_EQ(std::string(ToString(solution.status)), "failed", reason);
        NS_TEST_EXPECT_MSG_EQ(solution.termination.substr(0, reason.size()), reason, "the reason");
    }
};

/// Baselines choose what the text says.
class BaselineTestCase : public TestCase
{
  public:
    BaselineTestCase()
        : TestCase("baselines")
    {
    }

  private:
    void DoRun() override
    {
        auto problem = Drop(0, {});
        problem.devices[1].payloadBits = 0;
        const double shareHz = problem.bandwidthHz / 49;
        JointOptions options;
        options.uniform = [] { return 0.25; };

        const auto frequency = SolveJoint("random-frequency", problem, options);
        // A quarter of the way from 2 to 0.1 GHz.
        Expect(frequency.shares[0], shareHz, problem.devices[0].maxTxPowerW, 1.525e9);
        Expect(frequency.shares[1], 0, problem.devices[1].maxTxPowerW, 1.525e9);
        const auto power = SolveJoint("random-power", problem, options);
        // A quarter of the way from 12 to 0 dBm: 9 dBm.
        Expect(power.shares[0], shareHz, 0.00794328234724, 2e9);
        problem.devices[0].minTxPowerW = 0;
        Expect(SolveJoint("random-power", problem, options).shares[0],
               shareHz,
               0.75 * problem.devices[0].maxTxPowerW,
               2e9);
        const auto computation = SolveJoint("computation-only", problem, options);
        Expect(computation.shares[0],
               shareHz / 2,
               problem.devices[0].maxTxPowerW,
               computation.shares[0].cpuHz);

        CheckCommunication();
        CheckErrors();
    }

    void Expect(const JointShare& share, double bandwidthHz, double powerW, double cpuHz)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(share.bandwidthHz, bandwidthHz, 1e-12 * bandwidthHz, "band");
        NS_TEST_EXPECT_MSG_EQ_TOL(share.txPowerW, powerW, 1e-12 * powerW, "power");
        NS_TEST_EXPECT_MSG_EQ_TOL(share.cpuHz, cpuHz, 1e-12 * cpuHz, "frequency");
    }

    /// Frequencies are those of (9a) at the start; a free T is the best one.
    void CheckCommunication()
    {
        JointDropOptions drop;
        drop.roundDeadlineS = 0.25;
        auto problem = Drop(0, drop);
        const auto solution = SolveJoint("communication-only", problem);
        const auto start = StartShares(problem, 0.5);
        for (size_t i = 0; i < start.size(); ++i)
        {
            const auto& device = problem.devices[i];
            const double hz = device.cycles / (0.25 - start[i].uploadS);
            const double clippedHz = std::clamp(hz, device.minCpuHz, device.maxCpuHz);
            NS_TEST_EXPECT_MSG_EQ_TOL(solution.shares[i].cpuHz, clippedHz, 1e-9 * hz, "(9a)");
        }
        problem.roundDeadlineS.reset();
        const auto free = SolveJoint("communication-only", problem);
        // The same frequencies under a deadline that is not the best one: no better.
        for (const double factor : {0.999, 1.001})
        {
            auto shares = free.shares;
            std::vector<double> limitS;
            for (const auto& share : shares)
            {
                limitS.push_back(factor * free.timeS / problem.rounds - share.computeS);
            }
            if (SolveUploads(problem, limitS, shares))
            {
                NS_TEST_EXPECT_MSG_GT_OR_EQ(EvaluateJoint(problem, shares).objective,
                                            free.objective * (1 - 1e-9),
                                            "T times " << factor);
            }
        }
    }

    void CheckErrors()
    {
        auto problem = Drop(0, {});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SolveJoint("scheme1", problem); }),
                              "method = 'scheme1': needs round_deadline_s: it minimises energy "
                              "under a deadline",
                              "scheme 1 without a deadline");
        for (const std::string method : {"random-power", "random-frequency"})
        {
            bool thrown = false;
            try
            {
                SolveJoint(method, problem);
            }
            catch (const std::logic_error&)
            {
                thrown = true;
            }
            NS_TEST_EXPECT_MSG_EQ(thrown, true, method << " without a source of draws");
        }
        problem.roundDeadlineS = 0.05;
        for (const std::string method : {"paper", "scheme1", "computation-only"})
        {
            CheckNearestDeadline(method, problem);
        }
    }

    /// The deadline that a refusal names is one that works, and just so.
    void CheckNearestDeadline(const std::string& method, JointProblem problem)
    {
        std::string message;
        try
        {
            SolveJoint(method, problem);
        }
        catch (const Infeasible& error)
        {
            message = error.what();
        }
        // The paper's algorithm has an answer wherever there is one; the others need their start.
        const std::string before = method == "paper" ? "deadline that works is " : "] needs ";
        const auto place = message.find(before);
        NS_TEST_ASSERT_MSG_NE(place, std::string::npos, method << ": " << message);
        const double neededS = std::stod(message.substr(place + before.size()));
        // Messages have six digits.
        problem.roundDeadlineS = neededS * (1 + 1e-5);
        NS_TEST_EXPECT_MSG_EQ(FaultOf(problem, SolveJoint(method, problem)), "", method);
        problem.roundDeadlineS = neededS * (1 - 1e-5);
        bool refused = false;
        try
        {
            SolveJoint(method, problem);
        }
        catch (const Infeasible&)
        {
            refused = true;
        }
        NS_TEST_EXPECT_MSG_EQ(refused, true, method << ": a little less is refused");
    }
};

/// Answers don't depend on units or order.
class InvarianceTestCase : public TestCase
{
  public:
    InvarianceTestCase()
        : TestCase("invariances")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string method : {"paper", "scheme1", "communication-only"})
        {
            JointDropOptions drop;
            drop.devices = 20;
            drop.roundDeadlineS = 0.3;
            const auto problem = Drop(7, drop);
            auto scaled = problem;
            scaled.noiseWPerHz *= 1e6;
            scaled.rounds *= 3;
            std::reverse(scaled.devices.begin(), scaled.devices.end());
            for (auto& device : scaled.devices)
            {
                device.gain *= 1e6;
            }
            const auto a = SolveJoint(method, problem);
            const auto b = SolveJoint(method, scaled);
            // Both are optima of their steps to some 1e-9, where the alternation stops.
            NS_TEST_EXPECT_MSG_EQ_TOL(b.objective, 3 * a.objective, 1e-8 * b.objective, method);
            NS_TEST_EXPECT_MSG_EQ_TOL(b.shares[19].bandwidthHz,
                                      a.shares[0].bandwidthHz,
                                      1e-3 * a.shares[0].bandwidthHz,
                                      method);
        }
    }
};

/// The suite.
class JointMethodsTestSuite : public TestSuite
{
  public:
    JointMethodsTestSuite()
        : TestSuite("fl-joint-methods", Type::UNIT)
    {
        AddTestCase(new DropTestCase);
        AddTestCase(new ExponentTestCase);
        AddTestCase(new FrequencyTestCase);
        AddTestCase(new UploadTestCase);
        AddTestCase(new RatioTestCase);
        AddTestCase(new FixedPointTestCase);
        AddTestCase(new FeasibilityTestCase);
        AddTestCase(new ExcessTestCase);
        AddTestCase(new LiteralTestCase);
        AddTestCase(new BaselineTestCase);
        AddTestCase(new InvarianceTestCase);
    }
};

JointMethodsTestSuite g_jointMethodsTestSuite; //!< registers the suite

} // namespace
