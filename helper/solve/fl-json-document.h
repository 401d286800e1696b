/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JSON_DOCUMENT_H
#define FL_JSON_DOCUMENT_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/**
 * @file
 * @ingroup fl
 * A JSON text that was parsed into one flat list of values, and how it is parsed.
 */

namespace ns3
{
namespace fl
{

/// Arrays and objects may be nested so deep; no instance needs more.
inline constexpr size_t MAX_JSON_DEPTH = 8;

/// Larger files are refused [bytes]; a million devices take about 300 MB.
inline constexpr size_t MAX_JSON_BYTES = size_t{1} << 29;

/**
 * @ingroup fl
 * The values of a JSON text in the order of the text, a container before what it contains: 16 bytes
 * each, which is what makes a million devices fit where a tree of nodes takes ten times as much.
 *
 * The parser is nlohmann-json's; see ParseJson(). JsonReader reads it.
 */
struct JsonDocument
{
    /// What a value is.
    enum class Type : uint8_t
    {
        EMPTY,   //!< null
        BOOLEAN, //!< true or false, in `whole`
        INTEGER, //!< a negative whole number, in `integer`
        WHOLE,   //!< a whole number from 0 on, in `whole`
        REAL,    //!< any other number, in `real`
        TEXT,    //!< a string: its index in `texts`, in `whole`
        ARRAY,   //!< its elements follow
        OBJECT   //!< its members follow
    };

    /// What a container contains.
    struct Extent
    {
        uint32_t count; //!< elements or members
        uint32_t end;   //!< index of the first node behind all that is within
    };

    /// A value; the first one is the whole text's.
    struct Node
    {
        Type type;    //!< which member of the union holds the value
        uint32_t key; //!< of a member of an object: index of its name in `keys`

        union {
            uint64_t whole;  //!< see Type
            int64_t integer; //!< see Type
            double real;     //!< finite
            Extent extent;   //!< of ARRAY and OBJECT
        };
    };

    std::vector<Node> nodes;        //!< the values
    std::vector<std::string> keys;  //!< names of members, each once [UTF-8]
    std::vector<std::string> texts; //!< strings [UTF-8]

    /// @return whether a node is an array or an object
    /// @param index of the node
    bool IsContainer(uint32_t index) const
    {
        return nodes[index].type >= Type::ARRAY;
    }

    /// @return index of the node behind a node and all that is within it
    /// @param index of the node
    uint32_t After(uint32_t index) const
    {
        return IsContainer(index) ? nodes[index].extent.end : index + 1;
    }
};

/**
 * @param path a file, or something else that can be read to its end, as /dev/stdin
 * @return what is in it
 * @throws InvalidInput if it is missing, can't be read, or has more than MAX_JSON_BYTES
 */
std::string ReadJsonText(const std::string& path);

/**
 * Parse a JSON text, by nlohmann-json's parser. Refused, beside what is no JSON, are keys that are
 * given twice in an object, numbers that no double holds, and depths above MAX_JSON_DEPTH.
 * @param text the text, UTF-8
 * @param source what messages call it: the file's name
 * @return its values
 * @throws InvalidInput saying SOURCE:LINE:COLUMN, or SOURCE and the place within the value
 */
JsonDocument ParseJson(std::string_view text, const std::string& source);

/**
 * Parse a file as ParseJson() does. A regular file is parsed where the kernel has it: a copy of an
 * instance of a million devices would take a tenth of the time of all.
 * @param path a file, or something else that can be read to its end, as /dev/stdin
 * @return its values
 * @throws InvalidInput as ReadJsonText() and ParseJson()
 */
JsonDocument ReadJson(const std::string& path);

} // namespace fl
} // namespace ns3

#endif /* FL_JSON_DOCUMENT_H */
