/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-digit-strokes.h"

#include <algorithm>
#include <cmath>

// All arithmetic is in double precision although bytes come out: compilers may fuse or reorder
// roundings, and at 1e-16 that moves a pixel across a rounding boundary practically never.

namespace ns3
{
namespace fl
{

namespace
{

constexpr double PI = 3.141592653589793; //!< pi
constexpr int WAVES = 3;                 //!< per axis
constexpr double MIN_FREQUENCY = 0.8;    //!< of a wave [rad per half height]
constexpr double MAX_FREQUENCY = 3.6;    //!< of a wave [rad per half height]
constexpr double SEGMENT_UNITS = 0.15;   //!< longest piece of a stroke that stays straight

/// Straight lines through points.
Stroke
Lines(const Stroke& corners)
{
    Stroke stroke{corners.front()};
    for (size_t i = 1; i < corners.size(); i++)
    {
        const Point a = corners[i - 1];
        const Point b = corners[i];
        const double length = std::sqrt((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y));
        const int pieces = std::max(1, static_cast<int>(std::ceil(length / SEGMENT_UNITS)));
        for (int k = 1; k <= pieces; k++)
        {
            const double t = static_cast<double>(k) / pieces;
            stroke.push_back({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
        }
    }
    return stroke;
}

/// Part of an ellipse, from one angle to another [degree]; 0 is to the right, 90 is down.
Stroke
Arc(double x, double y, double radiusX, double radiusY, double from, double to)
{
    const double sweep = std::abs(to - from) * PI / 180 * std::max(radiusX, radiusY);
    const int pieces = std::max(4, static_cast<int>(std::ceil(sweep / SEGMENT_UNITS)));
    Stroke stroke;
    for (int k = 0; k <= pieces; k++)
    {
        const double angle = (from + (to - from) * k / pieces) * PI / 180;
        stroke.push_back({x + radiusX * std::cos(angle), y + radiusY * std::sin(angle)});
    }
    return stroke;
}

/// One stroke after the other without lifting the pen.
Stroke
Join(const std::vector<Stroke>& parts)
{
    Stroke corners;
    Stroke joined;
    for (const auto& part : parts)
    {
        if (!joined.empty())
        {
            const Stroke bridge = Lines({joined.back(), part.front()});
            joined.insert(joined.end(), bridge.begin() + 1, bridge.end());
        }
        joined.insert(joined.end(), part.begin(), part.end());
    }
    return joined;
}

/// The ways to write each digit.
std::array<std::vector<Glyph>, 10>
MakeGlyphs()
{
    std::array<std::vector<Glyph>, 10> glyphs;
    glyphs[0] = {{Arc(0, 0, 0.60, 0.95, -90, 270)},
                 {Arc(0, 0, 0.42, 0.95, -100, 260)},
                 {Arc(0, 0, 0.75, 0.85, -60, 285)}};
    glyphs[1] = {{Lines({{0, -0.95}, {0, 0.95}})},
                 {Lines({{-0.35, -0.55}, {0.08, -0.95}, {0.08, 0.95}})},
                 {Lines({{-0.30, -0.60}, {0.05, -0.95}, {0.05, 0.95}}),
                  Lines({{-0.35, 0.95}, {0.45, 0.95}})}};
    glyphs[2] = {
        {Join({Arc(0, -0.45, 0.55, 0.50, -170, 40), Lines({{-0.55, 0.95}, {0.60, 0.95}})})},
        {Join({Arc(0, -0.45, 0.50, 0.50, -190, 60),
               Arc(-0.35, 0.72, 0.22, 0.20, 0, -300),
               Lines({{-0.10, 0.80}, {0.65, 0.92}})})},
        {Lines({{-0.50, -0.70}, {0.0, -0.95}, {0.45, -0.55}, {-0.55, 0.90}, {0.60, 0.85}})}};
    glyphs[3] = {
        {Join({Arc(-0.05, -0.47, 0.50, 0.47, -150, 90), Arc(-0.05, 0.45, 0.58, 0.50, -90, 150)})},
        {Join({Lines({{-0.50, -0.92}, {0.50, -0.92}, {-0.05, -0.20}}),
               Arc(-0.05, 0.38, 0.58, 0.57, -90, 150)})},
        {Join(
            {Arc(-0.05, -0.50, 0.42, 0.42, -170, 100), Arc(-0.05, 0.42, 0.50, 0.52, -100, 170)})}};
    glyphs[4] = {
        {Lines({{0.25, -0.95}, {-0.60, 0.35}, {0.65, 0.35}}), Lines({{0.28, -0.35}, {0.28, 0.95}})},
        {Lines({{-0.45, -0.90}, {-0.50, 0.05}, {0.45, 0.05}}),
         Lines({{0.42, -0.90}, {0.38, 0.95}})},
        {Lines({{0.30, 0.95}, {0.30, -0.95}, {-0.60, 0.30}, {0.65, 0.30}})},
        {Join({Arc(0.0, -0.55, 0.48, 0.60, 200, 20), Lines({{0.45, -0.60}, {0.35, 0.95}})})}};
    glyphs[5] = {
        {Lines({{0.50, -0.92}, {-0.40, -0.92}, {-0.45, -0.12}}),
         Arc(-0.05, 0.35, 0.55, 0.58, -135, 150)},
        {Join({Lines({{0.50, -0.90}, {-0.30, -0.90}, {-0.42, -0.10}}),
               Arc(-0.08, 0.40, 0.52, 0.52, -120, 165)})},
        {Join({Lines({{-0.25, -0.85}, {-0.40, -0.15}}), Arc(-0.05, 0.38, 0.50, 0.55, -130, 140)}),
         Lines({{-0.25, -0.85}, {0.60, -0.95}})}};
    glyphs[6] = {
        {Join({Arc(0.55, 0.30, 1.05, 1.25, -100, -180), Arc(0.02, 0.42, 0.52, 0.52, 180, -180)})},
        {Join({Lines({{0.20, -0.95}, {-0.45, 0.20}}), Arc(0.0, 0.48, 0.48, 0.45, 200, -160)})},
        {Join({Lines({{-0.35, -0.95}, {-0.48, 0.40}}), Arc(0.0, 0.45, 0.48, 0.48, 180, -170)})}};
    glyphs[7] = {{Lines({{-0.55, -0.90}, {0.55, -0.90}, {-0.10, 0.95}})},
                 {Lines({{-0.55, -0.90}, {0.55, -0.90}, {-0.05, 0.95}}),
                  Lines({{-0.25, 0.05}, {0.50, 0.05}})},
                 {Join({Lines({{-0.55, -0.60}, {-0.50, -0.92}, {0.50, -0.88}}),
                        Arc(0.85, 0.95, 0.80, 1.50, -115, -180)})}};
    glyphs[8] = {{Join({Arc(0, -0.47, 0.45, 0.46, 90, 450), Arc(0, 0.47, 0.55, 0.48, -90, 270)})},
                 {Lines({{0.45, -0.75},
                         {0.05, -0.95},
                         {-0.42, -0.65},
                         {0.0, -0.10},
                         {0.48, 0.50},
                         {0.0, 0.95},
                         {-0.48, 0.50},
                         {0.0, -0.05},
                         {0.45, -0.75}})},
                 {Arc(0, -0.52, 0.36, 0.40, 0, 360), Arc(0, 0.42, 0.52, 0.53, 0, 360)}};
    glyphs[9] = {
        {Join({Arc(-0.02, -0.42, 0.52, 0.52, 0, -360), Lines({{0.50, -0.40}, {0.40, 0.95}})})},
        {Join({Arc(0.0, -0.45, 0.46, 0.48, -20, -340), Arc(-0.55, -0.30, 1.02, 1.25, 0, 80)})},
        {Join({Arc(-0.02, -0.48, 0.46, 0.46, 0, -360), Lines({{0.46, -0.50}, {0.0, 0.95}})})}};
    return glyphs;
}

/// The pixels of an axis that a pen may touch.
struct PixelRange
{
    int first; //!< the lowest pixel, at least 0
    int last;  //!< the highest pixel, at most the size less 1; below first: none

    /**
     * The part of the image's axis that a line comes near to.
     * @param a where the line begins on this axis [pixel]
     * @param b where it ends [pixel]
     * @param reach how far from the line ink may be [pixel]
     * @param size of the image [pixel]
     */
    PixelRange(double a, double b, double reach, int size)
        : first(static_cast<int>(std::clamp(std::floor(std::min(a, b) - reach), 0.0, size * 1.0))),
          last(static_cast<int>(std::clamp(std::ceil(std::max(a, b) + reach), -1.0, size - 1.0)))
    {
    }
};

} // namespace

const std::array<std::vector<Glyph>, 10>&
DigitGlyphs()
{
    static const std::array<std::vector<Glyph>, 10> glyphs = MakeGlyphs();
    return glyphs;
}

Wave::Wave(double elastic, RandomStream& random)
    : m_amplitude(elastic * random.Normal())
{
    const double frequency = random.Uniform(MIN_FREQUENCY, MAX_FREQUENCY);
    const double direction = random.Uniform(0, 2 * PI);
    m_frequencyX = frequency * std::cos(direction);
    m_frequencyY = frequency * std::sin(direction);
    m_phase = random.Uniform(0, 2 * PI);
}

double
Wave::operator()(const Point& p) const
{
    return m_amplitude * std::sin(m_frequencyX * p.x + m_frequencyY * p.y + m_phase);
}

Hand::Hand(const HandStyle& style, RandomStream& random)
{
    for (int i = 0; i < WAVES; i++)
    {
        m_wavesX.emplace_back(style.elastic, random);
        m_wavesY.emplace_back(style.elastic, random);
    }
    const double angle = style.rotationRad * random.Normal();
    const double shear = style.shear * random.Normal();
    const double scaleX = style.pixelsPerUnit * std::exp(style.logScale * random.Normal());
    const double scaleY = style.pixelsPerUnit * std::exp(style.logScale * random.Normal());
    // rotation * shear * scale
    m_xx = std::cos(angle) * scaleX;
    m_xy = (std::cos(angle) * shear - std::sin(angle)) * scaleY;
    m_yx = std::sin(angle) * scaleX;
    m_yy = (std::sin(angle) * shear + std::cos(angle)) * scaleY;
    m_shiftX = style.centreX + style.shiftPixels * random.Normal();
    m_shiftY = style.centreY + style.shiftPixels * random.Normal();
}

Point
Hand::operator()(const Point& p) const
{
    Point q = p;
    for (int i = 0; i < WAVES; i++)
    {
        q.x += m_wavesX[i](p);
        q.y += m_wavesY[i](p);
    }
    return {m_shiftX + m_xx * q.x + m_xy * q.y, m_shiftY + m_yx * q.x + m_yy * q.y};
}

Canvas::Canvas(int size)
    : m_size(size),
      m_coverage(static_cast<size_t>(size) * size, 0)
{
}

void
Canvas::Draw(const Stroke& stroke, const Hand& hand, double penPixels)
{
    Point from = hand(stroke.front());
    for (size_t i = 1; i < stroke.size(); i++)
    {
        const Point to = hand(stroke[i]);
        DrawLine(from, to, penPixels);
        from = to;
    }
}

void
Canvas::Draw(const Glyph& glyph, const Hand& hand, double penPixels)
{
    for (const auto& stroke : glyph)
    {
        Draw(stroke, hand, penPixels);
    }
}

const std::vector<double>&
Canvas::Coverage() const
{
    return m_coverage;
}

void
Canvas::DrawLine(const Point& a, const Point& b, double penPixels)
{
    const double reach = penPixels + 0.5;
    const PixelRange columns(a.x, b.x, reach, m_size);
    const PixelRange rows(a.y, b.y, reach, m_size);
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const double inverse = 1 / std::max(dx * dx + dy * dy, 1e-12);
    for (int row = rows.first; row <= rows.last; row++)
    {
        for (int column = columns.first; column <= columns.last; column++)
        {
            const double px = column - a.x;
            const double py = row - a.y;
            const double t = std::clamp((px * dx + py * dy) * inverse, 0.0, 1.0);
            const double ex = px - t * dx;
            const double ey = py - t * dy;
            const double covered = std::min(1.0, reach - std::sqrt(ex * ex + ey * ey));
            double& pixel = m_coverage[row * m_size + column];
            pixel = std::max(pixel, covered);
        }
    }
}

} // namespace fl
} // namespace ns3
