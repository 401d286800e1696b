/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-learner.h"

#include "fl-split-evaluation.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Of draws for measurements, apart from those of minibatches.
constexpr uint64_t MEASUREMENT = 0x6d656173757265;

/// What a device's order comes to.
struct Part
{
    double loss{0};               //!< mean over its minibatch [nat]
    Eigen::VectorXf headGradient; //!< of that by the head, before its step
    Eigen::VectorXf update;       //!< what the server adds up
};

/// @return what an order comes to, payload by payload
/// @param model the learning task
/// @param data training data of all devices
/// @param samples the minibatch
/// @param global what the server holds
/// @param head the device's, takes a step
Part
RunOrder(const SplitModel& model,
         const Dataset& data,
         const std::vector<uint32_t>& samples,
         const Eigen::VectorXf& global,
         PersonalHead& head)
{
    const auto count = static_cast<uint32_t>(samples.size());
    ServerBatch kept;
    const auto activations = EmbedMinibatch(model, data, samples);
    ReceiveActivations(model, activations.data(), activations.size(), kept);
    const auto features = EncodeMinibatch(model, global, kept);
    auto result = LearnHead(model,
                            data,
                            samples,
                            ReceiveFeatures(model, features.data(), features.size(), count),
                            head);
    if (!result.failure.empty())
    {
        throw InvalidInput(result.failure);
    }
    const auto gradients =
        ReceiveGradients(model, result.gradients.data(), result.gradients.size(), count);
    return {result.loss, std::move(result.headGradient), BackwardMinibatch(model, gradients, kept)};
}

} // namespace

SplitLearner::SplitLearner(std::shared_ptr<const SplitModel> model,
                           const Dataset& train,
                           std::vector<std::vector<uint32_t>> parts,
                           uint64_t seed)
    : m_model((model->Validate(), std::move(model))),
      m_train(train),
      m_parts(std::move(parts)),
      m_seed(seed),
      m_initialHead(m_model->head, m_model->headStep, seed),
      m_heads(m_parts.size()),
      m_parameters(m_model->Global().InitialParameters(seed)),
      m_aggregator(m_model->adapterStep, m_model->SharedCount())
{
}

SplitLearned
SplitLearner::Learn(uint32_t round, const std::vector<uint32_t>& devices, ThreadPool* pool)
{
    SplitLearned learned;
    learned.received = static_cast<uint32_t>(devices.size());
    if (devices.empty())
    {
        return learned;
    }
    std::vector<Part> parts(devices.size());
    for (const uint32_t device : devices)
    {
        if (!m_heads.at(device))
        {
            m_heads[device] = std::make_unique<PersonalHead>(m_initialHead);
        }
    }
    ThreadPool inlinePool(0);
    (pool ? *pool : inlinePool).ParallelFor(devices.size(), [&](size_t i) {
        const uint32_t device = devices[i];
        const auto samples =
            DrawMinibatch({m_seed, device, 0, round, m_version}, m_parts[device], m_model->batch);
        parts[i] = RunOrder(*m_model, m_train, samples, m_parameters, *m_heads[device]);
    });
    m_aggregator.Begin(static_cast<size_t>(m_parameters.size()));
    for (size_t i = 0; i < devices.size(); ++i)
    {
        m_aggregator.Add({parts[i].update, 1, 0, devices[i]});
        learned.loss += parts[i].loss / static_cast<double>(devices.size());
    }
    m_aggregator.Finish(m_parameters);
    ++m_version;
    return learned;
}

std::vector<uint32_t>
SplitLearner::DrawSamples(uint32_t device, uint32_t count, uint32_t draw) const
{
    return DrawMinibatch({m_seed ^ MEASUREMENT, device, 0, draw, 0}, m_parts[device], count);
}

std::vector<SplitGradient>
SplitLearner::Gradients(uint32_t count, uint32_t draw, ThreadPool* pool) const
{
    std::vector<SplitGradient> gradients(m_parts.size());
    auto model = *m_model;
    model.batch = std::max(model.batch, count);
    ThreadPool inlinePool(0);
    (pool ? *pool : inlinePool).ParallelFor(m_parts.size(), [&](size_t i) {
        const auto device = static_cast<uint32_t>(i);
        PersonalHead head = GetHead(device);
        auto part = RunOrder(model, m_train, DrawSamples(device, count, draw), m_parameters, head);
        const auto adapters = static_cast<Eigen::Index>(model.encoder->AdapterCount());
        gradients[i] = {part.loss, part.update.head(adapters), std::move(part.headGradient)};
    });
    return gradients;
}

double
SplitLearner::TrainingLoss(uint32_t count, uint32_t draw, ThreadPool* pool) const
{
    std::vector<double> losses(m_parts.size());
    ThreadPool inlinePool(0);
    (pool ? *pool : inlinePool).ParallelFor(m_parts.size(), [&](size_t i) {
        const auto device = static_cast<uint32_t>(i);
        const auto own = m_train.Subset(DrawSamples(device, count, draw));
        losses[i] =
            EvaluateSplit(*m_model, m_parameters, {&GetHead(device)}, own, nullptr).front().loss;
    });
    double sum = 0;
    for (const double loss : losses)
    {
        sum += loss / static_cast<double>(losses.size());
    }
    return sum;
}

uint32_t
SplitLearner::GetVersion() const
{
    return m_version;
}

const Eigen::VectorXf&
SplitLearner::GetParameters() const
{
    return m_parameters;
}

const PersonalHead&
SplitLearner::GetHead(uint32_t device) const
{
    return m_heads.at(device) ? *m_heads[device] : m_initialHead;
}

std::vector<Evaluation>
SplitLearner::Evaluate(const Dataset& test, ThreadPool* pool) const
{
    std::vector<const PersonalHead*> heads;
    for (uint32_t device = 0; device < m_heads.size(); ++device)
    {
        heads.push_back(&GetHead(device));
    }
    return EvaluateSplit(*m_model, m_parameters, std::move(heads), test, pool);
}

std::vector<Evaluation>
EvaluateSplit(const SplitModel& model,
              const Eigen::VectorXf& global,
              std::vector<const PersonalHead*> heads,
              const Dataset& test,
              ThreadPool* pool)
{
    const auto count = static_cast<Eigen::Index>(model.encoder->AdapterCount());
    PersonalHead shared(model.head, model.headStep, 0);
    if (model.shared)
    {
        shared.SetParameters(global.tail(global.size() - count));
        std::fill(heads.begin(), heads.end(), &shared);
    }
    return EvaluateHeads(*model.embedding, *model.encoder, global.head(count), heads, test, pool);
}

} // namespace fl
} // namespace ns3
