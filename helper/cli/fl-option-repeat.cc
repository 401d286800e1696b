/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-configuration.h"
#include "fl-ns3-arguments.h"
#include "fl-option-parser.h"
#include "fl-option.h"

#include "ns3/fl-error.h"

#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

void
OptionParser::TakeOption(ParserOption& option,
                         const Configuration& configuration,
                         const std::string& file)
{
    if (option.shown.group == OptionGroup::OUTPUT || !option.toJson)
    {
        return;
    }
    const std::string place = file + ": configuration.options." + option.name;
    const auto value = configuration.options.find(option.name);
    if (value == configuration.options.end())
    {
        throw InvalidInput(place + " is missing: must be " + option.allowed);
    }
    if (!option.setJson(*value))
    {
        throw InvalidInput(place + " = " + value->dump(-1, ' ', true) + ": must be " +
                           option.allowed);
    }
}

void
OptionParser::TakeConfiguration(const std::string& file, const std::set<std::string>& given)
{
    const Configuration configuration = ReadConfiguration(file);
    if (configuration.program != m_program)
    {
        throw InvalidInput(Describe(file,
                                    ": program = '",
                                    configuration.program,
                                    "': must be ",
                                    m_program,
                                    "; a run is repeated by the program that made it"));
    }
    for (const auto& [name, value] : configuration.options.items())
    {
        const ParserOption* option = Find(name);
        if (!option || !option->toJson)
        {
            throw InvalidInput(file + ": configuration.options." + name + ": unknown option of " +
                               m_program);
        }
    }
    for (const auto& option : m_options)
    {
        if (given.count(option->name) == 0)
        {
            TakeOption(*option, configuration, file);
        }
    }
    for (const auto& [name, value] : configuration.ns3Arguments.items())
    {
        if (given.count(name) == 0)
        {
            TakeRepeatedNs3Argument(file, name, value.get<std::string>());
        }
    }
    m_repeatedSeed = configuration.seed;
    m_repeatedRun = configuration.run;
}

void
OptionParser::TakeRepeatedNs3Argument(const std::string& file,
                                      const std::string& name,
                                      const std::string& value)
{
    const std::string place = file + ": configuration.ns3_arguments: ";
    if (!IsNs3Setting(name))
    {
        throw InvalidInput(place + name + ": must be an attribute or a global value of ns-3");
    }
    try
    {
        TakeNs3Argument(name, value);
    }
    catch (const InvalidInput& error)
    {
        throw InvalidInput(place + error.what());
    }
}

void
OptionParser::Repeat(const std::string& file)
{
    TakeConfiguration(file, {});
    StoreNs3Settings(m_repeatedSeed, m_repeatedRun);
}

} // namespace fl
} // namespace ns3
