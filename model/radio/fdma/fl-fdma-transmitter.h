/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_TRANSMITTER_H
#define FL_FDMA_TRANSMITTER_H

#include "ns3/event-id.h"
#include "ns3/fl-plan.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/queue.h"

#include <cstdint>

namespace ns3
{
namespace fl
{

class FdmaNetDevice;

/**
 * @ingroup fl
 * The sender's end of one link: a queue, and the private sub-band that empties it.
 *
 * A device has one, towards its base station; the base station has one per device. Frames are sent
 * one after the other. The rate is computed when a frame begins; a frame that takes long is sent in
 * segments (FdmaChannel's attribute MinSegment), each at its own rate, and so needs few events but
 * follows the channel. A new grant cuts the segment in the air short; what is left of the frame
 * continues at the new rate, so that sub-bands never overlap in time.
 */
class FdmaTransmitter
{
  public:
    /**
     * @param sender the device that it is a part of
     * @param index index of the device at the near or far end
     * @param direction of the link
     */
    FdmaTransmitter(FdmaNetDevice* sender, uint32_t index, Direction direction);
    ~FdmaTransmitter();

    FdmaTransmitter(const FdmaTransmitter&) = delete;
    FdmaTransmitter& operator=(const FdmaTransmitter&) = delete;

    /// @param grant bandwidth and power from now on
    void SetGrant(const Grant& grant);
    /// @return bandwidth and power
    const Grant& GetGrant() const;

    /**
     * @param frame a frame to be sent
     * @return whether the queue took it
     */
    bool Enqueue(Ptr<Packet> frame);

    /// Drop what waits and what is in the air; each frame is reported to the sender.
    void Flush();

    /// Go on, if there is something to send and nothing in the air.
    void Resume();

    /// @return the queue; made if there is none yet
    Ptr<Queue<Packet>> GetQueue();
    /// @return the number of frames that wait or are being sent
    uint32_t GetNFrames() const;
    /// @return the power radiated now [W]
    double GetTxPowerNowW() const;
    /// @return the energy radiated so far: power times airtime [J]
    double GetEnergyJ() const;
    /// @return the time on the air so far
    Time GetAirtime() const;

  private:
    /// Send the frame, or a part of it, at the rate of this moment; or wait.
    void StartSegment();
    /// A segment is over: the frame as well, or not yet.
    void EndSegment();
    /// Account for what was sent of the segment until now.
    void Settle();
    /// Choose how long to trust a gain.
    void AdaptSegment(double gain);

    FdmaNetDevice* m_sender;    //!< whose part this is
    uint32_t m_index;           //!< of the device at the near or far end
    Grant m_grant;              //!< bandwidth, power, and the direction
    Ptr<Queue<Packet>> m_queue; //!< what waits; null until needed
    Ptr<Packet> m_frame;        //!< what is being sent
    double m_bitsLeft{0};       //!< of m_frame [bit]
    EventId m_event;            //!< end of a segment, or the next look at a dead link
    bool m_onAir{false};        //!< whether a segment is being sent
    bool m_begun{false};        //!< whether a part of m_frame was sent
    bool m_last{false};         //!< whether the segment completes m_frame
    double m_rateBps{0};        //!< of the segment [bit/s]
    double m_txPowerW{0};       //!< of the segment [W]
    Time m_start;               //!< of the segment
    Time m_segment;             //!< longest segment for now
    double m_gain{-1};          //!< at the last look
    double m_energyJ{0};        //!< of segments that are over [J]
    Time m_airtime;             //!< of segments that are over
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_TRANSMITTER_H */
