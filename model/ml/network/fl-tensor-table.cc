/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-tensor-table.h"

#include "ns3/fl-error.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// For messages: names of the tensors that there are, not all of very many.
std::string
NamesOf(const TensorTable& table)
{
    constexpr size_t MAX_NAMES = 8;
    std::string text;
    size_t count = 0;
    for (const auto& [name, tensor] : table.tensors)
    {
        if (count++ == MAX_NAMES)
        {
            return Describe(text, " and ", table.tensors.size() - MAX_NAMES, " more");
        }
        text += (text.empty() ? "" : ", ") + name;
    }
    return text.empty() ? "none" : text;
}

} // namespace

std::vector<uint64_t>
TensorShapeOf(const Slice& slice)
{
    if (slice.dimensions == 1)
    {
        return {slice.rows};
    }
    return {slice.columns, slice.rows};
}

std::string
ToText(const std::vector<uint64_t>& shape)
{
    std::string text;
    for (const uint64_t size : shape)
    {
        text += (text.empty() ? "" : " x ") + std::to_string(size);
    }
    return text.empty() ? "one number" : text;
}

std::vector<const float*>
FindTensors(const std::vector<Slice>& slices, const TensorTable& table)
{
    std::vector<const float*> found;
    for (const Slice& slice : slices)
    {
        const auto entry = table.tensors.find(slice.name);
        if (entry == table.tensors.end())
        {
            throw InvalidInput(Describe(table.source,
                                        ": tensor ",
                                        slice.name,
                                        " is missing; there are ",
                                        NamesOf(table)));
        }
        const auto shape = TensorShapeOf(slice);
        if (entry->second.shape != shape)
        {
            throw InvalidInput(Describe(table.source,
                                        ": tensor ",
                                        slice.name,
                                        " of ",
                                        ToText(entry->second.shape),
                                        ": must be ",
                                        ToText(shape)));
        }
        found.push_back(entry->second.data);
    }
    return found;
}

FrozenParameters
TakeFrozen(const Model& model, const TensorTable& table)
{
    return {FindTensors(model.FrozenSlices(), table), table.owner};
}

Eigen::VectorXf
TakeParameters(const Model& model, const TensorTable& table)
{
    Eigen::VectorXf parameters(static_cast<Eigen::Index>(model.ParameterCount()));
    const auto found = FindTensors(model.Slices(), table);
    for (size_t i = 0; i < found.size(); i++)
    {
        const Slice& slice = model.Slices()[i];
        std::copy(found[i], found[i] + slice.Size(), parameters.data() + slice.offset);
    }
    return parameters;
}

TensorTable
TensorsOf(const Model& model, const Eigen::VectorXf& parameters)
{
    TensorTable table{"model", {}, model.GetFrozen().owner};
    for (const Slice& slice : model.Slices())
    {
        table.tensors[slice.name] = {TensorShapeOf(slice), parameters.data() + slice.offset};
    }
    for (size_t i = 0; i < model.FrozenSlices().size(); i++)
    {
        const Slice& slice = model.FrozenSlices()[i];
        table.tensors[slice.name] = {TensorShapeOf(slice), model.GetFrozen().matrices[i]};
    }
    return table;
}

} // namespace fl
} // namespace ns3
