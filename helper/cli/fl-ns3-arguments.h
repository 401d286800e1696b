/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_NS3_ARGUMENTS_H
#define FL_NS3_ARGUMENTS_H

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Which of ns-3's own command line arguments exist, and whether a value is acceptable, asked before
 * ns-3's CommandLine sees them.
 */

namespace ns3
{
namespace fl
{

/// @return the names of ns-3's GlobalValues (RngRun, RngSeed, ...)
std::vector<std::string> Ns3GlobalNames();

/**
 * @param name without dashes
 * @return whether it looks like ns-3's: a GlobalValue, a `Print...` request, or `ns3::...`
 */
bool IsNs3Argument(const std::string& name);

/**
 * @param name without dashes
 * @return whether it looks like something that can be set: a GlobalValue or `ns3::...`
 */
bool IsNs3Setting(const std::string& name);

/**
 * @param name without dashes, for which IsNs3Argument() is true
 * @param value the text after `=`
 * @throws InvalidInput if there is no such attribute, group or type, or if its checker refuses the
 *         value; the message names both and what is allowed
 */
void CheckNs3Argument(const std::string& name, const std::string& value);

/**
 * @param name what was written
 * @param known allowed names
 * @return the known name with the fewest edits from it, or "" if none is near
 */
std::string NearestName(const std::string& name, const std::vector<std::string>& known);

} // namespace fl
} // namespace ns3

#endif /* FL_NS3_ARGUMENTS_H */
