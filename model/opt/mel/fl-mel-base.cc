/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-base.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// A step along a learner's convex hull.
struct Step
{
    int64_t extra;    //!< iterations more
    int64_t cost;     //!< samples less
    uint32_t learner; //!< whose
    size_t option;    //!< where it leads
};

/**
 * @param a one step
 * @param b the other
 * @return whether a step gives more iterations for a sample, or, if as many, comes first
 */
bool
IsCheaper(const Step& a, const Step& b)
{
    // Both below 1e18.
    const int64_t left = a.cost * b.extra;
    const int64_t right = b.cost * a.extra;
    return left != right ? left < right : a.option < b.option;
}

/// Largest number of samples that is of use to one learner, the others having their least.
int64_t
MostSamples(const MelProblem& problem)
{
    return problem.samples -
           (static_cast<int64_t>(problem.learners.size()) - 1) * problem.minSamples;
}

/// Add a learner's options; atBase: what it can take at the base.
void
AddOptions(const MelProblem& problem,
           size_t k,
           int64_t most,
           int64_t width,
           int64_t atBase,
           MelBase& base)
{
    const int64_t last = base.base + width;
    int64_t iterations = base.base;
    int64_t capacity = atBase;
    while (capacity >= problem.minSamples)
    {
        int64_t next = -1;
        if (iterations < last)
        {
            next = std::min(MelCapacity(problem, k, iterations + 1), most);
        }
        if (next == capacity)
        {
            // On to the last one with that capacity: there may be many.
            iterations = MelMaxIterations(problem, k, capacity, last);
            next = iterations < last ? MelCapacity(problem, k, iterations + 1) : -1;
        }
        base.options.push_back({iterations - base.base, atBase - capacity});
        ++iterations;
        capacity = next;
    }
}

/// Add the steps of one learner's lower convex hull, cheapest first.
void
AddSteps(const MelBase& base, size_t k, std::vector<size_t>& hull, std::vector<Step>& steps)
{
    const auto& options = base.options;
    hull.clear();
    for (size_t i = base.first[k]; i < base.first[k + 1]; ++i)
    {
        while (hull.size() >= 2)
        {
            const auto& a = options[hull[hull.size() - 2]];
            const auto& b = options[hull.back()];
            const int64_t left = (b.cost - a.cost) * (options[i].extra - b.extra);
            const int64_t right = (options[i].cost - b.cost) * (b.extra - a.extra);
            if (left < right)
            {
                break;
            }
            hull.pop_back();
        }
        hull.push_back(i);
    }
    for (size_t i = 1; i < hull.size(); ++i)
    {
        const auto& from = options[hull[i - 1]];
        const auto& to = options[hull[i]];
        steps.push_back(
            {to.extra - from.extra, to.cost - from.cost, static_cast<uint32_t>(k), hull[i]});
    }
}

} // namespace

std::optional<MelBase>
MakeMelBase(const MelProblem& problem, int64_t m, int64_t width)
{
    MelBase base;
    base.base = m;
    const size_t count = problem.learners.size();
    const int64_t most = MostSamples(problem);
    base.first.reserve(count + 1);
    int64_t total = 0;
    for (size_t k = 0; k < count; ++k)
    {
        const int64_t capacity = std::min(MelCapacity(problem, k, m), most);
        if (capacity < problem.minSamples)
        {
            return std::nullopt;
        }
        total += capacity;
        base.first.push_back(base.options.size());
        AddOptions(problem, k, most, width, capacity, base);
    }
    base.first.push_back(base.options.size());
    base.spare = total - problem.samples;
    if (base.spare < 0)
    {
        return std::nullopt;
    }
    return base;
}

MelBound
BoundMelBase(const MelBase& base)
{
    const size_t count = base.first.size() - 1;
    MelBound bound;
    std::vector<Step> steps;
    std::vector<size_t> hull;
    steps.reserve(base.options.size());
    bound.chosen.assign(base.first.begin(), base.first.end() - 1);
    for (size_t k = 0; k < count; ++k)
    {
        bound.found += base.Begin(k)->extra;
        AddSteps(base, k, hull, steps);
    }
    std::sort(steps.begin(), steps.end(), IsCheaper);
    int64_t left = base.spare;
    bool all = true;
    std::vector<bool> stopped;
    for (const auto& step : steps)
    {
        if (!all && stopped[step.learner])
        {
            continue;
        }
        if (step.cost <= left)
        {
            left -= step.cost;
            bound.found += step.extra;
            bound.chosen[step.learner] = step.option;
            continue;
        }
        if (all)
        {
            // The first step that does not fit: the relaxation ends with a part of it. What still
            // fits of later ones serves what is found only.
            all = false;
            stopped.assign(count, false);
            const auto extra = static_cast<double>(step.extra);
            const auto cost = static_cast<double>(step.cost);
            bound.bound = bound.found + step.extra * left / step.cost;
            bound.price = extra / cost;
            bound.real = static_cast<double>(bound.found) + static_cast<double>(left) * bound.price;
        }
        stopped[step.learner] = true;
    }
    if (all)
    {
        bound.bound = bound.found;
        bound.real = static_cast<double>(bound.found);
    }
    return bound;
}

int64_t
MelSynchronousIterations(const MelProblem& problem)
{
    RequireMelFeasible(problem);
    const auto fits = [&](int64_t m) {
        int64_t total = 0;
        for (size_t k = 0; k < problem.learners.size(); ++k)
        {
            const int64_t capacity = MelCapacity(problem, k, m);
            if (capacity < problem.minSamples)
            {
                return false;
            }
            total += capacity;
        }
        return total >= problem.samples;
    };
    int64_t low = 0;
    int64_t high = 1;
    while (fits(high))
    {
        if (high >= MEL_MAX_ITERATIONS)
        {
            throw InvalidInput(Describe(Named("cycle_time_s"),
                                        " = ",
                                        problem.cycleTimeS,
                                        ": must be shorter, or c2 and g2 larger: more than ",
                                        MEL_MAX_ITERATIONS,
                                        " iterations of each learner fit"));
        }
        low = high;
        high = std::min(2 * high, MEL_MAX_ITERATIONS);
    }
    while (high - low > 1)
    {
        const int64_t middle = low + (high - low) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

std::vector<MelWork>
ShareMelSamples(const MelProblem& problem, const std::vector<int64_t>& iterations)
{
    const size_t count = iterations.size();
    const int64_t least = problem.minSamples;
    std::vector<MelWork> work(count);
    std::vector<int64_t> room(count);
    double total = 0;
    int64_t left = problem.samples - static_cast<int64_t>(count) * least;
    for (size_t k = 0; k < count; ++k)
    {
        room[k] = std::min(MelCapacity(problem, k, iterations[k]), MostSamples(problem)) - least;
        total += static_cast<double>(room[k]);
    }
    // A hair less than the exact part, so that rounding gives no one too many.
    const double part = total > 0 ? static_cast<double>(left) / total * (1 - 1e-12) : 0;
    for (size_t k = 0; k < count; ++k)
    {
        const auto share = static_cast<int64_t>(std::floor(static_cast<double>(room[k]) * part));
        work[k] = {iterations[k], least + share};
        room[k] -= share;
        left -= share;
    }
    for (size_t k = 0; k < count && left > 0; ++k)
    {
        const int64_t share = std::min(left, std::min<int64_t>(room[k], 1));
        work[k].samples += share;
        room[k] -= share;
        left -= share;
    }
    for (size_t k = 0; k < count && left > 0; ++k)
    {
        const int64_t share = std::min(left, room[k]);
        work[k].samples += share;
        left -= share;
    }
    return work;
}

} // namespace fl
} // namespace ns3
