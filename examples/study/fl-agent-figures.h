/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AGENT_FIGURES_H
#define FL_AGENT_FIGURES_H

#include "fl-agent-training.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The schemes and points of the BFL paper's figures 7 to 10.
 */

namespace ns3
{
namespace fl
{

/// What all figures start from.
struct AgentSetting
{
    AgentOptions agent;                    //!< learning rates, step
    OffloadEnvironmentOptions environment; //!< Table IV
    /// Whether T_prop is xi alone, or else xi (M + N - 1).
    bool isConstantPropagation{false};
};

/// Set xi so that T_prop is as the setting reads it. @param setting the setting @param [in,out]
/// environment of any number of devices
void SetAgentPropagation(const AgentSetting& setting, OffloadEnvironmentOptions& environment);

/// A figure.
struct AgentFigure
{
    std::string name;                //!< as typed: 7, 8a, ...
    std::string title;               //!< of its plot
    std::string axis;                //!< label with unit; empty: episodes, and the reward over them
    std::vector<std::string> curves; //!< schemes, in the order of the key
    std::vector<double> points;      //!< of the axis
    /// Puts a point into the environment; null with episodes.
    void (*apply)(OffloadEnvironmentOptions&, double);
    bool isTrained; //!< whether each point has agents of its own; if not, it moves a constant only
};

/// @return all figures
const std::vector<AgentFigure>& AgentFigures();

/**
 * @param figure a figure
 * @param setting what it starts from
 * @return its cases, point by point; where points only move a constant, those of the first one
 */
std::vector<AgentCase> AgentCases(const AgentFigure& figure, const AgentSetting& setting);

/// @return options of a scheme of a figure
/// @param curve its name in the key
/// @param setting what it starts from
AgentOptions AgentOfCurve(const std::string& curve, const AgentSetting& setting);

/// The paper's grid of the actor's learning rates, over which all schemes are tuned alike.
inline constexpr double ACTOR_RATES[] = {0.001, 0.003, 0.005};

} // namespace fl
} // namespace ns3

#endif /* FL_AGENT_FIGURES_H */
