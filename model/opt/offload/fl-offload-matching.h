/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_MATCHING_H
#define FL_OFFLOAD_MATCHING_H

#include <cstddef>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The matching of largest weight between two sets.
 */

namespace ns3
{
namespace fl
{

/// Nothing is matched.
inline constexpr size_t UNMATCHED = static_cast<size_t>(-1);

/**
 * The Hungarian method, by shortest augmenting paths (R. Jonker, A. Volgenant, "A shortest
 * augmenting path algorithm for dense and sparse linear assignment problems", 1987):
 * O(rows^2 (rows + columns)).
 * @param weights at r columns + c: what it is worth to match r and c; not above 0: never
 * @param rows number of rows
 * @param columns number of columns
 * @return by row, its column or UNMATCHED, so that the sum of weights is largest
 */
std::vector<size_t> LargestMatching(const std::vector<double>& weights,
                                    size_t rows,
                                    size_t columns);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_MATCHING_H */
