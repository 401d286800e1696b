/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-idx.h"

#include "fl-data-file.h"

#include "ns3/fl-error.h"

#include <iomanip>
#include <limits>
#include <sstream>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint8_t UNSIGNED_BYTE = 0x08; //!< IDX's code of bytes
constexpr uint8_t INTEGER = 0x0c;       //!< IDX's code of big-endian numbers of 32 bits

/// A big-endian 32-bit number.
uint32_t
ReadBigEndian(const std::vector<uint8_t>& bytes, size_t at)
{
    return uint32_t{bytes[at]} << 24 | uint32_t{bytes[at + 1]} << 16 |
           uint32_t{bytes[at + 2]} << 8 | uint32_t{bytes[at + 3]};
}

/// Check the first four bytes.
void
CheckMagic(const std::vector<uint8_t>& bytes,
           const std::string& path,
           uint32_t dimensions,
           uint8_t type)
{
    const uint32_t magic = ReadBigEndian(bytes, 0);
    const uint32_t expected = uint32_t{type} << 8 | dimensions;
    if (magic == expected)
    {
        return;
    }
    if (magic >> 16 == 0 && bytes[2] == type)
    {
        throw InvalidInput(
            Describe(path, ": ", unsigned{bytes[3]}, " dimensions: must be ", dimensions));
    }
    std::ostringstream text;
    text << std::hex << std::setfill('0');
    if (magic >> 16 == 0 && bytes[2] >= 0x09 && bytes[2] <= 0x0e)
    {
        text << path << ": element type 0x" << std::setw(2) << unsigned{bytes[2]}
             << ": must be 0x08 (unsigned byte)";
    }
    else
    {
        text << path << ": magic number 0x" << std::setw(8) << magic << ": must be 0x"
             << std::setw(8) << expected << " (IDX)";
    }
    throw InvalidInput(text.str());
}

/// Product of the dimensions, or the largest number where it exceeds that.
uint64_t
CountElements(const std::vector<uint32_t>& dimensions)
{
    uint64_t count = 1;
    for (const uint32_t dimension : dimensions)
    {
        if (dimension != 0 && count > std::numeric_limits<uint64_t>::max() / dimension)
        {
            return std::numeric_limits<uint64_t>::max();
        }
        count *= dimension;
    }
    return count;
}

/**
 * @param bytes a file's contents; become the elements
 * @param path the file, for messages
 * @param dimensions number of dimensions that it must have
 * @param type of the elements that it must have
 * @return what it says; elements as bytes, however many each has
 */
IdxArray
ParseIdx(std::vector<uint8_t> bytes,
         const std::string& path,
         uint32_t dimensions,
         uint8_t type = UNSIGNED_BYTE)
{
    IdxArray array;
    const size_t headerBytes = 4 + 4 * size_t{dimensions};
    if (bytes.size() >= 4)
    {
        CheckMagic(bytes, path, dimensions, type);
    }
    if (bytes.size() < headerBytes)
    {
        throw InvalidInput(Describe(path,
                                    ": truncated, ",
                                    bytes.size(),
                                    " bytes: the header alone has ",
                                    headerBytes));
    }
    for (uint32_t i = 0; i < dimensions; i++)
    {
        array.dimensions.push_back(ReadBigEndian(bytes, 4 + 4 * size_t{i}));
    }
    const uint64_t elementBytes = type == INTEGER ? 4 : 1;
    const uint64_t elements = CountElements(array.dimensions);
    const uint64_t count = elements > std::numeric_limits<uint64_t>::max() / elementBytes
                               ? elements
                               : elements * elementBytes;
    const uint64_t present = bytes.size() - headerBytes;
    if (present != count)
    {
        throw InvalidInput(Describe(path,
                                    present < count ? ": truncated, " : ": trailing bytes, ",
                                    present,
                                    " bytes after the header: must be ",
                                    count));
    }
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(headerBytes));
    array.elements = std::move(bytes);
    return array;
}

} // namespace

IdxArray
ReadIdx(const std::string& path, uint32_t dimensions)
{
    return ParseIdx(ReadDataFile(path), path, dimensions);
}

void
WriteIdx(const std::string& path, const IdxArray& array)
{
    const size_t dimensions = array.dimensions.size();
    if (dimensions < 1 || dimensions > 255)
    {
        throw InvalidInput(
            Describe(path, ": ", dimensions, " dimensions: must be between 1 and 255"));
    }
    if (CountElements(array.dimensions) != array.elements.size())
    {
        throw InvalidInput(Describe(path,
                                    ": ",
                                    array.elements.size(),
                                    " elements: must be ",
                                    CountElements(array.dimensions),
                                    ", the product of the dimensions"));
    }
    std::vector<uint8_t> bytes{0, 0, UNSIGNED_BYTE, static_cast<uint8_t>(dimensions)};
    bytes.reserve(4 + 4 * dimensions + array.elements.size());
    for (const uint32_t dimension : array.dimensions)
    {
        for (const int shift : {24, 16, 8, 0})
        {
            bytes.push_back(static_cast<uint8_t>(dimension >> shift));
        }
    }
    bytes.insert(bytes.end(), array.elements.begin(), array.elements.end());
    WriteDataFile(path, bytes);
}

std::vector<uint8_t>
ReadIdxLabels(const std::string& path)
{
    std::vector<uint8_t> bytes = ReadDataFile(path);
    const bool areNumbers = bytes.size() >= 4 && bytes[2] == INTEGER;
    if (!areNumbers)
    {
        return ParseIdx(std::move(bytes), path, 1).elements;
    }
    const uint32_t dimensions = bytes[3] == 2 ? 2 : 1;
    const IdxArray array = ParseIdx(std::move(bytes), path, dimensions, INTEGER);
    const size_t perSample = dimensions == 2 ? array.dimensions[1] : 1;
    if (perSample == 0)
    {
        throw InvalidInput(Describe(path, ": 0 numbers per label: must be at least 1"));
    }
    std::vector<uint8_t> labels(array.dimensions[0]);
    for (size_t i = 0; i < labels.size(); i++)
    {
        const uint32_t label = ReadBigEndian(array.elements, 4 * i * perSample);
        if (label > 255)
        {
            throw InvalidInput(Describe(path,
                                        ": label ",
                                        static_cast<int32_t>(label),
                                        " of sample ",
                                        i,
                                        ": must be between 0 and 255"));
        }
        labels[i] = static_cast<uint8_t>(label);
    }
    return labels;
}

IdxArray
ReadIdxImages(const std::string& path)
{
    std::vector<uint8_t> bytes = ReadDataFile(path);
    const uint32_t dimensions = bytes.size() >= 4 && bytes[3] == 4 ? 4 : 3;
    IdxArray images = ParseIdx(std::move(bytes), path, dimensions);
    if (images.elements.empty())
    {
        throw InvalidInput(Describe(path, ": no images: must be at least 1"));
    }
    return images;
}

ImageShape
ShapeOfImages(const IdxArray& images)
{
    const size_t count = images.dimensions.size();
    return {count == 4 ? images.dimensions[1] : 1,
            images.dimensions[count - 2],
            images.dimensions[count - 1]};
}

Dataset
ReadIdxDataset(const std::string& imagesPath, const std::string& labelsPath, uint32_t classes)
{
    const IdxArray images = ReadIdxImages(imagesPath);
    std::vector<uint8_t> labels = ReadIdxLabels(labelsPath);
    RequireLabelCount(labels.size(), images, imagesPath, labelsPath);
    return Dataset::FromPixels(images.elements,
                               std::move(labels),
                               classes,
                               ShapeOfImages(images),
                               labelsPath);
}

void
RequireLabelCount(size_t labels,
                  const IdxArray& images,
                  const std::string& imagesPath,
                  const std::string& labelsPath)
{
    if (images.dimensions[0] != labels)
    {
        throw InvalidInput(Describe(labelsPath,
                                    ": ",
                                    labels,
                                    " labels: must be ",
                                    images.dimensions[0],
                                    ", the number of images in ",
                                    imagesPath));
    }
}

void
WriteIdxDataset(const Dataset& dataset,
                const std::string& imagesPath,
                const std::string& labelsPath)
{
    const ImageShape& shape = dataset.Shape();
    IdxArray images;
    images.dimensions = {dataset.Size(), shape.rows, shape.columns};
    if (shape.channels != 1)
    {
        images.dimensions.insert(images.dimensions.begin() + 1, shape.channels);
    }
    images.elements.reserve(size_t{dataset.Size()} * dataset.Dimension());
    for (uint32_t i = 0; i < dataset.Size(); i++)
    {
        const std::vector<uint8_t> pixels = dataset.Pixels(i);
        images.elements.insert(images.elements.end(), pixels.begin(), pixels.end());
    }
    WriteIdx(imagesPath, images);
    WriteIdx(labelsPath, IdxArray{{dataset.Size()}, dataset.Labels()});
}

} // namespace fl
} // namespace ns3
