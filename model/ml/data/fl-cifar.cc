/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-cifar.h"

#include "fl-data-file.h"

#include "ns3/fl-error.h"

#include <filesystem>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint32_t CLASSES = 10;       //!< of CIFAR-10
constexpr ImageShape SHAPE{3, 32, 32}; //!< channels (red, green, blue), rows, columns
/// All red, then all green, then all blue pixels [byte]
constexpr size_t IMAGE_BYTES = 3 * 32 * 32;
constexpr size_t RECORD_BYTES = 1 + IMAGE_BYTES; //!< label, then image [byte]
/// Of the five training files; its presence tells a folder of CIFAR-10
constexpr const char* FIRST_FILE = "data_batch_1.bin";

/// FindDataFile(), but it must be there.
std::string
RequireFile(const std::string& folder, const std::string& name)
{
    return RequireDataFile(folder,
                           name,
                           "CIFAR-10's five training files and its test file, plain or .gz");
}

/// Append one file's records.
void
AppendFile(const std::string& path, std::vector<uint8_t>& pixels, std::vector<uint8_t>& labels)
{
    const std::vector<uint8_t> bytes = ReadDataFile(path);
    if (bytes.empty() || bytes.size() % RECORD_BYTES != 0)
    {
        throw InvalidInput(Describe(path,
                                    ": ",
                                    bytes.empty() ? "empty" : "truncated",
                                    ", ",
                                    bytes.size(),
                                    " bytes: must be a multiple of ",
                                    RECORD_BYTES,
                                    " (CIFAR-10)"));
    }
    pixels.reserve(pixels.size() + bytes.size());
    for (auto record = bytes.begin(); record != bytes.end(); record += RECORD_BYTES)
    {
        if (*record >= CLASSES)
        {
            throw InvalidInput(Describe(path,
                                        ": label ",
                                        unsigned{*record},
                                        " of sample ",
                                        (record - bytes.begin()) / RECORD_BYTES,
                                        ": must be between 0 and ",
                                        CLASSES - 1));
        }
        labels.push_back(*record);
        pixels.insert(pixels.end(), record + 1, record + RECORD_BYTES);
    }
}

} // namespace

Dataset
ReadCifar10Files(const std::vector<std::string>& paths)
{
    std::vector<uint8_t> pixels;
    std::vector<uint8_t> labels;
    for (const auto& path : paths)
    {
        AppendFile(path, pixels, labels);
    }
    return Dataset::FromPixels(pixels, std::move(labels), CLASSES, SHAPE, "CIFAR-10");
}

void
WriteCifar10File(const Dataset& dataset, const std::string& path)
{
    if (dataset.Shape() != SHAPE || dataset.Classes() != CLASSES)
    {
        throw InvalidInput(Describe(path,
                                    ": ",
                                    dataset.Classes(),
                                    " classes of ",
                                    dataset.Shape().channels,
                                    " x ",
                                    dataset.Shape().rows,
                                    " x ",
                                    dataset.Shape().columns,
                                    " features: must be 10 of 3 x 32 x 32 (CIFAR-10)"));
    }
    std::vector<uint8_t> bytes;
    bytes.reserve(size_t{dataset.Size()} * RECORD_BYTES);
    for (uint32_t i = 0; i < dataset.Size(); i++)
    {
        const std::vector<uint8_t> pixels = dataset.Pixels(i);
        bytes.push_back(dataset.Labels()[i]);
        bytes.insert(bytes.end(), pixels.begin(), pixels.end());
    }
    WriteDataFile(path, bytes);
}

TrainTest
ReadCifar10(const std::string& folder)
{
    std::vector<std::string> train;
    for (int i = 1; i <= 5; i++)
    {
        train.push_back(RequireFile(folder, Describe("data_batch_", i, ".bin")));
    }
    const std::string test = RequireFile(folder, "test_batch.bin");
    return TrainTest{ReadCifar10Files(train), ReadCifar10Files({test})};
}

bool
HoldsCifar10(const std::string& folder)
{
    return !FindDataFile(folder, FIRST_FILE).empty();
}

} // namespace fl
} // namespace ns3
