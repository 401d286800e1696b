/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// Makes the model of one schedule.
class ModelMaker
{
  public:
    /**
     * @param problem a valid problem
     * @param schedule a valid schedule
     * @param options what to look at
     */
    ModelMaker(const DmaProblem& problem,
               const DmaSchedule& schedule,
               const DmaModelOptions& options)
        : m_problem(problem),
          m_schedule(schedule),
          m_options(options)
    {
    }

    /// @return the model
    DmaModel Make()
    {
        std::vector<size_t> tasks = m_options.tasks;
        if (tasks.empty())
        {
            tasks.resize(m_problem.tasks.size());
            std::iota(tasks.begin(), tasks.end(), size_t{0});
        }
        for (const size_t j : tasks)
        {
            AddTask(j);
        }
        AddBudgets();
        for (const auto& task : m_model.tasks)
        {
            m_model.constant += task.constant;
        }
        return std::move(m_model);
    }

  private:
    /// Add a task and its periods.
    void AddTask(size_t j)
    {
        const auto& task = m_problem.tasks[j];
        const auto& schedule = m_schedule[j];
        DmaTaskModel model;
        model.task = j;
        model.first = m_model.periods.size();
        model.count = schedule.size();
        model.qoeS = task.qoeS;
        model.minSteps = m_problem.relaxed ? task.minIterations : std::ceil(task.minIterations);
        model.maxSteps = m_problem.relaxed ? task.maxIterations : std::floor(task.maxIterations);
        const double weight = m_problem.weightModel * task.importance;
        const auto staleness =
            DmaStalenessCoefficients(m_problem, j, DmaLargestStaleness(m_problem, j, schedule));
        // Zero times infinity would not be a number.
        model.stalenessCost = weight > 0 ? weight * staleness.linear : 0;
        model.stalenessSquare = weight > 0 ? weight * staleness.quadratic : 0;
        model.constant =
            weight * 2 / (task.aggregations * task.mixingLow * task.LowestRate()) * task.lossDrop;
        m_previous = DmaPreviousAggregations(m_problem.devices.size(), schedule);
        const auto at = static_cast<uint32_t>(m_model.tasks.size());
        for (size_t n = 1; n <= schedule.size(); ++n)
        {
            m_model.periods.push_back(MakePeriod(j, n, at, model));
        }
        m_model.tasks.push_back(model);
    }

    /// @return one period; what is known of its cost is added to the task's constant
    /// @param j the task
    /// @param n the aggregation that it ends with, from 1
    /// @param at index of the task among those of the model
    /// @param model the task's, whose constant grows
    DmaPeriodModel MakePeriod(size_t j, size_t n, uint32_t at, DmaTaskModel& model)
    {
        const auto& entry = m_schedule[j][n - 1];
        const auto& device = m_problem.devices[entry.device];
        const auto& pair = device.tasks[j];
        const auto index = [&](size_t m) {
            return m == 0 ? -1 : static_cast<int32_t>(model.first + m - 1);
        };
        const bool inFlight = entry.base == DMA_IN_FLIGHT;
        const auto pairModel =
            MakeDmaPairModel(m_problem, j, entry.device, inFlight ? 0 : entry.base, m_options);
        DmaPeriodModel period = inFlight ? DmaPeriodModel{} : pairModel.period;
        period.device = entry.device;
        period.task = at;
        period.before = index(n - 1);
        period.previous = index(m_previous[n - 1]);
        period.idleCost = pairModel.period.idleCost;
        period.inFlight = inFlight;
        if (inFlight)
        {
            period.isOrdered = n > 1;
            period.linkS = pair.inFlight->readyS;
            period.isFixed = true;
            model.constant += pairModel.period.timeCost * period.linkS;
            return period;
        }
        const auto v = static_cast<size_t>(entry.base);
        period.base = index(v);
        period.after = v + 1 < n ? index(v + 1) : -1;
        period.isOrdered = v + 1 < n;
        period.startS = m_previous[n - 1] == 0 ? pair.startS : 0;
        model.constant += pairModel.airCost;
        if (!m_options.periodWork.empty() && m_options.periodWork[at][n - 1].iterations > 0)
        {
            const auto& work = m_options.periodWork[at][n - 1];
            period.isFixed = true;
            period.fixedSteps = work.iterations;
            period.fixedWork = work.iterations * work.batch;
        }
        return period;
    }

    /// Budgets that could be exceeded.
    void AddBudgets()
    {
        std::vector<double> mostJ(m_problem.devices.size(), 0);
        std::vector<double> uploadJ(m_problem.devices.size(), 0);
        for (const auto& period : m_model.periods)
        {
            if (!period.inFlight)
            {
                const auto& task = m_model.tasks[period.task];
                const double work =
                    period.isFixed ? period.fixedWork : task.maxSteps * period.samples;
                const double perWork = period.highHz / period.cycles;
                mostJ[period.device] += period.energyJ * work * perWork * perWork;
                uploadJ[period.device] += m_problem.devices[period.device].txPowerW *
                                          m_problem.UploadS(period.device, task.task);
            }
        }
        std::vector<int32_t> index(m_problem.devices.size(), -1);
        for (size_t i = 0; i < index.size(); ++i)
        {
            const auto& limitJ = m_problem.devices[i].energyBudgetJ;
            if (limitJ && mostJ[i] + uploadJ[i] > *limitJ * (1 + DMA_BUDGET_ROUNDING))
            {
                index[i] = static_cast<int32_t>(m_model.budgets.size());
                m_model.budgets.push_back({i, *limitJ, *limitJ - uploadJ[i]});
            }
        }
        for (auto& period : m_model.periods)
        {
            period.budget = period.inFlight ? -1 : index[period.device];
        }
    }

    const DmaProblem& m_problem;      //!< the problem
    const DmaSchedule& m_schedule;    //!< the schedule
    const DmaModelOptions& m_options; //!< what to look at
    DmaModel m_model;                 //!< what is made
    std::vector<uint32_t> m_previous; //!< of the task at hand
};

} // namespace

DmaPairModel
MakeDmaPairModel(const DmaProblem& problem,
                 size_t j,
                 size_t i,
                 size_t version,
                 const DmaModelOptions& options)
{
    const auto& device = problem.devices[i];
    const auto& pair = device.tasks[j];
    const auto& task = problem.tasks[j];
    DmaPairModel model;
    auto& period = model.period;
    period.device = static_cast<uint32_t>(i);
    period.linkS = problem.DownloadS(i, j) + problem.UploadS(i, j);
    period.startS = pair.startS;
    period.cycles = pair.cyclesPerSample;
    period.samples = pair.samples;
    const double share = problem.CpuShare(i, j);
    period.lowHz = share * device.minCpuHz;
    period.highHz = share * device.maxCpuHz;
    const double front =
        problem.weightModel * task.importance / (task.aggregations * task.LowestRate());
    period.idleCost = 2 * front * pair.idleDrift;
    period.timeCost = 2 * front * (pair.activeDrift - pair.idleDrift);
    const double rate = task.LearningRate(version);
    const double steps = front * 2 * problem.rho * rate * rate * problem.v2;
    period.noiseCost = front * 4 * task.smoothness * rate * rate * (pair.samples - 1) *
                       task.dataVariability * task.dataVariability * pair.sampleVariance /
                       pair.samples;
    period.squareCost = steps * (1 + problem.rho / 2 * rate);
    period.stepCost = front * rate * pair.dissimilarity - steps * problem.rho / 2 * rate -
                      period.noiseCost / pair.samples;
    const double weight = task.energyWeight / task.aggregations;
    const double price = options.energyPrice.empty() ? 0 : options.energyPrice[i];
    const double perJ = weight * problem.weightDevice + price;
    period.energyJ = device.effectiveCapacitance * pair.cyclesPerSample * pair.cyclesPerSample *
                     pair.cyclesPerSample;
    period.energyCost = perJ * period.energyJ;
    model.uploadJ = device.txPowerW * problem.UploadS(i, j);
    model.airCost = perJ * model.uploadJ + weight * problem.weightStation * device.downlinkPowerW *
                                               problem.DownloadS(i, j);
    if (!options.pairWork.empty())
    {
        period.isFixed = true;
        period.fixedSteps = options.pairWork[i][j].iterations;
        period.fixedWork = period.fixedSteps * options.pairWork[i][j].batch;
    }
    return model;
}

DmaModel
MakeDmaModel(const DmaProblem& problem, const DmaSchedule& schedule, const DmaModelOptions& options)
{
    return ModelMaker(problem, schedule, options).Make();
}

void
DmaPoint::Resize(const DmaModel& model)
{
    for (auto* values : {&arrivalS, &computeS, &work, &iterations})
    {
        values->assign(model.periods.size(), 0);
    }
    maxSteps.assign(model.tasks.size(), 0);
}

void
DmaMultipliers::Resize(const DmaModel& model)
{
    for (auto* values : {&order, &early, &late, &release, &steps, &cpuLow, &cpuHigh})
    {
        values->assign(model.periods.size(), 0);
    }
    horizon.assign(model.tasks.size(), 0);
    budget.assign(model.budgets.size(), 0);
}

DmaCost
EvaluateDmaModel(const DmaModel& model, const DmaPoint& point)
{
    DmaCost cost;
    cost.rest = model.constant;
    for (size_t p = 0; p < model.periods.size(); ++p)
    {
        const auto& period = model.periods[p];
        const double sinceS =
            point.arrivalS[p] - (period.previous < 0 ? 0 : point.arrivalS[period.previous]);
        cost.rest += period.idleCost * sinceS;
        if (!period.inFlight)
        {
            const double e = point.iterations[p];
            const double speed = point.work[p] / point.computeS[p];
            cost.rest += period.stepCost * e + period.squareCost * e * e +
                         period.noiseCost * e * e / point.work[p] +
                         period.timeCost * point.computeS[p] +
                         period.energyCost * point.work[p] * speed * speed;
        }
    }
    for (size_t j = 0; j < model.tasks.size(); ++j)
    {
        const double steps = point.maxSteps[j];
        cost.staleness += steps > 0 ? model.tasks[j].stalenessCost * steps +
                                          model.tasks[j].stalenessSquare * steps * steps
                                    : 0;
    }
    return cost;
}

std::vector<double>
DmaDeviceEnergyJ(const DmaProblem& problem,
                 const DmaModel& model,
                 const DmaPoint& point,
                 size_t task)
{
    std::vector<double> energyJ(problem.devices.size(), 0);
    const auto& of = model.tasks[task];
    for (size_t p = of.first; p < of.first + of.count; ++p)
    {
        const auto& period = model.periods[p];
        if (!period.inFlight)
        {
            const double speed = point.work[p] / point.computeS[p];
            energyJ[period.device] +=
                problem.devices[period.device].txPowerW * problem.UploadS(period.device, of.task) +
                period.energyJ * point.work[p] * speed * speed;
        }
    }
    return energyJ;
}

DmaPeriodChoice
CheapestDmaPeriod(const DmaPeriodModel& period,
                  const DmaTaskModel& task,
                  double stepPrice,
                  double timePrice,
                  double energyPrice)
{
    DmaPeriodChoice choice;
    // Per cycle: timePrice / f + perCycle f^2.
    const double perCycle = energyPrice / std::pow(period.cycles, 3);
    double cpuHz = period.lowHz;
    if (timePrice > 0)
    {
        cpuHz = perCycle > 0
                    ? std::clamp(std::cbrt(timePrice / (2 * perCycle)), period.lowHz, period.highHz)
                    : period.highHz;
    }
    const double workCost = period.cycles * (timePrice / cpuHz + perCycle * cpuHz * cpuHz);
    if (period.isFixed)
    {
        choice.iterations = period.fixedSteps;
        choice.work = period.fixedWork;
    }
    else
    {
        const double batch =
            workCost > 0 ? std::clamp(std::sqrt(period.noiseCost / workCost), 1.0, period.samples)
                         : period.samples;
        const double slope = stepPrice + period.noiseCost / batch + workCost * batch;
        choice.iterations = slope >= 0 ? task.minSteps : task.maxSteps;
        if (slope < 0 && period.squareCost > 0)
        {
            choice.iterations =
                std::clamp(-slope / (2 * period.squareCost), task.minSteps, task.maxSteps);
        }
        choice.work = choice.iterations * batch;
    }
    const double e = choice.iterations;
    choice.computeS = period.cycles * choice.work / cpuHz;
    choice.cost = stepPrice * e + period.squareCost * e * e +
                  period.noiseCost * e * e / choice.work + workCost * choice.work;
    return choice;
}

namespace
{

/// @return a multiplier that holds: negative ones and those that are not numbers count as 0
/// @param multiplier as it was given
double
Valid(double multiplier)
{
    return multiplier > 0 ? multiplier : 0;
}

/// @return least of linear x + square x^2 over [low, high]
/// @param linear coefficient of x, of any sign
/// @param square coefficient of x^2, at least 0
/// @param low least x, at least 0
/// @param high largest x
double
LeastOfParabola(double linear, double square, double low, double high)
{
    double x = linear >= 0 ? low : high;
    if (linear < 0 && square > 0)
    {
        x = std::clamp(-linear / (2 * square), low, high);
    }
    return x * (linear + square * x);
}

} // namespace

double
DmaLowerBound(const DmaModel& model, const DmaMultipliers& multipliers)
{
    std::vector<double> arrivalCost(model.periods.size(), 0);
    std::vector<double> stepsSum(model.tasks.size(), 0);
    double bound = model.constant;
    // Adds price to the cost of an arrival; that of the beginning is 0.
    const auto price = [&](int32_t at, double value) {
        if (at >= 0)
        {
            arrivalCost[at] += value;
        }
    };
    for (size_t p = 0; p < model.periods.size(); ++p)
    {
        const auto& period = model.periods[p];
        const auto self = static_cast<int32_t>(p);
        const double order = period.isOrdered ? Valid(multipliers.order[p]) : 0;
        const double early = Valid(multipliers.early[p]);
        const double late = period.after >= 0 ? Valid(multipliers.late[p]) : 0;
        const double release = period.startS > 0 ? Valid(multipliers.release[p]) : 0;
        price(self, period.idleCost - order - early - release + late);
        price(period.previous, -period.idleCost);
        price(period.before, order);
        price(period.base, early);
        price(period.after, -late);
        bound += (early - late) * period.linkS + release * (period.linkS + period.startS);
        if (!period.inFlight)
        {
            const double steps = period.isFixed ? 0 : Valid(multipliers.steps[p]);
            stepsSum[period.task] += steps;
            const double budget = period.budget < 0 ? 0 : Valid(multipliers.budget[period.budget]);
            bound += CheapestDmaPeriod(period,
                                       model.tasks[period.task],
                                       period.stepCost + steps,
                                       period.timeCost + early + release - late,
                                       period.energyCost + budget * period.energyJ)
                         .cost;
        }
    }
    for (size_t j = 0; j < model.tasks.size(); ++j)
    {
        const auto& task = model.tasks[j];
        const double horizon = Valid(multipliers.horizon[j]);
        price(static_cast<int32_t>(task.first + task.count - 1), horizon);
        bound -= horizon * task.qoeS;
        double fixed = 0;
        for (size_t p = task.first; p < task.first + task.count; ++p)
        {
            bound += std::min(0.0, arrivalCost[p]) * task.qoeS;
            fixed = std::max(fixed, model.periods[p].isFixed ? model.periods[p].fixedSteps : 0);
        }
        bound += LeastOfParabola(task.stalenessCost - stepsSum[j],
                                 task.stalenessSquare,
                                 fixed > 0 ? fixed : task.minSteps,
                                 fixed > 0 ? fixed : task.maxSteps);
    }
    for (size_t b = 0; b < model.budgets.size(); ++b)
    {
        bound -= Valid(multipliers.budget[b]) * model.budgets[b].remainJ;
    }
    return bound;
}

} // namespace fl
} // namespace ns3
