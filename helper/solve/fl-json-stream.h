/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JSON_STREAM_H
#define FL_JSON_STREAM_H

#include <charconv>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

/**
 * @file
 * @ingroup fl
 * JSON that is printed as it is made.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Prints JSON value by value, without keeping it; byte for byte as nlohmann-json's dump(1) prints
 * the same value: one entry per line, one space per level, doubles with the digits that give back
 * the same double, null for those that are not finite.
 *
 * Who calls it sees to it that a value within an object has a key, and that what is opened is
 * closed. All is on its way to the stream when the outermost container is closed.
 */
class JsonStream
{
  public:
    /// @param out where to print; it must outlive this. Errors show in its state
    explicit JsonStream(std::ostream& out);
    JsonStream(const JsonStream&) = delete;            ///< not copied
    JsonStream& operator=(const JsonStream&) = delete; ///< not copied

    /// Begin an object.
    void OpenObject();
    /// End the innermost container, which is an object.
    void CloseObject();
    /// Begin an array.
    void OpenArray();
    /// End the innermost container, which is an array.
    void CloseArray();
    /// Name the next value.
    /// @param key printable ASCII without quotes and backslashes
    void Key(const char* key);

    /// @param value a number; null is printed if it is not finite
    void Value(double value);
    /// @param value true or false
    void Value(bool value);
    /// @param text UTF-8
    void Value(const std::string& text);
    /// @param text UTF-8
    void Value(const char* text);

    /// @param value a whole number
    template <typename T, typename = std::enable_if_t<std::is_integral_v<T>>>
    void Value(T value)
    {
        BeginValue();
        char digits[24];
        m_text.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
    }

    /**
     * Print a member of the innermost object.
     * @param key as of Key()
     * @param value as of Value()
     */
    template <typename T>
    void Member(const char* key, const T& value)
    {
        Key(key);
        Value(value);
    }

    /**
     * Print a member, or nothing if its value is not finite.
     * @param key as of Key()
     * @param value a number
     */
    void MemberIfFinite(const char* key, double value)
    {
        if (std::isfinite(value))
        {
            Member(key, value);
        }
    }

  private:
    /// Print what was gathered.
    void Print();
    /// What must be printed before an entry: the comma after the one before, and a new line.
    void BeginEntry();
    /// The same before a value, unless its key has done that.
    void BeginValue();
    /// @param bracket that opens a container
    void Open(char bracket);
    /// @param bracket that closes the innermost container
    void Close(char bracket);

    std::ostream& m_out;         //!< where to print
    std::string m_text;          //!< what is not printed yet
    std::vector<bool> m_entries; //!< by open container, whether it has an entry
    bool m_hasKey{false};        //!< the next value has a key
};

} // namespace fl
} // namespace ns3

#endif /* FL_JSON_STREAM_H */
