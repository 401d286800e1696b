/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FORMULA_ROUNDS_H
#define FL_FORMULA_ROUNDS_H

#include "fl-optimizer.h"

#include "ns3/fl-rate-model.h"
#include "ns3/fl-round-record.h"
#include "ns3/fl-system-state.h"
#include "ns3/ptr.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Synchronous rounds without packets: an optimizer plans each, Predictor says how long it takes and
 * what it costs, and that is observed as if it had been measured. Nothing is lost and nobody is
 * late, so that all orders are merged. Who learns from the same devices in the same rounds
 * (SplitLearner) ends where packets end.
 *
 * Of a server's processor each order has ServerCpu for itself, as in all predictions.
 */
class FormulaRounds
{
  public:
    /**
     * @param optimizer plans; of its own for these rounds, as it may learn
     * @param cell the system before the first round: profiles, one cell, sizes, split round;
     *        gains are those of Next()
     * @param rateModel the PHY's
     * @throws InvalidInput if there is another number of cells than one
     */
    FormulaRounds(Ptr<Optimizer> optimizer,
                  SystemState cell,
                  std::shared_ptr<const RateModel> rateModel);

    /**
     * Plan and predict the next round.
     * @param gains channel power gains of the round by device, the same in both directions
     * @return the round, with orders by device, whose measured outcome is the predicted one, and
     *         without loss and accuracy
     * @throws Infeasible if the optimizer finds no plan
     */
    RoundRecord Next(const std::vector<double>& gains);

    /// @param round a closed round
    /// @return devices of the orders that were merged in it, ascending
    static std::vector<DeviceId> MergedDevices(const RoundRecord& round);

    /// Duration of a round in which the optimizer gives nobody work, as in packets by default [s].
    static constexpr double EMPTY_ROUND_S = 1;

  private:
    Ptr<Optimizer> m_optimizer;                   //!< plans
    SystemState m_state;                          //!< before the next round
    std::shared_ptr<const RateModel> m_rateModel; //!< of the PHY
};

} // namespace fl
} // namespace ns3

#endif /* FL_FORMULA_ROUNDS_H */
