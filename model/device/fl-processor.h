/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PROCESSOR_H
#define FL_PROCESSOR_H

#include "ns3/event-id.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <functional>
#include <map>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A node's CPU: runs cycles at a frequency in simulated time. Aggregate it to the node.
 *
 * C cycles at f take C / f seconds and
 *
 *     E = kappa C f^n joules,
 *
 * kappa being the EffectiveCapacitance and n the FrequencyExponent: 2 for a supply voltage that
 * scales with the frequency (T. D. Burd, R. W. Brodersen, "Processor design for portable systems",
 * J. VLSI Signal Processing 13, 1996).
 *
 * Several jobs run at once, each at its requested frequency as long as the sum of these is at most
 * MaxFrequency. Otherwise Excess decides. With Share, MaxFrequency is shared in proportion
 * (generalised processor sharing): job i with the requested frequency f_i runs at
 *
 *     f_i min(1, MaxFrequency / sum_j f_j),
 *
 * until another job begins or ends. With Wait, a job waits until those before it leave enough, and
 * those behind it do not overtake it. The energy of a cycle is kappa f^n at the frequency f at
 * which it runs: cycles of a shared processor are slower and take less energy.
 *
 * A processor that is switched off (by a depleted battery) cancels its jobs and runs none.
 */
class Processor : public Object
{
  public:
    /// Identifies a job; 0 stands for no job.
    using JobId = uint64_t;

    /// What becomes of jobs that ask for more than MaxFrequency in all.
    enum Excess
    {
        SHARE, //!< all run slower
        WAIT   //!< the last ones wait
    };

    /// Called when a job is complete.
    using Done = std::function<void()>;

    /**
     * Sink of the trace ComputeBegin.
     * @param job the job
     * @param cycles number of cycles to run
     * @param hz requested frequency [Hz]
     */
    typedef void (*BeginTracedCallback)(uint64_t job, double cycles, double hz);
    /**
     * Sink of the trace ComputeEnd.
     * @param job the job
     * @param cycles number of cycles that were run
     * @param energyJ energy of these cycles [J]
     */
    typedef void (*EndTracedCallback)(uint64_t job, double cycles, double energyJ);

    /// @return the TypeId
    static TypeId GetTypeId();

    Processor();
    ~Processor() override;

    /**
     * Begin a job.
     * @param cycles number of cycles to run
     * @param hz requested frequency; see Excess if the sum over jobs exceeds MaxFrequency [Hz]
     * @param done called when all cycles have run; never called if the job is cancelled
     * @return the job; 0 if the processor is switched off, and done is never called
     * @throws InvalidInput if cycles or frequency are not finite and above 0, or the frequency is
     *         more than MaxFrequency
     */
    JobId Run(double cycles, double hz, Done done);

    /**
     * Stop a job. The energy of the cycles run until now stays in the total.
     * @param job the job
     * @return energy of the cycles that it has run [J]; 0 if it is not running
     */
    double Cancel(JobId job);

    /**
     * @param job a job
     * @return whether it is running, or waiting
     */
    bool IsRunning(JobId job) const;
    /**
     * @param job a running job
     * @return energy of the cycles that it has run so far [J]; 0 if it is not running
     */
    double GetJobEnergyJ(JobId job) const;

    /// @return MaxFrequency less the frequencies of all running jobs; 0 where they share it [Hz]
    double GetFreeHz() const;
    /**
     * @param job a running job
     * @return the frequency that it runs at now [Hz]; 0 if it is not running, or waits
     */
    double GetJobHz(JobId job) const;
    /// @return MaxFrequency [Hz]
    double GetMaxHz() const;
    /// @return the power drawn now [W]
    double GetPowerW() const;
    /// @return the energy consumed so far, by finished and by running jobs [J]
    double GetTotalEnergyJ() const;

    /// Switch it off: cancel all jobs.
    void SwitchOff();
    /// Switch it on again.
    void SwitchOn();
    /// @return whether it is switched on
    bool IsOn() const;

  protected:
    void DoDispose() override;

  private:
    /// A running job.
    struct Job
    {
        double cycles;      //!< total number of cycles
        double requestedHz; //!< requested frequency [Hz]
        double hz;          //!< frequency that it runs at [Hz]; 0: it waits
        Time since;         //!< simulated time of the last change of hz
        Done done;          //!< called at the end
        EventId end;        //!< Complete()
        double cyclesRun;   //!< number of cycles run before `since`
        double energyJ;     //!< energy of these [J]
    };

    /// Jobs that run, in the order in which they began.
    using Jobs = std::map<JobId, Job>;

    /// @param hz highest frequency [Hz]; above 0
    void SetMaxHz(double hz);
    /// @param kappa effective capacitance [J s^2 / cycle^3 where energy is quadratic]; 0 or above
    void SetEffectiveCapacitance(double kappa);
    /// @return effective capacitance, in the same unit
    double GetEffectiveCapacitance() const;
    /// A job has run all of its cycles.
    /// @param id the job
    void Complete(JobId id);
    /**
     * Remove a finished or cancelled job, and add its energy to the total.
     * @param job the job
     * @param cycles number of cycles that it has run
     * @return their energy [J]
     */
    double Remove(Jobs::iterator job, double cycles);
    /// Jobs came or went: give each its frequency.
    void Share();
    /**
     * Have a job run at another frequency from now on.
     * @param id the job
     * @param job the job of that number
     * @param hz the frequency [Hz]; 0: it waits
     */
    void SetJobHz(JobId id, Job& job, double hz);
    /**
     * @param job one that runs
     * @param cycles that it has run in all
     * @return the energy of these [J]
     */
    double JobEnergyJ(const Job& job, double cycles) const;
    /// @return the cycles that a job has run until now
    /// @param job one that runs
    double CyclesRun(const Job& job) const;
    /// @return the energy of a number of cycles [J]
    /// @param cycles CPU cycles, at least 0
    /// @param hz the frequency that they run at, above 0 [Hz]
    double EnergyJ(double cycles, double hz) const;
    /// Fire the trace Power, if the power has changed.
    void UpdatePower();

    double m_maxHz{0};      //!< attribute MaxFrequency [Hz]
    double m_kappa{0};      //!< attribute EffectiveCapacitance
    double m_exponent{2};   //!< attribute FrequencyExponent
    Excess m_excess{SHARE}; //!< attribute Excess
    Jobs m_jobs;            //!< running jobs
    JobId m_lastId{0};      //!< of the last job that was begun
    double m_energyJ{0};    //!< of finished and cancelled jobs [J]
    double m_powerW{0};     //!< as last reported by the trace Power [W]
    bool m_isOn{true};      //!< whether it is switched on

    TracedCallback<uint64_t, double, double> m_begin; //!< trace ComputeBegin
    TracedCallback<uint64_t, double, double> m_end;   //!< trace ComputeEnd
    TracedCallback<double, double> m_power;           //!< trace Power
    TracedCallback<> m_switchedOff;                   //!< trace SwitchedOff
};

} // namespace fl
} // namespace ns3

#endif /* FL_PROCESSOR_H */
