/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATASET_H
#define FL_DATASET_H

#include "ns3/fl-image-shape.h"
#include "ns3/fl-token-shape.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// Sequences of tokens, one sample after the other.
struct TokenTable
{
    std::vector<uint32_t> ids;  //!< by token
    std::vector<uint8_t> types; //!< by token; empty: all 0
    std::vector<uint32_t>
        offsets; //!< samples + 1 numbers: each sample's first token, and their end
};

/**
 * @ingroup fl
 * Labelled samples, immutable: all devices and threads share one copy; a device's part of it is a
 * list of indices. A sample is a column of features, or, in text, a sequence of tokens: a column
 * for each, with the token's id and type.
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

    /**
     * From text as tokens.
     * @param table the samples' tokens; each has at least one
     * @param labels one per sample, each below classes
     * @param classes number of classes, 1 to 256
     * @param vocabulary ids are below; at most 2^24
     * @param name used in messages
     * @return the data set
     * @throws InvalidInput if sizes do not agree, a sample is empty, or a label or an id is out of
     *         range
     */
    static Dataset FromTokens(const TokenTable& table,
                              std::vector<uint8_t> labels,
                              uint32_t classes,
                              uint32_t vocabulary,
                              const std::string& name = "data set");

    /// @return features x samples; of text TOKEN_ROWS x tokens
    const Eigen::MatrixXf& Features() const;
    /// @return of text its vocabulary, its longest sequence and its token types; else no text
    const TokenShape& Tokens() const;
    /// @return a sample's first column
    /// @param sample its index; the number of samples gives the number of columns
    uint32_t FirstColumn(uint32_t sample) const;
    /// @return a sample's columns: 1, or of text its tokens
    /// @param sample its index
    uint32_t ColumnCount(uint32_t sample) const;
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
    TokenShape m_tokens;           //!< of text
    /// of text: samples + 1 numbers, each sample's first column, and their number
    std::vector<uint32_t> m_offsets;

    /// Check labels and classes.
    void CheckLabels(const std::string& name) const;
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
