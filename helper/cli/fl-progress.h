/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PROGRESS_H
#define FL_PROGRESS_H

#include "ns3/fl-round-record.h"

#include <cstdint>
#include <functional>
#include <mutex>
#include <ostream>
#include <string>

/**
 * @file
 * @ingroup fl
 * Display of a program's progress and remaining time: on a terminal one line that is overwritten,
 * otherwise lines at intervals.
 */

namespace ns3
{
namespace fl
{

/// Output of progress.
struct ProgressDisplay
{
    std::ostream* stream{nullptr};      //!< output stream
    uint32_t width{0};                  //!< columns of the terminal; 0: no terminal
    std::function<double()> wallClockS; //!< wall-clock time from any origin [s]

    /// @return standard error and its terminal width, as standard output may be piped
    static ProgressDisplay StandardError();
};

/**
 * @ingroup fl
 * The line of progress, with the remaining time at its end.
 */
class ProgressLine
{
  public:
    /// @param display output
    explicit ProgressLine(ProgressDisplay display);
    /// Ends the line, so that later output, also of errors, begins in a new one.
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /**
     * @param everyS shortest time between two lines without a terminal [s]
     * @return whether a new line is due: after everyS, or on a terminal after a fraction of a
     * second
     */
    bool IsDue(double everyS) const;

    /**
     * Write the line.
     * @param text present work and its state
     * @param brief shorter form for a narrow terminal
     * @param done amount of work done, in any unit
     * @param all total amount of work, in the same unit
     */
    void Write(const std::string& text, const std::string& brief, double done, double all);

    /// End the line; no-op if there is none.
    void End();

  private:
    /**
     * @param done amount of work done, in any unit
     * @param all total amount of work, in the same unit
     * @return remaining wall-clock time at the average pace so far, as M:SS or H:MM:SS; "-" if
     *         nothing is done yet
     */
    std::string TimeLeft(double done, double all) const;

    ProgressDisplay m_display; //!< output
    double m_startS;           //!< wall-clock time of construction [s]
    double m_shownS;           //!< wall-clock time of the last Write [s]
    bool m_lineOpen{false};    //!< whether the terminal's cursor is in the line
};

/**
 * @ingroup fl
 * Shows round, accuracy, simulated time, energy and remaining time of runs of federated learning;
 * without a terminal a line per round.
 */
class Progress
{
  public:
    /**
     * @param rounds number of rounds of a run
     * @param runs number of runs of each case
     * @param display output
     * @param cases number of cases that are compared, as optimizers
     */
    explicit Progress(uint32_t rounds,
                      uint32_t runs = 1,
                      ProgressDisplay display = ProgressDisplay::StandardError(),
                      uint32_t cases = 1);

    /// @param tasks number of learning tasks, each of which has that number of rounds; 1 at first
    void SetTasks(uint32_t tasks);

    /**
     * Begin the next case, with its first run.
     * @param name name of the case, as "fdma, joint"
     */
    void BeginCase(const std::string& name);

    /// Begin the second or a later run of the case.
    void BeginRun();

    /// Show a closed round.
    /// @param record record of the round
    void Update(const RoundRecord& record);

    /// End the line; no-op if there is none.
    void EndLine();

  private:
    /// Reset the state of the current run.
    void ClearRun();
    /**
     * @param record record of the round
     * @param brief whether to make the shorter form
     * @return text of the line
     */
    std::string Text(const RoundRecord& record, bool brief) const;

    ProgressLine m_line;       //!< the line
    uint32_t m_rounds;         //!< number of rounds of a run
    uint32_t m_tasks{1};       //!< number of tasks
    uint32_t m_runs;           //!< number of runs of a case
    uint32_t m_cases;          //!< number of cases, at least 1
    std::string m_name;        //!< name of the current case; empty: a single case
    uint32_t m_case{0};        //!< index of the current case, from 0
    uint32_t m_run{1};         //!< current run of the case, from 1
    uint32_t m_done{0};        //!< number of closed rounds of the current run
    double m_energyJ{0};       //!< energy of the current run [J]
    double m_accuracy{ABSENT}; //!< accuracy of the last evaluation, 0 to 1
};

/**
 * @ingroup fl
 * Shows the progress of a computation: present part, percentage, remaining time; without a terminal
 * a line for each part that is begun, and one every ten seconds. Thread-safe.
 */
class WorkProgress
{
  public:
    /**
     * @param all total amount of work, in any unit
     * @param display output
     */
    explicit WorkProgress(double all, ProgressDisplay display = ProgressDisplay::StandardError());

    /// @param what name of the part that begins, as "figure 2"
    void Begin(const std::string& what);

    /// @param work amount of work done since the last call, in the unit of the constructor
    void Add(double work = 1);

  private:
    /// Write the line. The caller holds m_mutex.
    void Show();

    std::mutex m_mutex;  //!< protects the other members
    ProgressLine m_line; //!< the line
    double m_all;        //!< total amount of work
    double m_done{0};    //!< amount of work done
    std::string m_what;  //!< present part
};

} // namespace fl
} // namespace ns3

#endif /* FL_PROGRESS_H */
