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
 * Results folder of a program: `summary.json` and the files of one run (ResultWriter), or with
 * several runs the files of each in `run-K/`, and `curves.csv` with means over the runs.
 *
 * All files are published by Finish(), in place of those of an earlier program. If the object is
 * destroyed before that (as by an exception), the files of this program are removed.
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
     * @param totals of nothing yet, for the number of tasks and accuracy levels of each run
     * @throws InvalidInput if the folder or its files cannot be created, or another process writes
     *         into it
     */
    ResultFolder(const std::filesystem::path& folder,
                 uint32_t runs,
                 const std::string& program,
                 const nlohmann::ordered_json& configuration,
                 RunTotals totals = RunTotals());
    ~ResultFolder();

    /**
     * End the previous run, if any, and begin the next one.
     * @return writer of its rounds, valid until the next BeginRun() or Finish()
     * @throws InvalidInput, std::runtime_error as ResultWriter
     */
    ResultWriter& BeginRun();

    /**
     * End the last run, write summary and curves, and publish all files.
     * @param status reason of the end of the last run, as in Coordinator::Finish()
     * @throws std::runtime_error if a file cannot be written
     */
    void Finish(const std::string& status);

    /// @return totals of each run that has begun
    std::vector<const RunTotals*> GetTotals() const;
    /// @return the folder
    const std::filesystem::path& GetFolder() const;
    /// @return number of runs, also those that have not begun
    uint32_t GetRuns() const;
    /// @return wall-clock time from construction to now or to Finish() [s]
    double WallClockS() const;

  private:
    /// Write curves.csv: means over the runs and their confidence intervals.
    void WriteCurves();
    /// The same, of one task.
    /// @param task number of the task
    void WriteCurves(uint32_t task);
    /**
     * @param status argument of Finish()
     * @return content of summary.json
     */
    nlohmann::ordered_json Summary(const std::string& status) const;
    /// Remove files of an earlier program that this one does not replace.
    void RemoveStaleFiles() const;

    std::filesystem::path m_folder;                          //!< the folder
    FolderLock m_lock;                                       //!< lock of the folder
    uint32_t m_runs;                                         //!< number of runs
    RunTotals m_none;                                        //!< totals of nothing yet
    std::string m_program;                                   //!< name of the program
    std::unique_ptr<nlohmann::ordered_json> m_configuration; //!< member of summary.json
    std::chrono::steady_clock::time_point m_start;           //!< time of construction
    double m_wallClockS{0};                                  //!< at Finish(); 0 before that [s]
    OutputFile m_summary;                                    //!< summary.json
    std::unique_ptr<OutputFile> m_curves;                    //!< curves.csv, for several runs
    std::vector<std::unique_ptr<ResultWriter>> m_writers;    //!< writers by run
};

/// @return peak resident set size of this process so far [byte]
uint64_t PeakMemoryBytes();

} // namespace fl
} // namespace ns3

#endif /* FL_RESULT_FOLDER_H */
