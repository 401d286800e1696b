/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_OPTIMIZER_H
#define FL_JOINT_OPTIMIZER_H

#include "fl-optimizer.h"

#include "ns3/fl-joint-methods.h"
#include "ns3/fl-round-plan.h"
#include "ns3/nstime.h"

#include <optional>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Sets power, bandwidth and CPU frequency of every device for the least w1 E + w2 T of the next
 * round (JointProblem), by one of JointMethods(): the global optimum with a lower bound, the
 * paper's algorithm, or one of its baselines.
 *
 * It plans from the gains that the radio reports now, each round anew, or once for all rounds as
 * the paper does (attribute PlanOnce). The global solver starts from the last round's prices.
 *
 * E is computing and uploading, T the longest upload after computing: downloads are not in the
 * problem, as in the paper. Objective and bound of the plan are of one round.
 */
class JointOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    JointOptimizer();
    ~JointOptimizer() override;

    /**
     * @param state what is known
     * @param devices who takes part
     * @param weightEnergy w1
     * @return the problem of one round; without a deadline
     * @throws InvalidInput if no cell's radio is controlled
     */
    static JointProblem MakeProblem(const SystemState& state,
                                    const std::vector<DeviceId>& devices,
                                    double weightEnergy);

    /// @return w1, the weight of energy; w2 = 1 - w1
    double GetWeightEnergy() const;

  private:
    void DoDispose() override;
    Plan DoPlan(const SystemState& state) override;
    int64_t DoAssignStreams(int64_t stream) override;
    /**
     * @param method name of one, see the attribute Method
     * @throws InvalidInput if there is none of that name
     */
    void SetMethod(std::string method);
    /// @return name of the method
    std::string GetMethod() const;

    /// @return the method's answer for one round
    /// @param problem of the round
    JointSolution Solve(const JointProblem& problem);
    /// @return shares that were planned once, for these devices; nothing if one has none
    /// @param devices that may take part, in ascending order
    std::optional<std::vector<JointShare>> FindKept(const std::vector<DeviceId>& devices) const;
    /// Keep them for later rounds.
    void Keep(const std::vector<DeviceId>& devices, const std::vector<JointShare>& shares);

    std::string m_method;                          //!< one of JointMethods()
    double m_weightEnergy;                         //!< w1
    Time m_deadline;                               //!< of a round; 0: free
    bool m_planOnce;                               //!< for all rounds
    uint32_t m_threads;                            //!< for the global solver
    std::optional<JointStart> m_start;             //!< the last round's prices
    std::vector<std::optional<JointShare>> m_kept; //!< by device, where planned once
    Ptr<UniformRandomVariable> m_uniform;          //!< in [0, 1)
};

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_OPTIMIZER_H */
