/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-watch.h"

#include <cmath>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

/// Of the address sanitizer, where it is there: called before it ends the process.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace ns3
{
namespace fl
{
namespace fuzz
{

namespace
{

// What a signal handler may look at: plain memory.
char g_file[4096];            //!< where the instance goes
const char* g_text = nullptr; //!< the instance; null: no case is under way
size_t g_size = 0;            //!< of the instance [bytes]
char g_method[64];            //!< whose turn it is
char g_stack[1 << 16];        //!< for the handler, when the stack is used up

/// Say something; nothing can be done where that fails.
void
Say(const char* text)
{
    if (write(STDERR_FILENO, text, std::strlen(text)) < 0)
    {
        return;
    }
}

/// Write the instance down.
void
Save()
{
    if (!g_text)
    {
        return;
    }
    const int file = open(g_file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file >= 0 && write(file, g_text, g_size) == static_cast<ssize_t>(g_size))
    {
        Say("; the instance is in ");
        Say(g_file);
    }
    Say("\n");
    g_text = nullptr;
}

/// A signal has come.
void
Handle(int signal)
{
    Say("fl-fuzz-solve: ");
    Say(g_method);
    Say(signal == SIGPROF ? " hangs" : " crashes");
    Save();
    _exit(1);
}

} // namespace

Watch::Watch(const std::string& file, double limitS)
    : m_limitS(limitS)
{
    std::strncpy(g_file, file.c_str(), sizeof(g_file) - 1);
    stack_t stack{};
    stack.ss_sp = g_stack;
    stack.ss_size = sizeof(g_stack);
    sigaltstack(&stack, nullptr);
    struct sigaction action{};
    action.sa_handler = Handle;
    action.sa_flags = SA_ONSTACK;
    for (const int signal : {SIGPROF, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
    {
        sigaction(signal, &action, nullptr);
    }
    if (__sanitizer_set_death_callback)
    {
        __sanitizer_set_death_callback(Save);
    }
}

void
Watch::Begin(const std::string& text)
{
    g_size = text.size();
    g_text = text.data();
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(std::floor(m_limitS));
    timer.it_value.tv_usec =
        static_cast<suseconds_t>((m_limitS - std::floor(m_limitS)) * 1e6) + (m_limitS < 1e-6);
    setitimer(ITIMER_PROF, &timer, nullptr);
}

void
Watch::Note(const std::string& method)
{
    std::strncpy(g_method, method.c_str(), sizeof(g_method) - 1);
}

void
Watch::End()
{
    const itimerval none{};
    setitimer(ITIMER_PROF, &none, nullptr);
    g_text = nullptr;
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
