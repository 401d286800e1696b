/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-cell-radio.h"

#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/string.h"

#include <cmath>

namespace ns3
{
namespace fl
{

void
CellRadio::InstallCells(const NodeContainer& stations, const NodeContainer& devices)
{
    if (stations.GetN() > 1)
    {
        throw InvalidInput(Describe("--cells=", stations.GetN(), ": must be 1 on this PHY"));
    }
    Install(stations.Get(0), devices);
}

NodeContainer
CellRadio::GetServerNodes() const
{
    return NodeContainer(GetServerNode());
}

std::vector<Address>
CellRadio::GetServerAddresses(uint16_t port) const
{
    return {GetServerAddress(port)};
}

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
