/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-checkpoint.h"
#include "ns3/fl-data-file.h"
#include "ns3/fl-pretraining.h"
#include "ns3/fl-split-device.h"
#include "ns3/fl-split-encoder.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/fl-synthetic-text.h"
#include "ns3/fl-trainer.h"
#include "ns3/test.h"

#include <filesystem>
#include <memory>
#include <numeric>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Pretrained bases: the same each time, cached, and better than random ones.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// Pretraining on drawn digits 0 to 4, and heads alone on all ten.
class PretrainingTestCase : public TestCase
{
  public:
    PretrainingTestCase()
        : TestCase("pretraining: cached, a function of recipe and data, worth having, refusals")
    {
    }

  private:
    static constexpr uint32_t TRAIN = 1500; ///< samples of pretraining
    static constexpr uint32_t TASK = 400;   ///< samples of the task, and of its test

    void DoRun() override
    {
        const Dataset data = MakeSyntheticDigits(1, 0, TRAIN + 2 * TASK, nullptr);
        std::vector<uint32_t> samples(TRAIN);
        std::iota(samples.begin(), samples.end(), 0);
        auto recipe = PretrainingRecipe::ForImages(data.Shape());
        NS_TEST_EXPECT_MSG_EQ(recipe.config.patch, 7, "16 patches");
        recipe.config.width = 32;
        recipe.config.feedForward = 64;
        recipe.config.lora = {4, 8};
        recipe.config.targets = {"*.query", "*.value", "*.up"};
        recipe.epochs = 12;
        recipe.batch = 16;
        const std::string folder = CreateTempDirFilename("cache");
        const std::string path = EnsurePretrained(recipe, data, samples, folder);
        const auto bytes = ReadDataFile(path);
        const auto written = std::filesystem::last_write_time(path);
        NS_TEST_EXPECT_MSG_EQ(EnsurePretrained(recipe, data, samples, folder), path, "cached");
        NS_TEST_EXPECT_MSG_EQ((std::filesystem::last_write_time(path) == written),
                              true,
                              "and left alone");
        std::filesystem::remove(path);
        EnsurePretrained(recipe, data, samples, folder);
        NS_TEST_EXPECT_MSG_EQ((ReadDataFile(path) == bytes), true, "the same bytes");
        auto other = recipe;
        other.epochs = 1;
        NS_TEST_EXPECT_MSG_NE(EnsurePretrained(other, data, samples, folder), path, "recipe");
        samples.pop_back();
        samples.pop_back();
        NS_TEST_EXPECT_MSG_NE(EnsurePretrained(other, data, samples, folder),
                              EnsurePretrained(other, data, {0, 1, 2, 3, 4, 5}, folder),
                              "data");
        other.classes = {77};
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { EnsurePretrained(other, data, samples, folder); }),
                              "pretraining: 0 samples of its classes: must be at least 1",
                              "classes");
        const auto file = std::make_shared<const SafetensorsFile>(path);
        const double pretrained = HeadAccuracy(recipe.config, data, file);
        NS_TEST_EXPECT_MSG_EQ(file->DescribeUnread(),
                              path + ": tensors that are not used: 'classifier.weight', "
                                     "'classifier.bias'",
                              "all but the head of pretraining");
        const double random = HeadAccuracy(recipe.config, data, nullptr);
        // Each a share of 400 test samples, with deviations of 2.5 % at most: 10 points are three
        // deviations of their difference.
        NS_TEST_EXPECT_MSG_GT(pretrained, random + 0.1, "the base is worth having");
    }

    /// Share of test samples that a head on the base's features gets right.
    static double HeadAccuracy(const TransformerConfig& config,
                               const Dataset& data,
                               const std::shared_ptr<const SafetensorsFile>& file)
    {
        const Model embeddingModel(MakeEmbeddingLayers<float>(config), {});
        const Model encoderModel(MakeEncoderLayers<float>(config), AdapterPatterns());
        const SplitEmbedding embedding(config,
                                       file ? LoadFrozen(embeddingModel, config, file)
                                            : RandomEmbedding(config, 1));
        const SplitEncoder encoder(config,
                                   file ? LoadFrozen(encoderModel, config, file)
                                        : RandomEncoder(config, 1));
        StepOptions options;
        options.rule = StepOptions::Rule::ADAM;
        options.learningRate = 0.01;
        PersonalHead head(MakeHead(config.width, data.Classes()), options, 1);
        auto featuresOf = [&](uint32_t first, std::vector<uint8_t>& labels) {
            std::vector<uint32_t> samples(TASK);
            std::iota(samples.begin(), samples.end(), first);
            EmbeddedBatch batch;
            embedding.Embed(data, samples, batch);
            Eigen::MatrixXf features;
            encoder.Forward(encoder.InitialAdapters(1), batch, features);
            labels = data.Subset(samples).Labels();
            return features;
        };
        std::vector<uint8_t> labels;
        const Eigen::MatrixXf train = featuresOf(TRAIN, labels);
        HeadStep step;
        for (int i = 0; i < 200; i++)
        {
            head.Learn(train, labels, step);
        }
        const Eigen::MatrixXf test = featuresOf(TRAIN + TASK, labels);
        return static_cast<double>(head.Evaluate(test, labels).correct) / TASK;
    }
};

/// Pretraining on generated text, by Adam, with tokens left out.
class TextTestCase : public TestCase
{
  public:
    TextTestCase()
        : TestCase("pretraining on text: a function of the recipe, learns, refusals")
    {
    }

  private:
    static constexpr uint32_t COUNT = 600; ///< training samples

    void DoRun() override
    {
        const Dataset data = MakeSyntheticText(SyntheticText::SST2, 1, 0, 2 * COUNT);
        std::vector<uint32_t> samples(COUNT);
        std::iota(samples.begin(), samples.end(), 0);
        auto recipe = PretrainingRecipe::ForText(data.Tokens());
        NS_TEST_EXPECT_MSG_EQ(recipe.isAdam, true, "SGD does not get off the ground here");
        recipe.config.width = 32;
        recipe.config.feedForward = 64;
        recipe.epochs = 6;
        recipe.learningRate = 0.003;
        const std::string folder = CreateTempDirFilename("cache");
        const std::string path = EnsurePretrained(recipe, data, samples, folder);
        const auto bytes = ReadDataFile(path);
        std::filesystem::remove(path);
        EnsurePretrained(recipe, data, samples, folder);
        NS_TEST_EXPECT_MSG_EQ((ReadDataFile(path) == bytes), true, "the same bytes");
        auto other = recipe;
        other.tokenDrop = 0;
        NS_TEST_EXPECT_MSG_NE(EnsurePretrained(other, data, samples, folder), path, "no drops");
        // The larger class of 600 held-out texts is within 2.1 % of a half (a deviation), and more
        // than seven of these below what is asked for.
        NS_TEST_EXPECT_MSG_GT(Accuracy(recipe.config, data, path), 0.65, "it learns");
        CheckRefusals(recipe, data, samples, folder);
    }

    void CheckRefusals(const PretrainingRecipe& recipe,
                       const Dataset& data,
                       const std::vector<uint32_t>& samples,
                       const std::string& folder)
    {
        auto other = recipe;
        for (const double drop : {-0.1, 1.0})
        {
            other.tokenDrop = drop;
            NS_TEST_EXPECT_MSG_EQ(
                RefusalOf([&] { EnsurePretrained(other, data, samples, folder); }),
                Describe("pretraining: tokenDrop = ",
                         drop,
                         ": must be 0 to below 1, and 0 but for text by Adam"),
                "drop");
        }
        other.tokenDrop = 0.3;
        other.isAdam = false;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { EnsurePretrained(other, data, samples, folder); }),
                              "pretraining: tokenDrop = 0.3: must be 0 to below 1, and 0 but for "
                              "text by Adam",
                              "SGD leaves nothing out");
        other = recipe;
        other.batch = 0;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { EnsurePretrained(other, data, samples, folder); }),
                              "pretraining: batch = 0: must be at least 1",
                              "batch");
    }

    /// Share of held-out texts that base and head of pretraining get right.
    static double Accuracy(const TransformerConfig& config,
                           const Dataset& data,
                           const std::string& path)
    {
        const SafetensorsFile file(path);
        const Model model(MakeTransformerLayers<float>(config, data.Classes()));
        std::vector<uint32_t> heldOut(COUNT);
        std::iota(heldOut.begin(), heldOut.end(), COUNT);
        return Evaluate(model, LoadParameters(model, config, file), data.Subset(heldOut)).accuracy;
    }
};

/// Pretrained bases.
class PretrainingTestSuite : public TestSuite
{
  public:
    PretrainingTestSuite()
        : TestSuite("fl-pretraining", TestSuite::Type::UNIT)
    {
        AddTestCase(new PretrainingTestCase);
        AddTestCase(new TextTestCase);
    }
};

/// The suite registers itself.
PretrainingTestSuite g_pretrainingTestSuite;

} // namespace
