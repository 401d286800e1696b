/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-schedule.h"

#include "fl-fuzz-watch.h"

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
class ScheduleChecker
{
  public:
    ScheduleChecker(const std::string& text, Magnitude magnitude, Statistics& statistics)
        : m_text(text),
          m_magnitude(magnitude),
          m_statistics(statistics)
    {
    }

    /// Solve by all methods, compare. @return what is wrong
    std::vector<Fault> Run()
    {
        for (const auto& [method, description] : FindSolveProblem("schedule").methods())
        {
            m_method = method;
            Watch::Note("schedule " + method);
            Solve();
        }
        return m_faults;
    }

  private:
    /// Note a fault.
    void Blame(const std::string& kind, const std::string& detail)
    {
        m_faults.push_back({"schedule " + m_method, kind, detail});
    }

    /// Solve by one method; the exact one comes first.
    void Solve()
    {
        try
        {
            const auto report =
                SolveInstance(FindSolveProblem("schedule"), m_text, "fuzz.json", {m_method, 1, 1});
            Look(Json::parse(report.ToText()));
        }
        catch (const InvalidInput& error)
        {
            m_statistics.Count(Describe("schedule ", m_method, ", ", ToString(m_magnitude)),
                               "refused");
            const std::string message = error.what();
            if (m_magnitude != Magnitude::DAMAGED)
            {
                Blame("refuses a valid instance", message);
            }
            const bool printable = std::all_of(message.begin(), message.end(), [](unsigned char c) {
                return c >= 0x20 && c < 0x7f;
            });
            if (!printable || message.size() > 700)
            {
                Blame("bad message", PrintableText(message));
            }
        }
        catch (const std::exception& error)
        {
            Blame("exception", PrintableText(error.what()));
        }
    }

    /// An answer is one, and worth what it says.
    void Look(const Json& answer)
    {
        const std::string status = answer.at("status");
        m_statistics.Count(Describe("schedule ", m_method, ", ", ToString(m_magnitude)), status);
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

    const std::string& m_text;   //!< the instance
    Magnitude m_magnitude;       //!< of its numbers
    Statistics& m_statistics;    //!< counts answers
    std::vector<Fault> m_faults; //!< what is wrong
    std::string m_method;        //!< the one whose turn it is
    double m_bound{HUGE_VAL};    //!< the exact solver's
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
