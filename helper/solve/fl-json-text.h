/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JSON_TEXT_H
#define FL_JSON_TEXT_H

#include <cstddef>
#include <string>

/**
 * @file
 * @ingroup fl
 * Text from outside, made fit for a message of one line.
 */

namespace ns3
{
namespace fl
{

/// Longest part of a value or a key that a message shows [characters].
inline constexpr size_t MAX_SHOWN_LENGTH = 40;

/**
 * @param text any bytes
 * @param length how many characters to keep, at most
 * @return printable ASCII, the other bytes as \\xNN; an ellipsis where it was cut
 */
std::string PrintableText(const std::string& text, size_t length = 200);

/// @return a file's name without control characters; any language's letters stay as they are
/// @param name of a file, UTF-8
std::string PrintableName(std::string name);

/// @return a JSON string as JSON has it, in quotes, ASCII only, cut to MAX_SHOWN_LENGTH
/// @param text UTF-8
std::string QuotedText(const std::string& text);

} // namespace fl
} // namespace ns3

#endif /* FL_JSON_TEXT_H */
