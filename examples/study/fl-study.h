/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_STUDY_H
#define FL_STUDY_H

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Registration and execution of studies, and functions common to them.
 */

namespace ns3
{
namespace fl
{

class Progress;

/**
 * @ingroup fl
 * A study: a program that reproduces the figures of a paper, or compares configurations of this
 * module.
 *
 * A subclass is registered in the file that defines it:
 *
 * @code
 * const StudyRegistration<MyStudy> g_study("fl-my-study", "What it is about");
 * @endcode
 *
 * and its program is one line of main(), which returns RunStudy(argc, argv, "fl-my-study").
 */
class Study
{
  public:
    virtual ~Study() = default;

    /**
     * Add the options with their defaults, and the rules. Default values of ns-3 attributes that
     * the study changes are set here as well: the command line is parsed later, so that its
     * `--ns3::Class::Attribute=value` takes precedence.
     * @param parser the parser; it keeps references to members of this object
     */
    virtual void AddOptions(OptionParser& parser) = 0;

    /**
     * Solve or simulate, write tables, plots and summary.json into the folder of `--out`, and print
     * a summary.
     * @param parser the parsed command line
     * @throws InvalidInput if a combination of options is not supported, or the results folder
     * cannot be written
     * @throws std::runtime_error if a solver fails, or a file cannot be written
     */
    virtual void Run(const OptionParser& parser) = 0;
};

/// A registered study.
struct StudyEntry
{
    std::string name;                             //!< name of its program
    std::string description;                      //!< one line, at the top of --help
    std::function<std::unique_ptr<Study>()> make; //!< creates the study
};

/// @return the studies linked to this program, in the order of their names
std::vector<StudyEntry> RegisteredStudies();

/**
 * Register a study. Not thread-safe.
 * @param entry the study
 * @throws std::logic_error if its name is not unique
 */
void RegisterStudy(StudyEntry entry);

/**
 * Registers a subclass of Study when the program starts.
 * @tparam T derived from Study, with a default constructor
 */
template <typename T>
class StudyRegistration
{
  public:
    /**
     * @param name name of the program
     * @param description one line, at the top of --help
     * @throws std::logic_error if the name is not unique
     */
    StudyRegistration(const std::string& name, const std::string& description)
    {
        RegisterStudy({name, description, [] { return std::make_unique<T>(); }});
    }
};

/**
 * Body of main() of a study's program: parse the command line, and run the study.
 * @param argc as main() gets it
 * @param argv as main() gets it
 * @param name name of a registered study
 * @return an ExitCode; errors are printed by RunMain()
 */
int RunStudy(int argc, char* argv[], const std::string& name);

/// Value of `--phy` for all PHYs of the build.
inline constexpr char ALL_PHYS[] = "all";

/**
 * @param options parsed options
 * @return names of the PHYs to be simulated: that of `--phy`, or with ALL_PHYS all of the build
 */
std::vector<std::string> StudiedPhys(const Options& options);

/// @return seed of random numbers outside of ns-3's streams, a function of `--RngSeed` and
/// `--RngRun`
uint64_t StudySeed();

/**
 * Repeat a simulation with consecutive run numbers of ns-3 (`--RngRun`), from the present one on,
 * which is restored afterwards.
 * @param runs number of runs, at least 1
 * @param progress BeginRun() is called for the second and each later run
 * @param body simulates one run; its argument is the run number
 */
void ForEachRun(uint32_t runs, Progress& progress, const std::function<void(uint64_t)>& body);

/**
 * @param parser the parsed command line
 * @param status status of the program; empty: omitted
 * @return first members of summary.json: program, status, versions, configuration
 */
nlohmann::ordered_json StudySummary(const OptionParser& parser, const std::string& status = "");

/**
 * Parse the value of `--figures`.
 * @param text "all", or names separated by commas
 * @param known names of all figures, in order
 * @param range description of the names for the message, as "2 to 8 and trade-off"
 * @return names without duplicates, in the order of known
 * @throws InvalidInput if there is no such figure
 */
std::vector<std::string> ParseFigureNames(const std::string& text,
                                          const std::vector<std::string>& known,
                                          const std::string& range);

/**
 * Add the option `--figures`.
 * @param parser the parser
 * @param figures default; set by Parse()
 * @param known names of all figures
 * @param range description of the names, as "2 to 8 and trade-off"
 */
void AddFiguresOption(OptionParser& parser,
                      std::string& figures,
                      const std::vector<std::string>& known,
                      const std::string& range);

} // namespace fl
} // namespace ns3

#endif /* FL_STUDY_H */
