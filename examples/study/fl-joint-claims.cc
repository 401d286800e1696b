/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-claims.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <string>

namespace ns3
{
namespace fl
{

namespace
{

/// A quantity of a row.
using Quantity = Sample JointRowStatistics::*;
/// E, of all rounds and devices [J].
constexpr Quantity ENERGY = &JointRowStatistics::energyJ;
/// T, of all rounds [s].
constexpr Quantity TIME = &JointRowStatistics::timeS;
/// Excess of the objective over the optimum's, relative.
constexpr Quantity EXCESS = &JointRowStatistics::excess;

/// Names of curves.
using Names = std::vector<std::string>;

/// The rows of a figure that was made, by curve; of one that was not, there are none.
class FigureCurves
{
  public:
    /**
     * @param results all figures that were made
     * @param name of the one to look at, as "2"; if it is not among them, there are no rows
     */
    FigureCurves(const std::vector<JointFigureResult>& results, const std::string& name)
    {
        for (const auto& result : results)
        {
            if (result.figure->name == name)
            {
                m_result = result;
            }
        }
    }

    /**
     * @param curve its name
     * @return its rows, in order along the horizontal axis; none if there is no such curve
     */
    std::vector<const JointRowStatistics*> Of(const std::string& curve) const
    {
        std::vector<const JointRowStatistics*> rows;
        for (size_t i = 0; m_result.figure && i < m_result.figure->rows.size(); ++i)
        {
            if (m_result.figure->curves[m_result.figure->rows[i].curve].name == curve)
            {
                rows.push_back(&(*m_result.statistics)[i]);
            }
        }
        return rows;
    }

    /**
     * @param start a prefix; empty: any
     * @return names of all curves that begin with it, in the figure's order
     */
    Names Beginning(const std::string& start) const
    {
        Names names;
        for (size_t i = 0; m_result.figure && i < m_result.figure->curves.size(); ++i)
        {
            const auto& name = m_result.figure->curves[i].name;
            if (name.compare(0, start.size(), start) == 0)
            {
                names.push_back(name);
            }
        }
        return names;
    }

    /// Count where one curve is above another one, point by point.
    void Above(const std::string& one,
               const std::string& other,
               Quantity quantity,
               OrderCount& count) const
    {
        const auto mine = Of(one);
        const auto its = Of(other);
        for (size_t i = 0; i < std::min(mine.size(), its.size()); ++i)
        {
            count.Add(mine[i]->*quantity, its[i]->*quantity);
        }
    }

    /**
     * @param ones names of curves
     * @param other the curve that all these are compared with
     * @param quantity statistic of a row
     * @return counts of the points at which each of them is above it
     */
    OrderCount AllAbove(const Names& ones, const std::string& other, Quantity quantity) const
    {
        OrderCount count;
        for (const auto& one : ones)
        {
            Above(one, other, quantity, count);
        }
        return count;
    }

    /**
     * @param ones names of curves
     * @param other the curve that all these are compared with
     * @param quantity statistic of a row
     * @return counts of the points at which each of them is below it
     */
    OrderCount AllBelow(const Names& ones, const std::string& other, Quantity quantity) const
    {
        OrderCount count;
        for (const auto& one : ones)
        {
            Above(other, one, quantity, count);
        }
        return count;
    }

    /**
     * @param curves names, in the order that is claimed, the highest first
     * @param quantity statistic of a row
     * @return counts of the points at which each curve is above the next one
     */
    OrderCount InTurn(const Names& curves, Quantity quantity) const
    {
        OrderCount count;
        for (size_t i = 0; i + 1 < curves.size(); ++i)
        {
            Above(curves[i], curves[i + 1], quantity, count);
        }
        return count;
    }

    /**
     * @param curves names
     * @param quantity statistic of a row
     * @param rising whether to count points that are above the one before; false: below it
     * @return counts of the steps between adjacent points at which each curve does so
     */
    OrderCount Steps(const Names& curves, Quantity quantity, bool rising) const
    {
        OrderCount count;
        for (const auto& curve : curves)
        {
            const auto rows = Of(curve);
            for (size_t i = 0; i + 1 < rows.size(); ++i)
            {
                const size_t high = rising ? i + 1 : i;
                count.Add(rows[high]->*quantity, rows[2 * i + 1 - high]->*quantity);
            }
        }
        return count;
    }

    /**
     * @param curves names
     * @param quantity statistic of a row
     * @param before distance of the other point before the last one, at least 1 [points]
     * @return by curve, whether the last point is above that one; curves that are too short are
     *        left out
     */
    OrderCount LastAgainst(const Names& curves, Quantity quantity, size_t before) const
    {
        OrderCount count;
        for (const auto& curve : curves)
        {
            const auto rows = Of(curve);
            if (rows.size() > before)
            {
                count.Add(rows.back()->*quantity, rows[rows.size() - 1 - before]->*quantity);
            }
        }
        return count;
    }

  private:
    JointFigureResult m_result; //!< null: not made
};

/// The paper's weights of energy, from time to energy; as curves are called.
const Names WEIGHTS{"w1 = 0.1", "w1 = 0.3", "w1 = 0.5", "w1 = 0.7", "w1 = 0.9"};
/// Weights that put energy first.
const Names FOR_ENERGY{"w1 = 0.7", "w1 = 0.9"};
/// Weights that put time first, or neither.
const Names FOR_TIME{"w1 = 0.1", "w1 = 0.3", "w1 = 0.5"};
/// Name of the curve that knows no weights.
constexpr char BENCHMARK[] = "benchmark";

/// Figures 2 and 3: weights and a benchmark.
void
AddBenchmarkClaims(const std::vector<JointFigureResult>& results, std::vector<Claim>& claims)
{
    constexpr auto ABOVE = ClaimedOrder::ABOVE;
    const FigureCurves power(results, "2");
    const Names reversed(WEIGHTS.rbegin(), WEIGHTS.rend());
    claims.push_back(power.InTurn(WEIGHTS, ENERGY)
                         .ToClaim("more weight on energy: less energy", "figure 2", ABOVE));
    claims.push_back(power.InTurn(reversed, TIME)
                         .ToClaim("more weight on energy: more time", "figure 2", ABOVE));
    claims.push_back(power.AllBelow(WEIGHTS, BENCHMARK, ENERGY)
                         .ToClaim("energy below the benchmark's", "figure 2", ABOVE));
    claims.push_back(
        power.AllBelow(FOR_TIME, BENCHMARK, TIME)
            .ToClaim("time below the benchmark's for w1 = 0.5 and less", "figure 2", ABOVE));
    claims.push_back(
        power.AllAbove(FOR_ENERGY, BENCHMARK, TIME)
            .ToClaim("time above the benchmark's for w1 = 0.7 and 0.9", "figure 2", ABOVE));
    const FigureCurves frequency(results, "3");
    claims.push_back(frequency.Steps({BENCHMARK}, ENERGY, true)
                         .ToClaim("the benchmark's energy rises with f_max", "figure 3", ABOVE));
    claims.push_back(frequency.Steps({BENCHMARK}, TIME, false)
                         .ToClaim("the benchmark's time falls with f_max", "figure 3", ABOVE));
    claims.push_back(
        frequency.AllAbove(FOR_ENERGY, BENCHMARK, TIME)
            .ToClaim("the benchmark's time is below that of w1 = 0.7 and 0.9", "figure 3", ABOVE));
    claims.push_back(frequency.AllBelow(FOR_TIME, BENCHMARK, TIME)
                         .ToClaim("and above that of the other weights", "figure 3", ABOVE));
    claims.push_back(
        frequency.LastAgainst(WEIGHTS, ENERGY, 1)
            .ToClaim("energy is stationary at the largest f_max", "figure 3", ClaimedOrder::SAME));
    claims.push_back(
        frequency.LastAgainst(WEIGHTS, TIME, 1)
            .ToClaim("time is stationary at the largest f_max", "figure 3", ClaimedOrder::SAME));
}

/// Figures 4 to 6: devices, radius, iterations and rounds.
void
AddParameterClaims(const std::vector<JointFigureResult>& results, std::vector<Claim>& claims)
{
    constexpr auto ABOVE = ClaimedOrder::ABOVE;
    const FigureCurves devices(results, "4");
    claims.push_back(devices.Steps(WEIGHTS, ENERGY, false)
                         .ToClaim("more devices: less energy", "figure 4", ABOVE));
    claims.push_back(
        devices.Steps(WEIGHTS, TIME, false)
            .ToClaim("more devices: less time", "figure 4; not for one weight", ABOVE));
    const FigureCurves radius(results, "5");
    claims.push_back(radius.LastAgainst(radius.Beginning(""), ENERGY, 7)
                         .ToClaim("energy at the largest radius is that at the smallest",
                                  "figure 5: no clear correlation",
                                  ClaimedOrder::SAME));
    claims.push_back(radius.Steps(radius.Beginning(""), TIME, true)
                         .ToClaim("time grows with the radius", "figure 5", ABOVE));
    const FigureCurves rounds(results, "6");
    Names more = rounds.Beginning("");
    claims.push_back(rounds.Steps(more, ENERGY, true)
                         .ToClaim("energy grows with local iterations", "figure 6", ABOVE));
    claims.push_back(rounds.Steps(more, TIME, true)
                         .ToClaim("time grows with local iterations", "figure 6", ABOVE));
    std::reverse(more.begin(), more.end());
    claims.push_back(
        rounds.InTurn(more, ENERGY).ToClaim("energy grows with rounds", "figure 6", ABOVE));
    claims.push_back(
        rounds.InTurn(more, TIME).ToClaim("time grows with rounds", "figure 6", ABOVE));
}

/**
 * @param figure with a curve of optima
 * @param curve name of another one
 * @return at how many points its mean excess over the optimum is above 0, which is the optimum's
 */
OrderCount
AboveOptimum(const FigureCurves& figure, const std::string& curve)
{
    OrderCount count;
    for (const auto* row : figure.Of(curve))
    {
        count.Add(row->excess, 0);
    }
    return count;
}

/// Figures 7 and 8: deadlines.
void
AddDeadlineClaims(const std::vector<JointFigureResult>& results, std::vector<Claim>& claims)
{
    constexpr auto ABOVE = ClaimedOrder::ABOVE;
    const FigureCurves deadline(results, "7");
    for (const char* other : {"communication only", "computation only"})
    {
        claims.push_back(AboveOptimum(deadline, other)
                             .ToClaim(Describe("joint optimum below ", other), "figure 7", ABOVE));
    }
    OrderCount uploads;
    for (const auto* row : deadline.Of("global"))
    {
        uploads.Add(row->uploadEnergyJ, row->computeEnergyJ);
    }
    claims.push_back(uploads.ToClaim("energy of transmission leads the total", "figure 7", ABOVE));
    OrderCount only;
    deadline.Above("computation only", "communication only", ENERGY, only);
    claims.push_back(only.ToClaim("communication only below computation only", "figure 7", ABOVE));
    claims.push_back(
        deadline.Steps({"communication only", "computation only"}, EXCESS, false)
            .ToClaim("their relative gaps shrink as the deadline grows", "figure 7", ABOVE));
    const FigureCurves schemes(results, "8");
    const auto papers = schemes.Beginning("paper");
    const auto others = schemes.Beginning("scheme 1");
    OrderCount first;
    for (size_t i = 0; i < std::min(papers.size(), others.size()); ++i)
    {
        schemes.Above(others[i], papers[i], ENERGY, first);
    }
    claims.push_back(first.ToClaim("the paper's algorithm below Scheme 1", "figure 8", ABOVE));
    OrderCount rises = schemes.LastAgainst(papers, ENERGY, 1);
    claims.push_back(rises.ToClaim("its energy falls and then rises with the highest power",
                                   "figure 8: at some deadlines",
                                   ClaimedOrder::ONCE_ABOVE));
}

} // namespace

std::vector<Claim>
JudgeJointClaims(const std::vector<JointFigureResult>& results)
{
    std::vector<Claim> claims;
    AddBenchmarkClaims(results, claims);
    AddParameterClaims(results, claims);
    AddDeadlineClaims(results, claims);
    return claims;
}

} // namespace fl
} // namespace ns3
