/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PHYS_H
#define FL_PHYS_H

#include "fl-cell-radio.h"
#include "fl-scenario.h"

#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The PHYs by name.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * @return names of the PHYs of this build
 */
std::vector<std::string> AvailablePhys();

/**
 * @ingroup fl
 * @param phy one of AvailablePhys()
 * @return its limits
 */
PhyLimits LimitsOf(const std::string& phy);

/**
 * @ingroup fl
 * @param scenario `phy` is used here; the object keeps a reference to the scenario
 * @return a radio of that PHY; Install() was not called
 * @throws InvalidInput if this build has no such PHY
 */
std::unique_ptr<CellRadio> MakeCellRadio(const Scenario& scenario);

} // namespace fl
} // namespace ns3

#endif /* FL_PHYS_H */
