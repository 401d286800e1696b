/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TCP_TRANSPORT_H
#define FL_TCP_TRANSPORT_H

#include "fl-tcp-demux.h"
#include "fl-tcp-reset.h"
#include "fl-transport.h"

#include "ns3/socket.h"

#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Messages over one lasting connection per peer, of any stream socket.
 *
 * ns-3 finds the connection of a segment by a linear search, so that N connections at one server
 * cost O(N) per segment. With the attribute EndPointTables = n it is O(N / n), see TcpDemux; for
 * tens of thousands of peers use DatagramTransport.
 */
class TcpTransport : public Transport
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    TcpTransport();
    ~TcpTransport() override;

    /// @return the most bytes that one packet handed to a socket has [byte]
    uint32_t GetSegmentBytes() const
    {
        return m_segmentBytes;
    }

    TransportProfile GetProfile() const override;

  protected:
    void DoDispose() override;

  private:
    bool DoListen(Ptr<Node> node, const Address& local, SessionHandler& handler) override;
    void DoStopListening() override;
    Ptr<Session> DoConnect(Ptr<Node> node, const Address& remote, SessionHandler& handler) override;

    /**
     * @param node the node
     * @return a socket with our attributes
     */
    Ptr<Socket> CreateSocket(Ptr<Node> node) const;
    /// @param socket gets our attributes
    void Configure(Ptr<Socket> socket) const;
    /**
     * Listen with one more socket on m_local.
     * @param socket a new socket
     * @return false if the address can't be bound
     */
    bool AddListener(Ptr<Socket> socket);
    /// Close the listening sockets.
    void CloseListener();
    /**
     * A peer wants to connect.
     * @param socket the listening socket
     * @param peer its address
     * @return whether it may; if not, it hears nothing and tries again for a while
     */
    bool IsWelcome(Ptr<Socket> socket, const Address& peer);
    /**
     * A peer connected.
     * @param socket its socket
     * @param peer its address
     */
    void Accept(Ptr<Socket> socket, const Address& peer);

    TypeId m_socketType;                  //!< attribute
    uint32_t m_segmentBytes;              //!< attribute
    uint32_t m_sendBufferBytes;           //!< attribute
    uint32_t m_receiveBufferBytes;        //!< attribute
    uint32_t m_dataRetries;               //!< attribute
    uint32_t m_tables;                    //!< attribute EndPointTables
    std::vector<Ptr<Socket>> m_listeners; //!< listening sockets, all on m_local
    Ptr<TcpDemux> m_demux;                //!< spreads peers over them; or null
    Address m_local;                      //!< where they listen
    bool m_accepting{false};              //!< new peers are welcome
    SessionHandler* m_handler{nullptr};   //!< of the sessions accepted
    TcpResets m_resets;                   //!< connections that were reset
};

} // namespace fl
} // namespace ns3

#endif /* FL_TCP_TRANSPORT_H */
