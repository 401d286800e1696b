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
 * Add a number, if there is one.
 * @param json an object
 * @param key where to put it
 * @param value left out if it is not finite
 */
void PutNumber(nlohmann::ordered_json& json, const char* key, double value);

} // namespace fl
} // namespace ns3

#endif /* FL_JSON_WRITER_H */
