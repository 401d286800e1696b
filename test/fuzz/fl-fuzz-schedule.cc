/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-schedule.h"

#include "fl-fuzz-method-checker.h"

#include "ns3/fl-error.h"
#include "ns3/fl-json-text.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-schedule-json.h"
#include "ns3/fl-solve-instance.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{
namespace fuzz
{

namespace
{

using Json = nlohmann::ordered_json;

/// What answers promise, relative: sums of some dozens of numbers.
constexpr double PROMISED = 1e-9;

/// @return a number around an ordinary one, so many orders of magnitude away at most
double
Around(RandomStream& random, double ordinary, double decades)
{
    return std::clamp(ordinary * std::pow(10, random.Uniform(-decades, decades)), 1e-40, 1e40);
}

/// @return a valid instance
Json
MakeValid(RandomStream& random, double decades)
{
    Json json;
    json["bandwidth_hz"] = Around(random, 1e7, decades);
    json["payload_bits"] = Around(random, 1e3, decades);
    json["queue_weight"] = random.Uniform() < 0.1 ? 0 : Around(random, 1e2, 2 * decades);
    auto& gains = json["gain_over_noise_hz"] = Json::array();
    const size_t count = 1 + random.Below(random.Uniform() < 0.9 ? 12 : 200);
    for (size_t i = 0; i < count; ++i)
    {
        // Some are equal: ties.
        gains.push_back(i > 0 && random.Uniform() < 0.1 ? gains[i - 1].get<double>()
                                                        : Around(random, 1e5, decades));
    }
    if (random.Uniform() < 0.5)
    {
        json["delay_limit_s"] = Around(random, 1e-2, decades);
    }
    if (random.Uniform() < 0.3)
    {
        json["devices_per_round"] = 1 + random.Below(count);
        json["round"] = 1 + random.Below(uint64_t{1} << 53);
    }
    if (random.Uniform() < 0.3)
    {
        auto& averages = json["average_gain_over_noise_hz"] = Json::array();
        for (size_t i = 0; i < count; ++i)
        {
            averages.push_back(Around(random, 1e5, decades));
        }
    }
    return json;
}

/// One instance under all methods.
class ScheduleChecker : public MethodChecker
{
  public:
    /// @param text the instance
    /// @param magnitude of its numbers
    /// @param statistics counts the answers
    ScheduleChecker(const std::string& text, Magnitude magnitude, Statistics& statistics)
        : MethodChecker("schedule", text, magnitude, statistics)
    {
    }

  private:
    /// An answer is one, and worth what it says.
    void Look(const Json& answer, int /* exitCode */) override
    {
        const std::string status = answer.at("status");
        if (status != (m_method == "exact" ? "optimal" : "feasible"))
        {
            Blame("status", answer.dump().substr(0, 300));
            return;
        }
        const auto problem = ScheduleProblemFromJson(ParseJson(m_text, "fuzz.json"));
        std::vector<double> bandwidthHz;
        for (const auto& device : answer.at("devices"))
        {
            bandwidthHz.push_back(device.at("bandwidth_hz"));
        }
        if (bandwidthHz.size() != problem.gainOverNoiseHz.size())
        {
            Blame("not all devices", Describe(bandwidthHz.size()));
            return;
        }
        const auto truth = EvaluateSchedule(problem, bandwidthHz);
        const double objective = answer.at("objective");
        const double size = static_cast<double>(bandwidthHz.size());
        const double slack = PROMISED * std::max(size, std::abs(objective));
        if (truth.status != SolveStatus::FEASIBLE ||
            std::abs(truth.objective - objective) > slack ||
            answer.at("selected").get<size_t>() != truth.selected)
        {
            Blame("wrong answer", Describe(ToString(truth.status), ", ", truth.objective));
        }
        if (m_method == "exact")
        {
            m_bound = answer.at("upper_bound");
            if (m_bound - objective > slack || m_bound < objective)
            {
                Blame("bound", Describe(objective, ", ", m_bound));
            }
        }
        else if (objective > m_bound + slack)
        {
            Blame("bound exceeded", Describe(objective, " is above ", m_bound));
        }
    }

    double m_bound{HUGE_VAL}; //!< the exact solver's
};

} // namespace

FuzzInstance
MakeScheduleFuzz(uint64_t seed, uint64_t number)
{
    RandomStream random(seed ^ 0x5c4ed01e, number);
    const auto magnitude = static_cast<Magnitude>(random.Below(4));
    const double decades = magnitude == Magnitude::HOSTILE   ? 6
                           : magnitude == Magnitude::EXTREME ? 40
                                                             : 1;
    Json json = MakeValid(random, decades);
    if (magnitude == Magnitude::DAMAGED)
    {
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
        auto entry = json.begin();
        std::advance(entry, static_cast<std::ptrdiff_t>(random.Below(json.size())));
        const auto& value = VALUES[random.Below(VALUES.size())];
        if (entry->is_array() && random.Uniform() < 0.7)
        {
            (*entry)[random.Below(entry->size())] = value;
        }
        else
        {
            *entry = value;
        }
    }
    std::string text = json.dump(1);
    if (magnitude == Magnitude::DAMAGED && random.Uniform() < 0.3)
    {
        text[random.Below(text.size())] = static_cast<char>(random.Below(256));
    }
    return {magnitude, text};
}

std::vector<Fault>
CheckScheduleInstance(const std::string& text, Magnitude magnitude, Statistics& statistics)
{
    return ScheduleChecker(text, magnitude, statistics).Run();
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
