/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-first-phases.h"
#include "fl-test-empty-models.h"
#include "fl-test-refusal.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-wifi-cell-radio.h"
#include "ns3/fl-wifi-compat.h"
#include "ns3/mobility-model.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-psdu.h"

#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Wi-Fi: what is on the air against the plan, rounds of learning, refusals.
 */

using namespace ns3;
using namespace ns3::fl;
using test::RefusalOf;

namespace
{

/// Whether a station's PPDU is an answer to a trigger.
bool
IsTriggered(const WifiTxVector& vector)
{
    return vector.GetPreambleType() == WIFI_PREAMBLE_HE_TB;
}

/**
 * What stations put on the air, from the traces of their PHYs and nothing else. It counts from the
 * first plan on.
 */
class AirWatch
{
  public:
    uint32_t triggered{0};         //!< trigger-based PPDUs
    uint32_t others{0};            //!< all other ones
    uint32_t together{0};          //!< trigger-based ones that began while another one was sent
    uint32_t overlaps{0};          //!< pairs of them on the air together, on a common tone
    uint32_t wrongPower{0};        //!< PPDUs of another power than planned
    std::set<double> powersW{};    //!< that were planned
    std::vector<double> radiatedJ; //!< by device

    /**
     * @param cell to listen to, from now on
     * @param options of the cell
     */
    void Watch(CellRun& cell, const Options& options)
    {
        const auto& radio = dynamic_cast<const WifiCellRadio&>(cell.GetRadio());
        m_maxTxPowerW = WattOfDbm(options.maxPowerDbm);
        radiatedJ.assign(options.devices, 0);
        for (DeviceId device = 0; device < options.devices; ++device)
        {
            // The access point's device comes first.
            // Not a Ptr: the PHY would hold itself.
            WifiPhy* const phy = PeekPointer(
                DynamicCast<WifiNetDevice>(radio.GetNetDevices().Get(device + 1))->GetPhy());
            phy->TraceConnectWithoutContext(
                "PhyTxPsduBegin",
                MakeFlCallback<void, WifiConstPsduMap, WifiTxVector, double>(
                    [this, device, phy](const WifiConstPsduMap& psdus,
                                        const WifiTxVector& vector,
                                        double powerW) {
                        Sent(device, phy, psdus, vector, powerW);
                    }));
        }
        cell.GetFederation().coordinator->TraceConnectWithoutContext(
            "RoundBegin",
            MakeFlCallback<void, const SystemState&, const Plan&, const Outcome&>(
                [this](const SystemState&, const Plan& plan, const Outcome&) { Planned(plan); }));
    }

  private:
    /// A PPDU on the air.
    struct OnAir
    {
        Time end;         //!< when it ends
        AnyRu::RuSpec ru; //!< where
    };

    void Planned(const Plan& plan)
    {
        // Who has no grant sends with all it has.
        m_plannedW.assign(radiatedJ.size(), m_maxTxPowerW);
        for (const auto& order : plan.orders)
        {
            m_plannedW[order.device] = FirstTransfer(order, Direction::UPLINK)->grant->txPowerW;
            powersW.insert(m_plannedW[order.device]);
        }
    }

    void Sent(DeviceId device,
              const WifiPhy* phy,
              const WifiConstPsduMap& psdus,
              const WifiTxVector& vector,
              double powerW)
    {
        const Time duration = WifiPhy::CalculateTxDuration(psdus, vector, phy->GetPhyBand());
        radiatedJ[device] += powerW * duration.GetSeconds();
        if (m_plannedW.empty())
        {
            return;
        }
        ++(IsTriggered(vector) ? triggered : others);
        // The plan's watts become ns-3's dBm and watts again: some round-offs of 1e-16 each.
        wrongPower += std::abs(powerW / m_plannedW[device] - 1) > 1e-12;
        if (!IsTriggered(vector))
        {
            return;
        }
        const auto ru = vector.GetRu(vector.GetHeMuUserInfoMap().begin()->first);
        bool company = false;
        for (const auto& [other, ppdu] : m_air)
        {
            const bool both = other != device && ppdu.end > Simulator::Now();
            company = company || both;
            overlaps += both && AnyRu::DoesOverlap(vector.GetChannelWidth(), ru, {ppdu.ru});
        }
        together += company;
        m_air[device] = {Simulator::Now() + duration, ru};
    }

    std::map<DeviceId, OnAir> m_air; //!< latest of each device
    std::vector<double> m_plannedW;  //!< by device, as of the present round
    double m_maxTxPowerW{0};         //!< of a device
};

/// What came of a run.
struct WifiRun
{
    std::vector<RoundRecord> rounds; //!< all of them
    AirWatch air;                    //!< by the stations' PHYs
    std::vector<double> radiatedJ;   //!< by device, as the radio control says
    double triggeredShare{0};        //!< of uplink bytes, as the radio control says
};

/// @return options of a small cell
Options
MakeOptions(const std::string& transport)
{
    Options options;
    options.phy = "wifi";
    options.devices = 4;
    options.rounds = 2;
    options.payloadBits = 200000;
    options.transport = transport;
    options.out = "none";
    options.radius = 20;
    return options;
}

/// Runs a cell, and listens to its stations' PHYs.
WifiRun
RunCell(const Options& options, const std::function<void(CellRun&)>& prepare = {})
{
    RngSeedManager::SetSeed(1);
    RngSeedManager::SetRun(1);
    WifiRun run;
    const LearningData data = LoadData(options);
    CellRun cell(options, data);
    run.air.Watch(cell, options);
    cell.GetFederation().coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>(
            [&run](const RoundRecord& record) { run.rounds.push_back(record); }));
    if (prepare)
    {
        prepare(cell);
    }
    Simulator::Run();
    const auto control = DynamicCast<WifiRadioControl>(cell.GetRadio().GetRadioControl());
    run.triggeredShare = control->GetUplinkBytes().TriggeredShare();
    for (DeviceId device = 0; device < options.devices; ++device)
    {
        run.radiatedJ.push_back(control->GetRadiatedEnergyJ(device));
    }
    return run;
}

/// Sends a device out of reach.
void
SendAway(Ptr<Node> node)
{
    node->GetObject<MobilityModel>()->SetPosition({80000, 0, 0});
}

/// Whole rounds, as planned.
class WifiRoundTestCase : public TestCase
{
  public:
    WifiRoundTestCase()
        : TestCase("rounds of learning over Wi-Fi: on the air as planned, the same again")
    {
    }

  private:
    void DoRun() override
    {
        for (const std::string transport : {"datagram", "tcp"})
        {
            Rounds(transport);
        }
        Turns();
        Contention();
        Empty();
    }

    void Empty()
    {
        const auto rounds = test::RunEmptyModels(MakeOptions("tcp"));
        NS_TEST_ASSERT_MSG_EQ(rounds.size(), 2, "rounds of 0 bits");
        for (const auto& round : rounds)
        {
            NS_TEST_ASSERT_MSG_EQ(round.received, 4, "0 bits from all");
            for (const auto& work : round.ended)
            {
                NS_TEST_EXPECT_MSG_EQ(work.measured.payloadBits, 0, "0 bits");
            }
        }
    }

    void Rounds(const std::string& transport)
    {
        auto options = MakeOptions(transport);
        options.minPowerDbm = 0;
        options.optimizer = "random";
        const auto run = RunCell(options);
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, transport << ": rounds");
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.received, 4, transport << ": all updates");
        }
        NS_TEST_EXPECT_MSG_GT(run.triggeredShare, 0.95, transport << ": bytes answering triggers");
        // 4 updates a round, of 25 kB; the checks below saw that they were sent at once.
        NS_TEST_EXPECT_MSG_GT(run.air.triggered, 8, transport << ": PPDUs that were checked");
        NS_TEST_EXPECT_MSG_GT(run.air.together, 3, transport << ": sent at the same time");
        NS_TEST_EXPECT_MSG_EQ(run.air.overlaps, 0, transport << ": no two on one tone");
        // Other ones are acknowledgements, sent with the same power.
        NS_TEST_EXPECT_MSG_GT(run.air.others, 3, transport << ": acknowledgements");
        NS_TEST_EXPECT_MSG_EQ(run.air.powersW.size(), 8, "a power for each device and round");
        NS_TEST_EXPECT_MSG_EQ(run.air.wrongPower, 0, transport << ": power as planned");
        for (DeviceId device = 0; device < options.devices; ++device)
        {
            // Sums of the same terms, in the same order.
            NS_TEST_EXPECT_MSG_EQ_TOL(run.radiatedJ[device],
                                      run.air.radiatedJ[device],
                                      1e-12 * run.air.radiatedJ[device],
                                      transport << ": radiated by " << device);
        }
        const auto again = RunCell(options);
        NS_TEST_ASSERT_MSG_EQ(again.rounds.size(), 2, transport << ": again");
        NS_TEST_EXPECT_MSG_EQ(again.rounds[1].endS, run.rounds[1].endS, transport << ": the same");
        NS_TEST_EXPECT_MSG_EQ((again.radiatedJ == run.radiatedJ), true, "the same energy");
    }

    /// More devices than the 9 RUs of 20 MHz, and updates of one byte.
    void Turns()
    {
        auto options = MakeOptions("datagram");
        options.devices = 12;
        options.payloadBits = 8;
        const auto run = RunCell(options);
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "rounds of 12");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 12, "from all");
        NS_TEST_EXPECT_MSG_GT(run.triggeredShare, 0.95, "bytes of 12 answering triggers");
        NS_TEST_EXPECT_MSG_GT(run.air.together, 3, "several in a turn");
        NS_TEST_EXPECT_MSG_EQ(run.air.overlaps, 0, "in turns");
        NS_TEST_EXPECT_MSG_EQ(run.air.wrongPower, 0, "power of 12 as planned");
    }

    /// The baseline: no triggers at all, the plan's power.
    void Contention()
    {
        Config::SetDefault("ns3::fl::WifiRadioControl::EnforcePlan", BooleanValue(false));
        auto options = MakeOptions("datagram");
        // With so many and so much, agreements that are only asked for under load can fail for
        // good.
        options.devices = 10;
        options.payloadBits = 1e6;
        options.radius = 50;
        const auto run = RunCell(options);
        Config::Reset();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "rounds without triggers");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 10, "all joined");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 10, "all contended");
        NS_TEST_EXPECT_MSG_EQ(run.triggeredShare, 0, "no byte answers a trigger");
        NS_TEST_EXPECT_MSG_EQ(run.air.triggered, 0, "no PPDU does");
        NS_TEST_EXPECT_MSG_EQ(run.air.wrongPower, 0, "power as planned, contending");
    }
};

/// What goes wrong.
class WifiFailureTestCase : public TestCase
{
  public:
    WifiFailureTestCase()
        : TestCase("over Wi-Fi: stations out of reach, plans and channels that do not fit")
    {
    }

  private:
    void DoRun() override
    {
        OutOfReach();
        LeavesInMidRound();
        Refusals();
    }

    void OutOfReach()
    {
        Config::SetDefault("ns3::fl::SyncCoordinator::JoinTimeout", TimeValue(Seconds(1)));
        const auto run =
            RunCell(MakeOptions("tcp"), [](CellRun& cell) { SendAway(cell.GetDevices().Get(2)); });
        Config::Reset();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "rounds go on");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 3, "of those in reach");
        NS_TEST_ASSERT_MSG_EQ(run.rounds[0].unselected.size(), 1, "one sits out");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].unselected[0], 2, "the one out of reach");
    }

    void LeavesInMidRound()
    {
        Config::SetDefault("ns3::fl::SyncCoordinator::RoundDeadline", TimeValue(Seconds(2)));
        auto options = MakeOptions("datagram");
        options.rounds = 1;
        options.payloadBits = 500000;
        const auto run = RunCell(options, [](CellRun& cell) {
            const Time leave = cell.GetRadio().GetStartTime() + MilliSeconds(20);
            Simulator::Schedule(leave, &SendAway, cell.GetDevices().Get(1));
        });
        Config::Reset();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 1, "the deadline ends the round");
        const auto& round = run.rounds[0];
        NS_TEST_EXPECT_MSG_EQ_TOL(round.endS - round.startS, 2, 1e-9, "at the deadline");
        NS_TEST_EXPECT_MSG_EQ(round.received, 3, "of the others");
        NS_TEST_ASSERT_MSG_EQ(round.ended.size(), 4, "all are accounted for");
        for (const auto& work : round.ended)
        {
            const auto expected =
                work.order.device == 1 ? WorkStatus::DEADLINE : WorkStatus::MERGED;
            NS_TEST_EXPECT_MSG_EQ((work.measured.status == expected),
                                  true,
                                  "outcome of " << work.order.device << ": "
                                                << ToString(work.measured.status));
        }
    }

    void Refusals()
    {
        auto options = MakeOptions("tcp");
        options.bandwidthHz = 30e6;
        const LearningData data = LoadData(options);
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { CellRun cell(options, data); }),
            "--bandwidth=3e+07: must be 20e6, 40e6, 80e6 or 160e6 with --phy=wifi",
            "width");
        options.bandwidthHz = 20e6;
        CellRun cell(options, data);
        const auto apply = [&](DeviceId device, double bandwidthHz, double powerW) {
            Transfer transfer;
            transfer.direction = Direction::UPLINK;
            transfer.grant = Grant{0, Direction::UPLINK, 0, bandwidthHz, powerW};
            WorkOrder order;
            order.device = device;
            order.phases.emplace_back(transfer);
            Plan plan;
            plan.orders.push_back(order);
            cell.GetRadio().GetRadioControl()->Apply(plan);
        };
        const auto refusal = [&](DeviceId device, double bandwidthHz, double powerW) {
            return RefusalOf([&] { apply(device, bandwidthHz, powerW); });
        };
        const auto excess = [&](DeviceId device, double bandwidthHz, double powerW) {
            return RefusalOf<Infeasible>([&] { apply(device, bandwidthHz, powerW); });
        };
        // 242 tones of 78.125 kHz are 18.90625 MHz.
        NS_TEST_EXPECT_MSG_EQ(excess(0, 20e6, 1e-3),
                              "uplink grants take 2e+07 Hz in all: 1.09375e+06 Hz more than the "
                              "planned band of 1.89062e+07 Hz",
                              "band");
        NS_TEST_EXPECT_MSG_NE(excess(1, 1e6, 1e3).find("more than the device's MaxTxPower"),
                              std::string::npos,
                              "power");
        NS_TEST_EXPECT_MSG_EQ(refusal(7, 1e6, 1e-3),
                              "device 7: not in the cell, which has 4 devices",
                              "unknown");
        NS_TEST_EXPECT_MSG_EQ(refusal(0, 18.90625e6, 1e-3), "accepted", "all of the band");
    }
};

/// The suite.
class WifiTestSuite : public TestSuite
{
  public:
    WifiTestSuite()
        : TestSuite("fl-wifi", TestSuite::Type::UNIT)
    {
        AddTestCase(new WifiRoundTestCase);
        AddTestCase(new WifiFailureTestCase);
    }
};

WifiTestSuite g_wifiTestSuite; //!< registers itself

} // namespace
