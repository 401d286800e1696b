/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_OPTIMIZER_H
#define FL_OFFLOAD_OPTIMIZER_H

#include "fl-optimizer.h"

#include "ns3/fl-offload-methods.h"

#include <optional>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Offloading of training to edge servers (OffloadProblem; "Blockchain-based federated learning with
 * parameterized deep reinforcement learning", problem (28)): each device either trains itself, at
 * the best CPU frequency, or sends its samples to one of the servers on a sub-channel of that
 * server's cell, which trains for it. By one of OffloadMethods() or, with the method "agent", by a
 * trained agent.
 *
 * The uplink band of every cell has G + 1 parts of equal width: the sub-channels that fade by
 * themselves, where the state has them, or else by the attribute SubChannels. On the first G
 * parts samples are offloaded, by one device per part and cell at most; different cells reuse them,
 * and interfere. The last part carries the updates of the devices that train themselves, side by
 * side, each to the server with the best channel and at its maximum power. Without interference;
 * its rate is the problem's upload rate where all devices train themselves.
 *
 * Channel gains are those that the radio controller reports at the round's begin. Energy budgets
 * are those of the profiles. Mining and consensus are not part of a round here: their terms of (28)
 * are 0, so that objective and bound are (24) alone.
 */
class OffloadOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    OffloadOptimizer();
    ~OffloadOptimizer() override;

    /**
     * @param state the system state at the round's begin; has cells and servers
     * @param devices those of the round, at least one
     * @return problem (28) of the round; its device n is devices[n]
     * @throws InvalidInput if there are no cells, another number of servers than cells, nothing to
     *         offload (a timing study has no samples), or a number is out of its range
     */
    OffloadProblem MakeProblem(const SystemState& state,
                               const std::vector<DeviceId>& devices) const;

  private:
    Plan DoPlan(const SystemState& state) override;
    /// Devices whose samples were to be trained on at the server train themselves, and send their
    /// updates on a sub-channel that nobody has in the cell of another server.
    Plan DoReplace(const SystemState& state,
                   const std::vector<WorkOrder>& lost,
                   const std::vector<WorkOrder>& active) override;
    int64_t DoAssignStreams(int64_t stream) override;
    /// @param method a name of OffloadMethods() or agent, or such a name with the prefix "offload-"
    void SetMethod(std::string method);
    /// @return the method without the prefix
    std::string GetMethod() const;
    /// @return decisions of the method
    /// @param problem the problem
    OffloadSolution Solve(const OffloadProblem& problem) const;
    /// @return G
    /// @param state has gains by sub-channel, or one gain for all of them
    uint32_t SubChannelsOf(const SystemState& state) const;
    /**
     * @param state has cells, servers and gains
     * @param device the device
     * @param powerW of the grant [W]
     * @param active orders that keep their grants
     * @return of the sub-channels that are free in the cell of a running server, the one on which
     *         the device is heard best; none: all are taken
     */
    std::optional<Grant> FindFreeGrant(const SystemState& state,
                                       DeviceId device,
                                       double powerW,
                                       const std::vector<WorkOrder>& active) const;
    /// @return width of a sub-channel [Hz]
    /// @param state has cells
    double SubChannelHz(const SystemState& state) const;

    std::string m_method;                 //!< attribute Method
    std::string m_agent;                  //!< attribute Agent
    uint32_t m_subChannels{5};            //!< attribute SubChannels: G
    double m_seconds{0};                  //!< attribute Seconds
    bool m_isMakespan{false};             //!< attribute Makespan
    Ptr<UniformRandomVariable> m_uniform; //!< of the method random, in [0, 1)
};

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_OPTIMIZER_H */
