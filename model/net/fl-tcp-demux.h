/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TCP_DEMUX_H
#define FL_TCP_DEMUX_H

#include "ns3/ip-l4-protocol.h"
#include "ns3/node.h"
#include "ns3/tcp-l4-protocol.h"

#include <functional>
#include <map>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Demultiplexes the TCP segments of a server's port over several TcpL4Protocol instances, by the
 * hash of the peer's address.
 *
 * A TcpL4Protocol finds the connection of a segment by a linear search over all end points of its
 * node (Ipv4EndPointDemux::Lookup), which takes 78 % of the wall clock with 10,000 connections.
 * With n instances each search is over one n-th of them. Segments to other ports go to the node's
 * own instance. The behaviour of TCP is not changed in any way; but sockets of such a connection
 * are not in the SocketList of the node's own TcpL4Protocol.
 *
 * It takes the place of the node's TcpL4Protocol in the IP layers, and is aggregated to the node.
 */
class TcpDemux : public IpL4Protocol
{
  public:
    /// Listens on an instance that segments come for from now on; may create sockets only.
    using Listen = std::function<void(Ptr<TcpL4Protocol>)>;

    /// @return the TypeId
    static TypeId GetTypeId();
    TcpDemux();
    ~TcpDemux() override;

    /**
     * @param node a node
     * @return its TcpDemux, installed now if there was none; null without a TcpL4Protocol
     */
    static Ptr<TcpDemux> Install(Ptr<Node> node);

    /**
     * Serve a port by instances of its own; each is made when the first segment for it comes.
     * @param port local port; it must not be served yet
     * @param tables number of instances, at least 1
     * @param listen opens the listening socket of an instance
     */
    void Serve(uint16_t port, uint32_t tables, Listen listen);
    /**
     * Segments to this port are for the node's own TcpL4Protocol from now on, but for those of
     * peers whose instance is there: its connections may last longer.
     * @param port local port
     */
    void Leave(uint16_t port);

    // IpL4Protocol
    int GetProtocolNumber() const override;
    RxStatus Receive(Ptr<Packet> packet,
                     const Ipv4Header& header,
                     Ptr<Ipv4Interface> incomingInterface) override;
    RxStatus Receive(Ptr<Packet> packet,
                     const Ipv6Header& header,
                     Ptr<Ipv6Interface> incomingInterface) override;
    void ReceiveIcmp(Ipv4Address icmpSource,
                     uint8_t icmpTtl,
                     uint8_t icmpType,
                     uint8_t icmpCode,
                     uint32_t icmpInfo,
                     Ipv4Address payloadSource,
                     Ipv4Address payloadDestination,
                     const uint8_t payload[8]) override;
    void ReceiveIcmp(Ipv6Address icmpSource,
                     uint8_t icmpTtl,
                     uint8_t icmpType,
                     uint8_t icmpCode,
                     uint32_t icmpInfo,
                     Ipv6Address payloadSource,
                     Ipv6Address payloadDestination,
                     const uint8_t payload[8]) override;
    void SetDownTarget(DownTargetCallback callback) override;
    void SetDownTarget6(DownTargetCallback6 callback) override;
    DownTargetCallback GetDownTarget() const override;
    DownTargetCallback6 GetDownTarget6() const override;

  protected:
    void DoDispose() override;

  private:
    /// The instances of one port.
    struct Port
    {
        std::vector<Ptr<TcpL4Protocol>> tables; //!< by hash; null: not made yet
        Listen listen;                          //!< opens a listening socket; null: left
    };

    /**
     * @param port local port of a segment
     * @param hash of the peer's address
     * @return the instance that the segment is for
     */
    Ptr<TcpL4Protocol> Find(uint16_t port, size_t hash);
    /// @return a new instance that is configured as the node's own
    Ptr<TcpL4Protocol> MakeTable() const;

    Ptr<Node> m_node;                 //!< the node
    Ptr<TcpL4Protocol> m_own;         //!< the node's own instance
    std::map<uint16_t, Port> m_ports; //!< those that are served, by local port
};

} // namespace fl
} // namespace ns3

#endif /* FL_TCP_DEMUX_H */
