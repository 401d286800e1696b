/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MODEL_FACTORY_H
#define FL_MODEL_FACTORY_H

#include "fl-model.h"

#include <cstdint>
#include <memory>
#include <string>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Make a model from an option's text.
 * @param text "softmax", "mlp" (200 hidden units), or "mlp:" and the units of each hidden layer, as
 *        "mlp:200" or "mlp:300-124-60" ("mlp:300,124,60" is the same)
 * @param inputSize features per sample
 * @param classes number of classes
 * @return the model
 * @throws InvalidInput if the text is none of these, listing what is known
 */
std::unique_ptr<const Model> MakeModel(const std::string& text,
                                       uint32_t inputSize,
                                       uint32_t classes);

/// @return for help texts: what MakeModel() takes
std::string KnownModels();

} // namespace fl
} // namespace ns3

#endif /* FL_MODEL_FACTORY_H */
