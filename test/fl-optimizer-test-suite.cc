/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-first-phases.h"
#include "fl-test-cell.h"
#include "fl-test-federation-parts.h"
#include "fl-test-rounding.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-joint-optimizer.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-predictor.h"
#include "ns3/fl-round-plan.h"
#include "ns3/fl-system-state.h"
#include "ns3/string.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <set>
#include <stdexcept>

/**
 * @file
 * @ingroup fl
 * Who takes part in a round, with what: the simple optimizers, the joint one, plans of rounds.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// The band that is shared out [Hz].
constexpr double BAND_HZ = 9e6;

/**
 * @param devices how many, all of which are there
 * @param hasCell whether there is a band to be shared out
 * @return round 4 of a federation; device d holds 10 + d samples
 */
SystemState
MakeState(uint32_t devices, bool hasCell = true)
{
    SystemState state;
    state.nowS = 12.5;
    state.round = 4;
    state.modelVersion = 3;
    state.localIterations = 2;
    state.downloadBits = 1000;
    state.uploadBits = 2000;
    state.profiles.resize(devices);
    for (DeviceId device = 0; device < devices; ++device)
    {
        state.profiles[device].samples = 10 + device;
    }
    state.available.assign(devices, true);
    if (hasCell)
    {
        CellState cell;
        cell.uplinkBandwidthHz = BAND_HZ;
        state.cells.push_back(cell);
    }
    return state;
}

/// @return the uplink's grant of an order
const Grant&
UplinkOf(const WorkOrder& order)
{
    return *FirstTransfer(order, Direction::UPLINK)->grant;
}

/// Equal shares, full power, full frequency, for those who are there.
class EqualTestCase : public TestCase
{
  public:
    EqualTestCase()
        : TestCase("equal shares")
    {
    }

  private:
    void DoRun() override
    {
        auto state = MakeState(4);
        state.available[1] = false;
        state.profiles[2].maxCpuHz = 1.5e9;
        state.profiles[2].maxTxPowerW = 0.02;
        const auto optimizer = CreateOptimizer("equal");
        const auto plan = optimizer->MakePlan(state);
        const std::vector<DeviceId> expected{0, 2, 3};
        NS_TEST_ASSERT_MSG_EQ(plan.orders.size(), 3, "those who are there");
        for (size_t i = 0; i < expected.size(); ++i)
        {
            const auto& order = plan.orders[i];
            const auto& profile = state.profiles[expected[i]];
            NS_TEST_EXPECT_MSG_EQ(order.device, expected[i], "in their order");
            const auto& grant = UplinkOf(order);
            NS_TEST_EXPECT_MSG_EQ_TOL(grant.bandwidthHz, BAND_HZ / 3, BAND_HZ * ROUND_OFF, "share");
            NS_TEST_EXPECT_MSG_EQ_TOL(grant.startHz,
                                      static_cast<double>(i) * BAND_HZ / 3,
                                      BAND_HZ * ROUND_OFF,
                                      "side by side");
            NS_TEST_EXPECT_MSG_EQ(grant.txPowerW, profile.maxTxPowerW, "full power");
            NS_TEST_EXPECT_MSG_EQ(FirstCompute(order)->cpuHz, profile.maxCpuHz, "full frequency");
        }
        NS_TEST_EXPECT_MSG_EQ(plan.termination.empty(), false, "says why it stopped");

        state.available.assign(4, false);
        NS_TEST_EXPECT_MSG_EQ(optimizer->MakePlan(state).orders.size(), 0, "nobody is there");
        const auto free = optimizer->MakePlan(MakeState(2, false));
        NS_TEST_ASSERT_MSG_EQ(free.orders.size(), 2, "without a cell");
        NS_TEST_EXPECT_MSG_EQ(FirstTransfer(free.orders[0], Direction::UPLINK)->grant.has_value(),
                              false,
                              "there is nothing to grant");
        NS_TEST_EXPECT_MSG_EQ(CreateOptimizer("equal")->AssignStreams(3), 1, "the choice only");
    }
};

/// Random values are in their ranges, uniform, and functions of the stream.
class RandomTestCase : public TestCase
{
  public:
    RandomTestCase()
        : TestCase("random shares")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t DEVICES = 4;
        constexpr uint32_t DRAWS = 2000;
        const auto state = MakeState(DEVICES);
        const auto& profile = state.profiles[0];
        const auto optimizer = CreateOptimizer("random");
        NS_TEST_EXPECT_MSG_EQ(optimizer->AssignStreams(11), 2, "choice and values");
        double cpuHz = 0;
        double powerW = 0;
        double share = 0;
        for (uint32_t draw = 0; draw < DRAWS; ++draw)
        {
            const auto plan = optimizer->MakePlan(state);
            NS_TEST_ASSERT_MSG_EQ(plan.orders.size(), DEVICES, "all take part");
            double edgeHz = 0;
            for (const auto& order : plan.orders)
            {
                const auto& grant = UplinkOf(order);
                NS_TEST_EXPECT_MSG_EQ(grant.startHz, edgeHz, "side by side");
                NS_TEST_EXPECT_MSG_GT(grant.bandwidthHz, 0, "something for each");
                edgeHz += grant.bandwidthHz;
                const double hz = FirstCompute(order)->cpuHz;
                NS_TEST_EXPECT_MSG_EQ((hz >= profile.minCpuHz && hz <= profile.maxCpuHz),
                                      true,
                                      "within the limits");
                NS_TEST_EXPECT_MSG_EQ((grant.txPowerW >= profile.minTxPowerW &&
                                       grant.txPowerW <= profile.maxTxPowerW),
                                      true,
                                      "within the limits");
            }
            NS_TEST_EXPECT_MSG_EQ_TOL(edgeHz, BAND_HZ, BAND_HZ * ROUND_OFF, "all of the band");
            cpuHz += FirstCompute(plan.orders[2])->cpuHz / DRAWS;
            powerW += UplinkOf(plan.orders[2]).txPowerW / DRAWS;
            share += UplinkOf(plan.orders[2]).bandwidthHz / BAND_HZ / DRAWS;
        }
        // Five standard deviations of a mean of uniform values, 1 in 2 million; the stream is
        // fixed. A share on the simplex of n is Beta(1, n - 1): variance (n - 1) / (n^2 (n + 1)).
        const double uniform = 5 / std::sqrt(12.0 * DRAWS);
        NS_TEST_EXPECT_MSG_EQ_TOL(cpuHz,
                                  (profile.minCpuHz + profile.maxCpuHz) / 2,
                                  uniform * (profile.maxCpuHz - profile.minCpuHz),
                                  "uniform frequency");
        NS_TEST_EXPECT_MSG_EQ_TOL(powerW,
                                  (profile.minTxPowerW + profile.maxTxPowerW) / 2,
                                  uniform * (profile.maxTxPowerW - profile.minTxPowerW),
                                  "uniform power");
        NS_TEST_EXPECT_MSG_EQ_TOL(share, 0.25, 5 * std::sqrt(3.0 / 80 / DRAWS), "uniform shares");

        const auto first = Draw(state, 11);
        NS_TEST_EXPECT_MSG_EQ(Draw(state, 11), first, "the same stream, the same plan");
        NS_TEST_EXPECT_MSG_NE(Draw(state, 12), first, "another stream, another plan");
    }

    /// @return the frequency of the first order of a new optimizer
    static double Draw(const SystemState& state, int64_t stream)
    {
        const auto optimizer = CreateOptimizer("random");
        optimizer->AssignStreams(stream);
        return FirstCompute(optimizer->MakePlan(state).orders[0])->cpuHz;
    }
};

/// DevicesPerRound: each subset of those who are there is equally likely.
class ChoiceTestCase : public TestCase
{
  public:
    ChoiceTestCase()
        : TestCase("devices are chosen uniformly")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t DRAWS = 5000;
        for (const std::string name : {"equal", "random"})
        {
            auto state = MakeState(6);
            state.available[3] = false; // 5 are left: 10 pairs
            const auto optimizer = CreateOptimizer(name);
            optimizer->SetAttribute("DevicesPerRound", UintegerValue(2));
            optimizer->AssignStreams(5);
            std::map<std::pair<DeviceId, DeviceId>, uint32_t> times;
            for (uint32_t draw = 0; draw < DRAWS; ++draw)
            {
                const auto plan = optimizer->MakePlan(state);
                NS_TEST_ASSERT_MSG_EQ(plan.orders.size(), 2, "so many");
                NS_TEST_ASSERT_MSG_LT(plan.orders[0].device, plan.orders[1].device, "ascending");
                ++times[{plan.orders[0].device, plan.orders[1].device}];
            }
            NS_TEST_EXPECT_MSG_EQ(times.size(), 10, "all pairs, and no others");
            for (const auto& [pair, count] : times)
            {
                NS_TEST_EXPECT_MSG_EQ((pair.first == 3 || pair.second == 3), false, "is not there");
                // Binomial with p = 1/10: five standard deviations; the stream is fixed.
                NS_TEST_EXPECT_MSG_EQ_TOL(count,
                                          DRAWS / 10.0,
                                          5 * std::sqrt(DRAWS * 0.1 * 0.9),
                                          "as often as the others");
            }
            optimizer->SetAttribute("DevicesPerRound", UintegerValue(7));
            NS_TEST_EXPECT_MSG_EQ(optimizer->MakePlan(state).orders.size(), 5, "all there are");
        }
    }
};

/// The orders that shares are turned into.
class RoundPlanTestCase : public TestCase
{
  public:
    RoundPlanTestCase()
        : TestCase("plan of a round")
    {
    }

  private:
    void DoRun() override
    {
        auto state = MakeState(3);
        RoundShare full{2, 1e9, 2e6, 0.01, 0.5};
        full.localIterations = 7;
        full.samples = 4;
        const auto plan = MakeRoundPlan(state, {{0, 1.5e9, 1e6, 0.005}, full});
        NS_TEST_ASSERT_MSG_EQ(plan.orders.size(), 2, "an order each");

        const auto& simple = plan.orders[0];
        NS_TEST_EXPECT_MSG_EQ(simple.device, 0, "who");
        NS_TEST_EXPECT_MSG_EQ(simple.round, 4, "for this round");
        NS_TEST_EXPECT_MSG_EQ(simple.forAggregation.value_or(0), 4, "and its aggregation");
        NS_TEST_EXPECT_MSG_EQ(simple.baseVersion, 3, "from this version");
        NS_TEST_EXPECT_MSG_EQ(simple.earliestStartS, 12.5, "now");
        NS_TEST_EXPECT_MSG_EQ(simple.localIterations, 2, "as the user asked");
        NS_TEST_EXPECT_MSG_EQ(simple.samples, 10, "all that it has");
        NS_TEST_ASSERT_MSG_EQ(simple.phases.size(), 3, "download, compute, upload");
        const auto& download = std::get<Transfer>(simple.phases[0]);
        NS_TEST_EXPECT_MSG_EQ((download.direction == Direction::DOWNLINK), true, "download");
        NS_TEST_EXPECT_MSG_EQ(download.payloadBits, 1000, "a model");
        NS_TEST_EXPECT_MSG_EQ(download.grant.has_value(), false, "on the radio's default");
        const auto& compute = std::get<Compute>(simple.phases[1]);
        NS_TEST_EXPECT_MSG_EQ(compute.cycles, 1e4 * 10 * 2, "cycles per sample and iteration");
        NS_TEST_EXPECT_MSG_EQ(compute.cpuHz, 1.5e9, "at this frequency");
        const auto& upload = std::get<Transfer>(simple.phases[2]);
        NS_TEST_EXPECT_MSG_EQ((upload.direction == Direction::UPLINK), true, "upload");
        NS_TEST_EXPECT_MSG_EQ(upload.payloadBits, 2000, "an update");

        const auto& other = plan.orders[1];
        NS_TEST_EXPECT_MSG_EQ(other.localIterations, 7, "its own");
        NS_TEST_EXPECT_MSG_EQ(other.samples, 4, "its own");
        NS_TEST_ASSERT_MSG_EQ(other.phases.size(), 4, "a pause before that");
        NS_TEST_EXPECT_MSG_EQ(std::get<Idle>(other.phases[0]).durationS, 0.5, "so long");
        NS_TEST_EXPECT_MSG_EQ(FirstCompute(other)->cycles, 1e4 * 4 * 7, "of these");
        NS_TEST_EXPECT_MSG_EQ(UplinkOf(other).startHz, 1e6, "above the first");
        NS_TEST_EXPECT_MSG_EQ(UplinkOf(other).bandwidthHz, 2e6, "its share");
        NS_TEST_EXPECT_MSG_EQ(UplinkOf(other).txPowerW, 0.01, "its power");

        bool refused = false;
        try
        {
            MakeRoundPlan(state, {{3, 1e9}});
        }
        catch (const std::out_of_range&)
        {
            refused = true;
        }
        NS_TEST_EXPECT_MSG_EQ(refused, true, "a device that is none");
        state.available[1] = false;
        NS_TEST_EXPECT_MSG_EQ((AvailableDevices(state) == std::vector<DeviceId>{0, 2}), true, "");
    }
};

/// Optimizers by name, and plans that none may make.
class NamesTestCase : public TestCase
{
  public:
    NamesTestCase()
        : TestCase("optimizers by name, and their mistakes")
    {
    }

  private:
    /// @return what MakePlan says of a plan with orders for these devices
    static std::string MistakeOf(const std::vector<DeviceId>& devices)
    {
        auto state = MakeState(3);
        state.available[1] = false;
        auto optimizer = CreateObject<ScriptedOptimizer>();
        optimizer->script = [&devices](const SystemState&) {
            Plan plan;
            for (const auto device : devices)
            {
                plan.orders.emplace_back();
                plan.orders.back().device = device;
            }
            return plan;
        };
        try
        {
            optimizer->MakePlan(state);
        }
        catch (const std::logic_error& error)
        {
            return error.what();
        }
        return "accepted";
    }

    void DoRun() override
    {
        std::set<std::string> names;
        for (const auto& entry : NamedOptimizers())
        {
            NS_TEST_EXPECT_MSG_EQ(CreateOptimizer(entry.name)->GetInstanceTypeId().GetName(),
                                  entry.typeId,
                                  "what the name stands for");
            NS_TEST_EXPECT_MSG_EQ(entry.description.empty(), false, "described");
            names.insert(entry.name);
        }
        NS_TEST_EXPECT_MSG_EQ(names.size(), NamedOptimizers().size(), "no name twice");
        NS_TEST_EXPECT_MSG_EQ(names.count("equal") + names.count("random"), 2, "at least these");
        NS_TEST_EXPECT_MSG_EQ(
            CreateOptimizer("ns3::fl::EqualOptimizer")->GetInstanceTypeId().GetName(),
            "ns3::fl::EqualOptimizer",
            "a TypeId will do");
        // As --method has them: two problems have a method "paper".
        for (const auto& [name, method] : {std::pair("exact", "exact"),
                                           std::pair("mel", "exact"),
                                           std::pair("sai", "sai"),
                                           std::pair("schedule-exact", "exact"),
                                           std::pair("greedy", "greedy"),
                                           std::pair("joint-global", "global"),
                                           std::pair("offload", "search"),
                                           std::pair("offload-search", "search"),
                                           std::pair("offload-all", "all"),
                                           std::pair("global", "global")})
        {
            StringValue value;
            CreateOptimizer(name)->GetAttribute("Method", value);
            NS_TEST_EXPECT_MSG_EQ(value.Get(), method, name);
        }
        for (const std::string name :
             {"paper", "", "Equal", "ns3::fl::Optimizer", "ns3::fl::Server", "ns3::Node"})
        {
            const std::string error = RefusalOf([&name] { CreateOptimizer(name); });
            NS_TEST_EXPECT_MSG_EQ(
                error.rfind("optimizer = '" + name + "': must be one of equal, ", 0),
                0,
                error);
        }

        NS_TEST_EXPECT_MSG_EQ(MistakeOf({0, 2}), "accepted", "these are there");
        for (const auto& [devices, who] :
             std::vector<std::pair<std::vector<DeviceId>, int>>{{{0, 1}, 1}, // is away
                                                                {{2, 3}, 3}, // does not exist
                                                                {{0, 2, 0}, 0}})
        {
            NS_TEST_EXPECT_MSG_EQ(MistakeOf(devices),
                                  Describe("ns3::fl::test::ScriptedOptimizer planned for device ",
                                           who,
                                           ", which is unknown, not available or planned twice"),
                                  "names it");
        }
    }
};

/// Energy and time: the plan is the method's answer to the state's problem.
class JointTestCase : public TestCase
{
  public:
    JointTestCase()
        : TestCase("joint optimizer")
    {
    }

  private:
    /// @return a state with gains that differ by device
    static SystemState MakeRadioState(uint32_t devices)
    {
        auto state = MakeState(devices);
        state.cells[0].noiseWPerHz = 4e-21;
        state.uploadBits = 251200;
        state.gains = GainTable(devices, 1);
        for (DeviceId device = 0; device < devices; ++device)
        {
            state.profiles[device].samples = 500;
            state.gains.At(device, 0, Direction::UPLINK) = 1e-11 * (1 + device);
        }
        return state;
    }

    /// The plan's numbers are those of the answer, for the devices that are there.
    void FollowTheAnswer()
    {
        auto state = MakeRadioState(5);
        state.available[1] = false;
        const std::vector<DeviceId> devices{0, 2, 3, 4};
        auto optimizer = CreateOptimizer("joint");
        optimizer->SetAttribute("WeightEnergy", DoubleValue(0.7));
        const auto plan = optimizer->MakePlan(state);
        auto problem = JointOptimizer::MakeProblem(state, devices, 0.7);
        NS_TEST_EXPECT_MSG_EQ(problem.devices[1].gain, 3e-11, "of device 2");
        NS_TEST_EXPECT_MSG_EQ(problem.devices[1].payloadBits, 251200, "an update");
        NS_TEST_EXPECT_MSG_EQ(problem.devices[1].cycles, 1e4 * 500 * 2, "two iterations");
        NS_TEST_EXPECT_MSG_EQ(problem.bandwidthHz, BAND_HZ, "the band that is planned");
        const auto answer = SolveJoint("global", problem);
        NS_TEST_ASSERT_MSG_EQ(plan.orders.size(), 4, "those who are there");
        NS_TEST_EXPECT_MSG_EQ(plan.objective, answer.objective, "of one round");
        NS_TEST_EXPECT_MSG_EQ(plan.bound, answer.lowerBound, "with its proof");
        for (size_t i = 0; i < devices.size(); ++i)
        {
            const auto& share = answer.shares[i];
            NS_TEST_EXPECT_MSG_EQ(plan.orders[i].device, devices[i], "in their order");
            NS_TEST_EXPECT_MSG_EQ(UplinkOf(plan.orders[i]).bandwidthHz, share.bandwidthHz, "B");
            NS_TEST_EXPECT_MSG_EQ(UplinkOf(plan.orders[i]).txPowerW, share.txPowerW, "p");
            NS_TEST_EXPECT_MSG_EQ(FirstCompute(plan.orders[i])->cpuHz, share.cpuHz, "f");
        }
        // The predictor, which knows nothing of the solver, finds the same objective in the plan.
        state.downloadBits = 0;
        state.cells[0].downlinkBandwidthHz = 1e6;
        state.cells[0].downlinkTxPowerW = 1;
        const auto predicted =
            Predictor::Predict(state, optimizer->MakePlan(state), ShannonRateModel());
        NS_TEST_EXPECT_MSG_EQ_TOL(0.7 * predicted.EnergyJ() + 0.3 * predicted.DurationS(),
                                  answer.objective,
                                  1e-9 * answer.objective,
                                  "w1 E + w2 T");

        state.available.assign(5, false);
        NS_TEST_EXPECT_MSG_EQ(optimizer->MakePlan(state).orders.size(), 0, "nobody is there");
    }

    /// Each round anew, or once for all.
    void PlanOnce()
    {
        auto state = MakeRadioState(3);
        auto once = CreateOptimizer("joint");
        once->SetAttribute("PlanOnce", BooleanValue(true));
        const auto always = CreateOptimizer("joint");
        const auto first = once->MakePlan(state);
        always->MakePlan(state);
        state.gains.At(0, 0, Direction::UPLINK) = 5e-11;
        const auto kept = once->MakePlan(state);
        NS_TEST_EXPECT_MSG_EQ(UplinkOf(kept.orders[0]).bandwidthHz,
                              UplinkOf(first.orders[0]).bandwidthHz,
                              "kept");
        NS_TEST_EXPECT_MSG_LT(kept.objective, first.objective, "but worth what it is worth now");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(kept.bound), true, "and not proved");
        const auto anew = always->MakePlan(state);
        NS_TEST_EXPECT_MSG_LT(UplinkOf(anew.orders[0]).bandwidthHz,
                              UplinkOf(first.orders[0]).bandwidthHz,
                              "who hears better needs less");
        NS_TEST_EXPECT_MSG_LT(anew.objective, kept.objective, "better");
        // Warm or cold, the optimum is the same.
        NS_TEST_EXPECT_MSG_EQ_TOL(anew.objective,
                                  CreateOptimizer("joint")->MakePlan(state).objective,
                                  2e-9 * anew.objective,
                                  "from the last round's prices");

        state.available[1] = false;
        NS_TEST_EXPECT_MSG_EQ(UplinkOf(once->MakePlan(state).orders[1]).bandwidthHz,
                              UplinkOf(first.orders[2]).bandwidthHz,
                              "one device less");
    }

    /// All methods make plans that fit; what cannot be is said.
    void TryAll()
    {
        const auto state = MakeRadioState(4);
        const double best = CreateOptimizer("joint")->MakePlan(state).objective;
        for (const auto& entry : NamedOptimizers())
        {
            if (entry.typeId != "ns3::fl::JointOptimizer" || entry.name == "joint-scheme1")
            {
                continue;
            }
            const auto plan = CreateOptimizer(entry.name)->MakePlan(state);
            double usedHz = 0;
            for (const auto& order : plan.orders)
            {
                usedHz += UplinkOf(order).bandwidthHz;
            }
            NS_TEST_EXPECT_MSG_LT(usedHz, BAND_HZ * (1 + 1e-9), entry.name);
            NS_TEST_EXPECT_MSG_GT(plan.objective, best * (1 - 2e-9), entry.name);
        }
        const std::string timeless =
            RefusalOf([&state] { CreateOptimizer("joint-scheme1")->MakePlan(state); });
        NS_TEST_EXPECT_MSG_NE(timeless.find("roundDeadlineS"), std::string::npos, timeless);
        auto hurried = CreateOptimizer("joint");
        hurried->SetAttribute("RoundDeadline", TimeValue(MicroSeconds(1)));
        std::string error;
        try
        {
            hurried->MakePlan(state);
        }
        catch (const Infeasible& infeasible)
        {
            error = infeasible.what();
        }
        NS_TEST_EXPECT_MSG_EQ(error.rfind("roundDeadlineS = 1e-06: ", 0), 0, error);
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([] { CreateOptimizer("joint")->MakePlan(MakeState(2, false)); }),
            "ns3::fl::JointOptimizer: there is no bandwidth to be shared: must have a cell whose "
            "radio is controlled",
            "without a cell");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([] {
                CreateObject<JointOptimizer>()->SetAttribute("Method", StringValue("best"));
            }).rfind("ns3::fl::JointOptimizer: Method = 'best': must be one of global, paper,", 0),
            0,
            "names them");
    }

    void DoRun() override
    {
        FollowTheAnswer();
        PlanOnce();
        TryAll();
    }
};

/// The suite.
class FlOptimizerTestSuite : public TestSuite
{
  public:
    FlOptimizerTestSuite()
        : TestSuite("fl-optimizer", TestSuite::Type::UNIT)
    {
        AddTestCase(new EqualTestCase);
        AddTestCase(new RandomTestCase);
        AddTestCase(new JointTestCase);
        AddTestCase(new ChoiceTestCase);
        AddTestCase(new RoundPlanTestCase);
        AddTestCase(new NamesTestCase);
    }
};

FlOptimizerTestSuite g_flOptimizerTestSuite; ///< registers the suite

} // namespace
