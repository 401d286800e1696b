/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SYNTHETIC_DIGITS_H
#define FL_SYNTHETIC_DIGITS_H

#include "fl-dataset.h"

#include "ns3/fl-thread-pool.h"

#include <cstdint>
#include <optional>
#include <string>

/**
 * @file
 * @ingroup fl
 * Images of digits that are made rather than loaded, so that a first run needs no download. Three
 * sets of digits, each harder than the one before; what models reach on them is in doc/. They are
 * drawings by simple rules: they stand for data of a shape and a difficulty, not for what real data
 * look like.
 *
 * Each image is one of a few ways to write its digit (a list of strokes), put through a smooth
 * random deformation ("elastic", after P. Simard, D. Steinkraus, J. Platt, "Best practices for
 * convolutional neural networks", 2003, here applied to the strokes' points), a random affine map,
 * drawn with a pen of random width and darkness, and covered with noise.
 *
 * Image number i of a seed depends on (seed, i) alone: not on the number of threads, nor on how
 * many images are made.
 */

namespace ns3
{
namespace fl
{

/// Which images.
enum class SyntheticSet : uint8_t
{
    DIGITS,  //!< 28 x 28, a digit on blank paper: about as hard as MNIST
    CLUTTER, //!< 28 x 28, among strokes of other digits, writers differ more, more noise
    STREET,  //!< 3 x 32 x 32, SVHN's shape: any colours, uneven light, parts of digits beside it
    OBJECTS  //!< 3 x 32 x 32, CIFAR-10's shape and size: ten geometric shapes in any colours
};

/**
 * @param name of an option: "synthetic-digits", "synthetic-clutter", "synthetic-street" or
 *        "synthetic-cifar10"
 * @return the set; nothing if no set has that name
 */
std::optional<SyntheticSet> ParseSyntheticSet(const std::string& name);

/// @return for help texts: what ParseSyntheticSet() takes, separated by commas
std::string SyntheticSetNames();

/// How many samples a set has by itself.
struct SetSize
{
    uint32_t train; //!< training samples
    uint32_t test;  //!< test samples
};

/// @param set which images @return how many a set has where nothing else is asked for
SetSize OwnSize(SyntheticSet set);

/// Classes of each set.
inline constexpr uint32_t SYNTHETIC_CLASSES = 10;

/// Rows and columns of a grey image, as MNIST's.
inline constexpr uint32_t SYNTHETIC_DIGIT_SIZE = 28;

/**
 * Draw one image of DIGITS.
 * @param seed the seed
 * @param index number of the image
 * @param pixels 28 x 28 bytes, row by row; 0 is paper, 255 is ink
 * @return the digit
 */
uint8_t DrawSyntheticDigit(uint64_t seed, uint64_t index, uint8_t* pixels);

/**
 * @param set which images
 * @param seed the seed
 * @param first number of the first image
 * @param count number of images
 * @param pool threads to draw on; null: the calling thread
 * @return images first ... first + count - 1 of the seed: features in [0, 1], 10 classes
 */
Dataset MakeSynthetic(SyntheticSet set,
                      uint64_t seed,
                      uint64_t first,
                      uint32_t count,
                      ThreadPool* pool = nullptr);

/**
 * MakeSynthetic() of DIGITS.
 * @param seed the seed
 * @param first number of the first image
 * @param count number of images
 * @param pool threads to draw on; null: the calling thread
 * @return images first ... first + count - 1 of the seed: 28 x 28 features in [0, 1], 10 classes
 */
Dataset MakeSyntheticDigits(uint64_t seed, uint64_t first, uint32_t count, ThreadPool* pool);

/**
 * Write training and test images as MNIST's four files into a folder of a cache, unless they are
 * there. The folder appears whole or not at all; of two processes that race, one wins and both can
 * read. The folder's name has set, version of the generator, seed and counts, so that an
 * existing folder has the requested images.
 * @param set kind of images
 * @param cacheFolder the cache; made if it is missing
 * @param seed the seed
 * @param trainCount number of training images (numbers 0 ...), at least 1
 * @param testCount number of test images (the numbers that follow), at least 1
 * @param pool threads to draw on; null: the calling thread
 * @return the folder that ReadMnist() takes
 * @throws InvalidInput if a count is 0 or the cache cannot be made
 * @throws std::runtime_error if writing fails half-way, as on a full disk; nothing is left then
 */
std::string EnsureSynthetic(SyntheticSet set,
                            const std::string& cacheFolder,
                            uint64_t seed,
                            uint32_t trainCount,
                            uint32_t testCount,
                            ThreadPool* pool = nullptr);

/**
 * EnsureSynthetic() of DIGITS.
 * @param cacheFolder the cache; made if it is missing
 * @param seed the seed
 * @param trainCount number of training images (numbers 0 ...), at least 1
 * @param testCount number of test images (the numbers that follow), at least 1
 * @param pool threads to draw on; null: the calling thread
 * @return the folder that ReadMnist() takes
 * @throws InvalidInput if a count is 0 or the cache cannot be made
 * @throws std::runtime_error if writing fails half-way, as on a full disk; nothing is left then
 */
std::string EnsureSyntheticMnist(const std::string& cacheFolder,
                                 uint64_t seed,
                                 uint32_t trainCount,
                                 uint32_t testCount,
                                 ThreadPool* pool = nullptr);

} // namespace fl
} // namespace ns3

#endif /* FL_SYNTHETIC_DIGITS_H */
