/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AGENT_RUN_H
#define FL_AGENT_RUN_H

#include "fl-agent-report.h"
#include "fl-agent-study-options.h"

#include "ns3/fl-progress.h"
#include "ns3/fl-thread-pool.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Figures of agents, from their cases to tables and plots.
 */

namespace ns3
{
namespace fl
{

/// @return episodes that a figure takes @param figure which @param options of the command line
double AgentEpisodesOf(const AgentFigure& figure, const AgentStudyOptions& options);

/**
 * Train and evaluate all of a figure.
 * @param figure which
 * @param options of the command line
 * @param pool runs and cases are side by side on it
 * @param progress gets 1 per episode
 * @return all that was found
 */
AgentFigureData RunAgentFigure(const AgentFigure& figure,
                               const AgentStudyOptions& options,
                               ThreadPool& pool,
                               WorkProgress& progress);

/// Write a figure's tables and plots, and print a summary. @param folder where to @param data of a
/// figure @param [in,out] scripts names are appended @param out where to print
void WriteAgentFigure(const std::filesystem::path& folder,
                      const AgentFigureData& data,
                      std::vector<std::string>& scripts,
                      std::ostream& out);

} // namespace fl
} // namespace ns3

#endif /* FL_AGENT_RUN_H */
