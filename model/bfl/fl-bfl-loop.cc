/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bfl-loop.h"

#include "fl-bfl-training.h"

#include "ns3/fl-consensus.h"
#include "ns3/fl-error.h"
#include "ns3/fl-mix-seed.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint64_t HOMES = 11;   //!< stream of the devices' servers
constexpr uint64_t LEADERS = 12; //!< stream of leaders
constexpr uint64_t NOISE = 13;   //!< stream of attacks
constexpr uint64_t STEPS = 14;   //!< stream of the order of samples
constexpr uint64_t LEDGER = 15;  //!< stream of the ledger

/// @return options, if they are in order @param options they @param task what is learned
const BflOptions&
Checked(const BflOptions& options, const BflTask& task)
{
    options.Validate(static_cast<uint32_t>(task.parts.size()));
    for (size_t device = 0; device < task.parts.size(); ++device)
    {
        if (task.parts[device].empty())
        {
            throw InvalidInput(Describe("device ", device, ": 0 samples: must have at least 1"));
        }
    }
    if (task.trainer.method != TrainerOptions::Method::SGD ||
        task.trainer.iteration != TrainerOptions::Iteration::STEP || task.trainer.momentum != 0)
    {
        throw InvalidInput(
            "trainer: must take steps of SGD without momentum, of which (6) is the sum");
    }
    return options;
}

/// @return a rule @param name its name @param byzantine f
std::unique_ptr<const RobustRule>
RuleOf(const std::string& name, uint32_t byzantine)
{
    RobustOptions options;
    options.byzantine = byzantine;
    return MakeRobustRule(name, options);
}

/// @return a server as it signs @param id its number
Participant
ServerNamed(uint32_t id)
{
    return {Participant::Role::SERVER, id};
}

} // namespace

BflLoop::BflLoop(BflTask task, BflOptions options)
    : m_task(std::move(task)),
      m_options(Checked(options, m_task)),
      m_attack(options.attack.name, options.attack.scale),
      m_deviceRule(RuleOf(options.deviceRule, options.deviceByzantine)),
      m_serverRule(RuleOf(options.serverRule, options.serverByzantine))
{
    const auto devices = static_cast<uint32_t>(m_task.parts.size());
    const uint32_t servers = m_options.scheme == BflScheme::CENTRAL ? 1 : m_options.servers;
    m_graph = MakeServerGraph(m_options.graph, servers);
    if (m_options.scheme == BflScheme::BLOCKCHAIN)
    {
        m_ledger = std::make_unique<BflLedger>(servers,
                                               devices,
                                               m_options.realBits,
                                               m_options.blockIntervalS,
                                               MixSeed({m_options.seed, LEDGER}));
    }
    std::vector<uint32_t> order(devices);
    for (uint32_t device = 0; device < devices; ++device)
    {
        order[device] = device % servers;
        m_totalSamples += static_cast<double>(m_task.parts[device].size());
    }
    RandomStream(MixSeed({m_options.seed, HOMES})).Shuffle(order);
    m_usualHomes = m_homes = order;
    m_updates.resize(devices);
    m_flipped.resize(devices);
    m_excludedUntil.assign(servers, 0);
    m_reputation.assign(servers, 0);
    m_models.assign(m_options.scheme == BflScheme::INDEPENDENT ? servers : 1,
                    m_task.model->InitialParameters(m_options.seed));
    for (uint32_t device = 0; device < devices; ++device)
    {
        const auto& who = m_options.attack.attackers;
        const uint32_t attacker = m_options.attack.isByServers ? m_usualHomes[device] : device;
        if (m_attack.ChangesLabels() && std::binary_search(who.begin(), who.end(), attacker))
        {
            m_flipped[device] = FlipLabels(*m_task.train, m_task.parts[device]);
        }
    }
}

bool
BflLoop::HasConsensus() const
{
    return m_options.scheme == BflScheme::BLOCKCHAIN || m_options.scheme == BflScheme::CONSENSUS;
}

uint32_t
BflLoop::PoisonedExchange() const
{
    const bool hasExchanges = HasConsensus() && m_options.serverRule == "mean";
    return hasExchanges && !m_attack.ChangesLabels() ? m_options.attack.exchange : 0;
}

double
BflLoop::ScaleOf(size_t active) const
{
    return HasConsensus() && m_options.serverRule == "mean" && m_options.isScaled
               ? static_cast<double>(active)
               : 1;
}

const Eigen::VectorXf&
BflLoop::GetModel(uint32_t server) const
{
    return m_models.size() == 1 ? m_models.front() : m_models.at(server);
}

const BflLedger*
BflLoop::GetLedger() const
{
    return m_ledger.get();
}

const DetectionCount&
BflLoop::GetDetection() const
{
    return m_detection;
}

const std::vector<uint32_t>&
BflLoop::GetHomes() const
{
    return m_homes;
}

void
BflLoop::ReturnServers()
{
    m_homes = m_usualHomes;
    AssignDevices();
}

void
BflLoop::AssignDevices()
{
    std::vector<uint32_t> active;
    for (uint32_t server = 0; server < m_graph.servers; ++server)
    {
        if (m_excludedUntil[server] < m_round)
        {
            active.push_back(server);
        }
    }
    size_t next = 0;
    for (auto& home : m_homes)
    {
        if (!std::binary_search(active.begin(), active.end(), home))
        {
            home = active[next++ % active.size()];
        }
    }
}

bool
BflLoop::IsAttacked(bool isByServers) const
{
    const auto& attack = m_options.attack;
    return attack.name != "none" && attack.isByServers == isByServers &&
           (attack.rounds.empty() ||
            std::find(attack.rounds.begin(), attack.rounds.end(), m_round) != attack.rounds.end());
}

void
BflLoop::TrainDevices()
{
    for (uint32_t device = 0; device < m_updates.size(); ++device)
    {
        const auto& model = GetModel(m_homes[device]);
        // A server flips labels of its own devices, which go elsewhere when it is left out.
        const bool isAtHome = m_homes[device] == m_usualHomes[device];
        const bool flips =
            m_flipped[device].Size() > 0 && (IsAttacked(false) || (IsAttacked(true) && isAtHome));
        std::vector<uint32_t> own = m_task.parts[device];
        if (flips)
        {
            std::iota(own.begin(), own.end(), 0); // a data set of its own
        }
        const auto& data = flips ? m_flipped[device] : *m_task.train;
        const uint64_t seed = MixSeed({m_options.seed, STEPS, m_round, device});
        m_updates[device] =
            (m_task.isByAdam
                 ? TrainByAdam(*m_task.model, model, data, own, m_task.trainer, seed)
                 : Train(*m_task.model, model, data, own, 0, m_task.trainer, seed).parameters) -
            model;
    }
    if (IsAttacked(false))
    {
        RandomStream random(MixSeed({m_options.seed, NOISE, m_round}));
        m_attack.Apply(m_updates, m_options.attack.attackers, random);
    }
    for (uint32_t device = 0; m_ledger && device < m_updates.size(); ++device)
    {
        m_ledger->Record(Transaction::Kind::LOCAL_GRADIENT,
                         {Participant::Role::DEVICE, device},
                         m_round,
                         0,
                         m_updates[device]);
    }
}

Eigen::VectorXf
BflLoop::CombineDevices(uint32_t server, double& share) const
{
    const double rate = m_task.trainer.learningRate;
    const uint32_t steps = m_task.trainer.localIterations;
    std::vector<TrainerShare> trainers;
    double samples = 0;
    for (uint32_t device = 0; device < m_homes.size(); ++device)
    {
        if (m_homes[device] == server)
        {
            const auto own = static_cast<double>(m_task.parts[device].size());
            trainers.push_back({&m_updates[device], own, steps});
            samples += own;
        }
    }
    share = samples / m_totalSamples;
    const size_t parameters = m_task.model->ParameterCount();
    if (m_options.deviceRule == "mean" || trainers.empty())
    {
        return NormalisedGradient(trainers, m_totalSamples, rate, parameters);
    }
    std::vector<RobustInput> inputs;
    for (const auto& trainer : trainers)
    {
        inputs.push_back({trainer.update, trainer.samples});
    }
    const Eigen::VectorXf combined = m_deviceRule->Combine(inputs);
    return NormalisedGradient({{&combined, samples, steps}}, m_totalSamples, rate, parameters);
}

BflExchanges
BflLoop::Gather() const
{
    BflExchanges exchanges;
    for (uint32_t server = 0; server < m_graph.servers; ++server)
    {
        if (m_excludedUntil[server] < m_round)
        {
            exchanges.active.push_back(server);
            double share = 0;
            Eigen::VectorXf value = CombineDevices(server, share);
            // Who does not add up all servers' parts takes its own for the whole.
            const bool isPart = HasConsensus() && m_options.serverRule == "mean";
            if (!isPart && share > 0)
            {
                value /= static_cast<float>(share);
            }
            exchanges.values.push_back(std::move(value));
        }
    }
    exchanges.graph = LinksBetween(m_graph, exchanges.active);
    return exchanges;
}

void
BflLoop::Poison(BflExchanges& exchanges, double scale)
{
    if (!IsAttacked(true) || m_attack.ChangesLabels())
    {
        return;
    }
    std::vector<uint32_t> places;
    for (uint32_t place = 0; place < exchanges.active.size(); ++place)
    {
        const auto& who = m_options.attack.attackers;
        if (std::binary_search(who.begin(), who.end(), exchanges.active[place]))
        {
            places.push_back(place);
        }
    }
    RandomStream random(MixSeed({m_options.seed, NOISE, m_round}));
    if (m_attack.GetName() == "noise")
    {
        // w -= s q at a model whose step is w -= eta e scale x: of x it is + s q / (eta e scale).
        const double step = m_task.trainer.learningRate * m_task.trainer.localIterations * scale;
        for (const uint32_t place : places)
        {
            AddNoise(exchanges.values[place], -m_attack.GetScale() / step, random);
        }
        return;
    }
    // Who is left alone by exclusions has nobody to hide among.
    if (!m_attack.NeedsHonest() || places.size() < exchanges.values.size())
    {
        m_attack.Apply(exchanges.values, places, random);
    }
}

void
BflLoop::Publish(BflExchanges& exchanges)
{
    for (size_t place = 0; m_ledger && place < exchanges.active.size(); ++place)
    {
        m_ledger->Record(Transaction::Kind::SERVER_GRADIENT,
                         ServerNamed(exchanges.active[place]),
                         m_round,
                         exchanges.published,
                         exchanges.values[place]);
    }
    exchanges.published++;
}

bool
BflLoop::Look(const BflExchanges& exchanges,
              const std::vector<Eigen::VectorXf>& before,
              uint32_t exchange,
              const MixingMatrix& mixing,
              Alarm& alarm,
              BflRound& round) const
{
    const size_t count = exchanges.active.size();
    if (count < 2)
    {
        return false;
    }
    const auto detection = m_ledger ? m_options.detection : BflDetection::NONE;
    const bool replays = detection == BflDetection::REPLAY || detection == BflDetection::BOTH;
    for (uint32_t place = 0; replays && !before.empty() && place < count; ++place)
    {
        const auto expected = AfterExchange(mixing, exchanges.graph, before, place);
        const uint32_t server = exchanges.active[place];
        if (!m_ledger->HasPublished(server, m_round, exchanges.published - 1, expected))
        {
            alarm = {server, exchange};
            return true;
        }
    }
    const auto scores = DeviationScores(exchanges.values);
    const auto largest = std::max_element(scores.begin(), scores.end());
    if (round.accused.empty())
    {
        round.scores.push_back(*largest);
    }
    // Of two that differ nobody can tell which one deviates, and thresholds are of all servers.
    const bool hasThresholds =
        count > 2 && count == m_graph.servers &&
        (detection == BflDetection::SCORE || detection == BflDetection::BOTH);
    if (hasThresholds && *largest > m_options.thresholds[exchange])
    {
        alarm = {exchanges.active[static_cast<size_t>(largest - scores.begin())], exchange};
        return true;
    }
    return false;
}

bool
BflLoop::Agree(BflExchanges& exchanges, BflRound& round, Alarm& alarm)
{
    const double weight =
        m_options.mixing > 0 ? m_options.mixing : UsualMixingWeight(exchanges.graph);
    const MixingMatrix mixing(exchanges.graph, weight);
    const double scale = ScaleOf(exchanges.active.size());
    const uint32_t poisoned = PoisonedExchange();
    if (poisoned == 0)
    {
        Poison(exchanges, scale);
    }
    Publish(exchanges);
    if (Look(exchanges, {}, 0, mixing, alarm, round))
    {
        return true;
    }
    if (!HasConsensus() || m_options.serverRule != "mean")
    {
        return false;
    }
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(exchanges.values.front().size());
    double spread = 0;
    for (const auto& value : exchanges.values)
    {
        sum += value.cast<double>();
        for (const auto& other : exchanges.values)
        {
            spread = std::max<double>(spread, (value - other).norm());
        }
    }
    for (uint32_t exchange = 1; exchange <= m_options.exchanges; ++exchange)
    {
        const auto before = exchanges.values;
        for (uint32_t place = 0; place < before.size(); ++place)
        {
            exchanges.values[place] = AfterExchange(mixing, exchanges.graph, before, place);
        }
        if (poisoned == exchange)
        {
            Poison(exchanges, scale);
        }
        Publish(exchanges);
        if (Look(exchanges, before, exchange, mixing, alarm, round))
        {
            return true;
        }
    }
    const size_t place = exchanges.PlaceOf(round.leader);
    const double count = static_cast<double>(exchanges.active.size());
    round.consensusError = (count * exchanges.values[place].cast<double>() - sum).norm();
    round.errorBound = mixing.ErrorBound(m_options.exchanges, spread);
    return false;
}

void
BflLoop::Exclude(const Alarm& alarm, BflRound& round)
{
    m_excludedUntil[alarm.server] = m_round + m_options.exclusion - 1;
    AssignDevices();
    round.accused.push_back(alarm.server);
    round.exchanges.push_back(alarm.exchange);
}

uint32_t
BflLoop::ChooseLeader(const BflExchanges& exchanges)
{
    if (m_ledger && m_options.isByReputation)
    {
        return *std::max_element(
            exchanges.active.begin(),
            exchanges.active.end(),
            [this](uint32_t a, uint32_t b) { return m_reputation[a] < m_reputation[b]; });
    }
    // Of the round and who is active alone, so that schemes without exclusions have one leader.
    RandomStream random(MixSeed({m_options.seed, LEADERS, m_round}));
    return exchanges.active[random.Below(exchanges.active.size())];
}

void
BflLoop::Step(const BflExchanges& exchanges, uint32_t leader)
{
    const double rate = m_task.trainer.learningRate;
    const double steps = m_task.trainer.localIterations;
    if (m_options.scheme == BflScheme::INDEPENDENT)
    {
        for (size_t place = 0; place < exchanges.active.size(); ++place)
        {
            TakeConsensusStep(m_models[exchanges.active[place]],
                              exchanges.values[place],
                              rate,
                              steps,
                              1);
        }
        return;
    }
    if (m_options.serverRule != "mean")
    {
        std::vector<RobustInput> inputs;
        for (const auto& value : exchanges.values)
        {
            inputs.push_back({&value, 1});
        }
        TakeConsensusStep(m_models.front(), m_serverRule->Combine(inputs), rate, steps, 1);
        return;
    }
    const auto place =
        static_cast<size_t>(std::find(exchanges.active.begin(), exchanges.active.end(), leader) -
                            exchanges.active.begin());
    TakeConsensusStep(m_models.front(),
                      exchanges.values[place],
                      rate,
                      steps,
                      ScaleOf(exchanges.active.size()));
}

void
BflLoop::Count(const BflRound& round)
{
    m_detection.rounds++;
    m_detection.attacks += static_cast<uint32_t>(round.attackers.size());
    for (size_t i = 0; i < round.accused.size(); ++i)
    {
        // Whoever is accused before it poisoned anything is accused of nothing.
        const bool isAttacker =
            std::binary_search(round.attackers.begin(), round.attackers.end(), round.accused[i]);
        if (isAttacker && round.exchanges[i] >= PoisonedExchange())
        {
            m_detection.found++;
            m_detection.delayExchanges += round.exchanges[i] - PoisonedExchange();
        }
        else
        {
            m_detection.falseAlarms++;
        }
    }
}

BflRound
BflLoop::RunRound()
{
    BflRound round;
    round.round = ++m_round;
    ReturnServers();
    TrainDevices();
    BflExchanges exchanges = Gather();
    if (IsAttacked(true))
    {
        std::set_intersection(exchanges.active.begin(),
                              exchanges.active.end(),
                              m_options.attack.attackers.begin(),
                              m_options.attack.attackers.end(),
                              std::back_inserter(round.attackers));
    }
    round.leader = ChooseLeader(exchanges);
    Alarm alarm;
    while (Agree(exchanges, round, alarm))
    {
        Exclude(alarm, round);
        const uint32_t published = exchanges.published;
        exchanges = Gather();
        exchanges.published = published;
        round.leader = ChooseLeader(exchanges);
    }
    Step(exchanges, round.leader);
    round.active = exchanges.active;
    if (m_ledger)
    {
        m_ledger->Record(Transaction::Kind::GLOBAL_MODEL,
                         ServerNamed(round.leader),
                         m_round,
                         0,
                         m_models.front());
        m_reputation[m_homes[m_ledger->Mine(round.leader)]]++;
    }
    Count(round);
    double total = 0;
    for (uint32_t server = 0; server < m_models.size(); ++server)
    {
        const auto mine =
            m_models.size() == 1
                ? static_cast<double>(m_homes.size())
                : static_cast<double>(std::count(m_homes.begin(), m_homes.end(), server));
        const auto evaluation = Evaluate(*m_task.model, m_models[server], *m_task.test);
        round.evaluation.accuracy += mine * evaluation.accuracy;
        round.evaluation.loss += mine * evaluation.loss;
        total += mine;
    }
    round.evaluation.accuracy /= total;
    round.evaluation.loss /= total;
    return round;
}

} // namespace fl
} // namespace ns3
