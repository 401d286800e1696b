/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-embedded-batch.h"

#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

void
EmbeddedBatch::Validate(uint32_t width, uint32_t positions) const
{
    if (Samples() == 0)
    {
        throw InvalidInput("embeddings: 0 samples: must be at least 1");
    }
    if (tokens.rows() != static_cast<Eigen::Index>(width) || offsets.front() != 0 ||
        tokens.cols() != static_cast<Eigen::Index>(offsets.back()) ||
        (!mask.empty() && mask.size() != offsets.back()))
    {
        throw InvalidInput(Describe("embeddings: ",
                                    tokens.rows(),
                                    " x ",
                                    tokens.cols(),
                                    " numbers: must be ",
                                    width,
                                    " x ",
                                    offsets.back(),
                                    ", the encoder's width and the number of tokens"));
    }
    for (uint32_t i = 0; i < Samples(); i++)
    {
        // Offsets that fall wrap around, and are too long.
        const uint32_t length = offsets[i + 1] - offsets[i];
        if (length == 0 || length > positions)
        {
            throw InvalidInput(Describe("embeddings: ",
                                        static_cast<int32_t>(length),
                                        " tokens in sample ",
                                        i,
                                        ": must be between 1 and ",
                                        positions,
                                        ", the encoder's positions"));
        }
        const auto first = mask.begin() + (mask.empty() ? 0 : offsets[i]);
        if (!mask.empty() &&
            std::all_of(first, first + length, [](uint8_t counts) { return counts == 0; }))
        {
            throw InvalidInput(
                Describe("embeddings: sample ", i, " is all padding: must have a token"));
        }
    }
    if (!AllFinite(tokens))
    {
        throw InvalidInput("embeddings: a number is not finite: all must be");
    }
}

} // namespace fl
} // namespace ns3
