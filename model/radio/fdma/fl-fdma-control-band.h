/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_CONTROL_BAND_H
#define FL_FDMA_CONTROL_BAND_H

#include "ns3/fl-plan.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <deque>

namespace ns3
{
namespace fl
{

class FdmaChannel;
class FdmaRadio;

/**
 * @ingroup fl
 * The common control channel of one direction: one queue for all devices of the cell, served first
 * come first served at Shannon's rate over the whole control band.
 *
 * It stands for the random access, scheduling and control channels of a cellular system, without
 * their collisions and delays. So that one bad link does not block the others:
 * - a frame to or from a device whose rate is below the channel's ControlMinRate is deferred, and
 *   tried again every RetryInterval;
 * - a frame that would take longer than MinSegment is sent in parts; after each it joins the end of
 *   the queue again.
 *
 * A broadcast frame of the base station is sent once, at the lowest rate among the devices that
 * ControlMinRate admits; the others miss it, which their PhyRxDrop trace shows.
 *
 * The cost per unicast frame does not depend on the number of devices.
 */
class FdmaControlBand
{
  public:
    /// Index that stands for all devices of the cell.
    static constexpr uint32_t ALL = 0xffffffff;

    /**
     * @param channel the cell; not owned, must outlive this object
     * @param direction uplink or downlink
     */
    FdmaControlBand(FdmaChannel* channel, Direction direction);

    /**
     * @param frame the frame
     * @param index the device at the near or far end of the link, or ALL
     * @return whether the queue took it; else the caller drops it
     */
    bool Enqueue(Ptr<Packet> frame, uint32_t index);

    /**
     * Drop the frames of a sender that was switched off; its NotifyTxDrop() is called for each.
     * Costs O(length of the queue).
     * @param index the device, or ALL for every frame
     */
    void Flush(uint32_t index);

    /// @return the number of frames that wait or are being sent
    uint32_t GetNFrames() const;

  private:
    /// A frame and the bits of it that are still to be sent.
    struct Item
    {
        Ptr<Packet> frame;  //!< the frame
        uint32_t index{0};  //!< the device, or ALL
        double bitsLeft{0}; //!< still to be sent [bit]
        bool begun{false};  //!< whether its first bit was sent
    };

    /// Send the next frame that can be sent, if the band is free.
    void Serve();
    /// Send a frame, or a part of it.
    /// @param rateBps rate, constant for the segment [bit/s]
    void StartSegment(double rateBps);
    /**
     * End a segment.
     * @param segment its number; one that was flushed meanwhile is ignored
     */
    void EndSegment(uint64_t segment);
    /// Account for the bits and the energy sent until now, and free the band.
    void Settle();
    /// Queue the deferred frames again.
    void Retry();
    /// Defer a frame until the next Retry().
    /// @param item the frame
    void Defer(Item item);
    /// Deliver a frame that was sent to its receivers.
    /// @param item the frame
    void Deliver(const Item& item) const;
    /// Drop the frames of a device from a queue.
    /// @param queue the queue
    /// @param index the device, or ALL for every frame
    void FlushQueue(std::deque<Item>& queue, uint32_t index);
    /// @return the rate at which a device's link works now [bit/s]
    /// @param index of the device's link
    double RateBps(uint32_t index) const;
    /// @return the rate that serves all devices that can be served now [bit/s]
    double BroadcastRateBps() const;
    /// @return the power that a device's link is sent with [W]
    /// @param index of the device's link
    double TxPowerW(uint32_t index) const;
    /// @return the sender on a device's link: the device, or the base station
    /// @param index of the device's link
    Ptr<FdmaRadio> Sender(uint32_t index) const;

    FdmaChannel* m_channel;      //!< the cell
    Direction m_direction;       //!< uplink or downlink
    std::deque<Item> m_queue;    //!< first come, first served
    std::deque<Item> m_deferred; //!< frames of links below ControlMinRate
    bool m_retryPending{false};  //!< whether Retry is scheduled
    Item m_current;              //!< the frame that is being sent
    bool m_busy{false};          //!< whether a segment is being sent
    bool m_last{false};          //!< whether m_current is complete when the segment is over
    uint64_t m_segment{0};       //!< number of the segment being sent
    double m_rateBps{0};         //!< its rate [bit/s]
    double m_txPowerW{0};        //!< its power [W]
    Time m_start;                //!< of the segment
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_CONTROL_BAND_H */
