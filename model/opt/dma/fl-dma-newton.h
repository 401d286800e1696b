/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_NEWTON_H
#define FL_DMA_NEWTON_H

#include "fl-dma-model.h"

#include <array>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The linear systems of the interior point method for the resource problem of DMA-FL, by sparse
 * Cholesky along the structure of the schedule.
 *
 * tau, P and e of a period meet only each other, the arrivals that its causality names, its task's
 * e_max and its device's budget. They are eliminated period by period; the arrivals of a task are
 * left, row n of which reaches back to its base version: an envelope that Cholesky factors do not
 * leave. e_max and budgets border the whole. One factorization takes O(G (K^2 + K I)).
 */

namespace ns3
{
namespace fl
{

/// The part of the matrix that belongs to one period.
struct DmaBlock
{
    double tt{0};      //!< of tau twice, without causality
    double tp{0};      //!< of tau and P
    double pp{0};      //!< of P twice
    double ep{0};      //!< of e and P
    double ee{0};      //!< of e twice
    double early{0};   //!< weight of (A_n - tau - A_v)^2
    double late{0};    //!< weight of (A_(v+1) - A_n + tau)^2
    double release{0}; //!< weight of (A_n - tau)^2
    double order{0};   //!< weight of (A_n - A_(n-1))^2
    double steps{0};   //!< weight of (e_max - e)^2, whose e^2 is in ee already
    double budgetT{0}; //!< of tau and the period's budget
    double budgetP{0}; //!< of P and the period's budget
};

/// A vector of the system: right side, or solution.
struct DmaVector
{
    std::vector<double> arrival;    //!< by period
    std::vector<double> compute;    //!< by period
    std::vector<double> work;       //!< by period
    std::vector<double> iterations; //!< by period
    std::vector<double> maxSteps;   //!< by task
    std::vector<double> budget;     //!< by budget

    /// @param model gives the sizes
    void Resize(const DmaModel& model);
};

/**
 * @ingroup fl
 * The system. All memory is allocated by the constructor.
 */
class DmaNewton
{
  public:
    /// @param model the resource problem, which must outlive this
    explicit DmaNewton(const DmaModel& model);

    /// @return the block of a period, to be set before Factorize()
    /// @param p period
    DmaBlock& Block(size_t p)
    {
        return m_cells[p].block;
    }

    /// @return the weight of (T - A_G)^2, by task
    std::vector<double>& Horizon()
    {
        return m_horizon;
    }

    /// @return the diagonal of e_max, by task; what couples it to e included
    std::vector<double>& MaxSteps()
    {
        return m_maxSteps;
    }

    /// @return the diagonal of budgets, negative
    std::vector<double>& Budgets()
    {
        return m_budgets;
    }

    /// @return whether the matrix was positive definite as far as it must be
    bool Factorize();

    /**
     * Solve once factorized.
     * @param right the right side
     * @param solution where to put the solution
     */
    void Solve(const DmaVector& right, DmaVector& solution);

  private:
    /// A column of the system within one period, after elimination.
    struct Entry
    {
        double e{0}; //!< of e
        double p{0}; //!< of P
        double t{0}; //!< of tau
    };

    /// Which column.
    enum Column : size_t
    {
        RIGHT,  //!< the right side
        STEPS,  //!< e_max of the task
        BUDGET, //!< the device's budget
        COLUMNS //!< number of columns
    };

    /// A period: its block and its factors.
    struct Cell
    {
        DmaBlock block;                       //!< as set
        double pivotStep{1};                  //!< of e
        double pivotWork{1};                  //!< of P
        double pivotTau{1};                   //!< of tau
        double lowerPe{0};                    //!< factor of P below e
        double lowerTp{0};                    //!< factor of tau below P
        std::array<double, 3> coupling{};     //!< of tau with A_n, A_(v+1), A_v
        std::array<Entry, COLUMNS> columns{}; //!< eliminated
    };

    /// @return an entry of the matrix of arrivals
    /// @param row a period
    /// @param column a period of the same task, not after the row
    double& At(size_t row, size_t column)
    {
        return m_envelope[m_rowEnd[row] - (row - column)];
    }

    /// Eliminate a period's own variables, and add what is left to the arrivals.
    /// @param p period
    /// @return whether pivots are positive
    bool EliminateCell(size_t p);
    /// Add causality's part to the arrivals.
    void AddCausality(size_t p, double own);
    /// Eliminate in a column of a period.
    void EliminateColumn(size_t p, Column column, Entry entry, size_t wide);
    /// Factor the arrivals of a task, in place: Cholesky within the envelope.
    /// @param task the task, with its first period and their count
    /// @return whether pivots are positive
    bool FactorArrivals(const DmaTaskModel& task);
    /// Solve with the lower factor, in columns of the border matrix from first to before last.
    void ForwardArrivals(const DmaTaskModel& task, size_t first, size_t last);

    /// @return an entry of the border's matrix
    /// @param row of the border
    /// @param column of the border, not after the row
    double& BorderAt(size_t row, size_t column)
    {
        return m_border[row * m_borderSize + column];
    }

    /// Set up the matrix of the border: what elimination has left of it.
    void SetBorder();
    /**
     * Factor the border as L D L^T. It is quasidefinite, positive of e_max and negative of budgets,
     * so that this needs no pivoting.
     * @return whether pivots are what they must be
     */
    bool FactorBorder();
    /// Set the right side of the border to what is left of it.
    void ReduceBorder(const DmaVector& right);
    /// Solve the border's system.
    void SolveBorder();
    /// Back to the arrivals of a task and its periods' own variables.
    void Back(size_t j, DmaVector& solution);

    const DmaModel& m_model;           //!< the resource problem
    std::vector<Cell> m_cells;         //!< by period
    std::vector<double> m_horizon;     //!< by task
    std::vector<double> m_maxSteps;    //!< by task
    std::vector<double> m_budgets;     //!< by budget
    std::vector<size_t> m_first;       //!< first column of a row of the envelope, by period
    std::vector<size_t> m_rowEnd;      //!< where a row's diagonal lies, by period
    std::vector<double> m_envelope;    //!< rows of the arrivals' matrix, then of its factor
    size_t m_width;                    //!< columns of m_columns: right side, e_max, budgets
    std::vector<double> m_columns;     //!< by period, rows of the arrivals
    size_t m_borderSize;               //!< tasks and budgets
    std::vector<double> m_border;      //!< e_max and budgets, lower rows; then L D L^T
    std::vector<double> m_borderRight; //!< its right side, then its solution
};

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_NEWTON_H */
