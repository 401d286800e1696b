/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_TRANSMITTER_H
#define FL_FDMA_TRANSMITTER_H

#include "fl-fdma-medium.h"

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
 * follows the channel. While the gain cannot change (FdmaChannel::HasFixedGain()) there is one
 * event at the end of the frame, and the segments, of the same lengths, are accounted for
 * afterwards. A new grant cuts the segment in the air short; what is left of the frame continues at
 * the new rate, so that sub-bands never overlap in time.
 */
class FdmaTransmitter : public FdmaEmitter
{
  public:
    /**
     * @param sender the device that it is a part of; owns this object
     * @param index index of the device at the near or far end
     * @param direction of the link
     */
    FdmaTransmitter(FdmaRadio* sender, uint32_t index, Direction direction);
    ~FdmaTransmitter() override;

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
    /// The gain changes although it was fixed: compute the rate again when the segment ends.
    void RenewRate();
    // From FdmaEmitter.
    void InterferenceChanged() override;

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

    /// What is left of a frame that is on the air, and what it has taken so far.
    struct Progress
    {
        double bitsLeft{0}; //!< of the frame [bit]
        double energyJ{0};  //!< of segments that are over [J]
        Time airtime;       //!< of segments that are over
        Time start;         //!< of the present segment
        Time segment;       //!< longest part of a frame that is sent at once; above 0
        bool isLast{false}; //!< whether the present segment completes the frame
    };

    /**
     * Account for a segment, or a part of it.
     * @param progress of the frame
     * @param end time until which the segment lasted
     */
    void Settle(Progress& progress, Time end) const;
    /**
     * Go on to the next segment, with the same gain.
     * @param progress of the frame; its present segment is over
     */
    void NextSegment(Progress& progress) const;
    /// @return the time at which the frame is complete if the gain does not change
    Time GetFrameEnd() const;
    /// @return the present progress: segments that are over by now are accounted for
    Progress GetProgress() const;
    /// Account for the bits, the energy and the airtime of the frame on the air until now; nothing
    /// is on the air then.
    void Settle();
    /// Tell sender and medium what is radiated now.
    void ReportState();
    /// Choose the longest segment: MinSegment after a change of the gain, then twice as long each
    /// time.
    /// @param gain power gain now, a ratio
    void AdaptSegment(double gain);

    FdmaRadio* m_sender;        //!< the device that it is a part of
    uint32_t m_index;           //!< of the device at the near or far end
    Grant m_grant;              //!< bandwidth, power, and the direction
    Ptr<Queue<Packet>> m_queue; //!< frames that wait; null until needed
    Ptr<Packet> m_frame;        //!< the frame that is being sent
    Progress m_progress;        //!< of m_frame when the event was scheduled
    Ptr<FdmaMedium> m_medium;   //!< that it was announced to; null: none yet
    Grant m_announced;          //!< what the medium knows; power 0: nothing is sent
    EventId m_event;            //!< end of the segment or the frame, or the next try on a dead link
    bool m_onAir{false};        //!< whether a segment is being sent
    bool m_begun{false};        //!< whether a part of m_frame was sent
    double m_rateBps{0};        //!< of the segment [bit/s]
    double m_txPowerW{0};       //!< of the segment [W]
    double m_gain{-1};          //!< when the rate was computed; -1: not yet
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_TRANSMITTER_H */
