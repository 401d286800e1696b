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

/// @return what becomes of a device @param problem a valid one @param decision about it @param n
/// device @param disturbanceW interference and noise, if it offloads [W]
OffloadOutcome
OutcomeOf(const OffloadProblem& problem,
          const OffloadDecision& decision,
          size_t n,
          double disturbanceW)
{
    const auto& device = problem.devices[n];
    OffloadOutcome outcome;
    outcome.miningS = problem.MiningS(decision.hashRateHps);
    if (decision.slot)
    {
        const auto& slot = *decision.slot;
        const double powerW = decision.powerW * problem.Gain(n, slot.server, slot.subChannel);
        // R of (19)
        const double rateBps =
            decision.bandwidthHz * std::log1p(powerW / disturbanceW) / std::log(2.0);
        outcome.offloadS = device.dataBits / rateBps;
        outcome.executeS = problem.ExecuteS(n, slot.server);
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

/// @return how long learning lasts when all work at once @param decisions by device @param outcomes
/// by device @param [in,out] serverS by server, of any content
double
MakespanS(const std::vector<OffloadDecision>& decisions,
          const std::vector<OffloadOutcome>& outcomes,
          std::vector<double>& serverS)
{
    double offloadS = 0;
    double localS = 0;
    std::fill(serverS.begin(), serverS.end(), 0);
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

OffloadEvaluator::OffloadEvaluator(const OffloadProblem& problem)
    : m_problem(problem),
      m_sharers(problem.bandwidthHz.size()),
      m_serverS(problem.servers.size())
{
    m_value.outcomes.resize(problem.devices.size());
}

void
OffloadEvaluator::NoteSharers(const std::vector<OffloadDecision>& decisions)
{
    for (auto& sharers : m_sharers)
    {
        sharers.clear();
    }
    for (uint32_t n = 0; n < decisions.size(); ++n)
    {
        if (decisions[n].slot)
        {
            m_sharers[decisions[n].slot->subChannel].push_back(n);
        }
    }
}

double
OffloadEvaluator::DisturbanceW(const std::vector<OffloadDecision>& decisions, size_t n) const
{
    const auto& own = *decisions[n].slot;
    const double hz = decisions[n].bandwidthHz;
    // The noise is that of the whole sub-channel.
    double disturbanceW =
        m_problem.noiseW[own.subChannel] * hz / m_problem.bandwidthHz[own.subChannel];
    for (const uint32_t j : m_sharers[own.subChannel])
    {
        if (decisions[j].slot && decisions[j].slot->server != own.server)
        {
            disturbanceW += decisions[j].powerW * m_problem.Gain(j, own.server, own.subChannel);
        }
    }
    return disturbanceW;
}

const OffloadValue&
OffloadEvaluator::Evaluate(const std::vector<OffloadDecision>& decisions)
{
    NoteSharers(decisions);
    double sumS = 0;
    double minedS = 0;
    double longestMiningS = 0;
    for (size_t n = 0; n < decisions.size(); ++n)
    {
        const double disturbanceW = decisions[n].slot ? DisturbanceW(decisions, n) : 0;
        m_value.outcomes[n] = OutcomeOf(m_problem, decisions[n], n, disturbanceW);
        const auto& outcome = m_value.outcomes[n];
        sumS += outcome.offloadS + outcome.executeS + outcome.computeS + outcome.uploadS;
        minedS += outcome.miningS;
        longestMiningS = std::max(longestMiningS, outcome.miningS);
    }
    const bool isSum = m_problem.objective == OffloadObjective::SUM;
    m_value.learnS = isSum ? sumS : MakespanS(decisions, m_value.outcomes, m_serverS);
    m_value.consensusS = m_problem.consensusS;
    m_value.miningS = isSum ? minedS : longestMiningS;
    m_value.objective = m_value.learnS + m_value.consensusS + m_value.miningS;
    return m_value;
}

OffloadValue
EvaluateOffload(const OffloadProblem& problem, const std::vector<OffloadDecision>& decisions)
{
    return OffloadEvaluator(problem).Evaluate(decisions);
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
    const auto value = EvaluateOffload(problem, decisions);
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
        excess.Within("28h", value.outcomes[n].learnJ, problem.LearnBudgetJ(n));
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
