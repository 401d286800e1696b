/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-value.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// An answer is optimal if its bound is met to within this, relative.
constexpr double OPTIMAL_GAP = 1e-6;

/**
 * @param problem a valid problem
 * @param decisions by device
 * @param n a device that offloads
 * @return R of (19) [bit/s], with the interference of those who offload to other cells
 */
double
RateBps(const OffloadProblem& problem, const std::vector<OffloadDecision>& decisions, size_t n)
{
    const auto& own = *decisions[n].slot;
    const double hz = decisions[n].bandwidthHz;
    // The noise is that of the whole sub-channel.
    double disturbanceW = problem.noiseW[own.subChannel] * hz / problem.bandwidthHz[own.subChannel];
    for (size_t j = 0; j < decisions.size(); ++j)
    {
        const auto& slot = decisions[j].slot;
        if (slot && slot->subChannel == own.subChannel && slot->server != own.server)
        {
            disturbanceW += decisions[j].powerW * problem.Gain(j, own.server, own.subChannel);
        }
    }
    const double powerW = decisions[n].powerW * problem.Gain(n, own.server, own.subChannel);
    return hz * std::log1p(powerW / disturbanceW) / std::log(2.0);
}

/// @return what becomes of a device @param problem a valid one @param decisions by device @param n
/// device
OffloadOutcome
OutcomeOf(const OffloadProblem& problem, const std::vector<OffloadDecision>& decisions, size_t n)
{
    const auto& device = problem.devices[n];
    const auto& decision = decisions[n];
    OffloadOutcome outcome;
    outcome.miningS = problem.MiningS(decision.hashRateHps);
    if (decision.slot)
    {
        outcome.offloadS = device.dataBits / RateBps(problem, decisions, n);
        outcome.executeS = problem.ExecuteS(n, decision.slot->server);
        outcome.learnJ = decision.powerW * outcome.offloadS;
    }
    else
    {
        outcome.computeS = device.cycles / decision.cpuHz;
        outcome.uploadS = problem.modelBits / device.uploadRateBps;
        outcome.learnJ =
            device.effectiveCapacitance * decision.cpuHz * decision.cpuHz * device.cycles;
    }
    outcome.energyJ = problem.MiningJ() + outcome.learnJ;
    return outcome;
}

/// @return how long learning lasts when all work at once @param problem a valid one @param
/// decisions by device @param outcomes by device
double
MakespanS(const OffloadProblem& problem,
          const std::vector<OffloadDecision>& decisions,
          const std::vector<OffloadOutcome>& outcomes)
{
    double offloadS = 0;
    double localS = 0;
    std::vector<double> serverS(problem.servers.size(), 0);
    for (size_t n = 0; n < outcomes.size(); ++n)
    {
        offloadS = std::max(offloadS, outcomes[n].offloadS);
        localS = std::max(localS, outcomes[n].computeS + outcomes[n].uploadS);
        if (decisions[n].slot)
        {
            serverS[decisions[n].slot->server] += outcomes[n].executeS;
        }
    }
    return offloadS + std::max(localS, *std::max_element(serverS.begin(), serverS.end()));
}

/// Keeps the largest excess of each constraint.
class Excess
{
  public:
    /// All constraints are there, also those that concern nobody.
    Excess()
        : m_residuals{{"28c", 0},
                      {"28c'", 0},
                      {"28d", 0},
                      {"28e", 0},
                      {"28f", 0},
                      {"28g", 0},
                      {"28h", 0}}
    {
    }

    /// A value must be at least 0, and at most a limit.
    void Within(const char* name, double value, double limit)
    {
        // Not a number is neither.
        const double excess = value >= 0 ? value / limit - 1 : 1;
        auto& worst = m_residuals[name];
        worst = std::max(worst, excess);
    }

    /// Something must not be.
    void Forbid(const char* name, bool broken)
    {
        auto& worst = m_residuals[name];
        worst = std::max(worst, broken ? 1.0 : 0.0);
    }

    /// @return what was found
    const OffloadResiduals& Get() const
    {
        return m_residuals;
    }

  private:
    OffloadResiduals m_residuals; //!< by constraint
};

} // namespace

double
OffloadSolution::Gap() const
{
    return (value.objective - lowerBound) / std::max(1e-300, std::abs(value.objective));
}

OffloadValue
EvaluateOffload(const OffloadProblem& problem, const std::vector<OffloadDecision>& decisions)
{
    OffloadValue value;
    double sumS = 0;
    double minedS = 0;
    double longestMiningS = 0;
    for (size_t n = 0; n < decisions.size(); ++n)
    {
        value.outcomes.push_back(OutcomeOf(problem, decisions, n));
        const auto& outcome = value.outcomes.back();
        sumS += outcome.offloadS + outcome.executeS + outcome.computeS + outcome.uploadS;
        minedS += outcome.miningS;
        longestMiningS = std::max(longestMiningS, outcome.miningS);
    }
    const bool isSum = problem.objective == OffloadObjective::SUM;
    value.learnS = isSum ? sumS : MakespanS(problem, decisions, value.outcomes);
    value.consensusS = problem.consensusS;
    value.miningS = isSum ? minedS : longestMiningS;
    value.objective = value.learnS + value.consensusS + value.miningS;
    return value;
}

OffloadResiduals
CheckOffload(const OffloadProblem& problem, const std::vector<OffloadDecision>& decisions)
{
    Excess excess;
    const size_t channels = problem.bandwidthHz.size();
    std::vector<size_t> taken(problem.servers.size() * channels, 0);
    double hashRates = 0;
    for (const auto& decision : decisions)
    {
        hashRates += decision.hashRateHps;
        if (!decision.slot)
        {
            continue;
        }
        const bool exists =
            decision.slot->server < problem.servers.size() && decision.slot->subChannel < channels;
        excess.Forbid("28c", !exists);
        if (!exists)
        {
            return excess.Get();
        }
        const size_t slot = decision.slot->server * channels + decision.slot->subChannel;
        excess.Forbid("28c'", ++taken[slot] > 1);
    }
    for (size_t n = 0; n < decisions.size(); ++n)
    {
        const auto& device = problem.devices[n];
        const auto& decision = decisions[n];
        if (decision.slot)
        {
            excess.Within("28d", decision.powerW, device.maxTxPowerW);
            excess.Within("28e",
                          decision.bandwidthHz,
                          problem.bandwidthHz[decision.slot->subChannel]);
        }
        else
        {
            excess.Within("28f", decision.cpuHz, device.maxCpuHz);
        }
        excess.Within("28g", decision.hashRateHps, problem.mining.maxHashRateHps);
        // Relative to what is left for learning: next to mining a thousandth of it would be lost.
        const auto outcome = OutcomeOf(problem, decisions, n);
        excess.Within("28h", outcome.learnJ, problem.LearnBudgetJ(n));
    }
    if (problem.mining.hashPoolHps)
    {
        excess.Within("28g", hashRates, *problem.mining.hashPoolHps);
    }
    return excess.Get();
}

std::pair<std::string, double>
WorstOffloadResidual(const OffloadResiduals& residuals)
{
    return *std::max_element(residuals.begin(), residuals.end(), [](const auto& x, const auto& y) {
        return x.second < y.second;
    });
}

void
ConcludeOffload(const OffloadProblem& problem, OffloadSolution& solution)
{
    solution.value = EvaluateOffload(problem, solution.decisions);
    solution.residuals = CheckOffload(problem, solution.decisions);
    if (!std::isfinite(solution.value.objective))
    {
        solution.status = SolveStatus::FAILED;
        solution.termination = "a duration is not finite";
        return;
    }
    if (WorstOffloadResidual(solution.residuals).second > OFFLOAD_FEASIBILITY_TOLERANCE)
    {
        solution.status = SolveStatus::INFEASIBLE;
        return;
    }
    solution.status = solution.Gap() <= OPTIMAL_GAP ? SolveStatus::OPTIMAL : SolveStatus::FEASIBLE;
}

} // namespace fl
} // namespace ns3
