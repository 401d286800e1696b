/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-ru-allocation.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// RUs of one channel, as sizes in descending order.
using Sizes = std::vector<uint32_t>;

/// @return all pairs put together
std::set<Sizes>
Join(const std::set<Sizes>& a, const std::set<Sizes>& b)
{
    std::set<Sizes> joined;
    for (const auto& x : a)
    {
        for (const auto& y : b)
        {
            Sizes both = x;
            both.insert(both.end(), y.begin(), y.end());
            std::sort(both.rbegin(), both.rend());
            joined.insert(both);
        }
    }
    return joined;
}

/**
 * All ways to cut a channel into RUs, by the standard's tree (IEEE 802.11ax-2021, figures 27-5 to
 * 27-7): an RU is whole or cut into two halves, with a centre 26-tone RU between those of 242 and
 * of 996 tones.
 * @return sizes, each set once
 */
std::set<Sizes>
Partitions(uint32_t tones)
{
    static const std::map<uint32_t, uint32_t> HALVES{{52, 26},
                                                     {106, 52},
                                                     {242, 106},
                                                     {484, 242},
                                                     {996, 484},
                                                     {1992, 996}};
    std::set<Sizes> all{{tones}};
    if (tones == 26)
    {
        return all;
    }
    const auto half = Partitions(HALVES.at(tones));
    auto cut = Join(half, half);
    if (tones == 242 || tones == 996)
    {
        cut = Join(cut, {{26}});
    }
    all.insert(cut.begin(), cut.end());
    return all;
}

/// @return how well sizes fit shares, the worst first
std::vector<double>
FitsOf(const std::vector<RuDemand>& demands, const Sizes& sizes)
{
    std::vector<double> fits;
    for (size_t i = 0; i < demands.size(); ++i)
    {
        fits.push_back(std::min(1.0, sizes[i] / demands[i].tones));
    }
    std::sort(fits.begin(), fits.end());
    return fits;
}

/**
 * The best fits of all partitions and of all ways to give their RUs to stations.
 * @return the worst first; empty if no partition has an RU for each
 */
std::vector<double>
BestByBruteForce(const std::set<Sizes>& partitions, const std::vector<RuDemand>& demands)
{
    // Larger RUs to larger shares: exchanging two against that order makes the worst of both worse.
    std::vector<RuDemand> sorted = demands;
    std::sort(sorted.begin(), sorted.end(), [](const RuDemand& a, const RuDemand& b) {
        return a.tones > b.tones;
    });
    std::vector<double> best;
    for (const auto& partition : partitions)
    {
        // No one is worse off with a larger RU, so the smallest ones are left out.
        if (partition.size() >= sorted.size())
        {
            best = std::max(best, FitsOf(sorted, partition));
        }
    }
    return best;
}

/// What was allocated is what the definition calls best, for every number of stations.
class BestFitCase : public TestCase
{
  public:
    BestFitCase(uint32_t widthMhz, uint32_t drops)
        : TestCase("RUs: the best of all partitions, " + std::to_string(widthMhz) + " MHz"),
          m_widthMhz(widthMhz),
          m_drops(drops)
    {
    }

  private:
    void DoRun() override
    {
        const auto partitions = Partitions(ChannelTones(m_widthMhz));
        std::mt19937 random(m_widthMhz);
        std::uniform_real_distribution<double> uniform(0, 1);
        for (size_t n = 1; n <= MaxRus(m_widthMhz); ++n)
        {
            for (uint32_t drop = 0; drop < m_drops; ++drop)
            {
                // The exponent makes shares from nearly equal to very unequal.
                const double skew = 4.0 * drop / m_drops;
                std::vector<RuDemand> demands(n);
                double sum = 0;
                for (auto& demand : demands)
                {
                    demand.tones = 1e-3 + std::pow(uniform(random), skew);
                    sum += demand.tones;
                }
                const double used = drop % 2 == 0 ? 1 : uniform(random); // all of the band, or not
                for (auto& demand : demands)
                {
                    demand.tones *= used * ChannelTones(m_widthMhz) / sum;
                }
                Check(partitions, demands);
            }
        }
    }

    void Check(const std::set<Sizes>& partitions, const std::vector<RuDemand>& demands)
    {
        const auto rus = AllocateRus(m_widthMhz, demands);
        NS_TEST_ASSERT_MSG_EQ(rus.size(), demands.size(), "an RU for each");
        Sizes sizes;
        for (const auto& ru : rus)
        {
            sizes.push_back(ru.tones);
        }
        const auto expected = BestByBruteForce(partitions, demands);
        const auto fits = FitsOf(demands, sizes);
        // Both are quotients of the same numbers.
        NS_TEST_ASSERT_MSG_EQ((fits == expected), true, "best fit of " << demands.size());
    }

    uint32_t m_widthMhz; //!< of the channel
    uint32_t m_drops;    //!< random demands per number of stations
};

/// RUs exist and do not overlap; none is larger than needed.
class PlaceCase : public TestCase
{
  public:
    PlaceCase()
        : TestCase("RUs: existing, apart, no larger than needed, at any width")
    {
    }

  private:
    void DoRun() override
    {
        std::mt19937 random(7);
        std::uniform_real_distribution<double> uniform(0, 1);
        for (const uint32_t widthMhz : {20, 40, 80, 160})
        {
            for (size_t n = 1; n <= MaxRus(widthMhz); ++n)
            {
                std::vector<RuDemand> demands(n);
                double sum = 0;
                for (auto& demand : demands)
                {
                    demand.tones = 1e-3 + std::pow(uniform(random), n % 5);
                    sum += demand.tones;
                }
                for (auto& demand : demands)
                {
                    demand.tones *= ChannelTones(widthMhz) / sum;
                }
                const auto rus = AllocateRus(widthMhz, demands);
                NS_TEST_ASSERT_MSG_EQ(rus.size(), n, "an RU for each at " << widthMhz);
                CheckPlaces(widthMhz, demands, rus);
                NS_TEST_ASSERT_MSG_EQ((rus == AllocateRus(widthMhz, demands)), true, "repeatable");
            }
            NS_TEST_EXPECT_MSG_EQ(
                AllocateRus(widthMhz, std::vector<RuDemand>(MaxRus(widthMhz) + 1, {1, 26})).empty(),
                true,
                "one more than there are RUs");
        }
    }

    void CheckPlaces(uint32_t widthMhz,
                     const std::vector<RuDemand>& demands,
                     const std::vector<Ru>& rus)
    {
        const auto sizes = RuSizes(widthMhz);
        std::vector<bool> taken(MaxRus(widthMhz), false);
        for (size_t i = 0; i < rus.size(); ++i)
        {
            const auto span = SpanOf(rus[i]);
            NS_TEST_ASSERT_MSG_LT_OR_EQ(span.first + span.count, taken.size(), "in the channel");
            for (uint32_t place = span.first; place < span.first + span.count; ++place)
            {
                NS_TEST_ASSERT_MSG_EQ(taken[place], false, "overlap at " << place);
                taken[place] = true;
            }
            const auto size = std::find(sizes.begin(), sizes.end(), rus[i].tones);
            NS_TEST_ASSERT_MSG_EQ((size != sizes.end()), true, "a size that there is");
            if (size != sizes.begin())
            {
                NS_TEST_ASSERT_MSG_LT(*std::prev(size), demands[i].tones, "larger than needed");
            }
        }
    }
};

/// RUs of known place, from the standard's tables.
class KnownCase : public TestCase
{
  public:
    KnownCase()
        : TestCase("RUs: known answers, refusals")
    {
    }

  private:
    void DoRun() override
    {
        // A quarter, a quarter and half of 20 MHz: 60.5 tones are nearest to 52 where all are to be
        // stretched alike, 121 to 106.
        const auto rus = AllocateRus(20, {{60.5}, {60.5}, {121}});
        const std::vector<Ru> expected{{52, 3}, {52, 4}, {106, 1}};
        NS_TEST_EXPECT_MSG_EQ((rus == expected), true, "52 + 52 + 106");
        // Half of a band leaves the other half idle.
        NS_TEST_EXPECT_MSG_EQ((AllocateRus(80, {{484}}) == std::vector<Ru>{{484, 1}}),
                              true,
                              "half");
        NS_TEST_EXPECT_MSG_EQ((AllocateRus(160, {{1992}}) == std::vector<Ru>{{1992, 1}}), true, "");
        // Who cannot use 26 tones gets more, though its share is small.
        NS_TEST_EXPECT_MSG_EQ(AllocateRus(20, {{10, 106}, {232}})[0].tones, 106, "as it must");
        NS_TEST_EXPECT_MSG_EQ(AllocateRus(20, {{10, 106}, {232}})[1].tones, 106, "what is left");
        NS_TEST_EXPECT_MSG_EQ(AllocateRus(20, {{1, 242}, {1}}).empty(), true, "no room");
        Refuses([] { AllocateRus(30, {{1}}); }, {"width = 30", "20, 40, 80 or 160"});
        Refuses([] { AllocateRus(20, {{0}}); }, {"share = 0", "above 0"});
        Refuses([] { AllocateRus(20, {{1, 484}}); }, {"RU size = 484", "242"});
    }

    template <typename Action>
    void Refuses(Action action, const std::vector<std::string>& parts)
    {
        const std::string message = test::RefusalOf(action);
        for (const auto& part : parts)
        {
            NS_TEST_EXPECT_MSG_EQ((message.find(part) != std::string::npos), true, message);
        }
    }
};

/// More stations than RUs: groups whose airtime is in proportion.
class GroupCase : public TestCase
{
  public:
    GroupCase()
        : TestCase("RUs: groups in turn, airtime in proportion")
    {
    }

  private:
    void DoRun() override
    {
        // 18 stations at 20 MHz, one half of them with twice the share of the others: two groups of
        // nine 26-tone RUs, on the air for two and for one third of the time.
        std::vector<RuDemand> demands;
        for (int i = 0; i < 18; ++i)
        {
            demands.push_back({i % 2 == 0 ? 2.0 : 1.0});
        }
        auto groups = AllocateRuGroups(20, demands);
        NS_TEST_ASSERT_MSG_EQ(groups.size(), 2, "as few as possible");
        NS_TEST_EXPECT_MSG_EQ_TOL(groups[0].airtime, 2.0 / 3, 1e-12, "those with more");
        NS_TEST_EXPECT_MSG_EQ_TOL(groups[1].airtime, 1.0 / 3, 1e-12, "those with less");
        CheckMembers(groups, demands.size());

        for (const size_t n : {1, 9, 10, 37, 100})
        {
            demands.assign(n, {242.0 / static_cast<double>(n)});
            groups = AllocateRuGroups(20, demands);
            NS_TEST_EXPECT_MSG_EQ(groups.size(), (n + 8) / 9, "groups of " << n);
            CheckMembers(groups, n);
        }
        // Those that need more than 26 tones make more groups.
        groups = AllocateRuGroups(20, std::vector<RuDemand>(4, {60, 242}));
        NS_TEST_EXPECT_MSG_EQ(groups.size(), 4, "each alone");
        NS_TEST_EXPECT_MSG_EQ(AllocateRuGroups(20, {}).empty(), true, "no one");
    }

    void CheckMembers(const std::vector<RuGroup>& groups, size_t n)
    {
        std::vector<bool> seen(n, false);
        double airtime = 0;
        for (const auto& group : groups)
        {
            NS_TEST_ASSERT_MSG_EQ(group.members.size(), group.rus.size(), "an RU for each");
            for (const size_t member : group.members)
            {
                NS_TEST_ASSERT_MSG_EQ(seen.at(member), false, "in one group only");
                seen[member] = true;
            }
            airtime += group.airtime;
        }
        NS_TEST_EXPECT_MSG_EQ(std::count(seen.begin(), seen.end(), true), n, "no one is left out");
        NS_TEST_EXPECT_MSG_EQ_TOL(airtime, 1, 1e-12, "all of the time");
    }
};

/// The suite.
class RuAllocationTestSuite : public TestSuite
{
  public:
    RuAllocationTestSuite()
        : TestSuite("fl-ru-allocation", TestSuite::Type::UNIT)
    {
        AddTestCase(new BestFitCase(20, 2000));
        AddTestCase(new BestFitCase(40, 200));
        AddTestCase(new BestFitCase(80, 20));
        AddTestCase(new PlaceCase());
        AddTestCase(new KnownCase());
        AddTestCase(new GroupCase());
    }
};

RuAllocationTestSuite g_suite; //!< registers it

} // namespace
