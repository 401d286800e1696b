/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TCP_RESET_H
#define FL_TCP_RESET_H

#include "ns3/nstime.h"
#include "ns3/socket.h"

#include <deque>
#include <utility>

/**
 * @file
 * @ingroup fl
 * What ns-3's TCP has no public function for: ending a connection with a reset, and reading the
 * state of its congestion control.
 */

namespace ns3
{

class TcpSocketState;

namespace fl
{

/**
 * @param socket a stream socket of any kind
 * @return the state of its congestion control, which lives as long as the socket; null if it is not
 *         TCP
 */
const TcpSocketState* GetTcpState(Ptr<Socket> socket);

/**
 * End a connection with a reset at once. Sockets that are not TCP are closed.
 * @param socket the connection
 */
void ResetTcp(Ptr<Socket> socket);

/**
 * @ingroup fl
 * Connections of a listening port that were reset, and answer for a while what still comes from
 * the peer, whom the reset may not have reached, by resets. Without that the listening socket would
 * take such segments, and drop those that are no SYN without an answer.
 */
class TcpResets
{
  public:
    /**
     * Reset a connection when the current event is over, and let it answer for 5 minutes.
     * @param socket the connection, accepted by a listening socket
     */
    void Reset(Ptr<Socket> socket);
    /// Drop all of them, without a packet.
    void Clear();

  private:
    std::deque<std::pair<Time, Ptr<Socket>>> m_sockets; //!< until when each answers, in order
};

} // namespace fl
} // namespace ns3

#endif /* FL_TCP_RESET_H */
