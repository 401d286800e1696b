/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-blockchain-curves.h"

#include "ns3/fl-error.h"
#include "ns3/fl-ledger-file.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-partitioner.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint32_t LAST_ROUNDS = 5;        //!< whose mean is the final accuracy
constexpr uint64_t CLEAN_RUN = 1000000;    //!< runs of figures have numbers below
constexpr uint32_t PAPER_EXCHANGE = 3;     //!< after which the paper's server poisons
constexpr uint32_t ROBUST_SERVERS = 5;     //!< Krum with one attacker takes no fewer
constexpr uint32_t ROBUST_BAD_DEVICES = 2; //!< of ten

/// What a run of a case brings.
struct CaseRun
{
    std::vector<BflRound> rounds; //!< all of them
    DetectionCount detection;     //!< what was found
    std::vector<uint8_t> ledger;  //!< file of the chain, if it is kept
};

/// @return a run @param one its case @param task what is learned @param run number @param effort
/// seed and devices @param progress gets 1 per round
CaseRun
RunCase(const BlockchainCase& one,
        const BlockchainTask& task,
        uint32_t run,
        const BlockchainEffort& effort,
        WorkProgress& progress)
{
    const uint64_t seed = MixSeed({effort.seed, one.firstRun + run});
    BflTask learned = task.base;
    const auto partitioner =
        Partitioner::FromText(one.isIid ? "iid" : Describe("labels:", task.labels));
    learned.parts = partitioner.Split(learned.train->Labels(), effort.devices, seed);
    BflOptions options = one.options;
    options.seed = seed;
    if (one.isVaried)
    {
        options.attack.attackers = {run % options.servers};
    }
    BflLoop loop(std::move(learned), options);
    CaseRun result;
    for (uint32_t round = 0; round < one.rounds; ++round)
    {
        result.rounds.push_back(loop.RunRound());
        progress.Add();
    }
    result.detection = loop.GetDetection();
    if (one.keepsLedger && run == 0 && loop.GetLedger())
    {
        result.ledger = EncodeChain(loop.GetLedger()->GetLedger().GetChain());
    }
    return result;
}

/// @return what the accuracy lost in attacked rounds, in the mean; NaN without
/// @param rounds all @param attacked numbers of those attacked
double
DropOf(const std::vector<BflRound>& rounds, const std::vector<uint32_t>& attacked)
{
    double drop = 0;
    uint32_t count = 0;
    for (const uint32_t round : attacked)
    {
        if (round >= 2 && round <= rounds.size())
        {
            drop += rounds[round - 2].evaluation.accuracy - rounds[round - 1].evaluation.accuracy;
            count++;
        }
    }
    return count > 0 ? drop / count : std::numeric_limits<double>::quiet_NaN();
}

/// Add a run to the result of its case. @param [in,out] result it @param run of the case @param
/// attacked rounds in which it was attacked
void
Collect(BlockchainResult& result, CaseRun& run, const std::vector<uint32_t>& attacked)
{
    const auto& rounds = run.rounds;
    result.accuracy.resize(rounds.size());
    result.loss.resize(rounds.size());
    double last = 0;
    double ratio = 0;
    uint32_t withBound = 0;
    const size_t tail = std::min<size_t>(LAST_ROUNDS, rounds.size());
    for (size_t i = 0; i < rounds.size(); ++i)
    {
        result.accuracy[i].Add(rounds[i].evaluation.accuracy);
        result.loss[i].Add(std::isfinite(rounds[i].evaluation.loss)
                               ? rounds[i].evaluation.loss
                               : std::numeric_limits<double>::quiet_NaN());
        last += i + tail >= rounds.size() ? rounds[i].evaluation.accuracy : 0;
        if (rounds[i].errorBound > 0)
        {
            ratio += rounds[i].consensusError / rounds[i].errorBound;
            withBound++;
        }
        result.scores.push_back(rounds[i].scores);
    }
    result.finalAccuracy.Add(last / static_cast<double>(tail));
    result.drop.Add(DropOf(rounds, attacked));
    result.errorRatio.Add(withBound > 0 ? ratio / withBound
                                        : std::numeric_limits<double>::quiet_NaN());
    result.detection.Add(run.detection);
    if (!run.ledger.empty())
    {
        result.ledger = std::move(run.ledger);
    }
}

/// Put the paper's attack into a case. @param [in,out] one it @param effort strength and rounds
/// @param exchange after which
void
AddPaperAttack(BlockchainCase& one, const BlockchainEffort& effort, uint32_t exchange)
{
    one.options.attack.name = "noise";
    one.options.attack.scale = effort.poisonScale;
    one.options.attack.rounds = effort.attackRounds;
    one.options.attack.exchange = exchange;
    one.isVaried = one.options.scheme != BflScheme::CENTRAL;
    if (!one.isVaried)
    {
        one.options.attack.attackers = {0};
    }
}

/// @return index of a figure's task @param figure its name
size_t
TaskOf(const std::string& figure)
{
    return figure == "4" || figure == "11" ? 0 : 1;
}

} // namespace

std::vector<BlockchainResult>
RunBlockchainCases(const std::vector<BlockchainCase>& cases,
                   const std::vector<BlockchainTask>& tasks,
                   uint32_t runs,
                   const BlockchainEffort& effort,
                   ThreadPool& pool,
                   WorkProgress& progress)
{
    std::vector<CaseRun> all(cases.size() * runs);
    pool.ParallelFor(all.size(), [&](size_t i) {
        const auto& one = cases[i / runs];
        all[i] =
            RunCase(one, tasks.at(one.task), static_cast<uint32_t>(i % runs), effort, progress);
    });
    std::vector<BlockchainResult> results(cases.size());
    for (size_t i = 0; i < all.size(); ++i)
    {
        Collect(results[i / runs], all[i], cases[i / runs].options.attack.rounds);
        all[i] = {};
    }
    return results;
}

std::vector<BlockchainCase>
LearningCases(const std::string& figure, const BflOptions& common, const BlockchainEffort& effort)
{
    std::vector<BlockchainCase> cases;
    for (const bool isIid : {true, false})
    {
        BlockchainCase one{figure, "", TaskOf(figure), isIid, common, effort.rounds};
        one.options.scheme = BflScheme::CONSENSUS;
        if (figure == "6")
        {
            for (const uint32_t exchanges : {5, 10, 15})
            {
                one.options.exchanges = exchanges;
                one.curve = Describe("phi = ", exchanges);
                cases.push_back(one);
            }
            continue;
        }
        const std::pair<const char*, BflScheme> schemes[] = {
            {"consensus", BflScheme::CONSENSUS},
            {"without consensus", BflScheme::LEADER},
            {"traditional FL", BflScheme::INDEPENDENT}};
        for (const auto& [curve, scheme] : schemes)
        {
            one.curve = curve;
            one.options.scheme = scheme;
            cases.push_back(one);
        }
    }
    return cases;
}

std::vector<BlockchainCase>
AttackCases(const std::string& figure, const BflOptions& common, const BlockchainEffort& effort)
{
    const std::pair<const char*, BflScheme> schemes[] = {
        {"with blockchain", BflScheme::BLOCKCHAIN},
        {"without blockchain", BflScheme::CONSENSUS},
        {"without consensus", BflScheme::LEADER},
        {"traditional FL", BflScheme::CENTRAL}};
    std::vector<BlockchainCase> cases;
    for (const bool isIid : {true, false})
    {
        for (const auto& [curve, scheme] : schemes)
        {
            BlockchainCase one{figure, curve, TaskOf(figure), isIid, common, effort.rounds};
            one.options.scheme = scheme;
            one.keepsLedger = isIid && scheme == BflScheme::BLOCKCHAIN;
            AddPaperAttack(one, effort, PAPER_EXCHANGE);
            cases.push_back(one);
        }
    }
    return cases;
}

BlockchainCase
CalibrationCase(const BflOptions& common, const BlockchainEffort& effort, double scale)
{
    BlockchainCase one{"calibrate", "traditional FL", 0, true, common, effort.rounds};
    one.rounds = effort.attackRounds.back();
    one.options.scheme = BflScheme::CENTRAL;
    BlockchainEffort scaled = effort;
    scaled.poisonScale = scale;
    AddPaperAttack(one, scaled, 0);
    return one;
}

BlockchainCase
CleanCase(size_t task, bool isIid, const BflOptions& common, const BlockchainEffort& effort)
{
    BlockchainCase one{"clean", "clean", task, isIid, common, effort.rounds};
    one.options.scheme = BflScheme::CONSENSUS;
    one.firstRun = CLEAN_RUN;
    return one;
}

std::vector<BlockchainCase>
DetectionCases(const BflOptions& common,
               const BlockchainEffort& effort,
               const std::vector<ThresholdSet>& sets)
{
    std::vector<BlockchainCase> cases;
    for (const auto& set : sets)
    {
        const std::pair<const char*, BflDetection> ways[] = {{"replay", BflDetection::REPLAY},
                                                             {"score", BflDetection::SCORE}};
        for (const auto& [way, detection] : ways)
        {
            for (const char* attack : {"none", "exchange 3", "own gradient"})
            {
                BlockchainCase one{"detection",
                                   Describe(way, " ", attack),
                                   set.task,
                                   set.isIid,
                                   common,
                                   effort.rounds};
                one.options.scheme = BflScheme::BLOCKCHAIN;
                one.options.detection = detection;
                one.options.thresholds = set.thresholds;
                const std::string name = attack;
                if (name != "none")
                {
                    AddPaperAttack(one, effort, name == "exchange 3" ? PAPER_EXCHANGE : 0);
                }
                cases.push_back(one);
            }
        }
    }
    return cases;
}

const std::vector<RobustPlace>&
RobustPlaces()
{
    static const std::vector<RobustPlace> PLACES{{"devices", false, 0},
                                                 {"servers own gradient", true, 0},
                                                 {"servers exchange 3", true, PAPER_EXCHANGE}};
    return PLACES;
}

BflOptions
RobustServers(const BflOptions& common)
{
    BflOptions options = common;
    options.servers = ROBUST_SERVERS;
    options.graph = "full";
    return options;
}

std::vector<BlockchainCase>
RobustCases(const BflOptions& common,
            const BlockchainEffort& effort,
            const std::vector<double>& thresholds)
{
    std::vector<std::string> rules{LEDGER_RULE};
    for (const auto& rule : RobustRuleNames())
    {
        rules.push_back(rule.first);
    }
    std::vector<BlockchainCase> cases;
    for (const auto& place : RobustPlaces())
    {
        for (const auto& rule : rules)
        {
            // Between servers a rule takes all values at once: there is no exchange to poison.
            if (place.exchange > 0 && rule != LEDGER_RULE && rule != "mean")
            {
                continue;
            }
            for (const auto& [attack, text] : PoisonAttackNames())
            {
                BlockchainCase one{place.name, rule + " " + attack, 0, true, common};
                one.rounds = effort.robustRounds;
                auto& options = one.options = RobustServers(common);
                options.scheme = BflScheme::CONSENSUS;
                if (rule == LEDGER_RULE)
                {
                    options.scheme = BflScheme::BLOCKCHAIN;
                    options.detection = BflDetection::BOTH;
                    options.thresholds = thresholds;
                }
                else if (place.isByServers)
                {
                    options.serverRule = rule;
                    options.serverByzantine = 1;
                }
                else
                {
                    options.scheme = BflScheme::CENTRAL;
                    options.deviceRule = rule;
                    options.deviceByzantine = ROBUST_BAD_DEVICES;
                }
                options.attack.name = attack;
                options.attack.isByServers = place.isByServers;
                options.attack.exchange = place.exchange;
                options.attack.scale = attack == "noise" ? effort.poisonScale : 0;
                options.attack.attackers =
                    place.isByServers ? std::vector<uint32_t>{0} : std::vector<uint32_t>{0, 1};
                cases.push_back(one);
            }
        }
    }
    return cases;
}

} // namespace fl
} // namespace ns3
