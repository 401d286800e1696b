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
 * The PHYs that this build has.
 * @return names that MakeCellRadio() takes
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
 * @param scenario `phy` says which; the radio keeps a reference to them
 * @return a radio of that kind, nothing installed
 * @throws InvalidInput if this build has no such PHY
 */
std::unique_ptr<CellRadio> MakeCellRadio(const Scenario& scenario);

} // namespace fl
} // namespace ns3

#endif /* FL_PHYS_H */
