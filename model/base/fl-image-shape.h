/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_IMAGE_SHAPE_H
#define FL_IMAGE_SHAPE_H

#include <cstdint>

namespace ns3
{
namespace fl
{

/// How a sample's features form an image; features are in the order channel, row, column.
struct ImageShape
{
    uint32_t channels{1}; //!< 1: grey, 3: colour
    uint32_t rows{1};     //!< height [pixel]
    uint32_t columns{1};  //!< width [pixel]

    /// @return features per sample
    uint32_t Size() const
    {
        return channels * rows * columns;
    }
};

/// @return whether both have the same channels, rows and columns
/// @param a a shape
/// @param b another one
inline bool
operator==(const ImageShape& a, const ImageShape& b)
{
    return a.channels == b.channels && a.rows == b.rows && a.columns == b.columns;
}

/// @return whether they differ
/// @param a a shape
/// @param b another one
inline bool
operator!=(const ImageShape& a, const ImageShape& b)
{
    return !(a == b);
}

} // namespace fl
} // namespace ns3

#endif /* FL_IMAGE_SHAPE_H */
