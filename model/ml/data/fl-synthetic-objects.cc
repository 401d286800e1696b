/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-synthetic-objects.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

constexpr int SIZE = SYNTHETIC_OBJECT_SIZE;   //!< rows and columns
constexpr int AREA = SIZE * SIZE;             //!< pixels of a channel
constexpr double NOISE = 0.08;                //!< standard deviation, of full brightness
constexpr double PI = 3.14159265358979323846; //!< half a turn [rad]

/// Red, green, blue, each 0 to 1.
using Colour = std::array<double, 3>;

/// Whether a point is in a shape that fills the unit circle
bool
IsInside(int shape, double x, double y)
{
    const double r = std::hypot(x, y);
    const double side = std::max(std::abs(x), std::abs(y));
    switch (shape)
    {
    case 0: // disc
        return r < 0.85;
    case 1: // ring
        return r < 0.95 && r > 0.5;
    case 2: // square
        return side < 0.75;
    case 3: // frame
        return side < 0.8 && side > 0.42;
    case 4: // triangle
        return y < 0.6 && y > 1.9 * std::abs(x) - 0.95;
    case 5: // cross
        return side < 0.95 && std::min(std::abs(x), std::abs(y)) < 0.28;
    case 6: // star of five points
        return r < 0.95 - 0.55 * std::abs(std::sin(2.5 * std::atan2(y, x)));
    case 7: // three bars
        return side < 0.9 && std::abs(std::fmod(y + 0.9, 0.72)) < 0.36;
    case 8: // two discs
        return std::hypot(std::abs(x) - 0.5, y) < 0.42;
    default: // crescent
        return r < 0.9 && std::hypot(x - 0.45, y) > 0.7;
    }
}

/// Where a shape lies in the image.
class Pose
{
  public:
    /// @param random where from
    explicit Pose(RandomStream& random)
        : m_x(SIZE / 2.0 + 3 * random.Normal()),
          m_y(SIZE / 2.0 + 3 * random.Normal())
    {
        const double angle = random.Uniform(0, 2 * PI);
        const double size = random.Uniform(6, 13);
        const double stretch = random.Uniform(0.75, 1.3);
        m_cosine = std::cos(angle) / size;
        m_sine = std::sin(angle) / size;
        m_stretch = stretch;
    }

    /// Which part of a pixel is covered, 0 to 1
    double Cover(int shape, int row, int column) const
    {
        int inside = 0;
        for (const double dy : {0.25, 0.75})
        {
            for (const double dx : {0.25, 0.75})
            {
                const double x = column + dx - m_x;
                const double y = row + dy - m_y;
                inside += IsInside(shape,
                                   (m_cosine * x + m_sine * y) * m_stretch,
                                   (m_cosine * y - m_sine * x) / m_stretch);
            }
        }
        return inside / 4.0;
    }

  private:
    double m_x;       //!< column of its centre [pixel]
    double m_y;       //!< row of its centre [pixel]
    double m_cosine;  //!< of its angle, over its size
    double m_sine;    //!< of its angle, over its size
    double m_stretch; //!< of one side, the inverse of the other one's
};

/// Any colour
Colour
DrawColour(RandomStream& random)
{
    const double red = random.Uniform();
    const double green = random.Uniform();
    return {red, green, random.Uniform()};
}

/// How far apart two colours are
double
Distance(const Colour& a, const Colour& b)
{
    return std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2]);
}

} // namespace

uint8_t
DrawSyntheticObject(RandomStream& random, uint8_t* pixels)
{
    constexpr double MIN_DISTANCE = 0.5;
    const int shape = std::min(9, static_cast<int>(random.Uniform() * 10));
    const Colour ground = DrawColour(random);
    const Colour blotColour = DrawColour(random);
    Colour paint = DrawColour(random);
    while (Distance(paint, ground) < MIN_DISTANCE)
    {
        paint = DrawColour(random);
    }
    const Pose blot(random);
    const Pose pose(random);
    const double lightX = 0.15 * random.Normal();
    const double lightY = 0.15 * random.Normal();
    for (int i = 0; i < AREA; i++)
    {
        const int row = i / SIZE;
        const int column = i % SIZE;
        // A disc in the background, of any size and place.
        const double behind = 0.5 * blot.Cover(0, row, column);
        const double cover = pose.Cover(shape, row, column);
        const double light = lightX * (column * 2.0 / SIZE - 1) + lightY * (row * 2.0 / SIZE - 1);
        for (size_t channel = 0; channel < 3; channel++)
        {
            const double back = ground[channel] + (blotColour[channel] - ground[channel]) * behind;
            const double value =
                back + (paint[channel] - back) * cover + light + NOISE * random.Normal();
            pixels[channel * AREA + i] =
                static_cast<uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0)));
        }
    }
    return static_cast<uint8_t>(shape);
}

} // namespace fl
} // namespace ns3
