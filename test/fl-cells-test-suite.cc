/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-cell.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-sinr-rate.h"

#include <algorithm>
#include <cmath>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Several FDMA cells: interference in the air, in plans and in predictions.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// The formula of SinrRateBps() against numbers computed by other means.
class SinrRateTestCase : public TestCase
{
  public:
    SinrRateTestCase()
        : TestCase("the rate of a band that others overlap in part")
    {
    }

  private:
    /// @return a received emission of the same gain everywhere
    static ReceivedEmission Flat(double startHz, double bandwidthHz, double txPowerW, double gain)
    {
        return {{startHz, bandwidthHz, txPowerW}, [gain](uint32_t) { return gain; }};
    }

    void DoRun() override
    {
        constexpr double N0 = 1e-9;
        const auto signal = Flat(10, 20, 4, 1e-3);
        NS_TEST_EXPECT_MSG_EQ(SinrRateBps(signal, {}, N0),
                              ShannonRateBps(20, 4, 1e-3, N0),
                              "alone it is Shannon's, to the last bit");
        NS_TEST_EXPECT_MSG_EQ(SinrRateBps(signal, {Flat(30, 5, 9, 1), Flat(0, 10, 9, 1)}, N0),
                              ShannonRateBps(20, 4, 1e-3, N0),
                              "neighbours do not disturb");
        const double all = 20 * std::log2(1 + 4e-3 / 20 / (N0 + 2e-4 / 40));
        NS_TEST_EXPECT_MSG_EQ_TOL(SinrRateBps(signal, {Flat(0, 40, 2, 1e-4)}, N0),
                                  all,
                                  1e-12 * all,
                                  "one over all of it");
        // 10 to 15 Hz: A; 15 to 20: A and B; 20 to 30: B.
        const double s = 4e-3 / 20;
        const double a = 1e-4 / 20;
        const double b = 3e-4 / 30;
        const double pieces = 5 * std::log2(1 + s / (N0 + a)) +
                              5 * std::log2(1 + s / (N0 + a + b)) +
                              10 * std::log2(1 + s / (N0 + b));
        NS_TEST_EXPECT_MSG_EQ_TOL(
            SinrRateBps(signal, {Flat(0, 20, 1, 1e-4), Flat(15, 30, 3, 1e-4)}, N0),
            pieces,
            1e-12 * pieces,
            "two over parts");
        const ReceivedEmission faded{{10, 20, 4},
                                     [](uint32_t i) { return i == 0 ? 1e-3 : 5e-4 * i; }};
        double bySub = 0;
        for (const double gain : {5e-4, 1e-3}) // sub-channels 1 and 2 of 10 Hz
        {
            bySub += 10 * std::log2(1 + gain * 4 / 20 / N0);
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(SinrRateBps(faded, {}, N0, {10, 0}),
                                  bySub,
                                  1e-12 * bySub,
                                  "sub-channels fade by themselves");
        NS_TEST_EXPECT_MSG_EQ(SinrRateBps(Flat(0, 0, 1, 1), {}, N0), 0, "no band");
        NS_TEST_EXPECT_MSG_EQ(SinrRateBps(Flat(0, 1, 0, 1), {}, N0), 0, "no power");
    }
};

/// Cells in a row, 400 m apart, whose devices are all between them.
struct TestCells
{
    NodeContainer stations;                //!< by cell
    NodeContainer devices;                 //!< by DeviceId
    std::vector<NetDeviceContainer> cells; //!< net devices by cell
    Ptr<FdmaMedium> medium;                //!< what they share
    Ptr<FdmaCellsControl> control;         //!< their control

    /**
     * @param nCells number of cells
     * @param nDevices number of devices
     * @param withFading whether sub-channels of 1 MHz fade
     */
    TestCells(uint32_t nCells, uint32_t nDevices, bool withFading = false)
    {
        stations.Create(nCells);
        devices.Create(nDevices);
        MobilityHelper mobility;
        mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
        mobility.Install(stations);
        mobility.Install(devices);
        for (uint32_t i = 0; i < nCells; ++i)
        {
            stations.Get(i)->GetObject<MobilityModel>()->SetPosition(Vector(400.0 * i, 0, 0));
        }
        for (uint32_t i = 0; i < nDevices; ++i)
        {
            devices.Get(i)->GetObject<MobilityModel>()->SetPosition(Vector(130 + 90.0 * i, 40, 0));
        }
        medium = CreateObject<FdmaMedium>();
        if (withFading)
        {
            const auto fading = CreateObject<BlockFadingLossModel>();
            fading->SetAttribute("CoherenceTime", TimeValue(Seconds(1000)));
            fading->AssignStreams(77);
            medium->SetFading(fading);
            medium->SetSubChannelHz(1e6);
        }
        FdmaHelper helper;
        cells = helper.InstallCells(stations, devices, medium);
        control = helper.GetCellsControl();
    }

    /// @return a device's radio in a cell
    Ptr<FdmaNetDevice> Device(uint32_t cell, DeviceId device) const
    {
        return DynamicCast<FdmaNetDevice>(cells[cell].Get(1 + device));
    }

    /// @return a base station's radio
    Ptr<FdmaNetDevice> Station(uint32_t cell) const
    {
        return DynamicCast<FdmaNetDevice>(cells[cell].Get(0));
    }

    /// @return a cell's channel
    Ptr<FdmaChannel> Channel(uint32_t cell) const
    {
        return control->GetCell(cell)->GetChannel();
    }

    /// Send frames of 1500 bytes.
    void Send(uint32_t cell, DeviceId device, Direction direction, uint32_t frames) const
    {
        const auto from = direction == Direction::UPLINK ? Device(cell, device) : Station(cell);
        const auto to = direction == Direction::UPLINK ? Station(cell) : Device(cell, device);
        for (uint32_t i = 0; i < frames; ++i)
        {
            from->Send(Create<Packet>(1500), to->GetAddress(), RAW_PROTOCOL);
        }
    }

    /// @return power gain from a device to a station by the path loss
    double Gain(uint32_t cell, DeviceId device) const
    {
        return Channel(cell)->GetGain(device, Direction::UPLINK);
    }
};

constexpr double FRAME_BITS = 8 * (1500 + HEADER_BYTES); //!< of a full frame [bit]

/// @return an uplink grant
Grant
Up(uint32_t cell, double startHz, double bandwidthHz, double txPowerW)
{
    return {cell, Direction::UPLINK, startHz, bandwidthHz, txPowerW};
}

/// A test of cells.
class CellsTestCase : public TestCase
{
  public:
    using TestCase::TestCase;

  protected:
    void DoTeardown() override
    {
        Simulator::Destroy();
    }

    /// @return rate of the formula [bit/s]
    static double Rate(const TestCells& cells,
                       uint32_t cell,
                       DeviceId device,
                       const Grant& grant,
                       double disturbanceW)
    {
        const double noiseW =
            cells.Channel(cell)->GetNoiseWPerHz() * grant.bandwidthHz + disturbanceW;
        return grant.bandwidthHz *
               std::log2(1 + grant.txPowerW * cells.Gain(cell, device) / noiseW);
    }
};

/// An interferer that begins, changes its power, and ends in the middle of another's frames.
class SettleTestCase : public CellsTestCase
{
  public:
    SettleTestCase()
        : CellsTestCase("rates follow the interference, whenever it changes")
    {
    }

  private:
    void DoRun() override
    {
        const TestCells cells(2, 2);
        constexpr uint32_t FRAMES = 400;
        std::vector<Arrival> arrivals;
        TestCell::Record(cells.Station(0), arrivals);
        const Grant mine = Up(0, 3e6, 1e6, 0.01);
        cells.Channel(0)->SetGrant(0, mine);
        cells.Send(0, 0, Direction::UPLINK, FRAMES);
        const auto disturb = [&](double watt) {
            cells.Channel(1)->SetGrant(1, Up(1, 2.5e6, 2e6, watt));
        };
        // The interferer always has something to send.
        cells.Send(1, 1, Direction::UPLINK, 900);
        const double changesS[] = {0.1, 0.2, 0.35};
        const double powersW[] = {0.02, 0.005, 0};
        for (uint32_t i = 0; i < 3; ++i)
        {
            Simulator::Schedule(Seconds(changesS[i]),
                                [&disturb, watt = powersW[i]] { disturb(watt); });
        }
        Simulator::Stop(Seconds(20));
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(arrivals.size(), FRAMES, "all arrived");

        // Bits that are sent until each change, then the rest.
        double bits = FRAMES * FRAME_BITS;
        double nowS = 0;
        double watt = 0;
        for (uint32_t i = 0; i < 3; ++i)
        {
            bits -= Rate(cells, 0, 0, mine, watt / 2 * cells.Gain(0, 1)) * (changesS[i] - nowS);
            nowS = changesS[i];
            watt = powersW[i];
        }
        NS_TEST_ASSERT_MSG_GT(bits, 0, "the last change is before the end");
        const double endS = nowS + bits / Rate(cells, 0, 0, mine, 0);
        const double delayS = cells.Channel(0)->GetDelay(0, Direction::UPLINK).GetSeconds();
        // Each frame, and each change, is rounded to a nanosecond.
        NS_TEST_EXPECT_MSG_EQ_TOL(arrivals.back().timeS,
                                  endS + delayS,
                                  (FRAMES + 10) * 1e-9,
                                  "last frame");
        const double energyJ = cells.Device(0, 0)->GetDataEnergyJ();
        NS_TEST_EXPECT_MSG_EQ_TOL(energyJ,
                                  mine.txPowerW * endS,
                                  mine.txPowerW * (FRAMES + 10) * 1e-9,
                                  "energy");
    }
};

/// Who does not overlap, is in the same cell, or sends the other way, does not disturb.
class NoInterferenceTestCase : public CellsTestCase
{
  public:
    NoInterferenceTestCase()
        : CellsTestCase("other bands, the same cell, and the downlink do not disturb")
    {
    }

  private:
    /// @return when the last frame of a device arrived [s]
    static double LastS(bool withOthers)
    {
        const TestCells cells(2, 3);
        std::vector<Arrival> arrivals;
        TestCell::Record(cells.Station(0), arrivals);
        cells.Channel(0)->SetGrant(0, Up(0, 0, 1e6, 0.01));
        cells.Send(0, 0, Direction::UPLINK, 50);
        if (withOthers)
        {
            cells.Channel(1)->SetGrant(1, Up(1, 1e6, 1e6, 0.01)); // next to it
            cells.Send(1, 1, Direction::UPLINK, 50);
            cells.Channel(1)->SetGrant(2, {1, Direction::DOWNLINK, 0, 1e6, 0.1});
            cells.Send(1, 2, Direction::DOWNLINK, 50);
            cells.Channel(0)->SetGrant(2, {0, Direction::DOWNLINK, 0, 1e6, 0.1});
            cells.Send(0, 2, Direction::DOWNLINK, 50);
        }
        Simulator::Stop(Seconds(20));
        Simulator::Run();
        double lastS = 0;
        for (const auto& arrival : arrivals)
        {
            if (arrival.from == cells.Device(0, 0)->GetAddress())
            {
                lastS = arrival.timeS;
            }
        }
        Simulator::Destroy();
        return lastS;
    }

    void DoRun() override
    {
        const double aloneS = LastS(false);
        NS_TEST_EXPECT_MSG_GT(aloneS, 0, "it arrived");
        NS_TEST_EXPECT_MSG_EQ(LastS(true), aloneS, "to the nanosecond");
    }
};

/// With one cell on a medium frames arrive when they do without.
class OneCellTestCase : public CellsTestCase
{
  public:
    OneCellTestCase()
        : CellsTestCase("a medium with one cell changes nothing")
    {
    }

  private:
    void DoRun() override
    {
        double lastS[2] = {0, 0};
        for (const bool shared : {false, true})
        {
            const TestCells cells(1, 2);
            if (!shared)
            {
                cells.Channel(0)->SetMedium(nullptr);
            }
            std::vector<Arrival> arrivals;
            TestCell::Record(cells.Station(0), arrivals);
            for (const DeviceId device : {0, 1})
            {
                cells.Channel(0)->SetGrant(device, Up(0, 1e6 * device, 1e6, 0.01));
                cells.Send(0, device, Direction::UPLINK, 40);
            }
            Simulator::Stop(Seconds(20));
            Simulator::Run();
            NS_TEST_EXPECT_MSG_EQ(arrivals.size(), 80, "all arrived");
            lastS[shared] = arrivals.back().timeS;
            Simulator::Destroy();
        }
        // Segments end at other times: one rounding each.
        NS_TEST_EXPECT_MSG_EQ_TOL(lastS[1], lastS[0], 100e-9, "the same time");
    }
};

/// A plan with one upload per order.
Plan
Uploads(const std::vector<std::pair<DeviceId, Grant>>& grants)
{
    Plan plan;
    for (const auto& [device, grant] : grants)
    {
        WorkOrder order;
        order.device = device;
        order.phases.emplace_back(Transfer{grant.cell, Direction::UPLINK, 1e6, grant});
        plan.orders.push_back(order);
    }
    return plan;
}

/// What the control of several cells takes and refuses.
class CellsControlTestCase : public CellsTestCase
{
  public:
    CellsControlTestCase()
        : CellsTestCase("plans for several cells: checked by cell, applied whole or not at all")
    {
    }

  private:
    void DoRun() override
    {
        const TestCells cells(2, 3);
        const auto widthOf = [&](uint32_t cell, DeviceId device) {
            return cells.Device(cell, device)->GetGrant(Direction::UPLINK).bandwidthHz;
        };
        cells.control->Apply(Uploads(
            {{0, Up(0, 0, 2e6, 0.01)}, {1, Up(1, 0, 3e6, 0.01)}, {2, Up(1, 3e6, 1e6, 0.01)}}));
        NS_TEST_EXPECT_MSG_EQ(widthOf(0, 0), 2e6, "cell 0");
        NS_TEST_EXPECT_MSG_EQ(widthOf(1, 1), 3e6, "cell 1, in the same place");
        NS_TEST_EXPECT_MSG_EQ(widthOf(1, 2), 1e6, "beside it");
        NS_TEST_EXPECT_MSG_EQ(widthOf(1, 0), 0, "device 0 has nothing there");

        const auto refused = [&](const Plan& plan) {
            return RefusalOf([&] { cells.control->Apply(plan); });
        };
        NS_TEST_EXPECT_MSG_EQ(
            refused(Uploads({{0, Up(0, 5e6, 1e6, 0.01)},
                             {1, Up(1, 0, 3e6, 0.01)},
                             {2, Up(1, 2e6, 2e6, 0.01)}})),
            "uplink grants of devices 1 and 2 overlap by 1e+06 Hz: sub-bands must be disjoint",
            "in one cell");
        NS_TEST_EXPECT_MSG_EQ(widthOf(0, 0), 2e6, "nor was cell 0 changed");
        NS_TEST_EXPECT_MSG_EQ(refused(Uploads({{0, Up(2, 0, 1e6, 0.01)}})),
                              "device 0: uplink transfer in cell 2: must be below 2",
                              "no such cell");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] {
                                  FdmaHelper other;
                                  NodeContainer one;
                                  one.Create(1);
                                  other.Install(cells.stations.Get(0), one);
                                  cells.control->Add(other.GetRadioControl());
                              }),
                              "cell 2: 1 devices: must have the 3 of the other cells",
                              "other devices");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([] { FdmaHelper().InstallCells({}, {}, CreateObject<FdmaMedium>()); }),
            "stations = 0: at least 1 cell is needed",
            "no cell");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { cells.medium->SetSubChannelHz(-1); }),
            "ns3::fl::FdmaMedium::SubChannelWidth = -1: must be finite and at least 0 Hz",
            "width");
    }
};

/// Gains of the state are those in the air, and predictions are right while all transmit.
class PredictionTestCase : public CellsTestCase
{
  public:
    PredictionTestCase()
        : CellsTestCase("gains and rates of plans are those in the air while all transmit")
    {
    }

  private:
    void DoRun() override
    {
        const TestCells cells(3, 6, true);
        std::vector<std::pair<DeviceId, Grant>> grants;
        for (DeviceId device = 0; device < 6; ++device)
        {
            // On sub-channels of 1 MHz, and the last two across two of them.
            const double startHz = device < 4 ? (device % 2) * 1e6 : 2.3e6;
            grants.emplace_back(device, Up(device % 3, startHz, 1e6, 0.01 + 0.001 * device));
        }
        std::swap(grants[3].second.startHz, grants[0].second.startHz);
        grants[3].second.startHz = 5e6;
        const Plan plan = Uploads(grants);
        SystemState state;
        state.profiles.resize(6);
        cells.control->Report(state);
        NS_TEST_EXPECT_MSG_EQ(state.cells.size(), 3, "cells");
        const auto model = cells.control->MakeRateModel(state, plan, TransportProfile());
        cells.control->Apply(plan);
        for (const auto& [device, grant] : grants)
        {
            cells.Send(grant.cell, device, Direction::UPLINK, 300);
        }
        bool differs = false;
        Simulator::Schedule(MilliSeconds(1), [&] {
            for (const auto& [device, grant] : grants)
            {
                const auto channel = cells.Channel(grant.cell);
                const double inAirBps =
                    channel->GetRateBps(device, grant, channel->GetGain(device, grant.direction));
                const double planBps = model->RateBps(state, device, grant);
                NS_TEST_EXPECT_MSG_EQ_TOL(planBps, inAirBps, 1e-12 * inAirBps, "rate");
                // Alone it would be faster.
                const double aloneBps =
                    cells.control
                        ->MakeRateModel(state, Uploads({{device, grant}}), TransportProfile())
                        ->RateBps(state, device, grant);
                NS_TEST_EXPECT_MSG_EQ((planBps <= aloneBps), true, "others only disturb");
                differs = differs || planBps < 0.9 * aloneBps;
            }
        });
        const auto fading = cells.medium->GetFading();
        for (DeviceId device = 0; device < 6; ++device)
        {
            for (uint32_t cell = 0; cell < 3; ++cell)
            {
                for (uint32_t i = 0; i < 19; ++i)
                {
                    const double gain = cells.Gain(cell, device) *
                                        fading->GetGain(cells.devices.Get(device)->GetId(),
                                                        cells.stations.Get(cell)->GetId(),
                                                        i);
                    NS_TEST_EXPECT_MSG_EQ(state.gains(device, cell, Direction::UPLINK, i),
                                          gain,
                                          "gain by device, cell and sub-channel");
                }
            }
        }
        Simulator::Stop(Seconds(0.002));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(differs, true, "interference matters here");
    }
};

/// Fading of sub-channels: independent, of mean 1, and number 0 as without sub-channels.
class SubChannelFadingTestCase : public CellsTestCase
{
  public:
    SubChannelFadingTestCase()
        : CellsTestCase("sub-channels fade independently")
    {
    }

  private:
    void DoRun() override
    {
        const auto fading = CreateObject<BlockFadingLossModel>();
        fading->AssignStreams(5);
        constexpr uint32_t LINKS = 20000;
        double sum = 0;
        double product = 0;
        for (uint32_t link = 0; link < LINKS; ++link)
        {
            const double first = fading->GetGain(link, 7, 1);
            const double second = fading->GetGain(link, 7, 2);
            NS_TEST_ASSERT_MSG_NE(first, second, "not the same");
            sum += first + second;
            product += (first - 1) * (second - 1);
        }
        // Exponential: mean 1, variance 1; five standard errors.
        NS_TEST_EXPECT_MSG_EQ_TOL(sum / (2 * LINKS), 1, 5 / std::sqrt(2.0 * LINKS), "mean");
        NS_TEST_EXPECT_MSG_EQ_TOL(product / LINKS, 0, 5 / std::sqrt(1.0 * LINKS), "correlation");
        NS_TEST_EXPECT_MSG_EQ(fading->GetGain(3, 4, 0), fading->GetGain(3, 4), "number 0");
    }
};

/// The suite.
class FlCellsTestSuite : public TestSuite
{
  public:
    FlCellsTestSuite()
        : TestSuite("fl-cells", TestSuite::Type::UNIT)
    {
        AddTestCase(new SinrRateTestCase);
        AddTestCase(new SettleTestCase);
        AddTestCase(new NoInterferenceTestCase);
        AddTestCase(new OneCellTestCase);
        AddTestCase(new CellsControlTestCase);
        AddTestCase(new PredictionTestCase);
        AddTestCase(new SubChannelFadingTestCase);
    }
};

FlCellsTestSuite g_flCellsTestSuite; ///< registers the suite

} // namespace
