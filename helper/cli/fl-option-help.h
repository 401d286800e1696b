/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTION_HELP_H
#define FL_OPTION_HELP_H

#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What `--help` prints.
 */

namespace ns3
{
namespace fl
{

/// What an option is about: the headlines of `--help`, in their order.
enum class OptionGroup
{
    SCENARIO, //!< what is run
    LEARNING, //!< what is learned, and how
    RADIO,    //!< what is between server and devices
    DEVICES,  //!< what the devices are
    FAULTS,   //!< what goes wrong
    OUTPUT    //!< what is written, and how it is computed
};

/// An option, as `--help` shows it.
struct OptionHelp
{
    OptionGroup group;     //!< under which headline
    std::string name;      //!< without dashes
    std::string meaning;   //!< and [unit]
    std::string byDefault; //!< its value, with its unit; empty: not shown
    std::string bare;      //!< what it means without a value, with its unit; empty: not shown
};

/// What one of the options may be, a line each.
struct OptionChoices
{
    std::string option;                                       //!< without dashes
    std::vector<std::pair<std::string, std::string>> choices; //!< names and descriptions
};

/// No line of `--help` is longer.
inline constexpr size_t HELP_COLUMNS = 80;

/**
 * @param program its name
 * @param usage what it does; lines that are too long are broken
 * @param options all of them, in their order within each group
 * @param choices those that are listed
 * @return the text, with a newline at its end
 */
std::string HelpText(const std::string& program,
                     const std::string& usage,
                     const std::vector<OptionHelp>& options,
                     const std::vector<OptionChoices>& choices);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_HELP_H */
