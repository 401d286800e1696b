/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MAIN_H
#define FL_MAIN_H

#include <functional>
#include <string>

namespace ns3
{
namespace fl
{

/// Codes that programs exit with.
enum ExitCode
{
    EXIT_DONE = 0,          //!< done
    EXIT_FAILED = 1,        //!< a failure, a solver that did not converge included
    EXIT_INVALID_INPUT = 2, //!< InvalidInput
    EXIT_INFEASIBLE = 3     //!< Infeasible
};

/**
 * @param path how a program was called
 * @return its name: without folders, and without what ns-3's build adds (`ns3.41-NAME-debug`)
 */
std::string ProgramName(const std::string& path);

/**
 * @ingroup fl
 * The body of a program's main(): runs it, and turns exceptions into an exit code and one line on
 * standard error, `PROGRAM: error: MESSAGE`.
 *
 * Writing to a file beyond the allowed size is made an error that can be reported, instead of a
 * signal that kills.
 *
 * @param argc as main() gets it
 * @param argv as main() gets it
 * @param program what to run; returns its exit code
 * @return an ExitCode, or what the program returned
 */
int RunMain(int argc, char* argv[], const std::function<int(int, char**)>& program);

} // namespace fl
} // namespace ns3

#endif /* FL_MAIN_H */
