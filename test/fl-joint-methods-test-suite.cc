/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-joint-methods.h"
#include "fl-test-joint.h"
#include "fl-test-refusal.h"

#include "ns3/fl-joint-drop.h"
#include "ns3/fl-joint-frequencies.h"
#include "ns3/fl-joint-methods.h"
#include "ns3/fl-joint-uploads.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>

/**
 * @file
 * @ingroup fl
 * The paper's alternation, its formulas and its baselines. Answers are looked at with code that
 * shares nothing with the solvers.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// @return options with a source of draws
JointOptions
WithDraws(RandomStream& random, double startBandShare = 0.5)
{
    JointOptions options;
    options.uniform = [&random] { return random.Uniform(); };
    options.startBandShare = startBandShare;
    return options;
}

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
            const auto problem = PaperDrop(number, options);
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
            const auto problem = PaperDrop(number, options);
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

        auto problem = PaperDrop(0, {});
        problem.devices[3].capacitance = 0;
        ExpectFailure(problem, "(16) divides by w1 kappa, which is 0 for devices[3]");
        problem = PaperDrop(0, {});
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
        NS_TEST_EXPECT_MSG_NE(refusal.find("roundDeadlineS = 1e-09: devices["),
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
        auto problem = PaperDrop(0, {});
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
        auto problem = PaperDrop(0, drop);
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
        auto problem = PaperDrop(0, {});
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SolveJoint("scheme1", problem); }),
                              "method = 'scheme1': needs roundDeadlineS: it minimises energy "
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
            const auto problem = PaperDrop(7, drop);
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
class FlJointMethodsTestSuite : public TestSuite
{
  public:
    FlJointMethodsTestSuite()
        : TestSuite("fl-joint-methods", TestSuite::Type::UNIT)
    {
        AddTestCase(new FixedPointTestCase);
        AddTestCase(new FeasibilityTestCase);
        AddTestCase(new ExcessTestCase);
        AddTestCase(new LiteralTestCase);
        AddTestCase(new BaselineTestCase);
        AddTestCase(new InvarianceTestCase);
    }
};

FlJointMethodsTestSuite g_flJointMethodsTestSuite; ///< registers the suite

} // namespace
