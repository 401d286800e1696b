/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-steps.h"

#include "fl-split-codec.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param encoding of all numbers
 * @param matrix z or dF/dz
 * @param what its name in messages
 * @param head of a shared head, or empty
 * @return both, one behind the other
 */
std::vector<uint8_t>
EncodeBoth(Encoding encoding,
           const Eigen::MatrixXf& matrix,
           const char* what,
           const Eigen::VectorXf& head)
{
    auto bytes = EncodeMatrix(encoding, matrix, what);
    if (head.size() > 0)
    {
        const auto behind = EncodeMatrix(encoding, head, "shared head");
        bytes.insert(bytes.end(), behind.begin(), behind.end());
    }
    return bytes;
}

/// @return what EncodeBoth() made
/// @param model the learning task
/// @param encoding of all numbers
/// @param bytes the payload
/// @param size number of bytes
/// @param samples columns
/// @param what name in messages
MatrixAndHead
DecodeBoth(const SplitModel& model,
           Encoding encoding,
           const uint8_t* bytes,
           size_t size,
           uint32_t samples,
           const char* what)
{
    const auto count = static_cast<uint32_t>(model.SharedCount());
    const uint64_t behind = count > 0 ? MatrixPayloadBytes(encoding, count) : 0;
    const size_t first = size > behind ? size - behind : 0;
    MatrixAndHead result;
    result.matrix = DecodeMatrix(encoding, bytes, first, model.encoder->Width(), samples, what);
    if (count > 0)
    {
        result.head = DecodeMatrix(encoding, bytes + first, behind, count, 1, "shared head");
    }
    return result;
}

} // namespace

std::vector<uint32_t>
DrawMinibatch(const MinibatchKey& key, std::vector<uint32_t> own, size_t limit)
{
    const size_t count = std::min(limit, own.size());
    RandomStream random(MixSeed({key.seed, key.device, key.task, key.round, key.baseVersion}));
    random.Shuffle(own, count);
    own.resize(count);
    return own;
}

std::vector<uint8_t>
EmbedMinibatch(const SplitModel& model, const Dataset& data, const std::vector<uint32_t>& samples)
{
    EmbeddedBatch batch;
    model.embedding->Embed(data, samples, batch);
    return EncodeBatch(model.activations, batch);
}

void
ReceiveActivations(const SplitModel& model, const uint8_t* bytes, size_t size, ServerBatch& kept)
{
    kept.batch = DecodeBatch(model.activations,
                             bytes,
                             size,
                             model.encoder->Width(),
                             model.encoder->Positions(),
                             model.batch);
}

std::vector<uint8_t>
EncodeMinibatch(const SplitModel& model, const Eigen::VectorXf& global, ServerBatch& kept)
{
    const auto count = static_cast<Eigen::Index>(model.encoder->AdapterCount());
    kept.adapters = global.head(count);
    Eigen::MatrixXf features;
    model.encoder->Forward(kept.adapters,
                           kept.batch,
                           features,
                           model.keepCaches ? &kept.caches : nullptr);
    return EncodeBoth(model.features, features, "features", global.tail(global.size() - count));
}

MatrixAndHead
ReceiveFeatures(const SplitModel& model, const uint8_t* bytes, size_t size, uint32_t samples)
{
    return DecodeBoth(model, model.features, bytes, size, samples, "features");
}

HeadResult
LearnHead(const SplitModel& model,
          const Dataset& data,
          const std::vector<uint32_t>& samples,
          const MatrixAndHead& features,
          PersonalHead& head)
{
    std::vector<uint8_t> labels;
    labels.reserve(samples.size());
    for (const uint32_t sample : samples)
    {
        labels.push_back(data.Labels().at(sample));
    }
    if (model.shared)
    {
        head.SetParameters(features.head);
    }
    HeadStep step;
    head.Learn(features.matrix, labels, step);
    HeadResult result;
    result.loss = step.loss.loss / static_cast<double>(samples.size());
    result.headGradient = std::move(step.headGradient);
    try
    {
        result.gradients = EncodeBoth(model.gradients,
                                      step.featureGradient,
                                      "gradient by the features",
                                      model.shared ? head.GetParameters() : Eigen::VectorXf());
    }
    catch (const InvalidInput& error)
    {
        result.failure = error.what();
    }
    return result;
}

MatrixAndHead
ReceiveGradients(const SplitModel& model, const uint8_t* bytes, size_t size, uint32_t samples)
{
    return DecodeBoth(model, model.gradients, bytes, size, samples, "gradient by the features");
}

Eigen::VectorXf
BackwardMinibatch(const SplitModel& model, const MatrixAndHead& gradients, ServerBatch& kept)
{
    Eigen::VectorXf gradient;
    model.encoder->Backward(kept.adapters,
                            kept.batch,
                            gradients.matrix,
                            gradient,
                            model.keepCaches ? &kept.caches : nullptr);
    if (!model.shared)
    {
        return gradient;
    }
    Eigen::VectorXf update(gradient.size() + gradients.head.size());
    update << gradient, gradients.head;
    return update;
}

} // namespace fl
} // namespace ns3
