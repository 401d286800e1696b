/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_EQUAL_SHARES_H
#define FL_EQUAL_SHARES_H

#include "ns3/fl-sync-coordinator.h"

#include <cstdint>
#include <string>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What the rounds would have cost with equal shares of the band, full power and full CPU frequency:
 * each plan, and equal shares for the same devices and gains, are predicted by the same model.
 */
class EqualSharesComparison
{
  public:
    /// Sums over rounds.
    struct Cost
    {
        double timeS{0};   //!< sum of the rounds' durations [s]
        double energyJ{0}; //!< computing and uploads [J]
    };

    /**
     * Compare all rounds that begin from now on.
     * @param coordinator runs the rounds; this object must outlive the simulation
     */
    void Watch(Ptr<SyncCoordinator> coordinator);

    /// @return of the plans
    const Cost& GetPlanned() const;
    /// @return of equal shares
    const Cost& GetEqual() const;

    /**
     * @return one sentence, or nothing if no round was predicted or plans were equal shares
     */
    std::string ToText() const;

  private:
    /**
     * Add one round: its plan as predicted, and equal shares for the same devices and gains.
     * @param state what was known when the round began
     * @param plan what was decided
     * @param predicted what is expected of the plan
     */
    void Compare(const SystemState& state, const Plan& plan, const Outcome& predicted);

    Ptr<SyncCoordinator> m_coordinator; //!< runs the rounds
    Cost m_planned;                     //!< of the plans
    Cost m_equal;                       //!< of equal shares
    uint32_t m_rounds{0};               //!< compared
};

} // namespace fl
} // namespace ns3

#endif /* FL_EQUAL_SHARES_H */
