/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-processor.h"

#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/trace-source-accessor.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlProcessor");

NS_OBJECT_ENSURE_REGISTERED(Processor);

namespace
{

/// What round-off may add to shares that just fill MaxFrequency, relative to it.
constexpr double ROUND_OFF = 1e-9;

/// Refuse a value that is not finite and above 0.
void
RequirePositive(const char* name, double value, const char* unit)
{
    if (!std::isfinite(value) || value <= 0)
    {
        throw InvalidInput(Describe("ns3::fl::Processor: ",
                                    name,
                                    " = ",
                                    value,
                                    ": must be finite and above 0",
                                    unit));
    }
}

} // namespace

TypeId
Processor::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::Processor")
            .SetParent<Object>()
            .SetGroupName("Fl")
            .AddConstructor<Processor>()
            .AddAttribute(
                "MaxFrequency",
                "Highest sum of the frequencies of jobs that run at once; see Excess where they "
                "ask for more [Hz]",
                DoubleValue(2e9),
                MakeDoubleAccessor(&Processor::SetMaxHz, &Processor::GetMaxHz),
                MakeDoubleChecker<double>())
            .AddAttribute("Excess",
                          "What becomes of jobs that ask for more than MaxFrequency in all: Share "
                          "(all run slower, in proportion) or Wait (the last ones, until there is "
                          "enough)",
                          EnumValue(Processor::SHARE),
                          MakeFlEnumAccessor<Excess>(&Processor::m_excess),
                          MakeEnumChecker(Processor::SHARE, "Share", Processor::WAIT, "Wait"))
            .AddAttribute("EffectiveCapacitance",
                          "kappa in energy = kappa * cycles * f^2 [J s^2]",
                          DoubleValue(1e-28),
                          MakeDoubleAccessor(&Processor::SetEffectiveCapacitance,
                                             &Processor::GetEffectiveCapacitance),
                          MakeDoubleChecker<double>())
            .AddAttribute("FrequencyExponent",
                          "n in energy = kappa * cycles * f^n; the unit of kappa follows it",
                          DoubleValue(2),
                          MakeDoubleAccessor(&Processor::m_exponent),
                          MakeDoubleChecker<double>(0, 10))
            .AddTraceSource("ComputeBegin",
                            "A job begins: its number, cycles, the frequency that it asks for [Hz]",
                            MakeTraceSourceAccessor(&Processor::m_begin),
                            "ns3::fl::Processor::BeginTracedCallback")
            .AddTraceSource("ComputeEnd",
                            "A job is complete or cancelled: its number, cycles run, energy [J]",
                            MakeTraceSourceAccessor(&Processor::m_end),
                            "ns3::fl::Processor::EndTracedCallback")
            .AddTraceSource("Power",
                            "The power drawn changed: old and new [W]",
                            MakeTraceSourceAccessor(&Processor::m_power),
                            "ns3::TracedValueCallback::Double")
            .AddTraceSource("SwitchedOff",
                            "The processor was switched off, since the battery is empty or by "
                            "hand; its jobs were cancelled before",
                            MakeTraceSourceAccessor(&Processor::m_switchedOff),
                            "ns3::TracedCallback::Void");
    return tid;
}

Processor::Processor() = default;

Processor::~Processor() = default;

void
Processor::DoDispose()
{
    for (auto& [id, job] : m_jobs)
    {
        job.end.Cancel();
    }
    m_jobs.clear();
    Object::DoDispose();
}

Processor::JobId
Processor::Run(double cycles, double hz, Done done)
{
    NS_LOG_FUNCTION(this << cycles << hz);
    RequirePositive("cycles", cycles, "");
    RequirePositive("frequency", hz, " Hz");
    if (hz > m_maxHz * (1 + ROUND_OFF))
    {
        throw InvalidInput(Describe("ns3::fl::Processor: frequency = ",
                                    hz,
                                    " Hz: must not exceed MaxFrequency = ",
                                    m_maxHz,
                                    " Hz"));
    }
    if (!m_isOn)
    {
        return 0;
    }
    const JobId id = ++m_lastId;
    const EventId end = Simulator::Schedule(Seconds(cycles / hz), &Processor::Complete, this, id);
    m_jobs[id] = Job{cycles, hz, hz, Simulator::Now(), std::move(done), end, 0, 0};
    Share();
    m_begin(id, cycles, hz);
    UpdatePower();
    return id;
}

void
Processor::Complete(JobId id)
{
    const auto job = m_jobs.find(id);
    // Removed first: the callback may begin the next job.
    const Done done = std::move(job->second.done);
    Remove(job, job->second.cycles);
    if (done)
    {
        done();
    }
}

double
Processor::Cancel(JobId id)
{
    NS_LOG_FUNCTION(this << id);
    const auto job = m_jobs.find(id);
    if (job == m_jobs.end())
    {
        return 0;
    }
    job->second.end.Cancel();
    return Remove(job, CyclesRun(job->second));
}

double
Processor::Remove(Jobs::iterator job, double cycles)
{
    const JobId id = job->first;
    const double energyJ = JobEnergyJ(job->second, cycles);
    m_energyJ += energyJ;
    m_jobs.erase(job);
    Share();
    UpdatePower();
    m_end(id, cycles, energyJ);
    return energyJ;
}

void
Processor::SwitchOff()
{
    NS_LOG_FUNCTION(this);
    if (!m_isOn)
    {
        return;
    }
    m_isOn = false;
    while (!m_jobs.empty())
    {
        Cancel(m_jobs.begin()->first);
    }
    m_switchedOff();
}

void
Processor::SwitchOn()
{
    m_isOn = true;
}

bool
Processor::IsOn() const
{
    return m_isOn;
}

bool
Processor::IsRunning(JobId job) const
{
    return m_jobs.count(job) > 0;
}

double
Processor::CyclesRun(const Job& job) const
{
    const double seconds = (Simulator::Now() - job.since).GetSeconds();
    return job.cyclesRun + std::min(seconds * job.hz, job.cycles - job.cyclesRun);
}

double
Processor::JobEnergyJ(const Job& job, double cycles) const
{
    return job.energyJ + EnergyJ(cycles - job.cyclesRun, job.hz);
}

void
Processor::Share()
{
    double requestedHz = 0;
    for (const auto& [id, job] : m_jobs)
    {
        requestedHz += job.requestedHz;
    }
    const double scale = requestedHz > m_maxHz * (1 + ROUND_OFF) ? m_maxHz / requestedHz : 1;
    double usedHz = 0;
    for (auto& [id, job] : m_jobs)
    {
        usedHz += job.requestedHz;
        // Those that run are the first ones: they go on when one of them ends.
        const bool waits = usedHz > m_maxHz * (1 + ROUND_OFF);
        SetJobHz(id,
                 job,
                 m_excess == WAIT ? (waits ? 0 : job.requestedHz) : job.requestedHz * scale);
    }
}

void
Processor::SetJobHz(JobId id, Job& job, double hz)
{
    if (hz == job.hz)
    {
        return;
    }
    const double cycles = CyclesRun(job);
    job.energyJ = JobEnergyJ(job, cycles);
    job.cyclesRun = cycles;
    job.hz = hz;
    job.since = Simulator::Now();
    job.end.Cancel();
    if (hz > 0)
    {
        job.end = Simulator::Schedule(Seconds((job.cycles - cycles) / hz),
                                      &Processor::Complete,
                                      this,
                                      id);
    }
}

double
Processor::EnergyJ(double cycles, double hz) const
{
    return m_kappa * cycles * std::pow(hz, m_exponent);
}

double
Processor::GetJobEnergyJ(JobId id) const
{
    const auto job = m_jobs.find(id);
    return job == m_jobs.end() ? 0 : JobEnergyJ(job->second, CyclesRun(job->second));
}

double
Processor::GetTotalEnergyJ() const
{
    double total = m_energyJ;
    for (const auto& [id, job] : m_jobs)
    {
        total += JobEnergyJ(job, CyclesRun(job));
    }
    return total;
}

double
Processor::GetPowerW() const
{
    double watt = 0;
    for (const auto& [id, job] : m_jobs)
    {
        watt += EnergyJ(job.hz, job.hz); // the cycles of one second
    }
    return watt;
}

void
Processor::UpdatePower()
{
    const double now = GetPowerW();
    if (now != m_powerW)
    {
        const double before = m_powerW;
        m_powerW = now;
        m_power(before, now);
    }
}

double
Processor::GetFreeHz() const
{
    double hz = m_maxHz;
    for (const auto& [id, job] : m_jobs)
    {
        hz -= job.hz;
    }
    return std::max(hz, 0.0);
}

double
Processor::GetJobHz(JobId id) const
{
    const auto job = m_jobs.find(id);
    return job == m_jobs.end() ? 0 : job->second.hz;
}

double
Processor::GetMaxHz() const
{
    return m_maxHz;
}

void
Processor::SetMaxHz(double hz)
{
    RequirePositive("MaxFrequency", hz, " Hz");
    m_maxHz = hz;
}

void
Processor::SetEffectiveCapacitance(double kappa)
{
    if (!std::isfinite(kappa) || kappa < 0)
    {
        throw InvalidInput(Describe("ns3::fl::Processor: EffectiveCapacitance = ",
                                    kappa,
                                    ": must be finite and at least 0"));
    }
    m_kappa = kappa;
}

double
Processor::GetEffectiveCapacitance() const
{
    return m_kappa;
}

} // namespace fl
} // namespace ns3
