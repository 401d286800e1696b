/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-sinr-rate.h"

#include "fl-rate-model.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// @return number of the sub-channel that a frequency lies in
/// @param hz the frequency; not an edge of a sub-channel, where round-off decides
/// @param grid the sub-channels
uint32_t
SubChannelOf(double hz, const SubChannelGrid& grid)
{
    return std::isinf(grid.widthHz) ? 0
                                    : static_cast<uint32_t>((hz - grid.originHz) / grid.widthHz);
}

/**
 * @param signal whose band is cut
 * @param near emissions that overlap it
 * @param grid the sub-channels
 * @return where it is cut, its ends included, in ascending order [Hz]
 */
std::vector<double>
Edges(const Emission& signal,
      const std::vector<const ReceivedEmission*>& near,
      const SubChannelGrid& grid)
{
    std::vector<double> edges{signal.startHz, signal.EndHz()};
    const auto add = [&](double hz) {
        if (hz > signal.startHz && hz < signal.EndHz())
        {
            edges.push_back(hz);
        }
    };
    for (const auto* other : near)
    {
        add(other->emission.startHz);
        add(other->emission.EndHz());
    }
    if (!std::isinf(grid.widthHz))
    {
        const double first = std::floor((signal.startHz - grid.originHz) / grid.widthHz) + 1;
        for (double i = first; grid.originHz + i * grid.widthHz < signal.EndHz(); ++i)
        {
            add(grid.originHz + i * grid.widthHz);
        }
    }
    std::sort(edges.begin(), edges.end());
    return edges;
}

} // namespace

bool
Overlap(const Emission& a, const Emission& b)
{
    return a.startHz < b.EndHz() && b.startHz < a.EndHz();
}

double
SinrRateBps(const ReceivedEmission& signal,
            const std::vector<ReceivedEmission>& others,
            double noiseWPerHz,
            const SubChannelGrid& grid)
{
    const Emission& band = signal.emission;
    if (!(band.bandwidthHz > 0) || !(band.txPowerW > 0))
    {
        return 0;
    }
    std::vector<const ReceivedEmission*> near;
    for (const auto& other : others)
    {
        if (other.emission.txPowerW > 0 && Overlap(band, other.emission))
        {
            near.push_back(&other);
        }
    }
    const auto edges = Edges(band, near, grid);
    double rateBps = 0;
    for (size_t i = 0; i + 1 < edges.size(); ++i)
    {
        const double widthHz = edges[i + 1] - edges[i];
        if (!(widthHz > 0))
        {
            continue;
        }
        const double middleHz = edges[i] + widthHz / 2;
        const uint32_t subChannel = SubChannelOf(middleHz, grid);
        double disturbanceWPerHz = noiseWPerHz;
        for (const auto* other : near)
        {
            const Emission& from = other->emission;
            if (from.startHz < middleHz && middleHz < from.EndHz())
            {
                disturbanceWPerHz += from.txPowerW / from.bandwidthHz * other->gain(subChannel);
            }
        }
        rateBps += ShannonRateBps(widthHz,
                                  band.txPowerW * (widthHz / band.bandwidthHz),
                                  signal.gain(subChannel),
                                  disturbanceWPerHz);
    }
    return rateBps;
}

} // namespace fl
} // namespace ns3
