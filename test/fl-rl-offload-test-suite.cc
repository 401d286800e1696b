/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-offload.h"
#include "fl-test-refusal.h"

#include "ns3/fl-offload-action.h"
#include "ns3/fl-offload-agent.h"
#include "ns3/fl-offload-environment.h"
#include "ns3/fl-offload-methods.h"
#include "ns3/test.h"

#include <cmath>
#include <set>

/**
 * @file
 * @ingroup fl
 * The environment of offloading: decisions, states, rewards, draws; agents in it beside the
 * optimum.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// @return an action of random options, each slot once, and parameters somewhat beyond their range
HybridAction
DrawAction(const ActionSpace& space, RandomStream& random)
{
    HybridAction action;
    std::set<uint32_t> taken;
    for (uint32_t n = 0; n < space.units; ++n)
    {
        const auto option = static_cast<uint32_t>(random.Below(space.options));
        const bool isFree = option == 0 || taken.insert(option).second;
        action.options.push_back(isFree ? option : 0);
    }
    action.parameters.resize(space.Parameters());
    for (float& parameter : action.parameters)
    {
        parameter = static_cast<float>(random.Uniform(-1.2, 1.2));
    }
    return action;
}

/// Actions become feasible decisions.
class DecisionsTestCase : public TestCase
{
  public:
    DecisionsTestCase()
        : TestCase("decisions: ranges, budgets, pools")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(31);
        size_t lowered = 0;
        size_t sentHome = 0;
        for (int k = 0; k < 1000; ++k)
        {
            auto problem = DrawSmallOffload(random, 6);
            if (k % 3 == 0)
            {
                problem.mining.hashPoolHps = 0.3e12 * static_cast<double>(problem.devices.size());
            }
            if (k % 10 == 0)
            {
                problem.gains[0] = 0;
            }
            const auto action = DrawAction(OffloadSizes::Of(problem).Space(), random);
            OffloadDecoder decoder(problem);
            const auto decisions = decoder.Decode(action);
            const auto residuals = CheckOffload(problem, decisions);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(WorstOffloadResidual(residuals).second,
                                        OFFLOAD_FEASIBILITY_TOLERANCE,
                                        "feasible " << WorstOffloadResidual(residuals).first);
            const auto value = EvaluateOffload(problem, decisions);
            NS_TEST_EXPECT_MSG_EQ(std::isfinite(value.objective), true, "ends");
            NS_TEST_EXPECT_MSG_EQ(decoder.Evaluator().Evaluate(decisions).objective,
                                  value.objective,
                                  "the same in the same memory");
            for (size_t n = 0; n < decisions.size(); ++n)
            {
                sentHome += action.options[n] > 0 && !decisions[n].slot ? 1 : 0;
                lowered += decisions[n].slot && IsLowered(problem, decisions[n], action, n) ? 1 : 0;
            }
        }
        NS_TEST_EXPECT_MSG_GT(lowered, 50, "powers are lowered");
        NS_TEST_EXPECT_MSG_GT(sentHome, 20, "some cannot offload");
        CheckRanges();
    }

    /// @return whether a power is below what the action says
    static bool IsLowered(const OffloadProblem& problem,
                          const OffloadDecision& decision,
                          const HybridAction& action,
                          size_t n)
    {
        const double x = action.parameters[static_cast<Eigen::Index>(5 * n)];
        const double part = (std::min(1.0, std::max(-1.0, x)) - 1) / 2;
        const double asked = problem.devices[n].maxTxPowerW * std::pow(10, 2 * part);
        return decision.powerW < asked * (1 - 1e-6);
    }

    /// Ends of all ranges, by hand.
    void CheckRanges()
    {
        RandomStream random(32);
        OffloadDrop drop;
        drop.devices = 2;
        drop.servers = 2;
        drop.subChannels = 3;
        drop.minBudgetJ = drop.maxBudgetJ = 100;
        const auto problem = DrawOffload(drop, random);
        OffloadDecoder decoder(problem);
        HybridAction action;
        // Sub-channel 2 of cell 1 is option 1 + 1 x 3 + 2.
        action.options = {0, 6};
        action.parameters.setConstant(10, -7);
        auto decisions = decoder.Decode(action);
        NS_TEST_EXPECT_MSG_EQ(decisions[0].slot.has_value(), false, "at home");
        NS_TEST_EXPECT_MSG_EQ_TOL(decisions[0].cpuHz / problem.LocalHz(0), 0.1, 1e-12, "slow");
        NS_TEST_EXPECT_MSG_EQ_TOL(decisions[0].hashRateHps, 1e11, 1, "slowly");
        NS_TEST_EXPECT_MSG_EQ((*decisions[1].slot == OffloadSlot{1, 2}), true, "there");
        NS_TEST_EXPECT_MSG_EQ_TOL(decisions[1].powerW, 0.01, 1e-12, "20 dB below 1 W");
        NS_TEST_EXPECT_MSG_EQ_TOL(decisions[1].bandwidthHz, 2e6, 1e-3, "narrow");
        action.parameters.setConstant(10, 7);
        decisions = decoder.Decode(action);
        NS_TEST_EXPECT_MSG_EQ_TOL(decisions[0].cpuHz / problem.LocalHz(0), 1, 1e-12, "fast");
        NS_TEST_EXPECT_MSG_EQ_TOL(decisions[1].powerW, 1, 1e-12, "full");
        NS_TEST_EXPECT_MSG_EQ_TOL(decisions[1].bandwidthHz, 20e6, 1e-3, "wide");
        NS_TEST_EXPECT_MSG_EQ_TOL(decisions[1].hashRateHps, 1e12, 1, "best");
    }
};

/// States and rewards.
class EnvironmentTestCase : public TestCase
{
  public:
    EnvironmentTestCase()
        : TestCase("environment: states, rewards, draws")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto kind : {OffloadStateKind::PAPER, OffloadStateKind::GAINS})
        {
            for (const auto redraw : {Redraw::NEVER, Redraw::EPISODE, Redraw::STEP})
            {
                CheckSteps(kind, redraw);
            }
        }
        OffloadEnvironment environment({});
        NS_TEST_EXPECT_MSG_EQ(environment.StateSize(), 30 * (3 + 10 + 25), "30 devices, 5 and 5");
        // (31): at tau the reward is 0, at once it is e - 1, and its inverse is one.
        NS_TEST_EXPECT_MSG_EQ_TOL(environment.RewardOf(90), 0, 1e-15, "3 s a device");
        NS_TEST_EXPECT_MSG_EQ_TOL(environment.RewardOf(0), std::exp(1) - 1, 1e-15, "at once");
        NS_TEST_EXPECT_MSG_GT(environment.RewardOf(1e9), -1 - 1e-15, "never");
        NS_TEST_EXPECT_MSG_EQ_TOL(environment.LatencyOfReward(environment.RewardOf(45)),
                                  45,
                                  1e-12,
                                  "inverse");
        OffloadEnvironmentOptions options;
        options.tauPerDeviceS = 0;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { OffloadEnvironment{options}; }),
                              "tau per device 0 s: must be positive and finite",
                              "tau");
        options = {};
        options.drop.maxBudgetJ = options.drop.minBudgetJ = -1;
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf<Infeasible>([&] { OffloadEnvironment{options}; }).rfind("28h: devices[0]", 0),
            0,
            "less than mining takes");
    }

    /// One kind of state, one of draws.
    void CheckSteps(OffloadStateKind kind, Redraw redraw)
    {
        OffloadEnvironmentOptions options;
        options.drop.devices = 6;
        options.drop.servers = 2;
        options.drop.subChannels = 2;
        options.state = kind;
        options.gains = options.sizes = redraw;
        OffloadEnvironment environment(options);
        OffloadEnvironment twin(options);
        RandomStream random(33);
        std::set<double> gains;
        std::set<double> sizes;
        for (uint64_t episode = 0; episode < 3; ++episode)
        {
            environment.Begin(episode);
            auto last = FirstOffloadDecisions(environment.Problem());
            std::vector<HybridAction> actions;
            for (int step = 0; step < 4; ++step)
            {
                const OffloadProblem problem = environment.Problem();
                gains.insert(problem.gains[3]);
                sizes.insert(problem.devices[1].dataBits);
                Eigen::VectorXf state;
                WriteOffloadState(problem, kind, last, state);
                NS_TEST_EXPECT_MSG_EQ((state == environment.State()), true, "(30)");
                actions.push_back(DrawAction(environment.Space(), random));
                last = OffloadDecoder(problem).Decode(actions.back());
                const double latencyS = EvaluateOffload(problem, last).objective;
                NS_TEST_EXPECT_MSG_EQ(environment.LatencyOf(actions.back()), latencyS, "asked");
                const double reward = environment.Step(actions.back());
                NS_TEST_EXPECT_MSG_EQ(environment.LatencyS(), latencyS, "by the formulas");
                NS_TEST_EXPECT_MSG_EQ_TOL(reward, std::exp(1 - latencyS / 18) - 1, 1e-14, "(31)");
            }
            // An episode is a function of its number, whatever was before.
            twin.Begin(episode);
            for (const auto& action : actions)
            {
                twin.Step(action);
            }
            NS_TEST_EXPECT_MSG_EQ((twin.State() == environment.State()), true, "the same episode");
        }
        const size_t expected = redraw == Redraw::NEVER ? 1 : (redraw == Redraw::EPISODE ? 3 : 12);
        NS_TEST_EXPECT_MSG_EQ(gains.size(), expected, "gains drawn " << ToString(redraw));
        NS_TEST_EXPECT_MSG_EQ(sizes.size(), expected, "sizes drawn " << ToString(redraw));
    }
};

/// What is in a state, by hand.
class StateTestCase : public TestCase
{
  public:
    StateTestCase()
        : TestCase("state (30) by hand")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(34);
        OffloadDrop drop;
        drop.devices = 2;
        drop.servers = 1;
        drop.subChannels = 2;
        auto problem = DrawOffload(drop, random);
        problem.devices[0].dataBits = 8e6;
        problem.gains = {1e-11, 1e-12, 0, 1e-10};
        auto last = FirstOffloadDecisions(problem);
        last[0].cpuHz = 1e9;
        last[1].slot = OffloadSlot{0, 1};
        last[1].bandwidthHz = 5e6;
        last[1].cpuHz = 0;
        last[1].hashRateHps = 0.25e12;
        Eigen::VectorXf state;
        WriteOffloadState(problem, OffloadStateKind::GAINS, last, state);
        const double data = problem.devices[1].dataBits / 16e6;
        // The SNR at 1 W over 1e-13 W is 100, 10, 0 (counts as 1e-6) and 1,000.
        const double expected[] = {0.5,
                                   data,
                                   0,
                                   0,
                                   0,
                                   1,
                                   0,
                                   0,
                                   0,
                                   0.25,
                                   0.5,
                                   0,
                                   1,
                                   0.25,
                                   (std::log(100) - 4) / 3,
                                   (std::log(10) - 4) / 3,
                                   (std::log(1e-6) - 4) / 3,
                                   (std::log(1000) - 4) / 3};
        NS_TEST_ASSERT_MSG_EQ(state.size(), 18, "2 (3 + 4 + 2)");
        for (Eigen::Index i = 0; i < 18; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(state[i], expected[i], 1e-5, "number " << i);
        }
        WriteOffloadState(problem, OffloadStateKind::PAPER, last, state);
        NS_TEST_EXPECT_MSG_EQ(state.size(), 14, "without gains");
    }
};

/// Agents beside the optimum.
class RegretTestCase : public TestCase
{
  public:
    RegretTestCase()
        : TestCase("regret to the optimum")
    {
    }

  private:
    void DoRun() override
    {
        OffloadEnvironmentOptions environment;
        environment.drop.devices = 4;
        environment.drop.servers = 2;
        environment.drop.subChannels = 2;
        environment.sizes = environment.gains = Redraw::NEVER;
        AgentOptions options;
        options.policy = {{32}, {32}};
        options.critic = {32};
        options.fisherStates = 100;
        options.criticRate = 0.01;
        OffloadAgent agent(options, environment);
        const double before = Regret(agent);
        for (int episode = 0; episode < 250; ++episode)
        {
            agent.RunEpisode();
        }
        const double after = Regret(agent);
        NS_TEST_EXPECT_MSG_GT(before, 1, "an agent that knows nothing takes twice as long");
        NS_TEST_EXPECT_MSG_LT(after, 0.1, "one that has learned at most a tenth longer");
    }

    /// @return how much longer than the optimum the agent's decision takes, relative; never less
    double Regret(OffloadAgent& agent)
    {
        agent.Ground().Begin(0);
        const double best = SolveOffload("exact", agent.Ground().Problem()).value.objective;
        const auto decisions = agent.Decide(agent.Ground().Problem());
        const double latencyS = EvaluateOffload(agent.Ground().Problem(), decisions).objective;
        NS_TEST_EXPECT_MSG_EQ(latencyS, agent.LatencyS(), "the same decision");
        NS_TEST_EXPECT_MSG_GT(latencyS, best * (1 - 1e-9), "the optimum is one");
        return latencyS / best - 1;
    }
};

/// The suite.
class RlOffloadTestSuite : public TestSuite
{
  public:
    RlOffloadTestSuite()
        : TestSuite("fl-rl-offload", TestSuite::Type::UNIT)
    {
        AddTestCase(new DecisionsTestCase);
        AddTestCase(new EnvironmentTestCase);
        AddTestCase(new StateTestCase);
        AddTestCase(new RegretTestCase);
    }
};

RlOffloadTestSuite g_rlOffloadTestSuite; ///< registers the suite

} // namespace
