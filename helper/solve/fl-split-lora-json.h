/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_LORA_JSON_H
#define FL_SPLIT_LORA_JSON_H

#include "fl-json-document.h"
#include "fl-json-stream.h"
#include "fl-split-lora-steps.h"

/**
 * @file
 * @ingroup fl
 * Steps of split federated LoRA as JSON; the keys are in doc/fl.rst and test/golden.
 */

namespace ns3
{
namespace fl
{

/**
 * @param document the system; what is expected of it, where it is there, is not looked at
 * @return the system, its tensors in float32
 * @throws InvalidInput that names the place, the value and what is allowed
 */
SplitLoraProblem SplitLoraFromJson(const JsonDocument& document);

/**
 * Print what came out.
 * @param solution of RunSplitLora()
 * @param json within an object
 */
void WriteSplitLora(const SplitLoraSolution& solution, JsonStream& json);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_LORA_JSON_H */
