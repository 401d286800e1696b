/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_PRICING_H
#define FL_OFFLOAD_PRICING_H

#include "fl-offload-columns.h"

#include <cstddef>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Which columns are worth it when devices have prices.
 */

namespace ns3
{
namespace fl
{

/// A column that was found.
struct OffloadPricedColumn
{
    OffloadColumn column; //!< who offloads
    double costS{0};    //!< bound of its cost, with servers' work, minus what its devices take [s]
    double reducedS{0}; //!< the same with the devices' prices [s]
};

/**
 * @ingroup fl
 * Search for columns of a sub-channel with small reduced cost, the sum over its devices of price
 * minus what they save: depth-first by cell. What is left of a branch is worth no more than without
 * interference; and the cost of k links is at least that of their pairs, added up and divided by k
 * - 1, since costs are superadditive and the complete graph's pairs can be parted into matchings.
 */
class OffloadPricing
{
  public:
    /// @param columns costs, objective sum; must outlive this object
    explicit OffloadPricing(OffloadColumns& columns);

    /**
     * Find the column of least reduced cost.
     * @param g sub-channel
     * @param prices by device, at least 0 [s]
     * @param isLate whether time is over; asked from time to time
     * @param found gets columns with reduced cost below 0 that were met on the way
     * @return the least reduced cost, at most 0 (of the column with nobody); minus infinity if time
     *         was over
     */
    double Price(size_t g,
                 const std::vector<double>& prices,
                 const std::function<bool()>& isLate,
                 std::vector<OffloadPricedColumn>& found);

    /**
     * Find all columns up to a reduced cost, the one with nobody among them.
     * @param g sub-channel
     * @param prices by device, at least 0 [s]
     * @param limitS of reduced costs [s]
     * @param most of columns
     * @param isLate whether time is over; asked from time to time
     * @param found gets the columns
     * @return whether these are all
     */
    bool List(size_t g,
              const std::vector<double>& prices,
              double limitS,
              size_t most,
              const std::function<bool()>& isLate,
              std::vector<OffloadPricedColumn>& found);

  private:
    /// A device that may take a cell.
    struct Candidate
    {
        char16_t device; //!< n
        double valueS;   //!< what it saves without interference, less its price [s]
    };

    /// Begin a search: list candidates by cell.
    void Begin(size_t g, const std::vector<double>& prices);
    /// Go on with a cell. @param valueS of the devices so far @param overrunS of their cost over
    /// that without interference @param count of them @param cell which
    void Visit(size_t cell, double valueS, double overrunS, size_t count);
    /// @return by how much the column's cost is above that without interference, at least, from
    /// its pairs. @param count of its links, the last one in this cell @param cell of it
    double PairExcess(size_t cell, size_t count);
    /// @return the excess of a pair @param m cell @param n device @param k other cell @param j
    /// device there
    double PairExcess(size_t m, char16_t n, size_t k, char16_t j);

    OffloadColumns& m_columns;                          //!< costs
    std::vector<std::vector<float>> m_pairs;            //!< by sub-channel: excess, or below 0
    size_t m_g{0};                                      //!< sub-channel
    double m_limitS{0};                                 //!< of reduced costs
    bool m_isShrinking{false};                          //!< whether only better ones matter
    size_t m_most{0};                                   //!< of columns
    bool m_isCut{false};                                //!< time or number
    uint64_t m_visits{0};                               //!< of this search
    std::vector<std::vector<Candidate>> m_candidates;   //!< by cell, best first
    std::vector<double> m_restS;                        //!< by cell: best values from it on
    OffloadColumn m_column;                             //!< so far
    std::vector<double> m_sums;                         //!< by number of links: pairs' excess
    const std::function<bool()>* m_isLate{nullptr};     //!< see Price()
    const std::vector<double>* m_prices{nullptr};       //!< see Price()
    std::vector<OffloadPricedColumn>* m_found{nullptr}; //!< see Price()
};

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_PRICING_H */
