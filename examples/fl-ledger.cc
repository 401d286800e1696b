/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Checks or prints a ledger, as a run of blockchain-based FL leaves it; run by ./fl ledger.
 *
 * `fl-ledger verify FILE` checks links, work, Merkle roots and signatures; `fl-ledger show FILE`
 * prints the blocks and their transactions.
 */

#include "ns3/fl-data-file.h"
#include "ns3/fl-error.h"
#include "ns3/fl-json-text.h"
#include "ns3/fl-ledger-file.h"
#include "ns3/fl-main.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-text.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <string>
#include <vector>

using namespace ns3::fl;

namespace
{

/// The first lines of --help.
constexpr const char* USAGE =
    "fl-ledger verify FILE | show FILE [--block=N]\n\n"
    "verify: checks that each block follows from the one before, shows its work, and that all its\n"
    "        transactions are signed and new; names the first bad block, with exit code 2\n"
    "show:   prints the blocks and what they record\n";

/// Hexadecimal digits of a hash that are shown where it only tells blocks apart.
constexpr size_t SHORT_HASH = 16;

/// Complain if a chain has a bad block.
void
RequireSound(const ChainReport& report, const std::string& file)
{
    if (!report.fault.empty())
    {
        throw InvalidInput(PrintableName(file) + ": " + report.fault);
    }
}

/// Print what was checked.
void
Verify(const ChainReport& report)
{
    size_t transactions = 0;
    for (const auto& block : report.blocks)
    {
        transactions += block->transactions.size();
    }
    std::cout << report.blocks.size() << " blocks and " << transactions
              << " transactions are sound; the last block is "
              << ToHex(report.blocks.back()->header.GetHash()) << "\n";
}

/// Print a block: a line, and with details one for each transaction, or else for each kind.
void
Show(const Block& block, bool hasDetails)
{
    const auto& header = block.header;
    std::cout << "block " << header.height << "  "
              << ToHex(header.GetHash()).substr(0, hasDetails ? std::string::npos : SHORT_HASH)
              << "  at " << NumberText(static_cast<double>(header.timeNs) / 1e9) << " s, led by "
              << header.leader.ToString() << ", mined by " << header.miner.ToString() << ", "
              << header.targetBits << " zero bits, nonce " << header.nonce << "\n";
    std::map<std::string, size_t> kinds;
    for (const auto& transaction : block.transactions)
    {
        kinds[transaction.GetKindName()]++;
        if (hasDetails)
        {
            std::cout << "  " << transaction.GetKindName() << " of "
                      << transaction.sender.ToString() << ", round " << transaction.round
                      << ", exchange " << transaction.consensusRound << ", "
                      << transaction.payloadBytes << " bytes"
                      << (transaction.hasPayload ? "" : " elsewhere") << ", SHA-256 "
                      << ToHex(transaction.payloadDigest) << "\n";
        }
    }
    for (const auto& [name, count] : kinds)
    {
        if (!hasDetails)
        {
            std::cout << "  " << count << " x " << name << "\n";
        }
    }
}

/// Print all blocks, or one.
void
Show(const ChainReport& report, int64_t only)
{
    if (only >= static_cast<int64_t>(report.blocks.size()))
    {
        throw InvalidInput(Describe("--block=",
                                    only,
                                    ": must be at most ",
                                    report.blocks.size() - 1,
                                    ", the last block's number"));
    }
    for (size_t i = 0; i < report.blocks.size(); ++i)
    {
        if (only < 0 || static_cast<size_t>(only) == i)
        {
            Show(*report.blocks[i], only >= 0);
        }
    }
}

/// Check the words, read the file, do what is asked.
int
Look(const std::vector<std::string>& words, const std::string& block)
{
    if (words.size() != 2 || (words[0] != "verify" && words[0] != "show"))
    {
        throw InvalidInput(
            Describe(words.empty() ? "nothing" : "'" + PrintableText(words[0], 40) + "'",
                     " and ",
                     words.empty() ? 0 : words.size() - 1,
                     " more words are given: must be verify FILE or show FILE (--help says more)"));
    }
    const bool isDigits = std::all_of(block.begin(), block.end(), [](unsigned char c) {
        return c >= '0' && c <= '9';
    });
    if (!isDigits || block.size() > 9)
    {
        throw InvalidInput("--block=" + PrintableText(block, 40) +
                           ": must be a block's number, from 0 to 999999999");
    }
    const ChainReport report = CheckChain(ReadDataFile(words[1]));
    RequireSound(report, words[1]);
    if (words[0] == "verify")
    {
        Verify(report);
    }
    else
    {
        Show(report, block.empty() ? -1 : std::stol(block));
    }
    return EXIT_DONE;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        std::string block;
        OptionParser parser("fl-ledger", USAGE);
        parser.Add("block",
                   "of show: the number of the only block that is printed, in full",
                   block);
        return Look(parser.ParseWords(argc, argv), block);
    });
}
