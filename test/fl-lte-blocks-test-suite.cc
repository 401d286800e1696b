/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/fl-lte-blocks.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

/**
 * @file
 * @ingroup fl
 * LTE: rounding to resource blocks.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// All small cases of rounding.
class LteBlocksTestCase : public TestCase
{
  public:
    LteBlocksTestCase()
        : TestCase("shares become whole blocks: all small cases")
    {
    }

  private:
    void DoRun() override
    {
        for (uint32_t blocks = 1; blocks <= 6; ++blocks)
        {
            for (uint32_t n = 1; n <= 5; ++n)
            {
                std::vector<double> quotas(n, STEP);
                do
                {
                    Check(quotas, blocks);
                } while (Next(quotas, blocks));
            }
        }
        NS_TEST_EXPECT_MSG_GT(m_optimal, 300, "cases that were compared with all others");
        CheckByHand();
    }

    /// Quotas are multiples of this.
    static constexpr double STEP = 0.5;

    /// The next tuple whose elements are at most `blocks`. @return false after the last one
    static bool Next(std::vector<double>& quotas, uint32_t blocks)
    {
        for (auto& quota : quotas)
        {
            quota += STEP;
            if (quota <= blocks)
            {
                return true;
            }
            quota = STEP;
        }
        return false;
    }

    void Check(const std::vector<double>& quotas, uint32_t blocks)
    {
        const double sum = std::accumulate(quotas.begin(), quotas.end(), 0.0);
        const auto n = static_cast<uint32_t>(quotas.size());
        if (n <= blocks)
        {
            const auto counts = RoundToBlocks(quotas, blocks);
            const uint32_t total = std::accumulate(counts.begin(), counts.end(), 0U);
            const auto wanted = static_cast<uint32_t>(std::floor(sum + 0.5));
            NS_TEST_ASSERT_MSG_EQ(total, std::clamp(wanted, n, blocks), "blocks handed out");
            NS_TEST_ASSERT_MSG_GT(*std::min_element(counts.begin(), counts.end()), 0, "at least 1");
            for (uint32_t i = 0; i < n; ++i)
            {
                for (uint32_t j = 0; j < n; ++j)
                {
                    const bool inOrder = quotas[i] <= quotas[j] || counts[i] >= counts[j];
                    NS_TEST_ASSERT_MSG_EQ(inOrder, true, "more is not less");
                }
            }
            const bool large = *std::min_element(quotas.begin(), quotas.end()) >= 1;
            if (large && sum <= blocks)
            {
                CheckIsNearest(quotas, counts, total);
            }
        }
        CheckLayout(quotas, blocks);
    }

    /// No other way to hand out as many blocks is nearer to the quotas, scaled to them.
    void CheckIsNearest(const std::vector<double>& quotas,
                        const std::vector<uint32_t>& counts,
                        uint32_t total)
    {
        const double sum = std::accumulate(quotas.begin(), quotas.end(), 0.0);
        const auto distance = [&](const std::vector<uint32_t>& other) {
            double square = 0;
            for (size_t i = 0; i < quotas.size(); ++i)
            {
                square += std::pow(other[i] - quotas[i] * total / sum, 2);
            }
            return square;
        };
        std::vector<uint32_t> other(quotas.size(), 1);
        const double ours = distance(counts);
        for (;;)
        {
            if (std::accumulate(other.begin(), other.end(), 0U) == total)
            {
                // Rounding errors of some 1e-16.
                NS_TEST_ASSERT_MSG_LT(ours, distance(other) + 1e-9, "nearest");
            }
            size_t i = 0;
            while (i < other.size() && ++other[i] > total)
            {
                other[i++] = 1;
            }
            if (i == other.size())
            {
                break;
            }
        }
        ++m_optimal;
    }

    void CheckLayout(const std::vector<double>& quotas, uint32_t blocks)
    {
        const auto groups = LayOutBlocks(quotas, blocks, 3);
        NS_TEST_ASSERT_MSG_EQ(groups.size(),
                              std::min<size_t>(quotas.size(), blocks),
                              "as many groups as there can be");
        uint32_t next = 3;
        std::set<uint32_t> seen;
        for (const auto& group : groups)
        {
            NS_TEST_ASSERT_MSG_EQ(group.first, next, "side by side");
            NS_TEST_ASSERT_MSG_GT(group.count, 0, "not empty");
            next += group.count;
            double quota = 0;
            for (const auto member : group.members)
            {
                seen.insert(member);
                quota += quotas[member];
            }
            for (size_t i = 0; i < group.members.size(); ++i)
            {
                NS_TEST_ASSERT_MSG_EQ_TOL(group.turnShares[i],
                                          quotas[group.members[i]] / quota,
                                          1e-12,
                                          "turns in proportion");
            }
        }
        NS_TEST_ASSERT_MSG_LT(next, 3 + blocks + 1, "within the band");
        NS_TEST_ASSERT_MSG_EQ(seen.size(), quotas.size(), "everybody once");
    }

    void CheckByHand()
    {
        using Counts = std::vector<uint32_t>;
        const auto check =
            [this](const std::vector<double>& quotas, uint32_t limit, const Counts& expected) {
                const bool same = RoundToBlocks(quotas, limit) == expected;
                NS_TEST_EXPECT_MSG_EQ(same, true, "by hand, of " << limit);
            };
        // Floors 10, 20, 30, 8, 24: two are left, for .7 and .6.
        check({10.4, 20.3, 30.6, 8, 24.7}, 94, {10, 20, 31, 8, 25});
        // 0.2 gets one block; the others share 9 as 9.8 * 9 / 9.8 ... 4.41, 4.59.
        check({0.2, 4.8, 5.0}, 10, {1, 4, 5});
        // Less than half the band is asked for: no more is given.
        check({1.5, 1.5}, 94, {2, 1});
        // Sum 94 but for round-off, as 94 equal parts of a band.
        check(std::vector<double>(94, 1 - 1e-13), 94, Counts(94, 1));
        // 8, 1, 1 on two blocks: the small ones share.
        const auto groups = LayOutBlocks({8, 1, 1}, 2);
        NS_TEST_EXPECT_MSG_EQ(groups.size(), 2, "two groups");
        NS_TEST_EXPECT_MSG_EQ(groups[0].members.size(), 1, "the large one is alone");
        NS_TEST_EXPECT_MSG_EQ(groups[1].members.size(), 2, "the small ones take turns");
    }

    uint32_t m_optimal{0}; //!< cases that were compared with all others
};

/// The suite.
class FlLteBlocksTestSuite : public TestSuite
{
  public:
    FlLteBlocksTestSuite()
        : TestSuite("fl-lte-blocks", TestSuite::Type::UNIT)
    {
        AddTestCase(new LteBlocksTestCase);
    }
};

FlLteBlocksTestSuite g_flLteBlocksTestSuite; ///< registers the suite

} // namespace
