/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-claims.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"

#include <cmath>
#include <cstdio>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param sample of repetitions
 * @return half the width of its 95 % confidence interval; infinity without repetitions, so that no
 *        difference is beyond it
 */
double
Margin(const Sample& sample)
{
    const double half = sample.Ci95();
    return std::isnan(half) ? std::numeric_limits<double>::infinity() : half;
}

} // namespace

std::string
JudgeNumber(double claimed, double precision, double measured, const std::string& unit)
{
    if (std::isnan(measured))
    {
        return VERDICT_NOT_TESTED;
    }
    const double difference = measured - claimed;
    if (std::abs(difference) <= precision)
    {
        return "met";
    }
    return (difference > 0 ? "exceeded by " : "missed by ") + ShortNumber(std::abs(difference)) +
           " " + unit;
}

std::string
JudgeCount(uint32_t claimed, uint32_t found, uint32_t examined, const std::string& unit)
{
    if (examined == 0)
    {
        return VERDICT_NOT_TESTED;
    }
    return found >= claimed ? "met" : Describe("missed by ", claimed - found, " ", unit);
}

void
OrderCount::Add(const Sample& one, const Sample& other)
{
    Count(one.Mean() - other.Mean(), Margin(one) + Margin(other));
}

void
OrderCount::Add(const Sample& one, double other)
{
    Count(one.Mean() - other, Margin(one));
}

void
OrderCount::Count(double difference, double margin)
{
    if (std::isnan(difference))
    {
        return;
    }
    ++m_points;
    m_above += difference > 0;
    m_clearlyAbove += difference > margin;
    m_clearlyBelow += -difference > margin;
}

std::string
OrderCount::Judge(ClaimedOrder order) const
{
    bool beyond = false;
    bool within = false;
    switch (order)
    {
    case ClaimedOrder::ABOVE:
        beyond = m_clearlyAbove == m_points;
        within = m_above == m_points;
        break;
    case ClaimedOrder::MOSTLY_ABOVE:
        beyond = 2 * m_clearlyAbove > m_points;
        within = 2 * m_above > m_points;
        break;
    case ClaimedOrder::ONCE_ABOVE:
        beyond = m_clearlyAbove > 0;
        within = m_above > 0;
        break;
    case ClaimedOrder::NOT_ABOVE:
        beyond = m_clearlyBelow == m_points;
        within = m_clearlyAbove == 0;
        break;
    case ClaimedOrder::SAME:
        within = m_clearlyAbove + m_clearlyBelow == 0;
        break;
    }
    return m_points == 0 ? VERDICT_NOT_TESTED
           : beyond      ? VERDICT_BEYOND
           : within      ? VERDICT_WITHIN
                         : VERDICT_NOT;
}

std::string
OrderCount::ToText() const
{
    return m_points == 0 ? "nothing was looked at"
                         : Describe("mean above at ",
                                    m_above,
                                    " of ",
                                    m_points,
                                    " points; by more than both intervals at ",
                                    m_clearlyAbove,
                                    "; below by more at ",
                                    m_clearlyBelow);
}

Claim
OrderCount::ToClaim(const std::string& claim, const std::string& paper, ClaimedOrder order) const
{
    return {claim, paper, ToText(), Judge(order)};
}

std::string
ShortNumber(double value)
{
    char text[64];
    std::snprintf(text, sizeof(text), "%.3g", value);
    return text;
}

std::string
ClaimsCsv(const std::vector<Claim>& claims)
{
    std::string text = "claim,paper,measured,verdict\n";
    CsvRow row;
    for (const auto& claim : claims)
    {
        row.Add(claim.claim.c_str()).Add(claim.paper.c_str());
        row.Add(claim.measured.c_str()).Add(claim.verdict.c_str());
        text += row.Finish();
    }
    return text;
}

void
PrintClaims(std::ostream& out, const std::vector<Claim>& claims)
{
    for (const auto& claim : claims)
    {
        out << claim.claim << "\n    paper:    " << claim.paper
            << "\n    measured: " << claim.measured << "\n    verdict:  " << claim.verdict << "\n";
    }
}

} // namespace fl
} // namespace ns3
