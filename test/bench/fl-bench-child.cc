/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-child.h"

#include "fl-bench-report.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace ns3
{
namespace fl
{

namespace
{

/// @throws std::system_error if a system call returned -1
void
Check(int64_t returned, const char* call)
{
    if (returned < 0)
    {
        throw std::system_error(errno, std::generic_category(), call);
    }
}

/// What the child does: work, tell, end without the destructors of what the parent shares with it.
[[noreturn]] void
BeChild(const std::function<nlohmann::json()>& work, int pipe)
{
    int code = 1;
    try
    {
        const std::string text = work().dump();
        size_t done = 0;
        while (done < text.size())
        {
            const auto written = write(pipe, text.data() + done, text.size() - done);
            Check(written, "write");
            done += static_cast<size_t>(written);
        }
        code = 0;
    }
    catch (const std::exception& error)
    {
        std::cerr << "fl-bench: error: " << error.what() << std::endl;
    }
    std::cout.flush();
    _exit(code);
}

std::string
ReadAll(int pipe)
{
    std::string text;
    std::array<char, 4096> buffer{};
    while (true)
    {
        const auto n = read(pipe, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR)
        {
            continue;
        }
        Check(n, "read");
        if (n == 0)
        {
            return text;
        }
        text.append(buffer.data(), static_cast<size_t>(n));
    }
}

double
Seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

} // namespace

nlohmann::json
RunInChild(const std::function<nlohmann::json()>& work, ChildUsage* usage)
{
    const Stopwatch watch;
    std::array<int, 2> ends{};
    Check(pipe(ends.data()), "pipe");
    std::cout.flush();
    std::cerr.flush();
    const pid_t child = fork();
    Check(child, "fork");
    if (child == 0)
    {
        close(ends[0]);
        BeChild(work, ends[1]);
    }
    close(ends[1]);
    const std::string text = ReadAll(ends[0]);
    close(ends[0]);
    int status = 0;
    rusage used{};
    Check(wait4(child, &status, 0, &used), "wait4");
    if (WIFSIGNALED(status))
    {
        throw std::runtime_error(std::string("a benchmark was ended by the signal: ") +
                                 strsignal(WTERMSIG(status)));
    }
    if (WEXITSTATUS(status) != 0)
    {
        throw std::runtime_error("a benchmark failed; the reason stands above");
    }
    if (usage)
    {
        usage->wallS = watch.WallS();
        usage->cpuS = Seconds(used.ru_utime) + Seconds(used.ru_stime);
        usage->peakBytes = 1024.0 * static_cast<double>(used.ru_maxrss);
    }
    return nlohmann::json::parse(text);
}

namespace
{

/**
 * Have OpenBLAS, under NumPy and PyTorch, use kernels of this processor. Releases older than the
 * processor do not know its number, and fall back to those of a Pentium 4, some twenty times
 * slower, though its instructions are all that newer kernels need. What the user has set stays.
 */
void
ChooseOpenBlasKernels()
{
    std::ifstream file("/proc/cpuinfo");
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    const auto has = [&text](const char* flag) { return text.find(flag) != std::string::npos; };
    const char* core = has(" avx512bw ") ? "SkylakeX" : has(" avx2 ") ? "Haswell" : nullptr;
    if (core)
    {
        setenv("OPENBLAS_CORETYPE", core, 0);
    }
}

} // namespace

nlohmann::json
RunPython(const std::string& script, const std::string& arguments)
{
    ChooseOpenBlasKernels();
    const std::string command =
        "/usr/bin/python3 '" FL_BENCH_SOURCE_DIR "/" + script + "' " + arguments + " 2>/dev/null";
    std::string text;
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::array<char, 4096> buffer{};
    for (size_t size = 1; pipe && size > 0;)
    {
        size = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
        text.append(buffer.data(), size);
    }
    return nlohmann::json::parse(text, nullptr, false);
}

} // namespace fl
} // namespace ns3
