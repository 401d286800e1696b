/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SAFETENSORS_HEADER_H
#define FL_SAFETENSORS_HEADER_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// One tensor of a file, as its header describes it.
struct TensorEntry
{
    std::string name;            //!< as the file has it
    std::string type;            //!< of its elements, as "F32"
    std::vector<uint64_t> shape; //!< dimensions, the last one fastest; none: a single number
    uint64_t begin{0};           //!< its first byte, counted from the end of the header
    uint64_t end{0};             //!< behind its last byte

    /// @return number of elements; the header was checked, so that it does not overflow
    uint64_t Size() const;
};

/// What the header of a file of tensors says.
struct SafetensorsHeader
{
    std::vector<TensorEntry> entries;            //!< in the order of their data
    std::map<std::string, std::string> metadata; //!< texts by name
};

/**
 * @param begin first byte of the JSON
 * @param end behind its last one
 * @param dataBytes size of what follows it in the file [byte]
 * @param path the file, for messages
 * @return what it says
 * @throws InvalidInput if it is not such a header, or its tensors do not fill the data exactly
 */
SafetensorsHeader ParseSafetensorsHeader(const uint8_t* begin,
                                         const uint8_t* end,
                                         uint64_t dataBytes,
                                         const std::string& path);

/**
 * @param type name of a type, as "F32"
 * @return size of an element [byte]; 0 if there is no such type
 */
uint64_t TensorElementBytes(const std::string& type);

/**
 * @param text any text of a file
 * @return it in quotes, on one line, shortened if it is long, for messages
 */
std::string QuoteForMessage(const std::string& text);

/// @param shape dimensions @return them as text, "[2, 3]"
std::string ShapeText(const std::vector<uint64_t>& shape);

} // namespace fl
} // namespace ns3

#endif /* FL_SAFETENSORS_HEADER_H */
