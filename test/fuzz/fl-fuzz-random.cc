/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-random.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

namespace ns3
{
namespace fl
{
namespace fuzz
{

double
Around(RandomStream& random, double ordinary, double decades)
{
    return std::clamp(ordinary * std::pow(10, random.Uniform(-decades, decades)), 1e-30, 1e30);
}

void
Damage(nlohmann::ordered_json& json, RandomStream& random)
{
    using Json = nlohmann::ordered_json;
    static const std::vector<Json> VALUES{1e308,
                                          -1,
                                          0,
                                          -0.0,
                                          5e-324,
                                          1e-41,
                                          nullptr,
                                          true,
                                          "1",
                                          Json::array(),
                                          Json::object()};
    Json* at = &json;
    while (at->is_structured() && !at->empty() && (at == &json || random.Uniform() < 0.8))
    {
        auto entry = at->begin();
        std::advance(entry, static_cast<std::ptrdiff_t>(random.Below(at->size())));
        at = &*entry;
    }
    *at = VALUES[random.Below(VALUES.size())];
}

FuzzInstance
MakeFuzz(RandomStream& random,
         nlohmann::ordered_json (*makeValid)(RandomStream& random, double decades))
{
    const auto magnitude = static_cast<Magnitude>(random.Below(4));
    const double decades = magnitude == Magnitude::HOSTILE   ? 3
                           : magnitude == Magnitude::EXTREME ? 25
                                                             : 0.4;
    nlohmann::ordered_json json = makeValid(random, decades);
    if (magnitude == Magnitude::DAMAGED)
    {
        Damage(json, random);
    }
    std::string text = json.dump(1);
    if (magnitude == Magnitude::DAMAGED && random.Uniform() < 0.3)
    {
        text[random.Below(text.size())] = static_cast<char>(random.Below(256));
    }
    return {magnitude, text};
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
