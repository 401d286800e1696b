/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-option-value.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <type_traits>

namespace ns3
{
namespace fl
{

namespace
{

/// Shortest text that gives the same number again.
template <typename T>
std::string
ShortestText(T value)
{
    char buffer[64];
    auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
    return std::string(buffer, result.ptr);
}

} // namespace

template <typename T>
Allowed<T>
InRange(T low, T high)
{
    const char* kind = std::is_integral_v<T> ? "a whole number" : "a number";
    return {Describe(kind, " from ", ShortestText(low), " to ", ShortestText(high)),
            [low, high](const T& value) { return value >= low && value <= high; }};
}

/// @param low smallest value, 32 bits @param high largest value @return the closed range
template Allowed<uint32_t> InRange(uint32_t low, uint32_t high);
/// @param low smallest value, 64 bits @param high largest value @return the closed range
template Allowed<uint64_t> InRange(uint64_t low, uint64_t high);
/// @param low smallest value, finite @param high largest value @return the closed range
template Allowed<double> InRange(double low, double high);

Allowed<double>
Positive(double high)
{
    return {Describe("a number above 0, up to ", ShortestText(high)),
            [high](const double& value) { return value > 0 && value <= high; }};
}

Allowed<std::string>
OneOf(std::vector<std::string> names)
{
    std::string text = names.size() > 1 ? "one of " : "";
    for (size_t i = 0; i < names.size(); ++i)
    {
        text += (i ? ", " : "") + names[i];
    }
    return {text, [names = std::move(names)](const std::string& value) {
                return std::find(names.begin(), names.end(), value) != names.end();
            }};
}

template <typename T>
bool
ParseValue(const std::string& text, T& value)
{
    if constexpr (std::is_same_v<T, bool>)
    {
        value = text == "true" || text == "1";
        return value || text == "false" || text == "0";
    }
    else if constexpr (std::is_same_v<T, std::string>)
    {
        value = text;
        return true;
    }
    else if constexpr (std::is_same_v<T, std::vector<double>>)
    {
        value.clear();
        // With a comma behind the last one too, a lone comma or two in a row are empty words.
        std::istringstream words(text.empty() ? "" : text + ",");
        for (std::string word; std::getline(words, word, ',');)
        {
            value.push_back(0);
            if (!ParseValue(word, value.back()))
            {
                return false;
            }
        }
        return true;
    }
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
    {
        value = {text};
        return true;
    }
    else
    {
        // from_chars knows no sign for unsigned types, and no locale.
        const char* end = text.data() + text.size();
        const auto result = std::from_chars(text.data(), end, value);
        bool finite = true;
        if constexpr (std::is_same_v<T, double>)
        {
            finite = std::isfinite(value);
        }
        return result.ec == std::errc() && result.ptr == end && finite;
    }
}

template <typename T>
bool
ParseValue(const nlohmann::ordered_json& json, T& value)
{
    if constexpr (std::is_same_v<T, bool>)
    {
        value = json.is_boolean() && json.get<bool>();
        return json.is_boolean();
    }
    else if constexpr (std::is_same_v<T, std::string>)
    {
        value = json.is_string() ? json.get<std::string>() : "";
        return json.is_string();
    }
    else if constexpr (std::is_same_v<T, std::vector<double>> ||
                       std::is_same_v<T, std::vector<std::string>>)
    {
        value.assign(json.is_array() ? json.size() : 0, typename T::value_type());
        for (size_t i = 0; i < value.size(); ++i)
        {
            if (!ParseValue(json[i], value[i]))
            {
                return false;
            }
        }
        return json.is_array();
    }
    else if constexpr (std::is_same_v<T, double>)
    {
        value = json.is_number() ? json.get<double>() : 0;
        return json.is_number() && std::isfinite(value);
    }
    else
    {
        const uint64_t number = json.is_number_unsigned() ? json.get<uint64_t>() : 0;
        value = static_cast<T>(number);
        return json.is_number_unsigned() && number <= std::numeric_limits<T>::max();
    }
}

template <typename T>
std::string
ValueText(const T& value)
{
    if constexpr (std::is_same_v<T, bool>)
    {
        return value ? "true" : "false";
    }
    else if constexpr (std::is_same_v<T, std::string>)
    {
        return value;
    }
    else if constexpr (std::is_same_v<T, std::vector<double>>)
    {
        std::string text;
        for (const double number : value)
        {
            text += (text.empty() ? "" : ",") + ShortestText(number);
        }
        return text;
    }
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
    {
        std::string all;
        for (const auto& text : value)
        {
            all += (all.empty() ? "" : " ") + text;
        }
        return all;
    }
    else
    {
        return ShortestText(value);
    }
}

template <typename T>
std::string
TypeText()
{
    if constexpr (std::is_same_v<T, bool>)
    {
        return "true or false";
    }
    else if constexpr (std::is_same_v<T, double>)
    {
        return "a number";
    }
    else if constexpr (std::is_same_v<T, std::string>)
    {
        return "a text";
    }
    else if constexpr (std::is_same_v<T, std::vector<double>>)
    {
        return "numbers, separated by commas";
    }
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
    {
        return "texts";
    }
    else
    {
        return "a whole number from 0 to " + ShortestText(std::numeric_limits<T>::max());
    }
}

/// All functions for one type of value.
#define FL_OPTION_VALUE(T)                                                                         \
    template bool ParseValue(const std::string&, T&);                                              \
    template bool ParseValue(const nlohmann::ordered_json&, T&);                                   \
    template std::string ValueText(const T&);                                                      \
    template std::string TypeText<T>();

FL_OPTION_VALUE(bool)
FL_OPTION_VALUE(uint32_t)
FL_OPTION_VALUE(uint64_t)
FL_OPTION_VALUE(double)
FL_OPTION_VALUE(std::string)
FL_OPTION_VALUE(std::vector<double>)
FL_OPTION_VALUE(std::vector<std::string>)

} // namespace fl
} // namespace ns3
