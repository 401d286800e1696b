/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-phys.h"

#include "fl-fdma-cell-radio.h"
// Defined by CMakeLists.txt, for this file, where ns-3 has the PHY's module.
#ifdef FL_HAVE_LTE
#include "fl-lte-cell-radio.h"
#endif
#ifdef FL_HAVE_WIFI
#include "fl-wifi-cell-radio.h"
#endif

#include "ns3/fl-error.h"

namespace ns3
{
namespace fl
{

namespace
{

/// A PHY that this build has.
struct Phy
{
    std::string name;                                    //!< as in `--phy`
    std::unique_ptr<CellRadio> (*make)(const Scenario&); //!< makes one
    PhyLimits (*limits)();                               //!< what it can take
};

/**
 * @tparam T a subclass of CellRadio
 * @param scenario the cell, which must outlive the radio
 * @return a new radio of that type
 */
template <typename T>
std::unique_ptr<CellRadio>
Make(const Scenario& scenario)
{
    return std::make_unique<T>(scenario);
}

/// @return the PHYs of this build, without those whose ns-3 module is missing; fdma is the first
const std::vector<Phy>&
Phys()
{
    static const std::vector<Phy> phys{
        {"fdma", &Make<FdmaCellRadio>, [] { return PhyLimits(); }},
#ifdef FL_HAVE_LTE
        {"lte", &Make<LteCellRadio>, &LteCellRadio::GetLimits},
#endif
#ifdef FL_HAVE_WIFI
        {"wifi", &Make<WifiCellRadio>, &WifiCellRadio::GetLimits},
#endif
    };
    return phys;
}

} // namespace

std::vector<std::string>
AvailablePhys()
{
    std::vector<std::string> names;
    for (const auto& phy : Phys())
    {
        names.push_back(phy.name);
    }
    return names;
}

PhyLimits
LimitsOf(const std::string& phy)
{
    for (const auto& known : Phys())
    {
        if (known.name == phy)
        {
            return known.limits();
        }
    }
    return {};
}

std::unique_ptr<CellRadio>
MakeCellRadio(const Scenario& scenario)
{
    std::string names;
    for (const auto& phy : Phys())
    {
        if (phy.name == scenario.phy)
        {
            return phy.make(scenario);
        }
        names += (names.empty() ? "" : ", ") + phy.name;
    }
    throw InvalidInput(
        Describe("phy = '", scenario.phy, "': must be one that this build has: ", names));
}

} // namespace fl
} // namespace ns3
