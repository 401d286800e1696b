/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"
#include "fl-test-transformer.h"

#include "ns3/fl-mean-gradient.h"
#include "ns3/fl-model.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-split-device.h"
#include "ns3/fl-split-encoder.h"
#include "ns3/fl-tensor-table.h"
#include "ns3/fl-trainer.h"
#include "ns3/fl-transformer.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Layers of transformers, adapters, and the parts of split federated LoRA.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::MakeNumbers;
using fl::test::RefusalOf;
using fl::test::SmallConfig;

namespace
{

/// Numbers that are published, and what a structure must not be.
class TransformerConfigTestCase : public TestCase
{
  public:
    TransformerConfigTestCase()
        : TestCase("transformers: published sizes, refusals")
    {
    }

  private:
    void DoRun() override
    {
        const auto bert = TransformerConfig::BertBase();
        const Model bertEncoder(MakeEncoderLayers<float>(bert), AdapterPatterns());
        NS_TEST_EXPECT_MSG_EQ(bertEncoder.ParameterCount(), 454656, "the paper's 454K");
        const Model bertEmbedding(MakeEmbeddingLayers<float>(bert), {});
        NS_TEST_EXPECT_MSG_EQ(bertEncoder.FrozenCount() + bertEmbedding.FrozenCount(),
                              109482240,
                              "BERT-base, uncased");
        const auto vit = TransformerConfig::VitBase();
        const Model vitEncoder(MakeEncoderLayers<float>(vit), AdapterPatterns());
        NS_TEST_EXPECT_MSG_EQ(vitEncoder.ParameterCount(), 663552, "the paper's 663K");
        const Model vitEmbedding(MakeEmbeddingLayers<float>(vit), {});
        const Model head(MakeHeadLayers<float>(768, 1000));
        NS_TEST_EXPECT_MSG_EQ(vitEncoder.FrozenCount() + vitEmbedding.FrozenCount() +
                                  head.ParameterCount(),
                              86567656,
                              "ViT-B/16 with its head");
        NS_TEST_EXPECT_MSG_EQ(vit.Positions(), 197, "patches and one");
        Refusals();
    }

    /// Check the refusal of a small structure after a change.
    void Refuse(bool isText,
                const std::function<void(TransformerConfig&)>& change,
                const std::string& message)
    {
        TransformerConfig config = SmallConfig(isText, TransformerConfig::Norm::POST);
        change(config);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { config.Validate(); }), message, "");
    }

    void Refusals()
    {
        Refuse(
            true,
            [](auto& c) { c.layers = 0; },
            "transformer's layers 0: must be between 1 and 1000");
        Refuse(
            true,
            [](auto& c) { c.heads = 4; },
            "transformer's heads 4: must divide 6, the width");
        Refuse(
            true,
            [](auto& c) { c.heads = 0; },
            "transformer's heads 0: must divide 6, the width");
        Refuse(
            true,
            [](auto& c) { c.lora.rank = 0; },
            "transformer's adapter rank 0: must be between 1 and 6");
        Refuse(
            true,
            [](auto& c) { c.lora.rank = 7; },
            "transformer's adapter rank 7: must be between 1 and 6");
        Refuse(
            true,
            [](auto& c) { c.eps = -1; },
            "transformer's eps -1: must be at least 0 and below 1");
        Refuse(
            false,
            [](auto& c) { c.patch = 3; },
            "transformer's patch 3: must divide the image's sides, 4 and 4");
        Refuse(
            true,
            [](auto& c) {
                c.layers = 1;
                c.targets = {"*.query", "layer1.*"};
            },
            "adapter pattern 'layer1.*': must match one of layer0.attention.query, "
            "layer0.attention.key, layer0.attention.value, layer0.attention.output, layer0.up, "
            "layer0.down, pooler");
        Refuse(
            true,
            [](auto& c) { c.tokens.positions = 0; },
            "transformer's positions 0: must be between 1 and 16777216");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { Attention("a", 6, {4, {}, {}, {}, {}, {}}); }),
                              "layer a: 4 heads: must divide 6, the layer's width",
                              "heads");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf(
                [] { Dense("d", 3, 4, DenseStart::ZERO, WeightOrder::INPUTS_FIRST, {4, 1}); }),
            "layer d: adapter of rank 4: must be between 1 and 3, the layer's smaller side",
            "rank");
        TransformerConfig config = SmallConfig(true, TransformerConfig::Norm::POST);
        config.targets = {};
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SplitEncoder(config, {}); }),
                              "split encoder: 0 adapters: must be at least 1",
                              "no adapter");
    }
};

/// Samples of a text of SmallConfig().
Dataset
SmallText(uint32_t samples, uint32_t fixedLength = 0)
{
    RandomStream random(5);
    TokenTable table;
    table.offsets = {0};
    std::vector<uint8_t> labels;
    for (uint32_t i = 0; i < samples; i++)
    {
        const uint64_t length = fixedLength > 0 ? fixedLength : 1 + random.Below(5);
        for (uint64_t token = 0; token < length; token++)
        {
            table.ids.push_back(static_cast<uint32_t>(random.Below(7)));
            table.types.push_back(static_cast<uint8_t>(random.Below(2)));
        }
        table.offsets.push_back(static_cast<uint32_t>(table.ids.size()));
        labels.push_back(static_cast<uint8_t>(random.Below(2)));
    }
    return Dataset::FromTokens(table, labels, 2, 7);
}

/// 0, 1, ..., count - 1.
std::vector<uint32_t>
FirstSamples(uint32_t count)
{
    std::vector<uint32_t> samples(count);
    std::iota(samples.begin(), samples.end(), 0);
    return samples;
}

/// Adapters merged into the weights, padding, kept caches, blocks: the same outputs.
class EncoderTestCase : public TestCase
{
  public:
    EncoderTestCase()
        : TestCase("encoder: merged adapters, padding, kept caches, blocks, a dead branch")
    {
    }

  private:
    static constexpr double EPS = std::numeric_limits<float>::epsilon(); ///< a rounding

    void DoRun() override
    {
        const auto config = SmallConfig(true, TransformerConfig::Norm::POST);
        const SplitEmbedding embedding(config, RandomEmbedding(config, 1));
        const SplitEncoder encoder(config, RandomEncoder(config, 2));
        EmbeddedBatch batch;
        // More tokens than a block has.
        embedding.Embed(SmallText(400), FirstSamples(400), batch);
        NS_TEST_EXPECT_MSG_GT(batch.offsets.back(), SplitEncoder::BLOCK_TOKENS, "blocks");
        Eigen::VectorXf adapters = encoder.InitialAdapters(3);
        NS_TEST_EXPECT_MSG_EQ((adapters.array() != 0).count(),
                              static_cast<Eigen::Index>(adapters.size() * 0 + CountA(encoder)),
                              "A is drawn, B is zero");
        adapters += 0.3F * MakeNumbers<float>(adapters.size(), 4);
        KeptCaches(encoder, batch, adapters);
        Padding(encoder, adapters);
        Merge(config, encoder, batch, adapters);
    }

    /// Elements of all A.
    static Eigen::Index CountA(const SplitEncoder& encoder)
    {
        Eigen::Index count = 0;
        for (const Slice& slice : encoder.GetModel().Slices())
        {
            count += slice.name.find("lora_A") != std::string::npos
                         ? static_cast<Eigen::Index>(slice.Size())
                         : 0;
        }
        return count;
    }

    void KeptCaches(const SplitEncoder& encoder,
                    const EmbeddedBatch& batch,
                    const Eigen::VectorXf& adapters)
    {
        Eigen::MatrixXf features;
        Eigen::MatrixXf kept;
        EncoderCaches caches;
        encoder.Forward(adapters, batch, features);
        encoder.Forward(adapters, batch, kept, &caches);
        NS_TEST_EXPECT_MSG_EQ((features == kept), true, "features, bit for bit");
        NS_TEST_EXPECT_MSG_GT(caches.blocks.size(), 1, "several blocks");
        const Eigen::MatrixXf above =
            Eigen::Map<const Eigen::MatrixXf>(MakeNumbers<float>(features.size(), 6).data(),
                                              features.rows(),
                                              features.cols());
        Eigen::VectorXf gradient;
        Eigen::VectorXf gradientOfKept;
        encoder.Backward(adapters, batch, above, gradient);
        encoder.Backward(adapters, batch, above, gradientOfKept, &caches);
        NS_TEST_EXPECT_MSG_EQ((gradient == gradientOfKept), true, "gradient, bit for bit");
        NS_TEST_EXPECT_MSG_GT(gradient.norm(), 0.1, "there is one");
    }

    /// Sequences with padding have the features that they have without.
    void Padding(const SplitEncoder& encoder, const Eigen::VectorXf& adapters)
    {
        EmbeddedBatch padded;
        padded.tokens =
            Eigen::Map<const Eigen::MatrixXf>(MakeNumbers<float>(6 * 10, 7).data(), 6, 10);
        padded.offsets = {0, 5, 10};
        padded.mask = {1, 1, 1, 0, 0, 1, 1, 1, 1, 0};
        EmbeddedBatch ragged;
        ragged.tokens.resize(6, 7);
        ragged.tokens << padded.tokens.leftCols(3), padded.tokens.middleCols(5, 4);
        ragged.offsets = {0, 3, 7};
        Eigen::MatrixXf a;
        Eigen::MatrixXf b;
        encoder.Forward(adapters, padded, a);
        encoder.Forward(adapters, ragged, b);
        // The same sums in another order, some ten of them one after the other.
        NS_TEST_EXPECT_MSG_LT((a - b).cwiseAbs().maxCoeff(), 100 * EPS, "padding has no effect");
        padded.mask.clear();
        encoder.Forward(adapters, padded, b);
        NS_TEST_EXPECT_MSG_GT((a - b).cwiseAbs().maxCoeff(), 1e-3, "without its mask it has");
    }

    /// W + (alpha / r) B A in place of W.
    void Merge(TransformerConfig config,
               const SplitEncoder& encoder,
               const EmbeddedBatch& batch,
               const Eigen::VectorXf& adapters)
    {
        const Model& model = encoder.GetModel();
        auto values = std::make_shared<std::vector<Eigen::VectorXf>>();
        TensorTable table = TensorsOf(model, adapters);
        for (const Slice& slice : model.FrozenSlices())
        {
            values->emplace_back(
                Eigen::Map<const Eigen::VectorXf>(table.tensors.at(slice.name).data,
                                                  static_cast<Eigen::Index>(slice.Size())));
            const std::string part = slice.name.substr(0, slice.name.rfind('.'));
            if (slice.name == part + ".weight" && table.tensors.count(part + ".lora_A"))
            {
                const Dense layer("d",
                                  slice.rows,
                                  slice.columns,
                                  DenseStart::ZERO,
                                  WeightOrder::INPUTS_FIRST,
                                  config.lora);
                layer.Merge(values->back().data(),
                            table.tensors.at(part + ".lora_A").data,
                            table.tensors.at(part + ".lora_B").data);
            }
        }
        config.targets.clear();
        Model merged(MakeEncoderLayers<float>(config), {});
        FrozenParameters frozen{{}, values};
        for (const auto& value : *values)
        {
            frozen.matrices.push_back(value.data());
        }
        merged.SetFrozen(frozen);
        Workspace workspace;
        const auto output = merged.Forward(
            Eigen::VectorXf(),
            ConstMatrixView(batch.tokens.data(), batch.tokens.rows(), batch.tokens.cols()),
            batch.Part(0, batch.Samples()),
            workspace,
            false);
        Eigen::MatrixXf features;
        encoder.Forward(adapters, batch, features);
        NS_TEST_EXPECT_MSG_LT((features - output).cwiseAbs().maxCoeff(), 100 * EPS, "merged");
        Eigen::MatrixXf other;
        encoder.Forward(encoder.InitialAdapters(3), batch, other);
        NS_TEST_EXPECT_MSG_GT((features - other).cwiseAbs().maxCoeff(), 1e-2, "they matter");
    }
};

/// K split steps of one device, and K steps of the model that was not split.
class SplitStepsTestCase : public TestCase
{
  public:
    SplitStepsTestCase()
        : TestCase("split steps: as unsplit, mean over devices, Adam, refusals")
    {
    }

  private:
    static constexpr uint32_t SAMPLES = 12; ///< of the batch
    static constexpr double RATE = 0.2;     ///< of all steps

    void DoRun() override
    {
        const auto config = SmallConfig(true, TransformerConfig::Norm::POST);
        const SplitEmbedding embedding(config, RandomEmbedding(config, 1));
        const SplitEncoder encoder(config, RandomEncoder(config, 2));
        Unsplit(config, embedding, encoder);
        Mean(embedding, encoder);
        AdamRule();
        Refusals(encoder);
    }

    void Unsplit(const TransformerConfig& config,
                 const SplitEmbedding& embedding,
                 const SplitEncoder& encoder)
    {
        Model whole(MakeTransformerLayers<float>(config, 2), {"*.lora_*", "head.*"});
        TensorTable table = TensorsOf(embedding.GetModel(), Eigen::VectorXf());
        const Eigen::VectorXf none(0);
        Eigen::VectorXf adapters = encoder.InitialAdapters(3);
        adapters += 0.3F * MakeNumbers<float>(adapters.size(), 4);
        StepOptions options;
        options.learningRate = RATE;
        PersonalHead head(MakeHead(6, 2), options, 5);
        const TensorTable encoderTable = TensorsOf(encoder.GetModel(), adapters);
        const TensorTable headTable = TensorsOf(head.GetModel(), head.GetParameters());
        table.tensors.insert(encoderTable.tensors.begin(), encoderTable.tensors.end());
        table.tensors.insert(headTable.tensors.begin(), headTable.tensors.end());
        whole.SetFrozen(TakeFrozen(whole, table));
        const Eigen::VectorXf start = TakeParameters(whole, table);
        const Dataset data = SmallText(SAMPLES);
        TrainerOptions training;
        training.method = TrainerOptions::Method::FULL_BATCH;
        training.localIterations = 5;
        training.learningRate = RATE;
        const auto expected = Train(whole, start, data, FirstSamples(SAMPLES), 0, training, 1);
        MeanGradient server(options);
        server.Begin(encoder.AdapterCount());
        EmbeddedBatch batch;
        embedding.Embed(data, FirstSamples(SAMPLES), batch);
        HeadStep step;
        for (int round = 0; round < 5; round++)
        {
            Eigen::MatrixXf features;
            Eigen::VectorXf gradient;
            encoder.Forward(adapters, batch, features);
            head.Learn(features, data.Labels(), step);
            encoder.Backward(adapters, batch, step.featureGradient, gradient);
            server.Add({gradient, 1, 0, 0});
            server.Finish(adapters);
        }
        Eigen::VectorXf result(start.size());
        result << adapters, head.GetParameters();
        NS_TEST_EXPECT_MSG_EQ((result == expected.parameters), true, "the same bits");
        NS_TEST_EXPECT_MSG_EQ(step.loss.loss / SAMPLES, expected.loss, "the same loss");
        NS_TEST_EXPECT_MSG_GT((start - result).norm(), 0.01, "it moved");
        const auto evaluation = Evaluate(whole, expected.parameters, data);
        Eigen::MatrixXf features;
        encoder.Forward(adapters, batch, features);
        const auto loss = head.Evaluate(features, data.Labels());
        NS_TEST_EXPECT_MSG_EQ_TOL(evaluation.loss, loss.loss / SAMPLES, 1e-6, "evaluation");
        NS_TEST_EXPECT_MSG_EQ(evaluation.accuracy,
                              static_cast<double>(loss.correct) / SAMPLES,
                              "hits");
    }

    /// The mean of three devices' gradients is that of their batches together.
    void Mean(const SplitEmbedding& embedding, const SplitEncoder& encoder)
    {
        const Dataset data = SmallText(SAMPLES);
        const Eigen::VectorXf adapters =
            encoder.InitialAdapters(3) + 0.3F * MakeNumbers<float>(encoder.AdapterCount(), 4);
        auto gradientOf = [&](const std::vector<uint32_t>& samples) {
            PersonalHead head(MakeHead(6, 2), {}, 5);
            EmbeddedBatch batch;
            embedding.Embed(data, samples, batch);
            Eigen::MatrixXf features;
            encoder.Forward(adapters, batch, features);
            HeadStep step;
            head.Learn(features, data.Subset(samples).Labels(), step);
            Eigen::VectorXf gradient;
            encoder.Backward(adapters, batch, step.featureGradient, gradient);
            return gradient;
        };
        Eigen::VectorXf mean = Eigen::VectorXf::Zero(adapters.size());
        StepOptions options;
        options.learningRate = 1;
        MeanGradient server(options);
        server.Begin(encoder.AdapterCount());
        for (uint32_t k = 0; k < 3; k++)
        {
            const Eigen::VectorXf gradient = gradientOf({4 * k, 4 * k + 1, 4 * k + 2, 4 * k + 3});
            server.Add({gradient, 1.0 + k, 0, k});
        }
        server.Finish(mean);
        const Eigen::VectorXf together = gradientOf(FirstSamples(SAMPLES));
        NS_TEST_EXPECT_MSG_LT((mean + together).norm() / together.norm(), 1e-6, "the mean");
        server.Begin(encoder.AdapterCount());
        const Eigen::VectorXf before = mean;
        NS_TEST_EXPECT_MSG_EQ(server.Finish(mean), false, "none came");
        NS_TEST_EXPECT_MSG_EQ((mean == before), true, "nothing changes");
    }

    /// Adam's first steps: eta sign(g), and by hand for the second one.
    void AdamRule()
    {
        StepOptions options;
        options.rule = StepOptions::Rule::ADAM;
        options.learningRate = 0.01;
        GradientStep step(options);
        Eigen::VectorXf w = Eigen::Vector2f(1, 1);
        step.Apply(Eigen::Vector2f(3, -0.5F), w);
        NS_TEST_EXPECT_MSG_EQ_TOL(w[0], 0.99, 1e-6, "first step, whatever its size");
        NS_TEST_EXPECT_MSG_EQ_TOL(w[1], 1.01, 1e-6, "first step");
        step.Apply(Eigen::Vector2f(1, -0.5F), w);
        // m = 0.9 0.3 + 0.1 = 0.37, over 0.19; v = 0.999 0.009 + 0.001 = 0.009991, over 0.001999.
        const double expected = 0.99 - 0.01 * (0.37 / 0.19) / std::sqrt(0.009991 / 0.001999);
        NS_TEST_EXPECT_MSG_EQ_TOL(w[0], expected, 1e-6, "second step");
        options.beta1 = 1;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { options.Validate(); }),
                              "Adam's beta1 1: must be at least 0 and below 1",
                              "beta");
        options.learningRate = 0;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { options.Validate(); }),
                              "learning rate 0: must be positive and finite",
                              "rate");
    }

    void Refusals(const SplitEncoder& encoder)
    {
        EmbeddedBatch batch;
        batch.tokens = Eigen::MatrixXf::Ones(6, 4);
        auto refusal = [&](std::vector<uint32_t> offsets, std::vector<uint8_t> mask) {
            batch.offsets = std::move(offsets);
            batch.mask = std::move(mask);
            return RefusalOf([&] { batch.Validate(encoder.Width(), encoder.Positions()); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal({0}, {}), "embeddings: 0 samples: must be at least 1", "");
        NS_TEST_EXPECT_MSG_EQ(refusal({0, 5}, {}),
                              "embeddings: 6 x 4 numbers: must be 6 x 5, the encoder's width and "
                              "the number of tokens",
                              "");
        NS_TEST_EXPECT_MSG_EQ(refusal({0, 4, 4}, {}),
                              "embeddings: 0 tokens in sample 1: must be between 1 and 5, the "
                              "encoder's positions",
                              "");
        NS_TEST_EXPECT_MSG_EQ(refusal({0, 2, 4}, {1, 0, 0, 0}),
                              "embeddings: sample 1 is all padding: must have a token",
                              "");
        batch.tokens(2, 2) = NAN;
        NS_TEST_EXPECT_MSG_EQ(refusal({0, 2, 4}, {}),
                              "embeddings: a number is not finite: all must be",
                              "");
        PersonalHead head(MakeHead(6, 2), {}, 1);
        const Eigen::VectorXf before = head.GetParameters();
        HeadStep step;
        Eigen::MatrixXf z = Eigen::MatrixXf::Ones(6, 2);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { head.Learn(z, {0, 2}, step); }),
                              "label 2: must be below 2, the head's classes",
                              "");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { head.Learn(z, {0}, step); }),
                              "features of 2 samples and 1 labels: must be as many, at least 1",
                              "");
        z(0, 0) = NAN;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { head.Learn(z, {0, 1}, step); }),
                              "head's outputs or gradient: must be finite",
                              "");
        NS_TEST_EXPECT_MSG_EQ((head.GetParameters() == before), true, "the head is as it was");
    }
};

/// Layers of transformers and split federated LoRA.
class TransformerTestSuite : public TestSuite
{
  public:
    TransformerTestSuite();
};

TransformerTestSuite::TransformerTestSuite()
    : TestSuite("fl-transformer", TestSuite::Type::UNIT)
{
    AddTestCase(new TransformerConfigTestCase);
    AddTestCase(new EncoderTestCase);
    AddTestCase(new SplitStepsTestCase);
}

/// The suite registers itself.
TransformerTestSuite g_transformerTestSuite;

} // namespace
