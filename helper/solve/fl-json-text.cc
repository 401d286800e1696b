/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-json-text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

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
QuotedText(const std::string& text)
{
    return PrintableText(nlohmann::json(text).dump(-1, ' ', true), MAX_SHOWN_LENGTH);
}

} // namespace fl
} // namespace ns3
