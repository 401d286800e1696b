/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATA_FIT_H
#define FL_DATA_FIT_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-model.h"

#include <cstddef>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * How samples of a data set become the input of a model.
 */

namespace ns3
{
namespace fl
{

/**
 * Complain if a data set is not what a model takes.
 * @param model takes features, or tokens
 * @param dataset has them
 * @throws InvalidInput if one has text and the other has not, the number of features is another
 *         one, or the vocabulary, the longest sequence or the token types are beyond the model's
 */
void CheckFit(const Model& model, const Dataset& dataset);

/**
 * Complain if a data set is not what a classifier takes.
 * @param model its outputs are classes
 * @param dataset has labels
 * @throws InvalidInput as CheckFit(), or if there are more classes than outputs
 */
void CheckClassifierFit(const Model& model, const Dataset& dataset);

/**
 * Complain about samples that there are not.
 * @param what they are for
 * @param dataset has the samples
 * @param samples indices
 * @throws InvalidInput if there is none, or one is out of range
 */
void CheckSamples(const char* what, const Dataset& dataset, const std::vector<uint32_t>& samples);

/**
 * @ingroup fl
 * Some samples of a data set, one after the other, for one call of Model::Forward(). Its memory is
 * kept for the next ones.
 */
class SampleBlock
{
  public:
    /**
     * Gather samples, as long as there is room, at least one.
     * @param dataset has the samples
     * @param samples indices, in range
     * @param first index in samples of the first one
     * @param maxSamples samples that are not to be exceeded, at least 1
     * @param maxColumns columns that are not to be exceeded, but for one sample
     * @return how many were gathered
     */
    size_t Gather(const Dataset& dataset,
                  const std::vector<uint32_t>& samples,
                  size_t first,
                  size_t maxSamples,
                  size_t maxColumns);

    /// @return their features or tokens, side by side
    ConstMatrixView Input() const;
    /// @return how these form samples; valid until the next Gather()
    BatchShape Shape() const;
    /// @return one per sample
    const std::vector<uint8_t>& Labels() const;

  private:
    Eigen::MatrixXf m_columns;       //!< at least as many as are in use
    std::vector<uint32_t> m_offsets; //!< first column of each sample, and the number of columns
    std::vector<uint8_t> m_labels;   //!< by sample
    bool m_isText{false};            //!< whether columns are tokens
};

} // namespace fl
} // namespace ns3

#endif /* FL_DATA_FIT_H */
