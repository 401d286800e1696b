/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TOKEN_FILE_H
#define FL_TOKEN_FILE_H

#include "fl-dataset.h"
#include "fl-word-piece.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Text as tokens, in text files, plain or gzipped. The first line is
 *
 *     tokens vocabulary=30522 positions=128 types=2 classes=2
 *
 * and each other one is a sample, whole numbers with blanks between them: its label, its length,
 * so many token ids, and then either nothing (all tokens are of type 0) or as many token types:
 *
 *     1 6 101 2023 102 7592 999 102 0 0 0 1 1 1
 */

namespace ns3
{
namespace fl
{

/**
 * @param path the file
 * @return its samples
 * @throws InvalidInput if it cannot be read, a line is not as above, a sample is empty or longer
 *         than there are positions, or an id, a type or a label is out of range; the message names
 *         the line
 */
Dataset ReadTokenFile(const std::string& path);

/**
 * @param dataset text
 * @param path where it goes; gzipped if the name ends in .gz
 * @throws InvalidInput if it is no text, or cannot be written
 */
void WriteTokenFile(const Dataset& dataset, const std::string& path);

/**
 * train.tokens and test.tokens, each plain or with .gz behind.
 * @param folder where they are
 * @return training and test data
 * @throws InvalidInput if one is missing, their first lines differ, and as ReadTokenFile()
 */
TrainTest ReadTokens(const std::string& folder);

/**
 * @param data both parts
 * @param folder of the two files; must exist
 * @param gzipped whether to gzip them
 * @throws InvalidInput as WriteTokenFile()
 */
void WriteTokens(const TrainTest& data, const std::string& folder, bool gzipped = false);

/**
 * @param folder a folder
 * @return whether it holds training data as tokens
 */
bool HoldsTokens(const std::string& folder);

/// Appends sequences one behind the other.
/// @param sequence appended
/// @param [in,out] table gets it
void AppendSequence(const TokenSequence& sequence, TokenTable& table);

} // namespace fl
} // namespace ns3

#endif /* FL_TOKEN_FILE_H */
