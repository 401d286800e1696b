/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-scenario-rules.h"

#include "fl-phys.h"
#include "fl-scenario-fields.h"
#include "fl-task-text.h"

#include "ns3/fl-error.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-ns3-arguments.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-sodium.h"

#include <algorithm>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param scenario `phy` counts
 * @return the PHYs that a program runs over: that one, or all of this build ("all")
 */
std::vector<std::string>
PhysOf(const Scenario& scenario)
{
    const auto phys = AvailablePhys();
    const bool one = std::find(phys.begin(), phys.end(), scenario.phy) != phys.end();
    return one ? std::vector<std::string>{scenario.phy} : phys;
}

/**
 * @param values bandwidths [Hz], ascending
 * @return these as one writes them as options, as "3e6, 5e6 or 10e6"
 */
std::string
Alternatives(const std::vector<double>& values)
{
    std::string text;
    for (size_t i = 0; i < values.size(); ++i)
    {
        text += i == 0 ? "" : i + 1 == values.size() ? " or " : ", ";
        text += Describe(1e-6 * values[i], "e6");
    }
    return text;
}

/**
 * @param low name of an option
 * @param lowest its field
 * @param high name of another option
 * @param highest its field
 * @return the rule that the one must not exceed the other
 */
ScenarioRule
Order(const std::string& low,
      double Scenario::* lowest,
      const std::string& high,
      double Scenario::* highest)
{
    return {low, [lowest, high, highest](const Scenario& scenario) -> std::string {
                return scenario.*lowest > scenario.*highest
                           ? "not exceed " + Written(scenario, high)
                           : "";
            }};
}

/// @param scenario with frequencies in turn @return what --min-cpu must; see ScenarioRule
std::string
MinCpuInTurn(const Scenario& scenario)
{
    const auto& hz = scenario.cpuHzInTurn;
    return !hz.empty() && scenario.minCpuHz > *std::min_element(hz.begin(), hz.end())
               ? "not exceed any of " + Written(scenario, "max-cpu-in-turn")
               : "";
}

/// @param scenario the scenario @return what --bandwidth must; see ScenarioRule
std::string
BandwidthOfPhy(const Scenario& scenario)
{
    for (const auto& phy : PhysOf(scenario))
    {
        const auto known = LimitsOf(phy).bandwidthsHz;
        if (!known.empty() &&
            std::find(known.begin(), known.end(), scenario.bandwidthHz) == known.end())
        {
            return "be " + Alternatives(known) + " with --phy=" + phy;
        }
    }
    return "";
}

/**
 * @param member a field that only FDMA has
 * @return checks that it is left at its default over other PHYs; see ScenarioRule
 */
std::function<std::string(const Scenario&)>
OnlyFdma(double Scenario::* member)
{
    return [member](const Scenario& scenario) -> std::string {
        for (const auto& phy : PhysOf(scenario))
        {
            if (phy != "fdma" && scenario.*member > 0)
            {
                return "be left out with --phy=" + phy;
            }
        }
        return "";
    };
}

/// @param scenario the scenario @return what --downlink-power must; see ScenarioRule
std::string
PowerSetOnce(const Scenario& scenario)
{
    const std::string attribute = "ns3::fl::FdmaChannel::StationTxPower";
    return scenario.downlinkPowerW > 0 && scenario.attributes.count(attribute)
               ? "be left out with " + Written(scenario, attribute)
               : "";
}

/// @param scenario the scenario @return what --cells must; see ScenarioRule
std::string
CellsOfFdma(const Scenario& scenario)
{
    for (const auto& phy : PhysOf(scenario))
    {
        if (phy != "fdma" && scenario.cells > 1)
        {
            return "be 1 with --phy=" + phy;
        }
    }
    return "";
}

/// @param scenario the scenario @return what --cells must; see ScenarioRule
std::string
CellsOfRounds(const Scenario& scenario)
{
    return scenario.cells > 1 && scenario.coordinator != "sync"
               ? "be 1 with --coordinator=" + scenario.coordinator
               : "";
}

/// @param scenario the scenario @return what --sub-channels must; see ScenarioRule
std::string
SubChannelsOfFdma(const Scenario& scenario)
{
    for (const auto& phy : PhysOf(scenario))
    {
        if (phy != "fdma" && scenario.subChannels > 0)
        {
            return "be left out with --phy=" + phy;
        }
    }
    return "";
}

/// @param scenario the scenario @return what --consensus must; see ScenarioRule
std::string
ConsensusOfCells(const Scenario& scenario)
{
    return scenario.consensus != "none" && scenario.cells == 1
               ? "be none with " + Written(scenario, "cells")
               : "";
}

/// @param scenario the scenario @return what --ledger must; see ScenarioRule
std::string
LedgerOfConsensus(const Scenario& scenario)
{
    if (scenario.ledger == 0)
    {
        return "";
    }
    if (scenario.consensus == "none")
    {
        return "be left out with --consensus=none";
    }
    return SodiumIsAvailable() ? ""
                               : "be left out: this was built without libsodium (Debian: "
                                 "libsodium-dev)";
}

/// @param scenario the scenario @return what --block-interval must; see ScenarioRule
std::string
IntervalOfRace(const Scenario& scenario)
{
    return scenario.mining != "race" && scenario.blockIntervalS != Scenario().blockIntervalS
               ? "be left out with --mining=" + scenario.mining
               : "";
}

/**
 * @tparam T type of the field
 * @param member a field that counts with a ledger alone
 * @return checks that it is left at its default without one; see ScenarioRule
 */
template <typename T>
std::function<std::string(const Scenario&)>
OnlyLedger(T Scenario::* member)
{
    return [member](const Scenario& scenario) {
        return scenario.ledger == 0 && scenario.*member != Scenario().*member
                   ? "be left out without --ledger"
                   : "";
    };
}

/// @param scenario the scenario @return what --background must; see ScenarioRule
std::string
BackgroundOfOneCell(const Scenario& scenario)
{
    return scenario.background > 0 && (scenario.cells > 1 || scenario.subChannels > 0)
               ? "be 0 with " + Written(scenario, scenario.cells > 1 ? "cells" : "sub-channels")
               : "";
}

/// @param scenario the scenario @return what --max-capacitance must; see ScenarioRule
std::string
CapacitanceInOrder(const Scenario& scenario)
{
    return scenario.maxCapacitance > 0 && scenario.maxCapacitance < scenario.capacitance
               ? "be 0 or at least " + Written(scenario, "capacitance")
               : "";
}

/// @param scenario the scenario @return what --devices must; see ScenarioRule
std::string
DevicesOfPhy(const Scenario& scenario)
{
    for (const auto& phy : PhysOf(scenario))
    {
        if (scenario.devices > LimitsOf(phy).devices)
        {
            return Describe("be at most ", LimitsOf(phy).devices, " with --phy=", phy);
        }
    }
    return "";
}

/// @param scenario the scenario @return what --server-restart must; see ScenarioRule
std::string
RestartAfterStop(const Scenario& scenario)
{
    if (scenario.serverRestartS > 0 && scenario.serverStopS <= 0)
    {
        return "be left out, or come after a --server-stop: " + Written(scenario, "server-stop") +
               " is none";
    }
    return scenario.serverRestartS > 0 && scenario.serverRestartS <= scenario.serverStopS
               ? "be later than " + Written(scenario, "server-stop")
               : "";
}

/**
 * @tparam T type of the field
 * @param member a field that only asynchronous coordinators have
 * @return checks that it is left at its default with other coordinators; see ScenarioRule
 */
template <typename T>
std::function<std::string(const Scenario&)>
OnlyAsync(T Scenario::* member)
{
    return [member](const Scenario& scenario) {
        return scenario.coordinator != "async" && scenario.*member != Scenario().*member
                   ? "be left out with --coordinator=" + scenario.coordinator
                   : "";
    };
}

/**
 * @tparam T type of the field
 * @param member a field that split learning has not
 * @return checks that it is left at its default with --coordinator=split; see ScenarioRule
 */
template <typename T>
std::function<std::string(const Scenario&)>
NotSplit(T Scenario::* member)
{
    return [member](const Scenario& scenario) {
        return scenario.coordinator == "split" && scenario.*member != Scenario().*member
                   ? "be left out with --coordinator=split"
                   : "";
    };
}

/**
 * @tparam T type of the field
 * @param member a field that only split learning has
 * @return checks that it is left at its default with other coordinators; see ScenarioRule
 */
template <typename T>
std::function<std::string(const Scenario&)>
OnlySplit(T Scenario::* member)
{
    return [member](const Scenario& scenario) {
        return scenario.coordinator != "split" && scenario.*member != Scenario().*member
                   ? "be left out with --coordinator=" + scenario.coordinator
                   : "";
    };
}

/// @param scenario the scenario @return what --model must; see ScenarioRule
std::string
ModelOfSplit(const Scenario& scenario)
{
    const bool isOther = scenario.coordinator == "split" && scenario.model != Scenario().model &&
                         !TransformerOf(scenario.model, {});
    return isOther ? "be a transformer with --coordinator=split, or left out" : "";
}

/// @param scenario the scenario @return what --batch must; see ScenarioRule
std::string
BatchOfSplit(const Scenario& scenario)
{
    return scenario.coordinator == "split" && scenario.batch == 0
               ? "be at least 1 with --coordinator=split"
               : "";
}

/// @param scenario the scenario @return what --task must; see ScenarioRule
std::string
ValidTasks(const Scenario& scenario)
{
    for (const auto& text : scenario.tasks)
    {
        const std::string must = CheckTaskText(text);
        if (!must.empty())
        {
            return must;
        }
    }
    return "";
}

/// @param scenario the scenario @return what --runs must; see ScenarioRule
std::string
RunNumbersLeft(const Scenario& scenario)
{
    const uint64_t left = std::numeric_limits<uint64_t>::max() - scenario.run;
    return scenario.runs - 1 > left
               ? Describe("be at most ", left + 1, " with --RngRun=", scenario.run)
               : "";
}

} // namespace

std::string
Written(const Scenario& scenario, const std::string& name)
{
    for (const auto& field : ScenarioFields())
    {
        const auto text = std::visit(
            [&](const auto& of) {
                return of.name == name ? "--" + name + "=" + ValueText(scenario.*of.member) : "";
            },
            field.of);
        if (!text.empty())
        {
            return text;
        }
    }
    const auto found = scenario.attributes.find(name);
    return "--" + name + "=" + (found == scenario.attributes.end() ? "" : found->second);
}

std::vector<ScenarioRule>
ScenarioRules()
{
    std::vector<ScenarioRule> rules = {
        Order("min-power", &Scenario::minPowerDbm, "max-power", &Scenario::maxPowerDbm),
        Order("min-cpu", &Scenario::minCpuHz, "max-cpu", &Scenario::maxCpuHz),
        {"min-cpu", &MinCpuInTurn},
        Order("min-cycles", &Scenario::minCycles, "max-cycles", &Scenario::maxCycles),
        {"bandwidth", &BandwidthOfPhy},
        {"downlink-bandwidth", OnlyFdma(&Scenario::downlinkBandwidthHz)},
        {"downlink-power", OnlyFdma(&Scenario::downlinkPowerW)},
        {"downlink-power", &PowerSetOnce},
        {"cells", &CellsOfFdma},
        {"cells", &CellsOfRounds},
        {"sub-channels", &SubChannelsOfFdma},
        {"consensus", &ConsensusOfCells},
        {"ledger", &LedgerOfConsensus},
        {"mining", OnlyLedger(&Scenario::mining)},
        {"block-interval", OnlyLedger(&Scenario::blockIntervalS)},
        {"block-interval", &IntervalOfRace},
        {"min-hash-rate", OnlyLedger(&Scenario::minHashRate)},
        {"max-hash-rate", OnlyLedger(&Scenario::maxHashRate)},
        Order("min-hash-rate", &Scenario::minHashRate, "max-hash-rate", &Scenario::maxHashRate),
        {"hash-rate-in-turn", OnlyLedger(&Scenario::hashRatesInTurn)},
        {"hash-energy", OnlyLedger(&Scenario::hashEnergyJ)},
        {"real-bits", OnlyLedger(&Scenario::realBits)},
        {"leader", OnlyLedger(&Scenario::leader)},
        {"background", &BackgroundOfOneCell},
        {"max-capacitance", &CapacitanceInOrder},
        {"devices", &DevicesOfPhy},
        {"server-restart", &RestartAfterStop},
    };
    // A name of an optimizer is a type and some of its attributes.
    for (const auto& entry : NamedOptimizers())
    {
        for (const auto& [attribute, value] : entry.attributes)
        {
            const std::string full = entry.typeId + "::" + attribute;
            rules.push_back(
                {full, [full, name = entry.name, type = entry.typeId](const Scenario& scenario) {
                     return scenario.optimizer == name && scenario.attributes.count(full)
                                ? "be left out with --optimizer=" + name +
                                      ": that name sets it; --optimizer=" + type + " does not"
                                : "";
                 }});
        }
    }
    rules.push_back({"staleness", OnlyAsync(&Scenario::staleness)});
    rules.push_back({"buffer", OnlyAsync(&Scenario::buffer)});
    rules.push_back({"in-flight", OnlyAsync(&Scenario::inFlight)});
    rules.push_back({"model", &ModelOfSplit});
    rules.push_back({"base", OnlySplit(&Scenario::base)});
    rules.push_back({"step", OnlySplit(&Scenario::step)});
    rules.push_back({"lora-rank", OnlySplit(&Scenario::loraRank)});
    rules.push_back({"lora-alpha", OnlySplit(&Scenario::loraAlpha)});
    rules.push_back({"shared-head", OnlySplit(&Scenario::sharedHead)});
    rules.push_back({"encode-activations", OnlySplit(&Scenario::encodeActivations)});
    rules.push_back({"encode-features", OnlySplit(&Scenario::encodeFeatures)});
    rules.push_back({"encode-gradients", OnlySplit(&Scenario::encodeGradients)});
    rules.push_back({"paper-payload", OnlySplit(&Scenario::paperPayload)});
    rules.push_back({"payload-bits", NotSplit(&Scenario::payloadBits)});
    rules.push_back({"momentum", NotSplit(&Scenario::momentum)});
    rules.push_back({"proximal", NotSplit(&Scenario::proximal)});
    rules.push_back({"batch", &BatchOfSplit});
    rules.push_back({"task", OnlyAsync(&Scenario::tasks)});
    rules.push_back({"task", &ValidTasks});
    rules.push_back({"runs", &RunNumbersLeft});
    return rules;
}

const std::vector<std::pair<std::string, std::string>>&
AttributesOfFields()
{
    static const std::vector<std::pair<std::string, std::string>> attributes = {
        {"ns3::fl::SyncCoordinator::Rounds", "rounds"},
        {"ns3::fl::AsyncCoordinator::Aggregations", "rounds"},
        {"ns3::fl::AsyncCoordinator::Staleness", "staleness"},
        {"ns3::fl::AsyncCoordinator::Buffer", "buffer"},
        {"ns3::fl::AsyncCoordinator::Method", "buffer"},
        {"ns3::fl::AsyncCoordinator::MaxInFlight", "in-flight"},
        {"ns3::fl::FdmaChannel::UplinkBandwidth", "bandwidth"},
        {"ns3::fl::FdmaChannel::DownlinkBandwidth", "downlink-bandwidth"},
        {"ns3::LteEnbNetDevice::UlBandwidth", "bandwidth"},
        {"ns3::LteEnbNetDevice::DlBandwidth", "bandwidth"},
        {"ns3::fl::FdmaNetDevice::MaxTxPower", "max-power"},
        {"ns3::fl::WifiRadioControl::MaxTxPower", "max-power"},
        {"ns3::fl::Processor::MaxFrequency", "max-cpu"},
        {"ns3::fl::Processor::EffectiveCapacitance", "capacitance"},
        {"ns3::fl::BlockFadingLossModel::Fading", "fading"},
        {"ns3::LogDistancePropagationLossModel::Exponent", "loss-exponent"},
        {"ns3::LogDistancePropagationLossModel::ReferenceLoss", "loss-at-1m"},
        {"ns3::UniformDiscPositionAllocator::rho", "radius"},
        {"ns3::RandomWalk2dMobilityModel::Speed", "mobility"},
        {"ns3::OnOffApplication::DataRate", "background"},
        {"ns3::BasicEnergySource::BasicEnergySourceInitialEnergyJ", "battery"},
        {"ns3::energy::BasicEnergySource::BasicEnergySourceInitialEnergyJ", "battery"},
    };
    return attributes;
}

namespace
{

/**
 * @param scenario whose attributes are checked
 * @throws InvalidInput if one is not there, can't take its value, or is a field's to set
 */
void
ValidateAttributes(const Scenario& scenario)
{
    for (const auto& [name, value] : scenario.attributes)
    {
        if (!IsNs3Setting(name))
        {
            throw InvalidInput(Written(scenario, name) +
                               ": must be an attribute or a global value of ns-3");
        }
        if (name == "RngSeed" || name == "RngRun")
        {
            throw InvalidInput(Written(scenario, name) + ": must be left out: the scenario's " +
                               (name == "RngRun" ? "run" : "seed") + " is that");
        }
        CheckNs3Argument(name, value);
    }
    CheckNs3Argument("RngSeed", ValueText(scenario.seed));
    for (const auto& [attribute, option] : AttributesOfFields())
    {
        if (scenario.attributes.count(attribute))
        {
            throw InvalidInput(Written(scenario, attribute) + ": must be left out: --" + option +
                               " sets it");
        }
    }
}

} // namespace

void
ValidateScenario(const Scenario& scenario)
{
    for (const auto& field : ScenarioFields())
    {
        std::visit(
            [&scenario](const auto& of) {
                const auto& value = scenario.*of.member;
                auto parsed = value;
                // What is not finite is no value of the type.
                if (!ParseValue(ValueText(value), parsed) ||
                    (of.allowed.test && !of.allowed.test(value)))
                {
                    throw InvalidInput(Written(scenario, of.name) + ": must be " + of.allowed.text);
                }
            },
            field.of);
    }
    ValidateAttributes(scenario);
    for (const auto& rule : ScenarioRules())
    {
        const std::string must = rule.must(scenario);
        if (!must.empty())
        {
            throw InvalidInput(Written(scenario, rule.name) + ": must " + must);
        }
    }
}

} // namespace fl
} // namespace ns3
