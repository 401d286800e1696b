/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_OPTIONS_H
#define FL_JOINT_OPTIONS_H

#include <cstdint>
#include <functional>
#include <optional>

/**
 * @file
 * @ingroup fl
 * What the methods that answer a JointProblem may use besides the problem.
 */

namespace ns3
{
namespace fl
{

/// Where a solver may start from: an earlier answer's price of bandwidth and duration of a round.
struct JointStart
{
    double lambda{0}; //!< [1/Hz]
    double roundS{0}; //!< [s]
};

/// What methods may use besides the problem.
struct JointOptions
{
    std::optional<JointStart> start; //!< where the global solver starts from
    uint32_t threads{1};             //!< for the global solver, when there are many devices
    std::function<double()> uniform; //!< draws from [0, 1), for methods with a random choice
    /// How much of the band the paper's alternation starts with: 0.5 is B/2N each, 1 is B/N.
    double startBandShare{0.5};
};

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_OPTIONS_H */
