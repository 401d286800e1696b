/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TASK_TEXT_H
#define FL_TASK_TEXT_H

#include "fl-scenario.h"

#include <cstdint>
#include <string>

/**
 * @file
 * @ingroup fl
 * Several learning tasks of a scenario: each a text of what differs from the scenario's own fields.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * @param scenario `tasks` is used
 * @return the number of learning tasks, at least 1
 */
uint32_t CountTasks(const Scenario& scenario);

/**
 * @ingroup fl
 * @param scenario several tasks, or one
 * @param task number of a task, below CountTasks()
 * @return the scenario of that task alone: fields that its text names have its values, `tasks` is
 *         empty
 * @throws InvalidInput if the text is not valid, see CheckTaskText()
 */
Scenario TaskScenario(const Scenario& scenario, uint32_t task);

/**
 * @param text NAME=VALUE,NAME=VALUE,... with names of TaskFields(), each at most once; values
 *        have no commas. Empty: all as the scenario says
 * @return completes "must ..."; empty: the text is valid
 */
std::string CheckTaskText(const std::string& text);

} // namespace fl
} // namespace ns3

#endif /* FL_TASK_TEXT_H */
