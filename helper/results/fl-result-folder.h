/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RESULT_FOLDER_H
#define FL_RESULT_FOLDER_H

#include "fl-folder-lock.h"
#include "fl-results.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A program's results folder: the files of one run (ResultWriter), or of each in `run-K/` and then
 * `curves.csv` with the means, and `summary.json`.
 *
 * All files appear together, at Finish(); what an earlier program left in their places stays until
 * then. Destroyed before that (as by an exception), nothing of this run is left.
 *
 * @code
 * ResultFolder results(options.out, options.runs, program, parser.ToJson());
 * for (uint32_t run = 0; run < options.runs; ++run)
 * {
 *     ResultWriter& writer = results.BeginRun();
 *     ... // AddRound() whenever a round is closed
 * }
 * results.Finish("done");
 * @endcode
 */
class ResultFolder
{
  public:
    /**
     * @param folder results folder, created if it does not exist
     * @param runs number of runs
     * @param program name of the program
     * @param configuration member of summary.json, as OptionParser::ToJson()
     * @throws InvalidInput if the folder or its files cannot be created, or another process writes
     *         into it
     */
    ResultFolder(const std::filesystem::path& folder,
                 uint32_t runs,
                 const std::string& program,
                 const nlohmann::ordered_json& configuration);
    ~ResultFolder();

    /**
     * End the run before, if any, and begin the next one.
     * @return where its rounds go, until the next BeginRun() or Finish()
     * @throws InvalidInput, std::runtime_error as ResultWriter
     */
    ResultWriter& BeginRun();

    /**
     * All runs are over: write summary and curves, and make all files appear.
     * @param status why the last run ended, as the coordinator says it
     * @throws std::runtime_error if a file can't be written
     */
    void Finish(const std::string& status);

    /// @return the totals of each run that has begun
    std::vector<const RunTotals*> GetTotals() const;
    /// @return the folder
    const std::filesystem::path& GetFolder() const;
    /// @return number of runs, also those that have not begun
    uint32_t GetRuns() const;
    /// @return real time since construction, up to Finish() [s]
    double WallClockS() const;

  private:
    /// Write the means over the runs and their confidence intervals.
    void WriteCurves();
    /**
     * @param status how the run ended
     * @return what summary.json holds
     */
    nlohmann::ordered_json Summary(const std::string& status) const;
    /// Remove files of an earlier run that this one will not write again.
    void RemoveStaleFiles() const;

    std::filesystem::path m_folder;                          //!< where
    FolderLock m_lock;                                       //!< on it
    uint32_t m_runs;                                         //!< how many runs
    std::string m_program;                                   //!< the program's name
    std::unique_ptr<nlohmann::ordered_json> m_configuration; //!< goes into the summary
    std::chrono::steady_clock::time_point m_start;           //!< of construction
    double m_wallClockS{0};                                  //!< up to Finish(); 0 before that [s]
    OutputFile m_summary;                                    //!< summary.json
    std::unique_ptr<OutputFile> m_curves;                    //!< curves.csv, for several runs
    std::vector<std::unique_ptr<ResultWriter>> m_writers;    //!< by run
};

/// @return the largest amount of memory that this process had in use so far [byte]
uint64_t PeakMemoryBytes();

} // namespace fl
} // namespace ns3

#endif /* FL_RESULT_FOLDER_H */
