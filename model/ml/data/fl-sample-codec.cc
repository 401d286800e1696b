/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-sample-codec.h"

#include "ns3/fl-error.h"

#include <boost/endian/conversion.hpp>
#include <cstring>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// samples, channels, rows, columns, classes
constexpr size_t FIELDS = 5;
constexpr size_t HEADER_BYTES = FIELDS * sizeof(uint32_t); //!< five 32-bit numbers [byte]

} // namespace

static_assert(boost::endian::order::native == boost::endian::order::little,
              "float32 features are copied as they lie in memory");

uint64_t
EncodedSamplesBytes(uint64_t samples, uint64_t dimension)
{
    return HEADER_BYTES + samples * (1 + sizeof(float) * dimension);
}

std::vector<uint8_t>
EncodeSamples(const Dataset& data, const std::vector<uint32_t>& samples)
{
    const Dataset subset = data.Subset(samples);
    std::vector<uint8_t> bytes(EncodedSamplesBytes(subset.Size(), subset.Dimension()));
    const auto& shape = subset.Shape();
    const uint32_t fields[FIELDS] = {subset.Size(),
                                     shape.channels,
                                     shape.rows,
                                     shape.columns,
                                     subset.Classes()};
    std::memcpy(bytes.data(), fields, HEADER_BYTES);
    if (subset.Size() > 0)
    {
        std::memcpy(bytes.data() + HEADER_BYTES, subset.Labels().data(), subset.Size());
        std::memcpy(bytes.data() + HEADER_BYTES + subset.Size(),
                    subset.Features().data(),
                    sizeof(float) * subset.Features().size());
    }
    return bytes;
}

Dataset
DecodeSamples(const uint8_t* bytes, size_t size)
{
    uint32_t fields[FIELDS] = {};
    if (size < HEADER_BYTES)
    {
        throw InvalidInput(
            Describe("samples of ", size, " bytes: must have at least ", HEADER_BYTES));
    }
    std::memcpy(fields, bytes, HEADER_BYTES);
    const ImageShape shape{fields[1], fields[2], fields[3]};
    const uint64_t count = fields[0];
    // Bounded one after the other, so that no product can wrap around.
    const uint64_t limit = size;
    const uint64_t area = uint64_t{shape.rows} * shape.columns;
    const bool sane = area <= limit && (area == 0 || shape.channels <= limit / area) &&
                      count <= limit && (area == 0 || count <= limit / area);
    if (!sane || EncodedSamplesBytes(count, area * shape.channels) != size)
    {
        throw InvalidInput(Describe("samples of ",
                                    size,
                                    " bytes: do not fit the stated ",
                                    count,
                                    " samples of ",
                                    shape.channels,
                                    " x ",
                                    shape.rows,
                                    " x ",
                                    shape.columns));
    }
    Eigen::MatrixXf features(static_cast<Eigen::Index>(area * shape.channels),
                             static_cast<Eigen::Index>(count));
    std::vector<uint8_t> labels(bytes + HEADER_BYTES, bytes + HEADER_BYTES + count);
    if (features.size() > 0)
    {
        std::memcpy(features.data(), bytes + HEADER_BYTES + count, sizeof(float) * features.size());
    }
    return Dataset(std::move(features), std::move(labels), fields[4], shape, "samples received");
}

} // namespace fl
} // namespace ns3
