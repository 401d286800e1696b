/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-exact.h"

#include "fl-schedule-delay.h"
#include "fl-schedule-order.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// What rounding may do to a delay: some tens of rounding errors.
constexpr double ROUNDING = 1e-14;
/// A bound that is above the objective by no more is met; relative, absolute below 1.
constexpr double MET = 1e-9;
/// Sweeps: about a dozen is enough, each new best one takes a few Newton steps.
constexpr uint32_t MAX_SWEEPS = 10000;

/// The search over prefixes of the devices, strongest first.
class PrefixSearch
{
  public:
    /**
     * Sort the devices by gain.
     * @param problem a valid problem
     */
    explicit PrefixSearch(const ScheduleProblem& problem)
        : m_bandwidthHz(problem.bandwidthHz),
          m_price(problem.queueWeight * problem.payloadBits * std::log(2.0)),
          m_order(DescendingOrder(problem.gainOverNoiseHz))
    {
        for (const auto device : m_order)
        {
            m_gainHz.push_back(problem.gainOverNoiseHz[device]);
        }
    }

    /// Find the best prefix.
    void Run()
    {
        Begin();
        while (!m_open.empty() && m_sweeps < MAX_SWEEPS)
        {
            const auto target =
                std::max_element(m_open.begin(), m_open.end(), [](const auto& a, const auto& b) {
                    return a.bound < b.bound;
                });
            Sweep(target - m_open.begin());
        }
        for (const auto& candidate : m_open)
        {
            m_bound = std::max(m_bound, candidate.bound);
        }
    }

    /// @return the best number of devices
    size_t GetCount() const
    {
        return m_count;
    }

    /// @return devices from the strongest to the weakest
    const std::vector<size_t>& GetOrder() const
    {
        return m_order;
    }

    /// @return what no set exceeds
    double GetBound() const
    {
        return m_bound;
    }

    /// @return sweeps over devices
    uint32_t GetSweeps() const
    {
        return m_sweeps;
    }

  private:
    /// A number of devices that may be the best.
    struct Candidate
    {
        size_t count;  //!< N
        double perNat; //!< lower bound on D(N) / (mu ln2) [1/Hz]
        double bound;  //!< upper bound on J
    };

    /**
     * @param count N
     * @param perNat delay D(N) / (mu ln 2) [1/Hz], or a lower bound on it
     * @return J of so many devices at a delay that is right; an upper bound on J if it is a lower
     *         bound
     */
    double Worth(size_t count, double perNat) const
    {
        return static_cast<double>(count) - m_price * perNat;
    }

    /**
     * @param count N
     * @param perNat lower bound on D(N) / (mu ln 2) [1/Hz]
     * @return a candidate with a bound that rounding does not break
     */
    Candidate Bounded(size_t count, double perNat) const
    {
        return {count, perNat, Worth(count, perNat * (1 - ROUNDING))};
    }

    /// Keep those only that may be better than what is in hand.
    void Prune()
    {
        m_open.erase(std::remove_if(m_open.begin(),
                                    m_open.end(),
                                    [this](const auto& entry) { return entry.bound <= m_best; }),
                     m_open.end());
    }

    /// First bounds: the weakest device with all of the band, and all as one.
    void Begin()
    {
        double sumHz = 0;
        for (size_t i = 0; i < m_gainHz.size(); ++i)
        {
            sumHz += m_gainHz[i];
            const double alone = 1 / (m_bandwidthHz * std::log1p(m_gainHz[i] / m_bandwidthHz));
            // Sums of K numbers lose K rounding errors at most.
            const double together = static_cast<double>(i + 1) /
                                    (m_bandwidthHz * std::log1p(sumHz / m_bandwidthHz)) *
                                    (1 - 1e-15 * static_cast<double>(i + 1));
            m_open.push_back(Bounded(i + 1, std::max(alone, together)));
        }
        Prune();
    }

    /// Look at all at the delay that is a bound for one of them.
    void Sweep(size_t targetIndex)
    {
        ++m_sweeps;
        const Candidate target = m_open[targetIndex];
        RelativeDelay delay;
        delay.referenceHz = m_gainHz[target.count - 1];
        // A device in deep fade has lost its excess in the sum 1 + excess.
        delay.excess = std::max(std::fma(target.perNat, delay.referenceHz, -1),
                                ExcessAlone(delay.referenceHz, m_bandwidthHz));
        const size_t reach = m_needs.Set(m_gainHz, m_open.back().count, delay);
        double sumHz = 0;
        double lostHz = 0;
        double fallHz = 0;
        size_t next = 0;
        for (size_t count = 1; count <= reach; ++count)
        {
            // Neumaier's sum: a rounding error of the sum is one of the bound.
            const double needHz = m_needs.bandwidthHz[count - 1];
            const double sum = sumHz + needHz;
            lostHz += sumHz >= needHz ? (sumHz - sum) + needHz : (needHz - sum) + sumHz;
            sumHz = sum;
            fallHz += m_needs.fallHz[count - 1];
            if (m_open[next].count == count)
            {
                Sharpen(m_open[next], delay, sumHz + lostHz, fallHz);
                ++next;
            }
        }
        // Where that moves the target no more, it is all that can be known of it.
        auto& looked = m_open[targetIndex];
        if (!(looked.perNat > target.perNat * (1 + 1e-15)))
        {
            Offer(looked.count, looked.perNat * (1 + ROUNDING));
            m_bound = std::max(m_bound, looked.bound);
            looked.bound = -HUGE_VAL;
        }
        Prune();
    }

    /// What a sweep says of one number of devices.
    void Sharpen(Candidate& candidate, const RelativeDelay& delay, double sumHz, double fallHz)
    {
        RelativeDelay tangent = delay;
        tangent.excess = TangentExcess(delay, sumHz, fallHz, m_bandwidthHz);
        if (tangent.PerNat() > candidate.perNat)
        {
            candidate = Bounded(candidate.count, tangent.PerNat());
        }
        if (sumHz <= m_bandwidthHz)
        {
            Offer(candidate.count, delay.PerNat() * (1 + ROUNDING));
        }
    }

    /// So many devices can keep a delay.
    void Offer(size_t count, double perNat)
    {
        const double worth = Worth(count, perNat);
        if (worth > m_best)
        {
            m_best = worth;
            m_count = count;
        }
    }

    double m_bandwidthHz;          //!< B [Hz]
    double m_price;                //!< queue weight * mu ln2 [Hz]
    std::vector<size_t> m_order;   //!< devices from the strongest to the weakest
    std::vector<double> m_gainHz;  //!< s in that order [Hz]
    std::vector<Candidate> m_open; //!< in ascending order of their number
    BandwidthNeeds m_needs;        //!< of the last sweep
    double m_best{0};              //!< what is in hand: nobody
    size_t m_count{0};             //!< of how many devices
    double m_bound{0};             //!< of those that are no longer open
    uint32_t m_sweeps{0};          //!< over the devices
};

} // namespace

ScheduleSolution
SolveScheduleExact(const ScheduleProblem& problem)
{
    PrefixSearch search(problem);
    search.Run();
    auto solution = ScheduleFirst(problem, search.GetOrder(), search.GetCount());
    solution.iterations += search.GetSweeps();
    if (solution.status != SolveStatus::FEASIBLE)
    {
        return solution;
    }
    solution.upperBound = std::max(search.GetBound(), solution.objective);
    const double margin = MET * std::max(1.0, std::abs(solution.objective));
    if (solution.upperBound - solution.objective <= margin)
    {
        solution.status = SolveStatus::OPTIMAL;
        solution.termination = "no other number of devices can be better";
    }
    else
    {
        solution.termination = "the bounds came to rest above the best set found";
    }
    return solution;
}

} // namespace fl
} // namespace ns3
