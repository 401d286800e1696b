/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-safetensors-header.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

/// A type of elements.
struct TypeEntry
{
    const char* name; //!< in the header
    uint64_t bytes;   //!< of an element
};

constexpr size_t MAX_DIMENSIONS = 64; //!< of a tensor; more are a damaged file's

/// Types of the format; files may hold tensors of any of them beside those that are read.
constexpr std::array<TypeEntry, 15> TYPES{{
    {"F32", 4},
    {"F16", 2},
    {"BF16", 2},
    {"F64", 8},
    {"I64", 8},
    {"I32", 4},
    {"I16", 2},
    {"I8", 1},
    {"U64", 8},
    {"U32", 4},
    {"U16", 2},
    {"U8", 1},
    {"BOOL", 1},
    {"F8_E4M3", 1},
    {"F8_E5M2", 1},
}};

/**
 * Takes the header as a stream of events: a damaged one must not become a tree of a hundred million
 * nodes before it is refused.
 */
class HeaderReader
{
  public:
    /// @param path the file, for messages
    explicit HeaderReader(const std::string& path)
        : m_path(path)
    {
    }

    /// @return what was read
    SafetensorsHeader Take()
    {
        return std::move(m_header);
    }

    // Events of nlohmann::json::sax_parse()

    /// Nothing.
    bool null()
    {
        return Refuse("null");
    }

    /// A truth value.
    bool boolean(bool /* value */)
    {
        return Refuse("a truth value");
    }

    /// A negative number.
    bool number_integer(json::number_integer_t value)
    {
        return Refuse(Describe("the number ", value));
    }

    /// A number that is not whole, or too large.
    bool number_float(json::number_float_t /* value */, const std::string& text)
    {
        return Refuse("the number " + text.substr(0, 40));
    }

    /// A whole number.
    bool number_unsigned(json::number_unsigned_t value)
    {
        if (m_depth != 3 || m_numbers.size() >= MAX_DIMENSIONS)
        {
            return Refuse(Describe("the number ", value));
        }
        m_numbers.push_back(value);
        return true;
    }

    /// A text.
    bool string(std::string& value)
    {
        if (m_depth == 2 && m_inMetadata)
        {
            m_header.metadata[m_key] = value;
        }
        else if (m_depth == 2 && m_key == "dtype")
        {
            m_entry.type = value;
        }
        else
        {
            return Refuse("the text " + QuoteForMessage(value));
        }
        return true;
    }

    /// Never there in JSON.
    bool binary(json::binary_t& /* value */)
    {
        return Refuse("binary data");
    }

    /// A file, a tensor or the metadata begin.
    bool start_object(std::size_t /* elements */)
    {
        if (m_depth == 2 || m_depth == 3)
        {
            return Refuse("an object");
        }
        m_depth++;
        if (m_depth == 2)
        {
            m_inMetadata = m_key == "__metadata__";
            m_entry = TensorEntry();
            m_entry.name = m_key;
            m_seen.clear();
        }
        return true;
    }

    /// Name of what follows.
    bool key(std::string& name)
    {
        m_key = name;
        if (m_depth == 1 && !m_names.insert(name).second)
        {
            throw InvalidInput(
                Describe(m_path, ": tensor ", QuoteForMessage(name), " is there twice"));
        }
        if (m_depth == 2 && !m_inMetadata &&
            ((name != "dtype" && name != "shape" && name != "data_offsets") ||
             !m_seen.insert(name).second))
        {
            throw InvalidInput(Describe(m_path,
                                        ": tensor ",
                                        QuoteForMessage(m_entry.name),
                                        ": ",
                                        QuoteForMessage(name),
                                        ": must have dtype, shape and data_offsets once each"));
        }
        return true;
    }

    /// What began last is over.
    bool end_object()
    {
        m_depth--;
        if (m_depth == 1 && !m_inMetadata)
        {
            AddEntry();
        }
        return true;
    }

    /// A shape or offsets begin.
    bool start_array(std::size_t /* elements */)
    {
        if (m_depth != 2 || m_inMetadata || m_key == "dtype")
        {
            return Refuse("an array");
        }
        m_depth++;
        m_numbers.clear();
        return true;
    }

    /// They are over.
    bool end_array()
    {
        m_depth--;
        if (m_key == "shape")
        {
            m_entry.shape = m_numbers;
        }
        else if (m_numbers.size() != 2)
        {
            throw InvalidInput(Describe(m_path,
                                        ": tensor ",
                                        QuoteForMessage(m_entry.name),
                                        ": ",
                                        m_numbers.size(),
                                        " data_offsets: must be 2"));
        }
        else
        {
            m_entry.begin = m_numbers[0];
            m_entry.end = m_numbers[1];
        }
        return true;
    }

    /// No JSON.
    bool parse_error(std::size_t position,
                     const std::string& /* token */,
                     const json::exception& /* error */)
    {
        throw InvalidInput(
            Describe(m_path, ": header: not JSON in UTF-8 at byte ", position, " of it"));
    }

  private:
    /// Something stands where it must not.
    [[noreturn]] bool Refuse(const std::string& what) const
    {
        const std::string where =
            m_depth == 0 ? "" : Describe(" at ", QuoteForMessage(m_depth == 1 ? m_key : Place()));
        throw InvalidInput(Describe(m_path,
                                    ": header: ",
                                    what,
                                    where,
                                    ": must be an object of tensors with dtype (a text), shape and "
                                    "data_offsets (whole numbers)"));
    }

    /// @return name of what is read
    std::string Place() const
    {
        return (m_inMetadata ? "__metadata__" : m_entry.name) + "." + m_key;
    }

    /// A tensor's description is over.
    void AddEntry()
    {
        if (m_seen.size() != 3)
        {
            throw InvalidInput(Describe(m_path,
                                        ": tensor ",
                                        QuoteForMessage(m_entry.name),
                                        ": ",
                                        m_seen.count("dtype") == 0   ? "no dtype"
                                        : m_seen.count("shape") == 0 ? "no shape"
                                                                     : "no data_offsets",
                                        ": must have dtype, shape and data_offsets once each"));
        }
        m_header.entries.push_back(std::move(m_entry));
    }

    const std::string& m_path;       //!< of the file
    SafetensorsHeader m_header;      //!< what was read so far
    std::set<std::string> m_names;   //!< of tensors
    std::string m_key;               //!< the last one
    TensorEntry m_entry;             //!< that is being read
    std::set<std::string> m_seen;    //!< its keys
    std::vector<uint64_t> m_numbers; //!< of the array that is being read
    bool m_inMetadata{false};        //!< whether it is no tensor
    int m_depth{0};                  //!< 1: file, 2: tensor, 3: array
};

/// Bytes that a tensor takes by type and shape, or the largest number where it exceeds that.
uint64_t
BytesOf(const TensorEntry& entry)
{
    uint64_t bytes = TensorElementBytes(entry.type);
    // A dimension of 0 first: the others may be of any size then.
    for (const uint64_t dimension : entry.shape)
    {
        if (dimension == 0)
        {
            return 0;
        }
    }
    for (const uint64_t dimension : entry.shape)
    {
        if (bytes > std::numeric_limits<uint64_t>::max() / dimension)
        {
            return std::numeric_limits<uint64_t>::max();
        }
        bytes *= dimension;
    }
    return bytes;
}

/// Complain unless a tensor's type is known, and its range is of the right size and in the file.
void
CheckEntry(const TensorEntry& entry, uint64_t dataBytes, const std::string& path)
{
    const std::string what = Describe(path, ": tensor ", QuoteForMessage(entry.name), ": ");
    if (TensorElementBytes(entry.type) == 0)
    {
        throw InvalidInput(Describe(what,
                                    "dtype ",
                                    QuoteForMessage(entry.type),
                                    ": must be a type of safetensors, as F32, F16 or BF16"));
    }
    if (entry.begin > entry.end || entry.end > dataBytes)
    {
        throw InvalidInput(Describe(what,
                                    "bytes ",
                                    entry.begin,
                                    " to ",
                                    entry.end,
                                    ": must lie within the ",
                                    dataBytes,
                                    " bytes after the header"));
    }
    if (BytesOf(entry) != entry.end - entry.begin)
    {
        throw InvalidInput(Describe(what,
                                    entry.end - entry.begin,
                                    " bytes: must be as many as ",
                                    entry.type,
                                    " ",
                                    ShapeText(entry.shape),
                                    " takes"));
    }
}

/// Complain unless the tensors, in the order of their data, fill the data without gap or overlap.
void
CheckRanges(const std::vector<TensorEntry>& entries, uint64_t dataBytes, const std::string& path)
{
    uint64_t end = 0;
    for (const auto& entry : entries)
    {
        if (entry.begin != end)
        {
            throw InvalidInput(
                Describe(path,
                         ": tensor ",
                         QuoteForMessage(entry.name),
                         ": begins at byte ",
                         entry.begin,
                         entry.begin < end ? ", in the one before it" : ", behind a gap",
                         ": must begin at ",
                         end,
                         ", where that one ends"));
        }
        end = entry.end;
    }
    if (end != dataBytes)
    {
        throw InvalidInput(Describe(path,
                                    ": ",
                                    dataBytes,
                                    " bytes after the header: must be ",
                                    end,
                                    ", where the last tensor ends"));
    }
}

} // namespace

uint64_t
TensorEntry::Size() const
{
    return std::accumulate(shape.begin(), shape.end(), uint64_t{1}, std::multiplies<>());
}

SafetensorsHeader
ParseSafetensorsHeader(const uint8_t* begin,
                       const uint8_t* end,
                       uint64_t dataBytes,
                       const std::string& path)
{
    HeaderReader reader(path);
    json::sax_parse(begin, end, &reader);
    SafetensorsHeader header = reader.Take();
    for (const auto& entry : header.entries)
    {
        CheckEntry(entry, dataBytes, path);
    }
    // By end, too: an empty tensor stands before the one that begins where it does.
    std::sort(header.entries.begin(),
              header.entries.end(),
              [](const TensorEntry& a, const TensorEntry& b) {
                  return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
              });
    CheckRanges(header.entries, dataBytes, path);
    return header;
}

uint64_t
TensorElementBytes(const std::string& type)
{
    const auto entry = std::find_if(TYPES.begin(), TYPES.end(), [&](const TypeEntry& known) {
        return type == known.name;
    });
    return entry == TYPES.end() ? 0 : entry->bytes;
}

std::string
QuoteForMessage(const std::string& text)
{
    constexpr size_t LONGEST = 80;
    std::string quoted = "'";
    for (const char c : text.substr(0, LONGEST))
    {
        const auto byte = static_cast<unsigned char>(c);
        quoted += byte < 0x20 || byte == 0x7f ? '?' : c;
    }
    return quoted + (text.size() > LONGEST ? "...'" : "'");
}

std::string
ShapeText(const std::vector<uint64_t>& shape)
{
    std::string text;
    for (const uint64_t dimension : shape)
    {
        text += Describe(text.empty() ? "" : ", ", dimension);
    }
    return "[" + text + "]";
}

} // namespace fl
} // namespace ns3
