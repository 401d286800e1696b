/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATASET_H
#define FL_DATASET_H

#include "ns3/fl-image-shape.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Labelled samples, immutable: all devices and threads share one copy; a device's part of it is a
 * list of indices.
 */
class Dataset
{
  public:
    /// No sample, no class.
    Dataset() = default;
    /**
     * @param features features x samples, one column per sample
     * @param labels one per sample, each below classes
     * @param classes number of classes, 1 to 256
     * @param shape how features form an image
     * @param name used in messages, a file's name for instance
     * @throws InvalidInput if sizes do not agree, a label is out of range or a feature not finite
     */
    Dataset(Eigen::MatrixXf features,
            std::vector<uint8_t> labels,
            uint32_t classes,
            ImageShape shape,
            const std::string& name = "data set");

    /**
     * From images with one byte per pixel, which become features in [0, 1].
     * @param pixels sample after sample, each shape.Size() bytes
     * @param labels one per sample, each below classes
     * @param classes number of classes, 1 to 256
     * @param shape of each image
     * @param name used in messages
     * @return the data set
     * @throws InvalidInput as the constructor
     */
    static Dataset FromPixels(const std::vector<uint8_t>& pixels,
                              std::vector<uint8_t> labels,
                              uint32_t classes,
                              ImageShape shape,
                              const std::string& name = "data set");

    /// @return features x samples
    const Eigen::MatrixXf& Features() const;
    /// @return labels, one per sample
    const std::vector<uint8_t>& Labels() const;
    /// @return the number of samples
    uint32_t Size() const;
    /// @return the number of features per sample
    uint32_t Dimension() const;
    /// @return the number of classes
    uint32_t Classes() const;
    /// @return how features form an image
    const ImageShape& Shape() const;

    /**
     * @param sample index of a sample, below Size()
     * @return its features as bytes, [0, 1] to 0 ... 255, rounded and clipped
     */
    std::vector<uint8_t> Pixels(uint32_t sample) const;

    /**
     * @param samples indices of samples, in any order, repeated or not
     * @return a data set of copies, in that order
     * @throws InvalidInput if an index is out of range
     */
    Dataset Subset(const std::vector<uint32_t>& samples) const;

  private:
    Eigen::MatrixXf m_features;    //!< one column per sample
    std::vector<uint8_t> m_labels; //!< by sample, 0 to m_classes - 1
    uint32_t m_classes{0};         //!< number of classes
    ImageShape m_shape;            //!< of an image
};

/// Training data, and data held out for evaluation.
struct TrainTest
{
    Dataset train; //!< to be partitioned among the devices
    Dataset test;  //!< held out, for evaluation only
};

} // namespace fl
} // namespace ns3

#endif /* FL_DATASET_H */
