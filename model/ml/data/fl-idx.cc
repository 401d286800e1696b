/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-idx.h"

#include "fl-data-file.h"

#include "ns3/fl-error.h"

#include <filesystem>
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

constexpr uint8_t UNSIGNED_BYTE = 0x08; //!< IDX's code of the only type read here

/// One of MNIST's four files.
struct MnistFile
{
    const char* stem;   //!< what comes before
    const char* suffix; //!< what comes behind, after "-" or "."
    const char* colour; //!< the same where the images have several channels
};

/// Shape (60000, 28, 28) in the original
constexpr MnistFile TRAIN_IMAGES{"train-images", "idx3-ubyte", "idx4-ubyte"};
/// Shape (60000) in the original
constexpr MnistFile TRAIN_LABELS{"train-labels", "idx1-ubyte", "idx1-ubyte"};
/// Shape (10000, 28, 28) in the original
constexpr MnistFile TEST_IMAGES{"t10k-images", "idx3-ubyte", "idx4-ubyte"};
/// Shape (10000) in the original
constexpr MnistFile TEST_LABELS{"t10k-labels", "idx1-ubyte", "idx1-ubyte"};

/// A big-endian 32-bit number.
uint32_t
ReadBigEndian(const std::vector<uint8_t>& bytes, size_t at)
{
    return uint32_t{bytes[at]} << 24 | uint32_t{bytes[at + 1]} << 16 |
           uint32_t{bytes[at + 2]} << 8 | uint32_t{bytes[at + 3]};
}

/// Check the first four bytes.
void
CheckMagic(const std::vector<uint8_t>& bytes, const std::string& path, uint32_t dimensions)
{
    const uint32_t magic = ReadBigEndian(bytes, 0);
    const uint32_t expected = uint32_t{UNSIGNED_BYTE} << 8 | dimensions;
    if (magic == expected)
    {
        return;
    }
    if (magic >> 16 == 0 && bytes[2] == UNSIGNED_BYTE)
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

/// The name under which one of MNIST's files is there, or an empty one.
std::string
FindMnistFile(const std::string& folder, const MnistFile& file)
{
    for (const char* suffix : {file.suffix, file.colour})
    {
        for (const char* packed : {"", ".gz"})
        {
            for (const char* separator : {"-", "."})
            {
                const auto path = std::filesystem::path(folder) /
                                  (std::string(file.stem) + separator + suffix + packed);
                std::error_code error;
                if (std::filesystem::exists(path, error))
                {
                    return path.string();
                }
            }
        }
    }
    return "";
}

/// As FindMnistFile(), but it must be there.
std::string
RequireMnistFile(const std::string& folder, const MnistFile& file)
{
    const std::string path = FindMnistFile(folder, file);
    if (path.empty())
    {
        throw InvalidInput(Describe("data folder ",
                                    folder,
                                    ": ",
                                    file.stem,
                                    "-",
                                    file.suffix,
                                    " is missing: must hold MNIST's four files, plain or .gz"));
    }
    return path;
}

/// Where one of MNIST's files is to be written.
std::string
MnistPath(const std::string& folder, const MnistFile& file, const ImageShape& shape, bool gzipped)
{
    const char* suffix = shape.channels == 1 ? file.suffix : file.colour;
    const std::string name = std::string(file.stem) + "-" + suffix + (gzipped ? ".gz" : "");
    return (std::filesystem::path(folder) / name).string();
}

/// For messages: an image's size, with its channels where there are several.
std::string
SizeText(const ImageShape& shape)
{
    const std::string size = Describe(shape.rows, " x ", shape.columns, " pixels");
    return shape.channels == 1 ? size : Describe(shape.channels, " channels of ", size);
}

/// Number of dimensions that a file of images has: 4 if it says so, else 3, as it must.
uint32_t
ImageDimensions(const std::vector<uint8_t>& bytes)
{
    return bytes.size() >= 4 && bytes[3] == 4 ? 4 : 3;
}

/**
 * @param bytes a file's contents; become the elements
 * @param path the file, for messages
 * @param dimensions number of dimensions that it must have
 * @return what it says
 */
IdxArray
ParseIdx(std::vector<uint8_t> bytes, const std::string& path, uint32_t dimensions)
{
    IdxArray array;
    const size_t headerBytes = 4 + 4 * size_t{dimensions};
    if (bytes.size() >= 4)
    {
        CheckMagic(bytes, path, dimensions);
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
    const uint64_t count = CountElements(array.dimensions);
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

Dataset
ReadIdxDataset(const std::string& imagesPath, const std::string& labelsPath, uint32_t classes)
{
    std::vector<uint8_t> bytes = ReadDataFile(imagesPath);
    const uint32_t dimensions = ImageDimensions(bytes);
    const IdxArray images = ParseIdx(std::move(bytes), imagesPath, dimensions);
    IdxArray labels = ReadIdx(labelsPath, 1);
    if (images.dimensions[0] != labels.dimensions[0])
    {
        throw InvalidInput(Describe(labelsPath,
                                    ": ",
                                    labels.dimensions[0],
                                    " labels: must be ",
                                    images.dimensions[0],
                                    ", the number of images in ",
                                    imagesPath));
    }
    if (images.elements.empty())
    {
        throw InvalidInput(Describe(imagesPath, ": no images: must be at least 1"));
    }
    const ImageShape shape{dimensions == 4 ? images.dimensions[1] : 1,
                           images.dimensions[dimensions - 2],
                           images.dimensions[dimensions - 1]};
    return Dataset::FromPixels(images.elements,
                               std::move(labels.elements),
                               classes,
                               shape,
                               labelsPath);
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

TrainTest
ReadMnist(const std::string& folder)
{
    const std::string trainImages = RequireMnistFile(folder, TRAIN_IMAGES);
    const std::string trainLabels = RequireMnistFile(folder, TRAIN_LABELS);
    const std::string testImages = RequireMnistFile(folder, TEST_IMAGES);
    const std::string testLabels = RequireMnistFile(folder, TEST_LABELS);
    TrainTest data{ReadIdxDataset(trainImages, trainLabels),
                   ReadIdxDataset(testImages, testLabels)};
    if (data.train.Shape() != data.test.Shape())
    {
        throw InvalidInput(Describe(testImages,
                                    ": images of ",
                                    SizeText(data.test.Shape()),
                                    ": must be ",
                                    SizeText(data.train.Shape()),
                                    " as in ",
                                    trainImages));
    }
    return data;
}

void
WriteMnist(const TrainTest& data, const std::string& folder, bool gzipped)
{
    WriteIdxDataset(data.train,
                    MnistPath(folder, TRAIN_IMAGES, data.train.Shape(), gzipped),
                    MnistPath(folder, TRAIN_LABELS, data.train.Shape(), gzipped));
    WriteIdxDataset(data.test,
                    MnistPath(folder, TEST_IMAGES, data.test.Shape(), gzipped),
                    MnistPath(folder, TEST_LABELS, data.test.Shape(), gzipped));
}

bool
HoldsMnist(const std::string& folder)
{
    return !FindMnistFile(folder, TRAIN_IMAGES).empty();
}

} // namespace fl
} // namespace ns3
