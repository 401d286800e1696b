/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTIONS_H
#define FL_OPTIONS_H

#include "fl-scenario.h"

#include "ns3/fl-option-parser.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * A Scenario's two texts: the command line, and the configuration in summary.json.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Values of the command line of an example with a cell: scenario, and output options. An example
 * may change defaults before it calls AddOptions(), and add options of its own to the same parser.
 */
struct Options : Scenario, OutputOptions
{
};

/**
 * @ingroup fl
 * Add the options of OutputOptions, and `--like`; also for programs without a cell.
 * @param parser the parser
 * @param options defaults; set by Parse(); must outlive the parser. An empty `out` becomes
 *        results/PROGRAM, and `threads` = 0 one per core.
 */
void AddOutputOptions(OptionParser& parser, OutputOptions& options);

/**
 * @ingroup fl
 * Add the options of Scenario and OutputOptions, and the rules of ScenarioRules().
 * @param parser the parser
 * @param options defaults; set by Parse(); must outlive the parser. `out` and `threads` as in
 *        AddOutputOptions()
 */
void AddOptions(OptionParser& parser, Options& options);

/// @param names names of options, without dashes @return names of all other options of AddOptions()
std::vector<std::string> CellOptionsBut(const std::vector<std::string>& names);

struct Configuration;

/**
 * @ingroup fl
 * @param program name of the program
 * @param scenario the scenario
 * @return the configuration for summary.json, from which ReadScenario() makes the same scenario
 */
Configuration ConfigurationOf(const std::string& program, const Scenario& scenario);

/**
 * @ingroup fl
 * Read the scenario of a run, of RunScenario() or of any program whose options are those of
 * AddOptions() and no others.
 * @param file the run's summary.json
 * @return the scenario; Scenario::Validate() is not called
 * @throws InvalidInput if the file cannot be read or is no such summary; the message names file,
 * key and what is allowed
 */
Scenario ReadScenario(const std::string& file);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTIONS_H */
