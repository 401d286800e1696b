/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MODEL_FACTORY_H
#define FL_MODEL_FACTORY_H

#include "fl-model.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Make a model from an option's text.
 * @param text "softmax", "mlp" (200 hidden units), or "mlp:" and the units of each hidden layer, as
 *        "mlp:200" or "mlp:300-124-60" ("mlp:300,124,60" is the same), "svhn-cnn" (SvhnCnn), or
 * what else was registered
 * @param inputSize features per sample
 * @param classes number of classes
 * @return the model
 * @throws InvalidInput if the text is none of these, listing what is known, or if the model takes
 *         another number of features
 */
std::unique_ptr<const Model> MakeModel(const std::string& text,
                                       uint32_t inputSize,
                                       uint32_t classes);

/**
 * @param text of an option
 * @throws InvalidInput if MakeModel() does not take it, whatever the number of features
 */
void CheckModelText(const std::string& text);

/// @return for help texts: what MakeModel() takes
std::string KnownModels();

/**
 * What makes a model.
 *
 * Its arguments: what stands behind the colon of the option's text, if there is one; features per
 * sample; number of classes. Null refuses what stands behind the colon.
 */
using ModelMaker = std::function<
    std::unique_ptr<const Model>(const std::optional<std::string>&, uint32_t, uint32_t)>;

/**
 * @ingroup fl
 * Gives a model its name for MakeModel(), and with it under `--model`, from any file of a program:
 *
 * @code
 * const ModelRegistration g_net("net", "net", [](const auto& rest, uint32_t inputs, uint32_t n) {
 *     return rest ? nullptr : std::make_unique<const Net>(inputs, n);
 * });
 * @endcode
 *
 * The name is known as long as the object lives. Not for use by several threads at once.
 */
class ModelRegistration
{
  public:
    /**
     * @param name what stands before the colon, or alone; not empty, without a colon
     * @param usage for help and messages: what the text looks like, as "net, or net:UNITS"
     * @param make makes the model
     * @param inputSize features per sample that it takes; 0: any number
     * @throws std::logic_error if the name is taken, or can't be one
     */
    ModelRegistration(const std::string& name,
                      const std::string& usage,
                      ModelMaker make,
                      uint32_t inputSize = 0);
    ~ModelRegistration();
    ModelRegistration(const ModelRegistration&) = delete;
    ModelRegistration& operator=(const ModelRegistration&) = delete;

  private:
    std::string m_name; //!< of the model
};

} // namespace fl
} // namespace ns3

#endif /* FL_MODEL_FACTORY_H */
