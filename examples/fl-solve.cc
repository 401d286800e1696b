/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Solves one instance of an optimization problem: JSON in, JSON out; run by ./fl solve.
 *
 * `fl-solve PROBLEM FILE.json [--method=METHOD]`. Standard output gets the answer and nothing else.
 */

#include "ns3/fl-error.h"
#include "ns3/fl-json-document.h"
#include "ns3/fl-json-text.h"
#include "ns3/fl-main.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-solve-instance.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

using namespace ns3::fl;

namespace
{

/// @return the first lines of --help: how to call it, the problems and their methods
std::string
Usage()
{
    std::string text = "fl-solve PROBLEM FILE.json [--method=METHOD]\n\n"
                       "Solves one instance, prints the answer as JSON.\n\nProblems and methods:\n";
    for (const auto& [kind, problem] : SolveProblems())
    {
        text += "  " + kind + ": " + problem.description + "\n";
        for (const auto& [name, description] : problem.methods())
        {
            text += "    " + name + (name == problem.defaultMethod ? " (default)" : "") + ": " +
                    description + "\n";
        }
    }
    return text;
}

/// Print an answer; a disk that is full is no success.
void
Print(const SolveReport& report)
{
    report.Print(std::cout);
    if (!std::cout)
    {
        throw std::runtime_error("standard output: cannot be written");
    }
}

/// Read, solve, print.
int
Solve(const std::vector<std::string>& words, const SolveRequest& request)
{
    if (words.size() < 2)
    {
        throw InvalidInput(
            "PROBLEM and FILE.json are needed, as in: fl-solve joint FILE.json (--help says more)");
    }
    if (words.size() > 2)
    {
        throw InvalidInput(Describe("unexpected argument '",
                                    PrintableText(words[2], 40),
                                    "': must be --name=value (--help lists the names)"));
    }
    if (!request.agent.empty() && request.method != "agent" && request.method != "offload-agent")
    {
        throw InvalidInput(Describe("--agent=",
                                    PrintableText(request.agent, 40),
                                    ": --method=agent alone takes it"));
    }
    const auto& problem = FindSolveProblem(words[0]);
    const auto report = SolveInstance(problem, ReadJson(words[1]), words[1], request);
    Print(report);
    if (report.exitCode == EXIT_INFEASIBLE)
    {
        throw Infeasible(report.reason);
    }
    if (report.exitCode != EXIT_DONE)
    {
        throw std::runtime_error(report.reason);
    }
    return EXIT_DONE;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        SolveRequest request;
        request.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 1024U);
        OptionParser parser("fl-solve", Usage());
        parser.Add("method", "how to solve it; none: the problem's default", request.method);
        parser.Add("seed", "of methods that draw random numbers", request.seed);
        parser.Add("threads",
                   "of methods that can use several",
                   request.threads,
                   InRange(1U, 1024U));
        parser.Add(
            "seconds",
            "of methods that may take long: when they end at the latest, of processor time [s]",
            request.seconds,
            InRange(0.001, 1e6));
        parser.Add("tight-bound",
                   "of methods that can: spend time on a better bound",
                   request.hasTightBound);
        parser.Add("agent", "of the method agent: the file of a trained one", request.agent);
        return Solve(parser.ParseWords(argc, argv), request);
    });
}
