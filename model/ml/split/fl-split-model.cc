/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-model.h"

#include "ns3/fl-error.h"

#include <iterator>
#include <utility>

namespace ns3
{
namespace fl
{

void
SplitModel::Validate() const
{
    if (!embedding || !encoder || !head)
    {
        throw InvalidInput("split model: must have embedding, encoder and head");
    }
    const uint32_t width = encoder->Width();
    for (const uint32_t other : {embedding->GetModel().OutputSize(), head->InputSize()})
    {
        if (other != width)
        {
            throw InvalidInput(
                Describe("split model of width ", other, ": must be ", width, ", the encoder's"));
        }
    }
    const size_t count = encoder->AdapterCount() + head->ParameterCount();
    if (shared && shared->ParameterCount() != count)
    {
        throw InvalidInput(Describe("split model: ",
                                    shared->ParameterCount(),
                                    " shared parameters: must be ",
                                    count,
                                    ", adapters and head"));
    }
    if (batch < 1)
    {
        throw InvalidInput("split model: batch = 0: must be at least 1");
    }
    headStep.Validate();
    adapterStep.Validate();
}

const Model&
SplitModel::Global() const
{
    return shared ? *shared : encoder->GetModel();
}

uint64_t
SplitModel::SharedCount() const
{
    return shared ? head->ParameterCount() : 0;
}

std::shared_ptr<const Model>
MakeSharedStructure(const TransformerConfig& config, uint32_t classes, FrozenParameters frozen)
{
    auto layers = MakeEncoderLayers<float>(config);
    auto head = MakeHeadLayers<float>(config.width, classes);
    std::move(head.begin(), head.end(), std::back_inserter(layers));
    auto trainable = AdapterPatterns();
    trainable.emplace_back("head.*");
    auto model = std::make_shared<Model>(std::move(layers), trainable);
    model->SetFrozen(std::move(frozen));
    return model;
}

} // namespace fl
} // namespace ns3
