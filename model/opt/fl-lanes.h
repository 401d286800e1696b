/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LANES_H
#define FL_LANES_H

#include <Eigen/Core>

/**
 * @file
 * @ingroup fl
 * Arithmetic on several devices at a time, and the functions that Shannon's rate leads to.
 */

namespace ns3
{
namespace fl
{

/// How many devices are worked on at a time: one AVX-512 register, two of AVX, four of SSE2.
inline constexpr int LANES = 8;

/// One number per device.
using Lanes = Eigen::Array<double, LANES, 1>;

/// @return by lane, where x < y: yes, elsewhere no. A plain loop, which compilers turn into a
/// blend.
/// @param x compared
/// @param y with this
/// @param yes answer where x < y
/// @param no answer elsewhere
inline Lanes
SelectLess(const Lanes& x, const Lanes& y, const Lanes& yes, const Lanes& no)
{
    Lanes result;
    for (int i = 0; i < LANES; ++i)
    {
        result[i] = x[i] < y[i] ? yes[i] : no[i];
    }
    return result;
}

/**
 * exp and its divided differences, without cancellation at small x:
 *   phi1 = (e^x - 1) / x, phi2 = (e^x - 1 - x) / x^2, slope = dphi1/dx = ((x - 1) e^x + 1) / x^2.
 *
 * With x = ln(1 + SNR), what a transfer of a nats costs is written in them: at power p and
 * q = p g / N0, its duration is (a / q) phi1 and its bandwidth q / (x phi1).
 */
struct ExpFunctions
{
    Lanes exp;   //!< e^x
    Lanes phi1;  //!< 1 at 0
    Lanes phi2;  //!< 1/2 at 0
    Lanes slope; //!< phi1 - phi2; 1/2 at 0

    /// @param x positive, at most 500
    explicit ExpFunctions(const Lanes& x)
    {
        // phi2 = (1 + x/3 (1 + x/4 (...))) / 2. Below 0.5 what follows the 14th factor is less than
        // a rounding error; above, the difference loses 11 rounding errors at most.
        Lanes series = Lanes::Ones();
        for (int k = 16; k >= 3; --k)
        {
            series = 1 + series * x * (1.0 / k);
        }
        exp = x.exp();
        phi2 = SelectLess(x, Lanes::Constant(0.5), 0.5 * series, (exp - 1 - x) / (x * x));
        phi1 = 1 + x * phi2;
        slope = phi1 - phi2;
    }
};

} // namespace fl
} // namespace ns3

#endif /* FL_LANES_H */
