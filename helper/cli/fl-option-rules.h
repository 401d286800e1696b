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
 * Rules about combinations of options, see OptionParser::AddRule().
 */

namespace ns3
{
namespace fl
{

/**
 * Add rules: some options must have their default values if another one has a certain value.
 * @param parser the rules are added to it
 * @param names names of options, or of ns-3 arguments, which must not be given
 * @param other name of the other option
 * @param when returns whether the other option has that value
 * @param why reason, which completes "must be left out with --other=value: ..."
 */
void RequireAbsence(OptionParser& parser,
                    const std::vector<std::string>& names,
                    const std::string& other,
                    const std::function<bool()>& when,
                    const std::string& why);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_RULES_H */
