/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-ru-allocation.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <queue>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

/// Sizes of RUs, and how many 52-tone RUs each has room for; a 26-tone RU is half of one.
constexpr std::array<uint32_t, 7> SIZES{26, 52, 106, 242, 484, 996, 1992};
constexpr std::array<uint32_t, 7> UNITS{0, 1, 2, 4, 8, 16, 32}; //!< by size, as SIZES

/// What round-off may make of a share that is that of an RU.
constexpr double ROUND_OFF = 1e-9;

/**
 * @param widthMhz channel width [MHz]
 * @return how many of the sizes a channel has
 * @throws InvalidInput if it is not 20, 40, 80 or 160
 */
size_t
NSizes(uint32_t widthMhz)
{
    switch (widthMhz)
    {
    case 20:
        return 4;
    case 40:
        return 5;
    case 80:
        return 6;
    case 160:
        return 7;
    default:
        throw InvalidInput(
            Describe("channel width = ", widthMhz, " MHz: must be 20, 40, 80 or 160"));
    }
}

/**
 * @param tones size of an RU
 * @param nSizes how many of the sizes the channel has
 * @return which of the sizes it is, from 0
 * @throws InvalidInput if it is none of them
 */
size_t
LevelOf(uint32_t tones, size_t nSizes)
{
    const auto* end = SIZES.begin() + nSizes;
    const auto* found = std::find(SIZES.begin(), end, tones);
    if (found == end)
    {
        throw InvalidInput(Describe("RU size = ",
                                    tones,
                                    " tones: must be one that the channel has, up to ",
                                    SIZES.at(nSizes - 1)));
    }
    return found - SIZES.begin();
}

/// How many RUs of each size are taken, and whether they have room together.
class RuCount
{
  public:
    /**
     * No RU is taken yet.
     * @param widthMhz channel width [MHz]
     */
    explicit RuCount(uint32_t widthMhz)
        : m_units(widthMhz / 20 * 4),
          m_centres20(widthMhz / 20),
          m_centres80(widthMhz / 80)
    {
    }

    /**
     * Take RUs, or give them back.
     * @param level which of the sizes
     * @param by how many; negative: given back
     */
    void Add(size_t level, int by)
    {
        m_count[level] += by;
    }

    /**
     * RUs of 52 tones and more are halved like the blocks of a buddy allocator, so that they have
     * room if their sum has. A centre 26-tone RU is free unless a wider RU spans it: one in each 20
     * MHz, one in each 80 MHz.
     * @return whether the RUs that are taken have room together
     */
    bool Fits() const
    {
        int used = 0;
        for (size_t level = 1; level < SIZES.size(); ++level)
        {
            used += m_count[level] * static_cast<int>(UNITS[level]);
        }
        const int centres = m_centres20 - m_count[3] - 2 * m_count[4] - 4 * m_count[5] -
                            8 * m_count[6] + m_centres80 - m_count[5] - 2 * m_count[6];
        return used <= m_units && m_count[0] <= 2 * (m_units - used) + centres;
    }

  private:
    int m_units;                  //!< 52-tone RUs that the channel has
    int m_centres20;              //!< channels of 20 MHz in it
    int m_centres80;              //!< channels of 80 MHz in it
    std::array<int, 7> m_count{}; //!< RUs taken, by size
};

/**
 * @param level which of the sizes
 * @param number which RU of that size, from 0 in ascending frequency
 * @return where RUs of a size begin and how many 26-tone RUs each has, from place 0
 */
RuSpan
SpanAt(size_t level, uint32_t number)
{
    // 80 MHz: two halves of 18 with one between them; 20 MHz: two halves of 4 with one between
    // them.
    const auto within80 = [](uint32_t place20) { return place20 * 9 + (place20 >= 2 ? 1 : 0); };
    const auto base20 = [&](uint32_t n20) { return n20 / 4 * 37 + within80(n20 % 4); };
    switch (level)
    {
    case 0:
        return {number, 1};
    case 1: {
        constexpr std::array<uint32_t, 4> OFFSETS{0, 2, 5, 7};
        return {base20(number / 4) + OFFSETS[number % 4], 2};
    }
    case 2:
        return {base20(number / 2) + number % 2 * 5, 4};
    case 3:
        return {base20(number), 9};
    case 4:
        return {base20(number * 2), 18};
    case 5:
        return {number * 37, 37};
    default:
        return {0, 74};
    }
}

/// Places RUs, each at the lowest place that is free; wide ones come first.
class RuMap
{
  public:
    /**
     * All places are free.
     * @param widthMhz channel width [MHz]
     * @throws InvalidInput if it is not 20, 40, 80 or 160
     */
    explicit RuMap(uint32_t widthMhz)
        : m_taken(MaxRus(widthMhz), false)
    {
    }

    /**
     * Take the lowest free RU of a size.
     * @param level which of the sizes
     * @return the RU
     * @throws std::logic_error if there is none
     */
    Ru Take(size_t level)
    {
        for (uint32_t number = 0;; ++number)
        {
            const RuSpan span = SpanAt(level, number);
            if (span.first + span.count > m_taken.size())
            {
                throw std::logic_error("RUs that fit by number have no room");
            }
            const auto begin = m_taken.begin() + span.first;
            if (std::find(begin, begin + span.count, true) == begin + span.count)
            {
                std::fill(begin, begin + span.count, true);
                return {SIZES[level], number + 1};
            }
        }
    }

  private:
    std::vector<bool> m_taken; //!< by 26-tone RU
};

/**
 * @param widthMhz channel width [MHz]
 * @param demands by station
 * @return by station, the smallest size that it can use, checked
 * @throws InvalidInput if the width or a smallest size is none, or a share of tones is not finite
 *         and positive
 */
std::vector<size_t>
LowestLevels(uint32_t widthMhz, const std::vector<RuDemand>& demands)
{
    const size_t nSizes = NSizes(widthMhz);
    std::vector<size_t> levels;
    for (const auto& demand : demands)
    {
        if (!std::isfinite(demand.tones) || !(demand.tones > 0))
        {
            throw InvalidInput(
                Describe("share = ", demand.tones, " tones: must be finite and above 0"));
        }
        levels.push_back(LevelOf(demand.minTones, nSizes));
    }
    return levels;
}

/// A station in the queue of those that may get a larger RU.
struct Candidate
{
    double fit;     //!< what it has of what it wants
    size_t station; //!< which

    /// The worst off has the highest priority.
    bool operator<(const Candidate& other) const
    {
        return fit != other.fit ? fit > other.fit : station > other.station;
    }
};

/**
 * Raise sizes, the worst off station first, until no one's can be.
 *
 * A set in which some RU is replaced by a smaller one still has room. So if the station that is
 * worst off cannot have the next size while all others have the least that leaves them no worse
 * off, it has it in no set that is better, and stays; and else there is a best set in which it has.
 * @param widthMhz channel width [MHz]
 * @param demands by station
 * @param count RUs taken, those of levels; changed with them
 * @param levels by station, which of the sizes; raised
 */
void
Raise(uint32_t widthMhz,
      const std::vector<RuDemand>& demands,
      RuCount& count,
      std::vector<size_t>& levels)
{
    const size_t nSizes = NSizes(widthMhz);
    std::priority_queue<Candidate> queue;
    const auto push = [&](size_t station) {
        const double fit = SIZES[levels[station]] / demands[station].tones;
        if (fit < 1 - ROUND_OFF && levels[station] + 1 < nSizes)
        {
            queue.push({fit, station});
        }
    };
    for (size_t station = 0; station < demands.size(); ++station)
    {
        push(station);
    }
    while (!queue.empty())
    {
        const size_t station = queue.top().station;
        queue.pop();
        size_t& level = levels[station];
        count.Add(level, -1);
        count.Add(level + 1, 1);
        if (count.Fits())
        {
            ++level;
            push(station);
        }
        else
        {
            count.Add(level + 1, -1);
            count.Add(level, 1);
        }
    }
}

/**
 * @param demands by station
 * @param group its members, and its part of the time, within (0, 1]
 * @return demands of the group's members, divided by its part of the time
 */
std::vector<RuDemand>
Scaled(const std::vector<RuDemand>& demands, const RuGroup& group)
{
    std::vector<RuDemand> scaled;
    for (const size_t member : group.members)
    {
        scaled.push_back(demands[member]);
        scaled.back().tones /= group.airtime;
    }
    return scaled;
}

/**
 * @param demands by station
 * @param order all stations; neighbours get into one group
 * @param nGroups number of groups, within 1 ... number of stations
 * @return groups of a certain number, without RUs; each one is a run of the stations in that order,
 *         with a part of the time in proportion to its demands
 */
std::vector<RuGroup>
Deal(const std::vector<RuDemand>& demands, const std::vector<size_t>& order, size_t nGroups)
{
    const double sum =
        std::accumulate(demands.begin(), demands.end(), 0.0, [](double s, const RuDemand& d) {
            return s + d.tones;
        });
    std::vector<RuGroup> groups(nGroups);
    for (size_t g = 0; g < nGroups; ++g)
    {
        auto& group = groups[g];
        group.members.assign(order.begin() + order.size() * g / nGroups,
                             order.begin() + order.size() * (g + 1) / nGroups);
        std::sort(group.members.begin(), group.members.end());
        double part = 0;
        for (const size_t member : group.members)
        {
            part += demands[member].tones;
        }
        group.airtime = part / sum;
    }
    return groups;
}

} // namespace

bool
Ru::operator==(const Ru& other) const
{
    return tones == other.tones && index == other.index;
}

uint32_t
ChannelTones(uint32_t widthMhz)
{
    return SIZES[NSizes(widthMhz) - 1];
}

uint32_t
MaxRus(uint32_t widthMhz)
{
    NSizes(widthMhz);
    return widthMhz / 20 * 9 + widthMhz / 80;
}

std::vector<uint32_t>
RuSizes(uint32_t widthMhz)
{
    return {SIZES.begin(), SIZES.begin() + NSizes(widthMhz)};
}

RuSpan
SpanOf(const Ru& ru)
{
    return SpanAt(LevelOf(ru.tones, SIZES.size()), ru.index - 1);
}

std::vector<Ru>
AllocateRus(uint32_t widthMhz, const std::vector<RuDemand>& demands)
{
    std::vector<size_t> levels = LowestLevels(widthMhz, demands);
    RuCount count(widthMhz);
    for (const size_t level : levels)
    {
        count.Add(level, 1);
    }
    if (!count.Fits())
    {
        return {};
    }
    Raise(widthMhz, demands, count, levels);

    std::vector<size_t> order(demands.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return levels[a] > levels[b];
    });
    RuMap map(widthMhz);
    std::vector<Ru> rus(demands.size());
    for (const size_t station : order)
    {
        rus[station] = map.Take(levels[station]);
    }
    return rus;
}

std::vector<RuGroup>
AllocateRuGroups(uint32_t widthMhz, const std::vector<RuDemand>& demands)
{
    LowestLevels(widthMhz, demands);
    if (demands.empty())
    {
        return {};
    }
    std::vector<size_t> order(demands.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return demands[a].tones > demands[b].tones;
    });
    const size_t maxRus = MaxRus(widthMhz);
    for (size_t nGroups = (demands.size() + maxRus - 1) / maxRus;; ++nGroups)
    {
        auto groups = Deal(demands, order, nGroups);
        const bool fits = std::all_of(groups.begin(), groups.end(), [&](RuGroup& group) {
            group.rus = AllocateRus(widthMhz, Scaled(demands, group));
            return !group.rus.empty();
        });
        if (fits)
        {
            return groups;
        }
    }
}

} // namespace fl
} // namespace ns3
