/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"

#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-sample-codec.h"

#include <cmath>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/**
 * @file
 * @ingroup fl
 * Federated learning when nothing goes wrong: what is learned, and from what. Unless a test says
 * otherwise it runs over links of 10 Mbit/s and 2 ms.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/**
 * @param transport a TypeId
 * @return the last part of it
 */
std::string
ShortName(const std::string& transport)
{
    return transport.substr(transport.rfind(':') + 1);
}

/// The receiver rebuilds the model from the received bytes: what comes out is, bit for bit, what
/// FedAvg over Train() gives without any network, with parameters that went through the encoding.
class RebuildTestCase : public TestCase
{
  public:
    RebuildTestCase(const std::string& transport, Encoding encoding)
        : TestCase(Describe("models are rebuilt from ",
                            ToString(encoding),
                            " bytes, over ",
                            ShortName(transport))),
          m_transport(transport),
          m_encoding(encoding)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.transport = m_transport;
        setup.encoding = m_encoding;
        setup.model = "mlp:200"; // 2003 parameters: several segments
        TestFederation run(setup);
        run.Run();

        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.selected, 3, "all take part");
            NS_TEST_EXPECT_MSG_EQ(round.received, 3, "all updates were merged");
            NS_TEST_EXPECT_MSG_EQ(round.unselected.size(), 0, "nobody sits out");
        }
        NS_TEST_EXPECT_MSG_EQ(run.federation.coordinator->GetModelVersion(), 3, "three versions");
        NS_TEST_EXPECT_MSG_EQ(
            AreSame(run.federation.coordinator->GetParameters(), run.ExpectedParameters()),
            true,
            "the model is FedAvg's, bit for bit");
        const double bytes = m_encoding == Encoding::FLOAT32 ? 4 : 2;
        NS_TEST_EXPECT_MSG_EQ(run.Find(1, 0)->measured.payloadBits,
                              8 * bytes * 2003,
                              "size of an update");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "nothing was dropped");
        NS_TEST_EXPECT_MSG_EQ(run.finished.size(), 1, "it ends once");
        NS_TEST_EXPECT_MSG_EQ(run.finished.at(0), "all rounds are done", "why it ended");
    }

    std::string m_transport; //!< which
    Encoding m_encoding;     //!< which
};

/// Records and parameters are the same to the last bit with any number of threads, with SGD whose
/// shuffles are random too.
class ThreadsTestCase : public TestCase
{
  public:
    ThreadsTestCase()
        : TestCase("results do not depend on the number of threads")
    {
    }

  private:
    void DoRun() override
    {
        std::string first;
        for (const uint32_t threads : {0, 1, 2, 4})
        {
            FederationSetup setup;
            setup.devices = 5;
            setup.threads = threads;
            setup.model = "mlp:20";
            setup.trainer.method = TrainerOptions::Method::SGD;
            setup.trainer.batchSize = 4;
            setup.trainer.momentum = 0.9;
            setup.trainer.learningRate = 0.05;
            TestFederation run(setup);
            run.Run();
            const std::string dump = run.Dump();
            NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
            first = first.empty() ? dump : first;
            NS_TEST_EXPECT_MSG_EQ((dump == first), true, "the same with " << threads << " threads");
        }
        // That the dump would show a difference:
        FederationSetup setup;
        setup.devices = 5;
        setup.model = "mlp:20";
        TestFederation other(setup);
        other.Run();
        NS_TEST_EXPECT_MSG_EQ((other.Dump() == first), false, "other training, other records");
    }
};

/// What a message of samples holds is what the device trains on, in that round only.
class DataTestCase : public TestCase
{
  public:
    explicit DataTestCase(const std::string& transport)
        : TestCase("samples that were sent are trained on, over " + ShortName(transport)),
          m_transport(transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.transport = m_transport;
        TestFederation run(setup);
        const std::vector<uint32_t> sent{40, 3, 17, 8, 30};
        run.federation.coordinator->TraceConnectWithoutContext(
            "RoundBegin",
            MakeFlCallback<void, const SystemState&, const Plan&, const Outcome&>(
                [&](const SystemState& state, const Plan&, const Outcome&) {
                    auto& server = *run.federation.server;
                    if (state.round == 2)
                    {
                        auto samples =
                            std::make_shared<const Payload>(EncodeSamples(*run.task->train, sent));
                        NS_TEST_EXPECT_MSG_EQ(server.SendData(1, 0, 2, samples), true, "it can");
                        // Not for the round that it comes in:
                        server.SendData(2, 0, 7, samples);
                        // Of another kind:
                        const Dataset other(Eigen::MatrixXf::Zero(2, 1), {0}, 2, {1, 1, 2});
                        server.SendData(0,
                                        0,
                                        2,
                                        std::make_shared<const Payload>(EncodeSamples(other, {0})));
                        // And none at all:
                        server.SendData(0,
                                        0,
                                        2,
                                        std::make_shared<const Payload>(std::vector<uint8_t>(3)));
                    }
                }));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[1].received, 3, "all updates were merged");
        NS_TEST_EXPECT_MSG_EQ(run.Find(2, 1)->measured.samples, sent.size(), "so many samples");
        NS_TEST_EXPECT_MSG_EQ(run.clientDropped.size(), 2, "what was no such data was dropped");
        const auto expected = run.ExpectedParameters([&](uint32_t round, DeviceId device) {
            return round == 2 && device == 1 ? sent : run.parts[device];
        });
        NS_TEST_EXPECT_MSG_EQ(AreSame(run.federation.coordinator->GetParameters(), expected),
                              true,
                              "bit for bit as trained on these samples");
        NS_TEST_EXPECT_MSG_EQ(AreSame(run.ExpectedParameters(), expected),
                              false,
                              "which is not the same as on its own");
    }

    std::string m_transport; //!< which
};

/// A training that diverges, or whose result has no place in the encoding, is given up; the model
/// stays as it is, and no value that is not finite is reported.
class DivergeTestCase : public TestCase
{
  public:
    DivergeTestCase(Encoding encoding, double learningRate, const std::string& reason)
        : TestCase("training that fails: " + reason),
          m_encoding(encoding),
          m_learningRate(learningRate),
          m_reason(reason)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.encoding = m_encoding;
        setup.model = "mlp:20"; // a product of two layers overflows
        setup.trainer.learningRate = m_learningRate;
        TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "the rounds go on");
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.received, 0, "nothing to merge");
            NS_TEST_EXPECT_MSG_EQ(std::isfinite(round.loss), true, "loss");
            NS_TEST_EXPECT_MSG_EQ(std::isfinite(round.accuracy), true, "accuracy");
            NS_TEST_EXPECT_MSG_EQ(std::isfinite(round.energyJ), true, "energy");
            NS_TEST_ASSERT_MSG_EQ(round.ended.size(), 3, "all orders are over");
            for (const auto& work : round.ended)
            {
                NS_TEST_EXPECT_MSG_EQ(ToString(work.measured.status), std::string("refused"), "");
                NS_TEST_EXPECT_MSG_EQ(std::isinf(work.measured.loss), false, "absent at worst");
            }
        }
        NS_TEST_ASSERT_MSG_EQ(run.clientAborted.size(), 9, "each was given up");
        NS_TEST_EXPECT_MSG_NE(run.clientAborted.at(0).find(m_reason), std::string::npos, "why");
        NS_TEST_EXPECT_MSG_EQ(run.federation.coordinator->GetModelVersion(), 0, "no new version");
        NS_TEST_EXPECT_MSG_EQ(AreSame(run.federation.coordinator->GetParameters(),
                                      run.task->model->InitialParameters(run.task->seed)),
                              true,
                              "the model is as it was");
        NS_TEST_EXPECT_MSG_EQ(run.federation.server->GetNDropped(), 0, "an ABORT is no misdeed");
    }

    Encoding m_encoding;   //!< of parameters
    double m_learningRate; //!< too much
    std::string m_reason;  //!< part of it
};

/// One device: each step fires its trace once, in order, at the time it should.
class TraceTestCase : public TestCase
{
  public:
    explicit TraceTestCase(const std::string& transport)
        : TestCase("each step fires its trace, over " + ShortName(transport)),
          m_transport(transport)
    {
    }

  private:
    void DoRun() override
    {
        FederationSetup setup;
        setup.transport = m_transport;
        setup.devices = 1;
        setup.rounds = 2;
        TestFederation one(setup);
        one.Run();
        std::vector<std::string> expected{"joined 0"};
        for (const std::string round : {"1", "2"})
        {
            for (const auto& step : {"begin " + round,
                                     "sent 0 " + round,
                                     "received 0 " + round,
                                     "compute 0 " + round,
                                     "computed 0 " + round,
                                     "upload 0 " + round,
                                     "update 0 " + round,
                                     "aggregated " + round + " version " + round + " of 1",
                                     "end " + round})
            {
                expected.push_back(step);
            }
        }
        expected.emplace_back("finished");
        NS_TEST_ASSERT_MSG_EQ(one.log.size(), expected.size(), "so many steps");
        for (size_t i = 0; i < expected.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(one.log[i], expected[i], "step " << i);
        }

        Simulator::Destroy();
        setup.devices = 4;
        TestFederation four(setup);
        four.Run();
        for (const std::string step :
             {"joined", "sent", "received", "computed", "upload", "update"})
        {
            const uint32_t times = step == "joined" ? 4 : 8;
            NS_TEST_EXPECT_MSG_EQ(four.Count(step + " "), times, step);
        }
        NS_TEST_EXPECT_MSG_EQ(four.Count("left") + four.Count("aborted"), 0, "nothing went wrong");
    }

    std::string m_transport; //!< which
};

/// Mistakes in what is handed to the helper.
class HelperTestCase : public TestCase
{
  public:
    HelperTestCase()
        : TestCase("what the helper refuses")
    {
    }

  private:
    void Expect(const std::string& part, const std::function<void(FederationHelper&)>& action)
    {
        FederationHelper helper(m_task);
        const std::string error = RefusalOf([&] { action(helper); });
        NS_TEST_EXPECT_MSG_NE(error.find(part), std::string::npos, "'" << error << "'");
    }

    void DoRun() override
    {
        auto task = std::make_shared<LearningTask>();
        task->statedBytes = 100;
        m_task = task;
        const Address address = InetSocketAddress(Ipv4Address("10.0.0.1"), SERVER_PORT);
        NodeContainer server(1);
        NodeContainer devices(2);
        using Profiles = std::vector<DeviceProfile>;
        DeviceProfile profile;
        profile.samples = 1;
        Expect("0 devices with 0 profiles", [&](FederationHelper& helper) {
            helper.Install(server.Get(0), address, NodeContainer(), {});
        });
        Expect("2 devices with 1 profiles and 0 parts", [&](FederationHelper& helper) {
            helper.Install(server.Get(0), address, devices, Profiles(1, profile));
        });
        Expect("2 devices with 2 profiles and 1 parts", [&](FederationHelper& helper) {
            helper.Install(server.Get(0), address, devices, Profiles(2, profile), {{0}});
        });
        Expect("must be an InetSocketAddress", [&](FederationHelper& helper) {
            helper.Install(server.Get(0), Address(), devices, Profiles(2, profile));
        });
        Expect("optimizer = 'clever'", [&](FederationHelper& helper) {
            helper.SetOptimizer("clever");
            helper.Install(server.Get(0), address, devices, Profiles(2, profile));
        });
        Expect("transport = 'ns3::fl::Server'",
               [](FederationHelper& helper) { helper.SetTransport("ns3::fl::Server"); });
        Expect("transport = 'pigeon'",
               [](FederationHelper& helper) { helper.SetTransport("pigeon"); });
        profile.minCpuHz = 3e9;
        Expect("device 0: ", [&](FederationHelper& helper) {
            helper.Install(server.Get(0), address, devices, Profiles(2, profile));
        });
        Simulator::Destroy();
    }

    std::shared_ptr<const LearningTask> m_task; //!< a timing study
};

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
/// Memory does not grow with rounds: what is allocated is the same after 50 rounds and after 500.
class MemoryTestCase : public TestCase
{
  public:
    explicit MemoryTestCase(const std::string& transport)
        : TestCase("memory does not grow with rounds, over " + ShortName(transport)),
          m_transport(transport)
    {
    }

  private:
    void RoundEnd(const RoundRecord& record)
    {
        if (record.round == 50 || record.round == 500)
        {
            m_bytes.push_back(static_cast<double>(mallinfo2().uordblks));
        }
    }

    void DoRun() override
    {
        FederationSetup setup;
        setup.transport = m_transport;
        setup.rounds = 501;
        setup.statedBytes = 5000;
        setup.isRecorded = false;
        TestFederation run(setup);
        run.federation.coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeCallback(&MemoryTestCase::RoundEnd, this));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(m_bytes.size(), 2, "it got there");
        // The smallest thing that could be forgotten each round, by one of the three devices or
        // the server, is a block of 32 bytes: 14,400 bytes in 450 rounds. Tables that are not full
        // may vary by half of that.
        NS_TEST_EXPECT_MSG_LT(m_bytes[1] - m_bytes[0], 450 * 16, "no more than before");
    }

    std::string m_transport;     //!< which
    std::vector<double> m_bytes; //!< allocated
};
#endif

/// The suite.
class FlProtocolTestSuite : public TestSuite
{
  public:
    FlProtocolTestSuite()
        : TestSuite("fl-protocol", TestSuite::Type::UNIT)
    {
        for (const auto& transport : TRANSPORTS)
        {
            AddTestCase(new RebuildTestCase(transport, Encoding::FLOAT32));
            AddTestCase(new RebuildTestCase(transport, Encoding::FLOAT16));
            AddTestCase(new DataTestCase(transport));
            AddTestCase(new TraceTestCase(transport));
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
            AddTestCase(new MemoryTestCase(transport));
#endif
        }
        AddTestCase(new ThreadsTestCase);
        AddTestCase(new DivergeTestCase(Encoding::FLOAT32, 1e30, "training diverged"));
        AddTestCase(new DivergeTestCase(Encoding::FLOAT16, 1e6, "float16"));
        AddTestCase(new HelperTestCase);
    }
};

FlProtocolTestSuite g_flProtocolTestSuite; ///< registers the suite

} // namespace
