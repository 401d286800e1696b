/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-timing.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Limits that are closer than this, relative, are moved apart by it.
constexpr double ROOM = 1e-8;

/// Smallest share of the room that a starting point leaves on all sides.
constexpr double SMALLEST_MARGIN = 1e-10;

/// Move limits apart that leave no room.
void
MakeRoom(double& low, double& high)
{
    if (high < low * (1 + ROOM))
    {
        low *= 1 - ROOM;
        high *= 1 + ROOM;
    }
}

/// Raise a value to a candidate that is larger.
/// @param value becomes the larger of both
/// @param candidate what it is raised to
/// @return whether it was raised
bool
Raise(double& value, double candidate)
{
    if (!(candidate > value))
    {
        return false;
    }
    value = candidate;
    return true;
}

/**
 * The latest arrivals: the mirror image of EarliestDmaArrivals().
 * @param model a resource problem
 * @param j index of the task in the model
 * @param leastS by period of the model, least tau [s]
 * @param mostS by period of the model, most tau [s]
 * @param gapS between aggregations [s]
 * @param endS no arrival is later [s]
 * @param arrivalS where to put them, by period of the model [s]
 * @return whether the sweeps came to an end
 */
bool
LatestArrivals(const DmaModel& model,
               size_t j,
               const std::vector<double>& leastS,
               const std::vector<double>& mostS,
               double gapS,
               double endS,
               std::vector<double>& arrivalS)
{
    const auto& task = model.tasks[j];
    const size_t end = task.first + task.count;
    std::fill(arrivalS.begin() + task.first, arrivalS.begin() + end, endS);
    const auto lower = [&](int32_t at, double candidate) {
        if (at < 0 || !(candidate < arrivalS[at]))
        {
            return false;
        }
        arrivalS[at] = candidate;
        return true;
    };
    for (size_t sweep = 0; sweep <= task.count + 1; ++sweep)
    {
        bool changed = false;
        for (size_t p = end; p-- > task.first;)
        {
            const auto& period = model.periods[p];
            if (period.after >= 0 &&
                lower(static_cast<int32_t>(p), arrivalS[period.after] + period.linkS + mostS[p]))
            {
                changed = true;
            }
            changed = lower(period.before, arrivalS[p] - gapS) || changed;
            changed = lower(period.base, arrivalS[p] - period.linkS - leastS[p]) || changed;
        }
        if (!changed)
        {
            return true;
        }
    }
    return false;
}

/// A task's arrivals midway between the earliest and the latest, with a margin on all sides.
class MidwayArrivals
{
  public:
    /// @param model a resource problem
    explicit MidwayArrivals(const DmaModel& model)
        : m_model(model),
          m_leastS(model.periods.size()),
          m_mostS(model.periods.size()),
          m_earliestS(model.periods.size()),
          m_latestS(model.periods.size())
    {
    }

    /**
     * @param j index of the task
     * @param margin share of each limit's room that is left unused, below 1/2
     * @param arrivalS where to put arrivals, by period [s]
     * @return whether there are any
     */
    bool Find(size_t j, double margin, std::vector<double>& arrivalS)
    {
        const auto& task = m_model.tasks[j];
        const size_t end = task.first + task.count;
        for (size_t p = task.first; p < end; ++p)
        {
            SetRange(p, margin);
        }
        const double gapS = margin * task.qoeS / static_cast<double>(4 * task.count);
        const double endS = task.qoeS * (1 - margin / 8);
        const auto earliest = EarliestDmaArrivals(m_model, j, m_leastS, m_mostS, gapS, m_earliestS);
        if (!earliest.exists || earliest.lastS > endS ||
            !LatestArrivals(m_model, j, m_leastS, m_mostS, gapS, endS, m_latestS))
        {
            return false;
        }
        for (size_t p = task.first; p < end; ++p)
        {
            arrivalS[p] = (m_earliestS[p] + m_latestS[p]) / 2;
        }
        return true;
    }

    /// @return of EarliestDmaArrivals() without a margin
    /// @param j index of the task
    DmaEarliest FindEarliest(size_t j)
    {
        const auto& task = m_model.tasks[j];
        for (size_t p = task.first; p < task.first + task.count; ++p)
        {
            SetRange(p, 0);
        }
        return EarliestDmaArrivals(m_model, j, m_leastS, m_mostS, 0, m_earliestS);
    }

    /// @return the range of tau that was used [s]
    /// @param p period
    std::pair<double, double> Range(size_t p) const
    {
        return {m_leastS[p], m_mostS[p]};
    }

  private:
    /// Set the range of tau of a period.
    void SetRange(size_t p, double margin)
    {
        const auto& period = m_model.periods[p];
        m_leastS[p] = m_mostS[p] = 0;
        if (!period.inFlight)
        {
            const auto limits = LimitsOfDmaPeriod(period, m_model.tasks[period.task]);
            const double least = period.cycles * limits.minSteps * limits.minBatch / limits.highHz;
            const double most = period.cycles * limits.maxSteps * limits.maxBatch / limits.lowHz;
            m_leastS[p] = least * std::pow(most / least, margin);
            m_mostS[p] = most * std::pow(least / most, margin);
        }
        else
        {
            // What is in flight waits as long as it must.
            m_mostS[p] = HUGE_VAL;
        }
    }

    const DmaModel& m_model;         //!< the resource problem
    std::vector<double> m_leastS;    //!< of tau by period [s]
    std::vector<double> m_mostS;     //!< of tau by period [s]
    std::vector<double> m_earliestS; //!< arrivals [s]
    std::vector<double> m_latestS;   //!< arrivals [s]
};

/// Refuse a task that has no time enough.
[[noreturn]] void
RefuseTiming(const DmaModel& model, size_t j, const DmaEarliest& earliest)
{
    const auto& task = model.tasks[j];
    if (!earliest.exists)
    {
        const auto& period = model.periods[earliest.conflict];
        throw Infeasible(Describe("causality: task ",
                                  task.task,
                                  ": aggregation ",
                                  earliest.conflict - task.first + 1,
                                  " of the schedule comes too late for device ",
                                  period.device,
                                  ", which must begin from an earlier model and can compute for ",
                                  period.MostS(task.maxSteps),
                                  " s at most"));
    }
    // Rounded up by a millionth, so that there is an inside.
    const double leastS = earliest.lastS * (1 + 1e-6);
    throw Infeasible(Describe("29b: tasks[",
                              task.task,
                              "].",
                              Named("qoe_s"),
                              " = ",
                              task.qoeS,
                              ": the schedule takes at least ",
                              leastS,
                              " s"),
                     {{"least_qoe_s", leastS}});
}

/// Set a period's own variables inside of their limits.
void
SetPeriod(const DmaModel& model, size_t p, std::pair<double, double> range, DmaPoint& point)
{
    const auto& period = model.periods[p];
    const auto& task = model.tasks[period.task];
    const auto limits = LimitsOfDmaPeriod(period, task);
    const auto arrivalS = [&](int32_t at) { return at < 0 ? 0 : point.arrivalS[at]; };
    const double beginS = point.arrivalS[p] - period.linkS;
    const double least = period.cycles * limits.minSteps * limits.minBatch / limits.highHz;
    const double most = period.cycles * limits.maxSteps * limits.maxBatch / limits.lowHz;
    double low = least;
    double high = std::min(most, beginS - std::max(arrivalS(period.base), period.startS));
    if (period.after >= 0)
    {
        low = std::max(low, beginS - arrivalS(period.after));
    }
    // Midway, but not far from where the margins are.
    const double tau = std::sqrt(std::max(low, range.first * 0.5) * high);
    point.computeS[p] = tau > low && tau < high ? tau : low + (high - low) / 2;
    const double product = point.computeS[p] / period.cycles;
    if (period.isFixed)
    {
        point.iterations[p] = period.fixedSteps;
        point.work[p] = period.fixedWork;
        return;
    }
    const double fewest = std::max(limits.minSteps, limits.lowHz * product / limits.maxBatch);
    const double largest = std::min(limits.maxSteps, limits.highHz * product / limits.minBatch);
    const double e = fewest + (largest - fewest) / 4;
    point.iterations[p] = e;
    // Nearer to the least, where energy is small.
    const double small = std::max(e * limits.minBatch, limits.lowHz * product);
    const double large = std::min(e * limits.maxBatch, limits.highHz * product);
    point.work[p] = std::pow(small, 0.7) * std::pow(large, 0.3);
}

} // namespace

DmaEarliest
EarliestDmaArrivals(const DmaModel& model,
                    size_t j,
                    const std::vector<double>& leastS,
                    const std::vector<double>& mostS,
                    double gapS,
                    std::vector<double>& arrivalS)
{
    const auto& task = model.tasks[j];
    const size_t end = task.first + task.count;
    std::fill(arrivalS.begin() + task.first, arrivalS.begin() + end, 0);
    const auto at = [&](int32_t index) { return index < 0 ? 0 : arrivalS[index]; };
    DmaEarliest earliest;
    for (size_t sweep = 0; sweep <= task.count + 1; ++sweep)
    {
        earliest.conflict = -1;
        for (size_t p = task.first; p < end; ++p)
        {
            const auto& period = model.periods[p];
            bool changed = Raise(arrivalS[p], at(period.before) + gapS);
            changed = Raise(arrivalS[p],
                            std::max(at(period.base), period.startS) + period.linkS + leastS[p]) ||
                      changed;
            if (period.after >= 0)
            {
                // Beyond rounding, or a cycle of length 0 would go on for ever.
                const double neededS = arrivalS[p] - period.linkS - mostS[p];
                double& nextS = arrivalS[period.after];
                changed =
                    (neededS > nextS + 1e-15 * arrivalS[p] && Raise(nextS, neededS)) || changed;
                earliest.conflict =
                    changed && neededS >= nextS ? static_cast<int32_t>(p) : earliest.conflict;
            }
            earliest.conflict =
                changed && earliest.conflict < 0 ? static_cast<int32_t>(p) : earliest.conflict;
        }
        if (earliest.conflict < 0)
        {
            earliest.exists = true;
            earliest.lastS = arrivalS[end - 1];
            return earliest;
        }
    }
    return earliest;
}

std::pair<double, double>
StepsRangeOfDmaTask(const DmaTaskModel& task)
{
    auto range = std::pair(task.minSteps, task.maxSteps);
    MakeRoom(range.first, range.second);
    return range;
}

DmaLimits
LimitsOfDmaPeriod(const DmaPeriodModel& period, const DmaTaskModel& task)
{
    DmaLimits limits{task.minSteps, task.maxSteps, 1, period.samples, period.lowHz, period.highHz};
    if (period.isFixed)
    {
        limits.minSteps = limits.maxSteps = period.fixedSteps;
        limits.minBatch = limits.maxBatch = period.fixedWork / period.fixedSteps;
    }
    else
    {
        MakeRoom(limits.minSteps, limits.maxSteps);
        MakeRoom(limits.minBatch, limits.maxBatch);
    }
    MakeRoom(limits.lowHz, limits.highHz);
    return limits;
}

void
StartDmaPoint(const DmaModel& model, DmaPoint& point)
{
    point.Resize(model);
    MidwayArrivals midway(model);
    for (size_t j = 0; j < model.tasks.size(); ++j)
    {
        const auto& task = model.tasks[j];
        double margin = 0.25;
        while (margin > SMALLEST_MARGIN && !midway.Find(j, margin, point.arrivalS))
        {
            margin /= margin > 0.01 ? 2 : 10;
        }
        if (margin <= SMALLEST_MARGIN)
        {
            RefuseTiming(model, j, midway.FindEarliest(j));
        }
        double largest = task.minSteps;
        bool isFixed = true;
        for (size_t p = task.first; p < task.first + task.count; ++p)
        {
            if (!model.periods[p].inFlight)
            {
                SetPeriod(model, p, midway.Range(p), point);
                largest = std::max(largest, point.iterations[p]);
                isFixed = isFixed && model.periods[p].isFixed;
            }
        }
        const double most = StepsRangeOfDmaTask(task).second;
        point.maxSteps[j] = isFixed ? largest : (largest + most) / 2;
    }
}

} // namespace fl
} // namespace ns3
