/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-figures.h"

#include "ns3/fl-error.h"

#include <cmath>
#include <cstdlib>

namespace ns3
{
namespace fl
{

namespace
{

/// One round of consensus: the model over a link of 1 Gbit/s with 1 ms (the paper's links are wired
/// servers with a transmit power, which says nothing) [s].
constexpr double CONSENSUS_ROUND_S = 40e3 / 1e9 + 1e-3;

/// xi of Table IV [s].
constexpr double PROPAGATION_S = 0.005;

/// Rounds of consensus of all figures but 9b.
constexpr double CONSENSUS_ROUNDS = 5;

/// The schemes of figures 8b to 10.
const std::vector<std::string> SCHEMES{"parameterized", "ddpg", "a2c", "ac", "dqn"};

/// Set how long consensus takes. @param [in,out] options of an environment @param rounds of
/// consensus
void
SetConsensus(OffloadEnvironmentOptions& options, double rounds)
{
    options.consensusS = rounds * CONSENSUS_ROUND_S;
}

} // namespace

void
SetAgentPropagation(const AgentSetting& setting, OffloadEnvironmentOptions& environment)
{
    if (setting.isConstantPropagation)
    {
        const auto& drop = environment.drop;
        environment.drop.propagationPerNodeS =
            PROPAGATION_S / static_cast<double>(drop.servers + drop.devices - 1);
    }
}

const std::vector<AgentFigure>&
AgentFigures()
{
    static const std::vector<AgentFigure> FIGURES{
        {"7",
         "Reward by learning rates",
         "",
         {"trpo",
          "actor 0.001",
          "actor 0.003",
          "actor 0.005",
          "critic 0.005",
          "critic 0.01",
          "critic 0.05"},
         {0},
         nullptr,
         true},
        {"8a",
         "Reward by action space",
         "",
         {"parameterized", "paper's step", "relaxed", "approximated"},
         {0},
         nullptr,
         true},
        {"8b", "Reward by scheme", "", SCHEMES, {0}, nullptr, true},
        {"9a",
         "Latency by number of devices",
         "devices",
         SCHEMES,
         {20, 40, 60, 80, 100},
         [](OffloadEnvironmentOptions& o, double x) { o.drop.devices = static_cast<size_t>(x); },
         true},
        {"9b",
         "Latency by rounds of consensus",
         "rounds of consensus",
         SCHEMES,
         {0, 5, 10, 15, 20},
         &SetConsensus,
         false},
        {"10a",
         "Latency by transmit power",
         "P [dBm]",
         SCHEMES,
         {10, 15, 20, 25, 30},
         [](OffloadEnvironmentOptions& o, double x) {
             o.drop.maxTxPowerW = std::pow(10, x / 10 - 3);
         },
         true},
        {"10b",
         "Latency by bandwidth",
         "W [MHz]",
         SCHEMES,
         {20, 22.5, 25, 27.5, 30},
         [](OffloadEnvironmentOptions& o, double x) { o.drop.bandwidthHz = 1e6 * x; },
         true},
        {"10c",
         "Latency by hash rate",
         "Psi_max [THash/s]",
         SCHEMES,
         {0.1, 0.25, 0.5, 0.75, 1},
         [](OffloadEnvironmentOptions& o, double x) { o.drop.maxHashRateHps = 1e12 * x; },
         true},
    };
    return FIGURES;
}

AgentOptions
AgentOfCurve(const std::string& curve, const AgentSetting& setting)
{
    AgentOptions options = setting.agent;
    const auto space = curve.find(' ');
    const double number = space == std::string::npos ? 0 : std::atof(curve.c_str() + space);
    if (curve.rfind("actor ", 0) == 0)
    {
        options.region.firstFactor = number;
    }
    else if (curve.rfind("critic ", 0) == 0)
    {
        options.region.firstFactor = 0.003;
        options.criticRate = number;
    }
    else if (curve == "paper's step")
    {
        options.region.firstFactor = 0.003;
    }
    else if (curve == "trpo")
    {
        options.region.firstFactor = 1;
    }
    else
    {
        options.method = curve;
    }
    return options;
}

std::vector<AgentCase>
AgentCases(const AgentFigure& figure, const AgentSetting& setting)
{
    std::vector<AgentCase> cases;
    for (const double x : figure.points)
    {
        for (const auto& curve : figure.curves)
        {
            AgentCase one{curve, x, AgentOfCurve(curve, setting), setting.environment};
            SetConsensus(one.environment, CONSENSUS_ROUNDS);
            if (figure.apply)
            {
                figure.apply(one.environment, x);
            }
            SetAgentPropagation(setting, one.environment);
            cases.push_back(std::move(one));
        }
        if (!figure.isTrained)
        {
            break;
        }
    }
    return cases;
}

} // namespace fl
} // namespace ns3
