/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_QUEUE_H
#define FL_SCHEDULE_QUEUE_H

#include <cstdint>
#include <string>

/**
 * @file
 * @ingroup fl
 * The virtual queue that turns a limit of the average delay into a price of each round's delay.
 */

namespace ns3
{
namespace fl
{

/// How the queue goes on. The paper has two ways.
enum class QueueUpdate : uint8_t
{
    PLAIN,   //!< (18a): Dq(t) = max(0, Dq(t-1) + D(t) - Dbar)
    WEIGHTED //!< line 19 of Algorithm 1: Dq(t) = max(0, Dq(t-1) + zeta(t) (D(t) - Dbar))
};

/// @return the name used in attributes and files: 18a, algorithm1
/// @param update the update rule
const char* ToString(QueueUpdate update);

/**
 * @param name 18a or algorithm1
 * @return the update
 * @throws InvalidInput if there is none of that name
 */
QueueUpdate QueueUpdateFromText(const std::string& name);

/// What a queue is made with.
struct DelayQueueOptions
{
    double limitS{1};                       //!< Dbar: of the average delay [s], positive
    double zeta{1};                         //!< zeta(1)
    double zetaDecay{0};                    //!< a in zeta(t) = zeta(1) t^-a, from 0 to below 1
    QueueUpdate update{QueueUpdate::PLAIN}; //!< how it goes on

    /// @throws InvalidInput that names the field, its value and what is allowed
    void Validate() const;
};

/**
 * Delays are measured in units of Dbar: then the queue and zeta have no unit, what they do depends
 * on neither payload nor band, and both updates are of the same unit.
 *
 * By (18a) the sum of D(t) - Dbar over T rounds is at most Dq(T), so that the average delay exceeds
 * Dbar by Dq(T)/T at most. Where zeta(t) falls as t^-a, the queue must grow as t^a for the same
 * price of delay, and the excess vanishes as T^(a-1).
 */
class DelayQueue
{
  public:
    /// @param options valid
    explicit DelayQueue(const DelayQueueOptions& options);

    /// @return Dq(t-1), before the round that comes, in units of Dbar; 0 at first
    double Get() const;
    /// @return t: the number of the round that comes, from 1
    uint64_t GetRound() const;
    /// @return zeta(t) of the round that comes
    double Zeta() const;
    /// @return zeta(t) Dq(t-1), the price of delay in the round that comes [1/s]
    double Weight() const;
    /// A round is over. @param delayS D(t) [s]; 0 if nobody took part
    void Update(double delayS);

  private:
    DelayQueueOptions m_options; //!< what it is made with
    double m_queue{0};           //!< Dq / Dbar
    uint64_t m_round{1};         //!< t
};

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_QUEUE_H */
