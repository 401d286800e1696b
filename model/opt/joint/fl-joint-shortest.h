/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_SHORTEST_H
#define FL_JOINT_SHORTEST_H

#include "fl-joint-problem.h"

/**
 * @file
 * @ingroup fl
 * The shortest round that a JointProblem allows, T_min: all devices at full power and CPU
 * frequency.
 */

namespace ns3
{
namespace fl
{

class JointSweep;

/// Where T_min was found.
struct JointShortest
{
    double roomS{0};         //!< T_min less the sweep's base [s], not negative
    bool bandLimited{false}; //!< T_min is where the band is used up; else T_min is the base
    uint32_t sweeps{0};      //!< that it took
};

/**
 * Find T_min: the bandwidth that all need at full power and frequency is the band, or T is the base
 * where less is needed.
 * @param problem a valid problem
 * @param sweep its devices, whose states are changed
 * @return T_min
 */
JointShortest FindShortestRound(const JointProblem& problem, JointSweep& sweep);

/**
 * Refuse a deadline below T_min.
 * @param problem a valid problem with a deadline
 * @param shortestS T_min [s]
 * @throws Infeasible names the device that asks for most bandwidth, or that no bandwidth helps, and
 *         the smallest deadline that works [s]
 */
void RequireDeadline(const JointProblem& problem, double shortestS);

/**
 * Set the multipliers of an answer at T_min, where those of the devices alone don't add up to w2.
 * @param problem a valid problem
 * @param sweep its devices
 * @param shortest T_min
 * @param solution an answer with the sweep's prices; lambda and mu are changed
 */
void PriceShortestRound(const JointProblem& problem,
                        const JointSweep& sweep,
                        const JointShortest& shortest,
                        JointSolution& solution);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_SHORTEST_H */
