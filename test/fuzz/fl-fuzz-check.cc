/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-check.h"

#include "ns3/fl-error.h"
#include "ns3/fl-joint-json.h"
#include "ns3/fl-json-reader.h"
#include "ns3/fl-solve-instance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace ns3
{
namespace fl
{
namespace fuzz
{

namespace
{

using Json = nlohmann::json;

/// What answers promise: constraints and costs relative to their size, the gap of an optimum.
constexpr double PROMISED = 1e-9;

/// One instance under all methods.
class Checker
{
  public:
    Checker(const std::string& text, Magnitude magnitude, uint32_t threads, Statistics& statistics)
        : m_text(text),
          m_magnitude(magnitude),
          m_threads(threads),
          m_statistics(statistics)
    {
    }

    /// Solve by all methods, compare. @return what is wrong
    std::vector<Fault> Run()
    {
        for (const auto& [method, description] : FindSolveProblem("joint").methods())
        {
            m_method = method;
            Solve();
            if (m_refused)
            {
                // What is no instance is none for all methods.
                return m_faults;
            }
        }
        m_method = "global";
        if (m_bestMethod.empty())
        {
            return m_faults;
        }
        if (m_globalSays == "none")
        {
            Blame("infeasible, but there is an answer", m_bestMethod);
        }
        if (m_bound > m_best + PROMISED * std::abs(m_best))
        {
            Blame("bound undercut", Describe(m_bound, " against ", m_best, " by ", m_bestMethod));
        }
        return m_faults;
    }

  private:
    /// Note a fault.
    void Blame(const std::string& kind, const std::string& detail)
    {
        m_faults.push_back({m_method, kind, detail});
    }

    /// Messages are one line, printable, and not endless.
    void CheckMessage(const std::string& message)
    {
        const bool printable = std::all_of(message.begin(), message.end(), [](unsigned char c) {
            return c >= 0x20 && c < 0x7f;
        });
        if (message.empty() || !printable || message.size() > 700)
        {
            Blame("bad message", PrintableText(message));
        }
    }

    /// Solve by one method.
    void Solve()
    {
        SolveReport report;
        try
        {
            report = SolveInstance(FindSolveProblem("joint"),
                                   m_text,
                                   "fuzz.json",
                                   {m_method, 1, m_threads});
        }
        catch (const InvalidInput& error)
        {
            m_refused = true;
            m_statistics.Count(m_method, "refused");
            CheckMessage(error.what());
            if (m_magnitude != Magnitude::DAMAGED)
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
        const Json answer = Json::parse(report.answer.dump());
        const std::string status = answer.at("status");
        m_statistics.Count(m_method, report.exitCode == EXIT_INFEASIBLE ? "none" : status);
        if (m_method == "global")
        {
            m_globalSays = report.exitCode == EXIT_INFEASIBLE ? "none" : status;
        }
        if (report.exitCode != EXIT_DONE)
        {
            CheckMessage(report.reason);
        }
        if (report.exitCode == EXIT_FAILED && m_magnitude == Magnitude::ORDINARY)
        {
            Blame("fails on an ordinary instance", report.reason);
        }
        if (status == "optimal" || status == "feasible")
        {
            CheckFeasible(answer);
        }
        if (status == "optimal")
        {
            CheckOptimal(answer);
        }
        if (status == "infeasible" && report.exitCode == EXIT_DONE && !answer.contains("violation"))
        {
            Blame("no violation told", "status infeasible");
        }
    }

    /// @return the number, or nothing, which is a fault
    std::optional<double> Number(const Json& json, const char* key)
    {
        if (!json.contains(key) || !json.at(key).is_number() ||
            !std::isfinite(json.at(key).get<double>()))
        {
            Blame(std::string("no number: ") + key, json.contains(key) ? json.at(key).dump() : "");
            return std::nullopt;
        }
        return json.at(key).get<double>();
    }

    /// The answer breaks no constraint, and costs what it says.
    void CheckFeasible(const Json& answer)
    {
        const auto problem = JointProblemFromJson(Json::parse(m_text));
        const auto objective = Number(answer, "objective");
        const auto energyJ = Number(answer, "energy_j");
        const auto timeS = Number(answer, "time_s");
        std::vector<JointShare> shares;
        for (const auto& device : answer.at("devices"))
        {
            const auto hz = Number(device, "bandwidth_hz");
            const auto powerW = Number(device, "power_w");
            const auto cpuHz = Number(device, "cpu_hz");
            if (!hz || !powerW || !cpuHz || !Number(device, "upload_s") ||
                !Number(device, "compute_s"))
            {
                return;
            }
            shares.push_back({*hz, *powerW, *cpuHz, 0, 0});
        }
        if (!objective || !energyJ || !timeS)
        {
            return;
        }
        if (shares.size() != problem.devices.size())
        {
            Blame("not all devices", Describe(shares.size()));
            return;
        }
        const auto truth = EvaluateJoint(problem, std::move(shares));
        // The sum of bandwidths may round off with every device.
        if (truth.violation.Exceeds(problem, *timeS / problem.rounds, 2 * PROMISED))
        {
            Blame("breaks constraints", Json(JointSolutionToJson(truth)["violation"]).dump());
        }
        if (std::abs(truth.objective - *objective) > PROMISED * std::abs(*objective))
        {
            Blame("wrong objective", Describe(*objective, ", is ", truth.objective));
        }
        if (*objective < m_best)
        {
            m_best = *objective;
            m_bestMethod = m_method;
        }
    }

    /// The bound is met.
    void CheckOptimal(const Json& answer)
    {
        const auto gap = Number(answer, "gap");
        const auto bound = Number(answer, "lower_bound");
        if (gap && *gap > PROMISED)
        {
            Blame("gap of an optimum", Describe(*gap));
        }
        if (bound)
        {
            m_bound = std::max(m_bound, *bound);
        }
    }

    const std::string& m_text;   //!< the instance
    Magnitude m_magnitude;       //!< of its numbers
    uint32_t m_threads;          //!< for methods that use several
    Statistics& m_statistics;    //!< counts answers
    std::vector<Fault> m_faults; //!< what is wrong
    std::string m_method;        //!< the one whose turn it is
    bool m_refused{false};       //!< the instance is no instance
    std::string m_globalSays;    //!< status of the global solver; none: no answer exists
    std::string m_bestMethod;    //!< whose answer is the best
    double m_best{std::numeric_limits<double>::infinity()};   //!< least objective
    double m_bound{-std::numeric_limits<double>::infinity()}; //!< largest lower bound
};

} // namespace

void
Statistics::Count(const std::string& method, const std::string& status)
{
    ++m_counts[method][status];
}

void
Statistics::Print(std::ostream& os) const
{
    for (const auto& [method, counts] : m_counts)
    {
        os << "  " << method << ":";
        for (const auto& [status, count] : counts)
        {
            os << " " << status << " " << count;
        }
        os << "\n";
    }
}

std::vector<Fault>
CheckInstance(const std::string& text,
              Magnitude magnitude,
              uint32_t threads,
              Statistics& statistics)
{
    return Checker(text, magnitude, threads, statistics).Run();
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
