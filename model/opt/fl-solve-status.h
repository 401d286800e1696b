/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SOLVE_STATUS_H
#define FL_SOLVE_STATUS_H

#include <cstdint>

/**
 * @file
 * @ingroup fl
 * What a solver's answer is worth.
 */

namespace ns3
{
namespace fl
{

/// What a solver's answer is worth.
enum class SolveStatus : uint8_t
{
    OPTIMAL,    //!< nothing better exists: the bound that comes with it is met
    FEASIBLE,   //!< it meets all constraints; nothing is proved about better ones
    INFEASIBLE, //!< it breaks constraints
    FAILED      //!< there is no answer: the solver did not converge
};

/// @return the name used in files: optimal, feasible, infeasible, failed
/// @param status how a solver ended
const char* ToString(SolveStatus status);

} // namespace fl
} // namespace ns3

#endif /* FL_SOLVE_STATUS_H */
