/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_ROUNDING_H
#define FL_TEST_ROUNDING_H

/**
 * @file
 * @ingroup fl
 * How far times and sums may be off.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// An event's time is a whole number of ns, and so is each delay.
inline constexpr double ROUNDING_S = 1e-9;
/// Of a sum or a product of a few doubles, relative.
inline constexpr double ROUND_OFF = 1e-12;

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_ROUNDING_H */
