/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_OPTIMIZER_H
#define FL_SCHEDULE_OPTIMIZER_H

#include "fl-optimizer.h"

#include "ns3/fl-schedule-convergence.h"
#include "ns3/fl-schedule-methods.h"
#include "ns3/fl-schedule-queue.h"
#include "ns3/traced-callback.h"

#include <optional>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// What a scheduler says of a round that is over.
struct ScheduleRound
{
    uint32_t round{0};        //!< its number
    uint32_t selected{0};     //!< N(t)
    double limitS{ABSENT};    //!< Dbar [s]
    double plannedS{ABSENT};  //!< D(t) by Shannon's rate; 0: nobody took part [s]
    double measuredS{ABSENT}; //!< the longest upload [s]; 0: nobody took part
    double weight{ABSENT}; //!< zeta(t) Dq(t-1), the price of delay that it was planned with [1/s]
    double queue{ABSENT};  //!< Dq(t), after it, in units of Dbar
    double convergence{ABSENT}; //!< Theorem 1's bound on the gap to the least loss, after it
};

/**
 * @ingroup fl
 * Chooses who uploads in a round, and on how much of the band, under a limit of the average delay
 * (ScheduleProblem), by one of ScheduleMethods(). Powers and CPU frequencies are the largest.
 *
 * It plans from the gains that the radio reports now, and keeps a virtual queue of the delays
 * (DelayQueue), which goes on with each round that it observes. P1 knows uploads only, as in the
 * paper. Objective and bound of the plan are J and its upper bound.
 */
class ScheduleOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    ScheduleOptimizer();
    ~ScheduleOptimizer() override;

    /// Of the trace source Scheduled. @param round what is known of it
    using ScheduledCallback = void (*)(const ScheduleRound& round);
    /// Of the trace source Warning. @param warning one line
    using WarningCallback = void (*)(const std::string& warning);

  private:
    void DoDispose() override;
    Plan DoPlan(const SystemState& state) override;
    void DoObserve(const Outcome& outcome) override;
    int64_t DoAssignStreams(int64_t stream) override;
    /// @param method name of one, see the attribute Method
    void SetMethod(std::string method);
    /// @return name of the method
    std::string GetMethod() const;
    /// @param update 18a or algorithm1
    void SetQueueUpdate(std::string update);
    /// @return the same
    std::string GetQueueUpdate() const;

    /// Take notice of gains, and begin queue and bound with the first round.
    void Notice(const SystemState& state);
    /// @return devices that can be heard at all, of those that may take part
    /// @param state what is known
    std::vector<DeviceId> Reachable(const SystemState& state);
    /// @return what Theorem 1 takes to be known, of a cell with so many devices
    /// @param devices how many; at least 1
    ConvergenceAssumptions Assumptions(size_t devices) const;
    /// @return P1 for these devices
    /// @param state what is known
    /// @param devices those that can be heard
    ScheduleProblem MakeProblem(const SystemState& state,
                                const std::vector<DeviceId>& devices) const;

    std::string m_method;                    //!< one of ScheduleMethods()
    double m_limitPerBitS;                   //!< of the average delay [s/bit]
    double m_zeta;                           //!< zeta(1)
    double m_zetaDecay;                      //!< a in zeta(t) = zeta(1) t^-a
    QueueUpdate m_update;                    //!< how the queue goes on
    bool m_measured;                         //!< whether the queue takes measured delays
    uint32_t m_scheduled;                    //!< devices per round, of some methods; 0: half
    double m_learningRate;                   //!< of Theorem 1, as what follows: eta
    double m_smoothness;                     //!< L
    double m_polyakLojasiewicz;              //!< tau
    double m_gradientVariance;               //!< phi^2
    double m_sharedParameters;               //!< Omega^a
    double m_localParameters;                //!< Omega^t
    double m_initialGap;                     //!< F(W(0)) - F(W*)
    std::optional<DelayQueue> m_queue;       //!< from the first round on
    std::optional<ConvergenceBound> m_bound; //!< the same
    std::vector<double> m_averageHz;         //!< of gain over noise, by device
    uint32_t m_noticed{0};                   //!< rounds in that average
    std::optional<ScheduleRound> m_round;    //!< planned, not yet over
    Ptr<UniformRandomVariable> m_uniform;    //!< in [0, 1)
    TracedCallback<const ScheduleRound&> m_scheduledTrace; //!< a round is over
    TracedCallback<const std::string&> m_warningTrace;     //!< Theorem 1 does not hold
};

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_OPTIMIZER_H */
