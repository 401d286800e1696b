/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CIFAR_H
#define FL_CIFAR_H

#include "fl-dataset.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The binary version of CIFAR-10 (A. Krizhevsky, "Learning multiple layers of features from tiny
 * images", 2009): records of one label byte and 32 x 32 red, green and blue bytes.
 */

namespace ns3
{
namespace fl
{

/**
 * @param paths files whose records are put one after the other, plain or gzipped
 * @return the data set: 3 x 32 x 32 features in [0, 1], 10 classes
 * @throws InvalidInput if a file is missing, empty or truncated, or a label is out of range
 */
Dataset ReadCifar10Files(const std::vector<std::string>& paths);

/**
 * @param dataset colour images of 32 x 32 pixels in 10 classes
 * @param path where they go; gzipped if the name ends in .gz
 * @throws InvalidInput if the shape or the classes are not CIFAR-10's, or it cannot be written
 */
void WriteCifar10File(const Dataset& dataset, const std::string& path);

/**
 * CIFAR-10 by its files' names: data_batch_1.bin to data_batch_5.bin and test_batch.bin, each plain
 * or with .gz behind.
 * @param folder where they are
 * @return training and test data
 * @throws InvalidInput if one is missing, and as ReadCifar10Files()
 */
TrainTest ReadCifar10(const std::string& folder);

/**
 * @param folder a folder
 * @return whether it holds CIFAR-10's first file
 */
bool HoldsCifar10(const std::string& folder);

} // namespace fl
} // namespace ns3

#endif /* FL_CIFAR_H */
