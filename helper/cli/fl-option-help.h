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

/// Groups of options: the headings of `--help`, in their order.
enum class OptionGroup
{
    SCENARIO, //!< size of the scenario, optimizer, PHY
    LEARNING, //!< model, data, training
    RADIO,    //!< channel, transport, traffic
    DEVICES,  //!< transmit powers, processors, energy
    FAULTS,   //!< failures
    OUTPUT    //!< results folder and threads; no influence on results
};

/// Description of an option in `--help`.
struct OptionHelp
{
    OptionGroup group;     //!< group
    std::string name;      //!< name without dashes
    std::string meaning;   //!< help text with [unit]
    std::string byDefault; //!< default value with unit; empty: not shown
    std::string bare;      //!< value if written without one, with unit; empty: not shown
};

/// Allowed values of an option, listed in `--help` a line each.
struct OptionChoices
{
    std::string option;                                       //!< name without dashes
    std::vector<std::pair<std::string, std::string>> choices; //!< names and descriptions
};

/// Maximum length of a line of `--help` [character].
inline constexpr size_t HELP_COLUMNS = 80;

/**
 * @param program name of the program
 * @param usage description of the program, wrapped at HELP_COLUMNS
 * @param options all options, in their order within each group
 * @param choices lists of allowed values
 * @return text of `--help`, with a newline at its end
 */
std::string HelpText(const std::string& program,
                     const std::string& usage,
                     const std::vector<OptionHelp>& options,
                     const std::vector<OptionChoices>& choices);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_HELP_H */
