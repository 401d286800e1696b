/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-packing.h"
#include "fl-offload-partition.h"
#include "fl-offload-pricing.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace ns3
{
namespace fl
{

namespace
{

/// The relaxation ends when it is this near to its optimum, relative.
constexpr double GOAL = 1e-9;
/// Weight of the best prices so far.
constexpr double SMOOTHING = 0.5;

/// Column generation.
class Relaxation
{
  public:
    /// @param columns costs
    explicit Relaxation(OffloadColumns& columns)
        : m_columns(columns),
          m_pricing(columns),
          m_packing(columns.Devices() + columns.Channels()),
          m_known(columns.Channels())
    {
        for (size_t n = 0; n < columns.Devices(); ++n)
        {
            m_localS += columns.LocalS(n);
        }
        m_best.prices.assign(columns.Devices(), 0);
        m_best.lowerBoundS = -HUGE_VAL;
    }

    /// Begin with a column, and with all of its devices alone.
    void Seed(size_t g, const OffloadColumn& column)
    {
        Add(g, column);
        for (size_t m = 0; m < column.size(); ++m)
        {
            OffloadColumn one(column.size(), OFFLOAD_NOBODY);
            one[m] = column[m];
            Add(g, one);
        }
    }

    /// @return the relaxation @param targetS as of RelaxOffload() @param isLate as of
    /// RelaxOffload()
    OffloadRelaxation Run(double targetS, const std::function<bool()>& isLate)
    {
        double smoothing = 0;
        while (!isLate())
        {
            m_packing.Solve();
            const auto prices = Smoothed(smoothing);
            const bool hasNew = Separate(prices, isLate);
            const double masterS = m_localS + m_packing.Objective();
            if (m_best.lowerBoundS >= std::min(targetS, masterS) - GOAL * std::abs(targetS) ||
                (!hasNew && smoothing == 0))
            {
                m_best.isComplete = true;
                break;
            }
            smoothing = hasNew ? SMOOTHING : 0;
        }
        return m_best;
    }

  private:
    /// Add a column to the master problem, once.
    bool Add(size_t g, const OffloadColumn& column)
    {
        double costS = 0;
        std::vector<uint32_t> rows;
        for (size_t m = 0; m < column.size(); ++m)
        {
            if (column[m] != OFFLOAD_NOBODY)
            {
                rows.push_back(column[m]);
                costS += m_columns.ExecuteS(column[m], m) - m_columns.LocalS(column[m]);
            }
        }
        if (rows.empty() || !m_known[g].insert(column).second)
        {
            return false;
        }
        costS += m_columns.Cost(g, column).boundS;
        if (!std::isfinite(costS))
        {
            return false;
        }
        rows.push_back(static_cast<uint32_t>(m_columns.Devices() + g));
        m_packing.Add(costS, std::move(rows));
        return true;
    }

    /// @return prices between the master problem's and the best so far @param smoothing part of the
    /// best
    std::vector<double> Smoothed(double smoothing) const
    {
        std::vector<double> prices(m_columns.Devices());
        for (size_t n = 0; n < prices.size(); ++n)
        {
            prices[n] = smoothing * m_best.prices[n] + (1 - smoothing) * m_packing.Price(n);
        }
        return prices;
    }

    /// Find columns for prices, and the bound that these prove. @return whether one is new @param
    /// prices by device @param isLate whether to stop
    bool Separate(const std::vector<double>& prices, const std::function<bool()>& isLate)
    {
        double boundS = m_localS;
        for (const double price : prices)
        {
            boundS -= price;
        }
        bool hasNew = false;
        for (size_t g = 0; g < m_columns.Channels(); ++g)
        {
            m_found.clear();
            boundS += m_pricing.Price(g, prices, isLate, m_found);
            for (const auto& found : m_found)
            {
                hasNew |= Add(g, found.column);
            }
        }
        if (boundS > m_best.lowerBoundS)
        {
            m_best.lowerBoundS = boundS;
            m_best.prices = prices;
        }
        return hasNew;
    }

    OffloadColumns& m_columns;                    //!< costs
    OffloadPricing m_pricing;                     //!< finds columns
    OffloadPacking m_packing;                     //!< the master problem
    std::vector<std::set<OffloadColumn>> m_known; //!< by sub-channel, in the master problem
    std::vector<OffloadPricedColumn> m_found;     //!< of one sub-channel
    double m_localS{0};                           //!< if all compute themselves
    OffloadRelaxation m_best;                     //!< so far
};

} // namespace

OffloadRelaxation
RelaxOffload(OffloadColumns& columns,
             const std::vector<OffloadColumn>& start,
             double targetS,
             const std::function<bool()>& isLate)
{
    Relaxation relaxation(columns);
    for (size_t g = 0; g < start.size(); ++g)
    {
        relaxation.Seed(g, start[g]);
    }
    return relaxation.Run(targetS, isLate);
}

} // namespace fl
} // namespace ns3
