/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BATCH_SHAPE_H
#define FL_BATCH_SHAPE_H

#include <cstdint>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * How the columns of a matrix form the sequences of a batch: each sequence is a run of columns, one
 * per token. Sequences may have different lengths (ragged): padding need not exist, and costs
 * nothing then. Where each sample is one column, as in classifiers of features, all sequences have
 * length 1. Owns nothing.
 */
struct BatchShape
{
    uint32_t columns{0};   //!< of the matrix
    uint32_t sequences{0}; //!< that they form
    /// sequences + 1 numbers: the first column of each sequence, and the number of columns; null:
    /// all sequences are of the same length, columns / sequences
    const uint32_t* offsets{nullptr};
    /// by column: 0 is padding, which no token attends to; null: there is none
    const uint8_t* mask{nullptr};

    /// @return index of a sequence's first column
    /// @param sequence its index; sequences itself gives the number of columns
    uint32_t Begin(uint32_t sequence) const
    {
        return offsets ? offsets[sequence] - offsets[0] : sequence * (columns / sequences);
    }

    /// @return the number of columns of a sequence
    /// @param sequence its index
    uint32_t Length(uint32_t sequence) const
    {
        return offsets ? offsets[sequence + 1] - offsets[sequence] : columns / sequences;
    }

    /// @return the shape where each column is a sequence of its own
    /// @param columns samples, one column each, at least 1
    static BatchShape OfSamples(uint32_t columns)
    {
        return {columns, columns, nullptr, nullptr};
    }
};

} // namespace fl
} // namespace ns3

#endif /* FL_BATCH_SHAPE_H */
