/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-ledger-files.h"

#include "fl-csv.h"

#include "ns3/fl-ledger-file.h"

#include <string>
#include <system_error>

namespace ns3
{
namespace fl
{

namespace
{

constexpr char BLOCKS[] = "blocks.csv"; //!< table of blocks
constexpr char CHAIN[] = "ledger.bin";  //!< the chain

} // namespace

const char LedgerFiles::BLOCKS_HEADER[] =
    "height,round,miner,server,found_s,leader_s,all_s,orphan,hash\n";

LedgerFiles::LedgerFiles(const std::filesystem::path& folder)
    : m_blocks(folder / BLOCKS),
      m_chain(folder / CHAIN)
{
    m_blocks.Write(BLOCKS_HEADER);
}

void
LedgerFiles::Write(const std::vector<BlockRecord>& blocks,
                   const std::vector<std::shared_ptr<const Block>>& chain)
{
    CsvRow row;
    for (const auto& block : blocks)
    {
        row.Add(static_cast<double>(block.height))
            .Add(block.round)
            .Add(block.miner)
            .Add(block.server)
            .Add(block.foundS)
            .Add(block.leaderS)
            .Add(block.spreadS)
            .Add(block.isOrphan ? 1U : 0U)
            .Add(ToHex(block.hash).c_str());
        m_blocks.Write(row.Finish());
    }
    const auto bytes = EncodeChain(chain);
    m_chain.Write(std::string(bytes.begin(), bytes.end()));
}

void
LedgerFiles::Close()
{
    m_blocks.Close();
    m_chain.Close();
}

void
LedgerFiles::Publish()
{
    m_blocks.Publish();
    m_chain.Publish();
}

void
LedgerFiles::RemoveFrom(const std::filesystem::path& folder)
{
    std::error_code ignored;
    std::filesystem::remove(folder / BLOCKS, ignored);
    std::filesystem::remove(folder / CHAIN, ignored);
}

} // namespace fl
} // namespace ns3
