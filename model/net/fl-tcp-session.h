/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TCP_SESSION_H
#define FL_TCP_SESSION_H

#include "fl-message-stream.h"
#include "fl-transport.h"

#include "ns3/socket.h"
#include "ns3/tcp-socket-state.h"

#include <list>

namespace ns3
{
namespace fl
{

class TcpResets;

/**
 * @ingroup fl
 * A session over one TCP connection, or one of any other stream socket.
 *
 * Messages are handed to the socket segment by segment as its buffer has room. What the peer
 * acknowledged is known from that room.
 */
class TcpSession : public Session
{
  public:
    /**
     * @param transport keeps the session alive
     * @param handler receives the events of the session
     * @param socket the connection
     * @param peer address of the peer
     * @param segmentBytes largest segment handed to the socket [byte]
     * @param resets where a server keeps connections that it reset; null: a client's session, which
     *        is not accepted by a listening socket
     */
    TcpSession(Transport* transport,
               SessionHandler* handler,
               Ptr<Socket> socket,
               const Address& peer,
               uint32_t segmentBytes,
               TcpResets* resets);
    ~TcpSession() override;

    Address GetPeer() const override;
    uint64_t GetPendingBytes() const override;
    SendWindow GetSendWindow() const override;

    /// Wait for the outcome of connecting (client).
    void WatchConnecting();
    /// The connection is established: trace it, and send what is queued.
    void Established();
    /// @param socket the connection, which was refused
    void HandleConnectFailed(Ptr<Socket> socket);

  private:
    /// A message that is queued, or waits for acknowledgement.
    struct Outgoing
    {
        Message message;    //!< the body is dropped when the socket has it all
        uint64_t bytes;     //!< on the wire
        uint64_t offset{0}; //!< bytes that the socket has
        uint64_t end{0};    //!< bytes of the stream up to its end, when the socket has it all
    };

    void DoSend(Message&& message) override;
    void DoClose() override;
    void DoAbort() override;
    void DoDetach() override;
    bool IsMidMessage() const override;

    /// Hand to the socket what it has room for.
    void Write();
    /**
     * Hand over the next piece of a message.
     * @param out the message
     * @return false if the socket has no room, or the session is over
     */
    bool WriteChunk(Outgoing& out);
    /// Report the messages that were acknowledged.
    void ReportAcknowledged();
    /// Close the socket as soon as the peer has all that was written, and leave.
    void Finish();

    /// Note when the slow start threshold changes. A trace sink would, but takes a kilobyte.
    void WatchThreshold();

    /// @param socket the connection, which stands
    void HandleConnected(Ptr<Socket> socket);
    /// @param socket the connection, which has bytes to be read
    void HandleReceive(Ptr<Socket> socket);
    /**
     * @param socket the connection, which has room
     * @param room how much [byte]
     */
    void HandleRoom(Ptr<Socket> socket, uint32_t room);
    /// @param socket the connection, closed by the peer
    void HandlePeerClosed(Ptr<Socket> socket);
    /// @param socket the connection, which is broken
    void HandleError(Ptr<Socket> socket);

    Ptr<Socket> m_socket;                    //!< null when the session is over
    Address m_peer;                          //!< address of the peer
    MessageAssembler m_in;                   //!< reassembles what is received
    std::list<Outgoing> m_out;               //!< not acknowledged or not sent, in order
    std::list<Outgoing>::iterator m_nextOut; //!< the first that the socket does not have whole
    uint64_t m_written{0};                   //!< bytes that the socket has taken
    uint64_t m_acknowledged{0};              //!< of these, as known last
    uint32_t m_segmentBytes;                 //!< the most to hand over at once
    uint32_t m_bufferBytes;                  //!< size of the socket's buffer
    TcpResets* m_resets;                     //!< the server's; null: a client's session
    const TcpSocketState* m_state;           //!< the socket's; null: it has none
    uint32_t m_threshold{UINT32_MAX};        //!< of slow start, as known last [byte]
    double m_thresholdS{0};                  //!< when that changed last [s]
    double m_flightS{0};                     //!< when bytes were written or acknowledged last [s]
    bool m_connected{false};                 //!< the connection stands
    bool m_writing{false};                   //!< in Write()
};

} // namespace fl
} // namespace ns3

#endif /* FL_TCP_SESSION_H */
