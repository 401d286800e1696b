/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MERKLE_H
#define FL_MERKLE_H

#include "fl-sodium.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The root of a Merkle tree, as RFC 6962 (section 2.1) builds it: leaves and inner nodes are hashed
 * with different first bytes and no leaf is doubled, so that two lists never have the same root.
 * @param leaves hashes of the entries, in their order; O(n)
 * @return the root; that of no entries is the hash of nothing
 */
Digest MerkleRoot(const std::vector<Digest>& leaves);

} // namespace fl
} // namespace ns3

#endif /* FL_MERKLE_H */
