/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_EQUAL_SHARES_H
#define FL_EQUAL_SHARES_H

#include "ns3/fl-coordinator.h"

#include <cstdint>
#include <string>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Compares the predicted cost of plans with that of equal shares of the band at maximum transmit
 * power and CPU frequency, for the same devices and gains, by the same predictor.
 */
class EqualSharesComparison
{
  public:
    /// Sums over rounds.
    struct Cost
    {
        double timeS{0};   //!< sum of the rounds' durations [s]
        double energyJ{0}; //!< energy of computation and uploads [J]
    };

    /**
     * Compare all rounds that begin from now on.
     * @param coordinator coordinator of the rounds; this object must outlive the simulation
     */
    void Watch(Ptr<Coordinator> coordinator);

    /// @return cost of the plans
    const Cost& GetPlanned() const;
    /// @return cost of equal shares
    const Cost& GetEqual() const;

    /**
     * @return the comparison in a sentence; empty if no round was predicted or plans were equal
     *         shares
     */
    std::string ToText() const;

  private:
    /**
     * Sink of "RoundBegin": add one round.
     * @param state system state at the begin of the round
     * @param plan plan of the round
     * @param predicted predicted outcome of the plan
     */
    void Compare(const SystemState& state, const Plan& plan, const Outcome& predicted);

    Ptr<Coordinator> m_coordinator; //!< coordinator of the rounds
    Cost m_planned;                 //!< cost of the plans
    Cost m_equal;                   //!< cost of equal shares
    uint32_t m_rounds{0};           //!< number of rounds compared
};

} // namespace fl
} // namespace ns3

#endif /* FL_EQUAL_SHARES_H */
