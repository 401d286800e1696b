/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-model-factory.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-options.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-synthetic-text.h"
#include "ns3/fl-task-builder.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/fl-trainer.h"
#include "ns3/fl-transformer.h"
#include "ns3/test.h"

#include <numeric>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Transformers by name, on text and on images.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// What a model of a data set is made for.
InputShape
ShapeOf(const Dataset& data)
{
    return {data.Dimension(), data.Shape(), data.Tokens()};
}

/// Structures and sizes by name, and what is refused.
class TransformerNamesTestCase : public TestCase
{
  public:
    TransformerNamesTestCase()
        : TestCase("transformers by name: sizes, refusals")
    {
    }

  private:
    void DoRun() override
    {
        const InputShape text{2, {}, {1000, 16, 2}};
        const InputShape image{784, {1, 28, 28}, {}};
        // Of text: 1000 words, 16 positions and 2 types of 8 numbers, and a norm; a layer with four
        // matrices of 8 x 8, up and down of 8 x 32, and two norms; a pooler; a head.
        const size_t layer = 4 * (64 + 8) + (256 + 32) + (256 + 8) + 2 * 16;
        NS_TEST_EXPECT_MSG_EQ(MakeModel("transformer:1-8-2", text, 2)->ParameterCount(),
                              1018 * 8 + 16 + layer + (64 + 8) + (16 + 2),
                              "of text");
        // Of images: 16 patches of 7 x 7 and what stands first, no pooler, one norm more.
        NS_TEST_EXPECT_MSG_EQ(MakeModel("transformer:1-8-2", image, 10)->ParameterCount(),
                              (49 * 8 + 8) + 8 + 17 * 8 + layer + 16 + (80 + 10),
                              "of images");
        NS_TEST_EXPECT_MSG_EQ(MakeModel("transformer", text, 2)->ParameterCount(),
                              MakeModel("transformer:2-64-4", text, 2)->ParameterCount(),
                              "without numbers");
        Presets(text, image);
        for (const std::string numbers : {"",
                                          "1",
                                          "1-16",
                                          "0-16-2",
                                          "65-16-2",
                                          "1-0-1",
                                          "1-16-3",
                                          "1-16-0",
                                          "1-16385-1",
                                          "1-16-2-1",
                                          "bert"})
        {
            const std::string name = "transformer:" + numbers;
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { MakeModel(name, text, 2); }),
                                  "model '" + name + "': must be " + KnownModels(),
                                  name);
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { CheckModelText(name); }),
                                  "model '" + name + "': must be " + KnownModels(),
                                  name);
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { MakeModel("softmax", text, 2); }),
                              "model 'softmax': does not take text: must be transformer",
                              "features");
    }

    void Presets(const InputShape& text, const InputShape& image)
    {
        CheckModelText("transformer:bert-base");
        CheckModelText("transformer:vit-b-16");
        // As J. Devlin et al. and A. Dosovitskiy et al. have them: 109,482,240 with the pooler, and
        // 85,798,656 to the last norm; without adapters, with a head of 768 x 2 and 2.
        NS_TEST_EXPECT_MSG_EQ(MakeModel("transformer:bert-base", text, 2)->ParameterCount(),
                              109482240 + 1538,
                              "BERT-base");
        const InputShape large{150528, {3, 224, 224}, {}};
        NS_TEST_EXPECT_MSG_EQ(MakeModel("transformer:vit-b-16", large, 2)->ParameterCount(),
                              85798656 + 1538,
                              "ViT-B/16");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { MakeModel("transformer:bert-base", image, 2); }),
                              "model 'transformer:bert-base': takes text: data must be text",
                              "images");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { MakeModel("transformer:vit-b-16", image, 2); }),
                              "model 'transformer:vit-b-16': 784 features per sample: must be "
                              "150528",
                              "small images");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { MakeModel("transformer:vit-b-16", text, 2); }),
                              "model 'transformer:vit-b-16': does not take text: must be "
                              "transformer",
                              "text");
    }
};

/// A transformer that learns text.
class TextLearningTestCase : public TestCase
{
  public:
    TextLearningTestCase()
        : TestCase("text: partition, training, evaluation, what does not fit")
    {
    }

  private:
    void DoRun() override
    {
        const Dataset train = MakeSyntheticText(SyntheticText::SST2, 1, 0, 40);
        const Dataset test = MakeSyntheticText(SyntheticText::SST2, 1, 40, 300);
        const auto parts = Partitioner::FromText("labels:1").Split(train.Labels(), 4, 1);
        for (const uint32_t sample : parts[0])
        {
            NS_TEST_ASSERT_MSG_EQ(unsigned{train.Labels()[sample]},
                                  unsigned{train.Labels()[parts[0][0]]},
                                  "one label");
        }
        const auto model = MakeModel("transformer:1-16-2", ShapeOf(train), 2);
        std::vector<uint32_t> all(train.Size());
        std::iota(all.begin(), all.end(), 0);
        TrainerOptions options;
        options.learningRate = 0.02;
        options.localIterations = 200;
        const auto start = model->InitialParameters(1);
        const auto trained = Train(*model, start, train, all, 0, options, 1);
        const auto before = Evaluate(*model, start, train);
        const auto after = Evaluate(*model, trained.parameters, train);
        ThreadPool pool(3);
        const auto threaded = Evaluate(*model, trained.parameters, train, &pool);
        NS_TEST_EXPECT_MSG_EQ(after.loss, threaded.loss, "any number of threads");
        NS_TEST_EXPECT_MSG_LT(after.loss, before.loss, "it learns");
        // Few texts can be learned by heart. 40 coin tosses have a deviation of 8 %.
        NS_TEST_EXPECT_MSG_GT(after.accuracy, 0.9, "by heart");
        Fits(test);
    }

    void Fits(const Dataset& test)
    {
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf(
                [&] { Evaluate(*MakeModel("softmax", 2, 2), Eigen::VectorXf::Zero(6), test); }),
            "data are text: the model must take tokens, as a transformer does",
            "features");
        InputShape shorter = ShapeOf(test);
        shorter.tokens.positions = 5;
        const auto small = MakeModel("transformer:1-16-2", shorter, 2);
        const std::string words = std::to_string(test.Tokens().vocabulary);
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Evaluate(*small, small->InitialParameters(1), test); }),
            "text of " + words +
                " token ids, up to 128 tokens a sample and 2 token types: must be at most " +
                words + ", 5 and 2, the model's",
            "length");
    }
};

/// Tasks of a scenario with text, one of several.
class TextTaskTestCase : public TestCase
{
  public:
    TextTaskTestCase()
        : TestCase("text: learning tasks of a scenario")
    {
    }

  private:
    void DoRun() override
    {
        Scenario scenario;
        scenario.data = "synthetic-mrpc";
        scenario.trainSamples = 40;
        scenario.testSamples = 10;
        const LearningData data = LoadData(scenario, 0);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { BuildTask(scenario, data, 1); }),
                              "model 'softmax': does not take text: must be transformer",
                              "by default");
        scenario.model = "transformer:1-8-2";
        const auto task = BuildTask(scenario, data, 1);
        NS_TEST_EXPECT_MSG_EQ(task->model->Tokens().positions, 128, "made for these texts");
        NS_TEST_EXPECT_MSG_EQ(task->model->OutputSize(), 2, "classes");
        scenario.model = "transformer:bert-base";
        NS_TEST_EXPECT_MSG_EQ(BuildTask(scenario, data, 1)->model->Tokens().vocabulary,
                              30522,
                              "a preset has room");
    }
};

/// Learning from text.
class TextLearningTestSuite : public TestSuite
{
  public:
    TextLearningTestSuite()
        : TestSuite("fl-text-learning", TestSuite::Type::UNIT)
    {
        AddTestCase(new TransformerNamesTestCase);
        AddTestCase(new TextLearningTestCase);
        AddTestCase(new TextTaskTestCase);
    }
};

TextLearningTestSuite g_textLearningTestSuite; //!< the suite

} // namespace
