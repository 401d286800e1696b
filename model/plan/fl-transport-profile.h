/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRANSPORT_PROFILE_H
#define FL_TRANSPORT_PROFILE_H

#include "fl-plan.h"
#include "fl-send-window.h"

#include <limits>
#include <unordered_map>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What carrying a message over a transport adds, as far as a PHY's own rate model needs to know:
 * headers, segmentation, acknowledgements, windows. The default adds nothing: a message is one
 * segment without headers or acknowledgements. All sizes are at least 0; segmentBytes is above 0.
 */
struct TransportProfile
{
    double messageBytes{0}; //!< of a message's header [byte]
    double orderBytes{0};   //!< before the payload of a message to a device: its work order [byte]
    double reportBytes{0};  //!< before the payload of a message from a device: its report [byte]
    double segmentBytes{
        std::numeric_limits<double>::infinity()}; //!< of a message per packet [byte]
    double headerBytes{0};                        //!< of each packet: transport and IP [byte]
    double ackBytes{0};                           //!< of an acknowledgement, IP included [byte]
    double ackAfterBytes{0}; //!< of a message, after which an acknowledgement comes [byte]
    /// Whether the last packet of a message is acknowledged at once, however little came (TCP
    /// waits).
    bool acksEnd{true};
    /// What may be sent before the first acknowledgement of a message [byte].
    double initialWindowBytes{std::numeric_limits<double>::infinity()};
    /// What may be sent before it is acknowledged, ever: buffers [byte].
    double maxWindowBytes{std::numeric_limits<double>::infinity()};
    /// Whether the initial window is that of a session's first message only, since the window stays
    /// open (TCP).
    bool windowStays{false};
    bool cubic{false}; //!< the window grows as TCP CUBIC's; else by what is acknowledged
    double ackDelayS{std::numeric_limits<double>::infinity()}; //!< the most that one waits [s]
    /// The windows of senders before the round, by direction; those of other devices are not known.
    /// Of each, what its session has sent or queued and is not acknowledged yet takes its part
    /// (SendWindow::flightBytes), over every transport.
    std::unordered_map<DeviceId, SendWindow> windows[2];

    /**
     * @param direction of messages
     * @param device at one end
     * @return the window of their sender, as it is before the round
     */
    SendWindow Window(Direction direction, DeviceId device) const;
    /**
     * @param payloadBits of a message [bit]
     * @param direction of it
     * @return all of the message, header and what is before the payload included [byte]
     */
    double MessageBytes(double payloadBits, Direction direction) const;
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSPORT_PROFILE_H */
