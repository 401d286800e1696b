/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JSON_READER_H
#define FL_JSON_READER_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * JSON from outside, read strictly: what is not asked for is refused, and every message is one line
 * that names the place, the value and what is allowed.
 */

namespace ns3
{
namespace fl
{

/// Arrays and objects may lie in each other so deep; no instance needs more.
inline constexpr size_t MAX_JSON_DEPTH = 8;

/// Larger files are refused [bytes]; a million devices take about 300 MB.
inline constexpr size_t MAX_JSON_BYTES = size_t{1} << 29;

/**
 * @param path a file, or something else that can be read to its end, as /dev/stdin
 * @return what is in it
 * @throws InvalidInput if it is missing, can't be read, or has more than MAX_JSON_BYTES
 */
std::string ReadJsonText(const std::string& path);

/**
 * Parse a JSON text. Refused, beside what is no JSON, are keys that are given twice, numbers that
 * no double holds, and depths above MAX_JSON_DEPTH.
 * @param text the text
 * @param source what messages call it: the file's name
 * @return the value
 * @throws InvalidInput saying SOURCE:LINE:COLUMN, or SOURCE and the place within the value
 */
nlohmann::json ParseJson(const std::string& text, const std::string& source);

/**
 * @param text any bytes
 * @param length how many characters to keep, at most
 * @return printable ASCII, the other bytes as \\xNN
 */
std::string PrintableText(const std::string& text, size_t length = 200);

/// @return a file's name without control characters; any language's letters stay as they are
/// @param name of a file, UTF-8
std::string PrintableName(std::string name);

/**
 * @ingroup fl
 * A value within a JSON text, with its place for messages, as `devices[3].power_w[0]`. Whoever uses
 * it says what must be there, by the getter that is called; anything else throws InvalidInput.
 *
 * It is a view: the JSON value must outlive it.
 */
class JsonReader
{
  public:
    /// @param value the whole text's value
    explicit JsonReader(const nlohmann::json& value);

    /// @return its place; "the instance" for the whole
    std::string GetPlace() const;

    /**
     * It must be an object that has all of these keys, and no others.
     * @param required keys that must be there
     * @param optional keys that may be there
     */
    void RequireKeys(const std::vector<const char*>& required,
                     const std::vector<const char*>& optional = {}) const;
    /// @return whether the object has this key
    /// @param key of the object
    bool Has(const char* key) const;
    /**
     * @param key a literal
     * @return the object's value of that key, which must be there
     */
    JsonReader Get(const char* key) const;

    /// @return the number of entries of what must be an array
    size_t GetSize() const;
    /// @return an entry of the array
    /// @param index of the entry, from 0
    JsonReader At(size_t index) const;

    /// @return what must be a number
    double GetNumber() const;
    /// @return what must be a number of at least 0
    double GetNonNegative() const;
    /// @return what must be a whole number from low to high; 500.0 is one
    /// @param low smallest allowed value
    /// @param high largest allowed value
    /// @throws InvalidInput that names the value's place, the value and the range
    uint64_t GetWhole(uint64_t low, uint64_t high) const;
    /// @return what must be an array of two numbers, [minimum, maximum]; their order isn't checked
    std::pair<double, double> GetRange() const;

  private:
    /// A step from a value to one within: a key, or an index where there is none.
    struct Step
    {
        const char* key{nullptr}; //!< of an object
        size_t index{0};          //!< of an array
    };

    /**
     * A value inside another one.
     * @param parent reader of that one; must outlive this
     * @param value the value
     * @param step the key or index that leads to it, for messages
     */
    JsonReader(const JsonReader& parent, const nlohmann::json& value, const Step& step);
    /**
     * Refuse the value.
     * @param allowed completes "must be ..."
     * @throws InvalidInput always: place, value and what is allowed
     */
    [[noreturn]] void Refuse(const std::string& allowed) const;

    const nlohmann::json* m_value;            //!< what is viewed
    std::array<Step, MAX_JSON_DEPTH> m_steps; //!< from the whole to the value
    size_t m_depth{0};                        //!< how many of them
};

} // namespace fl
} // namespace ns3

#endif /* FL_JSON_READER_H */
