/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TENSOR_TABLE_H
#define FL_TENSOR_TABLE_H

#include "fl-model.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Parameters by name, as files have them, and their way into models. A tensor is in row-major
 * order: what a model with WeightOrder::INPUTS_FIRST has as a matrix, column by column, is its
 * transpose, so that nothing needs to be moved.
 */

namespace ns3
{
namespace fl
{

/// A tensor in memory that is owned elsewhere, in row-major order.
struct Tensor
{
    std::vector<uint64_t> shape; //!< from the slowest index to the fastest one
    const float* data{nullptr};  //!< first element
};

/// Tensors by name.
struct TensorTable
{
    std::string source;                    //!< for messages: a file's name
    std::map<std::string, Tensor> tensors; //!< by name
    std::shared_ptr<const void> owner;     //!< of their memory
};

/// @return shape of a slice as a tensor
/// @param slice of a model, with weights in the order WeightOrder::INPUTS_FIRST
std::vector<uint64_t> TensorShapeOf(const Slice& slice);

/// @return a shape for messages, as "768 x 3072"
/// @param shape a tensor's
std::string ToText(const std::vector<uint64_t>& shape);

/**
 * @param slices of a model
 * @param table has a tensor for each, of its name and shape; may have others
 * @return first elements of these tensors, by slice
 * @throws InvalidInput if one is missing, saying which there are, or has another shape
 */
std::vector<const float*> FindTensors(const std::vector<Slice>& slices, const TensorTable& table);

/**
 * Frozen parameters of a model out of a table, without a copy: they keep the table's memory alive.
 * @param model its frozen slices are looked for
 * @param table has them
 * @return them
 * @throws InvalidInput as FindTensors()
 */
FrozenParameters TakeFrozen(const Model& model, const TensorTable& table);

/**
 * Parameters that train out of a table, as a copy.
 * @param model its slices are looked for
 * @param table has them
 * @return the flat vector
 * @throws InvalidInput as FindTensors()
 */
Eigen::VectorXf TakeParameters(const Model& model, const TensorTable& table);

/**
 * All parameters of a model as a table: those that train as views of the vector, which the table
 * does not own, and the frozen ones.
 * @param model the model
 * @param parameters its flat vector, which must outlive the table
 * @return them by their slices' names
 */
TensorTable TensorsOf(const Model& model, const Eigen::VectorXf& parameters);

} // namespace fl
} // namespace ns3

#endif /* FL_TENSOR_TABLE_H */
