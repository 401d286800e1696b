/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-scenario.h"

#include "ns3/config.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/string.h"

namespace ns3
{
namespace fl
{

void
Scenario::Apply() const
{
    RngSeedManager::SetSeed(seed);
    RngSeedManager::SetRun(run);
    for (const auto& [name, value] : attributes)
    {
        if (name.find("::") == std::string::npos)
        {
            Config::SetGlobal(name, StringValue(value));
        }
        else
        {
            Config::SetDefault(name, StringValue(value));
        }
    }
}

double
CellRadius(const Scenario& scenario)
{
    constexpr double WIFI_M = 50;
    constexpr double OTHERS_M = 250;
    return scenario.radius > 0 ? scenario.radius : scenario.phy == "wifi" ? WIFI_M : OTHERS_M;
}

std::string
DataFolder(const std::string& data)
{
    return data == "fashion-mnist" ? "/usr/share/datasets/fashion-mnist" : data;
}

} // namespace fl
} // namespace ns3
