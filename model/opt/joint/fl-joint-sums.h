/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_SUMS_H
#define FL_JOINT_SUMS_H

/**
 * @file
 * @ingroup fl
 * What devices answer together to a price of bandwidth lambda and a duration of the round T.
 */

namespace ns3
{
namespace fl
{

/// What is added up over devices; derivatives with respect to lambda and T.
struct JointSums
{
    double bandwidthHz{0};    //!< sum of B_n [Hz]
    double bandwidthSlope{0}; //!< d(sum of B_n)/dlambda, not positive
    double mu{0};             //!< sum of mu_n, the prices of time [1/s]
    double muSlope{0};        //!< d(sum of mu_n)/dT, not positive
    double cross{0};          //!< d(sum of mu_n)/dlambda = -d(sum of B_n)/dT, not negative

    /// @return this, with another part's sums added
    /// @param other of other devices
    JointSums& operator+=(const JointSums& other)
    {
        bandwidthHz += other.bandwidthHz;
        bandwidthSlope += other.bandwidthSlope;
        mu += other.mu;
        muSlope += other.muSlope;
        cross += other.cross;
        return *this;
    }
};

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_SUMS_H */
