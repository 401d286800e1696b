/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_REVIEWS_H
#define FL_REVIEWS_H

#include "fl-dataset.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Food reviews of R's package modeldata (MIT licence; Debian: r-cran-modeldata): 4,000 to train on
 * and 1,000 held out, each "great" (five stars, class 1) or "other" (class 0). A sample of J.
 * McAuley and J. Leskovec, "From amateurs to connoisseurs", WWW 2013.
 */

namespace ns3
{
namespace fl
{

/// Most tokens of a converted review; the rest is cut off.
inline constexpr uint32_t REVIEW_POSITIONS = 512;

/**
 * Convert the package's data into a folder of a cache, as train.tokens, test.tokens and vocab.txt,
 * unless they are there. The vocabulary is learned from the training part, see LearnVocabulary().
 * @param package folder of the package's data, with Rdata.rdx and Rdata.rdb
 * @param cacheFolder the cache; made if it is missing
 * @return the folder that ReadTokens() takes; empty if neither cache nor package has the data
 * @throws InvalidInput if the package's files are not as they should be
 */
std::string EnsureReviews(const std::string& package, const std::string& cacheFolder);

/**
 * A vocabulary for WordPiece: special tokens, all characters (at a word's beginning, and behind
 * "##"), then the most frequent words.
 * @param texts UTF-8
 * @param size most tokens
 * @param leastCount of a word that is taken, at least 1
 * @return tokens by id; [PAD], [UNK], [CLS], [SEP] and [MASK] come first
 */
std::vector<std::string> LearnVocabulary(const std::vector<std::string>& texts,
                                         uint32_t size,
                                         uint32_t leastCount);

/**
 * @param data text
 * @param length most tokens of a sample; longer ones lose those before their last one
 * @return the data, with that many positions at most
 */
Dataset CutTexts(const Dataset& data, uint32_t length);

} // namespace fl
} // namespace ns3

#endif /* FL_REVIEWS_H */
