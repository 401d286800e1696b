/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-json-stream.h"

#include <array>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/// So much text is gathered before it is printed [bytes].
constexpr size_t BLOCK = 1 << 16;

} // namespace

JsonStream::JsonStream(std::ostream& out)
    : m_out(out)
{
    m_text.reserve(2 * BLOCK);
}

void
JsonStream::Print()
{
    m_out.write(m_text.data(), static_cast<std::streamsize>(m_text.size()));
    m_text.clear();
}

void
JsonStream::BeginEntry()
{
    if (m_entries.back())
    {
        m_text += ',';
    }
    m_entries.back() = true;
    if (m_text.size() > BLOCK)
    {
        Print();
    }
    m_text += '\n';
    m_text.append(m_entries.size(), ' ');
}

void
JsonStream::BeginValue()
{
    if (!m_hasKey && !m_entries.empty())
    {
        BeginEntry();
    }
    m_hasKey = false;
}

void
JsonStream::Open(char bracket)
{
    BeginValue();
    m_text += bracket;
    m_entries.push_back(false);
}

void
JsonStream::Close(char bracket)
{
    const bool hadEntries = m_entries.back();
    m_entries.pop_back();
    if (hadEntries)
    {
        m_text += '\n';
        m_text.append(m_entries.size(), ' ');
    }
    m_text += bracket;
    if (m_entries.empty())
    {
        Print();
    }
}

void
JsonStream::OpenObject()
{
    Open('{');
}

void
JsonStream::CloseObject()
{
    Close('}');
}

void
JsonStream::OpenArray()
{
    Open('[');
}

void
JsonStream::CloseArray()
{
    Close(']');
}

void
JsonStream::Key(const char* key)
{
    BeginEntry();
    m_text += '"';
    m_text += key;
    m_text += "\": ";
    m_hasKey = true;
}

void
JsonStream::Value(double value)
{
    BeginValue();
    if (!std::isfinite(value))
    {
        m_text += "null";
        return;
    }
    // What dump() uses; a json object around each number would take four times as long.
    std::array<char, 64> digits{};
    const char* end =
        nlohmann::detail::to_chars(digits.data(), digits.data() + digits.size(), value);
    m_text.append(digits.data(), static_cast<size_t>(end - digits.data()));
}

void
JsonStream::Value(bool value)
{
    BeginValue();
    m_text += value ? "true" : "false";
}

void
JsonStream::Value(const std::string& text)
{
    BeginValue();
    m_text += nlohmann::json(text).dump();
}

void
JsonStream::Value(const char* text)
{
    Value(std::string(text));
}

} // namespace fl
} // namespace ns3
