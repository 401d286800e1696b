/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-link.h"

#include "fl-wifi-compat.h"

#include "ns3/fl-error.h"
#include "ns3/he-phy.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint8_t N_MCS = 12; //!< MCS 0 ... 11 of 802.11ax

/**
 * @param tones size of the RU
 * @return ns-3's type of an RU
 * @throws InvalidInput if there is no RU of that size
 */
RuTones
TypeOf(uint32_t tones)
{
    switch (tones)
    {
    case 26:
        return RuTones::RU_26_TONE;
    case 52:
        return RuTones::RU_52_TONE;
    case 106:
        return RuTones::RU_106_TONE;
    case 242:
        return RuTones::RU_242_TONE;
    case 484:
        return RuTones::RU_484_TONE;
    case 996:
        return RuTones::RU_996_TONE;
    case 1992:
        return RuTones::RU_2x996_TONE;
    default:
        throw InvalidInput(Describe("RU size = ", tones, " tones: there is none"));
    }
}

} // namespace

HeRu::RuSpec
ToRuSpec(const Ru& ru, uint32_t widthMhz)
{
    const auto type = TypeOf(ru.tones);
    // ns-3 numbers RUs within each 80 MHz segment.
    const uint32_t per80 = ru.tones >= 996 ? 1 : HeRu::GetNRus(80, type);
    const uint32_t number = ru.index - 1;
    const bool primary = widthMhz < 160 || ru.tones == 1992 || number < per80;
    return HeRu::RuSpec(type, number % per80 + 1, primary);
}

double
NoiseBandwidthHz(uint32_t tones)
{
    return 1e6 * AnyRu::GetBandwidth(TypeOf(tones));
}

WifiTxVector
UplinkTxVector(const std::vector<WifiUplinkUser>& users, uint32_t widthMhz, uint16_t guardNs)
{
    WifiTxVector vector;
    vector.SetPreambleType(WIFI_PREAMBLE_HE_TB);
    vector.SetChannelWidth(widthMhz);
    SetGuardIntervalNs(vector, guardNs);
    for (const auto& user : users)
    {
        vector.SetHeMuUserInfo(user.aid, MakeHeMuUserInfo(ToRuSpec(user.ru, widthMhz), user.mcs));
    }
    return vector;
}

WifiTxVector
SingleUserTxVector(uint32_t widthMhz, uint8_t mcs)
{
    WifiTxVector vector;
    vector.SetPreambleType(WIFI_PREAMBLE_HE_SU);
    vector.SetMode(HePhy::GetHeMcs(mcs));
    vector.SetChannelWidth(widthMhz);
    SetGuardIntervalNs(vector, 1600);
    vector.SetNss(1);
    return vector;
}

uint64_t
AmpduBytes(uint64_t bytes, uint64_t packets)
{
    // Per subframe: a delimiter of 4 bytes, and padding to a multiple of 4.
    return bytes + packets * (WIFI_MPDU_HEADER_BYTES + 4 + 3);
}

WifiMcsTable::WifiMcsTable(Ptr<ErrorRateModel> errors, double success)
    : m_errors(errors),
      m_lowest(Threshold(0, 0.5))
{
    for (uint8_t mcs = 0; mcs < N_MCS; ++mcs)
    {
        m_thresholds.push_back(Threshold(mcs, success));
    }
}

double
WifiMcsTable::Success(double snr, uint8_t mcs) const
{
    constexpr uint64_t MPDU_BITS = 8 * 1500;
    const auto vector = SingleUserTxVector(20, mcs);
    return m_errors->GetChunkSuccessRate(vector.GetMode(),
                                         vector,
                                         snr,
                                         MPDU_BITS,
                                         1,
                                         WIFI_PPDU_FIELD_DATA,
                                         SU_STA_ID);
}

double
WifiMcsTable::Threshold(uint8_t mcs, double success) const
{
    double lowDb = -20;
    double highDb = 60;
    while (highDb - lowDb > 0.01)
    {
        const double middleDb = (lowDb + highDb) / 2;
        (Success(std::pow(10, middleDb / 10), mcs) >= success ? highDb : lowDb) = middleDb;
    }
    return std::pow(10, highDb / 10);
}

std::optional<uint8_t>
WifiMcsTable::McsFor(double snr, uint8_t highest) const
{
    if (!(snr >= m_lowest))
    {
        return std::nullopt;
    }
    uint8_t best = 0;
    for (uint8_t mcs = 1; mcs <= highest && mcs < m_thresholds.size(); ++mcs)
    {
        if (snr >= m_thresholds[mcs])
        {
            best = mcs;
        }
    }
    return best;
}

} // namespace fl
} // namespace ns3
