/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_IDX_H
#define FL_IDX_H

#include "fl-dataset.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The IDX format (Y. LeCun, C. Cortes, C. Burges, "The MNIST database"): two zero bytes, the type
 * of the elements (0x08: unsigned byte; 0x0c: big-endian 32-bit number), the number of dimensions,
 * each dimension as a big-endian 32-bit number, the elements with the last dimension fastest. Plain
 * or gzipped.
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
 * @param path IDX file of images: samples x rows x columns, or, in colour, samples x channels x
 *        rows x columns
 * @return its contents, of three or four dimensions
 * @throws InvalidInput as ReadIdx(), or if there is no image
 */
IdxArray ReadIdxImages(const std::string& path);

/// @param images of three or four dimensions @return channels, rows and columns
ImageShape ShapeOfImages(const IdxArray& images);

/**
 * @param labels number of labels
 * @param images as many images
 * @param imagesPath their file, for messages
 * @param labelsPath the labels' file, for messages
 * @throws InvalidInput if the counts differ
 */
void RequireLabelCount(size_t labels,
                       const IdxArray& images,
                       const std::string& imagesPath,
                       const std::string& labelsPath);

/**
 * @param imagesPath IDX file of samples x rows x columns, or, in colour, of samples x channels x
 *        rows x columns
 * @param labelsPath IDX file of as many labels, as ReadIdxLabels() takes it
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
 * @param path IDX file of one label per sample, as bytes (MNIST) or as numbers of 32 bits, or of
 *        several numbers per sample, of which the first is the label (QMNIST)
 * @return the labels
 * @throws InvalidInput as ReadIdx(), or if a label is not between 0 and 255
 */
std::vector<uint8_t> ReadIdxLabels(const std::string& path);

} // namespace fl
} // namespace ns3

#endif /* FL_IDX_H */
