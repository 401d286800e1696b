/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-newton.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

void
DmaVector::Resize(const DmaModel& model)
{
    for (auto* values : {&arrival, &compute, &work, &iterations})
    {
        values->assign(model.periods.size(), 0);
    }
    maxSteps.assign(model.tasks.size(), 0);
    budget.assign(model.budgets.size(), 0);
}

DmaNewton::DmaNewton(const DmaModel& model)
    : m_model(model),
      m_cells(model.periods.size()),
      m_horizon(model.tasks.size(), 0),
      m_maxSteps(model.tasks.size(), 1),
      m_budgets(model.budgets.size(), -1),
      m_first(model.periods.size()),
      m_rowEnd(model.periods.size()),
      m_width(2 + model.budgets.size()),
      m_columns(model.periods.size() * m_width, 0)
{
    size_t size = 0;
    for (size_t p = 0; p < model.periods.size(); ++p)
    {
        const auto& period = model.periods[p];
        const auto self = static_cast<int32_t>(p);
        int32_t first = period.isOrdered ? period.before : self;
        first = period.base >= 0 ? std::min(first, period.base) : first;
        first = period.after >= 0 ? std::min(first, period.after) : first;
        m_first[p] = first;
        size += p - m_first[p] + 1;
        m_rowEnd[p] = size - 1;
    }
    m_envelope.assign(size, 0);
    m_borderSize = model.tasks.size() + model.budgets.size();
    m_border.assign(m_borderSize * m_borderSize, 0);
    m_borderRight.assign(m_borderSize, 0);
}

bool
DmaNewton::Factorize()
{
    std::fill(m_envelope.begin(), m_envelope.end(), 0);
    std::fill(m_columns.begin(), m_columns.end(), 0);
    for (const auto& task : m_model.tasks)
    {
        for (size_t p = task.first; p < task.first + task.count; ++p)
        {
            if (!EliminateCell(p))
            {
                return false;
            }
        }
        const size_t last = task.first + task.count - 1;
        At(last, last) += m_horizon[&task - m_model.tasks.data()];
        if (!FactorArrivals(task))
        {
            return false;
        }
        ForwardArrivals(task, STEPS, m_width);
    }
    SetBorder();
    return FactorBorder();
}

bool
DmaNewton::EliminateCell(size_t p)
{
    const auto& period = m_model.periods[p];
    auto& cell = m_cells[p];
    const auto& block = cell.block;
    if (period.isOrdered && period.before >= 0)
    {
        const auto before = static_cast<size_t>(period.before);
        At(p, p) += block.order;
        At(before, before) += block.order;
        At(p, before) -= block.order;
    }
    if (period.inFlight)
    {
        At(p, p) += block.early;
        return true;
    }
    double own = block.tt;
    if (!period.isFixed)
    {
        cell.pivotStep = block.ee;
        cell.lowerPe = block.ep / block.ee;
        // Rounding may leave less than nothing of a P that is held tight.
        cell.pivotWork = std::max(block.pp - block.ep * cell.lowerPe, 1e-14 * block.pp);
        cell.lowerTp = block.tp / cell.pivotWork;
        own -= block.tp * cell.lowerTp;
    }
    // And of a tau.
    own = std::max(own, 1e-14 * block.tt);
    if (!(own > 0 && cell.pivotStep > 0 && cell.pivotWork > 0))
    {
        return false;
    }
    AddCausality(p, own);
    if (!period.isFixed)
    {
        EliminateColumn(p, STEPS, {-block.steps, 0, 0}, STEPS);
    }
    if (period.budget >= 0)
    {
        EliminateColumn(p,
                        BUDGET,
                        {0, period.isFixed ? 0 : block.budgetP, block.budgetT},
                        BUDGET + period.budget);
    }
    return true;
}

void
DmaNewton::AddCausality(size_t p, double own)
{
    const auto& period = m_model.periods[p];
    auto& cell = m_cells[p];
    const double early = cell.block.early;
    const double late = cell.block.late;
    const double release = cell.block.release;
    const double sum = own + early + late + release;
    cell.pivotTau = sum;
    cell.coupling = {-early - late - release, late, early};
    // What is left when tau goes of early u^2, late x^2, release y^2 with u = A_n - A_v, x =
    // A_(v+1) - A_n and y = A_n; written without differences, which would cancel.
    const double uu = early * (own + late + release) / sum;
    const double xx = late * (own + early + release) / sum;
    const double yy = release * (own + early + late) / sum;
    const double ux = early * late / sum;
    const double uy = -early * release / sum;
    const double xy = late * release / sum;
    At(p, p) += uu + xx + yy - 2 * ux + 2 * uy - 2 * xy;
    if (period.base >= 0)
    {
        const auto base = static_cast<size_t>(period.base);
        At(base, base) += uu;
        At(p, base) -= uu - ux + uy;
    }
    if (period.after >= 0)
    {
        const auto after = static_cast<size_t>(period.after);
        At(after, after) += xx;
        At(p, after) += ux - xx + xy;
        if (period.base >= 0)
        {
            At(after, static_cast<size_t>(period.base)) -= ux;
        }
    }
}

void
DmaNewton::EliminateColumn(size_t p, Column column, Entry entry, size_t wide)
{
    const auto& period = m_model.periods[p];
    auto& cell = m_cells[p];
    entry.p -= cell.lowerPe * entry.e;
    entry.t -= cell.lowerTp * entry.p;
    cell.columns[column] = entry;
    const double share = entry.t / cell.pivotTau;
    m_columns[p * m_width + wide] -= cell.coupling[0] * share;
    if (period.after >= 0)
    {
        m_columns[period.after * m_width + wide] -= cell.coupling[1] * share;
    }
    if (period.base >= 0)
    {
        m_columns[period.base * m_width + wide] -= cell.coupling[2] * share;
    }
}

bool
DmaNewton::FactorArrivals(const DmaTaskModel& task)
{
    for (size_t row = task.first; row < task.first + task.count; ++row)
    {
        double* rowAt = &m_envelope[m_rowEnd[row] - (row - m_first[row])];
        double diagonal = m_envelope[m_rowEnd[row]];
        for (size_t column = m_first[row]; column < row; ++column)
        {
            const size_t first = std::max(m_first[row], m_first[column]);
            const double* columnAt = &m_envelope[m_rowEnd[column] - (column - m_first[column])];
            double value = rowAt[column - m_first[row]];
            for (size_t k = first; k < column; ++k)
            {
                value -= rowAt[k - m_first[row]] * columnAt[k - m_first[column]];
            }
            value /= m_envelope[m_rowEnd[column]];
            rowAt[column - m_first[row]] = value;
            diagonal -= value * value;
        }
        diagonal = std::max(diagonal, 1e-15 * m_envelope[m_rowEnd[row]]);
        if (!(diagonal > 0) || !std::isfinite(diagonal))
        {
            return false;
        }
        m_envelope[m_rowEnd[row]] = std::sqrt(diagonal);
    }
    return true;
}

void
DmaNewton::ForwardArrivals(const DmaTaskModel& task, size_t first, size_t last)
{
    for (size_t row = task.first; row < task.first + task.count; ++row)
    {
        double* target = &m_columns[row * m_width];
        for (size_t k = m_first[row]; k < row; ++k)
        {
            const double factor = At(row, k);
            const double* source = &m_columns[k * m_width];
            for (size_t column = first; column < last; ++column)
            {
                target[column] -= factor * source[column];
            }
        }
        const double inverse = 1 / m_envelope[m_rowEnd[row]];
        for (size_t column = first; column < last; ++column)
        {
            target[column] *= inverse;
        }
    }
}

void
DmaNewton::SetBorder()
{
    const size_t tasks = m_model.tasks.size();
    std::fill(m_border.begin(), m_border.end(), 0);
    for (size_t j = 0; j < tasks; ++j)
    {
        const auto& task = m_model.tasks[j];
        double own = m_maxSteps[j];
        for (size_t p = task.first; p < task.first + task.count; ++p)
        {
            const auto& period = m_model.periods[p];
            const double* row = &m_columns[p * m_width];
            own -= row[STEPS] * row[STEPS];
            for (size_t b = 0; b < m_budgets.size(); ++b)
            {
                BorderAt(tasks + b, j) -= row[STEPS] * row[BUDGET + b];
                for (size_t c = 0; c <= b; ++c)
                {
                    BorderAt(tasks + b, tasks + c) -= row[BUDGET + b] * row[BUDGET + c];
                }
            }
            if (period.inFlight)
            {
                continue;
            }
            const auto& cell = m_cells[p];
            const auto& s = cell.columns[STEPS];
            const auto& y = cell.columns[BUDGET];
            own -= period.isFixed ? 0
                                  : s.e * s.e / cell.pivotStep + s.p * s.p / cell.pivotWork +
                                        s.t * s.t / cell.pivotTau;
            if (period.budget >= 0)
            {
                const size_t b = tasks + period.budget;
                BorderAt(b, b) -= y.p * y.p / cell.pivotWork + y.t * y.t / cell.pivotTau;
                BorderAt(b, j) -=
                    period.isFixed ? 0 : s.p * y.p / cell.pivotWork + s.t * y.t / cell.pivotTau;
            }
        }
        BorderAt(j, j) += std::max(own, 1e-14 * m_maxSteps[j]);
    }
    for (size_t b = 0; b < m_budgets.size(); ++b)
    {
        BorderAt(tasks + b, tasks + b) += m_budgets[b];
    }
}

bool
DmaNewton::FactorBorder()
{
    const size_t tasks = m_model.tasks.size();
    for (size_t row = 0; row < m_borderSize; ++row)
    {
        for (size_t column = 0; column < row; ++column)
        {
            double value = BorderAt(row, column);
            for (size_t k = 0; k < column; ++k)
            {
                value -= BorderAt(row, k) * BorderAt(column, k) * BorderAt(k, k);
            }
            BorderAt(row, column) = value / BorderAt(column, column);
        }
        double pivot = BorderAt(row, row);
        for (size_t k = 0; k < row; ++k)
        {
            pivot -= BorderAt(row, k) * BorderAt(row, k) * BorderAt(k, k);
        }
        if (!(row < tasks ? pivot > 0 : pivot < 0) || !std::isfinite(pivot))
        {
            return false;
        }
        BorderAt(row, row) = pivot;
    }
    return true;
}

void
DmaNewton::SolveBorder()
{
    for (size_t row = 0; row < m_borderSize; ++row)
    {
        for (size_t k = 0; k < row; ++k)
        {
            m_borderRight[row] -= BorderAt(row, k) * m_borderRight[k];
        }
    }
    for (size_t row = m_borderSize; row-- > 0;)
    {
        m_borderRight[row] /= BorderAt(row, row);
        for (size_t k = row + 1; k < m_borderSize; ++k)
        {
            m_borderRight[row] -= BorderAt(k, row) * m_borderRight[k];
        }
    }
}

void
DmaNewton::ReduceBorder(const DmaVector& right)
{
    const size_t tasks = m_model.tasks.size();
    for (size_t b = 0; b < m_budgets.size(); ++b)
    {
        m_borderRight[tasks + b] = right.budget[b];
    }
    for (size_t j = 0; j < tasks; ++j)
    {
        const auto& task = m_model.tasks[j];
        double own = right.maxSteps[j];
        for (size_t p = task.first; p < task.first + task.count; ++p)
        {
            const auto& period = m_model.periods[p];
            const double* row = &m_columns[p * m_width];
            own -= row[STEPS] * row[RIGHT];
            for (size_t b = 0; b < m_budgets.size(); ++b)
            {
                m_borderRight[tasks + b] -= row[BUDGET + b] * row[RIGHT];
            }
            if (period.inFlight)
            {
                continue;
            }
            const auto& cell = m_cells[p];
            const auto& r = cell.columns[RIGHT];
            const auto& s = cell.columns[STEPS];
            const auto& y = cell.columns[BUDGET];
            own -= period.isFixed ? 0
                                  : s.e * r.e / cell.pivotStep + s.p * r.p / cell.pivotWork +
                                        s.t * r.t / cell.pivotTau;
            if (period.budget >= 0)
            {
                m_borderRight[tasks + period.budget] -=
                    y.p * r.p / cell.pivotWork + y.t * r.t / cell.pivotTau;
            }
        }
        m_borderRight[j] = own;
    }
}

void
DmaNewton::Solve(const DmaVector& right, DmaVector& solution)
{
    for (size_t p = 0; p < m_cells.size(); ++p)
    {
        m_columns[p * m_width + RIGHT] = right.arrival[p];
    }
    for (const auto& task : m_model.tasks)
    {
        for (size_t p = task.first; p < task.first + task.count; ++p)
        {
            const auto& period = m_model.periods[p];
            if (!period.inFlight)
            {
                const bool isFixed = period.isFixed;
                EliminateColumn(p,
                                RIGHT,
                                {isFixed ? 0 : right.iterations[p],
                                 isFixed ? 0 : right.work[p],
                                 right.compute[p]},
                                RIGHT);
            }
        }
        ForwardArrivals(task, RIGHT, RIGHT + 1);
    }
    ReduceBorder(right);
    SolveBorder();
    const size_t tasks = m_model.tasks.size();
    for (size_t j = 0; j < tasks; ++j)
    {
        solution.maxSteps[j] = m_borderRight[j];
    }
    for (size_t b = 0; b < m_budgets.size(); ++b)
    {
        solution.budget[b] = m_borderRight[tasks + b];
    }
    for (size_t j = 0; j < tasks; ++j)
    {
        Back(j, solution);
    }
}

void
DmaNewton::Back(size_t j, DmaVector& solution)
{
    const auto& task = m_model.tasks[j];
    auto& arrival = solution.arrival;
    for (size_t p = task.first; p < task.first + task.count; ++p)
    {
        const double* row = &m_columns[p * m_width];
        double value = row[RIGHT] - row[STEPS] * solution.maxSteps[j];
        for (size_t b = 0; b < m_budgets.size(); ++b)
        {
            value -= row[BUDGET + b] * solution.budget[b];
        }
        arrival[p] = value;
    }
    for (size_t p = task.first + task.count; p-- > task.first;)
    {
        arrival[p] /= m_envelope[m_rowEnd[p]];
        for (size_t k = m_first[p]; k < p; ++k)
        {
            arrival[k] -= At(p, k) * arrival[p];
        }
    }
    for (size_t p = task.first; p < task.first + task.count; ++p)
    {
        const auto& period = m_model.periods[p];
        if (period.inFlight)
        {
            continue;
        }
        const auto& cell = m_cells[p];
        const double steps = period.isFixed ? 0 : solution.maxSteps[j];
        const double price = period.budget < 0 ? 0 : solution.budget[period.budget];
        const auto left = [&](double Entry::* at) {
            return cell.columns[RIGHT].*at - steps * (cell.columns[STEPS].*at) -
                   price * (cell.columns[BUDGET].*at);
        };
        double tau = left(&Entry::t) - cell.coupling[0] * arrival[p];
        tau -= period.after < 0 ? 0 : cell.coupling[1] * arrival[period.after];
        tau -= period.base < 0 ? 0 : cell.coupling[2] * arrival[period.base];
        solution.compute[p] = tau / cell.pivotTau;
        solution.work[p] = solution.iterations[p] = 0;
        if (!period.isFixed)
        {
            solution.work[p] =
                left(&Entry::p) / cell.pivotWork - cell.lowerTp * solution.compute[p];
            solution.iterations[p] =
                left(&Entry::e) / cell.pivotStep - cell.lowerPe * solution.work[p];
        }
    }
}

} // namespace fl
} // namespace ns3
