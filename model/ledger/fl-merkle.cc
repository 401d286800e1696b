/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-merkle.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint8_t LEAF = 0;  //!< first byte of what is hashed for a leaf
constexpr uint8_t INNER = 1; //!< and for an inner node

/**
 * @param leaves hashes of the entries
 * @param count how many of them, at least 1
 * @return the root above them
 */
Digest
RootOf(const Digest* leaves, size_t count)
{
    std::array<uint8_t, 1 + 2 * std::tuple_size<Digest>::value> bytes{};
    if (count == 1)
    {
        bytes[0] = LEAF;
        std::copy(leaves->begin(), leaves->end(), bytes.begin() + 1);
        return Sha256(bytes.data(), 1 + leaves->size());
    }
    // The left part has the largest power of two that is smaller than the number of leaves.
    size_t left = 1;
    while (2 * left < count)
    {
        left *= 2;
    }
    const Digest leftRoot = RootOf(leaves, left);
    const Digest rightRoot = RootOf(leaves + left, count - left);
    bytes[0] = INNER;
    std::copy(leftRoot.begin(), leftRoot.end(), bytes.begin() + 1);
    std::copy(rightRoot.begin(), rightRoot.end(), bytes.begin() + 1 + leftRoot.size());
    return Sha256(bytes.data(), bytes.size());
}

} // namespace

Digest
MerkleRoot(const std::vector<Digest>& leaves)
{
    RequireSodium();
    return leaves.empty() ? Sha256(nullptr, 0) : RootOf(leaves.data(), leaves.size());
}

} // namespace fl
} // namespace ns3
