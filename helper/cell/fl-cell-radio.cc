/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-cell-radio.h"

#include "fl-fdma-cell-radio.h"
// Defined by CMakeLists.txt, for this file, where ns-3 has the PHY's module.
#ifdef FL_HAVE_LTE
#include "fl-lte-cell-radio.h"
#endif
#ifdef FL_HAVE_WIFI
#include "fl-wifi-cell-radio.h"
#endif

#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/string.h"

#include <cmath>

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

void
CellRadio::InstallEnergyModels(const EnergySourceContainer&)
{
}

Time
CellRadio::GetStartTime() const
{
    return Seconds(0);
}

std::map<std::string, double>
CellRadio::GetCounters() const
{
    return {};
}

std::string
CellRadio::ToText() const
{
    return "";
}

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

std::vector<ObjectFactory>
CellLossFactories(const Scenario& scenario)
{
    // By default 128.1 + 37.6 log10(d / km) dB, as a loss at 1 m and an exponent.
    std::vector<ObjectFactory> factories(2);
    factories[0].SetTypeId("ns3::LogDistancePropagationLossModel");
    factories[0].Set("Exponent", DoubleValue(scenario.lossExponent));
    factories[0].Set("ReferenceLoss", DoubleValue(scenario.lossAt1mDb));
    factories[1].SetTypeId("ns3::fl::ShadowingLossModel");
    if (scenario.fading != "none")
    {
        factories.emplace_back();
        factories[2].SetTypeId("ns3::fl::BlockFadingLossModel");
        factories[2].Set("Fading",
                         StringValue(scenario.fading == "rician" ? "Rician" : "Rayleigh"));
    }
    return factories;
}

double
WattOfDbm(double dbm)
{
    return 1e-3 * std::pow(10, dbm / 10);
}

} // namespace fl
} // namespace ns3
