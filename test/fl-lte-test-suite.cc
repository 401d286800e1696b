/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-empty-models.h"

#include "ns3/config.h"
#include "ns3/epc-ue-nas.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-lte-radio-control.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/lte-radio-bearer-info.h"
#include "ns3/lte-rlc.h"
#include "ns3/lte-ue-rrc.h"
#include "ns3/object-map.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <functional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * LTE: rounds of learning, over both transports.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What is known of a run.
struct LteRun
{
    std::vector<RoundRecord> rounds; //!< all of them
    std::string reason;              //!< why it ended
    std::vector<double> dataJ;       //!< radiated on data, by device [J]
};

/// Whole rounds.
class LteRoundTestCase : public TestCase
{
  public:
    LteRoundTestCase()
        : TestCase(
              "rounds of learning over LTE: predicted, measured, accounted for, the same again")
    {
    }

  private:
    static Options MakeOptions(const std::string& transport)
    {
        Options options;
        options.phy = "lte";
        options.devices = 4;
        options.rounds = 2;
        options.payloadBits = 200000;
        options.transport = transport;
        options.out = "none";
        options.radius = 150;
        return options;
    }

    static LteRun Run(const Options& options, std::function<void(CellRun&)> prepare = {})
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        LteRun run;
        const LearningData data = LoadData(options);
        CellRun cell(options, data);
        const auto coordinator = cell.GetFederation().coordinator;
        coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [&run](const RoundRecord& record) { run.rounds.push_back(record); }));
        coordinator->TraceConnectWithoutContext(
            "Finished",
            MakeFlCallback<void, const std::string&>(
                [&run](const std::string& reason) { run.reason = reason; }));
        if (prepare)
        {
            prepare(cell);
        }
        Simulator::Run();
        const auto control = DynamicCast<LteRadioControl>(cell.GetRadio().GetRadioControl());
        for (DeviceId i = 0; i < options.devices; ++i)
        {
            run.dataJ.push_back(control->GetDataEnergyJ(i));
        }
        return run;
    }

    void DoRun() override
    {
        for (const std::string transport : {"datagram", "tcp"})
        {
            Rounds(transport);
        }
        OutOfCoverage();
        LeavesInMidRound();
        DetachesInMidRound();
        Stalls();
        Tiny();
        Empty();
    }

    void Rounds(const std::string& transport)
    {
        const auto options = MakeOptions(transport);
        const auto run = Run(options);
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, transport << ": rounds");
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.received, 4, "all updates");
            for (const auto& work : round.ended)
            {
                // Strong signals at 150 m: no repetitions. What the model does not know is some
                // milliseconds at the end, and acknowledgements that share the blocks.
                const double predicted = work.predicted.uploadS;
                NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.uploadS,
                                          predicted,
                                          0.1 * predicted,
                                          transport << ": upload of " << work.order.device);
                NS_TEST_EXPECT_MSG_GT(work.measured.circuitEnergyJ, 0, "circuits");
                // Each transport block of 200 kbit and headers was radiated once, as predicted;
                // acknowledgements and sounding come on top.
                NS_TEST_EXPECT_MSG_GT(work.measured.radioEnergyJ,
                                      0.97 * work.predicted.radioEnergyJ,
                                      "radiated");
                NS_TEST_EXPECT_MSG_LT(work.measured.radioEnergyJ,
                                      1.5 * work.predicted.radioEnergyJ,
                                      "radiated");
            }
        }
        const auto again = Run(options);
        NS_TEST_ASSERT_MSG_EQ(again.rounds.size(), 2, "again");
        NS_TEST_EXPECT_MSG_EQ(again.rounds[1].endS, run.rounds[1].endS, "the same");
        NS_TEST_EXPECT_MSG_EQ((again.dataJ == run.dataJ), true, "the same energy");
    }

    void OutOfCoverage()
    {
        Config::SetDefault("ns3::fl::SyncCoordinator::JoinTimeout", TimeValue(Seconds(0.5)));
        const auto run = Run(MakeOptions("tcp"), [](CellRun& cell) {
            cell.GetDevices().Get(2)->GetObject<MobilityModel>()->SetPosition({80000, 0, 0});
        });
        Config::Reset();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "rounds go on");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 3, "of those in reach");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].unselected.size(), 1, "one sits out");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].unselected[0], 2, "the one out of reach");
    }

    /// Something happens to device 1 in mid-round, and the deadline ends the round.
    void LosesDevice1(const std::string& what,
                      double timeS,
                      const std::function<void(CellRun&)>& happen)
    {
        Config::SetDefault("ns3::fl::SyncCoordinator::RoundDeadline", TimeValue(Seconds(0.4)));
        auto options = MakeOptions("tcp");
        options.payloadBits = 500000;
        options.rounds = 1;
        const auto run = Run(options, [&](CellRun& cell) {
            Simulator::Schedule(Seconds(timeS), [&cell, &happen]() { happen(cell); });
        });
        Config::Reset();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 1, what << ": the deadline ends the round");
        const auto& round = run.rounds[0];
        NS_TEST_EXPECT_MSG_EQ_TOL(round.endS - round.startS, 0.4, 1e-9, what << ": at it");
        NS_TEST_EXPECT_MSG_EQ((round.startS < timeS && round.endS > timeS),
                              true,
                              what << ": in mid-round, which began at " << round.startS);
        NS_TEST_EXPECT_MSG_EQ(round.received, 3, what << ": updates of the others");
        NS_TEST_ASSERT_MSG_EQ(round.ended.size(), 4, what << ": all are accounted for");
        for (const auto& work : round.ended)
        {
            const auto expected =
                work.order.device == 1 ? WorkStatus::DEADLINE : WorkStatus::MERGED;
            NS_TEST_EXPECT_MSG_EQ((work.measured.status == expected),
                                  true,
                                  what << ": outcome of " << work.order.device << ": "
                                       << ToString(work.measured.status));
        }
    }

    void LeavesInMidRound()
    {
        LosesDevice1("out of reach", 0.35, [](CellRun& cell) {
            cell.GetDevices().Get(1)->GetObject<MobilityModel>()->SetPosition({80000, 0, 0});
        });
    }

    void DetachesInMidRound()
    {
        LosesDevice1("detached", 0.35, [](CellRun& cell) {
            DynamicCast<LteRadioControl>(cell.GetRadio().GetRadioControl())
                ->GetDevice(1)
                ->GetNas()
                ->Disconnect();
        });
    }

    /// RLC takes no more packets: what it has is sent, and then nothing. That must be before TCP
    /// has handed over the whole update.
    void Stalls()
    {
        uint32_t stalled = 0;
        LosesDevice1("stalled", 0.3, [&stalled](CellRun& cell) {
            ObjectMapValue bearers;
            DynamicCast<LteRadioControl>(cell.GetRadio().GetRadioControl())
                ->GetDevice(1)
                ->GetRrc()
                ->GetAttribute("DataRadioBearerMap", bearers);
            for (auto it = bearers.Begin(); it != bearers.End(); ++it)
            {
                DynamicCast<LteDataRadioBearerInfo>(it->second)
                    ->m_rlc->SetAttribute("MaxTxBufferSize", UintegerValue(1));
                ++stalled;
            }
        });
        NS_TEST_EXPECT_MSG_EQ(stalled, 1, "a bearer");
    }

    void Empty()
    {
        const auto rounds = RunEmptyModels(MakeOptions("tcp"));
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

    void Tiny()
    {
        auto options = MakeOptions("datagram");
        options.payloadBits = 8;
        const auto run = Run(options);
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 2, "a byte arrives too");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 4, "from all");
    }
};

/// The suite.
class FlLteTestSuite : public TestSuite
{
  public:
    FlLteTestSuite()
        : TestSuite("fl-lte", TestSuite::Type::UNIT)
    {
        AddTestCase(new LteRoundTestCase);
    }
};

FlLteTestSuite g_flLteTestSuite; ///< registers the suite

} // namespace
