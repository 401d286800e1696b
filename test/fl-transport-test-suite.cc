/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-transport.h"

#include "ns3/data-rate.h"
#include "ns3/fl-error.h"
#include "ns3/fl-message.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/node-container.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simple-net-device-helper.h"
#include "ns3/simple-net-device.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Messages over links, by TCP and as datagrams, where nothing is lost or damaged.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// The same bytes arrive, whatever their number.
class SizesTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit SizesTest(TransportKind kind)
        : TestCase("messages of all sizes arrive whole and in order over " + NameOf(kind)),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        TransportCell cell(m_kind, "100Mbps");
        std::vector<Message> sent;
        // Around a header, a segment with and without header, and large.
        for (std::size_t size :
             {0, 1, 1339, 1340, 1341, 1359, 1360, 1399, 1400, 1401, 2800, 1000000, 3})
        {
            sent.push_back(MakeMessage(sent.size(), size));
            sent.push_back(MakeMessage(sent.size(), size, 0));
        }
        sent.push_back(MakeMessage(sent.size(), 10, MAX_PREFIX_BYTES));
        for (uint64_t size : {1, 1340, 5000000})
        {
            sent.push_back(MakeMessage(sent.size(), 0));
            sent.back().virtualBytes = size;
        }
        // Both ways at the same time.
        cell.server.onOpened = [&](Ptr<Session> session) {
            for (const auto& message : sent)
            {
                session->Send(message);
            }
        };
        cell.Start();
        for (const auto& message : sent)
        {
            NS_TEST_EXPECT_MSG_EQ(cell.session->Send(message), true, "queued");
        }
        NS_TEST_EXPECT_MSG_GT(cell.session->GetPendingBytes(), 7000000, "they wait");
        cell.Run(20);
        Compare(sent, cell.server);
        Compare(sent, cell.client);
        NS_TEST_EXPECT_MSG_EQ(cell.session->GetPendingBytes(), 0, "nothing waits any more");
        NS_TEST_EXPECT_MSG_EQ(cell.client.started.size(), sent.size(), "all started");
        NS_TEST_EXPECT_MSG_EQ(cell.client.delivered.size(), sent.size(), "all delivered");
        NS_TEST_EXPECT_MSG_EQ(
            std::is_sorted(cell.client.delivered.begin(), cell.client.delivered.end()),
            true,
            "in order");
        if (m_kind == DATAGRAM)
        {
            NS_TEST_EXPECT_MSG_EQ(cell.GetClientDatagrams()->GetNRetransmitted(), 0, "none twice");
            NS_TEST_EXPECT_MSG_EQ(cell.GetServerDatagrams()->GetNRetransmitted(), 0, "none twice");
        }
        for (const auto& message : sent)
        {
            if (message.payload)
            {
                NS_TEST_EXPECT_MSG_EQ(message.payload.use_count(), 1, "nobody keeps the payload");
            }
        }
    }

    /**
     * @param sent what was sent
     * @param receiver who should have it
     */
    void Compare(const std::vector<Message>& sent, const Recorder& receiver)
    {
        NS_TEST_EXPECT_MSG_EQ(receiver.log, "O" + std::string(sent.size(), 'M'), "what was told");
        NS_TEST_EXPECT_MSG_EQ(receiver.messages.size(), sent.size(), "all arrived");
        for (std::size_t i = 0; i < sent.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(AreSame(sent[i], receiver.GetMessage(i)), true, "message " << i);
        }
        for (std::size_t i = 0; i < receiver.messages.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_LT_OR_EQ(receiver.messages[i].firstByteAt,
                                        receiver.receivedAt[i],
                                        "began before it ended");
        }
    }

    TransportKind m_kind; //!< the transport
};

/// A handful of errors that a caller can make.
class MisuseTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit MisuseTest(TransportKind kind)
        : TestCase("misuse of " + NameOf(kind) + " is refused with one line"),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        TransportCell cell(m_kind);
        cell.clientTransport->SetAttribute("MaxMessageBytes", UintegerValue(1000));
        cell.Start();
        Expect([&] { cell.session->Send(MakeMessage(1, 1000, 0)); },
               "message UPDATE: 1040 bytes: at most 1000 are allowed (attribute MaxMessageBytes)");
        Expect(
            [&] {
                auto message = MakeMessage(1, 10);
                message.virtualBytes = 5;
                cell.session->Send(message);
            },
            "message UPDATE: 10 bytes of payload and 5 virtual bytes: only one of the two is "
            "allowed");
        Expect([&] { cell.session->Send(MakeMessage(1, 10, MAX_PREFIX_BYTES + 1)); },
               "message UPDATE: a prefix of 65537 bytes: at most 65536 are allowed");
        Expect(
            [&] { cell.serverTransport->Listen(cell.GetServer(), cell.GetAddress(), cell.server); },
            "Transport::Listen: it listens already; use one transport per server");
        auto other = MakeTransport(m_kind);
        Expect([&] { other->Listen(cell.GetServer(), cell.GetAddress(), cell.server); },
               "address to listen on 10.0.0.1 port 7000: node 0 cannot bind a socket to it; it "
               "must be "
               "the node's, and free");
        Expect([&] { other->Connect(cell.GetClient(), Address(), cell.client); },
               "address to connect to ");
        Expect([&] { other->Listen(cell.GetClient(), Address(), cell.client); },
               "address to listen on ");
        other->Dispose();
        cell.Run(1);
        NS_TEST_EXPECT_MSG_EQ(cell.server.messages.size(), 0, "nothing of it was sent");
    }

    /**
     * @param action what to do
     * @param text how its error begins
     */
    void Expect(const std::function<void()>& action, const std::string& text)
    {
        std::string found = "nothing was thrown";
        try
        {
            action();
        }
        catch (const InvalidInput& error)
        {
            found = error.what();
        }
        NS_TEST_EXPECT_MSG_EQ(found.substr(0, text.size()), text, "message");
        NS_TEST_EXPECT_MSG_EQ(found.find('\n'), std::string::npos, "one line");
    }

    TransportKind m_kind; //!< the transport
};

/// A link that does nothing for a minute, and then goes on.
class StallTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit StallTest(TransportKind kind)
        : TestCase("a link that stalls for 60 s and goes on, over " + NameOf(kind)),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        TransportCell cell(m_kind, "1Mbps");
        cell.Start();
        // Queued behind a packet that takes 60 s, nothing is lost; the message takes 0.84 s else.
        Simulator::Schedule(Seconds(1.3),
                            [&] { cell.GetDevice(1)->SetDataRate(DataRate("192bps")); });
        Simulator::Schedule(Seconds(1.5),
                            [&] { cell.GetDevice(1)->SetDataRate(DataRate("1Mbps")); });
        const auto message = MakeMessage(1, 100000);
        Simulator::Schedule(Seconds(1), [&] { cell.session->Send(message); });
        cell.Run(200);
        NS_TEST_EXPECT_MSG_EQ(cell.server.messages.size(), 1, "it arrives");
        NS_TEST_EXPECT_MSG_EQ(AreSame(message, cell.server.GetMessage(0)), true, "whole");
        NS_TEST_EXPECT_MSG_GT(cell.server.GetReceivedAt().GetSeconds(), 55, "after the stall");
        NS_TEST_EXPECT_MSG_LT(cell.server.GetReceivedAt().GetSeconds(), 75, "soon after it");
        NS_TEST_EXPECT_MSG_EQ(cell.server.log, "OM", "nobody was given up");
        if (m_kind == DATAGRAM)
        {
            // Timeouts 1, 2, 4, 8, 16, 32 s after one another, one fragment each.
            NS_TEST_EXPECT_MSG_LT_OR_EQ(cell.GetClientDatagrams()->GetNRetransmitted(),
                                        6,
                                        "the queue is not flooded");
            NS_TEST_EXPECT_MSG_EQ(cell.GetServerDatagrams()->GetNDuplicates(),
                                  cell.GetClientDatagrams()->GetNRetransmitted(),
                                  "all of them in vain");
        }
    }

    TransportKind m_kind; //!< the transport
};

/// Many clients at once, on one shared medium.
class ManyTest : public TestCase
{
  public:
    /// @param kind the transport
    explicit ManyTest(TransportKind kind)
        : TestCase("200 clients at once over " + NameOf(kind)),
          m_kind(kind)
    {
    }

  private:
    void DoRun() override
    {
        const uint32_t n = 200;
        RngSeedManager::SetSeed(1);
        NodeContainer nodes(n + 1);
        InternetStackHelper().Install(nodes);
        SimpleNetDeviceHelper link;
        link.SetDeviceAttribute("DataRate", StringValue("100Mbps"));
        link.SetChannelAttribute("Delay", TimeValue(MilliSeconds(1)));
        const auto interfaces =
            Ipv4AddressHelper("10.1.0.0", "255.255.0.0").Assign(link.Install(nodes));
        const Address address = InetSocketAddress(interfaces.GetAddress(0), PORT);
        InitializeAll(nodes);

        auto serverTransport = MakeTransport(m_kind);
        auto clientTransport = MakeTransport(m_kind);
        Recorder server;
        std::vector<Recorder> clients(n);
        const auto model = std::make_shared<const Payload>(Noise(3512));
        // The server knows each by what it put into the session's context.
        std::vector<uint32_t> counts(n);
        server.onMessage = [&](Ptr<Session> session, Message& message) {
            if (message.header.type == MessageType::HELLO)
            {
                session->SetContext(&counts[message.header.sender]);
                Message work;
                work.header.type = MessageType::WORK;
                work.prefix = Noise(150, message.header.sender);
                work.payload = model;
                session->Send(work);
            }
            else
            {
                ++*static_cast<uint32_t*>(session->GetContext());
            }
        };
        serverTransport->Listen(nodes.Get(0), address, server);
        for (uint32_t i = 0; i < n; ++i)
        {
            clients[i].onMessage = [i](Ptr<Session> session, Message& message) {
                auto update = MakeMessage(1, 3512);
                update.header.sender = i;
                update.prefix = message.prefix;
                session->Send(update);
            };
            Message hello;
            hello.header.type = MessageType::HELLO;
            hello.header.sender = i;
            clientTransport->Connect(nodes.Get(i + 1), address, clients[i])->Send(hello);
        }
        Simulator::Stop(Seconds(100));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(server.sessions.size(), n, "all came");
        NS_TEST_EXPECT_MSG_EQ(server.messages.size(), 2 * n, "all answered");
        for (uint32_t i = 0; i < n; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(counts[i], 1, "once each");
            NS_TEST_EXPECT_MSG_EQ(clients[i].messages.size(), 1, "one model each");
            NS_TEST_EXPECT_MSG_EQ((clients[i].GetMessage(0).prefix == Noise(150, i)),
                                  true,
                                  "its own");
        }
        NS_TEST_EXPECT_MSG_EQ(model.use_count(), 1, "the model was shared, and is held no more");
        server.sessions.clear();
        for (auto& client : clients)
        {
            client.sessions.clear();
        }
        serverTransport->Dispose();
        clientTransport->Dispose();
        Simulator::Destroy();
    }

    TransportKind m_kind; //!< the transport
};

/// The suite.
class FlTransportTestSuite : public TestSuite
{
  public:
    FlTransportTestSuite()
        : TestSuite("fl-transport", TestSuite::Type::UNIT)
    {
        for (TransportKind kind : {TCP, DATAGRAM})
        {
            AddTestCase(new SizesTest(kind));
            AddTestCase(new MisuseTest(kind));
            AddTestCase(new StallTest(kind));
            AddTestCase(new ManyTest(kind));
        }
    }
};

FlTransportTestSuite g_flTransportTestSuite; ///< registers the suite

} // namespace
