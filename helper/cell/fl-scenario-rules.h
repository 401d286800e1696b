/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCENARIO_RULES_H
#define FL_SCENARIO_RULES_H

#include "fl-scenario.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What the fields of a Scenario may be, and which ones contradict each other.
 */

namespace ns3
{
namespace fl
{

/// A rule about a field and others.
struct ScenarioRule
{
    std::string name; //!< of the field that is refused, as an option, or of an attribute
    /// Completes "--name=value: must ..."; "": all is well
    std::function<std::string(const Scenario&)> must;
};

/// @return all rules, in the order in which they are applied
std::vector<ScenarioRule> ScenarioRules();

/// @return full names of attributes that fields set, whatever Scenario::attributes has, and these
///         fields' names as options
const std::vector<std::pair<std::string, std::string>>& AttributesOfFields();

/**
 * @param scenario the scenario
 * @param name of a field, as an option, or of an attribute that the scenario sets
 * @return name and value as one writes them, "--name=value"
 */
std::string Written(const Scenario& scenario, const std::string& name);

/**
 * Check all values of a scenario, and pairs of them.
 * @param scenario the scenario
 * @throws InvalidInput on the first one that is not allowed: one line that names it as an option,
 *         its value and what it must be
 */
void ValidateScenario(const Scenario& scenario);

} // namespace fl
} // namespace ns3

#endif /* FL_SCENARIO_RULES_H */
