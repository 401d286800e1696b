/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-input-name.h"

#include <cctype>
#include <cstdint>

namespace ns3
{
namespace fl
{

namespace
{

/// Number of KeysInMessages of this thread.
thread_local uint32_t g_keysWanted = 0;

/// @param key as noise_w_per_hz @return the same in the spelling of members, noiseWPerHz
std::string
CamelCase(const std::string& key)
{
    std::string field;
    bool upper = false;
    for (const char c : key)
    {
        if (c == '_')
        {
            upper = true;
            continue;
        }
        const auto letter = static_cast<unsigned char>(c);
        field += upper ? static_cast<char>(std::toupper(letter)) : c;
        upper = false;
    }
    return field;
}

} // namespace

KeysInMessages::KeysInMessages()
{
    ++g_keysWanted;
}

KeysInMessages::~KeysInMessages()
{
    --g_keysWanted;
}

std::string
Named(const std::string& key, const std::string& field)
{
    if (g_keysWanted > 0)
    {
        return key;
    }
    return field.empty() ? CamelCase(key) : field;
}

} // namespace fl
} // namespace ns3
