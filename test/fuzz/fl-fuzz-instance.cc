/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-instance.h"

#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace ns3
{
namespace fl
{
namespace fuzz
{

namespace
{

using Json = nlohmann::ordered_json;

/// Random choices for one instance.
class Generator
{
  public:
    Generator(uint64_t seed, uint64_t number)
        : m_stream(seed, number)
    {
    }

    /// @return whether it happens, of a probability
    bool Chance(double probability)
    {
        return m_stream.Uniform() < probability;
    }

    /// @return one of {0, ..., bound - 1}
    size_t Below(size_t bound)
    {
        return m_stream.Below(bound);
    }

    /// @return a number around an ordinary one, as many orders of magnitude away as the instance's
    /// numbers may be
    double Around(double ordinary)
    {
        const double value = ordinary * std::pow(10, m_stream.Uniform(-m_decades, m_decades));
        return std::clamp(value, 1e-40, 1e40);
    }

    /// @return a valid instance of random size
    Json MakeValid(Magnitude magnitude)
    {
        m_decades = magnitude == Magnitude::ORDINARY  ? 0.5
                    : magnitude == Magnitude::HOSTILE ? 6
                                                      : 15;
        Json json;
        const double weight = Pick({0, 1, 1e-12, 1 - 1e-12, 0.5, m_stream.Uniform()});
        json["weight_energy"] = weight;
        json["weight_time"] = 1 - weight;
        json["bandwidth_hz"] = Around(1e7);
        json["noise_w_per_hz"] = Around(4e-21);
        json["rounds"] = Chance(0.1) ? 9007199254740992 : Chance(0.1) ? 1 : 400;
        json["local_iterations"] = 1 + Below(20);
        if (Chance(0.3))
        {
            json["round_deadline_s"] = Around(Pick({0.1, 1, 10}));
        }
        json["devices"] = Json::array();
        const size_t count = Chance(0.9) ? 1 + Below(8) : 1 + Below(60);
        // Gains of one cell differ by more than all else.
        const bool deepFades = Chance(0.3);
        for (size_t i = 0; i < count; ++i)
        {
            // Some are equal: ties.
            json["devices"].push_back(i > 0 && Chance(0.1) ? json["devices"][i - 1]
                                                           : MakeDevice(weight == 1, deepFades));
        }
        return json;
    }

    /// Change parts of an instance: values, keys, entries.
    void Damage(Json& json)
    {
        for (size_t times = 1 + Below(3); times > 0; --times)
        {
            Json& victim = AnyNode(json);
            switch (Below(6))
            {
            case 0:
                victim = AnyNode(json);
                break;
            case 1:
                Shrink(victim);
                break;
            case 2:
                Grow(victim);
                break;
            case 3:
                std::swap(victim, m_spare);
                break;
            default:
                victim = AnyValue();
            }
        }
    }

    /// Change bytes of a text.
    void Damage(std::string& text)
    {
        for (size_t times = 1 + Below(4); times > 0 && !text.empty(); --times)
        {
            const size_t at = Below(text.size());
            const size_t length = 1 + Below(std::min<size_t>(text.size() - at, 40));
            switch (Below(6))
            {
            case 0:
                text[at] = static_cast<char>(text[at] ^ (1 << Below(8)));
                break;
            case 1:
                text.resize(at);
                break;
            case 2:
                text.erase(at, length);
                break;
            case 3:
                text.insert(Below(text.size()), text.substr(at, length));
                break;
            case 4:
                text.insert(at, AnyToken());
                break;
            default:
                text.insert(at, 1, static_cast<char>(Below(256)));
            }
        }
    }

    /// @return words and bytes of JSON in any order, or any bytes
    std::string Noise()
    {
        std::string text;
        const bool tokens = Chance(0.7);
        for (size_t count = Below(60); count > 0; --count)
        {
            text += tokens ? AnyToken() : std::string(1, static_cast<char>(Below(256)));
        }
        return text;
    }

  private:
    /// @return one of several
    template <typename T>
    T Pick(const std::vector<T>& values)
    {
        return values[Below(values.size())];
    }

    double Pick(std::initializer_list<double> values)
    {
        return Pick(std::vector<double>(values));
    }

    /// @return [minimum, maximum]; sometimes equal, sometimes from 0
    Json Range(double low, double high, bool zeroAllowed)
    {
        double a = Around(low);
        double b = Around(high);
        if (a > b)
        {
            std::swap(a, b);
        }
        a = zeroAllowed && Chance(0.1) ? 0 : Chance(0.1) ? b : a;
        return {a, b};
    }

    Json MakeDevice(bool energyOnly, bool deepFades)
    {
        Json device;
        device["gain"] = Around(deepFades ? Pick({1e-8, 1e-11, 1e-14, 1e-17}) : 1e-11);
        device["payload_bits"] = Chance(0.1) ? 0 : Around(3e4);
        device["samples"] = Chance(0.1) ? 0 : 1 + Below(1000);
        device["cycles_per_sample"] = Chance(0.05) ? 0 : Around(2e4);
        device["capacitance"] = Chance(0.05) ? 0 : Around(1e-28);
        device["cpu_hz"] = Range(1e8, 2e9, !energyOnly);
        device["power_w"] = Range(1e-3, 1.6e-2, !energyOnly);
        return device;
    }

    /// @return the value itself, or one within
    Json& AnyNode(Json& json)
    {
        Json* node = &json;
        while (node->is_structured() && !node->empty() && !Chance(0.1))
        {
            auto entry = node->begin();
            std::advance(entry, static_cast<std::ptrdiff_t>(Below(node->size())));
            node = &*entry;
        }
        return *node;
    }

    /// Take an entry away.
    void Shrink(Json& json)
    {
        if (json.is_structured() && !json.empty())
        {
            auto entry = json.begin();
            std::advance(entry, static_cast<std::ptrdiff_t>(Below(json.size())));
            json.erase(entry);
        }
    }

    /// Add an entry.
    void Grow(Json& json)
    {
        if (json.is_object())
        {
            json[Chance(0.5) ? "round_deadline_s" : AnyToken()] = AnyValue();
        }
        else if (json.is_array())
        {
            json.push_back(json.empty() ? AnyValue() : json[Below(json.size())]);
        }
    }

    /// @return something extreme, or of another type
    Json AnyValue()
    {
        static const std::vector<Json> VALUES{1e308,
                                              -1e308,
                                              1.7976931348623157e308,
                                              1e-320,
                                              5e-324,
                                              -0.0,
                                              0,
                                              0.0,
                                              1,
                                              -1,
                                              1e300,
                                              1e-300,
                                              1e150,
                                              1e-150,
                                              1e16,
                                              1e-16,
                                              2147483648,
                                              9007199254740993,
                                              18446744073709551615ULL,
                                              nullptr,
                                              true,
                                              "",
                                              "1",
                                              "nan",
                                              Json::array(),
                                              Json::object(),
                                              Json::array({0, 1}),
                                              Json::array({1e308, 1e308})};
        return Chance(0.3) ? Json(Around(1) * std::pow(10, m_stream.Uniform(-150, 150)))
                           : Pick(VALUES);
    }

    /// @return a word of JSON, or nearly one
    std::string AnyToken()
    {
        static const std::vector<std::string> TOKENS{
            "{",         "}",      "[",    "]",   ",",        ":",        "\"",
            "1e999",     "-1e999", "NaN",  "nan", "Infinity", "-",        "0x1p3",
            "1e-400",    "null",   "true", "0",   "-0",       "1e308",    "\\u0000",
            "\\ud800",   "\xff",   "\xc3", "\n",  "/*",       "\"gain\"", "\"devices\":",
            "[[[[[[[[[", "1e",     "00",   ".5",  "+1",       "\"a\":1,", "\xef\xbb\xbf"};
        return Pick(TOKENS);
    }

    RandomStream m_stream; //!< all random numbers
    double m_decades{0.5}; //!< how many orders of magnitude numbers may be away
    Json m_spare;          //!< what was swapped out
};

} // namespace

const char*
ToString(Magnitude magnitude)
{
    constexpr const char* NAMES[]{"ordinary", "hostile", "extreme", "damaged"};
    return NAMES[static_cast<size_t>(magnitude)];
}

FuzzInstance
MakeFuzzInstance(uint64_t seed, uint64_t number)
{
    Generator generator(seed, number);
    const size_t kind = generator.Below(20);
    if (kind < 6)
    {
        return {Magnitude::ORDINARY, generator.MakeValid(Magnitude::ORDINARY).dump(1)};
    }
    if (kind < 11)
    {
        return {Magnitude::HOSTILE, generator.MakeValid(Magnitude::HOSTILE).dump(1)};
    }
    if (kind < 13)
    {
        return {Magnitude::EXTREME, generator.MakeValid(Magnitude::EXTREME).dump(1)};
    }
    if (kind == 19)
    {
        return {Magnitude::DAMAGED, generator.Noise()};
    }
    Json json = generator.MakeValid(Magnitude::ORDINARY);
    if (kind < 16)
    {
        generator.Damage(json);
    }
    // Values are changed above; what they have become may not be UTF-8, as a token in a key.
    std::string text = json.dump(1, ' ', false, Json::error_handler_t::replace);
    if (kind >= 16)
    {
        generator.Damage(text);
    }
    return {Magnitude::DAMAGED, text};
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
