/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * Models that get their names outside of the module.
 */

#include "fl-test-refusal.h"

#include "ns3/fl-layer.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"
#include "ns3/fl-task-builder.h"
#include "ns3/test.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace ns3;

namespace
{

/**
 * @param inputSize features per sample
 * @param units of the hidden layer
 * @param classes number of classes
 * @return dense, tanh, dense
 */
std::vector<std::unique_ptr<const fl::Layer>>
MakeTanhLayers(uint32_t inputSize, uint32_t units, uint32_t classes)
{
    std::vector<std::unique_ptr<const fl::Layer>> layers;
    layers.push_back(
        std::make_unique<fl::Dense>("dense1", inputSize, units, fl::Dense::Start::GLOROT));
    layers.push_back(std::make_unique<fl::Tanh>("tanh1", units));
    layers.push_back(
        std::make_unique<fl::Dense>("dense2", units, classes, fl::Dense::Start::GLOROT));
    return layers;
}

/// A model of a user's own.
class TanhNet : public fl::Model
{
  public:
    /**
     * @param inputSize features per sample
     * @param units of the hidden layer
     * @param classes number of classes
     */
    TanhNet(uint32_t inputSize, uint32_t units, uint32_t classes)
        : fl::Model(MakeTanhLayers(inputSize, units, classes))
    {
    }
};

/**
 * Makes it.
 * @param rest what stands behind the colon: "wide", or nothing
 * @param inputSize features per sample
 * @param classes number of classes
 * @return the model, or null
 */
std::unique_ptr<const fl::Model>
MakeTanhNet(const std::optional<std::string>& rest, uint32_t inputSize, uint32_t classes)
{
    if (rest && *rest != "wide")
    {
        return nullptr;
    }
    return std::make_unique<const TanhNet>(inputSize, rest ? 64 : 8, classes);
}

/// As a user would write it: it has its name before main() begins.
const fl::ModelRegistration g_tanhNet("test-tanh", "test-tanh, or test-tanh:wide", MakeTanhNet);

/// The suite's only case.
class ModelNameTestCase : public TestCase
{
  public:
    ModelNameTestCase()
        : TestCase("a model that is registered by name, from outside")
    {
    }

  private:
    void DoRun() override
    {
        const size_t expected = 784 * 8 + 8 + 8 * 10 + 10;
        NS_TEST_EXPECT_MSG_EQ(fl::MakeModel("test-tanh", 784, 10)->ParameterCount(),
                              expected,
                              "by its name");
        NS_TEST_EXPECT_MSG_EQ(fl::MakeModel("test-tanh:wide", 784, 10)->ParameterCount(),
                              784 * 64 + 64 + 64 * 10 + 10,
                              "with what stands behind the colon");
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([] { fl::MakeModel("test-tanh:huge", 784, 10); }),
                              "model 'test-tanh:huge': must be " + fl::KnownModels(),
                              "what it refuses");
        NS_TEST_EXPECT_MSG_NE(fl::KnownModels().find(", or test-tanh, or test-tanh:wide"),
                              std::string::npos,
                              fl::KnownModels());
        CommandLine(expected);
        Names();
    }

    /**
     * `--model=` takes it, and it learns as any other one.
     * @param expected parameters
     */
    void CommandLine(size_t expected)
    {
        fl::Options options;
        options.trainSamples = 30;
        options.testSamples = 10;
        fl::OptionParser parser("fl-example", "");
        fl::AddOptions(parser, options);
        const char* argv[] = {"program", "--model=test-tanh"};
        parser.Parse(2, argv);
        const auto task = fl::BuildTask(options, fl::LoadData(options), 1);
        NS_TEST_EXPECT_MSG_EQ(task->model->ParameterCount(), expected, "--model=test-tanh");
    }

    void Names()
    {
        for (const std::string name : {"softmax", "mlp", "test-tanh", "", "a:b"})
        {
            NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf<std::logic_error>(
                                      [&] { fl::ModelRegistration twice(name, "", MakeTanhNet); }),
                                  "model name '" + name +
                                      "': must be one that no other model has, not empty and "
                                      "without a colon",
                                  name);
        }
        {
            const fl::ModelRegistration passing("test-passing", "test-passing", MakeTanhNet);
            NS_TEST_EXPECT_MSG_EQ(fl::MakeModel("test-passing", 784, 10)->OutputSize(),
                                  10,
                                  "as long as the object lives");
        }
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([] { fl::MakeModel("test-passing", 784, 10); }),
                              "model 'test-passing': must be " + fl::KnownModels(),
                              "and no longer");
    }
};

/// The suite.
class ModelNameTestSuite : public TestSuite
{
  public:
    ModelNameTestSuite()
        : TestSuite("fl-model-name", TestSuite::Type::UNIT)
    {
        AddTestCase(new ModelNameTestCase);
    }
};

ModelNameTestSuite g_modelNameTestSuite; ///< registers itself

} // namespace
