/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATAGRAM_CONFIG_H
#define FL_DATAGRAM_CONFIG_H

#include "ns3/nstime.h"

#include <algorithm>
#include <cstdint>

namespace ns3
{
namespace fl
{

/// Parameters of the datagram protocol: the attributes of a DatagramTransport.
struct DatagramConfig
{
    uint32_t fragmentBytes; //!< of a message in one datagram [byte]
    uint32_t windowBytes;   //!< most that is in flight to one peer [byte]
    uint32_t initialWindow; //!< fragments sent before the first acknowledgement of a burst
    uint32_t ackEvery;      //!< an acknowledgement is requested every so many fragments
    uint32_t maxRetries;    //!< timeouts in a row before a peer is given up
    Time initialRto;        //!< first timeout of a burst, at least
    Time minRto;            //!< shortest timeout
    Time maxRto;            //!< longest timeout, unless the first one of a burst is longer

    /**
     * @param expected predicted duration of a transfer; 0: not known
     * @return first timeout of a burst (RFC 6298 after a first measurement of that duration)
     */
    Time GetFirstTimeout(Time expected) const
    {
        return std::max(initialRto, expected * 3);
    }
};

/// What the sessions of one DatagramTransport count.
struct DatagramCounters
{
    uint64_t nRetransmitted{0}; //!< fragments sent more than once
    uint64_t nDuplicates{0};    //!< fragments received more than once, and dropped
    uint64_t nAcks{0};          //!< acknowledgements sent
};

} // namespace fl
} // namespace ns3

#endif /* FL_DATAGRAM_CONFIG_H */
