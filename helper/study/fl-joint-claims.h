/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_CLAIMS_H
#define FL_JOINT_CLAIMS_H

#include "fl-joint-figures.h"
#include "fl-joint-study.h"

#include "ns3/fl-claims.h"

#include <vector>

/**
 * @file
 * @ingroup fl
 * What Zhou et al. claim in section VII of energy and time, held against the figures of
 * fl-joint-energy-time.
 */

namespace ns3
{
namespace fl
{

/// A figure and what was found.
struct JointFigureResult
{
    const JointFigure* figure{nullptr};                         //!< what
    const std::vector<JointRowStatistics>* statistics{nullptr}; //!< by row
};

/**
 * @param results the figures that were made; claims about others are not tested
 * @return the claims, judged
 */
std::vector<Claim> JudgeJointClaims(const std::vector<JointFigureResult>& results);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_CLAIMS_H */
