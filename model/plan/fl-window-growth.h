/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WINDOW_GROWTH_H
#define FL_WINDOW_GROWTH_H

#include "fl-send-window.h"
#include "fl-transport-profile.h"

#include <cstdint>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * How a congestion window grows with what is acknowledged, as long as nothing is lost: slow start,
 * byte by byte, and where the transport is TCP CUBIC, its hybrid slow start and congestion
 * avoidance (S. Ha, I. Rhee, "Taming the elephants: New TCP slow start", Computer Networks 55,
 * 2011; RFC 9438) as ns3::TcpCubic has them, with its default attributes.
 *
 * Of a session's past is known what SendWindow has: one that has lost packets is taken for one that
 * left slow start at its threshold by itself.
 */
class WindowGrowth
{
  public:
    WindowGrowth() = default;
    /**
     * @param transport how messages travel; what this needs of it is copied
     * @param window as it is
     */
    WindowGrowth(const TransportProfile& transport, const SendWindow& window);

    /// @return what may be on its way [byte]
    double GetBytes() const;

    /**
     * An acknowledgement comes.
     * @param nowS the time [s]
     * @param bytes what it acknowledges [byte]
     * @param sentS when the first of these was sent [s]
     * @param flightBytes what is still on its way [byte]
     */
    void Acknowledge(double nowS, double bytes, double sentS, double flightBytes);

  private:
    /// Take a round-trip time into the smoothed one, and the least.
    void MeasureRtt(double nowS, double sentS);
    /// Leave slow start if acknowledgements come in a long train, or late.
    void DetectEnd(double nowS);
    /// Congestion avoidance.
    void Avoid(double nowS, uint64_t segments);

    SendWindow m_window;           //!< as it is now
    double m_segmentBytes{0};      //!< full segment [byte]
    double m_maxBytes{0};          //!< what buffers allow [byte]
    bool m_cubic{false};           //!< grows as in CUBIC
    double m_partBytes{0};         //!< acknowledged, less than a segment [byte]
    uint64_t m_avoidedSegments{0}; //!< acknowledged since the window grew, past slow start
    double m_ackedBytes{0};        //!< in all [byte]
    double m_roundEndBytes{-1};    //!< acknowledged at the end of this round trip [byte]
    double m_roundBeginS;          //!< when it began [s]
    double m_trainS;               //!< last acknowledgement of its train [s]
    double m_roundRttS{0};         //!< least of the first round-trip times in it [s]
    uint32_t m_nSamples{0};        //!< how many these are
};

} // namespace fl
} // namespace ns3

#endif /* FL_WINDOW_GROWTH_H */
