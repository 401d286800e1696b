/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_COMPARE_OPTIONS_H
#define FL_COMPARE_OPTIONS_H

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The command line of fl-compare.
 */

namespace ns3
{
namespace fl
{

/// The command line of fl-compare: that of any cell, and what is compared.
struct CompareOptions
{
    CompareOptions();

    Options cell;                                 //!< options of the cell
    std::string optimizers{"joint,equal,random"}; //!< names separated by commas
    std::string phys; //!< names separated by commas, or "all"; empty: that of --phy
};

/**
 * @param parser the parser
 * @param options defaults; set by Parse()
 */
void AddCompareOptions(OptionParser& parser, CompareOptions& options);

/**
 * @param options as parsed
 * @return one scenario per PHY and optimizer, PHY by PHY, with its folder, OUT/PHY/OPTIMIZER. Over
 *         several PHYs devices are the same on all of them: random streams begin above those of
 *         all PHYs, and without --radius it is the smallest default of these PHYs.
 * @throws InvalidInput if a name is unknown or repeated, there is nothing to compare, or a PHY or
 *         an optimizer does not take an option
 */
std::vector<Options> MakeCompareCells(const CompareOptions& options);

/**
 * @param cell a cell
 * @param phy name of a PHY
 * @param optimizer name or TypeId of an optimizer
 * @return the cell over that PHY with that optimizer; results go to OUT/PHY/OPTIMIZER
 */
Options CompareCell(Options cell, const std::string& phy, const std::string& optimizer);

/**
 * @param option name and value as written, for the message
 * @param text names separated by commas
 * @return the names
 * @throws InvalidInput if one is no optimizer, or is there twice
 */
std::vector<std::string> ParseOptimizerNames(const std::string& option, const std::string& text);

} // namespace fl
} // namespace ns3

#endif /* FL_COMPARE_OPTIONS_H */
