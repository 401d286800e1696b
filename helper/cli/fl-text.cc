/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/// One line of a text, broken; see WrapText().
std::string
WrapLine(const std::string& line, size_t columns, size_t hang)
{
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    std::string wrapped(indent, ' ');
    size_t used = indent;
    bool first = true;
    std::istringstream words(line);
    for (std::string word; words >> word; first = false)
    {
        if (!first && used + 1 + word.size() > columns)
        {
            used = indent + hang;
            wrapped += "\n" + std::string(used, ' ');
        }
        else if (!first)
        {
            wrapped += ' ';
            ++used;
        }
        wrapped += word;
        used += word.size();
    }
    return wrapped;
}

} // namespace

std::string
Format(const char* format, ...)
{
    char buffer[256];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(buffer, sizeof(buffer), format, arguments);
    va_end(arguments);
    return buffer;
}

std::string
WrapText(const std::string& text, size_t columns, size_t hang)
{
    std::string wrapped;
    for (size_t start = 0;;)
    {
        const size_t end = text.find('\n', start);
        wrapped += WrapLine(text.substr(start, end - start), columns, hang);
        if (end == std::string::npos)
        {
            return wrapped;
        }
        wrapped += '\n';
        start = end + 1;
    }
}

std::string
NumberText(double value)
{
    const double size = std::abs(value);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e15);
    char buffer[64];
    const auto result =
        std::to_chars(buffer,
                      buffer + sizeof(buffer),
                      value,
                      plain ? std::chars_format::fixed : std::chars_format::general);
    return std::string(buffer, result.ptr);
}

std::string
QuantityText(double value, const std::string& unit)
{
    if (unit.empty())
    {
        return NumberText(value);
    }
    static const std::string TAKE_PREFIXES[] = {"Hz", "bit", "bit/s", "W", "J", "s", "m"};
    const char* prefix = "";
    if (value != 0 && std::isfinite(value) &&
        std::find(std::begin(TAKE_PREFIXES), std::end(TAKE_PREFIXES), unit) !=
            std::end(TAKE_PREFIXES))
    {
        static const char* const PREFIXES[] = {"n", "u", "m", "", "k", "M", "G", "T"};
        const auto thousands = static_cast<int>(std::floor(std::log10(std::abs(value)) / 3));
        const int power = std::clamp(thousands, -3, 4);
        prefix = PREFIXES[power + 3];
        // Multiplied and divided by whole numbers, which are exact: 28.1e3 bit are 28.1 kbit.
        value = power < 0 ? value * std::pow(1000, -power) : value / std::pow(1000, power);
    }
    return NumberText(value) + " " + prefix + unit;
}

} // namespace fl
} // namespace ns3
