/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-synthetic-digits.h"

#include "fl-data-file.h"
#include "fl-idx.h"

#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

// All arithmetic is in double precision although bytes come out: compilers may fuse or reorder
// roundings, and at 1e-16 that moves a pixel across a rounding boundary practically never.

namespace ns3
{
namespace fl
{

namespace
{

constexpr int SIZE = SYNTHETIC_DIGIT_SIZE; //!< rows, and columns, of an image
constexpr size_t PIXELS = SIZE * SIZE;     //!< of an image
constexpr double PI = 3.141592653589793;   //!< pi

/// Part of the cache folder's name: a change of what is drawn must change it.
constexpr int GENERATOR_VERSION = 1;

// How much writers differ. Tuned on 60,000 + 10,000 images (BenchMl) for MNIST's accuracies.
constexpr double ROTATION_RAD = 0.10;  //!< standard deviation
constexpr double SHEAR = 0.15;         //!< standard deviation of dx / dy
constexpr double LOG_SCALE = 0.08;     //!< standard deviation, each axis by itself
constexpr double SHIFT_PIXELS = 0.4;   //!< standard deviation, each axis by itself
constexpr double ELASTIC = 0.115;      //!< amplitude of each wave, in half heights of a digit
constexpr int WAVES = 3;               //!< per axis
constexpr double MIN_FREQUENCY = 0.8;  //!< of a wave [rad per half height]
constexpr double MAX_FREQUENCY = 3.6;  //!< of a wave [rad per half height]
constexpr double MIN_PEN_PIXELS = 0.6; //!< half the pen's width
constexpr double MAX_PEN_PIXELS = 1.6; //!< half the pen's width
constexpr double MIN_INK = 0.65;       //!< darkness of a stroke
constexpr double NOISE = 0.10;         //!< standard deviation, of full ink
constexpr double PIXELS_PER_UNIT = 10; //!< half a digit's height
constexpr double SEGMENT_UNITS = 0.15; //!< longest piece of a stroke that stays straight

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

/// A wave that shifts points: the shift is smooth, so that neighbours move alike.
struct Wave
{
    double amplitude;  //!< of the shift [half heights of a digit]
    double frequencyX; //!< x component of the wave vector [rad per half height]
    double frequencyY; //!< y component of the wave vector [rad per half height]
    double phase;      //!< uniform in [0, 2 pi) [rad]

    /**
     * Draw a wave: normal amplitude, uniform frequency, direction and phase.
     * @param random where numbers come from
     */
    explicit Wave(RandomStream& random)
        : amplitude(ELASTIC * random.Normal())
    {
        const double frequency = random.Uniform(MIN_FREQUENCY, MAX_FREQUENCY);
        const double direction = random.Uniform(0, 2 * PI);
        frequencyX = frequency * std::cos(direction);
        frequencyY = frequency * std::sin(direction);
        phase = random.Uniform(0, 2 * PI);
    }

    /**
     * @param p a point of the glyph [half heights]
     * @return the shift along one axis there [half heights]
     */
    double operator()(const Point& p) const
    {
        return amplitude * std::sin(frequencyX * p.x + frequencyY * p.y + phase);
    }
};

/// One writer's hand: takes a glyph's points to an image's pixels.
class Hand
{
  public:
    /**
     * Draw a hand: an elastic distortion, and an affine map of rotation, shear, scale and shift.
     * @param random where numbers come from
     */
    explicit Hand(RandomStream& random)
    {
        for (int i = 0; i < WAVES; i++)
        {
            m_wavesX.emplace_back(random);
            m_wavesY.emplace_back(random);
        }
        const double angle = ROTATION_RAD * random.Normal();
        const double shear = SHEAR * random.Normal();
        const double scaleX = PIXELS_PER_UNIT * std::exp(LOG_SCALE * random.Normal());
        const double scaleY = PIXELS_PER_UNIT * std::exp(LOG_SCALE * random.Normal());
        // rotation * shear * scale
        m_xx = std::cos(angle) * scaleX;
        m_xy = (std::cos(angle) * shear - std::sin(angle)) * scaleY;
        m_yx = std::sin(angle) * scaleX;
        m_yy = (std::sin(angle) * shear + std::cos(angle)) * scaleY;
        m_shiftX = (SIZE - 1) / 2.0 + SHIFT_PIXELS * random.Normal();
        m_shiftY = (SIZE - 1) / 2.0 + SHIFT_PIXELS * random.Normal();
    }

    /**
     * @param p a point of the glyph [half heights of a digit]
     * @return where this writer puts it [pixel]
     */
    Point operator()(const Point& p) const
    {
        Point q = p;
        for (int i = 0; i < WAVES; i++)
        {
            q.x += m_wavesX[i](p);
            q.y += m_wavesY[i](p);
        }
        return {m_shiftX + m_xx * q.x + m_xy * q.y, m_shiftY + m_yx * q.x + m_yy * q.y};
    }

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

/// The pixels of an axis that a pen may touch.
struct PixelRange
{
    int first; //!< the lowest pixel, at least 0
    int last;  //!< the highest pixel, at most SIZE - 1; below first: none

    /**
     * The part of the image's axis that a line comes near to.
     * @param a where the line begins on this axis [pixel]
     * @param b where it ends [pixel]
     * @param reach how far from the line ink may be [pixel]
     */
    PixelRange(double a, double b, double reach)
        : first(static_cast<int>(std::clamp(std::floor(std::min(a, b) - reach), 0.0, SIZE * 1.0))),
          last(static_cast<int>(std::clamp(std::ceil(std::max(a, b) + reach), -1.0, SIZE - 1.0)))
    {
    }
};

/// Draw a line with a round pen; a pixel's coverage falls from 1 to 0 over one pixel.
void
DrawLine(std::array<double, PIXELS>& coverage, const Point& a, const Point& b, double penPixels)
{
    const double reach = penPixels + 0.5;
    const PixelRange columns(a.x, b.x, reach);
    const PixelRange rows(a.y, b.y, reach);
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
            double& pixel = coverage[row * SIZE + column];
            pixel = std::max(pixel, covered);
        }
    }
}

/// About normal, variance 1: four uniform numbers of 16 bits, which one draw gives.
double
CheapNormal(RandomStream& random)
{
    const uint64_t bits = random.Next();
    const auto sum = static_cast<double>((bits & 0xffff) + (bits >> 16 & 0xffff) +
                                         (bits >> 32 & 0xffff) + (bits >> 48));
    // mean 4 * 65535 / 2; variance 4 * (65536^2 - 1) / 12
    return (sum - 131070) * (1.7320508075688772 / 65536);
}

/// What exists already counts as whole, because it was renamed into place.
bool
IsFolder(const std::filesystem::path& path)
{
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

/// Make a folder or say why not.
void
MakeFolder(const std::filesystem::path& path)
{
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
    {
        throw InvalidInput(
            Describe("cache folder ", path.string(), ": cannot be made (", error.message(), ")"));
    }
}

/// Removes a folder that was not renamed away.
class TemporaryFolder
{
  public:
    /**
     * Make the folder.
     * @param path where
     * @throws InvalidInput if it cannot be made
     */
    explicit TemporaryFolder(const std::filesystem::path& path)
        : m_path(path)
    {
        MakeFolder(path);
    }

    ~TemporaryFolder()
    {
        std::error_code error;
        std::filesystem::remove_all(m_path, error);
    }

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  private:
    std::filesystem::path m_path; //!< the folder
};

} // namespace

uint8_t
DrawSyntheticDigit(uint64_t seed, uint64_t index, uint8_t* pixels)
{
    static const std::array<std::vector<Glyph>, 10> glyphs = MakeGlyphs();
    RandomStream random(seed, index);
    const auto digit = static_cast<uint8_t>(random.Below(10));
    const Glyph& glyph = glyphs[digit][random.Below(glyphs[digit].size())];
    const Hand hand(random);
    const double pen = random.Uniform(MIN_PEN_PIXELS, MAX_PEN_PIXELS);
    const double ink = random.Uniform(MIN_INK, 1);
    std::array<double, PIXELS> coverage{};
    for (const auto& stroke : glyph)
    {
        Point from = hand(stroke.front());
        for (size_t i = 1; i < stroke.size(); i++)
        {
            const Point to = hand(stroke[i]);
            DrawLine(coverage, from, to, pen);
            from = to;
        }
    }
    for (size_t i = 0; i < PIXELS; i++)
    {
        const double value = ink * coverage[i] + NOISE * CheapNormal(random);
        pixels[i] = static_cast<uint8_t>(std::clamp(value, 0.0, 1.0) * 255 + 0.5);
    }
    return digit;
}

Dataset
MakeSyntheticDigits(uint64_t seed, uint64_t first, uint32_t count, ThreadPool* pool)
{
    constexpr uint32_t BLOCK = 1000;
    std::vector<uint8_t> pixels(PIXELS * count);
    std::vector<uint8_t> labels(count);
    auto drawBlock = [&](size_t block) {
        const uint32_t end = std::min<uint64_t>(count, (block + 1) * BLOCK);
        for (uint32_t i = block * BLOCK; i < end; i++)
        {
            labels[i] = DrawSyntheticDigit(seed, first + i, pixels.data() + i * PIXELS);
        }
    };
    ThreadPool inlinePool(0);
    (pool ? *pool : inlinePool).ParallelFor((count + BLOCK - 1) / BLOCK, drawBlock);
    return Dataset::FromPixels(pixels,
                               std::move(labels),
                               10,
                               ImageShape{1, SYNTHETIC_DIGIT_SIZE, SYNTHETIC_DIGIT_SIZE},
                               "synthetic digits");
}

std::string
EnsureSyntheticMnist(const std::string& cacheFolder,
                     uint64_t seed,
                     uint32_t trainCount,
                     uint32_t testCount,
                     ThreadPool* pool)
{
    if (trainCount == 0 || testCount == 0)
    {
        throw InvalidInput(Describe("synthetic digits: ",
                                    trainCount,
                                    " training and ",
                                    testCount,
                                    " test images: must be at least 1 each"));
    }
    const auto folder =
        std::filesystem::path(cacheFolder) /
        Describe("digits-v", GENERATOR_VERSION, "-seed", seed, "-", trainCount, "-", testCount);
    if (!IsFolder(folder))
    {
        MakeFolder(cacheFolder);
        const std::string temporary = TemporaryNameBeside(folder.string());
        TemporaryFolder guard(temporary);
        WriteMnist({MakeSyntheticDigits(seed, 0, trainCount, pool),
                    MakeSyntheticDigits(seed, trainCount, testCount, pool)},
                   temporary);
        std::error_code error;
        std::filesystem::rename(temporary, folder, error);
        // Another process may have been faster; its files are the same.
        if (error && !IsFolder(folder))
        {
            throw InvalidInput(Describe("cache folder ",
                                        folder.string(),
                                        ": cannot be made (",
                                        error.message(),
                                        ")"));
        }
    }
    return folder.string();
}

} // namespace fl
} // namespace ns3
