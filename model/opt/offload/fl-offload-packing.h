/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_PACKING_H
#define FL_OFFLOAD_PACKING_H

#include <cstddef>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The linear relaxation of set packing, with columns that are added as they are found.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * min sum_c cost_c x_c subject to sum over the columns that have row r of x_c <= 1 for each r, x >=
 * 0, by the primal simplex method with an explicit inverse; it begins at x = 0, and goes on from
 * where it was when columns are added. Right-hand sides are 1 but for a millionth that differs by
 * row, so that it does not turn in circles: prices are those of such a neighbour. What is made of
 * them must hold for any prices.
 */
class OffloadPacking
{
  public:
    /// @param rows number of rows
    explicit OffloadPacking(size_t rows);
    /**
     * Add a column.
     * @param cost of it
     * @param rows that it has
     */
    void Add(double cost, std::vector<uint32_t> rows);
    /// Go on to the optimum. @return whether it was reached, or else a limit of steps
    bool Solve();
    /// @return the price of a row: what 1 more on its right-hand side would save, at least 0
    /// @param row of the problem
    double Price(size_t row) const;
    /// @return the objective at the present basis
    double Objective() const;

    /// @return number of columns
    size_t Size() const
    {
        return m_costs.size();
    }

  private:
    /// @return what bringing a column into the basis saves per unit, negative; slacks come last
    /// @param column its index
    double ReducedCost(size_t column) const;
    /// Set m_direction to what the basis gives up for a unit of a column.
    void SetDirection(size_t column);
    /// @return the row of the basis that reaches 0 first, or the number of rows: none
    size_t Leaving() const;
    /// Exchange a column. @param row of the basis @param column that enters @param reduced its cost
    void Pivot(size_t row, size_t column, double reduced);
    /// Compute inverse, values and prices anew: rounding errors have grown.
    void Renew();

    size_t m_rows;                               //!< number of rows
    std::vector<double> m_costs;                 //!< by column
    std::vector<std::vector<uint32_t>> m_sparse; //!< by column, rows
    std::vector<double> m_right;                 //!< right-hand sides
    std::vector<size_t> m_basis;     //!< by row of the basis: a column, or SLACK + a row
    std::vector<double> m_values;    //!< of the basis
    std::vector<double> m_inverse;   //!< by row of the basis
    std::vector<double> m_duals;     //!< of rows, at most 0 at the optimum
    std::vector<double> m_direction; //!< of the basis
    uint32_t m_pivots{0};            //!< since Renew()
};

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_PACKING_H */
