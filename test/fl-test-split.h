/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_SPLIT_H
#define FL_TEST_SPLIT_H

#include "fl-test-federation.h"

#include "ns3/fl-mix-seed.h"
#include "ns3/fl-split-coordinator.h"
#include "ns3/fl-split-jobs.h"
#include "ns3/fl-transformer.h"

#include <numeric>

/**
 * @file
 * @ingroup fl
 * A small federation of split learning, for tests: a transformer of 8 features, for images of 1 x 2
 * x 3 pixels, each of which is a patch.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// @return the transformer
inline TransformerConfig
SmallTransformer()
{
    TransformerConfig config;
    config.norm = TransformerConfig::Norm::PRE;
    config.width = 8;
    config.heads = 2;
    config.feedForward = 16;
    config.eps = 1e-6;
    config.image = {1, 2, DIMENSION / 2};
    config.patch = 1;
    config.lora = {2, 4};
    config.targets = {"*.attention.query", "*.attention.value", "pooler"};
    return config;
}

/// @return its parts, with random frozen weights
inline SplitModel
SmallSplitModel()
{
    const auto config = SmallTransformer();
    SplitModel model;
    model.embedding = std::make_shared<const SplitEmbedding>(config, RandomEmbedding(config, 11));
    model.encoder = std::make_shared<const SplitEncoder>(config, RandomEncoder(config, 12));
    model.head = MakeHead(config.width, CLASSES);
    model.batch = 10;
    model.headStep.learningRate = 0.5;
    model.adapterStep.learningRate = 0.5;
    return model;
}

/// SplitJobs that tell a test what they are asked for, before they do it.
class WatchedJobs : public SplitJobs
{
  public:
    using SplitJobs::SplitJobs;

    std::function<void(const JobContext&)> watch; //!< is told first
    std::vector<std::weak_ptr<JobState>> kept;    //!< what orders kept, if it is still there

    std::unique_ptr<WorkJob> Begin(const JobContext& context) override
    {
        if (watch)
        {
            watch(context);
        }
        auto job = SplitJobs::Begin(context);
        kept.push_back(context.content.state);
        return job;
    }

    /// @return what orders kept that is still there
    size_t CountKept() const
    {
        return std::count_if(kept.begin(), kept.end(), [](const auto& state) {
            return !state.expired();
        });
    }
};

/// A federation of split learning: devices of 10 samples, and 5 more each if samplesStep is.
struct SplitSetup : public FederationSetup
{
    SplitSetup()
    {
        coordinator = "ns3::fl::SplitCoordinator";
        samplesStep = 0;
        changeTask = [this](LearningTask& task) {
            jobs = std::make_shared<WatchedJobs>(model, task.seed);
            jobs->watch = watch;
            task.jobs = jobs;
            task.model = {jobs, &jobs->GetModel().Global()};
        };
        configure = [this](FederationHelper& helper) {
            if (configureSplit)
            {
                configureSplit(helper);
            }
        };
    }

    SplitSetup(const SplitSetup&) = delete;
    SplitSetup& operator=(const SplitSetup&) = delete;

    SplitModel model{SmallSplitModel()};                   //!< what is learned
    std::function<void(const JobContext&)> watch;          //!< is told of computations
    std::function<void(FederationHelper&)> configureSplit; //!< sets attributes
    std::shared_ptr<WatchedJobs> jobs;                     //!< of the federation built last
};

/// @return parameters of a device's head
/// @param run the federation
/// @param setup what it was built of
/// @param device the device
inline Eigen::VectorXf
HeadOf(const TestFederation& run, const SplitSetup& setup, DeviceId device)
{
    const auto state = run.federation.clients[device]->GetJobStateOf(0);
    return setup.jobs->HeadOf(state.get()).GetParameters();
}

/// @return the samples that a device draws for an order: a statement of SplitJobs on its own
/// @param run the federation
/// @param device the device
/// @param round of the order
/// @param baseVersion of the order
/// @param count how many
inline std::vector<uint32_t>
MinibatchOf(const TestFederation& run,
            DeviceId device,
            uint32_t round,
            uint32_t baseVersion,
            size_t count)
{
    auto samples = run.parts[device];
    count = std::min(count, samples.size());
    RandomStream random(MixSeed({run.task->seed, device, 0, round, baseVersion}));
    random.Shuffle(samples, count);
    samples.resize(count);
    return samples;
}

/**
 * The transformer in one piece, without any split: embedding, encoder and head as one chain, whose
 * adapters and head train.
 */
class UnsplitModel
{
  public:
    /// @param parts the same in pieces
    explicit UnsplitModel(const SplitModel& parts)
        : m_model(MakeTransformerLayers<float>(SmallTransformer(), CLASSES),
                  {"*.lora_A", "*.lora_B", "head.*"}),
          m_nAdapters(static_cast<Eigen::Index>(parts.encoder->AdapterCount()))
    {
        auto frozen = parts.embedding->GetModel().GetFrozen();
        const auto& encoder = parts.encoder->GetModel().GetFrozen();
        frozen.matrices.insert(frozen.matrices.end(),
                               encoder.matrices.begin(),
                               encoder.matrices.end());
        m_model.SetFrozen(frozen);
    }

    /**
     * @param adapters w^a
     * @param head w^h
     * @return both as one vector
     */
    static Eigen::VectorXf Join(const Eigen::VectorXf& adapters, const Eigen::VectorXf& head)
    {
        Eigen::VectorXf all(adapters.size() + head.size());
        all << adapters, head;
        return all;
    }

    /**
     * @param parameters adapters, then head
     * @param data has the samples
     * @param samples a batch
     * @param [out] loss mean over the batch
     * @return gradient of the mean loss
     */
    Eigen::VectorXf Gradient(const Eigen::VectorXf& parameters,
                             const Dataset& data,
                             const std::vector<uint32_t>& samples,
                             double& loss)
    {
        const auto batch = data.Subset(samples);
        const auto count = static_cast<Eigen::Index>(samples.size());
        const ConstMatrixView input(batch.Features().data(), batch.Features().rows(), count);
        const auto shape = BatchShape::OfSamples(static_cast<uint32_t>(count));
        const Eigen::MatrixXf logits = m_model.Forward(parameters, input, shape, m_workspace);
        Eigen::MatrixXf above(logits.rows(), count);
        loss = SoftmaxCrossEntropy(ConstMatrixView(logits.data(), logits.rows(), count),
                                   batch.Labels().data(),
                                   1.0F / static_cast<float>(count),
                                   MatrixView(above.data(), above.rows(), count))
                   .loss /
               static_cast<double>(count);
        Eigen::VectorXf gradient = Eigen::VectorXf::Zero(parameters.size());
        m_model.Backward(parameters,
                         input,
                         ConstMatrixView(above.data(), above.rows(), count),
                         m_model.Trainable(),
                         m_workspace,
                         gradient);
        return gradient;
    }

    /// @return number of the adapters' parameters, which come first
    Eigen::Index GetNAdapters() const
    {
        return m_nAdapters;
    }

  private:
    Model m_model;            //!< all layers
    Workspace m_workspace;    //!< between them
    Eigen::Index m_nAdapters; //!< see GetNAdapters
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_SPLIT_H */
