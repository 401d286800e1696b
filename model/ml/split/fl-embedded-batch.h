/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_EMBEDDED_BATCH_H
#define FL_EMBEDDED_BATCH_H

#include "ns3/fl-batch-shape.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Samples as sequences of vectors: what a device's embedding makes, and a server's encoder takes.
 * Sequences lie side by side; padding need not be there, and is not where SplitEmbedding made them.
 */
struct EmbeddedBatch
{
    Eigen::MatrixXf tokens;        //!< width x tokens of all sequences
    std::vector<uint32_t> offsets; //!< samples + 1 numbers: first token of each, and their number
    std::vector<uint8_t> mask;     //!< by token: 0 is padding; empty: there is none

    /// @return number of samples
    uint32_t Samples() const
    {
        return offsets.empty() ? 0 : static_cast<uint32_t>(offsets.size() - 1);
    }

    /// @return how some of the samples lie in their part of the tokens
    /// @param first index of the first one
    /// @param count how many
    BatchShape Part(uint32_t first, uint32_t count) const
    {
        return {offsets[first + count] - offsets[first],
                count,
                offsets.data() + first,
                mask.empty() ? nullptr : mask.data() + offsets[first]};
    }

    /// Check what came from elsewhere.
    /// @param width of the vectors
    /// @param positions tokens of the longest sequence that is allowed
    /// @throws InvalidInput if there is no sample, a sequence is empty, too long or all padding, or
    ///         a vector is not of that width or not finite
    void Validate(uint32_t width, uint32_t positions) const;
};

} // namespace fl
} // namespace ns3

#endif /* FL_EMBEDDED_BATCH_H */
