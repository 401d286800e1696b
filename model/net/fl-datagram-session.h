/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATAGRAM_SESSION_H
#define FL_DATAGRAM_SESSION_H

#include "fl-datagram-header.h"
#include "fl-datagram-transport.h"
#include "fl-message-stream.h"

#include "ns3/event-id.h"

#include <map>
#include <memory>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * One peer of a DatagramTransport; that one's documentation tells the protocol.
 *
 * While nothing is on its way it holds neither buffers nor a timer.
 */
class DatagramSession : public Session
{
  public:
    /// Most fragments between the oldest one not acknowledged and the newest: the bitmap's length.
    static constexpr uint32_t MAX_FLIGHT = 64;

    /**
     * @param transport whose it is
     * @param handler receives the events of the session
     * @param socket the endpoint
     * @param peer the address at the other end
     * @param ownsSocket the endpoint is for this session alone (a client's)
     */
    DatagramSession(DatagramTransport* transport,
                    SessionHandler* handler,
                    Ptr<Socket> socket,
                    const Address& peer,
                    bool ownsSocket);
    ~DatagramSession() override;

    Address GetPeer() const override;
    uint64_t GetPendingBytes() const override;

    /**
     * Take the header off a datagram.
     * @param packet the datagram
     * @param [out] header the header
     * @return whether there was a valid one
     */
    static bool TakeHeader(Ptr<Packet> packet, DatagramHeader& header);
    /**
     * A datagram came from the peer.
     * @param header its header
     * @param packet what follows it
     */
    void HandleDatagram(const DatagramHeader& header, Ptr<Packet> packet);

  private:
    struct Outgoing;
    struct Fragment;
    struct Sender;

    void DoSend(Message&& message) override;
    void DoClose() override;
    void DoAbort() override;
    void DoDetach() override;
    bool IsMidMessage() const override;

    /**
     * Datagrams came to the session's own socket.
     * @param socket the socket
     */
    void Receive(Ptr<Socket> socket);
    /**
     * A fragment came.
     * @param header its header
     * @param packet its bytes
     */
    void HandleData(const DatagramHeader& header, Ptr<Packet> packet);
    /**
     * The fragment next in order is there.
     * @param packet its bytes; null for FIN
     */
    void Deliver(Ptr<Packet> packet);
    /**
     * Acknowledge what came.
     * @param trigger header of the fragment that came last
     */
    void SendAck(const DatagramHeader& trigger);
    /**
     * @param header what to send
     * @param packet what follows it
     */
    void SendDatagram(const DatagramHeader& header, Ptr<Packet> packet);

    /**
     * Fragments were acknowledged.
     * @param header the acknowledgement
     */
    void HandleAck(const DatagramHeader& header);
    /**
     * Take note of what an acknowledgement says.
     * @param header the acknowledgement
     * @return whether it says something new
     */
    bool TakeAck(const DatagramHeader& header);
    /// Find out what is lost, now that later fragments were acknowledged.
    void MarkLost();
    /// Forget messages that were acknowledged, and tell about them; end the burst if it is over.
    void FinishAcknowledged();
    /// Send what the window allows: lost fragments first, then new ones.
    void SendMore();
    /// @return false if the window does not allow more, or the session is over
    bool SendLost();
    /// @return false if there is no more, the window does not allow it, or the session is over
    bool SendNew();
    /**
     * Send a fragment (again).
     * @param index its place in the flight
     * @param ask ask for an acknowledgement
     */
    void Transmit(std::size_t index, bool ask);
    /// Start or prolong the timer.
    void RestartTimer();
    /// The timer ran out; perhaps it was prolonged meanwhile.
    void HandleTimer();
    /// Nothing was acknowledged for one RTO.
    void HandleTimeout();
    /// Tell the peer that the session is over, if it may know of it.
    void SendReset();
    /// Free everything, and leave.
    void Finish();
    /// @return the transport
    DatagramTransport& GetTransport() const;

    Ptr<Socket> m_socket;          //!< null when the session is over
    Address m_peer;                //!< at the other end
    MessageAssembler m_in;         //!< what comes
    uint64_t m_nextIn{0};          //!< number of the fragment that is to be delivered next
    uint64_t m_nextOut{0};         //!< number of the fragment that will be cut next
    uint64_t m_order{0};           //!< number of the last transmission
    std::unique_ptr<Sender> m_out; //!< while something is queued or not acknowledged
    std::unique_ptr<std::map<uint64_t, Ptr<Packet>>>
        m_early;       //!< fragments that came before their turn; null packet: FIN
    bool m_ownsSocket; //!< it is a client's
};

} // namespace fl
} // namespace ns3

#endif /* FL_DATAGRAM_SESSION_H */
