/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JSON_WRITER_H
#define FL_JSON_WRITER_H

#include <nlohmann/json.hpp>

/**
 * @file
 * @ingroup fl
 * Numbers in JSON, which has none that are infinite or not a number: these are left out.
 */

namespace ns3
{
namespace fl
{

/**
 * Add a member with a number to a JSON object.
 * @param json the object
 * @param key name of the member
 * @param value the number; no member is added if it is not finite
 */
void PutNumber(nlohmann::ordered_json& json, const char* key, double value);

} // namespace fl
} // namespace ns3

#endif /* FL_JSON_WRITER_H */
