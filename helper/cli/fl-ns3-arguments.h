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

/// @return names of ns-3's GlobalValues (RngRun, RngSeed, ...)
std::vector<std::string> Ns3GlobalNames();

/**
 * @param name name of an argument, without dashes
 * @return whether it has the form of an ns-3 argument: a GlobalValue, `Print...`, or `ns3::...`
 */
bool IsNs3Argument(const std::string& name);

/**
 * @param name name of an argument, without dashes
 * @return whether it has the form of an ns-3 setting: a GlobalValue or `ns3::...`
 */
bool IsNs3Setting(const std::string& name);

/**
 * Validate an argument of ns-3, without setting it.
 * @param name name without dashes, for which IsNs3Argument() is true
 * @param value text after `=`
 * @throws InvalidInput if there is no such attribute, group or type, or if its checker refuses the
 *         value; the message names both and what is allowed
 */
void CheckNs3Argument(const std::string& name, const std::string& value);

/**
 * @param name an unknown name
 * @param known allowed names
 * @return the allowed name with the least edit distance, or "" if none is near
 */
std::string NearestName(const std::string& name, const std::vector<std::string>& known);

} // namespace fl
} // namespace ns3

#endif /* FL_NS3_ARGUMENTS_H */
