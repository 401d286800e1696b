/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_COMPARE_PAIRS_H
#define FL_COMPARE_PAIRS_H

#include "ns3/fl-results.h"
#include "ns3/fl-sample.h"

#include <cstddef>
#include <filesystem>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What fl-compare says of whole runs: means, and paired differences.
 *
 * Run r of every case has the same random numbers, and so the same devices, channels and data. The
 * differences of two cases, run by run, lack what both share, and their mean has a narrower
 * interval than those of the two means suggest (A. M. Law, "Simulation modeling and analysis",
 * 5th ed., 2015, sections 10.2.1 and 11.2).
 */

namespace ns3
{
namespace fl
{

/// One optimizer over one PHY.
struct CompareCase
{
    std::string phy;       //!< name of the PHY
    std::string optimizer; //!< as in `--optimizer`
    /// By quantity (CompareQuantities()) and run; ABSENT: the run has none.
    std::vector<std::vector<double>> values;
};

/// What is compared.
struct CompareQuantity
{
    std::string name;  //!< in compare.csv, unit last
    std::string title; //!< on the screen, with unit
    double scale;      //!< from compare.csv to the screen
};

/**
 * @param levels accuracies, 0 to 1
 * @return final accuracy, duration from the first round's begin to the last one's end [s], energy
 *         of computation and radiation of all devices [J], final loss; then by level time [s] and
 *         energy [J] until it was reached
 */
std::vector<CompareQuantity> CompareQuantities(const std::vector<double>& levels);

/**
 * @param totals of a run
 * @param startS begin of its first round [s]
 * @return values by quantity
 */
std::vector<double> CompareValues(const RunTotals& totals, double startS);

/**
 * Add a run to a case.
 * @param of the case
 * @param values by quantity, as CompareValues()
 */
void AddRun(CompareCase& of, const std::vector<double>& values);

/// @param values by run @return mean and interval of those that are there
Sample MeanOver(const std::vector<double>& values);

/**
 * @param values by run, of what is compared
 * @param reference by run, of what it is held against
 * @return values minus reference, of the runs in which both are there
 */
Sample PairedDifference(const std::vector<double>& values, const std::vector<double>& reference);

/**
 * @param difference a paired difference
 * @return whether its 95 % interval lies on one side of 0
 */
bool IsBeyondZero(const Sample& difference);

/**
 * @param cases all of them
 * @return indices of those that are compared, first minus second: two optimizers over the same PHY,
 *         or an optimizer over two PHYs; the second is the one that comes earlier
 */
std::vector<std::pair<size_t, size_t>> ComparePairs(const std::vector<CompareCase>& cases);

/**
 * @param cases all of them
 * @param quantities what is compared; those that no run has are left out
 * @return content of compare.csv: rows without `against_phy` and `against_optimizer` are means,
 *         others paired differences
 */
std::string CompareCsv(const std::vector<CompareCase>& cases,
                       const std::vector<CompareQuantity>& quantities);

/**
 * Print accuracy, time and energy of each case, and the differences from the first optimizer and
 * the first PHY.
 * @param out output stream
 * @param cases all of them
 * @param quantities what is compared
 */
void PrintComparison(std::ostream& out,
                     const std::vector<CompareCase>& cases,
                     const std::vector<CompareQuantity>& quantities);

/**
 * Write the plots of the differences from the first optimizer, in accuracy, time and energy.
 * @param folder of compare.csv
 * @param cases all of them
 * @param [in,out] scripts their file names are appended
 * @throws std::runtime_error if a script cannot be written
 */
void WriteDifferencePlots(const std::filesystem::path& folder,
                          const std::vector<CompareCase>& cases,
                          std::vector<std::string>& scripts);

} // namespace fl
} // namespace ns3

#endif /* FL_COMPARE_PAIRS_H */
