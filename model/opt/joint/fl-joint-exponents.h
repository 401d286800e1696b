/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_EXPONENTS_H
#define FL_JOINT_EXPONENTS_H

/**
 * @file
 * @ingroup fl
 * The scalar equations behind power and bandwidth of an upload, in x = ln(1 + SNR) = d ln2 / (t B).
 *
 * All are exact to rounding from the widest band (x near 0, where the formulas as printed cancel)
 * to the narrowest.
 */

namespace ns3
{
namespace fl
{

/**
 * Solve (x - 1) e^x + 1 = q: where saving power is worth q of the price of bandwidth.
 *
 * x = 1 + W0((q - 1) / e), W0 the principal branch of Lambert's function (the paper's (A.4)).
 * @param q at least 0
 * @return x, at least 0
 */
double ExponentAtPrice(double q);

/**
 * Solve x - 1 + e^-x = q: where more band at the same power adds rate at q times a unit's worth.
 *
 * x = 1 + q + W0(-e^(-1 - q)).
 * @param q at least 0
 * @return x, at least 0
 */
double ExponentAtFixedPower(double q);

/**
 * Solve ((x - 1) e^x + 1) (sinh(x/2) / (x/2))^2 = q: where more band at the same power saves
 * energy, because the transmission is over sooner, at q times a unit's worth.
 *
 * Both factors are power series with positive coefficients, so that the logarithm is convex in
 * ln x, and Newton's method in ln x comes down to the root from any start above it.
 * @param q at least 0
 * @return x, at least 0
 */
double ExponentOfEnergy(double q);

/**
 * Solve (e^x - 1) / x = q: the SNR exponent at which a power just reaches a rate, q = g p / (N0 r
 * ln2); the band is then r ln2 / x.
 *
 * x = -1/q - W-1(-e^(-1/q) / q), W-1 the other real branch.
 * @param q at least 0
 * @return x, at least 0; 0 for q <= 1, where no band is wide enough
 */
double ExponentAtRate(double q);

/**
 * @param x at least 0
 * @return (x - 1) e^x + 1, without cancellation
 */
double PowerSlope(double x);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_EXPONENTS_H */
