/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATAGRAM_SENDER_H
#define FL_DATAGRAM_SENDER_H

#include "fl-datagram-config.h"
#include "fl-datagram-header.h"
#include "fl-message.h"

#include "ns3/address.h"
#include "ns3/event-id.h"
#include "ns3/socket.h"

#include <functional>
#include <list>
#include <optional>

namespace ns3
{
namespace fl
{

/// Where datagrams of a session are sent to and from.
struct DatagramEndpoint
{
    Ptr<Socket> socket;      //!< null when the session is over
    Address peer;            //!< address of the peer
    bool isConnected{false}; //!< the socket is this session's alone (a client's)

    /**
     * @param header the datagram's header
     * @param packet its content
     */
    void Send(const DatagramHeader& header, Ptr<Packet> packet) const;
};

/**
 * @ingroup fl
 * The sending half of a DatagramSession: selective repeat, with the window and the timeouts that
 * DatagramTransport describes.
 *
 * It exists from the first message of a burst until all of the burst is acknowledged. The numbers
 * of fragments and transmissions go on from burst to burst. It calls nobody but the simulator and
 * the socket, and, when a peer is given up, its owner, who may delete it then.
 */
class DatagramSender
{
  public:
    /// Most fragments between the oldest one not acknowledged and the newest: the bitmap's length.
    static constexpr uint32_t MAX_FLIGHT = 64;

    /// Numbers that outlive a burst.
    struct Numbers
    {
        uint64_t nextFragment{0};     //!< sequence number of the fragment that is cut next
        uint64_t lastTransmission{0}; //!< number of the last transmission
    };

    /**
     * @param config parameters; must outlive the sender
     * @param counters to count in; must outlive the sender
     * @param endpoint where to send; must outlive the sender
     * @param numbers of the session; must outlive the sender
     * @param windowBytes initial congestion window [byte]
     * @param onGivenUp called after the last timeout
     */
    DatagramSender(const DatagramConfig& config,
                   DatagramCounters& counters,
                   const DatagramEndpoint& endpoint,
                   Numbers& numbers,
                   double windowBytes,
                   std::function<void()> onGivenUp);
    ~DatagramSender();
    DatagramSender(const DatagramSender&) = delete;
    DatagramSender& operator=(const DatagramSender&) = delete;

    /// @param message is queued; nothing is sent before Send()
    void Queue(Message&& message);
    /// Queue a FIN after the messages.
    void QueueFin();
    /// @return bytes that are queued or in flight [byte]
    uint64_t GetPendingBytes() const;

    /// What Send() did.
    struct Sent
    {
        bool isSent{false};                   //!< a fragment was sent
        std::optional<MessageHeader> started; //!< it was the first one of this message
    };

    /// @return the outcome of sending the next fragment that the window allows: lost ones first
    Sent Send();

    /// What an acknowledgement did.
    struct Acked
    {
        bool isValid{false};  //!< it belongs to this burst
        bool isOldest{false}; //!< the oldest fragment in flight is among the acknowledged ones
    };

    /**
     * Take note of an acknowledgement.
     * @param header the acknowledgement
     * @return what it did
     */
    Acked TakeAck(const DatagramHeader& header);
    /// @return headers of the messages acknowledged in whole, each returned once, in order
    std::vector<MessageHeader> TakeDelivered();
    /// Find out which fragments are lost, now that later ones were acknowledged.
    void MarkLost();

    /// @return whether all is acknowledged
    bool IsIdle() const
    {
        return m_flight.empty() && !HasNext();
    }

    /// @return whether the FIN was sent
    bool IsFinSent() const
    {
        return m_isFinSent;
    }

    /// Remove the timer from the simulator's list, where a cancelled one would stay until its time.
    void RemoveTimer();

  private:
    /// A message that is queued, or waits for acknowledgement.
    struct Outgoing
    {
        Message message;         //!< the message
        uint64_t bytes;          //!< on the wire
        uint64_t offset{0};      //!< bytes that were cut into fragments
        uint64_t endSequence{0}; //!< number after that of its last fragment, when all are cut
    };

    /// A fragment that was sent.
    struct Fragment
    {
        const Outgoing* source; //!< message that it is a part of; null: FIN
        uint64_t offset;        //!< of its first byte in the message [byte]
        uint32_t bytes;         //!< length [byte]
        uint64_t order{0};      //!< number of its last transmission
        Time sentAt{};          //!< time of that
        bool isAcked{false};    //!< acknowledged, though an earlier one is not
        bool isLost{false};     //!< to be sent again
    };

    /// @return whether there is something left to be cut
    bool HasNext() const
    {
        return m_next != m_queue.end() || (m_isFinQueued && !m_isFinSent);
    }

    /// @return size of the next fragment [byte]
    uint32_t GetNextBytes() const;
    /**
     * @param bytes size of a fragment [byte]
     * @return whether the congestion window has room for it
     */
    bool Allows(uint32_t bytes) const;
    /// @param sample a round-trip time measured (RFC 6298)
    void Measure(Time sample);
    /**
     * A fragment was acknowledged.
     * @param fragment the fragment
     * @param header the acknowledgement
     * @return bytes acknowledged for the first time, FIN: 0; none if it was acknowledged before
     */
    std::optional<uint32_t> Acknowledge(Fragment& fragment, const DatagramHeader& header);
    /// @param ackedBytes acknowledged for the first time, by which the window grows [byte]
    void OpenWindow(uint64_t ackedBytes);
    /// @return whether the first lost fragment was sent again
    bool SendLost();
    /// @return the outcome of sending the next new fragment
    Sent SendNew();
    /// Send the FIN.
    void SendFin();
    /**
     * Send a fragment (again).
     * @param index its place in the flight
     * @param isAckRequested request an acknowledgement
     */
    void Transmit(std::size_t index, bool isAckRequested);
    /// @return the retransmission timeout after the present number of retries
    Time GetTimeout() const;
    /// Start or prolong the timer.
    void RestartTimer();
    /// The timer expired; its deadline may have been moved meanwhile.
    void HandleTimer();
    /// Nothing was acknowledged for one RTO.
    void HandleTimeout();

    const DatagramConfig& m_config;     //!< parameters
    DatagramCounters& m_counters;       //!< counters of the transport
    const DatagramEndpoint& m_endpoint; //!< where to send
    Numbers& m_numbers;                 //!< of the session
    std::function<void()> m_onGivenUp;  //!< called after the last timeout

    std::list<Outgoing> m_queue;          //!< not acknowledged or not sent, in order
    std::list<Outgoing>::iterator m_next; //!< the first one not cut to its end
    std::vector<Fragment> m_flight;       //!< sent, from the oldest one not acknowledged on
    uint64_t m_base;                      //!< number of that one
    uint64_t m_flightBytes{0};            //!< in flight: neither acknowledged nor lost [byte]
    uint32_t m_nLost{0};                  //!< fragments to be sent again
    uint64_t m_highestOrder{0};    //!< newest transmission of full size that was acknowledged
    double m_windowBytes;          //!< congestion window [byte]
    double m_thresholdBytes;       //!< slow start threshold [byte]
    uint64_t m_recoveryEnd{0};     //!< losses below this number are of one and the same window
    uint32_t m_sinceAckRequest{0}; //!< fragments since the last one that requested one
    uint32_t m_retries{0};         //!< timeouts in a row
    Time m_expected;               //!< the longest predicted transfer among the messages
    Time m_srtt;                   //!< smoothed round-trip time
    Time m_rttvar;                 //!< its variation
    bool m_isMeasured{false};      //!< those two are known
    Time m_deadline;               //!< when the timeout is due
    EventId m_timer;               //!< expires then, or earlier
    bool m_isFinQueued{false};     //!< send a FIN after the queue
    bool m_isFinSent{false};       //!< it was cut
};

} // namespace fl
} // namespace ns3

#endif /* FL_DATAGRAM_SENDER_H */
