/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-prices.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// Times this close to that of the round, relative, leave nothing to spare.
constexpr double CLOSE = 1e-9;
/// Divisions of w2 between two devices are tried for at most so many of them.
constexpr size_t MAX_PAIRED = 32;
/// How often all of those are gone through.
constexpr int MAX_PASSES = 2;
/// Of a maximum's place in a logarithm: its value is off by the square of that.
constexpr double PLACE = 1e-8;
/// Prices are looked for up to so many powers of e away.
constexpr double FARTHEST = 600;

/**
 * @param function with one maximum in a logarithm
 * @param start where to begin
 * @param value the function there
 * @return where it is largest, and the value
 */
template <typename Function>
std::pair<double, double>
Maximise(const Function& function, double start, double value)
{
    constexpr double GOLDEN = 0.6180339887498949;
    // Uphill by ever longer steps, to a bracket.
    double step = 1e-3;
    double ahead = function(start + step);
    if (ahead < value)
    {
        step = -step;
        ahead = function(start + step);
    }
    double low = start - step;
    double middle = start;
    double atMiddle = value;
    double high = start + step;
    while (ahead > atMiddle && std::abs(high - start) < FARTHEST)
    {
        step *= 2;
        low = middle;
        middle = high;
        atMiddle = ahead;
        high = middle + step;
        ahead = function(high);
    }
    if (low > high)
    {
        std::swap(low, high);
    }
    double left = high - GOLDEN * (high - low);
    double right = low + GOLDEN * (high - low);
    double atLeft = function(left);
    double atRight = function(right);
    std::pair best(middle, atMiddle);
    while (high - low > PLACE)
    {
        if (atLeft > atRight)
        {
            high = std::exchange(right, left);
            atRight = atLeft;
            left = high - GOLDEN * (high - low);
            atLeft = function(left);
        }
        else
        {
            low = std::exchange(left, right);
            atLeft = atRight;
            right = low + GOLDEN * (high - low);
            atRight = function(right);
        }
    }
    for (const auto& [place, at] : {std::pair(left, atLeft), std::pair(right, atRight)})
    {
        best = at > best.second ? std::pair(place, at) : best;
    }
    return best;
}

/// The search for the best prices of one answer.
class Sharpener
{
  public:
    /// See SharpenJointPrices().
    Sharpener(const JointProblem& problem,
              const std::vector<JointShare>& shares,
              const JointPrices& prices,
              ThreadPool* pool)
        : m_problem(problem),
          m_shares(shares),
          m_pool(pool),
          m_given(prices),
          m_best(prices),
          m_bound(JointLowerBound(problem, prices, pool))
    {
        for (size_t i = 0; i < shares.size(); ++i)
        {
            m_slowest = Time(i) > Time(m_slowest) ? i : m_slowest;
        }
    }

    /// @return the best prices
    JointPrices Run()
    {
        Try(m_given.mu);
        std::vector<double> alone(m_shares.size(), 0.0);
        alone[m_slowest] = m_problem.weightTime;
        Try(alone);
        Try(Critical());
        for (int pass = 0; pass < MAX_PASSES && m_shares.size() <= MAX_PAIRED; ++pass)
        {
            const double before = m_bound;
            for (size_t i = 0; i < m_shares.size(); ++i)
            {
                Divide(i);
            }
            Try(m_best.mu);
            if (!(m_bound > before))
            {
                break;
            }
        }
        return m_best;
    }

  private:
    /**
     * @param device number of a device
     * @return what it takes to compute and upload [s]
     */
    double Time(size_t device) const
    {
        return m_shares[device].uploadS + m_shares[device].computeS;
    }

    /// @return the given prices of those that need all of T; the slowest gets what is left of w2
    std::vector<double> Critical() const
    {
        std::vector<double> mu = m_given.mu;
        double sum = 0;
        for (size_t i = 0; i < mu.size(); ++i)
        {
            const bool critical = Time(i) >= Time(m_slowest) * (1 - CLOSE);
            mu[i] = critical && i != m_slowest ? mu[i] : 0;
            sum += mu[i];
        }
        mu[m_slowest] = std::max(0.0, m_problem.weightTime - sum);
        return mu;
    }

    /**
     * @param prices lambda, and mu by device
     * @return the Lagrangian lower bound on the objective; -HUGE_VAL where that is no number
     */
    double Bound(const JointPrices& prices) const
    {
        const double bound = JointLowerBound(m_problem, prices, m_pool);
        return std::isfinite(bound) ? bound : -HUGE_VAL;
    }

    /// Keep prices if they are better.
    void Keep(const JointPrices& prices, double bound)
    {
        if (bound > m_bound || !std::isfinite(m_bound))
        {
            m_best = prices;
            m_bound = bound;
        }
    }

    /// Find the best price of bandwidth for a division of w2.
    void Try(const std::vector<double>& mu)
    {
        JointPrices prices{m_best.lambda, mu};
        const double at = Bound(prices);
        Keep(prices, at);
        if (!(prices.lambda > 0))
        {
            return;
        }
        const auto bound = [&](double log) {
            prices.lambda = std::exp(log);
            return Bound(prices);
        };
        const auto [log, value] = Maximise(bound, std::log(prices.lambda), at);
        prices.lambda = std::exp(log);
        Keep(prices, value);
    }

    /// Divide what the slowest and another device have anew.
    void Divide(size_t other)
    {
        const double both = m_best.mu[m_slowest] + m_best.mu[other];
        if (other == m_slowest || !(both > 0))
        {
            return;
        }
        JointPrices prices = m_best;
        const auto bound = [&](double log) {
            prices.mu[other] = std::min(both, both * std::exp(log));
            prices.mu[m_slowest] = both - prices.mu[other];
            return Bound(prices);
        };
        const double start =
            m_best.mu[other] > 0 ? std::log(m_best.mu[other] / both) : std::log(1e-12);
        const auto [log, value] = Maximise(bound, start, bound(start));
        Keep((bound(log), prices), value);
    }

    const JointProblem& m_problem;           //!< as given
    const std::vector<JointShare>& m_shares; //!< of the answer
    ThreadPool* m_pool;                      //!< or null
    const JointPrices& m_given;              //!< of the answer
    JointPrices m_best;                      //!< so far
    double m_bound;                          //!< their bound
    size_t m_slowest{0};                     //!< who takes longest
};

} // namespace

JointPrices
SharpenJointPrices(const JointProblem& problem,
                   const std::vector<JointShare>& shares,
                   const JointPrices& prices,
                   ThreadPool* pool)
{
    return Sharpener(problem, shares, prices, pool).Run();
}

} // namespace fl
} // namespace ns3
