/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RESULTS_H
#define FL_RESULTS_H

#include "fl-csv.h"
#include "fl-ledger-files.h"
#include "fl-output-file.h"
#include "fl-phase-tables.h"
#include "fl-sample.h"

#include "ns3/fl-round-record.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// Accuracy levels by default, 0 to 1.
extern const std::vector<double> DEFAULT_LEVELS;

/**
 * @ingroup fl
 * Totals of one run, or of one task in it, updated in each round. Times and energies are those of
 * the simulation.
 */
struct Totals
{
    /// @param accuracyLevels of timeToAccuracyS and energyToAccuracyJ, 0 to 1
    explicit Totals(std::vector<double> accuracyLevels);

    uint32_t rounds{0};                  //!< number of closed rounds
    double simulatedTimeS{0};            //!< end of the last round [s]
    double energyJ{0};                   //!< computation and radiation of all devices [J]
    double computeEnergyJ{0};            //!< computation of the orders that have ended [J]
    double radioEnergyJ{0};              //!< radiation of these orders [J]
    double circuitEnergyJ{0};            //!< radio circuits, where an energy model has them [J]
    double stationEnergyJ{ABSENT};       //!< base station; ABSENT: the radio does not count it [J]
    double uploadedBytes{0};             //!< encoded updates received completely [byte]
    double downloadedBytes{0};           //!< encoded models received completely [byte]
    uint64_t selected{0};                //!< number of work orders in all plans
    uint64_t received{0};                //!< number of updates aggregated
    std::array<uint64_t, 9> byStatus{};  //!< number of orders that have ended, by WorkStatus
    double finalLoss{ABSENT};            //!< loss of the last evaluation
    double finalAccuracy{ABSENT};        //!< accuracy of the last evaluation, 0 to 1
    double bestAccuracy{ABSENT};         //!< highest accuracy, 0 to 1
    std::vector<double> levels;          //!< accuracy levels, 0 to 1
    std::vector<double> timeToAccuracyS; //!< by level; ABSENT: not reached [s]
    std::vector<double> energyToAccuracyJ; //!< by level, all devices; ABSENT: not reached [J]

    /**
     * Add a round, but for its loss and accuracy.
     * @param record record of the round
     */
    void AddRound(const RoundRecord& record);
    /**
     * Add an evaluation after a round.
     * @param endS end of the round [s]
     * @param loss on held-out data; ABSENT: not evaluated
     * @param accuracy on held-out data, 0 to 1; ABSENT: not evaluated
     */
    void AddEvaluation(double endS, double loss, double accuracy);
};

/**
 * @ingroup fl
 * Totals of one run. With several tasks its loss and its accuracy are the means over the tasks'
 * last ones, as soon as each task has one.
 */
struct RunTotals : Totals
{
    /**
     * @param nTasks number of tasks, at least 1
     * @param accuracyLevels of timeToAccuracyS and energyToAccuracyJ, 0 to 1
     */
    explicit RunTotals(uint32_t nTasks = 1,
                       const std::vector<double>& accuracyLevels = DEFAULT_LEVELS);

    bool hasLedger{false};                  //!< whether rounds are recorded on a ledger
    std::vector<Totals> tasks;              //!< by task, if there are several; else empty
    Sample predictionError;                 //!< |measured / predicted - 1| of upload times
    double largestPredictionError{ABSENT};  //!< maximum of these errors
    std::map<std::string, double> counters; //!< see ResultWriter::SetCounter

    /// Add a round.
    /// @param record record of the round
    void AddRound(const RoundRecord& record);
};

/**
 * @ingroup fl
 * Writes `rounds.csv`, `devices.csv`, `transfers.csv` and `computations.csv` of one run, and in
 * split learning `heads.csv`.
 *
 * Rows are written when a round is closed, so that memory does not grow with the number of rounds.
 * The rows of a work order are written when it has ended, with the number of the round in which it
 * began. Numbers are in the format of AppendNumber().
 */
class ResultWriter
{
  public:
    /// File names of a run. The last one is there only where devices have heads of their own.
    static const std::array<const char*, 5> FILES;
    /// Columns of rounds.csv.
    static const char ROUNDS_HEADER[];
    /// Columns of devices.csv.
    static const char DEVICES_HEADER[];
    /// Further columns of devices.csv where there is a ledger.
    static const char MINING_HEADER[];
    /// Columns of heads.csv: the accuracy of the shared encoder with each device's own head.
    static const char HEADS_HEADER[];

    /**
     * @param folder folder of the files, created if it does not exist
     * @param totals of nothing yet, for the number of tasks and accuracy levels
     * @throws InvalidInput if the folder or its files cannot be created
     */
    explicit ResultWriter(const std::filesystem::path& folder, RunTotals totals = RunTotals());

    /**
     * Write one round.
     * @param record record of the closed round
     * @throws std::runtime_error if it cannot be written
     */
    void AddRound(const RoundRecord& record);

    /**
     * Set a further total of the run in summary.json.
     * @param name name of the member: lower case with underscores, unit last
     * @param value its value
     */
    void SetCounter(const std::string& name, double value);

    /**
     * Write blocks.csv and ledger.bin, once, at the end of a run with RunTotals::hasLedger.
     * @param blocks all that were mined
     * @param chain from the first block on
     * @throws std::runtime_error if they cannot be written
     */
    void WriteLedger(const std::vector<BlockRecord>& blocks,
                     const std::vector<std::shared_ptr<const Block>>& chain);

    /// @return totals of the run so far
    const RunTotals& GetTotals() const;

    /// Close all files. Throws as OutputFile::Close().
    void Close();
    /// Publish all files. Throws as OutputFile::Publish().
    void Publish();

    /// @return path of rounds.csv until Publish()
    const std::filesystem::path& GetPartialRounds() const;

  private:
    /**
     * Write the row of an order to devices.csv, and those of its transfers and computations.
     * @param record record of the round
     * @param work an order that has ended
     */
    void WriteOrder(const RoundRecord& record, const WorkRecord& work);
    /// Add the columns of mining to a row of devices.csv, where there is a ledger.
    /// @param record record of the round
    /// @param device the device
    void AddMining(const RoundRecord& record, DeviceId device);
    /**
     * Write the row of a device without an order in a round.
     * @param record record of the round
     * @param device the device
     */
    void WriteUnselected(const RoundRecord& record, DeviceId device);
    /**
     * Write all rows of a round to devices.csv, by device.
     * @param record record of the round
     */
    void WriteDevices(const RoundRecord& record);
    /**
     * Write the rows of heads.csv, if the round has any.
     * @param record record of the round
     */
    void WriteHeads(const RoundRecord& record);

    OutputFile m_rounds;                   //!< rounds.csv
    OutputFile m_devices;                  //!< devices.csv
    PhaseTables m_phases;                  //!< transfers.csv, computations.csv
    std::unique_ptr<OutputFile> m_heads;   //!< heads.csv; null: it has no row yet
    std::unique_ptr<LedgerFiles> m_ledger; //!< blocks.csv, ledger.bin; null: there is no ledger
    CsvRow m_row;                          //!< row in construction
    RunTotals m_totals;                    //!< see GetTotals
};

} // namespace fl
} // namespace ns3

#endif /* FL_RESULTS_H */
