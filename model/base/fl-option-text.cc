/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-option-text.h"

#include <cmath>
#include <limits>
#include <locale>
#include <sstream>

namespace ns3
{
namespace fl
{

std::pair<std::string, std::optional<std::string>>
SplitOption(const std::string& text)
{
    const size_t colon = text.find(':');
    if (colon == std::string::npos)
    {
        return {text, std::nullopt};
    }
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::vector<std::string>
SplitText(const std::string& text, char separator)
{
    std::vector<std::string> pieces(1);
    for (const char c : text)
    {
        if (c == separator)
        {
            pieces.emplace_back();
        }
        else
        {
            pieces.back() += c;
        }
    }
    return pieces;
}

std::optional<double>
ParseNumber(const std::string& text)
{
    std::istringstream stream(text);
    stream.imbue(std::locale::classic());
    double value = 0;
    stream >> std::noskipws >> value;
    if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof() ||
        !std::isfinite(value))
    {
        return std::nullopt;
    }
    return value;
}

std::optional<uint32_t>
ParseCount(const std::string& text)
{
    uint64_t value = 0;
    for (const char c : text)
    {
        if (c < '0' || c > '9')
        {
            return std::nullopt;
        }
        value = 10 * value + static_cast<uint64_t>(c - '0');
        if (value > std::numeric_limits<uint32_t>::max())
        {
            return std::nullopt;
        }
    }
    return text.empty() ? std::nullopt : std::optional<uint32_t>(static_cast<uint32_t>(value));
}

} // namespace fl
} // namespace ns3
