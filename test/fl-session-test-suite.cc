/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"
#include "fl-test-transport-case.h"

#include "ns3/double.h"
#include "ns3/fl-datagram-transport.h"
#include "ns3/fl-round-plan.h"
#include "ns3/propagation-loss-model.h"

/**
 * @file
 * @ingroup fl
 * Sessions that end, and devices that come back: resets that overtake what waits, that get lost,
 * connections that stand at one end only; timeouts that follow the plan; who is waited for.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Drops packets above a size while it is told to: what waits for a grant that does not come.
class LargeDropper : public ErrorModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::LargeDropper").SetParent<ErrorModel>();
        return tid;
    }

    uint32_t mostBytes{UINT32_MAX}; //!< larger ones are dropped

  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        return packet->GetSize() > mostBytes;
    }

    void DoReset() override
    {
    }
};

/// Large packets do not get through to a device any more, small ones do: when the server gives it
/// up, it knows at once, connects again, and is given the next round's order.
class AbortTestCase : public TransportTestCase
{
  public:
    explicit AbortTestCase(const std::string& transport)
        : TransportTestCase("an abort does not wait for data that waits", transport)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double BLOCK_S = 0.5;
        constexpr double ROUND_S = 1; // of computation
        // By datagrams small packets overtake and are acknowledged: the device is never silent.
        constexpr double STALL_S = 25;
        const double giveUpS = m_transport == TRANSPORTS[0] ? 4 : STALL_S + 1;
        FederationSetup setup = MakeSetup();
        setup.rounds = 30;
        setup.model = "mlp:200"; // 8 kB: segments of full size
        setup.profile = ComputingFor(ROUND_S);
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
            helper.SetClientAttribute("KeepAlive", TimeValue(Time(0)));
            helper.SetServerAttribute("StallTimeout", TimeValue(Seconds(STALL_S)));
        };
        TestFederation run(setup);
        auto dropper = CreateObject<LargeDropper>();
        DynamicCast<SimpleNetDevice>(run.netDevices.Get(2))->SetReceiveErrorModel(dropper);
        Simulator::Schedule(Seconds(BLOCK_S), [&dropper] { dropper->mostBytes = 128; });
        // Its order of the second round does not arrive; 3 to 4 periods of silence, or STALL_S and
        // a period, then 1 s until it connects again.
        const double backS = BLOCK_S + ROUND_S + giveUpS + 1 + 0.5;
        uint32_t joined = 0;
        Simulator::Schedule(Seconds(backS), [&] { joined = run.Count("joined 1"); });
        run.Run(backS + 0.1);
        NS_TEST_EXPECT_MSG_EQ(run.Count("left 1"), 1, "given up once");
        NS_TEST_EXPECT_MSG_EQ(joined, 2, "and there again");
    }
};

/// Large packets do not get through from a device any more, small ones do: it answers, and so is
/// not silent, but its update does not come. It is given up, and is back when the radio is better.
/// That it computed for longer than that before does no harm.
class StallTestCase : public TransportTestCase
{
  public:
    explicit StallTestCase(const std::string& transport)
        : TransportTestCase("an update does not come, though its device answers", transport)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double PERIOD_S = 1;
        // By datagrams twice InitialRto.
        const double limitS = m_transport == TRANSPORTS[0] ? 5 : 20;
        constexpr double COMPUTE_S = 30;
        constexpr double BETTER_S = 60;
        FederationSetup setup = MakeSetup();
        setup.rounds = 2;
        setup.devices = 1;
        setup.model = "mlp:200"; // 8 kB: packets of full size
        setup.profile = ComputingFor(COMPUTE_S);
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(PERIOD_S)));
            helper.SetServerAttribute("StallTimeout", TimeValue(Seconds(5)));
        };
        TestFederation run(setup);
        auto dropper = CreateObject<LargeDropper>();
        dropper->mostBytes = 128;
        DynamicCast<SimpleNetDevice>(run.netDevices.Get(0))->SetReceiveErrorModel(dropper);
        Simulator::Schedule(Seconds(BETTER_S), [&dropper] { dropper->mostBytes = UINT32_MAX; });
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "the rounds go on");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(1, 0), "lost", "its update did not come");
        // It has answered at the latest two periods before it was ready; the server looks once per
        // period. Half a second is more than all transfers take.
        const double lostS = run.GetRound(1).endS - run.GetRound(1).startS;
        NS_TEST_EXPECT_MSG_GT(lostS, COMPUTE_S - 2 * PERIOD_S + limitS, "not before that");
        NS_TEST_EXPECT_MSG_LT(lostS, COMPUTE_S + limitS + PERIOD_S + 0.5, "but soon");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 0), "merged", "there again");
    }
};

/// The reset that ends a session gets lost with everything else. The client, which waits for work,
/// finds out when it asks.
class LostResetTestCase : public TransportTestCase
{
  public:
    explicit LostResetTestCase(const std::string& transport)
        : TransportTestCase("a reset gets lost", transport)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double CUT_S = 1.5;
        constexpr double BACK_S = 10; // the server gave up at 7 s at the latest
        FederationSetup setup = MakeSetup();
        setup.rounds = 150;
        setup.profile = ComputingFor(1);
        setup.configure = [](FederationHelper& helper) {
            helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(1)));
        };
        TestFederation run(setup);
        // It has no order in the second round; that of the third does not arrive.
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            std::vector<RoundShare> shares;
            for (const auto device : AvailableDevices(state))
            {
                if (device != 1 || state.round != 2)
                {
                    shares.push_back({device, 1e9});
                }
            }
            return MakeRoundPlan(state, shares);
        };
        run.federation.coordinator->SetOptimizer(optimizer);
        run.CutBetween(1, CUT_S, BACK_S);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 150, "all rounds ended, and so did the run");
        NS_TEST_EXPECT_MSG_EQ(run.Count("left 1"), 1, "given up");
        double backS = 0;
        for (size_t i = 0; i < run.log.size(); ++i)
        {
            backS = run.log[i] == "joined 1" ? run.logS[i] : backS;
        }
        // Asks when 30 s are over, looked at every 30 s; the answer is a reset; 1 s to connect.
        NS_TEST_EXPECT_MSG_GT(backS, BACK_S, "there again");
        NS_TEST_EXPECT_MSG_LT(backS, 60 + 1 + 0.5, "soon");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(150, 1), "merged", "until the end");
    }
};

/// No gain between the base station, at the origin, and devices for some time.
class FadeLossModel : public PropagationLossModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::FadeLossModel")
                                .SetParent<PropagationLossModel>()
                                .AddConstructor<FadeLossModel>();
        return tid;
    }

    static constexpr double UPLINK_END_S = 50;    //!< when that up is over [s]
    static constexpr double DOWNLINK_END_S = 150; //!< when that down is over [s]

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> from,
                         Ptr<MobilityModel>) const override
    {
        const bool isDown = from->GetPosition().x == 0;
        const Time end = Seconds(isDown ? DOWNLINK_END_S : UPLINK_END_S);
        return txPowerDbm - (Simulator::Now() < end ? 1000 : 100);
    }

    int64_t DoAssignStreams(int64_t) override
    {
        return 0;
    }
};

NS_OBJECT_ENSURE_REGISTERED(FadeLossModel);

/// A client's first five SYNs arrive at once, after a fade, and the sixth at 93 s, while nothing
/// goes down: the answers wait on the control channel. When they arrive, the connection stands at
/// both ends.
class ManySynsTestCase : public TestCase
{
  public:
    ManySynsTestCase()
        : TestCase("answers to SYNs arrive after a fade")
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.devices = 1;
        setup.rounds = 1;
        setup.distanceM = 100;
        setup.radio.AddPropagationLoss("ns3::fl::test::FadeLossModel");
        setup.configure = [](FederationHelper& helper) {
            helper.SetClientAttribute("KeepAlive", TimeValue(Time(0)));
        };
        TestFederation run(setup);
        run.Run(FadeLossModel::DOWNLINK_END_S + 50);
        NS_TEST_ASSERT_MSG_EQ(run.Count("joined 0"), 1, "its HELLO is answered");
        NS_TEST_EXPECT_MSG_LT(run.GetRound(1).startS, FadeLossModel::DOWNLINK_END_S + 1, "at once");
    }
};

/// Transfers of 40 s each way, by datagrams: nothing is sent twice.
class SlowTransferTestCase : public TestCase
{
  public:
    SlowTransferTestCase()
        : TestCase("timeouts of datagrams follow the plan")
    {
    }

  private:
    void DoRun() override
    {
        // Three fragments, of which only the last one asks for an acknowledgement.
        FederationSetup setup;
        setup.transport = TRANSPORTS[1];
        setup.devices = 1;
        setup.rounds = 2;
        setup.statedBytes = 3500;
        setup.distanceM = 100;
        // Both bands, 80 % of them for control, at some 20 bit/s/Hz.
        for (const std::string name : {"UplinkBandwidth", "DownlinkBandwidth"})
        {
            setup.radio.SetChannelAttribute(name, DoubleValue(200));
        }
        setup.radio.SetChannelAttribute("ControlShare", DoubleValue(0.8));
        setup.radio.SetChannelAttribute("ControlMinRate", DoubleValue(1));
        setup.radio.SetChannelAttribute("MinRate", DoubleValue(1));
        TestFederation run(setup);
        run.Run(1000);
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "all rounds ended");
        const auto* work = run.Find(2, 0);
        NS_TEST_EXPECT_MSG_GT(work->measured.downloadS, 20, "slow indeed");
        NS_TEST_EXPECT_MSG_GT(work->measured.uploadS, 20, "slow indeed");
        const auto transport =
            DynamicCast<DatagramTransport>(run.federation.server->GetTransport());
        NS_TEST_EXPECT_MSG_EQ(transport->GetNRetransmitted(), 0, "nothing twice, downwards");
        NS_TEST_EXPECT_MSG_EQ(transport->GetNDuplicates(), 0, "nor upwards");
    }
};

/// One bit of the samples on their way down is flipped: the order is refused, not carried out with
/// the device's own samples.
class DamagedSamplesTestCase : public TransportTestCase
{
  public:
    explicit DamagedSamplesTestCase(const std::string& transport)
        : TransportTestCase("a bit of samples is flipped", transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup = MakeSetup();
        TestFederation run(setup);
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [](const SystemState& state) {
            auto plan = MakeRoundPlan(state, {{0, 1e9}, {1, 1e9}, {2, 1e9}});
            for (auto& order : plan.orders)
            {
                order.samples = 10;
                order.samplesSent = true;
            }
            return plan;
        };
        run.federation.coordinator->SetOptimizer(optimizer);
        // The first packet of some size has the samples, 10 of 25 bytes; over TCP an order and its
        // model of 84 bytes follow in the same segment, less than 300 bytes in all.
        const auto flipper = run.Flip(1 + 2, 0);
        flipper->fromEnd = m_transport == TRANSPORTS[0] ? 300 : 1;
        run.Run();
        ExpectRefusedOnce(run, flipper, 2);
        NS_TEST_ASSERT_MSG_EQ(run.clientDropped.size(), 2, "traced");
        NS_TEST_EXPECT_MSG_EQ(run.clientDropped.at(0),
                              std::string(ToString(WireError::BAD_PAYLOAD_CRC)),
                              "by its checksum");
        NS_TEST_EXPECT_MSG_EQ(run.clientDropped.at(1),
                              "WORK whose samples did not come, or were damaged",
                              "and the order with it");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "an ABORT is no misdeed");
    }
};

/// A device that does not come does not hold up the first round.
class AbsentTestCase : public TransportTestCase
{
  public:
    explicit AbsentTestCase(const std::string& transport)
        : TransportTestCase("the first round begins with those who come", transport)
    {
    }

  private:
    void DoRun() override
    {
        constexpr double GAP_S = 4; // default
        FederationSetup setup = MakeSetup();
        TestFederation run(setup);
        run.Cut(1);
        run.Run(30);
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_GT(run.GetRound(1).startS, GAP_S, "waits for others");
        NS_TEST_EXPECT_MSG_LT(run.GetRound(1).startS, GAP_S + 0.5, "not for long");
        NS_TEST_EXPECT_MSG_EQ(run.GetRound(1).received, 2, "those who came");
    }
};

/// All cases.
class FlSessionTestSuite : public TestSuite
{
  public:
    FlSessionTestSuite()
        : TestSuite("fl-session", TestSuite::Type::UNIT)
    {
        for (const auto& transport : TRANSPORTS)
        {
            AddTestCase(new LostResetTestCase(transport));
            AddTestCase(new DamagedSamplesTestCase(transport));
            AddTestCase(new AbsentTestCase(transport));
            AddTestCase(new AbortTestCase(transport));
            AddTestCase(new StallTestCase(transport));
        }
        AddTestCase(new ManySynsTestCase);
        AddTestCase(new SlowTransferTestCase);
    }
};

FlSessionTestSuite g_flSessionTestSuite; ///< registers the suite

} // namespace
