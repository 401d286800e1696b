/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-bound.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param x K alpha
 * @param count n - 1
 * @return (x^count - 1) / (x - 1), as (19) prints it, without its cancellation near x = 1
 */
double
QuotientOfPowers(double x, uint32_t count)
{
    if (x == 1)
    {
        return count;
    }
    // Of powers near 1 the logarithm keeps the digits, of large ones the power itself.
    return std::abs(x - 1) < 0.1 ? std::expm1(count * std::log1p(x - 1)) / (x - 1)
                                 : (std::pow(x, count) - 1) / (x - 1);
}

/// Sums of products that may cancel or differ in size (Neumaier).
class Sum
{
  public:
    /// @param value to be added
    void Add(double value)
    {
        const double sum = m_sum + value;
        m_rest +=
            std::abs(m_sum) >= std::abs(value) ? (m_sum - sum) + value : (value - sum) + m_sum;
        m_sum = sum;
    }

    /// @return the sum
    double Get() const
    {
        const double sum = m_sum + m_rest;
        // Of what overflows the rest is not a number.
        return std::isnan(sum) ? m_sum : sum;
    }

  private:
    double m_sum{0};  //!< rounded
    double m_rest{0}; //!< what rounding lost
};

/// Weights and sums that both evaluations share.
DmaValue
Weigh(const DmaProblem& problem,
      const DmaSchedule& schedule,
      const std::vector<std::vector<DmaPeriodOutcome>>& outcomes,
      std::vector<DmaTerms> terms)
{
    DmaValue value;
    value.deviceEnergyJ.assign(problem.devices.size(), 0);
    Sum model;
    Sum energy;
    for (size_t j = 0; j < schedule.size(); ++j)
    {
        const auto& task = problem.tasks[j];
        model.Add(problem.weightModel * task.importance * terms[j].Sum());
        const double weight = task.energyWeight / task.aggregations;
        for (size_t n = 0; n < schedule[j].size(); ++n)
        {
            const auto& outcome = outcomes[j][n];
            const double deviceJ = outcome.uploadJ + outcome.computeJ;
            value.deviceEnergyJ[schedule[j][n].device] += deviceJ;
            energy.Add(weight * (problem.weightDevice * deviceJ +
                                 problem.weightStation * outcome.downloadJ));
        }
        const double spread =
            DmaLargestStaleness(problem, j, schedule[j]) * problem.tasks[j].mixingHigh;
        value.vacuous = value.vacuous || spread >= 1;
        value.largestRateSmoothness =
            std::max(value.largestRateSmoothness, task.HighestRate() * task.smoothness);
    }
    value.energyPart = energy.Get();
    value.objective = model.Get() + value.energyPart;
    value.terms = std::move(terms);
    return value;
}

/// @return the largest number of SGD steps of a task, updates in flight left aside
/// @param schedule of the task, by aggregation
/// @param plans its periods, by aggregation
double
LargestIterations(const DmaTaskSchedule& schedule, const std::vector<DmaPeriodPlan>& plans)
{
    double largest = 0;
    for (size_t n = 0; n < schedule.size(); ++n)
    {
        largest =
            schedule[n].base == DMA_IN_FLIGHT ? largest : std::max(largest, plans[n].iterations);
    }
    return largest;
}

/// Add what one period contributes to (b), (c), (d) and (f), without the factor 1/(G eta^min).
void
AddPeriod(const DmaProblem& problem,
          size_t j,
          const DmaAssignment& entry,
          const DmaPeriodPlan& plan,
          const DmaPeriodOutcome& outcome,
          DmaTerms& terms)
{
    const auto& task = problem.tasks[j];
    const auto& pair = problem.devices[entry.device].tasks[j];
    if (outcome.inFlight)
    {
        // It computes until it is ready, and waits from then on.
        terms.f += 2 * (pair.activeDrift * pair.inFlight->readyS +
                        pair.idleDrift * (plan.arrivalS - pair.inFlight->readyS));
        return;
    }
    const double rate = task.LearningRate(entry.base);
    const double e = plan.iterations;
    const double samples = pair.samples;
    terms.b += rate * e * pair.dissimilarity;
    terms.c += 4 * task.smoothness * rate * rate * e * (1 - plan.batch / samples) * (samples - 1) *
               task.dataVariability * task.dataVariability * pair.sampleVariance /
               (plan.batch * samples);
    terms.d +=
        2 * problem.rho * rate * rate * e * problem.v2 * (problem.rho / 2 * rate * (e - 1) + e);
    terms.f += 2 * (pair.activeDrift * plan.computeS +
                    pair.idleDrift * (outcome.idleS + outcome.downloadS + outcome.uploadS));
}

} // namespace

double
DmaTerms::Sum() const
{
    return a + b + c + d + e + f;
}

std::vector<std::vector<DmaPeriodOutcome>>
DmaOutcomes(const DmaProblem& problem, const DmaSchedule& schedule, const DmaAllocation& allocation)
{
    std::vector<std::vector<DmaPeriodOutcome>> outcomes(schedule.size());
    for (size_t j = 0; j < schedule.size(); ++j)
    {
        const auto previous = DmaPreviousAggregations(problem.devices.size(), schedule[j]);
        for (size_t n = 0; n < schedule[j].size(); ++n)
        {
            const size_t i = schedule[j][n].device;
            const auto& device = problem.devices[i];
            const auto& plan = allocation[j][n];
            DmaPeriodOutcome outcome;
            outcome.previousS = previous[n] ? allocation[j][previous[n] - 1].arrivalS : 0;
            outcome.inFlight = schedule[j][n].base == DMA_IN_FLIGHT;
            if (!outcome.inFlight)
            {
                const double cycles =
                    device.tasks[j].cyclesPerSample * plan.iterations * plan.batch;
                outcome.cpuHz = cycles / plan.computeS;
                outcome.downloadS = problem.DownloadS(i, j);
                outcome.uploadS = problem.UploadS(i, j);
                outcome.idleS = plan.arrivalS - outcome.uploadS - plan.computeS -
                                outcome.downloadS - outcome.previousS;
                outcome.computeJ =
                    device.effectiveCapacitance * cycles * outcome.cpuHz * outcome.cpuHz;
                outcome.uploadJ = device.txPowerW * outcome.uploadS;
                outcome.downloadJ = device.downlinkPowerW * outcome.downloadS;
            }
            outcomes[j].push_back(outcome);
        }
    }
    return outcomes;
}

DmaStalenessTerm
DmaStalenessCoefficients(const DmaProblem& problem, size_t j, uint32_t staleness)
{
    const auto& task = problem.tasks[j];
    const double x = staleness * task.mixingHigh;
    const double factor = x * task.HighestRate() * task.HighestRate() * problem.v2;
    const double front = 1 / (task.aggregations * task.LowestRate());
    DmaStalenessTerm term;
    if (factor == 0)
    {
        return term;
    }
    // q_1 = 0, q_(n+1) = 1 + x q_n.
    double q = 0;
    for (uint32_t n = 1; n <= task.aggregations; ++n)
    {
        term.linear += front * std::sqrt(4 * problem.v1 * factor * q);
        term.quadratic += front * (task.smoothness + 2 * problem.rho) * factor * q;
        q = 1 + x * q;
    }
    return term;
}

DmaValue
EvaluateDma(const DmaProblem& problem, const DmaSchedule& schedule, const DmaAllocation& allocation)
{
    const auto outcomes = DmaOutcomes(problem, schedule, allocation);
    std::vector<DmaTerms> all(schedule.size());
    for (size_t j = 0; j < schedule.size(); ++j)
    {
        const auto& task = problem.tasks[j];
        auto& terms = all[j];
        for (size_t n = 0; n < schedule[j].size(); ++n)
        {
            AddPeriod(problem, j, schedule[j][n], allocation[j][n], outcomes[j][n], terms);
        }
        const double front = 1 / (task.aggregations * task.LowestRate());
        terms.a = 2 * front / task.mixingLow * task.lossDrop;
        terms.b *= front;
        terms.c *= front;
        terms.d *= front;
        terms.f *= front;
        const double steps = LargestIterations(schedule[j], allocation[j]);
        const auto staleness =
            DmaStalenessCoefficients(problem, j, DmaLargestStaleness(problem, j, schedule[j]));
        terms.e = staleness.linear * steps + staleness.quadratic * steps * steps;
    }
    return Weigh(problem, schedule, outcomes, std::move(all));
}

namespace
{

/// R^(v) and U^(n) of one device and task, and X of (15).
class SchedulingTensor
{
  public:
    /**
     * @param device i
     * @param schedule of the task
     */
    SchedulingTensor(size_t device, const DmaTaskSchedule& schedule)
        : m_received(schedule.size() + 1, 0),
          m_uploaded(schedule.size() + 1, 0)
    {
        for (size_t n = 1; n <= schedule.size(); ++n)
        {
            if (schedule[n - 1].device == device)
            {
                m_received[schedule[n - 1].base] = 1;
                m_uploaded[n] = 1;
            }
        }
    }

    /// @return X_(v,n) = R^(v) U^(n) prod_(k=v+1..n-1) (1 - U^(k))
    /// @param v base version
    /// @param n aggregation
    int Get(size_t v, size_t n) const
    {
        int x = m_received[v] * m_uploaded[n];
        for (size_t k = v + 1; k < n && x; ++k)
        {
            x *= 1 - m_uploaded[k];
        }
        return x;
    }

  private:
    std::vector<int> m_received; //!< R by version
    std::vector<int> m_uploaded; //!< U by aggregation
};

/// The terms of one task as (19) prints them.
DmaTerms
PrintedTerms(const DmaProblem& problem,
             size_t j,
             const DmaTaskSchedule& schedule,
             const std::vector<DmaPeriodPlan>& plans,
             const std::vector<DmaPeriodOutcome>& outcomes)
{
    const auto& task = problem.tasks[j];
    const auto G = static_cast<double>(task.aggregations);
    const double etaMin = task.LowestRate();
    const double etaMax = task.HighestRate();
    const uint32_t staleness = DmaLargestStaleness(problem, j, schedule);
    const double x = staleness * task.mixingHigh;
    const double steps = LargestIterations(schedule, plans);
    std::vector<SchedulingTensor> tensors;
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        tensors.emplace_back(i, schedule);
    }
    DmaTerms terms;
    terms.a = 2 / (G * task.mixingLow * etaMin) * task.lossDrop;
    for (uint32_t g1 = 0; g1 < task.aggregations; ++g1) // g', n = g' + 1
    {
        for (uint32_t g = 0; g <= g1; ++g) // v
        {
            for (size_t i = 0; i < problem.devices.size(); ++i)
            {
                if (tensors[i].Get(g, g1 + 1))
                {
                    AddPeriod(problem,
                              j,
                              {static_cast<uint32_t>(i), static_cast<int32_t>(g)},
                              plans[g1],
                              outcomes[g1],
                              terms);
                }
            }
        }
        const double square = x * steps * steps * etaMax * etaMax * problem.v2;
        const double bound = square > 0 ? square * QuotientOfPowers(x, g1) : 0;
        terms.e += std::sqrt(4 * problem.v1 * bound) + (task.smoothness + 2 * problem.rho) * bound;
    }
    for (double* term : {&terms.b, &terms.c, &terms.d, &terms.e, &terms.f})
    {
        *term /= G * etaMin;
    }
    return terms;
}

} // namespace

DmaValue
EvaluateDmaAsPrinted(const DmaProblem& problem,
                     const DmaSchedule& schedule,
                     const DmaAllocation& allocation)
{
    const auto outcomes = DmaOutcomes(problem, schedule, allocation);
    std::vector<DmaTerms> all;
    for (size_t j = 0; j < schedule.size(); ++j)
    {
        all.push_back(PrintedTerms(problem, j, schedule[j], allocation[j], outcomes[j]));
    }
    return Weigh(problem, schedule, outcomes, std::move(all));
}

} // namespace fl
} // namespace ns3
