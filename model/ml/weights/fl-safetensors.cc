/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-safetensors.h"

#include "ns3/fl-bytes.h"
#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <boost/endian/conversion.hpp>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

namespace ns3
{
namespace fl
{

static_assert(boost::endian::order::native == boost::endian::order::little,
              "elements are read as they lie in the file");

namespace
{

constexpr uint64_t LENGTH_BYTES = 8;               //!< of the header's length
constexpr uint64_t MAX_HEADER_BYTES = 100'000'000; //!< as in the reference implementation
constexpr Eigen::Index BLOCK = 64; //!< rows and columns that are transposed in the cache

/// Size of the header up to the data, which is checked against the file's
uint64_t
HeaderBytes(const uint8_t* bytes, uint64_t size, const std::string& path)
{
    if (size < LENGTH_BYTES)
    {
        throw InvalidInput(Describe(path,
                                    ": truncated, ",
                                    size,
                                    " bytes: the header's length alone has ",
                                    LENGTH_BYTES));
    }
    const auto length = LoadNumber<uint64_t>(bytes);
    if (length > MAX_HEADER_BYTES)
    {
        throw InvalidInput(Describe(path,
                                    ": header of ",
                                    length,
                                    " bytes: must be at most ",
                                    MAX_HEADER_BYTES,
                                    " (is it a file of safetensors?)"));
    }
    if (length > size - LENGTH_BYTES)
    {
        throw InvalidInput(Describe(path,
                                    ": truncated, header of ",
                                    length,
                                    " bytes: must be at most ",
                                    size - LENGTH_BYTES,
                                    ", what the file has after its length"));
    }
    return LENGTH_BYTES + length;
}

/// Whether two shapes are equal but for leading ones, as a row vector is 1 x n or n.
bool
ShapesAgree(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b)
{
    const auto isNotOne = [](uint64_t dimension) { return dimension != 1; };
    return std::equal(std::find_if(a.begin(), a.end(), isNotOne),
                      a.end(),
                      std::find_if(b.begin(), b.end(), isNotOne),
                      b.end());
}

/// Copy elements, which may lie anywhere, as floats.
template <typename Element>
void
Convert(const uint8_t* from, size_t count, float* to)
{
    if constexpr (std::is_same_v<Element, float>)
    {
        std::memcpy(to, from, count * sizeof(float));
    }
    else
    {
        constexpr size_t STEP = 1024;
        std::array<Element, STEP> elements;
        for (size_t first = 0; first < count; first += STEP)
        {
            const size_t step = std::min(STEP, count - first);
            std::memcpy(elements.data(), from + first * sizeof(Element), step * sizeof(Element));
            for (size_t i = 0; i < step; i++)
            {
                to[first + i] = static_cast<float>(elements[i]);
            }
        }
    }
}

/// Copy elements of a type that a name tells, as floats.
void
ConvertAs(const std::string& type, const uint8_t* from, size_t count, float* to)
{
    if (type == "F32")
    {
        Convert<float>(from, count, to);
    }
    else if (type == "F16")
    {
        Convert<Eigen::half>(from, count, to);
    }
    else
    {
        Convert<Eigen::bfloat16>(from, count, to);
    }
}

/// Complain if an element is not finite; the first value has that index in the tensor.
void
RequireFinite(const float* values,
              size_t count,
              size_t first,
              const std::string& path,
              const std::string& name)
{
    const Eigen::Map<const Eigen::VectorXf> vector(values, static_cast<Eigen::Index>(count));
    if (AllFinite(vector))
    {
        return;
    }
    const auto at =
        std::find_if_not(values, values + count, [](float value) { return std::isfinite(value); });
    throw InvalidInput(Describe(path,
                                ": tensor ",
                                QuoteForMessage(name),
                                ": element ",
                                first + static_cast<size_t>(at - values),
                                " is ",
                                *at,
                                ": must be finite"));
}

} // namespace

SafetensorsFile::SafetensorsFile(const std::string& path)
    : m_path(path),
      m_file(path)
{
    const uint8_t* const bytes = m_file.GetBytes();
    m_headerBytes = HeaderBytes(bytes, m_file.GetSize(), path);
    SafetensorsHeader header = ParseSafetensorsHeader(bytes + LENGTH_BYTES,
                                                      bytes + m_headerBytes,
                                                      m_file.GetSize() - m_headerBytes,
                                                      path);
    m_entries = std::move(header.entries);
    m_metadata = std::move(header.metadata);
    for (size_t i = 0; i < m_entries.size(); i++)
    {
        m_indices[m_entries[i].name] = i;
    }
}

const std::string&
SafetensorsFile::GetPath() const
{
    return m_path;
}

const std::vector<TensorEntry>&
SafetensorsFile::GetEntries() const
{
    return m_entries;
}

const std::map<std::string, std::string>&
SafetensorsFile::GetMetadata() const
{
    return m_metadata;
}

bool
SafetensorsFile::Has(const std::string& name) const
{
    return m_indices.count(name) > 0;
}

const TensorEntry&
SafetensorsFile::Find(const std::string& name) const
{
    const auto found = m_indices.find(name);
    if (found != m_indices.end())
    {
        return m_entries[found->second];
    }
    constexpr size_t NAMED = 8;
    std::string there;
    for (size_t i = 0; i < std::min(NAMED, m_entries.size()); i++)
    {
        there += (i == 0 ? "" : ", ") + QuoteForMessage(m_entries[i].name);
    }
    if (m_entries.size() > NAMED)
    {
        there += Describe(" and ", m_entries.size() - NAMED, " more");
    }
    throw InvalidInput(Describe(m_path,
                                ": tensor ",
                                QuoteForMessage(name),
                                " is missing: the file has ",
                                there.empty() ? "none" : there));
}

const TensorEntry&
SafetensorsFile::Require(const std::string& name, const std::vector<uint64_t>& shape) const
{
    const TensorEntry& entry = Find(name);
    m_read.insert(name);
    if (entry.type != "F32" && entry.type != "F16" && entry.type != "BF16")
    {
        throw InvalidInput(Describe(m_path,
                                    ": tensor ",
                                    QuoteForMessage(name),
                                    ": type ",
                                    entry.type,
                                    ": must be F32, F16 or BF16"));
    }
    if (!ShapesAgree(entry.shape, shape))
    {
        throw InvalidInput(Describe(m_path,
                                    ": tensor ",
                                    QuoteForMessage(name),
                                    ": shape ",
                                    ShapeText(entry.shape),
                                    ": must be ",
                                    ShapeText(shape)));
    }
    return entry;
}

const uint8_t*
SafetensorsFile::DataOf(const TensorEntry& entry) const
{
    return m_file.GetBytes() + m_headerBytes + entry.begin;
}

void
SafetensorsFile::Read(const std::string& name,
                      const std::vector<uint64_t>& shape,
                      float* values) const
{
    const TensorEntry& entry = Require(name, shape);
    const uint64_t elementBytes = TensorElementBytes(entry.type);
    // In blocks, so that what is looked at for numbers that are not finite is still in the cache.
    constexpr uint64_t STEP = 1 << 14;
    const uint64_t size = entry.Size();
    for (uint64_t first = 0; first < size; first += STEP)
    {
        const uint64_t step = std::min(STEP, size - first);
        ConvertAs(entry.type, DataOf(entry) + first * elementBytes, step, values + first);
        RequireFinite(values + first, step, first, m_path, name);
    }
}

void
SafetensorsFile::ReadColumnMajor(const std::string& name,
                                 uint64_t rows,
                                 uint64_t columns,
                                 float* values) const
{
    const TensorEntry& found = Find(name);
    // The first dimension stays, all others are one.
    std::vector<uint64_t> shape{rows, columns};
    if (found.shape.size() > 2 && !found.shape.empty() && found.shape[0] == rows &&
        found.Size() == rows * columns)
    {
        shape = found.shape;
    }
    else if (columns == 1 && found.shape.size() == 1)
    {
        shape = {rows};
    }
    const TensorEntry& entry = Require(name, shape);
    const uint64_t rowBytes = columns * TensorElementBytes(entry.type);
    using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    RowMajor block(BLOCK, static_cast<Eigen::Index>(columns));
    Eigen::Map<Eigen::MatrixXf> all(values,
                                    static_cast<Eigen::Index>(rows),
                                    static_cast<Eigen::Index>(columns));
    for (Eigen::Index first = 0; first < all.rows(); first += BLOCK)
    {
        const Eigen::Index count = std::min(BLOCK, all.rows() - first);
        ConvertAs(entry.type,
                  DataOf(entry) + static_cast<uint64_t>(first) * rowBytes,
                  static_cast<size_t>(count * all.cols()),
                  block.data());
        RequireFinite(block.data(),
                      static_cast<size_t>(count * all.cols()),
                      static_cast<size_t>(first * all.cols()),
                      m_path,
                      name);
        for (Eigen::Index left = 0; left < all.cols(); left += BLOCK)
        {
            const Eigen::Index width = std::min(BLOCK, all.cols() - left);
            all.block(first, left, count, width) = block.block(0, left, count, width);
        }
    }
}

const float*
SafetensorsFile::View(const std::string& name, const std::vector<uint64_t>& shape) const
{
    const TensorEntry& entry = Require(name, shape);
    const uint8_t* data = DataOf(entry);
    if (entry.type != "F32" || reinterpret_cast<uintptr_t>(data) % alignof(float) != 0)
    {
        return nullptr;
    }
    const auto* values = reinterpret_cast<const float*>(data);
    RequireFinite(values, entry.Size(), 0, m_path, name);
    return values;
}

std::string
SafetensorsFile::DescribeUnread() const
{
    constexpr size_t NAMED = 8;
    std::string names;
    size_t count = 0;
    for (const auto& entry : m_entries)
    {
        if (m_read.count(entry.name) == 0)
        {
            count++;
            names += count > NAMED ? "" : (count == 1 ? "" : ", ") + QuoteForMessage(entry.name);
        }
    }
    if (count > NAMED)
    {
        names += Describe(" and ", count - NAMED, " more");
    }
    return count == 0 ? "" : Describe(m_path, ": tensors that are not used: ", names);
}

} // namespace fl
} // namespace ns3
