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
 * A field of Scenario.
 * @tparam T its type
 */
template <typename T>
struct ScenarioFieldOf
{
    std::string name;     //!< as an option, without dashes
    std::string meaning;  //!< and [unit]
    T Scenario::* member; //!< where it is
    Allowed<T> allowed;   //!< what it may be
    std::string bare;     //!< value of the option when written without one; empty: it needs one
};

/// A field of any type, and what it is about.
struct ScenarioField
{
    OptionGroup group; //!< under which headline of --help
    std::variant<ScenarioFieldOf<uint32_t>,
                 ScenarioFieldOf<double>,
                 ScenarioFieldOf<std::string>,
                 ScenarioFieldOf<std::vector<double>>>
        of; //!< the field
};

/// @return all fields but `attributes`, `seed` and `run`, group by group
std::vector<ScenarioField> ScenarioFields();

/**
 * @param byDefault a default of --phy that may stand for several PHYs ("all"); empty: none
 * @return that and the PHYs of this build; the text says which ones it lacks
 */
Allowed<std::string> PhyNames(const std::string& byDefault = "");

} // namespace fl
} // namespace ns3

#endif /* FL_SCENARIO_FIELDS_H */
