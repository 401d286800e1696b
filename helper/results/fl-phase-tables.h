/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PHASE_TABLES_H
#define FL_PHASE_TABLES_H

#include "fl-csv.h"
#include "fl-output-file.h"

#include "ns3/fl-round-record.h"

#include <filesystem>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Writes one run's `transfers.csv` and `computations.csv`: a row for each such phase of the work
 * orders that are over, in the order of the phases. Pauses have no rows.
 */
class PhaseTables
{
  public:
    /// Columns of transfers.csv.
    static const char TRANSFERS_HEADER[];
    /// Columns of computations.csv.
    static const char COMPUTATIONS_HEADER[];

    /**
     * @param folder which is there
     * @throws InvalidInput if the files can't be created
     */
    explicit PhaseTables(const std::filesystem::path& folder);

    /**
     * Write the rows of an order. Times that were not measured, or not predicted, are empty.
     * @param work the order, which is over
     * @throws std::runtime_error if they can't be written
     */
    void AddOrder(const WorkRecord& work);

    /// Write everything out. Throws as OutputFile::Close().
    void Close();
    /// Make the files appear. Throws as OutputFile::Publish().
    void Publish();

  private:
    /**
     * Begin a row with the columns that both tables have first.
     * @param order the order
     * @param server number of the server
     */
    void BeginRow(const WorkOrder& order, uint32_t server);
    /**
     * End a row with the columns that both tables have last.
     * @param work the order
     * @param phase index of its phase
     * @param file gets the row
     */
    void EndRow(const WorkRecord& work, size_t phase, OutputFile& file);

    OutputFile m_transfers;    //!< transfers.csv
    OutputFile m_computations; //!< computations.csv
    CsvRow m_row;              //!< the row that is put together
};

} // namespace fl
} // namespace ns3

#endif /* FL_PHASE_TABLES_H */
