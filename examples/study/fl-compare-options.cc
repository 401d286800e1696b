/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-compare-options.h"

#include "fl-study.h"

#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-option-rules.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-phys.h"
#include "ns3/fl-scenario-rules.h"

#include <algorithm>
#include <set>

namespace ns3
{
namespace fl
{

namespace
{

/// More streams than any radio uses.
constexpr uint32_t STREAM_AFTER_RADIO = 1000000;

/**
 * @param option name and value as written, for the message
 * @param names what it names
 * @throws InvalidInput if one of them is there twice
 */
void
RefuseRepeated(const std::string& option, const std::vector<std::string>& names)
{
    std::set<std::string> seen;
    for (const auto& name : names)
    {
        if (!seen.insert(name).second)
        {
            throw InvalidInput(option + ": '" + name + "' must be there once");
        }
    }
}

/**
 * @param options as parsed
 * @return names of the PHYs
 * @throws InvalidInput if one is unknown, or is there twice
 */
std::vector<std::string>
ParsePhyNames(const CompareOptions& options)
{
    if (options.phys.empty() || options.phys == ALL_PHYS)
    {
        return options.phys.empty() ? std::vector<std::string>{options.cell.phy} : AvailablePhys();
    }
    const std::string option = "--phys=" + options.phys;
    const auto names = SplitText(options.phys, ',');
    const auto known = AvailablePhys();
    for (const auto& name : names)
    {
        if (std::find(known.begin(), known.end(), name) == known.end())
        {
            throw InvalidInput(option + ": '" + name + "' must be " + OneOf(known).text);
        }
    }
    RefuseRepeated(option, names);
    return names;
}

/**
 * @param cell a cell
 * @param phys where it will be
 * @return the cell with the same devices over all of them
 */
Options
WithSameDevices(Options cell, const std::vector<std::string>& phys)
{
    if (phys.size() < 2)
    {
        return cell;
    }
    cell.streamAfterRadio = std::max(cell.streamAfterRadio, STREAM_AFTER_RADIO);
    double radius = cell.radius;
    for (const auto& phy : phys)
    {
        cell.phy = phy;
        radius = radius > 0 ? std::min(radius, CellRadius(cell)) : CellRadius(cell);
    }
    cell.radius = radius;
    return cell;
}

} // namespace

CompareOptions::CompareOptions()
{
    cell.runs = 10;
}

void
AddCompareOptions(OptionParser& parser, CompareOptions& options)
{
    parser.Add("optimizers",
               "what is compared, as --optimizer takes it, separated by commas; the first is what "
               "the others are held against",
               options.optimizers);
    parser.Add("phys",
               "PHYs that it is compared over, separated by commas, or all; empty: that of --phy",
               options.phys);
    AddOptions(parser, options.cell);
    RequireAbsence(
        parser,
        {"optimizer"},
        "optimizers",
        [] { return true; },
        "that names the optimizers");
    RequireAbsence(
        parser,
        {"phy"},
        "phys",
        [&options] { return !options.phys.empty(); },
        "that names the PHYs");
    parser.AddRule("runs", [&options]() -> std::string {
        return options.cell.runs < 2 ? "be at least 2: one run has no confidence interval" : "";
    });
}

std::vector<std::string>
ParseOptimizerNames(const std::string& option, const std::string& text)
{
    const auto names = SplitText(text, ',');
    for (const auto& name : names)
    {
        try
        {
            CreateOptimizer(name);
        }
        catch (const InvalidInput& error)
        {
            throw InvalidInput(option + ": " + error.what());
        }
    }
    RefuseRepeated(option, names);
    return names;
}

Options
CompareCell(Options cell, const std::string& phy, const std::string& optimizer)
{
    cell.phy = phy;
    cell.optimizer = optimizer;
    cell.out += "/" + phy + "/" + optimizer;
    return cell;
}

std::vector<Options>
MakeCompareCells(const CompareOptions& options)
{
    const std::string option = "--optimizers=" + options.optimizers;
    const auto optimizers = ParseOptimizerNames(option, options.optimizers);
    const auto phys = ParsePhyNames(options);
    if (optimizers.size() * phys.size() < 2)
    {
        throw InvalidInput(option + ": must be two optimizers at least, or --phys two PHYs");
    }
    const Options cell = WithSameDevices(options.cell, phys);
    std::vector<Options> cells;
    for (const auto& phy : phys)
    {
        for (const auto& optimizer : optimizers)
        {
            cells.push_back(CompareCell(cell, phy, optimizer));
            ValidateScenario(cells.back());
        }
    }
    return cells;
}

} // namespace fl
} // namespace ns3
