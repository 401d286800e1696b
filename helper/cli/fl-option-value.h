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
 * Values of options: what is allowed, as text, as JSON. The types are bool, uint32_t, uint64_t,
 * double, std::string and std::vector<double>, which is written as numbers separated by commas.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What a value may be: the rule, and the rule in words.
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
 * @return the closed range
 */
template <typename T>
Allowed<T> InRange(T low, T high);

/**
 * @param high largest allowed value
 * @return the numbers above zero, up to that
 */
Allowed<double> Positive(double high);

/**
 * @param names the names
 * @return exactly these
 */
Allowed<std::string> OneOf(std::vector<std::string> names);

/**
 * Read a value. The whole text must be one: a number in the type's range and in the C locale,
 * finite; true, 1, false or 0; any text; or numbers separated by commas, of which there may be
 * none.
 * @tparam T type of the value
 * @param text the text
 * @param value gets it; unspecified if the text is none
 * @return whether the text is a value of the type
 */
template <typename T>
bool ParseValue(const std::string& text, T& value);

/**
 * Read a value from JSON: a boolean, a whole number that is not negative, a number, a text, or an
 * array of numbers, as the type is.
 * @tparam T type of the value
 * @param json any JSON value
 * @param value gets it; unspecified if the JSON is of another type
 * @return whether the JSON is a value of the type
 */
template <typename T>
bool ParseValue(const nlohmann::ordered_json& json, T& value);

/**
 * @tparam T type of the value
 * @param value a value
 * @return the shortest text that ParseValue() makes the same value of
 */
template <typename T>
std::string ValueText(const T& value);

/**
 * @tparam T type of the value
 * @return completes "must be ..." where no rule says more than the type
 */
template <typename T>
std::string TypeText();

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_VALUE_H */
