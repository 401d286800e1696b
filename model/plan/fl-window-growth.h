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
 * Model of the growth of a congestion window as long as nothing is lost: slow start with byte
 * counting (RFC 3465), and with TransportProfile::cubic the hybrid slow start (S. Ha, I. Rhee,
 * "Taming the elephants: New TCP slow start", Computer Networks 55, 2011) and congestion avoidance
 * (RFC 9438) of ns3::TcpCubic with its default attributes.
 *
 * The state at the beginning is a SendWindow, which has no history of losses: a session that has
 * lost packets is treated as one that left slow start by itself, at the present threshold.
 */
class WindowGrowth
{
  public:
    WindowGrowth() = default;
    /**
     * @param transport segment size, maximum window, cubic; copied
     * @param window present state of the sender
     */
    WindowGrowth(const TransportProfile& transport, const SendWindow& window);

    /// @return congestion window [byte]
    double GetBytes() const;

    /**
     * Receive an acknowledgement; to be called in the order of time.
     * @param nowS simulated time [s]
     * @param bytes newly acknowledged bytes [byte]
     * @param sentS simulated time at which the first of these was sent [s]
     * @param flightBytes bytes still in flight [byte]
     */
    void Acknowledge(double nowS, double bytes, double sentS, double flightBytes);

  private:
    /// Update smoothed and minimum round-trip time.
    void MeasureRtt(double nowS, double sentS);
    /// Hybrid slow start: leave it if the train of acknowledgements is long, or the delay
    /// increases.
    void DetectEnd(double nowS);
    /// Congestion avoidance of CUBIC.
    void Avoid(double nowS, uint64_t segments);

    SendWindow m_window;           //!< present state
    double m_segmentBytes{0};      //!< maximum segment size [byte]
    double m_maxBytes{0};          //!< maximum window [byte]
    bool m_cubic{false};           //!< TransportProfile::cubic
    double m_partBytes{0};         //!< acknowledged remainder below a segment [byte]
    uint64_t m_avoidedSegments{0}; //!< acknowledged in congestion avoidance since it grew
    double m_ackedBytes{0};        //!< acknowledged so far [byte]
    double m_roundEndBytes{-1};    //!< m_ackedBytes at which this round trip ends [byte]
    double m_roundBeginS;          //!< begin of this round trip [s]
    double m_trainS;               //!< last acknowledgement of its ACK train [s]
    double m_roundRttS{0};         //!< minimum of its first round-trip times [s]
    uint32_t m_nSamples{0};        //!< number of these
};

} // namespace fl
} // namespace ns3

#endif /* FL_WINDOW_GROWTH_H */
