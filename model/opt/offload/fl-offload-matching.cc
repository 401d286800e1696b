/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-matching.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// The state of the method: rows are matched one by one, each to a column of its own, of which
/// the last ones, as many as there are rows, stand for none.
class Matching
{
  public:
    /// @param weights at r columns + c
    /// @param rows number of rows
    /// @param columns number of columns
    Matching(const std::vector<double>& weights, size_t rows, size_t columns)
        : m_weights(weights),
          m_columns(columns),
          m_all(columns + rows),
          m_rowPrice(rows, 0),
          m_columnPrice(m_all, 0),
          m_row(m_all, UNMATCHED),
          m_distance(m_all),
          m_before(m_all),
          m_isDone(m_all)
    {
    }

    /// Match one more row.
    void Add(size_t row)
    {
        std::fill(m_distance.begin(), m_distance.end(), std::numeric_limits<double>::infinity());
        std::fill(m_isDone.begin(), m_isDone.end(), 0);
        std::fill(m_before.begin(), m_before.end(), UNMATCHED);
        m_visited.clear();
        double shortest = 0;
        size_t present = row;
        size_t from = UNMATCHED;
        size_t column = UNMATCHED;
        do
        {
            Relax(present, from, shortest);
            column = Nearest();
            shortest = m_distance[column];
            m_isDone[column] = 1;
            m_visited.push_back(column);
            from = column;
            present = m_row[column];
        } while (present != UNMATCHED);
        // Prices keep the distances of what was visited.
        m_rowPrice[row] += shortest;
        for (const size_t c : m_visited)
        {
            const double change = shortest - m_distance[c];
            m_columnPrice[c] -= change;
            if (m_row[c] != UNMATCHED)
            {
                m_rowPrice[m_row[c]] += change;
            }
        }
        while (column != UNMATCHED)
        {
            const size_t before = m_before[column];
            m_row[column] = before == UNMATCHED ? row : m_row[before];
            column = before;
        }
    }

    /// @return by row, its column, or UNMATCHED
    std::vector<size_t> Get() const
    {
        std::vector<size_t> columns(m_rowPrice.size(), UNMATCHED);
        for (size_t c = 0; c < m_columns; ++c)
        {
            if (m_row[c] != UNMATCHED && Cost(m_row[c], c) < 0)
            {
                columns[m_row[c]] = c;
            }
        }
        return columns;
    }

  private:
    /// @return what it costs: minus the weight, or 0 @param row of the pair @param column of it
    double Cost(size_t row, size_t column) const
    {
        return column < m_columns ? std::min(0.0, -m_weights[row * m_columns + column]) : 0;
    }

    /// Go on from a row that is reached over a column.
    void Relax(size_t row, size_t from, double shortest)
    {
        for (size_t c = 0; c < m_all; ++c)
        {
            const double distance = shortest + Cost(row, c) - m_rowPrice[row] - m_columnPrice[c];
            if (!m_isDone[c] && distance < m_distance[c])
            {
                m_distance[c] = distance;
                m_before[c] = from;
            }
        }
    }

    /// @return the nearest column that is not done
    size_t Nearest() const
    {
        size_t best = UNMATCHED;
        for (size_t c = 0; c < m_all; ++c)
        {
            if (!m_isDone[c] && (best == UNMATCHED || m_distance[c] < m_distance[best]))
            {
                best = c;
            }
        }
        return best;
    }

    const std::vector<double>& m_weights; //!< of the pairs
    size_t m_columns;                     //!< that are some
    size_t m_all;                         //!< with those that stand for none
    std::vector<double> m_rowPrice;       //!< dual
    std::vector<double> m_columnPrice;    //!< dual
    std::vector<size_t> m_row;            //!< by column
    std::vector<double> m_distance;       //!< by column
    std::vector<size_t> m_before;         //!< by column, the column on the way to it
    std::vector<char> m_isDone;           //!< by column
    std::vector<size_t> m_visited;        //!< columns that are done
};

} // namespace

std::vector<size_t>
LargestMatching(const std::vector<double>& weights, size_t rows, size_t columns)
{
    Matching matching(weights, rows, columns);
    for (size_t row = 0; row < rows; ++row)
    {
        matching.Add(row);
    }
    return matching.Get();
}

} // namespace fl
} // namespace ns3
