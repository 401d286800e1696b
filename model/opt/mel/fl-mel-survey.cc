/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-survey.h"

#include "fl-mel-base.h"

#include <algorithm>
#include <queue>

namespace ns3
{
namespace fl
{

namespace
{

/// So many bases are looked at one by one; of more, what they hold together is bounded first.
constexpr int64_t FEW = 64;

/// Consecutive bases, and what they can't exceed.
struct Interval
{
    int64_t low;   //!< the first base
    int64_t high;  //!< the last base
    int64_t bound; //!< no answer at any of them has more iterations in all

    /**
     * @param other another interval
     * @return whether it can hold less than another one
     */
    bool operator<(const Interval& other) const
    {
        return bound != other.bound ? bound < other.bound : high < other.high;
    }
};

/// Branch and bound over intervals of bases.
class Surveyor
{
  public:
    /// @param problem the problem @param known iterations in all @param work see SurveyMelBases()
    Surveyor(const MelProblem& problem, int64_t known, uint64_t& work)
        : m_problem(problem),
          m_count(static_cast<int64_t>(problem.learners.size())),
          m_work(work)
    {
        m_survey.best = known;
    }

    /// @param most the largest base @return what was found
    MelSurvey Run(int64_t most)
    {
        // Lower bases can't have as many.
        const int64_t least = std::max<int64_t>(0, m_survey.best / m_count - m_problem.staleness);
        if (least <= most)
        {
            m_intervals.push({least, most, m_count * (most + m_problem.staleness)});
        }
        while (!m_intervals.empty() && m_intervals.top().bound > m_survey.best)
        {
            const Interval interval = m_intervals.top();
            m_intervals.pop();
            const bool enough =
                interval.high - interval.low < FEW ? Scan(interval) : Split(interval);
            if (!enough)
            {
                break;
            }
        }
        if (!m_intervals.empty() && m_intervals.top().bound > m_survey.best)
        {
            m_survey.left = std::max(m_survey.left, m_intervals.top().bound);
        }
        auto& open = m_survey.open;
        const auto end = std::remove_if(open.begin(), open.end(), [&](const MelOpenBase& base) {
            return base.bound <= m_survey.best;
        });
        open.erase(end, open.end());
        std::sort(open.begin(), open.end(), [](const MelOpenBase& a, const MelOpenBase& b) {
            return a.bound != b.bound ? a.bound > b.bound : a.base > b.base;
        });
        return std::move(m_survey);
    }

  private:
    /**
     * Look at each base of an interval, from the highest on.
     * @param interval the bases
     * @return false: there is no work left for that
     */
    bool Scan(const Interval& interval)
    {
        for (int64_t m = interval.high; m >= interval.low; --m)
        {
            const int64_t reach = m_count * (m + m_problem.staleness);
            if (reach <= m_survey.best)
            {
                break;
            }
            if (m_work == 0)
            {
                m_survey.left = std::min({interval.bound, reach, Relax(interval.low, m).bound});
                return false;
            }
            ++m_survey.bases;
            const auto base = Relax(m, m);
            if (base.bound > m_survey.best)
            {
                m_survey.open.push_back(base);
            }
        }
        return true;
    }

    /**
     * Bound both halves of an interval, by the relaxation where that may help.
     * @param interval two bases or more
     * @return false: there is no work left for that
     */
    bool Split(const Interval& interval)
    {
        const int64_t middle = interval.low + (interval.high - interval.low) / 2;
        for (const auto& [low, high] :
             {std::pair(interval.low, middle), std::pair(middle + 1, interval.high)})
        {
            const int64_t reach = m_count * (high + m_problem.staleness);
            int64_t bound = std::min(interval.bound, reach);
            if (m_work > 0 && bound > m_survey.best)
            {
                bound = std::min(bound, Relax(low, high).bound);
            }
            m_intervals.push({low, high, bound});
        }
        return m_work > 0;
    }

    /// Bound bases by their relaxation, and keep its answer if it is a better one.
    MelOpenBase Relax(int64_t low, int64_t high)
    {
        const auto base = MakeMelBase(m_problem, low, high - low + m_problem.staleness);
        if (!base)
        {
            return {low, 0, 0, 0};
        }
        m_work -= std::min<uint64_t>(m_work, base->options.size());
        const MelBound bound = BoundMelBase(*base);
        if (m_count * low + bound.found > m_survey.best && IsWithin(*base, bound))
        {
            m_survey.best = m_count * low + bound.found;
            m_survey.iterations.resize(m_problem.learners.size());
            for (size_t k = 0; k < m_survey.iterations.size(); ++k)
            {
                m_survey.iterations[k] = low + base->options[bound.chosen[k]].extra;
            }
        }
        return {low, m_count * low + bound.bound, bound.real, bound.price};
    }

    /**
     * @param base options of the learners at one base
     * @param bound what the relaxation chose, one option per learner
     * @return whether the learners' numbers of iterations differ by no more than the staleness
     *         limit c
     */
    bool IsWithin(const MelBase& base, const MelBound& bound) const
    {
        int64_t least = MEL_MAX_ITERATIONS;
        int64_t most = 0;
        for (const size_t option : bound.chosen)
        {
            least = std::min(least, base.options[option].extra);
            most = std::max(most, base.options[option].extra);
        }
        return most - least <= m_problem.staleness;
    }

    const MelProblem& m_problem;               //!< what is asked
    int64_t m_count;                           //!< K
    uint64_t& m_work;                          //!< that may still be done
    MelSurvey m_survey;                        //!< what was found so far
    std::priority_queue<Interval> m_intervals; //!< that may hold more; the most promising first
};

} // namespace

int64_t
MelSurvey::GetBound() const
{
    return std::max({best, left, open.empty() ? 0 : open.front().bound});
}

MelSurvey
SurveyMelBases(const MelProblem& problem, int64_t most, int64_t known, uint64_t& work)
{
    return Surveyor(problem, known, work).Run(most);
}

} // namespace fl
} // namespace ns3
