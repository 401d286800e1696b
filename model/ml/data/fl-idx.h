/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_IDX_H
#define FL_IDX_H

#include "fl-dataset.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The IDX format (Y. LeCun, C. Cortes, C. Burges, "The MNIST database"): two zero bytes, the type
 * of the elements (8: unsigned byte), the number of dimensions, each dimension as a big-endian
 * 32-bit number, the elements with the last dimension fastest. Plain or gzipped.
 */

namespace ns3
{
namespace fl
{

/// An IDX file of unsigned bytes.
struct IdxArray
{
    std::vector<uint32_t> dimensions; //!< 1 to 255 of them
    std::vector<uint8_t> elements;    //!< last dimension fastest
};

/**
 * @param path the file, plain or gzipped
 * @param dimensions number of dimensions that it must have
 * @return its contents
 * @throws InvalidInput if it is missing, truncated or too long, has another magic number, type or
 *         number of dimensions
 */
IdxArray ReadIdx(const std::string& path, uint32_t dimensions);

/**
 * @param path the file; gzipped if its name ends in .gz
 * @param array its contents
 * @throws InvalidInput if it cannot be written, or the elements do not fill the dimensions
 */
void WriteIdx(const std::string& path, const IdxArray& array);

/**
 * @param imagesPath IDX file of samples x rows x columns, or, in colour, of samples x channels x
 *        rows x columns
 * @param labelsPath IDX file of as many labels
 * @param classes number of classes
 * @return the data set
 * @throws InvalidInput as ReadIdx(), if the counts differ, a label is out of range, or it is empty
 */
Dataset ReadIdxDataset(const std::string& imagesPath,
                       const std::string& labelsPath,
                       uint32_t classes = 10);

/**
 * @param dataset images; those of several channels are written with four dimensions
 * @param imagesPath path of the images' file; gzipped if the name ends in .gz
 * @param labelsPath path of the labels' file; gzipped if the name ends in .gz
 * @throws InvalidInput if a file cannot be written
 */
void WriteIdxDataset(const Dataset& dataset,
                     const std::string& imagesPath,
                     const std::string& labelsPath);

/**
 * The four files of MNIST (or of a set that follows it), by their names: train-images-idx3-ubyte,
 * train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; with "." before "idx"
 * as some unpackers write it, and with .gz behind. A plain file goes before a gzipped one. Images
 * of several channels have idx4 in place of idx3, and the dimensions samples x channels x rows x
 * columns.
 * @param folder folder of the files
 * @return training and test data
 * @throws InvalidInput if one is missing, as ReadIdxDataset(), or if the images' shapes differ
 */
TrainTest ReadMnist(const std::string& folder);

/**
 * @param data the data sets
 * @param folder folder of the four files; must exist
 * @param gzipped whether to gzip them
 * @throws InvalidInput as WriteIdxDataset()
 */
void WriteMnist(const TrainTest& data, const std::string& folder, bool gzipped = false);

/**
 * @param folder a folder
 * @return whether it holds MNIST's first file, under one of its names
 */
bool HoldsMnist(const std::string& folder);

} // namespace fl
} // namespace ns3

#endif /* FL_IDX_H */
