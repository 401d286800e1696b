/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTION_VALUE_H
#define FL_OPTION_VALUE_H

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Values of options: allowed values, conversion from and to text and JSON. The types are bool,
 * uint32_t, uint64_t, double, std::string, std::vector<double>, as text numbers separated by
 * commas, and std::vector<std::string>, of an option that may be given several times.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Allowed values: a predicate, and its description.
 *
 * @tparam T type of the value
 */
template <typename T>
struct Allowed
{
    std::string text;                   //!< completes "must be ..."; empty: any value of the type
    std::function<bool(const T&)> test; //!< empty: any value of the type
};

/**
 * @tparam T uint32_t, uint64_t or double
 * @param low smallest allowed value
 * @param high largest allowed value
 * @return the closed interval [low, high]
 */
template <typename T>
Allowed<T> InRange(T low, T high);

/**
 * @param high largest allowed value
 * @return the interval (0, high]
 */
Allowed<double> Positive(double high);

/**
 * @param names allowed names
 * @return exactly these names
 */
Allowed<std::string> OneOf(std::vector<std::string> names);

/**
 * Parse a value. The whole text must be a value of the type: a finite number in the type's range
 * and in the C locale; true, 1, false or 0; any text; or numbers separated by commas, also none. Of
 * texts it is one of them.
 * @tparam T type of the value
 * @param text the text
 * @param [out] value the value; unspecified on failure
 * @return whether the text is a value of the type
 */
template <typename T>
bool ParseValue(const std::string& text, T& value);

/**
 * Convert a value from JSON: by type a boolean, a non-negative integer, a number, a string, or an
 * array of numbers or of strings.
 * @tparam T type of the value
 * @param json any JSON value
 * @param [out] value the value; unspecified on failure
 * @return whether the JSON is a value of the type
 */
template <typename T>
bool ParseValue(const nlohmann::ordered_json& json, T& value);

/**
 * @tparam T type of the value
 * @param value a value
 * @return the shortest text from which ParseValue() gives the same value; of several texts, these
 *         with blanks between
 */
template <typename T>
std::string ValueText(const T& value);

/**
 * @tparam T type of the value
 * @return description of the type, completes "must be ..."
 */
template <typename T>
std::string TypeText();

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_VALUE_H */
