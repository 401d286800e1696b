/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTION_RULES_H
#define FL_OPTION_RULES_H

#include "fl-option-parser.h"

#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Rules about options that contradict each other, to be added to a parser.
 */

namespace ns3
{
namespace fl
{

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

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_RULES_H */
