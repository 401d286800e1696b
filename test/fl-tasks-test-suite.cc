/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"
#include "fl-test-results.h"

#include "ns3/config.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-energy-split.h"
#include "ns3/fl-fdma-radio-control.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-results.h"
#include "ns3/fl-scenario-fields.h"
#include "ns3/fl-scenario-rules.h"
#include "ns3/fl-task-text.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Several tasks of one scenario: their texts, data and devices; energies and totals by task; a
 * battery that two tasks empty.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What the texts of tasks mean, and what is refused.
class TextTestCase : public TestCase
{
  public:
    TextTestCase()
        : TestCase("a task is named once, with what it has of its own")
    {
    }

  private:
    void DoRun() override
    {
        Scenario scenario;
        scenario.coordinator = "async";
        scenario.batch = 7;
        NS_TEST_EXPECT_MSG_EQ(CountTasks(scenario), 1, "the scenario's own");
        NS_TEST_EXPECT_MSG_EQ(TaskScenario(scenario, 0).batch, 7, "the scenario's own");
        scenario.tasks = {"model=mlp:5,lr=0.5,partition=labels-equal:2", "", "batch=3"};
        ValidateScenario(scenario);
        NS_TEST_EXPECT_MSG_EQ(CountTasks(scenario), 3, "three");
        const Scenario first = TaskScenario(scenario, 0);
        NS_TEST_EXPECT_MSG_EQ(first.model, "mlp:5", "its own");
        NS_TEST_EXPECT_MSG_EQ(first.lr, 0.5, "its own");
        NS_TEST_EXPECT_MSG_EQ(first.partition, "labels-equal:2", "its own");
        NS_TEST_EXPECT_MSG_EQ(first.batch, 7, "the scenario's");
        NS_TEST_EXPECT_MSG_EQ(TaskScenario(scenario, 1).model, "softmax", "the scenario's");
        NS_TEST_EXPECT_MSG_EQ(TaskScenario(scenario, 2).batch, 3, "its own");
        TestRefusals(scenario);
    }

    void TestRefusals(Scenario scenario)
    {
        const auto refusal = [&scenario](const std::string& text) {
            scenario.tasks = {text};
            return RefusalOf([&scenario] { ValidateScenario(scenario); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal("model"),
                              "--task=model: must be NAME=VALUE,NAME=VALUE,...: 'model' has no "
                              "value",
                              "no value");
        NS_TEST_EXPECT_MSG_EQ(refusal("devices=3"),
                              "--task=devices=3: must name " + TaskFields().text +
                                  ": 'devices' is none of them",
                              "not a task's");
        NS_TEST_EXPECT_MSG_EQ(refusal("batch=1,batch=2"),
                              "--task=batch=1,batch=2: must name batch once",
                              "twice");
        NS_TEST_EXPECT_MSG_EQ(refusal("lr=0"),
                              "--task=lr=0: must have, for lr, not '0' but a number above 0, up to "
                              "1000",
                              "a value");
        NS_TEST_EXPECT_MSG_EQ(refusal("min-cycles=5,max-cycles=4"),
                              "--task=min-cycles=5,max-cycles=4: must have min-cycles=5 up to "
                              "max-cycles=4",
                              "an empty range");
        NS_TEST_EXPECT_MSG_EQ(
            refusal("model=nothing").rfind("--task=model=nothing: must have, for model, not ", 0),
            0,
            "a model");
        scenario.coordinator = "sync";
        NS_TEST_EXPECT_MSG_EQ(refusal("batch=3"),
                              "--task=batch=3: must be left out with --coordinator=sync",
                              "rounds have one task");
        scenario.coordinator = "async";
        scenario.tasks.clear();
        scenario.levels = {0.5, 1.5};
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&scenario] { ValidateScenario(scenario); }),
                              "--levels=0.5,1.5: must be numbers above 0, up to 1, separated by "
                              "commas",
                              "a level");
    }
};

/// A cell with two tasks.
class TwoTaskCell
{
  public:
    /// @param options its scenario
    explicit TwoTaskCell(const Options& options)
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        m_data = LoadData(options);
        cell = std::make_unique<CellRun>(options, m_data);
        cell->GetFederation().coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [this](const RoundRecord& record) { records.push_back(record); }));
    }

    /// @return the options of a cell of timing studies
    static Options Studies()
    {
        Options options;
        options.devices = 3;
        options.rounds = 12;
        options.coordinator = "async";
        options.optimizer = "equal";
        options.transport = "datagram";
        options.tasks = {"payload-bits=4e6", "payload-bits=8e6,samples-per-device=100"};
        options.out = "none";
        return options;
    }

    std::vector<RoundRecord> records; //!< in their order
    std::unique_ptr<CellRun> cell;    //!< the cell

  private:
    LearningData m_data; //!< of both tasks
};

/// What two orders at once on one device spent is divided between them.
class EnergyTestCase : public TestCase
{
  public:
    EnergyTestCase()
        : TestCase("energy of devices and base station by task")
    {
    }

  private:
    void DoRun() override
    {
        TestSplit();
        TwoTaskCell run(TwoTaskCell::Studies());
        Simulator::Run();
        RunTotals totals(2);
        std::map<DeviceId, double> radiatedJ;
        std::map<DeviceId, double> stationJ;
        for (const auto& record : run.records)
        {
            totals.AddRound(record);
            for (const auto& work : record.ended)
            {
                radiatedJ[work.order.device] += work.measured.radioEnergyJ;
                stationJ[work.order.device] += work.measured.stationEnergyJ;
                ExpectOrder(work);
            }
        }
        const auto radio = run.cell->GetFederation().coordinator->GetRadioControl();
        for (const auto& [device, energyJ] : radiatedJ)
        {
            // Beside it there are HELLO, and answers to ABORT, of less than 100 bytes each.
            const double allJ = radio->GetRadiatedEnergyJ(device);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(energyJ, allJ * (1 + 1e-12), "no more than there is");
            NS_TEST_EXPECT_MSG_GT(energyJ, 0.99 * allJ, "all, but for a few messages");
            NS_TEST_EXPECT_MSG_EQ_TOL(stationJ[device],
                                      radio->GetStationEnergyJ(device),
                                      0.01 * stationJ[device],
                                      "the base station's");
        }
        NS_TEST_ASSERT_MSG_EQ(totals.tasks.size(), 2, "by task");
        NS_TEST_EXPECT_MSG_EQ_TOL(totals.tasks[0].energyJ + totals.tasks[1].energyJ,
                                  totals.energyJ,
                                  1e-12 * totals.energyJ,
                                  "they add up");
        NS_TEST_EXPECT_MSG_EQ_TOL(totals.tasks[0].stationEnergyJ + totals.tasks[1].stationEnergyJ,
                                  totals.stationEnergyJ,
                                  1e-12 * totals.stationEnergyJ,
                                  "they add up");
        NS_TEST_EXPECT_MSG_EQ(totals.tasks[0].rounds, 12, "of each task");
        NS_TEST_EXPECT_MSG_EQ(totals.tasks[1].rounds, 12, "of each task");
    }

    /// Power times airtime of its own bits, whatever else was on the air.
    void ExpectOrder(const WorkRecord& work)
    {
        if (work.measured.status != WorkStatus::MERGED)
        {
            return;
        }
        for (const auto& phase : work.order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (!transfer)
            {
                continue;
            }
            const bool isUp = transfer->direction == Direction::UPLINK;
            const double rateBps = ShannonRateBps(transfer->grant->bandwidthHz,
                                                  transfer->grant->txPowerW,
                                                  work.gain, // links are reciprocal
                                                  std::pow(10, -20.4));
            const double leastJ = transfer->grant->txPowerW * transfer->payloadBits / rateBps;
            const double spentJ = isUp ? work.measured.radioEnergyJ : work.measured.stationEnergyJ;
            NS_TEST_EXPECT_MSG_GT(spentJ, leastJ, "its bits");
            // Headers of at most 56 bytes of each 1,400, and acknowledgements of the other order's
            // download, which the control channel sends meanwhile: of task 0 of twice its size. The
            // other one's upload beside it would be 50 % of task 1's and 200 % of task 0's.
            NS_TEST_EXPECT_MSG_LT(spentJ, 1.3 * leastJ, "its headers, and none of the other's");
        }
    }

    /// The rule, by hand.
    void TestSplit()
    {
        EnergySplit split;
        const OrderKey a{0, 0, 1};
        const OrderKey b{0, 1, 1};
        split.Begin(a, {0, 0, 0});
        split.Begin(b, {1, 2, 16});       // acknowledgements of a's download; a's download
        split.Received(a, {2, 4, 32});    // likewise; the circuits' are shared
        split.Received(b, {4, 8, 64});    // b's
        split.Uploading(b, {8, 16, 64});  // nothing is transferred: both
        split.Uploading(a, {16, 32, 64}); // b's
        const auto ofB = split.End(b, {32, 64, 96});
        const auto ofA = split.End(a, {64, 128, 96});
        NS_TEST_EXPECT_MSG_EQ(ofB.radiatedJ, 2 + 2 + 8 + 16, "uploads come one after the other");
        NS_TEST_EXPECT_MSG_EQ(ofA.radiatedJ, 2 + 2 + 32, "uploads come one after the other");
        NS_TEST_EXPECT_MSG_EQ(ofA.stationJ, 32, "downloads too");
        NS_TEST_EXPECT_MSG_EQ(ofB.stationJ, 32 + 32, "and acknowledgements of what comes up");
        NS_TEST_EXPECT_MSG_EQ(ofA.circuitJ + ofB.circuitJ, 128, "all of it");
        NS_TEST_EXPECT_MSG_EQ(ofA.circuitJ, 2 + 31 + 64, "a half, while there are two");
    }
};

/// A device's battery runs empty while it works on both tasks.
class BatteryTestCase : public TestCase
{
  public:
    BatteryTestCase()
        : TestCase("a battery that empties with orders of two tasks in flight")
    {
    }

  private:
    void DoRun() override
    {
        auto options = TwoTaskCell::Studies();
        options.rounds = 1000;
        options.batteryJ = 0.2;
        options.minCycles = options.maxCycles = 1e4; // 20 mJ an order of task 0, 4 mJ of task 1
        options.attributes["ns3::fl::AsyncCoordinator::WaitTimeout"] = "2s";
        options.attributes["ns3::fl::Server::KeepAlive"] = "0.5s";
        options.Apply();
        TwoTaskCell run(options);
        Simulator::Run();
        Config::Reset();
        NS_TEST_EXPECT_MSG_EQ(run.cell->GetFederation().coordinator->IsFinished(), true, "ended");
        std::map<DeviceId, std::vector<uint32_t>> died; // tasks by device
        std::map<DeviceId, double> spentJ;
        for (const auto& record : run.records)
        {
            for (const auto& work : record.ended)
            {
                spentJ[work.order.device] += work.measured.EnergyJ();
                if (work.measured.status == WorkStatus::BATTERY)
                {
                    died[work.order.device].push_back(work.order.task);
                }
            }
        }
        for (const DeviceId device : {0, 1, 2})
        {
            // Two orders are in flight but for the moment between an update and the next order.
            NS_TEST_EXPECT_MSG_GT(died[device].size(), 0, "device " << device);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(spentJ[device], 0.2 * (1 + 1e-9), "no more than it had");
            NS_TEST_EXPECT_MSG_GT(spentJ[device], 0.19, "nearly all");
        }
        const bool both = std::any_of(died.begin(), died.end(), [](const auto& tasks) {
            return tasks.second == std::vector<uint32_t>{0, 1} ||
                   tasks.second == std::vector<uint32_t>{1, 0};
        });
        NS_TEST_EXPECT_MSG_EQ(both, true, "both orders of a device");
    }
};

/// Two tasks that learn: data of their own, results by task, the same on two threads.
class LearningTestCase : public TestCase
{
  public:
    LearningTestCase()
        : TestCase("two tasks of a scenario learn, each with its data and its model")
    {
    }

  private:
    void DoRun() override
    {
        Options options;
        options.devices = 4;
        options.rounds = 10;
        options.coordinator = "async";
        options.optimizer = "equal";
        options.trainSamples = 200;
        options.testSamples = 50;
        options.tasks = {"model=mlp:10",
                         "data=synthetic-clutter,partition=labels-equal:2",
                         "train-samples=200"};
        options.out = "none";
        const LearningData data = LoadData(options);
        NS_TEST_ASSERT_MSG_EQ(data.tasks.size(), 3, "of each");
        NS_TEST_EXPECT_MSG_EQ((data.tasks[0].train == data.tasks[2].train), true, "shared");
        NS_TEST_EXPECT_MSG_NE((data.tasks[0].train == data.tasks[1].train), true, "its own");
        std::vector<std::string> dumps;
        for (const uint32_t threads : {0, 2})
        {
            options.threads = threads;
            TwoTaskCell run(options);
            Simulator::Run();
            NS_TEST_ASSERT_MSG_EQ(run.records.size(), 30, "all aggregations");
            std::string text;
            for (const auto& record : run.records)
            {
                NS_TEST_EXPECT_MSG_EQ(std::isnan(record.accuracy), false, "evaluated");
                text +=
                    Describe(record.task, " ", record.endS, " ", record.loss, " ", record.accuracy);
            }
            dumps.push_back(text);
            const auto& coordinator = *run.cell->GetFederation().coordinator;
            const auto parts = BuildParts(options, *coordinator.GetTask(1), 1, 1);
            NS_TEST_EXPECT_MSG_GT(coordinator.GetParameters(0).size(),
                                  coordinator.GetParameters(1).size(),
                                  "the first one's perceptron");
            NS_TEST_EXPECT_MSG_EQ(parts.size(), 4, "devices");
            NS_TEST_EXPECT_MSG_NE(
                AreSame(coordinator.GetParameters(1), coordinator.GetParameters(2)),
                true,
                "another initial model");
        }
        NS_TEST_EXPECT_MSG_EQ((dumps[0] == dumps[1]), true, "on two threads");
    }

    /// @return whether both are the same
    static bool AreSame(const Eigen::VectorXf& a, const Eigen::VectorXf& b)
    {
        return a.size() == b.size() && a == b;
    }
};

/// Totals of several tasks.
class TotalsTestCase : public TestCase
{
  public:
    TotalsTestCase()
        : TestCase("totals by task, accuracy levels by option")
    {
    }

  private:
    void DoRun() override
    {
        RunTotals totals(2, {0.65, 0.7});
        const auto add = [&totals](uint32_t task, uint32_t round, double accuracy) {
            auto record = MakeRecord(round, accuracy);
            record.task = task;
            totals.AddRound(record);
        };
        add(0, 1, 0.75); // ends at 4 s, 0.375 J
        NS_TEST_EXPECT_MSG_EQ(std::isnan(totals.finalAccuracy), true, "not of all tasks yet");
        add(1, 1, 0.5);
        NS_TEST_EXPECT_MSG_EQ(totals.finalAccuracy, 0.625, "the mean");
        add(1, 2, 0.625);
        NS_TEST_EXPECT_MSG_EQ(totals.finalAccuracy, 0.6875, "the mean");
        add(1, 3, ABSENT);
        add(0, 2, 0.5);
        NS_TEST_EXPECT_MSG_EQ(totals.finalAccuracy, 0.5625, "the mean");
        NS_TEST_EXPECT_MSG_EQ(totals.bestAccuracy, 0.6875, "of the mean");
        NS_TEST_EXPECT_MSG_EQ(totals.tasks[0].finalAccuracy, 0.5, "of its own");
        NS_TEST_EXPECT_MSG_EQ(totals.tasks[0].bestAccuracy, 0.75, "of its own");
        NS_TEST_EXPECT_MSG_EQ(totals.tasks[1].rounds, 3, "of its own");
        NS_TEST_ASSERT_MSG_EQ(totals.timeToAccuracyS.size(), 2, "two levels");
        NS_TEST_EXPECT_MSG_EQ(totals.timeToAccuracyS[0], 6, "65 % in the mean");
        NS_TEST_EXPECT_MSG_EQ(totals.energyToAccuracyJ[0], 3 * 0.375, "65 % in the mean");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(totals.timeToAccuracyS[1]), true, "70 % never");
        NS_TEST_EXPECT_MSG_EQ(totals.tasks[0].timeToAccuracyS[1], 4, "70 % of task 0");
        NS_TEST_EXPECT_MSG_EQ(totals.tasks[0].energyToAccuracyJ[1], 0.375, "of its own orders");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(totals.tasks[1].timeToAccuracyS[0]), true, "never");
        TestFiles();
    }

    /// Tasks in summary.json and in curves.csv, whose rows are not in the order of the runs' files.
    void TestFiles()
    {
        const fs::path folder = Vacant(CreateTempDirFilename("tasks"));
        ResultFolder results(folder, 2, "fl-program", {}, RunTotals(2, {0.65}));
        for (const uint32_t first : {0, 1})
        {
            auto& writer = results.BeginRun();
            for (const uint32_t task : {first, 1 - first})
            {
                for (const uint32_t round : {1, 2})
                {
                    auto record = MakeRecord(round, task == 0 ? 0.75 : 0.5);
                    record.task = task;
                    writer.AddRound(record);
                }
            }
        }
        results.Finish("done");
        std::istringstream curves(ReadAll(folder / "curves.csv"));
        std::string line;
        std::getline(curves, line);
        // Round, task, runs; energy so far is the task's.
        for (const char* row : {"1,0,2,4,0,0.375,", "2,0,2,6,0,0.75,", "1,1,2,4,", "2,1,2,6,"})
        {
            std::getline(curves, line);
            NS_TEST_EXPECT_MSG_EQ(line.rfind(row, 0), 0, line);
        }
        const auto json = nlohmann::json::parse(ReadAll(folder / "summary.json"));
        NS_TEST_EXPECT_MSG_EQ(json["final_accuracy"], 0.625, "the mean of both");
        NS_TEST_EXPECT_MSG_EQ(json["tasks"]["0"]["final_accuracy"], 0.75, "its own");
        NS_TEST_EXPECT_MSG_EQ(json["tasks"]["1"]["totals"]["energy_j"], 0.75, "its own");
        NS_TEST_EXPECT_MSG_EQ(json["tasks"]["0"]["time_to_accuracy_s"]["0.65"], 4, "its own");
        NS_TEST_EXPECT_MSG_EQ(json["time_to_accuracy_s"]["0.65"].is_null(), true, "not reached");
    }
};

/// The suite.
class TasksTestSuite : public TestSuite
{
  public:
    TasksTestSuite()
        : TestSuite("fl-tasks", TestSuite::Type::UNIT)
    {
        AddTestCase(new TextTestCase);
        AddTestCase(new EnergyTestCase);
        AddTestCase(new BatteryTestCase);
        AddTestCase(new LearningTestCase);
        AddTestCase(new TotalsTestCase);
    }
};

TasksTestSuite g_tasksTestSuite; //!< registers itself

} // namespace
