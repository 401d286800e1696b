/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LEDGER_FILE_H
#define FL_LEDGER_FILE_H

#include "fl-ledger.h"

/**
 * @file
 * @ingroup fl
 * A chain of blocks as a file, `ledger.bin`: "FLLEDGER", version (u32), number of blocks (u64), and
 * for each block its size (u64) and its canonical form; all little endian.
 */

namespace ns3
{
namespace fl
{

/**
 * @param chain blocks, from the first one on
 * @return the bytes of a file
 */
std::vector<uint8_t> EncodeChain(const std::vector<std::shared_ptr<const Block>>& chain);

/// What a look at a chain's file shows.
struct ChainReport
{
    std::vector<std::shared_ptr<const Block>> blocks; //!< the sound ones, from the first one on
    size_t firstBad{0};                               //!< index of the first bad block
    std::string fault; //!< what is wrong with it, or with the file; empty: nothing
};

/**
 * Check everything: links, work, Merkle roots, signatures, payloads, and that nothing is recorded
 * twice. The work that blocks must show is that of the second one.
 * @param bytes of a file
 * @return what was found
 * @throws InvalidInput if this was built without libsodium
 */
ChainReport CheckChain(const std::vector<uint8_t>& bytes);

} // namespace fl
} // namespace ns3

#endif /* FL_LEDGER_FILE_H */
