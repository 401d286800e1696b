/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DIGIT_STROKES_H
#define FL_DIGIT_STROKES_H

#include "ns3/fl-random-stream.h"

#include <array>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What synthetic images are drawn with: the strokes of digits, the hands that write them, and a
 * canvas for a round pen.
 */

namespace ns3
{
namespace fl
{

/// A point; x to the right, y down, a digit spans -1 ... 1 in y.
struct Point
{
    double x; //!< to the right, in half heights of a digit, or pixels
    double y; //!< down, in the same unit
};

/// Points joined by straight lines.
using Stroke = std::vector<Point>;
/// One way to write a digit.
using Glyph = std::vector<Stroke>;

/// @return the ways to write each digit, at least three of each
const std::array<std::vector<Glyph>, 10>& DigitGlyphs();

/// How much writers differ, where and how large they write.
struct HandStyle
{
    double rotationRad;   //!< standard deviation [rad]
    double shear;         //!< standard deviation of dx / dy
    double logScale;      //!< standard deviation of the scale's logarithm, each axis by itself
    double shiftPixels;   //!< standard deviation of the shift, each axis by itself [pixel]
    double elastic;       //!< amplitude of each wave [half heights of a digit]
    double pixelsPerUnit; //!< half a digit's height [pixel]
    double centreX;       //!< where the glyph's origin is on average, from the left [pixel]
    double centreY;       //!< the same from the top [pixel]
};

/// A wave that shifts points: the shift is smooth, so that neighbours move alike.
class Wave
{
  public:
    /**
     * Draw a wave: normal amplitude, uniform frequency, direction and phase.
     * @param elastic standard deviation of the amplitude [half heights of a digit]
     * @param random where numbers come from
     */
    Wave(double elastic, RandomStream& random);

    /**
     * @param p a point of the glyph [half heights]
     * @return the shift along one axis there [half heights]
     */
    double operator()(const Point& p) const;

  private:
    double m_amplitude;  //!< of the shift [half heights of a digit]
    double m_frequencyX; //!< x component of the wave vector [rad per half height]
    double m_frequencyY; //!< y component of the wave vector [rad per half height]
    double m_phase;      //!< uniform in [0, 2 pi) [rad]
};

/// One writer's hand: takes a glyph's points to an image's pixels.
class Hand
{
  public:
    /**
     * Draw a hand: an elastic distortion, and an affine map of rotation, shear, scale and shift.
     * @param style how much hands differ, where and how large they write
     * @param random where numbers come from
     */
    Hand(const HandStyle& style, RandomStream& random);

    /**
     * @param p a point of the glyph [half heights of a digit]
     * @return where this writer puts it [pixel]
     */
    Point operator()(const Point& p) const;

  private:
    std::vector<Wave> m_wavesX; //!< their sum shifts x
    std::vector<Wave> m_wavesY; //!< their sum shifts y
    double m_xx;                //!< affine map, x from x [pixel per half height]
    double m_xy;                //!< affine map, x from y [pixel per half height]
    double m_yx;                //!< affine map, y from x [pixel per half height]
    double m_yy;                //!< affine map, y from y [pixel per half height]
    double m_shiftX;            //!< where the glyph's origin is in x [pixel]
    double m_shiftY;            //!< where the glyph's origin is in y [pixel]
};

/// A square that a round pen draws on; a pixel's coverage falls from 1 to 0 over one pixel.
class Canvas
{
  public:
    /// @param size rows, and columns [pixel]
    explicit Canvas(int size);

    /**
     * Draw a stroke.
     * @param stroke at least one point
     * @param hand the writer
     * @param penPixels half the pen's width [pixel]
     */
    void Draw(const Stroke& stroke, const Hand& hand, double penPixels);

    /**
     * Draw all strokes of a glyph.
     * @param glyph one way to write a digit
     * @param hand the writer
     * @param penPixels half the pen's width [pixel]
     */
    void Draw(const Glyph& glyph, const Hand& hand, double penPixels);

    /// @return by pixel, row by row, how much of it the pen has covered, 0 to 1
    const std::vector<double>& Coverage() const;

  private:
    /// Draw a straight line from a to b [pixel].
    void DrawLine(const Point& a, const Point& b, double penPixels);

    int m_size;                     //!< rows, and columns
    std::vector<double> m_coverage; //!< by pixel, row by row
};

} // namespace fl
} // namespace ns3

#endif /* FL_DIGIT_STROKES_H */
