/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-options.h"

#include "fl-option-rules.h"

#include "ns3/fl-cell-radio.h"
#include "ns3/fl-error.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-partitioner.h"

#include <algorithm>
#include <filesystem>
#include <thread>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param make throws InvalidInput where a text is not what it takes
 * @param text what it takes, in words
 * @return what it takes
 */
template <typename Make>
Allowed<std::string>
AcceptedBy(Make make, const std::string& text)
{
    return {text, [make](const std::string& value) {
                try
                {
                    make(value);
                    return true;
                }
                catch (const InvalidInput&)
                {
                    return false;
                }
            }};
}

/// @return what `--optimizer` may be: a name of the list, or an Optimizer's TypeId
Allowed<std::string>
OptimizerNames()
{
    std::vector<std::string> names;
    for (const auto& entry : NamedOptimizers())
    {
        names.push_back(entry.name);
    }
    return AcceptedBy(CreateOptimizer,
                      OneOf(names).text + " or the name of an ns3::fl::Optimizer type");
}

/// @return names and descriptions
std::vector<std::pair<std::string, std::string>>
OptimizerChoices()
{
    std::vector<std::pair<std::string, std::string>> choices;
    for (const auto& entry : NamedOptimizers())
    {
        choices.emplace_back(entry.name, entry.description);
    }
    return choices;
}

/**
 * @param byDefault an example's default, which may be more than one PHY ("all")
 * @return that and the PHYs of this build; the text says which ones it lacks
 */
Allowed<std::string>
PhyNames(const std::string& byDefault)
{
    auto names = AvailablePhys();
    if (std::find(names.begin(), names.end(), byDefault) == names.end())
    {
        names.insert(names.begin(), byDefault);
    }
    auto allowed = OneOf(names);
    for (const char* phy : {"lte", "wifi"})
    {
        if (!allowed.test(phy))
        {
            allowed.text +=
                Describe(" (", phy, " was left out: this ns-3 has no module ", phy, ")");
        }
    }
    return allowed;
}

/// @param path of a folder, or empty @return whether it is empty, or a folder exists there
bool
IsFolder(const std::string& path)
{
    std::error_code error;
    return path.empty() || std::filesystem::is_directory(path, error);
}

/**
 * Add options of the scenario: devices, rounds, optimizer, repetitions, timing studies.
 * @param parser gets them
 * @param options where the values go; its values are the defaults
 */
void
AddScenarioOptions(OptionParser& parser, Options& options)
{
    parser.BeginGroup(OptionGroup::SCENARIO);
    parser.Add("devices", "devices in the cell", options.devices, InRange(1U, 1000000U));
    parser.Add("rounds", "rounds of learning", options.rounds, InRange(1U, 1000000000U));
    parser.Add("optimizer",
               "who decides: a name of the list below, or the TypeId of an Optimizer",
               options.optimizer,
               OptimizerNames());
    parser.AddChoices("optimizer", OptimizerChoices());
    parser.Add("runs",
               "independent repetitions, with run numbers from --RngRun on",
               options.runs,
               InRange(1U, 500U));
    parser.Add("payload-bits",
               "size of a model or update in timing studies [bit]; 0: the real model's bytes",
               options.payloadBits,
               InRange(0.0, 1e12));
    parser.Add("samples-per-device",
               "samples of each device in timing studies",
               options.samplesPerDevice,
               InRange(1U, 1000000000U));
}

/**
 * Add options of local training: passes, batch, learning rate, momentum, mu.
 * @param parser gets them
 * @param options where the values go; its values are the defaults
 */
void
AddTrainingOptions(OptionParser& parser, Options& options)
{
    parser.Add("local-iterations",
               "passes over the local samples per round",
               options.localIterations,
               InRange(1U, 1000000U));
    parser.Add("batch",
               "samples per step of local training; 0: all that a device has",
               options.batch,
               InRange(0U, 1000000000U));
    parser.Add("lr", "learning rate", options.lr, Positive(1000));
    parser.Add("momentum", "of local training", options.momentum, InRange(0.0, 0.999999));
    parser.Add("proximal", "mu of FedProx", options.proximal, InRange(0.0, 1e6));
}

/**
 * Add options of the learning task: model, data set, partition, encoding.
 * @param parser gets them
 * @param options where the values go; its values are the defaults
 */
void
AddLearningOptions(OptionParser& parser, Options& options)
{
    parser.BeginGroup(OptionGroup::LEARNING);
    parser.Add("model",
               "what is learned: " + KnownModels(),
               options.model,
               AcceptedBy([](const std::string& text) { MakeModel(text, 1, 2); }, KnownModels()));
    parser.Add("data",
               "folder with MNIST's four IDX files, plain or .gz; none: synthetic digits",
               options.data,
               {"a folder that exists", IsFolder});
    parser.Add("partition",
               Describe("how samples are divided: ", Partitioner::KnownTexts()),
               options.partition,
               AcceptedBy(Partitioner::FromText, Partitioner::KnownTexts()));
    AddTrainingOptions(parser, options);
    parser.Add("encoding",
               "of parameters on the air: float32 or float16",
               options.encoding,
               OneOf({"float32", "float16"}));
    parser.Add("train-samples",
               "synthetic digits to train on",
               options.trainSamples,
               InRange(1U, 10000000U));
    parser.Add("test-samples",
               "synthetic digits held out",
               options.testSamples,
               InRange(1U, 1000000U));
}

/**
 * Add options of the radio: PHY, transport, radius [m], bandwidth [Hz], fading, background traffic
 * [bit/s].
 * @param parser gets them
 * @param options where the values go; its values are the defaults
 */
void
AddRadioOptions(OptionParser& parser, Options& options)
{
    parser.BeginGroup(OptionGroup::RADIO);
    parser.Add("phy", "radio: fdma, lte or wifi", options.phy, PhyNames(options.phy));
    parser.Add("transport",
               "tcp (fidelity) or datagram (scale: one endpoint at the server)",
               options.transport,
               OneOf({"tcp", "datagram"}));
    parser.Add("radius",
               "of the disc that devices are in [m]; 0: 250 m, on Wi-Fi 50 m",
               options.radius,
               InRange(0.0, 1e6));
    parser.Add("bandwidth",
               "of the uplink, and of the downlink [Hz]",
               options.bandwidthHz,
               Positive(1e12));
    parser.Add("fading",
               "none, rayleigh or rician; more by --ns3::fl::BlockFadingLossModel::...",
               options.fading,
               OneOf({"none", "rayleigh", "rician"}));
    parser.Add("background",
               "other traffic that each device sends [bit/s]",
               options.background,
               InRange(0.0, 1e12),
               "1e5");
}

/**
 * Add options of the devices: transmit powers [dBm], CPU frequencies [Hz], cycles per sample,
 * battery [J], speed [m/s].
 * @param parser gets them
 * @param options where the values go; its values are the defaults
 */
void
AddDeviceOptions(OptionParser& parser, Options& options)
{
    parser.BeginGroup(OptionGroup::DEVICES);
    parser.Add("min-power",
               "lowest transmit power of a device [dBm]",
               options.minPowerDbm,
               InRange(-100.0, 100.0));
    parser.Add("max-power",
               "highest transmit power of a device [dBm]",
               options.maxPowerDbm,
               InRange(-100.0, 100.0));
    parser.Add("min-cpu",
               "lowest CPU frequency of a device [Hz]",
               options.minCpuHz,
               Positive(1e12));
    parser.Add("max-cpu",
               "highest CPU frequency of a device [Hz]",
               options.maxCpuHz,
               Positive(1e12));
    parser.Add("min-cycles",
               "cycles per sample and pass: devices differ, from this",
               options.minCycles,
               Positive(1e15));
    parser.Add("max-cycles",
               "cycles per sample and pass: to this, uniformly",
               options.maxCycles,
               Positive(1e15));
    parser.Add("battery",
               "energy that each device begins with [J]; 0: mains",
               options.batteryJ,
               InRange(0.0, 1e12));
    parser.Add("mobility",
               "speed of the devices' random walk [m/s]; 0: they stand",
               options.mobility,
               InRange(0.0, 1000.0),
               "1.5");
}

/**
 * Add options of faults: simulated times at which the server stops and starts again [s].
 * @param parser gets them
 * @param options where the values go; its values are the defaults
 */
void
AddFaultOptions(OptionParser& parser, Options& options)
{
    parser.BeginGroup(OptionGroup::FAULTS);
    parser.Add("server-stop",
               "simulated time at which the server stops [s]; 0: never",
               options.serverStopS,
               InRange(0.0, 1e9));
    parser.Add("server-restart",
               "simulated time at which the server starts again [s]; 0: never",
               options.serverRestartS,
               InRange(0.0, 1e9));
}

} // namespace

double
CellRadius(const Options& options)
{
    constexpr double WIFI_M = 50;
    constexpr double OTHERS_M = 250;
    return options.radius > 0 ? options.radius : options.phy == "wifi" ? WIFI_M : OTHERS_M;
}

void
AddOutputOptions(OptionParser& parser, Options& options)
{
    if (options.out.empty())
    {
        options.out = "results/" + parser.GetProgram();
    }
    if (options.threads == 0)
    {
        options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 1024U);
    }
    parser.BeginGroup(OptionGroup::OUTPUT);
    parser.Add("out",
               "folder for the results",
               options.out,
               {"the name of a folder", [](const std::string& path) { return !path.empty(); }});
    parser.Add("threads",
               "threads that train; 0: the simulator's own",
               options.threads,
               InRange(0U, 1024U));
}

void
AddOptions(OptionParser& parser, Options& options)
{
    AddScenarioOptions(parser, options);
    AddLearningOptions(parser, options);
    AddRadioOptions(parser, options);
    AddDeviceOptions(parser, options);
    AddFaultOptions(parser, options);
    AddOutputOptions(parser, options);
    parser.Add("pcap", "capture the base station's packets", options.pcap);
    AddCellRules(parser, options);
}

} // namespace fl
} // namespace ns3
