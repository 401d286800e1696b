/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-mel.h"

#include "fl-fuzz-watch.h"

#include "ns3/fl-error.h"
#include "ns3/fl-json-text.h"
#include "ns3/fl-mel-json.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-solve-instance.h"

#include <algorithm>
#include <cmath>
#include <limits>
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

/// Random choices for one instance.
class Generator
{
  public:
    Generator(uint64_t seed, uint64_t number)
        : m_stream(seed, number)
    {
    }

    /// @return one of {0, ..., bound - 1}
    size_t Below(size_t bound)
    {
        return m_stream.Below(bound);
    }

    /// @return a valid instance of random size
    Json MakeValid(Magnitude magnitude)
    {
        m_decades = magnitude == Magnitude::ORDINARY  ? 0.7
                    : magnitude == Magnitude::HOSTILE ? 4
                                                      : 15;
        const bool ordinary = magnitude == Magnitude::ORDINARY;
        Json json;
        json["cycle_time_s"] = Around(20);
        json["staleness"] = ordinary ? Below(7) : Count(1e6);
        json["samples"] = ordinary ? 1 + Below(60000) : std::max<int64_t>(1, Count(1e12));
        const size_t count = Below(10) < 9 ? 1 + Below(8) : 1 + Below(80);
        const auto share = json["samples"].get<int64_t>() / static_cast<int64_t>(count);
        json["min_samples"] = Below(3) == 0 ? 0 : Below(8) == 0 ? share : share / 10;
        json["learners"] = Json::array();
        for (size_t k = 0; k < count; ++k)
        {
            // Some are equal: ties.
            json["learners"].push_back(k > 0 && Below(8) == 0 ? json["learners"][k - 1]
                                                              : MakeLearner());
        }
        return json;
    }

    /// Change parts of an instance.
    void Damage(Json& json)
    {
        static const std::vector<Json> VALUES{-1,
                                              0,
                                              1e300,
                                              -1e-300,
                                              0.5,
                                              18446744073709551615ULL,
                                              1000000,
                                              1e12,
                                              1e-40,
                                              1e40,
                                              nullptr,
                                              "1",
                                              true,
                                              Json::array(),
                                              Json::object()};
        for (size_t times = 1 + Below(3); times > 0; --times)
        {
            Json* node = &json;
            while (node->is_structured() && !node->empty() && Below(12) > 0)
            {
                auto entry = node->begin();
                std::advance(entry, static_cast<std::ptrdiff_t>(Below(node->size())));
                node = &*entry;
            }
            *node = VALUES[Below(VALUES.size())];
        }
    }

  private:
    /// @return a number around an ordinary one
    double Around(double ordinary)
    {
        const double value = ordinary * std::pow(10, m_stream.Uniform(-m_decades, m_decades));
        return std::clamp(value, 1e-40, 1e40);
    }

    /// @return a count of any size up to that
    int64_t Count(double most)
    {
        return static_cast<int64_t>(std::pow(most, m_stream.Uniform()));
    }

    Json MakeLearner()
    {
        Json learner;
        const bool timed = Below(20) > 0;
        learner["c2"] = timed ? Around(5e-4) : 0;
        learner["c1"] = Below(10) == 0 ? 0 : Around(2e-4);
        learner["c0"] = Below(10) == 0 ? 0 : Around(0.5);
        learner["g2"] = timed && Below(10) == 0 ? 0 : Around(3e-5);
        learner["g1"] = Below(3) > 0 ? 0 : Around(1e-5);
        learner["g0"] = Below(10) == 0 ? 0 : Around(0.05);
        learner["energy_j"] = Below(20) == 0 ? 0 : Around(10);
        return learner;
    }

    RandomStream m_stream; //!< all random numbers
    double m_decades{0.7}; //!< how many orders of magnitude numbers may be away
};

/// One instance under all methods.
class Checker
{
  public:
    Checker(const std::string& text, Magnitude magnitude, Statistics& statistics)
        : m_text(text),
          m_magnitude(magnitude),
          m_statistics(statistics)
    {
    }

    /// Solve by all methods, compare. @return what is wrong
    std::vector<Fault> Run()
    {
        m_method = "mel reader";
        Watch::Note(m_method);
        try
        {
            m_problem = MelProblemFromJson(ParseJson(m_text, "fuzz.json"));
        }
        catch (const InvalidInput& error)
        {
            Count("refused");
            if (m_magnitude != Magnitude::DAMAGED)
            {
                Blame("refuses a valid instance", error.what());
            }
            return m_faults;
        }
        Count("accepted");
        for (const auto& [method, description] : FindSolveProblem("mel").methods())
        {
            m_method = method;
            Watch::Note(method);
            Solve();
        }
        m_method = "exact";
        if (m_best > m_bound * (1 + 1e-12))
        {
            Blame("bound exceeded", Describe(m_best, " above ", m_bound));
        }
        if (m_best >= 0 && m_exactSaysNone)
        {
            Blame("infeasible, but there is an answer", Describe(m_best));
        }
        return m_faults;
    }

  private:
    void Blame(const std::string& kind, const std::string& detail)
    {
        m_faults.push_back({m_method, kind, detail});
    }

    void Count(const std::string& status)
    {
        m_statistics.Count(Describe(m_method, ", ", ToString(m_magnitude)), status);
    }

    /// Solve by one method.
    void Solve()
    {
        SolveReport report;
        try
        {
            report = SolveInstance(FindSolveProblem("mel"), m_text, "fuzz.json", {m_method, 1, 1});
        }
        catch (const InvalidInput& error)
        {
            // The one reason that is found on the way: iterations without end.
            Count("refused");
            if (std::string(error.what()).find("iterations of each learner fit") ==
                std::string::npos)
            {
                Blame("refuses a valid instance", error.what());
            }
            return;
        }
        catch (const std::exception& error)
        {
            Blame("exception", PrintableText(error.what()));
            return;
        }
        const auto answer = nlohmann::json::parse(report.ToText());
        const std::string status = answer.at("status");
        Count(status);
        if (status == "infeasible")
        {
            m_exactSaysNone = m_exactSaysNone || m_method == "exact";
            return;
        }
        if (status == "failed")
        {
            Blame("failed", report.reason);
            return;
        }
        std::vector<MelWork> work;
        for (const auto& learner : answer.at("learners"))
        {
            work.push_back({learner.at("iterations"), learner.at("samples")});
        }
        const auto truth = EvaluateMel(m_problem, work);
        if (truth.status != SolveStatus::FEASIBLE || truth.objective != answer.at("objective"))
        {
            Blame("breaks constraints, or another objective", answer.at("objective").dump());
        }
        if (!answer.contains("upper_bound"))
        {
            Blame("no bound", status);
            return;
        }
        const double bound = answer.at("upper_bound");
        m_bound = std::min(m_bound, bound);
        m_best = std::max(m_best, truth.objective);
        if ((status == "optimal") != (bound == truth.objective))
        {
            Blame("status and bound disagree", Describe(status, ", ", bound));
        }
        if (m_magnitude == Magnitude::ORDINARY && m_method == "exact" && status != "optimal")
        {
            Blame("no proof on an ordinary instance", answer.at("termination"));
        }
    }

    const std::string& m_text;                               //!< the instance
    Magnitude m_magnitude;                                   //!< of its numbers
    Statistics& m_statistics;                                //!< counts answers
    std::vector<Fault> m_faults;                             //!< what is wrong
    std::string m_method;                                    //!< the one whose turn it is
    MelProblem m_problem;                                    //!< the instance, read
    bool m_exactSaysNone{false};                             //!< that there is no answer
    double m_best{-1};                                       //!< largest objective
    double m_bound{std::numeric_limits<double>::infinity()}; //!< least upper bound
};

} // namespace

FuzzInstance
MakeMelFuzzInstance(uint64_t seed, uint64_t number)
{
    Generator generator(seed, number);
    const size_t kind = generator.Below(20);
    const auto magnitude = kind < 9    ? Magnitude::ORDINARY
                           : kind < 14 ? Magnitude::HOSTILE
                           : kind < 16 ? Magnitude::EXTREME
                                       : Magnitude::DAMAGED;
    Json json =
        generator.MakeValid(magnitude == Magnitude::DAMAGED ? Magnitude::ORDINARY : magnitude);
    if (magnitude == Magnitude::DAMAGED)
    {
        generator.Damage(json);
    }
    return {magnitude, json.dump(1)};
}

std::vector<Fault>
CheckMelInstance(const std::string& text, Magnitude magnitude, Statistics& statistics)
{
    return Checker(text, magnitude, statistics).Run();
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
