/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-method-checker.h"

#include "fl-fuzz-watch.h"

#include "ns3/fl-error.h"
#include "ns3/fl-json-text.h"
#include "ns3/fl-solve-instance.h"

#include <algorithm>

namespace ns3
{
namespace fl
{
namespace fuzz
{

MethodChecker::MethodChecker(const std::string& problem,
                             const std::string& text,
                             Magnitude magnitude,
                             Statistics& statistics)
    : m_problem(problem),
      m_text(text),
      m_magnitude(magnitude),
      m_statistics(statistics)
{
}

std::vector<Fault>
MethodChecker::Run()
{
    for (const auto& [method, description] : FindSolveProblem(m_problem).methods())
    {
        m_method = method;
        Watch::Note(m_problem + " " + method);
        Solve();
    }
    return m_faults;
}

void
MethodChecker::Blame(const std::string& kind, const std::string& detail)
{
    m_faults.push_back({m_problem + " " + m_method, kind, detail});
}

void
MethodChecker::Count(const std::string& status)
{
    m_statistics.Count(Describe(m_problem, " ", m_method, ", ", ToString(m_magnitude)), status);
}

bool
MethodChecker::MayRefuse(const std::string& /* message */) const
{
    return false;
}

void
MethodChecker::Solve()
{
    // The longest message that still is one line for people.
    constexpr size_t MOST_CHARACTERS = 700;
    try
    {
        const auto report =
            SolveInstance(FindSolveProblem(m_problem), m_text, "fuzz.json", {m_method, 1, 1});
        const auto answer = nlohmann::ordered_json::parse(report.ToText());
        Count(answer.at("status"));
        Look(answer, report.exitCode);
    }
    catch (const InvalidInput& error)
    {
        Count("refused");
        const std::string message = error.what();
        if (m_magnitude != Magnitude::DAMAGED && !MayRefuse(message))
        {
            Blame("refuses a valid instance", message);
        }
        const bool printable = std::all_of(message.begin(), message.end(), [](unsigned char c) {
            return c >= 0x20 && c < 0x7f;
        });
        if (!printable || message.size() > MOST_CHARACTERS)
        {
            Blame("bad message", PrintableText(message));
        }
    }
    catch (const std::exception& error)
    {
        Blame("exception", PrintableText(error.what()));
    }
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
