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
 * Writes `transfers.csv` and `computations.csv` of one run: a row per transfer or computation of
 * each work order that has ended, in the order of its phases. Pauses have no rows.
 */
class PhaseTables
{
  public:
    /// Columns of transfers.csv.
    static const char TRANSFERS_HEADER[];
    /// Columns of computations.csv.
    static const char COMPUTATIONS_HEADER[];

    /**
     * @param folder folder of the files; must exist
     * @throws InvalidInput if the files cannot be created
     */
    explicit PhaseTables(const std::filesystem::path& folder);

    /**
     * Write the rows of an order. Times that are ABSENT are empty fields.
     * @param work an order that has ended
     * @throws std::runtime_error if they cannot be written
     */
    void AddOrder(const WorkRecord& work);

    /// Close both files. Throws as OutputFile::Close().
    void Close();
    /// Publish both files. Throws as OutputFile::Publish().
    void Publish();

  private:
    /**
     * Begin a row with the first columns, which both tables have.
     * @param order the order
     * @param server number of the server
     */
    void BeginRow(const WorkOrder& order, uint32_t server);
    /**
     * End a row with the last columns, which both tables have.
     * @param work the order
     * @param phase index of its phase
     * @param file the row is appended
     */
    void EndRow(const WorkRecord& work, size_t phase, OutputFile& file);

    OutputFile m_transfers;    //!< transfers.csv
    OutputFile m_computations; //!< computations.csv
    CsvRow m_row;              //!< row in construction
};

} // namespace fl
} // namespace ns3

#endif /* FL_PHASE_TABLES_H */
