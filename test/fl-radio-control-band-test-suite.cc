/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-radio.h"

/**
 * @file
 * @ingroup fl
 * The FDMA cell's control channel, and its broadcasts.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// The control channel: who, in which order, how fast.
class ControlBandTestCase : public RadioTestCase
{
  public:
    ControlBandTestCase()
        : RadioTestCase("the control channel reaches devices without a grant")
    {
    }

  private:
    void DoRun() override
    {
        // At most ControlMaxBytes, 128; larger ones wait.
        TestCell cell(2, DISTANCE_M);
        std::vector<Arrival> up;
        std::vector<Arrival> down;
        TestCell::Record(cell.Station(), up);
        TestCell::Record(cell.Device(1), down);
        cell.Send(0, Direction::UPLINK, 1, 129);
        for (const uint32_t i : {0, 1, 0, 1})
        {
            cell.Send(i, Direction::UPLINK, 1, 128 - i);
        }
        cell.Send(1, Direction::DOWNLINK, 2, 100);
        Simulator::Run();

        const double upBps =
            cell.RateBps(0, Direction::UPLINK, 20e6 * 0.05, cell.Device(0)->GetControlTxPowerW());
        NS_TEST_ASSERT_MSG_EQ(up.size(), 4, "small ones arrive, and only those");
        double bytes = 0;
        for (uint32_t k = 0; k < 4; ++k)
        {
            bytes += 128 - k % 2 + HEADER_BYTES;
            NS_TEST_EXPECT_MSG_EQ(up[k].size, 128 - k % 2, "first come, first served");
            NS_TEST_EXPECT_MSG_EQ_TOL(up[k].timeS,
                                      bytes * 8 / upBps + DELAY_S,
                                      6 * ROUNDING_S,
                                      "one after the other");
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(cell.control->GetControlEnergyJ(0),
                                  cell.Device(0)->GetControlTxPowerW() * 2 * (128 + HEADER_BYTES) *
                                      8 / upBps,
                                  cell.Device(0)->GetControlTxPowerW() * 3 * ROUNDING_S,
                                  "control energy is power times airtime");
        NS_TEST_EXPECT_MSG_EQ(cell.control->GetRadiatedEnergyJ(0),
                              cell.control->GetControlEnergyJ(0),
                              "and is all that was radiated");

        // The base station's density: 1 W over the 19 MHz that are planned.
        const double downBps = cell.RateBps(1, Direction::DOWNLINK, 1e6, 1.0 / 19);
        NS_TEST_ASSERT_MSG_EQ(down.size(), 2, "downlink");
        NS_TEST_EXPECT_MSG_EQ_TOL(down[1].timeS,
                                  2 * (100 + HEADER_BYTES) * 8 / downBps + DELAY_S,
                                  4 * ROUNDING_S,
                                  "downlink");
    }
};

/// A device out of reach does not block the control channel, and loses nothing.
class ControlFadeTestCase : public RadioTestCase
{
  public:
    ControlFadeTestCase()
        : RadioTestCase("a bad link does not block the control channel")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(3, DISTANCE_M);
        const auto loss = CreateObject<SwitchableLossModel>();
        const uint32_t first = cell.devices.Get(0)->GetId();
        loss->SetLossDb(cell.station.Get(0)->GetId(), 90.5);
        loss->SetLossDb(first, 200);
        // A rate between ControlMinRate and what a frame in MinSegment needs: SNR 10^(3.55 - 5.4)
        // gives 1e6 * log2(1 + 10^-1.85) = 20.2 kbit/s, and 142 bytes 56 ms.
        loss->SetLossDb(cell.devices.Get(1)->GetId(), 54);
        cell.channel->SetPropagationLoss(loss);
        const double weakBps = cell.RateBps(1, Direction::UPLINK, 1e6, std::pow(10, -1.8));
        NS_TEST_ASSERT_MSG_EQ_TOL(weakBps, 20.2e3, 100, "as derived");
        std::vector<Arrival> up;
        TestCell::Record(cell.Station(), up);
        for (const uint32_t i : {0, 1, 2})
        {
            cell.Send(i, Direction::UPLINK, 1, 128);
        }
        Simulator::Schedule(Seconds(3), [&] { loss->SetLossDb(first, 0); });
        Simulator::Stop(Seconds(4));
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(up.size(), 3, "all arrive");
        NS_TEST_EXPECT_MSG_EQ(up[0].from, cell.Device(2)->GetAddress(), "the good link first");
        NS_TEST_EXPECT_MSG_LT(up[0].timeS, 0.0112, "after one segment of the weak one");
        NS_TEST_EXPECT_MSG_EQ(up[1].from, cell.Device(1)->GetAddress(), "then the weak one");
        const double goodS = 142 * 8 / cell.RateBps(2, Direction::UPLINK, 1e6, std::pow(10, -1.8));
        NS_TEST_EXPECT_MSG_EQ_TOL(up[1].timeS,
                                  142 * 8 / weakBps + goodS + DELAY_S,
                                  10 * ROUNDING_S,
                                  "which takes its time in all, and waits once");
        NS_TEST_EXPECT_MSG_EQ(up[2].from, cell.Device(0)->GetAddress(), "the bad one at last");
        NS_TEST_EXPECT_MSG_LT(up[2].timeS, 3.011, "within RetryInterval");
    }
};

/// Broadcasts of the base station reach all that can be reached, at the lowest rate.
class BroadcastTestCase : public RadioTestCase
{
  public:
    BroadcastTestCase()
        : RadioTestCase("broadcasts")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(3, DISTANCE_M);
        cell.devices.Get(1)->GetObject<MobilityModel>()->SetPosition(Vector(2 * DISTANCE_M, 0, 0));
        cell.devices.Get(2)->GetObject<MobilityModel>()->SetPosition(Vector(1e7, 0, 0));
        std::vector<Arrival> arrivals[3];
        for (uint32_t i = 0; i < 3; ++i)
        {
            TestCell::Record(cell.Device(i), arrivals[i]);
        }
        cell.Station()->Send(Create<Packet>(1000), cell.Station()->GetBroadcast(), RAW_PROTOCOL);
        Simulator::Run();
        const double rateBps = cell.RateBps(1, Direction::DOWNLINK, 1e6, 1.0 / 19);
        const double frameS = (1000 + HEADER_BYTES) * 8 / rateBps;
        for (uint32_t i = 0; i < 2; ++i)
        {
            NS_TEST_ASSERT_MSG_EQ(arrivals[i].size(), 1, "device " << i);
            NS_TEST_EXPECT_MSG_EQ_TOL(arrivals[i][0].timeS,
                                      frameS + (i + 1) * DELAY_S,
                                      3 * ROUNDING_S,
                                      "device " << i);
        }
        NS_TEST_EXPECT_MSG_EQ(arrivals[2].size(), 0, "too far");
        NS_TEST_EXPECT_MSG_EQ(cell.Device(2)->GetNRxDrops(), 1, "and counted");
    }
};

/// The suite.
class FlRadioControlBandTestSuite : public TestSuite
{
  public:
    FlRadioControlBandTestSuite()
        : TestSuite("fl-radio-control-band", TestSuite::Type::UNIT)
    {
        AddTestCase(new ControlBandTestCase);
        AddTestCase(new ControlFadeTestCase);
        AddTestCase(new BroadcastTestCase);
    }
};

FlRadioControlBandTestSuite g_flRadioControlBandTestSuite; ///< registers the suite

} // namespace
