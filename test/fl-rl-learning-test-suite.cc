/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"
#include "fl-test-rl.h"

#include "ns3/fl-agent-methods.h"
#include "ns3/fl-agent-stream.h"
#include "ns3/fl-trust-region.h"
#include "ns3/test.h"

#include <Eigen/Cholesky>
#include <cmath>
#include <memory>
#include <string>

/**
 * @file
 * @ingroup fl
 * Agents where the best policy is known; steps of TRPO against algebra.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// @return options for small problems
AgentOptions
SmallOptions(const std::string& method)
{
    AgentOptions options;
    options.method = method;
    options.actorRate = 0.01;
    options.policy = {{32}, {32}};
    options.critic = {32, 32};
    options.fisherStates = 100;
    return options;
}

/// Run episodes. Every step of TRPO keeps its divergence, and many of the first ones are taken;
/// when there is nothing more to learn, and none helps, differs with the width of the processor's
/// vectors.
class LearningTestCase : public TestCase
{
  public:
    explicit LearningTestCase(const std::string& name)
        : TestCase("learning: " + name)
    {
    }

  protected:
    /// @return steps of TRPO that were taken
    int RunEpisodes(Agent& agent, Environment& environment, int episodes)
    {
        int taken = 0;
        double rewards = 0;
        for (int i = 0; i < episodes; ++i)
        {
            const auto report = agent.RunEpisode(environment);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(report.divergence,
                                        agent.Options().region.maxDivergence,
                                        "episode " << i);
            taken += report.factor > 0 ? 1 : 0;
            rewards += report.meanReward;
        }
        m_meanReward = rewards / episodes;
        return taken;
    }

    /// The first episodes of an agent.
    void Learn(Agent& agent, Environment& environment, int episodes)
    {
        const int taken = RunEpisodes(agent, environment, episodes);
        if (agent.Options().method == "parameterized")
        {
            NS_TEST_EXPECT_MSG_GT(taken, episodes / 4, "steps are taken");
        }
    }

    double m_meanReward{0}; ///< of the last Learn()
};

/// The contextual bandit.
class BanditTestCase : public LearningTestCase
{
  public:
    BanditTestCase()
        : LearningTestCase("bandit")
    {
    }

  private:
    void DoRun() override
    {
        BanditEnvironment environment;
        const auto options = SmallOptions("parameterized");
        const auto agent = MakeAgent(options, environment.Space(), environment.StateSize());
        Learn(*agent, environment, 150);
        const double before = environment.Regret();
        RunEpisodes(*agent, environment, 50);
        const double regret = (environment.Regret() - before) / (50 * options.steps);
        NS_TEST_EXPECT_MSG_LT(regret,
                              0.01 * BanditEnvironment::RandomRegret(),
                              "below 1 % of random's");
    }
};

/// The linear-quadratic problem.
class LinearQuadraticTestCase : public LearningTestCase
{
  public:
    LinearQuadraticTestCase()
        : LearningTestCase("linear-quadratic")
    {
    }

  private:
    void DoRun() override
    {
        LinearQuadraticEnvironment environment;
        environment.Solve();
        AgentOptions options = SmallOptions("parameterized");
        options.steps = 800;
        options.fisherStates = 800;
        options.criticRate = 0.003;
        options.criticEpochs = 4;
        options.discount = 0.9;
        const auto agent = MakeAgent(options, environment.Space(), environment.StateSize());
        Learn(*agent, environment, 400);
        double learned = 0;
        double best = 0;
        HybridAction action;
        for (uint64_t episode = 1000; episode < 1100; ++episode)
        {
            environment.Begin(episode);
            for (int step = 0; step < 200; ++step)
            {
                agent->Decide(environment.State(), action);
                learned -= environment.Step(action) / 20000;
            }
            // The same noise again.
            environment.Begin(episode);
            action.options = {0};
            for (int step = 0; step < 200; ++step)
            {
                action.parameters.setConstant(1, static_cast<float>(environment.Best()));
                best -= environment.Step(action) / 20000;
            }
        }
        // The mean of 20,000 steps that forget within some five has an error of 2 %.
        NS_TEST_EXPECT_MSG_EQ_TOL(best / environment.MeanCost(), 1, 0.06, "Riccati's cost");
        NS_TEST_EXPECT_MSG_LT(learned / best, 1.02, "within 2 % of it");
        NS_TEST_EXPECT_MSG_GT(learned / best, 0.995, "which is the best");
    }
};

/// The problem of choices and parameters.
class HybridTestCase : public LearningTestCase
{
  public:
    /**
     * @param method of the agent
     * @param least part of the best reward that it reaches
     */
    HybridTestCase(const std::string& method, double least)
        : LearningTestCase("choices and parameters, " + method),
          m_method(method),
          m_least(least)
    {
    }

  private:
    void DoRun() override
    {
        HybridToyEnvironment environment;
        const auto agent =
            MakeAgent(SmallOptions(m_method), environment.Space(), environment.StateSize());
        Learn(*agent, environment, 300);
        double learned = 0;
        double best = 0;
        HybridAction action;
        environment.Begin(1000);
        for (int step = 0; step < 1000; ++step)
        {
            best += environment.Best();
            agent->Decide(environment.State(), action);
            learned += environment.Step(action);
        }
        NS_TEST_EXPECT_MSG_GT(learned / best, m_least, "of the best");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(learned / best, 1, "which nothing exceeds");
        // The same seed, the same curve.
        HybridToyEnvironment again;
        const auto twin = MakeAgent(SmallOptions(m_method), again.Space(), again.StateSize());
        const double mean = m_meanReward;
        Learn(*twin, again, 300);
        NS_TEST_EXPECT_MSG_EQ(m_meanReward, mean, "the same bits");
    }

    std::string m_method; ///< of the agent
    double m_least;       ///< part of the best reward
};

/// Conjugate gradients and steps in a trust region, on a quadratic model.
class TrustRegionTestCase : public TestCase
{
  public:
    TrustRegionTestCase()
        : TestCase("trust region: algebra, line search")
    {
    }

  private:
    static constexpr int SIZE = 6; ///< of the model

    void DoRun() override
    {
        RandomStream random(21);
        Eigen::MatrixXd root(SIZE, SIZE);
        for (Eigen::Index i = 0; i < root.size(); ++i)
        {
            root.data()[i] = random.Uniform(-1, 1);
        }
        m_fisher = root * root.transpose() + Eigen::MatrixXd::Identity(SIZE, SIZE);
        m_gradient = Eigen::VectorXf::LinSpaced(SIZE, -1, 2);
        auto multiply = [&](const Eigen::VectorXf& v, Eigen::VectorXf& product) {
            product = (m_fisher * v.cast<double>()).cast<float>();
        };
        const Eigen::MatrixXd damped = m_fisher + 0.1 * Eigen::MatrixXd::Identity(SIZE, SIZE);
        const Eigen::VectorXd exact = damped.ldlt().solve(m_gradient.cast<double>());
        const auto found = ConjugateGradient(m_gradient, multiply, 0.1, 100);
        // The residual is below 1e-5, and the matrix's least eigenvalue above 1.
        NS_TEST_EXPECT_MSG_LT((found.cast<double>() - exact).norm(),
                              1e-4 * m_gradient.cast<double>().norm(),
                              "the solution");
        CheckSteps(multiply);
    }

    /// How far steps go.
    void CheckSteps(const std::function<void(const Eigen::VectorXf&, Eigen::VectorXf&)>& multiply)
    {
        double allowance = 1;
        int attempts = 0;
        const Eigen::VectorXf start = Eigen::VectorXf::Constant(SIZE, 0.5F);
        auto attempt = [&](Eigen::VectorXf& candidate) {
            const Eigen::VectorXd move = (candidate - start).cast<double>();
            attempts++;
            return TrustRegionTrial{m_gradient.cast<double>().dot(move),
                                    move.dot(m_fisher * move) / 2 / allowance};
        };
        TrustRegionOptions options;
        options.conjugateSteps = 100;
        Eigen::VectorXf parameters = start;
        // On the edge, roundings decide: a little more is allowed.
        allowance = 1.001;
        auto step = TakeTrustRegionStep(options, m_gradient, multiply, attempt, parameters);
        NS_TEST_EXPECT_MSG_EQ(step.isTaken, true, "taken");
        NS_TEST_EXPECT_MSG_EQ(step.factor, 1, "whole");
        NS_TEST_EXPECT_MSG_EQ_TOL(step.last.divergence * allowance, 0.01, 1e-5, "as far as may be");
        NS_TEST_EXPECT_MSG_GT(step.last.gain, 0, "upwards");
        // If the model is off by 10, a factor of 1 / 4 does: 10 / 16 < 1 < 10 / 4.
        allowance = 0.1;
        parameters = start;
        attempts = 0;
        step = TakeTrustRegionStep(options, m_gradient, multiply, attempt, parameters);
        NS_TEST_EXPECT_MSG_EQ(step.factor, 0.25, "halved");
        NS_TEST_EXPECT_MSG_EQ(attempts, 3, "twice");
        // If it is always too far, nothing changes.
        allowance = 1e-9;
        parameters = start;
        attempts = 0;
        step = TakeTrustRegionStep(options, m_gradient, multiply, attempt, parameters);
        NS_TEST_EXPECT_MSG_EQ(step.isTaken, false, "not taken");
        NS_TEST_EXPECT_MSG_EQ((parameters == start), true, "nothing changed");
        NS_TEST_EXPECT_MSG_EQ(attempts, 11, "after ten halvings");
        const Eigen::VectorXf none = Eigen::VectorXf::Zero(SIZE);
        step = TakeTrustRegionStep(options, none, multiply, attempt, parameters);
        NS_TEST_EXPECT_MSG_EQ(step.isTaken, false, "nowhere to go");
        // The paper's step is that small.
        options.firstFactor = 0.003;
        allowance = 1;
        parameters = start;
        step = TakeTrustRegionStep(options, m_gradient, multiply, attempt, parameters);
        NS_TEST_EXPECT_MSG_EQ_TOL(step.last.divergence, 9e-8, 1e-9, "0.003^2 of 0.01");
    }

    Eigen::MatrixXd m_fisher;   ///< H
    Eigen::VectorXf m_gradient; ///< g
};

/// What is refused.
class AgentRefusalTestCase : public TestCase
{
  public:
    AgentRefusalTestCase()
        : TestCase("refusals")
    {
    }

  private:
    /// @return the complaint about options
    static std::string RefusalOfOptions(void (*change)(AgentOptions&))
    {
        return RefusalOf([change] {
            AgentOptions options;
            change(options);
            MakeAgent(options, BanditEnvironment().Space(), 4);
        });
    }

    void DoRun() override
    {
        const std::pair<void (*)(AgentOptions&), const char*> cases[] = {
            {[](AgentOptions& o) { o.method = "ppo"; },
             "agent: method 'ppo': must be one of parameterized, relaxed, approximated, a2c, ac, "
             "ddpg, dqn"},
            {[](AgentOptions& o) { o.steps = 0; }, "agent: steps 0: must be from 1 to 100000"},
            {[](AgentOptions& o) { o.actorRate = 0; },
             "agent: actor's rate 0: must be positive and finite"},
            {[](AgentOptions& o) { o.criticRate = NAN; },
             "agent: critic's rate nan: must be positive and finite"},
            {[](AgentOptions& o) { o.discount = 1; },
             "agent: discount 1: must be at least 0 and below 1"},
            {[](AgentOptions& o) { o.criticEpochs = 1001; },
             "agent: epochs of the critic 1001: must be at most 1000"},
            {[](AgentOptions& o) { o.minibatch = 0; }, "agent: minibatch 0: must be at least 1"},
            {[](AgentOptions& o) { o.fisherStates = 0; },
             "agent: states of the Fisher matrix 0: must be at least 1"},
            {[](AgentOptions& o) { o.levels = 1; }, "agent: levels 1: must be from 2 to 1000"},
            {[](AgentOptions& o) { o.region.maxDivergence = -1; },
             "agent: divergence -1: must be positive and finite"},
            {[](AgentOptions& o) { o.region.damping = -1; },
             "agent: damping -1: must be at least 0 and finite"},
            {[](AgentOptions& o) { o.region.firstFactor = 0; },
             "agent: first step 0: must be positive and finite"},
            {[](AgentOptions& o) { o.region.conjugateSteps = 0; },
             "agent: conjugate steps 0: must be from 1 to 1000"},
            {[](AgentOptions& o) { o.region.halvings = 1001; },
             "agent: halvings 1001: must be at most 1000"},
            {[](AgentOptions& o) { o.replay = 0; }, "agent: replay 0: must be from 1 to 10000000"},
            {[](AgentOptions& o) { o.replayBatch = 0; },
             "agent: replay's batch 0: must be at least 1"},
            {[](AgentOptions& o) { o.replaySteps = 10001; },
             "agent: replay's steps 10001: must be at most 10000"},
            {[](AgentOptions& o) { o.policy.choice = {0}; },
             "agent: units of the choice's network 0: must be from 1 to 65536"},
            {[](AgentOptions& o) { o.policy.parameter = {0}; },
             "agent: units of the parameters' network 0: must be from 1 to 65536"},
            {[](AgentOptions& o) { o.critic = {65537}; },
             "agent: units of the critic 65537: must be from 1 to 65536"},
        };
        for (const auto& [change, message] : cases)
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOfOptions(change), message, "option");
        }
        BanditEnvironment bandit;
        LinearQuadraticEnvironment other;
        const auto agent = MakeAgent({}, bandit.Space(), bandit.StateSize());
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { agent->RunEpisode(other); }),
                              "environment of 2 numbers of state and 1 choices: must be as the "
                              "agent's, 4 and 5",
                              "another environment");
        HybridAction action;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { agent->Decide(other.State(), action); }),
                              "state has 2 numbers: must have 4",
                              "another state");
    }
};

/// The suite.
class RlLearningTestSuite : public TestSuite
{
  public:
    RlLearningTestSuite()
        : TestSuite("fl-rl-learning", TestSuite::Type::UNIT)
    {
        AddTestCase(new TrustRegionTestCase);
        AddTestCase(new BanditTestCase);
        AddTestCase(new LinearQuadraticTestCase);
        // Staying at home, all for the best parameters, is worth 1 / 1.9 = 0.53.
        AddTestCase(new HybridTestCase("parameterized", 0.99));
        AddTestCase(new HybridTestCase("relaxed", 0.9));
        AddTestCase(new HybridTestCase("approximated", 0.9));
        AddTestCase(new HybridTestCase("a2c", 0.9));
        AddTestCase(new HybridTestCase("ac", 0.9));
        AddTestCase(new HybridTestCase("ddpg", 0.9));
        AddTestCase(new HybridTestCase("dqn", 0.9));
        AddTestCase(new AgentRefusalTestCase);
    }
};

RlLearningTestSuite g_rlLearningTestSuite; ///< registers the suite

} // namespace
