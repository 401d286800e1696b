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
 * What the command line of every example with a cell sets: the scenario, and where results go. An
 * example changes defaults before it calls AddOptions(), and adds options of its own to the same
 * parser.
 */
struct Options : Scenario, OutputOptions
{
};

/**
 * @ingroup fl
 * Add the options that say where results go and how many threads there are, and `--like`; to be had
 * without a cell too.
 * @param parser the parser
 * @param options defaults, and where the values go. An empty `out` becomes results/PROGRAM, and no
 *        `threads` become one per core.
 */
void AddOutputOptions(OptionParser& parser, OutputOptions& options);

/**
 * @ingroup fl
 * Add all options to a parser, and rules about those that contradict each other.
 * @param parser the parser
 * @param options defaults, and where the values go; `out` and `threads` as in AddOutputOptions().
 *        It must outlive the parser.
 */
void AddOptions(OptionParser& parser, Options& options);

/// @param names of options, without dashes @return names of all options of AddOptions() but these
std::vector<std::string> CellOptionsBut(const std::vector<std::string>& names);

struct Configuration;

/**
 * @ingroup fl
 * @param program its name
 * @param scenario what it simulates
 * @return what its summary.json is to have, so that ReadScenario() gives the same scenario
 */
Configuration ConfigurationOf(const std::string& program, const Scenario& scenario);

/**
 * @ingroup fl
 * Read the scenario of a run, of RunScenario() or of any program whose options are those of
 * AddOptions() and no others.
 * @param file the run's summary.json
 * @return the scenario; Scenario::Validate() is not called
 * @throws InvalidInput if the file is no such summary; the message names file, key and what is
 *         allowed
 */
Scenario ReadScenario(const std::string& file);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTIONS_H */
