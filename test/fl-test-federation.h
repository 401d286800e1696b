/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_FEDERATION_H
#define FL_TEST_FEDERATION_H

#include "fl-test-cell.h"
#include "fl-test-federation-parts.h"

#include "ns3/data-rate.h"
#include "ns3/error-model.h"
#include "ns3/fl-federation-helper.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-sync-coordinator.h"
#include "ns3/inet-socket-address.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simple-channel.h"
#include "ns3/simple-net-device-helper.h"
#include "ns3/simple-net-device.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cstring>
#include <ios>
#include <map>
#include <sstream>
#include <stdexcept>

/**
 * @file
 * @ingroup fl
 * A small federation for tests: a server and a few devices with synthetic data, on links that can
 * be cut, or in an FDMA cell.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// What a test wants.
struct FederationSetup
{
    uint32_t devices{3};                                   //!< how many
    uint32_t rounds{3};                                    //!< how many; or aggregations
    uint32_t samplesStep{5};                               //!< device d has 10 + this * d samples
    bool isAsync{false};                                   //!< AsyncCoordinator
    std::string coordinator;                               //!< another TypeId; empty: by isAsync
    std::string transport{TRANSPORTS[0]};                  //!< its TypeId
    uint32_t threads{0};                                   //!< of the pool
    std::string model{"softmax"};                          //!< as MakeModel() takes it
    Encoding encoding{Encoding::FLOAT32};                  //!< of parameters
    TrainerOptions trainer;                                //!< how to train
    uint64_t statedBytes{0};                               //!< above 0: a timing study
    std::function<void(DeviceProfile&, DeviceId)> profile; //!< changes the default
    std::function<void(FederationHelper&)> configure;      //!< sets attributes
    std::function<void(LearningTask&)> changeTask;         //!< after it was built
    bool hasOutsider{false};        //!< one more node on the links, without an application
    bool isRecorded{true};          //!< whether to write down what happens
    double distanceM{0};            //!< above 0: an FDMA cell with devices so far away
    FdmaHelper radio;               //!< its cell
    std::string dataRate{"10Mbps"}; //!< of links that are no cell
    Time delay{MilliSeconds(2)};    //!< of these

    /// Gradient descent: the order of samples and the seed are of no consequence.
    FederationSetup()
    {
        trainer.method = TrainerOptions::Method::FULL_BATCH;
        trainer.learningRate = 0.5;
        trainer.localIterations = 2;
    }
};

/**
 * Device d holds 10 + 5 d samples, of 1e6 cycles each, and computes at 1 GHz: 10 ms per 10 samples
 * and iteration.
 */
class TestFederation
{
  public:
    /// @param wanted what to build
    explicit TestFederation(const FederationSetup& wanted)
        : setup(wanted)
    {
        RngSeedManager::SetSeed(1);
        RngSeedManager::SetRun(1);
        BuildNetwork();
        BuildTask();
        std::vector<DeviceProfile> profiles(setup.devices);
        for (DeviceId device = 0; device < setup.devices; ++device)
        {
            auto& profile = profiles[device];
            profile.samples = 10 + setup.samplesStep * device;
            profile.cyclesPerSample = 1e6;
            profile.maxCpuHz = 1e9;
            if (setup.profile)
            {
                setup.profile(profile, device);
            }
        }
        FederationHelper helper(task);
        helper.SetTransport(setup.transport);
        if (setup.isAsync)
        {
            helper.SetCoordinator("ns3::fl::AsyncCoordinator");
        }
        if (!setup.coordinator.empty())
        {
            helper.SetCoordinator(setup.coordinator);
        }
        helper.SetCoordinatorAttribute(setup.isAsync ? "Aggregations" : "Rounds",
                                       UintegerValue(setup.rounds));
        if (radio)
        {
            helper.SetRadioControl(radio);
        }
        if (setup.configure)
        {
            setup.configure(helper);
        }
        federation =
            helper.Install(server.Get(0), serverAddress, devices, std::move(profiles), parts);
        federation.applications.Start(Seconds(0));
        if (setup.isRecorded)
        {
            Connect();
        }
    }

    ~TestFederation()
    {
        Simulator::Destroy();
    }

    TestFederation(const TestFederation&) = delete;
    TestFederation& operator=(const TestFederation&) = delete;

    /// @param seconds how long to simulate [s]; 0: until nothing is left to do
    void Run(double seconds = 0)
    {
        if (seconds > 0)
        {
            Simulator::Stop(Seconds(seconds));
        }
        Simulator::Run();
    }

    /**
     * The link vanishes, or comes back; nobody is told.
     * @param device whose
     * @param isCut whether it is cut
     */
    void Cut(DeviceId device, bool isCut = true) const
    {
        const auto near = DynamicCast<SimpleNetDevice>(netDevices.Get(0));
        const auto far = DynamicCast<SimpleNetDevice>(netDevices.Get(1 + device));
        if (isCut)
        {
            channel->BlackList(near, far);
            channel->BlackList(far, near);
        }
        else
        {
            channel->UnBlackList(near, far);
            channel->UnBlackList(far, near);
        }
    }

    /**
     * A link vanishes for some time.
     * @param device whose
     * @param beginS when it is cut [s]
     * @param endS when it is back [s]
     */
    void CutBetween(DeviceId device, double beginS, double endS) const
    {
        Simulator::Schedule(Seconds(beginS), [this, device] { Cut(device); });
        Simulator::Schedule(Seconds(endS), [this, device] { Cut(device, false); });
    }

    /**
     * Damage what a node receives.
     * @param node 0: the server, 1 + device otherwise
     * @param from the sender's node, counted likewise
     * @return the model, to say which packet
     */
    Ptr<BitFlipper> Flip(uint32_t node, uint32_t from) const
    {
        auto flipper = CreateObject<BitFlipper>();
        flipper->from = interfaces.GetAddress(from);
        flipper->to = interfaces.GetAddress(node);
        DynamicCast<SimpleNetDevice>(netDevices.Get(node))->SetReceiveErrorModel(flipper);
        return flipper;
    }

    /// @return the round that has not ended yet; the aggregation with an AsyncCoordinator
    uint32_t GetOpenRound() const
    {
        const auto rounds = DynamicCast<RoundCoordinator>(federation.coordinator);
        return rounds ? rounds->GetRound() : federation.coordinator->GetModelVersion() + 1;
    }

    /**
     * @param round a round that ended, and was not aborted
     * @return its record
     */
    const RoundRecord& GetRound(uint32_t round) const
    {
        for (const auto& record : rounds)
        {
            if (record.round == round && !record.aborted)
            {
                return record;
            }
        }
        throw std::out_of_range(Describe("round ", round, " did not end"));
    }

    /**
     * @param round a round that ended, and was not aborted
     * @param device a device
     * @return its order that ended in that round; null: none did
     */
    const WorkRecord* Find(uint32_t round, DeviceId device) const
    {
        for (const auto& work : GetRound(round).ended)
        {
            if (work.order.device == device)
            {
                return &work;
            }
        }
        return nullptr;
    }

    /**
     * @param round a round that ended, from 1
     * @param device a device
     * @return how its order that ended in that round did; "" if none did
     */
    std::string StatusOf(uint32_t round, DeviceId device) const
    {
        const auto* work = Find(round, device);
        return work ? ToString(work->measured.status) : "";
    }

    /// @return how many entries of the log begin so
    uint32_t Count(const std::string& begin) const
    {
        return static_cast<uint32_t>(
            std::count_if(log.begin(), log.end(), [&](const std::string& entry) {
                return entry.rfind(begin, 0) == 0;
            }));
    }

    /// @return how many messages were dropped whose reason has this in it
    uint32_t CountDropped(const std::string& part) const
    {
        return static_cast<uint32_t>(
            std::count_if(dropped.begin(), dropped.end(), [&](const std::string& reason) {
                return reason.find(part) != std::string::npos;
            }));
    }

    /**
     * What FedAvg must come to, computed without any of the protocol: from the initial parameters,
     * with the updates in the order in which they were merged.
     * @param samplesOf indices of the samples that an update is trained on, by the round that it is
     *        merged in and the device; none: it is the model it was sent, said to be of all samples
     * @return the global parameters after all rounds that ended
     */
    Eigen::VectorXf ExpectedParameters(
        const std::function<std::vector<uint32_t>(uint32_t round, DeviceId device)>& samplesOf)
        const
    {
        std::vector<Eigen::VectorXf> versions{task->model->InitialParameters(task->seed)};
        const auto onAir = [this](const Eigen::VectorXf& parameters) {
            return Decode(task->encoding, Encode(task->encoding, parameters), parameters.size());
        };
        for (const auto& [round, mergedDevices] : mergedIn)
        {
            Eigen::VectorXd sum = Eigen::VectorXd::Zero(versions[0].size());
            double total = 0;
            for (const auto device : mergedDevices)
            {
                auto update = onAir(versions.at(Find(round, device)->order.baseVersion));
                const auto samples = samplesOf(round, device);
                double weight = parts[device].size();
                if (!samples.empty())
                {
                    weight = samples.size();
                    update = onAir(
                        Train(*task->model, update, *task->train, samples, 0, task->trainer, 0)
                            .parameters);
                }
                sum += weight * update.cast<double>();
                total += weight;
            }
            if (total > 0)
            {
                versions.push_back((sum / total).cast<float>());
            }
        }
        return versions.back();
    }

    /// @copydoc ExpectedParameters; each device on all of its own
    Eigen::VectorXf ExpectedParameters() const
    {
        return ExpectedParameters([this](uint32_t, DeviceId device) { return parts[device]; });
    }

    /// @return all that was recorded, every bit of it
    std::string Dump() const
    {
        std::ostringstream text;
        text << std::hexfloat;
        for (const auto& round : rounds)
        {
            text << round.round << ' ' << round.aborted << ' ' << round.startS << ' ' << round.endS
                 << ' ' << round.selected << ' ' << round.received << ' ' << round.loss << ' '
                 << round.accuracy << ' ' << round.energyJ << ' ' << round.predictedDurationS
                 << '\n';
            for (const auto& work : round.ended)
            {
                for (const auto& outcome : {work.predicted, work.measured})
                {
                    text << ' ' << outcome.device << ' ' << outcome.round << ' '
                         << outcome.baseVersion << ' ' << outcome.staleness << ' '
                         << outcome.iterations << ' ' << outcome.samples << ' '
                         << outcome.payloadBits << ' ' << outcome.startS << ' ' << outcome.idleS
                         << ' ' << outcome.downloadS << ' ' << outcome.computeS << ' '
                         << outcome.uploadS << ' ' << outcome.computeEnergyJ << ' '
                         << outcome.radioEnergyJ << ' ' << outcome.loss << ' '
                         << ToString(outcome.status) << '\n';
                }
            }
        }
        for (const auto& entry : log)
        {
            text << entry << '\n';
        }
        const auto& parameters = federation.coordinator->GetParameters();
        for (Eigen::Index i = 0; i < parameters.size(); ++i)
        {
            text << parameters[i] << ' ';
        }
        return text.str();
    }

    FederationSetup setup;                    //!< what was wanted
    NodeContainer server;                     //!< one node
    NodeContainer devices;                    //!< by DeviceId
    NodeContainer outsider;                   //!< one, if wanted
    NetDeviceContainer netDevices;            //!< the server's, the devices', the outsider's
    Ipv4InterfaceContainer interfaces;        //!< likewise
    Address serverAddress;                    //!< where clients reach it
    Ptr<SimpleChannel> channel;               //!< null in a cell
    Ptr<FdmaRadioControl> radio;              //!< null if it is no cell
    std::shared_ptr<LearningTask> task;       //!< what is learned
    std::vector<std::vector<uint32_t>> parts; //!< samples, by device
    Federation federation;                    //!< what was installed
    std::vector<RoundRecord> rounds;          //!< that ended
    std::vector<SystemState> states;          //!< at the beginning of each round
    std::vector<Plan> plans;                  //!< of each round
    std::vector<std::string> finished;        //!< reasons
    std::vector<std::string> log;             //!< "what device round", as it happened
    std::vector<double> logS;                 //!< when [s]
    std::vector<std::string> dropped;         //!< by the server: reasons
    std::vector<std::string> clientDropped;   //!< by clients: reasons
    std::vector<std::string> clientAborted;   //!< by clients: reasons
    std::map<uint32_t, std::vector<DeviceId>> mergedIn; //!< round: updates, as they came

  private:
    void BuildNetwork()
    {
        if (setup.distanceM > 0)
        {
            TestCell cell(setup.devices, setup.distanceM, setup.radio, true);
            server = cell.station;
            devices = cell.devices;
            netDevices = cell.netDevices;
            interfaces = cell.interfaces;
            radio = cell.control;
        }
        else
        {
            server.Create(1);
            devices.Create(setup.devices);
            channel = CreateObject<SimpleChannel>();
            channel->SetAttribute("Delay", TimeValue(setup.delay));
            SimpleNetDeviceHelper links;
            links.SetDeviceAttribute("DataRate", StringValue(setup.dataRate));
            outsider.Create(setup.hasOutsider ? 1 : 0);
            const NodeContainer all(server, devices, outsider);
            netDevices = links.Install(all, channel);
            InternetStackHelper().Install(all);
            interfaces = Ipv4AddressHelper("10.0.0.0", "255.255.0.0").Assign(netDevices);
        }
        // What waits for an address is soon dropped by ns-3, and sent again after seconds.
        FdmaHelper::PopulateNeighbourCache(interfaces);
        // Several runs in one program are to draw the same numbers.
        InternetStackHelper().AssignStreams(NodeContainer(server, devices, outsider), 1000);
        serverAddress = InetSocketAddress(interfaces.GetAddress(0), SERVER_PORT);
    }

    void BuildTask()
    {
        task = std::make_shared<LearningTask>();
        task->statedBytes = setup.statedBytes;
        task->trainer = setup.trainer;
        task->encoding = setup.encoding;
        if (setup.statedBytes > 0)
        {
            return;
        }
        uint32_t samples = 0;
        for (DeviceId device = 0; device < setup.devices; ++device)
        {
            parts.emplace_back();
            for (uint32_t i = 0; i < 10 + setup.samplesStep * device; ++i)
            {
                parts.back().push_back(samples++);
            }
        }
        task->model = MakeModel(setup.model, DIMENSION, CLASSES);
        task->train = MakeSamples(samples, 1);
        task->test = MakeSamples(60, 2);
        task->pool = std::make_shared<ThreadPool>(setup.threads);
        if (setup.changeTask)
        {
            setup.changeTask(*task);
        }
    }

    void Note(const std::string& what)
    {
        log.push_back(what);
        logS.push_back(Simulator::Now().GetSeconds());
    }

    void Connect()
    {
        auto& coordinator = *federation.coordinator;
        coordinator.TraceConnectWithoutContext("RoundBegin",
                                               MakeCallback(&TestFederation::RoundBegin, this));
        coordinator.TraceConnectWithoutContext("RoundEnd",
                                               MakeCallback(&TestFederation::RoundEnd, this));
        coordinator.TraceConnectWithoutContext("Aggregated",
                                               MakeCallback(&TestFederation::Aggregated, this));
        coordinator.TraceConnectWithoutContext("Finished",
                                               MakeCallback(&TestFederation::Finished, this));
        auto& server = *federation.server;
        server.TraceConnectWithoutContext("ClientJoined",
                                          MakeCallback(&TestFederation::Joined, this));
        server.TraceConnectWithoutContext("ClientLeft", MakeCallback(&TestFederation::Left, this));
        server.TraceConnectWithoutContext("ModelSent",
                                          MakeCallback(&TestFederation::ModelSent, this));
        server.TraceConnectWithoutContext("UpdateReceived",
                                          MakeCallback(&TestFederation::UpdateReceived, this));
        server.TraceConnectWithoutContext("Dropped", MakeCallback(&TestFederation::Dropped, this));
        for (const auto& client : federation.clients)
        {
            client->TraceConnectWithoutContext("WorkReceived",
                                               MakeCallback(&TestFederation::WorkReceived, this));
            client->TraceConnectWithoutContext("ComputeBegin",
                                               MakeCallback(&TestFederation::ComputeBegin, this));
            client->TraceConnectWithoutContext("ComputeEnd",
                                               MakeCallback(&TestFederation::ComputeEnd, this));
            client->TraceConnectWithoutContext("UploadBegin",
                                               MakeCallback(&TestFederation::UploadBegin, this));
            client->TraceConnectWithoutContext("Aborted",
                                               MakeCallback(&TestFederation::Aborted, this));
            client->TraceConnectWithoutContext("Dropped",
                                               MakeCallback(&TestFederation::ClientDropped, this));
        }
    }

    void RoundBegin(const SystemState& state, const Plan& plan, const Outcome&)
    {
        Note(Describe("begin ", state.round));
        states.push_back(state);
        plans.push_back(plan);
    }

    void RoundEnd(const RoundRecord& record)
    {
        Note(Describe("end ", record.round));
        rounds.push_back(record);
        if (record.aborted)
        {
            mergedIn[record.round].clear(); // what had come counts for nothing
        }
    }

    void Aggregated(uint32_t round, uint32_t version, uint32_t updates)
    {
        Note(Describe("aggregated ", round, " version ", version, " of ", updates));
    }

    void Finished(const std::string& reason)
    {
        Note("finished");
        finished.push_back(reason);
    }

    void Joined(DeviceId device)
    {
        Note(Describe("joined ", device));
    }

    void Left(DeviceId device)
    {
        Note(Describe("left ", device));
    }

    void ModelSent(DeviceId device, uint32_t, uint32_t round)
    {
        Note(Describe("sent ", device, " ", round));
    }

    void UpdateReceived(DeviceId device, uint32_t, uint32_t round)
    {
        Note(Describe("update ", device, " ", round));
        mergedIn[GetOpenRound()].push_back(device);
    }

    void Dropped(DeviceId, const std::string& why)
    {
        dropped.push_back(why);
    }

    void WorkReceived(DeviceId device, const WorkOrder& order)
    {
        Note(Describe("received ", device, " ", order.round));
    }

    void ComputeBegin(DeviceId device, const WorkOrder& order)
    {
        Note(Describe("compute ", device, " ", order.round));
    }

    void ComputeEnd(DeviceId device, const WorkOrder& order)
    {
        Note(Describe("computed ", device, " ", order.round));
    }

    void UploadBegin(DeviceId device, const WorkOrder& order)
    {
        Note(Describe("upload ", device, " ", order.round));
    }

    void Aborted(DeviceId device, const WorkOrder& order, const std::string& why)
    {
        Note(Describe("aborted ", device, " ", order.round));
        clientAborted.push_back(why);
    }

    void ClientDropped(DeviceId, const std::string& why)
    {
        clientDropped.push_back(why);
    }
};

/// @return whether both have the same bits
inline bool
AreSame(const Eigen::VectorXf& a, const Eigen::VectorXf& b)
{
    return a.size() == b.size() &&
           std::memcmp(a.data(), b.data(), static_cast<size_t>(a.size()) * sizeof(float)) == 0;
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_FEDERATION_H */
