/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_OFFLOAD_H
#define FL_TEST_OFFLOAD_H

#include "ns3/fl-offload-columns.h"
#include "ns3/fl-offload-drop.h"
#include "ns3/fl-offload-problem.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Instances of offloading for tests, and answers by enumeration.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// @return a small random instance, of any kind: narrow and wide bands, poor and rich devices
inline OffloadProblem
DrawSmallOffload(RandomStream& random, size_t mostDevices)
{
    OffloadDrop drop;
    drop.devices = 1 + random.Below(mostDevices);
    drop.servers = 1 + random.Below(3);
    drop.subChannels = 1 + random.Below(2);
    drop.isGrid = random.Below(2) == 0;
    drop.bandwidthHz = std::pow(10, random.Uniform(6, 7.5));
    drop.minBudgetJ = std::pow(10, random.Uniform(-2, 1));
    drop.maxBudgetJ = 2 * drop.minBudgetJ;
    return DrawOffload(drop, random);
}

/// The least that learning takes, over all assignments.
class OffloadEnumeration
{
  public:
    /// @param columns costs; must outlive this object
    explicit OffloadEnumeration(OffloadColumns& columns)
        : m_columns(columns),
          m_now(OffloadColumnsOf(columns.Problem(), {})),
          m_slotOf(columns.Devices(), -1)
    {
    }

    /// @return the least [s]
    double Run()
    {
        Place(0);
        return m_bestS;
    }

  private:
    /// Try all places of a device and of those after it.
    void Place(size_t n)
    {
        if (n == m_columns.Devices())
        {
            m_bestS = std::min(m_bestS, LearnS());
            return;
        }
        m_slotOf[n] = -1;
        Place(n + 1);
        for (size_t g = 0; g < m_now.size(); ++g)
        {
            for (size_t m = 0; m < m_columns.Cells(); ++m)
            {
                if (m_now[g][m] == OFFLOAD_NOBODY)
                {
                    m_now[g][m] = static_cast<char16_t>(n);
                    m_slotOf[n] = static_cast<int>(m);
                    Place(n + 1);
                    m_now[g][m] = OFFLOAD_NOBODY;
                }
            }
        }
        m_slotOf[n] = -1;
    }

    /// @return what learning takes
    double LearnS()
    {
        double sumS = 0;
        double longestS = 0;
        double localS = 0;
        std::vector<double> serverS(m_columns.Cells(), 0);
        for (size_t n = 0; n < m_slotOf.size(); ++n)
        {
            if (m_slotOf[n] < 0)
            {
                sumS += m_columns.LocalS(n);
                localS = std::max(localS, m_columns.LocalS(n));
            }
            else
            {
                const auto m = static_cast<size_t>(m_slotOf[n]);
                sumS += m_columns.ExecuteS(n, m);
                serverS[m] += m_columns.ExecuteS(n, m);
            }
        }
        for (size_t g = 0; g < m_now.size(); ++g)
        {
            const double costS = m_columns.Cost(g, m_now[g]).costS;
            sumS += costS;
            longestS = std::max(longestS, costS);
        }
        if (m_columns.Problem().objective == OffloadObjective::SUM)
        {
            return sumS;
        }
        return longestS + std::max(localS, *std::max_element(serverS.begin(), serverS.end()));
    }

    OffloadColumns& m_columns;        //!< costs
    std::vector<OffloadColumn> m_now; //!< by sub-channel
    std::vector<int> m_slotOf;        //!< by device, its cell, or -1
    double m_bestS{HUGE_VAL};         //!< so far
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_OFFLOAD_H */
