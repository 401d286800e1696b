/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_COMPARE_RUNS_H
#define FL_COMPARE_RUNS_H

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Simulation of what is compared, see fl-compare-options.h.
 */

namespace ns3
{
namespace fl
{

/// What the summary.json of a single case says that it is of, so that `--like` repeats it.
struct CaseProgram
{
    std::string name;                                                    //!< of the program
    std::function<nlohmann::ordered_json(const Options&)> configuration; //!< of a case
};

/// @return that of the quickstart, all of whose options a cell of fl-compare has
CaseProgram QuickstartCase();

/**
 * Simulate all cases. Each one's results go to its folder; `compare.csv` (means and paired
 * differences), `learning.csv` (by round), `summary.json` and plots to that of the comparison. The
 * summary is printed.
 * @param parser the parsed command line, for summary.json
 * @param folder of the comparison
 * @param cells at least one scenario, which differ in PHY and optimizer only
 * @param program what summary.json of each case names
 * @throws InvalidInput, Infeasible if a case cannot be simulated; the message begins with its name
 */
void RunComparison(const OptionParser& parser,
                   const std::string& folder,
                   const std::vector<Options>& cells,
                   const CaseProgram& program);

} // namespace fl
} // namespace ns3

#endif /* FL_COMPARE_RUNS_H */
