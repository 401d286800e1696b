/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-progress.h"

#include <chrono>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace ns3
{
namespace fl
{

namespace
{

/// A terminal's line need not be written more often than the eye can follow [s].
constexpr double SHOWN_EVERY_S = 0.05;

std::string Format(const char* format, ...) __attribute__((format(printf, 1, 2)));

std::string
Format(const char* format, ...)
{
    char buffer[256];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(buffer, sizeof(buffer), format, arguments);
    va_end(arguments);
    return buffer;
}

std::string
Percent(double fraction)
{
    return std::isnan(fraction) ? "-" : Format("%.2f %%", 100 * fraction);
}

uint32_t
TerminalWidth()
{
    const char* term = std::getenv("TERM");
    winsize size{};
    if (!isatty(STDERR_FILENO) || !term || std::strcmp(term, "dumb") == 0)
    {
        return 0;
    }
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

/// Mean over the runs of one figure, with its confidence interval where there are several.
std::string
Figure(const std::vector<const RunTotals*>& runs,
       const std::function<double(const RunTotals&)>& figure,
       double scale,
       const char* unit)
{
    Sample sample;
    for (const auto* totals : runs)
    {
        sample.Add(scale * figure(*totals));
    }
    if (sample.GetN() == 0)
    {
        return "-";
    }
    if (sample.GetN() == 1)
    {
        return Format("%.4g %s", sample.Mean(), unit);
    }
    return Format("%.4g +- %.2g %s", sample.Mean(), sample.Ci95(), unit);
}

/// The figure of one run, or of all.
struct TableRow
{
    const char* name;                               //!< what it is
    std::function<double(const RunTotals&)> figure; //!< of one run
    double scale;                                   //!< to the unit
    const char* unit;                               //!< of the printed figure
};

const TableRow TABLE[] = {
    {"final accuracy", [](const RunTotals& run) { return run.finalAccuracy; }, 100, "%"},
    {"best accuracy", [](const RunTotals& run) { return run.bestAccuracy; }, 100, "%"},
    {"simulated time", [](const RunTotals& run) { return run.simulatedTimeS; }, 1, "s"},
    {"energy, all devices", [](const RunTotals& run) { return run.energyJ; }, 1, "J"},
    {"  computation", [](const RunTotals& run) { return run.computeEnergyJ; }, 1, "J"},
    {"  radiated", [](const RunTotals& run) { return run.radioEnergyJ; }, 1, "J"},
    {"upload time off its prediction, mean",
     [](const RunTotals& run) { return run.predictionError.Mean(); },
     100,
     "%"},
    {"  largest", [](const RunTotals& run) { return run.largestPredictionError; }, 100, "%"},
};

void
PrintRow(std::ostream& stream, const std::string& name, const std::string& text)
{
    stream << Format("  %-38s", name.c_str()) << text << "\n";
}

/// Rounds and updates, added up over all runs.
void
PrintCounts(std::ostream& stream, const std::vector<const RunTotals*>& runs)
{
    uint64_t rounds = 0;
    uint64_t selected = 0;
    uint64_t received = 0;
    for (const auto* totals : runs)
    {
        rounds += totals->rounds;
        selected += totals->selected;
        received += totals->received;
    }
    PrintRow(stream,
             "rounds",
             std::to_string(rounds) +
                 (runs.size() > 1 ? " in " + std::to_string(runs.size()) + " runs" : ""));
    PrintRow(stream,
             "updates merged",
             std::to_string(received) + " of " + std::to_string(selected) + " ordered");
}

} // namespace

ProgressDisplay
ProgressDisplay::StandardError()
{
    return {&std::cerr, TerminalWidth(), []() {
                const auto now = std::chrono::steady_clock::now().time_since_epoch();
                return std::chrono::duration<double>(now).count();
            }};
}

Progress::Progress(uint32_t rounds, uint32_t runs, ProgressDisplay display)
    : m_rounds(rounds),
      m_runs(runs),
      m_display(std::move(display)),
      m_startS(m_display.wallClockS()),
      m_shownS(m_startS - SHOWN_EVERY_S)
{
}

Progress::~Progress()
{
    EndLine();
}

void
Progress::BeginRun()
{
    ++m_run;
    m_done = 0;
    m_energyJ = 0;
    m_accuracy = ABSENT;
}

std::string
Progress::TimeLeft() const
{
    const double done = static_cast<double>(m_run - 1) * m_rounds + m_done;
    const double all = static_cast<double>(m_runs) * m_rounds;
    const double left = (m_display.wallClockS() - m_startS) * std::fmax(0, all - done) / done;
    if (done == 0)
    {
        return "-";
    }
    const auto seconds = std::llround(std::ceil(left));
    if (seconds >= 3600)
    {
        return Format("%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    return Format("%lld:%02lld", seconds / 60, seconds % 60);
}

std::string
Progress::Line(const RoundRecord& record, bool brief) const
{
    const auto digits = static_cast<int>(std::to_string(m_rounds).size());
    return (m_runs > 1 ? Format("run %u/%u  ", m_run, m_runs) : "") +
           Format("round %*u/%u%s  %s %s  %s %.4g s  %s %.4g J  ETA ",
                  digits,
                  record.round,
                  m_rounds,
                  record.aborted ? " aborted" : "",
                  brief ? "acc" : "accuracy",
                  Percent(m_accuracy).c_str(),
                  brief ? "sim" : "simulated",
                  record.endS,
                  brief ? "E" : "energy",
                  m_energyJ) +
           TimeLeft();
}

void
Progress::Update(const RoundRecord& record)
{
    m_done += record.aborted ? 0 : 1;
    m_energyJ += record.energyJ;
    m_accuracy = std::isnan(record.accuracy) ? m_accuracy : record.accuracy;
    if (m_display.width == 0)
    {
        *m_display.stream << Line(record, false) << std::endl;
        return;
    }
    const double now = m_display.wallClockS();
    if (now - m_shownS < SHOWN_EVERY_S && m_done < m_rounds)
    {
        return;
    }
    m_shownS = now;
    // The last column stays free: some terminals go to the next line once it is filled.
    const size_t columns = m_display.width - 1;
    std::string line = Line(record, false);
    if (line.size() > columns)
    {
        line = Line(record, true);
    }
    line.resize(columns, ' ');
    *m_display.stream << '\r' << line << std::flush;
    m_lineOpen = true;
}

void
Progress::EndLine()
{
    if (m_lineOpen)
    {
        *m_display.stream << std::endl;
        m_lineOpen = false;
    }
}

void
PrintSummary(std::ostream& stream, const ResultFolder& results)
{
    const auto runs = results.GetTotals();
    stream << "\n";
    PrintCounts(stream, runs);
    for (const auto& row : TABLE)
    {
        PrintRow(stream, row.name, Figure(runs, row.figure, row.scale, row.unit));
    }
    PrintRow(stream, "wall clock", Format("%.3g s", results.WallClockS()));
    PrintRow(stream, "peak memory", Format("%.3g MB", 1e-6 * PeakMemoryBytes()));
    PrintRow(stream, "results", results.GetFolder().string());
    stream.flush();
}

} // namespace fl
} // namespace ns3
