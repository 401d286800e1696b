/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-checkpoint.h"

#include "ns3/fl-error.h"
#include "ns3/fl-tensor-table.h"

#include <cstdint>

namespace ns3
{
namespace fl
{

namespace
{

/// What frozen parameters lie in.
struct LoadedMemory
{
    std::shared_ptr<const SafetensorsFile> file; //!< has those in F32
    std::vector<std::vector<float>> converted;   //!< the others
};

/// The shape that published checkpoints have, the last dimension fastest.
std::vector<uint64_t>
PublishedShape(const Slice& slice, const TransformerConfig& config)
{
    if (!config.IsText() && slice.name == "embeddings.patch.weight")
    {
        return {slice.columns, config.image.channels, config.patch, config.patch};
    }
    if (!config.IsText() && slice.name == "embeddings.cls")
    {
        return {1, 1, slice.rows};
    }
    if (!config.IsText() && slice.name == "embeddings.position")
    {
        return {1, slice.columns, slice.rows};
    }
    return TensorShapeOf(slice);
}

} // namespace

CheckpointFamily
FamilyOf(const TransformerConfig& config)
{
    if (config.IsText() != (config.norm == TransformerConfig::Norm::POST))
    {
        throw InvalidInput("checkpoint: there are published names for text with norm after, and "
                           "images with norm before");
    }
    return config.IsText() ? CheckpointFamily::BERT : CheckpointFamily::VIT;
}

FrozenParameters
LoadFrozen(const Model& model,
           const TransformerConfig& config,
           const std::shared_ptr<const SafetensorsFile>& file)
{
    const CheckpointNames names(*file, FamilyOf(config));
    const auto memory = std::make_shared<LoadedMemory>();
    memory->file = file;
    FrozenParameters frozen;
    for (const Slice& slice : model.FrozenSlices())
    {
        const std::string name = names.InFile(slice.name);
        const auto shape = PublishedShape(slice, config);
        const float* values = file->View(name, shape);
        if (!values)
        {
            auto& own = memory->converted.emplace_back(slice.Size());
            file->Read(name, shape, own.data());
            values = own.data();
        }
        frozen.matrices.push_back(values);
    }
    frozen.owner = memory;
    return frozen;
}

Eigen::VectorXf
LoadParameters(const Model& model, const TransformerConfig& config, const SafetensorsFile& file)
{
    const CheckpointNames names(file, FamilyOf(config));
    Eigen::VectorXf parameters(static_cast<Eigen::Index>(model.ParameterCount()));
    for (const Slice& slice : model.Slices())
    {
        file.Read(names.InFile(slice.name),
                  PublishedShape(slice, config),
                  parameters.data() + slice.offset);
    }
    return parameters;
}

std::vector<TensorSource>
CheckpointOf(const std::vector<std::pair<const Model*, const Eigen::VectorXf*>>& models,
             const TransformerConfig& config)
{
    const CheckpointFamily family = FamilyOf(config);
    std::vector<TensorSource> tensors;
    const auto add = [&](const Slice& slice, const float* values) {
        tensors.push_back({CheckpointNames::WithPrefix(slice.name, family),
                           PublishedShape(slice, config),
                           values});
    };
    for (const auto& [model, parameters] : models)
    {
        for (size_t i = 0; i < model->FrozenSlices().size(); i++)
        {
            add(model->FrozenSlices()[i], model->GetFrozen().matrices.at(i));
        }
        for (const Slice& slice : model->Slices())
        {
            add(slice, parameters->data() + slice.offset);
        }
    }
    return tensors;
}

} // namespace fl
} // namespace ns3
