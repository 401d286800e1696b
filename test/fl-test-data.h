/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_DATA_H
#define FL_TEST_DATA_H

#include "ns3/fl-dataset.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Data sets and files for tests.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// Bytes of a file.
using Bytes = std::vector<uint8_t>;

/**
 * @param path of a folder of its own for each test case
 * @return the path; the folder is empty now
 */
inline std::string
FreshFolder(const std::string& path)
{
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
    return path;
}

/**
 * Write bytes without the code under test.
 * @param path of the file
 * @param bytes its content
 * @return the path
 */
inline std::string
WriteRaw(const std::string& path, const Bytes& bytes)
{
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
}

/**
 * Read bytes without the code under test.
 * @param path of the file
 * @return its content
 */
inline Bytes
ReadRaw(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

/**
 * @param folder a folder
 * @return how many files and folders there are in it
 */
inline size_t
CountEntries(const std::string& folder)
{
    const std::filesystem::directory_iterator begin(folder);
    return static_cast<size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}

/**
 * @param parts pieces
 * @return these behind one another
 */
inline Bytes
Concatenate(std::initializer_list<Bytes> parts)
{
    Bytes all;
    for (const auto& part : parts)
    {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

/**
 * @param count how many images
 * @param shape of an image
 * @return every pixel value once and again; labels count up
 */
inline Dataset
MakeRamp(uint32_t count, ImageShape shape)
{
    Bytes pixels(size_t{count} * shape.Size());
    for (size_t i = 0; i < pixels.size(); i++)
    {
        pixels[i] = static_cast<uint8_t>(i);
    }
    Bytes labels(count);
    for (uint32_t i = 0; i < count; i++)
    {
        labels[i] = static_cast<uint8_t>(i % 10);
    }
    return Dataset::FromPixels(pixels, labels, 10, shape);
}

/**
 * @param a a data set
 * @param b another one
 * @return whether they hold the same
 */
inline bool
AreEqual(const Dataset& a, const Dataset& b)
{
    return a.Features() == b.Features() && a.Labels() == b.Labels() && a.Shape() == b.Shape() &&
           a.Classes() == b.Classes();
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_DATA_H */
