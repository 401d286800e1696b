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
 * Decides who takes part in the next round, and with which power, bandwidth, CPU frequency and
 * amount of work.
 *
 * Weights and limits are attributes of the subclasses. Adding one: derive, override DoPlan,
 * register the TypeId, and name it in NamedOptimizers() to have it under `--optimizer`.
 */
class Optimizer : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /**
     * Decide.
     * @param state what is known
     * @return a plan that has at most one order per device, and only for available devices
     * @throws std::logic_error if a subclass returns a plan that breaks this
     */
    Plan MakePlan(const SystemState& state);

    /**
     * Learn from what happened.
     * @param outcome the measured outcome of the last plan
     */
    void Observe(const Outcome& outcome);

    /**
     * Fix the random streams.
     * @param stream the first one to use
     * @return how many were used
     */
    int64_t AssignStreams(int64_t stream);

  protected:
    /**
     * @param state what is known
     * @return the devices that may take part this round: all that are available or, where the
     *         attribute DevicesPerRound says so, a uniformly random choice of that many; ascending
     */
    std::vector<DeviceId> ChooseDevices(const SystemState& state);

    void DoDispose() override;

  private:
    /**
     * Decide.
     * @param state all that is known; a plan may give work to the available devices only
     * @return orders of this round, or of some devices; none is allowed
     */
    virtual Plan DoPlan(const SystemState& state) = 0;
    /**
     * Learn from what happened; nothing by default.
     * @param outcome of the round that ended, as measured
     */
    virtual void DoObserve(const Outcome& outcome);
    /**
     * @param stream first random stream to use
     * @return how many were used; 0 by default
     */
    virtual int64_t DoAssignStreams(int64_t stream);

    uint32_t m_devicesPerRound{0};       //!< 0: all
    Ptr<UniformRandomVariable> m_choice; //!< draws the devices of a round
};

/**
 * @ingroup fl
 * Equal shares of the band at full power and full CPU frequency: the usual baseline.
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
 * A uniformly random choice within the limits: power and CPU frequency uniform in their ranges, the
 * band's shares uniform on the simplex (so that they always add up to the band).
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

/// A name under `--optimizer`, and the type behind it.
struct NamedOptimizer
{
    std::string name;                                            //!< as typed
    std::string typeId;                                          //!< the TypeId's name
    std::string description;                                     //!< one line
    std::vector<std::pair<std::string, std::string>> attributes; //!< names and values
};

/// @return all optimizers that can be chosen by name
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
