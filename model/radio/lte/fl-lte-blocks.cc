/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-blocks.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// Quotas that differ from a whole number by round-off only count as that number.
constexpr double ROUND_OFF = 1e-9;

/**
 * @param x not negative, below 2^32
 * @return the largest whole number that is not above x, but for round-off
 */
uint32_t
Floor(double x)
{
    return static_cast<uint32_t>(std::floor(x + ROUND_OFF));
}

/// Quotas that were merged.
struct Merged
{
    double quota;                  //!< their sum
    std::vector<uint32_t> members; //!< their indices, ascending
};

/// Merge the smallest two until there are at most `limit`; by the first member, ascending.
std::vector<Merged>
MergeSmallest(const std::vector<double>& quotas, uint32_t limit)
{
    std::vector<Merged> groups;
    for (uint32_t i = 0; i < quotas.size(); ++i)
    {
        groups.push_back({quotas[i], {i}});
    }
    // Largest first, ties by the first member, so that the two smallest are at the end.
    const auto before = [](const Merged& a, const Merged& b) {
        return a.quota != b.quota ? a.quota > b.quota : a.members[0] < b.members[0];
    };
    std::sort(groups.begin(), groups.end(), before);
    while (groups.size() > limit)
    {
        Merged last = std::move(groups.back());
        groups.pop_back();
        Merged other = std::move(groups.back());
        groups.pop_back();
        last.quota += other.quota;
        last.members.insert(last.members.end(), other.members.begin(), other.members.end());
        std::sort(last.members.begin(), last.members.end());
        const auto place = std::lower_bound(groups.begin(), groups.end(), last, before);
        groups.insert(place, std::move(last));
    }
    std::sort(groups.begin(), groups.end(), [](const Merged& a, const Merged& b) {
        return a.members[0] < b.members[0];
    });
    return groups;
}

} // namespace

std::vector<uint32_t>
RoundToBlocks(const std::vector<double>& quotas, uint32_t limit)
{
    const auto n = static_cast<uint32_t>(quotas.size());
    const double sum = std::accumulate(quotas.begin(), quotas.end(), 0.0);
    const double wanted = std::floor(std::min(sum, static_cast<double>(limit)) + 0.5);
    const uint32_t total = std::clamp(static_cast<uint32_t>(wanted), n, std::max(n, limit));

    // A quota below one gets one. That reduces the share of the others, which may fall below one.
    std::vector<uint32_t> counts(n, 1);
    std::vector<bool> fixed(n, false);
    uint32_t left = total;
    double freeSum = sum;
    double scale = 1;
    for (bool changed = true; changed;)
    {
        changed = false;
        scale = freeSum > 0 ? left / freeSum : 0;
        for (uint32_t i = 0; i < n; ++i)
        {
            if (!fixed[i] && Floor(quotas[i] * scale) < 1)
            {
                fixed[i] = true;
                changed = true;
                --left;
                freeSum -= quotas[i];
            }
        }
    }

    std::vector<uint32_t> byRemainder;
    std::vector<double> remainder(n, 0);
    for (uint32_t i = 0; i < n; ++i)
    {
        if (!fixed[i])
        {
            counts[i] = Floor(quotas[i] * scale);
            // Remainders in units of round-off, so that ties are exact: then the lower index is
            // first.
            remainder[i] = std::round((quotas[i] * scale - counts[i]) / ROUND_OFF);
            left -= std::min(left, counts[i]);
            byRemainder.push_back(i);
        }
    }
    std::stable_sort(byRemainder.begin(), byRemainder.end(), [&](uint32_t a, uint32_t b) {
        return remainder[a] > remainder[b];
    });
    for (uint32_t i = 0; i < left && i < byRemainder.size(); ++i)
    {
        ++counts[byRemainder[i]];
    }
    return counts;
}

std::vector<BlockGroup>
LayOutBlocks(const std::vector<double>& quotas, uint32_t blocks, uint32_t firstBlock)
{
    const auto merged = MergeSmallest(quotas, blocks);
    std::vector<double> sums;
    for (const auto& group : merged)
    {
        sums.push_back(group.quota);
    }
    const auto counts = RoundToBlocks(sums, blocks);
    std::vector<BlockGroup> groups;
    uint32_t next = firstBlock;
    for (size_t i = 0; i < merged.size(); ++i)
    {
        BlockGroup group;
        group.first = next;
        group.count = counts[i];
        group.members = merged[i].members;
        for (const auto member : group.members)
        {
            group.turnShares.push_back(quotas[member] / merged[i].quota);
        }
        next += group.count;
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<BlockGroup>
LayOutByPlace(std::vector<BlockQuota> quotas, uint32_t blocks)
{
    std::stable_sort(quotas.begin(), quotas.end(), [](const auto& a, const auto& b) {
        return a.placeHz < b.placeHz;
    });
    std::vector<double> counts;
    for (const auto& quota : quotas)
    {
        counts.push_back(quota.blocks);
    }
    auto groups = LayOutBlocks(counts, blocks);
    for (auto& group : groups)
    {
        for (auto& member : group.members)
        {
            member = quotas[member].rnti;
        }
    }
    return groups;
}

} // namespace fl
} // namespace ns3
