/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-option-parser.h"

#include "fl-ns3-arguments.h"
#include "fl-text.h"

#include "ns3/command-line.h"
#include "ns3/fl-error.h"
#include "ns3/rng-seed-manager.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>

namespace ns3
{
namespace fl
{

namespace
{

/// The whole text must be one number in the type's range; from_chars knows no sign for unsigned
/// types, and no locale.
template <typename T>
bool
ParseNumber(const std::string& text, T& value)
{
    const char* end = text.data() + text.size();
    auto result = std::from_chars(text.data(), end, value);
    return result.ec == std::errc() && result.ptr == end;
}

/// @param text a whole number from 0 to 2^32 - 1 @param value gets it @return whether text is that
bool
ParseValue(const std::string& text, uint32_t& value)
{
    return ParseNumber(text, value);
}

/// @param text a whole number from 0 to 2^64 - 1 @param value gets it @return whether text is that
bool
ParseValue(const std::string& text, uint64_t& value)
{
    return ParseNumber(text, value);
}

/// @param text a finite decimal number @param value gets it @return whether text is that
bool
ParseValue(const std::string& text, double& value)
{
    return ParseNumber(text, value) && std::isfinite(value);
}

/// @param text true, 1, false or 0 @param value gets it @return whether text is one of these
bool
ParseValue(const std::string& text, bool& value)
{
    value = text == "true" || text == "1";
    return value || text == "false" || text == "0";
}

/// @param text any @param value gets it @return true
bool
ParseValue(const std::string& text, std::string& value)
{
    value = text;
    return true;
}

/// Shortest text that gives the same number again.
template <typename T>
std::string
ShortestText(T value)
{
    char buffer[64];
    auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
    return std::string(buffer, result.ptr);
}

/**
 * @tparam T type of an option's value
 * @param value a value
 * @return the text that ParseValue() makes the same value of
 */
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
    else
    {
        return ShortestText(value);
    }
}

/// What a value may be where no rule says more.
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
    else
    {
        return "a whole number from 0 to " + ShortestText(std::numeric_limits<T>::max());
    }
}

/// Name and value of an argument `--name=value` (or, as in ns-3, `-name=value`).
struct Argument
{
    std::string name;  //!< without dashes; empty: not an option
    std::string value; //!< what follows the first `=`
    bool hasValue;     //!< whether there is a `=`
};

/**
 * @param text an argument of the command line
 * @return its name and value; an empty name, if it begins with no dash
 */
Argument
Split(const std::string& text)
{
    const size_t start = text.rfind("--", 0) == 0 ? 2 : text.rfind('-', 0) == 0 ? 1 : text.size();
    const size_t equals = text.find('=', start);
    if (equals == std::string::npos)
    {
        return {text.substr(start), "", false};
    }
    return {text.substr(start, equals - start), text.substr(equals + 1), true};
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

namespace
{

/**
 * @param help an option's meaning
 * @return the unit that it names: what is in its first brackets; empty if there are none
 */
std::string
UnitOf(const std::string& help)
{
    const size_t open = help.find('[');
    const size_t close = help.find(']', open);
    return close == std::string::npos ? "" : help.substr(open + 1, close - open - 1);
}

/**
 * @tparam T type of an option's value
 * @param value its default
 * @param help the option's meaning, with the unit in brackets
 * @return the default as `--help` shows it: numbers with unit; empty for false
 */
template <typename T>
std::string
ShownText(const T& value, const std::string& help)
{
    if constexpr (std::is_same_v<T, bool>)
    {
        return value ? "true" : "";
    }
    else if constexpr (std::is_same_v<T, std::string>)
    {
        return value;
    }
    else
    {
        return QuantityText(static_cast<double>(value), UnitOf(help));
    }
}

} // namespace

/// One option, its type forgotten.
struct OptionParser::Option
{
    OptionHelp shown;    //!< by --help
    std::string name;    //!< without dashes
    std::string text;    //!< the default as text, for CommandLine
    std::string bare;    //!< value when written without one; empty: needs one
    std::string allowed; //!< completes "must be ..."
    std::function<bool(const std::string&)> set;    //!< parse, test, keep; false: not allowed
    std::function<std::string()> written;           //!< the value as one writes it
    std::function<nlohmann::ordered_json()> toJson; //!< the value in its type
};

OptionParser::OptionParser(const std::string& program, const std::string& usage)
    : m_program(program),
      m_usage(usage)
{
}

OptionParser::~OptionParser() = default;

void
OptionParser::BeginGroup(OptionGroup group)
{
    m_group = group;
}

template <typename T>
void
OptionParser::Add(const std::string& name,
                  const std::string& help,
                  T& value,
                  Allowed<T> allowed,
                  const std::string& bare)
{
    auto option = std::make_unique<Option>();
    option->name = name;
    option->shown = {m_group, name, help, ShownText(value, help), ""};
    option->text = ValueText(value);
    option->bare = std::is_same_v<T, bool> ? "true" : bare;
    if (T parsed{}; !bare.empty() && ParseValue(bare, parsed))
    {
        option->shown.bare = ShownText(parsed, help);
    }
    option->allowed = allowed.text.empty() ? TypeText<T>() : allowed.text;
    option->set = [&value, test = allowed.test](const std::string& text) {
        T parsed{};
        if (!ParseValue(text, parsed) || (test && !test(parsed)))
        {
            return false;
        }
        value = parsed;
        return true;
    };
    option->written = [&value]() { return ValueText(value); };
    option->toJson = [&value]() { return nlohmann::ordered_json(value); };
    Insert(std::move(option));
}

template void OptionParser::Add(const std::string&,
                                const std::string&,
                                bool&,
                                Allowed<bool>,
                                const std::string&);
template void OptionParser::Add(const std::string&,
                                const std::string&,
                                uint32_t&,
                                Allowed<uint32_t>,
                                const std::string&);
template void OptionParser::Add(const std::string&,
                                const std::string&,
                                uint64_t&,
                                Allowed<uint64_t>,
                                const std::string&);
template void OptionParser::Add(const std::string&,
                                const std::string&,
                                double&,
                                Allowed<double>,
                                const std::string&);
template void OptionParser::Add(const std::string&,
                                const std::string&,
                                std::string&,
                                Allowed<std::string>,
                                const std::string&);

void
OptionParser::Insert(std::unique_ptr<Option> option)
{
    if (Find(option->name) || IsNs3Argument(option->name))
    {
        throw std::logic_error("option --" + option->name + " is there already");
    }
    m_options.push_back(std::move(option));
}

void
OptionParser::AddChoices(const std::string& name,
                         std::vector<std::pair<std::string, std::string>> choices)
{
    m_choices.push_back({name, std::move(choices)});
}

void
OptionParser::AddRule(const std::string& name, std::function<std::string()> must)
{
    m_rules.push_back({name, std::move(must)});
}

void
OptionParser::SetsAttribute(const std::string& attribute, const std::string& name)
{
    m_setBy[attribute] = name;
}

const std::string*
OptionParser::FindNs3Argument(const std::string& name) const
{
    for (const auto& argument : m_ns3Arguments)
    {
        if (Split(argument).name == name)
        {
            return &argument;
        }
    }
    return nullptr;
}

bool
OptionParser::IsChanged(const std::string& name) const
{
    const Option* option = Find(name);
    return option ? option->written() != option->text : FindNs3Argument(name) != nullptr;
}

std::string
OptionParser::Written(const std::string& name) const
{
    const Option* option = Find(name);
    const std::string* argument = FindNs3Argument(name);
    return "--" + name + "=" +
           (option     ? option->written()
            : argument ? Split(*argument).value
                       : "");
}

void
OptionParser::ApplyRules() const
{
    for (const auto& rule : m_rules)
    {
        const std::string must = rule.must();
        if (!must.empty())
        {
            throw InvalidInput(Written(rule.name) + ": must " + must);
        }
    }
}

OptionParser::Option*
OptionParser::Find(const std::string& name) const
{
    for (const auto& option : m_options)
    {
        if (option->name == name)
        {
            return option.get();
        }
    }
    return nullptr;
}

std::string
OptionParser::UnknownOption(const std::string& name) const
{
    std::vector<std::string> known = Ns3GlobalNames();
    for (const auto& option : m_options)
    {
        known.push_back(option->name);
    }
    const std::string nearest = NearestName(name, known);
    return Describe("--",
                    name,
                    ": unknown option",
                    nearest.empty() ? "" : "; did you mean --" + nearest + "?",
                    " (--help lists all)");
}

void
OptionParser::ParseOne(const std::string& argument)
{
    const Argument given = Split(argument);
    if (given.name.empty())
    {
        throw InvalidInput(Describe("unexpected argument '",
                                    argument,
                                    "': must be --name=value (--help lists the names)"));
    }
    Option* option = Find(given.name);
    if (!option)
    {
        if (!IsNs3Argument(given.name))
        {
            throw InvalidInput(UnknownOption(given.name));
        }
        CheckNs3Argument(given.name, given.value);
        const auto setBy = m_setBy.find(given.name);
        if (setBy != m_setBy.end())
        {
            throw InvalidInput(Describe("--",
                                        given.name,
                                        "=",
                                        given.value,
                                        ": must be left out: --",
                                        setBy->second,
                                        " sets it"));
        }
        m_ns3Arguments.push_back(argument);
        return;
    }
    if (!given.hasValue && option->bare.empty())
    {
        throw InvalidInput(Describe("--",
                                    given.name,
                                    ": needs a value (--",
                                    given.name,
                                    "=...): must be ",
                                    option->allowed));
    }
    const std::string& text = given.hasValue ? given.value : option->bare;
    if (!option->set(text))
    {
        throw InvalidInput(
            Describe("--", given.name, "=", given.value, ": must be ", option->allowed));
    }
}

bool
OptionParser::HelpWanted(const std::vector<std::string>& arguments) const
{
    return std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
        const std::string name = Split(argument).name;
        return name == "help" || name == "PrintHelp";
    });
}

std::string
OptionParser::Help() const
{
    std::vector<OptionHelp> options;
    for (const auto& option : m_options)
    {
        options.push_back(option->shown);
    }
    return HelpText(m_program, m_usage, options, m_choices);
}

void
OptionParser::Parse(int argc, const char* const argv[])
{
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    if (HelpWanted(arguments))
    {
        std::cout << Help() << std::flush;
        std::exit(0); // as ns-3 does on its own requests
    }
    for (const auto& argument : arguments)
    {
        ParseOne(argument);
    }
    RunCommandLine(m_ns3Arguments);
    ApplyRules();
}

void
OptionParser::RunCommandLine(std::vector<std::string> arguments)
{
    // Our own values are set already; CommandLine would cut a folder's name at its first blank. It
    // knows our options by name and default, for the documentation that it generates.
    CommandLine commandLine(m_program);
    commandLine.Usage(m_usage);
    for (const auto& option : m_options)
    {
        commandLine.AddValue(option->name, option->shown.meaning, option->text);
    }
    arguments.insert(arguments.begin(), m_program);
    commandLine.Parse(arguments);
}

const std::string&
OptionParser::GetProgram() const
{
    return m_program;
}

nlohmann::ordered_json
OptionParser::ToJson() const
{
    nlohmann::ordered_json json;
    json["options"] = nlohmann::ordered_json::object();
    for (const auto& option : m_options)
    {
        json["options"][option->name] = option->toJson();
    }
    json["ns3_arguments"] = nlohmann::ordered_json::object();
    for (const auto& argument : m_ns3Arguments)
    {
        const Argument given = Split(argument);
        json["ns3_arguments"][given.name] = given.value;
    }
    json["rng_seed"] = RngSeedManager::GetSeed();
    json["rng_run"] = RngSeedManager::GetRun();
    return json;
}

} // namespace fl
} // namespace ns3
