/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-study-options.h"

#include "ns3/fl-option-rules.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

/// The paper's gamma_a, where `--step=paper` begins.
constexpr double PAPER_STEP = 0.003;

/// @return what --figure may be
std::vector<std::string>
FigureNames()
{
    std::vector<std::string> names;
    for (const auto& figure : AgentFigures())
    {
        names.push_back(figure.name);
    }
    names.emplace_back("all");
    return names;
}

/// @return what --method may be
std::vector<std::string>
MethodNames()
{
    std::vector<std::string> names;
    for (const auto& method : AgentMethods())
    {
        names.push_back(method.name);
    }
    return names;
}

/// Options of the problem and what agents see of it.
void
AddProblemOptions(OptionParser& parser, AgentStudyOptions& options)
{
    parser.Add("devices", "N", options.devices, InRange(1U, 1000U));
    parser.Add("servers", "M, with a cell each", options.servers, InRange(1U, 16U));
    parser.Add("sub-channels", "G, of each cell", options.subChannels, InRange(1U, 64U));
    parser.Add("grid", "sub-channels are W / G wide, or else W each", options.isGrid);
    parser.Add("objective",
               "the latency that counts",
               options.objective,
               OneOf({"sum", "makespan"}));
    parser.Add("propagation",
               "T_prop: xi (M + N - 1), or xi alone",
               options.propagation,
               OneOf({"sum", "constant"}));
    parser.Add("redraw",
               "when data, cycles and fading are drawn anew",
               options.redraw,
               OneOf({"never", "episode", "step"}));
    parser.Add("state",
               "what agents know: the paper's state (30), or channel gains too",
               options.state,
               OneOf({"paper", "gains"}));
}

/// Options of agents and of how much they learn.
void
AddAgentOptions(OptionParser& parser, AgentStudyOptions& options)
{
    parser.Add("step",
               "where the line search of TRPO begins: at the paper's 0.003, or at 1",
               options.step,
               OneOf({"paper", "trpo"}));
    parser.Add("actor-rate", "of steps along gradients", options.actorRate, InRange(1e-9, 1.0));
    parser.Add("critic-rate", "of the critic's Adam", options.criticRate, InRange(1e-9, 1.0));
    parser.Add("discount", "gamma", options.discount, InRange(0.0, 0.999999));
    parser.Add("episodes",
               "of 100 steps each; the paper has 10000",
               options.effort.episodes,
               InRange(1U, 1000000U));
    parser.Add("tune",
               "choose actors' rates from 0.001, 0.003, 0.005 first, in places of their own",
               options.isTuned);
    parser.Add("runs",
               "of each scheme, in places of their own",
               options.effort.runs,
               InRange(1U, 1000U));
    parser.Add("evaluations",
               "rounds in which agents are evaluated, of each run",
               options.effort.evaluations,
               InRange(1U, 10000U));
    parser.Add("random-draws",
               "of random search, for each of these rounds",
               options.effort.randomDraws,
               InRange(1U, 100000000U));
}

} // namespace

AgentSetting
AgentStudyOptions::Setting() const
{
    AgentSetting setting;
    setting.agent.method = method;
    setting.agent.actorRate = actorRate;
    setting.agent.criticRate = criticRate;
    setting.agent.discount = discount;
    setting.agent.region.firstFactor = step == "paper" ? PAPER_STEP : 1;
    auto& environment = setting.environment;
    environment.drop.devices = devices;
    environment.drop.servers = servers;
    environment.drop.subChannels = subChannels;
    environment.drop.isGrid = isGrid;
    environment.state = state == "paper" ? OffloadStateKind::PAPER : OffloadStateKind::GAINS;
    environment.objective = objective == "sum" ? OffloadObjective::SUM : OffloadObjective::MAKESPAN;
    environment.sizes =
        redraw == "never" ? Redraw::NEVER : (redraw == "episode" ? Redraw::EPISODE : Redraw::STEP);
    environment.gains = environment.sizes;
    setting.isConstantPropagation = propagation == "constant";
    return setting;
}

void
AgentStudyOptions::Shrink()
{
    if (isQuick)
    {
        devices = std::min(devices, 6U);
        servers = std::min(servers, 2U);
        subChannels = std::min(subChannels, 2U);
        effort.episodes = std::min(effort.episodes, 10U);
        effort.runs = std::min(effort.runs, 2U);
        effort.evaluations = std::min(effort.evaluations, 2U);
        effort.randomDraws = std::min(effort.randomDraws, 100U);
    }
}

void
AddAgentStudyOptions(OptionParser& parser, AgentStudyOptions& options)
{
    parser.Add("figure", "which figure, or all", options.figure, OneOf(FigureNames()));
    parser.Add("train",
               "in place of figures: train one agent, and write it to this file",
               options.train);
    parser.Add("resume",
               "with --train: go on with the agent of this file, for --episodes more",
               options.resume);
    parser.Add("method", "of the agent of --train", options.method, OneOf(MethodNames()));
    AddProblemOptions(parser, options);
    AddAgentOptions(parser, options);
    parser.Add("quick", "small sizes, to see that it runs", options.isQuick);
    RequireAbsence(
        parser,
        {"figure", "runs", "evaluations", "random-draws", "tune"},
        "train",
        [&options] { return !options.train.empty(); },
        "that trains one agent");
    RequireAbsence(
        parser,
        {"method", "resume"},
        "train",
        [&options] { return options.train.empty(); },
        "only that trains one agent");
    RequireAbsence(
        parser,
        {"method",
         "devices",
         "servers",
         "sub-channels",
         "grid",
         "objective",
         "propagation",
         "redraw",
         "state",
         "step",
         "actor-rate",
         "critic-rate",
         "discount"},
        "resume",
        [&options] { return !options.resume.empty(); },
        "the file says that");
    AddOutputOptions(parser, options.output);
}

} // namespace fl
} // namespace ns3
