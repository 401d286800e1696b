/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TOKEN_SHAPE_H
#define FL_TOKEN_SHAPE_H

#include <cstdint>

namespace ns3
{
namespace fl
{

/// Rows of a matrix whose columns are tokens: the token's id, and its type. Both are whole numbers,
/// which float32 has exactly up to 2^24.
inline constexpr uint32_t TOKEN_ROWS = 2;

/// What tokens there are in a data set, or may be in what a model takes.
struct TokenShape
{
    uint32_t vocabulary{0}; //!< token ids are below; 0: no text
    uint32_t positions{0};  //!< tokens of the longest sequence
    uint32_t types{2};      //!< token types are below

    /// @return whether a column is a token
    bool IsText() const
    {
        return vocabulary > 0;
    }
};

} // namespace fl
} // namespace ns3

#endif /* FL_TOKEN_SHAPE_H */
