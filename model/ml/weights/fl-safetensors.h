/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SAFETENSORS_H
#define FL_SAFETENSORS_H

#include "fl-safetensors-header.h"

#include "ns3/fl-mapped-file.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The safetensors format (Hugging Face), in which weights of published models come: the length of
 * the header as a little-endian 64-bit number, the header (JSON: by name of the tensor its `dtype`,
 * `shape` and `data_offsets`; `__metadata__` has texts), then the tensors' elements, little endian,
 * the last dimension fastest.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A file of tensors, mapped into memory: what is read goes from the page cache to where it is
 * wanted, without a copy in between, and View() needs no copy at all. The file must not be cut
 * short while it is mapped.
 *
 * All of the header is checked when the file is opened; elements are when they are read.
 * Not thread-safe, since it notes what was read.
 */
class SafetensorsFile
{
  public:
    /**
     * @param path the file
     * @throws InvalidInput if it is missing, truncated, its header has more than 100 MB, is not
     *         what the format says, or describes tensors that overlap, leave gaps or end outside
     */
    explicit SafetensorsFile(const std::string& path);
    SafetensorsFile(const SafetensorsFile&) = delete;
    SafetensorsFile& operator=(const SafetensorsFile&) = delete;

    /// @return path of the file
    const std::string& GetPath() const;
    /// @return its tensors, in the order of their data
    const std::vector<TensorEntry>& GetEntries() const;
    /// @return the texts of `__metadata__`
    const std::map<std::string, std::string>& GetMetadata() const;
    /// @return whether there is such a tensor
    /// @param name of the tensor
    bool Has(const std::string& name) const;
    /**
     * @param name of a tensor
     * @return what the header says of it
     * @throws InvalidInput if it is missing; the message names what the file has
     */
    const TensorEntry& Find(const std::string& name) const;

    /**
     * Read a tensor of type F32, F16 or BF16 as floats.
     * @param name of the tensor
     * @param shape that it must have; leading ones are not compared
     * @param [out] values all elements, the last dimension fastest, as in the file
     * @throws InvalidInput if it is missing, of another type or shape, or an element is not finite
     */
    void Read(const std::string& name, const std::vector<uint64_t>& shape, float* values) const;

    /**
     * As Read(), of a matrix into column-major order, as Eigen and Slice have it.
     * @param name of the tensor
     * @param rows its first dimension
     * @param columns its second one, or the product of all others
     * @param [out] values rows x columns, the row fastest
     * @throws InvalidInput as Read()
     */
    void ReadColumnMajor(const std::string& name,
                         uint64_t rows,
                         uint64_t columns,
                         float* values) const;

    /**
     * A tensor where it lies in the file, checked as in Read(). Valid as long as this object.
     * @param name of the tensor
     * @param shape that it must have; leading ones are not compared
     * @return its first element, the last dimension fastest; null if it has to be converted, since
     *         it is of type F16 or BF16, or does not lie at a multiple of four bytes
     * @throws InvalidInput as Read()
     */
    const float* View(const std::string& name, const std::vector<uint64_t>& shape) const;

    /**
     * @return one line that names the tensors that were not read so far, for who has read all that
     *         it knows; empty if there is none
     */
    std::string DescribeUnread() const;

  private:
    /**
     * @param name of a tensor
     * @param shape that it must have
     * @return its description
     * @throws InvalidInput if it is missing, or of another type or shape
     */
    const TensorEntry& Require(const std::string& name, const std::vector<uint64_t>& shape) const;
    /// The first byte of a tensor
    const uint8_t* DataOf(const TensorEntry& entry) const;

    std::string m_path;                            //!< of the file
    MappedFile m_file;                             //!< all of it
    size_t m_headerBytes{0};                       //!< up to the data [byte]
    std::vector<TensorEntry> m_entries;            //!< by data
    std::map<std::string, size_t> m_indices;       //!< in m_entries, by name
    std::map<std::string, std::string> m_metadata; //!< by name
    mutable std::set<std::string> m_read;          //!< tensors that were read
};

/// How WriteSafetensors() stores elements.
enum class TensorType : uint8_t
{
    F32, //!< IEEE 754 single
    F16, //!< IEEE 754 half: 11 bits, to 65504
    BF16 //!< a single's upper half: 8 bits, all of its range
};

/// A tensor to be written.
struct TensorSource
{
    std::string name;                 //!< unique
    std::vector<uint64_t> shape;      //!< dimensions, the last one fastest
    const float* values{nullptr};     //!< as many as the shape says, the last dimension fastest
    TensorType type{TensorType::F32}; //!< how they are stored, rounded to nearest
};

/**
 * Write tensors to a file, which appears whole or not at all.
 * @param path the file; an existing one is replaced
 * @param tensors in the order of their data
 * @param metadata texts by name
 * @throws InvalidInput if names are not unique, a value is not finite or overflows its type, or the
 *         file cannot be written
 */
void WriteSafetensors(const std::string& path,
                      const std::vector<TensorSource>& tensors,
                      const std::map<std::string, std::string>& metadata = {});

} // namespace fl
} // namespace ns3

#endif /* FL_SAFETENSORS_H */
