/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RESULTS_H
#define FL_RESULTS_H

#include "fl-csv.h"
#include "fl-output-file.h"
#include "fl-phase-tables.h"
#include "fl-sample.h"

#include "ns3/fl-round-record.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * One run in figures, kept up to date round by round. Times and energies are simulated ones.
 */
struct RunTotals
{
    /// Accuracies whose time and energy are noted.
    static constexpr std::array<double, 9> LEVELS{0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99};

    RunTotals();

    uint32_t rounds{0};                      //!< rounds closed
    double simulatedTimeS{0};                //!< when the last one was closed [s]
    double energyJ{0};                       //!< compute plus radiated, by all devices [J]
    double computeEnergyJ{0};                //!< of the work orders that are over [J]
    double radioEnergyJ{0};                  //!< radiated by the same [J]
    double circuitEnergyJ{0};                //!< of the radio's circuits, where modelled [J]
    double uploadedBytes{0};                 //!< encoded updates that arrived in whole [byte]
    double downloadedBytes{0};               //!< encoded models that arrived in whole [byte]
    uint64_t selected{0};                    //!< work orders in the plans of all rounds
    uint64_t received{0};                    //!< updates merged
    std::array<uint64_t, 8> byStatus{};      //!< orders that are over, by WorkStatus
    double finalLoss{ABSENT};                //!< of the last evaluation
    double finalAccuracy{ABSENT};            //!< of the last evaluation
    double bestAccuracy{ABSENT};             //!< of all
    std::array<double, 9> timeToAccuracyS;   //!< by level; ABSENT: not reached [s]
    std::array<double, 9> energyToAccuracyJ; //!< by level, all devices; ABSENT: not reached [J]
    Sample predictionError;                  //!< |measured / predicted - 1| of upload times
    double largestPredictionError{ABSENT};   //!< the largest of these
    std::map<std::string, double> counters;  //!< what the program adds, by name

    /// @param record one more round
    void AddRound(const RoundRecord& record);

  private:
    /**
     * Add one order to the totals.
     * @param work as planned and as measured
     */
    void AddWork(const WorkRecord& work);
};

/**
 * @ingroup fl
 * Writes one run's `rounds.csv`, `devices.csv`, `transfers.csv` and `computations.csv`.
 *
 * Rows go to the disk as rounds are closed, so that memory does not grow with rounds. A work
 * order's rows are written when the order is over, under the round that it began in. Numbers have
 * the shortest text that reads back as the same number; absent ones are empty.
 */
class ResultWriter
{
  public:
    /// Names of a run's files.
    static const std::array<const char*, 4> FILES;
    /// Columns of rounds.csv.
    static const char ROUNDS_HEADER[];
    /// Columns of devices.csv.
    static const char DEVICES_HEADER[];

    /**
     * @param folder is created if it is not there
     * @throws InvalidInput if the folder or its files can't be created
     */
    explicit ResultWriter(const std::filesystem::path& folder);

    /**
     * Write one round.
     * @param record the round, as the coordinator closed it
     * @throws std::runtime_error if it can't be written
     */
    void AddRound(const RoundRecord& record);

    /**
     * Add a figure to the summary's totals.
     * @param name in the style of the others: lower case, underscores, unit last
     * @param value the figure
     */
    void SetCounter(const std::string& name, double value);

    /// @return the run so far
    const RunTotals& GetTotals() const;

    /// All rounds are there: write everything out. Throws as OutputFile::Close().
    void Close();
    /// Close, and make the files appear. Throws as OutputFile::Publish().
    void Publish();

    /// @return rounds.csv as far as it is on the disk
    const std::filesystem::path& GetPartialRounds() const;

  private:
    /**
     * Write the row of an order to devices.csv, and those of its transfers and computations.
     * @param work the order, which is over
     */
    void WriteOrder(const WorkRecord& work);
    /**
     * Write the row of a device that had no order.
     * @param record of the round
     * @param device the device
     */
    void WriteUnselected(const RoundRecord& record, DeviceId device);
    /**
     * Write all rows of a round to devices.csv, in the order of devices.
     * @param record of the round
     */
    void WriteDevices(const RoundRecord& record);

    OutputFile m_rounds;  //!< rounds.csv
    OutputFile m_devices; //!< devices.csv
    PhaseTables m_phases; //!< transfers.csv, computations.csv
    CsvRow m_row;         //!< the row that is put together
    RunTotals m_totals;   //!< the run so far
};

} // namespace fl
} // namespace ns3

#endif /* FL_RESULTS_H */
