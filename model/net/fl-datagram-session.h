/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATAGRAM_SESSION_H
#define FL_DATAGRAM_SESSION_H

#include "fl-datagram-config.h"
#include "fl-datagram-sender.h"
#include "fl-message-stream.h"
#include "fl-transport.h"

#include <functional>
#include <map>
#include <memory>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * One peer of a DatagramTransport, whose documentation describes the protocol: the receiving half,
 * and the session's beginning and end. The sending half is a DatagramSender.
 *
 * While nothing is in flight it holds neither buffers nor a timer.
 */
class DatagramSession : public Session
{
  public:
    /// Called with the peer's address when a session of a shared socket has ended.
    typedef std::function<void(const Address&)> EndedCallback;

    /**
     * @param transport keeps the session alive
     * @param config parameters of the transport; must outlive its sessions
     * @param counters of the transport; must outlive its sessions
     * @param handler receives the events of the session
     * @param socket the endpoint
     * @param peer address of the peer
     * @param onEnded called at the end of the session; empty: the endpoint is connected to the
     * peer, and is this session's alone (a client's)
     */
    DatagramSession(Transport* transport,
                    const DatagramConfig& config,
                    DatagramCounters& counters,
                    SessionHandler* handler,
                    Ptr<Socket> socket,
                    const Address& peer,
                    EndedCallback onEnded);
    ~DatagramSession() override;

    Address GetPeer() const override;
    uint64_t GetPendingBytes() const override;

    /**
     * Remove the header of a datagram.
     * @param packet the datagram
     * @param [out] header the header
     * @return whether there was a valid one
     */
    static bool TakeHeader(Ptr<Packet> packet, DatagramHeader& header);
    /**
     * Handle a datagram of the peer.
     * @param header its header
     * @param packet its content
     */
    void HandleDatagram(const DatagramHeader& header, Ptr<Packet> packet);

  private:
    void DoSend(Message&& message) override;
    void DoClose() override;
    void DoAbort() override;
    void DoDetach() override;
    bool IsMidMessage() const override;

    /**
     * Read the session's own socket.
     * @param socket the socket
     */
    void Receive(Ptr<Socket> socket);
    /**
     * Put a fragment in order.
     * @param header its header
     * @param packet its content
     */
    void HandleData(const DatagramHeader& header, Ptr<Packet> packet);
    /**
     * Pass on the fragment next in order.
     * @param packet its content; null: FIN
     */
    void Deliver(Ptr<Packet> packet);
    /**
     * Acknowledge what was received.
     * @param trigger header of the fragment received last
     */
    void SendAck(const DatagramHeader& trigger);
    /// @param header an acknowledgement
    void HandleAck(const DatagramHeader& header);
    /// @param windowBytes initial congestion window of the sending half, which is created [byte]
    void BeginBurst(double windowBytes);
    /// Send what the window allows.
    void SendMore();
    /// The sending half has no retries left.
    void GiveUp();
    /// Report a session that ended without a FIN.
    void ReportLost();
    /// Tell the peer that the session is over, if it may know of it.
    void SendReset();
    /// Free everything, and leave.
    void Finish();

    /// @return whether a datagram of the session was sent or received
    bool IsKnownToPeer() const
    {
        return m_numbers.nextFragment > 0 || m_nextIn > 0;
    }

    const DatagramConfig& m_config;        //!< parameters
    DatagramCounters& m_counters;          //!< of the transport
    EndedCallback m_onEnded;               //!< see the constructor
    DatagramEndpoint m_endpoint;           //!< its socket is null when the session is over
    MessageAssembler m_in;                 //!< reassembles what is received
    uint64_t m_nextIn{0};                  //!< number of the fragment that is to be delivered next
    DatagramSender::Numbers m_numbers;     //!< of the sending half
    std::unique_ptr<DatagramSender> m_out; //!< while something is queued or not acknowledged
    std::unique_ptr<std::map<uint64_t, Ptr<Packet>>>
        m_early;             //!< fragments ahead of their turn; null packet: FIN
    bool m_isSending{false}; //!< in SendMore()
};

} // namespace fl
} // namespace ns3

#endif /* FL_DATAGRAM_SESSION_H */
