/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-option-help.h"

#include "fl-text.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// Where descriptions begin.
constexpr size_t DESCRIPTION_COLUMN = 26;

/// Headlines, in the order of OptionGroup.
constexpr const char* HEADLINES[] =
    {"Scenario", "Learning", "Radio", "Devices", "Faults", "Output"};

/// Of all programs.
const std::pair<std::string, std::string> NS3_ARGUMENTS[] = {
    {"--RngRun=NUMBER", "the run's number; --RngSeed=NUMBER: the seed of all runs"},
    {"--TYPE::NAME=VALUE", "an attribute's default, as --ns3::fl::Client::KeepAlive=20s"},
    {"--PrintGroup=Fl", "this module's types; --PrintGroups, --PrintTypeIds: others"},
    {"--PrintAttributes=TYPE", "a type's attributes"},
    {"--PrintGlobals", "global values; --PrintVersion: ns-3's version"},
    {"--help", "this text"},
};

/// Stands for a blank at which no line is broken.
constexpr char NO_BREAK = '\x1f';

/**
 * @param text with blanks
 * @return the same with NO_BREAK in place of each, so that no line is broken in it
 */
std::string
Whole(std::string text)
{
    std::replace(text.begin(), text.end(), ' ', NO_BREAK);
    return text;
}

/// A name and what it is: two columns.
std::string
Row(const std::string& name, const std::string& description)
{
    std::string row = "  " + name;
    if (row.size() + 2 > DESCRIPTION_COLUMN)
    {
        row += "\n";
        row.append(DESCRIPTION_COLUMN, ' ');
    }
    else
    {
        row.resize(DESCRIPTION_COLUMN, ' ');
    }
    const std::string indent(DESCRIPTION_COLUMN, ' ');
    row += WrapText(indent + description, HELP_COLUMNS).substr(DESCRIPTION_COLUMN) + "\n";
    std::replace(row.begin(), row.end(), NO_BREAK, ' ');
    return row;
}

/**
 * @param option with its meaning and default
 * @return what the second column says: meaning, value if written without one, default
 */
std::string
Description(const OptionHelp& option)
{
    std::string text = option.meaning;
    text += option.bare.empty() ? "" : "; without a value: " + Whole(option.bare);
    text += option.byDefault.empty() ? "" : " " + Whole("(default: " + option.byDefault + ")");
    return text;
}

} // namespace

std::string
HelpText(const std::string& program,
         const std::string& usage,
         const std::vector<OptionHelp>& options,
         const std::vector<OptionChoices>& choices)
{
    std::string text = "Usage: " + program + " [--OPTION=VALUE ...]\n\n";
    text += WrapText(usage, HELP_COLUMNS, 2) + "\n";
    const bool several = std::any_of(options.begin(), options.end(), [&](const auto& option) {
        return option.group != options.front().group;
    });
    for (size_t group = 0; group < std::size(HEADLINES); ++group)
    {
        std::string rows;
        for (const auto& option : options)
        {
            rows += static_cast<size_t>(option.group) == group
                        ? Row("--" + option.name, Description(option))
                        : "";
        }
        if (!rows.empty())
        {
            text += std::string("\n") + (several ? HEADLINES[group] : "Options") + ":\n" + rows;
        }
    }
    for (const auto& list : choices)
    {
        text += "\nWhat --" + list.option + " may be:\n";
        for (const auto& [name, description] : list.choices)
        {
            text += Row(name, description);
        }
    }
    text += "\nOf ns-3:\n";
    for (const auto& [name, description] : NS3_ARGUMENTS)
    {
        text += Row(name, description);
    }
    return text;
}

} // namespace fl
} // namespace ns3
