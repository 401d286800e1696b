/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-blockchain-packets.h"

#include "ns3/config.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-consensus-coordinator.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-fdma-cells-control.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-planned-interference.h"
#include "ns3/fl-scenario-rules.h"
#include "ns3/fl-work-program.h"
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
const std::vector<std::string>
    TERMS{"offload", "execute", "compute", "download", "upload", "consensus", "round"};

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

/// Compares what is planned with what happens.
class PacketWatch
{
  public:
    /**
     * @param run whose coordinator is watched
     * @param objective its name
     * @param [in,out] packets gets terms
     */
    PacketWatch(const CellRun& run, const std::string& objective, BlockchainPackets& packets)
        : m_objective(objective),
          m_packets(packets),
          m_control(DynamicCast<FdmaCellsControl>(run.GetRadio().GetRadioControl()))
    {
        const auto& coordinator = run.GetFederation().coordinator;
        coordinator->TraceConnectWithoutContext("RoundBegin",
                                                MakeCallback(&PacketWatch::Begin, this));
        coordinator->TraceConnectWithoutContext("RoundEnd", MakeCallback(&PacketWatch::End, this));
        coordinator->TraceConnectWithoutContext("Consensus",
                                                MakeCallback(&PacketWatch::Agreed, this));
    }

    /// @return how much interference there was
    BlockchainInterference GetInterference() const
    {
        return {m_objective, m_links, m_links > 0 ? m_shares / m_links : 0};
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
        m_consensusS = record.exchangedS - record.startS;
        m_packets.terms.push_back({m_objective,
                                   record.round,
                                   "consensus",
                                   record.predictedS,
                                   record.predictedS,
                                   m_consensusS});
    }

    /// A round is over.
    void End(const RoundRecord& record)
    {
        std::map<std::string, BlockchainTerm> terms;
        for (const auto& work : record.ended)
        {
            if (work.measured.status == WorkStatus::MERGED)
            {
                AddWork(work, terms);
            }
        }
        for (auto& [name, term] : terms)
        {
            term.objective = m_objective;
            term.round = record.round;
            term.name = name;
            m_packets.terms.push_back(term);
        }
        m_packets.terms.push_back(
            {m_objective, record.round, "round", ABSENT, m_roundS, record.endS - record.startS});
    }

    /// Add an order's phases to their terms. @param work the order @param [in,out] terms by name
    void AddWork(const WorkRecord& work, std::map<std::string, BlockchainTerm>& terms)
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
            ++m_links;
            m_shares += (tookS - aloneS) / (plannedS - aloneS);
        }
    }

    std::string m_objective;                 //!< name
    BlockchainPackets& m_packets;            //!< gets terms
    Ptr<FdmaCellsControl> m_control;         //!< of all cells
    std::map<DeviceId, double> m_assumedBps; //!< with all others [bit/s]
    std::map<DeviceId, double> m_aloneBps;   //!< without [bit/s]
    double m_roundS{0};                      //!< predicted [s]
    double m_consensusS{0};                  //!< measured [s]
    uint32_t m_links{0};                     //!< that count
    double m_shares{0};                      //!< sum of their shares
};

/// Sums over the rounds of one term.
struct TermSum
{
    double formulaS{0};   //!< [s]
    double predictedS{0}; //!< [s]
    double measuredS{0};  //!< [s]
    uint32_t rounds{0};   //!< number of them
};

} // namespace

Scenario
BlockchainPacketScenario(uint64_t run, uint32_t rounds)
{
    constexpr uint32_t DEVICES = 10;
    constexpr uint32_t SAMPLES = 319; // 3,137 bytes each: 1 MB
    Scenario scenario;
    scenario.run = run;
    scenario.rounds = rounds;
    scenario.devices = DEVICES;
    scenario.cells = 3;
    scenario.subChannels = 3;
    scenario.radius = 500;
    scenario.optimizer = "offload";
    scenario.consensus = "line";
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
    // A block is a round, or longer.
    scenario.attributes["ns3::fl::BlockFadingLossModel::CoherenceTime"] = "20s";
    return scenario;
}

BlockchainPackets
RunBlockchainPackets(uint64_t run, uint32_t rounds, uint32_t threads)
{
    BlockchainPackets packets;
    for (const bool isMakespan : {false, true})
    {
        Scenario scenario = BlockchainPacketScenario(run, rounds);
        scenario.attributes["ns3::fl::OffloadOptimizer::Makespan"] = isMakespan ? "true" : "false";
        ValidateScenario(scenario);
        scenario.Apply();
        {
            CellRun cells(scenario, LoadData(scenario, threads));
            const PacketWatch watch(cells, isMakespan ? "makespan" : "sum", packets);
            Simulator::Run();
            packets.interferences.push_back(watch.GetInterference());
        }
        Config::Reset();
    }
    return packets;
}

std::string
BlockchainPacketsCsv(const BlockchainPackets& packets)
{
    std::string text = "objective,round,term,formula_s,predicted_s,measured_s\n";
    CsvRow row;
    for (const auto& term : packets.terms)
    {
        row.Add(term.objective.c_str())
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
    os << "\nBy packets, 3 cells, 10 devices: sums over devices, means over rounds [s]\n"
       << "objective  term        formula  predicted  measured\n";
    for (const auto& interference : packets.interferences)
    {
        std::map<std::string, TermSum> sums;
        for (const auto& term : packets.terms)
        {
            if (term.objective == interference.objective)
            {
                auto& sum = sums[term.name];
                sum.formulaS += term.formulaS;
                sum.predictedS += term.predictedS;
                sum.measuredS += term.measuredS;
                ++sum.rounds;
            }
        }
        for (const auto& name : TERMS)
        {
            const auto& sum = sums[name];
            if (sum.rounds == 0)
            {
                continue;
            }
            os << std::left << std::setw(11) << interference.objective << std::setw(10) << name
               << std::right << std::fixed << std::setprecision(4) << std::setw(9)
               << sum.formulaS / sum.rounds << std::setw(11) << sum.predictedS / sum.rounds
               << std::setw(10) << sum.measuredS / sum.rounds << '\n';
        }
        os << std::setprecision(1) << interference.objective << ": of the time that interference "
           << "was to cost " << interference.links << " uploads of samples, "
           << 100 * interference.share << " % was lost.\n";
    }
    os << std::defaultfloat;
}

} // namespace fl
} // namespace ns3
