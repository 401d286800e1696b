/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"
#include "fl-test-transport-case.h"

#include "ns3/fl-ns3-compat.h"

#include <chrono>

/**
 * @file
 * @ingroup fl
 * Federated learning with a server that stops, and starts again.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Stopped at any time and started again, it goes on from the last aggregated model, with the round
/// that was aborted, and finishes all rounds.
class RestartTestCase : public TransportTestCase
{
  public:
    explicit RestartTestCase(const std::string& transport)
        : TransportTestCase("the server stops at any time, and starts again", transport)
    {
    }

  private:
    void RunWith(double stopS, double pauseS)
    {
        FederationSetup setup = MakeSetup();
        TestFederation run(setup);
        Eigen::VectorXf before;
        uint32_t round = 0;
        uint32_t version = 0;
        const auto& coordinator = run.federation.coordinator;
        Simulator::Schedule(Seconds(stopS), [&] {
            run.federation.server->Stop();
            before = coordinator->GetParameters();
            round = run.GetOpenRound();
            version = coordinator->GetModelVersion();
        });
        Simulator::Schedule(Seconds(stopS + pauseS), [&] {
            run.federation.server->Start();
            NS_TEST_EXPECT_MSG_EQ(AreSame(coordinator->GetParameters(), before), true, "resumes");
            NS_TEST_EXPECT_MSG_EQ(run.GetOpenRound(), round, "with the same round");
            NS_TEST_EXPECT_MSG_EQ(coordinator->GetModelVersion(), version, "and version");
        });
        run.Run();

        const std::string when = Describe("stopped at ", stopS, " s for ", pauseS, " s");
        NS_TEST_EXPECT_MSG_EQ(run.finished.empty() ? "" : run.finished.back(),
                              "all rounds are done",
                              when);
        NS_TEST_EXPECT_MSG_EQ(coordinator->GetModelVersion(), 3, "three versions, " << when);
        uint32_t next = 1;
        uint32_t aborted = 0;
        for (const auto& record : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(record.round, next, "the same round again, " << when);
            next += !record.aborted;
            aborted += record.aborted;
            for (const auto& work : record.ended)
            {
                const auto status = work.measured.status;
                NS_TEST_EXPECT_MSG_EQ((status == WorkStatus::MERGED ||
                                       (record.aborted && status == WorkStatus::ABORTED)),
                                      true,
                                      ToString(status) << ", " << when);
                NS_TEST_EXPECT_MSG_EQ(std::signbit(work.measured.DurationS()), false, when);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(next, 4, "three rounds in all, " << when);
        NS_TEST_EXPECT_MSG_LT(aborted, 2, "one at most, " << when);
        // Clients try again each second; TCP's SYN after 3 s, where it was ignored.
        NS_TEST_EXPECT_MSG_LT(run.GetRound(3).endS, stopS + pauseS + 10, "at once, " << when);
        ExpectFedAvg(run);
        m_aborted += aborted;
    }

    void DoRun() override
    {
        // Three rounds take some 0.2 s, and joining 0.03 s; and when all is over.
        for (double stopS = 0.001; stopS < 0.25; stopS += 0.0107)
        {
            for (const double pauseS : {0.0, 0.3})
            {
                RunWith(stopS, pauseS);
                Simulator::Destroy();
            }
        }
        NS_TEST_EXPECT_MSG_GT(m_aborted, 15, "some of these were in mid-round");
    }

    uint32_t m_aborted{0}; //!< rounds
};

/// The server stops in mid-round: clients drop their training, which has hours to go.
class AbortTrainingTestCase : public TransportTestCase
{
  public:
    explicit AbortTrainingTestCase(const std::string& transport)
        : TransportTestCase("the server stops, and training with it", transport)
    {
    }

  private:
    void DoRun() override
    {
        const auto start = std::chrono::steady_clock::now();
        {
            FederationSetup setup = MakeSetup();
            setup.threads = 1;
            // Hours of training, which are 1 s or more of simulated time.
            setup.trainer.localIterations = 1000000000;
            setup.profile = [](DeviceProfile& profile, DeviceId) { profile.cyclesPerSample = 0.1; };
            TestFederation run(setup);
            Simulator::Schedule(Seconds(0.5), &Server::Stop, run.federation.server);
            run.Run(2);
            NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 1, "one record");
            NS_TEST_EXPECT_MSG_EQ(run.rounds[0].aborted, true, "aborted");
            NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 0, "nothing was merged");
            for (DeviceId device = 0; device < 3; ++device)
            {
                const auto& work = run.rounds[0].ended.at(device);
                NS_TEST_EXPECT_MSG_EQ(ToString(work.measured.status), std::string("aborted"), "");
                // From then to the next client it is milliseconds; 0.1 W.
                NS_TEST_EXPECT_MSG_EQ_TOL(run.federation.clients[device]->GetComputeEnergyJ(),
                                          0.1 * work.measured.computeS,
                                          0.1 * 0.1,
                                          "no longer computed");
            }
            NS_TEST_EXPECT_MSG_EQ(run.Count("aborted"), 3, "clients aborted");
            NS_TEST_EXPECT_MSG_EQ(run.finished.at(0), "the server stopped in round 1", "why");
        }
        // The pool waits for its jobs when it is destroyed.
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        NS_TEST_EXPECT_MSG_LT(elapsed.count(), 60, "no training goes on");
    }
};

/// Who listens to a trace may stop the server, or a client, there and then.
class StopFromTraceTestCase : public TransportTestCase
{
  public:
    explicit StopFromTraceTestCase(const std::string& transport)
        : TransportTestCase("stopped from within a trace", transport)
    {
    }

  private:
    /// Stop the server when something is traced for the fourth time, and start it 1 s later.
    void StopServer(TestFederation& run)
    {
        if (++m_count == 4)
        {
            run.federation.server->Stop();
            Simulator::Schedule(Seconds(1), &Server::Start, run.federation.server);
        }
    }

    void StopServerAt(const std::string& trace)
    {
        FederationSetup setup = MakeSetup();
        setup.rounds = 5;
        TestFederation run(setup);
        m_count = 0;
        const auto& coordinator = run.federation.coordinator;
        if (trace == "RoundBegin")
        {
            coordinator->TraceConnectWithoutContext(
                trace,
                MakeFlCallback<void, const SystemState&, const Plan&, const Outcome&>(
                    [&](const SystemState&, const Plan&, const Outcome&) { StopServer(run); }));
        }
        else if (trace == "RoundEnd")
        {
            coordinator->TraceConnectWithoutContext(
                trace,
                MakeFlCallback<void, const RoundRecord&>(
                    [&](const RoundRecord&) { StopServer(run); }));
        }
        else if (trace == "Aggregated")
        {
            coordinator->TraceConnectWithoutContext(
                trace,
                MakeFlCallback<void, uint32_t, uint32_t, uint32_t>(
                    [&](uint32_t, uint32_t, uint32_t) { StopServer(run); }));
        }
        else
        {
            run.federation.server->TraceConnectWithoutContext(
                trace,
                MakeFlCallback<void, DeviceId, uint32_t, uint32_t>(
                    [&](DeviceId, uint32_t, uint32_t) { StopServer(run); }));
        }
        run.Run();
        NS_TEST_EXPECT_MSG_EQ(run.finished.empty() ? "" : run.finished.back(),
                              "all rounds are done",
                              trace);
        NS_TEST_EXPECT_MSG_EQ(coordinator->GetModelVersion(), 5, trace);
        for (uint32_t round = 1; round <= 5; ++round)
        {
            NS_TEST_EXPECT_MSG_EQ(run.GetRound(round).received, 3, trace << " round " << round);
        }
        ExpectFedAvg(run);
    }

    void LeaveAt(const std::string& trace)
    {
        FederationSetup setup = MakeSetup();
        setup.rounds = 5;
        TestFederation run(setup);
        // Not a Ptr: the client would hold itself.
        Client* const client = PeekPointer(run.federation.clients[1]);
        client->TraceConnectWithoutContext(trace,
                                           MakeFlCallback<void, DeviceId, const WorkOrder&>(
                                               [client](DeviceId, const WorkOrder& order) {
                                                   if (order.round == 2)
                                                   {
                                                       client->SetAvailable(false);
                                                   }
                                               }));
        // And one that is called after it.
        client->TraceConnectWithoutContext(
            trace,
            MakeFlCallback<void, DeviceId, const WorkOrder&>(
                [this](DeviceId device, const WorkOrder& order) {
                    NS_TEST_EXPECT_MSG_EQ(device, order.device, "the order is still there");
                }));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 5, trace);
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, 1), "lost", trace);
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 2, trace);
        NS_TEST_EXPECT_MSG_EQ(run.rounds[2].selected, 2, trace);
        ExpectFedAvg(run);
    }

    void DoRun() override
    {
        for (const std::string trace :
             {"RoundBegin", "RoundEnd", "Aggregated", "ModelSent", "UpdateReceived"})
        {
            StopServerAt(trace);
            Simulator::Destroy();
        }
        for (const std::string trace :
             {"WorkReceived", "ComputeBegin", "ComputeEnd", "UploadBegin"})
        {
            LeaveAt(trace);
            Simulator::Destroy();
        }
    }

    uint32_t m_count{0}; //!< how often it was traced
};

/// The suite.
class FlFailureStopTestSuite : public TestSuite
{
  public:
    FlFailureStopTestSuite()
        : TestSuite("fl-failure-stop", TestSuite::Type::UNIT)
    {
        for (const auto& transport : TRANSPORTS)
        {
            AddTestCase(new RestartTestCase(transport));
            AddTestCase(new AbortTrainingTestCase(transport));
            AddTestCase(new StopFromTraceTestCase(transport));
        }
    }
};

FlFailureStopTestSuite g_flFailureStopTestSuite; ///< registers the suite

} // namespace
