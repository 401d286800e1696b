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
 * What all studies share: how they are registered and run, and the small things that more than one
 * of them needs.
 */

namespace ns3
{
namespace fl
{

class Progress;

/**
 * @ingroup fl
 * A program that redraws a paper's figures, or compares configurations of this module: its command
 * line, and what it does.
 *
 * A class of studies is registered in the file that defines it:
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
     * Declare the options, with this study's defaults, and the rules about them. Defaults of ns-3
     * attributes that the study changes are set here as well: the command line is parsed later, so
     * that its `--ns3::Class::Attribute=value` wins.
     * @param parser gets them; it refers to members of this object
     */
    virtual void AddOptions(OptionParser& parser) = 0;

    /**
     * Solve or simulate, write tables, plots and summary.json into the folder of `--out`, print
     * what they show.
     * @param parser the parsed command line
     * @throws InvalidInput if options ask for what can't be studied, or for a results folder that
     *         can't be written
     * @throws std::runtime_error if a solver or a file fails on the way
     */
    virtual void Run(const OptionParser& parser) = 0;
};

/// A registered study.
struct StudyEntry
{
    std::string name;                             //!< of its program
    std::string description;                      //!< one line, at the top of --help
    std::function<std::unique_ptr<Study>()> make; //!< makes one, with its defaults
};

/// @return the studies that are linked to this program, by name
std::vector<StudyEntry> RegisteredStudies();

/**
 * Register a study. Not for use by several threads at once.
 * @param entry the study
 * @throws std::logic_error if the name is taken
 */
void RegisterStudy(StudyEntry entry);

/**
 * Registers a class of studies when the program starts.
 * @tparam T derived from Study, with a default constructor
 */
template <typename T>
class StudyRegistration
{
  public:
    /**
     * @param name of the program
     * @param description one line, at the top of --help
     * @throws std::logic_error if the name is taken
     */
    StudyRegistration(const std::string& name, const std::string& description)
    {
        RegisterStudy({name, description, [] { return std::make_unique<T>(); }});
    }
};

/**
 * The main() of a study's program: parse its command line, and run it.
 * @param argc as main() gets it
 * @param argv as main() gets it
 * @param name of a registered study
 * @return an ExitCode; errors are printed as RunMain() does
 */
int RunStudy(int argc, char* argv[], const std::string& name);

/// Value of `--phy` in studies that run over all PHYs of the build.
inline constexpr char ALL_PHYS[] = "all";

/**
 * @param options as parsed
 * @return names of the PHYs to run over: the one of `--phy`, or of ALL_PHYS all of the build
 */
std::vector<std::string> StudiedPhys(const Options& options);

/// @return the seed of draws outside of ns-3's streams, a function of `--RngSeed` and `--RngRun`
uint64_t StudySeed();

/**
 * Repeat simulations with the run numbers of ns-3 (`--RngRun`), from the present one on, which is
 * set again afterwards.
 * @param runs number of runs with consecutive run numbers, at least 1
 * @param progress is told when the second run and each later one begins
 * @param body simulates one; gets the run's number
 */
void ForEachRun(uint32_t runs, Progress& progress, const std::function<void(uint64_t)>& body);

/**
 * @param parser the parsed command line
 * @param status how the program ended; empty: the summary does not tell
 * @return the first members of a summary.json: program, status, versions, configuration
 */
nlohmann::ordered_json StudySummary(const OptionParser& parser, const std::string& status = "");

/**
 * The value of `--figures`.
 * @param text all, or names separated by commas
 * @param known names of all figures, in order
 * @param range these in words, for the message
 * @return the names, each once, in the order of known
 * @throws InvalidInput if there is no such figure
 */
std::vector<std::string> ParseFigureNames(const std::string& text,
                                          const std::vector<std::string>& known,
                                          const std::string& range);

/**
 * Add the option `--figures`.
 * @param parser gets it
 * @param figures the default, and where the value goes
 * @param known names of all figures
 * @param range these in words, as "2 to 8 and trade-off"
 */
void AddFiguresOption(OptionParser& parser,
                      std::string& figures,
                      const std::vector<std::string>& known,
                      const std::string& range);

} // namespace fl
} // namespace ns3

#endif /* FL_STUDY_H */
