/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-option-rules.h"

#include "fl-text.h"

#include "ns3/fl-cell-radio.h"
#include "ns3/fl-error.h"
#include "ns3/fl-optimizer.h"
#include "ns3/rng-seed-manager.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param options as parsed
 * @return the PHYs that a program runs over: the one of `--phy`, or all of this build ("all")
 */
std::vector<std::string>
PhysOf(const Options& options)
{
    const auto phys = AvailablePhys();
    const bool one = std::find(phys.begin(), phys.end(), options.phy) != phys.end();
    return one ? std::vector<std::string>{options.phy} : phys;
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

/// What the PHY can't take: bandwidths, numbers of devices.
void
AddPhyRules(OptionParser& parser, const Options& options)
{
    parser.AddRule("bandwidth", [&options]() -> std::string {
        for (const auto& phy : PhysOf(options))
        {
            const auto known = LimitsOf(phy).bandwidthsHz;
            if (!known.empty() &&
                std::find(known.begin(), known.end(), options.bandwidthHz) == known.end())
            {
                return "be " + Alternatives(known) + " with --phy=" + phy;
            }
        }
        return "";
    });
    parser.AddRule("devices", [&options]() -> std::string {
        for (const auto& phy : PhysOf(options))
        {
            if (options.devices > LimitsOf(phy).devices)
            {
                return Describe("be at most ", LimitsOf(phy).devices, " with --phy=", phy);
            }
        }
        return "";
    });
}

/// A server that stops, and starts again.
void
AddFaultRules(OptionParser& parser, const Options& options)
{
    parser.AddRule("server-restart", [&parser, &options]() -> std::string {
        if (options.serverRestartS > 0 && options.serverStopS <= 0)
        {
            return "be left out, or come after a --server-stop: " + parser.Written("server-stop") +
                   " is none";
        }
        return options.serverRestartS > 0 && options.serverRestartS <= options.serverStopS
                   ? "be later than " + parser.Written("server-stop")
                   : "";
    });
}

/// Two sources of one thing.
void
AddLearningRules(OptionParser& parser, const Options& options)
{
    RequireAbsence(
        parser,
        {"model", "data", "partition", "encoding"},
        "payload-bits",
        [&options] { return options.payloadBits > 0; },
        "messages have that size then, and nothing is learned");
    RequireAbsence(
        parser,
        {"samples-per-device"},
        "payload-bits",
        [&options] { return options.payloadBits <= 0; },
        "devices have the samples that --partition gives them");
    RequireAbsence(
        parser,
        {"train-samples", "test-samples"},
        "data",
        [&options] { return !options.data.empty(); },
        "they are numbers of synthetic digits");
}

/// Attributes that options set, whatever ns-3's arguments say.
void
AddAttributeRules(OptionParser& parser, const Options& options)
{
    const std::pair<const char*, const char*> attributes[] = {
        {"ns3::fl::SyncCoordinator::Rounds", "rounds"},
        {"ns3::fl::FdmaChannel::UplinkBandwidth", "bandwidth"},
        {"ns3::fl::FdmaChannel::DownlinkBandwidth", "bandwidth"},
        {"ns3::LteEnbNetDevice::UlBandwidth", "bandwidth"},
        {"ns3::LteEnbNetDevice::DlBandwidth", "bandwidth"},
        {"ns3::fl::FdmaNetDevice::MaxTxPower", "max-power"},
        {"ns3::fl::WifiRadioControl::MaxTxPower", "max-power"},
        {"ns3::fl::Processor::MaxFrequency", "max-cpu"},
        {"ns3::fl::BlockFadingLossModel::Fading", "fading"},
        {"ns3::UniformDiscPositionAllocator::rho", "radius"},
        {"ns3::RandomWalk2dMobilityModel::Speed", "mobility"},
        {"ns3::OnOffApplication::DataRate", "background"},
        {"ns3::BasicEnergySource::BasicEnergySourceInitialEnergyJ", "battery"},
        {"ns3::energy::BasicEnergySource::BasicEnergySourceInitialEnergyJ", "battery"},
    };
    for (const auto& [attribute, option] : attributes)
    {
        parser.SetsAttribute(attribute, option);
    }
    // A name of an optimizer is a type and some of its attributes.
    for (const auto& entry : NamedOptimizers())
    {
        for (const auto& [attribute, value] : entry.attributes)
        {
            RequireAbsence(
                parser,
                {entry.typeId + "::" + attribute},
                "optimizer",
                [&options, name = entry.name] { return options.optimizer == name; },
                "that name sets it; --optimizer=" + entry.typeId + " does not");
        }
    }
}

} // namespace

void
RequireOrder(OptionParser& parser,
             const std::string& low,
             const double& lowest,
             const std::string& high,
             const double& highest)
{
    parser.AddRule(low, [&parser, &lowest, high, &highest]() -> std::string {
        return lowest > highest ? "not exceed " + parser.Written(high) : "";
    });
}

void
RequireAbsence(OptionParser& parser,
               const std::vector<std::string>& names,
               const std::string& other,
               const std::function<bool()>& when,
               const std::string& why)
{
    for (const auto& name : names)
    {
        parser.AddRule(name, [&parser, name, other, when, why]() -> std::string {
            return parser.IsChanged(name) && when()
                       ? "be left out with " + parser.Written(other) + ": " + why
                       : "";
        });
    }
}

std::vector<std::string>
CellOptionsBut(const std::vector<std::string>& names)
{
    Options options;
    OptionParser parser("", "");
    AddOptions(parser, options);
    const auto json = parser.ToJson();
    std::vector<std::string> others;
    for (const auto& [name, value] : json["options"].items())
    {
        if (std::find(names.begin(), names.end(), name) == names.end())
        {
            others.push_back(name);
        }
    }
    return others;
}

void
AddCellRules(OptionParser& parser, const Options& options)
{
    RequireOrder(parser, "min-power", options.minPowerDbm, "max-power", options.maxPowerDbm);
    RequireOrder(parser, "min-cpu", options.minCpuHz, "max-cpu", options.maxCpuHz);
    RequireOrder(parser, "min-cycles", options.minCycles, "max-cycles", options.maxCycles);
    AddPhyRules(parser, options);
    AddFaultRules(parser, options);
    AddLearningRules(parser, options);
    AddAttributeRules(parser, options);
    parser.AddRule("runs", [&options]() -> std::string {
        const uint64_t left = std::numeric_limits<uint64_t>::max() - RngSeedManager::GetRun();
        return options.runs - 1 > left
                   ? Describe("be at most ", left + 1, " with --RngRun=", RngSeedManager::GetRun())
                   : "";
    });
}

} // namespace fl
} // namespace ns3
