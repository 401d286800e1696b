/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-joint-global.h"
#include "fl-test-joint.h"
#include "fl-test-refusal.h"

#include "ns3/fl-input-name.h"
#include "ns3/fl-joint-drop.h"
#include "ns3/test.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>

/**
 * @file
 * @ingroup fl
 * The global solver of the joint problem at the limits of what it is asked: weights of 0,
 * deadlines, refusals.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// One of the weights is 0.
class WeightsTestCase : public TestCase
{
  public:
    WeightsTestCase()
        : TestCase("energy only, time only")
    {
    }

  private:
    void DoRun() override
    {
        for (uint32_t number = 0; number < 20; ++number)
        {
            JointDropOptions options;
            options.devices = 1 + number;
            options.weightEnergy = 0;
            auto problem = Drop(number, options);
            const auto fast = Solve(problem);
            NS_TEST_EXPECT_MSG_EQ(ToString(fast.status), std::string("optimal"), "time only");
            // Bisection is exact to the last bits, sums and bandwidths to 1e-12 or so.
            NS_TEST_EXPECT_MSG_EQ_TOL(RoundS(problem, fast) / ShortestRoundS(problem),
                                      1,
                                      GAP,
                                      "as fast as can be");
            problem.weightEnergy = 1;
            problem.weightTime = 0;
            CheckEnergyOnly(problem);
        }
        CheckRefused();
    }

    /// Who has no reason to hurry works at the lowest power and frequency.
    void CheckEnergyOnly(const JointProblem& problem)
    {
        const auto thrifty = Solve(problem);
        NS_TEST_EXPECT_MSG_EQ(ToString(thrifty.status), std::string("optimal"), "energy only");
        NS_TEST_EXPECT_MSG_EQ(FaultOf(problem, thrifty), "", "energy only");
        NS_TEST_EXPECT_MSG_EQ(FaultOfBound(problem, thrifty), "", "energy only");
        for (size_t i = 0; i < problem.devices.size(); ++i)
        {
            const auto& device = problem.devices[i];
            NS_TEST_EXPECT_MSG_EQ(thrifty.shares[i].txPowerW, device.minTxPowerW, "lowest power");
            NS_TEST_EXPECT_MSG_EQ_TOL(thrifty.shares[i].cpuHz / device.minCpuHz,
                                      1,
                                      2 * EPSILON,
                                      "lowest frequency");
            NS_TEST_EXPECT_MSG_EQ(thrifty.prices->mu[i], 0, "time costs nothing");
        }
        // A long deadline, with w2 = 0, is no constraint.
        auto timed = problem;
        timed.roundDeadlineS = 2 * RoundS(problem, thrifty);
        NS_TEST_EXPECT_MSG_EQ_TOL(Solve(timed).energyJ / thrifty.energyJ, 1, TWO_GAPS, "endless");
    }

    /// With nothing to hurry for, a lower bound of 0 leaves no least energy.
    void CheckRefused()
    {
        JointDropOptions options;
        options.devices = 3;
        options.weightEnergy = 1;
        const auto problem = Drop(0, options);
        const std::string why = " = 0: must be above 0 where weightTime is 0 and no deadline is "
                                "given: with nothing to hurry for, no least energy is attained";
        auto powerless = problem;
        powerless.devices[1].minTxPowerW = 0;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Solve(powerless); }),
                              "devices[1].minTxPowerW" + why,
                              "p_min");
        powerless.devices[1].payloadBits = 0;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Solve(powerless); }), "accepted", "sends nothing");
        auto idle = problem;
        idle.devices[2].minCpuHz = 0;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Solve(idle); }),
                              "devices[2].minCpuHz" + why,
                              "f_min");
        auto timed = idle;
        timed.roundDeadlineS = 10;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Solve(timed); }), "accepted", "with a deadline");
        idle.devices[2].capacitance = 0;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Solve(idle); }), "accepted", "costs nothing");
    }
};

/// Deadlines that cannot be met.
class DeadlineTestCase : public TestCase
{
  public:
    DeadlineTestCase()
        : TestCase("infeasible deadlines")
    {
    }

  private:
    void DoRun() override
    {
        for (uint32_t number = 0; number < 30; ++number)
        {
            JointDropOptions options;
            options.devices = 1 + number;
            auto problem = Drop(number, options);
            const double shortestS = ShortestRoundS(problem);
            CheckMessage(problem, shortestS * (1 - 1e-6), "");
            CheckMessage(problem, 0.9 * shortestS, "");
            // On an endless band device 0 still needs longer than this.
            auto& device = problem.devices[0];
            device.cycles = 1e12;
            CheckMessage(problem, 499, "devices[0] cannot meet it");
        }
    }

    /// The smallest deadline that works stands in the message, and works.
    void CheckMessage(JointProblem problem, double deadlineS, const std::string& who)
    {
        problem.roundDeadlineS = deadlineS;
        std::string message = "accepted";
        try
        {
            Solve(problem);
        }
        catch (const Infeasible& error)
        {
            message = error.what();
        }
        NS_TEST_EXPECT_MSG_EQ(message.find(Describe("roundDeadlineS = ", deadlineS, ": ")),
                              0,
                              message);
        NS_TEST_EXPECT_MSG_NE(message.find("devices["), std::string::npos, message);
        NS_TEST_EXPECT_MSG_NE(message.find(who), std::string::npos, message);
        const std::string before = "the smallest deadline that works is ";
        const auto place = message.find(before);
        NS_TEST_ASSERT_MSG_NE(place, std::string::npos, message);
        const double named = std::stod(message.substr(place + before.size()));
        const double shortestS = ShortestRoundS(problem);
        NS_TEST_EXPECT_MSG_EQ_TOL(named / shortestS, 1, GAP, message);
        problem.roundDeadlineS = named;
        const auto solution = Solve(problem);
        NS_TEST_EXPECT_MSG_EQ(FaultOf(problem, solution), "", "as named: " << message);
        problem.roundDeadlineS = shortestS * (1 + GAP);
        NS_TEST_EXPECT_MSG_EQ(FaultOf(problem, Solve(problem)), "", "hardly longer");
    }
};

/// Every message about a problem that is none.
class ValidateTestCase : public TestCase
{
  public:
    ValidateTestCase()
        : TestCase("problems that are refused")
    {
    }

  private:
    void DoRun() override
    {
        constexpr double NAN_ = std::numeric_limits<double>::quiet_NaN();
        constexpr double INF = std::numeric_limits<double>::infinity();
        const std::string positive = ": must be from 1e-40 to 1e+40";
        const std::string other = ": must be 0 or from 1e-40 to 1e+40";
        using Change = std::function<void(JointProblem&, double)>;

        struct Field
        {
            std::string name; // as in messages
            bool mayBeZero;
            Change change;
        };

        const std::vector<Field> fields{
            {"weightEnergy", true, [](auto& p, double v) { p.weightEnergy = v; }},
            {"weightTime", true, [](auto& p, double v) { p.weightTime = v; }},
            {"bandwidthHz", false, [](auto& p, double v) { p.bandwidthHz = v; }},
            {"noiseWPerHz", false, [](auto& p, double v) { p.noiseWPerHz = v; }},
            {"rounds", false, [](auto& p, double v) { p.rounds = v; }},
            {"roundDeadlineS", false, [](auto& p, double v) { p.roundDeadlineS = v; }},
            {"devices[1].gain", false, [](auto& p, double v) { p.devices[1].gain = v; }},
            {"devices[1].payloadBits",
             true,
             [](auto& p, double v) { p.devices[1].payloadBits = v; }},
            {"devices[1].cycles", true, [](auto& p, double v) { p.devices[1].cycles = v; }},
            {"devices[1].capacitance",
             true,
             [](auto& p, double v) { p.devices[1].capacitance = v; }},
            {"devices[1].minCpuHz", true, [](auto& p, double v) { p.devices[1].minCpuHz = v; }},
            {"devices[1].maxCpuHz", false, [](auto& p, double v) { p.devices[1].maxCpuHz = v; }},
            {"devices[1].minTxPowerW",
             true,
             [](auto& p, double v) { p.devices[1].minTxPowerW = v; }},
            {"devices[1].maxTxPowerW",
             false,
             [](auto& p, double v) { p.devices[1].maxTxPowerW = v; }},
        };
        JointDropOptions options;
        options.devices = 2;
        const auto problem = Drop(0, options);
        const auto refusal = [&](const Change& change, double value) {
            auto changed = problem;
            change(changed, value);
            return RefusalOf([&] { changed.Validate(); });
        };
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { problem.Validate(); }), "accepted", "as it was");
        for (const auto& field : fields)
        {
            for (const double value : {-1.0, NAN_, INF, 1e41, 1e-41, 0.0})
            {
                if (value == 0 && field.mayBeZero)
                {
                    continue;
                }
                const auto expected =
                    Describe(field.name, " = ", value, field.mayBeZero ? other : positive);
                NS_TEST_EXPECT_MSG_EQ(refusal(field.change, value), expected, "refused");
            }
        }
        CheckOthers(problem);
    }

    /// Messages about more than one number.
    void CheckOthers(const JointProblem& problem)
    {
        auto changed = problem;
        changed.weightTime = 0.75;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { changed.Validate(); }),
                              "weightEnergy + weightTime = 1.25, off by 0.25: must be 1 within "
                              "1e-9",
                              "the sum of the weights");
        changed = problem;
        changed.devices[1].minCpuHz = 3e9;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { changed.Validate(); }),
                              "devices[1].minCpuHz = 3e+09, the minimum: must not exceed the "
                              "maximum, devices[1].maxCpuHz = 2e+09, but does by 1e+09",
                              "an empty range");
        changed = problem;
        changed.devices[0].minTxPowerW = 1;
        changed.devices[0].maxTxPowerW = 0.5;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { changed.Validate(); }),
                              "devices[0].minTxPowerW = 1, the minimum: must not exceed the "
                              "maximum, devices[0].maxTxPowerW = 0.5, but does by 0.5",
                              "an empty range");
        {
            // Who solves what stands in a file knows its keys.
            const KeysInMessages keys;
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { changed.Validate(); }),
                                  "devices[0].power_w[0] = 1, the minimum: must not exceed the "
                                  "maximum, devices[0].power_w[1] = 0.5, but does by 0.5",
                                  "keys");
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { changed.Validate(); }).find("power_w"),
                              std::string::npos,
                              "members again");
        changed = problem;
        changed.devices.clear();
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { changed.Validate(); }),
                              "devices: must have at least one entry",
                              "no devices");
    }
};

/// The suite.
class FlJointGlobalLimitsTestSuite : public TestSuite
{
  public:
    FlJointGlobalLimitsTestSuite()
        : TestSuite("fl-joint-global-limits", TestSuite::Type::UNIT)
    {
        AddTestCase(new WeightsTestCase);
        AddTestCase(new DeadlineTestCase);
        AddTestCase(new ValidateTestCase);
    }
};

FlJointGlobalLimitsTestSuite g_flJointGlobalLimitsTestSuite; ///< registers the suite

} // namespace
