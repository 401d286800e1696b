/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-checkpoint-names.h"

#include "ns3/fl-error.h"
#include "ns3/fl-option-text.h"

#include <initializer_list>
#include <optional>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// One part of a model, under its two names.
struct Part
{
    std::string own;       //!< here
    std::string published; //!< in checkpoints
};

/// What both families have in a layer, where they call it the same.
const std::vector<Part> LAYER_PARTS{
    {"attention.output", "attention.output.dense"},
    {"up", "intermediate.dense"},
    {"down", "output.dense"},
};

/// BERT's layer.
const std::vector<Part> BERT_LAYER_PARTS{
    {"attention.query", "attention.self.query"},
    {"attention.key", "attention.self.key"},
    {"attention.value", "attention.self.value"},
    {"norm1", "attention.output.LayerNorm"},
    {"norm2", "output.LayerNorm"},
};

/// ViT's layer.
const std::vector<Part> VIT_LAYER_PARTS{
    {"attention.query", "attention.attention.query"},
    {"attention.key", "attention.attention.key"},
    {"attention.value", "attention.attention.value"},
    {"norm1", "layernorm_before"},
    {"norm2", "layernorm_after"},
};

/// Parts with weight and bias outside of layers, of both.
const std::vector<Part> MODEL_PARTS{
    {"pooler", "pooler.dense"},
    {"head", "classifier"},
};

/// Those of BERT.
const std::vector<Part> BERT_PARTS{
    {"embeddings.norm", "embeddings.LayerNorm"},
};

/// Those of ViT.
const std::vector<Part> VIT_PARTS{
    {"embeddings.patch", "embeddings.patch_embeddings.projection"},
    {"norm", "layernorm"},
};

/// BERT's single tensors.
const std::vector<Part> BERT_TENSORS{
    {"embeddings.word", "embeddings.word_embeddings.weight"},
    {"embeddings.position", "embeddings.position_embeddings.weight"},
    {"embeddings.type", "embeddings.token_type_embeddings.weight"},
};

/// ViT's single tensors.
const std::vector<Part> VIT_TENSORS{
    {"embeddings.cls", "embeddings.cls_token"},
    {"embeddings.position", "embeddings.position_embeddings"},
};

/// The published name of a part, if one of the lists has it
std::optional<std::string>
FindPart(const std::string& own, std::initializer_list<const std::vector<Part>*> lists)
{
    for (const auto* list : lists)
    {
        for (const auto& part : *list)
        {
            if (part.own == own)
            {
                return part.published;
            }
        }
    }
    return {};
}

/// What the parameters of a part end in
constexpr const char* ENDINGS[] = {".weight", ".bias", ".lora_A", ".lora_B"};

/// The published name of "layerN.PART" or "PART", which have a weight and a bias
std::optional<std::string>
FindModule(const std::string& own, bool isBert)
{
    const std::string layer = "layer";
    const size_t dot = own.find('.');
    if (own.rfind(layer, 0) == 0 && dot != std::string::npos)
    {
        const std::string number = own.substr(layer.size(), dot - layer.size());
        const auto part = FindPart(own.substr(dot + 1),
                                   {&LAYER_PARTS, isBert ? &BERT_LAYER_PARTS : &VIT_LAYER_PARTS});
        if (part && ParseCount(number))
        {
            return "encoder.layer." + number + "." + *part;
        }
    }
    return FindPart(own, {&MODEL_PARTS, isBert ? &BERT_PARTS : &VIT_PARTS});
}

/// Text with an ending that is replaced, if it has that
std::string
ReplaceEnding(const std::string& text, const std::string& ending, const std::string& other)
{
    return text.size() > ending.size() &&
                   text.compare(text.size() - ending.size(), ending.size(), ending) == 0
               ? text.substr(0, text.size() - ending.size()) + other
               : text;
}

/// What stands before the names of a family's tensors, where the file has a head besides
const char*
PrefixOf(CheckpointFamily family)
{
    return family == CheckpointFamily::BERT ? "bert." : "vit.";
}

/// A published name behind a prefix, but for the head, which stands beside the encoder, not in it
std::string
Prefixed(const std::string& prefix, const std::string& name, CheckpointFamily family)
{
    return (name.rfind("head.", 0) == 0 ? "" : prefix) + CheckpointNames::Published(name, family);
}

/// The first tensor that any checkpoint of a family has
std::string
FirstTensor(CheckpointFamily family)
{
    return CheckpointNames::Published(family == CheckpointFamily::BERT ? "embeddings.word"
                                                                       : "embeddings.cls",
                                      family);
}

} // namespace

CheckpointNames::CheckpointNames(const SafetensorsFile& file, CheckpointFamily family)
    : m_file(file),
      m_family(family)
{
    const std::string first = FirstTensor(family);
    const std::string prefix = PrefixOf(family);
    if (file.Has(prefix + first))
    {
        m_prefix = prefix;
    }
    else
    {
        file.Find(first);
    }
}

std::string
CheckpointNames::InFile(const std::string& name) const
{
    const std::string full = Prefixed(m_prefix, name, m_family);
    const std::string older =
        ReplaceEnding(ReplaceEnding(full, "LayerNorm.weight", "LayerNorm.gamma"),
                      "LayerNorm.bias",
                      "LayerNorm.beta");
    return !m_file.Has(full) && m_file.Has(older) ? older : full;
}

std::string
CheckpointNames::Published(const std::string& name, CheckpointFamily family)
{
    const bool isBert = family == CheckpointFamily::BERT;
    const auto tensor = FindPart(name, {isBert ? &BERT_TENSORS : &VIT_TENSORS});
    if (tensor)
    {
        return *tensor;
    }
    for (const char* ending : ENDINGS)
    {
        const std::string own = ReplaceEnding(name, ending, "");
        const auto found = own == name ? std::nullopt : FindModule(own, isBert);
        if (found)
        {
            return *found + ending;
        }
    }
    throw InvalidInput(Describe("tensor ",
                                QuoteForMessage(name),
                                ": must be one of a ",
                                isBert ? "BERT" : "ViT",
                                ", as layer0.attention.query.weight"));
}

std::string
CheckpointNames::WithPrefix(const std::string& name, CheckpointFamily family)
{
    return Prefixed(PrefixOf(family), name, family);
}

const std::string&
CheckpointNames::GetPrefix() const
{
    return m_prefix;
}

} // namespace fl
} // namespace ns3
