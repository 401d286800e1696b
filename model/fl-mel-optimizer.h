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
 * Task allocation for mobile edge learning (MelProblem; Mohammad et al., HA-Asyn): sets the number
 * of local iterations tau_k and of samples d_k of each learner in a global cycle such that the
 * cycle takes at most CycleTime and no learner spends more than its energy budget, by one of
 * MelMethods().
 *
 * Radio resources are fixed: equal parts of the band, maximum power, maximum CPU frequency. The
 * coefficients use Shannon rates at the channel gains that the radio controller reports at the
 * round's begin; every round is planned anew. In federated learning a learner trains on min(d_k,
 * own samples). In parallelised learning (attribute Parallelised) the server sends d_k samples
 * before the model, and the learner trains on exactly these.
 *
 * A learner with tau_k = 0 or d_k = 0 gets no work order. Objective and bound of the plan are the
 * mean number of local iterations and its certified upper bound.
 */
class MelOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /**
     * @param state the system state at the round's begin
     * @param devices the learners, at least one
     * @return the problem of one global cycle; learner k is devices[k]
     * @throws InvalidInput if state.cells is empty (there is no RadioControl), or a coefficient is
     *         out of its range (MelProblem::Validate())
     */
    MelProblem MakeProblem(const SystemState& state, const std::vector<DeviceId>& devices) const;

  private:
    Plan DoPlan(const SystemState& state) override;
    /**
     * @param method a name of MelMethods(), or such a name with the prefix "mel-"
     * @throws InvalidInput if there is no such method
     */
    void SetMethod(std::string method);
    /// @return the name in MelMethods()
    std::string GetMethod() const;

    std::string m_method;       //!< name in MelMethods()
    Time m_cycleTime;           //!< T, duration of a global cycle
    double m_energyJ{0};        //!< E_k, energy budget per cycle [J]; 0: the profile's
    uint32_t m_staleness{0};    //!< c, bound on the difference of two learners' iterations
    uint32_t m_samples{0};      //!< d; 0: the sum over the learners' profiles
    double m_leastShare{0};     //!< d_l K / d, the least batch as a part of the equal one
    bool m_parallelised{false}; //!< whether the server sends the samples
};

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_OPTIMIZER_H */
