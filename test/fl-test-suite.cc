/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-first-phases.h"
#include "fl-test-federation.h"

#include "ns3/callback.h"
#include "ns3/enum.h"
#include "ns3/event-id.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <cmath>

/**
 * @file
 * @ingroup fl
 * The module as a whole: federated learning in an FDMA cell.
 */

using namespace ns3;

namespace
{

/// An object with an enum attribute, to try the accessor on.
class EnumHolder : public Object
{
  public:
    /// The attribute's values.
    enum Mode
    {
        FIRST,
        SECOND
    };

    /**
     * @return the TypeId
     */
    static TypeId GetTypeId()
    {
        static TypeId tid =
            TypeId("ns3::fl::test::EnumHolder")
                .SetParent<Object>()
                .AddConstructor<EnumHolder>()
                .AddAttribute(
                    "Mode",
                    "One of two",
                    EnumValue(EnumHolder::FIRST),
                    fl::MakeFlEnumAccessor<EnumHolder::Mode>(&EnumHolder::m_mode),
                    MakeEnumChecker(EnumHolder::FIRST, "first", EnumHolder::SECOND, "second"));
        return tid;
    }

    Mode m_mode; ///< the attribute
};

/// The version shims do on this ns-3 what they say.
class CompatTestCase : public TestCase
{
  public:
    CompatTestCase()
        : TestCase("version shims")
    {
    }

  private:
    void DoRun() override
    {
        auto holder = CreateObject<EnumHolder>();
        NS_TEST_EXPECT_MSG_EQ(holder->m_mode, EnumHolder::FIRST, "initial value");
        holder->SetAttribute("Mode", EnumValue(EnumHolder::SECOND));
        NS_TEST_EXPECT_MSG_EQ(holder->m_mode, EnumHolder::SECOND, "value was set");
        fl::FlEnumValue<EnumHolder::Mode> value;
        holder->GetAttribute("Mode", value);
        NS_TEST_EXPECT_MSG_EQ(value.Get(), EnumHolder::SECOND, "value is read back");

        uint32_t sum = 0;
        Callback<bool, const uint32_t&> add =
            fl::MakeFlCallback<bool, const uint32_t&>([&sum](const uint32_t& x) {
                sum += x;
                return sum > 5;
            });
        NS_TEST_EXPECT_MSG_EQ(add(2), false, "a lambda is called");
        NS_TEST_EXPECT_MSG_EQ(add(4), true, "and has its state");

        EventId event = Simulator::Schedule(Seconds(1), [] {});
        NS_TEST_EXPECT_MSG_EQ(fl::IsPending(event), true, "scheduled");
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(fl::IsPending(event), false, "has happened");
        Simulator::Destroy();
    }
};

/**
 * Devices in a cell learn together, and as well as theory says.
 *
 * One gradient step per round on all samples, and FedAvg weighted by samples, are gradient descent
 * on the mean loss f over all of them. For a step size of at most 1/L (Y. Nesterov, "Introductory
 * lectures on convex optimization", 2004, section 2.1.5), after T rounds and for any w*,
 *
 *     f(w_T) <= f(w*) + |w_0 - w*|^2 / (2 eta T).
 *
 * The Hessian of softmax cross-entropy at a sample x is at most |x|^2 / 2, bias included. A sample
 * that is classified wrongly has a loss of at least ln 2, so that the accuracy is at least
 * 1 - f / ln 2.
 */
class LearnTestCase : public TestCase
{
  public:
    LearnTestCase()
        : TestCase("devices in a cell learn as well as gradient descent must")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t ROUNDS = 150;
        fl::test::FederationSetup setup;
        setup.distanceM = 150;
        setup.rounds = ROUNDS;
        setup.devices = 5;
        setup.trainer.localIterations = 1;
        setup.trainer.learningRate = 0.9;
        fl::test::TestFederation run(setup);
        run.task->test = run.task->train;
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), ROUNDS, "all rounds ended");

        const auto& features = run.task->train->Features();
        const double smoothness = 0.5 * (features.colwise().squaredNorm().mean() + 1);
        NS_TEST_ASSERT_MSG_LT(setup.trainer.learningRate, 1 / smoothness, "the step is short");
        // w*: each class looks at its own feature. Parameters are the weights, classes x features
        // column by column, and then the biases.
        const auto start = run.task->model->InitialParameters(run.task->seed);
        Eigen::VectorXf good = Eigen::VectorXf::Zero(start.size());
        for (uint32_t label = 0; label < fl::test::CLASSES; ++label)
        {
            good[label * fl::test::CLASSES + label] = 3;
        }
        const double goodLoss = fl::Evaluate(*run.task->model, good, *run.task->train).loss;
        const double bound =
            goodLoss + (start - good).squaredNorm() / (2 * setup.trainer.learningRate * ROUNDS);
        // Float parameters are off by 1e-7 of themselves in each round.
        const double slack = 1e-7 * ROUNDS * 10;
        NS_TEST_EXPECT_MSG_LT(run.rounds.back().loss, bound + slack, "as theory has it");
        const double least = 1 - (bound + slack) / std::log(2.0);
        NS_TEST_EXPECT_MSG_GT(least, 0.5, "which says something: by chance it were a third");
        NS_TEST_EXPECT_MSG_GT(run.rounds.back().accuracy, least, "as theory has it");
        double before = std::log(3.0) + slack; // of a model that knows nothing
        for (const auto& round : run.rounds)
        {
            NS_TEST_EXPECT_MSG_EQ(round.received, 5, "all take part");
            NS_TEST_EXPECT_MSG_LT(round.loss, before, "each step descends");
            before = round.loss;
        }
    }
};

/// In a cell bytes, times and energies are those of the plan and the formulas, and add up.
class AccountTestCase : public TestCase
{
  public:
    AccountTestCase()
        : TestCase("bytes, times and energies in a cell are consistent")
    {
    }

  private:
    /// A sum of a few doubles, relative.
    static constexpr double ROUND_OFF = 1e-12;

    /**
     * Bits on the air for a message over TCP: segments of 1400 bytes, each with headers of 14
     * (Ethernet), 20 (IPv4) and 32 (TCP with timestamps) bytes.
     */
    static double AirBits(double messageBytes)
    {
        return 8 * (messageBytes + std::ceil(messageBytes / 1400) * (14 + 20 + 32));
    }

    void CheckWork(const fl::test::TestFederation& run, const fl::WorkRecord& work)
    {
        const auto& measured = work.measured;
        const auto& predicted = work.predicted;
        const auto device = work.order.device;
        const auto& upload = *FirstTransfer(work.order, fl::Direction::UPLINK);
        const double payloadBytes = static_cast<double>(run.setup.statedBytes);
        NS_TEST_EXPECT_MSG_EQ(measured.payloadBits, 8 * payloadBytes, "as stated");
        NS_TEST_EXPECT_MSG_EQ(upload.payloadBits, 8 * payloadBytes, "as planned");

        const double cycles = (10 + 5 * device) * 1e6 * 2;
        const double joule = 1e-28 * cycles * 1e9 * 1e9;
        NS_TEST_EXPECT_MSG_EQ_TOL(measured.computeEnergyJ, joule, joule * ROUND_OFF, "kappa C f^2");
        NS_TEST_EXPECT_MSG_EQ_TOL(predicted.computeEnergyJ, joule, joule * ROUND_OFF, "the same");
        NS_TEST_EXPECT_MSG_EQ_TOL(measured.computeS, cycles / 1e9, 2e-9, "C / f, in whole ns");
        NS_TEST_EXPECT_MSG_EQ_TOL(predicted.computeS, cycles / 1e9, ROUND_OFF, "the same");

        // r = B log2(1 + p g / (N0 B)), without the code that computes it elsewhere.
        const auto& grant = *upload.grant;
        const double snr = grant.txPowerW * work.gain / (std::pow(10, -20.4) * grant.bandwidthHz);
        const double rateBps = grant.bandwidthHz * std::log2(1 + snr);
        std::vector<uint8_t> report;
        fl::Append(report, fl::WorkReport());
        const double airS =
            AirBits(fl::MessageHeader::SIZE + report.size() + payloadBytes) / rateBps;
        NS_TEST_EXPECT_MSG_EQ_TOL(measured.uploadS, airS, 0.01 * airS, "and protocol bytes");
        // Frames end in whole ns.
        const double roundS = 1e-9 * std::ceil(payloadBytes / 1400 + 2);
        NS_TEST_EXPECT_MSG_EQ_TOL(measured.uploadS, predicted.uploadS, roundS, "as predicted");

        // Radiated: power times airtime of the update, and control frames: the request and
        // acknowledgements of the download, one per two segments, of which some 80 bytes at 0.01 W
        // and more than 1 Mbit/s are less than 6.4 uJ each.
        const double dataJ = grant.txPowerW * airS;
        NS_TEST_EXPECT_MSG_GT(measured.radioEnergyJ, 0.99 * dataJ, "p times airtime");
        NS_TEST_EXPECT_MSG_LT(measured.radioEnergyJ,
                              1.01 * dataJ + payloadBytes / 2800 * 6.4e-6,
                              "and control frames");
        NS_TEST_EXPECT_MSG_EQ_TOL(measured.radioEnergyJ,
                                  predicted.radioEnergyJ,
                                  2e-3 * dataJ,
                                  "both as predicted, but for an acknowledgement");
        NS_TEST_EXPECT_MSG_EQ_TOL(measured.downloadS, predicted.downloadS, roundS, "and down");
    }

    void DoRun() override
    {
        fl::test::FederationSetup setup;
        setup.distanceM = 200;
        setup.statedBytes = 200000;
        fl::test::TestFederation run(setup);
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "all rounds ended");
        double totalJ = 0;
        double endS = 0;
        for (const auto& round : run.rounds)
        {
            NS_TEST_ASSERT_MSG_EQ(round.received, 3, "all take part");
            NS_TEST_EXPECT_MSG_EQ((round.startS >= endS), true, "one round after the other");
            endS = round.endS;
            double sumJ = 0;
            double longestS = 0;
            double predictedS = 0;
            for (const auto& work : round.ended)
            {
                CheckWork(run, work);
                sumJ += work.measured.EnergyJ();
                longestS = std::max(longestS, work.measured.DurationS());
                predictedS = std::max(predictedS, work.predicted.DurationS());
            }
            NS_TEST_EXPECT_MSG_EQ_TOL(round.endS - round.startS,
                                      longestS,
                                      4e-9,
                                      "the round is as long as its longest order");
            NS_TEST_EXPECT_MSG_EQ_TOL(round.predictedDurationS,
                                      predictedS,
                                      predictedS * ROUND_OFF,
                                      "and so predicted");
            NS_TEST_EXPECT_MSG_EQ_TOL(round.energyJ, sumJ, sumJ * ROUND_OFF, "devices' sum");
            totalJ += round.energyJ;
        }
        const double allJ = run.federation.coordinator->GetEnergyJ();
        // HELLO and its handshake came before the orders: some 6 frames per device.
        NS_TEST_EXPECT_MSG_GT(allJ, totalJ, "the rounds and the time before");
        NS_TEST_EXPECT_MSG_LT(allJ, totalJ + 3 * 6 * 6.4e-6, "no more than that");
        double devicesJ = 0;
        for (fl::DeviceId device = 0; device < 3; ++device)
        {
            devicesJ += run.federation.clients[device]->GetComputeEnergyJ() +
                        run.radio->GetRadiatedEnergyJ(device);
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(allJ,
                                  devicesJ,
                                  devicesJ * ROUND_OFF,
                                  "what processors and "
                                  "radios have spent");
    }
};

/// Tests of the module as a whole.
class FlTestSuite : public TestSuite
{
  public:
    FlTestSuite()
        : TestSuite("fl", TestSuite::Type::UNIT)
    {
        AddTestCase(new CompatTestCase);
        AddTestCase(new LearnTestCase);
        AddTestCase(new AccountTestCase);
    }
};

FlTestSuite g_flTestSuite; ///< registers the suite

} // namespace
