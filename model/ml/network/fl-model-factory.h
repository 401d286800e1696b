/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MODEL_FACTORY_H
#define FL_MODEL_FACTORY_H

#include "fl-model.h"
#include "fl-transformer.h"

#include "ns3/fl-image-shape.h"
#include "ns3/fl-token-shape.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ns3
{
namespace fl
{

/// What a model's input is.
struct InputShape
{
    uint32_t features{1}; //!< per column
    ImageShape image;     //!< how they form an image
    TokenShape tokens;    //!< of text; no text: features
};

/**
 * @ingroup fl
 * Make a model from the value of `--model`.
 * @param text as below, or a transformer, all of whose parameters train: "transformer" (2 layers of
 *        width 64 with 4 heads), "transformer:LAYERS-WIDTH-HEADS", of text or images
 *        (TransformerConfig::ForInput(), with four times the width in the feed-forward part, and a
 *        pooler for text), or with a preset's structure, without its adapters,
 *        "transformer:bert-base" (TransformerConfig::BertBase()) or "transformer:vit-b-16"
 *        (TransformerConfig::VitBase())
 * @param shape of the input
 * @param classes number of classes
 * @return the model. Whether text has more token ids, tokens or types than a preset takes is seen
 *         by CheckFit()
 * @throws InvalidInput as below, or if one of input and model is text, and the other is not
 */
std::unique_ptr<const Model> MakeModel(const std::string& text,
                                       const InputShape& shape,
                                       uint32_t classes);

/**
 * @ingroup fl
 * The structure of a transformer from the value of `--model`.
 * @param text as MakeModel() takes it
 * @param shape of the input
 * @return the structure; a preset's has its adapters, others none. Nothing if the text is that of
 * no transformer
 */
std::optional<TransformerConfig> TransformerOf(const std::string& text, const InputShape& shape);

/**
 * @ingroup fl
 * Make a model of features that are no text from the value of `--model`.
 * @param text "softmax", "mlp" (200 hidden units), or "mlp:" and the units of each hidden layer, as
 *        "mlp:200" or "mlp:300-124-60" ("mlp:300,124,60" is the same), "svhn-cnn" (SvhnCnn), or
 *        what else was registered
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
 * @throws InvalidInput if MakeModel() does not take it, whatever the input
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
