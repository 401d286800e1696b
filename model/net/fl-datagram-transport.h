/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATAGRAM_TRANSPORT_H
#define FL_DATAGRAM_TRANSPORT_H

#include "fl-datagram-config.h"
#include "fl-transport.h"

#include "ns3/socket.h"

#include <deque>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace ns3
{
namespace fl
{

class DatagramSession;

/// Hashes any ns3::Address, for maps that are looked up and never walked.
struct AddressHash
{
    /**
     * @param address an address
     * @return its hash
     */
    std::size_t operator()(const Address& address) const;
};

/**
 * @ingroup fl
 * Messages over reliable datagrams: one UDP endpoint at the server for all peers, so that a packet
 * costs O(1) in their number.
 *
 * A message is cut into fragments with a sequence number each. The receiver puts them in order,
 * drops duplicates, and acknowledges (cumulative, plus a bitmap of 64) when a fragment asks for it
 * or is out of order: it needs no timer. The sender asks at the end of what it has to say, when its
 * window is full, and every AckEvery fragments.
 *
 * A fragment is sent again
 *  - when one of at least its size, sent three or more transmissions later, was acknowledged. Size
 *    matters since a radio may let small packets overtake large ones, on a control channel;
 *  - when nothing was acknowledged for one RTO: then the oldest one alone, and the RTO doubles. A
 *    radio may let packets wait for many seconds for a grant; they are not lost, and copies of them
 *    would fill the queue.
 *
 * The RTO follows RFC 6298, except that the estimate begins anew with each burst (when all was
 * acknowledged before), because the next burst may travel on another grant. The first timeout of a
 * burst is that of a first measurement R in RFC 6298, R + 4 R / 2, with R the time that the longest
 * of its messages is predicted to take (Message::expected), and at least InitialRto: the first
 * acknowledgement comes at the latest when a message is there. It may exceed MaxRto.
 *
 * The window opens from InitialWindow by slow start and halves at a loss, as TCP's does, up to
 * Window.
 */
class DatagramTransport : public Transport
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    DatagramTransport();
    ~DatagramTransport() override;

    /// @return fragments sent more than once so far
    uint64_t GetNRetransmitted() const
    {
        return m_counters.nRetransmitted;
    }

    /// @return fragments that came again, and were dropped, so far
    uint64_t GetNDuplicates() const
    {
        return m_counters.nDuplicates;
    }

    /// @return acknowledgements sent so far
    uint64_t GetNAcks() const
    {
        return m_counters.nAcks;
    }

    TransportProfile GetProfile() const override;
    Time GetFirstTimeout(Time expected) const override;

  protected:
    void DoDispose() override;

  private:
    bool DoListen(Ptr<Node> node, const Address& local, SessionHandler& handler) override;
    void DoStopListening() override;
    Ptr<Session> DoConnect(Ptr<Node> node, const Address& remote, SessionHandler& handler) override;

    /**
     * Accessors of attributes that are members of m_config.
     * @tparam FIELD the member
     * @param value its value
     */
    template <auto FIELD>
    void SetParameter(
        std::remove_reference_t<decltype(std::declval<DatagramConfig&>().*FIELD)> value)
    {
        m_config.*FIELD = value;
    }

    /**
     * @tparam FIELD a member of m_config
     * @return its value
     */
    template <auto FIELD>
    auto GetParameter() const
    {
        return m_config.*FIELD;
    }

    /**
     * @param node the node
     * @return a socket
     */
    Ptr<Socket> CreateSocket(Ptr<Node> node) const;
    /// Close the server's endpoint.
    void CloseEndpoint();
    /**
     * Datagrams came to the server's endpoint.
     * @param socket the endpoint
     */
    void Receive(Ptr<Socket> socket);
    /**
     * One datagram came to the server's endpoint.
     * @param packet the datagram
     * @param from the peer
     */
    void Dispatch(Ptr<Packet> packet, const Address& from);
    /**
     * A session of the server's endpoint has ended: remember it for a while, as TCP's TIME-WAIT
     * does, so that a late copy of its first packet does not open it again.
     * @param peer its address
     */
    void EnterTimeWait(const Address& peer);

    TypeId m_socketType;     //!< attribute
    DatagramConfig m_config; //!< attributes

    Ptr<Socket> m_endpoint;             //!< the server's
    Address m_local;                    //!< where that is
    bool m_accepting{false};            //!< new peers are welcome
    SessionHandler* m_handler{nullptr}; //!< of the sessions accepted
    std::unordered_map<Address, Ptr<DatagramSession>, AddressHash>
        m_peers; //!< sessions of the endpoint; null: in TIME-WAIT. Looked up only, never walked
    std::deque<std::pair<Time, Address>> m_timeWait; //!< peers by the end of their TIME-WAIT

    DatagramCounters m_counters; //!< of all sessions
};

} // namespace fl
} // namespace ns3

#endif /* FL_DATAGRAM_TRANSPORT_H */
