/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AGENT_REPORT_H
#define FL_AGENT_REPORT_H

#include "fl-agent-figures.h"
#include "fl-agent-training.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Tables and plots of fl-offload-agent.
 */

namespace ns3
{
namespace fl
{

/// All that was found for a figure.
struct AgentFigureData
{
    AgentFigure figure;                     //!< which
    std::vector<AgentCase> cases;           //!< schemes at points
    std::vector<AgentResult> results;       //!< by case
    std::vector<AgentReference> references; //!< what needs no training, at points
    uint32_t episodes{0};                   //!< of each agent
};

/// @return figure-NAME.csv: latencies of schemes and of what needs no training, at each point
/// @param data of a figure
std::string AgentTableCsv(const AgentFigureData& data);
/// @return figure-NAME-episodes.csv: rewards over episodes @param data of a figure
std::string AgentCurvesCsv(const AgentFigureData& data);
/// Write the figure's plots. @param folder where the tables are @param data of a figure @param
/// [in,out] scripts names are appended
void WriteAgentPlots(const std::filesystem::path& folder,
                     const AgentFigureData& data,
                     std::vector<std::string>& scripts);
/// Print a summary. @param out where to @param data of a figure
void PrintAgentFigure(std::ostream& out, const AgentFigureData& data);

} // namespace fl
} // namespace ns3

#endif /* FL_AGENT_REPORT_H */
