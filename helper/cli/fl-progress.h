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
 * How far a program is: what is being computed, and the time that is left. On a terminal it is one
 * line that is written over and over, elsewhere a line now and then.
 */

namespace ns3
{
namespace fl
{

/// Where progress is shown.
struct ProgressDisplay
{
    std::ostream* stream{nullptr};      //!< where to
    uint32_t width{0};                  //!< columns of the terminal; 0: it is none
    std::function<double()> wallClockS; //!< real time since any moment [s]

    /// @return standard error, as it is: progress must not get into what is piped from standard
    ///         output
    static ProgressDisplay StandardError();
};

/**
 * @ingroup fl
 * The line itself, with the time that is left at its end.
 */
class ProgressLine
{
  public:
    /// @param display where to
    explicit ProgressLine(ProgressDisplay display);
    /// Ends the line, so that whatever comes next, an error too, has its own.
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    /**
     * @param everyS shortest time between two lines where there is no terminal [s]
     * @return whether so much time has passed, or the eye could follow, that a line is due
     */
    bool IsDue(double everyS) const;

    /**
     * Write the line.
     * @param text what is being computed, and how it is going
     * @param brief the same for a narrow terminal
     * @param done how much of the work is done
     * @param all how much there is
     */
    void Write(const std::string& text, const std::string& brief, double done, double all);

    /// End the line; no-op if there is none.
    void End();

  private:
    /**
     * @param done how much of the work is done
     * @param all how much there is, in the same unit
     * @return wall-clock time that the rest takes at the pace so far, as M:SS or H:MM:SS; "-" if
     *        nothing is done yet
     */
    std::string TimeLeft(double done, double all) const;

    ProgressDisplay m_display; //!< where to
    double m_startS;           //!< wall clock at construction [s]
    double m_shownS;           //!< wall clock when the line was last written [s]
    bool m_lineOpen{false};    //!< whether the terminal's cursor stands in our line
};

/**
 * @ingroup fl
 * Shows round, accuracy, simulated time, energy and the time that is left, of runs of federated
 * learning; where there is no terminal, in a line per round.
 */
class Progress
{
  public:
    /**
     * @param rounds how many rounds a run has
     * @param runs how many runs there are, in each case
     * @param display where to
     * @param cases how many things are compared, as optimizers
     */
    explicit Progress(uint32_t rounds,
                      uint32_t runs = 1,
                      ProgressDisplay display = ProgressDisplay::StandardError(),
                      uint32_t cases = 1);

    /**
     * The next one of the things that are compared begins, with its first run.
     * @param name what it is, as "fdma, joint"
     */
    void BeginCase(const std::string& name);

    /// The next run begins; to be called for the second and later ones.
    void BeginRun();

    /// @param record a round that was closed
    void Update(const RoundRecord& record);

    /// End the line; no-op if there is none.
    void EndLine();

  private:
    /// Forget the rounds of the current run.
    void ClearRun();
    /**
     * @param record of the round that ended
     * @param brief whether the line is to be short
     * @return what is shown of the round
     */
    std::string Text(const RoundRecord& record, bool brief) const;

    ProgressLine m_line;       //!< where it is shown
    uint32_t m_rounds;         //!< per run
    uint32_t m_runs;           //!< per case
    uint32_t m_cases;          //!< cases compared, at least 1
    std::string m_name;        //!< of the current case; empty: there is one alone
    uint32_t m_case{0};        //!< those before the current one
    uint32_t m_run{1};         //!< current run of the case
    uint32_t m_done{0};        //!< rounds of the current run that are closed
    double m_energyJ{0};       //!< of the current run [J]
    double m_accuracy{ABSENT}; //!< of the last evaluation
};

/**
 * @ingroup fl
 * Shows how much of a computation is done: what is being computed, percent, the time that is left;
 * where there is no terminal, in a line for each thing that is begun, and one every ten seconds.
 * Threads may share it.
 */
class WorkProgress
{
  public:
    /**
     * @param all how much work there is, in any unit
     * @param display where to
     */
    explicit WorkProgress(double all, ProgressDisplay display = ProgressDisplay::StandardError());

    /// @param what is being computed from now on, as "figure 2"
    void Begin(const std::string& what);

    /// @param work so much more is done
    void Add(double work = 1);

  private:
    /// Write the line. The caller holds the mutex.
    void Show();

    std::mutex m_mutex;  //!< of what follows
    ProgressLine m_line; //!< where it is shown
    double m_all;        //!< work
    double m_done{0};    //!< of it
    std::string m_what;  //!< is being computed
};

} // namespace fl
} // namespace ns3

#endif /* FL_PROGRESS_H */
