/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SYNTHETIC_TEXT_H
#define FL_SYNTHETIC_TEXT_H

#include "fl-dataset.h"

#include "ns3/fl-thread-pool.h"

#include <cstdint>
#include <optional>
#include <string>

/**
 * @file
 * @ingroup fl
 * Texts that are made rather than loaded, with the sizes of real sets: so many samples, lengths
 * like theirs, single texts or pairs, two classes. They are words of no language, drawn by simple
 * rules, and stand for data of a shape, not for what real texts say; results on them are no results
 * on those sets.
 *
 * A word's frequency falls with its rank (Zipf), and a text has a theme that makes some words
 * likely. The label is what the set's rule says, and noise.
 *
 * Text number i of a seed depends on (set, seed, i) alone.
 */

namespace ns3
{
namespace fl
{

/// Which texts.
enum class SyntheticText : uint8_t
{
    MRPC,   //!< pairs; 1: the second says the same in other words (or it is of the same theme only)
    SST2,   //!< single texts; 1: words of praise outweigh those of blame
    QNLI,   //!< a question and a text; 0: the text has the words that the question asks for
    REVIEWS //!< single, longer texts; as SST2
};

/// How many samples a set of texts has by itself.
struct TextSetSize
{
    uint32_t train; //!< training samples
    uint32_t test;  //!< test samples
};

/**
 * @param name of an option: "synthetic-mrpc", "synthetic-sst2", "synthetic-qnli" or
 *        "synthetic-reviews"
 * @return the set; nothing if no set has that name
 */
std::optional<SyntheticText> ParseSyntheticText(const std::string& name);

/// @return for help texts: what ParseSyntheticText() takes, separated by commas
std::string SyntheticTextNames();

/// @param set which texts @return as many as the real set has: MRPC 4,076 and 1,725, SST-2 67,350
/// and 1,821, QNLI 104,743 and 5,463, the reviews 4,000 and 1,000
TextSetSize OwnSize(SyntheticText set);

/**
 * @param set which texts
 * @param seed the seed
 * @param first number of the first text
 * @param count number of texts, at least 1
 * @param pool threads to make them on; null: the calling thread
 * @return texts first ... first + count - 1 of the seed: at most 128 tokens each, two types, two
 *         classes; ids 0 to 4 are [PAD], [UNK], [CLS], [SEP] and [MASK]
 * @throws InvalidInput if the count is 0
 */
Dataset MakeSyntheticText(SyntheticText set,
                          uint64_t seed,
                          uint64_t first,
                          uint32_t count,
                          ThreadPool* pool = nullptr);

} // namespace fl
} // namespace ns3

#endif /* FL_SYNTHETIC_TEXT_H */
