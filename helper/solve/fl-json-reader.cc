/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-json-reader.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>

namespace ns3
{
namespace fl
{

namespace
{

/// What the reader reads: a value of the nlohmann-json library.
using Json = nlohmann::json;

/// Longest part of a value or a key that a message shows [characters].
constexpr size_t SHOWN = 40;

/**
 * @param value of a document
 * @return text for messages, ASCII: a scalar itself, cut to SHOWN characters; of an object or
 *        array, that it is one
 */
std::string
ValueText(const Json& value)
{
    if (value.is_object())
    {
        return "an object";
    }
    if (value.is_array())
    {
        return Describe("an array of ", value.size());
    }
    // ASCII only, with quotes around texts.
    return PrintableText(value.dump(-1, ' ', true), SHOWN);
}

/**
 * @param text the document
 * @param source what messages call it
 * @param offset position in the text [byte], from 0; beyond the end: the end
 * @return SOURCE:LINE:COLUMN, both counted from 1, columns in [byte]
 */
std::string
PositionText(const std::string& text, const std::string& source, size_t offset)
{
    const auto at = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    const auto line = std::count(text.begin(), at, '\n') + 1;
    const auto before = std::make_reverse_iterator(at);
    const auto column = std::find(before, text.rend(), '\n') - before + 1;
    return Describe(source, ":", line, ":", column);
}

/// The events of nlohmann-json's parser, made into a value. Its own handler lets the last of
/// several equal keys win, and knows no limit of depth.
class Builder : public nlohmann::json_sax<Json>
{
  public:
    /**
     * @param text the text, for positions
     * @param source what messages call it
     */
    Builder(const std::string& text, const std::string& source)
        : m_text(text),
          m_source(source)
    {
    }

    /// @return the value, once all is read
    Json TakeValue()
    {
        return std::move(m_root);
    }

    /// A null was read. @return true: go on
    bool null() override
    {
        Put(nullptr);
        return true;
    }

    /// @param value true or false, as read @return true: go on
    bool boolean(bool value) override
    {
        Put(value);
        return true;
    }

    /// @param value a negative whole number, as read @return true: go on
    bool number_integer(number_integer_t value) override
    {
        Put(value);
        return true;
    }

    /// @param value a whole number from 0 on, as read @return true: go on
    bool number_unsigned(number_unsigned_t value) override
    {
        Put(value);
        return true;
    }

    /// @param value any other number, as read; finite @return true: go on
    bool number_float(number_float_t value, const string_t&) override
    {
        Put(value);
        return true;
    }

    /// @param value a text, without quotes and escapes; moved from @return true: go on
    bool string(string_t& value) override
    {
        Put(std::move(value));
        return true;
    }

    /// Binary values are of other formats than text. @return false: stop
    bool binary(binary_t&) override
    {
        return false; // text has none
    }

    /// An object begins. @return true: go on
    bool start_object(size_t) override
    {
        Open(Json::object());
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
        const auto [entry, isNew] = m_open.back()->get_ref<Json::object_t&>().emplace(key, nullptr);
        if (!isNew)
        {
            throw InvalidInput(Describe(m_source,
                                        ": ",
                                        Place(),
                                        "key ",
                                        ValueText(key),
                                        " is given twice: must be given once"));
        }
        m_member = &entry->second;
        return true;
    }

    /// The innermost object ends. @return true: go on
    bool end_object() override
    {
        m_open.pop_back();
        return true;
    }

    /// An array begins. @return true: go on
    bool start_array(size_t) override
    {
        Open(Json::array());
        return true;
    }

    /// The innermost array ends. @return true: go on
    bool end_array() override
    {
        m_open.pop_back();
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
                                        PrintableText(token, SHOWN),
                                        ": must be within +-1.797e308"));
        }
        // "[json.exception.parse_error.101] parse error at line 1, column 2: WHAT"
        std::string what = error.what();
        const size_t colon = what.find(": ");
        what = colon == std::string::npos ? what : what.substr(colon + 2);
        throw InvalidInput(Describe(where, ": must be JSON: ", PrintableText(what)));
    }

  private:
    /// Put a value where the next one belongs; return where it is now.
    template <typename T>
    Json* Put(T&& value)
    {
        if (m_open.empty())
        {
            m_root = std::forward<T>(value);
            return &m_root;
        }
        if (m_open.back()->is_array())
        {
            auto& array = m_open.back()->get_ref<Json::array_t&>();
            array.emplace_back(std::forward<T>(value));
            return &array.back();
        }
        *m_member = std::forward<T>(value);
        return m_member;
    }

    /// Begin an array or an object.
    void Open(Json&& value)
    {
        if (m_open.size() == MAX_JSON_DEPTH)
        {
            throw InvalidInput(Describe(m_source,
                                        ": arrays and objects lie in each other deeper than ",
                                        MAX_JSON_DEPTH,
                                        ": must not exceed that depth"));
        }
        // No reallocation moves an open value: its parent gets no other entry before it is closed.
        m_open.push_back(Put(std::move(value)));
    }

    /// @return the open arrays' indices, for messages: "[3] " of the root's device 3
    std::string Place() const
    {
        std::string place;
        for (size_t i = 0; i + 1 < m_open.size(); ++i)
        {
            if (m_open[i]->is_array())
            {
                place += Describe("[", m_open[i]->size() - 1, "]");
                continue;
            }
            for (const auto& [key, value] : m_open[i]->get_ref<const Json::object_t&>())
            {
                place += &value != m_open[i + 1]
                             ? ""
                             : (place.empty() ? "" : ".") + PrintableText(key, SHOWN);
            }
        }
        return place.empty() ? "" : place + ": ";
    }

    const std::string& m_text;   //!< all of it
    const std::string& m_source; //!< what messages call it
    Json m_root;                 //!< what has been read
    std::vector<Json*> m_open;   //!< arrays and objects that are not closed yet, outermost first
    Json* m_member{nullptr};     //!< where the value of the last key goes
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
PrintableText(const std::string& text, size_t length)
{
    std::string result;
    for (const unsigned char c : text)
    {
        if (result.size() >= length)
        {
            return result + "...";
        }
        constexpr const char* DIGITS = "0123456789abcdef";
        if (c >= 0x20 && c < 0x7f)
        {
            result += static_cast<char>(c);
        }
        else
        {
            result += {'\\', 'x', DIGITS[c >> 4], DIGITS[c & 15]};
        }
    }
    return result;
}

std::string
PrintableName(std::string name)
{
    std::replace_if(
        name.begin(),
        name.end(),
        [](unsigned char c) { return c < 0x20 || c == 0x7f; },
        '?');
    return name;
}

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

nlohmann::json
ParseJson(const std::string& text, const std::string& source)
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
    return builder.TakeValue();
}

JsonReader::JsonReader(const nlohmann::json& value)
    : m_value(&value)
{
}

JsonReader::JsonReader(const JsonReader& parent, const nlohmann::json& value, const Step& step)
    : m_value(&value),
      m_steps(parent.m_steps),
      m_depth(parent.m_depth + 1)
{
    m_steps.at(parent.m_depth) = step;
}

std::string
JsonReader::GetPlace() const
{
    std::string place;
    for (size_t i = 0; i < m_depth; ++i)
    {
        const auto& step = m_steps[i];
        place += step.key ? (i ? "." : "") + std::string(step.key) : Describe("[", step.index, "]");
    }
    return place.empty() ? "the instance" : place;
}

void
JsonReader::Refuse(const std::string& allowed) const
{
    const bool whole = m_value->is_structured();
    throw InvalidInput(
        Describe(GetPlace(), whole ? " is " : " = ", ValueText(*m_value), ": must be ", allowed));
}

void
JsonReader::RequireKeys(const std::vector<const char*>& required,
                        const std::vector<const char*>& optional) const
{
    if (!m_value->is_object())
    {
        Refuse("an object");
    }
    const std::string place = m_depth == 0 ? "" : GetPlace() + ".";
    auto among = [](const std::string& key, const std::vector<const char*>& keys) {
        return std::find(keys.begin(), keys.end(), key) != keys.end();
    };
    for (const auto& [key, value] : m_value->get_ref<const Json::object_t&>())
    {
        if (!among(key, required) && !among(key, optional))
        {
            std::string known;
            for (const auto* keys : {&required, &optional})
            {
                for (const char* name : *keys)
                {
                    known += (known.empty() ? "" : ", ") + std::string(name);
                }
            }
            throw InvalidInput(Describe(place,
                                        PrintableText(key, SHOWN),
                                        " = ",
                                        ValueText(value),
                                        ": unknown key: must be one of ",
                                        known));
        }
    }
    for (const char* key : required)
    {
        if (!Has(key))
        {
            throw InvalidInput(Describe(place, key, ": is missing: must be given"));
        }
    }
}

bool
JsonReader::Has(const char* key) const
{
    return m_value->contains(key);
}

JsonReader
JsonReader::Get(const char* key) const
{
    return JsonReader(*this, m_value->at(key), {key, 0});
}

size_t
JsonReader::GetSize() const
{
    if (!m_value->is_array())
    {
        Refuse("an array");
    }
    return m_value->size();
}

JsonReader
JsonReader::At(size_t index) const
{
    return JsonReader(*this, m_value->at(index), {nullptr, index});
}

double
JsonReader::GetNumber() const
{
    if (!m_value->is_number())
    {
        Refuse("a number");
    }
    return m_value->get<double>();
}

double
JsonReader::GetNonNegative() const
{
    const char* allowed = "a number of at least 0";
    if (!m_value->is_number())
    {
        Refuse(allowed);
    }
    const auto value = m_value->get<double>();
    if (value < 0)
    {
        Refuse(allowed);
    }
    return value;
}

uint64_t
JsonReader::GetWhole(uint64_t low, uint64_t high) const
{
    const std::string allowed = Describe("a whole number from ", low, " to ", high);
    if (!m_value->is_number())
    {
        Refuse(allowed);
    }
    if (m_value->is_number_unsigned())
    {
        const auto value = m_value->get<uint64_t>();
        if (value < low || value > high)
        {
            Refuse(allowed);
        }
        return value;
    }
    // Not above 2^53, where doubles skip whole numbers: beyond, what was written is not known.
    constexpr double EXACT = 9007199254740992.0;
    const auto value = m_value->get<double>();
    if (value != std::floor(value) || value < 0 || value > EXACT ||
        static_cast<uint64_t>(value) < low || static_cast<uint64_t>(value) > high)
    {
        Refuse(allowed);
    }
    return static_cast<uint64_t>(value);
}

std::pair<double, double>
JsonReader::GetRange() const
{
    if (!m_value->is_array() || m_value->size() != 2)
    {
        Refuse("[minimum, maximum], an array of 2 numbers");
    }
    return {At(0).GetNumber(), At(1).GetNumber()};
}

} // namespace fl
} // namespace ns3
