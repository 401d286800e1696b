/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_OPTIMIZER_H
#define FL_MEL_OPTIMIZER_H

#include "fl-optimizer.h"

#include "ns3/fl-mel-methods.h"
#include "ns3/nstime.h"

#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Task allocation for mobile edge learning (MelProblem): how many iterations each learner trains on
 * how many samples in a global cycle, so that it is over within CycleTime and no one spends more
 * than its energy; by one of MelMethods().
 *
 * The channel is given: equal parts of the band, full power, full CPU frequency. Rates are
 * Shannon's on these, with the gains that the radio reports now; each round is planned anew. In
 * federated learning a learner trains on min(d_k, its own samples). In parallelised learning
 * (attribute Parallelised) the server sends it d_k of its own samples in the round, before the
 * model, and it trains on exactly those.
 *
 * A learner without iterations or samples gets no order. Objective and bound of the plan are the
 * mean number of iterations, and what it can't exceed.
 */
class MelOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /**
     * @param state what is known
     * @param devices who takes part, at least one
     * @return the problem of one global cycle
     * @throws InvalidInput if no cell's radio is controlled, or the numbers are out of their ranges
     */
    MelProblem MakeProblem(const SystemState& state, const std::vector<DeviceId>& devices) const;

  private:
    Plan DoPlan(const SystemState& state) override;
    /**
     * @param method name of one, see the attribute Method
     * @throws InvalidInput if there is none of that name
     */
    void SetMethod(std::string method);
    /// @return name of the method
    std::string GetMethod() const;

    std::string m_method;       //!< one of MelMethods()
    Time m_cycleTime;           //!< T
    double m_energyJ{0};        //!< E of each learner [J]; 0: its profile's
    uint32_t m_staleness{0};    //!< c
    uint32_t m_samples{0};      //!< d; 0: all that the learners' profiles have
    double m_leastShare{0};     //!< d_l over d / K
    bool m_parallelised{false}; //!< whether the server sends samples
};

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_OPTIMIZER_H */
