/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-exponents.h"

#include <algorithm>
#include <boost/math/special_functions/lambert_w.hpp>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Below this the closed forms cancel and Newton's method on a series takes over.
constexpr double SMALL = 0.1;
/// Newton's steps: from the starts used here a handful is enough, at any magnitude.
constexpr int MAX_STEPS = 60;

/// An exponent that no signal-to-noise ratio reaches, and whose e^x is still a number.
constexpr double LARGEST = 700;

/// Prices above this mean the same: none of the band.
constexpr double LARGEST_PRICE = 1e300;

/**
 * @param x ln(1 + SNR), not negative
 * @return x - 1 + e^-x, without cancellation
 */
double
RateSlope(double x)
{
    return x < 0.5 ? std::exp(-x) * PowerSlope(x) : x + std::expm1(-x);
}

/**
 * @param step the change of x
 * @param x positive
 * @return whether a Newton step no longer changes x by more than rounding
 */
bool
IsSmall(double step, double x)
{
    return std::abs(step) <= 4e-16 * x;
}

} // namespace

double
PowerSlope(double x)
{
    if (x > 0.5)
    {
        return (x - 1) * std::exp(x) + 1;
    }
    // sum over k >= 2 of (k - 1) x^k / k!; at x = 0.5 the term of k = 16 is below 1e-17 of the sum.
    double power = x; // x^(k - 1) / (k - 1)!
    double sum = 0;
    for (int k = 2; k <= 16; ++k)
    {
        power *= x / k;
        sum += (k - 1) * power;
    }
    return sum;
}

double
ExponentAtPrice(double q)
{
    if (q > SMALL)
    {
        return 1 + boost::math::lambert_w0((std::min(q, LARGEST_PRICE) - 1) * std::exp(-1.0));
    }
    // PowerSlope(x) >= x^2 / 2 and convex: from this start Newton's method comes down to the root.
    double x = std::sqrt(2 * q);
    for (int i = 0; i < MAX_STEPS && x > 0; ++i)
    {
        const double step = (PowerSlope(x) - q) / (x * std::exp(x));
        x -= step;
        if (IsSmall(step, x))
        {
            break;
        }
    }
    return x;
}

double
ExponentAtFixedPower(double q)
{
    if (q > SMALL)
    {
        return 1 + q + boost::math::lambert_w0(-std::exp(-1 - q));
    }
    // Convex: the first step may only overshoot, the others come down to the root.
    double x = std::sqrt(2 * q);
    for (int i = 0; i < MAX_STEPS && x > 0; ++i)
    {
        const double step = (q - RateSlope(x)) / -std::expm1(-x);
        x += step;
        if (IsSmall(step, x))
        {
            break;
        }
    }
    return x;
}

double
ExponentOfEnergy(double q)
{
    q = std::min(q, LARGEST_PRICE);
    // Either start is above the root: the left side is at least x^2 / 2, and above e^x - 1 at the
    // second one.
    double x = std::min({std::sqrt(2 * q), 1 + std::log1p(q), LARGEST});
    for (int i = 0; i < MAX_STEPS && x > 0; ++i)
    {
        const double slope = PowerSlope(x);
        const double half = x / 2;
        const double shape = std::sinh(half) / half;
        // The derivative of the logarithm by ln x.
        const double rise = x * x * std::exp(x) / slope + 2 * (half / std::tanh(half) - 1);
        const double step = (std::log(slope) + 2 * std::log(shape) - std::log(q)) / rise;
        x *= std::exp(-step);
        if (std::abs(step) <= 4e-16)
        {
            break;
        }
    }
    return x;
}

double
ExponentAtRate(double q)
{
    if (!(q > 1))
    {
        return 0;
    }
    // ln((e^x - 1) / x) >= x / 2 and convex: from this start Newton's method comes down to the
    // root.
    const double target = std::log(q);
    double x = 2 * target;
    for (int i = 0; i < MAX_STEPS && x > 0; ++i)
    {
        // ln((e^x - 1) / x) and its derivative, where e^x may overflow and where it is near 1.
        const double grown = -std::expm1(-x);
        const double value = x + std::log(grown / x);
        const double slope = x < 1e-4 ? 0.5 + x / 12 : 1 / grown - 1 / x;
        const double step = (value - target) / slope;
        x -= step;
        if (IsSmall(step, x))
        {
            break;
        }
    }
    return std::max(x, 0.0);
}

} // namespace fl
} // namespace ns3
