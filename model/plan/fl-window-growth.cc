/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-window-growth.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

// Default attributes of ns3::TcpCubic.
constexpr double LOW_WINDOW_SEGMENTS = 16; //!< attribute HyStartLowWindow [segment]
/// Attribute HyStartAckDelta: longest gap in a train of acknowledgements [s]
constexpr double ACK_DELTA_S = 2e-3;
/// Attribute HyStartMinSamples: round-trip times before slow start may end
constexpr uint32_t MIN_SAMPLES = 8;
constexpr double MIN_DELAY_S = 4e-3; //!< attribute HyStartDelayMin [s]
constexpr double MAX_DELAY_S = 1;    //!< attribute HyStartDelayMax [s]
constexpr double C = 0.4;            //!< attribute C, CUBIC's scaling factor
/// Attribute CntClamp: acknowledgements for one segment more, at most
constexpr uint64_t COUNT_CLAMP = 20;

/// Time stamps of TCP count milliseconds, and where these are equal ns-3 takes this [s].
constexpr double LEAST_RTT_S = 1e-6;

/// Weight of a sample in the smoothed round-trip time (RFC 6298, alpha).
constexpr double RTT_WEIGHT = 1.0 / 8;

} // namespace

WindowGrowth::WindowGrowth(const TransportProfile& transport, const SendWindow& window)
    : m_window(window),
      m_segmentBytes(transport.segmentBytes),
      m_maxBytes(transport.maxWindowBytes),
      m_cubic(transport.cubic),
      m_roundBeginS(-std::numeric_limits<double>::infinity()),
      m_trainS(m_roundBeginS)
{
    if (!(m_window.bytes > 0))
    {
        m_window = {};
        m_window.bytes = std::min(transport.initialWindowBytes, m_maxBytes);
    }
}

double
WindowGrowth::GetBytes() const
{
    return std::min(m_window.bytes, m_maxBytes);
}

void
WindowGrowth::MeasureRtt(double nowS, double sentS)
{
    // Rounding must not make 3 ms of what is 2.9999... in binary.
    const auto stamp = [](double timeS) { return std::floor(timeS * 1e3 + 1e-6); };
    const double ticks = stamp(nowS) - stamp(sentS);
    const double sampleS = ticks > 0 ? ticks * 1e-3 : LEAST_RTT_S;
    m_window.rttS =
        m_window.rttS > 0 ? m_window.rttS + (sampleS - m_window.rttS) * RTT_WEIGHT : sampleS;
    if (m_window.minRttS == 0 || m_window.minRttS > m_window.rttS)
    {
        m_window.minRttS = m_window.rttS;
    }
}

void
WindowGrowth::DetectEnd(double nowS)
{
    bool found = false;
    if (nowS - m_trainS <= ACK_DELTA_S)
    {
        m_trainS = nowS;
        found = nowS - m_roundBeginS > m_window.minRttS + 1e-9; // ns-3 counts nanoseconds
    }
    if (m_nSamples < MIN_SAMPLES)
    {
        m_roundRttS = m_nSamples > 0 ? std::min(m_roundRttS, m_window.rttS) : m_window.rttS;
        ++m_nSamples;
    }
    else
    {
        const double slackS = std::clamp(m_window.minRttS, MIN_DELAY_S, MAX_DELAY_S);
        found = found || m_roundRttS > m_window.minRttS + slackS;
    }
    if (found)
    {
        m_window.thresholdBytes = m_window.bytes;
        m_window.thresholdS = nowS;
    }
}

void
WindowGrowth::Avoid(double nowS, uint64_t segments)
{
    const auto now = static_cast<uint64_t>(m_window.bytes / m_segmentBytes);
    const double sinceS = nowS + m_window.minRttS - m_window.thresholdS;
    const auto target = static_cast<uint64_t>(m_window.thresholdBytes / m_segmentBytes) +
                        static_cast<uint64_t>(C * std::pow(sinceS, 3));
    // So many segments must be acknowledged for one more in the window.
    uint64_t count = COUNT_CLAMP;
    if (target > now)
    {
        count = std::clamp<uint64_t>(now / (target - now), 2, COUNT_CLAMP);
    }
    m_avoidedSegments += segments;
    if (m_avoidedSegments >= count)
    {
        m_window.bytes += m_segmentBytes;
        m_avoidedSegments -= count;
    }
}

void
WindowGrowth::Acknowledge(double nowS, double bytes, double sentS, double flightBytes)
{
    if (!m_cubic)
    {
        m_window.bytes = std::min(m_window.bytes + bytes, m_maxBytes);
        return;
    }
    m_ackedBytes += bytes;
    m_partBytes += bytes;
    const auto segments = static_cast<uint64_t>(m_partBytes / m_segmentBytes);
    m_partBytes -= segments * m_segmentBytes;
    MeasureRtt(nowS, sentS);
    if (std::isinf(m_window.thresholdBytes) &&
        m_window.bytes >= LOW_WINDOW_SEGMENTS * m_segmentBytes)
    {
        DetectEnd(nowS);
    }
    if (m_window.bytes >= m_window.thresholdBytes)
    {
        if (segments > 0)
        {
            Avoid(nowS, segments);
        }
        return;
    }
    if (m_ackedBytes > m_roundEndBytes)
    {
        m_roundBeginS = nowS;
        m_trainS = nowS;
        m_roundEndBytes = m_ackedBytes + flightBytes;
        m_nSamples = 0;
    }
    m_window.bytes += segments * m_segmentBytes;
}

} // namespace fl
} // namespace ns3
