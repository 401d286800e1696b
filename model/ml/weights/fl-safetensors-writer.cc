/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-safetensors.h"

#include "ns3/fl-bytes.h"
#include "ns3/fl-data-file.h"
#include "ns3/fl-error.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/// @param type of elements @return its name in the format
const char*
NameOf(TensorType type)
{
    switch (type)
    {
    case TensorType::F16:
        return "F16";
    case TensorType::BF16:
        return "BF16";
    case TensorType::F32:
        break;
    }
    return "F32";
}

/// @param tensor described so far by its shape alone @return number of elements
uint64_t
SizeOf(const TensorSource& tensor)
{
    TensorEntry entry;
    entry.shape = tensor.shape;
    return entry.Size();
}

/// Write one tensor's elements, rounded.
template <typename Element>
void
Append(const TensorSource& tensor, DataFileWriter& file, const std::string& path)
{
    constexpr uint64_t STEP = 1 << 14;
    std::vector<Element> block(STEP);
    const uint64_t size = SizeOf(tensor);
    for (uint64_t first = 0; first < size; first += STEP)
    {
        const uint64_t step = std::min(STEP, size - first);
        for (uint64_t i = 0; i < step; i++)
        {
            block[i] = Element(tensor.values[first + i]);
            if (!std::isfinite(static_cast<float>(block[i])))
            {
                throw InvalidInput(Describe(path,
                                            ": tensor ",
                                            QuoteForMessage(tensor.name),
                                            ": element ",
                                            first + i,
                                            " is ",
                                            tensor.values[first + i],
                                            ": must be finite in ",
                                            NameOf(tensor.type)));
            }
        }
        file.Write(reinterpret_cast<const uint8_t*>(block.data()), step * sizeof(Element));
    }
}

/// Length and header, padded so that the data lie at a multiple of eight bytes
std::string
MakeHeader(const std::vector<TensorSource>& tensors,
           const std::map<std::string, std::string>& metadata,
           const std::string& path)
{
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty())
    {
        header["__metadata__"] = metadata;
    }
    uint64_t offset = 0;
    for (const auto& tensor : tensors)
    {
        if (tensor.name == "__metadata__" || header.contains(tensor.name))
        {
            throw InvalidInput(Describe(path,
                                        ": tensor ",
                                        QuoteForMessage(tensor.name),
                                        " is there twice: names must be unique"));
        }
        const char* type = NameOf(tensor.type);
        const uint64_t end = offset + SizeOf(tensor) * TensorElementBytes(type);
        header[tensor.name] = {{"dtype", type},
                               {"shape", tensor.shape},
                               {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    std::array<uint8_t, 8> length{};
    StoreNumber<uint64_t>(length.data(), text.size());
    return std::string(length.begin(), length.end()) + text;
}

} // namespace

void
WriteSafetensors(const std::string& path,
                 const std::vector<TensorSource>& tensors,
                 const std::map<std::string, std::string>& metadata)
{
    const std::string header = MakeHeader(tensors, metadata, path);
    DataFileWriter file(path);
    file.Write(reinterpret_cast<const uint8_t*>(header.data()), header.size());
    for (const auto& tensor : tensors)
    {
        switch (tensor.type)
        {
        case TensorType::F32:
            Append<float>(tensor, file, path);
            break;
        case TensorType::F16:
            Append<Eigen::half>(tensor, file, path);
            break;
        case TensorType::BF16:
            Append<Eigen::bfloat16>(tensor, file, path);
            break;
        }
    }
    file.Publish();
}

} // namespace fl
} // namespace ns3
