/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/fl-error.h"
#include "ns3/fl-predictor.h"
#include "ns3/fl-rate-calibrator.h"
#include "ns3/test.h"

#include <cmath>
#include <limits>
#include <string>

/**
 * @file
 * @ingroup fl
 * The analytic model: Shannon's rate, and times and energies of plans with numbers done by hand;
 * what the calibrator learns.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// Shannon's rate over its whole range.
class ShannonRateTestCase : public TestCase
{
  public:
    ShannonRateTestCase()
        : TestCase("Shannon's rate")
    {
    }

  private:
    /// Expect a rate to some relative rounding errors.
    void Expect(double bandwidthHz, double txPowerW, double gain, double noise, double rateBps)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(ShannonRateBps(bandwidthHz, txPowerW, gain, noise),
                                  rateBps,
                                  rateBps * 1e-14,
                                  "B = " << bandwidthHz << ", p = " << txPowerW);
    }

    void DoRun() override
    {
        // SNR 1, 3 and 1023: 1, 2 and 10 bit per Hz.
        Expect(1e6, 1e-3, 1e-9, 1e-18, 1e6);
        Expect(1e6, 3e-3, 1e-9, 1e-18, 2e6);
        Expect(1e6, 1.023, 1e-9, 1e-18, 1e7);
        // A tiny SNR x: B x / ln 2, where log2(1 + x) computed as written would be 0.
        Expect(1e6, 1e-20, 1e-9, 1e-18, 1e6 * 1e-17 / std::log(2));
        // A wide band: the limit p g / (N0 ln 2).
        Expect(1e30, 1e-3, 1e-9, 1e-18, 1e6 / std::log(2));
        // A very narrow one, where N0 B underflows: 1e-300 * log2(1e306).
        Expect(1e-300, 1e-3, 1e-9, 1e-18, 1e-300 * 306 / std::log10(2));
        NS_TEST_EXPECT_MSG_EQ(ShannonRateBps(0, 1, 1, 1), 0, "no band");
        NS_TEST_EXPECT_MSG_EQ(ShannonRateBps(1, 0, 1, 1), 0, "no power");
        NS_TEST_EXPECT_MSG_EQ(ShannonRateBps(1, 1, 0, 1), 0, "no gain");
        double last = 0;
        for (double bandwidthHz = 1e-9; bandwidthHz < 1e15; bandwidthHz *= 1.5)
        {
            const double rate = ShannonRateBps(bandwidthHz, 1e-3, 1e-9, 1e-18);
            NS_TEST_EXPECT_MSG_GT(rate, last, "grows with the band");
            last = rate;
        }
    }
};

/// A state with round numbers: N0 B = 1e-12 W per MHz, gains 1e-9 up and 3e-9 down.
SystemState
MakeState(uint32_t devices)
{
    SystemState state;
    state.nowS = 100;
    state.round = 7;
    state.profiles.resize(devices);
    state.cells.resize(1);
    state.cells[0].uplinkBandwidthHz = 4e6;
    state.cells[0].downlinkBandwidthHz = 4e6;
    state.cells[0].downlinkTxPowerW = 0.004;
    state.cells[0].noiseWPerHz = 1e-18;
    state.gains = GainTable(devices, 1);
    for (DeviceId device = 0; device < devices; ++device)
    {
        state.profiles[device].samples = 50;
        state.profiles[device].effectiveCapacitance = 2e-28;
        state.gains.At(device, 0, Direction::UPLINK) = 1e-9;
        state.gains.At(device, 0, Direction::DOWNLINK) = 3e-9;
    }
    return state;
}

/// An order of every kind of phase.
WorkOrder
MakeOrder(DeviceId device)
{
    WorkOrder order;
    order.device = device;
    order.task = 2;
    order.round = 7;
    order.baseVersion = 6;
    order.localIterations = 5;
    order.phases.emplace_back(Idle{0.25});
    order.phases.emplace_back(Transfer{0, Direction::DOWNLINK, 1e6, {}});
    order.phases.emplace_back(Compute{2e9, 1e9});
    order.phases.emplace_back(
        Transfer{0, Direction::UPLINK, 3e6, Grant{0, Direction::UPLINK, 0, 1e6, 1e-3}});
    return order;
}

/// Times and energies of a plan.
class PlanTestCase : public TestCase
{
  public:
    PlanTestCase()
        : TestCase("times and energies of a plan")
    {
    }

  private:
    void DoRun() override
    {
        const SystemState state = MakeState(2);
        Plan plan;
        plan.orders = {MakeOrder(1), MakeOrder(0)};
        plan.orders[1].earliestStartS = 110;
        plan.orders[1].samples = 20;
        const Outcome outcome = Predictor::Predict(state, plan, ShannonRateModel());
        NS_TEST_ASSERT_MSG_EQ(outcome.work.size(), 2, "one per order");
        const WorkOutcome& work = outcome.work[0];
        NS_TEST_EXPECT_MSG_EQ(work.device, 1, "in the plan's order");
        NS_TEST_EXPECT_MSG_EQ(work.task, 2, "task");
        NS_TEST_EXPECT_MSG_EQ(work.round, 7, "round");
        NS_TEST_EXPECT_MSG_EQ(work.baseVersion, 6, "base version");
        NS_TEST_EXPECT_MSG_EQ(work.iterations, 5, "iterations");
        NS_TEST_EXPECT_MSG_EQ(work.samples, 50, "all samples");
        NS_TEST_EXPECT_MSG_EQ(outcome.work[1].samples, 20, "samples as ordered");
        NS_TEST_EXPECT_MSG_EQ((work.status == WorkStatus::PENDING), true, "nothing is over");
        NS_TEST_EXPECT_MSG_EQ(work.payloadBits, 3e6, "payload of the update");
        NS_TEST_EXPECT_MSG_EQ(work.startS, 100, "starts now");
        NS_TEST_EXPECT_MSG_EQ(outcome.work[1].startS, 110, "starts later");
        NS_TEST_EXPECT_MSG_EQ(work.idleS, 0.25, "pause");
        // Two share 4 MHz and 4 mW: 2 MHz at 2 mW, SNR 0.002 * 3e-9 / (1e-18 * 2e6) = 3, 4 Mbit/s.
        NS_TEST_EXPECT_MSG_EQ_TOL(work.downloadS, 0.25, 1e-14, "1 Mbit at 4 Mbit per s");
        NS_TEST_EXPECT_MSG_EQ(work.computeS, 2, "2e9 cycles at 1 GHz");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.computeEnergyJ, 0.4, 1e-14, "2e-28 * 2e9 * 1e18");
        // 1 MHz at 1 mW: SNR 1, 1 Mbit/s.
        NS_TEST_EXPECT_MSG_EQ_TOL(work.uploadS, 3, 1e-13, "3 Mbit at 1 Mbit per s");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.radioEnergyJ, 3e-3, 1e-16, "1 mW for 3 s");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.stationEnergyJ, 5e-4, 1e-17, "2 mW for 0.25 s");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(work.circuitEnergyJ), true, "circuits are not modelled");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.DurationS(), 5.5, 1e-13, "in all");
        NS_TEST_EXPECT_MSG_EQ(outcome.startS, 100, "round starts");
        NS_TEST_EXPECT_MSG_EQ_TOL(outcome.endS, 115.5, 1e-12, "the later one ends the round");
        NS_TEST_EXPECT_MSG_EQ(outcome.round, 7, "round");
    }
};

/// Programs of any number of transfers and computations.
class ProgramTestCase : public TestCase
{
  public:
    ProgramTestCase()
        : TestCase("times of the phases of any program")
    {
    }

  private:
    void ExpectPhases(const WorkOutcome& work, const std::vector<double>& endsS)
    {
        NS_TEST_ASSERT_MSG_EQ(work.phases.size(), endsS.size(), "one per phase");
        double startS = work.startS;
        for (size_t i = 0; i < endsS.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(work.phases[i].startS, startS, "phase " << i << " follows");
            startS = work.phases[i].endS;
            // Rounding of some sums of up to 100 s.
            NS_TEST_EXPECT_MSG_EQ_TOL(startS, endsS[i], 1e-12, "end of phase " << i);
        }
    }

    void DoRun() override
    {
        const SystemState state = MakeState(2);
        const ShannonRateModel rates;
        // 1 MHz at 1 mW: SNR 1, 1 Mbit/s. Downwards all of 4 MHz and 4 mW: SNR 3, 8 Mbit/s.
        const Grant grant{0, Direction::UPLINK, 0, 1e6, 1e-3};
        WorkOrder split;
        split.phases = {Idle{0.5},
                        Compute{1e9, 1e9, ComputeNode::DEVICE, ComputeJob::FORWARD},
                        Transfer{0, Direction::UPLINK, 2e6, grant, PayloadKind::ACTIVATIONS},
                        Compute{8e9, 4e9, ComputeNode::SERVER, ComputeJob::BACKWARD},
                        Transfer{0, Direction::DOWNLINK, 4e6, {}, PayloadKind::GRADIENTS},
                        Compute{3e9, 2e9, ComputeNode::DEVICE, ComputeJob::BACKWARD},
                        Transfer{0, Direction::UPLINK, 1e6, {}, PayloadKind::UPDATE}};
        Plan plan;
        plan.orders = {split};
        Outcome outcome = Predictor::Predict(state, plan, rates);
        const WorkOutcome work = outcome.work[0];
        ExpectPhases(work, {100.5, 101.5, 103.5, 105.5, 106, 107.5, 108.5});
        NS_TEST_EXPECT_MSG_EQ(work.idleS, 0.5, "pause");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.downloadS, 0.5, 1e-13, "4 Mbit at 8 Mbit per s");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.uploadS, 3, 1e-13, "2 and 1 Mbit, on the same grant");
        NS_TEST_EXPECT_MSG_EQ(work.computeS, 4.5, "on both nodes");
        // 2e-28 (1e9 * 1e18 + 3e9 * 4e18): the server's is not the device's.
        NS_TEST_EXPECT_MSG_EQ_TOL(work.computeEnergyJ, 2.6, 1e-14, "on the device");
        NS_TEST_EXPECT_MSG_EQ_TOL(work.radioEnergyJ, 3e-3, 1e-16, "1 mW for 3 s");
        NS_TEST_EXPECT_MSG_EQ(work.payloadBits, 3e6, "both uplink payloads");
        NS_TEST_EXPECT_MSG_EQ_TOL(outcome.endS, 108.5, 1e-12, "the order ends the round");

        // Two orders of one device: the sum of what goes down shares nothing, and each is as alone.
        plan.orders = {split, split};
        plan.orders[1].task = 1;
        plan.orders[1].earliestStartS = 200;
        outcome = Predictor::Predict(state, plan, rates);
        NS_TEST_EXPECT_MSG_EQ(outcome.work[0].downloadS, work.downloadS, "one device shares once");
        ExpectPhases(outcome.work[1], {200.5, 201.5, 203.5, 205.5, 206, 207.5, 208.5});

        // Behind what has no prediction, nothing has one.
        std::get<Transfer>(split.phases[2]).grant.reset();
        plan.orders = {split};
        outcome = Predictor::Predict(state, plan, rates);
        const auto& phases = outcome.work[0].phases;
        NS_TEST_EXPECT_MSG_EQ(phases[2].startS, 101.5, "it begins");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(phases[2].endS), true, "no grant at all");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(phases[5].startS), true, "and what follows");
        NS_TEST_EXPECT_MSG_EQ(outcome.work[0].computeS, 4.5, "but what it takes is known");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(outcome.endS), true, "no end");
    }
};

/// What downlink transfers without a grant get beside those with one.
class DefaultDownlinkTestCase : public TestCase
{
  public:
    DefaultDownlinkTestCase()
        : TestCase("default downlink grant")
    {
    }

  private:
    void DoRun() override
    {
        const SystemState state = MakeState(3);
        Plan plan;
        plan.orders = {MakeOrder(0), MakeOrder(1), MakeOrder(2)};
        const Grant equal = Predictor::DefaultDownlinkGrant(state.cells[0], 4);
        NS_TEST_EXPECT_MSG_EQ(equal.bandwidthHz, 1e6, "a quarter of the band");
        NS_TEST_EXPECT_MSG_EQ(equal.txPowerW, 0.001, "a quarter of the power");

        const Grant planned{0, Direction::DOWNLINK, 0, 3e6, 0.002};
        std::get<Transfer>(plan.orders[1].phases[1]).grant = planned;
        const Grant left = Predictor::DefaultDownlinkGrant(state.cells[0], 0, plan);
        NS_TEST_EXPECT_MSG_EQ_TOL(left.bandwidthHz, 0.5e6, 1e-6, "half of the 1 MHz left");
        NS_TEST_EXPECT_MSG_EQ_TOL(left.txPowerW, 0.001, 1e-15, "half of the 2 mW left");
        // SNR 0.001 * 3e-9 / (1e-18 * 0.5e6) = 6; with its own grant 0.002 * 3e-9 / 3e-12 = 2.
        const Outcome outcome = Predictor::Predict(state, plan, ShannonRateModel());
        NS_TEST_EXPECT_MSG_EQ_TOL(outcome.work[0].downloadS, 2 / std::log2(7), 1e-13, "default");
        NS_TEST_EXPECT_MSG_EQ_TOL(outcome.work[1].downloadS,
                                  1 / (3 * std::log2(3)),
                                  1e-13,
                                  "planned");

        const Grant none = Predictor::DefaultDownlinkGrant(state.cells[0], 0, Plan());
        NS_TEST_EXPECT_MSG_EQ(none.bandwidthHz, 0, "nobody shares");
        NS_TEST_EXPECT_MSG_EQ(Predictor::DefaultDownlinkGrant(state.cells[0], 1, plan).bandwidthHz,
                              0,
                              "nobody shares in another cell");

        // A second transfer of the device goes on its grant, and leaves the others as they are.
        plan.orders[1].phases.emplace_back(Transfer{0, Direction::DOWNLINK, 1e6, {}});
        plan.orders.push_back(plan.orders[1]);
        plan.orders.back().task = 3;
        const Grant again = Predictor::DefaultDownlinkGrant(state.cells[0], 0, plan);
        NS_TEST_EXPECT_MSG_EQ(again.bandwidthHz, left.bandwidthHz, "the grant counts once");
        NS_TEST_EXPECT_MSG_EQ_TOL(
            Predictor::Predict(state, plan, ShannonRateModel()).work[1].downloadS,
            2 / (3 * std::log2(3)),
            1e-13,
            "both on the grant");
    }
};

/// What has no prediction, and what never ends.
class AbsentTestCase : public TestCase
{
  public:
    AbsentTestCase()
        : TestCase("absent and infinite predictions")
    {
    }

  private:
    void DoRun() override
    {
        SystemState state = MakeState(2);
        Plan plan;
        plan.orders = {MakeOrder(0), MakeOrder(1)};
        auto& upload = std::get<Transfer>(plan.orders[0].phases[3]);
        const ShannonRateModel model;

        upload.grant.reset();
        Outcome outcome = Predictor::Predict(state, plan, model);
        NS_TEST_EXPECT_MSG_EQ(std::isnan(outcome.work[0].uploadS), true, "no grant");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(outcome.work[0].radioEnergyJ), true, "no grant");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(outcome.work[1].uploadS), false, "has one");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(outcome.endS), true, "no end");

        state.cells.clear();
        outcome = Predictor::Predict(state, plan, model);
        NS_TEST_EXPECT_MSG_EQ(std::isnan(outcome.work[1].uploadS), true, "no radio");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(outcome.work[1].downloadS), true, "no radio");
        NS_TEST_EXPECT_MSG_EQ(outcome.work[1].computeS, 2, "but a processor");

        state = MakeState(2);
        upload.grant = Grant{0, Direction::UPLINK, 0, 1e6, 0};
        outcome = Predictor::Predict(state, plan, model);
        NS_TEST_EXPECT_MSG_EQ(std::isinf(outcome.work[0].uploadS), true, "no power, no end");
        NS_TEST_EXPECT_MSG_EQ(outcome.work[0].radioEnergyJ, 0, "no power, no energy");
        NS_TEST_EXPECT_MSG_EQ(std::isinf(outcome.endS), true, "never ends");

        upload.payloadBits = 0;
        outcome = Predictor::Predict(state, plan, model);
        NS_TEST_EXPECT_MSG_EQ(outcome.work[0].uploadS, 0, "nothing to send");

        plan.orders[0].phases.clear();
        outcome = Predictor::Predict(state, plan, model);
        NS_TEST_EXPECT_MSG_EQ(std::isnan(outcome.work[0].uploadS), true, "nothing to do");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(outcome.endS), false, "which takes no time");
        NS_TEST_EXPECT_MSG_EQ(Predictor::Predict(state, Plan(), model).endS, 100, "empty plan");
    }
};

/// Plans that are refused.
class PredictorRefusalTestCase : public TestCase
{
  public:
    PredictorRefusalTestCase()
        : TestCase("plans that are refused")
    {
    }

  private:
    void Expect(const WorkOrder& order, const std::string& message)
    {
        Plan plan;
        plan.orders = {order};
        std::string refusal;
        try
        {
            Predictor::Predict(MakeState(1), plan, ShannonRateModel());
        }
        catch (const InvalidInput& error)
        {
            refusal = error.what();
        }
        NS_TEST_EXPECT_MSG_EQ(refusal, message, "message");
    }

    void DoRun() override
    {
        Expect(MakeOrder(1), "device 1: number = 1: must be that of a device with a profile");
        auto order = MakeOrder(0);
        order.phases[2] = Compute{-1, 1e9};
        Expect(order, "device 0: cycles = -1: must be finite and at least 0");
        order.phases[2] = Compute{1, 0};
        Expect(order, "device 0: cpuHz = 0: must be finite and above 0");
        order.phases[2] = Transfer{0, Direction::DOWNLINK, ABSENT, {}};
        Expect(order, "device 0: payloadBits = nan: must be finite and at least 0");
    }
};

/// @return the message of an action that is refused
template <typename Action>
std::string
Refusal(Action action)
{
    try
    {
        action();
    }
    catch (const InvalidInput& error)
    {
        return error.what();
    }
    return "accepted";
}

/// Shannon's formula with a gap and an efficiency.
class ShannonGapTestCase : public TestCase
{
  public:
    ShannonGapTestCase()
        : TestCase("SNR gap and efficiency")
    {
    }

  private:
    void DoRun() override
    {
        const SystemState state = MakeState(1);
        // On 1 MHz 6 mW are an SNR of 6; by a gap of 2 it is 3, which is 2 bit per Hz, of which
        // three quarters are payload.
        const Grant grant{0, Direction::UPLINK, 0, 1e6, 6e-3};
        NS_TEST_EXPECT_MSG_EQ_TOL(ShannonGapRateModel(2, 0.75).RateBps(state, 0, grant),
                                  1.5e6,
                                  1e-8,
                                  "by hand");
        NS_TEST_EXPECT_MSG_EQ(ShannonGapRateModel(1, 1).RateBps(state, 0, grant),
                              ShannonRateModel().RateBps(state, 0, grant),
                              "no gap, all payload");
        NS_TEST_EXPECT_MSG_EQ(ShannonGapRateModel(2, 1).RoundedHz(0, grant), 1e6, "not rounded");
        NS_TEST_EXPECT_MSG_EQ(Refusal([] { ShannonGapRateModel(0.5, 1); }),
                              "SNR gap = 0.5: must be finite and at least 1",
                              "gap");
        NS_TEST_EXPECT_MSG_EQ(Refusal([] { ShannonGapRateModel(1, 1.5); }),
                              "efficiency = 1.5: must be above 0 and at most 1",
                              "efficiency");
    }
};

/// What the calibrator learns.
class CalibratorTestCase : public TestCase
{
  public:
    CalibratorTestCase()
        : TestCase("measured rates")
    {
    }

  private:
    /// @return an upload of 1 Mbit on 1 MHz at an SNR of 3: half a second by Shannon's formula
    static WorkRecord MakeWork(DeviceId device, double uploadS)
    {
        Transfer upload;
        upload.payloadBits = 1e6;
        upload.grant = Grant{0, Direction::UPLINK, 0, 1e6, 3e-3};
        WorkRecord work;
        work.order.device = device;
        work.order.phases.emplace_back(upload);
        work.gain = 1e-9;
        work.measured.status = WorkStatus::MERGED;
        work.measured.uploadS = uploadS;
        return work;
    }

    void DoRun() override
    {
        SystemState state = MakeState(3);
        const auto cells = state.cells;
        state.uploadBits = 1e6;
        NS_TEST_EXPECT_MSG_EQ(state.EffectiveUploadBits(1), 1e6, "nothing is known");
        RateCalibrator calibrator(0.5);
        calibrator.Observe(MakeWork(1, 2), cells); // a quarter of the rate
        calibrator.Report(state);
        NS_TEST_EXPECT_MSG_EQ(state.UplinkEfficiency(0), 1, "not observed");
        NS_TEST_EXPECT_MSG_EQ_TOL(state.UplinkEfficiency(1), 0.25, 1e-14, "the first one in full");
        NS_TEST_EXPECT_MSG_EQ_TOL(state.EffectiveUploadBits(1), 4e6, 1e-7, "four times the bits");
        calibrator.Observe(MakeWork(1, 0.5), cells); // all of it: the mean of 1/4 and 1 is 1/2
        calibrator.Report(state);
        NS_TEST_EXPECT_MSG_EQ_TOL(state.UplinkEfficiency(1), 0.5, 1e-14, "geometric mean");

        // Of 4 MHz at an SNR of 3/4 after rounding.
        auto work = MakeWork(2, 1);
        work.predicted.uplinkHz = 4e6;
        calibrator.Observe(work, cells);
        calibrator.Report(state);
        NS_TEST_EXPECT_MSG_EQ_TOL(state.UplinkEfficiency(2),
                                  1e6 / (4e6 * std::log2(1.75)),
                                  1e-14,
                                  "as the PHY rounded it");

        // What tells nothing changes nothing.
        work.measured.status = WorkStatus::DEADLINE;
        work.measured.uploadS = 100;
        calibrator.Observe(work, cells);
        work.measured.status = WorkStatus::MERGED;
        work.measured.uploadS = ABSENT;
        calibrator.Observe(work, cells);
        work.measured.uploadS = 0;
        calibrator.Observe(work, cells);
        work.measured.uploadS = 100;
        std::get<Transfer>(work.order.phases[0]).payloadBits = 0;
        calibrator.Observe(work, cells);
        std::get<Transfer>(work.order.phases[0]).grant.reset();
        calibrator.Observe(work, cells);
        work = MakeWork(2, 100);
        std::get<Transfer>(work.order.phases[0]).grant->cell = 1;
        calibrator.Observe(work, cells);
        SystemState again = MakeState(3);
        calibrator.Report(again);
        NS_TEST_EXPECT_MSG_EQ(again.uplinkEfficiency[2], state.uplinkEfficiency[2], "unchanged");

        // Half a second and a quarter by Shannon's formula, 1.5 s as measured.
        work = MakeWork(0, 1.5);
        Transfer second = std::get<Transfer>(work.order.phases[0]);
        second.payloadBits = 0.5e6;
        work.order.phases.emplace_back(second);
        calibrator.Observe(work, cells);
        calibrator.Report(again);
        NS_TEST_EXPECT_MSG_EQ_TOL(again.UplinkEfficiency(0), 0.5, 1e-14, "of two uploads");
        NS_TEST_EXPECT_MSG_EQ(Refusal([] { RateCalibrator(0); }),
                              "calibration weight = 0: must be above 0 and at most 1",
                              "weight");
    }
};

/// The suite.
class FlPredictorTestSuite : public TestSuite
{
  public:
    FlPredictorTestSuite()
        : TestSuite("fl-predictor", TestSuite::Type::UNIT)
    {
        AddTestCase(new ShannonRateTestCase);
        AddTestCase(new PlanTestCase);
        AddTestCase(new ProgramTestCase);
        AddTestCase(new DefaultDownlinkTestCase);
        AddTestCase(new AbsentTestCase);
        AddTestCase(new PredictorRefusalTestCase);
        AddTestCase(new ShannonGapTestCase);
        AddTestCase(new CalibratorTestCase);
    }
};

FlPredictorTestSuite g_flPredictorTestSuite; ///< registers the suite

} // namespace
