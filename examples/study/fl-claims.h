/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CLAIMS_H
#define FL_CLAIMS_H

#include "ns3/fl-sample.h"

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The one rule by which studies judge what papers claim.
 *
 * A claim with a number is met, exceeded or missed by so much. One of order holds beyond the 95 %
 * confidence intervals, within them, or not. What was not looked at is not tested.
 */

namespace ns3
{
namespace fl
{

/// Verdict: the order holds, and means differ by more than both 95 % confidence intervals.
inline constexpr char VERDICT_BEYOND[] = "holds beyond intervals";
/// Verdict: the order holds for the means, but not beyond their confidence intervals.
inline constexpr char VERDICT_WITHIN[] = "holds within intervals";
/// Verdict: the means contradict the claimed order.
inline constexpr char VERDICT_NOT[] = "does not hold";
/// Verdict: nothing was measured that the claim is about.
inline constexpr char VERDICT_NOT_TESTED[] = "not tested";

/// A paper's claim, and what was found. No text holds a comma.
struct Claim
{
    std::string claim;    //!< the claim, in words
    std::string paper;    //!< what the paper reports
    std::string measured; //!< what was measured here
    std::string verdict;  //!< by JudgeNumber(), JudgeCount() or OrderCount::Judge()
};

/**
 * @param claimed the paper's number
 * @param precision half of its last digit's unit, or what it is else known by
 * @param measured what was found; NaN: nothing was looked at
 * @param unit of both, after a number
 * @return met, if they differ by no more than the precision; exceeded by, missed by (it is smaller)
 */
std::string JudgeNumber(double claimed, double precision, double measured, const std::string& unit);

/**
 * @param claimed how many there must be at least
 * @param found how many there are
 * @param lookedAt of how many; 0: nothing was looked at
 * @param unit of all, after a number
 * @return met, or missed by how many
 */
std::string JudgeCount(uint32_t claimed,
                       uint32_t found,
                       uint32_t lookedAt,
                       const std::string& unit);

/// The order of two quantities, one and the other, that is claimed for all points.
enum class ClaimedOrder
{
    ABOVE,        //!< one is above the other at each point
    MOSTLY_ABOVE, //!< one is above the other at more than half of the points
    ONCE_ABOVE,   //!< one is above the other at a point at least
    NOT_ABOVE,    //!< one is nowhere above the other
    SAME          //!< they are the same
};

/// Compares two quantities at some points, each a mean with its interval.
class OrderCount
{
  public:
    /// Add a point, unless a quantity has no value. @param one quantity @param other quantity
    void Add(const Sample& one, const Sample& other);
    /// Add a point. @param one quantity @param other quantity, known exactly
    void Add(const Sample& one, double other);

    /**
     * The verdict. An order of means that holds at as many points as is claimed holds within
     * intervals; beyond them, if at as many the means differ by more than both intervals together
     * (without repetitions there is no interval, and nothing is beyond it). NOT_ABOVE holds within
     * intervals, if one is above by more nowhere; SAME, if neither is.
     * @param order what is claimed
     * @return one of the verdicts above
     */
    std::string Judge(ClaimedOrder order) const;

    /// @return the counts, in words
    std::string ToText() const;

    /**
     * @param claim in words
     * @param paper what the paper reports
     * @param order what that says of the quantities
     * @return the claim, judged
     */
    Claim ToClaim(const std::string& claim, const std::string& paper, ClaimedOrder order) const;

  private:
    /**
     * Count a point.
     * @param difference of the means, one less the other; NaN: no point
     * @param margin sum of both halves of the confidence intervals; infinity: nothing is beyond it
     */
    void Count(double difference, double margin);

    uint32_t m_points{0};       //!< pairs
    uint32_t m_above{0};        //!< means that are larger
    uint32_t m_clearlyAbove{0}; //!< larger by more than both intervals
    uint32_t m_clearlyBelow{0}; //!< smaller by more than both intervals
};

/// @param value a number @return its text with three significant digits
std::string ShortNumber(double value);

/// @param claims judged @return claims.csv
std::string ClaimsCsv(const std::vector<Claim>& claims);

/// @param out where to print @param claims judged
void PrintClaims(std::ostream& out, const std::vector<Claim>& claims);

} // namespace fl
} // namespace ns3

#endif /* FL_CLAIMS_H */
