/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-checkpoint.h"
#include "ns3/fl-json-document.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/test.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Weights of transformers' parts out of checkpoints, and into them.
 */

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

/// Embedding, encoder and head out of a golden file, out of what is written of them, and refusals.
class PartsTestCase : public TestCase
{
  public:
    /**
     * @param name of the golden file
     * @param isText whether it is a BERT; else a ViT
     */
    PartsTestCase(const std::string& name, bool isText)
        : TestCase("checkpoint: parts of golden " + name),
          m_name(name),
          m_config(ConfigOf(isText)),
          m_prefix(isText ? "bert." : "vit.")
    {
    }

  private:
    /// A file, kept by who uses it.
    using File = std::shared_ptr<const SafetensorsFile>;

    void DoRun() override
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        const std::string base = CreateDataDirFilename("golden/split-lora/" + m_name);
        const auto parameters = nlohmann::json::parse(ReadJsonText(base + ".json"))["parameters"];
        const auto file = std::make_shared<const SafetensorsFile>(base + ".safetensors");
        Model embedding(MakeEmbeddingLayers<float>(m_config), {});
        Model encoder(MakeEncoderLayers<float>(m_config), AdapterPatterns());
        const Model head(MakeHeadLayers<float>(m_config.width, 2));
        size_t compared = 0;
        for (Model* model : {&embedding, &encoder})
        {
            model->SetFrozen(LoadFrozen(*model, m_config, file));
            for (size_t i = 0; i < model->FrozenSlices().size(); i++)
            {
                const Slice& slice = model->FrozenSlices()[i];
                const auto data = parameters.at(slice.name).at("data").get<std::vector<float>>();
                NS_TEST_ASSERT_MSG_EQ(data.size(), slice.Size(), slice.name);
                NS_TEST_EXPECT_MSG_EQ(
                    std::equal(data.begin(), data.end(), model->GetFrozen().matrices[i]),
                    true,
                    slice.name);
                compared++;
            }
        }
        NS_TEST_EXPECT_MSG_EQ(compared, parameters.size(), "all parameters");
        NS_TEST_EXPECT_MSG_EQ(LoadParameters(head, m_config, *file).size(), 34, "the head alone");
        NS_TEST_EXPECT_MSG_EQ(file->DescribeUnread(), "", "nothing is left");
        Written(embedding, encoder, head);
        Refusals(file);
    }

    /// The structure of a golden file.
    static TransformerConfig ConfigOf(bool isText)
    {
        TransformerConfig config;
        config.layers = 2;
        config.width = 16;
        config.heads = 2;
        config.feedForward = 32;
        config.norm = isText ? TransformerConfig::Norm::POST : TransformerConfig::Norm::PRE;
        config.pooler = isText;
        config.tokens = {isText ? 19U : 0U, 8, 2};
        config.image = {3, 8, 8};
        config.patch = 4;
        config.lora = {2, 4};
        config.targets = {"*.query"};
        return config;
    }

    /// What is written is read again: as it is, in halves, and without prefix.
    void Written(const Model& embedding, const Model& encoder, const Model& head)
    {
        const Eigen::VectorXf none(0);
        const Eigen::VectorXf adapters = encoder.InitialParameters(1);
        const Eigen::VectorXf classifier = head.InitialParameters(2);
        auto tensors =
            CheckpointOf({{&embedding, &none}, {&encoder, &adapters}, {&head, &classifier}},
                         m_config);
        const std::string path = CreateTempDirFilename("written.safetensors");
        WriteSafetensors(path, tensors);
        FrozenParameters frozen;
        {
            const auto file = std::make_shared<const SafetensorsFile>(path);
            NS_TEST_EXPECT_MSG_EQ(file->Has(m_prefix + "encoder.layer.1.output.dense.bias"),
                                  true,
                                  "with prefix");
            NS_TEST_EXPECT_MSG_EQ(file->Has("classifier.bias"), true, "which the head has not");
            frozen = LoadFrozen(encoder, m_config, file);
            NS_TEST_EXPECT_MSG_EQ((LoadParameters(encoder, m_config, *file) == adapters),
                                  true,
                                  "adapters");
            NS_TEST_EXPECT_MSG_EQ((LoadParameters(head, m_config, *file) == classifier),
                                  true,
                                  "head");
        }
        // The file is mapped as long as its parameters are in use.
        ExpectFrozen(encoder, frozen, 0);
        for (auto& tensor : tensors)
        {
            tensor.type = TensorType::F16;
            tensor.name = tensor.name.rfind(m_prefix, 0) == 0 ? tensor.name.substr(m_prefix.size())
                                                              : tensor.name;
        }
        WriteSafetensors(path, tensors);
        // Half of the last of 11 binary digits; below 2^-14 a half is a multiple of 2^-24.
        ExpectFrozen(encoder,
                     LoadFrozen(encoder, m_config, std::make_shared<const SafetensorsFile>(path)),
                     0x1p-11F);
    }

    /// Expect frozen parameters to be a model's, within a relative error.
    void ExpectFrozen(const Model& model, const FrozenParameters& frozen, float relative)
    {
        for (size_t i = 0; i < model.FrozenSlices().size(); i++)
        {
            const auto size = static_cast<Eigen::Index>(model.FrozenSlices()[i].Size());
            const Eigen::Map<const Eigen::ArrayXf> is(frozen.matrices[i], size);
            const Eigen::Map<const Eigen::ArrayXf> be(model.GetFrozen().matrices[i], size);
            const float floor = relative > 0 ? 0x1p-25F : 0;
            NS_TEST_EXPECT_MSG_EQ(((is - be).abs() <= be.abs() * relative + floor).all(),
                                  true,
                                  model.FrozenSlices()[i].name);
        }
    }

    /// Structures that the file is not of.
    void Refusals(const File& file)
    {
        const auto refusal = [&](const TransformerConfig& config) {
            const Model model(MakeEncoderLayers<float>(config), AdapterPatterns());
            return RefusalOf([&] { LoadFrozen(model, config, file); });
        };
        TransformerConfig other = m_config;
        other.feedForward = 31;
        const std::string start = file->GetPath() + ": tensor '" + m_prefix + "encoder.layer.";
        NS_TEST_EXPECT_MSG_EQ(refusal(other),
                              start + "0.intermediate.dense.weight': shape [32, 16]: must be "
                                      "[31, 16]",
                              "shape");
        other = m_config;
        other.layers = 3;
        const std::string text = refusal(other);
        NS_TEST_EXPECT_MSG_EQ(text.substr(0, start.size() + 2), start + "2.", text);
        NS_TEST_EXPECT_MSG_NE(text.find("' is missing: the file has '"), std::string::npos, text);
        other = m_config;
        other.norm =
            m_config.IsText() ? TransformerConfig::Norm::PRE : TransformerConfig::Norm::POST;
        NS_TEST_EXPECT_MSG_EQ(refusal(other),
                              "checkpoint: there are published names for text with norm after, "
                              "and images with norm before",
                              "names");
        const Model encoder(MakeEncoderLayers<float>(m_config), AdapterPatterns());
        const std::string adapters = RefusalOf([&] { LoadParameters(encoder, m_config, *file); });
        NS_TEST_EXPECT_MSG_NE(adapters.find("query.lora_A' is missing"),
                              std::string::npos,
                              "it has no adapters: " << adapters);
    }

    std::string m_name;         //!< of the golden file
    TransformerConfig m_config; //!< its structure
    std::string m_prefix;       //!< of its names
};

/// Checkpoints.
class CheckpointTestSuite : public TestSuite
{
  public:
    CheckpointTestSuite()
        : TestSuite("fl-checkpoint", TestSuite::Type::UNIT)
    {
        AddTestCase(new PartsTestCase("bert-one-device", true));
        AddTestCase(new PartsTestCase("vit-two-devices", false));
    }
};

CheckpointTestSuite g_checkpointTestSuite; //!< the suite

} // namespace
