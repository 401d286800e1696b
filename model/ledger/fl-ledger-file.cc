/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-ledger-file.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <optional>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint8_t MAGIC[] = {'F', 'L', 'L', 'E', 'D', 'G', 'E', 'R'}; //!< how a file begins
constexpr uint32_t VERSION = 2; //!< of the format; before 2 there was one signature

/**
 * @param [in,out] reader at a file's first byte
 * @return number of blocks
 * @throws InvalidInput if this is no ledger
 */
uint64_t
ReadHead(ByteReader& reader)
{
    std::array<uint8_t, sizeof(MAGIC)> magic{};
    ReadBytes(reader, magic);
    if (!std::equal(magic.begin(), magic.end(), std::begin(MAGIC)))
    {
        throw InvalidInput("does not begin with FLLEDGER: must be a ledger");
    }
    const auto version = reader.Read<uint32_t>();
    if (version != VERSION)
    {
        throw InvalidInput(Describe("version ", version, ": must be ", VERSION));
    }
    const auto count = reader.Read<uint64_t>();
    // At least a size and a header each.
    if (!reader.IsGood() || count == 0 || count > reader.GetLeft() / sizeof(uint64_t))
    {
        throw InvalidInput(Describe(count,
                                    " blocks: must be at least 1 and at most as many as the ",
                                    reader.GetLeft(),
                                    " bytes that are left can hold"));
    }
    return count;
}

/**
 * @param [in,out] reader at a block's size
 * @return the block
 * @throws InvalidInput if there isn't one of that size
 */
std::shared_ptr<const Block>
ReadSizedBlock(ByteReader& reader)
{
    const auto size = reader.Read<uint64_t>();
    if (!reader.IsGood() || size > reader.GetLeft())
    {
        throw InvalidInput(Describe("size of ",
                                    size,
                                    " bytes: must be at most the ",
                                    reader.GetLeft(),
                                    " bytes that are left"));
    }
    const size_t before = reader.GetLeft();
    auto block = std::make_shared<const Block>(Block::ReadFrom(reader));
    if (before - reader.GetLeft() != size)
    {
        throw InvalidInput(Describe("size of ",
                                    size,
                                    " bytes: must be ",
                                    before - reader.GetLeft(),
                                    ", that of what follows"));
    }
    return block;
}

/// Reads blocks one after the other, each checked against those before.
class ChainChecker
{
  public:
    /**
     * Take the next block.
     * @param block a block
     * @throws InvalidInput if it is not one that may follow
     */
    void Take(const std::shared_ptr<const Block>& block)
    {
        if (m_report.blocks.empty())
        {
            // The work of the second block is asked of all; until it is there, any will do.
            Ledger(block, 0);
        }
        else
        {
            if (m_report.blocks.size() == 1)
            {
                m_ledger.emplace(m_report.blocks[0], block->header.targetBits);
            }
            const auto result = m_ledger->Add(block);
            if (result != Ledger::Result::EXTENDED)
            {
                throw InvalidInput(result == Ledger::Result::KNOWN ? "is there twice"
                                   : m_ledger->GetFault().empty()  ? "does not follow"
                                                                   : m_ledger->GetFault());
            }
        }
        m_report.blocks.push_back(block);
    }

    /// @return what has been found
    ChainReport& GetReport()
    {
        return m_report;
    }

  private:
    std::optional<Ledger> m_ledger; //!< from the second block on
    ChainReport m_report;           //!< the sound blocks
};

} // namespace

std::vector<uint8_t>
EncodeChain(const std::vector<std::shared_ptr<const Block>>& chain)
{
    std::vector<uint8_t> bytes(std::begin(MAGIC), std::end(MAGIC));
    AppendNumber(bytes, VERSION);
    AppendNumber(bytes, static_cast<uint64_t>(chain.size()));
    for (const auto& block : chain)
    {
        AppendNumber(bytes, block->GetSize());
        block->AppendTo(bytes);
    }
    return bytes;
}

ChainReport
CheckChain(const std::vector<uint8_t>& bytes)
{
    RequireSodium();
    ChainChecker checker;
    ChainReport& report = checker.GetReport();
    try
    {
        ByteReader reader(bytes);
        for (uint64_t left = ReadHead(reader); left > 0; --left)
        {
            report.firstBad = report.blocks.size();
            report.fault = Describe("block ", report.firstBad, ": ");
            checker.Take(ReadSizedBlock(reader));
        }
        report.fault.clear();
        if (reader.GetLeft() > 0)
        {
            throw InvalidInput(Describe(reader.GetLeft(),
                                        " bytes follow the last block: must be "
                                        "0"));
        }
    }
    catch (const InvalidInput& error)
    {
        report.fault += error.what();
    }
    return report;
}

} // namespace fl
} // namespace ns3
