/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Feeds random JSON to what `./fl solve` does, by all methods, and looks for faults.
 *
 * A fault is a crash, a hang, an exception that is neither bad input nor infeasibility, an answer
 * with a number that is not finite, one that breaks a constraint and says it does not, a bound that
 * another method's answer undercuts, and a failure on an instance of ordinary magnitudes. The
 * instance is written to a file, which `--file=FILE` looks at again.
 */

#include "fl-fuzz-check.h"
#include "fl-fuzz-dma.h"
#include "fl-fuzz-instance.h"
#include "fl-fuzz-mel.h"
#include "fl-fuzz-offload.h"
#include "fl-fuzz-schedule.h"
#include "fl-fuzz-watch.h"

#include "ns3/fl-error.h"
#include "ns3/fl-json-document.h"
#include "ns3/fl-main.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-output-file.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>

using namespace ns3::fl;
using namespace ns3::fl::fuzz;

namespace
{

/// The command line.
struct FuzzOptions
{
    std::string problem{"joint"}; //!< which
    double seconds{60};           //!< how long
    uint64_t cases{0};            //!< how many at most; 0: as many as the time allows
    uint64_t seed{1};             //!< of all random numbers
    uint64_t first{0};            //!< number of the first case
    double limitS{20};            //!< what takes more processor time hangs [s]
    uint32_t findings{1};         //!< stop after so many different ones
    std::string out{"."};         //!< where instances are written
    std::string file;             //!< look at this instance only
};

/// Print faults that are not known yet, and keep the instance.
void
Keep(const FuzzOptions& options,
     const std::string& file,
     const FuzzInstance& instance,
     const std::vector<Fault>& faults,
     std::set<std::string>& known)
{
    for (const auto& fault : faults)
    {
        if (known.insert(fault.method + ": " + fault.kind).second)
        {
            std::cerr << "fl-fuzz-solve: seed " << options.seed << ", " << file << " ("
                      << ToString(instance.magnitude) << "): " << fault.method << ": " << fault.kind
                      << ": " << fault.detail << std::endl;
            OutputFile output(file);
            output.Write(instance.text);
            output.Publish();
        }
    }
}

/// A kind of problem.
struct FuzzProblem
{
    std::string name; //!< under --problem
    /// Makes an instance: a function of seed and number.
    FuzzInstance (*make)(uint64_t seed, uint64_t number);
    /// @return what is wrong with the answers to an instance
    std::vector<Fault> (*check)(const std::string& text,
                                Magnitude magnitude,
                                uint32_t threads,
                                Statistics& statistics);
};

const std::vector<FuzzProblem> PROBLEMS{
    {"joint", &MakeFuzzInstance, &CheckInstance},
    {"dma",
     &MakeDmaFuzz,
     [](const std::string& text, Magnitude magnitude, uint32_t, Statistics& statistics) {
         return CheckDmaInstance(text, magnitude, statistics);
     }},
    {"mel",
     &MakeMelFuzzInstance,
     [](const std::string& text, Magnitude magnitude, uint32_t, Statistics& statistics) {
         return CheckMelInstance(text, magnitude, statistics);
     }},
    {"offload",
     &MakeOffloadFuzz,
     [](const std::string& text, Magnitude magnitude, uint32_t, Statistics& statistics) {
         return CheckOffloadInstance(text, magnitude, statistics);
     }},
    {"schedule",
     &MakeScheduleFuzz,
     [](const std::string& text, Magnitude magnitude, uint32_t, Statistics& statistics) {
         return CheckScheduleInstance(text, magnitude, statistics);
     }},
};

/// @return the names of all kinds of problems
std::vector<std::string>
ProblemNames()
{
    std::vector<std::string> names;
    for (const auto& problem : PROBLEMS)
    {
        names.push_back(problem.name);
    }
    return names;
}

/// @return the kind of problem that is asked for
const FuzzProblem&
ProblemOf(const FuzzOptions& options)
{
    return *std::find_if(PROBLEMS.begin(), PROBLEMS.end(), [&](const FuzzProblem& problem) {
        return problem.name == options.problem;
    });
}

/// Look at one file, as if it were of ordinary magnitudes.
int
LookAt(const FuzzOptions& options)
{
    Statistics statistics;
    const std::string text = ReadJsonText(options.file);
    Watch watch(options.file + ".again", options.limitS);
    watch.Begin(text);
    const auto faults = ProblemOf(options).check(text, Magnitude::ORDINARY, 1, statistics);
    watch.End();
    for (const auto& fault : faults)
    {
        std::cerr << "fl-fuzz-solve: " << fault.method << ": " << fault.kind << ": " << fault.detail
                  << std::endl;
    }
    statistics.Print(std::cout);
    return faults.empty() ? EXIT_DONE : EXIT_FAILED;
}

/// Look at random instances until there were enough, or until the time is up.
int
Fuzz(const FuzzOptions& options)
{
    CreateFolder(options.out);
    const auto& problem = ProblemOf(options);
    const auto start = std::chrono::steady_clock::now();
    const std::chrono::duration<double> duration(options.seconds);
    const auto goesOn = [&](uint64_t number) {
        return options.cases > 0 ? number - options.first < options.cases
                                 : std::chrono::steady_clock::now() - start < duration;
    };
    Statistics statistics;
    std::set<std::string> known;
    uint64_t number = options.first;
    for (; goesOn(number); ++number)
    {
        const auto instance = problem.make(options.seed, number);
        const std::string file =
            Describe(options.out, "/fuzz-", options.seed, "-", number, ".json");
        Watch watch(file, options.limitS);
        watch.Begin(instance.text);
        // Every few cases two threads.
        const auto faults =
            problem.check(instance.text, instance.magnitude, number % 8 == 0 ? 2 : 1, statistics);
        watch.End();
        Keep(options, file, instance, faults, known);
        if (known.size() >= options.findings)
        {
            ++number;
            break;
        }
    }
    std::cout << "fl-fuzz-solve: seed " << options.seed << ", cases " << options.first << " to "
              << number - 1 << ", " << known.size() << " kinds of fault\n";
    statistics.Print(std::cout);
    return known.empty() ? EXIT_DONE : EXIT_FAILED;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        FuzzOptions options;
        OptionParser parser("fl-fuzz-solve", "Random JSON for ./fl solve");
        parser.Add("problem", "which kind", options.problem, OneOf(ProblemNames()));
        parser.Add("seconds", "how long [s]", options.seconds, Positive(1e6));
        parser.Add("cases",
                   "how many, whatever time they take; 0: --seconds counts",
                   options.cases);
        parser.Add("seed", "of all random numbers", options.seed);
        parser.Add("first", "number of the first case", options.first);
        parser.Add("limit",
                   "a case that takes more processor time hangs [s]",
                   options.limitS,
                   Positive(3600));
        parser.Add("findings",
                   "stop after so many different faults",
                   options.findings,
                   InRange(1U, 1000000U));
        parser.Add("out", "folder for instances with faults", options.out);
        parser.Add("file", "look at this instance only", options.file);
        parser.Parse(argc, argv);
        return options.file.empty() ? Fuzz(options) : LookAt(options);
    });
}
