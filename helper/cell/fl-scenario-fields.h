/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCENARIO_FIELDS_H
#define FL_SCENARIO_FIELDS_H

#include "fl-scenario.h"

#include "ns3/fl-option-help.h"
#include "ns3/fl-option-value.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The fields of a Scenario by name: the one table from which they are bound to a command line,
 * checked, and written to summary.json.
 */

namespace ns3
{
namespace fl
{

/**
 * Description of a field of Scenario: its option, meaning and range.
 * @tparam T type of the field
 */
template <typename T>
struct ScenarioFieldOf
{
    std::string name;     //!< name of the option, without dashes
    std::string meaning;  //!< help text with [unit]
    T Scenario::* member; //!< the field
    Allowed<T> allowed;   //!< allowed values
    std::string bare;     //!< value of the option without `=value`; empty: a value is required
};

/// A field of any type, with its group.
struct ScenarioField
{
    OptionGroup group; //!< group in --help
    std::variant<ScenarioFieldOf<uint32_t>,
                 ScenarioFieldOf<double>,
                 ScenarioFieldOf<std::string>,
                 ScenarioFieldOf<std::vector<double>>,
                 ScenarioFieldOf<std::vector<std::string>>>
        of; //!< the field
};

/// @return all fields but `attributes`, `seed` and `run`, by group
std::vector<ScenarioField> ScenarioFields();

/// @return names of the fields that each of several tasks may have of its own
Allowed<std::string> TaskFields();

/**
 * @param byDefault a further value, as "all" for several PHYs; empty: none
 * @return that value and the PHYs of this build; the text also names PHYs that the build lacks
 */
Allowed<std::string> PhyNames(const std::string& byDefault = "");

} // namespace fl
} // namespace ns3

#endif /* FL_SCENARIO_FIELDS_H */
