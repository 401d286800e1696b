/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-random-stream.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// SplitMix64's output function: a bijection that mixes all bits.
uint64_t
Mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

} // namespace

// Mixing twice keeps streams of neighbouring seeds and numbers from being shifts of each other.
RandomStream::RandomStream(uint64_t seed, uint64_t stream)
    : m_state(Mix(Mix(seed + 0x9e3779b97f4a7c15ULL) ^ Mix(stream + 0xd1b54a32d192ed03ULL)))
{
}

uint64_t
RandomStream::Next()
{
    m_state += 0x9e3779b97f4a7c15ULL;
    return Mix(m_state);
}

double
RandomStream::Uniform()
{
    return static_cast<double>(Next() >> 11) * 0x1p-53;
}

double
RandomStream::Uniform(double low, double high)
{
    return low + (high - low) * Uniform();
}

uint64_t
RandomStream::Below(uint64_t bound)
{
    // Values past the last whole multiple of bound would favour the small outcomes.
    const uint64_t excess = (0 - bound) % bound;
    uint64_t value = Next();
    while (value < excess)
    {
        value = Next();
    }
    return value % bound;
}

double
RandomStream::Normal()
{
    const double radius = std::sqrt(-2 * std::log1p(-Uniform()));
    return radius * std::cos(6.283185307179586 * Uniform());
}

double
RandomStream::LogGamma(double shape)
{
    if (shape < 1)
    {
        // Gamma(a) = Gamma(a + 1) U^(1 / a)
        const double boosted = LogGamma(shape + 1);
        return boosted + std::log1p(-Uniform()) / shape;
    }
    const double d = shape - 1.0 / 3;
    const double c = 1 / std::sqrt(9 * d);
    while (true)
    {
        const double x = Normal();
        const double t = 1 + c * x;
        const double v = t * t * t;
        const double logU = std::log1p(-Uniform());
        if (t > 0 && logU < 0.5 * x * x + d * (1 - v + std::log(v)))
        {
            return std::log(d * v);
        }
    }
}

} // namespace fl
} // namespace ns3
