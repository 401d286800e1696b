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
 * Rules by which studies judge the claims of papers, common to all studies.
 *
 * A claim of a number is met, exceeded or missed by a difference. A claim of an order (one quantity
 * above another) holds beyond the 95 % confidence intervals, within them, or does not hold. A claim
 * without data is not tested.
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
/// Verdict: there are no data for the claim.
inline constexpr char VERDICT_NOT_TESTED[] = "not tested";

/// A claim and its verdict: a row of claims.csv. Texts have no commas.
struct Claim
{
    std::string claim;    //!< the claim, in words
    std::string paper;    //!< what the paper reports
    std::string measured; //!< what the study measured
    std::string verdict;  //!< by JudgeNumber(), JudgeCount() or OrderCount::Judge()
};

/**
 * Judge a claim of a number.
 * @param claimed number in the paper
 * @param precision precision of that number: half a unit of its last digit, or as read from a plot
 * @param measured number of the study; NaN: no data
 * @param unit unit of all three, printed after the difference
 * @return "met" if they differ by at most the precision, else "exceeded by" or "missed by"
 * (measured is smaller) the difference, or VERDICT_NOT_TESTED
 */
std::string JudgeNumber(double claimed, double precision, double measured, const std::string& unit);

/**
 * Judge a claim of a minimum count.
 * @param claimed minimum count
 * @param found count in the study
 * @param examined number of cases examined; 0: no data
 * @param unit unit of the counts, printed after the difference
 * @return "met" if found is at least claimed, else "missed by" the difference, or
 * VERDICT_NOT_TESTED
 */
std::string JudgeCount(uint32_t claimed,
                       uint32_t found,
                       uint32_t examined,
                       const std::string& unit);

/// Claimed order of two quantities ("one" and "other") over all points.
enum class ClaimedOrder
{
    ABOVE,        //!< one is above other at each point
    MOSTLY_ABOVE, //!< one is above other at more than half of the points
    ONCE_ABOVE,   //!< one is above other at one point at least
    NOT_ABOVE,    //!< one is not above other at any point
    SAME          //!< both are equal
};

/// Compares two quantities at a number of points, where each is a mean with a confidence interval.
class OrderCount
{
  public:
    /// Add a point; ignored if a sample is empty. @param one first sample @param other second
    /// sample
    void Add(const Sample& one, const Sample& other);
    /// Add a point; ignored if the sample is empty. @param one sample @param other exact value
    void Add(const Sample& one, double other);

    /**
     * Judge a claimed order. It holds within intervals if the means have the order at as many
     * points as claimed, and beyond intervals if at as many points the means differ by more than
     * the sum of both intervals (never with a single run, which has no interval). NOT_ABOVE holds
     * within intervals if one is not above by more than the intervals at any point; SAME if neither
     * is.
     * @param order the claimed order
     * @return one of the verdicts above
     */
    std::string Judge(ClaimedOrder order) const;

    /// @return the counts in words
    std::string ToText() const;

    /**
     * @param claim the claim in words
     * @param paper what the paper reports
     * @param order the claimed order
     * @return the claim with its verdict
     */
    Claim ToClaim(const std::string& claim, const std::string& paper, ClaimedOrder order) const;

  private:
    /**
     * Count a point.
     * @param difference mean of one minus mean of other; NaN: ignored
     * @param margin sum of half the widths of both confidence intervals; infinity: no intervals
     */
    void Count(double difference, double margin);

    uint32_t m_points{0};       //!< number of points
    uint32_t m_above{0};        //!< points with a positive difference
    uint32_t m_clearlyAbove{0}; //!< points with a difference above the margin
    uint32_t m_clearlyBelow{0}; //!< points with a difference below minus the margin
};

/// @param value a number @return its text with three significant digits
std::string ShortNumber(double value);

/// @param claims claims with verdicts @return content of claims.csv
std::string ClaimsCsv(const std::vector<Claim>& claims);

/// Print claims. @param out output stream @param claims claims with verdicts
void PrintClaims(std::ostream& out, const std::vector<Claim>& claims);

} // namespace fl
} // namespace ns3

#endif /* FL_CLAIMS_H */
