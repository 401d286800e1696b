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

/// First price of an excess, relative to the objective.
constexpr double FIRST_EXCESS_COST = 10;

/// A term (e) that dwarfs all others pulls by this much more than they do, relative.
constexpr double LARGEST_PULL = 1e3;

} // namespace

DmaInterior::DmaInterior(const DmaModel& model)
    : m_model(model),
      m_newton(model),
      m_states(model.periods.size()),
      m_horizon(model.tasks.size()),
      m_cap(model.tasks.size()),
      m_budget(model.budgets.size()),
      m_elastic(model.budgets.size()),
      m_isFixed(model.tasks.size(), true),
      m_energy(model.budgets.size()),
      m_linear(model.tasks.size()),
      m_square(model.tasks.size()),
      m_isCapped(model.tasks.size(), false)
{
    m_right.Resize(model);
    m_step.Resize(model);
    for (size_t p = 0; p < model.periods.size(); ++p)
    {
        const auto& period = model.periods[p];
        auto& state = m_states[p];
        const auto set = [&](Slot slot, bool is) { state.mask |= is ? uint32_t{1} << slot : 0U; };
        set(ORDER, period.isOrdered);
        set(EARLY, true);
        if (period.inFlight)
        {
            continue;
        }
        state.limits = LimitsOfDmaPeriod(period, model.tasks[period.task]);
        set(LATE, period.after >= 0);
        set(RELEASE, period.startS > 0);
        set(CPU_LOW, true);
        set(CPU_HIGH, true);
        for (const Slot slot : {BATCH_LOW, BATCH_HIGH, STEPS_LOW, STEPS_HIGH})
        {
            set(slot, !period.isFixed);
        }
        if (!period.isFixed)
        {
            m_isFixed[period.task] = false;
        }
    }
}

void
DmaInterior::SetCosts(const DmaInteriorOptions& options)
{
    m_onlyBudgets = options.onlyBudgets;
    m_scale = 1;
    m_excessCost = 1;
    m_counted = 0;
    if (m_onlyBudgets)
    {
        std::fill(m_linear.begin(), m_linear.end(), 0);
        std::fill(m_square.begin(), m_square.end(), 0);
        return;
    }
    double size = 0;
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        const auto& period = m_model.periods[p];
        const double work = m_point.work[p];
        const double tau = m_point.computeS[p];
        size += period.idleCost * m_point.arrivalS[p] * (period.previous < 0 ? 1 : 0);
        if (!period.inFlight)
        {
            const double e = m_point.iterations[p];
            size += std::abs(period.stepCost) * e + period.squareCost * e * e +
                    period.noiseCost * e * e / work + std::abs(period.timeCost) * tau +
                    period.energyCost * work * (work / tau) * (work / tau);
        }
    }
    const double rest = std::max({size, 1e-12 * std::abs(m_model.constant), 1e-120});
    m_counted = m_model.constant;
    for (size_t j = 0; j < m_linear.size(); ++j)
    {
        const auto& task = m_model.tasks[j];
        const double steps = m_point.maxSteps[j];
        m_linear[j] = task.stalenessCost;
        m_square[j] = task.stalenessSquare;
        const double largest = LARGEST_PULL * rest / task.minSteps;
        m_isCapped[j] = !(task.stalenessCost + 2 * task.stalenessSquare * task.maxSteps <= largest);
        if (m_isCapped[j])
        {
            m_linear[j] = largest;
            m_square[j] = 0;
        }
        size += m_linear[j] * steps + m_square[j] * steps * steps;
    }
    m_scale = std::max(size, rest);
    for (size_t j = 0; j < m_linear.size(); ++j)
    {
        m_linear[j] /= m_scale;
        m_square[j] /= m_scale;
    }
    m_excessCost = FIRST_EXCESS_COST;
}

void
DmaInterior::Begin(const DmaPoint& start, const DmaInteriorOptions& options)
{
    m_point = start;
    SetCosts(options);
    const auto arrival = [&](int32_t at) { return at < 0 ? 0 : m_point.arrivalS[at]; };
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        const auto& period = m_model.periods[p];
        auto& pairs = m_states[p].pairs;
        const auto& limits = m_states[p].limits;
        const double a = m_point.arrivalS[p];
        const double tau = m_point.computeS[p];
        const double work = m_point.work[p];
        const double e = m_point.iterations[p];
        pairs[ORDER].slack = a - arrival(period.before);
        pairs[EARLY].slack = a - tau - period.linkS - arrival(period.base);
        pairs[LATE].slack = arrival(period.after) - a + tau + period.linkS;
        pairs[RELEASE].slack = a - tau - period.linkS - period.startS;
        pairs[BATCH_LOW].slack = work - limits.minBatch * e;
        pairs[BATCH_HIGH].slack = limits.maxBatch * e - work;
        pairs[CPU_LOW].slack = period.cycles * work - limits.lowHz * tau;
        pairs[CPU_HIGH].slack = limits.highHz * tau - period.cycles * work;
        pairs[STEPS_LOW].slack = e - limits.minSteps;
        pairs[STEPS_HIGH].slack = m_point.maxSteps[period.task] - e;
    }
    MeasureBudgets();
    for (size_t b = 0; b < m_budget.size(); ++b)
    {
        m_elastic[b].slack = std::max(0.1, 1.5 * m_energy[b] - 1);
        m_budget[b].slack = 1 + m_elastic[b].slack - m_energy[b];
    }
    for (size_t j = 0; j < m_horizon.size(); ++j)
    {
        const auto& task = m_model.tasks[j];
        m_horizon[j].slack = task.qoeS - m_point.arrivalS[task.first + task.count - 1];
        m_cap[j].slack = StepsRangeOfDmaTask(task).second - m_point.maxSteps[j];
    }
    m_count = 0;
    ForPairs(*this, [&](Pair&) { ++m_count; });
    const double product = 1 / static_cast<double>(m_count);
    ForPairs(*this, [&](Pair& pair) {
        pair.slack = std::max(pair.slack, 1e-300);
        pair.multiplier = product / pair.slack;
    });
    // The price of an excess is met from the beginning: it may be far from what the slack is.
    for (size_t b = 0; b < m_elastic.size(); ++b)
    {
        m_elastic[b].multiplier = m_excessCost;
        m_budget[b].multiplier = std::min(m_budget[b].multiplier, m_excessCost / 2);
    }
}

void
DmaInterior::MeasureBudgets()
{
    std::fill(m_energy.begin(), m_energy.end(), 0);
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        const auto& period = m_model.periods[p];
        if (period.budget >= 0)
        {
            const double speed = m_point.work[p] / m_point.computeS[p];
            m_energy[period.budget] += period.energyJ * m_point.work[p] * speed * speed /
                                       m_model.budgets[period.budget].remainJ;
        }
    }
}

DmaInterior::Derivatives
DmaInterior::Derive(size_t p) const
{
    const auto& period = m_model.periods[p];
    const double tau = m_point.computeS[p];
    const double work = m_point.work[p];
    const double e = m_point.iterations[p];
    const double inverse = m_onlyBudgets ? 0 : 1 / m_scale;
    Derivatives d;
    const double speed = work / tau;
    double cubic = period.energyCost * inverse;
    // First and second derivatives of P^3 / tau^2.
    const double first = -2 * speed * speed * speed;
    const double firstP = 3 * speed * speed;
    d.t = cubic * first + period.timeCost * inverse;
    d.p = cubic * firstP;
    if (period.budget >= 0)
    {
        const double relative = period.energyJ / m_model.budgets[period.budget].remainJ;
        d.budgetT = relative * first;
        d.budgetP = relative * firstP;
        cubic += m_budget[period.budget].multiplier * relative;
    }
    d.tt = cubic * 6 * speed * speed * speed / tau;
    d.tp = -cubic * 6 * speed * speed / tau;
    d.pp = cubic * 6 * speed / tau;
    if (!period.isFixed)
    {
        const double noise = period.noiseCost * inverse;
        const double ratio = e / work;
        d.p -= noise * ratio * ratio;
        d.e = inverse * (period.stepCost + 2 * period.squareCost * e) + 2 * noise * ratio;
        d.pp += 2 * noise * ratio * ratio / work;
        d.pe = -2 * noise * ratio / work;
        d.ee = 2 * inverse * period.squareCost + 2 * noise / work;
    }
    return d;
}

void
DmaInterior::SetMatrix()
{
    auto& maxSteps = m_newton.MaxSteps();
    for (size_t j = 0; j < maxSteps.size(); ++j)
    {
        maxSteps[j] = m_isFixed[j] ? 1 : m_cap[j].multiplier / m_cap[j].slack + 2 * m_square[j];
        m_newton.Horizon()[j] = m_horizon[j].multiplier / m_horizon[j].slack;
    }
    for (size_t b = 0; b < m_budget.size(); ++b)
    {
        m_newton.Budgets()[b] = -(m_budget[b].slack / m_budget[b].multiplier +
                                  m_elastic[b].slack / m_elastic[b].multiplier);
    }
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        const auto& period = m_model.periods[p];
        const auto& state = m_states[p];
        const auto weight = [&](Slot slot) {
            const auto& pair = state.pairs[slot];
            return state.mask >> slot & 1 ? pair.multiplier / pair.slack : 0;
        };
        auto& block = m_newton.Block(p);
        block.order = weight(ORDER);
        block.early = weight(EARLY);
        block.late = weight(LATE);
        block.release = weight(RELEASE);
        if (period.inFlight)
        {
            continue;
        }
        const auto d = Derive(p);
        const auto& limits = state.limits;
        const double low = weight(CPU_LOW);
        const double high = weight(CPU_HIGH);
        block.tt = d.tt + low * limits.lowHz * limits.lowHz + high * limits.highHz * limits.highHz;
        block.budgetT = d.budgetT;
        block.budgetP = d.budgetP;
        if (period.isFixed)
        {
            continue;
        }
        const double least = weight(BATCH_LOW);
        const double most = weight(BATCH_HIGH);
        block.tp = d.tp - period.cycles * (low * limits.lowHz + high * limits.highHz);
        block.pp = d.pp + period.cycles * period.cycles * (low + high) + least + most;
        block.ep = d.pe - least * limits.minBatch - most * limits.maxBatch;
        block.steps = weight(STEPS_HIGH);
        block.ee = d.ee + least * limits.minBatch * limits.minBatch +
                   most * limits.maxBatch * limits.maxBatch + weight(STEPS_LOW) + block.steps;
        maxSteps[period.task] += block.steps;
    }
}

void
DmaInterior::AddForce(size_t p, Slot slot, double force)
{
    const auto& period = m_model.periods[p];
    const auto& limits = m_states[p].limits;
    const auto add = [&](int32_t at, double value) {
        if (at >= 0)
        {
            m_right.arrival[at] += value;
        }
    };
    switch (slot)
    {
    case ORDER:
        m_right.arrival[p] += force;
        add(period.before, -force);
        break;
    case EARLY:
        m_right.arrival[p] += force;
        m_right.compute[p] -= force;
        add(period.base, -force);
        break;
    case LATE:
        m_right.arrival[p] -= force;
        m_right.compute[p] += force;
        add(period.after, force);
        break;
    case RELEASE:
        m_right.arrival[p] += force;
        m_right.compute[p] -= force;
        break;
    case BATCH_LOW:
        m_right.work[p] += force;
        m_right.iterations[p] -= force * limits.minBatch;
        break;
    case BATCH_HIGH:
        m_right.work[p] -= force;
        m_right.iterations[p] += force * limits.maxBatch;
        break;
    case CPU_LOW:
        m_right.work[p] += force * period.cycles;
        m_right.compute[p] -= force * limits.lowHz;
        break;
    case CPU_HIGH:
        m_right.work[p] -= force * period.cycles;
        m_right.compute[p] += force * limits.highHz;
        break;
    case STEPS_LOW:
        m_right.iterations[p] += force;
        break;
    case STEPS_HIGH:
        m_right.iterations[p] -= force;
        m_right.maxSteps[period.task] += force;
        break;
    case SLOTS:
        break;
    }
}

void
DmaInterior::SetRight(double target, bool withCorrection)
{
    const auto force = [&](const Pair& pair) {
        return (target - (withCorrection ? pair.correction : 0)) / pair.slack;
    };
    const double inverse = m_onlyBudgets ? 0 : 1 / m_scale;
    std::fill(m_right.arrival.begin(), m_right.arrival.end(), 0);
    for (size_t j = 0; j < m_horizon.size(); ++j)
    {
        const auto& task = m_model.tasks[j];
        m_right.arrival[task.first + task.count - 1] -= force(m_horizon[j]);
        m_right.maxSteps[j] =
            m_isFixed[j] ? 0
                         : -m_linear[j] - 2 * m_square[j] * m_point.maxSteps[j] - force(m_cap[j]);
    }
    for (size_t b = 0; b < m_budget.size(); ++b)
    {
        m_right.budget[b] =
            Mismatch(b) - (m_elastic[b].slack / m_elastic[b].multiplier) *
                              (m_excessCost - force(m_budget[b]) - force(m_elastic[b]));
    }
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        const auto& period = m_model.periods[p];
        m_right.arrival[p] -= period.idleCost * inverse;
        if (period.previous >= 0)
        {
            m_right.arrival[period.previous] += period.idleCost * inverse;
        }
        m_right.compute[p] = m_right.work[p] = m_right.iterations[p] = 0;
        if (!period.inFlight)
        {
            const auto d = Derive(p);
            const double price = period.budget < 0 ? 0 : force(m_budget[period.budget]);
            m_right.compute[p] = -d.t - price * d.budgetT;
            m_right.work[p] = -d.p - price * d.budgetP;
            m_right.iterations[p] = -d.e;
        }
    }
    for (size_t p = 0; p < m_states.size(); ++p)
    {
        for (size_t k = 0; k < SLOTS; ++k)
        {
            if (m_states[p].mask >> k & 1)
            {
                AddForce(p, static_cast<Slot>(k), force(m_states[p].pairs[k]));
            }
        }
    }
}

} // namespace fl
} // namespace ns3
