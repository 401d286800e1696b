/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-sai.h"

#include "fl-mel-base.h"
#include "fl-mel-rounding.h"

#include <algorithm>
#include <array>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Stands for a limit that never binds
constexpr double UNLIMITED = std::numeric_limits<double>::infinity();

/// Most sweeps of the descent; the objective rises with each, and a few are enough.
constexpr uint32_t MAX_SWEEPS = 1000;

/// A sweep that gains no more than this, of the sum of iterations, is the last.
constexpr double SMALLEST_GAIN = 1e-9;

/**
 * @param a the resource
 * @param b what one unit of the answer costs, not negative
 * @return a / b, where b = 0 is no limit
 */
double
Limit(double a, double b)
{
    return b > 0 ? a / b : UNLIMITED;
}

/**
 * @param problem a valid problem
 * @param k number of a learner
 * @param tau local iterations on each sample, real
 * @return how many samples a learner can take with tau iterations on each, within the cycle's
 *         duration and its energy; real
 */
double
RealCapacity(const MelProblem& problem, size_t k, double tau)
{
    const auto& learner = problem.learners[k];
    return std::min({Limit(problem.cycleTimeS - learner.c0, learner.c2 * tau + learner.c1),
                     Limit(learner.energyJ - learner.g0, learner.g2 * tau + learner.g1),
                     static_cast<double>(problem.samples)});
}

/**
 * @param problem a valid problem
 * @param k number of a learner
 * @param samples of that learner, real
 * @return how many iterations a learner can do on that many samples, within the cycle's duration
 *         and its energy; real, infinite without samples
 */
double
RealIterations(const MelProblem& problem, size_t k, double samples)
{
    const auto& learner = problem.learners[k];
    if (samples <= 0)
    {
        return UNLIMITED;
    }
    return std::min(Limit((problem.cycleTimeS - learner.c0) / samples - learner.c1, learner.c2),
                    Limit((learner.energyJ - learner.g0) / samples - learner.g1, learner.g2));
}

/// The three smallest of a list, so that the smallest without two of its entries is at hand.
class Extremes
{
  public:
    /// @param values the list @param sign -1: the three largest, negative
    Extremes(const std::vector<double>& values, double sign)
        : m_sign(sign)
    {
        for (size_t k = 0; k < values.size(); ++k)
        {
            m_ordered.emplace(sign * values[k], k);
        }
        Refresh();
    }

    /**
     * An entry changes.
     * @param k its index
     * @param before its value until now
     * @param after its new value
     * @return whether that changed one of the three smallest values
     */
    bool Update(size_t k, double before, double after)
    {
        auto node = m_ordered.extract({m_sign * before, k});
        node.value().first = m_sign * after;
        m_ordered.insert(std::move(node));
        return Refresh();
    }

    /**
     * @param a index of an entry
     * @param b index of another
     * @return the smallest of all but these two; infinite if there are no others
     */
    double Without(size_t a, size_t b) const
    {
        for (const auto& [value, k] : m_kept)
        {
            if (k != a && k != b)
            {
                return value;
            }
        }
        return UNLIMITED;
    }

  private:
    /// Find the three smallest. @return whether a value changed
    bool Refresh()
    {
        bool changed = false;
        auto entry = m_ordered.begin();
        for (auto& kept : m_kept)
        {
            if (entry == m_ordered.end())
            {
                break;
            }
            changed = changed || entry->first != kept.first;
            kept = *entry++;
        }
        return changed;
    }

    double m_sign;                                 //!< -1: the largest
    std::set<std::pair<double, size_t>> m_ordered; //!< all entries
    std::array<std::pair<double, size_t>, 3> m_kept{
        {{UNLIMITED, SIZE_MAX}, {UNLIMITED, SIZE_MAX}, {UNLIMITED, SIZE_MAX}}}; //!< ascending
};

/// Two learners that share their samples anew.
class PairMove
{
  public:
    /**
     * @param problem the problem
     * @param a one learner
     * @param b the other
     * @param samples of both together
     * @param low no one may do fewer iterations
     * @param high no one may do more
     */
    PairMove(const MelProblem& problem, size_t a, size_t b, double samples, double low, double high)
        : m_problem(problem),
          m_a(a),
          m_b(b),
          m_samples(samples),
          m_low(low),
          m_high(high)
    {
    }

    /**
     * @param samplesA of learner a; b has the rest
     * @return iterations of both when a has so many samples; negative if that does not fit
     */
    std::pair<double, double> At(double samplesA) const
    {
        const auto least = static_cast<double>(m_problem.minSamples);
        const auto c = static_cast<double>(m_problem.staleness);
        if (samplesA < least || m_samples - samplesA < least)
        {
            return {-1, -1};
        }
        double first = std::min(RealIterations(m_problem, m_a, samplesA), m_high);
        double second = std::min(RealIterations(m_problem, m_b, m_samples - samplesA), m_high);
        first = std::min(first, second + c);
        second = std::min(second, first + c);
        if (first < m_low || second < m_low)
        {
            return {-1, -1};
        }
        return {first, second};
    }

    /**
     * Between these points the sum of iterations is convex in the samples, since each of the terms
     * it is then made of is: the largest sum is at one of them.
     * @param consider is called with samples of a
     */
    template <typename Try>
    void Candidates(Try consider) const
    {
        const auto least = static_cast<double>(m_problem.minSamples);
        consider(least);
        consider(m_samples - least);
        for (const double tau : {m_low, m_high})
        {
            consider(RealCapacity(m_problem, m_a, tau));
            consider(m_samples - RealCapacity(m_problem, m_b, tau));
        }
        AddCrossing(m_a, consider);
        AddCrossing(m_b, [&](double samples) { consider(m_samples - samples); });
        // Where all others leave no more room than c, the two can't differ by more.
        const auto c = static_cast<double>(m_problem.staleness);
        if (m_high - m_low > c)
        {
            consider(Apart(c));
            consider(Apart(-c));
        }
    }

  private:
    /// Pass on the samples at which a learner's limits of time and energy allow equal iterations.
    template <typename Add>
    void AddCrossing(size_t k, Add add) const
    {
        const auto& learner = m_problem.learners[k];
        if (learner.c2 > 0 && learner.g2 > 0)
        {
            const double slopes = (m_problem.cycleTimeS - learner.c0) / learner.c2 -
                                  (learner.energyJ - learner.g0) / learner.g2;
            const double offsets = learner.c1 / learner.c2 - learner.g1 / learner.g2;
            const double samples = slopes / offsets;
            if (std::isfinite(samples))
            {
                add(samples);
            }
        }
    }

    /**
     * @param difference iterations of a less those of b, before other limits
     * @return samples of a at which its limit is that many iterations above b's
     */
    double Apart(double difference) const
    {
        // The limit of a falls with its samples, that of b rises: from infinite to minus infinite.
        const auto above = [&](double samples) {
            return std::clamp(RealIterations(m_problem, m_a, samples) -
                                  RealIterations(m_problem, m_b, m_samples - samples) - difference,
                              -std::numeric_limits<double>::max(),
                              std::numeric_limits<double>::max());
        };
        const double low = m_samples * 1e-9;
        const double high = m_samples * (1 - 1e-9);
        const double atLow = above(low);
        const double atHigh = above(high);
        if (!(atLow > 0 && atHigh < 0))
        {
            return low;
        }
        std::uintmax_t steps = 100;
        return boost::math::tools::toms748_solve(above,
                                                 low,
                                                 high,
                                                 atLow,
                                                 atHigh,
                                                 boost::math::tools::eps_tolerance<double>(50),
                                                 steps)
            .first;
    }

    const MelProblem& m_problem; //!< the problem
    size_t m_a;                  //!< one learner
    size_t m_b;                  //!< the other
    double m_samples;            //!< of both
    double m_low;                //!< fewest iterations
    double m_high;               //!< most iterations
};

/// The coordinate descent.
class Descent
{
  public:
    /// @param problem the problem @param point the start; is improved
    Descent(const MelProblem& problem, MelRelaxed& point)
        : m_problem(problem),
          m_point(point),
          m_least(point.iterations, 1),
          m_most(point.iterations, -1),
          m_strides(Strides(point.iterations.size())),
          m_changed(point.iterations.size(), 0)
    {
        const size_t count = point.iterations.size();
        for (const size_t stride : m_strides)
        {
            m_pairs += static_cast<int64_t>(count - stride);
        }
    }

    /// Go through the pairs once. @return what that gains
    double Sweep()
    {
        const size_t count = m_point.iterations.size();
        double gain = 0;
        for (size_t a = 0; a < count; ++a)
        {
            for (const size_t stride : m_strides)
            {
                const size_t b = a + stride;
                if (b >= count)
                {
                    break;
                }
                ++m_now;
                if (std::max({m_changed[a], m_changed[b], m_limitsChanged}) >= m_now - m_pairs)
                {
                    gain += MovePair(a, b);
                }
            }
        }
        return gain;
    }

  private:
    /**
     * @param count number of learners, at least 1
     * @return what the numbers of two learners that are paired differ by: all differences, or, of
     *         many learners, a geometric sequence
     */
    static std::vector<size_t> Strides(size_t count)
    {
        std::vector<size_t> strides;
        if (count <= MEL_SAI_ALL_PAIRS)
        {
            strides.resize(count - 1);
            std::iota(strides.begin(), strides.end(), 1);
            return strides;
        }
        for (size_t stride = 1; stride < count; stride += 1 + stride / 8)
        {
            strides.push_back(stride);
        }
        return strides;
    }

    /**
     * Take the best point along one line: two learners share their samples anew.
     * @param a number of a learner
     * @param b number of another
     * @return what it gains in the sum of iterations; 0: nothing was moved
     */
    double MovePair(size_t a, size_t b)
    {
        const auto c = static_cast<double>(m_problem.staleness);
        const double least = m_least.Without(a, b);
        const double most = -m_most.Without(a, b);
        const double both = m_point.samples[a] + m_point.samples[b];
        const PairMove move(m_problem, a, b, both, std::max(0.0, most - c), least + c);
        const std::pair before(m_point.iterations[a], m_point.iterations[b]);
        const double sum = before.first + before.second;
        double best = sum + SMALLEST_GAIN * 1e-3;
        double gain = 0;
        move.Candidates([&](double samples) {
            const auto [first, second] = move.At(samples);
            if (first + second > best)
            {
                best = first + second;
                gain = best - sum;
                m_point.iterations[a] = first;
                m_point.iterations[b] = second;
                m_point.samples[a] = samples;
                m_point.samples[b] = both - samples;
            }
        });
        if (gain > 0)
        {
            m_changed[a] = m_now;
            m_changed[b] = m_now;
            Update(a, before.first);
            Update(b, before.second);
        }
        return gain;
    }

    /// A learner does another number of iterations than before.
    void Update(size_t k, double before)
    {
        const double after = m_point.iterations[k];
        // Both are to be told.
        const bool least = m_least.Update(k, before, after);
        const bool most = m_most.Update(k, before, after);
        if (least || most)
        {
            m_limitsChanged = m_now;
        }
    }

    const MelProblem& m_problem;   //!< the problem
    MelRelaxed& m_point;           //!< where it stands
    Extremes m_least;              //!< the fewest iterations
    Extremes m_most;               //!< the most, negative
    std::vector<size_t> m_strides; //!< which learners are paired
    int64_t m_pairs{0};            //!< of a sweep

    /// @name A pair's move is a function of its learners and of the limits: while none of them has
    /// changed since its turn in the last sweep, it gains nothing
    /// @{
    int64_t m_now{0};               //!< turns of pairs so far
    std::vector<int64_t> m_changed; //!< at which turn a learner changed
    int64_t m_limitsChanged{0};     //!< at which turn the fewest or most iterations did
    /// @}
};

} // namespace

MelRelaxed
RelaxMel(const MelProblem& problem)
{
    const size_t count = problem.learners.size();
    const auto least = static_cast<double>(problem.minSamples);
    const auto all = static_cast<double>(problem.samples);
    const auto fits = [&](double tau) {
        double total = 0;
        for (size_t k = 0; k < count; ++k)
        {
            const double capacity = RealCapacity(problem, k, tau);
            if (!(capacity >= least))
            {
                return false;
            }
            total += capacity;
        }
        return total >= all;
    };
    double low = 0;
    double high = static_cast<double>(MelSynchronousIterations(problem)) + 1;
    // The integer optimum is at most one below the relaxed one where no capacity is rounded; with
    // rounding it can be more.
    while (fits(high))
    {
        low = high;
        high *= 2;
    }
    for (;;)
    {
        const double middle = low + (high - low) / 2;
        if (!(middle > low && middle < high))
        {
            break;
        }
        (fits(middle) ? low : high) = middle;
    }
    MelRelaxed point;
    point.iterations.assign(count, low);
    point.samples.resize(count);
    double room = 0;
    for (size_t k = 0; k < count; ++k)
    {
        point.samples[k] = RealCapacity(problem, k, low) - least;
        room += point.samples[k];
    }
    const double part = room > 0 ? (all - static_cast<double>(count) * least) / room : 0;
    for (auto& samples : point.samples)
    {
        samples = least + samples * part;
    }
    return point;
}

uint32_t
ImproveMel(const MelProblem& problem, MelRelaxed& point)
{
    Descent descent(problem, point);
    for (uint32_t sweep = 1; sweep <= MAX_SWEEPS; ++sweep)
    {
        if (descent.Sweep() <= SMALLEST_GAIN)
        {
            return sweep;
        }
    }
    return MAX_SWEEPS;
}

MelSolution
SolveMelSai(const MelProblem& problem)
{
    RequireMelFeasible(problem);
    MelRelaxed point = RelaxMel(problem);
    const uint32_t sweeps = ImproveMel(problem, point);
    auto solution = EvaluateMel(problem, RoundMel(problem, point));
    if (solution.status != SolveStatus::FEASIBLE)
    {
        solution.status = SolveStatus::FAILED;
    }
    solution.iterations = sweeps;
    solution.termination =
        sweeps < MAX_SWEEPS ? "a sweep gained nothing more" : "as many sweeps as are allowed";
    return solution;
}

} // namespace fl
} // namespace ns3
