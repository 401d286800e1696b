/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ENVIRONMENT_H
#define FL_ENVIRONMENT_H

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What agents learn in: parameterized actions (discrete choices with continuous parameters), and
 * the environments that take them.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What is decided in a step: each of some units (devices) takes one of some options (0: at home; or
 * a slot), and sets parameters, of which each option uses some.
 */
struct ActionSpace
{
    uint32_t units{1};      //!< at least 1
    uint32_t options{1};    //!< of each unit, at least 1
    uint32_t parameters{0}; //!< of each unit; may be 0
    /// Whether all options but the first can be taken by one unit only, the first in order.
    bool isExclusive{false};
    /// At option parameters + parameter: 1 where the option uses it, or else 0.
    std::vector<uint8_t> uses{};

    /// @return number of all units' options
    uint32_t Choices() const
    {
        return units * options;
    }

    /// @return number of all units' parameters
    uint32_t Parameters() const
    {
        return units * parameters;
    }

    /// @return whether an option uses a parameter
    /// @param option the option
    /// @param parameter of a unit
    bool Uses(uint32_t option, uint32_t parameter) const
    {
        return uses[size_t{option} * parameters + parameter] != 0;
    }

    /// @throws InvalidInput if a size is 0 or does not fit the others
    void Validate() const;

    /// @return whether all is the same
    /// @param other to compare with
    bool operator==(const ActionSpace& other) const
    {
        return units == other.units && options == other.options && parameters == other.parameters &&
               isExclusive == other.isExclusive && uses == other.uses;
    }
};

/// What was decided.
struct HybridAction
{
    std::vector<uint32_t> options; //!< by unit
    /// At unit parameters + parameter: from -1 to 1, beyond which it means the nearer of these.
    Eigen::VectorXf parameters;
};

/**
 * @ingroup fl
 * Where an agent acts. An episode depends on its number and the environment's seed alone, and on
 * what is done in it: so a run that is resumed between episodes equals one that was not.
 */
class Environment
{
  public:
    virtual ~Environment() = default;

    /// @return what is decided in a step
    virtual const ActionSpace& Space() const = 0;
    /// @return elements of State()
    virtual uint32_t StateSize() const = 0;
    /// Begin an episode. @param episode its number
    virtual void Begin(uint64_t episode) = 0;
    /// @return what is known before a step, numbers of size 1; valid until Step() or Begin()
    virtual const Eigen::VectorXf& State() const = 0;

    /**
     * Act, and go on to the next state.
     * @param action fits Space(); exclusive options are taken once
     * @return the reward
     */
    virtual double Step(const HybridAction& action) = 0;
};

} // namespace fl
} // namespace ns3

#endif /* FL_ENVIRONMENT_H */
