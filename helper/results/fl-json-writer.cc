/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-json-writer.h"

#include <cmath>

namespace ns3
{
namespace fl
{

void
PutNumber(nlohmann::ordered_json& json, const char* key, double value)
{
    if (std::isfinite(value))
    {
        json[key] = value;
    }
}

} // namespace fl
} // namespace ns3
