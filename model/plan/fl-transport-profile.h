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
 * Parameters of a transport that determine how long a message takes on a given PHY: headers,
 * segmentation, acknowledgements, congestion windows. By default a message is one segment without
 * headers or acknowledgements. All sizes are at least 0; segmentBytes is above 0.
 */
struct TransportProfile
{
    double messageBytes{0}; //!< MessageHeader::SIZE [byte]
    double orderBytes{0};   //!< prefix of downlink messages: the work order [byte]
    double reportBytes{0};  //!< prefix of uplink messages: the report [byte]
    double segmentBytes{std::numeric_limits<double>::infinity()}; //!< maximum segment of a message
                                                                  //!< in a packet [byte]
    double headerBytes{0};   //!< headers of each packet: transport and IP [byte]
    double ackBytes{0};      //!< size of an acknowledgement packet, IP header included [byte]
    double ackAfterBytes{0}; //!< received bytes of messages per acknowledgement [byte]
    /// Whether the last packet of a message is acknowledged without delay, even if fewer than
    /// ackAfterBytes were received; TCP delays it (RFC 1122).
    bool acksEnd{true};
    /// Initial congestion window [byte].
    double initialWindowBytes{std::numeric_limits<double>::infinity()};
    /// Upper limit of the congestion window, as by socket buffers [byte].
    double maxWindowBytes{std::numeric_limits<double>::infinity()};
    /// Whether the congestion window is kept from message to message (TCP), so that the initial one
    /// is that of a session's first message only; otherwise each burst begins with the initial one.
    bool windowStays{false};
    bool cubic{
        false}; //!< whether the window grows as in CUBIC (RFC 9438); else by slow start alone
    double ackDelayS{
        std::numeric_limits<double>::infinity()}; //!< maximum delay of an acknowledgement [s]
    /// Congestion windows of the senders before the round, by Direction; those of other devices
    /// are not known. With every transport, SendWindow::flightBytes occupies the window at
    /// first.
    std::unordered_map<DeviceId, SendWindow> windows[2];

    /**
     * @param direction direction of the messages
     * @param device the device that sends or receives them
     * @return window of their sender before the round; default-constructed if not known
     */
    SendWindow Window(Direction direction, DeviceId device) const;
    /**
     * @param payloadBits size of the payload [bit]
     * @param direction direction of the message
     * @return size of the message, with header and prefix, without packet headers [byte]
     */
    double MessageBytes(double payloadBits, Direction direction) const;
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSPORT_PROFILE_H */
