/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PROGRESS_H
#define FL_PROGRESS_H

#include "fl-result-folder.h"

#include "ns3/fl-round-record.h"

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

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
 * Shows round, accuracy, simulated time, energy and the time that is left: on a terminal in one
 * line that is written over and over, elsewhere in a line per round.
 */
class Progress
{
  public:
    /**
     * @param rounds how many rounds a run has
     * @param runs how many runs there are
     * @param display where to
     */
    explicit Progress(uint32_t rounds,
                      uint32_t runs = 1,
                      ProgressDisplay display = ProgressDisplay::StandardError());
    /// Ends the line, so that whatever comes next, an error too, has its own.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// The next run begins; to be called for the second and later ones.
    void BeginRun();

    /// @param record a round that was closed
    void Update(const RoundRecord& record);

    /// End the line; no-op if there is none.
    void EndLine();

  private:
    /**
     * @param record of the round that ended
     * @param brief whether the line is to be short
     * @return the line of progress, without its end
     */
    std::string Line(const RoundRecord& record, bool brief) const;
    /// @return the estimated time to the end as minutes:seconds, by the mean of the rounds so far
    std::string TimeLeft() const;

    uint32_t m_rounds;         //!< per run
    uint32_t m_runs;           //!< how many
    ProgressDisplay m_display; //!< where to
    double m_startS;           //!< wall clock at construction [s]
    double m_shownS;           //!< wall clock when the line was last written [s]
    uint32_t m_run{1};         //!< current run
    uint32_t m_done{0};        //!< rounds of the current run that are closed
    double m_energyJ{0};       //!< of the current run [J]
    double m_accuracy{ABSENT}; //!< of the last evaluation
    bool m_lineOpen{false};    //!< whether the terminal's cursor stands in our line
};

/**
 * Print the table that ends a program's output: what was learned, how long it took in the
 * simulation and in reality, the energy, how well the prediction did, and where the results are. Of
 * several runs, means and 95 % confidence intervals.
 * @param stream where to (standard output: it is the program's result)
 * @param results the results, finished
 */
void PrintSummary(std::ostream& stream, const ResultFolder& results);

} // namespace fl
} // namespace ns3

#endif /* FL_PROGRESS_H */
