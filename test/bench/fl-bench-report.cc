/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-report.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <numeric>
#include <sstream>
#include <thread>

// Where the build system does not say.
#ifndef FL_BENCH_FLAGS
#define FL_BENCH_FLAGS "unknown flags"
#endif
#ifndef FL_BENCH_NS3
#define FL_BENCH_NS3 "unknown version"
#endif

namespace ns3
{
namespace fl
{

namespace
{

/// A line of the table as its cells.
using Cells = std::array<std::string, 5>;

const Cells HEAD{"What", "Measured", "Target", "Met?", "Compared with"};

/// @return the text in percent
std::string
Percent(double share)
{
    return Round(100 * share, 2) + " %";
}

/// @return what stands behind the colon in the first line that begins with the key, or nothing
std::string
ReadField(const char* file, const std::string& key)
{
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);)
    {
        const auto colon = line.find(':');
        if (line.rfind(key, 0) == 0 && colon + 2 < line.size())
        {
            return line.substr(colon + 2);
        }
    }
    return "";
}

/// @return the compiler and its version
std::string
Compiler()
{
#ifdef __clang__
    return __VERSION__;
#else
    return std::string("GCC ") + __VERSION__;
#endif
}

/// @return seconds of processor time of this process
double
ProcessCpuS()
{
    std::timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// @return seconds on a clock that only goes forward
double
SteadyS()
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

void
PrintLine(std::ostream& out, const Cells& cells, const std::array<size_t, 5>& widths)
{
    out << "|";
    for (size_t i = 0; i < cells.size(); ++i)
    {
        out << " " << std::left << std::setw(static_cast<int>(widths[i])) << cells[i] << " |";
    }
    out << "\n";
}

} // namespace

std::string
JudgeAtMost(double value, double limit)
{
    return value <= limit ? "met: " + Percent(value / limit) + " of it"
                          : "missed by " + Percent(value / limit - 1);
}

std::string
JudgeAtLeast(double value, double limit)
{
    return value >= limit ? "met: " + Percent(value / limit - 1) + " above"
                          : "missed by " + Percent(1 - value / limit);
}

std::string
Round(double value, int digits)
{
    std::ostringstream out;
    const int magnitude = value == 0 || !std::isfinite(value)
                              ? 0
                              : static_cast<int>(std::floor(std::log10(std::abs(value))));
    out << std::fixed << std::setprecision(std::max(0, digits - 1 - magnitude)) << value;
    return out.str();
}

double
Median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const size_t n = values.size();
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

Stopwatch::Stopwatch()
    : m_wallS(SteadyS()),
      m_cpuS(ProcessCpuS())
{
}

double
Stopwatch::WallS() const
{
    return SteadyS() - m_wallS;
}

double
Stopwatch::CpuS() const
{
    return ProcessCpuS() - m_cpuS;
}

std::vector<std::string>
DescribeMachine()
{
    std::vector<std::string> lines;
    const std::string cpu = ReadField("/proc/cpuinfo", "model name");
    lines.push_back(Describe("Processor: ",
                             cpu.empty() ? "unknown" : cpu,
                             ", ",
                             std::thread::hardware_concurrency(),
                             " cores"));
    // As in "24684092 kB".
    const double memoryGb = 1.024e-6 * std::atof(ReadField("/proc/meminfo", "MemTotal").c_str());
    lines.push_back(Describe("Memory: ", Round(memoryGb), " GB"));
    lines.push_back(Describe("Compiler: ", Compiler(), ", ", FL_BENCH_FLAGS));
    lines.push_back(Describe("ns-3: ", FL_BENCH_NS3));
    std::array<double, 3> load{};
    if (getloadavg(load.data(), 3) == 3)
    {
        lines.push_back(Describe("Load when it began, over 1, 5 and 15 minutes: ",
                                 Round(load[0]),
                                 ", ",
                                 Round(load[1]),
                                 ", ",
                                 Round(load[2])));
    }
    return lines;
}

void
PrintTable(std::ostream& out, const BenchRows& rows, bool markdown)
{
    std::vector<Cells> lines{HEAD};
    for (const auto& row : rows)
    {
        lines.push_back({row.what, row.measured, row.target, row.verdict, row.peer});
    }
    std::array<size_t, 5> widths{};
    for (const auto& line : lines)
    {
        for (size_t i = 0; i < line.size() && !markdown; ++i)
        {
            widths[i] = std::max(widths[i], line[i].size());
        }
    }
    PrintLine(out, lines.front(), widths);
    out << "|";
    for (const auto width : widths)
    {
        out << std::string(std::max<size_t>(3, width + 2), '-') << "|";
    }
    out << "\n";
    for (size_t i = 1; i < lines.size(); ++i)
    {
        PrintLine(out, lines[i], widths);
    }
}

} // namespace fl
} // namespace ns3
