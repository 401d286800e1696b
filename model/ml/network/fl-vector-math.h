/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_VECTOR_MATH_H
#define FL_VECTOR_MATH_H

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstddef>

/**
 * @file
 * @ingroup fl
 * Functions of arrays, a fixed number of lanes at a time. Eigen's own expressions treat what comes
 * before the first aligned address by itself, with other roundings, so that the bits of a result
 * depend on where an array lies; these do not.
 */

namespace ns3
{
namespace fl
{

/// Elements that are computed at once.
inline constexpr size_t LANES = 16;

/// So many numbers.
/// @tparam Scalar float or double
template <typename Scalar>
using Lanes = Eigen::Array<Scalar, LANES, 1>;

/**
 * @param from the first of at most LANES numbers
 * @param count how many there are
 * @param fill what the rest is to be
 * @return the numbers
 */
template <typename Scalar>
Lanes<Scalar>
LoadLanes(const Scalar* from, size_t count, Scalar fill)
{
    Lanes<Scalar> lanes = Lanes<Scalar>::Constant(fill);
    std::copy(from, from + count, lanes.data());
    return lanes;
}

/**
 * to[i] = f(from[i]), lanes at a time.
 * @param from the arguments
 * @param count how many
 * @param [out] to the results; may be the same as from
 * @param f takes and returns Lanes
 */
template <typename Scalar, typename Function>
void
TransformLanes(const Scalar* from, size_t count, Scalar* to, const Function& f)
{
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
    {
        const Lanes<Scalar> x = Eigen::Map<const Lanes<Scalar>>(from + i);
        Eigen::Map<Lanes<Scalar>>(to + i) = f(x);
    }
    if (i < count)
    {
        const Lanes<Scalar> last = f(LoadLanes(from + i, count - i, Scalar(0)));
        std::copy(last.data(), last.data() + (count - i), to + i);
    }
}

/**
 * The sum of f(x[i]).
 * @param x the arguments
 * @param count how many
 * @param fill an argument for which f is 0
 * @param f takes and returns Lanes
 * @return the sum
 */
template <typename Scalar, typename Function>
Scalar
SumLanes(const Scalar* x, size_t count, Scalar fill, const Function& f)
{
    Lanes<Scalar> sum = Lanes<Scalar>::Zero();
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
    {
        const Lanes<Scalar> lanes = Eigen::Map<const Lanes<Scalar>>(x + i);
        sum += f(lanes);
    }
    if (i < count)
    {
        sum += f(LoadLanes(x + i, count - i, fill));
    }
    return sum.sum();
}

/**
 * The inner product.
 * @param a one vector
 * @param b the other one
 * @param count of elements
 * @return sum of a[i] b[i]
 */
template <typename Scalar>
Scalar
DotLanes(const Scalar* a, const Scalar* b, size_t count)
{
    Lanes<Scalar> sum = Lanes<Scalar>::Zero();
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
    {
        sum += Eigen::Map<const Lanes<Scalar>>(a + i) * Eigen::Map<const Lanes<Scalar>>(b + i);
    }
    if (i < count)
    {
        sum += LoadLanes(a + i, count - i, Scalar(0)) * LoadLanes(b + i, count - i, Scalar(0));
    }
    return sum.sum();
}

/// What the normal distribution has at a point.
template <typename Scalar>
struct NormalLanes
{
    Lanes<Scalar> cumulative; //!< Phi(x) = (1 + erf(x / sqrt 2)) / 2
    Lanes<Scalar> density;    //!< phi(x), its derivative
};

/**
 * Phi and phi. In float32 erf is formula 7.1.26 of M. Abramowitz, I. Stegun, "Handbook of
 * mathematical functions" (1964), whose error is at most 1.5e-7, little more than a rounding of 1,
 * and which takes the exponential that phi is; in double it is the C++ library's.
 * @param x where
 * @return both
 */
template <typename Scalar>
NormalLanes<Scalar>
NormalOf(const Lanes<Scalar>& x)
{
    constexpr auto SQRT_HALF = Scalar(0.70710678118654752440);
    constexpr auto INVERSE_SQRT_2PI = Scalar(0.39894228040143267794);
    const Lanes<Scalar> power = (x.square() * Scalar(-0.5)).exp();
    NormalLanes<Scalar> result;
    result.density = power * INVERSE_SQRT_2PI;
    if constexpr (sizeof(Scalar) == sizeof(float))
    {
        const Lanes<Scalar> t = (x.abs() * (Scalar(0.3275911) * SQRT_HALF) + Scalar(1)).inverse();
        const Lanes<Scalar> tail =
            ((((t * Scalar(1.061405429) - Scalar(1.453152027)) * t + Scalar(1.421413741)) * t -
              Scalar(0.284496736)) *
                 t +
             Scalar(0.254829592)) *
            t * power * Scalar(0.5);
        const Lanes<Scalar> rest = Scalar(1) - tail;
        // A loop, since Eigen's select() takes one lane at a time, with a branch that is often
        // wrong.
        for (size_t i = 0; i < LANES; i++)
        {
            result.cumulative[i] = x[i] < Scalar(0) ? tail[i] : rest[i];
        }
    }
    else
    {
        result.cumulative =
            x.unaryExpr([](Scalar v) { return std::erfc(-v * SQRT_HALF) * Scalar(0.5); });
    }
    return result;
}

} // namespace fl
} // namespace ns3

#endif /* FL_VECTOR_MATH_H */
