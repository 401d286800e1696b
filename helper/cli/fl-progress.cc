/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-progress.h"

#include "fl-text.h"

#include <algorithm>
#include <chrono>
#include <cmath>
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
/// A line of a long computation, where there is no terminal [s].
constexpr double LINE_EVERY_S = 10;

/// @param fraction from 0 to 1, or NaN @return it in percent with two decimals; "-" of NaN
std::string
Percent(double fraction)
{
    return std::isnan(fraction) ? "-" : Format("%.2f %%", 100 * fraction);
}

/**
 * @return columns of the terminal behind the standard error output, 80 if it does not tell; 0:
 *        there is no terminal, or it can't go back in its line (TERM=dumb)
 */
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

} // namespace

ProgressDisplay
ProgressDisplay::StandardError()
{
    return {&std::cerr, TerminalWidth(), []() {
                const auto now = std::chrono::steady_clock::now().time_since_epoch();
                return std::chrono::duration<double>(now).count();
            }};
}

ProgressLine::ProgressLine(ProgressDisplay display)
    : m_display(std::move(display)),
      m_startS(m_display.wallClockS()),
      m_shownS(-HUGE_VAL)
{
}

ProgressLine::~ProgressLine()
{
    End();
}

bool
ProgressLine::IsDue(double everyS) const
{
    return m_display.wallClockS() - m_shownS >= (m_display.width > 0 ? SHOWN_EVERY_S : everyS);
}

std::string
ProgressLine::TimeLeft(double done, double all) const
{
    if (!(done > 0))
    {
        return "-";
    }
    const double left = (m_display.wallClockS() - m_startS) * std::fmax(0, all - done) / done;
    const auto seconds = std::llround(std::ceil(left));
    if (seconds >= 3600)
    {
        return Format("%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    return Format("%lld:%02lld", seconds / 60, seconds % 60);
}

void
ProgressLine::Write(const std::string& text, const std::string& brief, double done, double all)
{
    m_shownS = m_display.wallClockS();
    const std::string end = "  ETA " + TimeLeft(done, all);
    if (m_display.width == 0)
    {
        *m_display.stream << text + end << std::endl;
        return;
    }
    // The last column stays free: some terminals go to the next line once it is filled.
    const size_t columns = m_display.width - 1;
    std::string line = text + end;
    if (line.size() > columns)
    {
        line = brief + end;
    }
    line.resize(columns, ' ');
    *m_display.stream << '\r' << line << std::flush;
    m_lineOpen = true;
}

void
ProgressLine::End()
{
    if (m_lineOpen)
    {
        *m_display.stream << std::endl;
        m_lineOpen = false;
    }
}

Progress::Progress(uint32_t rounds, uint32_t runs, ProgressDisplay display, uint32_t cases)
    : m_line(std::move(display)),
      m_rounds(rounds),
      m_runs(runs),
      m_cases(cases)
{
}

void
Progress::SetTasks(uint32_t tasks)
{
    m_tasks = tasks;
}

void
Progress::ClearRun()
{
    m_done = 0;
    m_energyJ = 0;
    m_accuracy = ABSENT;
}

void
Progress::BeginCase(const std::string& name)
{
    m_case += m_name.empty() ? 0 : 1;
    m_name = name;
    m_run = 1;
    ClearRun();
}

void
Progress::BeginRun()
{
    ++m_run;
    ClearRun();
}

std::string
Progress::Text(const RoundRecord& record, bool brief) const
{
    const auto digits = static_cast<int>(std::to_string(m_rounds).size());
    return (m_name.empty() ? "" : m_name + "  ") +
           (m_runs > 1 ? Format("run %u/%u  ", m_run, m_runs) : "") +
           (m_tasks > 1 ? Format("task %u  ", record.task) : "") +
           Format("round %*u/%u%s  %s %s  %s %.4g s  %s %.4g J",
                  digits,
                  record.round,
                  m_rounds,
                  record.aborted ? " aborted" : "",
                  brief ? "acc" : "accuracy",
                  Percent(m_accuracy).c_str(),
                  brief ? "sim" : "simulated",
                  record.endS,
                  brief ? "E" : "energy",
                  m_energyJ);
}

void
Progress::Update(const RoundRecord& record)
{
    m_done += record.aborted ? 0 : 1;
    m_energyJ += record.energyJ;
    m_accuracy = std::isnan(record.accuracy) ? m_accuracy : record.accuracy;
    const double rounds = static_cast<double>(m_tasks) * m_rounds;
    if (m_line.IsDue(0) || m_done >= rounds)
    {
        const double runs = static_cast<double>(m_case) * m_runs + m_run - 1;
        m_line.Write(Text(record, false),
                     Text(record, true),
                     runs * rounds + m_done,
                     static_cast<double>(m_cases) * m_runs * rounds);
    }
}

void
Progress::EndLine()
{
    m_line.End();
}

WorkProgress::WorkProgress(double all, ProgressDisplay display)
    : m_line(std::move(display)),
      m_all(all)
{
}

void
WorkProgress::Begin(const std::string& what)
{
    const std::lock_guard<std::mutex> lock(m_mutex);
    m_what = what;
    Show();
}

void
WorkProgress::Add(double work)
{
    const std::lock_guard<std::mutex> lock(m_mutex);
    m_done += work;
    if (m_line.IsDue(LINE_EVERY_S) || m_done >= m_all)
    {
        Show();
    }
}

void
WorkProgress::Show()
{
    const double percent = m_all > 0 ? std::fmin(100, 100 * m_done / m_all) : 100;
    const std::string end = Format("  %3.0f %%", std::floor(percent));
    // A narrow terminal shows how what is computed begins.
    constexpr size_t BRIEF = 20;
    m_line.Write(m_what + end, m_what.substr(0, BRIEF) + end, m_done, m_all);
}

} // namespace fl
} // namespace ns3
