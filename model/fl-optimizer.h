/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTIMIZER_H
#define FL_OPTIMIZER_H

#include "ns3/fl-system-state.h"
#include "ns3/object.h"
#include "ns3/random-variable-stream.h"

#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Device scheduling and resource allocation: selects the devices of the next round and sets the
 * transmit power [W], bandwidth [Hz], CPU frequency [Hz] and workload (local iterations, samples)
 * of each.
 *
 * Weights and limits are attributes of the subclasses. To add an optimizer, derive, override
 * DoPlan(), register the TypeId, and list it in NamedOptimizers() to select it by `--optimizer`.
 */
class Optimizer : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /**
     * Plan one round.
     * @param state device profiles, channel gains, bandwidth and message sizes at the round's
     *        begin
     * @return the round's plan: at most one work order per device, of available devices only
     * @throws std::logic_error if the plan of a subclass has an order of a device that is not
     *         available, or two of the same device
     * @throws Infeasible if the optimization problem has no feasible solution
     */
    Plan MakePlan(const SystemState& state);

    /**
     * @return whether it plans a horizon, all aggregations to come of all tasks (MakeHorizon()),
     *         and not round by round
     */
    bool PlansHorizon() const;
    /**
     * Plan all aggregations to come of all tasks (AsyncCoordinator).
     * @param tasks system states by task, with `aggregationsLeft` and `active`
     * @return work orders of any number per device and task, each with its base version, the
     *         aggregation that its update is for, and a pause before the download that begins when
     *         the base version is made
     * @throws std::logic_error if an order is of a device that is not available and has no active
     *         order, of an unknown task, or of a base version that is past, or not before its
     *         aggregation
     * @throws Infeasible if the optimization problem has no feasible solution
     */
    Plan MakeHorizon(const std::vector<const SystemState*>& tasks);

    /**
     * Find orders in place of those that lost their server in the middle of a round. Devices
     * without one wait for the plan of the next round.
     * @param state the system state, bandwidths of whole bands
     * @param lost orders of a server that has stopped
     * @param active all other active orders; they keep their grants
     * @return orders of some of the devices of `lost`, whose grants do not overlap with those of
     *         `active` in the same cell
     */
    Plan Replace(const SystemState& state,
                 const std::vector<WorkOrder>& lost,
                 const std::vector<WorkOrder>& active);

    /**
     * Feed back the measurements of a round.
     * @param outcome measured times [s], energies [J] and status of the round's work orders
     */
    void Observe(const Outcome& outcome);

    /**
     * Assign fixed random variable streams.
     * @param stream index of the first stream
     * @return number of streams assigned
     */
    int64_t AssignStreams(int64_t stream);

  protected:
    /**
     * @param problem word that a method's name may begin with, as "joint" in "joint-global"
     * @param byDefault the method that `problem` alone stands for
     * @param method what the attribute Method is set to
     * @param known names of all methods
     * @return one of these
     * @throws InvalidInput if it is none of them
     */
    std::string CheckedMethod(const std::string& problem,
                              const std::string& byDefault,
                              const std::string& method,
                              const std::vector<std::string>& known) const;

    /**
     * @param state the system state at the round's begin
     * @return the candidates of the round in ascending order: all available devices or, with the
     *         attribute DevicesPerRound, a uniformly random subset of that size
     */
    std::vector<DeviceId> ChooseDevices(const SystemState& state);

    void DoDispose() override;

  private:
    /**
     * Plan one round.
     * @param state the system state; only devices with state.available may have an order
     * @return the round's plan; it may be empty
     */
    virtual Plan DoPlan(const SystemState& state) = 0;
    /// @return see PlansHorizon(); false by default
    virtual bool DoPlansHorizon() const;
    /**
     * Plan a horizon; called if DoPlansHorizon().
     * @param tasks system states by task
     * @return the plan, see MakeHorizon()
     */
    virtual Plan DoPlanHorizon(const std::vector<const SystemState*>& tasks);
    /**
     * See Replace(); nothing is replaced by default.
     * @param state the system state
     * @param lost orders of a server that has stopped
     * @param active all other active orders
     * @return orders of some of the devices of `lost`
     */
    virtual Plan DoReplace(const SystemState& state,
                           const std::vector<WorkOrder>& lost,
                           const std::vector<WorkOrder>& active);
    /**
     * Update internal state (queues, estimates) after a round; does nothing by default.
     * @param outcome measured outcome of the round
     */
    virtual void DoObserve(const Outcome& outcome);
    /**
     * @param stream index of the first stream
     * @return number of streams assigned; 0 by default
     */
    virtual int64_t DoAssignStreams(int64_t stream);

    uint32_t m_devicesPerRound{0};       //!< size of the random subset; 0: no limit
    Ptr<UniformRandomVariable> m_choice; //!< draws the subset, in [0, 1)
};

/**
 * @ingroup fl
 * Baseline: every candidate takes part with an equal share of the uplink band, at its maximum
 * transmit power and maximum CPU frequency.
 */
class EqualOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

  private:
    Plan DoPlan(const SystemState& state) override;
};

/**
 * @ingroup fl
 * Baseline: transmit power and CPU frequency are drawn uniformly from each device's range, and the
 * bandwidths uniformly from the simplex, so that they always add up to the uplink band.
 */
class RandomOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    RandomOptimizer();

  private:
    void DoDispose() override;
    Plan DoPlan(const SystemState& state) override;
    int64_t DoAssignStreams(int64_t stream) override;

    Ptr<UniformRandomVariable> m_uniform; //!< in [0, 1)
};

/// An optimizer that can be selected by `--optimizer=NAME`.
struct NamedOptimizer
{
    std::string name;        //!< value of the option
    std::string typeId;      //!< name of the TypeId to instantiate
    std::string description; //!< one line for `--help`
    std::vector<std::pair<std::string, std::string>> attributes; //!< to set: name and value
};

/// @return all optimizers that can be selected by name
const std::vector<NamedOptimizer>& NamedOptimizers();

/**
 * @param name a name of NamedOptimizers(), or the TypeId of any Optimizer
 * @return a new optimizer
 * @throws InvalidInput that lists the names
 */
Ptr<Optimizer> CreateOptimizer(const std::string& name);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTIMIZER_H */
