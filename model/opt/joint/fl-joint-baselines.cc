/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-baselines.h"

#include "fl-joint-frequencies.h"
#include "fl-joint-paper.h"
#include "fl-joint-uploads.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param problem a valid problem
 * @param shares by device
 * @return what fixed shares cost; the termination says that they are a closed form
 */
JointSolution
Evaluate(const JointProblem& problem, std::vector<JointShare> shares)
{
    auto solution = EvaluateJoint(problem, std::move(shares));
    solution.termination = "closed form";
    return solution;
}

/**
 * @param problem a valid problem
 * @return by device: full power, bandwidth B/N and full CPU frequency
 */
std::vector<JointShare>
FullShares(const JointProblem& problem)
{
    auto shares = StartShares(problem, 1);
    for (size_t i = 0; i < shares.size(); ++i)
    {
        shares[i].cpuHz = problem.devices[i].maxCpuHz;
    }
    return shares;
}

/// Refuse options without a source of draws.
void
RequireUniform(const JointOptions& options)
{
    if (!options.uniform)
    {
        throw std::logic_error("JointOptions::uniform is empty: this method draws");
    }
}

/**
 * @param shares by device, with computing times [s]
 * @param roundS duration of the round [s]
 * @return by device, what its computation leaves of a round for its upload [s]
 */
std::vector<double>
TimesLeft(const std::vector<JointShare>& shares, double roundS)
{
    std::vector<double> leftS;
    leftS.reserve(shares.size());
    for (const auto& share : shares)
    {
        leftS.push_back(roundS - share.computeS);
    }
    return leftS;
}

/// Refuse a deadline that a device misses by computing alone.
void
RequireTimeToCompute(const JointProblem& problem, double roundS)
{
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const double computeS = device.cycles > 0 ? device.cycles / device.maxCpuHz : 0;
        if (computeS > roundS)
        {
            throw Infeasible(Describe(Named("round_deadline_s"),
                                      " = ",
                                      roundS,
                                      ": devices[",
                                      i,
                                      "] computes for ",
                                      computeS,
                                      " s at its highest frequency"));
        }
    }
}

/// Power, bandwidth and duration of a round for given frequencies, where none is prescribed.
class FreeRound
{
  public:
    /**
     * One-dimensional problem: both arguments must outlive this object.
     * @param problem a valid problem without deadline
     * @param shares by device; CPU frequencies are kept, power and bandwidth are chosen anew
     */
    FreeRound(const JointProblem& problem, const std::vector<JointShare>& shares)
        : m_problem(problem),
          m_shares(shares)
    {
    }

    /**
     * @param startS a feasible duration [s]
     * @return the optimum, given that a round of startS is feasible
     */
    JointSolution Solve(double startS)
    {
        auto best = At(startS);
        const double low = Shortest(startS);
        const double high = Longest(startS);
        // The objective is convex in T. Near its minimum it is flat: half the digits are all.
        const auto found = boost::math::tools::brent_find_minima(
            [this](double roundS) { return At(roundS).objective; },
            low,
            high,
            std::numeric_limits<double>::digits / 2);
        for (const double roundS : {found.first, low, high})
        {
            auto candidate = At(roundS);
            if (candidate.objective < best.objective)
            {
                best = std::move(candidate);
            }
        }
        return best;
    }

  private:
    /// The best uploads in a round of this length
    JointSolution At(double roundS) const
    {
        auto shares = m_shares;
        SolveUploads(m_problem, TimesLeft(shares, roundS), shares);
        return EvaluateJoint(m_problem, std::move(shares));
    }

    /// The shortest round in which the band is wide enough
    double Shortest(double feasibleS) const
    {
        double low = 0;
        double high = feasibleS;
        for (int i = 0; i < 100 && high - low > 1e-13 * high; ++i)
        {
            const double middle = low + (high - low) / 2;
            const bool wide = UploadObstacle(m_problem, TimesLeft(m_shares, middle)).empty();
            (wide ? high : low) = middle;
        }
        return high;
    }

    /// A round so long that a longer one is no better
    double Longest(double feasibleS) const
    {
        double longest = feasibleS;
        double last = At(longest).objective;
        for (int i = 0; i < 60; ++i)
        {
            longest *= 2;
            const double next = At(longest).objective;
            if (!(next < last))
            {
                break;
            }
            last = next;
        }
        return longest;
    }

    const JointProblem& m_problem;           //!< the problem
    const std::vector<JointShare>& m_shares; //!< with the frequencies
};

} // namespace

JointSolution
SolveJointEqual(const JointProblem& problem, const JointOptions&)
{
    return Evaluate(problem, FullShares(problem));
}

JointSolution
SolveJointRandomFrequency(const JointProblem& problem, const JointOptions& options)
{
    RequireUniform(options);
    auto shares = FullShares(problem);
    for (size_t i = 0; i < shares.size(); ++i)
    {
        // From the upper end: f = 0 would never be done.
        const auto& device = problem.devices[i];
        shares[i].cpuHz = device.maxCpuHz - options.uniform() * (device.maxCpuHz - device.minCpuHz);
    }
    return Evaluate(problem, std::move(shares));
}

JointSolution
SolveJointRandomPower(const JointProblem& problem, const JointOptions& options)
{
    RequireUniform(options);
    auto shares = FullShares(problem);
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const double draw = options.uniform();
        const double watts =
            device.minTxPowerW > 0
                ? device.maxTxPowerW * std::pow(device.minTxPowerW / device.maxTxPowerW, draw)
                : device.maxTxPowerW * (1 - draw);
        shares[i].txPowerW = std::clamp(watts, device.minTxPowerW, device.maxTxPowerW);
    }
    return Evaluate(problem, std::move(shares));
}

JointSolution
SolveJointComputationOnly(const JointProblem& problem, const JointOptions& options)
{
    double roundS = 0;
    auto solution = EvaluateJoint(problem, FeasibleStart(problem, options.startBandShare, roundS));
    solution.termination = "Subproblem 1 solved";
    solution.iterations = 1;
    return solution;
}

JointSolution
SolveJointCommunicationOnly(const JointProblem& problem, const JointOptions& options)
{
    JointProblem timed = problem;
    auto shares = StartShares(problem, options.startBandShare);
    if (!problem.roundDeadlineS)
    {
        timed.roundDeadlineS = ShortestRound(problem, shares);
    }
    const double roundS = SolveFrequencies(timed, shares);
    RequireTimeToCompute(problem, roundS);
    if (!SolveUploads(problem, TimesLeft(shares, roundS), shares))
    {
        shares = StartShares(problem, 1);
        SolveFrequencies(timed, shares);
        const auto leftS = TimesLeft(shares, roundS);
        if (!SolveUploads(problem, leftS, shares))
        {
            throw Infeasible(Describe(Named("round_deadline_s"),
                                      " = ",
                                      roundS,
                                      ": with frequencies from the start, ",
                                      UploadObstacle(problem, leftS)));
        }
    }
    // A round that is not finite has no neighbours to search.
    const bool given = problem.roundDeadlineS || !std::isfinite(roundS);
    auto solution = given ? EvaluateJoint(problem, std::move(shares))
                          : FreeRound(problem, shares).Solve(roundS);
    solution.termination = "Subproblem 2 solved";
    solution.iterations = 1;
    return solution;
}

} // namespace fl
} // namespace ns3
