/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-rounding.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param problem a valid problem
 * @param point a solution of the relaxation: real numbers of iterations and samples by learner
 * @return whole numbers below those of the point, together at most d samples
 */
std::vector<MelWork>
RoundDown(const MelProblem& problem, const MelRelaxed& point)
{
    std::vector<MelWork> work(point.samples.size());
    int64_t least = MEL_MAX_ITERATIONS;
    for (size_t k = 0; k < work.size(); ++k)
    {
        // What is a whole number but for the descent's rounding errors stays one, if it fits.
        auto tau = static_cast<int64_t>(std::floor(point.iterations[k] * (1 + 1e-12)));
        while (tau > 0 && MelCapacity(problem, k, tau) < problem.minSamples)
        {
            --tau;
        }
        work[k].iterations = tau;
        least = std::min(least, tau);
    }
    int64_t left = problem.samples;
    for (size_t k = 0; k < work.size(); ++k)
    {
        work[k].iterations = std::min(work[k].iterations, least + problem.staleness);
        const auto floored = static_cast<int64_t>(std::floor(point.samples[k]));
        const int64_t room = MelCapacity(problem, k, work[k].iterations);
        work[k].samples = std::max(problem.minSamples, std::min(floored, room));
        left -= work[k].samples;
    }
    // Rounding errors may have made d_l of a hair less.
    for (size_t k = 0; k < work.size() && left < 0; ++k)
    {
        const int64_t taken = std::min(-left, work[k].samples - problem.minSamples);
        work[k].samples -= taken;
        left += taken;
    }
    return work;
}

/// Gives the samples that rounding left over to learners.
class Repair
{
  public:
    /// @param problem the problem @param work by learner; is repaired
    Repair(const MelProblem& problem, std::vector<MelWork>& work)
        : m_problem(problem),
          m_work(work),
          m_left(problem.samples)
    {
        for (const auto& entry : work)
        {
            m_left -= entry.samples;
        }
    }

    /// Do what can be done.
    void Run()
    {
        do
        {
            for (size_t k = 0; k < m_work.size() && m_left > 0; ++k)
            {
                Give(k);
            }
            if (m_left > 0)
            {
                List();
            }
            while (m_left > 0 && !m_ready.empty())
            {
                LowerBest();
            }
        } while (m_left > 0 && LowerAll());
    }

  private:
    /// What a learner can give up for one sample more.
    struct Offer
    {
        size_t learner;     //!< whose
        int64_t iterations; //!< it does then
        double rate;        //!< samples more for an iteration less
    };

    /// The largest rate first, of equals the first learner.
    struct ByRate
    {
        /**
         * @param a one offer
         * @param b the other
         * @return whether a comes before b
         */
        bool operator()(const Offer& a, const Offer& b) const
        {
            return a.rate != b.rate ? a.rate > b.rate : a.learner < b.learner;
        }
    };

    /// A learner takes what it can of what is left.
    void Give(size_t k)
    {
        const int64_t room = MelCapacity(m_problem, k, m_work[k].iterations) - m_work[k].samples;
        const int64_t taken = std::clamp<int64_t>(room, 0, m_left);
        m_work[k].samples += taken;
        m_left -= taken;
    }

    /// List what all learners offer.
    void List()
    {
        m_at.clear();
        m_ready.clear();
        m_waiting.clear();
        for (const auto& entry : m_work)
        {
            ++m_at[entry.iterations];
        }
        for (size_t k = 0; k < m_work.size(); ++k)
        {
            AddOffer(k);
        }
    }

    /// List what a learner offers, if it can take a sample more: that may be many iterations away.
    void AddOffer(size_t k)
    {
        const int64_t now = m_work[k].iterations;
        const int64_t capacity = MelCapacity(m_problem, k, now);
        if (now == 0 || capacity == m_problem.samples)
        {
            return;
        }
        const int64_t fewer = MelMaxIterations(m_problem, k, capacity + 1, now - 1);
        if (fewer < 0)
        {
            return;
        }
        const double rate = static_cast<double>(MelCapacity(m_problem, k, fewer) - capacity) /
                            static_cast<double>(now - fewer);
        const Offer offer{k, fewer, rate};
        if (GetMost() - fewer <= m_problem.staleness)
        {
            m_ready.insert(offer);
        }
        else
        {
            m_waiting.emplace(fewer, offer);
        }
    }

    /// @return the most iterations of a learner
    int64_t GetMost() const
    {
        return m_at.rbegin()->first;
    }

    /// Take the best offer.
    void LowerBest()
    {
        const Offer offer = *m_ready.begin();
        m_ready.erase(m_ready.begin());
        auto& entry = m_work[offer.learner];
        const auto before = m_at.find(entry.iterations);
        if (--before->second == 0)
        {
            m_at.erase(before);
        }
        ++m_at[offer.iterations];
        entry.iterations = offer.iterations;
        Give(offer.learner);
        AddOffer(offer.learner);
        // Where no one does as many as before, others may do fewer.
        while (!m_waiting.empty() && GetMost() - m_waiting.rbegin()->first <= m_problem.staleness)
        {
            m_ready.insert(m_waiting.rbegin()->second);
            m_waiting.erase(std::prev(m_waiting.end()));
        }
    }

    /// All do fewer, so that one can take a sample more. @return whether that is possible
    bool LowerAll()
    {
        const bool possible = GetMost() > 0;
        int64_t drop = GetMost();
        for (const auto& [fewer, offer] : m_waiting)
        {
            drop = std::min(drop, m_work[offer.learner].iterations - fewer);
        }
        for (auto& entry : m_work)
        {
            entry.iterations = std::max<int64_t>(entry.iterations - drop, 0);
        }
        return possible;
    }

    const MelProblem& m_problem;             //!< what is asked
    std::vector<MelWork>& m_work;            //!< by learner
    int64_t m_left;                          //!< samples that no one has
    std::map<int64_t, int64_t> m_at;         //!< how many learners do how many iterations
    std::set<Offer, ByRate> m_ready;         //!< offers that keep all within c
    std::multimap<int64_t, Offer> m_waiting; //!< offers that don't, by what iterations they lead to
};

} // namespace

std::vector<MelWork>
RoundMel(const MelProblem& problem, const MelRelaxed& point)
{
    auto work = RoundDown(problem, point);
    Repair(problem, work).Run();
    return work;
}

} // namespace fl
} // namespace ns3
