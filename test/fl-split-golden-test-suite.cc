/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-solve-instance.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Training steps of split federated LoRA, against PyTorch's.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// `./fl solve split-lora` on the golden files.
class SplitLoraGoldenTestCase : public TestCase
{
  public:
    /// @param name of the file, without .json
    explicit SplitLoraGoldenTestCase(const std::string& name)
        : TestCase("golden split-lora " + name),
          m_name(name)
    {
    }

  private:
    // Of a tensor's largest element, as test/golden/split-lora/README.md derives them: PyTorch in
    // float32 misses the first round by 5.1e-6, what it ends in by 5e-7.
    static constexpr double FIRST_ROUND = 2e-5; ///< of the first round's tensors
    static constexpr double STATE = 1e-5;       ///< of what one round and all rounds end in
    static constexpr double ZERO = 1e-7;        ///< where zero is expected

    void DoRun() override
    {
        const auto path = CreateDataDirFilename("golden/split-lora/" + m_name + ".json");
        auto instance = nlohmann::json::parse(ReadJsonText(path));
        const auto expected = instance.at("expected");
        instance.erase("expected");
        const auto& problem = FindSolveProblem("split-lora");
        const auto report = SolveInstance(problem, instance.dump(), path, {});
        const auto answer = nlohmann::json::parse(report.ToText());
        for (const auto& [key, value] : expected.items())
        {
            Compare(key, value, answer.at(key), key.find("After") == std::string::npos);
        }
        NS_TEST_EXPECT_MSG_GT(m_tensors, 20, "all of them");
        Refusals(instance, path);
    }

    /// Compare whatever it is.
    void Compare(const std::string& place,
                 const nlohmann::json& expected,
                 const nlohmann::json& got,
                 bool isFirst)
    {
        if (expected.is_object() && expected.contains("data"))
        {
            CompareTensors(place, expected, got, isFirst);
        }
        else if (expected.is_structured())
        {
            NS_TEST_ASSERT_MSG_EQ(got.size(), expected.size(), place << ": as many");
            for (const auto& [key, value] : expected.items())
            {
                const auto& part = expected.is_array() ? got.at(std::stoul(key)) : got.at(key);
                Compare(place + "/" + key, value, part, isFirst);
            }
        }
        else
        {
            const double value = expected.get<double>();
            NS_TEST_EXPECT_MSG_EQ_TOL(got.get<double>(), value, FIRST_ROUND * value, place);
        }
    }

    void CompareTensors(const std::string& place,
                        const nlohmann::json& expected,
                        const nlohmann::json& got,
                        bool isFirst)
    {
        m_tensors++;
        NS_TEST_ASSERT_MSG_EQ((got.at("shape") == expected.at("shape")), true, place << ": shape");
        const auto a = expected.at("data").get<std::vector<double>>();
        const auto b = got.at("data").get<std::vector<double>>();
        double largest = 0;
        double error = 0;
        for (size_t i = 0; i < a.size(); i++)
        {
            largest = std::max(largest, std::abs(a[i]));
            error = std::max(error, std::abs(a[i] - b[i]));
        }
        const double tolerance = largest < ZERO ? ZERO : largest * (isFirst ? FIRST_ROUND : STATE);
        NS_TEST_EXPECT_MSG_LT(error, tolerance, place);
    }

    /// Change the instance, and see it refused.
    void Refusals(const nlohmann::json& instance, const std::string& path)
    {
        auto refusal = [&](const std::function<void(nlohmann::json&)>& change) {
            auto changed = instance;
            change(changed);
            const std::string text = RefusalOf(
                [&] { SolveInstance(FindSolveProblem("split-lora"), changed.dump(), path, {}); });
            return text.substr(std::min(text.size(), path.size() + 2));
        };
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& j) { j["config"]["heads"] = 3; }),
                              "transformer's heads 3: must divide 16, the width",
                              "heads");
        NS_TEST_EXPECT_MSG_EQ(
            refusal([](auto& j) { j["parameters"].erase("layer1.up.bias"); }).substr(0, 49),
            "parameters: tensor layer1.up.bias is missing; the",
            "missing");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& j) { j["lora"]["x"] = j["lora"].front(); }),
                              "lora.x: no matrix of the structure has it as an adapter",
                              "too many");
        NS_TEST_EXPECT_MSG_EQ(
            refusal([](auto& j) { j["devices"][0]["labels"]["data"][0] = 99; }).substr(0, 40),
            "devices[0].labels: 99: must be a whole n",
            "label");
        NS_TEST_EXPECT_MSG_EQ(refusal([](auto& j) {
                                  j["devices"][0]["head"]["bias"]["shape"] = {1};
                                  j["devices"][0]["head"]["bias"]["data"] = {0};
                              }).substr(0, 43),
                              "devices[0].head: tensor head.bias of 1: mus",
                              "shape");
    }

    std::string m_name;  ///< of the file
    size_t m_tensors{0}; ///< compared
};

/// Golden training steps of split federated LoRA.
class SplitGoldenTestSuite : public TestSuite
{
  public:
    SplitGoldenTestSuite();
};

SplitGoldenTestSuite::SplitGoldenTestSuite()
    : TestSuite("fl-split-golden", TestSuite::Type::UNIT)
{
    SetDataDir(NS_TEST_SOURCEDIR);
    for (const char* name : {"bert-one-device", "bert-three-devices", "vit-two-devices"})
    {
        AddTestCase(new SplitLoraGoldenTestCase(name));
    }
}

/// The suite registers itself.
SplitGoldenTestSuite g_splitGoldenTestSuite;

} // namespace
