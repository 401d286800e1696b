/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_THEORY_H
#define FL_SPLIT_THEORY_H

#include "fl-split-curves.h"

#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Lemma 1 and Theorem 1 of split federated LoRA against what was measured.
 */

namespace ns3
{
namespace fl
{

/// What Theorem 1 takes to be known, of a task, but for what is measured.
struct SplitTheorySetting
{
    double learningRate{0};     //!< eta
    bool isAdam{false};         //!< whether steps are Adam's, of which the theorem knows nothing
    double sharedParameters{0}; //!< Omega^a
    double localParameters{0};  //!< Omega^t
};

/**
 * A row per probe: means over the runs. L is the largest that was met so far, and so at most the
 * true one; phi^2 the largest variance of an entry; F(W*) the least F of the run's probes; tau the
 * smallest of |grad F|^2 / (2 (F - F(W*))), and so at least the true one.
 * @param results curves; those with probes count
 * @param settings by task
 * @return content of theory.csv: both sides of Lemma 1 as printed and corrected; L, phi^2, tau;
 *         whether the theorem's condition holds; its bound with the initial gap as printed and as
 *         corrected, over the rounds so far; and F itself
 */
std::string SplitTheoryCsv(const std::vector<SplitResult>& results,
                           const std::vector<SplitTheorySetting>& settings);

/**
 * @param results curves with probes
 * @param settings by task
 * @return a line for the figure's title that says that the theorem's condition fails, and why;
 *         empty: there was no probe, or it holds
 */
std::string SplitTheoryNote(const std::vector<SplitResult>& results,
                            const std::vector<SplitTheorySetting>& settings);

/**
 * Print both sides of Lemma 1, as printed and corrected, of each probed curve.
 * @param out output stream
 * @param results curves
 */
void PrintSplitTheory(std::ostream& out, const std::vector<SplitResult>& results);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_THEORY_H */
