/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-option-parser.h"

#include "fl-configuration.h"
#include "fl-ns3-arguments.h"
#include "fl-option.h"
#include "fl-text.h"

#include "ns3/command-line.h"
#include "ns3/fl-error.h"
#include "ns3/rng-seed-manager.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <type_traits>

namespace ns3
{
namespace fl
{

namespace
{

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
    else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::vector<double>> ||
                       std::is_same_v<T, std::vector<std::string>>)
    {
        return ValueText(value);
    }
    else
    {
        return QuantityText(static_cast<double>(value), UnitOf(help));
    }
}

} // namespace

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
    auto option = std::make_unique<ParserOption>();
    option->name = name;
    option->shown = {m_group, name, help, ShownText(value, help), ""};
    option->text = ValueText(value);
    option->bare = std::is_same_v<T, bool> ? "true" : bare;
    if (T parsed{}; !bare.empty() && ParseValue(bare, parsed))
    {
        option->shown.bare = ShownText(parsed, help);
    }
    option->allowed = allowed.text.empty() ? TypeText<T>() : allowed.text;
    const auto set = [&value, test = allowed.test](const auto& from) {
        T parsed{};
        if (!ParseValue(from, parsed) || (test && !test(parsed)))
        {
            return false;
        }
        value = parsed;
        return true;
    };
    option->set = set;
    option->setJson = set;
    if constexpr (std::is_same_v<T, std::vector<std::string>>)
    {
        // The first one replaces what was there, the others come beside it.
        option->set = [&value, set, option = option.get()](const std::string& text) {
            auto before = option->isGiven ? value : T();
            const bool isSet = set(text);
            before.insert(before.end(), value.begin(), value.end());
            value = before;
            return isSet;
        };
    }
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
template void OptionParser::Add(const std::string&,
                                const std::string&,
                                std::vector<double>&,
                                Allowed<std::vector<double>>,
                                const std::string&);
template void OptionParser::Add(const std::string&,
                                const std::string&,
                                std::vector<std::string>&,
                                Allowed<std::vector<std::string>>,
                                const std::string&);

void
OptionParser::Insert(std::unique_ptr<ParserOption> option)
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

void
OptionParser::AddLike()
{
    const OptionGroup group = m_group;
    BeginGroup(OptionGroup::SCENARIO);
    Add("like",
        "repeat a run: FILE is its summary.json; what is given beside it replaces what is in there",
        m_like,
        {"the name of a file", [](const std::string& file) { return !file.empty(); }});
    m_options.back()->toJson = nullptr;
    BeginGroup(group);
}

void
OptionParser::KeepNs3(std::map<std::string, std::string>& attributes, uint32_t& seed, uint64_t& run)
{
    m_ns3Attributes = &attributes;
    m_ns3Seed = &seed;
    m_ns3Run = &run;
}

void
OptionParser::StoreNs3Settings(uint32_t seed, uint64_t run) const
{
    if (!m_ns3Attributes)
    {
        return;
    }
    m_ns3Attributes->clear();
    for (const auto& [name, value] : m_ns3Arguments)
    {
        if (name != "RngSeed" && name != "RngRun")
        {
            (*m_ns3Attributes)[name] = value;
        }
    }
    *m_ns3Seed = seed;
    *m_ns3Run = run;
}

const std::string*
OptionParser::FindNs3Argument(const std::string& name) const
{
    for (const auto& [given, value] : m_ns3Arguments)
    {
        if (given == name)
        {
            return &value;
        }
    }
    return nullptr;
}

bool
OptionParser::IsChanged(const std::string& name) const
{
    const ParserOption* option = Find(name);
    return option ? option->written() != option->text : FindNs3Argument(name) != nullptr;
}

std::string
OptionParser::Written(const std::string& name) const
{
    const ParserOption* option = Find(name);
    const std::string* argument = FindNs3Argument(name);
    return "--" + name + "=" + (option ? option->written() : argument ? *argument : "");
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

ParserOption*
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
OptionParser::TakeNs3Argument(const std::string& name, const std::string& value)
{
    CheckNs3Argument(name, value);
    const auto setBy = m_setBy.find(name);
    if (setBy != m_setBy.end())
    {
        throw InvalidInput(
            Describe("--", name, "=", value, ": must be left out: --", setBy->second, " sets it"));
    }
    m_ns3Arguments.erase(std::remove_if(m_ns3Arguments.begin(),
                                        m_ns3Arguments.end(),
                                        [&name](const auto& taken) { return taken.first == name; }),
                         m_ns3Arguments.end());
    m_ns3Arguments.emplace_back(name, value);
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
    ParserOption* option = Find(given.name);
    if (!option)
    {
        if (!IsNs3Argument(given.name))
        {
            throw InvalidInput(UnknownOption(given.name));
        }
        TakeNs3Argument(given.name, given.value);
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
    option->isGiven = true;
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

std::vector<std::string>
OptionParser::ParseWords(int argc, const char* const argv[])
{
    std::vector<std::string> words;
    std::vector<const char*> options(argv, argv + std::min(argc, 1));
    for (int i = 1; i < argc; ++i)
    {
        if (argv[i][0] == '-' && argv[i][1] != '\0')
        {
            options.push_back(argv[i]);
        }
        else
        {
            words.emplace_back(argv[i]);
        }
    }
    Parse(static_cast<int>(options.size()), options.data());
    return words;
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
    TakeLike(arguments);
    for (const auto& argument : arguments)
    {
        ParseOne(argument);
    }
    RunCommandLine();
    StoreNs3Settings(RngSeedManager::GetSeed(), RngSeedManager::GetRun());
    ApplyRules();
}

void
OptionParser::TakeLike(const std::vector<std::string>& arguments)
{
    std::set<std::string> given;
    std::string file;
    for (const auto& text : arguments)
    {
        const Argument argument = Split(text);
        given.insert(argument.name);
        file = argument.name == "like" && Find("like") ? argument.value : file;
    }
    if (!file.empty())
    {
        TakeConfiguration(file, given);
        // Before CommandLine, which has the last word.
        RngSeedManager::SetSeed(m_repeatedSeed);
        RngSeedManager::SetRun(m_repeatedRun);
    }
}

void
OptionParser::RunCommandLine()
{
    // Our own values are set already; CommandLine would cut a folder's name at its first blank. It
    // knows our options by name and default, for the documentation that it generates.
    CommandLine commandLine(m_program);
    commandLine.Usage(m_usage);
    for (const auto& option : m_options)
    {
        commandLine.AddValue(option->name, option->shown.meaning, option->text);
    }
    std::vector<std::string> arguments{m_program};
    for (const auto& [name, value] : m_ns3Arguments)
    {
        // A request, as --PrintTypeIds, may stand without a value.
        const bool bare = value.empty() && !IsNs3Setting(name);
        arguments.push_back("--" + name + (bare ? "" : "=" + value));
    }
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
    Configuration configuration;
    for (const auto& option : m_options)
    {
        if (option->toJson)
        {
            configuration.options[option->name] = option->toJson();
        }
    }
    for (const auto& [name, value] : m_ns3Arguments)
    {
        configuration.ns3Arguments[name] = value;
    }
    configuration.seed = RngSeedManager::GetSeed();
    configuration.run = RngSeedManager::GetRun();
    return configuration.ToJson();
}

} // namespace fl
} // namespace ns3
