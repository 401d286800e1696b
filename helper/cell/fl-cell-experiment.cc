/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-cell-experiment.h"

#include "fl-data-source.h"
#include "fl-phys.h"
#include "fl-scenario-rules.h"
#include "fl-task-text.h"

#include "ns3/basic-energy-source-helper.h"
#include "ns3/boolean.h"
#include "ns3/data-rate.h"
#include "ns3/double.h"
#include "ns3/fl-configuration.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ledger-helper.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-processor-helper.h"
#include "ns3/fl-processor.h"
#include "ns3/fl-run-report.h"
#include "ns3/inet-socket-address.h"
#include "ns3/mobility-helper.h"
#include "ns3/on-off-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/pointer.h"
#include "ns3/position-allocator.h"
#include "ns3/rectangle.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// UDP port of the sink of background traffic.
constexpr uint16_t BACKGROUND_PORT = 9001;
/// Most streams that one of this module's optimizers has.
constexpr int64_t OPTIMIZER_STREAMS = 2;
constexpr double PI = 3.14159265358979323846; //!< pi

} // namespace

CellRun::CellRun(const Scenario& scenario, const LearningData& data)
    : m_scenario(scenario)
{
    m_stations.Create(scenario.cells);
    m_devices.Create(scenario.devices);
    PlaceNodes();
    InstallRadio();
    InstallFederation(data);
    InstallBatteries();
    InstallBackground();
    InstallAvailability();
}

CellRun::CellRun(const Options& options, const LearningData& data)
    : CellRun(static_cast<const Scenario&>(options), data)
{
    if (options.pcap)
    {
        EnablePcap(options.out);
    }
}

CellRun::~CellRun()
{
    Simulator::Destroy();
}

const Federation&
CellRun::GetFederation() const
{
    return m_federation;
}

const EqualSharesComparison&
CellRun::GetComparison() const
{
    return m_comparison;
}

const NodeContainer&
CellRun::GetDevices() const
{
    return m_devices;
}

Ptr<Node>
CellRun::GetBaseStation() const
{
    return m_stations.Get(0);
}

Ptr<Node>
CellRun::GetServerNode() const
{
    return m_radio->GetServerNode();
}

const CellRadio&
CellRun::GetRadio() const
{
    return *m_radio;
}

double
CellRun::GetBackgroundBytes() const
{
    return m_background ? static_cast<double>(m_background->GetTotalRx()) : 0;
}

void
CellRun::PlaceNodes()
{
    MobilityHelper station;
    station.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    if (m_scenario.cells > 1)
    {
        // Evenly on a circle, 0.6 of the disc's radius: 300 of 500 m, as of OffloadDrop.
        auto circle = CreateObject<ListPositionAllocator>();
        for (uint32_t i = 0; i < m_scenario.cells; ++i)
        {
            const double angle = 2 * PI * i / m_scenario.cells;
            const double radius = 0.6 * CellRadius(m_scenario);
            circle->Add(Vector(radius * std::cos(angle), radius * std::sin(angle), 0));
        }
        station.SetPositionAllocator(circle);
    }
    station.Install(m_stations);

    auto positions = CreateObject<UniformDiscPositionAllocator>();
    positions->SetAttribute("rho", DoubleValue(CellRadius(m_scenario)));
    m_stream += positions->AssignStreams(m_stream);
    MobilityHelper devices;
    devices.SetPositionAllocator(positions);
    if (m_scenario.mobility > 0)
    {
        const double edge = CellRadius(m_scenario);
        devices.SetMobilityModel(
            "ns3::RandomWalk2dMobilityModel",
            "Bounds",
            RectangleValue(Rectangle(-edge, edge, -edge, edge)),
            "Mode",
            StringValue("Time"),
            "Time",
            TimeValue(Seconds(1)),
            "Speed",
            StringValue(
                Describe("ns3::ConstantRandomVariable[Constant=", m_scenario.mobility, "]")));
    }
    else
    {
        devices.SetMobilityModel("ns3::ConstantPositionMobilityModel");
    }
    devices.Install(m_devices);
    m_stream += devices.AssignStreams(m_devices, m_stream);
}

void
CellRun::InstallRadio()
{
    m_radio = MakeCellRadio(m_scenario);
    m_radio->InstallCells(m_stations, m_devices);
    m_stream += m_radio->AssignStreams(m_stream);
    m_stream = std::max<int64_t>(m_stream, m_scenario.streamAfterRadio);
    m_serverAddress = m_radio->GetServerAddress(SERVER_PORT);
    const double startS = m_radio->GetStartTime().GetSeconds();
    if (m_scenario.serverStopS > 0 && m_scenario.serverStopS <= startS)
    {
        throw InvalidInput(Describe("--server-stop=",
                                    m_scenario.serverStopS,
                                    ": must be later than the server's start, at ",
                                    startS,
                                    " s with --phy=",
                                    m_scenario.phy,
                                    " --devices=",
                                    m_scenario.devices));
    }
}

void
CellRun::EnablePcap(const std::string& folder)
{
    const std::string run = m_scenario.runs > 1 ? Describe("-run", RngSeedManager::GetRun()) : "";
    m_radio->EnablePcap(folder + "/cell" + run);
}

void
CellRun::DrawCapacitances()
{
    m_capacitances.assign(m_scenario.devices, m_scenario.capacitance);
    if (m_scenario.maxCapacitance > 0)
    {
        auto capacitance = CreateObject<UniformRandomVariable>();
        capacitance->SetAttribute("Min", DoubleValue(m_scenario.capacitance));
        capacitance->SetAttribute("Max", DoubleValue(m_scenario.maxCapacitance));
        capacitance->SetStream(m_stream++);
        for (auto& value : m_capacitances)
        {
            value = capacitance->GetValue();
        }
    }
}

std::vector<DeviceProfile>
CellRun::DrawProfiles(uint32_t task)
{
    const Scenario own = TaskScenario(m_scenario, task);
    if (own.minCycles > own.maxCycles)
    {
        throw InvalidInput(Describe("--min-cycles=",
                                    own.minCycles,
                                    ": must not exceed --max-cycles=",
                                    own.maxCycles));
    }
    auto cycles = CreateObject<UniformRandomVariable>();
    cycles->SetAttribute("Min", DoubleValue(own.minCycles));
    cycles->SetAttribute("Max", DoubleValue(own.maxCycles));
    cycles->SetStream(m_stream++);
    std::vector<DeviceProfile> profiles(m_scenario.devices);
    for (size_t i = 0; i < profiles.size(); ++i)
    {
        auto& profile = profiles[i];
        profile.cyclesPerSample = cycles->GetValue();
        profile.minCpuHz = m_scenario.minCpuHz;
        const auto& hz = m_scenario.cpuHzInTurn;
        profile.maxCpuHz = hz.empty() ? m_scenario.maxCpuHz : hz[i % hz.size()];
        profile.effectiveCapacitance = m_capacitances[i];
        profile.minTxPowerW = WattOfDbm(m_scenario.minPowerDbm);
        profile.maxTxPowerW = WattOfDbm(m_scenario.maxPowerDbm);
        profile.samples = own.samplesPerDevice;
    }
    return profiles;
}

void
CellRun::InstallFederation(const LearningData& data)
{
    // Partition and initial model depend on seed and run, but not on anything drawn before.
    const uint64_t seed = RngSeedManager::GetSeed() * 1000003ULL + RngSeedManager::GetRun();
    std::vector<std::vector<DeviceProfile>> profiles;
    std::vector<FederationHelper::Parts> parts;
    std::vector<std::shared_ptr<const LearningTask>> tasks;
    DrawCapacitances();
    for (uint32_t index = 0; index < CountTasks(m_scenario); ++index)
    {
        const uint64_t own = index == 0 ? seed : MixSeed({seed, index});
        tasks.push_back(BuildTask(m_scenario, data, own, index));
        profiles.push_back(DrawProfiles(index));
        parts.push_back(BuildParts(m_scenario, *tasks.back(), own, index));
    }
    FederationHelper helper(tasks.front());
    std::for_each(tasks.begin() + 1, tasks.end(), [&helper](const auto& task) {
        helper.AddTask(task);
    });
    for (uint32_t index = 0; index < tasks.size(); ++index)
    {
        for (DeviceId device = 0; device < parts[index].size(); ++device)
        {
            const uint64_t own = MixSeed({seed, index, device});
            if (const auto stream =
                    BuildStream(m_scenario, parts[index][device].size(), own, index))
            {
                helper.SetDataStream(device, index, *stream);
            }
        }
    }
    helper.SetOptimizer(m_scenario.optimizer);
    helper.SetTransport(m_scenario.transport == "datagram" ? "ns3::fl::DatagramTransport"
                                                           : "ns3::fl::TcpTransport");
    helper.SetRadioControl(m_radio->GetRadioControl());
    SetCoordinator(helper);
    InstallServers(helper);
    m_federation = helper.InstallTasks(m_radio->GetServerNode(),
                                       m_serverAddress,
                                       m_devices,
                                       std::move(profiles),
                                       std::move(parts));
    InstallServerLinks();
    InstallLedger();
    m_federation.applications.Start(m_radio->GetStartTime());
    // As many for each optimizer, so that what comes after is the same whichever decides.
    m_stream +=
        std::max(OPTIMIZER_STREAMS, FederationHelper::AssignStreams(m_federation, m_stream));
    m_federation.coordinator->TraceConnectWithoutContext("Finished",
                                                         MakeCallback(&CellRun::Finished, this));
    for (const auto& server : m_federation.servers)
    {
        if (m_scenario.serverStopS > 0 && m_scenario.serverRestartS > 0)
        {
            Simulator::Schedule(Seconds(m_scenario.serverStopS), &Server::Stop, server);
            Simulator::Schedule(Seconds(m_scenario.serverRestartS), &Server::Start, server);
        }
        else if (m_scenario.serverStopS > 0)
        {
            server->SetStopTime(Seconds(m_scenario.serverStopS));
        }
    }
}

void
CellRun::SetCoordinator(FederationHelper& helper) const
{
    if (m_scenario.coordinator != "async")
    {
        if (m_scenario.coordinator == "split")
        {
            helper.SetCoordinator("ns3::fl::SplitCoordinator");
        }
        if (m_scenario.consensus != "none")
        {
            helper.SetCoordinator(m_scenario.ledger > 0 ? "ns3::fl::LedgerCoordinator"
                                                        : "ns3::fl::ConsensusCoordinator");
            helper.SetCoordinatorAttribute("Exchanges", UintegerValue(m_scenario.exchanges));
        }
        helper.SetCoordinatorAttribute("Rounds", UintegerValue(m_scenario.rounds));
        return;
    }
    helper.SetCoordinator("ns3::fl::AsyncCoordinator");
    helper.SetCoordinatorAttribute("Aggregations", UintegerValue(m_scenario.rounds));
    helper.SetCoordinatorAttribute("Staleness",
                                   StringValue(m_scenario.staleness == "constant" ? "Constant"
                                               : m_scenario.staleness == "hinge"  ? "Hinge"
                                                                                  : "Polynomial"));
    helper.SetCoordinatorAttribute("Buffer", UintegerValue(m_scenario.buffer));
    helper.SetCoordinatorAttribute("Method",
                                   StringValue(m_scenario.buffer > 1 ? "FedBuff" : "FedAsync"));
    helper.SetCoordinatorAttribute("MaxInFlight", UintegerValue(m_scenario.inFlight));
}

void
CellRun::InstallBatteries()
{
    if (m_scenario.batteryJ <= 0)
    {
        return;
    }
    BasicEnergySourceHelper batteries;
    // All of it can be used; ns-3's default calls a source empty at 10 %. The reserve is for what
    // ns-3 rounds, see LoadEnergyModel.
    double reserveJ = 1e-7;
    if (m_scenario.ledger)
    {
        // Times are rounded up by 2 ns at most; a hash engine of 50 kW draws 0.1 mJ in them.
        constexpr double ROUNDED_S = 4e-9;
        const auto& rates = m_scenario.hashRatesInTurn;
        const double fastest =
            rates.empty() ? m_scenario.maxHashRate : *std::max_element(rates.begin(), rates.end());
        reserveJ += ROUNDED_S * fastest * m_scenario.hashEnergyJ;
    }
    const double initialJ = m_scenario.batteryJ + reserveJ;
    batteries.Set("BasicEnergySourceInitialEnergyJ", DoubleValue(initialJ));
    batteries.Set("BasicEnergyLowBatteryThreshold", DoubleValue(reserveJ / initialJ));
    const auto sources = batteries.Install(m_devices);
    ProcessorHelper::InstallEnergyModels(sources);
    m_radio->InstallEnergyModels(sources);
    LedgerHelper::InstallEnergyModels(m_federation, sources);
}

void
CellRun::InstallBackground()
{
    if (m_scenario.background <= 0)
    {
        return;
    }
    const auto server = InetSocketAddress::ConvertFrom(m_serverAddress).GetIpv4();
    PacketSinkHelper sink("ns3::UdpSocketFactory",
                          InetSocketAddress(Ipv4Address::GetAny(), BACKGROUND_PORT));
    m_background = DynamicCast<PacketSink>(sink.Install(m_radio->GetServerNode()).Get(0));
    // A packet each second at least.
    constexpr double MOST_BYTES = 512;
    const double bps = std::ceil(m_scenario.background);
    const double bytes = std::clamp(std::floor(bps / 8), 1.0, MOST_BYTES);
    OnOffHelper traffic("ns3::UdpSocketFactory", InetSocketAddress(server, BACKGROUND_PORT));
    traffic.SetConstantRate(DataRate(static_cast<uint64_t>(bps)), static_cast<uint32_t>(bytes));
    const auto sources = traffic.Install(m_devices);
    // Evenly over the time from packet to packet.
    const Time interval = Seconds(8 * bytes / bps);
    for (uint32_t i = 0; i < sources.GetN(); ++i)
    {
        sources.Get(i)->SetStartTime(m_radio->GetStartTime() + interval * i / sources.GetN());
    }
    m_stream += traffic.AssignStreams(m_devices, m_stream);
    m_radio->GetRadioControl()->SetBackground(bps, bytes);
}

void
CellRun::InstallAvailability()
{
    m_availability = CreateObject<Availability>();
    m_stream += m_availability->AssignStreams(m_stream);
    const auto& clients = m_federation.clients;
    m_availability->Start(
        m_scenario.devices,
        MakeFlCallback<void, DeviceId, bool>([clients](DeviceId device, bool available) {
            clients[device]->SetAvailable(available);
        }));
}

void
CellRun::Finished(const std::string& reason)
{
    m_reason = reason;
}

std::string
CellRun::Run(ResultWriter& writer, Progress& progress)
{
    RecordRounds(m_federation.coordinator, writer, progress);
    // Asynchronous orders are planned one by one: the sum of their times is no time.
    const bool hasRounds = m_scenario.coordinator != "async";
    if (hasRounds)
    {
        m_comparison.Watch(m_federation.coordinator);
    }
    Simulator::Run();
    writer.SetCounter("energy_spent_j", m_federation.coordinator->GetEnergyJ());
    if (m_scenario.coordinator == "split")
    {
        // No device's, and in no sum of theirs.
        writer.SetCounter("server_energy_j",
                          GetServerNode()->GetObject<Processor>()->GetTotalEnergyJ());
    }
    if (hasRounds)
    {
        writer.SetCounter("planned_energy_j", m_comparison.GetPlanned().energyJ);
        writer.SetCounter("planned_time_s", m_comparison.GetPlanned().timeS);
        writer.SetCounter("equal_shares_energy_j", m_comparison.GetEqual().energyJ);
        writer.SetCounter("equal_shares_time_s", m_comparison.GetEqual().timeS);
    }
    if (m_background)
    {
        writer.SetCounter("background_bytes", GetBackgroundBytes());
    }
    double dropped = 0;
    for (const auto& server : m_federation.servers)
    {
        dropped += static_cast<double>(server->GetNDropped());
    }
    writer.SetCounter("messages_dropped", dropped);
    for (const auto& [name, value] : m_radio->GetCounters())
    {
        writer.SetCounter(name, value);
    }
    WriteLedger(writer);
    return m_reason.empty() ? "no event was left" : m_reason;
}

namespace
{

/**
 * @param options the scenario
 * @param data as loaded
 * @return a sentence that says what was learned from; empty in a timing study
 */
std::string
DataText(const Options& options, const LearningData& data)
{
    std::string text;
    for (uint32_t task = 0; task < data.tasks.size(); ++task)
    {
        if (const auto& train = data.tasks[task].train)
        {
            const auto name = NameOfData(TaskScenario(options, task).data, CacheFolder());
            text += Describe(text.empty() ? "Learned from " : " and ", name);
            text += Describe(", ", train->Size(), " samples");
        }
    }
    return text.empty() ? "" : text + ".";
}

/**
 * Make all runs of a scenario.
 * @param program its name
 * @param configuration for summary.json
 * @param options scenario, and where results go
 */
void
RunAll(const std::string& program,
       const nlohmann::ordered_json& configuration,
       const Options& options)
{
    const LearningData data = LoadData(options);
    const uint32_t nTasks = CountTasks(options);
    RunTotals none(nTasks, options.levels);
    none.hasLedger = options.ledger > 0;
    ResultFolder results(options.out, options.runs, program, configuration, std::move(none));
    Progress progress(options.rounds, options.runs);
    progress.SetTasks(nTasks);
    const uint64_t firstRun = RngSeedManager::GetRun();
    std::string reason;
    std::string comparison;
    std::string radio;
    std::string ledger;
    for (uint32_t run = 0; run < options.runs; ++run)
    {
        if (run > 0)
        {
            progress.BeginRun();
        }
        RngSeedManager::SetRun(firstRun + run);
        CellRun cell(options, data);
        reason = cell.Run(results.BeginRun(), progress);
        comparison = cell.GetComparison().ToText();
        radio = cell.GetRadio().ToText();
        ledger = cell.GetLedgerText();
    }
    std::vector<std::string> notes{DataText(options, data)};
    for (const auto& text : {comparison, radio, ledger})
    {
        const bool ofLast = options.runs > 1 && !text.empty();
        notes.push_back((ofLast ? "Of the last run: " : "") + text);
    }
    PlotRequest plots;
    plots.curve = options.optimizer;
    plots.isAsynchronous = options.coordinator == "async";
    FinishRuns(results, progress, plots, reason, notes);
}

} // namespace

void
RunScenario(const std::string& program, const Scenario& scenario, const OutputOptions& output)
{
    ValidateScenario(scenario);
    if (output.out.empty())
    {
        throw InvalidInput("--out=: must be the name of a folder");
    }
    scenario.Apply();
    RunAll(program, ConfigurationOf(program, scenario).ToJson(), Options{scenario, output});
}

void
RunCellExperiment(const OptionParser& parser, const Options& options)
{
    RunAll(parser.GetProgram(), parser.ToJson(), options);
}

} // namespace fl
} // namespace ns3
