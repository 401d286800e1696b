/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-availability.h"

#include "ns3/fl-error.h"
#include "ns3/nstime.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(Availability);

namespace
{

/// The longest time that an ns-3 simulation can have, in round figures [s].
constexpr double MAX_TIME_S = 9e9;

/**
 * @param duration what to draw from
 * @param name of the attribute
 * @return a draw
 */
Time
Draw(const Ptr<RandomVariableStream>& duration, const char* name)
{
    const double seconds = duration->GetValue();
    if (!(seconds > 0) || seconds > MAX_TIME_S)
    {
        throw InvalidInput(Describe("ns3::fl::Availability: ",
                                    name,
                                    " = ",
                                    seconds,
                                    " s was drawn: must be above 0 and at most ",
                                    MAX_TIME_S));
    }
    return Seconds(seconds);
}

} // namespace

TypeId
Availability::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::Availability")
            .SetParent<Object>()
            .SetGroupName("Fl")
            .AddConstructor<Availability>()
            .AddAttribute("TraceFile",
                          "File with lines time_s,device,available; empty: the random process",
                          StringValue(""),
                          MakeStringAccessor(&Availability::m_file),
                          MakeStringChecker())
            .AddAttribute("OnTime",
                          "How long a device stays available [s]",
                          StringValue("ns3::ExponentialRandomVariable[Mean=60]"),
                          MakePointerAccessor(&Availability::m_onTime),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("OffTime",
                          "How long a device stays away [s]; unset: devices are always available",
                          PointerValue(),
                          MakePointerAccessor(&Availability::m_offTime),
                          MakePointerChecker<RandomVariableStream>())
            .AddTraceSource("Change",
                            "A device becomes available or not",
                            MakeTraceSourceAccessor(&Availability::m_changeTrace),
                            "ns3::fl::Availability::ChangeTraceCallback");
    return tid;
}

void
Availability::DoDispose()
{
    for (auto& event : m_events)
    {
        event.Cancel();
    }
    m_callback = ChangeCallback();
    m_onTime = nullptr;
    m_offTime = nullptr;
    Object::DoDispose();
}

int64_t
Availability::AssignStreams(int64_t stream)
{
    int64_t used = 0;
    for (const auto& variable : {m_onTime, m_offTime})
    {
        if (variable)
        {
            variable->SetStream(stream + used++);
        }
    }
    return used;
}

void
Availability::Start(uint32_t devices, ChangeCallback change)
{
    m_callback = change;
    if (!m_file.empty())
    {
        m_trace = ReadTrace(m_file, devices);
        m_events.resize(1);
        if (!m_trace.empty())
        {
            m_events[0] = Simulator::Schedule(Seconds(m_trace[0].timeS) - Simulator::Now(),
                                              &Availability::ApplyTrace,
                                              this);
        }
        return;
    }
    if (m_offTime)
    {
        m_events.resize(devices);
        for (DeviceId device = 0; device < devices; ++device)
        {
            m_events[device] = Simulator::Schedule(Draw(m_onTime, "OnTime"),
                                                   &Availability::Toggle,
                                                   this,
                                                   device,
                                                   false);
        }
    }
}

void
Availability::Toggle(DeviceId device, bool available)
{
    const Time duration = available ? Draw(m_onTime, "OnTime") : Draw(m_offTime, "OffTime");
    m_events[device] =
        Simulator::Schedule(duration, &Availability::Toggle, this, device, !available);
    m_changeTrace(device, available);
    m_callback(device, available);
}

void
Availability::ApplyTrace()
{
    const double nowS = m_trace[m_next].timeS;
    for (; m_next < m_trace.size() && m_trace[m_next].timeS <= nowS; ++m_next)
    {
        const auto& change = m_trace[m_next];
        m_changeTrace(change.device, change.available);
        m_callback(change.device, change.available);
    }
    if (m_next < m_trace.size())
    {
        m_events[0] = Simulator::Schedule(Seconds(m_trace[m_next].timeS - nowS),
                                          &Availability::ApplyTrace,
                                          this);
    }
}

std::vector<Availability::Change>
Availability::ReadTrace(const std::string& path, uint32_t devices)
{
    std::ifstream file(path);
    if (!file)
    {
        throw InvalidInput(Describe("availability trace '", path, "': cannot be read"));
    }
    std::vector<Change> changes;
    std::string line;
    for (uint32_t number = 1; std::getline(file, line); ++number)
    {
        const bool header = number == 1 && line.rfind("time_s", 0) == 0;
        const bool blank = line.find_first_not_of(" \t\r") == std::string::npos;
        if (blank || line[0] == '#' || header)
        {
            continue;
        }
        std::istringstream text(line);
        double timeS = -1;
        double device = -1;
        double available = -1;
        char comma1 = 0;
        char comma2 = 0;
        char rest = 0;
        text >> timeS >> comma1 >> device >> comma2 >> available;
        if (text.fail() || comma1 != ',' || comma2 != ',' || (text >> rest) || !(timeS >= 0) ||
            timeS > MAX_TIME_S || !(device >= 0) || device >= devices ||
            device != std::floor(device) || (available != 0 && available != 1))
        {
            throw InvalidInput(Describe("availability trace '",
                                        path,
                                        "', line ",
                                        number,
                                        ": '",
                                        line,
                                        "': must be time_s,device,available with time_s in 0..",
                                        MAX_TIME_S,
                                        ", device in 0..",
                                        devices - 1,
                                        " and available 0 or 1"));
        }
        changes.push_back({timeS, static_cast<DeviceId>(device), available == 1});
    }
    if (file.bad())
    {
        throw InvalidInput(Describe("availability trace '", path, "': cannot be read"));
    }
    std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
        return a.timeS < b.timeS;
    });
    return changes;
}

} // namespace fl
} // namespace ns3
