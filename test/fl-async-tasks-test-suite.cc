/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"

#include "ns3/double.h"
#include "ns3/fl-async-coordinator.h"

#include <cmath>
#include <memory>

/**
 * @file
 * @ingroup fl
 * Asynchronous learning in packets, of two tasks: FederationHelper with several tasks, a processor
 * and grants that two tasks share, devices that die with two orders, a server that restarts.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What a test of two tasks wants.
struct TasksSetup
{
    uint32_t devices{2};            //!< number of devices
    uint64_t statedBytes{0};        //!< above 0: timing studies
    double cyclesPerSample{1e6};    //!< of both tasks
    double distanceM{0};            //!< above 0: an FDMA cell
    std::string dataRate{"10Mbps"}; //!< of links otherwise
    uint32_t aggregations{4};       //!< of each task
    double alpha{0.6};              //!< mixing weight
    uint32_t threads{0};            //!< of both tasks' pool
};

/// A federation with two tasks: softmax regression and a multilayer perceptron. Device d has 10
/// samples of the first one and 20 of the second one.
class TwoTaskFederation
{
  public:
    /// @param setup what to build
    explicit TwoTaskFederation(const TasksSetup& setup)
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        BuildNetwork(setup);
        BuildTasks(setup);
        FederationHelper helper(tasks[0]);
        helper.AddTask(tasks[1]);
        helper.SetCoordinator("ns3::fl::AsyncCoordinator");
        helper.SetTransport(TRANSPORTS[1]);
        helper.SetCoordinatorAttribute("Aggregations", UintegerValue(setup.aggregations));
        helper.SetCoordinatorAttribute("Alpha", DoubleValue(setup.alpha));
        helper.SetServerAttribute("KeepAlive", TimeValue(Seconds(0.5)));
        helper.SetRadioControl(radio);
        std::vector<std::vector<DeviceProfile>> profiles(2);
        for (uint32_t task : {0, 1})
        {
            DeviceProfile profile;
            profile.samples = 10 + 10 * task;
            profile.cyclesPerSample = setup.cyclesPerSample / (1 + task);
            profile.maxCpuHz = 1e9;
            profiles[task].assign(setup.devices, profile);
        }
        federation = helper.InstallTasks(server.Get(0),
                                         InetSocketAddress(interfaces.GetAddress(0), SERVER_PORT),
                                         devices,
                                         std::move(profiles),
                                         parts);
        federation.applications.Start(Seconds(0));
        federation.coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [this](const RoundRecord& record) { rounds[record.task].push_back(record); }));
        for (const auto& client : federation.clients)
        {
            client->TraceConnectWithoutContext(
                "Aborted",
                MakeFlCallback<void, DeviceId, const WorkOrder&, const std::string&>(
                    [this](DeviceId, const WorkOrder& order, const std::string& why) {
                        aborted.push_back(Describe("task ", order.task, ": ", why));
                    }));
        }
    }

    ~TwoTaskFederation()
    {
        Simulator::Destroy();
    }

    TwoTaskFederation(const TwoTaskFederation&) = delete;
    TwoTaskFederation& operator=(const TwoTaskFederation&) = delete;

    /// @return the statuses of a device's orders of a task that ended
    /// @param task number of the task
    /// @param device the device
    std::string StatusesOf(uint32_t task, DeviceId device) const
    {
        std::string text;
        for (const auto& record : rounds[task])
        {
            for (const auto& work : record.ended)
            {
                text += work.order.device == device ? Describe(ToString(work.measured.status), " ")
                                                    : "";
            }
        }
        return text;
    }

    /// @return a device's model of a task after training from another one
    /// @param task number of the task
    /// @param device the device
    /// @param model that it begins with
    Eigen::VectorXf Trained(uint32_t task, DeviceId device, const Eigen::VectorXf& model) const
    {
        const auto& of = *tasks[task];
        return Train(*of.model, model, *of.train, parts[task][device], 0, of.trainer, 0).parameters;
    }

    NodeContainer server;                       //!< one node
    NodeContainer devices;                      //!< by DeviceId
    Ipv4InterfaceContainer interfaces;          //!< the server's, the devices'
    Ptr<FdmaRadioControl> radio;                //!< null if it is no cell
    std::shared_ptr<LearningTask> tasks[2];     //!< by number
    std::vector<FederationHelper::Parts> parts; //!< by task
    Federation federation;                      //!< what was installed
    std::vector<RoundRecord> rounds[2];         //!< by task
    std::vector<std::string> aborted;           //!< by clients

  private:
    void BuildNetwork(const TasksSetup& setup)
    {
        if (setup.distanceM > 0)
        {
            TestCell cell(setup.devices, setup.distanceM, FdmaHelper(), true);
            server = cell.station;
            devices = cell.devices;
            interfaces = cell.interfaces;
            radio = cell.control;
        }
        else
        {
            server.Create(1);
            devices.Create(setup.devices);
            SimpleNetDeviceHelper links;
            links.SetDeviceAttribute("DataRate", StringValue(setup.dataRate));
            const NodeContainer all(server, devices);
            const auto netDevices = links.Install(all);
            InternetStackHelper().Install(all);
            interfaces = Ipv4AddressHelper("10.0.0.0", "255.255.0.0").Assign(netDevices);
        }
        FdmaHelper::PopulateNeighbourCache(interfaces);
    }

    void BuildTasks(const TasksSetup& setup)
    {
        const auto pool = std::make_shared<ThreadPool>(setup.threads);
        for (uint32_t task : {0, 1})
        {
            tasks[task] = std::make_shared<LearningTask>();
            tasks[task]->statedBytes = setup.statedBytes;
            tasks[task]->trainer.method = TrainerOptions::Method::FULL_BATCH;
            tasks[task]->trainer.learningRate = 0.5;
            if (setup.statedBytes > 0)
            {
                continue;
            }
            const uint32_t samples = 10 + 10 * task;
            tasks[task]->model = MakeModel(task == 0 ? "softmax" : "mlp:5", DIMENSION, CLASSES);
            tasks[task]->train = MakeSamples(samples * setup.devices, 1 + task);
            tasks[task]->pool = pool;
            parts.emplace_back(setup.devices);
            for (uint32_t i = 0; i < samples * setup.devices; ++i)
            {
                parts.back()[i / samples].push_back(i);
            }
        }
    }
};

/// Two tasks on one device, each trained as if it were alone.
class LearningTestCase : public TestCase
{
  public:
    LearningTestCase()
        : TestCase("two tasks at once on one device equal two sequential trainings, bit for bit")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint32_t threads : {0, 2})
        {
            TasksSetup setup;
            setup.devices = 1;
            setup.alpha = 1;
            setup.threads = threads;
            TwoTaskFederation run(setup);
            Simulator::Run();
            for (uint32_t task : {0, 1})
            {
                NS_TEST_ASSERT_MSG_EQ(run.rounds[task].size(), 4, "of task " << task);
                auto model = run.tasks[task]->model->InitialParameters(run.tasks[task]->seed);
                for (int i = 0; i < 4; ++i)
                {
                    model = run.Trained(task, 0, model);
                }
                NS_TEST_EXPECT_MSG_EQ(
                    AreSame(run.federation.coordinator->GetParameters(task), model),
                    true,
                    "task " << task << " with " << threads << " threads");
                const auto& work = run.rounds[task][0].ended.at(0);
                NS_TEST_EXPECT_MSG_EQ(work.measured.samples, 10 + 10 * task, "its own samples");
            }
        }
    }
};

/// Two computations on one processor take as long as they would one after the other.
class SharedProcessorTestCase : public TestCase
{
  public:
    SharedProcessorTestCase()
        : TestCase("jobs of two tasks that overlap share the processor")
    {
    }

  private:
    void DoRun() override
    {
        TasksSetup setup;
        setup.devices = 1;
        setup.aggregations = 1;
        setup.statedBytes = 1000;
        setup.cyclesPerSample = 1e8; // 1e9 cycles of each task, 1 s at 1 GHz
        setup.dataRate = "1Gbps";
        TwoTaskFederation run(setup);
        Simulator::Run();
        // Some 1,100 bytes a model at 1 Gbit/s: 10 us from the begin of one to that of the other.
        constexpr double APART_S = 20e-6;
        for (uint32_t task : {0, 1})
        {
            NS_TEST_ASSERT_MSG_EQ(run.rounds[task].size(), 1, "of task " << task);
            const auto& work = run.rounds[task][0].ended.at(0);
            NS_TEST_EXPECT_MSG_EQ_TOL(work.predicted.computeS, 1, 1e-9, "alone");
            NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.computeS, 2, APART_S, "at half the speed");
            // kappa cycles f^2 = 0.1 J at 1 GHz, and a quarter of it at half of that.
            NS_TEST_EXPECT_MSG_EQ_TOL(work.measured.computeEnergyJ,
                                      0.025,
                                      0.1 * APART_S,
                                      "energy at half the speed");
        }
    }
};

/// Uploads of two tasks share the device's grant.
class SharedGrantTestCase : public TestCase
{
  public:
    SharedGrantTestCase()
        : TestCase("uploads of two tasks at once on one grant")
    {
    }

  private:
    void DoRun() override
    {
        TasksSetup setup;
        setup.devices = 2;
        setup.aggregations = 2;
        setup.statedBytes = 100000;
        setup.distanceM = 100;
        setup.cyclesPerSample = 1e3;
        TwoTaskFederation run(setup);
        Simulator::Run();
        const auto& one = Find(run, 0);
        const auto& other = Find(run, 1);
        const auto& grant = *std::get<Transfer>(one.order.phases.back()).grant;
        const auto& same = *std::get<Transfer>(other.order.phases.back()).grant;
        NS_TEST_EXPECT_MSG_EQ(grant.bandwidthHz, 9.5e6, "half of the planned band");
        NS_TEST_EXPECT_MSG_EQ(same.startHz, grant.startHz, "one grant");
        NS_TEST_EXPECT_MSG_EQ(same.bandwidthHz, grant.bandwidthHz, "one grant");
        const double rateBps = ShannonRateBps(grant.bandwidthHz,
                                              grant.txPowerW,
                                              one.gain,
                                              std::pow(10, -20.4)); // -174 dBm/Hz
        const double aloneS = 8.0 * 100000 / rateBps;
        const auto& first = one.measured.phases.back();
        const auto& second = other.measured.phases.back();
        NS_TEST_EXPECT_MSG_LT(std::max(first.startS, second.startS),
                              std::min(first.endS, second.endS),
                              "they overlap");
        const double bothTasksS =
            std::max(first.endS, second.endS) - std::min(first.startS, second.startS);
        // Headers of at most 56 bytes of each 1,400, and what the second one begins later.
        NS_TEST_EXPECT_MSG_GT(bothTasksS, 2 * aloneS, "no more than the grant's rate");
        NS_TEST_EXPECT_MSG_LT(bothTasksS,
                              2 * 1.06 * aloneS + std::abs(first.startS - second.startS),
                              "nearly all of the grant's rate");
    }

    /// @return device 0's first order of a task
    /// @param run the federation
    /// @param task number of the task
    static const WorkRecord& Find(const TwoTaskFederation& run, uint32_t task)
    {
        for (const auto& record : run.rounds[task])
        {
            for (const auto& work : record.ended)
            {
                if (work.order.device == 0 && work.measured.status == WorkStatus::MERGED)
                {
                    return work;
                }
            }
        }
        throw std::out_of_range("device 0 has no update");
    }
};

/// A device disappears while it computes for two tasks, and comes back.
class DeathTestCase : public TestCase
{
  public:
    DeathTestCase()
        : TestCase("a device that dies with two tasks in flight")
    {
    }

  private:
    void DoRun() override
    {
        TasksSetup setup;
        setup.cyclesPerSample = 1e8; // 1 s alone, 2 s for both
        setup.aggregations = 8;
        TwoTaskFederation run(setup);
        const auto& client = run.federation.clients[0];
        Simulator::Schedule(Seconds(1), [&] { client->SetAvailable(false); });
        Simulator::Schedule(Seconds(4.5), [&] { client->SetAvailable(true); });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ((run.aborted.size() >= 2), true, "both orders");
        NS_TEST_EXPECT_MSG_EQ(run.aborted.at(0), "task 0: the device went away", "why");
        NS_TEST_EXPECT_MSG_EQ(run.aborted.at(1), "task 1: the device went away", "why");
        for (uint32_t task : {0, 1})
        {
            NS_TEST_ASSERT_MSG_EQ(run.rounds[task].size(), 8, "all aggregations of " << task);
            const auto statuses = run.StatusesOf(task, 0);
            NS_TEST_EXPECT_MSG_EQ(statuses.substr(0, 12), "lost merged ", "and is back: " << task);
        }
    }
};

/// The server stops with orders of two tasks in flight, and starts again.
class RestartTestCase : public TestCase
{
  public:
    RestartTestCase()
        : TestCase("server stop and restart with orders of two tasks in flight")
    {
    }

  private:
    void DoRun() override
    {
        // In the middle of a download, of a computation, at the end of one, and later.
        for (const double stopS : {0.0005, 0.01, 0.0205, 0.05, 0.058})
        {
            TasksSetup setup;
            setup.aggregations = 6;
            TwoTaskFederation run(setup);
            const auto& server = run.federation.server;
            const auto& coordinator = run.federation.coordinator;
            uint32_t version[2];
            Eigen::VectorXf before[2];
            Simulator::Schedule(Seconds(stopS), [&] {
                server->Stop();
                for (uint32_t task : {0, 1})
                {
                    version[task] = coordinator->GetModelVersion(task);
                    before[task] = coordinator->GetParameters(task);
                }
            });
            Simulator::Schedule(Seconds(stopS + 3), [&] {
                server->Start();
                for (uint32_t task : {0, 1})
                {
                    NS_TEST_EXPECT_MSG_EQ(coordinator->GetModelVersion(task), version[task], "");
                    NS_TEST_EXPECT_MSG_EQ(AreSame(coordinator->GetParameters(task), before[task]),
                                          true,
                                          "resumes from the last aggregation");
                }
            });
            Simulator::Run();
            for (uint32_t task : {0, 1})
            {
                ExpectAll(run, task, stopS);
            }
        }
    }

    /// All aggregations were made once, and their model is FedAsync of what was merged.
    void ExpectAll(const TwoTaskFederation& run, uint32_t task, double stopS)
    {
        std::vector<Eigen::VectorXf> versions{
            run.tasks[task]->model->InitialParameters(run.tasks[task]->seed)};
        for (const auto& record : run.rounds[task])
        {
            for (const auto& work : record.ended)
            {
                NS_TEST_EXPECT_MSG_EQ(
                    (record.aborted && work.measured.status != WorkStatus::ABORTED),
                    false,
                    "aborted with the server, at " << stopS);
                if (work.measured.status == WorkStatus::MERGED)
                {
                    const auto& base = versions.at(work.measured.baseVersion);
                    const double alpha =
                        0.6 * std::pow(versions.size() - work.measured.baseVersion, -0.5);
                    const auto trained = run.Trained(task, work.order.device, base);
                    versions.push_back(((1 - alpha) * versions.back().cast<double>() +
                                        alpha * trained.cast<double>())
                                           .cast<float>());
                }
            }
        }
        NS_TEST_ASSERT_MSG_EQ(versions.size(), 7, "six, task " << task << ", at " << stopS);
        const double error = (versions.back() - run.federation.coordinator->GetParameters(task))
                                 .cwiseAbs()
                                 .maxCoeff();
        // x is alpha x / alpha: some units of double precision off, which seldom changes a float.
        NS_TEST_EXPECT_MSG_LT(error, 6 * std::pow(2, -22), "task " << task << ", at " << stopS);
    }
};

/// What is refused when several tasks are installed.
class InstallTestCase : public TestCase
{
  public:
    InstallTestCase()
        : TestCase("FederationHelper refuses tasks, profiles and parts that do not match")
    {
    }

  private:
    void DoRun() override
    {
        auto task = std::make_shared<LearningTask>();
        task->statedBytes = 1000;
        FederationHelper helper(task);
        helper.AddTask(task);
        NodeContainer nodes(3);
        const NodeContainer devices(nodes.Get(1), nodes.Get(2));
        const Address address = InetSocketAddress("10.0.0.1", SERVER_PORT);
        const std::vector<DeviceProfile> two(2);
        const auto refusal = [&](const std::vector<std::vector<DeviceProfile>>& profiles,
                                 const std::vector<FederationHelper::Parts>& parts) {
            return RefusalOf(
                [&] { helper.InstallTasks(nodes.Get(0), address, devices, profiles, parts); });
        };
        NS_TEST_EXPECT_MSG_EQ(refusal({two}, {}),
                              "2 tasks with profiles for 1 and parts of the data for 0: must be "
                              "as many as there are tasks",
                              "profiles");
        NS_TEST_EXPECT_MSG_EQ(refusal({two, two}, {{}}),
                              "2 tasks with profiles for 2 and parts of the data for 1: must be "
                              "as many as there are tasks",
                              "parts");
        const std::string must = ": must be at least one device, one profile each, and one part "
                                 "each where a model is trained";
        NS_TEST_EXPECT_MSG_EQ(refusal({two, std::vector<DeviceProfile>(3)}, {}),
                              "task 1: 2 devices with 3 profiles and 0 parts of the data" + must,
                              "devices");
        NS_TEST_EXPECT_MSG_EQ(refusal({two, two}, {{}, {{1}, {2}}}),
                              "task 1: 2 devices with 2 profiles and 2 parts of the data" + must,
                              "a timing study");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { helper.Install(nodes.Get(0), address, devices, two); }),
            "2 tasks with profiles for 1 and parts of the data for 1: must be as many as there are "
            "tasks",
            "of one task");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { helper.SetCoordinator("ns3::fl::Server"); }),
                              "coordinator = 'ns3::fl::Server': must be the TypeId of a "
                              "Coordinator, as ns3::fl::SyncCoordinator or "
                              "ns3::fl::AsyncCoordinator",
                              "no coordinator");
        NS_TEST_EXPECT_MSG_EQ(refusal({two, two}, {}), "", "timing studies");
    }

    void DoTeardown() override
    {
        Simulator::Destroy();
    }
};

/// The suite.
class AsyncTasksTestSuite : public TestSuite
{
  public:
    AsyncTasksTestSuite()
        : TestSuite("fl-async-tasks", TestSuite::Type::UNIT)
    {
        AddTestCase(new LearningTestCase);
        AddTestCase(new SharedProcessorTestCase);
        AddTestCase(new SharedGrantTestCase);
        AddTestCase(new DeathTestCase);
        AddTestCase(new RestartTestCase);
        AddTestCase(new InstallTestCase);
    }
};

AsyncTasksTestSuite g_asyncTasksTestSuite; //!< registers itself

} // namespace
