/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-joint-global.h"
#include "fl-test-joint.h"

#include "ns3/fl-joint-drop.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <cstring>
#include <numeric>
#include <string>
#include <utility>

/**
 * @file
 * @ingroup fl
 * The global solver of the joint problem: how answers to related problems are related.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// More of what is scarce never costs more, and less of what is asked for.
class MonotoneTestCase : public TestCase
{
  public:
    MonotoneTestCase()
        : TestCase("monotonicity")
    {
    }

  private:
    void DoRun() override
    {
        const double weights[] = {0.05, 0.3, 0.5, 0.7, 0.95};
        for (uint64_t number = 0; number < 20; ++number)
        {
            JointDropOptions options;
            options.devices = 1 + 2 * number;
            options.weightEnergy = weights[number % 5];
            const auto problem = Drop(number, options);
            CheckWeights(problem);
            CheckDevices(problem);
            auto timed = problem;
            timed.roundDeadlineS = ShortestRoundS(problem) * 1.5;
            CheckDevices(timed);
            const double energyJ = Solve(timed).energyJ;
            *timed.roundDeadlineS *= 1.01;
            NS_TEST_EXPECT_MSG_LT(Solve(timed).energyJ, energyJ, "more time, less energy");
        }
    }

    /// Costs with more of something do not exceed those without it.
    void CheckDevices(const JointProblem& problem)
    {
        const double before = Solve(problem).objective;
        auto wider = problem;
        wider.bandwidthHz *= 1.01;
        NS_TEST_EXPECT_MSG_LT(Solve(wider).objective, before, "bandwidth always helps");
        using Change = std::pair<const char*, void (*)(JointDevice&)>;
        const Change changes[] = {
            {"higher p_max", [](JointDevice& device) { device.maxTxPowerW *= 1.1; }},
            {"lower p_min", [](JointDevice& device) { device.minTxPowerW *= 0.9; }},
            {"higher f_max", [](JointDevice& device) { device.maxCpuHz *= 1.1; }},
            {"lower f_min", [](JointDevice& device) { device.minCpuHz *= 0.9; }},
            {"higher gain", [](JointDevice& device) { device.gain *= 1.1; }},
            {"fewer bits", [](JointDevice& device) { device.payloadBits *= 0.9; }},
            {"fewer cycles", [](JointDevice& device) { device.cycles *= 0.9; }},
            {"lower kappa", [](JointDevice& device) { device.capacitance *= 0.9; }},
        };
        for (const auto& [what, change] : changes)
        {
            auto changed = problem;
            for (auto& device : changed.devices)
            {
                change(device);
            }
            NS_TEST_EXPECT_MSG_LT_OR_EQ(Solve(changed).objective, before * (1 + TWO_GAPS), what);
        }
    }

    /// The less energy weighs, the more of it is spent, and the less time is taken.
    void CheckWeights(JointProblem problem)
    {
        auto last = Solve(problem);
        for (int step = 0; step < 4; ++step)
        {
            problem.weightEnergy *= 0.7;
            problem.weightTime = 1 - problem.weightEnergy;
            const auto next = Solve(problem);
            // Weights move E and T by far more than the gap leaves open.
            NS_TEST_EXPECT_MSG_GT_OR_EQ(next.energyJ, last.energyJ * (1 - 1e-6), "energy");
            NS_TEST_EXPECT_MSG_LT_OR_EQ(next.timeS, last.timeS * (1 + 1e-6), "time");
            last = next;
        }
    }
};

/// Problems that must have the same answer.
class SameTestCase : public TestCase
{
  public:
    SameTestCase()
        : TestCase("scaling, permutation, duplicates, fixed deadline")
    {
    }

  private:
    void DoRun() override
    {
        for (uint64_t number = 0; number < 40; ++number)
        {
            JointDropOptions options;
            options.devices = 1 + number;
            options.weightEnergy = 0.025 * (1 + number % 39);
            const auto problem = Drop(number, options);
            const auto solution = Solve(problem);
            CheckScaled(problem, solution);
            CheckPermuted(problem, solution);
            CheckDuplicates(problem, solution);
            CheckFixed(problem, solution);
        }
    }

    /**
     * Two answers agree. Both are stationary to some 1e-9 (KktTestCase), and flat directions, at
     * which a value moves much more than that, are limited by the number of devices.
     */
    void CheckSame(const JointShare& a, const JointShare& b, const std::string& what)
    {
        constexpr double SAME = 1e-7;
        NS_TEST_EXPECT_MSG_EQ_TOL(a.bandwidthHz / b.bandwidthHz, 1, SAME, what << ": bandwidth");
        NS_TEST_EXPECT_MSG_EQ_TOL(a.txPowerW / b.txPowerW, 1, SAME, what << ": power");
        NS_TEST_EXPECT_MSG_EQ_TOL(a.cpuHz / b.cpuHz, 1, SAME, what << ": frequency");
    }

    /// SNR is all that gains and noise are for; rounds are all alike.
    void CheckScaled(const JointProblem& problem, const JointSolution& solution)
    {
        auto scaled = problem;
        scaled.noiseWPerHz *= 1e3;
        for (auto& device : scaled.devices)
        {
            device.gain *= 1e3;
        }
        const auto same = Solve(scaled);
        NS_TEST_EXPECT_MSG_EQ_TOL(same.objective / solution.objective, 1, TWO_GAPS, "gains, N0");
        for (size_t i = 0; i < same.shares.size(); ++i)
        {
            CheckSame(same.shares[i], solution.shares[i], "gains and N0 scaled");
        }
        auto once = problem;
        once.rounds = 1;
        const auto one = Solve(once);
        NS_TEST_EXPECT_MSG_EQ_TOL(one.objective * problem.rounds / solution.objective,
                                  1,
                                  TWO_GAPS,
                                  "rounds");
        NS_TEST_EXPECT_MSG_EQ_TOL(one.lowerBound * problem.rounds / solution.lowerBound,
                                  1,
                                  TWO_GAPS,
                                  "the bound is over all rounds");
        for (size_t i = 0; i < same.shares.size(); ++i)
        {
            CheckSame(one.shares[i], solution.shares[i], "one round");
        }
    }

    /// The order of the devices does not matter.
    void CheckPermuted(const JointProblem& problem, const JointSolution& solution)
    {
        std::vector<size_t> order(problem.devices.size());
        std::iota(order.begin(), order.end(), size_t{0});
        RandomStream random(8, problem.devices.size());
        random.Shuffle(order);
        auto permuted = problem;
        for (size_t i = 0; i < order.size(); ++i)
        {
            permuted.devices[i] = problem.devices[order[i]];
        }
        const auto same = Solve(permuted);
        NS_TEST_EXPECT_MSG_EQ_TOL(same.objective / solution.objective, 1, TWO_GAPS, "permuted");
        for (size_t i = 0; i < order.size(); ++i)
        {
            CheckSame(same.shares[i], solution.shares[order[i]], "permuted");
        }
    }

    /**
     * Every device twice, on twice the band: w1 2 E + w2 T with half the weight on energy is what
     * it was; weights that add up to 1 divide it by w1 / 2 + w2.
     */
    void CheckDuplicates(const JointProblem& problem, const JointSolution& solution)
    {
        auto twice = problem;
        const double sum = problem.weightEnergy / 2 + problem.weightTime;
        twice.weightEnergy = problem.weightEnergy / 2 / sum;
        twice.weightTime = problem.weightTime / sum;
        twice.bandwidthHz *= 2;
        twice.devices.insert(twice.devices.end(), problem.devices.begin(), problem.devices.end());
        const auto same = Solve(twice);
        NS_TEST_EXPECT_MSG_EQ_TOL(same.objective * sum / solution.objective, 1, TWO_GAPS, "twice");
        for (size_t i = 0; i < twice.devices.size(); ++i)
        {
            CheckSame(same.shares[i], solution.shares[i % problem.devices.size()], "twice");
        }
    }

    /// With the duration as the deadline nothing changes; with another one it costs more.
    void CheckFixed(JointProblem problem, const JointSolution& solution)
    {
        problem.roundDeadlineS = RoundS(problem, solution);
        const auto same = Solve(problem);
        NS_TEST_EXPECT_MSG_EQ_TOL(same.objective / solution.objective, 1, TWO_GAPS, "fixed");
        for (size_t i = 0; i < problem.devices.size(); ++i)
        {
            CheckSame(same.shares[i], solution.shares[i], "fixed deadline");
        }
        for (const double factor : {0.99, 1.01})
        {
            problem.roundDeadlineS = factor * RoundS(problem, solution);
            if (*problem.roundDeadlineS > ShortestRoundS(problem))
            {
                NS_TEST_EXPECT_MSG_GT(Solve(problem).objective, solution.objective, "other T");
            }
        }
    }
};

/// Starting from an earlier answer, and working with several threads.
class StartTestCase : public TestCase
{
  public:
    StartTestCase()
        : TestCase("warm start and threads")
    {
    }

  private:
    void DoRun() override
    {
        uint32_t cold = 0;
        uint32_t warm = 0;
        uint32_t drifted = 0;
        uint32_t coldDrifted = 0;
        for (uint64_t number = 0; number < 20; ++number)
        {
            JointDropOptions options;
            options.devices = 50;
            options.weightEnergy = 0.1 + 0.04 * static_cast<double>(number);
            auto problem = Drop(number, options);
            const auto first = Solve(problem);
            cold += first.iterations;
            JointOptions again;
            again.start = JointStart{first.prices->lambda, RoundS(problem, first)};
            const auto second = Solve(problem, again);
            CheckSame(first, second);
            warm += second.iterations;
            // A round later each gain is another one, by up to 5 %.
            RandomStream random(9, number);
            for (auto& device : problem.devices)
            {
                device.gain *= random.Uniform(0.95, 1.05);
            }
            const auto third = Solve(problem, again);
            const auto fourth = Solve(problem);
            CheckSame(third, fourth);
            drifted += third.iterations;
            coldDrifted += fourth.iterations;
            // Any start will do.
            for (const double factor : {1e-9, 1e-3, 1e3, 1e9})
            {
                again.start =
                    JointStart{first.prices->lambda * factor, RoundS(problem, first) / factor};
                CheckSame(Solve(problem, again), fourth);
            }
        }
        // A sweep that sees that it is close, and three to be sure, against seven or so.
        NS_TEST_EXPECT_MSG_LT(3 * warm, 2 * cold, "prices of the answer itself");
        NS_TEST_EXPECT_MSG_LT(5 * drifted, 4 * coldDrifted, "prices of the last round");
        CheckThreads();
    }

    /// Two answers are both proved, and so have one objective.
    void CheckSame(const JointSolution& a, const JointSolution& b)
    {
        NS_TEST_EXPECT_MSG_EQ(ToString(a.status), std::string("optimal"), a.termination);
        NS_TEST_EXPECT_MSG_EQ(ToString(b.status), std::string("optimal"), b.termination);
        NS_TEST_EXPECT_MSG_EQ_TOL(a.objective / b.objective, 1, TWO_GAPS, "same answer");
    }

    /// The same bytes on any number of threads.
    void CheckThreads()
    {
        JointDropOptions drop;
        drop.devices = 20000;
        drop.bandwidthHz = 8e9;
        const auto problem = Drop(0, drop);
        const auto one = Solve(problem);
        JointOptions options;
        options.threads = 2;
        const auto two = Solve(problem, options);
        NS_TEST_EXPECT_MSG_EQ(ToString(one.status), std::string("optimal"), one.termination);
        const size_t bytes = one.shares.size() * sizeof(JointShare);
        NS_TEST_EXPECT_MSG_EQ(std::memcmp(one.shares.data(), two.shares.data(), bytes),
                              0,
                              "shares");
        NS_TEST_EXPECT_MSG_EQ((one.prices->mu == two.prices->mu), true, "prices of time");
        NS_TEST_EXPECT_MSG_EQ(one.prices->lambda, two.prices->lambda, "price of bandwidth");
        NS_TEST_EXPECT_MSG_EQ(one.objective, two.objective, "objective");
        NS_TEST_EXPECT_MSG_EQ(one.lowerBound, two.lowerBound, "bound");
        NS_TEST_EXPECT_MSG_EQ(one.iterations, two.iterations, "iterations");
    }
};

/// The suite.
class FlJointGlobalRelationsTestSuite : public TestSuite
{
  public:
    FlJointGlobalRelationsTestSuite()
        : TestSuite("fl-joint-global-relations", TestSuite::Type::UNIT)
    {
        AddTestCase(new MonotoneTestCase);
        AddTestCase(new SameTestCase);
        AddTestCase(new StartTestCase);
    }
};

FlJointGlobalRelationsTestSuite g_flJointGlobalRelationsTestSuite; ///< registers the suite

} // namespace
