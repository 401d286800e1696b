/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-random-stream.h"
#include "ns3/fl-rate-model.h"
#include "ns3/fl-schedule-delay.h"
#include "ns3/fl-schedule-methods.h"
#include "ns3/test.h"

#include <algorithm>
#include <boost/math/special_functions/lambert_w.hpp>
#include <cmath>
#include <limits>
#include <numeric>

/**
 * @file
 * @ingroup fl
 * Device scheduling: the solvers of P1, and the other methods.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Rounding errors of a few dozen operations.
constexpr double ROUNDING = 1e-13;

/**
 * Section V's setting: gains (d/10)^-3.5 under Rayleigh fading over 1e-11 W/Hz.
 * @param devices how many
 * @param random draws
 * @return a problem with a queue that makes it hard to have all
 */
ScheduleProblem
DrawProblem(size_t devices, RandomStream& random)
{
    ScheduleProblem problem;
    problem.bandwidthHz = 1e7;
    problem.payloadBits = std::pow(10, random.Uniform(0, 5));
    problem.queueWeight = std::pow(10, random.Uniform(4, 7)) / problem.payloadBits;
    for (size_t k = 0; k < devices; ++k)
    {
        const double distance = random.Uniform(250, 350);
        const double fading = -std::log1p(-random.Uniform());
        problem.gainOverNoiseHz.push_back(std::pow(distance / 10, -3.5) * (fading + 1e-6) / 1e-11);
    }
    return problem;
}

/// @return what a device needs for a delay [Hz], by bisection on the rate; infinite if it cannot
double
NeedHz(double gainHz, double delayS, double bits)
{
    const double goal = bits / delayS * std::log(2.0);
    if (goal >= gainHz)
    {
        return HUGE_VAL;
    }
    double low = 0;
    double high = 1;
    while (high * std::log1p(gainHz / high) < goal)
    {
        high *= 2;
    }
    for (int i = 0; i < 200 && low < high; ++i)
    {
        const double middle = 0.5 * (low + high);
        (middle * std::log1p(gainHz / middle) < goal ? low : high) = middle;
    }
    return high;
}

/// @return the smallest delay of a set [s], by bisection
double
PlainDelay(const std::vector<double>& gains, double bandwidthHz, double bits)
{
    if (gains.empty())
    {
        return 0;
    }
    double low = 0;
    double high = 1e-12;
    auto fits = [&](double delayS) {
        double sum = 0;
        for (const double gain : gains)
        {
            sum += NeedHz(gain, delayS, bits);
        }
        return sum <= bandwidthHz;
    };
    while (!fits(high))
    {
        low = high;
        high *= 2;
    }
    for (int i = 0; i < 60; ++i)
    {
        const double middle = 0.5 * (low + high);
        (fits(middle) ? high : low) = middle;
    }
    return high;
}

/// @return the best objective over all sets
double
BruteForce(const ScheduleProblem& problem)
{
    const size_t devices = problem.gainOverNoiseHz.size();
    double best = 0;
    for (uint32_t set = 1; set < (1U << devices); ++set)
    {
        std::vector<double> gains;
        double aloneS = 0;
        for (size_t k = 0; k < devices; ++k)
        {
            if (set >> k & 1)
            {
                const double gain = problem.gainOverNoiseHz[k];
                gains.push_back(gain);
                aloneS =
                    std::max(aloneS,
                             problem.payloadBits * std::log(2.0) /
                                 (problem.bandwidthHz * std::log1p(gain / problem.bandwidthHz)));
            }
        }
        // A set whose weakest device spoils it with all of the band needs no bisection.
        const auto count = static_cast<double>(gains.size());
        if (count - problem.queueWeight * aloneS > best)
        {
            best =
                std::max(best,
                         count - problem.queueWeight *
                                     PlainDelay(gains, problem.bandwidthHz, problem.payloadBits));
        }
    }
    return best;
}

/// The bandwidth for a delay, and the delay of a set.
class DelayTestCase : public TestCase
{
  public:
    DelayTestCase()
        : TestCase("bandwidth for a delay, smallest delay")
    {
    }

  private:
    void DoRun() override
    {
        // (25) with nu = -mu sigma^2 / (D h^2), and the other real branch of Lambert's function:
        // where nothing cancels, far from the widest band.
        std::vector<double> gains;
        for (double gain = 1e9; gain > 2; gain /= 3)
        {
            gains.push_back(gain);
        }
        BandwidthNeeds needs;
        const size_t reach = needs.Set(gains, gains.size(), {1, 0.1});
        NS_TEST_EXPECT_MSG_EQ(reach, gains.size(), "all within reach");
        for (size_t k = 0; k < reach; ++k)
        {
            // q = s D / (mu ln2)
            const double q = 1.1 * gains[k];
            const double w = boost::math::lambert_wm1(-std::exp(-1 / q) / q);
            const double needHz = 1 / (1.1 * (-1 / q - w));
            NS_TEST_EXPECT_MSG_EQ_TOL(needs.bandwidthHz[k], needHz, 1e-12 * needHz, gains[k]);
        }
        NS_TEST_EXPECT_MSG_EQ(needs.Set({3, 2, 0.5}, 3, {1, 0.1}), 2, "the third is out of reach");
        CheckSlope();
        CheckExtremes();
    }

    /// The fall is the derivative.
    void CheckSlope()
    {
        BandwidthNeeds below;
        BandwidthNeeds at;
        BandwidthNeeds above;
        for (const double excess : {1e-6, 1e-3, 0.2, 0.3, 0.5, 1.0, 10.0, 1e6})
        {
            const double step = 1e-4 * excess / (1 + excess);
            at.Set({1}, 1, {1, excess});
            below.Set({1}, 1, {1, excess - (1 + excess) * -std::expm1(-step)});
            above.Set({1}, 1, {1, excess + (1 + excess) * std::expm1(step)});
            const double slope = (below.bandwidthHz[0] - above.bandwidthHz[0]) / (2 * step);
            // Central differences: the square of 1e-4, and rounding over 1e-4.
            NS_TEST_EXPECT_MSG_EQ_TOL(at.fallHz[0], slope, 1e-7 * slope, "slope at " << excess);
        }
    }

    /// From the widest band to the narrowest, and devices of both kinds together.
    void CheckExtremes()
    {
        const std::vector<std::vector<double>> sets{
            {1e-12},
            {1e-40, 1e-40, 1e-40},
            {1e40, 1e40},
            {1e40, 1, 1e-40},
            {1e6, 1e6, 1e-6},
            {1e6, 1e6 * (1 + 1e-15), 1e-3, 1e-3 * (1 + 1e-12)},
            {1e12, 1e9, 1e6, 1e3, 1},
        };
        for (const auto& gains : sets)
        {
            for (const double bandwidthHz : {1e-3, 1.0, 1e7, 1e15})
            {
                const auto common = SmallestDelay(gains, bandwidthHz, 1);
                const double sum =
                    std::accumulate(common.bandwidthHz.begin(), common.bandwidthHz.end(), 0.0);
                NS_TEST_EXPECT_MSG_EQ_TOL(sum, bandwidthHz, ROUNDING * bandwidthHz, "the band");
                double longestS = 0;
                double shortestS = HUGE_VAL;
                for (size_t k = 0; k < gains.size(); ++k)
                {
                    const double seconds =
                        1 / ShannonRateBps(common.bandwidthHz[k], 1, gains[k], 1);
                    longestS = std::max(longestS, seconds);
                    shortestS = std::min(shortestS, seconds);
                }
                NS_TEST_EXPECT_MSG_EQ(common.delayS, longestS, "the longest upload");
                NS_TEST_EXPECT_MSG_EQ_TOL(shortestS, longestS, ROUNDING * longestS, "a common one");
            }
        }
        // A device far below the band's noise gets s log2(e), whatever the band.
        NS_TEST_EXPECT_MSG_EQ_TOL(SmallestDelay({1e-12}, 1e7, 1).delayS,
                                  1e12 * std::log(2.0),
                                  ROUNDING * 1e12,
                                  "wideband limit");
        NS_TEST_EXPECT_MSG_EQ(SmallestDelay({}, 1e7, 1).delayS, 0, "nobody");
    }
};

/// The exact solver against all sets.
class ExactTestCase : public TestCase
{
  public:
    ExactTestCase()
        : TestCase("exact: brute force over all sets, certificate")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(11);
        uint32_t smaller = 0;
        for (int i = 0; i < 120; ++i)
        {
            // Most sets of a few; all 2^14 a few times.
            const size_t devices = i < 117 ? 1 + i % 9 : 12 + i - 117;
            auto problem = DrawProblem(devices, random);
            Check(problem, BruteForce(problem));
            smaller += SolveSchedule("exact", problem).selected < devices ? 1 : 0;
        }
        NS_TEST_EXPECT_MSG_GT(smaller, 20, "not all of them are trivial");
        CheckPrefixes();
        CheckEdges();
    }

    /// An answer is right, and the bound is one.
    void Check(const ScheduleProblem& problem, double best)
    {
        const auto solution = SolveSchedule("exact", problem);
        const double size = static_cast<double>(problem.gainOverNoiseHz.size());
        NS_TEST_EXPECT_MSG_EQ(ToString(solution.status), std::string("optimal"), "proved");
        // PlainDelay is right to 60 bisections and rounding; J adds up numbers of up to K.
        NS_TEST_EXPECT_MSG_EQ_TOL(solution.objective, best, 1e-12 * size, "the optimum");
        NS_TEST_EXPECT_MSG_GT_OR_EQ(solution.upperBound, best - 1e-12 * size, "a bound");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(solution.upperBound - solution.objective,
                                    ROUNDING * size,
                                    "gap");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(SolveSchedule("paper", problem).objective,
                                    solution.objective + 1e-12 * size,
                                    "Algorithm 1 is not better");
    }

    /// More devices than can be enumerated, in any order: all prefixes.
    void CheckPrefixes()
    {
        RandomStream random(12);
        uint32_t early = 0;
        for (int i = 0; i < 3000; ++i)
        {
            const auto problem = DrawProblem(5 + i % 30, random);
            auto gains = problem.gainOverNoiseHz;
            std::sort(gains.begin(), gains.end(), std::greater<>());
            double best = 0;
            for (size_t count = 1; count <= gains.size(); ++count)
            {
                const std::vector<double> first(gains.begin(), gains.begin() + count);
                const auto common = SmallestDelay(first, problem.bandwidthHz, problem.payloadBits);
                best = std::max(best,
                                static_cast<double>(count) - problem.queueWeight * common.delayS);
            }
            Check(problem, best);
            early += SolveSchedule("paper", problem).objective < best - 1e-9 ? 1 : 0;
        }
        NS_TEST_EXPECT_MSG_GT(early, 0, "Algorithm 1 does stop too early at times");
    }

    /// Where hardly anything is left to decide.
    void CheckEdges()
    {
        ScheduleProblem problem;
        problem.bandwidthHz = 1e7;
        problem.payloadBits = 1;
        problem.gainOverNoiseHz = {1e4, 1e6, 1e6, 1e2};
        const auto free = SolveSchedule("exact", problem);
        NS_TEST_EXPECT_MSG_EQ(free.selected, 4, "delay costs nothing");
        NS_TEST_EXPECT_MSG_EQ(free.objective, 4, "delay costs nothing");
        NS_TEST_EXPECT_MSG_EQ(free.upperBound, 4, "the bound");
        problem.queueWeight = 1e10;
        const auto none = SolveSchedule("exact", problem);
        NS_TEST_EXPECT_MSG_EQ(none.selected, 0, "nobody is worth it");
        NS_TEST_EXPECT_MSG_EQ(none.objective, 0, "nobody");
        NS_TEST_EXPECT_MSG_EQ(none.upperBound, 0, "the bound");
        NS_TEST_EXPECT_MSG_EQ(none.delayS, 0, "nobody");
        NS_TEST_EXPECT_MSG_EQ(none.Gap(), 0, "the bound is met");
        // Where one device is not worth its delay, but two are: the early stop schedules nobody.
        problem.gainOverNoiseHz = {1e6, 1e6, 1e6};
        const double alone = SmallestDelay({1e6}, 1e7, 1).delayS;
        problem.queueWeight = 1.01 / alone;
        const auto two = SolveSchedule("exact", problem);
        NS_TEST_EXPECT_MSG_EQ(SolveSchedule("paper", problem).selected, 0, "early stop");
        NS_TEST_EXPECT_MSG_EQ(two.selected, 3, "no early stop");
        NS_TEST_EXPECT_MSG_EQ_TOL(two.objective, BruteForce(problem), ROUNDING, "the optimum");
        for (const auto& gains : {std::vector<double>{1e-40, 1e40, 1e-40, 1e40},
                                  std::vector<double>(100, 1e-40),
                                  std::vector<double>(100, 1e40)})
        {
            for (const double weight : {0.0, 1e-40, 1.0, 1e40})
            {
                problem.gainOverNoiseHz = gains;
                problem.queueWeight = weight;
                NS_TEST_EXPECT_MSG_EQ(ToString(SolveSchedule("exact", problem).status),
                                      std::string("optimal"),
                                      "extreme gains, weight " << weight);
            }
        }
    }
};

/// The other methods do what they say.
class MethodsTestCase : public TestCase
{
  public:
    MethodsTestCase()
        : TestCase("methods")
    {
    }

  private:
    /// @return who is scheduled
    static std::vector<size_t> Chosen(const ScheduleSolution& solution)
    {
        std::vector<size_t> chosen;
        for (size_t k = 0; k < solution.bandwidthHz.size(); ++k)
        {
            if (solution.bandwidthHz[k] > 0)
            {
                chosen.push_back(k);
            }
        }
        return chosen;
    }

    /// Who is scheduled is who should be.
    void Expect(const ScheduleSolution& solution, const std::vector<size_t>& devices)
    {
        NS_TEST_EXPECT_MSG_EQ((Chosen(solution) == devices), true, solution.termination);
        NS_TEST_EXPECT_MSG_EQ(solution.selected, devices.size(), "the count");
        NS_TEST_EXPECT_MSG_EQ(ToString(solution.status), std::string("feasible"), "feasible");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(solution.upperBound), true, "without a bound");
    }

    void DoRun() override
    {
        ScheduleProblem problem;
        problem.bandwidthHz = 1e6;
        problem.payloadBits = 1000;
        problem.queueWeight = 0.1;
        problem.gainOverNoiseHz = {4e5, 1e6, 2e5, 8e5, 1e5};
        problem.averageGainOverNoiseHz = {1e5, 1e6, 1e5, 1e6, 2e5};
        problem.devicesPerRound = 2;
        Expect(SolveSchedule("all", problem), {0, 1, 2, 3, 4});
        Expect(SolveSchedule("best-channel", problem), {1, 3});
        Expect(SolveSchedule("proportional-fair", problem), {0, 2});
        problem.averageGainOverNoiseHz.clear();
        Expect(SolveSchedule("proportional-fair", problem), {1, 3});
        Expect(SolveSchedule("round-robin", problem), {0, 1});
        problem.round = 3;
        Expect(SolveSchedule("round-robin", problem), {0, 4});
        problem.round = std::numeric_limits<uint64_t>::max();
        // (2^64 - 2) mod 5 = 4, times 2: device 3.
        Expect(SolveSchedule("round-robin", problem), {3, 4});
        problem.devicesPerRound.reset();
        Expect(SolveSchedule("best-channel", problem), {0, 1, 3});
        CheckLimits(problem);
        CheckRandom(problem);
        CheckRefusals();
    }

    /// (28) and (29).
    void CheckLimits(ScheduleProblem problem)
    {
        NS_TEST_EXPECT_MSG_EQ(problem.DelayLimitS(), 0.05, "0.05 ms per bit");
        for (const double limitS : {1e-9, 1e-3, 4e-3, 7e-3, 9e-3, 1e-2, 2e-2, 1.0})
        {
            problem.delayLimitS = limitS;
            std::vector<double> gains{1e6, 8e5, 4e5, 2e5, 1e5};
            size_t equal = 0;
            size_t needed = 0;
            double usedHz = 0;
            for (size_t count = 1; count <= gains.size(); ++count)
            {
                const double shareHz = 1e6 / static_cast<double>(count);
                equal += NeedHz(gains[count - 1], limitS, 1000) <= shareHz ? 1 : 0;
                usedHz += NeedHz(gains[count - 1], limitS, 1000);
                needed += usedHz <= 1e6 ? 1 : 0;
            }
            const auto aaba = SolveSchedule("aaba", problem);
            const auto greedy = SolveSchedule("greedy", problem);
            NS_TEST_EXPECT_MSG_EQ(aaba.selected, equal, "equal shares, " << limitS);
            NS_TEST_EXPECT_MSG_EQ(greedy.selected, needed, "needed shares, " << limitS);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(aaba.delayS, limitS, "the limit");
            if (needed > 0)
            {
                NS_TEST_EXPECT_MSG_EQ_TOL(greedy.delayS, limitS, ROUNDING * limitS, "the limit");
            }
            else
            {
                NS_TEST_EXPECT_MSG_EQ(greedy.delayS, 0, "nobody");
            }
        }
    }

    /// Every device is as likely.
    void CheckRandom(ScheduleProblem problem)
    {
        RandomStream stream(3);
        ScheduleOptions options;
        options.uniform = [&] { return stream.Uniform(); };
        problem.devicesPerRound = 2;
        std::vector<int> times(5, 0);
        for (int i = 0; i < 5000; ++i)
        {
            const auto chosen = Chosen(SolveSchedule("random", problem, options));
            NS_TEST_ASSERT_MSG_EQ(chosen.size(), 2, "two");
            ++times[chosen[0]];
            ++times[chosen[1]];
        }
        for (const int count : times)
        {
            // Binomial of 5000 draws at 0.4: 34.6 standard deviation, five of them.
            NS_TEST_EXPECT_MSG_EQ_TOL(count, 2000, 173, "as likely as the others");
        }
        bool thrown = false;
        try
        {
            SolveSchedule("random", problem);
        }
        catch (const std::logic_error&)
        {
            thrown = true;
        }
        NS_TEST_EXPECT_MSG_EQ(thrown, true, "no stream to draw from");
    }

    /// A message that begins so.
    template <typename Change>
    void Refuse(const std::string& message, Change change)
    {
        ScheduleProblem problem;
        problem.bandwidthHz = 1e6;
        problem.payloadBits = 1000;
        problem.gainOverNoiseHz = {4e5, 1e6};
        change(problem);
        const auto refusal = RefusalOf([&] { SolveSchedule("exact", problem); });
        NS_TEST_EXPECT_MSG_EQ(refusal.substr(0, message.size()), message, "the message");
    }

    /// Bad input.
    void CheckRefusals()
    {
        using P = ScheduleProblem;
        const double nan = std::numeric_limits<double>::quiet_NaN();
        for (const auto& [value, text] :
             {std::pair(0.0, "0"), {-1.0, "-1"}, {nan, "nan"}, {HUGE_VAL, "inf"}, {1e-41, "1e-41"}})
        {
            const std::string rest = std::string(" = ") + text + ": must be from 1e-40 to 1e+40";
            Refuse("bandwidthHz" + rest, [&, v = value](P& p) { p.bandwidthHz = v; });
            Refuse("payloadBits" + rest, [&, v = value](P& p) { p.payloadBits = v; });
            Refuse("gainOverNoiseHz[1]" + rest, [&, v = value](P& p) { p.gainOverNoiseHz[1] = v; });
            Refuse("delayLimitS" + rest, [&, v = value](P& p) { p.delayLimitS = v; });
            Refuse("averageGainOverNoiseHz[0]" + rest,
                   [&, v = value](P& p) { p.averageGainOverNoiseHz = {v, 1}; });
            if (value != 0)
            {
                Refuse(std::string("queueWeight = ") + text + ": must be 0 or from 1e-40 to 1e+40",
                       [&, v = value](P& p) { p.queueWeight = v; });
            }
        }
        Refuse("gainOverNoiseHz: must have at least one", [](P& p) { p.gainOverNoiseHz.clear(); });
        Refuse("devicesPerRound = 3: must be a whole number from 1 to 2",
               [](P& p) { p.devicesPerRound = 3; });
        Refuse("devicesPerRound = 0: must be", [](P& p) { p.devicesPerRound = 0; });
        Refuse("round = 0: must be", [](P& p) { p.round = 0; });
        Refuse("averageGainOverNoiseHz has 1 entries: must have 2",
               [](P& p) { p.averageGainOverNoiseHz = {1}; });
        Refuse("accepted", [](P&) {});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] {
                                  ScheduleProblem problem;
                                  problem.bandwidthHz = problem.payloadBits = 1;
                                  problem.gainOverNoiseHz = {1};
                                  SolveSchedule("nonesuch", problem);
                              }).substr(0, 43),
                              "method = 'nonesuch': must be one of exact, ",
                              "no such method");
    }
};

/// The suite.
class FlScheduleTestSuite : public TestSuite
{
  public:
    FlScheduleTestSuite()
        : TestSuite("fl-schedule", TestSuite::Type::UNIT)
    {
        AddTestCase(new DelayTestCase);
        AddTestCase(new ExactTestCase);
        AddTestCase(new MethodsTestCase);
    }
};

FlScheduleTestSuite g_flScheduleTestSuite; ///< registers the suite

} // namespace
