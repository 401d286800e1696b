/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bfl-training.h"

#include "ns3/fl-finite.h"
#include "ns3/fl-gradient-step.h"
#include "ns3/fl-loss-gradient.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

Eigen::VectorXf
TrainByAdam(const Model& model,
            const Eigen::VectorXf& start,
            const Dataset& dataset,
            const std::vector<uint32_t>& samples,
            const TrainerOptions& options,
            uint64_t seed)
{
    StepOptions rule;
    rule.rule = StepOptions::Rule::ADAM;
    rule.learningRate = options.learningRate;
    GradientStep step(rule);
    RandomStream random(seed);
    std::vector<uint32_t> order = samples;
    random.Shuffle(order);
    const size_t batch = std::min<size_t>(options.batchSize, order.size());
    auto next = order.begin();
    Eigen::VectorXf parameters = start;
    Eigen::VectorXf gradient;
    for (uint32_t i = 0; i < options.localIterations; ++i)
    {
        if (static_cast<size_t>(order.end() - next) < batch)
        {
            random.Shuffle(order);
            next = order.begin();
        }
        const auto end = next + static_cast<long>(batch);
        LossGradient(model, parameters, dataset, {next, end}, gradient);
        next = end;
        step.Apply(gradient, parameters);
        if (!AllFinite(parameters))
        {
            return start;
        }
    }
    return parameters;
}

} // namespace fl
} // namespace ns3
