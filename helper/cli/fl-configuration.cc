/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-configuration.h"

#include "fl-option-value.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <set>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// JSON whose members keep the order in which they were added.
using Json = nlohmann::ordered_json;

/// A summary of 500 runs has less than 2 MB.
constexpr size_t MOST_BYTES = size_t{1} << 26;

/**
 * @param file name of a file
 * @return what is in it
 * @throws InvalidInput if it can't be read, or has more than MOST_BYTES
 */
std::string
ReadText(const std::string& file)
{
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::string text;
    std::vector<char> buffer(1 << 16);
    while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())),
           stream.gcount() > 0 && text.size() <= MOST_BYTES)
    {
        text.append(buffer.data(), static_cast<size_t>(stream.gcount()));
    }
    if (!stream.is_open() || stream.bad() || text.size() > MOST_BYTES)
    {
        throw InvalidInput(
            Describe("file '",
                     file,
                     "' can't be read: ",
                     text.size() > MOST_BYTES ? "it is too large" : std::strerror(errno),
                     "; must be a run's summary.json"));
    }
    return text;
}

/**
 * @param text JSON
 * @param file where it is from, for messages
 * @return the value
 * @throws InvalidInput if it is no JSON, or a key is there twice in one object
 */
Json
ParseText(const std::string& text, const std::string& file)
{
    std::vector<std::set<std::string>> keys; // of the objects that are open
    const auto watch = [&](int, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start)
        {
            keys.emplace_back();
        }
        else if (event == Json::parse_event_t::object_end)
        {
            keys.pop_back();
        }
        else if (event == Json::parse_event_t::key &&
                 !keys.back().insert(value.get<std::string>()).second)
        {
            throw InvalidInput(Describe(file, ": key ", value.dump(), " is there twice"));
        }
        return true;
    };
    try
    {
        return Json::parse(text, watch);
    }
    catch (const Json::exception&)
    {
        throw InvalidInput(Describe(file, ": is no JSON; must be a run's summary.json"));
    }
}

/// Part of a file's JSON, with its place for messages.
struct Part
{
    const Json& json;  //!< the value
    std::string file;  //!< where it is from
    std::string place; //!< keys that lead to it, with a point behind each; empty: the whole
};

/**
 * @tparam T type that the value must have, as ParseValue() reads it; Json: any object
 * @param part an object
 * @param key of it
 * @param must completes "must be ..."
 * @return the value
 * @throws InvalidInput if the key is missing, or its value is of another type
 */
template <typename T>
T
Get(const Part& part, const char* key, const std::string& must)
{
    const auto found = part.json.find(key);
    const std::string name = part.file + ": " + part.place + key;
    if (found == part.json.end())
    {
        throw InvalidInput(name + " is missing: must be " + must);
    }
    T value{};
    bool accepted;
    if constexpr (std::is_same_v<T, Json>)
    {
        accepted = found->is_object();
        value = *found;
    }
    else
    {
        accepted = ParseValue(*found, value);
    }
    if (!accepted)
    {
        throw InvalidInput(name + " = " + found->dump(-1, ' ', true) + ": must be " + must);
    }
    return value;
}

/**
 * @param part the object `configuration`
 * @throws InvalidInput if it has a key that this version doesn't know
 */
void
RefuseOthers(const Part& part)
{
    static const std::vector<std::string> KEYS = {"format",
                                                  "options",
                                                  "ns3_arguments",
                                                  "rng_seed",
                                                  "rng_run"};
    for (const auto& [key, value] : part.json.items())
    {
        if (std::find(KEYS.begin(), KEYS.end(), key) == KEYS.end())
        {
            throw InvalidInput(Describe(part.file,
                                        ": ",
                                        part.place,
                                        key,
                                        ": unknown key; must be ",
                                        OneOf(KEYS).text));
        }
    }
}

/**
 * Seed and run number stand in a summary twice, if they were given.
 * @param part the object `configuration`
 * @param name of the argument of ns-3
 * @param key of the number
 * @param number what that is
 * @throws InvalidInput if the argument is there, with another number
 */
void
RequireSame(const Part& part, const std::string& name, const std::string& key, uint64_t number)
{
    const Json& arguments = part.json["ns3_arguments"];
    if (arguments.contains(name) &&
        std::strtoull(arguments[name].get<std::string>().c_str(), nullptr, 10) != number)
    {
        throw InvalidInput(Describe(part.file,
                                    ": ",
                                    part.place,
                                    "ns3_arguments.",
                                    name,
                                    " = ",
                                    arguments[name].dump(-1, ' ', true),
                                    ": must be ",
                                    number,
                                    ", as ",
                                    key));
    }
}

} // namespace

nlohmann::ordered_json
Configuration::ToJson() const
{
    return {{"format", CONFIGURATION_FORMAT},
            {"options", options},
            {"ns3_arguments", ns3Arguments},
            {"rng_seed", seed},
            {"rng_run", run}};
}

Configuration
ReadConfiguration(const std::string& file)
{
    const Json json = ParseText(ReadText(file), file);
    if (!json.is_object())
    {
        throw InvalidInput(file + ": is no JSON object; must be a run's summary.json");
    }
    const Part whole{json, file, ""};
    Configuration read;
    read.program = Get<std::string>(whole, "program", "the name of a program");
    const Json inner = Get<Json>(whole, "configuration", "what the program was told");
    const Part part{inner, file, "configuration."};
    const std::string version = ValueText(CONFIGURATION_FORMAT);
    if (Get<uint32_t>(part, "format", version) != CONFIGURATION_FORMAT)
    {
        throw InvalidInput(Describe(file,
                                    ": configuration.format = ",
                                    inner["format"].dump(),
                                    ": must be ",
                                    version,
                                    ", the version that this program reads"));
    }
    RefuseOthers(part);
    read.options = Get<Json>(part, "options", "the options by name");
    read.ns3Arguments = Get<Json>(part, "ns3_arguments", "texts by name");
    for (const auto& [name, value] : read.ns3Arguments.items())
    {
        Get<std::string>({read.ns3Arguments, file, "configuration.ns3_arguments."},
                         name.c_str(),
                         "a text");
    }
    // Beyond the generator's smaller modulus, and on 0, ns-3 aborts at the first stream.
    const auto seeds = InRange<uint32_t>(1, 4294944442);
    read.seed = Get<uint32_t>(part, "rng_seed", seeds.text);
    if (!seeds.test(read.seed))
    {
        throw InvalidInput(
            Describe(file, ": configuration.rng_seed = ", read.seed, ": must be ", seeds.text));
    }
    read.run = Get<uint64_t>(part, "rng_run", TypeText<uint64_t>());
    RequireSame(part, "RngSeed", "rng_seed", read.seed);
    RequireSame(part, "RngRun", "rng_run", read.run);
    return read;
}

} // namespace fl
} // namespace ns3
