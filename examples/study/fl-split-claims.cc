/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-claims.h"

#include "fl-split-report.h"
#include "fl-split-table.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// @return a curve; null if it is not there
/// @param results all
/// @param like has its task and limit
/// @param scheme its scheme's name
const SplitResult*
Find(const std::vector<SplitResult>& results, const SplitResult& like, const std::string& scheme)
{
    const auto found = std::find_if(results.begin(), results.end(), [&](const auto& result) {
        return result.curve.task == like.curve.task && result.curve.limitS == like.curve.limitS &&
               result.curve.scheme.name == scheme;
    });
    return found == results.end() ? nullptr : &*found;
}

/// Compare final accuracies of two schemes, at each task and limit.
/// @param results all curves
/// @param one name of a scheme
/// @param other name of another one
/// @return the count
OrderCount
Compare(const std::vector<SplitResult>& results, const std::string& one, const std::string& other)
{
    OrderCount count;
    for (const auto& result : results)
    {
        const auto* against = Find(results, result, other);
        if (result.curve.scheme.name == one && against)
        {
            count.Add(result.Last(&SplitPoint::accuracy), against->Last(&SplitPoint::accuracy));
        }
    }
    return count;
}

/// @return accuracy of a run at a time: of its last evaluation until then
/// @param run a course
/// @param timeS the time [s]
double
AccuracyAt(const SplitRun& run, double timeS)
{
    double accuracy = run.points.front().accuracy;
    for (const auto& point : run.points)
    {
        if (point.timeS <= timeS)
        {
            accuracy = point.accuracy;
        }
    }
    return accuracy;
}

/// @return the curves that are with N devices at random, by N
/// @param results all
std::vector<const SplitResult*>
RandomCurves(const std::vector<SplitResult>& results)
{
    std::vector<const SplitResult*> curves;
    for (const auto& result : results)
    {
        if (result.curve.scheme.scheduled > 0)
        {
            curves.push_back(&result);
        }
    }
    return curves;
}

/// More devices, better learning.
/// @param results all curves
/// @param equalTime at the time when the first of both ends; else after the last round
/// @return the count, from one N to the next
OrderCount
CompareDevices(const std::vector<SplitResult>& results, bool equalTime)
{
    OrderCount count;
    const auto curves = RandomCurves(results);
    for (size_t i = 1; i < curves.size(); ++i)
    {
        Sample more;
        Sample fewer;
        for (size_t run = 0; run < curves[i]->runs.size(); ++run)
        {
            const auto& large = curves[i]->runs[run];
            const auto& small = curves[i - 1]->runs[run];
            const double timeS =
                equalTime ? std::min(large.points.back().timeS, small.points.back().timeS)
                          : std::numeric_limits<double>::infinity();
            more.Add(AccuracyAt(large, timeS));
            fewer.Add(AccuracyAt(small, timeS));
        }
        count.Add(more, fewer);
    }
    return count;
}

/// Slow first, fast later.
/// @param results all curves
/// @return gain of Algorithm 1's accuracy in the second half of the rounds against the first
OrderCount
CompareHalves(const std::vector<SplitResult>& results)
{
    OrderCount count;
    for (const auto& result : results)
    {
        if (result.curve.scheme.name != "Algorithm 1" || result.curve.figure == "5")
        {
            continue;
        }
        Sample first;
        Sample second;
        for (const auto& run : result.runs)
        {
            const auto& points = run.points;
            const double middle = points[points.size() / 2].accuracy;
            first.Add(middle - points.front().accuracy);
            second.Add(points.back().accuracy - middle);
        }
        count.Add(second, first);
    }
    return count;
}

/// The gain over GS, at the lowest limit against the highest.
/// @param results all curves
/// @return the count
OrderCount
CompareGains(const std::vector<SplitResult>& results)
{
    OrderCount count;
    const SplitResult* lowest = nullptr;
    const SplitResult* highest = nullptr;
    for (const auto& result : results)
    {
        if (result.curve.figure == "5" && result.curve.scheme.name == "Algorithm 1")
        {
            lowest = lowest && lowest->curve.limitS <= result.curve.limitS ? lowest : &result;
            highest = highest && highest->curve.limitS >= result.curve.limitS ? highest : &result;
        }
    }
    if (!lowest || lowest == highest)
    {
        return count;
    }
    Sample gains[2];
    for (const bool isHigh : {false, true})
    {
        const auto& curve = isHigh ? *highest : *lowest;
        const auto* greedy = Find(results, curve, "GS");
        for (size_t run = 0; greedy && run < curve.runs.size(); ++run)
        {
            gains[isHigh ? 1 : 0].Add(curve.runs[run].points.back().accuracy -
                                      greedy->runs[run].points.back().accuracy);
        }
    }
    count.Add(gains[0], gains[1]);
    return count;
}

/// A larger set makes smoother curves.
/// @param results all curves
/// @param tasks theirs
/// @return roughness of Algorithm 1's on the smallest set against the largest
OrderCount
CompareRoughness(const std::vector<SplitResult>& results, const std::vector<SplitCase>& tasks)
{
    OrderCount count;
    if (tasks.size() < 2)
    {
        return count;
    }
    const auto bySize = [](const SplitCase& a, const SplitCase& b) {
        return a.samples.size() < b.samples.size();
    };
    const auto range = std::minmax_element(tasks.begin(), tasks.end(), bySize);
    Sample roughness[2];
    for (const auto& result : results)
    {
        const auto* task = &tasks[result.curve.task];
        if (result.curve.scheme.name != "Algorithm 1" ||
            (task != &*range.first && task != &*range.second))
        {
            continue;
        }
        for (const auto& run : result.runs)
        {
            roughness[task == &*range.second ? 1 : 0].Add(SplitRoughness(run));
        }
    }
    count.Add(roughness[0], roughness[1]);
    return count;
}

/// @return run times of Algorithm 1 at the highest limit against the lowest
/// @param times of figure 6
OrderCount
CompareTimes(const std::vector<ScheduleRunTimes>& times)
{
    OrderCount count;
    const ScheduleRunTimes* lowest = nullptr;
    const ScheduleRunTimes* highest = nullptr;
    for (const auto& of : times)
    {
        if (of.curve.method == "paper")
        {
            lowest = lowest ? lowest : &of;
            highest = &of;
        }
    }
    if (!lowest || lowest == highest)
    {
        return count;
    }
    Sample samples[2];
    for (const bool isHigh : {false, true})
    {
        for (const double seconds : (isHigh ? highest : lowest)->seconds)
        {
            samples[isHigh ? 1 : 0].Add(seconds);
        }
    }
    count.Add(samples[1], samples[0]);
    return count;
}

/// What a base is worth.
/// @param results curves of the base's figure
/// @param baselines of its task
/// @param [in,out] claims get them
void
AppendBaseClaims(const std::vector<SplitResult>& results,
                 const std::optional<SplitBaselines>& baselines,
                 std::vector<Claim>& claims)
{
    OrderCount heads;
    OrderCount random;
    OrderCount largest;
    OrderCount words;
    if (baselines)
    {
        const Sample adapters = results.at(0).Last(&SplitPoint::accuracy);
        heads.Add(adapters, results.at(1).Last(&SplitPoint::accuracy));
        random.Add(adapters, results.at(2).Last(&SplitPoint::accuracy));
        largest.Add(adapters, baselines->largestClass);
        words.Add(adapters, baselines->bagOfWords - 0.02);
    }
    const char* ours = "ours: a base must be worth having";
    claims.push_back(heads.ToClaim("adapters learn better than heads alone on the same base",
                                   ours,
                                   ClaimedOrder::ABOVE));
    claims.push_back(
        random.ToClaim("adapters learn better than on a random base", ours, ClaimedOrder::ABOVE));
    claims.push_back(largest.ToClaim("adapters are right more often than the largest class",
                                     ours,
                                     ClaimedOrder::ABOVE));
    claims.push_back(words.ToClaim("adapters are within 2 points of a bag of words or above",
                                   ours,
                                   ClaimedOrder::ABOVE));
}

/// A task learned by half of the devices, beside another one, against by all.
/// @param results all curves
/// @return the count, from one task of heads to the next
OrderCount
CompareHeadTasks(const std::vector<SplitResult>& results)
{
    OrderCount count;
    const bool isAsked = !results.empty() && results.front().curve.figure == "tasks";
    for (size_t i = 0; isAsked && i + 1 < results.size(); i += 2)
    {
        count.Add(results[i + 1].Last(&SplitPoint::accuracy),
                  results[i].Last(&SplitPoint::accuracy));
    }
    return count;
}

} // namespace

std::vector<Claim>
JudgeSplitClaims(const std::vector<SplitResult>& results,
                 const std::vector<SplitCase>& tasks,
                 const std::vector<ScheduleRunTimes>& times,
                 const std::optional<SplitBaselines>& baselines)
{
    std::vector<Claim> claims{
        Compare(results, "Algorithm 1", ALL_IN)
            .ToClaim("Algorithm 1 is close to All-in",
                     "close performance; figures 3 and 4",
                     ClaimedOrder::SAME),
        Compare(results, "exact", ALL_IN)
            .ToClaim("the exact solution is close to All-in", "of Algorithm 1", ClaimedOrder::SAME),
        Compare(results, "Algorithm 1", "GS")
            .ToClaim("Algorithm 1 learns better than GS",
                     "significantly; figures 3 to 5",
                     ClaimedOrder::ABOVE),
        Compare(results, "GS", "AABA")
            .ToClaim("GS learns better than AABA", "as expected", ClaimedOrder::ABOVE),
        CompareDevices(results, false)
            .ToClaim("more devices learn better in as many rounds",
                     "growing importance of more devices",
                     ClaimedOrder::ABOVE),
        CompareDevices(results, true)
            .ToClaim("more devices learn better in the same time",
                     "not distinguished",
                     ClaimedOrder::ABOVE),
        CompareHalves(results).ToClaim("accuracy rises slowly at first and faster later",
                                       "figure 3 (d)",
                                       ClaimedOrder::ABOVE),
        CompareGains(results).ToClaim("the gain over GS is largest under a low limit",
                                      "figure 5 (b)",
                                      ClaimedOrder::ABOVE),
        CompareRoughness(results, tasks)
            .ToClaim("curves are smoother on a larger set",
                     "figure 4 against 3; because CIFAR-10 is much larger (it is not)",
                     ClaimedOrder::ABOVE),
        CompareTimes(times).ToClaim("a solution takes longer under a higher limit",
                                    "figure 6",
                                    ClaimedOrder::ABOVE)};
    AppendBaseClaims(results, baselines, claims);
    claims.push_back(CompareHeadTasks(results).ToClaim(
        "devices learn their task as well beside those of another task as if all had theirs",
        "heads may differ; section II",
        ClaimedOrder::SAME));
    const auto paper = PaperSizes();
    claims.push_back({"BERT-base has 454 thousand adapters; 0.42 % of all",
                      "454K; 0.42 %",
                      Describe(paper[0].adapters,
                               "; ",
                               ShortNumber(100 * paper[0].ShareOfBase()),
                               " % of the base"),
                      JudgeNumber(0.42, 0.005, 100 * paper[0].ShareOfBase(), "points")});
    claims.push_back({"ViT-B/16 has 663 thousand adapters; 0.76 % of all",
                      "663K; 0.76 %",
                      Describe(paper[1].adapters,
                               "; ",
                               ShortNumber(100 * paper[1].ShareOfAll()),
                               " % of base and adapters"),
                      JudgeNumber(0.76, 0.005, 100 * paper[1].ShareOfAll(), "points")});
    return claims;
}

} // namespace fl
} // namespace ns3
