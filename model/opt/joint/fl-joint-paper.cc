/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-paper.h"

#include "fl-joint-frequencies.h"
#include "fl-joint-global.h"
#include "fl-joint-ratios.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// A turn that improves the objective by less than this, relative, is the last.
constexpr double TOLERANCE = 1e-9;
constexpr uint32_t MAX_TURNS = 100; //!< alternations between Subproblems 1 and 2

/// Who is latest under a deadline, and when.
struct Latest
{
    size_t device{0}; //!< number of the device
    double readyS{0}; //!< when its update is there [s]

    /// Find out, for uploads as they are and frequencies at f_max
    Latest(const JointProblem& problem, const std::vector<JointShare>& shares)
    {
        for (size_t i = 0; i < shares.size(); ++i)
        {
            const auto& entry = problem.devices[i];
            const double computeS = entry.cycles > 0 ? entry.cycles / entry.maxCpuHz : 0;
            if (shares[i].uploadS + computeS > readyS)
            {
                device = i;
                readyS = shares[i].uploadS + computeS;
            }
        }
    }
};

/// Algorithm 1; where it does not converge, what it should have converged to.
void
SolveSubproblem2(const JointProblem& problem,
                 const std::vector<double>& limitS,
                 std::vector<JointShare>& shares)
{
    ExactRatioSubproblem subproblem(problem, limitS);
    const auto outcome = SolveSumOfRatios(problem, std::ref(subproblem), true, shares);
    auto direct = shares;
    if (!outcome.converged && SolveUploads(problem, limitS, direct) &&
        UploadEnergy(problem, direct) < UploadEnergy(problem, shares))
    {
        shares = std::move(direct);
    }
}

} // namespace

std::vector<JointShare>
FeasibleStart(const JointProblem& problem, double bandShare, double& roundS)
{
    auto shares = StartShares(problem, bandShare);
    if (problem.roundDeadlineS)
    {
        const double deadlineS = *problem.roundDeadlineS * (1 + 1e-12);
        if (bandShare < 1 && Latest(problem, shares).readyS > deadlineS)
        {
            shares = StartShares(problem, 1);
        }
        const Latest latest(problem, shares);
        if (latest.readyS > deadlineS)
        {
            throw Infeasible(Describe(Named("round_deadline_s"),
                                      " = ",
                                      *problem.roundDeadlineS,
                                      ": the start (full power, equal shares of the band) is not "
                                      "feasible: devices[",
                                      latest.device,
                                      "] needs ",
                                      latest.readyS,
                                      " s; use that or more, or another method"));
        }
    }
    roundS = SolveFrequencies(problem, shares);
    return shares;
}

std::vector<JointShare>
FastestStart(const JointProblem& problem)
{
    const double deadlineS = *problem.roundDeadlineS;
    std::vector<JointShare> shares(problem.devices.size());
    double usedHz = 0;
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const double computeS = device.cycles > 0 ? device.cycles / device.maxCpuHz : 0;
        shares[i].txPowerW = device.maxTxPowerW;
        shares[i].bandwidthHz =
            NeededBandwidthHz(device, problem.noiseWPerHz, deadlineS - computeS);
        usedHz += shares[i].bandwidthHz;
    }
    if (!(usedHz <= problem.bandwidthHz * (1 + 1e-12)))
    {
        // It says who cannot keep the deadline, and which one works.
        SolveJointGlobal(problem, {});
    }
    for (auto& share : shares)
    {
        share.bandwidthHz *= usedHz > 0 ? problem.bandwidthHz / usedHz : 1;
    }
    UpdateUploadTimes(problem, shares);
    return shares;
}

std::vector<double>
UploadLimits(const JointProblem& problem, const std::vector<JointShare>& shares, double roundS)
{
    std::vector<double> limitS(shares.size());
    for (size_t i = 0; i < shares.size(); ++i)
    {
        if (problem.devices[i].payloadBits > 0)
        {
            limitS[i] = std::max(roundS - shares[i].computeS, shares[i].uploadS);
        }
    }
    return limitS;
}

JointSolution
SolveJointPaper(const JointProblem& problem, const JointOptions& options)
{
    double roundS = 0;
    std::vector<JointShare> shares;
    if (problem.roundDeadlineS &&
        ShortestRound(problem, StartShares(problem, 1)) > *problem.roundDeadlineS * (1 + 1e-12))
    {
        shares = FastestStart(problem);
        roundS = SolveFrequencies(problem, shares);
    }
    else
    {
        shares = FeasibleStart(problem, options.startBandShare, roundS);
    }
    auto best = EvaluateJoint(problem, shares);
    best.termination = "iteration limit";
    for (uint32_t turn = 1; turn <= MAX_TURNS; ++turn)
    {
        SolveSubproblem2(problem, UploadLimits(problem, shares, roundS), shares);
        roundS = SolveFrequencies(problem, shares);
        auto current = EvaluateJoint(problem, shares);
        current.iterations = turn;
        const bool done = !(current.objective < best.objective * (1 - TOLERANCE));
        current.termination = done ? "converged" : "iteration limit";
        if (current.objective <= best.objective)
        {
            best = std::move(current);
        }
        if (done)
        {
            best.iterations = turn;
            best.termination = "converged";
            break;
        }
    }
    return best;
}

} // namespace fl
} // namespace ns3
