/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-json-document.h"

#include "fl-json-text.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mapped-file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_map>

namespace ns3
{
namespace fl
{

namespace
{

/// What nlohmann-json's parser is a member of.
using Json = nlohmann::json;

/**
 * @param text the document
 * @param source what messages call it
 * @param offset position in the text [byte], from 0; beyond the end: the end
 * @return SOURCE:LINE:COLUMN, both counted from 1, columns in [byte]
 */
std::string
PositionText(std::string_view text, const std::string& source, size_t offset)
{
    const auto at = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    const auto line = std::count(text.begin(), at, '\n') + 1;
    const auto before = std::make_reverse_iterator(at);
    const auto column = std::find(before, text.rend(), '\n') - before + 1;
    return Describe(source, ":", line, ":", column);
}

/// The events of nlohmann-json's parser, made into a JsonDocument.
class Builder final : public nlohmann::json_sax<Json>
{
  public:
    /**
     * @param text the text, for positions
     * @param source what messages call it
     */
    Builder(std::string_view text, const std::string& source)
        : m_text(text),
          m_source(source)
    {
        // As many bytes as the text has: more than instances need, so that nothing is copied as
        // the list grows, and what stays unused is never touched.
        m_document.nodes.reserve(text.size() / sizeof(JsonDocument::Node) + 1);
    }

    /// @return the document, once all is read
    JsonDocument TakeDocument()
    {
        return std::move(m_document);
    }

    /// A null was read. @return true: go on
    bool null() override
    {
        Put(Type::EMPTY);
        return true;
    }

    /// @param value true or false, as read @return true: go on
    bool boolean(bool value) override
    {
        Put(Type::BOOLEAN).whole = value;
        return true;
    }

    /// @param value a negative whole number, as read @return true: go on
    bool number_integer(number_integer_t value) override
    {
        Put(Type::INTEGER).integer = value;
        return true;
    }

    /// @param value a whole number from 0 on, as read @return true: go on
    bool number_unsigned(number_unsigned_t value) override
    {
        Put(Type::WHOLE).whole = value;
        return true;
    }

    /// @param value any other number, as read; finite @return true: go on
    bool number_float(number_float_t value, const string_t&) override
    {
        Put(Type::REAL).real = value;
        return true;
    }

    /// @param value a text, without quotes and escapes; moved from @return true: go on
    bool string(string_t& value) override
    {
        Put(Type::TEXT).whole = m_document.texts.size();
        m_document.texts.push_back(std::move(value));
        return true;
    }

    /// Binary values are of other formats than text. @return false: stop
    bool binary(binary_t&) override
    {
        return false;
    }

    /// An object begins. @return true: go on
    bool start_object(size_t) override
    {
        Open(Type::OBJECT);
        return true;
    }

    /**
     * A member of the innermost object begins.
     * @param key its name, which the next value belongs to
     * @return true: go on
     * @throws InvalidInput if the object has that key already
     */
    bool key(string_t& key) override
    {
        m_key = IdOf(key);
        // Of the objects of one depth only one is open: it is enough to know the last that had it.
        uint32_t& holder = m_holders[m_key][m_open.size() - 1];
        if (holder == m_open.back() + 1)
        {
            throw InvalidInput(Describe(m_source,
                                        ": ",
                                        Place(),
                                        "key ",
                                        QuotedText(key),
                                        " is given twice: must be given once"));
        }
        holder = m_open.back() + 1;
        return true;
    }

    /// The innermost object ends. @return true: go on
    bool end_object() override
    {
        Close();
        return true;
    }

    /// An array begins. @return true: go on
    bool start_array(size_t) override
    {
        Open(Type::ARRAY);
        return true;
    }

    /// The innermost array ends. @return true: go on
    bool end_array() override
    {
        Close();
        return true;
    }

    /**
     * The text is no JSON, or a number in it is too large for a double.
     * @param position bytes read so far, the one at fault included
     * @param token what was read last
     * @param error of the library's parser
     * @return never
     * @throws InvalidInput always: where it is, and what must be there
     */
    bool parse_error(size_t position,
                     const std::string& token,
                     const nlohmann::detail::exception& error) override
    {
        // Of nlohmann-json's position, the last byte read is meant.
        const std::string where = PositionText(m_text, m_source, std::max<size_t>(position, 1) - 1);
        constexpr int OUT_OF_RANGE = 406;
        if (error.id == OUT_OF_RANGE)
        {
            throw InvalidInput(Describe(where,
                                        ": number out of range: ",
                                        PrintableText(token, MAX_SHOWN_LENGTH),
                                        ": must be within +-1.797e308"));
        }
        // "[json.exception.parse_error.101] parse error at line 1, column 2: WHAT"
        std::string what = error.what();
        const size_t colon = what.find(": ");
        what = colon == std::string::npos ? what : what.substr(colon + 2);
        throw InvalidInput(Describe(where, ": must be JSON: ", PrintableText(what)));
    }

  private:
    using Type = JsonDocument::Type; //!< kind of a JSON value

    /**
     * @param key name of a member
     * @return its index among the document's keys, where it is appended if it is new
     */
    uint32_t IdOf(const std::string& key)
    {
        // Entries of an array mostly have the same keys in the same order: try the one that came
        // after the last key when that was read before.
        if (!m_nextIds.empty() && m_document.keys[m_nextIds[m_key]] == key)
        {
            return m_nextIds[m_key];
        }
        uint32_t id = 0;
        if (const auto known = m_ids.find(key); known != m_ids.end())
        {
            id = known->second;
        }
        else
        {
            id = static_cast<uint32_t>(m_document.keys.size());
            m_ids.emplace(key, id);
            m_document.keys.push_back(key);
            m_holders.emplace_back();
            m_nextIds.push_back(id);
        }
        m_nextIds[m_key] = id;
        return id;
    }

    /**
     * Append a value, as the next entry of the innermost container.
     * @param type kind of the JSON value
     * @return its node, to be filled in
     */
    JsonDocument::Node& Put(Type type)
    {
        if (!m_open.empty())
        {
            ++m_document.nodes[m_open.back()].extent.count;
        }
        JsonDocument::Node node{};
        node.type = type;
        node.key = m_key;
        m_document.nodes.push_back(node);
        return m_document.nodes.back();
    }

    /**
     * Begin a container.
     * @param type ARRAY or OBJECT
     * @throws InvalidInput if it is nested too deep
     */
    void Open(Type type)
    {
        if (m_open.size() == MAX_JSON_DEPTH)
        {
            throw InvalidInput(Describe(m_source,
                                        ": arrays and objects lie in each other deeper than ",
                                        MAX_JSON_DEPTH,
                                        ": must not exceed that depth"));
        }
        Put(type);
        m_open.push_back(static_cast<uint32_t>(m_document.nodes.size() - 1));
    }

    /// End the innermost container.
    void Close()
    {
        m_document.nodes[m_open.back()].extent.end = static_cast<uint32_t>(m_document.nodes.size());
        m_open.pop_back();
    }

    /// @return where the innermost container is, for messages: "[3]: " of the root's entry 3
    std::string Place() const
    {
        std::string place;
        for (size_t i = 0; i + 1 < m_open.size(); ++i)
        {
            const auto& node = m_document.nodes[m_open[i]];
            const auto& key = m_document.keys[m_document.nodes[m_open[i + 1]].key];
            place += node.type == Type::ARRAY
                         ? Describe("[", node.extent.count - 1, "]")
                         : (place.empty() ? "" : ".") + PrintableText(key, MAX_SHOWN_LENGTH);
        }
        return place.empty() ? "" : place + ": ";
    }

    std::string_view m_text;      //!< all of it
    const std::string& m_source;  //!< what messages call it
    JsonDocument m_document;      //!< what has been read
    std::vector<uint32_t> m_open; //!< containers that are not closed yet, outermost first
    uint32_t m_key{0};            //!< the last key
    std::unordered_map<std::string, uint32_t> m_ids; //!< indices of keys
    std::vector<uint32_t> m_nextIds; //!< by key: the key that was read after it the last time
    /// By key and depth: node of the last object that has it, plus 1; 0: none
    std::vector<std::array<uint32_t, MAX_JSON_DEPTH>> m_holders;
};

/// Closes what it holds.
struct FileCloser
{
    /// @param file an open one, which is closed
    void operator()(std::FILE* file) const
    {
        std::fclose(file);
    }
};

} // namespace

std::string
ReadJsonText(const std::string& path)
{
    const std::string name = PrintableName(path);
    std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rb"));
    if (!file)
    {
        throw InvalidInput(
            Describe(name, ": cannot be read (", std::strerror(errno), "): must be a file"));
    }
    std::string text;
    std::error_code unknown;
    const auto size = std::filesystem::file_size(path, unknown);
    if (!unknown)
    {
        text.reserve(std::min<size_t>(size, MAX_JSON_BYTES));
    }
    std::vector<char> block(1 << 16);
    size_t count = 0;
    while ((count = std::fread(block.data(), 1, block.size(), file.get())) > 0)
    {
        if (text.size() + count > MAX_JSON_BYTES)
        {
            throw InvalidInput(
                Describe(name, ": is too large: must have at most ", MAX_JSON_BYTES, " bytes"));
        }
        text.append(block.data(), count);
    }
    if (std::ferror(file.get()))
    {
        throw InvalidInput(
            Describe(name, ": cannot be read (", std::strerror(errno), "): must be a file"));
    }
    return text;
}

JsonDocument
ParseJson(std::string_view text, const std::string& source)
{
    const std::string name = PrintableName(source);
    // nlohmann-json takes a zero byte for the end, and would not look at what follows.
    const size_t zero = text.find('\0');
    if (zero != std::string::npos)
    {
        throw InvalidInput(PositionText(text, name, zero) + ": must be JSON: a zero byte");
    }
    Builder builder(text, name);
    Json::sax_parse(text.data(), text.data() + text.size(), &builder);
    return builder.TakeDocument();
}

JsonDocument
ReadJson(const std::string& path)
{
    std::error_code unknown;
    const auto size = std::filesystem::file_size(path, unknown);
    if (!std::filesystem::is_regular_file(path, unknown) || size == 0 || size > MAX_JSON_BYTES)
    {
        return ParseJson(ReadJsonText(path), path);
    }
    const MappedFile file(path);
    return ParseJson(file.GetText(), path);
}

} // namespace fl
} // namespace ns3
