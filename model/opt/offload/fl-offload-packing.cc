/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-packing.h"

#include "ns3/fl-random-stream.h"

#include <Eigen/LU>
#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// Slacks are numbered from here on.
constexpr size_t SLACK = size_t{1} << 40;
/// Reduced costs above this are taken for 0.
constexpr double TOLERANCE = 1e-11;
/// Smaller pivots are taken for 0.
constexpr double LEAST_PIVOT = 1e-9;
/// Exchanges after which everything is computed anew.
constexpr uint32_t MOST_PIVOTS = 100;

} // namespace

OffloadPacking::OffloadPacking(size_t rows)
    : m_rows(rows),
      m_right(rows),
      m_basis(rows),
      m_inverse(rows * rows, 0),
      m_duals(rows, 0),
      m_direction(rows)
{
    RandomStream random(1);
    for (size_t r = 0; r < rows; ++r)
    {
        m_right[r] = 1 + random.Uniform(0.5e-6, 1e-6);
        m_basis[r] = SLACK + r;
        m_inverse[r * rows + r] = 1;
    }
    m_values = m_right;
}

void
OffloadPacking::Add(double cost, std::vector<uint32_t> rows)
{
    m_costs.push_back(cost);
    m_sparse.push_back(std::move(rows));
}

double
OffloadPacking::ReducedCost(size_t column) const
{
    if (column >= SLACK)
    {
        return -m_duals[column - SLACK];
    }
    double cost = m_costs[column];
    for (const uint32_t r : m_sparse[column])
    {
        cost -= m_duals[r];
    }
    return cost;
}

void
OffloadPacking::SetDirection(size_t column)
{
    for (size_t i = 0; i < m_rows; ++i)
    {
        const double* row = &m_inverse[i * m_rows];
        if (column >= SLACK)
        {
            m_direction[i] = row[column - SLACK];
            continue;
        }
        m_direction[i] = 0;
        for (const uint32_t r : m_sparse[column])
        {
            m_direction[i] += row[r];
        }
    }
}

size_t
OffloadPacking::Leaving() const
{
    size_t best = m_rows;
    double least = 0;
    for (size_t i = 0; i < m_rows; ++i)
    {
        if (m_direction[i] > LEAST_PIVOT)
        {
            const double ratio = m_values[i] / m_direction[i];
            if (best == m_rows || ratio < least)
            {
                best = i;
                least = ratio;
            }
        }
    }
    return best;
}

void
OffloadPacking::Pivot(size_t row, size_t column, double reduced)
{
    double* pivotRow = &m_inverse[row * m_rows];
    const double pivot = m_direction[row];
    for (size_t r = 0; r < m_rows; ++r)
    {
        m_duals[r] += reduced / pivot * pivotRow[r];
        pivotRow[r] /= pivot;
    }
    m_values[row] /= pivot;
    for (size_t i = 0; i < m_rows; ++i)
    {
        const double factor = m_direction[i];
        if (i == row || factor == 0)
        {
            continue;
        }
        double* other = &m_inverse[i * m_rows];
        for (size_t r = 0; r < m_rows; ++r)
        {
            other[r] -= factor * pivotRow[r];
        }
        m_values[i] = std::max(0.0, m_values[i] - factor * m_values[row]);
    }
    m_basis[row] = column;
    if (++m_pivots >= MOST_PIVOTS)
    {
        Renew();
    }
}

void
OffloadPacking::Renew()
{
    m_pivots = 0;
    const auto size = static_cast<Eigen::Index>(m_rows);
    Eigen::MatrixXd basis = Eigen::MatrixXd::Zero(size, size);
    Eigen::VectorXd costs = Eigen::VectorXd::Zero(size);
    for (size_t i = 0; i < m_rows; ++i)
    {
        const auto at = static_cast<Eigen::Index>(i);
        if (m_basis[i] >= SLACK)
        {
            basis(static_cast<Eigen::Index>(m_basis[i] - SLACK), at) = 1;
            continue;
        }
        costs(at) = m_costs[m_basis[i]];
        for (const uint32_t r : m_sparse[m_basis[i]])
        {
            basis(r, at) = 1;
        }
    }
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::Map<RowMajor> inverse(m_inverse.data(), size, size);
    inverse = basis.partialPivLu().inverse();
    Eigen::Map<Eigen::VectorXd>(m_values.data(), size) =
        (inverse * Eigen::Map<const Eigen::VectorXd>(m_right.data(), size)).cwiseMax(0);
    Eigen::Map<Eigen::VectorXd>(m_duals.data(), size) = inverse.transpose() * costs;
}

bool
OffloadPacking::Solve()
{
    const size_t most = 200 + 50 * (m_rows + m_costs.size());
    for (size_t k = 0; k < most; ++k)
    {
        double least = -TOLERANCE;
        size_t entering = 2 * SLACK;
        const auto look = [&](size_t column) {
            const double reduced = ReducedCost(column);
            if (reduced < least)
            {
                least = reduced;
                entering = column;
            }
        };
        for (size_t column = 0; column < m_costs.size(); ++column)
        {
            look(column);
        }
        for (size_t r = 0; r < m_rows; ++r)
        {
            look(SLACK + r);
        }
        if (entering == 2 * SLACK)
        {
            return true;
        }
        SetDirection(entering);
        const size_t row = Leaving();
        if (row == m_rows)
        {
            // Only by rounding errors: all columns have rows, and values are bounded.
            Renew();
            return false;
        }
        Pivot(row, entering, least);
    }
    return false;
}

double
OffloadPacking::Price(size_t row) const
{
    return std::max(0.0, -m_duals[row]);
}

double
OffloadPacking::Objective() const
{
    double sum = 0;
    for (size_t i = 0; i < m_rows; ++i)
    {
        sum += m_basis[i] >= SLACK ? 0 : m_costs[m_basis[i]] * m_values[i];
    }
    return sum;
}

} // namespace fl
} // namespace ns3
