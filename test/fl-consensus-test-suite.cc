/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-consensus.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-server-graph.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/fl-trainer.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <numeric>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// Values of all servers.
using Values = std::vector<Eigen::VectorXf>;

/// One exchange of all with their neighbours.
Values
Exchange(const MixingMatrix& mixing, const ServerGraph& graph, const Values& values)
{
    Values next;
    for (uint32_t server = 0; server < graph.servers; ++server)
    {
        std::vector<ServerValue> known;
        for (uint32_t from = 0; from < graph.servers; ++from)
        {
            const auto neighbours = graph.GetNeighbours(server);
            if (from == server ||
                std::find(neighbours.begin(), neighbours.end(), from) != neighbours.end())
            {
                known.emplace_back(from, &values[from]);
            }
        }
        next.push_back(NextValue(mixing.GetWeights(), server, known));
    }
    return next;
}

/// Rates of the usual graphs against numbers of a hand calculation.
class MixingRateTestCase : public TestCase
{
  public:
    MixingRateTestCase()
        : TestCase("Server graphs: rates of mixing")
    {
    }

  private:
    void DoRun() override
    {
        // Eigenvalues of the Laplacian: line 2 - 2 cos(pi k / M), ring 2 - 2 cos(2 pi k / M), star
        // 1 and M, full M; lambda = max |1 - 0.9 / M eigenvalue| over those above 0.
        const double pi = std::acos(-1.0);

        const struct
        {
            const char* name;
            uint32_t servers;
            double rate;
        } cases[] = {{"line", 3, 1 - 0.3},
                     {"star", 3, 1 - 0.3},
                     {"full", 3, 0.1},
                     {"ring", 3, 0.1},
                     {"line", 5, 1 - 0.18 * (2 - 2 * std::cos(pi / 5))},
                     {"ring", 5, 1 - 0.18 * (2 - 2 * std::cos(2 * pi / 5))},
                     {"star", 5, 1 - 0.18},
                     {"full", 5, 0.1}};

        for (const auto& [name, servers, rate] : cases)
        {
            const auto graph = MakeServerGraph(name, servers);
            const MixingMatrix mixing(graph, UsualMixingWeight(graph));
            NS_TEST_EXPECT_MSG_EQ_TOL(mixing.GetRate(), rate, 1e-14, name << " of " << servers);
            const MixingMatrix best(graph, BestMixingWeight(graph));
            NS_TEST_EXPECT_MSG_EQ((best.GetRate() <= mixing.GetRate() + 1e-14),
                                  true,
                                  name << ": the best weight");
            const Eigen::VectorXd rows = mixing.GetWeights().rowwise().sum();
            NS_TEST_EXPECT_MSG_EQ_TOL((rows.array() - 1).abs().maxCoeff(), 0, 1e-15, "rows");
        }
        const auto full = MakeServerGraph("full", 4);
        NS_TEST_EXPECT_MSG_EQ_TOL(MixingMatrix(full, BestMixingWeight(full)).GetRate(),
                                  0,
                                  1e-14,
                                  "a full graph agrees at once");
        NS_TEST_EXPECT_MSG_EQ(MixingMatrix(MakeServerGraph("line", 1), 0.9).GetRate(), 0, "alone");
    }
};

/// Exchanges end at the mean, and stay within the bound on the way.
class ConsensusErrorTestCase : public TestCase
{
  public:
    ConsensusErrorTestCase()
        : TestCase("Consensus: limit and bound on the error")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(4);
        for (int draw = 0; draw < 400; ++draw)
        {
            const auto names = ServerGraphNames();
            const auto servers = static_cast<uint32_t>(2 + random.Below(6));
            const auto graph = MakeServerGraph(names[random.Below(names.size())].first, servers);
            const MixingMatrix mixing(graph,
                                      draw % 2 == 0 ? UsualMixingWeight(graph)
                                                    : BestMixingWeight(graph));
            constexpr Eigen::Index LENGTH = 3;
            Values values;
            Eigen::VectorXd sum = Eigen::VectorXd::Zero(LENGTH);
            for (uint32_t server = 0; server < servers; ++server)
            {
                values.push_back(Eigen::VectorXf::NullaryExpr(LENGTH, [&](Eigen::Index) {
                    return static_cast<float>(random.Normal());
                }));
                sum += values.back().cast<double>();
            }
            double spread = 0;
            for (const auto& a : values)
            {
                for (const auto& b : values)
                {
                    spread = std::max<double>(spread, (a - b).norm());
                }
            }
            CheckExchanges(graph, mixing, values, sum, spread);
        }
    }

    void CheckExchanges(const ServerGraph& graph,
                        const MixingMatrix& mixing,
                        Values values,
                        const Eigen::VectorXd& sum,
                        double spread)
    {
        // Each exchange rounds to float32: so much of M times the values.
        const double rounding = 1e-6 * graph.servers * (1 + sum.norm() + spread);
        constexpr uint32_t EXCHANGES = 12;
        for (uint32_t exchange = 1; exchange <= EXCHANGES; ++exchange)
        {
            values = Exchange(mixing, graph, values);
            for (const auto& value : values)
            {
                const double error = (value.cast<double>() * graph.servers - sum).norm();
                NS_TEST_EXPECT_MSG_EQ((error <= mixing.ErrorBound(exchange, spread) + rounding),
                                      true,
                                      "error " << error << " after " << exchange);
            }
        }
    }
};

/// Many exchanges between two servers with half of the devices each give what one server of all
/// devices gives.
class OneServerTestCase : public TestCase
{
  public:
    OneServerTestCase()
        : TestCase("Consensus: two servers and many exchanges are one server")
    {
    }

  private:
    /// What one device's training changed.
    struct Trained
    {
        Eigen::VectorXf update; //!< w_e - w_0
        double samples;         //!< of the device
        uint32_t steps;         //!< of SGD
    };

    void DoRun() override
    {
        constexpr uint32_t DEVICES = 4;
        constexpr double RATE = 0.1;
        const Dataset data = MakeSyntheticDigits(1, 0, 100, nullptr);
        const auto model = MakeModel("softmax", data.Dimension(), data.Classes());
        Eigen::VectorXf together = model->InitialParameters(1);
        Eigen::VectorXf apart = together;
        const auto graph = MakeServerGraph("line", 2);
        const MixingMatrix mixing(graph, UsualMixingWeight(graph));
        for (uint32_t round = 1; round <= 5; ++round)
        {
            const auto step = [&](Eigen::VectorXf& parameters, uint32_t servers) {
                std::vector<Trained> trained;
                double meanSteps = 0;
                for (uint32_t device = 0; device < DEVICES; ++device)
                {
                    trained.push_back(TrainOne(*model, parameters, data, device, round));
                    meanSteps += trained.back().samples * trained.back().steps / data.Size();
                }
                Values values;
                for (uint32_t server = 0; server < servers; ++server)
                {
                    std::vector<TrainerShare> shares;
                    for (uint32_t device = server; device < DEVICES; device += servers)
                    {
                        const auto& of = trained[device];
                        shares.push_back({&of.update, of.samples, of.steps});
                    }
                    values.push_back(
                        NormalisedGradient(shares, data.Size(), RATE, model->ParameterCount()));
                }
                // lambda = 0.1: after 8 exchanges 1e-8 of the difference is left.
                for (int exchange = 0; servers > 1 && exchange < 8; ++exchange)
                {
                    values = Exchange(mixing, graph, values);
                }
                TakeConsensusStep(parameters, values[0], RATE, meanSteps, servers);
            };
            step(together, 1);
            step(apart, 2);
        }
        NS_TEST_EXPECT_MSG_EQ_TOL((together - apart).cwiseAbs().maxCoeff(), 0, 1e-5, "parameters");
        NS_TEST_EXPECT_MSG_GT((together - model->InitialParameters(1)).norm(), 0.1, "which moved");
    }

    /// Devices have 10, 20, 30, ... samples and train for 1, 2, 3, ... steps.
    static Trained TrainOne(const Model& model,
                            const Eigen::VectorXf& start,
                            const Dataset& data,
                            uint32_t device,
                            uint32_t round)
    {
        std::vector<uint32_t> samples(10 * (device + 1));
        std::iota(samples.begin(), samples.end(), 5 * device * (device + 1));
        TrainerOptions options;
        options.learningRate = 0.1;
        options.batchSize = 5;
        options.iteration = TrainerOptions::Iteration::STEP;
        options.localIterations = device + 1;
        const auto result = Train(model, start, data, samples, 0, options, round);
        return {result.parameters - start,
                static_cast<double>(samples.size()),
                options.localIterations};
    }
};

/// Messages.
class ConsensusRefusalTestCase : public TestCase
{
  public:
    ConsensusRefusalTestCase()
        : TestCase("Consensus: what is refused")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("edges");
        const auto read = [&path](const std::string& text, uint32_t servers) {
            std::ofstream(path) << text;
            return ReadServerGraph(path, servers);
        };
        const auto graph = read("# two and three\n1 0\n\n2 3 # the others\n", 4);
        NS_TEST_EXPECT_MSG_EQ(graph.edges.size(), 2, "edges");
        const Eigen::MatrixXd weights = MixingMatrix(MakeServerGraph("line", 3), 0.3).GetWeights();
        const Eigen::VectorXf value = Eigen::VectorXf::Ones(2);
        const Eigen::VectorXf longer = Eigen::VectorXf::Ones(3);
        Eigen::VectorXf parameters = longer;
        const std::pair<std::function<void()>, std::string> refusals[] = {
            {[&] { MixingMatrix(graph, 0.1); },
             "links between 4 servers: leave {0, 1} and {2, 3} apart: must be connected"},
            {[&] { MakeServerGraph("line", 3).Without(1).RequireConnected(); },
             "links between 3 servers: leave {0} and {1} and {2} apart: must be connected"},
            {[] { MakeServerGraph("tree", 3); },
             "links 'tree': must be one of line, ring, star, full"},
            {[] { MakeServerGraph("line", 0); }, "servers 0: must be at least 1"},
            {[&] { read("0 1\n1 1\n", 2); },
             path + ":2: must be two different servers' numbers from 0 to 1"},
            {[&] { read("0 2\n", 2); },
             path + ":1: must be two different servers' numbers from 0 to 1"},
            {[&] { read("0 1 1\n", 2); },
             path + ":1: must be two different servers' numbers from 0 to 1"},
            {[&] { read("0 1\n1 0\n", 2); }, path + ": an edge is given twice: must be given once"},
            {[] { MixingMatrix(MakeServerGraph("full", 4), 0.5); },
             "weight of a neighbour 0.5: must be above 0 and below 0.5, or the exchanges do not "
             "converge"},
            {[] { MixingMatrix(MakeServerGraph("line", 2), 0.3).ExchangesFor(0, 1, 1); },
             "xi 0, spread 1, rounds 1: must be positive"},
            {[&] { NextValue(weights, 0, {{0, &value}}); },
             "value of server 1: is missing: must be with server 0"},
            {[&] { NextValue(weights, 0, {{0, &value}, {1, &value}, {2, &value}}); },
             "value of server 2: must be of a neighbour of server 0, once and in order"},
            {[&] { NextValue(weights, 0, {{0, &value}, {1, &longer}}); },
             "a server's value of 3 numbers: must have 2"},
            {[&] { NextValue(weights, 3, {}); }, "server 3: must be from 0 to 2"},
            {[&] { NormalisedGradient({{&value, 0, 1}}, 1, 1, 2); },
             "a trainer's samples 0: must be positive and finite"},
            {[&] { NormalisedGradient({{&value, 1, 0}}, 1, 1, 2); },
             "a trainer's steps 0: must be positive and finite"},
            {[&] { NormalisedGradient({{&longer, 1, 1}}, 1, 1, 2); },
             "a trainer's update of 3 numbers: must have 2"},
            {[&] { TakeConsensusStep(parameters, value, 1, 1, 1); },
             "a server's value of 2 numbers: must have 3"}};
        for (const auto& [action, message] : refusals)
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf(action), message, "");
        }
        NS_TEST_EXPECT_MSG_EQ((RefusalOf([] {
                                   ReadServerGraph("nowhere/edges", 2);
                               }).find("nowhere/edges: cannot be read") == 0),
                              true,
                              "a missing file");
        CheckExchanges();
    }

    /// Corollary 1.
    void CheckExchanges()
    {
        const MixingMatrix mixing(MakeServerGraph("line", 2), 0.45);
        NS_TEST_EXPECT_MSG_EQ_TOL(mixing.GetRate(), 0.1, 1e-14, "rate");
        // log of 2 / (sqrt(100) 10^2 2) = 1e-3 to the base of 0.1, halved.
        NS_TEST_EXPECT_MSG_EQ_TOL(mixing.ExchangesFor(2, 10, 100), 1.5, 1e-12, "exchanges");
        NS_TEST_EXPECT_MSG_EQ(mixing.ExchangesFor(1e9, 1, 1), 0, "none are needed");
        NS_TEST_EXPECT_MSG_EQ(NormalisedGradient({}, 1, 1, 2).norm(), 0, "no data, no term");
        // (8) and (12) by hand: C = (2 / 0.5), of 3 samples of 12 and 4 steps.
        const Eigen::VectorXf update = Eigen::VectorXf::Constant(1, -2);
        const Eigen::VectorXf gradient = NormalisedGradient({{&update, 3, 4}}, 12, 0.5, 1);
        NS_TEST_EXPECT_MSG_EQ(gradient(0), 0.25F, "normalised gradient");
        Eigen::VectorXf w = Eigen::VectorXf::Ones(1);
        TakeConsensusStep(w, gradient, 0.5, 2, 3);
        NS_TEST_EXPECT_MSG_EQ(w(0), 1 - 0.5F * 2 * 3 * 0.25F, "step");
    }
};

/// The suite.
class ConsensusTestSuite : public TestSuite
{
  public:
    ConsensusTestSuite()
        : TestSuite("fl-consensus", TestSuite::Type::UNIT)
    {
        AddTestCase(new MixingRateTestCase);
        AddTestCase(new ConsensusErrorTestCase);
        AddTestCase(new OneServerTestCase);
        AddTestCase(new ConsensusRefusalTestCase);
    }
};

ConsensusTestSuite g_consensusTestSuite; //!< registers the suite

} // namespace
