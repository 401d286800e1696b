/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-partition.h"

#include "fl-offload-pricing.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace ns3
{
namespace fl
{

namespace
{

/// Reduced costs may exceed their limit by this, relative to the answer, for rounding errors.
constexpr double NOISE = 1e-10;
/// More columns than this are not listed.
constexpr size_t MOST_COLUMNS = 300'000;

/// Columns of one sub-channel to choose from.
struct Choice
{
    double overrunS{0};        //!< reduced cost above the least of the sub-channel [s]
    double coveredS{0};        //!< prices of its devices [s]
    std::vector<char16_t> set; //!< its devices, ascending
    OffloadColumn column;      //!< who offloads
};

/// Chooses a column per sub-channel, with devices in one at most, depth-first.
class Chooser
{
  public:
    /**
     * @param choices by sub-channel, ascending by excess
     * @param prices by device
     * @param limitS of excesses and prices of devices that are in no column
     * @param isLate whether time is over
     */
    Chooser(const std::vector<std::vector<Choice>>& choices,
            const std::vector<double>& prices,
            double limitS,
            const std::function<bool()>& isLate)
        : m_choices(choices),
          m_limitS(limitS),
          m_isLate(isLate),
          m_isUsed(prices.size(), 0),
          m_chosen(choices.size(), nullptr)
    {
        for (const double price : prices)
        {
            m_priceS += price;
        }
    }

    /// @return whether all was looked at
    bool Run()
    {
        std::vector<std::vector<const Choice*>> lists(m_choices.size());
        for (size_t g = 0; g < m_choices.size(); ++g)
        {
            for (const auto& choice : m_choices[g])
            {
                lists[g].push_back(&choice);
            }
        }
        Visit(lists, 0, m_priceS);
        return !m_isCut;
    }

    /// @return the best choice, by sub-channel; empty if there is none within the limit
    const std::vector<const Choice*>& Best() const
    {
        return m_best;
    }

    /// @return its excess
    double LimitS() const
    {
        return m_limitS;
    }

  private:
    /// Choose for one more sub-channel. @param lists what is left, by sub-channel; empty: chosen
    /// @param sumS excess so far @param openS prices of devices that are in no column
    void Visit(std::vector<std::vector<const Choice*>>& lists, double sumS, double openS)
    {
        size_t next = lists.size();
        for (size_t g = 0; g < lists.size(); ++g)
        {
            if (!m_chosen[g] && (next == lists.size() || lists[g].size() < lists[next].size()))
            {
                next = g;
            }
        }
        if (next == lists.size())
        {
            if (sumS + openS < m_limitS)
            {
                m_limitS = sumS + openS;
                m_best = m_chosen;
            }
            return;
        }
        std::vector<std::vector<const Choice*>> left(lists.size());
        for (const auto* choice : lists[next])
        {
            if (++m_visits % 256 == 0 && m_isLate())
            {
                m_isCut = true;
            }
            if (m_isCut || sumS + choice->overrunS >= m_limitS)
            {
                break;
            }
            m_chosen[next] = choice;
            Mark(*choice, 1);
            if (Filter(lists, left, sumS + choice->overrunS, openS - choice->coveredS))
            {
                Visit(left, sumS + choice->overrunS, openS - choice->coveredS);
            }
            Mark(*choice, 0);
            m_chosen[next] = nullptr;
        }
    }

    /// Say whether devices are in a column.
    void Mark(const Choice& choice, char isUsed)
    {
        for (const char16_t n : choice.set)
        {
            m_isUsed[n] = isUsed;
        }
    }

    /// Keep what fits. @return whether something better than the best can come of it @param lists
    /// by sub-channel @param left gets it @param sumS of what is chosen @param openS of the rest,
    /// at least
    bool Filter(const std::vector<std::vector<const Choice*>>& lists,
                std::vector<std::vector<const Choice*>>& left,
                double sumS,
                double openS) const
    {
        double leastS = sumS;
        double coverS = 0;
        for (size_t g = 0; g < lists.size(); ++g)
        {
            left[g].clear();
            if (m_chosen[g])
            {
                continue;
            }
            double most = 0;
            for (const auto* choice : lists[g])
            {
                if (sumS + choice->overrunS >= m_limitS)
                {
                    break;
                }
                if (std::none_of(choice->set.begin(), choice->set.end(), [this](char16_t n) {
                        return m_isUsed[n] != 0;
                    }))
                {
                    left[g].push_back(choice);
                    most = std::max(most, choice->coveredS);
                }
            }
            if (left[g].empty())
            {
                return false;
            }
            leastS += left[g].front()->overrunS;
            coverS += most;
        }
        return leastS + std::max(0.0, openS - coverS) < m_limitS;
    }

    const std::vector<std::vector<Choice>>& m_choices; //!< by sub-channel
    double m_limitS;                                   //!< best so far
    const std::function<bool()>& m_isLate;             //!< whether time is over
    double m_priceS{0};                                //!< of all devices
    std::vector<char> m_isUsed;                        //!< by device
    std::vector<const Choice*> m_chosen;               //!< by sub-channel, so far
    std::vector<const Choice*> m_best;                 //!< by sub-channel
    uint64_t m_visits{0};                              //!< of choices
    bool m_isCut{false};                               //!< whether time was over
};

/// @return columns of a sub-channel to choose from: of each set of devices the cheapest
/// @param found columns
/// @param prices by device
std::vector<Choice>
ChoicesOf(const std::vector<OffloadPricedColumn>& found, const std::vector<double>& prices)
{
    std::map<std::vector<char16_t>, Choice> cheapest;
    double leastS = 0;
    for (const auto& priced : found)
    {
        std::vector<char16_t> set;
        for (const char16_t n : priced.column)
        {
            if (n != OFFLOAD_NOBODY)
            {
                set.push_back(n);
            }
        }
        std::sort(set.begin(), set.end());
        leastS = std::min(leastS, priced.reducedS);
        auto& choice = cheapest[set];
        if (choice.column.empty() || priced.reducedS < choice.overrunS)
        {
            choice = {priced.reducedS, 0, set, priced.column};
        }
    }
    std::vector<Choice> choices;
    for (auto& [set, choice] : cheapest)
    {
        choice.overrunS -= leastS;
        for (const char16_t n : set)
        {
            choice.coveredS += prices[n];
        }
        choices.push_back(std::move(choice));
    }
    std::stable_sort(choices.begin(), choices.end(), [](const Choice& x, const Choice& y) {
        return x.overrunS < y.overrunS;
    });
    return choices;
}

} // namespace

double
OffloadSumS(OffloadColumns& columns, const std::vector<OffloadColumn>& chosen)
{
    double sumS = 0;
    for (size_t n = 0; n < columns.Devices(); ++n)
    {
        sumS += columns.LocalS(n);
    }
    for (size_t g = 0; g < chosen.size(); ++g)
    {
        sumS += columns.Cost(g, chosen[g]).costS;
        for (size_t m = 0; m < chosen[g].size(); ++m)
        {
            const char16_t n = chosen[g][m];
            sumS += n == OFFLOAD_NOBODY ? 0 : columns.ExecuteS(n, m) - columns.LocalS(n);
        }
    }
    return sumS;
}

OffloadExactResult
PartitionOffload(OffloadColumns& columns,
                 const std::vector<OffloadColumn>& incumbent,
                 const std::function<bool()>& isLate)
{
    OffloadExactResult result;
    result.columns = incumbent;
    const double knownS = OffloadSumS(columns, incumbent);
    const auto relaxation = RelaxOffload(columns, incumbent, knownS, isLate);
    result.lowerBoundS = relaxation.lowerBoundS;
    const double gapS = std::max(0.0, knownS - relaxation.lowerBoundS) + NOISE * knownS;
    if (!relaxation.isComplete || gapS <= 2 * NOISE * knownS)
    {
        result.isComplete = relaxation.isComplete;
        return result;
    }
    OffloadPricing pricing(columns);
    std::vector<std::vector<Choice>> choices;
    for (size_t g = 0; g < columns.Channels(); ++g)
    {
        std::vector<OffloadPricedColumn> found;
        const double leastS = pricing.Price(g, relaxation.prices, isLate, found);
        found.clear();
        if (!pricing.List(g, relaxation.prices, leastS + gapS, MOST_COLUMNS, isLate, found))
        {
            return result;
        }
        choices.push_back(ChoicesOf(found, relaxation.prices));
    }
    Chooser chooser(choices, relaxation.prices, gapS, isLate);
    if (!chooser.Run())
    {
        return result;
    }
    result.isComplete = true;
    // Nothing is below the incumbent, or else below what was found.
    result.lowerBoundS = relaxation.lowerBoundS + chooser.LimitS();
    if (chooser.Best().empty())
    {
        result.lowerBoundS = std::min(result.lowerBoundS, knownS);
    }
    for (size_t g = 0; g < chooser.Best().size(); ++g)
    {
        result.columns[g] = chooser.Best()[g]->column;
    }
    return result;
}

} // namespace fl
} // namespace ns3
