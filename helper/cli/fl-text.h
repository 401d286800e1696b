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
 * How texts and quantities are printed for people.
 */

namespace ns3
{
namespace fl
{

/**
 * @param format as printf() takes it
 * @return the text, at most 255 characters of it
 */
std::string Format(const char* format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Break lines at blanks. A word that is longer than a line stays whole.
 * @param text one line or several; a line's own indentation stays
 * @param columns longest line
 * @param hang how many blanks more the lines that follow a break begin with
 * @return the text, without a newline at its end unless it has one
 */
std::string WrapText(const std::string& text, size_t columns, size_t hang = 0);

/**
 * @param value a number
 * @return the shortest text that gives the same number again, without exponent from 1e-4 to 1e15
 */
std::string NumberText(double value);

/**
 * @param value a quantity, in its unit
 * @param unit the unit, as "Hz"; empty: none
 * @return number and unit, with the SI prefix that leaves 1 to 3 digits before the point where the
 *         unit takes one: "20 MHz", "5 ms", but "1.5 m/s" and "-3 dBm"
 */
std::string QuantityText(double value, const std::string& unit);

} // namespace fl
} // namespace ns3

#endif /* FL_TEXT_H */
