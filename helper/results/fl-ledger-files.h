/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LEDGER_FILES_H
#define FL_LEDGER_FILES_H

#include "fl-output-file.h"

#include "ns3/fl-ledger-record.h"
#include "ns3/fl-ledger.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * `blocks.csv` and `ledger.bin` of a run whose rounds are recorded on a ledger. The first has a row
 * for each block that was mined, in the order in which they were found; the second is the chain, as
 * `./fl ledger` takes it.
 */
class LedgerFiles
{
  public:
    /// Columns of blocks.csv.
    static const char BLOCKS_HEADER[];

    /// @param folder of the files, which exists
    /// @throws InvalidInput if they cannot be created
    explicit LedgerFiles(const std::filesystem::path& folder);
    /**
     * Write both, once.
     * @param blocks all that were mined
     * @param chain from the first block on
     * @throws std::runtime_error if they cannot be written
     */
    void Write(const std::vector<BlockRecord>& blocks,
               const std::vector<std::shared_ptr<const Block>>& chain);
    /// Close both. Throws as OutputFile::Close().
    void Close();
    /// Publish both. Throws as OutputFile::Publish().
    void Publish();
    /// Remove those of an earlier run, if there are some. @param folder of the files
    static void RemoveFrom(const std::filesystem::path& folder);

  private:
    OutputFile m_blocks; //!< blocks.csv
    OutputFile m_chain;  //!< ledger.bin
};

} // namespace fl
} // namespace ns3

#endif /* FL_LEDGER_FILES_H */
