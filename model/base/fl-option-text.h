/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTION_TEXT_H
#define FL_OPTION_TEXT_H

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Pieces of option texts such as "mlp:300-124-60" and "labels:2".
 */

namespace ns3
{
namespace fl
{

/**
 * @param text "name" or "name:rest"
 * @return name and rest; no rest where there is no colon
 */
std::pair<std::string, std::optional<std::string>> SplitOption(const std::string& text);

/**
 * @param text pieces with a separator between them
 * @param separator the separator
 * @return the pieces, empty ones included
 */
std::vector<std::string> SplitText(const std::string& text, char separator);

/**
 * @param text a number in C's decimal notation, the same in every locale
 * @return its value, if all of the text is one finite number
 */
std::optional<double> ParseNumber(const std::string& text);

/**
 * @param text decimal digits
 * @return its value, if all of the text is one whole number that fits 32 bits
 */
std::optional<uint32_t> ParseCount(const std::string& text);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_TEXT_H */
