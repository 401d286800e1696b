/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_CLAIMS_H
#define FL_JOINT_CLAIMS_H

#include "fl-claims.h"
#include "fl-joint-statistics.h"

#include <vector>

/**
 * @file
 * @ingroup fl
 * The claims of Zhou et al., section VII, about energy and time, judged by the figures of
 * fl-joint-energy-time.
 */

namespace ns3
{
namespace fl
{

/**
 * @param results results of the figures made; claims about other figures are not tested
 * @return the claims with their verdicts
 */
std::vector<Claim> JudgeJointClaims(const std::vector<JointFigureResult>& results);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_CLAIMS_H */
