/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BENCH_REPORT_H
#define FL_BENCH_REPORT_H

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @file
 * @ingroup fl
 * What a benchmark found, how it is judged against its target, and how it is printed.
 */

/// How much to measure.
struct BenchOptions
{
    bool quick{false}; //!< small sizes, to see that it runs; the figures mean nothing

    /// @return one of two sizes
    template <typename T>
    T Pick(T full, T small) const
    {
        return quick ? small : full;
    }
};

/// One line of the table.
struct BenchRow
{
    std::string what;     //!< what was measured, with its sizes
    std::string measured; //!< the figure and its unit
    std::string target;   //!< what it should be; empty: there is no target
    std::string verdict;  //!< met, or by how much it was missed; empty: there is no target
    std::string peer;     //!< what it is compared with, measured in the same run
};

/// To and from JSON, to cross from one process to another.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BenchRow, what, measured, target, verdict, peer)

/// Lines of the table.
using BenchRows = std::vector<BenchRow>;

/**
 * @param value a figure
 * @param limit what it should be at most, in the same unit
 * @return whether it is, and how far from it
 */
std::string JudgeAtMost(double value, double limit);
/**
 * @param value a figure
 * @param limit what it should be at least, in the same unit
 * @return whether it is, and how far from it
 */
std::string JudgeAtLeast(double value, double limit);

/**
 * @param value a number
 * @param digits significant ones
 * @return without exponent, with the zeros that its precision asks for
 */
std::string Round(double value, int digits = 3);

/**
 * @param values at least one
 * @return the middle one, or the mean of the two in the middle
 */
double Median(std::vector<double> values);

/// Seconds since it was made, on a clock that only goes forward.
class Stopwatch
{
  public:
    Stopwatch();
    /// @return seconds of wall clock since then
    double WallS() const;
    /// @return seconds of processor time, of all threads of this process, since then
    double CpuS() const;

  private:
    double m_wallS; //!< when it was made
    double m_cpuS;  //!< when it was made
};

/// @return lines that say what the figures were measured on, and how busy that was
std::vector<std::string> DescribeMachine();

/**
 * Print a table.
 * @param out where to
 * @param rows what to print
 * @param markdown as Markdown, else for a terminal
 */
void PrintTable(std::ostream& out, const BenchRows& rows, bool markdown);

} // namespace fl
} // namespace ns3

#endif /* FL_BENCH_REPORT_H */
