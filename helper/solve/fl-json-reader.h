/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JSON_READER_H
#define FL_JSON_READER_H

#include "fl-json-document.h"
#include "fl-json-text.h"

#include <array>
#include <cstddef>
#include <cstdint>
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

/**
 * @ingroup fl
 * A value within a JSON text, with its place for messages, as `devices[3].power_w[0]`. Whoever uses
 * it says what must be there, by the getter that is called; anything else throws InvalidInput.
 *
 * It is a view: the document must outlive it. Entries that are asked for in their order take
 * constant time each.
 */
class JsonReader
{
  public:
    /// @param document a whole text
    explicit JsonReader(const JsonDocument& document);

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
     * @throws std::logic_error if it is not
     */
    JsonReader Get(const char* key) const;

    /// @return the keys of what must be an object, in its order; they live as long as the document
    std::vector<const char*> GetKeys() const;

    /// @return whether it is an array
    bool IsArray() const;
    /// @return what must be a string
    const std::string& GetText() const;
    /// @return what must be true or false
    bool GetBoolean() const;
    /// @return the number of entries of what must be an array
    size_t GetSize() const;
    /// @return an entry of the array
    /// @param index of the entry, from 0, less than GetSize()
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

    /// An entry of the container that was asked for last: the next search begins there.
    struct Cursor
    {
        uint32_t position; //!< how many entries are before it
        uint32_t node;     //!< its node
    };

    /**
     * A value inside another one.
     * @param parent reader of that one
     * @param node the value
     * @param step the key or index that leads to it, for messages
     */
    JsonReader(const JsonReader& parent, uint32_t node, const Step& step);
    /// @return the value
    const JsonDocument::Node& GetNode() const;
    /// @return name of a member
    /// @param node of the member
    const std::string& KeyOf(uint32_t node) const;
    /// @return whether it is a number of any kind
    bool IsNumber() const;
    /// @return text for messages, ASCII: a scalar itself, cut to MAX_SHOWN_LENGTH; of an object or
    /// array, that it is one
    std::string GetValueText() const;
    /// Move the cursor to the next entry, behind the last one to the first.
    void Advance() const;
    /**
     * Move the cursor to the member of that name, if there is one.
     * @param key of the object
     * @return whether there is
     */
    bool Find(const char* key) const;
    /**
     * Refuse a member that an object must not have.
     * @param node the member
     * @param place the object's place, as the beginning of the message
     * @param required keys that must be there
     * @param optional keys that may be there
     * @throws InvalidInput always
     */
    [[noreturn]] void RefuseKey(uint32_t node,
                                const std::string& place,
                                const std::vector<const char*>& required,
                                const std::vector<const char*>& optional) const;
    /**
     * Refuse the value.
     * @param allowed completes "must be ..."
     * @throws InvalidInput always: place, value and what is allowed
     */
    [[noreturn]] void Refuse(const std::string& allowed) const;

    const JsonDocument* m_document;           //!< where it is
    uint32_t m_node{0};                       //!< the value
    mutable Cursor m_cursor{0, 0};            //!< of a container that has entries
    std::array<Step, MAX_JSON_DEPTH> m_steps; //!< from the whole to the value
    size_t m_depth{0};                        //!< how many of them
};

} // namespace fl
} // namespace ns3

#endif /* FL_JSON_READER_H */
