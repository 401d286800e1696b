/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-consensus-coordinator.h"

#include "fl-global-model.h"
#include "fl-server.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-codec.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/log.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlConsensusCoordinator");

NS_OBJECT_ENSURE_REGISTERED(ConsensusCoordinator);

namespace
{

/// Step of the message that carries the leader's model; exchanges have 1 and up.
constexpr uint8_t MODEL_STEP = 255;

/// Most exchanges: their steps must differ from MODEL_STEP.
constexpr uint32_t MOST_EXCHANGES = 254;

/**
 * @param options of local training
 * @param update what was trained
 * @return e_y: steps of SGD
 */
uint32_t
StepsOf(const TrainerOptions& options, const KeptUpdate& update)
{
    if (options.method == TrainerOptions::Method::FULL_BATCH ||
        options.iteration == TrainerOptions::Iteration::STEP)
    {
        return update.iterations;
    }
    return update.iterations * static_cast<uint32_t>(std::ceil(update.samples / options.batchSize));
}

} // namespace

TypeId
ConsensusCoordinator::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::ConsensusCoordinator")
            .SetParent<SyncCoordinator>()
            .SetGroupName("Fl")
            .AddConstructor<ConsensusCoordinator>()
            .AddAttribute("Exchanges",
                          "phi, how often neighbouring servers exchange their values in a round",
                          UintegerValue(5),
                          MakeUintegerAccessor(&ConsensusCoordinator::m_exchanges),
                          MakeUintegerChecker<uint32_t>(0, MOST_EXCHANGES))
            .AddAttribute("MixingWeight",
                          "d, weight of a neighbour's value; 0: 0.9 / M",
                          DoubleValue(0),
                          MakeDoubleAccessor(&ConsensusCoordinator::m_mixingWeight),
                          MakeDoubleChecker<double>(0, 2))
            .AddAttribute("PaperScale",
                          "Whether the leader takes the mean of all gradients for their sum, as "
                          "(10) is printed: steps are M times too short then",
                          BooleanValue(false),
                          MakeBooleanAccessor(&ConsensusCoordinator::m_isPaperScale),
                          MakeBooleanChecker())
            .AddAttribute("ConsensusTimeout",
                          "How long servers wait for each other without anything arriving; then "
                          "those that are missing are left out",
                          TimeValue(Seconds(10)),
                          MakeTimeAccessor(&ConsensusCoordinator::m_timeout),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddTraceSource("Consensus",
                            "Servers agreed on a model: errors and times",
                            MakeTraceSourceAccessor(&ConsensusCoordinator::m_consensusTrace),
                            "ns3::fl::ConsensusCoordinator::ConsensusCallback");
    return tid;
}

ConsensusCoordinator::ConsensusCoordinator() = default;

ConsensusCoordinator::~ConsensusCoordinator() = default;

void
ConsensusCoordinator::DoDispose()
{
    m_nodes.clear();
    m_gradients.clear();
    SyncCoordinator::DoDispose();
}

void
ConsensusCoordinator::SetGraph(const ServerGraph& graph)
{
    graph.RequireConnected();
    m_graph = graph;
}

void
ConsensusCoordinator::SetLinks(double rateBps, Time delay)
{
    m_linkBps = rateBps;
    m_linkDelay = delay;
}

void
ConsensusCoordinator::CancelEvents()
{
    m_timeoutEvent.Cancel();
    m_isExchanging = false;
    SyncCoordinator::CancelEvents();
}

void
ConsensusCoordinator::DoInitialize(GlobalModel& model)
{
    if (m_graph.servers != GetNServers())
    {
        throw InvalidInput(Describe("ns3::fl::ConsensusCoordinator: a graph of ",
                                    m_graph.servers,
                                    " servers: must have ",
                                    GetNServers()));
    }
    if (!m_tasks.front()->model)
    {
        throw InvalidInput("ns3::fl::ConsensusCoordinator: must not be a timing study, in which "
                           "there are no gradients to agree on");
    }
    if (GetRule() != "mean")
    {
        throw InvalidInput(Describe("ns3::fl::SyncCoordinator::Rule = ",
                                    GetRule(),
                                    ": must be mean with consensus between servers, who average "
                                    "gradients"));
    }
    if (GetLatePolicy() != DROP)
    {
        throw InvalidInput("ns3::fl::ConsensusCoordinator::LatePolicy = NextRound: must be Drop");
    }
    m_isMember.assign(GetNServers(), false);
    model.Initialize(m_tasks.front(), std::make_unique<FedAvg>(), GlobalModel::SumOrder::DEVICE);
}

// Rounds

void
ConsensusCoordinator::DoRoundOver()
{
    EndLateOrders();
    BeginConsensus();
}

void
ConsensusCoordinator::BeginConsensus()
{
    const auto updates = TakeUpdates();
    m_merged = static_cast<uint32_t>(updates.size());
    DoMerging(updates);
    m_model.resize(0);
    if (updates.empty())
    {
        EndConsensus();
        return;
    }
    const auto& task = *m_tasks.front();
    m_learningRate = task.trainer.learningRate;
    double samples = 0;
    double steps = 0;
    std::vector<std::vector<TrainerShare>> shares(GetNServers());
    std::vector<Eigen::VectorXf> changes;
    changes.reserve(updates.size());
    for (const auto& [device, update] : updates)
    {
        const uint32_t taken = StepsOf(task.trainer, update);
        samples += update.samples;
        steps += update.samples * taken;
        changes.push_back(update.parameters - GetParameters());
        shares.at(update.server).push_back({&changes.back(), update.samples, taken});
    }
    m_meanSteps = steps / samples;
    m_gradients.clear();
    for (const auto& trainers : shares)
    {
        m_gradients.push_back(NormalisedGradient(trainers,
                                                 samples,
                                                 m_learningRate,
                                                 static_cast<size_t>(GetParameters().size())));
    }
    m_isExchanging = true;
    m_consensus = ConsensusRecord();
    m_consensus.round = m_round;
    m_consensus.exchanges = m_exchanges;
    m_consensus.startS = NowS();
    m_brokenEdges.clear();
    BeginExchanges();
}

ServerGraph
ConsensusCoordinator::GraphLeft() const
{
    ServerGraph left;
    left.servers = m_graph.servers;
    for (const auto& edge : m_graph.edges)
    {
        const auto [a, b] = edge;
        if (IsServerRunning(a) && IsServerRunning(b) && ServerOf(a).IsConnectedToServer(b) &&
            ServerOf(b).IsConnectedToServer(a) && m_brokenEdges.count(edge) == 0)
        {
            left.edges.push_back(edge);
        }
    }
    return left;
}

uint32_t
ConsensusCoordinator::IndexOf(uint32_t server) const
{
    const auto found = std::lower_bound(m_members.begin(), m_members.end(), server);
    return static_cast<uint32_t>(found - m_members.begin());
}

bool
ConsensusCoordinator::ChooseMembers()
{
    m_left = GraphLeft();
    m_members.clear();
    std::vector<uint32_t> running;
    for (uint32_t server = 0; server < GetNServers(); ++server)
    {
        if (IsServerRunning(server))
        {
            running.push_back(server);
        }
    }
    if (!running.empty())
    {
        m_consensus.leader = DoChooseLeader(running);
        for (const auto& part : m_left.GetParts())
        {
            if (std::binary_search(part.begin(), part.end(), m_consensus.leader))
            {
                m_members = part;
            }
        }
    }
    m_isMember.assign(GetNServers(), false);
    for (const auto server : m_members)
    {
        m_isMember[server] = true;
    }
    return !m_members.empty();
}

void
ConsensusCoordinator::BeginExchanges()
{
    if (!ChooseMembers())
    {
        EndConsensus();
        return;
    }
    // Its own numbers, without gaps.
    ServerGraph own;
    own.servers = static_cast<uint32_t>(m_members.size());
    for (const auto& [a, b] : m_left.edges)
    {
        if (m_isMember[a] && m_isMember[b])
        {
            own.edges.emplace_back(IndexOf(a), IndexOf(b));
        }
    }
    const double d = m_mixingWeight > 0 ? m_mixingWeight : UsualMixingWeight(own);
    m_mixing.emplace(own, d);
    m_nodes.assign(GetNServers(), Node());
    m_consensus.servers = own.servers;
    m_consensus.rate = m_mixing->GetRate();
    m_consensus.spread = 0;
    for (const auto a : m_members)
    {
        m_nodes[a].value = m_gradients[a];
        DoNotifyValue(a, m_nodes[a].value);
        for (const auto b : m_members)
        {
            const double distance = (m_gradients[a] - m_gradients[b]).cast<double>().norm();
            m_consensus.spread = std::max(m_consensus.spread, distance);
        }
    }
    m_consensus.errorBound = m_mixing->ErrorBound(m_exchanges, m_consensus.spread);
    ++m_attempt;
    m_timeoutEvent.Cancel();
    m_timeoutEvent = Simulator::Schedule(m_timeout, &ConsensusCoordinator::HandleTimeout, this);
    // Of one server, or without exchanges, the leader has its last value already.
    for (const auto server : m_members)
    {
        if (m_exchanges > 0 && m_members.size() > 1)
        {
            SendValue(server);
        }
        else
        {
            m_nodes[server].exchanged = m_exchanges;
        }
    }
    if (m_nodes[m_consensus.leader].exchanged == m_exchanges)
    {
        MakeModel();
    }
}

void
ConsensusCoordinator::Send(uint32_t from, uint32_t to, uint8_t step, const Eigen::VectorXf& values)
{
    Message message;
    message.header.task = m_attempt;
    message.header.round = m_round;
    message.header.step = step;
    message.payload = std::make_shared<const Payload>(Encode(Encoding::FLOAT32, values));
    if (!ServerOf(from).SendToServer(to, std::move(message)))
    {
        NS_LOG_WARN("server " << from << " has no session with server " << to);
    }
}

void
ConsensusCoordinator::SendValue(uint32_t server)
{
    for (const auto neighbour : m_left.GetNeighbours(server))
    {
        Send(server,
             neighbour,
             static_cast<uint8_t>(m_nodes[server].exchanged + 1),
             m_nodes[server].value);
    }
}

void
ConsensusCoordinator::DoNotifyServerData(uint32_t server, uint32_t receiver, const Message& message)
{
    const auto& header = message.header;
    const auto size = static_cast<size_t>(GetParameters().size());
    if (!m_isExchanging || header.round != m_round || header.task != m_attempt ||
        !message.payload || header.step == 0 || receiver >= m_nodes.size() ||
        server >= m_nodes.size() || !m_isMember[receiver] || !m_isMember[server])
    {
        NS_LOG_WARN("server " << receiver << ": DATA of server " << server
                              << " of no consensus that is open");
        return;
    }
    m_timeoutEvent.Cancel();
    m_timeoutEvent = Simulator::Schedule(m_timeout, &ConsensusCoordinator::HandleTimeout, this);
    if (header.step == MODEL_STEP)
    {
        HandleModel(receiver, server);
        return;
    }
    try
    {
        m_nodes[receiver].received[header.step - 1U][server] =
            Decode(Encoding::FLOAT32, message.payload->GetData(), message.payload->GetSize(), size);
    }
    catch (const InvalidInput& error)
    {
        NS_LOG_WARN("server " << receiver << ": value of server " << server << ": "
                              << error.what());
        return;
    }
    Mix(receiver);
}

void
ConsensusCoordinator::Mix(uint32_t server)
{
    Node& node = m_nodes[server];
    const auto neighbours = m_left.GetNeighbours(server);
    while (node.exchanged < m_exchanges &&
           node.received[node.exchanged].size() == neighbours.size())
    {
        auto values = std::move(node.received[node.exchanged]);
        node.received.erase(node.exchanged);
        values[server] = std::move(node.value);
        std::vector<ServerValue> all;
        for (const auto& [number, value] : values)
        {
            all.emplace_back(IndexOf(number), &value);
        }
        node.value = NextValue(m_mixing->GetWeights(), IndexOf(server), all);
        DoNotifyValue(server, node.value);
        if (++node.exchanged < m_exchanges)
        {
            SendValue(server);
        }
        else if (server == m_consensus.leader)
        {
            MakeModel();
            return;
        }
    }
}

void
ConsensusCoordinator::MakeModel()
{
    const auto& value = m_nodes[m_consensus.leader].value;
    const auto servers = static_cast<double>(m_members.size());
    m_consensus.exchangedS = NowS();
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(value.size());
    for (const auto server : m_members)
    {
        sum += m_gradients[server].cast<double>();
    }
    m_consensus.error = (servers * value.cast<double>() - sum).norm();
    if (m_linkBps > 0)
    {
        const double bits = 8.0 * 4 * static_cast<double>(value.size());
        m_consensus.predictedS = m_members.size() > 1 ? m_exchanges * GetLinkS(bits / 8) : 0;
    }
    m_model = GetParameters();
    TakeConsensusStep(m_model, value, m_learningRate, m_meanSteps, m_isPaperScale ? 1 : servers);
    HandleModel(m_consensus.leader, m_consensus.leader);
}

void
ConsensusCoordinator::HandleModel(uint32_t server, uint32_t from)
{
    Node& node = m_nodes[server];
    if (node.hasModel)
    {
        return; // from another neighbour
    }
    node.hasModel = true;
    for (const auto neighbour : m_left.GetNeighbours(server))
    {
        if (neighbour != from)
        {
            Send(server, neighbour, MODEL_STEP, m_model);
        }
    }
    const bool all = std::all_of(m_members.begin(), m_members.end(), [this](uint32_t member) {
        return m_nodes[member].hasModel;
    });
    if (all)
    {
        EndConsensus();
    }
}

void
ConsensusCoordinator::HandleTimeout()
{
    NS_LOG_INFO("consensus of round " << m_round << ": nothing arrived for "
                                      << m_timeout.GetSeconds() << " s");
    for (const auto& edge : m_left.edges)
    {
        const auto [a, b] = edge;
        if (m_isMember[a] && (IsOwed(a, b) || IsOwed(b, a)))
        {
            m_brokenEdges.insert(edge);
        }
    }
    BeginExchanges();
}

bool
ConsensusCoordinator::IsOwed(uint32_t server, uint32_t neighbour) const
{
    const Node& mine = m_nodes[server];
    const Node& other = m_nodes[neighbour];
    if (mine.exchanged == m_exchanges)
    {
        return !mine.hasModel && other.hasModel;
    }
    const auto found = mine.received.find(mine.exchanged);
    const bool has = found != mine.received.end() && found->second.count(neighbour) > 0;
    return !has && other.exchanged >= mine.exchanged;
}

void
ConsensusCoordinator::DoServerLost(uint32_t server)
{
    SyncCoordinator::DoServerLost(server);
    if (m_isExchanging && m_isMember[server])
    {
        BeginExchanges();
    }
}

void
ConsensusCoordinator::EndConsensus()
{
    m_timeoutEvent.Cancel();
    if (std::exchange(m_isExchanging, false) && m_model.size() > 0)
    {
        m_consensus.endS = NowS();
        m_consensusTrace(m_consensus);
    }
    DoConsensusOver();
}

void
ConsensusCoordinator::DoConsensusOver()
{
    SyncCoordinator::DoRoundOver();
}

uint32_t
ConsensusCoordinator::DoChooseLeader(const std::vector<uint32_t>& running)
{
    return running.front();
}

const std::vector<uint32_t>&
ConsensusCoordinator::GetMembers() const
{
    return m_members;
}

uint32_t
ConsensusCoordinator::GetLeader() const
{
    return m_consensus.leader;
}

const Eigen::VectorXf&
ConsensusCoordinator::GetMade() const
{
    return m_model;
}

void
ConsensusCoordinator::SetMade(Eigen::VectorXf parameters)
{
    m_model = std::move(parameters);
}

Time
ConsensusCoordinator::GetTimeout() const
{
    return m_timeout;
}

double
ConsensusCoordinator::GetLinkS(double bytes) const
{
    return m_linkBps > 0 ? 8 * bytes / m_linkBps + m_linkDelay.GetSeconds() : ABSENT;
}

uint32_t
ConsensusCoordinator::DoAggregate(GlobalModel& model)
{
    if (m_model.size() == 0)
    {
        model.Discard();
        return 0;
    }
    model.Adopt(std::move(m_model));
    m_model.resize(0);
    return m_merged;
}

} // namespace fl
} // namespace ns3
