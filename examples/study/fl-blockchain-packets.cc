/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-blockchain-packets.h"

#include "ns3/config.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-consensus-coordinator.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-fdma-cells-control.h"
#include "ns3/fl-ledger-coordinator.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-planned-interference.h"
#include "ns3/fl-scenario-rules.h"
#include "ns3/fl-work-program.h"
#include "ns3/mobility-model.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <map>
#include <memory>

namespace ns3
{
namespace fl
{

namespace
{

/// Names of terms, in the order of tables.
const std::vector<std::string> TERMS{"offload",
                                     "execute",
                                     "compute",
                                     "download",
                                     "upload",
                                     "consensus",
                                     "record",
                                     "mining",
                                     "round"};

/// T_prop of (27) for three servers and ten devices, xi (M + N - 1) [s]
constexpr double PROPAGATION_S = 0.005 * (3 + 10 - 1);
/// zeta of (27), Table IV.
constexpr double ZETA = 3;

/// @return name of a phase's term
/// @param phase of an order
std::string
TermOf(const Phase& phase)
{
    if (const auto* transfer = std::get_if<Transfer>(&phase))
    {
        return transfer->kind == PayloadKind::SAMPLES       ? "offload"
               : transfer->direction == Direction::DOWNLINK ? "download"
                                                            : "upload";
    }
    const auto* compute = std::get_if<Compute>(&phase);
    return compute && compute->node == ComputeNode::SERVER ? "execute" : "compute";
}

/// How long something takes.
struct Durations
{
    double formulaS{0};   //!< by (20) to (25) [s]
    double predictedS{0}; //!< by the Predictor [s]
    double measuredS{0};  //!< by packets [s]
};

/// Compares what is planned with what happens.
class PacketWatch
{
  public:
    /**
     * @param run whose coordinator is watched
     * @param label objective and drop of terms
     * @param [in,out] packets gets terms
     * @param [in,out] interference gets links, and the sum of their shares
     */
    PacketWatch(const CellRun& run,
                const BlockchainTerm& label,
                BlockchainPackets& packets,
                BlockchainInterference& interference)
        : m_label(label),
          m_packets(packets),
          m_interference(interference),
          m_control(DynamicCast<FdmaCellsControl>(run.GetRadio().GetRadioControl())),
          m_devices(run.GetDevices())
    {
        const auto& coordinator = run.GetFederation().coordinator;
        coordinator->TraceConnectWithoutContext("RoundBegin",
                                                MakeCallback(&PacketWatch::Begin, this));
        coordinator->TraceConnectWithoutContext("RoundEnd", MakeCallback(&PacketWatch::End, this));
        coordinator->TraceConnectWithoutContext("Consensus",
                                                MakeCallback(&PacketWatch::Agreed, this));
        coordinator->TraceConnectWithoutContext("Mined", MakeCallback(&PacketWatch::Mined, this));
        if (packets.places.empty())
        {
            AddStations(run);
        }
    }

  private:
    /// A plan is made: note the formula's rates, with all others and alone.
    void Begin(const SystemState& state, const Plan& plan, const Outcome& predicted)
    {
        m_assumedBps.clear();
        m_aloneBps.clear();
        m_roundS = predicted.DurationS();
        std::vector<BandOffset> offsets;
        for (uint32_t cell = 0; cell < m_control->GetNCells(); ++cell)
        {
            offsets.push_back(m_control->GetCell(cell)->GetChannel()->GetBandOffset());
        }
        const double widthHz = m_control->GetMedium()->GetSubChannelHz();
        const PlannedInterference all(plan, offsets, widthHz);
        const PlannedInterference none(Plan(), offsets, widthHz);
        for (const auto& order : plan.orders)
        {
            const auto index = NextTransfer(order, 0, Direction::UPLINK);
            const auto& grant = *TransferAt(order, *index)->grant;
            m_assumedBps[order.device] = all.RateBps(state, order.device, grant);
            m_aloneBps[order.device] = none.RateBps(state, order.device, grant);
        }
    }

    /// Servers agreed.
    void Agreed(const ConsensusRecord& record)
    {
        AddTerm(record.round,
                "consensus",
                {record.predictedS, record.predictedS, record.exchangedS - record.startS});
        if (IsShown())
        {
            AddServerSpans(record.round, "consensus", record.startS, record.endS);
        }
    }

    /// Servers have the round's block.
    void Mined(const MiningRecord& record)
    {
        // (27) of the fastest device, which mines.
        const double formulaS = record.predictedSearchS + ZETA * PROPAGATION_S;
        AddTerm(record.round, "record", {ABSENT, ABSENT, record.templateS - record.startS});
        AddTerm(record.round,
                "mining",
                {formulaS, record.predictedS, record.leaderS - record.templateS});
        if (!IsShown())
        {
            return;
        }
        for (DeviceId device = 0; device < m_devices.GetN(); ++device)
        {
            m_packets.spans.push_back({record.round,
                                       static_cast<double>(device),
                                       "mining",
                                       record.templateS,
                                       record.foundS});
        }
        AddServerSpans(record.round, "record", record.startS, record.templateS);
        AddServerSpans(record.round, "spread", record.foundS, record.endS);
    }

    /// @return whether this run is the one that is drawn
    bool IsShown() const
    {
        return m_label.objective == "sum" && m_label.drop == 0;
    }

    /// Note where stations are. @param run that is watched
    void AddStations(const CellRun& run)
    {
        const auto nodes = run.GetRadio().GetServerNodes();
        for (uint32_t server = 0; server < nodes.GetN(); ++server)
        {
            const auto place = nodes.Get(server)->GetObject<MobilityModel>()->GetPosition();
            m_packets.places.push_back({"station", server, place.x, place.y, place.x, place.y});
        }
    }

    /// Note what all servers do. @param round number @param phase name @param startS begin [s]
    /// @param endS end [s]
    void AddServerSpans(uint32_t round, const std::string& phase, double startS, double endS)
    {
        for (uint32_t server = 0; server < m_control->GetNCells(); ++server)
        {
            m_packets.spans.push_back({round, -1.0 - server, phase, startS, endS});
        }
    }

    /// Note what a device does, and where it is. @param work its order
    void Show(const WorkRecord& work)
    {
        const auto& order = work.order;
        for (size_t i = 0; i < order.phases.size(); ++i)
        {
            const std::string phase = TermOf(order.phases[i]);
            const auto& times = work.measured.phases[i];
            const double row = phase == "execute" ? -1.0 - order.server : order.device;
            m_packets.spans.push_back({order.round, row, phase, times.startS, times.endS});
        }
        if (order.round == 1)
        {
            const auto place =
                m_devices.Get(order.device)->GetObject<MobilityModel>()->GetPosition();
            const BlockchainPlace station = m_packets.places.at(order.server);
            m_packets.places.push_back({"device",
                                        order.device,
                                        place.x,
                                        place.y,
                                        station.x,
                                        station.y,
                                        order.server,
                                        TermOf(order.phases.front()) == "offload"});
        }
    }

    /// A round is over.
    void End(const RoundRecord& record)
    {
        std::map<std::string, Durations> terms;
        for (const auto& work : record.ended)
        {
            if (work.measured.status == WorkStatus::MERGED)
            {
                AddWork(work, terms);
                if (IsShown())
                {
                    Show(work);
                }
            }
        }
        for (const auto& [name, durations] : terms)
        {
            AddTerm(record.round, name, durations);
        }
        AddTerm(record.round, "round", {ABSENT, m_roundS, record.endS - record.startS});
    }

    /// Note a term. @param round number of the round @param name of the term @param durations of it
    void AddTerm(uint32_t round, const std::string& name, const Durations& durations)
    {
        BlockchainTerm term = m_label;
        term.round = round;
        term.name = name;
        term.formulaS = durations.formulaS;
        term.predictedS = durations.predictedS;
        term.measuredS = durations.measuredS;
        m_packets.terms.push_back(term);
    }

    /// Add an order's phases to their terms. @param work the order @param [in,out] terms by name
    void AddWork(const WorkRecord& work, std::map<std::string, Durations>& terms)
    {
        const auto& order = work.order;
        for (size_t i = 0; i < order.phases.size(); ++i)
        {
            const std::string name = TermOf(order.phases[i]);
            const auto& took = work.measured.phases[i];
            const auto& planned = work.predicted.phases[i];
            auto& term = terms[name];
            term.measuredS += took.endS - took.startS;
            term.predictedS += planned.endS - planned.startS;
            if (const auto* compute = std::get_if<Compute>(&order.phases[i]))
            {
                term.formulaS += compute->cycles / compute->cpuHz;
                continue;
            }
            const auto& transfer = std::get<Transfer>(order.phases[i]);
            // The paper has no download of the model.
            const double rateBps =
                transfer.direction == Direction::UPLINK ? m_assumedBps[order.device] : INFINITY;
            term.formulaS += transfer.payloadBits / rateBps;
            if (name == "offload")
            {
                AddLink(order.device, planned.endS - planned.startS, took.endS - took.startS);
            }
        }
    }

    /**
     * Compare the time that interference cost with the time that it was to cost.
     * @param device that offloaded
     * @param plannedS how long that was to take with all others, headers included [s]
     * @param tookS how long it took [s]
     */
    void AddLink(DeviceId device, double plannedS, double tookS)
    {
        const double aloneS = plannedS * m_assumedBps[device] / m_aloneBps[device];
        // Of less, the windows that TCP begins with hide what is left.
        constexpr double ENOUGH = 0.2;
        if (plannedS > (1 + ENOUGH) * aloneS)
        {
            ++m_interference.links;
            m_interference.share += (tookS - aloneS) / (plannedS - aloneS);
        }
    }

    BlockchainTerm m_label;                  //!< objective and drop
    BlockchainPackets& m_packets;            //!< gets terms
    BlockchainInterference& m_interference;  //!< gets links and shares
    Ptr<FdmaCellsControl> m_control;         //!< of all cells
    NodeContainer m_devices;                 //!< by DeviceId
    std::map<DeviceId, double> m_assumedBps; //!< with all others [bit/s]
    std::map<DeviceId, double> m_aloneBps;   //!< without [bit/s]
    double m_roundS{0};                      //!< predicted [s]
};

/// Simulate a race with forks. @param run RngRun of the first drop @param threads that train
/// @param [in,out] packets gets its blocks
void
RunRace(uint64_t run, uint32_t threads, BlockchainPackets& packets)
{
    constexpr uint32_t ROUNDS = 20;
    constexpr double INTERVAL_S = 0.005;
    Scenario scenario = BlockchainPacketScenario(run);
    scenario.mining = "race";
    scenario.blockIntervalS = INTERVAL_S;
    scenario.rounds = ROUNDS;
    ValidateScenario(scenario);
    scenario.Apply();
    {
        CellRun cells(scenario, LoadData(scenario, threads));
        Simulator::Run();
        const auto coordinator = DynamicCast<LedgerCoordinator>(cells.GetFederation().coordinator);
        packets.blocks = coordinator->GetBlocks();
        packets.race = coordinator->GetTotals();
    }
    Config::Reset();
}

} // namespace

Scenario
BlockchainPacketScenario(uint64_t run)
{
    constexpr uint32_t DEVICES = 10;
    constexpr uint32_t SAMPLES = 319; // 3,137 bytes each: 1 MB
    Scenario scenario;
    scenario.run = run;
    scenario.rounds = 2;
    scenario.devices = DEVICES;
    scenario.cells = 3;
    scenario.subChannels = 3;
    scenario.radius = 500;
    scenario.optimizer = "offload";
    scenario.consensus = "line";
    scenario.ledger = 1;
    scenario.mining = "deterministic";
    scenario.fading = "rayleigh";
    scenario.maxPowerDbm = 30;
    scenario.serverCpuHz = 5e9;
    scenario.trainSamples = DEVICES * SAMPLES;
    scenario.testSamples = 500;
    scenario.localIterations = 1;
    scenario.minCycles = 0.7e9 / SAMPLES;
    scenario.maxCycles = 1.1e9 / SAMPLES;
    scenario.cpuHzInTurn = {2e8, 4e8, 6e8, 8e8, 1e9, 1.2e9, 1.4e9, 1.6e9, 1.8e9, 2e9};
    scenario.capacitance = 5e-27;
    scenario.attributes["ns3::fl::BlockFadingLossModel::CoherenceTime"] = "1000s";
    return scenario;
}

BlockchainPackets
RunBlockchainPackets(uint64_t run, uint32_t drops, uint32_t threads)
{
    BlockchainPackets packets;
    for (const bool isMakespan : {false, true})
    {
        BlockchainInterference interference{isMakespan ? "makespan" : "sum", 0, 0};
        for (uint32_t drop = 0; drop < drops; ++drop)
        {
            Scenario scenario = BlockchainPacketScenario(run + drop);
            scenario.attributes["ns3::fl::OffloadOptimizer::Makespan"] =
                isMakespan ? "true" : "false";
            ValidateScenario(scenario);
            scenario.Apply();
            {
                CellRun cells(scenario, LoadData(scenario, threads));
                BlockchainTerm label;
                label.objective = interference.objective;
                label.drop = drop;
                PacketWatch watch(cells, label, packets, interference);
                Simulator::Run();
            }
            Config::Reset();
        }
        interference.share /= std::max(interference.links, 1U);
        packets.interferences.push_back(interference);
    }
    RunRace(run, threads, packets);
    return packets;
}

std::string
BlockchainPacketsCsv(const BlockchainPackets& packets)
{
    std::string text = "objective,drop,round,term,formula_s,predicted_s,measured_s\n";
    CsvRow row;
    for (const auto& term : packets.terms)
    {
        row.Add(term.objective.c_str())
            .Add(term.drop)
            .Add(term.round)
            .Add(term.name.c_str())
            .Add(term.formulaS)
            .Add(term.predictedS)
            .Add(term.measuredS);
        text += row.Finish();
    }
    return text;
}

void
PrintBlockchainPackets(std::ostream& os, const BlockchainPackets& packets)
{
    os << "\nBy packets, 3 cells, 10 devices: sums over devices, means over drops and rounds [s]\n"
       << "objective  term        formula  predicted  measured\n";
    for (const auto& interference : packets.interferences)
    {
        std::map<std::string, Durations> sums;
        std::map<std::string, uint32_t> rounds;
        for (const auto& term : packets.terms)
        {
            if (term.objective == interference.objective)
            {
                auto& sum = sums[term.name];
                sum.formulaS += term.formulaS;
                sum.predictedS += term.predictedS;
                sum.measuredS += term.measuredS;
                ++rounds[term.name];
            }
        }
        for (const auto& name : TERMS)
        {
            const auto& sum = sums[name];
            const double count = rounds[name];
            if (count == 0)
            {
                continue;
            }
            os << std::left << std::setw(11) << interference.objective << std::setw(10) << name
               << std::right << std::fixed << std::setprecision(4) << std::setw(9)
               << sum.formulaS / count << std::setw(11) << sum.predictedS / count << std::setw(10)
               << sum.measuredS / count << '\n';
        }
        os << std::setprecision(1) << interference.objective << ": of the time that interference "
           << "was to cost " << interference.links << " uploads of samples, "
           << 100 * interference.share << " % was lost.\n";
    }
    os << "Race for a block every 5 ms: " << packets.race.blocks << " blocks, "
       << packets.race.orphans << " orphans; forks at " << 100 * packets.race.forkRate
       << " % of the heights, " << 100 * packets.race.expectedForkRate << " % by delays.\n"
       << std::defaultfloat;
}

} // namespace fl
} // namespace ns3
