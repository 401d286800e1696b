/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-air-watch.h"
#include "fl-test-refusal.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/constant-position-mobility-model.h"
#include "ns3/fl-lte-cell-radio.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-options.h"
#include "ns3/mobility-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/trace-fading-loss-model.h"
#include "ns3/udp-socket-factory.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <vector>

/**
 * @file
 * @ingroup fl
 * LTE: what is on the air against the plan: blocks and powers, turns, fading from a trace, plans
 * that are refused.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

constexpr double BLOCK_HZ = 180e3;

/// An LTE cell with devices that have something to send all the time.
class AirCell
{
  public:
    /**
     * @param devices how many, some 30 m apart
     * @param bandwidthHz of the cell
     */
    explicit AirCell(uint32_t devices, double bandwidthHz = 20e6)
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        m_options.phy = "lte";
        m_options.devices = devices;
        m_options.bandwidthHz = bandwidthHz;
        m_options.maxPowerDbm = 20;
        m_station.Create(1);
        m_nodes.Create(devices);
        MobilityHelper mobility;
        mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
        mobility.Install(m_station);
        mobility.Install(m_nodes);
        for (uint32_t i = 0; i < devices; ++i)
        {
            m_nodes.Get(i)->GetObject<MobilityModel>()->SetPosition({40.0 + 3 * i, 0, 0});
        }
        radio = std::make_unique<LteCellRadio>(m_options);
        radio->Install(m_station.Get(0), m_nodes);
        radio->AssignStreams(1);
        control = DynamicCast<LteRadioControl>(radio->GetRadioControl());
        m_watch.Watch(control, devices);
    }

    ~AirCell()
    {
        Simulator::Destroy();
    }

    /// Every device sends datagrams, more than it can, from `start` on.
    void Load(double start, std::vector<DeviceId> devices)
    {
        for (const auto device : devices)
        {
            const auto socket =
                Socket::CreateSocket(m_nodes.Get(device), UdpSocketFactory::GetTypeId());
            Simulator::Schedule(Seconds(start), &AirCell::Send, this, socket);
        }
    }

    /// Apply a plan of (device, blocks, power), side by side, at a time.
    void ApplyAt(double timeS, const std::vector<std::tuple<DeviceId, double, double>>& grants)
    {
        Simulator::Schedule(Seconds(timeS), [this, grants]() { control->Apply(MakePlan(grants)); });
    }

    static Plan MakePlan(const std::vector<std::tuple<DeviceId, double, double>>& grants)
    {
        Plan plan;
        double startHz = 0;
        for (const auto& [device, blocks, powerW] : grants)
        {
            WorkOrder order;
            order.device = device;
            Transfer transfer;
            transfer.payloadBits = 1e4;
            transfer.grant = Grant{0, Direction::UPLINK, startHz, blocks * BLOCK_HZ, powerW};
            order.phases.emplace_back(transfer);
            plan.orders.push_back(order);
            startHz += blocks * BLOCK_HZ;
        }
        return plan;
    }

    /// @return all data transmissions
    const std::vector<OnAir>& GetAir() const
    {
        return m_watch.air;
    }

    std::unique_ptr<LteCellRadio> radio; //!< the cell
    Ptr<LteRadioControl> control;        //!< its control

  private:
    void Send(Ptr<Socket> socket)
    {
        const auto to = radio->GetServerAddress(9);
        for (int i = 0; i < 3; ++i)
        {
            socket->SendTo(Create<Packet>(1000), 0, to);
        }
        Simulator::Schedule(MilliSeconds(1), &AirCell::Send, this, socket);
    }

    Options m_options;       //!< of the cell
    NodeContainer m_station; //!< one node
    NodeContainer m_nodes;   //!< by DeviceId
    LteAirWatch m_watch;     //!< on the air
};

/// Blocks and powers on the air are those of the plan, and change with it.
class LteAirTestCase : public TestCase
{
  public:
    LteAirTestCase()
        : TestCase("blocks and power on the air, in every subframe, are those of the plan")
    {
    }

  private:
    /// What a device should have.
    struct Expected
    {
        uint32_t first; //!< block
        uint32_t count; //!< blocks
        double powerW;  //!< [W]
    };

    static bool IsAs(const OnAir& sent, const Expected& expected)
    {
        return sent.IsAs(expected.first, expected.count, expected.powerW);
    }

    void DoRun() override
    {
        AirCell cell(5);
        cell.Load(0.2, {0, 1, 2, 3, 4});
        // 94 blocks can be planned. By hand, as in the test of rounding: 10, 20, 31, 8, 25.
        cell.ApplyAt(
            0.3001,
            {{0, 10.4, 0.01}, {1, 20.3, 0.02}, {2, 30.6, 0.03}, {3, 8, 0.04}, {4, 24.7, 0.05}});
        const Expected first[] = {{0, 10, 0.01},
                                  {10, 20, 0.02},
                                  {30, 31, 0.03},
                                  {61, 8, 0.04},
                                  {69, 25, 0.05}};
        // Another order, and device 4 has no grant any more.
        cell.ApplyAt(0.4, {{3, 50, 0.001}, {2, 1, 0.1}, {1, 20, 0.02}, {0, 23, 0.011}});
        const Expected second[] = {{71, 23, 0.011}, {51, 20, 0.02}, {50, 1, 0.1}, {0, 50, 0.001}};
        Simulator::Stop(Seconds(0.5));
        Simulator::Run();

        std::map<int64_t, std::set<uint32_t>> used;
        std::map<int64_t, uint32_t> sum;
        std::map<DeviceId, int64_t> firstOfSecond;
        uint32_t checked = 0;
        for (const auto& sent : cell.GetAir())
        {
            used[sent.subframe].insert(sent.blocks.begin(), sent.blocks.end());
            sum[sent.subframe] += static_cast<uint32_t>(sent.blocks.size());
            // From 7 ms after a plan, everything is as it says.
            const bool inFirst = sent.subframe >= 308 && sent.subframe < 400;
            const bool inSecond = sent.subframe >= 408;
            if (inFirst || (inSecond && sent.device < 4))
            {
                const auto& expected = inFirst ? first[sent.device] : second[sent.device];
                NS_TEST_ASSERT_MSG_EQ(IsAs(sent, expected),
                                      true,
                                      "device " << sent.device << " at " << sent.subframe
                                                << " ms: blocks from " << *sent.blocks.begin()
                                                << ", " << sent.blocks.size() << " of them, "
                                                << sent.powerW << " W");
                ++checked;
            }
            else if (sent.subframe >= 400 && sent.device < 4)
            {
                // In between it is one or the other, blocks and power together.
                const bool isOld = IsAs(sent, first[sent.device]);
                const bool isNew = IsAs(sent, second[sent.device]);
                NS_TEST_ASSERT_MSG_EQ((isOld || isNew), true, "a plan's blocks with its power");
                if (isNew && firstOfSecond.count(sent.device) == 0)
                {
                    firstOfSecond[sent.device] = sent.subframe;
                }
            }
            else if (inSecond)
            {
                // Without a grant it may use the upper six blocks only: nothing else idles.
                NS_TEST_ASSERT_MSG_GT(*sent.blocks.begin(), 93, "control blocks");
            }
        }
        for (const auto& [subframe, blocks] : used)
        {
            NS_TEST_ASSERT_MSG_EQ(blocks.size(), sum[subframe], "no block twice in " << subframe);
        }
        // 92 ms of five devices, 92 ms of four, each of which sends in every subframe.
        NS_TEST_EXPECT_MSG_EQ(checked, 5 * 92 + 4 * 92, "transmissions");
        NS_TEST_EXPECT_MSG_EQ(firstOfSecond.size(), 4, "all changed");
        for (const auto& [device, subframe] : firstOfSecond)
        {
            NS_TEST_EXPECT_MSG_EQ(subframe, firstOfSecond[0], "all at once");
        }
    }
};

/// More devices than blocks take turns.
class LteTurnsTestCase : public TestCase
{
  public:
    LteTurnsTestCase()
        : TestCase(
              "more devices than blocks take turns, in proportion; idle blocks are lent or not")
    {
    }

  private:
    void DoRun() override
    {
        Turns();
        Lending(true);
        Lending(false);
        LendingToOwners(false, {0}, 10);
        LendingToOwners(true, {0}, 30);
        LendingToOwners(true, {0, 1}, 10);
    }

    void Turns()
    {
        // 3 MHz: 15 blocks, 9 of them to be planned, 11 devices. The smallest are merged: 0.25 and
        // 0.25, then 0.5 and 0.5 (that pair is one of them), so that 7 quotas of 1 and these two
        // groups take one block each.
        AirCell cell(11, 3e6);
        std::vector<std::tuple<DeviceId, double, double>> grants;
        std::vector<DeviceId> all;
        const double quotas[] = {1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.25, 0.25};
        for (DeviceId i = 0; i < 11; ++i)
        {
            grants.emplace_back(i, quotas[i], 0.05);
            all.push_back(i);
        }
        cell.Load(0.3, all);
        cell.ApplyAt(0.4, grants);
        Simulator::Stop(Seconds(0.51));
        Simulator::Run();
        std::map<DeviceId, uint32_t> subframes;
        std::map<int64_t, std::set<uint32_t>> used;
        for (const auto& sent : cell.GetAir())
        {
            if (sent.subframe >= 410)
            {
                ++subframes[sent.device];
                NS_TEST_EXPECT_MSG_EQ(sent.blocks.size(), 1, "one block each");
                NS_TEST_EXPECT_MSG_EQ(used[sent.subframe].insert(*sent.blocks.begin()).second,
                                      true,
                                      "no block twice");
            }
        }
        for (DeviceId i = 0; i < 8; ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(subframes[i], 100, "its own block, in all of 100 subframes");
        }
        // In 100 subframes a turn may be cut at either end.
        NS_TEST_EXPECT_MSG_EQ_TOL(subframes[8], 50U, 1U, "half of the time");
        NS_TEST_EXPECT_MSG_EQ_TOL(subframes[9], 25U, 1U, "a quarter");
        NS_TEST_EXPECT_MSG_EQ_TOL(subframes[10], 25U, 1U, "a quarter");
    }

    /// Device 0 has 10 blocks and device 1 the 20 beside them, fewer than the load of either takes;
    /// those in `loaded` have data.
    void LendingToOwners(bool lends, const std::vector<DeviceId>& loaded, uint32_t widest)
    {
        Config::SetDefault("ns3::fl::LteFlScheduler::LendToOwners", BooleanValue(lends));
        {
            AirCell cell(2);
            cell.Load(0.2, loaded);
            cell.ApplyAt(0.3, {{0, 10, 0.05}, {1, 20, 0.05}});
            Simulator::Stop(Seconds(0.35));
            Simulator::Run();
            uint32_t most = 0;
            std::map<int64_t, std::set<uint32_t>> used;
            for (const auto& sent : cell.GetAir())
            {
                if (sent.subframe < 308)
                {
                    continue;
                }
                if (sent.device == 0)
                {
                    most = std::max(most, static_cast<uint32_t>(sent.blocks.size()));
                }
                for (const auto block : sent.blocks)
                {
                    NS_TEST_EXPECT_MSG_LT(block,
                                          30,
                                          "blocks outside the plan are not lent to owners");
                    NS_TEST_EXPECT_MSG_EQ(used[sent.subframe].insert(block).second,
                                          true,
                                          "no block twice");
                }
            }
            NS_TEST_EXPECT_MSG_EQ(most, widest, "blocks of device 0");
        }
        Config::Reset();
    }

    void Lending(bool lends)
    {
        Config::SetDefault("ns3::fl::LteFlScheduler::Lending", BooleanValue(lends));
        {
            AirCell cell(2);
            cell.Load(0.2, {1});
            cell.ApplyAt(0.3, {{0, 94, 0.05}});
            Simulator::Stop(Seconds(0.35));
            Simulator::Run();
            uint32_t most = 0;
            uint32_t lowest = 100;
            for (const auto& sent : cell.GetAir())
            {
                if (sent.subframe >= 308 && sent.device == 1)
                {
                    most = std::max(most, static_cast<uint32_t>(sent.blocks.size()));
                    lowest = std::min(lowest, *sent.blocks.begin());
                }
            }
            if (lends)
            {
                NS_TEST_EXPECT_MSG_EQ(lowest, 0, "a block that idles is lent");
            }
            else
            {
                NS_TEST_EXPECT_MSG_EQ(lowest, 94, "strict: the control blocks alone");
                NS_TEST_EXPECT_MSG_EQ(most, 6, "all of them");
            }
        }
        Config::Reset();
    }
};

/// ns-3's trace-based, frequency-selective fading.
class LteTraceFadingTestCase : public TestCase
{
  public:
    LteTraceFadingTestCase()
        : TestCase("fading from a trace lowers the MCS on the blocks that it fades, by attributes")
    {
    }

  private:
    static constexpr uint32_t BLOCKS = 100; //!< of 20 MHz
    static constexpr uint32_t SAMPLES = 10; //!< in time; all alike here

    /// The format of TraceFadingLossModel: a line per block, with its gains over time [dB].
    void WriteTrace(const std::string& file) const
    {
        std::ofstream out(file);
        for (uint32_t block = 0; block < BLOCKS; ++block)
        {
            for (uint32_t sample = 0; sample < SAMPLES; ++sample)
            {
                out << (block < 47 ? -20 : 0) << " ";
            }
            out << "\n";
        }
    }

    /// @return transport blocks of the two halves of the planned band [byte]
    static std::map<uint32_t, uint32_t> TransportBlocks()
    {
        std::map<uint32_t, uint32_t> bytes;
        AirCell cell(2);
        cell.Load(0.2, {0, 1});
        cell.ApplyAt(0.3, {{0, 47, 1e-4}, {1, 47, 1e-4}});
        cell.control->GetScheduler()->TraceConnectWithoutContext(
            "UplinkGrant",
            MakeFlCallback<void, uint16_t, uint32_t, uint32_t, uint8_t, uint32_t, bool>(
                [&bytes](uint16_t, uint32_t first, uint32_t, uint8_t, uint32_t size, bool) {
                    bytes[first] = size;
                }));
        // By then there is channel state of the planned blocks.
        Simulator::Stop(Seconds(0.4));
        Simulator::Run();
        return bytes;
    }

    void DoRun() override
    {
        auto flat = TransportBlocks();
        const std::string file = CreateTempDirFilename("fading.fad");
        WriteTrace(file);
        // All by attributes, as a user gives them on the command line of any example.
        Config::SetDefault("ns3::LteHelper::FadingModel", StringValue("ns3::TraceFadingLossModel"));
        Config::SetDefault("ns3::TraceFadingLossModel::TraceFilename", StringValue(file));
        Config::SetDefault("ns3::TraceFadingLossModel::RbNum", UintegerValue(BLOCKS));
        Config::SetDefault("ns3::TraceFadingLossModel::SamplesNum", UintegerValue(SAMPLES));
        auto faded = TransportBlocks();
        Config::Reset();
        NS_TEST_ASSERT_MSG_GT(flat[0], 0, "the lower half was granted");
        NS_TEST_ASSERT_MSG_GT(flat[47], 0, "the upper half was granted");
        // 20 dB are several steps of CQI wherever neither end of the table is near.
        NS_TEST_EXPECT_MSG_LT(faded[0], flat[0] / 1.5, "less where it fades");
        NS_TEST_EXPECT_MSG_EQ(faded[47], flat[47], "the same where it does not");
    }
};

/// Plans that are refused, and what is reported.
class LteControlTestCase : public TestCase
{
  public:
    LteControlTestCase()
        : TestCase("plans that do not fit are refused; gains are those of the loss models")
    {
    }

  private:
    void DoRun() override
    {
        AirCell cell(2);
        const auto refusal = [&](const std::vector<std::tuple<DeviceId, double, double>>& grants) {
            return RefusalOf([&] { cell.control->Apply(AirCell::MakePlan(grants)); });
        };
        const auto excess = [&](const std::vector<std::tuple<DeviceId, double, double>>& grants) {
            return RefusalOf<Infeasible>([&] { cell.control->Apply(AirCell::MakePlan(grants)); });
        };
        NS_TEST_EXPECT_MSG_EQ(excess({{0, 50, 0.01}, {1, 50, 0.01}}),
                              "uplink grants take 1.8e+07 Hz in all: 1.08e+06 Hz more than the "
                              "planned band of 1.692e+07 Hz",
                              "100 of 94 blocks");
        NS_TEST_EXPECT_MSG_EQ(excess({{1, 5, 0.2}}),
                              "device 1: uplink grant of 0.2 W: 0.1 W more than the device's "
                              "MaxTxPower of 0.1 W",
                              "power");
        NS_TEST_EXPECT_MSG_EQ(refusal({{7, 5, 0.1}}),
                              "device 7: not in the cell, which has 2 devices",
                              "unknown");
        auto plan = AirCell::MakePlan({{0, 10, 0.01}});
        plan.orders[0].phases.emplace_back(
            Transfer{0,
                     Direction::DOWNLINK,
                     1e4,
                     Grant{0, Direction::DOWNLINK, 0, 4 * BLOCK_HZ, 0.001}});
        NS_TEST_EXPECT_MSG_NE(RefusalOf([&] { cell.control->Apply(plan); })
                                  .find("since the LTE base station sends all blocks with the "
                                        "same power"),
                              std::string::npos,
                              "downlink power");

        SystemState state;
        cell.control->Report(state);
        NS_TEST_EXPECT_MSG_EQ_TOL(state.cells[0].uplinkBandwidthHz, 94 * BLOCK_HZ, 1e-3, "uplink");
        NS_TEST_EXPECT_MSG_EQ_TOL(state.cells[0].downlinkBandwidthHz,
                                  96 * BLOCK_HZ,
                                  1e-3,
                                  "downlink, less one group");
        // -174 dBm/Hz and ns-3's 5 dB of noise figure.
        NS_TEST_EXPECT_MSG_EQ_TOL(state.cells[0].noiseWPerHz, 1.2589e-20, 1e-24, "noise");
        // Shadowing has a deviation of 8 dB; 30 dB are never exceeded in this run.
        const double lossDb = 15.3 + 37.6 * std::log10(40);
        const double gainDb = 10 * std::log10(state.gains(0, 0, Direction::UPLINK));
        NS_TEST_EXPECT_MSG_EQ_TOL(gainDb, -lossDb, 30, "path loss and shadowing");
    }
};

/// The suite.
class FlLteAirTestSuite : public TestSuite
{
  public:
    FlLteAirTestSuite()
        : TestSuite("fl-lte-air", TestSuite::Type::UNIT)
    {
        AddTestCase(new LteAirTestCase);
        AddTestCase(new LteTurnsTestCase);
        AddTestCase(new LteTraceFadingTestCase);
        AddTestCase(new LteControlTestCase);
    }
};

FlLteAirTestSuite g_flLteAirTestSuite; ///< registers the suite

} // namespace
