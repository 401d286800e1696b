/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-pricing.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Pairs are remembered up to so many candidates.
constexpr size_t MOST_LINKS = 1500;
/// Time is looked at after so many visits.
constexpr uint64_t VISITS = 64;

} // namespace

OffloadPricing::OffloadPricing(OffloadColumns& columns)
    : m_columns(columns),
      m_pairs(columns.Channels()),
      m_candidates(columns.Cells()),
      m_restS(columns.Cells() + 1, 0),
      m_sums(columns.Cells() + 1, 0)
{
}

void
OffloadPricing::Begin(size_t g, const std::vector<double>& prices)
{
    m_g = g;
    m_prices = &prices;
    m_isCut = false;
    m_visits = 0;
    m_column.assign(m_columns.Cells(), OFFLOAD_NOBODY);
    const size_t links = m_columns.Devices() * m_columns.Cells();
    if (m_pairs[g].empty() && links <= MOST_LINKS)
    {
        m_pairs[g].assign(links * links, -1);
    }
    double bestS = 0;
    for (size_t m = 0; m < m_columns.Cells(); ++m)
    {
        auto& candidates = m_candidates[m];
        candidates.clear();
        double best = 0;
        for (size_t n = 0; n < m_columns.Devices(); ++n)
        {
            const double saved =
                m_columns.LocalS(n) - m_columns.ExecuteS(n, m) - m_columns.FreeS(n, m, g);
            // A link that does not save anything is in no optimal column.
            if (saved > 0)
            {
                const double valueS = saved - prices[n];
                candidates.push_back({static_cast<char16_t>(n), valueS});
                best = std::max(best, valueS);
            }
        }
        std::sort(candidates.begin(), candidates.end(), [](const auto& x, const auto& y) {
            return x.valueS > y.valueS || (x.valueS == y.valueS && x.device < y.device);
        });
        m_restS[m] = best;
        bestS += best;
    }
    for (size_t m = 0; m < m_columns.Cells(); ++m)
    {
        const double own = m_restS[m];
        m_restS[m] = bestS;
        bestS -= own;
    }
    m_restS.back() = 0;
}

double
OffloadPricing::PairExcess(size_t m, char16_t n, size_t k, char16_t j)
{
    if (m_pairs[m_g].empty())
    {
        return 0;
    }
    const size_t links = m_columns.Devices() * m_columns.Cells();
    const size_t one = n * m_columns.Cells() + m;
    const size_t other = j * m_columns.Cells() + k;
    auto& excess = m_pairs[m_g][one * links + other];
    if (excess < 0)
    {
        OffloadColumn pair(m_columns.Cells(), OFFLOAD_NOBODY);
        pair[m] = n;
        pair[k] = j;
        const double above = m_columns.Cost(m_g, pair).boundS - m_columns.FreeCost(m_g, pair);
        // Rounded down, for it is a bound.
        excess = std::max(0.0F, static_cast<float>(std::min(above, 1e30)) * (1 - 1e-6F));
    }
    return excess;
}

double
OffloadPricing::PairExcess(size_t cell, size_t count)
{
    double sum = m_sums[count - 1];
    for (size_t k = 0; k < cell; ++k)
    {
        if (m_column[k] != OFFLOAD_NOBODY)
        {
            sum += PairExcess(k, m_column[k], cell, m_column[cell]);
        }
    }
    m_sums[count] = sum;
    return sum / static_cast<double>(std::max<size_t>(1, count - 1));
}

void
OffloadPricing::Visit(size_t cell, double valueS, double overrunS, size_t count)
{
    if (++m_visits % VISITS == 0 && (*m_isLate)())
    {
        m_isCut = true;
    }
    if (m_isCut || cell == m_columns.Cells() || overrunS - valueS - m_restS[cell] >= m_limitS)
    {
        return;
    }
    for (const auto& candidate : m_candidates[cell])
    {
        const double nextS = valueS + candidate.valueS;
        const double restS = m_restS[cell + 1];
        if (m_isCut || overrunS - nextS - restS >= m_limitS)
        {
            break;
        }
        if (m_column.find(candidate.device) < cell)
        {
            continue;
        }
        m_column[cell] = candidate.device;
        double nextExcessS = overrunS;
        if (count > 0)
        {
            nextExcessS = std::max(overrunS, PairExcess(cell, count + 1));
            if (nextExcessS - nextS - restS < m_limitS)
            {
                const double boundS = m_columns.Cost(m_g, m_column).boundS;
                nextExcessS = std::max(overrunS, boundS - m_columns.FreeCost(m_g, m_column));
            }
        }
        const double reducedS = nextExcessS - nextS;
        // Of those that are not the best, the ones that are half as good help, too.
        if (reducedS < (m_isShrinking ? 0.5 * m_limitS : m_limitS))
        {
            double costS = reducedS;
            for (size_t m = 0; m <= cell; ++m)
            {
                costS -= m_column[m] == OFFLOAD_NOBODY ? 0 : (*m_prices)[m_column[m]];
            }
            m_found->push_back({m_column, costS, reducedS});
            m_isCut |= m_found->size() >= m_most;
            m_limitS = m_isShrinking ? std::min(m_limitS, reducedS) : m_limitS;
        }
        if (reducedS - restS < m_limitS)
        {
            Visit(cell + 1, nextS, nextExcessS, count + 1);
        }
        m_column[cell] = OFFLOAD_NOBODY;
    }
    m_column[cell] = OFFLOAD_NOBODY;
    Visit(cell + 1, valueS, overrunS, count);
}

double
OffloadPricing::Price(size_t g,
                      const std::vector<double>& prices,
                      const std::function<bool()>& isLate,
                      std::vector<OffloadPricedColumn>& found)
{
    Begin(g, prices);
    m_limitS = 0;
    m_isShrinking = true;
    m_most = std::numeric_limits<size_t>::max();
    m_isLate = &isLate;
    m_found = &found;
    Visit(0, 0, 0, 0);
    return m_isCut ? -std::numeric_limits<double>::infinity() : m_limitS;
}

bool
OffloadPricing::List(size_t g,
                     const std::vector<double>& prices,
                     double limitS,
                     size_t most,
                     const std::function<bool()>& isLate,
                     std::vector<OffloadPricedColumn>& found)
{
    Begin(g, prices);
    m_limitS = limitS;
    m_isShrinking = false;
    m_most = most;
    m_isLate = &isLate;
    m_found = &found;
    found.push_back({m_column, 0, 0});
    Visit(0, 0, 0, 0);
    return !m_isCut;
}

} // namespace fl
} // namespace ns3
