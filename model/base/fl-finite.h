/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FINITE_H
#define FL_FINITE_H

#include <Eigen/Core>

namespace ns3
{
namespace fl
{

/**
 * As Eigen's allFinite(), which tests one value after the other where this takes a whole vector
 * register at a time. Of an empty matrix it is true.
 * @param values any matrix or vector of floating point numbers
 * @return whether none of them is infinite or not a number
 */
template <typename Derived>
bool
AllFinite(const Eigen::MatrixBase<Derived>& values)
{
    // Zero times a finite number is zero; times any other it is not a number, and so is the sum.
    return (values * typename Derived::Scalar(0)).sum() == 0;
}

} // namespace fl
} // namespace ns3

#endif /* FL_FINITE_H */
