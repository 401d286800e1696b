/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-claims.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

namespace ns3
{
namespace fl
{

namespace
{

/// What the paper says of fewer updates than HA-Sync's to an accuracy.
struct PaperSaving
{
    double cycleTimeS;  //!< T [s]
    double energyJ;     //!< E [J]
    uint32_t updates;   //!< of HA-Asyn
    uint32_t instead;   //!< of HA-Sync
    double percent;     //!< fewer, as the paper rounds it
    double precisionPp; //!< half of its last digit's unit [percentage points]
};

/// By accuracy, as in MEL_THRESHOLDS.
constexpr PaperSaving PAPER_SAVINGS[] = {{10, 10, 5, 7, 29, 0.5},
                                         {10, 10, 6, 8, 25, 0.5},
                                         {10, 10, 7, 9, 22.2, 0.05},
                                         {25, 10, 10, 11, 9.1, 0.05}};
/// In the paper's conclusion.
constexpr double PAPER_GAIN_PERCENT = 25;
/// The shortest T of the paper, where equal shares are the first to fail [s].
constexpr double SHORTEST_CYCLE_S = 5;
/// Unit of differences between percentages.
constexpr char POINTS[] = "percentage points";

/**
 * @param results all cases that were run
 * @param limits whose T [s] and E [J] are looked for; its scheme does not matter
 * @param name of the scheme, as "HA-Sync"
 * @param staleness c, the bound on differences of local iterations
 * @return the case with these limits and that scheme; null if it was not run
 */
const MelResult*
Find(const std::vector<MelResult>& results,
     const MelCase& limits,
     const std::string& name,
     int64_t staleness)
{
    for (const auto& result : results)
    {
        if (result.what.cycleTimeS == limits.cycleTimeS && result.what.energyJ == limits.energyJ &&
            result.what.scheme.name == name && result.what.scheme.staleness == staleness)
        {
            return &result;
        }
    }
    return nullptr;
}

/**
 * @param scheme with its bound on staleness
 * @return whether it is HA-Asyn with one of the paper's c above 0
 */
bool
IsAsynchronous(const MelScheme& scheme)
{
    return scheme.name == "HA-Asyn" && scheme.staleness > 0 &&
           scheme.staleness <= MEL_MOST_STALENESS;
}

/// Fewer updates by HA-Asyn than by HA-Sync.
struct Saving
{
    Sample percent;              //!< of updates, run by run; below 0: more
    double asynchronous{ABSENT}; //!< updates, mean
    double synchronous{ABSENT};  //!< updates, mean
    MelCase what;                //!< where

    /// @return in words
    std::string ToText() const
    {
        const double half = percent.Ci95();
        return Describe("at most ",
                        ShortNumber(percent.Mean()),
                        std::isnan(half) ? std::string() : " +- " + ShortNumber(half),
                        " %: ",
                        ShortNumber(asynchronous),
                        " instead of ",
                        ShortNumber(synchronous),
                        " at T = ",
                        what.cycleTimeS,
                        " s and E = ",
                        what.energyJ,
                        " J with c = ",
                        what.scheme.staleness);
    }
};

/**
 * @param result of an asynchronous case
 * @param synchronous of the case that it is compared with, at the same limits
 * @param threshold accuracy to be reached, from 0 to 1
 * @return the fewer updates to it, in percent by run; of no runs, if not all runs of both reach it
 */
Saving
SavingOf(const MelResult& result, const MelResult& synchronous, double threshold)
{
    Saving saving;
    const auto mine = result.UpdatesTo(threshold);
    const auto its = synchronous.UpdatesTo(threshold);
    if (mine.GetN() < result.runs.size() || its.GetN() < result.runs.size())
    {
        return saving;
    }
    for (size_t run = 0; run < result.runs.size(); ++run)
    {
        const double updates = MelUpdatesTo(result.runs[run].accuracy, threshold);
        const double instead = MelUpdatesTo(synchronous.runs[run].accuracy, threshold);
        saving.percent.Add(instead > 0 ? 100 * (1 - updates / instead) : ABSENT);
    }
    saving.asynchronous = mine.Mean();
    saving.synchronous = its.Mean();
    saving.what = result.what;
    return saving;
}

/**
 * @param results all cases that were run
 * @param threshold accuracy to be reached, from 0 to 1
 * @param isOfInterest whether a case may be chosen
 * @return the largest mean saving of HA-Asyn over HA-Sync at the same limits; of no runs, if there
 *        is none
 */
Saving
LargestSaving(const std::vector<MelResult>& results,
              double threshold,
              const std::function<bool(const MelCase&)>& isOfInterest)
{
    Saving largest;
    for (const auto& result : results)
    {
        const auto* synchronous = Find(results, result.what, "HA-Sync", 0);
        if (!synchronous || !IsAsynchronous(result.what.scheme) || !isOfInterest(result.what))
        {
            continue;
        }
        const auto saving = SavingOf(result, *synchronous, threshold);
        if (saving.percent.GetN() > 0 && !(saving.percent.Mean() <= largest.percent.Mean()))
        {
            largest = saving;
        }
    }
    return largest;
}

/**
 * @param results all cases that were run
 * @param what the accuracy, in words
 * @param paper the saving that the paper reports, and its limits
 * @param threshold that accuracy, from 0 to 1
 * @return the claim about updates to it, judged by the best c at the paper's limits
 */
Claim
ClaimUpdates(const std::vector<MelResult>& results,
             const std::string& what,
             const PaperSaving& paper,
             double threshold)
{
    bool run = false;
    const auto saving = LargestSaving(results, threshold, [&](const MelCase& of) {
        const bool same = of.cycleTimeS == paper.cycleTimeS && of.energyJ == paper.energyJ;
        run = run || same;
        return same;
    });
    const bool found = saving.percent.GetN() > 0;
    return {"fewer updates than HA-Sync to " + what,
            Describe(paper.percent,
                     " %: ",
                     paper.updates,
                     " instead of ",
                     paper.instead,
                     " at T = ",
                     paper.cycleTimeS,
                     " s and E = ",
                     paper.energyJ,
                     " J"),
            found ? saving.ToText()
            : run ? "not reached by all runs of both"
                  : "these limits were not run",
            JudgeNumber(paper.percent, paper.precisionPp, saving.percent.Mean(), POINTS)};
}

/// Add the claims about fewer updates.
void
AddUpdateClaims(const std::vector<MelResult>& results, uint32_t updates, std::vector<Claim>& claims)
{
    const double best = BestMelAccuracy(results, updates);
    Saving largest;
    for (const bool relative : {false, true})
    {
        for (size_t i = 0; i < std::size(MEL_THRESHOLDS); ++i)
        {
            const double threshold = (relative ? best : 1) * MEL_THRESHOLDS[i];
            const std::string what =
                Describe(100 * MEL_THRESHOLDS[i],
                         " %",
                         relative ? " of the best accuracy (" + ShortNumber(100 * threshold) + " %)"
                                  : std::string());
            claims.push_back(ClaimUpdates(results, what, PAPER_SAVINGS[i], threshold));
            const auto saving =
                LargestSaving(results, threshold, [](const MelCase&) { return true; });
            if (saving.percent.GetN() > 0 && !(saving.percent.Mean() <= largest.percent.Mean()))
            {
                largest = saving;
            }
        }
    }
    claims.push_back({"gains over HA-Sync",
                      Describe("up to ", PAPER_GAIN_PERCENT, " % fewer updates"),
                      largest.percent.GetN() > 0 ? largest.ToText()
                                                 : "no accuracy is reached by all runs of both",
                      JudgeNumber(PAPER_GAIN_PERCENT, 0.5, largest.percent.Mean(), POINTS)});
}

/// @return the other case that a case is compared with, or null
using Partner = std::function<const MelResult*(const MelResult& result)>;

/**
 * @param results all cases that were run
 * @param updates global updates after which accuracies are compared
 * @param partner the case that one is compared with
 * @return at how many pairs a case's accuracy is above its partner's; cases without one are left
 *        out
 */
OrderCount
CompareAccuracies(const std::vector<MelResult>& results, uint32_t updates, const Partner& partner)
{
    OrderCount count;
    for (const auto& result : results)
    {
        if (const auto* other = partner(result))
        {
            count.Add(result.Accuracy(updates), other->Accuracy(updates));
        }
    }
    return count;
}

/// Add the claims that compare accuracies at the end.
void
AddAccuracyClaims(const std::vector<MelResult>& results,
                  uint32_t updates,
                  std::vector<Claim>& claims)
{
    const auto compare = [&](const Partner& partner) {
        return CompareAccuracies(results, updates, partner);
    };
    const auto unaware = compare([&](const MelResult& result) -> const MelResult* {
        const auto& scheme = result.what.scheme;
        const bool asynchronous = scheme.name == "HA-Asyn" && scheme.staleness > 0;
        return asynchronous               ? Find(results, result.what, "HU-Asyn", scheme.staleness)
               : scheme.name == "HA-Sync" ? Find(results, result.what, "HU-Sync", 0)
                                          : nullptr;
    });
    const auto synchronous = compare([&](const MelResult& result) {
        return IsAsynchronous(result.what.scheme) ? Find(results, result.what, "HA-Sync", 0)
                                                  : nullptr;
    });
    const auto staler = compare([&](const MelResult& result) {
        const auto& scheme = result.what.scheme;
        return scheme.name == "HA-Asyn" && scheme.staleness > MEL_MOST_STALENESS
                   ? Find(results, result.what, "HA-Asyn", MEL_MOST_STALENESS)
                   : nullptr;
    });
    claims.push_back(unaware.ToClaim("HA above HU with the same c at the last update",
                                     "always",
                                     ClaimedOrder::ABOVE));
    claims.push_back(synchronous.ToClaim("HA-Asyn above HA-Sync at the last update",
                                         "in most regions",
                                         ClaimedOrder::MOSTLY_ABOVE));
    claims.push_back(staler.ToClaim("c > 5 does not help: c = 8 against c = 5 at the last update",
                                    "no improvement",
                                    ClaimedOrder::NOT_ABOVE));
}

/// Add the claim that without staleness both are the same.
void
AddCoincidenceClaim(const std::vector<MelResult>& results, std::vector<Claim>& claims)
{
    uint32_t same = 0;
    uint32_t pairs = 0;
    for (const auto& result : results)
    {
        const auto* other = Find(results, result.what, "HA-Asyn", 0);
        for (size_t run = 0;
             result.what.scheme.name == "HA-Sync" && other && run < result.runs.size();
             ++run)
        {
            ++pairs;
            same += result.runs[run].iterations == other->runs[run].iterations;
        }
    }
    claims.push_back({"HA-Asyn with c = 0 coincides with HA-Sync",
                      "coincide",
                      Describe("the same mean tau in ", same, " of ", pairs, " runs"),
                      JudgeCount(pairs, same, pairs, "runs")});
}

/// Add the claim that equal shares fail, which can only be judged where limits are tightest.
void
AddFailureClaim(const std::vector<MelResult>& results, std::vector<Claim>& claims)
{
    uint32_t tightest = 0;
    uint32_t unfit = 0;
    uint32_t cases = 0;
    for (const auto& result : results)
    {
        if (result.what.scheme.method.rfind("hu", 0) == 0)
        {
            ++cases;
            tightest += result.what.cycleTimeS <= SHORTEST_CYCLE_S;
            unfit += std::any_of(result.runs.begin(), result.runs.end(), [](const MelRun& run) {
                return !(run.iterations > 0);
            });
        }
    }
    claims.push_back({"equal batches do not always learn",
                      "HU fails to converge on several occasions",
                      Describe("nobody does an iteration in runs of ",
                               unfit,
                               " of ",
                               cases,
                               " cases; ",
                               tightest,
                               " with T = ",
                               SHORTEST_CYCLE_S,
                               " s"),
                      // Several: two at least. Found elsewhere, they count as well.
                      JudgeCount(2, unfit, unfit >= 2 ? cases : tightest, "cases")});
}

} // namespace

std::vector<Claim>
JudgeMelClaims(const std::vector<MelResult>& results, uint32_t updates)
{
    std::vector<Claim> claims;
    AddUpdateClaims(results, updates, claims);
    AddAccuracyClaims(results, updates, claims);
    AddCoincidenceClaim(results, claims);
    AddFailureClaim(results, claims);
    return claims;
}

} // namespace fl
} // namespace ns3
