/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-main.h"

#include "ns3/fl-error.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <new>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace ns3
{
namespace fl
{

namespace
{

int
Report(const std::string& program, std::string message, int code)
{
    std::replace(message.begin(), message.end(), '\n', ' ');
    std::cout.flush();
    std::cerr << program << ": error: " << message << std::endl;
    return code;
}

/// Let the heap keep its pages. Models of a megabyte come and go with each message; giving their
/// memory back to the system each time, and getting it again, takes as long as carrying them.
void
KeepHeapPages()
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20); // the largest that there is
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
}

/// Until Simulator::Run() is called for the first time, ns-3 keeps a tree of all Time objects, for
/// Time::SetResolution(). With dozens of them per device, it takes a tenth of the time and memory
/// of setting a cell up.
void
StopMarkingTimes()
{
    Simulator::Run();
    Simulator::Destroy();
}

} // namespace

std::string
ProgramName(const std::string& path)
{
    std::string name = path.substr(path.find_last_of('/') + 1);
    if (name.rfind("ns3", 0) == 0 && name.find('-') != std::string::npos)
    {
        // ns-3's build: ns3.37-NAME-debug, ns3-dev-NAME-default; release builds add no profile.
        name = name.substr(name.find('-') + 1);
        name = name.rfind("dev-", 0) == 0 ? name.substr(4) : name;
        for (const char* profile :
             {"-debug", "-default", "-optimized", "-relwithdebinfo", "-minsizerel"})
        {
            const size_t at = name.rfind(profile);
            if (at != std::string::npos && at + std::string(profile).size() == name.size())
            {
                name.resize(at);
            }
        }
    }
    return name;
}

int
RunMain(int argc, char* argv[], const std::function<int(int, char**)>& program)
{
    const std::string name = ProgramName(argc > 0 ? argv[0] : "fl");
    std::signal(SIGXFSZ, SIG_IGN);
    KeepHeapPages();
    StopMarkingTimes();
    try
    {
        return program(argc, argv);
    }
    catch (const InvalidInput& error)
    {
        return Report(name, error.what(), EXIT_INVALID_INPUT);
    }
    catch (const Infeasible& error)
    {
        return Report(name, error.what(), EXIT_INFEASIBLE);
    }
    catch (const std::bad_alloc&)
    {
        return Report(name, "out of memory", EXIT_FAILED);
    }
    catch (const std::exception& error)
    {
        return Report(name, error.what(), EXIT_FAILED);
    }
}

} // namespace fl
} // namespace ns3
