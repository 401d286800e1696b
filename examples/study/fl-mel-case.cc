/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-case.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

Sample
MelResult::Accuracy(size_t update) const
{
    Sample sample;
    for (const auto& run : runs)
    {
        sample.Add(run.accuracy.at(update));
    }
    return sample;
}

Sample
MelResult::UpdatesTo(double threshold) const
{
    Sample sample;
    for (const auto& run : runs)
    {
        sample.Add(MelUpdatesTo(run.accuracy, threshold));
    }
    return sample;
}

uint32_t
MelResult::CountFeasible() const
{
    return static_cast<uint32_t>(
        std::count_if(runs.begin(), runs.end(), [](const MelRun& run) { return run.feasible; }));
}

bool
IsSameCase(const MelCase& a, const MelCase& b)
{
    return a.cycleTimeS == b.cycleTimeS && a.energyJ == b.energyJ &&
           a.scheme.name == b.scheme.name && a.scheme.method == b.scheme.method &&
           a.scheme.staleness == b.scheme.staleness;
}

double
MelUpdatesTo(const std::vector<double>& accuracy, double threshold)
{
    for (size_t update = 0; update < accuracy.size(); ++update)
    {
        if (accuracy[update] >= threshold)
        {
            return static_cast<double>(update);
        }
    }
    return ABSENT;
}

double
BestMelAccuracy(const std::vector<MelResult>& results, uint32_t updates)
{
    double best = 0;
    for (const auto& result : results)
    {
        best = std::max(best, result.Accuracy(updates).Mean());
    }
    return best;
}

} // namespace fl
} // namespace ns3
