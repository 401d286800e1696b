/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-link-draw.h"

#include "ns3/fl-error.h"
#include "ns3/node.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

constexpr double PI = 3.14159265358979323846; //!< pi

/// The finalizer of SplitMix64: a bijection in which each input bit changes half of the output
/// bits.
uint64_t
Mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

/**
 * @param bits 64 random bits
 * @return a number in the open interval (0, 1), from the 53 upper bits
 */
double
ToUniform(uint64_t bits)
{
    return (static_cast<double>(bits >> 11) + 0.5) * 0x1.0p-53;
}

} // namespace

LinkDraw::LinkDraw()
    : m_stream(CreateObject<UniformRandomVariable>())
{
}

int64_t
LinkDraw::AssignStreams(int64_t stream)
{
    m_stream->SetStream(stream);
    m_hasKey = false;
    return 1;
}

LinkDraw::NormalPair
LinkDraw::DrawNormals(uint32_t a, uint32_t b, int64_t block, uint32_t subChannel)
{
    if (!m_hasKey)
    {
        // Not before first use, since streams may be assigned until then. An ns-3 stream yields 32
        // good bits per draw.
        const auto high = static_cast<uint64_t>(m_stream->GetValue(0, 4294967296.0));
        const auto low = static_cast<uint64_t>(m_stream->GetValue(0, 4294967296.0));
        m_key = (high << 32) | low;
        m_hasKey = true;
    }
    const uint64_t link = (static_cast<uint64_t>(a) << 32) | b;
    uint64_t seed = Mix(Mix(m_key ^ Mix(link)) ^ static_cast<uint64_t>(block));
    if (subChannel > 0) // so that number 0 is what a band of one sub-channel has
    {
        seed = Mix(seed ^ Mix(subChannel));
    }
    // Box and Muller's transform.
    const double radius = std::sqrt(-2 * std::log(ToUniform(Mix(seed))));
    const double angle = 2 * PI * ToUniform(Mix(seed + 1));
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

uint32_t
LinkDraw::NodeIdOf(const Ptr<MobilityModel>& mobility)
{
    const auto node = mobility->GetObject<Node>();
    if (!node)
    {
        throw InvalidInput("a random propagation loss model needs mobility models that are "
                           "aggregated to nodes: one is not");
    }
    return node->GetId();
}

} // namespace fl
} // namespace ns3
