/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEXT_H
#define FL_TEXT_H

#include <cstddef>
#include <string>

/**
 * @file
 * @ingroup fl
 * Formatting of texts and quantities for output.
 */

namespace ns3
{
namespace fl
{

/**
 * @param format format string of printf()
 * @return the formatted text, truncated to 255 characters
 */
std::string Format(const char* format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Wrap lines at blanks. A word that is longer than a line is not broken.
 * @param text one or several lines; their indentation is kept
 * @param columns maximum length of a line [character]
 * @param hang additional indentation of lines after a break [character]
 * @return the wrapped text; ends with a newline only if text does
 */
std::string WrapText(const std::string& text, size_t columns, size_t hang = 0);

/**
 * @param value a number
 * @return the shortest text that is parsed to the same number, without exponent from 1e-4 to 1e15
 */
std::string NumberText(double value);

/**
 * @param value a quantity in that unit
 * @param unit the unit, as "Hz"; empty: none
 * @return number and unit; where the unit may have an SI prefix, with the one that leaves 1 to 3
 *         digits before the point: "20 MHz", "5 ms", but "1.5 m/s" and "-3 dBm"
 */
std::string QuantityText(double value, const std::string& unit);

} // namespace fl
} // namespace ns3

#endif /* FL_TEXT_H */
