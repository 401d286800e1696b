/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-solve-instance.h"

#include "fl-joint-json.h"
#include "fl-json-reader.h"
#include "fl-mel-json.h"
#include "fl-schedule-json.h"

#include "ns3/fl-error.h"
#include "ns3/fl-joint-methods.h"
#include "ns3/fl-mel-methods.h"
#include "ns3/fl-method-name.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-schedule-methods.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace ns3
{
namespace fl
{

namespace
{

/// JSON whose members keep the order in which they were added.
using OrderedJson = nlohmann::ordered_json;

/// @return names and descriptions of a problem's methods
template <auto methods>
std::vector<std::pair<std::string, std::string>>
MethodNames()
{
    std::vector<std::pair<std::string, std::string>> names;
    for (const auto& method : methods())
    {
        names.emplace_back(method.name, method.description);
    }
    return names;
}

/// Solve an instance of the joint optimization of energy and time.
OrderedJson
SolveJointJson(const nlohmann::json& json, const SolveRequest& request)
{
    const auto problem = JointProblemFromJson(json);
    JointOptions options;
    options.threads = request.threads;
    options.uniform = [stream = std::make_shared<RandomStream>(request.seed)]() {
        return stream->Uniform();
    };
    const auto start = std::chrono::steady_clock::now();
    const auto solution = SolveJoint(request.method, problem, options);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    auto answer = JointSolutionToJson(solution);
    answer["solve_s"] = elapsed.count();
    return answer;
}

/// Solve an instance of the task allocation of mobile edge learning.
OrderedJson
SolveMelJson(const nlohmann::json& json, const SolveRequest& request)
{
    const auto problem = MelProblemFromJson(json);
    const auto start = std::chrono::steady_clock::now();
    const auto solution = SolveMel(request.method, problem);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    auto answer = MelSolutionToJson(solution);
    answer["solve_s"] = elapsed.count();
    return answer;
}

/// Solve an instance of device scheduling.
OrderedJson
SolveScheduleJson(const nlohmann::json& json, const SolveRequest& request)
{
    const auto problem = ScheduleProblemFromJson(json);
    RandomStream stream(request.seed);
    ScheduleOptions options;
    options.uniform = [&stream] { return stream.Uniform(); };
    const auto start = std::chrono::steady_clock::now();
    const auto solution = SolveSchedule(request.method, problem, options);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    auto answer = ScheduleSolutionToJson(solution);
    answer["solve_s"] = elapsed.count();
    return answer;
}

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
    throw InvalidInput(Describe("--method=", PrintableText(name, 40), ": must be one of ", known));
}

/**
 * @param answer of a method, an object with "status"
 * @param method its name
 * @return the same object; status and method are its first members
 */
OrderedJson
WithMethod(OrderedJson answer, const std::string& method)
{
    OrderedJson json;
    json["status"] = answer.at("status");
    json["method"] = method;
    // Of a million devices one copy is enough.
    for (auto& [key, value] : answer.items())
    {
        json[key] = std::move(value);
    }
    return json;
}

} // namespace

const std::vector<SolveProblem>&
SolveProblems()
{
    static const std::vector<SolveProblem> problems{
        {"joint",
         "energy and completion time: power, bandwidth and CPU frequency of every device",
         "global",
         &MethodNames<&JointMethods>,
         SolveJointJson},
        {"mel",
         "mobile edge learning: iterations and samples of every learner",
         "exact",
         &MethodNames<&MelMethods>,
         SolveMelJson},
        {"schedule",
         "device scheduling under a delay constraint: who uploads, and on which bandwidth",
         "exact",
         &MethodNames<&ScheduleMethods>,
         SolveScheduleJson},
    };
    return problems;
}

const SolveProblem&
FindSolveProblem(const std::string& name)
{
    std::string known;
    for (const auto& problem : SolveProblems())
    {
        if (problem.name == name)
        {
            return problem;
        }
        known += (known.empty() ? "" : ", ") + problem.name;
    }
    throw InvalidInput(
        Describe("unknown problem '", PrintableText(name, 40), "': must be one of ", known));
}

SolveReport
SolveInstance(const SolveProblem& problem,
              const std::string& text,
              const std::string& source,
              const SolveRequest& request)
{
    SolveRequest named = request;
    named.method = request.method.empty()
                       ? problem.defaultMethod
                       : PlainMethodName(problem.name, problem.defaultMethod, request.method);
    CheckMethod(problem, named.method);
    const auto json = ParseJson(text, source);
    SolveReport report;
    try
    {
        report.answer = WithMethod(problem.solve(json, named), named.method);
    }
    catch (const InvalidInput& error)
    {
        throw InvalidInput(PrintableName(source) + ": " + error.what());
    }
    catch (const Infeasible& error)
    {
        report.exitCode = EXIT_INFEASIBLE;
        report.reason = error.what();
        report.answer = {{"status", "infeasible"},
                         {"method", named.method},
                         {"reason", error.what()}};
        for (const auto& [name, value] : error.GetLimits())
        {
            // Not a number is printed as null.
            report.answer[name] = value;
        }
        return report;
    }
    if (report.answer["status"] == "failed")
    {
        report.exitCode = EXIT_FAILED;
        report.reason = Describe("method ",
                                 named.method,
                                 " failed: ",
                                 report.answer.value("termination", "no reason given"));
    }
    return report;
}

} // namespace fl
} // namespace ns3
