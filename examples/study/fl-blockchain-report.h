/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BLOCKCHAIN_REPORT_H
#define FL_BLOCKCHAIN_REPORT_H

#include "fl-agent-report.h"
#include "fl-blockchain-curves.h"
#include "fl-claims.h"

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Tables, plots and claims of fl-blockchain.
 */

namespace ns3
{
namespace fl
{

/// All that was found for figures that learn.
struct BlockchainData
{
    std::vector<BlockchainTask> tasks;     //!< what was learned
    std::vector<BlockchainCase> cases;     //!< of all figures
    std::vector<BlockchainResult> results; //!< by case

    /// @return result of a case; null: it was not run
    /// @param figure where it is shown @param curve its name @param isIid partition @param task
    /// index
    const BlockchainResult* Find(const std::string& figure,
                                 const std::string& curve,
                                 bool isIid,
                                 size_t task) const;
};

/// What a rule takes.
struct RuleCost
{
    std::string rule;  //!< its name
    double seconds{0}; //!< to combine ten models
};

/// @return time that each rule takes to combine vectors @param parameters length of each @param
/// count how many
std::vector<RuleCost> MeasureRules(size_t parameters, uint32_t count);

/// Write tables and plots of a figure of curves (4, 5, 6, 11, 12). @param folder where to @param
/// figure its name @param data all @param [in,out] scripts names are appended
void WriteCurves(const std::filesystem::path& folder,
                 const std::string& figure,
                 const BlockchainData& data,
                 std::vector<std::string>& scripts);
/// @return detection.csv @param data all
std::string DetectionCsv(const BlockchainData& data);
/// @return robust.csv @param data all
std::string RobustCsv(const BlockchainData& data);
/// Print what was found. @param out where to @param figure name @param data all
void PrintFigure(std::ostream& out, const std::string& figure, const BlockchainData& data);
/// Print times of rules. @param out where to @param costs of all rules
void PrintCosts(std::ostream& out, const std::vector<RuleCost>& costs);

/// @return the paper's claims, and whether the ledger adds anything over a median
/// @param data of figures that learn @param agents of figures 7 to 10
std::vector<Claim> BlockchainClaims(const BlockchainData& data,
                                    const std::vector<AgentFigureData>& agents);

} // namespace fl
} // namespace ns3

#endif /* FL_BLOCKCHAIN_REPORT_H */
