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
 * Synchronous federated learning (H. B. McMahan et al., "Communication-efficient learning of deep
 * networks from decentralized data", AISTATS 2017): in each round a subset of the devices trains
 * from the same global model, and their updates are averaged when the last one has arrived or the
 * deadline has passed.
 *
 * One round: the optimizer makes a plan; the plan is predicted and enforced on the radio; each
 * device is sent the model with its work order; updates are aggregated (FedAvg: weighted by
 * samples) and the model is evaluated; the optimizer observes the measured outcome. A device that
 * is lost does not stop the round; when it has reconnected, it can be planned in the next round.
 * Memory does not grow with the number of rounds.
 *
 * The first round, also after a restart, waits for all devices (JoinTimeout, JoinGap); each later
 * one begins when the previous one is closed, or as soon as a device without an active order is
 * available.
 */
class SyncCoordinator : public RoundCoordinator
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

  protected:
    /// @return name of the rule by which updates are combined; mean: FedAvg
    const std::string& GetRule() const;
    void DoRoundOver() override;
    void CancelEvents() override;
    void DoInitialize(GlobalModel& model) override;
    void DoJoined() override;

  private:
    void DoStart() override;
    void DoStop() override;
    void DoOrderOver() override;
    void DoDroppedOver() override;

    /// Begin the next round if its devices are available, or wait.
    void TryBegin();
    /// Plan the next round and open it, if active orders leave bandwidth for it.
    void BeginRound();

    uint32_t m_rounds{20};   //!< number of rounds, at least 1
    std::string m_rule;      //!< how updates are combined
    uint32_t m_byzantine{0}; //!< updates of a round that may be anything
    Time m_joinTimeout;      //!< maximum wait for all devices at the start
    Time m_joinGap;          //!< time without a new device that ends that wait
    Time m_abortGrace;       //!< maximum wait of the next round for answers to ABORT

    bool m_gathering{false}; //!< whether it waits for all devices, after a start
    Time m_gatherEnd;        //!< end of JoinTimeout
    EventId m_beginEvent;    //!< begins the next round
    EventId m_graceEvent;    //!< end of m_abortGrace
};

} // namespace fl
} // namespace ns3

#endif /* FL_SYNC_COORDINATOR_H */
