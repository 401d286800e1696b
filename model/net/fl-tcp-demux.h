/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TCP_DEMUX_H
#define FL_TCP_DEMUX_H

#include "fl-tcp-overtaking.h"

#include "ns3/ip-l4-protocol.h"
#include "ns3/node.h"
#include "ns3/tcp-l4-protocol.h"

#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Stands before a node's TCP: lets no data segment be dropped for having been overtaken
 * (TcpOvertaking), and demultiplexes the segments of a server's port over several TcpL4Protocol
 * instances, by the hash of the peer's address.
 *
 * A TcpL4Protocol finds the connection of a segment by a linear search over all end points of its
 * node (Ipv4EndPointDemux::Lookup), which takes 78 % of the wall-clock time with 10,000
 * connections. With n instances each search is over one n-th of them. Segments to other ports go to
 * the node's own instance. That does not change the behaviour of TCP; but the sockets of these
 * connections are not in the SocketList of the node's own TcpL4Protocol.
 *
 * It takes the place of the node's TcpL4Protocol in the IP layers, and is aggregated to the node.
 */
class TcpDemux : public IpL4Protocol
{
  public:
    /// Opens the listening socket of a new instance. Called while a segment is being received, so
    /// it must do nothing but create, bind and configure sockets.
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
     * Serve a port by instances of its own; each is created when its first segment arrives.
     * @param port local port; if it was served before, its instances are used again
     * @param tables number of instances, at least 1
     * @param listen opens the listening socket of an instance
     */
    void Serve(uint16_t port, uint32_t tables, Listen listen);
    /**
     * Create no more instances for this port: segments go to the node's own TcpL4Protocol, except
     * for those of peers whose instance exists, since it may have open connections.
     * @param port local port
     */
    void Leave(uint16_t port);

    /// @return what was done for segments that were overtaken
    const TcpOvertaking& GetOvertaking() const;

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
        std::vector<Ptr<TcpL4Protocol>> tables; //!< by hash; null: not created yet
        Listen listen;                          //!< opens a listening socket; null after Leave()
    };

    /// @param port local port @return what is served there; null: nothing
    Port* FindPort(uint16_t port);
    /**
     * @param port local port of a segment
     * @param hash hash of the peer's address
     * @return the instance that is to receive the segment, created if need be
     */
    Ptr<TcpL4Protocol> Find(uint16_t port, size_t hash);
    /// @return a new instance with the attributes and down targets of the node's own
    Ptr<TcpL4Protocol> MakeTable() const;

    Ptr<Node> m_node;         //!< the node
    Ptr<TcpL4Protocol> m_own; //!< the node's own instance
    /// Ports given to Serve(), by local port; null: none, as on the nodes of clients
    std::unique_ptr<std::map<uint16_t, Port>> m_ports;
    TcpOvertaking m_overtaking; //!< of all connections
};

} // namespace fl
} // namespace ns3

#endif /* FL_TCP_DEMUX_H */
