/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-makespan.h"

#include "fl-offload-matching.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// An answer must be better by this, relative, to be looked for.
constexpr double GOAL = 1e-9;

/// The bottleneck matching of a growing set of devices and all slots, by augmenting paths.
class Bottleneck
{
  public:
    /// @param columns costs
    explicit Bottleneck(const OffloadColumns& columns)
        : m_columns(columns),
          m_slots(columns.Cells() * columns.Channels()),
          m_device(m_slots, UNMATCHED),
          m_isSeen(m_slots, 0)
    {
        for (size_t n = 0; n < columns.Devices(); ++n)
        {
            for (size_t slot = 0; slot < m_slots; ++slot)
            {
                if (std::isfinite(FreeS(n, slot)))
                {
                    m_limits.push_back(FreeS(n, slot));
                }
            }
        }
        std::sort(m_limits.begin(), m_limits.end());
    }

    /// Match one more device. @return the largest duration of the best matching, or infinity @param
    /// n device
    double Add(size_t n)
    {
        while (m_limit < m_limits.size())
        {
            std::fill(m_isSeen.begin(), m_isSeen.end(), 0);
            if (Augment(n))
            {
                return m_limits[m_limit];
            }
            ++m_limit;
        }
        return HUGE_VAL;
    }

  private:
    /// @return duration without interference @param n device @param slot its place
    double FreeS(size_t n, size_t slot) const
    {
        return m_columns.FreeS(n, slot % m_columns.Cells(), slot / m_columns.Cells());
    }

    /// @return whether the device gets a slot, others going to other ones @param n device
    bool Augment(size_t n)
    {
        for (size_t slot = 0; slot < m_slots; ++slot)
        {
            if (m_isSeen[slot] || !(FreeS(n, slot) <= m_limits[m_limit]))
            {
                continue;
            }
            m_isSeen[slot] = 1;
            if (m_device[slot] == UNMATCHED || Augment(m_device[slot]))
            {
                m_device[slot] = n;
                return true;
            }
        }
        return false;
    }

    const OffloadColumns& m_columns; //!< costs
    size_t m_slots;                  //!< M G
    std::vector<size_t> m_device;    //!< by slot
    std::vector<char> m_isSeen;      //!< by slot, of this path
    std::vector<double> m_limits;    //!< all durations, ascending
    size_t m_limit{0};               //!< index of the present one
};

/// Branch and bound.
class Branching
{
  public:
    /// @param columns costs @param knownS what is to be undercut @param isLate whether time is over
    Branching(OffloadColumns& columns, double knownS, const std::function<bool()>& isLate)
        : m_columns(columns),
          m_isLate(isLate),
          m_limitS(knownS * (1 - GOAL)),
          m_now(OffloadColumnsOf(columns.Problem(), {})),
          m_costS(columns.Channels(), 0),
          m_loadS(columns.Cells(), 0),
          m_isPlaced(columns.Devices(), 0)
    {
    }

    /// @return whether all was looked at
    bool Run()
    {
        Visit(0);
        return !m_isCut;
    }

    /// @return the best answer, by sub-channel; empty if nothing undercuts what is known
    const std::vector<OffloadColumn>& Best() const
    {
        return m_best;
    }

    /// @return nothing is below this, if all was looked at
    double LimitS() const
    {
        return m_limitS;
    }

  private:
    /// A place for a device.
    struct Place
    {
        double leastS; //!< what learning takes then, at least
        size_t slot;   //!< g M + m, or UNMATCHED: at home
    };

    /// @return what offloading takes so far
    double OffloadS() const
    {
        return *std::max_element(m_costS.begin(), m_costS.end());
    }

    /// @return what work takes so far
    double WorkS() const
    {
        return std::max(m_localS, *std::max_element(m_loadS.begin(), m_loadS.end()));
    }

    /// @return what learning takes at least if a device has this place @param n device @param slot
    /// its place
    double LeastS(size_t n, size_t slot) const
    {
        if (slot == UNMATCHED)
        {
            return OffloadS() + std::max(WorkS(), m_columns.LocalS(n));
        }
        const size_t m = slot % m_columns.Cells();
        return std::max(OffloadS(), m_columns.FreeS(n, m, slot / m_columns.Cells())) +
               std::max(WorkS(), m_loadS[m] + m_columns.ExecuteS(n, m));
    }

    /// @return the places of a device that are worth a look, best first @param n device
    std::vector<Place> PlacesOf(size_t n) const
    {
        std::vector<Place> places{{LeastS(n, UNMATCHED), UNMATCHED}};
        const size_t cells = m_columns.Cells();
        for (size_t slot = 0; slot < cells * m_columns.Channels(); ++slot)
        {
            if (m_now[slot / cells][slot % cells] == OFFLOAD_NOBODY)
            {
                places.push_back({LeastS(n, slot), slot});
            }
        }
        std::stable_sort(places.begin(), places.end(), [](const Place& x, const Place& y) {
            return x.leastS < y.leastS;
        });
        return places;
    }

    /// Place one more device. @param placed how many are
    void Visit(size_t placed)
    {
        if (++m_visits % 16 == 0 && m_isLate())
        {
            m_isCut = true;
        }
        if (m_isCut)
        {
            return;
        }
        if (placed == m_columns.Devices())
        {
            // All costs are exact by now.
            m_limitS = (OffloadS() + WorkS()) * (1 - GOAL);
            m_best = m_now;
            return;
        }
        size_t next = 0;
        std::vector<Place> places;
        for (size_t n = 0; n < m_columns.Devices(); ++n)
        {
            if (!m_isPlaced[n])
            {
                auto others = PlacesOf(n);
                if (places.empty() || others[0].leastS > places[0].leastS)
                {
                    next = n;
                    places = std::move(others);
                }
            }
        }
        m_isPlaced[next] = 1;
        for (const auto& place : places)
        {
            if (place.leastS >= m_limitS)
            {
                break;
            }
            Try(next, place.slot, placed);
        }
        m_isPlaced[next] = 0;
    }

    /// Go on with a device at a place.
    void Try(size_t n, size_t slot, size_t placed)
    {
        if (slot == UNMATCHED)
        {
            const double before = m_localS;
            m_localS = std::max(m_localS, m_columns.LocalS(n));
            Visit(placed + 1);
            m_localS = before;
            return;
        }
        const size_t g = slot / m_columns.Cells();
        const size_t m = slot % m_columns.Cells();
        const double before = m_costS[g];
        m_now[g][m] = static_cast<char16_t>(n);
        m_loadS[m] += m_columns.ExecuteS(n, m);
        m_costS[g] = m_columns.Cost(g, m_now[g]).costS;
        if (OffloadS() + WorkS() < m_limitS)
        {
            Visit(placed + 1);
        }
        m_costS[g] = before;
        m_loadS[m] -= m_columns.ExecuteS(n, m);
        m_now[g][m] = OFFLOAD_NOBODY;
    }

    OffloadColumns& m_columns;             //!< costs
    const std::function<bool()>& m_isLate; //!< whether time is over
    double m_limitS;                       //!< answers must be below this
    std::vector<OffloadColumn> m_now;      //!< by sub-channel
    std::vector<double> m_costS;           //!< by sub-channel
    std::vector<double> m_loadS;           //!< by server
    double m_localS{0};                    //!< longest of those at home
    std::vector<char> m_isPlaced;          //!< by device
    std::vector<OffloadColumn> m_best;     //!< by sub-channel
    uint64_t m_visits{0};                  //!< of nodes
    bool m_isCut{false};                   //!< whether time was over
};

} // namespace

double
FreeMakespanBound(const OffloadColumns& columns)
{
    std::vector<size_t> order(columns.Devices());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t x, size_t y) {
        return columns.LocalS(x) > columns.LocalS(y);
    });
    double cycles = 0;
    double speed = 0;
    for (const auto& server : columns.Problem().servers)
    {
        speed += server.cpuHz;
    }
    Bottleneck bottleneck(columns);
    double offloadS = 0;
    double executeS = 0;
    double boundS = HUGE_VAL;
    for (size_t k = 0; k <= order.size() && std::isfinite(offloadS); ++k)
    {
        // The first k of them offload, the longest of the others is at home, or nobody is.
        const double localS = k < order.size() ? columns.LocalS(order[k]) : 0;
        const double workS = std::max({localS, executeS, cycles / speed * (1 - 1e-12)});
        boundS = std::min(boundS, offloadS + workS);
        if (k < order.size())
        {
            const size_t n = order[k];
            double least = HUGE_VAL;
            for (size_t m = 0; m < columns.Cells(); ++m)
            {
                least = std::min(least, columns.ExecuteS(n, m));
            }
            executeS = std::max(executeS, least);
            cycles += columns.Problem().devices[n].cycles;
            offloadS = bottleneck.Add(n);
        }
    }
    return boundS;
}

OffloadExactResult
BranchMakespan(OffloadColumns& columns,
               const std::vector<OffloadColumn>& incumbent,
               double knownS,
               const std::function<bool()>& isLate)
{
    OffloadExactResult result;
    result.columns = incumbent;
    Branching branching(columns, knownS, isLate);
    result.isComplete = branching.Run();
    if (!branching.Best().empty())
    {
        result.columns = branching.Best();
    }
    result.lowerBoundS = result.isComplete ? branching.LimitS() : FreeMakespanBound(columns);
    return result;
}

} // namespace fl
} // namespace ns3
