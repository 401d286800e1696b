/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-synthetic-digits.h"

#include "fl-cache-folder.h"
#include "fl-digit-strokes.h"
#include "fl-idx-set.h"
#include "fl-synthetic-objects.h"

#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

namespace ns3
{
namespace fl
{

namespace
{

/// What a set of images is called, and how an image of it is drawn.
struct SetEntry
{
    SyntheticSet set; //!< the set that the entry describes
    const char* name; //!< of the option
    const char*
        folder;       //!< begins the cache folder's name: a change of what is drawn must change it
    ImageShape shape; //!< of an image
    SetSize size;     //!< where nothing else is asked for
    uint8_t (*draw)(RandomStream& random, uint8_t* pixels); //!< draws an image, returns its digit
};

constexpr int SIZE = SYNTHETIC_DIGIT_SIZE; //!< rows, and columns, of a grey image
constexpr int STREET_SIZE = 32;            //!< rows, and columns, of a coloured one
constexpr double NOISE = 0.10;             //!< of digits: standard deviation, of full ink
constexpr double CLUTTER_NOISE = 0.12;     //!< the same of clutter
constexpr double STREET_NOISE = 0.06;      //!< the same of street digits
constexpr int SCRAPS = 2;                  //!< strokes of other digits in an image of clutter

/// Writers of digits. Tuned on 60,000 + 10,000 images (BenchMl) for MNIST's accuracies.
constexpr HandStyle
    DIGITS_HAND{0.10, 0.15, 0.08, 0.4, 0.115, 10, (SIZE - 1) / 2.0, (SIZE - 1) / 2.0};

/// Writers of the digits among clutter: they differ more.
constexpr HandStyle
    CLUTTER_HAND{0.14, 0.18, 0.10, 0.7, 0.12, 9.5, (SIZE - 1) / 2.0, (SIZE - 1) / 2.0};

/// Painters of street digits: more upright, but not all in the middle.
constexpr HandStyle STREET_HAND{0.10,
                                0.10,
                                0.12,
                                1.0,
                                0.08,
                                10.5,
                                (STREET_SIZE - 1) / 2.0,
                                (STREET_SIZE - 1) / 2.0};

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

/// A digit and a way to write it, both at random.
const Glyph&
DrawGlyph(RandomStream& random, uint8_t& digit)
{
    digit = static_cast<uint8_t>(random.Below(10));
    const auto& glyphs = DigitGlyphs()[digit];
    return glyphs[random.Below(glyphs.size())];
}

/// From [0, 1], clipped, to a byte.
uint8_t
ToByte(double value)
{
    return static_cast<uint8_t>(std::clamp(value, 0.0, 1.0) * 255 + 0.5);
}

/// A digit on blank paper.
uint8_t
DrawDigit(RandomStream& random, uint8_t* pixels)
{
    uint8_t digit = 0;
    const Glyph& glyph = DrawGlyph(random, digit);
    const Hand hand(DIGITS_HAND, random);
    const double pen = random.Uniform(0.6, 1.6);
    const double ink = random.Uniform(0.65, 1);
    Canvas canvas(SIZE);
    canvas.Draw(glyph, hand, pen);
    for (size_t i = 0; i < canvas.Coverage().size(); i++)
    {
        pixels[i] = ToByte(ink * canvas.Coverage()[i] + NOISE * CheapNormal(random));
    }
    return digit;
}

/// A digit among strokes of other digits, which lie around it and across.
uint8_t
DrawClutter(RandomStream& random, uint8_t* pixels)
{
    uint8_t digit = 0;
    const Glyph& glyph = DrawGlyph(random, digit);
    const Hand hand(CLUTTER_HAND, random);
    const double pen = random.Uniform(0.6, 1.6);
    const double ink = random.Uniform(0.6, 1);
    Canvas canvas(SIZE);
    canvas.Draw(glyph, hand, pen);
    Canvas scraps(SIZE);
    for (int i = 0; i < SCRAPS; i++)
    {
        uint8_t other = 0;
        const Glyph& source = DrawGlyph(random, other);
        HandStyle style = CLUTTER_HAND;
        style.pixelsPerUnit = random.Uniform(4, 8);
        style.centreX = random.Uniform(0, SIZE);
        style.centreY = random.Uniform(0, SIZE);
        // One after the other: compilers may evaluate arguments in any order.
        const Stroke& scrap = source[random.Below(source.size())];
        const Hand scribbler(style, random);
        scraps.Draw(scrap, scribbler, random.Uniform(0.5, 1.2));
    }
    const double faint = random.Uniform(0.2, 0.6);
    for (size_t i = 0; i < canvas.Coverage().size(); i++)
    {
        const double value = std::max(ink * canvas.Coverage()[i], faint * scraps.Coverage()[i]);
        pixels[i] = ToByte(value + CLUTTER_NOISE * CheapNormal(random));
    }
    return digit;
}

/// Three uniform numbers: red, green, blue.
std::array<double, 3>
DrawColour(RandomStream& random)
{
    std::array<double, 3> colour{};
    for (double& channel : colour)
    {
        channel = random.Uniform();
    }
    return colour;
}

/// Difference of brightness, by the weights of Rec. 601.
double
Contrast(const std::array<double, 3>& a, const std::array<double, 3>& b)
{
    return std::abs(0.299 * (a[0] - b[0]) + 0.587 * (a[1] - b[1]) + 0.114 * (a[2] - b[2]));
}

/// A painted digit on a wall, both of any colours that differ in brightness, in uneven light, as a
/// rule with parts of the digits beside it.
uint8_t
DrawStreet(RandomStream& random, uint8_t* pixels)
{
    constexpr double MIN_CONTRAST = 0.2;
    uint8_t digit = 0;
    const Glyph& glyph = DrawGlyph(random, digit);
    const double pen = random.Uniform(1.0, 2.2);
    Canvas canvas(STREET_SIZE);
    canvas.Draw(glyph, Hand(STREET_HAND, random), pen);
    for (const int side : {-1, 1})
    {
        HandStyle style = STREET_HAND;
        style.centreX += side * random.Uniform(15, 30);
        uint8_t other = 0;
        const Glyph& neighbour = DrawGlyph(random, other);
        canvas.Draw(neighbour, Hand(style, random), pen);
    }
    const auto wall = DrawColour(random);
    auto paint = DrawColour(random);
    while (Contrast(wall, paint) < MIN_CONTRAST)
    {
        paint = DrawColour(random);
    }
    const double lightX = 0.15 * random.Normal();
    const double lightY = 0.15 * random.Normal();
    const double middle = (STREET_SIZE - 1) / 2.0;
    for (size_t i = 0; i < canvas.Coverage().size(); i++)
    {
        const double x = static_cast<double>(i % STREET_SIZE) / middle - 1;
        const double y = static_cast<double>(i / STREET_SIZE) / middle - 1;
        for (size_t channel = 0; channel < 3; channel++)
        {
            const double value =
                wall[channel] + (paint[channel] - wall[channel]) * canvas.Coverage()[i];
            pixels[channel * canvas.Coverage().size() + i] =
                ToByte(value + lightX * x + lightY * y + STREET_NOISE * CheapNormal(random));
        }
    }
    return digit;
}

/// All sets, in the order of SyntheticSet.
const std::array<SetEntry, 4> SETS{{
    {SyntheticSet::DIGITS,
     "synthetic-digits",
     "digits-v1",
     {1, SIZE, SIZE},
     {60000, 10000},
     DrawDigit},
    {SyntheticSet::CLUTTER,
     "synthetic-clutter",
     "clutter-v1",
     {1, SIZE, SIZE},
     {60000, 10000},
     DrawClutter},
    {SyntheticSet::STREET,
     "synthetic-street",
     "street-v1",
     {3, STREET_SIZE, STREET_SIZE},
     {60000, 10000},
     DrawStreet},
    {SyntheticSet::OBJECTS,
     "synthetic-cifar10",
     "objects-v1",
     {3, SYNTHETIC_OBJECT_SIZE, SYNTHETIC_OBJECT_SIZE},
     {50000, 10000},
     DrawSyntheticObject},
}};

/// @return how a set is drawn
/// @param set which images
const SetEntry&
EntryOf(SyntheticSet set)
{
    return SETS[static_cast<size_t>(set)];
}

/// Draw one image, which depends on set, seed and number alone.
uint8_t
DrawImage(const SetEntry& entry, uint64_t seed, uint64_t index, uint8_t* pixels)
{
    // Sets of one seed are independent; the first one's numbers are the seed's own.
    RandomStream random(seed + 0x9e3779b97f4a7c15 * static_cast<uint64_t>(entry.set), index);
    return entry.draw(random, pixels);
}

} // namespace

std::optional<SyntheticSet>
ParseSyntheticSet(const std::string& name)
{
    for (const auto& entry : SETS)
    {
        if (name == entry.name)
        {
            return entry.set;
        }
    }
    return {};
}

std::string
SyntheticSetNames()
{
    std::string names;
    for (const auto& entry : SETS)
    {
        names += (names.empty() ? "" : ", ") + std::string(entry.name);
    }
    return names;
}

SetSize
OwnSize(SyntheticSet set)
{
    return EntryOf(set).size;
}

uint8_t
DrawSyntheticDigit(uint64_t seed, uint64_t index, uint8_t* pixels)
{
    return DrawImage(EntryOf(SyntheticSet::DIGITS), seed, index, pixels);
}

Dataset
MakeSynthetic(SyntheticSet set, uint64_t seed, uint64_t first, uint32_t count, ThreadPool* pool)
{
    constexpr uint32_t BLOCK = 1000;
    const SetEntry& entry = EntryOf(set);
    const size_t size = entry.shape.Size();
    std::vector<uint8_t> pixels(size * count);
    std::vector<uint8_t> labels(count);
    auto drawBlock = [&](size_t block) {
        const uint32_t end = std::min<uint64_t>(count, (block + 1) * BLOCK);
        for (uint32_t i = block * BLOCK; i < end; i++)
        {
            labels[i] = DrawImage(entry, seed, first + i, pixels.data() + i * size);
        }
    };
    ThreadPool inlinePool(0);
    (pool ? *pool : inlinePool).ParallelFor((count + BLOCK - 1) / BLOCK, drawBlock);
    return Dataset::FromPixels(pixels,
                               std::move(labels),
                               SYNTHETIC_CLASSES,
                               entry.shape,
                               entry.name);
}

Dataset
MakeSyntheticDigits(uint64_t seed, uint64_t first, uint32_t count, ThreadPool* pool)
{
    return MakeSynthetic(SyntheticSet::DIGITS, seed, first, count, pool);
}

std::string
EnsureSynthetic(SyntheticSet set,
                const std::string& cacheFolder,
                uint64_t seed,
                uint32_t trainCount,
                uint32_t testCount,
                ThreadPool* pool)
{
    if (trainCount == 0 || testCount == 0)
    {
        throw InvalidInput(Describe(EntryOf(set).name,
                                    ": ",
                                    trainCount,
                                    " training and ",
                                    testCount,
                                    " test images: must be at least 1 each"));
    }
    const auto folder =
        std::filesystem::path(cacheFolder) /
        Describe(EntryOf(set).folder, "-seed", seed, "-", trainCount, "-", testCount);
    FillCacheFolder(folder.string(), [&](const std::string& temporary) {
        WriteMnist({MakeSynthetic(set, seed, 0, trainCount, pool),
                    MakeSynthetic(set, seed, trainCount, testCount, pool)},
                   temporary);
    });
    return folder.string();
}

std::string
EnsureSyntheticMnist(const std::string& cacheFolder,
                     uint64_t seed,
                     uint32_t trainCount,
                     uint32_t testCount,
                     ThreadPool* pool)
{
    return EnsureSynthetic(SyntheticSet::DIGITS, cacheFolder, seed, trainCount, testCount, pool);
}

} // namespace fl
} // namespace ns3
