/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_IDX_SET_H
#define FL_IDX_SET_H

#include "fl-dataset.h"

#include <cstdint>
#include <string>

/**
 * @file
 * @ingroup fl
 * Sets of IDX files: MNIST, and those that follow it.
 */

namespace ns3
{
namespace fl
{

/// How a set of IDX files is read.
struct IdxOptions
{
    /// Number of classes; 0: as many as the labels say. Labels that begin with 1, as those of
    /// EMNIST's letters, count from there.
    uint32_t classes{0};
    /// Whether rows and columns of the images are exchanged; those of EMNIST are stored so.
    bool transpose{false};
};

/**
 * The four files of MNIST, or of a set that follows it: training and test part, images and labels.
 * A file's name ends in train- or test- (or t10k-), images- or labels-, and idxN-ubyte or idxN-int,
 * where any of "-", "_" and "." may separate, and .gz may follow; a plain file goes before a
 * gzipped one. All four begin with the same text, which may be empty (MNIST), or tell apart sets in
 * one folder ("emnist-letters-"). Images are samples x rows x columns, or in colour samples x
 * channels x rows x columns; labels as ReadIdxLabels() takes them.
 * @param path folder of the files; where it has several sets, with the text that they begin with
 *        behind it, as FOLDER/emnist-letters
 * @param options how they are read
 * @return training and test data, with a note where labels do not begin with 0, or some never occur
 * @throws InvalidInput if a file is missing, the folder has several sets and none is named, as
 *         ReadIdxDataset(), or if the images' shapes differ
 */
TrainTest ReadMnist(const std::string& path, const IdxOptions& options = {});

/**
 * @param data the data sets
 * @param folder folder of the four files; must exist
 * @param gzipped whether to gzip them
 * @throws InvalidInput as WriteIdxDataset()
 */
void WriteMnist(const TrainTest& data, const std::string& folder, bool gzipped = false);

/**
 * @param path as ReadMnist() takes it
 * @return whether there are files of a set, by their names
 */
bool HoldsMnist(const std::string& path);

} // namespace fl
} // namespace ns3

#endif /* FL_IDX_SET_H */
