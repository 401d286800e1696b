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

/// A rule about combinations of fields.
struct ScenarioRule
{
    std::string name; //!< option of the field that is refused, or name of an attribute
    /// Completes "--name=value: must ..."; empty: the rule is met
    std::function<std::string(const Scenario&)> must;
};

/// @return all rules, in the order in which they are applied
std::vector<ScenarioRule> ScenarioRules();

/// @return pairs of an attribute (TYPE::ATTRIBUTE) that a field sets, whatever Scenario::attributes
///         has, and the name of the field's option
const std::vector<std::pair<std::string, std::string>>& AttributesOfFields();

/**
 * @param scenario the scenario
 * @param name option of a field, or name of an attribute that the scenario sets
 * @return name and value as on the command line, "--name=value"
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
