/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/config.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-phys.h"
#include "ns3/mobility-model.h"
#include "ns3/nstime.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/test.h"

#include <map>
#include <string>

/**
 * @file
 * @ingroup fl
 * A device is out of reach for longer than anybody waits for it, over FDMA and, where this build
 * has it, LTE: it is lost, and takes part again when it is back.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// One PHY and transport.
class ReturnTestCase : public TestCase
{
  public:
    /**
     * @param phy as in `--phy`
     * @param transport as in `--transport`
     */
    ReturnTestCase(const std::string& phy, const std::string& transport)
        : TestCase("out of reach and back, over " + phy + " by " + transport),
          m_phy(phy),
          m_transport(transport)
    {
    }

  private:
    static constexpr DeviceId LEAVER = 1; //!< the device that is out of reach for some time
    static constexpr double LEAVE_S = 3;  //!< after the start [s]
    static constexpr double RETURN_S = LEAVE_S + 25; //!< after the start [s]

    /// @return options of rounds of one second and little more
    Options MakeOptions() const
    {
        Options options;
        options.phy = m_phy;
        options.transport = m_transport;
        options.optimizer = "equal";
        options.devices = 2;
        options.rounds = 65;
        options.payloadBits = 28100;
        options.radius = 20;
        options.out = "none";
        // 500 samples, 200 times, at 2 GHz.
        options.minCycles = options.maxCycles = 2e4;
        options.localIterations = 200;
        return options;
    }

    void DoRun() override
    {
        // Lost after 6 to 8 s; asks after 4 s to 8 s, and is sure 4 s later.
        Config::SetDefault("ns3::fl::Server::KeepAlive", StringValue("2s"));
        Config::SetDefault("ns3::fl::Client::KeepAlive", StringValue("4s"));
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        const Options options = MakeOptions();
        const LearningData data = LoadData(options);
        CellRun cell(options, data);
        Config::Reset();
        std::map<uint32_t, WorkStatus> statuses; // of its orders, by round
        cell.GetFederation().coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>([&statuses](const RoundRecord& record) {
                for (const auto& work : record.ended)
                {
                    if (work.order.device == LEAVER)
                    {
                        statuses[record.round] = work.measured.status;
                    }
                }
            }));
        const auto mobility = cell.GetDevices().Get(LEAVER)->GetObject<MobilityModel>();
        const Vector home = mobility->GetPosition();
        const Time start = cell.GetRadio().GetStartTime();
        constexpr double FAR_M = 80000;
        Simulator::Schedule(start + Seconds(LEAVE_S),
                            &MobilityModel::SetPosition,
                            mobility,
                            Vector(FAR_M, 0, 0));
        Simulator::Schedule(start + Seconds(RETURN_S), &MobilityModel::SetPosition, mobility, home);
        Simulator::Run();
        uint32_t lost = 0;
        for (const auto& [round, status] : statuses)
        {
            lost += status == WorkStatus::LOST;
        }
        NS_TEST_EXPECT_MSG_EQ(lost, 1, "the order that it had");
        NS_TEST_EXPECT_MSG_LT(statuses.size(), 60, "rounds went on without it");
        NS_TEST_ASSERT_MSG_EQ(statuses.count(options.rounds), 1, "it has an order again");
        NS_TEST_EXPECT_MSG_EQ((statuses[options.rounds] == WorkStatus::MERGED), true, "and back");
    }

    std::string m_phy;       //!< as in `--phy`
    std::string m_transport; //!< as in `--transport`
};

/// The suite.
class ReturnTestSuite : public TestSuite
{
  public:
    ReturnTestSuite()
        : TestSuite("fl-return", TestSuite::Type::UNIT)
    {
        for (const auto& phy : AvailablePhys())
        {
            if (phy == "wifi")
            {
                // Not yet: frames for a station out of reach keep those for others waiting, so that
                // no round ends before it is back (doc/fl.rst, "Wi-Fi").
                continue;
            }
            for (const std::string transport : {"tcp", "datagram"})
            {
                AddTestCase(new ReturnTestCase(phy, transport));
            }
        }
    }
};

ReturnTestSuite g_returnTestSuite; //!< registers itself

} // namespace
