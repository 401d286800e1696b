/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-exact.h"

#include "fl-mel-base.h"
#include "fl-mel-baselines.h"
#include "fl-mel-sai.h"
#include "fl-mel-survey.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// Costs more than anything.
constexpr int64_t NEVER = std::numeric_limits<int64_t>::max() / 2;

/// What the dynamic program of one base answers.
enum class Outcome : uint8_t
{
    BETTER,   //!< there are better choices, and these are the best
    NONE,     //!< there are none
    TOO_LARGE //!< it would take too much work or memory
};

/// The dynamic program of one base: the least cost for each sum of extra iterations.
class Table
{
  public:
    /**
     * @param base the choices
     * @param open what their relaxation says; it ended with a part of a step
     * @param target sums must be above this
     */
    Table(const MelBase& base, const MelOpenBase& open, int64_t target)
        : m_base(base),
          m_price(open.price),
          m_count(base.first.size() - 1)
    {
        // Whole choices with a sum above the target give up at most this much against the prices,
        // see Loss(). Rounding can't reach the part that is added.
        m_slack = open.real - static_cast<double>(target + 1) + 1e-3 + 1e-9 * open.real;
        m_target = target;
    }

    /**
     * @param work how many entries may be made; is reduced by those that were
     * @return what was found
     */
    Outcome Run(uint64_t& work)
    {
        Select();
        m_costs = {0};
        m_low = 0;
        m_rows.reserve(m_count);
        double gained = 0;
        for (size_t k = 0; k < m_count; ++k)
        {
            gained += m_gains[k];
            const int64_t width =
                static_cast<int64_t>(m_costs.size()) + Kept(k).Back().extra - Kept(k).Front().extra;
            const auto entries = static_cast<uint64_t>(width) * (m_first[k + 1] - m_first[k]);
            if (entries > work || m_first[k + 1] - m_first[k] > UINT16_MAX)
            {
                return Outcome::TOO_LARGE;
            }
            work -= entries;
            AddLearner(k, static_cast<size_t>(width));
            Prune(gained);
            if (m_costs.empty())
            {
                return Outcome::NONE;
            }
        }
        for (auto i = static_cast<int64_t>(m_costs.size()) - 1; i >= 0; --i)
        {
            if (m_costs[static_cast<size_t>(i)] <= m_base.spare && m_low + i > m_target)
            {
                m_sum = m_low + i;
                return Outcome::BETTER;
            }
        }
        return Outcome::NONE;
    }

    /// @return extra iterations by learner, after Run() found better ones
    std::vector<int64_t> GetExtra() const
    {
        std::vector<int64_t> extra(m_count);
        int64_t sum = m_sum;
        for (size_t k = m_count; k-- > 0;)
        {
            const auto& row = m_rows[k];
            extra[k] = m_kept[m_first[k] + row.choice[static_cast<size_t>(sum - row.low)]].extra;
            sum -= extra[k];
        }
        return extra;
    }

  private:
    /// Which option led to each sum.
    struct Row
    {
        int64_t low;                  //!< the first sum
        std::vector<uint16_t> choice; //!< index among the learner's options that are kept
    };

    /// Options of one learner that are kept.
    struct Range
    {
        const MelOption* first; //!< the first one
        const MelOption* last;  //!< one after the last

        /// @return the one with the fewest extra iterations
        const MelOption& Front() const
        {
            return *first;
        }

        /// @return the one with the most extra iterations
        const MelOption& Back() const
        {
            return *(last - 1);
        }
    };

    /**
     * @param k number of a learner
     * @return the options of learner k that are kept
     */
    Range Kept(size_t k) const
    {
        return {m_kept.data() + m_first[k], m_kept.data() + m_first[k + 1]};
    }

    /**
     * @param option iterations above the base, and how many samples fewer the learner can take then
     * @return its reduced profit: what an option is worth at the relaxation's price of a sample
     */
    double Worth(const MelOption& option) const
    {
        return static_cast<double>(option.extra) - m_price * static_cast<double>(option.cost);
    }

    /// Keep the options that choices above the target can contain.
    void Select()
    {
        m_gains.resize(m_count);
        m_kept.reserve(m_base.options.size());
        for (size_t k = 0; k < m_count; ++k)
        {
            m_gains[k] = 0;
            for (auto option = m_base.Begin(k); option != m_base.End(k); ++option)
            {
                m_gains[k] = std::max(m_gains[k], Worth(*option));
            }
            m_first.push_back(m_kept.size());
            for (auto option = m_base.Begin(k); option != m_base.End(k); ++option)
            {
                if (m_gains[k] - Worth(*option) <= m_slack)
                {
                    m_kept.push_back(*option);
                }
            }
        }
        m_first.push_back(m_kept.size());
    }

    /// Extend all sums by each option of learner k.
    void AddLearner(size_t k, size_t width)
    {
        const Range kept = Kept(k);
        Row row{m_low + kept.Front().extra, std::vector<uint16_t>(width, 0)};
        m_next.assign(width, NEVER);
        for (auto option = kept.first; option != kept.last; ++option)
        {
            const auto choice = static_cast<uint16_t>(option - kept.first);
            const auto shift = static_cast<size_t>(option->extra - kept.Front().extra);
            int64_t* next = m_next.data() + shift;
            uint16_t* chosen = row.choice.data() + shift;
            for (size_t i = 0; i < m_costs.size(); ++i)
            {
                const int64_t cost = m_costs[i] + option->cost;
                const bool less = cost < next[i];
                next[i] = less ? cost : next[i];
                chosen[i] = less ? choice : chosen[i];
            }
        }
        m_low = row.low;
        m_costs.swap(m_next);
        m_rows.push_back(std::move(row));
    }

    /// Forget sums that can't become more than the target; gained: at the price, at most, so far.
    void Prune(double gained)
    {
        size_t begin = m_costs.size();
        size_t end = 0;
        for (size_t i = 0; i < m_costs.size(); ++i)
        {
            const MelOption sum{m_low + static_cast<int64_t>(i), m_costs[i]};
            if (sum.cost > m_base.spare || gained - Worth(sum) > m_slack)
            {
                m_costs[i] = NEVER;
                continue;
            }
            begin = std::min(begin, i);
            end = i + 1;
        }
        if (begin > end)
        {
            m_costs.clear();
            return;
        }
        m_costs.resize(end);
        m_costs.erase(m_costs.begin(), m_costs.begin() + static_cast<std::ptrdiff_t>(begin));
        m_low += static_cast<int64_t>(begin);
    }

    const MelBase& m_base;         //!< the choices
    double m_price;                //!< of a sample
    size_t m_count;                //!< learners
    double m_slack;                //!< what may be lost against the prices
    int64_t m_target;              //!< sums must be above it
    std::vector<double> m_gains;   //!< the most that each learner is worth at the price
    std::vector<MelOption> m_kept; //!< options that are kept
    std::vector<size_t> m_first;   //!< where those of learner k begin
    std::vector<int64_t> m_costs;  //!< by sum, from m_low
    std::vector<int64_t> m_next;   //!< of the next learner
    int64_t m_low{0};              //!< the sum of the first entry
    std::vector<Row> m_rows;       //!< by learner
    int64_t m_sum{0};              //!< the best
};

/// The search over all bases.
class Solver
{
  public:
    /// @param problem a valid problem @param options how much work may be done
    Solver(const MelProblem& problem, const MelOptions& options)
        : m_problem(problem),
          m_work(options.maxWork),
          m_count(static_cast<int64_t>(problem.learners.size()))
    {
    }

    /// @return the answer
    MelSolution Run()
    {
        const int64_t most = MelSynchronousIterations(m_problem);
        m_iterations.assign(m_problem.learners.size(), most);
        // The survey has work of its own, so that tables can't take it away from others' bounds.
        uint64_t surveyWork = m_work;
        auto survey = SurveyMelBases(m_problem, most, m_count * most, surveyWork);
        m_best = survey.best;
        if (!survey.iterations.empty())
        {
            m_iterations = std::move(survey.iterations);
        }
        int64_t bound = survey.left; // of bases that were left open
        for (const auto& open : survey.open)
        {
            if (open.bound <= m_best)
            {
                break;
            }
            bound = std::max(bound, Search(open));
        }
        if (bound <= m_best)
        {
            return Finish(survey.bases, m_best, "no base can give more");
        }
        return Finish(survey.bases,
                      bound,
                      survey.left > m_best
                          ? "too many bases to look at: bounded by the relaxation"
                          : "the table would be too large: bounded by the relaxation");
    }

  private:
    /**
     * Search a base for more than what is known.
     * @param open a base, with a bound on what it may hold
     * @return a bound on what it may hold beyond what is known afterwards; 0: nothing
     */
    int64_t Search(const MelOpenBase& open)
    {
        const auto base = MakeMelBase(m_problem, open.base, m_problem.staleness);
        Table table(*base, open, m_best - m_count * open.base);
        switch (table.Run(m_work))
        {
        case Outcome::TOO_LARGE:
            return open.bound;
        case Outcome::NONE:
            return 0;
        case Outcome::BETTER:
            break;
        }
        const auto extra = table.GetExtra();
        m_best = 0;
        for (size_t k = 0; k < m_iterations.size(); ++k)
        {
            m_iterations[k] = open.base + extra[k];
            m_best += m_iterations[k];
        }
        return 0;
    }

    /**
     * @param bases how many were searched
     * @param bound on the sum of iterations of all learners
     * @param termination why the search ended
     * @return the answer, as it is known: it is the optimum if it meets the bound
     */
    MelSolution Finish(uint32_t bases, int64_t bound, const char* termination) const
    {
        auto solution = EvaluateMel(m_problem, ShareMelSamples(m_problem, m_iterations));
        solution.iterations = bases;
        if (solution.status != SolveStatus::FEASIBLE)
        {
            solution.status = SolveStatus::FAILED;
            solution.termination = "rounding: the answer does not meet its limits";
            return solution;
        }
        solution.upperBound = static_cast<double>(bound) / static_cast<double>(m_count);
        solution.termination = termination;
        if (bound == m_best)
        {
            solution.status = SolveStatus::OPTIMAL;
        }
        return solution;
    }

    const MelProblem& m_problem;       //!< what is asked
    uint64_t m_work;                   //!< that tables may still do
    int64_t m_count;                   //!< K
    int64_t m_best{0};                 //!< sum of the iterations of the best answer so far
    std::vector<int64_t> m_iterations; //!< of that answer
};

/**
 * @param solution a feasible answer
 * @param solve the other method; may throw Infeasible, which counts as no answer
 * @return the better one of an answer and of what another method finds, if it finds any
 */
MelSolution
Better(MelSolution solution, const std::function<MelSolution()>& solve)
{
    try
    {
        auto other = solve();
        if (other.status == SolveStatus::FEASIBLE && other.objective > solution.objective)
        {
            solution.learners = std::move(other.learners);
            solution.objective = other.objective;
        }
    }
    catch (const Infeasible&)
    {
        // Its batches don't fit.
    }
    return solution;
}

} // namespace

MelSolution
SolveMelExact(const MelProblem& problem, const MelOptions& options)
{
    auto solution = Solver(problem, options).Run();
    if (solution.status == SolveStatus::FEASIBLE)
    {
        // Where the search ended early, others may have been lucky.
        solution = Better(std::move(solution), [&] { return SolveMelSai(problem); });
        solution = Better(std::move(solution),
                          [&] { return SolveMelEqualBatches(problem, problem.staleness); });
        if (solution.objective == solution.upperBound)
        {
            solution.status = SolveStatus::OPTIMAL;
        }
    }
    return solution;
}

} // namespace fl
} // namespace ns3
