/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-blockchain-study-options.h"

#include "fl-study.h"

#include "ns3/fl-data-source.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ledger.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-option-rules.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-task-builder.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Strength of the paper's attack with which traditional FL on the stand-in for SVHN, IID, drops by
/// 32.1 %, in ten runs of `--figure=calibrate`. All other drops are predictions.
constexpr double CALIBRATED_SCALE = 0.183692;
/// Fewest devices with which Krum takes two attackers.
constexpr uint32_t ROBUST_DEVICES = 7;
/// Figures that learn by rounds.
constexpr char LEARNING[] = "4,5,6,11,12,detection,robust";
/// Figures that train agents.
constexpr char AGENTS[] = "7,8,9,10";
/// All in words.
constexpr char FIGURES[] =
    "4 to 12 (8a, 8b, 9a, 9b, 10a, 10b, 10c too), detection, robust, packets (one configuration "
    "by packets, terms of latency predicted and measured), calibrate, learning (all that learn by "
    "rounds), agents and all";
/// Where Debian's dataset-fashion-mnist is.
constexpr char FASHION_FOLDER[] = "/usr/share/datasets/fashion-mnist";

/// @return names of all figures, in their order; calibrate is no part of all
std::vector<std::string>
AllFigures()
{
    std::vector<std::string> names = SplitText(LEARNING, ',');
    for (const auto& figure : AgentFigures())
    {
        names.push_back(figure.name);
    }
    names.emplace_back("packets");
    return names;
}

/// Append names of figures. @param [in,out] names they @param text a name, or several
void
AppendFigures(std::vector<std::string>& names, const std::string& text)
{
    static const std::map<std::string, std::string> groups{{"learning", LEARNING},
                                                           {"agents", AGENTS},
                                                           {"8", "8a,8b"},
                                                           {"9", "9a,9b"},
                                                           {"10", "10a,10b,10c"}};
    for (const auto& name : SplitText(text, ','))
    {
        const auto group = groups.find(name);
        if (group == groups.end())
        {
            names.push_back(name);
        }
        else
        {
            AppendFigures(names, group->second);
        }
    }
}

/// @return what data may be
Allowed<std::string>
AnyData()
{
    return {"left out, a name or a folder",
            [](const std::string& text) { return text.empty() || IsDataSource(text); }};
}

/// @return what a model may be
Allowed<std::string>
AnyModel()
{
    return {"one of " + KnownModels(), [](const std::string& text) {
                try
                {
                    CheckModelText(text);
                    return true;
                }
                catch (const InvalidInput&)
                {
                    return false;
                }
            }};
}

/// Options of what is learned, by whom.
void
AddLearningOptions(OptionParser& parser, BlockchainStudyOptions& options)
{
    parser.Add("svhn",
               "data in SVHN's place: as --data of the quickstart; none: synthetic-clutter",
               options.svhn,
               AnyData());
    parser.Add("svhn-model", "what learns them", options.svhnModel, AnyModel());
    parser.Add("fashion",
               "data in Fashion-MNIST's place; none: Fashion-MNIST where Debian's "
               "dataset-fashion-mnist is installed, or else synthetic-digits",
               options.fashion,
               AnyData());
    parser.Add("fashion-model", "what learns them", options.fashionModel, AnyModel());
    parser.Add("train-samples",
               "of all devices; of data that are made",
               options.trainSamples,
               InRange(100U, 1000000U));
    parser.Add("test-samples", "held out, at most", options.testSamples, InRange(10U, 100000U));
    parser.Add("local-optimizer",
               "of devices: sgd, of which the formulas are, or adam, as the paper has it",
               options.localOptimizer,
               OneOf({"sgd", "adam"}));
    parser.Add("lr",
               "eta; 0: 0.1 with sgd, 0.001 with adam",
               options.learningRate,
               InRange(0.0, 10.0));
    parser.Add("rounds", "of figures 4, 5, 6, 11, 12", options.rounds, InRange(1U, 100000U));
    parser.Add("robust-rounds",
               "of the table of rules and attacks",
               options.robustRounds,
               InRange(1U, 100000U));
    parser.Add("devices", "N of figures that learn", options.devices, InRange(2U, 1000U));
    parser.Add("servers", "M of figures that learn", options.servers, InRange(2U, 16U));
}

/// Options of consensus, ledger and attack.
void
AddServerOptions(OptionParser& parser, BlockchainStudyOptions& options)
{
    std::vector<std::string> graphs;
    for (const auto& graph : ServerGraphNames())
    {
        graphs.push_back(graph.first);
    }
    parser.Add("exchanges", "phi, rounds of consensus", options.exchanges, InRange(3U, 1000U));
    parser.Add("graph", "links between servers", options.graph, OneOf(graphs));
    parser.Add("consensus-scale",
               "mean: the leader multiplies by M; paper: (10) as printed",
               options.consensusScale,
               OneOf({"mean", "paper"}));
    parser.Add("leader",
               "drawn, or the server whose devices mined most",
               options.leader,
               OneOf({"random", "reputation"}));
    parser.Add("poison-scale",
               "strength of the paper's attack; 0: with which traditional FL drops by 32.1 %",
               options.poisonScale,
               InRange(0.0, 1e6));
    parser.Add("exclusion",
               "rounds for which a server that was found out is left out",
               options.exclusion,
               InRange(1U, 100000U));
    parser.Add("false-alarms",
               "share of clean rounds in which the deviation score may accuse somebody",
               options.falseAlarms,
               InRange(1e-4, 0.5));
    parser.Add("clean-runs",
               "runs without attack that its thresholds are set on",
               options.cleanRuns,
               InRange(1U, 1000U));
    parser.Add("real-bits",
               "leading zero bits for which nonces are really searched",
               options.realBits,
               InRange(0U, 24U));
}

/// Options of agents, a part of those of fl-offload-agent.
void
AddAgentOptions(OptionParser& parser, AgentStudyOptions& agent)
{
    parser.Add("episodes",
               "of agents, 100 steps each; the paper has 10000",
               agent.effort.episodes,
               InRange(1U, 1000000U));
    parser.Add("tune", "choose actors' rates from 0.001, 0.003, 0.005 first", agent.isTuned);
    parser.Add("propagation",
               "of agents: T_prop: xi (M + N - 1), or xi alone",
               agent.propagation,
               OneOf({"sum", "constant"}));
    parser.Add("state",
               "what agents know: the paper's state (30), or channel gains too",
               agent.state,
               OneOf({"paper", "gains"}));
    parser.Add("evaluations",
               "rounds in which agents are evaluated, of each run",
               agent.effort.evaluations,
               InRange(1U, 10000U));
    parser.Add("random-draws",
               "of random search, for each of these rounds",
               agent.effort.randomDraws,
               InRange(1U, 100000000U));
}

/**
 * @param options of the command line
 * @param name in the paper
 * @param data a name or folder
 * @param model what learns
 * @param labels per device, where data are not IID
 * @return the task, without parts
 */
BlockchainTask
MakeTask(const BlockchainStudyOptions& options,
         const std::string& name,
         const std::string& data,
         const std::string& model,
         uint32_t labels)
{
    Scenario scenario;
    scenario.data = data;
    scenario.model = model;
    scenario.trainSamples = options.trainSamples;
    scenario.testSamples = options.testSamples;
    scenario.batch = BFL_BATCH;
    const bool isByAdam = options.localOptimizer == "adam";
    const double usualRate = isByAdam ? 0.001 : 0.1;
    scenario.lr = options.learningRate > 0 ? options.learningRate : usualRate;
    scenario.localIterations = BFL_STEPS;
    const auto loaded = LoadData(scenario, options.output.threads);
    const auto task = BuildTask(scenario, loaded, 1);
    BlockchainTask made{IsMadeData(data) ? data + " for " + name : name, data, model, labels, {}};
    made.base.model = task->model;
    made.base.train = task->train;
    made.base.test = task->test;
    if (task->test->Size() > options.testSamples)
    {
        std::vector<uint32_t> first(options.testSamples);
        for (uint32_t i = 0; i < first.size(); ++i)
        {
            first[i] = i;
        }
        made.base.test = std::make_shared<const Dataset>(task->test->Subset(first));
    }
    made.base.trainer = task->trainer;
    made.base.isByAdam = isByAdam;
    made.base.trainer.iteration = TrainerOptions::Iteration::STEP;
    return made;
}

} // namespace

double
BlockchainStudyOptions::PoisonScale() const
{
    return poisonScale > 0 ? poisonScale : CALIBRATED_SCALE;
}

BflOptions
BlockchainStudyOptions::Common() const
{
    BflOptions common;
    common.servers = servers;
    common.graph = graph;
    common.exchanges = exchanges;
    common.isScaled = consensusScale == "mean";
    common.isByReputation = leader == "reputation";
    common.exclusion = exclusion;
    common.realBits = realBits;
    return common;
}

BlockchainEffort
BlockchainStudyOptions::Effort() const
{
    BlockchainEffort effort;
    effort.rounds = rounds;
    effort.robustRounds = robustRounds;
    effort.runs = agent.effort.runs;
    effort.devices = devices;
    effort.poisonScale = PoisonScale();
    effort.falseAlarms = falseAlarms;
    effort.cleanRuns = cleanRuns;
    effort.seed = StudySeed();
    // The paper's rounds of attack; in shorter runs a quarter and three quarters of them.
    effort.attackRounds = {20, 60};
    if (rounds < 60)
    {
        effort.attackRounds = {std::max(2U, rounds / 4), std::max(3U, 3 * rounds / 4)};
    }
    return effort;
}

void
BlockchainStudyOptions::Shrink()
{
    if (isQuick)
    {
        trainSamples = std::min(trainSamples, 1000U);
        testSamples = std::min(testSamples, 100U);
        rounds = std::min(rounds, 6U);
        robustRounds = std::min(robustRounds, 2U);
        falseAlarms = std::max(falseAlarms, 0.4);
        cleanRuns = std::min(cleanRuns, 3U);
        exclusion = std::min(exclusion, 2U);
        agent.effort.runs = std::min(agent.effort.runs, 2U);
        agent.isQuick = true;
        agent.Shrink();
    }
}

void
AddBlockchainStudyOptions(OptionParser& parser, BlockchainStudyOptions& options)
{
    const std::string allowed = std::string("some of ") + FIGURES + ", separated by commas";
    parser.Add("figure",
               "which: " + allowed,
               options.figure,
               {allowed, [](const std::string& text) {
                    try
                    {
                        return !ParseBlockchainFigures(text).empty();
                    }
                    catch (const InvalidInput&)
                    {
                        return false;
                    }
                }});
    parser.Add("runs",
               "of each case, with data, devices and attacks of their own",
               options.agent.effort.runs,
               InRange(1U, 1000U));
    AddLearningOptions(parser, options);
    AddServerOptions(parser, options);
    AddAgentOptions(parser, options.agent);
    parser.Add("quick", "small sizes, to see that it runs", options.isQuick);
    parser.AddRule("servers", [&options]() -> std::string {
        return options.servers > options.devices
                   ? Describe("be at most --devices=", options.devices)
                   : "";
    });
    parser.AddRule("devices", [&options]() -> std::string {
        const auto figures = ParseBlockchainFigures(options.figure);
        const bool hasRules = std::find(figures.begin(), figures.end(), "robust") != figures.end();
        return hasRules && options.devices < ROBUST_DEVICES
                   ? Describe("be at least ",
                              ROBUST_DEVICES,
                              " with figure robust, of which 2 attack: Krum takes no fewer")
                   : "";
    });
    AddOutputOptions(parser, options.output);
}

std::vector<std::string>
ParseBlockchainFigures(const std::string& text)
{
    if (text == "calibrate")
    {
        return {text};
    }
    const auto known = AllFigures();
    if (text == "all")
    {
        return known;
    }
    std::vector<std::string> names;
    AppendFigures(names, text);
    std::string expanded;
    for (const auto& name : names)
    {
        expanded += (expanded.empty() ? "" : ",") + name;
    }
    return ParseFigureNames(expanded, known, FIGURES);
}

std::vector<BlockchainTask>
MakeBlockchainTasks(const BlockchainStudyOptions& options, std::ostream& notes)
{
    const std::string svhn = options.svhn.empty() ? "synthetic-clutter" : options.svhn;
    const bool isThere = std::filesystem::is_directory(FASHION_FOLDER);
    const std::string fashion = !options.fashion.empty()
                                    ? options.fashion
                                    : (isThere ? FASHION_FOLDER : "synthetic-digits");
    for (const auto& [name, data] : {std::pair<std::string, std::string>{"SVHN", svhn},
                                     std::pair<std::string, std::string>{"Fashion-MNIST", fashion}})
    {
        if (IsMadeData(data))
        {
            notes << data << " stands in for " << name << ".\n";
        }
    }
    return {MakeTask(options, "SVHN", svhn, options.svhnModel, 3),
            MakeTask(options, "Fashion-MNIST", fashion, options.fashionModel, 2)};
}

} // namespace fl
} // namespace ns3
