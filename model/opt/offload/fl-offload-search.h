/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_SEARCH_H
#define FL_OFFLOAD_SEARCH_H

#include "fl-offload-columns.h"

#include "ns3/fl-random-stream.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Local search over who offloads where.
 */

namespace ns3
{
namespace fl
{

/// What learning takes, by which assignments are compared.
struct OffloadScore
{
    double learnS{0}; //!< (24), or how long learning lasts [s]
    double tieS{0};   //!< makespan: the sum of what overlaps, which decides among equals [s]

    /// @return whether it is less, by more than rounding errors
    /// @param other to compare with
    bool IsBelow(const OffloadScore& other) const;
};

/**
 * @ingroup fl
 * An assignment that is changed slot by slot (a slot is a sub-channel of a cell), and what it costs
 * with the best powers.
 */
class OffloadState
{
  public:
    /// All devices compute themselves. @param columns costs; must outlive this object
    explicit OffloadState(OffloadColumns& columns);

    /// Take over an assignment. @param columns by sub-channel
    void Set(const std::vector<OffloadColumn>& columns);

    /// @return by sub-channel, who offloads
    const std::vector<OffloadColumn>& Columns() const
    {
        return m_now;
    }

    /// @return what it costs
    const OffloadScore& Score() const
    {
        return m_score;
    }

    /// @return N
    size_t Devices() const
    {
        return m_slotOf.size();
    }

    /// @return slot of a device, g M + m, or UNMATCHED
    /// @param n device
    size_t SlotOf(size_t n) const
    {
        return m_slotOf[n];
    }

    /// @return who has a slot, or OFFLOAD_NOBODY
    /// @param slot g M + m
    char16_t Occupant(size_t slot) const
    {
        return m_now[slot / m_cells][slot % m_cells];
    }

    /**
     * Give a slot to a device, if that is better: what the device had before goes to who had the
     * slot, or, without an exchange, to nobody.
     * @param slot g M + m
     * @param n a device that has not the slot, or OFFLOAD_NOBODY
     * @param hasExchange whether there is an exchange
     * @return whether it was better, and is done
     */
    bool Improve(size_t slot, char16_t n, bool hasExchange);
    /// Nobody has a slot any more. @param slot g M + m
    void Clear(size_t slot);

  private:
    /// Put a device, or nobody, to a slot; columns and costs are updated by Refresh().
    void Put(size_t slot, char16_t n);
    /// Update the cost of a column. @param g sub-channel
    void Refresh(size_t g);
    /// @return the score of the present columns
    OffloadScore Evaluate() const;
    /// @return the cost of a slot's column without who has the slot @param slot which
    double WithoutS(size_t slot);
    /// @return by how much the sum of costs changes at least @param slot which @param n who gets it
    /// @param hasExchange who had it gets n's
    double LeastChange(size_t slot, char16_t n, bool hasExchange);
    /// @return what a device adds to the sum at a slot, beside the column's cost; or at home @param
    /// n device @param slot its place
    double OwnS(char16_t n, size_t slot) const;

    OffloadColumns& m_columns;             //!< costs
    size_t m_cells;                        //!< M
    std::vector<OffloadColumn> m_now;      //!< by sub-channel
    std::vector<double> m_costS;           //!< by sub-channel
    std::vector<size_t> m_slotOf;          //!< by device
    OffloadScore m_score;                  //!< of the present columns
    mutable std::vector<double> m_serverS; //!< work by server, while a score is computed
};

/**
 * Improve by giving slots to other devices, exchanging them, and leaving them empty, until nothing
 * helps.
 * @param state where to begin, and the answer
 * @param random of the order in which slots and devices are looked at
 * @param isLate whether time is over; none: there is time
 */
void ImproveOffload(OffloadState& state,
                    RandomStream& random,
                    const std::function<bool()>& isLate = {});

/**
 * The best assignment without interference, objective sum.
 * @param columns costs
 * @return by sub-channel, who offloads
 */
std::vector<OffloadColumn> FreeOffloadMatching(const OffloadColumns& columns);

/// How long the search lasts.
struct OffloadSearchOptions
{
    /// How often some slots of the best answer are cleared and filled again.
    uint32_t kicks{100};
    /// Power problems after which there are no further kicks.
    uint64_t solvesPerDevice{220};
    /// Of which slots are cleared, and of the order in which they are filled.
    uint64_t seed{1};
    /// Whether time is over; none: there is time.
    std::function<bool()> isLate{};
};

/**
 * Local search from the best assignment without interference and from none, and then again from
 * the best one with some slots cleared.
 * @param columns costs
 * @param options how long
 * @return by sub-channel, who offloads
 */
std::vector<OffloadColumn> SearchOffload(OffloadColumns& columns,
                                         const OffloadSearchOptions& options = {});

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_SEARCH_H */
