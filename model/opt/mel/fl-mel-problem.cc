/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-problem.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// A limit is met to within this, relative.
constexpr double LIMIT_TOLERANCE = 1e-12;

/// Numbers beyond these, in SI units, are no physics, and their products leave the range of
/// doubles.
constexpr double SMALLEST = 1e-40;
constexpr double LARGEST = 1e40; //!< the upper end

/// Refuse a number that is beyond all reason, as one that is negative or none.
void
Require(const std::string& name, double value, bool zeroAllowed)
{
    if (!(zeroAllowed && value == 0) && !(value >= SMALLEST && value <= LARGEST))
    {
        throw InvalidInput(Describe(name,
                                    " = ",
                                    value,
                                    zeroAllowed ? ": must be 0 or from " : ": must be from ",
                                    SMALLEST,
                                    " to ",
                                    LARGEST));
    }
}

/// Refuse a count that is out of its range.
void
RequireCount(const std::string& name, int64_t value, int64_t low, int64_t high)
{
    if (value < low || value > high)
    {
        throw InvalidInput(Describe(name, " = ", value, ": must be from ", low, " to ", high));
    }
}

/// Refuse a learner that has a field out of its range.
void
ValidateLearner(const MelLearner& learner, size_t k)
{
    const std::pair<const char*, double> fields[] = {{"c2", learner.c2},
                                                     {"c1", learner.c1},
                                                     {"c0", learner.c0},
                                                     {"g2", learner.g2},
                                                     {"g1", learner.g1},
                                                     {"g0", learner.g0},
                                                     {"energy_j", learner.energyJ}};
    for (const auto& [key, value] : fields)
    {
        if (!(value == 0 || (value >= SMALLEST && value <= LARGEST)))
        {
            // The name is made when it is needed: there may be a million learners.
            Require(Describe("learners[", k, "].", Named(key)), value, true);
        }
    }
    if (learner.c2 == 0 && learner.g2 == 0)
    {
        throw InvalidInput(Describe("learners[",
                                    k,
                                    "].c2 = 0: must be above 0 where g2 is 0, or its iterations "
                                    "are without limit"));
    }
}

/**
 * @param limit on a time [s] or an energy [J]
 * @return a limit with its tolerance
 */
double
Within(double limit)
{
    return limit * (1 + LIMIT_TOLERANCE);
}

/**
 * @param limit on a time [s] or an energy [J]
 * @param fixed what is spent without any sample, in the same unit
 * @param perSample what a sample costs, in the same unit
 * @return how many samples a limit allows, as a real number; negative: it can't be met
 */
double
Room(double limit, double fixed, double perSample)
{
    const double left = limit - fixed;
    if (left < 0)
    {
        return -1;
    }
    return perSample > 0 ? left / perSample : std::numeric_limits<double>::infinity();
}

/// MelCapacity() with limits of one's own, without a tolerance.
int64_t
CapacityWithin(const MelProblem& problem,
               const MelLearner& learner,
               double iterations,
               double timeS,
               double energyJ)
{
    const double room = std::min(Room(timeS, learner.c0, learner.c2 * iterations + learner.c1),
                                 Room(energyJ, learner.g0, learner.g2 * iterations + learner.g1));
    const auto most = static_cast<double>(problem.samples);
    return room < 0 ? -1 : static_cast<int64_t>(std::floor(std::min(room, most)));
}

/// Whether an allocation fits when T is this, and E_k is at least this.
using Fits = std::function<bool(double timeS, double energyJ)>;

/**
 * @param low where the test fails
 * @param high where it holds
 * @param holds the test: once true, it stays so for larger values
 * @return the smallest value at which a monotone test holds; it fails at low, holds at high
 */
double
Smallest(double low, double high, const std::function<bool(double)>& holds)
{
    for (;;)
    {
        const double middle = low + (high - low) / 2;
        if (!(middle > low && middle < high))
        {
            return high;
        }
        (holds(middle) ? high : low) = middle;
    }
}

/**
 * @param value any number; below 0 counts as 0
 * @return a number of six digits that is not below this one
 */
double
RoundUp(double value)
{
    if (!(value > 0))
    {
        return 0;
    }
    const double unit = std::pow(10.0, std::floor(std::log10(value)) - 5);
    // What is a hair above six digits by rounding alone stays: limits have a tolerance of 1e-12.
    return std::ceil(value / unit * (1 - 1e-13)) * unit;
}

/// Searches for the smallest limits with which allocations fit.
class LimitSearch
{
  public:
    /**
     * @param problem valid
     * @param fits whether allocations fit within limits; must outlive this
     */
    LimitSearch(const MelProblem& problem, const Fits& fits)
        : m_fits(fits)
    {
        for (const auto& learner : problem.learners)
        {
            const auto all = static_cast<double>(problem.samples);
            m_enoughS = std::max(m_enoughS, Within(learner.c1 * all + learner.c0));
            m_enoughJ = std::max(m_enoughJ, Within(learner.g1 * all + learner.g0));
        }
    }

    /// @return a cycle time at which every learner could take all samples [s]
    double GetEnoughS() const
    {
        return m_enoughS;
    }

    /// @return smallest cycle time that fits [s]
    /// @param energyJ each budget is at least this [J]
    double SmallestTime(double energyJ) const
    {
        return Smallest(0, m_enoughS, [&](double timeS) { return m_fits(timeS, energyJ); });
    }

    /// @return smallest budget that fits, as a minimum of all budgets [J]; 0: they are enough
    /// @param timeS the cycle time [s]
    double SmallestEnergy(double timeS) const
    {
        // No energy may be enough, as when uploads cost none.
        return m_fits(timeS, 0)
                   ? 0
                   : Smallest(0, m_enoughJ, [&](double energyJ) { return m_fits(timeS, energyJ); });
    }

  private:
    const Fits& m_fits;  //!< whether allocations fit
    double m_enoughS{0}; //!< see GetEnoughS()
    double m_enoughJ{0}; //!< the same of the budgets [J]
};

/**
 * @param timeS the least cycle time at the given budgets [s]; none: no cycle time does
 * @param energyJ the least budget at the given cycle time [J]; none: no budget does
 * @param search finds both together
 * @return which limits would do, in words
 */
std::string
DescribeEnough(const std::optional<double>& timeS,
               const std::optional<double>& energyJ,
               const LimitSearch& search)
{
    const std::string cycleTime = Named("cycle_time_s");
    const std::string energy = Named("energy_j");
    if (timeS && energyJ)
    {
        return Describe(cycleTime,
                        " must be at least ",
                        RoundUp(*timeS),
                        ", or each ",
                        energy,
                        " at least ",
                        RoundUp(*energyJ));
    }
    if (timeS)
    {
        return Describe(cycleTime,
                        " must be at least ",
                        RoundUp(*timeS),
                        "; no ",
                        energy,
                        " helps at the one given");
    }
    if (energyJ)
    {
        return Describe("each ",
                        energy,
                        " must be at least ",
                        RoundUp(*energyJ),
                        "; no ",
                        cycleTime,
                        " helps with those given");
    }
    const double together = search.SmallestTime(std::numeric_limits<double>::infinity());
    return Describe(cycleTime,
                    " must be at least ",
                    RoundUp(together),
                    " and, with that, each ",
                    energy,
                    " at least ",
                    RoundUp(search.SmallestEnergy(together)),
                    "; neither helps alone");
}

/// Say which limits keep allocations from fitting.
[[noreturn]] void
ThrowInfeasible(const MelProblem& problem, const std::string& what, const Fits& fits)
{
    const double unlimited = std::numeric_limits<double>::infinity();
    const LimitSearch search(problem, fits);
    std::optional<double> timeS;
    std::optional<double> energyJ;
    if (fits(search.GetEnoughS(), 0))
    {
        timeS = search.SmallestTime(0);
    }
    if (fits(Within(problem.cycleTimeS), unlimited))
    {
        energyJ = search.SmallestEnergy(Within(problem.cycleTimeS));
    }
    const std::string text = Describe(what,
                                      " within ",
                                      Named("cycle_time_s"),
                                      " = ",
                                      problem.cycleTimeS,
                                      " and each ",
                                      Named("energy_j"),
                                      ": ",
                                      DescribeEnough(timeS, energyJ, search));
    throw Infeasible(
        text,
        {{"min_cycle_time_s", timeS.value_or(ABSENT)}, {"min_energy_j", energyJ.value_or(ABSENT)}});
}

/// Refuse a least share that adds up to more than there is.
void
RequireMinimaFit(const MelProblem& problem)
{
    const auto count = static_cast<int64_t>(problem.learners.size());
    if (problem.minSamples > problem.samples / count)
    {
        throw Infeasible(Describe(Named("min_samples"),
                                  " = ",
                                  problem.minSamples,
                                  ": must not exceed ",
                                  problem.samples / count,
                                  ", so that ",
                                  count,
                                  " learners have no more than samples = ",
                                  problem.samples,
                                  " together"),
                         {{"min_cycle_time_s", ABSENT}, {"min_energy_j", ABSENT}});
    }
}

/**
 * @param problem number of learners and of samples
 * @return samples by learner: equal batches, the first ones larger by 1 where they don't divide
 */
std::vector<int64_t>
SplitEqually(const MelProblem& problem)
{
    const auto count = static_cast<int64_t>(problem.learners.size());
    std::vector<int64_t> batches(problem.learners.size(), problem.samples / count);
    std::fill_n(batches.begin(), problem.samples % count, problem.samples / count + 1);
    return batches;
}

} // namespace

void
MelProblem::Validate() const
{
    Require(Named("cycle_time_s"), cycleTimeS, false);
    RequireCount("staleness", staleness, 0, MEL_MAX_STALENESS);
    RequireCount("samples", samples, 1, MEL_MAX_SAMPLES);
    RequireCount(Named("min_samples"), minSamples, 0, MEL_MAX_SAMPLES);
    const auto count = static_cast<int64_t>(learners.size());
    if (count < 1 || count > MEL_MAX_LEARNERS)
    {
        throw InvalidInput(
            Describe("learners: ", count, " of them: must be from 1 to ", MEL_MAX_LEARNERS));
    }
    for (size_t k = 0; k < learners.size(); ++k)
    {
        ValidateLearner(learners[k], k);
    }
}

double
MelSolution::Gap() const
{
    return std::abs(objective - upperBound) / std::max(1e-300, std::abs(objective));
}

int64_t
MelCapacity(const MelProblem& problem, size_t k, int64_t iterations)
{
    const auto& learner = problem.learners[k];
    return CapacityWithin(problem,
                          learner,
                          static_cast<double>(iterations),
                          Within(problem.cycleTimeS),
                          Within(learner.energyJ));
}

int64_t
MelMaxIterations(const MelProblem& problem, size_t k, int64_t samples, int64_t most)
{
    const auto fits = [&](int64_t iterations) {
        return MelCapacity(problem, k, iterations) >= samples;
    };
    if (!fits(0))
    {
        return -1;
    }
    if (fits(most))
    {
        return most;
    }
    // Capacities fall with the iterations. The formula is right but for rounding: begin there.
    const auto& learner = problem.learners[k];
    const auto d = static_cast<double>(samples);
    const double inTime = learner.c2 > 0
                              ? ((problem.cycleTimeS - learner.c0) / d - learner.c1) / learner.c2
                              : LARGEST;
    const double inEnergy =
        learner.g2 > 0 ? ((learner.energyJ - learner.g0) / d - learner.g1) / learner.g2 : LARGEST;
    const double guess = std::floor(std::min(inTime, inEnergy));
    int64_t low = 0;     // fits
    int64_t high = most; // does not
    if (guess > 0)
    {
        const auto probe = static_cast<int64_t>(std::min(guess, static_cast<double>(most - 1)));
        (fits(probe) ? low : high) = probe;
    }
    for (int64_t step = 1; low > 0 && low + step < high; step *= 2)
    {
        const int64_t probe = low + step;
        if (!fits(probe))
        {
            high = probe;
            break;
        }
        low = probe;
    }
    for (int64_t step = 1; low == 0 && high - step > 0; step *= 2)
    {
        const int64_t probe = high - step;
        if (fits(probe))
        {
            low = probe;
            break;
        }
        high = probe;
    }
    while (high - low > 1)
    {
        const int64_t middle = low + (high - low) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

MelSolution
EvaluateMel(const MelProblem& problem, std::vector<MelWork> work)
{
    MelSolution solution;
    int64_t samples = 0;
    int64_t iterations = 0;
    bool fits = work.size() == problem.learners.size();
    int64_t least = std::numeric_limits<int64_t>::max();
    int64_t most = 0;
    for (size_t k = 0; fits && k < work.size(); ++k)
    {
        samples += work[k].samples;
        iterations += work[k].iterations;
        least = std::min(least, work[k].iterations);
        most = std::max(most, work[k].iterations);
        fits = work[k].iterations >= 0 && work[k].samples >= problem.minSamples &&
               work[k].samples <= MelCapacity(problem, k, work[k].iterations);
    }
    fits = fits && samples == problem.samples && most - least <= problem.staleness;
    solution.status = fits ? SolveStatus::FEASIBLE : SolveStatus::INFEASIBLE;
    solution.objective = static_cast<double>(iterations) / static_cast<double>(work.size());
    solution.learners = std::move(work);
    return solution;
}

void
RequireMelFeasible(const MelProblem& problem)
{
    RequireMinimaFit(problem);
    // Capacities fall with the iterations, and equal iterations meet any bound on staleness: if
    // anything fits, no iterations at all do.
    const auto enough = [&](const std::function<int64_t(size_t)>& capacity) {
        int64_t total = 0;
        for (size_t k = 0; k < problem.learners.size(); ++k)
        {
            const int64_t samples = capacity(k);
            if (samples < problem.minSamples)
            {
                return false;
            }
            total += samples;
        }
        return total >= problem.samples;
    };
    if (enough([&](size_t k) { return MelCapacity(problem, k, 0); }))
    {
        return;
    }
    ThrowInfeasible(problem,
                    Describe("no allocation of samples = ",
                             problem.samples,
                             " to ",
                             problem.learners.size(),
                             " learners fits, with no iteration at all even,"),
                    [&](double timeS, double energyJ) {
                        return enough([&](size_t k) {
                            const auto& learner = problem.learners[k];
                            return CapacityWithin(problem,
                                                  learner,
                                                  0,
                                                  timeS,
                                                  std::max(Within(learner.energyJ), energyJ));
                        });
                    });
}

std::vector<int64_t>
MelEqualBatches(const MelProblem& problem)
{
    RequireMelFeasible(problem);
    const auto batches = SplitEqually(problem);
    const auto all = [&](const std::function<int64_t(size_t)>& capacity) {
        for (size_t k = 0; k < batches.size(); ++k)
        {
            if (capacity(k) < batches[k])
            {
                return false;
            }
        }
        return true;
    };
    if (all([&](size_t k) { return MelCapacity(problem, k, 0); }))
    {
        return batches;
    }
    ThrowInfeasible(problem,
                    Describe("no equal batches of samples = ",
                             problem.samples,
                             " fit, with no iteration at all even,"),
                    [&](double timeS, double energyJ) {
                        return all([&](size_t k) {
                            const auto& learner = problem.learners[k];
                            return CapacityWithin(problem,
                                                  learner,
                                                  0,
                                                  timeS,
                                                  std::max(Within(learner.energyJ), energyJ));
                        });
                    });
}

} // namespace fl
} // namespace ns3
