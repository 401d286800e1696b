/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-interior.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// How far a step goes towards the nearest limit.
constexpr double TOWARDS_LIMIT = 0.995;

/// Excess over a budget that counts as none, relative.
constexpr double NO_EXCESS = 1e-9;

/// Largest price of an excess, relative to the objective.
constexpr double LARGEST_EXCESS_COST = 1e9;

/// Numbers of SGD steps as close to their least, relative, are at it where term (e) dwarfs others.
constexpr double AT_LEAST_STEPS = 1e-7;

/// Slack times multiplier is not driven below this part of what the gap asks for: from there on
/// rounding makes multipliers worse.
constexpr double LEAST_TARGET = 0.02;

/// How much of itself tau or P may lose in one step. Costs grow as 1/tau^2 and 1/P, so that
/// Newton's steps go far beyond where these are least, and come back by a third of what is left
/// each time.
constexpr double SHRINKING = 0.75;

/// Gaps that are met this well will do where rounding leaves no better.
constexpr double GOOD_GAP = 2e-7;

/// Newton steps without progress that end it.
constexpr uint32_t PATIENCE = 8;

} // namespace

void
DmaInterior::SetSteps()
{
    const auto arrival = [&](int32_t at) { return at < 0 ? 0 : m_step.arrival[at]; };
    for (size_t b = 0; b < m_budget.size(); ++b)
    {
        // The elastic's step comes from the right side that was just solved for.
        m_elastic[b].slackStep = m_elastic[b].slack / m_elastic[b].multiplier * m_step.budget[b] +
                                 m_right.budget[b] - Mismatch(b);
        m_budget[b].slackStep = m_elastic[b].slackStep + Mismatch(b);
    }
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        const auto& period = m_model.periods[p];
        auto& pairs = m_states[p].pairs;
        const auto& limits = m_states[p].limits;
        const double a = m_step.arrival[p];
        const double tau = period.inFlight ? 0 : m_step.compute[p];
        const double work = period.isFixed ? 0 : m_step.work[p];
        const double e = period.isFixed ? 0 : m_step.iterations[p];
        pairs[ORDER].slackStep = a - arrival(period.before);
        pairs[EARLY].slackStep = a - tau - arrival(period.base);
        pairs[LATE].slackStep = arrival(period.after) - a + tau;
        pairs[RELEASE].slackStep = a - tau;
        pairs[BATCH_LOW].slackStep = work - limits.minBatch * e;
        pairs[BATCH_HIGH].slackStep = limits.maxBatch * e - work;
        pairs[CPU_LOW].slackStep = period.cycles * work - limits.lowHz * tau;
        pairs[CPU_HIGH].slackStep = limits.highHz * tau - period.cycles * work;
        pairs[STEPS_LOW].slackStep = e;
        pairs[STEPS_HIGH].slackStep = m_step.maxSteps[period.task] - e;
        if (period.budget >= 0)
        {
            const auto& block = m_newton.Block(p);
            m_budget[period.budget].slackStep -= block.budgetT * tau + block.budgetP * work;
        }
    }
    for (size_t j = 0; j < m_horizon.size(); ++j)
    {
        const auto& task = m_model.tasks[j];
        m_horizon[j].slackStep = -m_step.arrival[task.first + task.count - 1];
        m_cap[j].slackStep = -m_step.maxSteps[j];
    }
}

std::pair<double, double>
DmaInterior::LongestSteps(double target, bool withCorrection) const
{
    double primal = 1 / TOWARDS_LIMIT;
    double dual = 1 / TOWARDS_LIMIT;
    ForPairs(*this, [&](const Pair& pair) {
        if (pair.slackStep < 0)
        {
            primal = std::min(primal, -pair.slack / pair.slackStep);
        }
        const double step = MultiplierStep(pair, target, withCorrection);
        if (step < 0)
        {
            dual = std::min(dual, -pair.multiplier / step);
        }
    });
    return {std::min(1.0, TOWARDS_LIMIT * primal), std::min(1.0, TOWARDS_LIMIT * dual)};
}

double
DmaInterior::LongestShrinking() const
{
    double longest = 1;
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        const auto& period = m_model.periods[p];
        if (!period.inFlight && m_step.compute[p] < 0)
        {
            longest = std::min(longest, -SHRINKING * m_point.computeS[p] / m_step.compute[p]);
        }
        if (!period.isFixed && m_step.work[p] < 0)
        {
            longest = std::min(longest, -SHRINKING * m_point.work[p] / m_step.work[p]);
        }
    }
    return longest;
}

double
DmaInterior::Mismatch(size_t b) const
{
    return 1 + m_elastic[b].slack - m_energy[b] - m_budget[b].slack;
}

double
DmaInterior::Complementarity() const
{
    double sum = 0;
    ForPairs(*this, [&](const Pair& pair) { sum += pair.slack * pair.multiplier; });
    return sum / static_cast<double>(m_count);
}

double
DmaInterior::ComplementarityAfter(double primal, double dual) const
{
    double sum = 0;
    ForPairs(*this, [&](const Pair& pair) {
        sum += (pair.slack + primal * pair.slackStep) *
               (pair.multiplier + dual * MultiplierStep(pair, 0, false));
    });
    return sum / static_cast<double>(m_count);
}

void
DmaInterior::Place(const DmaPoint& before, double part)
{
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        m_point.arrivalS[p] = before.arrivalS[p] + part * m_step.arrival[p];
        if (!m_model.periods[p].inFlight)
        {
            m_point.computeS[p] = before.computeS[p] + part * m_step.compute[p];
        }
        if (!m_model.periods[p].isFixed)
        {
            m_point.work[p] = before.work[p] + part * m_step.work[p];
            m_point.iterations[p] = before.iterations[p] + part * m_step.iterations[p];
        }
    }
    for (size_t j = 0; j < m_horizon.size(); ++j)
    {
        m_point.maxSteps[j] = before.maxSteps[j] + (m_isFixed[j] ? 0 : part * m_step.maxSteps[j]);
    }
    MeasureBudgets();
}

void
DmaInterior::Move(double primal, double dual, double target, bool withCorrection)
{
    // Multipliers first: their steps are those at the slacks where they were computed.
    ForPairs(*this, [&](Pair& pair) {
        pair.multiplier += dual * MultiplierStep(pair, target, withCorrection);
    });
    m_before = m_point;
    m_energyBefore = m_energy;
    Place(m_before, primal);
    // Energy is not linear: its slack is a variable that it comes to, but it must not run away.
    const auto isWithin = [&] {
        for (size_t b = 0; b < m_budget.size(); ++b)
        {
            if (!(m_energy[b] <= 3 * std::max(m_energyBefore[b], 1.0)))
            {
                return false;
            }
        }
        return true;
    };
    while (!isWithin() && primal > 1e-12)
    {
        primal *= 0.7;
        Place(m_before, primal);
    }
    ForPairs(*this, [&](Pair& pair) { pair.slack += primal * pair.slackStep; });
}

DmaMultipliers
DmaInterior::Multipliers() const
{
    DmaMultipliers multipliers;
    multipliers.Resize(m_model);
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        const auto& state = m_states[p];
        const auto get = [&](Slot slot) {
            return state.mask >> slot & 1 ? m_scale * state.pairs[slot].multiplier : 0;
        };
        multipliers.order[p] = get(ORDER);
        multipliers.early[p] = get(EARLY);
        multipliers.late[p] = get(LATE);
        multipliers.release[p] = get(RELEASE);
        multipliers.steps[p] = get(STEPS_HIGH);
        multipliers.cpuLow[p] = get(CPU_LOW);
        multipliers.cpuHigh[p] = get(CPU_HIGH);
    }
    for (size_t j = 0; j < m_horizon.size(); ++j)
    {
        multipliers.horizon[j] = m_scale * m_horizon[j].multiplier;
    }
    for (size_t b = 0; b < m_budget.size(); ++b)
    {
        multipliers.budget[b] = m_scale * m_budget[b].multiplier / m_model.budgets[b].remainJ;
    }
    return multipliers;
}

DmaPoint
DmaInterior::Point() const
{
    DmaPoint point = m_point;
    for (size_t j = 0; j < m_cap.size(); ++j)
    {
        const auto& task = m_model.tasks[j];
        double largest = 0;
        for (size_t p = task.first; p < task.first + task.count; ++p)
        {
            double& e = point.iterations[p];
            if (m_isCapped[j] && !m_isFixed[j] && e < task.minSteps * (1 + AT_LEAST_STEPS))
            {
                e = task.minSteps;
            }
            largest = std::max(largest, e);
        }
        point.maxSteps[j] = largest;
    }
    return point;
}

bool
DmaInterior::RaiseExcessCost()
{
    bool isExcessive = false;
    for (const auto& budget : m_budget)
    {
        isExcessive = isExcessive || budget.multiplier > 0.9 * m_excessCost;
    }
    if (!isExcessive || m_excessCost >= LARGEST_EXCESS_COST)
    {
        return false;
    }
    for (auto& elastic : m_elastic)
    {
        elastic.multiplier += 29 * m_excessCost;
    }
    m_excessCost *= 30;
    return true;
}

void
DmaInterior::Note(DmaInteriorResult& result)
{
    std::vector<double> excess(m_budget.size());
    double most = 0;
    for (size_t b = 0; b < m_budget.size(); ++b)
    {
        excess[b] = std::max(0.0, m_energy[b] - 1);
        most = std::max(most, excess[b]);
    }
    const double before =
        result.excess.empty() ? 0 : *std::max_element(result.excess.begin(), result.excess.end());
    const auto point = Point();
    const auto cost = EvaluateDmaModel(m_model, point);
    const bool isFirst = result.point.arrivalS.empty();
    const bool isBetter = most <= NO_EXCESS && before <= NO_EXCESS
                              ? cost.Sum() < result.cost.Sum() || std::isinf(cost.Sum())
                              : most < before;
    if (std::isfinite(cost.rest) && (isFirst || isBetter))
    {
        result.point = point;
        result.cost = cost;
        result.excess = excess;
        m_stalled = 0;
    }
    auto multipliers = Multipliers();
    const double bound = DmaLowerBound(m_model, multipliers);
    if (isFirst || bound > result.lowerBound)
    {
        result.multipliers = std::move(multipliers);
        result.lowerBound = bound;
        m_stalled = 0;
    }
}

bool
DmaInterior::IsDone(const DmaInteriorOptions& options, DmaInteriorResult& result)
{
    const double sum = m_scale * Complementarity() * static_cast<double>(m_count);
    if (m_onlyBudgets)
    {
        // The bound would be that of another problem; slacks times multipliers bound the gap.
        Note(result);
        return *std::max_element(result.excess.begin(), result.excess.end()) <= 0 || sum < 1e-9;
    }
    const double counted = std::abs(m_counted) + 1e-3 * m_scale;
    if (!(sum < 10 * std::max(options.relativeGap, 1e-3) * counted) || RaiseExcessCost())
    {
        return false;
    }
    ++m_stalled;
    Note(result);
    const double gap = Gap(result);
    if (std::any_of(m_isCapped.begin(), m_isCapped.end(), [](bool is) { return is; }))
    {
        // Next to such a term the others are below its rounding.
        return gap < HUGE_VAL && sum < options.relativeGap * counted;
    }
    return gap <= options.relativeGap || (m_stalled >= PATIENCE / 2 && gap <= GOOD_GAP);
}

bool
DmaInterior::Step(double least)
{
    SetMatrix();
    if (!m_newton.Factorize())
    {
        return false;
    }
    SetRight(0, false);
    m_newton.Solve(m_right, m_step);
    SetSteps();
    const auto [primal, dual] = LongestSteps(0, false);
    const double now = Complementarity();
    const double ratio = std::clamp(ComplementarityAfter(primal, dual) / now, 0.0, 1.0);
    const double target = std::max(now * ratio * ratio * ratio, std::min(least, now));
    ForPairs(*this, [&](Pair& pair) {
        pair.correction = pair.slackStep * MultiplierStep(pair, 0, false);
    });
    SetRight(target, true);
    m_newton.Solve(m_right, m_step);
    SetSteps();
    const auto [longest, farDual] = LongestSteps(target, true);
    const double far = std::min(longest, LongestShrinking());
    if (!(far > 0 && farDual > 0))
    {
        return false;
    }
    Move(far, farDual, target, true);
    return std::isfinite(Complementarity());
}

double
DmaInterior::Gap(const DmaInteriorResult& result)
{
    if (std::any_of(result.excess.begin(), result.excess.end(), [](double excess) {
            return !(excess <= NO_EXCESS);
        }))
    {
        return HUGE_VAL;
    }
    return (result.cost.Sum() - result.lowerBound) / std::max(1e-100, std::abs(result.cost.Sum()));
}

void
DmaInterior::RunPrimalDual(const DmaPoint& start,
                           const DmaInteriorOptions& options,
                           DmaInteriorResult& result)
{
    Begin(start, options);
    m_stalled = 0;
    const double counted = (std::abs(m_counted) + 1e-3 * m_scale) / m_scale;
    const double least =
        LEAST_TARGET * options.relativeGap * counted / static_cast<double>(m_count);
    while (!result.converged && result.iterations < options.maxIterations && m_stalled < PATIENCE &&
           Step(m_onlyBudgets ? 1e-12 : least))
    {
        ++result.iterations;
        result.converged = IsDone(options, result);
    }
}

DmaInteriorResult
DmaInterior::Run(const DmaPoint& start, const DmaInteriorOptions& options)
{
    DmaInteriorResult result;
    RunPrimalDual(start, options, result);
    if (!result.converged)
    {
        RunBarrier(start, options, result);
    }
    if (result.point.arrivalS.empty())
    {
        Note(result);
    }
    if (!result.converged && !m_onlyBudgets)
    {
        const bool isCapped =
            std::any_of(m_isCapped.begin(), m_isCapped.end(), [](bool is) { return is; });
        const double sum = m_scale * Complementarity() * static_cast<double>(m_count);
        const double counted = std::abs(m_counted) + 1e-3 * m_scale;
        result.converged = Gap(result) <= GOOD_GAP ||
                           (isCapped && Gap(result) < HUGE_VAL && sum <= GOOD_GAP * counted);
    }
    return result;
}

} // namespace fl
} // namespace ns3
