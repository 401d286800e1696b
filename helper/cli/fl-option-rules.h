/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTION_RULES_H
#define FL_OPTION_RULES_H

#include "fl-option-parser.h"
#include "fl-options.h"

#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Which options contradict each other: the rules of every example with a cell, and what examples
 * make rules of their own from.
 */

namespace ns3
{
namespace fl
{

/**
 * A minimum that must not exceed its maximum.
 * @param parser gets the rule
 * @param low name of the one option
 * @param lowest its value; must outlive the parser, as the other one
 * @param high name of the other option
 * @param highest its value
 */
void RequireOrder(OptionParser& parser,
                  const std::string& low,
                  const double& lowest,
                  const std::string& high,
                  const double& highest);

/**
 * Options that must be left at their defaults where another one has a certain value.
 * @param parser gets the rules
 * @param names options, or arguments of ns-3, which must not be there
 * @param other the option that they contradict
 * @param when whether it has that value
 * @param why completes "must be left out with --other=value: ..."
 */
void RequireAbsence(OptionParser& parser,
                    const std::vector<std::string>& names,
                    const std::string& other,
                    const std::function<bool()>& when,
                    const std::string& why);

/// @param names of options, without dashes @return names of all options of AddOptions() but these
std::vector<std::string> CellOptionsBut(const std::vector<std::string>& names);

/**
 * The rules of the options of AddOptions(), which calls this.
 * @param parser gets them
 * @param options where the values go
 */
void AddCellRules(OptionParser& parser, const Options& options);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_RULES_H */
