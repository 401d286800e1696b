/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-check.h"

#include "fl-fuzz-watch.h"

#include "ns3/fl-error.h"
#include "ns3/fl-joint-json.h"
#include "ns3/fl-json-text.h"
#include "ns3/fl-solve-instance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
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

/// The method that gives what its formulas give, whatever that is.
constexpr const char* LITERAL = "paper-literal";

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
        if (!Read())
        {
            return m_faults;
        }
        for (const auto& [method, description] : FindSolveProblem("joint").methods())
        {
            m_method = method;
            Watch::Note(method);
            Solve();
        }
        if (m_bestMethod.empty())
        {
            return m_faults;
        }
        for (const auto& method : m_saysNone)
        {
            m_method = method;
            Blame("infeasible, but there is an answer", m_bestMethod);
        }
        m_method = "global";
        if (m_bound > m_best + PROMISED * std::abs(m_best))
        {
            Blame("bound undercut",
                  Describe(m_bound, " is undercut by ", m_bound - m_best, " by ", m_bestMethod));
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

    /// @return whether the text is an instance; methods refuse those that they are not made for,
    /// but what is none is none for all
    bool Read()
    {
        m_method = "reader";
        Watch::Note(m_method);
        try
        {
            m_problem = JointProblemFromJson(ParseJson(m_text, "fuzz.json"));
        }
        catch (const InvalidInput& error)
        {
            m_statistics.Count(Describe(m_method, ", ", ToString(m_magnitude)), "refused");
            CheckMessage(error.what());
            if (m_magnitude != Magnitude::DAMAGED)
            {
                Blame("refuses a valid instance", error.what());
            }
            return false;
        }
        catch (const std::exception& error)
        {
            Blame("exception", PrintableText(error.what()));
            return false;
        }
        m_statistics.Count(Describe(m_method, ", ", ToString(m_magnitude)), "accepted");
        return true;
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
            m_statistics.Count(Describe(m_method, ", ", ToString(m_magnitude)), "refused");
            CheckMessage(error.what());
            if (m_method == "global" || m_method == "paper")
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
        const Json answer = Json::parse(report.ToText());
        const std::string status = answer.at("status");
        m_statistics.Count(Describe(m_method, ", ", ToString(m_magnitude)),
                           report.exitCode == EXIT_INFEASIBLE ? "none" : status);
        // Other methods fix some of the variables, and may find no answer where there is one.
        const bool isPaper = m_method == "paper";
        if (report.exitCode == EXIT_INFEASIBLE && (m_method == "global" || isPaper))
        {
            m_saysNone.push_back(m_method);
        }
        if (answer.contains("violation") && (m_method == "global" || m_method == "paper"))
        {
            Blame("answer that breaks constraints", answer.at("violation").dump());
        }
        if (report.exitCode != EXIT_DONE)
        {
            CheckMessage(report.reason);
        }
        // Formulas without repairs may have no answer.
        if (report.exitCode == EXIT_FAILED && m_magnitude == Magnitude::ORDINARY &&
            m_method != LITERAL)
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
        // It is made to prove its answers. Rounding may leave the gap above 1e-9 where weights are
        // 1e-12, but not wide open.
        if (status == "feasible" && m_method == "global" && m_magnitude == Magnitude::ORDINARY &&
            !(answer.value("gap", 1.0) < 1e-6))
        {
            Blame("no proof on an ordinary instance", answer.value("termination", ""));
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
        if (shares.size() != m_problem.devices.size())
        {
            Blame("not all devices", Describe(shares.size()));
            return;
        }
        const auto truth = EvaluateJoint(m_problem, std::move(shares));
        // The sum of bandwidths may round off with every device.
        if (truth.violation.Exceeds(m_problem, *timeS / m_problem.rounds, 2 * PROMISED))
        {
            const auto& violation = truth.violation;
            Blame("breaks constraints",
                  Describe("by ",
                           violation.bandwidthHz,
                           " Hz of bandwidth, ",
                           violation.txPowerW,
                           " W, ",
                           violation.cpuHz,
                           " Hz of CPU frequency, ",
                           violation.deadlineS,
                           " s"));
        }
        // Formulas without repairs may give a duration that no device needs.
        const double excess = *objective - truth.objective;
        const double slack = PROMISED * std::abs(*objective);
        if (excess < -slack || (excess > slack && m_method != LITERAL))
        {
            Blame("wrong objective", Describe(truth.objective, ", but says ", excess, " more"));
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

    const std::string& m_text;                                //!< the instance
    Magnitude m_magnitude;                                    //!< of its numbers
    uint32_t m_threads;                                       //!< for methods that use several
    Statistics& m_statistics;                                 //!< counts answers
    std::vector<Fault> m_faults;                              //!< what is wrong
    std::string m_method;                                     //!< the one whose turn it is
    JointProblem m_problem;                                   //!< the instance, read
    std::vector<std::string> m_saysNone;                      //!< who says that there is no answer
    std::string m_bestMethod;                                 //!< whose answer is the best
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
