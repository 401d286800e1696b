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
 * Joint allocation of transmit power, bandwidth and CPU frequency that minimises w1 E + w2 T of the
 * next round (JointProblem; Zhou et al., ICDCS 2022, problem P1) by one of JointMethods(): the
 * globally optimal solver with a certified lower bound, the paper's algorithm, or a baseline.
 *
 * The channel gains are those that the radio controller reports at the round's begin; every round
 * is planned anew or, as in the paper, one allocation serves all rounds (attribute PlanOnce). The
 * global solver is warm-started with the dual prices of the previous round.
 *
 * E is the energy of computation and upload, T the largest sum of computation and upload time;
 * downloads are not part of the problem, as in the paper. Objective and bound of the plan are those
 * of one round.
 */
class JointOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    JointOptimizer();
    ~JointOptimizer() override;

    /**
     * @param state the system state at the round's begin
     * @param devices the participants
     * @param weightEnergy w1, in [0, 1]; w2 = 1 - w1
     * @return the problem of one round (R_g = 1), without a deadline; its devices are in the order
     *         of `devices`
     * @throws InvalidInput if state.cells is empty: there is no RadioControl
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
     * @param method a name of JointMethods(), or such a name with the prefix "joint-"
     * @throws InvalidInput if there is no such method
     */
    void SetMethod(std::string method);
    /// @return the name in JointMethods()
    std::string GetMethod() const;

    /**
     * @param problem the problem of one round
     * @return the solution by the selected method
     */
    JointSolution Solve(const JointProblem& problem);
    /**
     * @param devices the participants, in ascending order
     * @return their stored allocation (PlanOnce); nothing if one of them has none
     */
    std::optional<std::vector<JointShare>> FindKept(const std::vector<DeviceId>& devices) const;
    /**
     * Store an allocation for later rounds (PlanOnce).
     * @param devices the participants
     * @param shares one per participant
     */
    void Keep(const std::vector<DeviceId>& devices, const std::vector<JointShare>& shares);

    std::string m_method;                          //!< name in JointMethods()
    double m_weightEnergy;                         //!< w1
    Time m_deadline;                               //!< upper limit on T; 0: T is minimised
    bool m_planOnce;                               //!< one allocation for all rounds
    uint32_t m_threads;                            //!< of the global solver
    std::optional<JointStart> m_start;             //!< dual prices of the previous round
    std::vector<std::optional<JointShare>> m_kept; //!< by device: stored allocation
    Ptr<UniformRandomVariable> m_uniform;          //!< of the random baselines, in [0, 1)
};

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_OPTIMIZER_H */
