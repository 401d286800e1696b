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

/// Exit codes of programs.
enum ExitCode
{
    EXIT_DONE = 0,          //!< success
    EXIT_FAILED = 1,        //!< failure, also a solver that did not converge
    EXIT_INVALID_INPUT = 2, //!< InvalidInput was thrown
    EXIT_INFEASIBLE = 3     //!< Infeasible was thrown
};

/**
 * @param path argv[0]
 * @return name of the program: without folders, and without prefix and suffix of ns-3's build
 *         (`ns3.41-NAME-debug`)
 */
std::string ProgramName(const std::string& path);

/**
 * @ingroup fl
 * The body of main(): runs a program, and turns exceptions into an exit code and one line on
 * standard error, `PROGRAM: error: MESSAGE`.
 *
 * SIGXFSZ is ignored, so that writing beyond the file size limit is an error that is reported, and
 * does not terminate the process.
 *
 * @param argc as main() gets it
 * @param argv as main() gets it
 * @param program the program; returns its exit code
 * @return the program's exit code, or an ExitCode
 */
int RunMain(int argc, char* argv[], const std::function<int(int, char**)>& program);

} // namespace fl
} // namespace ns3

#endif /* FL_MAIN_H */
