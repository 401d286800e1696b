/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-evaluation.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// Samples that go through the encoder at once.
constexpr uint32_t BLOCK_SAMPLES = 64;

} // namespace

std::vector<Evaluation>
EvaluateHeads(const SplitEmbedding& embedding,
              const SplitEncoder& encoder,
              const Eigen::VectorXf& adapters,
              const std::vector<const PersonalHead*>& heads,
              const Dataset& data,
              ThreadPool* pool)
{
    if (data.Size() == 0)
    {
        return {};
    }
    std::map<const PersonalHead*, size_t> places; // of different heads
    std::vector<const PersonalHead*> different;
    for (const auto* head : heads)
    {
        if (places.emplace(head, different.size()).second)
        {
            different.push_back(head);
        }
    }
    const uint32_t nBlocks = (data.Size() + BLOCK_SAMPLES - 1) / BLOCK_SAMPLES;
    std::vector<std::vector<BatchLoss>> parts(nBlocks);
    const auto evaluateBlock = [&](size_t block) {
        const auto first = static_cast<uint32_t>(block) * BLOCK_SAMPLES;
        std::vector<uint32_t> samples(std::min(BLOCK_SAMPLES, data.Size() - first));
        std::iota(samples.begin(), samples.end(), first);
        const std::vector<uint8_t> labels(data.Labels().begin() + first,
                                          data.Labels().begin() + first +
                                              static_cast<std::ptrdiff_t>(samples.size()));
        EmbeddedBatch batch;
        embedding.Embed(data, samples, batch);
        Eigen::MatrixXf features;
        encoder.Forward(adapters, batch, features);
        for (const auto* head : different)
        {
            parts[block].push_back(head->Evaluate(features, labels));
        }
    };
    ThreadPool inlinePool(0);
    (pool ? *pool : inlinePool).ParallelFor(nBlocks, evaluateBlock);

    // Added up in the order of the blocks, whatever thread they were on.
    std::vector<Evaluation> sums(different.size());
    for (const auto& part : parts)
    {
        for (size_t i = 0; i < different.size(); ++i)
        {
            sums[i].loss += part[i].loss;
            sums[i].accuracy += part[i].correct;
        }
    }
    std::vector<Evaluation> result;
    result.reserve(heads.size());
    for (const auto* head : heads)
    {
        const auto& sum = sums[places[head]];
        result.push_back({sum.loss / data.Size(), sum.accuracy / data.Size()});
    }
    return result;
}

} // namespace fl
} // namespace ns3
