/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-rl.h"

#include "ns3/fl-hybrid-policy.h"
#include "ns3/fl-random-stream.h"
#include "ns3/test.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

/**
 * @file
 * @ingroup fl
 * A policy's gradient, divergence and Fisher product against PyTorch's automatic differentiation.
 * Without Debian's python3-torch there is nothing to compare with, and the suite says so.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

using Vector = Eigen::VectorXd;

/// @return the same as JSON
nlohmann::json
ToJson(const Vector& numbers)
{
    return std::vector<double>(numbers.data(), numbers.data() + numbers.size());
}

/// Ours beside PyTorch's.
class TorchTestCase : public TestCase
{
  public:
    TorchTestCase()
        : TestCase("policy as in PyTorch")
    {
    }

  private:
    static constexpr int STATES = 6;     ///< of the batch
    static constexpr int STATE_SIZE = 4; ///< numbers of each

    void DoRun() override
    {
        BasicHybridPolicy<double> policy(STATE_SIZE, SmallSpace(), {}, {{6, 5}, {7, 6}}, 1);
        const Vector at = Numbers(policy.Size(), 2);
        const Vector others = at + 0.3 * Numbers(policy.Size(), 3);
        const Vector direction = Numbers(policy.Size(), 4);
        const Vector weights = Numbers(STATES, 5);
        policy.SetParameters(at);
        Draw(policy);
        const auto peer = RunTorch(at, others, direction, weights);
        if (!peer.is_object())
        {
            std::cout << "skipped: Debian's python3-torch is not there\n";
            return;
        }
        Vector gradient;
        Vector product;
        policy.Forward(m_states);
        const auto old = policy.Keep();
        Compare(policy.LogProbabilities(m_samples), peer["logs"], "ln pi");
        policy.Gradient(m_samples, weights, gradient);
        Compare(gradient, peer["gradient"], "gradient");
        policy.FisherProduct(m_samples, direction, product);
        Compare(product, peer["product"], "Fisher product");
        policy.SetParameters(others);
        policy.Forward(m_states);
        NS_TEST_EXPECT_MSG_EQ_TOL(policy.Divergence(old, m_samples),
                                  peer["divergence"].get<double>(),
                                  1e-10,
                                  "divergence");
    }

    /// Draw states and what is done in them.
    void Draw(BasicHybridPolicy<double>& policy)
    {
        const Vector numbers = Numbers(STATES * STATE_SIZE, 6);
        m_states = Eigen::Map<const Eigen::MatrixXd>(numbers.data(), STATE_SIZE, STATES);
        m_samples.resize(STATES);
        RandomStream random(7);
        for (int i = 0; i < STATES; ++i)
        {
            policy.Draw(m_states.col(i), random, m_samples[i]);
        }
    }

    /// @return what PyTorch says; no object if it is not there
    nlohmann::json RunTorch(const Vector& at,
                            const Vector& others,
                            const Vector& direction,
                            const Vector& weights)
    {
        nlohmann::json data;
        data["units"] = 3;
        data["count"] = 4;
        data["choice_sizes"] = {STATE_SIZE, 6, 5, 12};
        data["parameter_sizes"] = {STATE_SIZE, 7, 6, 9};
        data["parameters"] = ToJson(at);
        data["others"] = ToJson(others);
        data["direction"] = ToJson(direction);
        data["weights"] = ToJson(weights);
        for (int option = 0; option < 4; ++option)
        {
            const auto uses = SmallSpace().uses;
            data["uses"].push_back(
                std::vector<int>(uses.begin() + 3 * option, uses.begin() + 3 * option + 3));
        }
        for (int i = 0; i < STATES; ++i)
        {
            data["states"].push_back(ToJson(m_states.col(i)));
            data["options"].push_back(m_samples[i].action.options);
            nlohmann::json normals;
            for (int unit = 0; unit < 3; ++unit)
            {
                normals.push_back(ToJson(m_samples[i].normals.segment(3 * unit, 3).cast<double>()));
            }
            data["normals"].push_back(normals);
        }
        const std::string path = CreateTempDirFilename("policy.json");
        std::ofstream(path) << data;
        return Run("/usr/bin/python3 '" + CreateDataDirFilename("torch-policy.py") + "' '" + path +
                   "' 2>/dev/null");
    }

    /// @return the JSON that a command prints; no object if it fails
    static nlohmann::json Run(const std::string& command)
    {
        std::string text;
        const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
        std::array<char, 4096> buffer{};
        for (size_t size = 1; pipe && size > 0;)
        {
            size = fread(buffer.data(), 1, buffer.size(), pipe.get());
            text.append(buffer.data(), size);
        }
        return nlohmann::json::parse(text, nullptr, false);
    }

    /// Both compute in double: they differ by roundings.
    void Compare(const Vector& ours, const nlohmann::json& theirs, const char* what)
    {
        const auto numbers = theirs.get<std::vector<double>>();
        NS_TEST_ASSERT_MSG_EQ(numbers.size(), static_cast<size_t>(ours.size()), what);
        for (Eigen::Index i = 0; i < ours.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(ours[i], numbers[i], 1e-10, what << " " << i);
        }
    }

    Eigen::MatrixXd m_states;            ///< a column each
    std::vector<HybridSample> m_samples; ///< what was done
};

/// The suite.
class RlTorchTestSuite : public TestSuite
{
  public:
    RlTorchTestSuite()
        : TestSuite("fl-rl-torch", TestSuite::Type::UNIT)
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        AddTestCase(new TorchTestCase);
    }
};

RlTorchTestSuite g_rlTorchTestSuite; ///< registers the suite

} // namespace
