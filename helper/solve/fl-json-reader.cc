/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-json-reader.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

using Type = JsonDocument::Type; ///< what a value is

/**
 * Compare inline: most keys differ in their first characters, where calls of strlen and memcmp
 * would take a third of the time that a large instance takes to read.
 * @param name of a member
 * @param key a literal
 * @return whether they are the same
 */
inline bool
IsSame(const std::string& name, const char* key)
{
    const char* at = name.data();
    const char* end = at + name.size();
    while (at != end && *key != '\0' && *at == *key)
    {
        ++at;
        ++key;
    }
    return at == end && *key == '\0';
}

/**
 * @param key to look for
 * @param keys where to look
 * @param guess where it probably is
 * @return whether it is there
 */
bool
IsAmong(const std::string& key, const std::vector<const char*>& keys, size_t guess)
{
    return (guess < keys.size() && IsSame(key, keys[guess])) ||
           std::any_of(keys.begin(), keys.end(), [&](const char* other) {
               return IsSame(key, other);
           });
}

} // namespace

JsonReader::JsonReader(const JsonDocument& document)
    : m_document(&document),
      m_cursor{0, 1}
{
}

JsonReader::JsonReader(const JsonReader& parent, uint32_t node, const Step& step)
    : m_document(parent.m_document),
      m_node(node),
      m_cursor{0, node + 1},
      m_steps(parent.m_steps),
      m_depth(parent.m_depth + 1)
{
    m_steps.at(parent.m_depth) = step;
}

const JsonDocument::Node&
JsonReader::GetNode() const
{
    return m_document->nodes[m_node];
}

const std::string&
JsonReader::KeyOf(uint32_t node) const
{
    return m_document->keys[m_document->nodes[node].key];
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

bool
JsonReader::IsNumber() const
{
    const auto type = GetNode().type;
    return type == Type::REAL || type == Type::WHOLE || type == Type::INTEGER;
}

std::string
JsonReader::GetValueText() const
{
    const auto& node = GetNode();
    switch (node.type)
    {
    case Type::EMPTY:
        return "null";
    case Type::BOOLEAN:
        return node.whole ? "true" : "false";
    case Type::INTEGER:
        return Describe(node.integer);
    case Type::WHOLE:
        return Describe(node.whole);
    case Type::REAL:
        return nlohmann::json(node.real).dump();
    case Type::TEXT:
        return QuotedText(m_document->texts[node.whole]);
    case Type::ARRAY:
        return Describe("an array of ", node.extent.count);
    case Type::OBJECT:
        break;
    }
    return "an object";
}

void
JsonReader::Refuse(const std::string& allowed) const
{
    const bool whole = m_document->IsContainer(m_node);
    throw InvalidInput(
        Describe(GetPlace(), whole ? " is " : " = ", GetValueText(), ": must be ", allowed));
}

void
JsonReader::RefuseKey(uint32_t node,
                      const std::string& place,
                      const std::vector<const char*>& required,
                      const std::vector<const char*>& optional) const
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
                                PrintableText(KeyOf(node), MAX_SHOWN_LENGTH),
                                " = ",
                                JsonReader(*this, node, {}).GetValueText(),
                                ": unknown key: must be one of ",
                                known));
}

void
JsonReader::RequireKeys(const std::vector<const char*>& required,
                        const std::vector<const char*>& optional) const
{
    if (GetNode().type != Type::OBJECT)
    {
        Refuse("an object");
    }
    const auto place = [this] { return m_depth == 0 ? "" : GetPlace() + "."; };
    const uint32_t count = GetNode().extent.count;
    uint32_t node = m_node + 1;
    for (uint32_t i = 0; i < count; ++i, node = m_document->After(node))
    {
        const std::string& key = KeyOf(node);
        if (!IsAmong(key, required, i) && !IsAmong(key, optional, i))
        {
            RefuseKey(node, place(), required, optional);
        }
    }
    for (const char* key : required)
    {
        if (!Has(key))
        {
            throw InvalidInput(Describe(place(), key, ": is missing: must be given"));
        }
    }
}

void
JsonReader::Advance() const
{
    m_cursor = m_cursor.position + 1 < GetNode().extent.count
                   ? Cursor{m_cursor.position + 1, m_document->After(m_cursor.node)}
                   : Cursor{0, m_node + 1};
}

bool
JsonReader::Find(const char* key) const
{
    if (GetNode().type != Type::OBJECT)
    {
        return false;
    }
    for (uint32_t i = 0; i < GetNode().extent.count; ++i)
    {
        if (IsSame(KeyOf(m_cursor.node), key))
        {
            return true;
        }
        Advance();
    }
    return false;
}

bool
JsonReader::Has(const char* key) const
{
    return Find(key);
}

JsonReader
JsonReader::Get(const char* key) const
{
    if (!Find(key))
    {
        throw std::logic_error(Describe(GetPlace(), ": there is no key ", key));
    }
    return JsonReader(*this, m_cursor.node, {key, 0});
}

bool
JsonReader::IsArray() const
{
    return GetNode().type == Type::ARRAY;
}

bool
JsonReader::GetBoolean() const
{
    if (GetNode().type != Type::BOOLEAN)
    {
        Refuse("true or false");
    }
    return GetNode().whole != 0;
}

const std::string&
JsonReader::GetText() const
{
    if (GetNode().type != Type::TEXT)
    {
        Refuse("a string");
    }
    return m_document->texts[GetNode().whole];
}

std::vector<const char*>
JsonReader::GetKeys() const
{
    if (GetNode().type != Type::OBJECT)
    {
        Refuse("an object");
    }
    std::vector<const char*> keys;
    uint32_t node = m_node + 1;
    for (uint32_t i = 0; i < GetNode().extent.count; ++i)
    {
        keys.push_back(KeyOf(node).c_str());
        node = m_document->After(node);
    }
    return keys;
}

size_t
JsonReader::GetSize() const
{
    if (GetNode().type != Type::ARRAY)
    {
        Refuse("an array");
    }
    return GetNode().extent.count;
}

JsonReader
JsonReader::At(size_t index) const
{
    if (index >= GetSize())
    {
        throw std::logic_error(Describe(GetPlace(), ": there is no entry ", index));
    }
    while (m_cursor.position != index)
    {
        Advance();
    }
    return JsonReader(*this, m_cursor.node, {nullptr, index});
}

double
JsonReader::GetNumber() const
{
    const auto& node = GetNode();
    switch (node.type)
    {
    case Type::REAL:
        return node.real;
    case Type::WHOLE:
        return static_cast<double>(node.whole);
    case Type::INTEGER:
        return static_cast<double>(node.integer);
    default:
        Refuse("a number");
    }
}

double
JsonReader::GetNonNegative() const
{
    if (!IsNumber() || GetNumber() < 0)
    {
        Refuse("a number of at least 0");
    }
    return GetNumber();
}

uint64_t
JsonReader::GetWhole(uint64_t low, uint64_t high) const
{
    const auto refuse = [&] { Refuse(Describe("a whole number from ", low, " to ", high)); };
    if (!IsNumber())
    {
        refuse();
    }
    if (GetNode().type == Type::WHOLE)
    {
        const uint64_t value = GetNode().whole;
        if (value < low || value > high)
        {
            refuse();
        }
        return value;
    }
    // Not above 2^53, where doubles skip whole numbers: beyond, what was written is not known.
    constexpr double EXACT = 9007199254740992.0;
    const double value = GetNumber();
    if (value != std::floor(value) || value < 0 || value > EXACT ||
        static_cast<uint64_t>(value) < low || static_cast<uint64_t>(value) > high)
    {
        refuse();
    }
    return static_cast<uint64_t>(value);
}

std::pair<double, double>
JsonReader::GetRange() const
{
    if (GetNode().type != Type::ARRAY || GetNode().extent.count != 2)
    {
        Refuse("[minimum, maximum], an array of 2 numbers");
    }
    return {At(0).GetNumber(), At(1).GetNumber()};
}

} // namespace fl
} // namespace ns3
