/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-link.h"

#include "ns3/lte-mi-error-model.h"
#include "ns3/lte-spectrum-value-helper.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// Least useful size of a transport block [byte]: 7 bytes of data (LteUeMac), headers, a status
/// report.
constexpr uint32_t MIN_BLOCK_BYTES = 11;
/// Highest MCS index with a modulation and code rate of its own (3GPP TS 36.213)
constexpr uint8_t MAX_MCS = 28;

} // namespace

LteLink::LteLink()
    : m_amc(CreateObject<LteAmc>())
{
}

int
LteLink::UplinkCqi(double sinr) const
{
    const double gap = -std::log(5.0 * 0.00005) / 1.5;
    return m_amc->GetCqiFromSpectralEfficiency(std::log2(1 + sinr / gap));
}

uint8_t
LteLink::UplinkMcs(double sinr, uint32_t blocks) const
{
    const int cqi = sinr > 0 ? UplinkCqi(sinr) : 0;
    auto mcs = static_cast<uint8_t>(cqi > 0 ? m_amc->GetMcsFromCqi(cqi) : 0);
    while (mcs < MAX_MCS && UplinkBytes(mcs, blocks) < MIN_BLOCK_BYTES)
    {
        ++mcs;
    }
    return mcs;
}

uint32_t
LteLink::UplinkBytes(uint8_t mcs, uint32_t blocks) const
{
    return m_amc->GetUlTbSizeFromMcs(mcs, static_cast<int>(blocks)) / 8;
}

int
LteLink::DownlinkMcs(double sinr, uint32_t groupSize) const
{
    if (!(sinr > 0))
    {
        return -1;
    }
    // Any downlink carrier: only the number of values counts.
    SpectrumValue values(
        LteSpectrumValueHelper::GetSpectrumModel(100, static_cast<uint16_t>(groupSize)));
    values = sinr;
    const int cqi = m_amc->CreateCqiFeedbacks(values, static_cast<uint8_t>(groupSize)).front();
    return cqi > 0 ? m_amc->GetMcsFromCqi(cqi) : -1;
}

uint32_t
LteLink::DownlinkBytes(uint8_t mcs, uint32_t blocks) const
{
    return m_amc->GetDlTbSizeFromMcs(mcs, static_cast<int>(blocks)) / 8;
}

uint8_t
LteLink::DownlinkMcsOfCqi(uint8_t cqi) const
{
    return static_cast<uint8_t>(m_amc->GetMcsFromCqi(cqi));
}

uint32_t
LteLink::DownlinkGroups(uint8_t mcs, uint32_t bytes, uint32_t groupSize, uint32_t most) const
{
    uint32_t groups = std::min(most, 1U);
    while (groups < most && DownlinkBytes(mcs, groups * groupSize) < bytes)
    {
        ++groups;
    }
    return groups;
}

double
LteLink::ExpectedTransmissions(double sinr,
                               uint8_t mcs,
                               uint32_t blocks,
                               uint32_t bytes,
                               uint32_t most) const
{
    // Below this probability of arrival a device counts as out of range.
    constexpr double HARDLY_ANY = 1e-3;
    SpectrumValue values(
        LteSpectrumValueHelper::GetSpectrumModel(18100, static_cast<uint16_t>(100)));
    std::vector<int> map(blocks);
    std::iota(map.begin(), map.end(), 0);
    double sent = 0;
    double failed = 1; // probability that all so far have failed
    for (uint32_t i = 1; i <= most && failed > 0; ++i)
    {
        sent += failed;
        // Chase combining.
        values = i * sinr;
        failed *= LteMiErrorModel::GetTbDecodificationStats(values,
                                                            map,
                                                            static_cast<uint16_t>(bytes),
                                                            mcs,
                                                            HarqProcessInfoList_t())
                      .tbler;
    }
    return 1 - failed < HARDLY_ANY ? std::numeric_limits<double>::infinity() : sent / (1 - failed);
}

uint32_t
LteGroupSize(uint32_t blocks)
{
    return blocks < 10 ? 1 : blocks < 26 ? 2 : blocks < 63 ? 3 : 4;
}

} // namespace fl
} // namespace ns3
