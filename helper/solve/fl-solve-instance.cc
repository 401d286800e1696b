/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-solve-instance.h"

#include "fl-json-text.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"
#include "ns3/fl-method-name.h"

#include <sstream>

namespace ns3
{
namespace fl
{

namespace
{

/// Refuse a method that the problem has not.
void
CheckMethod(const SolveProblem& problem, const std::string& name)
{
    std::string known;
    for (const auto& [method, description] : problem.methods())
    {
        if (method == name)
        {
            return;
        }
        known += (known.empty() ? "" : ", ") + method;
    }
    throw InvalidInput(
        Describe("--method=", PrintableText(name, MAX_SHOWN_LENGTH), ": must be one of ", known));
}

/**
 * @param answer of a method
 * @param method its name
 * @return what is to be reported
 */
SolveReport
ReportAnswer(SolveAnswer answer, const std::string& method)
{
    SolveReport report;
    report.solveS = answer.solveS;
    if (answer.status == SolveStatus::FAILED)
    {
        report.exitCode = EXIT_FAILED;
        report.reason = Describe("method ", method, " failed: ", answer.termination);
    }
    report.write = [answer = std::move(answer), method](JsonStream& json) {
        json.Member("status", ToString(answer.status));
        json.Member("method", method);
        answer.write(json);
        json.Member("solve_s", answer.solveS);
    };
    return report;
}

/**
 * @param error why there is no answer
 * @param method the method's name
 * @return what is to be reported
 */
SolveReport
ReportInfeasible(const Infeasible& error, const std::string& method)
{
    SolveReport report;
    report.exitCode = EXIT_INFEASIBLE;
    report.reason = error.what();
    report.write = [reason = report.reason, limits = error.GetLimits(), method](JsonStream& json) {
        json.Member("status", ToString(SolveStatus::INFEASIBLE));
        json.Member("method", method);
        json.Member("reason", reason);
        for (const auto& [name, value] : limits)
        {
            // Not a number is printed as null.
            json.Member(name.c_str(), value);
        }
    };
    return report;
}

} // namespace

void
SolveReport::Print(std::ostream& out) const
{
    JsonStream json(out);
    json.OpenObject();
    write(json);
    json.CloseObject();
    out << std::endl;
}

std::string
SolveReport::ToText() const
{
    std::ostringstream text;
    Print(text);
    return text.str();
}

const SolveProblem&
FindSolveProblem(const std::string& name)
{
    std::string known;
    for (const auto& [key, problem] : SolveProblems())
    {
        if (key == name)
        {
            return problem;
        }
        known += (known.empty() ? "" : ", ") + key;
    }
    throw InvalidInput(Describe("unknown problem '",
                                PrintableText(name, MAX_SHOWN_LENGTH),
                                "': must be one of ",
                                known));
}

SolveReport
SolveInstance(const SolveProblem& problem,
              JsonDocument document,
              const std::string& source,
              const SolveRequest& request)
{
    SolveRequest named = request;
    named.method = request.method.empty()
                       ? problem.defaultMethod
                       : PlainMethodName(problem.name, problem.defaultMethod, request.method);
    CheckMethod(problem, named.method);
    // Whoever wrote the file knows its keys.
    const KeysInMessages keys;
    try
    {
        return ReportAnswer(problem.solve(std::move(document), named), named.method);
    }
    catch (const InvalidInput& error)
    {
        throw InvalidInput(PrintableName(source) + ": " + error.what());
    }
    catch (const Infeasible& error)
    {
        return ReportInfeasible(error, named.method);
    }
}

SolveReport
SolveInstance(const SolveProblem& problem,
              std::string_view text,
              const std::string& source,
              const SolveRequest& request)
{
    return SolveInstance(problem, ParseJson(text, source), source, request);
}

} // namespace fl
} // namespace ns3
