/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SYNC_COORDINATOR_H
#define FL_SYNC_COORDINATOR_H

#include "fl-round-coordinator.h"

#include "ns3/event-id.h"
#include "ns3/nstime.h"

#include <string>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Synchronous federated learning: in each round a subset of the devices trains from the same global
 * model, and their updates are averaged when the last one has arrived or the deadline has passed.
 *
 * One round: ask the optimizer for a plan, predict it, enforce it on the radio, send each device
 * the model with its work order, merge what comes back (FedAvg: weighted by samples), evaluate, and
 * tell the optimizer what happened. A device that has disappeared does not stop the round; one that
 * comes back is planned again from the next round on. Memory does not grow with rounds.
 *
 * The first round, also after a restart, waits for all devices; each later one begins when the one
 * before is closed, or as soon as there is a device without an order.
 */
class SyncCoordinator : public RoundCoordinator
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

  protected:
    void DoDispose() override;

  private:
    void DoStart() override;
    void DoStop() override;
    void DoJoined() override;
    void DoRoundOver() override;
    void DoOrderOver() override;
    void DoDroppedOver() override;

    /// Begin the next round as soon as there are devices; give up after WaitTimeout.
    void AwaitDevices();
    /// Devices have come, or will not come any more: begin the next round, or wait.
    void TryBegin();
    /// No device has become available: end.
    void GiveUp();
    /// Plan the next round and open it, if there is some of the band to be planned.
    void BeginRound();
    /// All rounds are done, or no device comes any more.
    /// @param reason why
    void End(const std::string& reason);
    /// Cancel all that is scheduled.
    void CancelEvents();

    uint32_t m_rounds{20}; //!< number of rounds, at least 1
    Time m_joinTimeout;    //!< how long to wait for all devices at the start
    Time m_joinGap;        //!< after which nobody else is expected to join
    Time m_waitTimeout;    //!< how long to wait for any device later
    Time m_abortGrace;     //!< how long the next round waits for devices told to stop

    bool m_gathering{false}; //!< waiting for all devices, as after a start
    Time m_gatherEnd;        //!< JoinTimeout is over
    EventId m_beginEvent;    //!< begins the next round
    EventId m_graceEvent;    //!< waits no longer for devices that were told to stop
    EventId m_waitEvent;     //!< gives up waiting
};

} // namespace fl
} // namespace ns3

#endif /* FL_SYNC_COORDINATOR_H */
