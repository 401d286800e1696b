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

class FdmaRadio;

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
     * @param sender the device that it is a part of; owns this object
     * @param index index of the device at the near or far end
     * @param direction of the link
     */
    FdmaTransmitter(FdmaRadio* sender, uint32_t index, Direction direction);
    ~FdmaTransmitter();

    FdmaTransmitter(const FdmaTransmitter&) = delete;
    FdmaTransmitter& operator=(const FdmaTransmitter&) = delete;

    /// @param grant bandwidth [Hz] and power [W] from now on; a frame on the air continues with
    /// them
    void SetGrant(const Grant& grant);
    /// @return bandwidth and power in force
    const Grant& GetGrant() const;

    /**
     * @param frame a frame to be sent
     * @return whether the queue took it; else the caller drops it
     */
    bool Enqueue(Ptr<Packet> frame);

    /// Drop all frames, the one on the air included; the sender's NotifyTxDrop() is called for
    /// each.
    void Flush();

    /// Start the next segment, if there is a frame to send and none on the air.
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
    /// Send the frame, or a part of it, at the present rate; or retry later if that is too low.
    void StartSegment();
    /// End the segment, and deliver the frame if it is complete.
    void EndSegment();
    /// Account for the bits, the energy and the airtime of the segment until now.
    void Settle();
    /// Choose the longest segment: MinSegment after a change of the gain, then twice as long each
    /// time.
    /// @param gain power gain now, a ratio
    void AdaptSegment(double gain);

    FdmaRadio* m_sender;        //!< the device that it is a part of
    uint32_t m_index;           //!< of the device at the near or far end
    Grant m_grant;              //!< bandwidth, power, and the direction
    Ptr<Queue<Packet>> m_queue; //!< frames that wait; null until needed
    Ptr<Packet> m_frame;        //!< the frame that is being sent
    double m_bitsLeft{0};       //!< of m_frame [bit]
    EventId m_event;            //!< end of the segment, or the next try on a dead link
    bool m_onAir{false};        //!< whether a segment is being sent
    bool m_begun{false};        //!< whether a part of m_frame was sent
    bool m_last{false};         //!< whether the segment completes m_frame
    double m_rateBps{0};        //!< of the segment [bit/s]
    double m_txPowerW{0};       //!< of the segment [W]
    Time m_start;               //!< of the segment
    Time m_segment;             //!< longest segment for now
    double m_gain{-1};          //!< at the last segment's start; -1: none yet
    double m_energyJ{0};        //!< of segments that are over [J]
    Time m_airtime;             //!< of segments that are over
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_TRANSMITTER_H */
