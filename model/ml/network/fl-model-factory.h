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
 * Make a model from the value of `--model`.
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

/// @return description of the values of MakeModel(), for help texts
std::string KnownModels();

/**
 * Factory of a registered model.
 *
 * Arguments: text after the colon, if there is a colon; features per sample; number of classes. It
 * returns null to refuse the text after the colon.
 */
using ModelMaker = std::function<
    std::unique_ptr<const Model>(const std::optional<std::string>&, uint32_t, uint32_t)>;

/**
 * @ingroup fl
 * Registers a model for MakeModel(), and so for `--model`, from any file of a program:
 *
 * @code
 * const ModelRegistration g_net("net", "net", [](const auto& rest, uint32_t inputs, uint32_t n) {
 *     return rest ? nullptr : std::make_unique<const Net>(inputs, n);
 * });
 * @endcode
 *
 * The name is registered for the lifetime of the object. Not thread-safe.
 */
class ModelRegistration
{
  public:
    /**
     * @param name text before the colon, or all of it; not empty, without a colon
     * @param usage description of the values for help and messages, as "net, or net:UNITS"
     * @param make the factory
     * @param inputSize number of features per sample that the model takes; 0: any
     * @throws std::logic_error if the name is not unique, empty, or has a colon
     */
    ModelRegistration(const std::string& name,
                      const std::string& usage,
                      ModelMaker make,
                      uint32_t inputSize = 0);
    ~ModelRegistration();
    ModelRegistration(const ModelRegistration&) = delete;
    ModelRegistration& operator=(const ModelRegistration&) = delete;

  private:
    std::string m_name; //!< name of the model
};

} // namespace fl
} // namespace ns3

#endif /* FL_MODEL_FACTORY_H */
