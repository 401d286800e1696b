/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace ns3
{
namespace fl
{

namespace
{

/// Worst residuals by name, in the order in which names come up first.
class Residuals
{
  public:
    /**
     * left <= right must hold.
     * @param name of the constraint
     * @param left side
     * @param right side
     * @param scale what the difference is relative to, positive
     */
    void AtMost(const char* name, double left, double right, double scale)
    {
        double residual = (left - right) / scale;
        residual = std::isnan(residual) ? std::numeric_limits<double>::infinity() : residual;
        for (auto& [known, worst] : m_all)
        {
            if (known == name)
            {
                worst = std::max(worst, residual);
                return;
            }
        }
        m_all.emplace_back(name, residual);
    }

    /// @return all
    DmaResiduals Take()
    {
        return std::move(m_all);
    }

  private:
    DmaResiduals m_all; //!< by name
};

/// @return how far a number is from the nearest whole one, 0 to 1/2
/// @param value the number: SGD steps or a batch size
double
Fraction(double value)
{
    return std::abs(value - std::round(value));
}

/// One period of one task: its place in time.
void
CheckTimes(const DmaProblem& problem,
           const DmaSchedule& schedule,
           const DmaAllocation& allocation,
           const DmaPeriodOutcome& outcome,
           std::pair<size_t, size_t> at,
           Residuals& residuals)
{
    const auto& [j, n] = at; // n from 1
    const auto& entry = schedule[j][n - 1];
    const auto& pair = problem.devices[entry.device].tasks[j];
    const double qoeS = problem.tasks[j].qoeS;
    const auto arrivalS = [&](size_t m) { return m ? allocation[j][m - 1].arrivalS : 0; };
    residuals.AtMost("29b", arrivalS(n), qoeS, qoeS);
    residuals.AtMost("29h", arrivalS(n - 1), arrivalS(n), qoeS);
    residuals.AtMost("29q", arrivalS(n), qoeS, qoeS);
    if (outcome.inFlight)
    {
        residuals.AtMost("causality",
                         pair.inFlight ? pair.inFlight->readyS : HUGE_VAL,
                         arrivalS(n),
                         qoeS);
        return;
    }
    residuals.AtMost("29p", -outcome.idleS, 0, qoeS);
    residuals.AtMost("29p", -allocation[j][n - 1].computeS, 0, qoeS);
    if (entry.base < 0 || static_cast<size_t>(entry.base) >= n)
    {
        residuals.AtMost("causality", 1, 0, 1);
        return;
    }
    const double startS = outcome.previousS + outcome.idleS;
    residuals.AtMost("causality", arrivalS(entry.base), startS, qoeS);
    residuals.AtMost("causality", startS, arrivalS(entry.base + 1), qoeS);
    residuals.AtMost("causality", pair.startS, startS, qoeS);
}

/// One period of one task: its work.
void
CheckWork(const DmaProblem& problem,
          size_t j,
          size_t device,
          const DmaPeriodPlan& plan,
          double cpuHz,
          Residuals& residuals)
{
    const auto& task = problem.tasks[j];
    const double samples = problem.devices[device].tasks[j].samples;
    const double share = problem.CpuShare(device, j);
    const double lowHz = share * problem.devices[device].minCpuHz;
    const double highHz = share * problem.devices[device].maxCpuHz;
    residuals.AtMost("29m", lowHz, cpuHz, lowHz);
    residuals.AtMost("29m", cpuHz, highHz, highHz);
    residuals.AtMost("29n", task.minIterations, plan.iterations, 1);
    residuals.AtMost("29n", plan.iterations, task.maxIterations, 1);
    residuals.AtMost("29o", 1, plan.batch, 1);
    residuals.AtMost("29o", plan.batch, samples, samples);
    if (!problem.relaxed)
    {
        residuals.AtMost("29r", std::max(Fraction(plan.iterations), Fraction(plan.batch)), 0, 1);
    }
}

/// One task: who makes which aggregation from which version.
void
CheckOrder(const DmaProblem& problem,
           size_t j,
           const DmaTaskSchedule& schedule,
           Residuals& residuals)
{
    const auto previous = DmaPreviousAggregations(problem.devices.size(), schedule);
    std::set<std::pair<size_t, int32_t>> received;
    for (size_t n = 1; n <= schedule.size(); ++n)
    {
        const auto& entry = schedule[n - 1];
        const auto& inFlight = problem.devices[entry.device].tasks[j].inFlight;
        const bool first = previous[n - 1] == 0;
        const bool exists = first && inFlight
                                ? entry.base == DMA_IN_FLIGHT
                                : entry.base >= 0 && static_cast<size_t>(entry.base) <= n - 1;
        residuals.AtMost("15", exists ? 0 : 1, 0, 1);
        if (!exists)
        {
            continue;
        }
        residuals.AtMost("staleness",
                         DmaStaleness(problem, j, schedule, n),
                         problem.tasks[j].stalenessLimit,
                         1);
        if (entry.base != DMA_IN_FLIGHT)
        {
            residuals.AtMost("15", previous[n - 1], entry.base, 1);
            const bool once = received.emplace(entry.device, entry.base).second;
            residuals.AtMost("29d", once ? 0 : 1, 0, 1);
        }
    }
    const auto count = static_cast<double>(schedule.size());
    const auto wanted = static_cast<double>(problem.tasks[j].aggregations);
    residuals.AtMost("29e", std::abs(count - wanted), 0, 1);
    residuals.AtMost("29f", std::abs(count - wanted), 0, 1);
}

} // namespace

DmaResiduals
CheckDma(const DmaProblem& problem, const DmaSchedule& schedule, const DmaAllocation& allocation)
{
    Residuals residuals;
    const auto outcomes = DmaOutcomes(problem, schedule, allocation);
    std::vector<double> spentJ(problem.devices.size(), 0);
    for (size_t j = 0; j < schedule.size(); ++j)
    {
        CheckOrder(problem, j, schedule[j], residuals);
        for (size_t n = 1; n <= schedule[j].size(); ++n)
        {
            const auto& outcome = outcomes[j][n - 1];
            const size_t i = schedule[j][n - 1].device;
            CheckTimes(problem, schedule, allocation, outcome, {j, n}, residuals);
            if (!outcome.inFlight)
            {
                CheckWork(problem, j, i, allocation[j][n - 1], outcome.cpuHz, residuals);
            }
            spentJ[i] += outcome.uploadJ + outcome.computeJ;
        }
    }
    for (size_t i = 0; i < spentJ.size(); ++i)
    {
        if (const auto budgetJ = problem.devices[i].energyBudgetJ)
        {
            residuals.AtMost("29c", spentJ[i], *budgetJ, *budgetJ);
        }
    }
    return residuals.Take();
}

std::pair<std::string, double>
WorstResidual(const DmaResiduals& residuals)
{
    return *std::max_element(residuals.begin(), residuals.end(), [](const auto& x, const auto& y) {
        return x.second < y.second;
    });
}

} // namespace fl
} // namespace ns3
