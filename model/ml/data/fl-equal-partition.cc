/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-equal-partition.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// A device's samples, of all devices; or a label's, of all labels.
using Parts = std::vector<std::vector<uint32_t>>;

/// Number of samples in all groups.
size_t
CountSamples(const Parts& groups)
{
    return std::accumulate(groups.begin(),
                           groups.end(),
                           size_t{0},
                           [](size_t sum, const auto& group) { return sum + group.size(); });
}

/// Which labels each device has.
Parts
ChooseLabels(const Parts& groups, const std::vector<uint32_t>& labelCounts, RandomStream& random)
{
    std::vector<uint32_t> devices(labelCounts.size());
    std::iota(devices.begin(), devices.end(), 0);
    random.Shuffle(devices);
    std::stable_sort(devices.begin(), devices.end(), [&](uint32_t a, uint32_t b) {
        return labelCounts[a] < labelCounts[b];
    });
    std::vector<double> demand(groups.size(), 0); // in parts
    std::vector<uint32_t> order(groups.size());
    std::iota(order.begin(), order.end(), 0);
    Parts chosen(labelCounts.size());
    for (const uint32_t device : devices)
    {
        const double share = 1.0 / labelCounts[device];
        auto load = [&](uint32_t label) {
            return (demand[label] + share) / static_cast<double>(groups[label].size());
        };
        // Among equals, chance decides.
        random.Shuffle(order);
        std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
            return load(a) < load(b);
        });
        for (uint32_t i = 0; i < labelCounts[device]; i++)
        {
            chosen[device].push_back(order[i]);
            demand[order[i]] += share;
        }
    }
    return chosen;
}

/// Whether every label has enough samples for parts of a size.
bool
Suffices(const Parts& groups, const Parts& chosen, size_t size)
{
    std::vector<size_t> needed(groups.size(), 0);
    for (const auto& labels : chosen)
    {
        for (const uint32_t label : labels)
        {
            needed[label] += (size + labels.size() - 1) / labels.size();
        }
    }
    return std::equal(needed.begin(),
                      needed.end(),
                      groups.begin(),
                      [](size_t n, const auto& group) { return n <= group.size(); });
}

/// The largest size, at most so much, for which every label suffices; 0 if there is none.
size_t
LargestSize(const Parts& groups, const Parts& chosen, size_t most)
{
    size_t low = 0;
    size_t high = most + 1;
    while (high - low > 1)
    {
        const size_t middle = low + (high - low) / 2;
        (Suffices(groups, chosen, middle) ? low : high) = middle;
    }
    return low;
}

/// An index, drawn in proportion to the weights, of which at least one is positive.
size_t
DrawIndex(const std::vector<double>& weights, RandomStream& random)
{
    double left = random.Uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
    size_t index = 0;
    size_t lastPositive = 0;
    for (; index < weights.size(); index++)
    {
        if (weights[index] > 0)
        {
            lastPositive = index;
            if (left < weights[index])
            {
                return index;
            }
            left -= weights[index];
        }
    }
    // A rounding may pass the end.
    return lastPositive;
}

} // namespace

std::vector<uint32_t>
VariedLabelCounts(uint32_t devices, uint32_t most)
{
    std::vector<uint32_t> counts;
    uint64_t labels = 1;
    for (uint64_t i = 0; i < devices; i++)
    {
        // The middle of the device's share, (i + 1/2) / devices, against labels (labels + 1) / most
        // (most + 1), in whole numbers.
        while ((2 * i + 1) * most * (most + uint64_t{1}) >= 2 * devices * labels * (labels + 1))
        {
            labels++;
        }
        counts.push_back(static_cast<uint32_t>(labels));
    }
    return counts;
}

std::vector<std::vector<uint32_t>>
SplitLabelsEqually(const std::vector<std::vector<uint32_t>>& groups,
                   const std::vector<uint32_t>& labelCounts,
                   uint32_t maxSamples,
                   RandomStream& random)
{
    const Parts chosen = ChooseLabels(groups, labelCounts, random);
    const size_t share = CountSamples(groups) / labelCounts.size();
    const size_t most = maxSamples > 0 ? std::min<size_t>(maxSamples, share) : share;
    const size_t size = LargestSize(groups, chosen, most);
    const uint32_t labels = *std::max_element(labelCounts.begin(), labelCounts.end());
    if (size < labels)
    {
        throw InvalidInput(Describe("partition: ",
                                    labelCounts.size(),
                                    " parts of equal size: ",
                                    size,
                                    " samples each: must be at least ",
                                    labels,
                                    ", the number of labels of a device"));
    }
    Parts parts(labelCounts.size());
    std::vector<size_t> used(groups.size(), 0);
    for (size_t device = 0; device < parts.size(); device++)
    {
        const auto& own = chosen[device];
        for (size_t i = 0; i < own.size(); i++)
        {
            const size_t count = size / own.size() + (i < size % own.size() ? 1 : 0);
            const auto first = groups[own[i]].begin() + static_cast<std::ptrdiff_t>(used[own[i]]);
            parts[device].insert(parts[device].end(),
                                 first,
                                 first + static_cast<std::ptrdiff_t>(count));
            used[own[i]] += count;
        }
    }
    return parts;
}

std::vector<std::vector<uint32_t>>
SplitByLabelWeights(const std::vector<std::vector<uint32_t>>& groups,
                    const std::vector<std::vector<double>>& weights,
                    uint32_t maxSamples,
                    RandomStream& random)
{
    const size_t share = CountSamples(groups) / weights.size();
    const size_t size = maxSamples > 0 ? std::min<size_t>(maxSamples, share) : share;
    std::vector<size_t> left;
    for (const auto& group : groups)
    {
        left.push_back(group.size());
    }
    Parts parts(weights.size());
    std::vector<double> open(groups.size());
    for (size_t turn = 0; turn < size; turn++)
    {
        for (size_t device = 0; device < parts.size(); device++)
        {
            double total = 0;
            for (size_t label = 0; label < groups.size(); label++)
            {
                open[label] = left[label] > 0 ? weights[device][label] : 0;
                total += open[label];
            }
            if (total <= 0)
            {
                std::copy(left.begin(), left.end(), open.begin());
            }
            const size_t label = DrawIndex(open, random);
            left[label]--;
            parts[device].push_back(groups[label][left[label]]);
        }
    }
    return parts;
}

} // namespace fl
} // namespace ns3
