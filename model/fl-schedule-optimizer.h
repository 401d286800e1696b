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

/// State of the scheduler after a round t; symbols as in Wang et al.
struct ScheduleRound
{
    uint32_t round{0};          //!< t, from 1
    uint32_t selected{0};       //!< N(t), number of scheduled devices
    double limitS{ABSENT};      //!< Dbar, limit of the average delay [s]
    double plannedS{ABSENT};    //!< D(t) at Shannon rates [s]; 0 without scheduled devices
    double measuredS{ABSENT};   //!< longest measured upload [s]; 0 without scheduled devices
    double weight{ABSENT};      //!< zeta(t) Dq(t-1), weight of the delay in the objective [1/s]
    double queue{ABSENT};       //!< Dq(t), virtual queue after the round, in units of Dbar
    double convergence{ABSENT}; //!< bound of Theorem 1 on F(W(t)) - F(W*)
};

/**
 * @ingroup fl
 * Device scheduling and bandwidth allocation under a limit of the average delay (ScheduleProblem;
 * Wang et al., federated fine-tuning, problem P1) by one of ScheduleMethods(). Transmit power and
 * CPU frequency are the maximum.
 *
 * The channel gains are those that the radio controller reports at the round's begin. The long-term
 * limit is kept by a virtual queue of the delays (DelayQueue), which is updated after every round.
 * The delay of P1 is that of uploads alone, as in the paper; where mu counts a split round's
 * features as uploaded (SplitRound::countsFeatures), a measured delay is that much longer.
 * Objective and bound of the plan are J and its upper bound.
 */
class ScheduleOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    ScheduleOptimizer();
    ~ScheduleOptimizer() override;

    /// Signature of the trace source Scheduled. @param round state after a round
    using ScheduledCallback = void (*)(const ScheduleRound& round);
    /// Signature of the trace source Warning. @param warning one line of text
    using WarningCallback = void (*)(const std::string& warning);

  private:
    void DoDispose() override;
    Plan DoPlan(const SystemState& state) override;
    void DoObserve(const Outcome& outcome) override;
    int64_t DoAssignStreams(int64_t stream) override;
    /// @param method a name of ScheduleMethods(), or such a name with the prefix "schedule-"
    void SetMethod(std::string method);
    /// @return the name in ScheduleMethods()
    std::string GetMethod() const;
    /// @param update 18a or algorithm1: the two update rules of the paper
    void SetQueueUpdate(std::string update);
    /// @return 18a or algorithm1
    std::string GetQueueUpdate() const;

    /**
     * Update the running averages of the channel gains; in the first round, set up the virtual
     * queue and the convergence bound.
     * @param state the system state at the round's begin
     */
    void UpdateAverages(const SystemState& state);
    /**
     * @param state the system state at the round's begin
     * @return the candidates that are not out of range (gain over noise of at least FAINTEST_HZ)
     */
    std::vector<DeviceId> Reachable(const SystemState& state);
    /**
     * @param devices number of devices in the cell, at least 1
     * @return the constants of Theorem 1
     */
    ConvergenceAssumptions Assumptions(size_t devices) const;
    /**
     * @param state the system state at the round's begin
     * @param devices the candidates that are not out of range
     * @return P1 of the round; its devices are in the order of `devices`
     */
    ScheduleProblem MakeProblem(const SystemState& state,
                                const std::vector<DeviceId>& devices) const;

    std::string m_method;                    //!< name in ScheduleMethods()
    double m_limitPerBitS;                   //!< Dbar over the upload's size [s/bit]
    double m_zeta;                           //!< zeta(1)
    double m_zetaDecay;                      //!< a in zeta(t) = zeta(1) t^-a
    QueueUpdate m_update;                    //!< update rule of the virtual queue
    bool m_measured;                         //!< whether the queue is fed with measured delays
    uint32_t m_scheduled;                    //!< N of the methods with a fixed N; 0: half
    double m_learningRate;                   //!< eta of Theorem 1
    double m_smoothness;                     //!< L of Theorem 1
    double m_polyakLojasiewicz;              //!< tau of Theorem 1
    double m_gradientVariance;               //!< phi^2 of Theorem 1
    double m_sharedParameters;               //!< Omega^a of Theorem 1
    double m_localParameters;                //!< Omega^t of Theorem 1
    double m_initialGap;                     //!< F(W(0)) - F(W*)
    std::optional<DelayQueue> m_queue;       //!< virtual queue, from the first round on
    std::optional<ConvergenceBound> m_bound; //!< of Theorem 1, from the first round on
    std::vector<double> m_averageHz;         //!< by device: mean gain over noise density [Hz/W]
    uint32_t m_nAveraged{0};                 //!< number of rounds in m_averageHz
    double m_uplinkPart{1};                  //!< of mu, that is really sent up
    std::optional<ScheduleRound> m_round;    //!< the planned round, until it is observed
    Ptr<UniformRandomVariable> m_uniform;    //!< of the random methods, in [0, 1)
    TracedCallback<const ScheduleRound&> m_scheduledTrace; //!< after each round
    TracedCallback<const std::string&> m_warningTrace; //!< assumptions of Theorem 1 are violated
};

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_OPTIMIZER_H */
