/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEXT_TABLE_H
#define FL_TEXT_TABLE_H

#include "fl-dataset.h"
#include "fl-word-piece.h"

#include <cstdint>
#include <string>

/**
 * @file
 * @ingroup fl
 * Labelled texts as tables, as GLUE's are (A. Wang et al., ICLR 2019): tab-separated lines, of
 * which the first one names the columns. Columns that are read: `label` (or `Quality`, MRPC's), and
 * `sentence`; or one of the pairs `sentence1` and `sentence2`, `question` and `sentence`, `#1
 * String` and `#2 String`. Labels are whole numbers, or entailment (0) and not_entailment (1).
 */

namespace ns3
{
namespace fl
{

/**
 * @param path the table, plain or gzipped
 * @param tokenizer its vocabulary
 * @param maxLength most tokens of a sample; the rest is cut off
 * @param classes number of classes; 0: one more than the largest label
 * @return the samples as tokens
 * @throws InvalidInput if it cannot be read, a column is missing, or a line has too few of them or
 *         a label that is none; the message names the line
 */
Dataset ReadTextTable(const std::string& path,
                      const WordPiece& tokenizer,
                      uint32_t maxLength,
                      uint32_t classes = 0);

/**
 * train.tsv, dev.tsv (or test.tsv, where that one is missing) and vocab.txt, each plain or with .gz
 * behind. GLUE's own test parts have no labels.
 * @param folder where they are
 * @param maxLength most tokens of a sample; the rest is cut off
 * @return training and test data
 * @throws InvalidInput if one is missing, and as ReadTextTable()
 */
TrainTest ReadTextTables(const std::string& folder, uint32_t maxLength);

/**
 * @param folder a folder
 * @return whether it holds a table of texts to train on
 */
bool HoldsTextTables(const std::string& folder);

} // namespace fl
} // namespace ns3

#endif /* FL_TEXT_TABLE_H */
