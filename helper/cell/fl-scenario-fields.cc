/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-scenario-fields.h"

#include "fl-data-source.h"
#include "fl-phys.h"

#include "ns3/fl-error.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-offload-problem.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-server-graph.h"

#include <algorithm>
#include <filesystem>

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

/// @param base option @return whether it is a name, or a file
bool
IsBase(const std::string& base)
{
    std::error_code error;
    return base == "pretrained" || base == "random" ||
           std::filesystem::is_regular_file(base, error);
}

/// @param levels option @return whether all are accuracies
bool
AreLevels(const std::vector<double>& levels)
{
    return std::all_of(levels.begin(), levels.end(), [](double level) {
        return level > 0 && level <= 1;
    });
}

/// Fields of one type, whose group and members are added to a list.
class FieldList
{
  public:
    /// @param group of the fields that are added from now on
    void BeginGroup(OptionGroup group)
    {
        m_group = group;
    }

    /**
     * Add a field.
     * @tparam T its type
     * @param name as an option
     * @param meaning and [unit]
     * @param member where it is
     * @param allowed what it may be
     * @param bare value without one; empty: it needs one
     */
    template <typename T>
    void Add(const std::string& name,
             const std::string& meaning,
             T Scenario::* member,
             Allowed<T> allowed,
             const std::string& bare = "")
    {
        m_fields.push_back({m_group, ScenarioFieldOf<T>{name, meaning, member, allowed, bare}});
    }

    /// @return all that were added
    std::vector<ScenarioField> Take()
    {
        return std::move(m_fields);
    }

  private:
    OptionGroup m_group{OptionGroup::SCENARIO}; //!< of what is added
    std::vector<ScenarioField> m_fields;        //!< in the order in which they were added
};

/// @param rates of devices in turn @return whether all are hash rates, one of them above 0
bool
AreHashRates(const std::vector<double>& rates)
{
    const bool isInRange = std::all_of(rates.begin(), rates.end(), [](double rate) {
        return rate >= 0 && rate <= 1e18;
    });
    return isInRange && (rates.empty() || *std::max_element(rates.begin(), rates.end()) > 0);
}

/// @param text of --consensus @return whether it is none, a known graph, or a file that exists
bool
IsServerGraph(const std::string& text)
{
    const auto names = ServerGraphNames();
    return text == "none" || std::filesystem::is_regular_file(text) ||
           std::any_of(names.begin(), names.end(), [&text](const auto& known) {
               return known.first == text;
           });
}

/**
 * Add fields of the ledger: who mines how fast, who leads.
 * @param fields gets them
 */
void
AddLedgerFields(FieldList& fields)
{
    fields.Add("ledger",
               "consensus, 1: rounds are recorded on a ledger that devices mine (ledger.bin)",
               &Scenario::ledger,
               InRange(0U, 1U),
               "1");
    fields.Add("mining",
               "ledger: race (the search for a nonce takes an exponential time) or deterministic",
               &Scenario::mining,
               OneOf({"race", "deterministic"}));
    fields.Add("block-interval",
               "ledger: mean time to a block of a race [s]; 0: that of 50 Ghash (Table IV of BFL), "
               "milliseconds",
               &Scenario::blockIntervalS,
               InRange(0.0, 1e9));
    fields.Add("min-hash-rate",
               "ledger: hash rates of devices differ, from this [hash/s]",
               &Scenario::minHashRate,
               InRange(0.0, 1e18));
    fields.Add("max-hash-rate",
               "ledger: hash rates to this, uniformly [hash/s]",
               &Scenario::maxHashRate,
               Positive(1e18));
    fields.Add("hash-rate-in-turn",
               "ledger: in place of these, one for each device in turn, separated by commas "
               "[hash/s]",
               &Scenario::hashRatesInTurn,
               {"numbers from 0 to 1e+18 separated by commas, one of them above 0", AreHashRates});
    fields.Add("hash-energy",
               "ledger: energy of a hash, drawn from the battery [J]",
               &Scenario::hashEnergyJ,
               InRange(0.0, 1.0));
    fields.Add("real-bits",
               "ledger: leading zero bits for which nonces are really searched",
               &Scenario::realBits,
               InRange(0U, 24U));
    fields.Add("leader",
               "ledger: who leads a round: smallest (number), random, or reputation (the server "
               "whose devices mined most)",
               &Scenario::leader,
               OneOf({"smallest", "random", "reputation"}));
}

/**
 * Add fields of the scenario: devices, rounds, optimizer, repetitions, timing studies.
 * @param fields gets them
 */
void
AddScenarioFields(FieldList& fields)
{
    fields.BeginGroup(OptionGroup::SCENARIO);
    fields.Add("devices", "devices in the cell", &Scenario::devices, InRange(1U, 1000000U));
    fields.Add(
        "cells",
        "cells, each with a base station and a server; above 1 on FDMA, where they share the "
        "uplink band and disturb each other",
        &Scenario::cells,
        InRange(1U, static_cast<uint32_t>(OFFLOAD_MAX_SERVERS)));
    fields.Add("sub-channels",
               "on FDMA: parts of each cell's uplink band for offloading, which fade by "
               "themselves; one more is for updates; 0: the band is one",
               &Scenario::subChannels,
               InRange(0U, static_cast<uint32_t>(OFFLOAD_MAX_SUB_CHANNELS)));
    fields.Add("server-cpu",
               "CPU frequency of a server that trains for devices (--optimizer=offload...) [Hz]",
               &Scenario::serverCpuHz,
               Positive(1e15));
    fields.Add("consensus",
               "with several cells: graph of links between servers, over which they agree on a "
               "model: line, ring, star, full, or a file of edges; none: they are one server",
               &Scenario::consensus,
               {"none, line, ring, star, full, or a file that exists", IsServerGraph});
    fields.Add("exchanges",
               "consensus: how often neighbouring servers exchange their values in a round",
               &Scenario::exchanges,
               InRange(0U, 254U));
    fields.Add("link-rate",
               "consensus: rate of the links between servers [bit/s]",
               &Scenario::linkRateBps,
               InRange(1e3, 1e12));
    fields.Add("link-delay",
               "consensus: delay of the links between servers [s]",
               &Scenario::linkDelayS,
               InRange(0.0, 10.0));
    AddLedgerFields(fields);
    fields.Add("rounds",
               "rounds of learning; with --coordinator=async aggregations",
               &Scenario::rounds,
               InRange(1U, 1000000000U));
    fields.Add("coordinator",
               "sync (rounds), async (each update is merged when it arrives) or split (rounds of a "
               "transformer whose encoder stays at the server)",
               &Scenario::coordinator,
               OneOf({"sync", "async", "split"}));
    fields.Add("staleness",
               "async: how the weight of an update falls with its staleness: constant, hinge or "
               "polynomial",
               &Scenario::staleness,
               OneOf({"constant", "hinge", "polynomial"}));
    fields.Add("buffer",
               "async: updates that are merged together; above 1 by FedBuff, else by FedAsync",
               &Scenario::buffer,
               InRange(1U, 1000000U));
    fields.Add("in-flight",
               "async: devices that have work at once; 0: all",
               &Scenario::inFlight,
               InRange(0U, 1000000U));
    fields.Add("task",
               "async, once for each of several tasks: NAME=VALUE,... of what it has of its own: " +
                   TaskFields().text + "; the rest is as the options say",
               &Scenario::tasks,
               {"NAME=VALUE,NAME=VALUE,...", nullptr});
    fields.Add("optimizer",
               "a name of the list below, or the TypeId of an Optimizer",
               &Scenario::optimizer,
               OptimizerNames());
    fields.Add("runs",
               "independent repetitions, with run numbers from --RngRun on",
               &Scenario::runs,
               InRange(1U, 500U));
    fields.Add("payload-bits",
               "size of a model or update in timing studies [bit]; 0: the real model's bytes",
               &Scenario::payloadBits,
               InRange(0.0, 1e12));
    fields.Add("samples-per-device",
               "samples of each device in timing studies",
               &Scenario::samplesPerDevice,
               InRange(1U, 1000000000U));
    fields.Add("stream-after-radio",
               "where random streams of devices and learning begin at the earliest; above those of "
               "all PHYs they are the same over each",
               &Scenario::streamAfterRadio,
               InRange(0U, 1000000000U));
}

/**
 * Add fields of local training: passes, batch, learning rate, momentum, mu.
 * @param fields gets them
 */
void
AddTrainingFields(FieldList& fields)
{
    fields.Add("local-iterations",
               "passes over the local samples per round",
               &Scenario::localIterations,
               InRange(1U, 1000000U));
    fields.Add("batch",
               "samples per step of local training; 0: all that a device has",
               &Scenario::batch,
               InRange(0U, 1000000000U));
    fields.Add("lr", "learning rate", &Scenario::lr, Positive(1000));
    fields.Add("momentum", "of local training", &Scenario::momentum, InRange(0.0, 0.999999));
    fields.Add("proximal", "mu of FedProx", &Scenario::proximal, InRange(0.0, 1e6));
}

/**
 * Add fields of data that change: fraction of samples at first, rates [1/s].
 * @param fields gets them
 */
void
AddDataFields(FieldList& fields)
{
    const auto rates = InRange(0.0, 1e6);
    fields.Add("data-start",
               "fraction of its samples that a device begins with; the rest it may collect",
               &Scenario::dataStart,
               InRange(0.0, 1.0));
    fields.Add("data-add",
               "samples that a device collects while it does not compute [1/s]",
               &Scenario::dataAdd,
               rates);
    fields.Add("data-discard",
               "samples that a device discards meanwhile, the oldest [1/s]",
               &Scenario::dataDiscard,
               rates);
    fields.Add("data-add-active",
               "samples that a device collects while it computes [1/s]",
               &Scenario::dataAddActive,
               rates);
    fields.Add("data-discard-active",
               "samples that a device discards meanwhile [1/s]",
               &Scenario::dataDiscardActive,
               rates);
}

/**
 * Add fields of split federated LoRA: base, rule of descent, adapters, heads, payload.
 * @param fields gets them
 */
void
AddSplitFields(FieldList& fields)
{
    fields.Add("base",
               "split: weights of the transformer: pretrained (once, on half of the training data, "
               "which no device gets), random, or a safetensors file",
               &Scenario::base,
               {"pretrained, random, or a file that exists", IsBase});
    fields.Add("step",
               "split: how heads and adapters follow gradients: sgd or adam",
               &Scenario::step,
               OneOf({"sgd", "adam"}));
    fields.Add("lora-rank",
               "split: rank of the adapters",
               &Scenario::loraRank,
               InRange(1U, 65536U));
    fields.Add("lora-alpha",
               "split: what an adapter adds is multiplied by this over the rank",
               &Scenario::loraAlpha,
               Positive(1e6));
    fields.Add("shared-head",
               "split: 1: one head for all, which is sent and averaged; 0: each device has its own",
               &Scenario::sharedHead,
               InRange(0U, 1U),
               "1");
    const auto formats = OneOf({"all", "float32", "float16"});
    fields.Add("encode-activations",
               "split: number format of embeddings on the air; all: that of --encoding",
               &Scenario::encodeActivations,
               formats);
    fields.Add("encode-features",
               "split: the same of features",
               &Scenario::encodeFeatures,
               formats);
    fields.Add("encode-gradients",
               "split: the same of gradients by the features",
               &Scenario::encodeGradients,
               formats);
    fields.Add("paper-payload",
               "split: 1: optimizers count the features, which go down, as uploaded, as the paper "
               "does",
               &Scenario::paperPayload,
               InRange(0U, 1U),
               "1");
}

/**
 * Add fields of the learning task: model, data set, partition, encoding.
 * @param fields gets them
 */
void
AddLearningFields(FieldList& fields)
{
    fields.BeginGroup(OptionGroup::LEARNING);
    fields.Add("model",
               "what is learned: " + KnownModels(),
               &Scenario::model,
               AcceptedBy(CheckModelText, KnownModels()));
    fields.Add("data",
               Describe("folder of IDX files, CIFAR-10, tokens or texts, plain or .gz, or one of ",
                        DataSourceTexts(),
                        "; none: synthetic-digits"),
               &Scenario::data,
               {Describe("a folder that exists, or one of ", DataSourceTexts()), IsDataSource});
    fields.Add("data-transpose",
               "1: rows and columns of a folder's images are exchanged, as EMNIST's need it",
               &Scenario::dataTranspose,
               InRange(0U, 1U),
               "1");
    fields.Add("text-length",
               "most tokens of a text that is tokenized; the rest is cut off",
               &Scenario::textLength,
               InRange(3U, 1048576U));
    fields.Add("partition",
               Describe("how samples are divided: ", Partitioner::KnownTexts()),
               &Scenario::partition,
               AcceptedBy(Partitioner::FromText, Partitioner::KnownTexts()));
    AddDataFields(fields);
    AddTrainingFields(fields);
    AddSplitFields(fields);
    fields.Add("encoding",
               "of parameters on the air: float32 or float16",
               &Scenario::encoding,
               OneOf({"float32", "float16"}));
    fields.Add("train-samples",
               "synthetic samples to train on; 0: as many as the set has by itself",
               &Scenario::trainSamples,
               InRange(0U, 10000000U));
    fields.Add("test-samples",
               "synthetic samples held out; 0: as many as the set has by itself",
               &Scenario::testSamples,
               InRange(0U, 1000000U));
    fields.Add(
        "levels",
        "accuracies for which summary.json says when, and for which energy, they were reached",
        &Scenario::levels,
        {"numbers above 0, up to 1, separated by commas", AreLevels});
}

/**
 * Add fields of the radio: PHY, transport, radius [m], bandwidth [Hz], fading, background traffic
 * [bit/s].
 * @param fields gets them
 */
void
AddRadioFields(FieldList& fields)
{
    fields.BeginGroup(OptionGroup::RADIO);
    fields.Add("phy", "radio: fdma, lte or wifi", &Scenario::phy, PhyNames());
    fields.Add("transport",
               "tcp (fidelity) or datagram (scale: one endpoint at the server)",
               &Scenario::transport,
               OneOf({"tcp", "datagram"}));
    fields.Add("radius",
               "of the disc that devices are in [m]; 0: 250 m, on Wi-Fi 50 m",
               &Scenario::radius,
               InRange(0.0, 1e6));
    fields.Add("bandwidth",
               "of the uplink, and of the downlink [Hz]",
               &Scenario::bandwidthHz,
               Positive(1e12));
    fields.Add("downlink-bandwidth",
               "of the downlink, with --phy=fdma [Hz]; 0: --bandwidth",
               &Scenario::downlinkBandwidthHz,
               InRange(0.0, 1e12));
    fields.Add(
        "downlink-power",
        "of the base station over the planned downlink band, with --phy=fdma [W]; 0: 1 W, or "
        "--ns3::fl::FdmaChannel::StationTxPower",
        &Scenario::downlinkPowerW,
        InRange(0.0, 1e6));
    fields.Add("fading",
               "none, rayleigh or rician; more by --ns3::fl::BlockFadingLossModel::...",
               &Scenario::fading,
               OneOf({"none", "rayleigh", "rician"}));
    fields.Add("background",
               "other traffic that each device sends [bit/s]",
               &Scenario::background,
               InRange(0.0, 1e12),
               "1e5");
    fields.Add("loss-at-1m",
               "path loss at 1 m [dB]",
               &Scenario::lossAt1mDb,
               InRange(-300.0, 300.0));
    fields.Add("loss-exponent",
               "path loss exponent: so many times 10 dB more for ten times the distance",
               &Scenario::lossExponent,
               InRange(0.0, 20.0));
}

/**
 * Add fields of the devices: transmit powers [dBm], CPU frequencies [Hz], cycles per sample,
 * battery [J], speed [m/s].
 * @param fields gets them
 */
void
AddDeviceFields(FieldList& fields)
{
    fields.BeginGroup(OptionGroup::DEVICES);
    fields.Add("min-power",
               "lowest transmit power of a device [dBm]",
               &Scenario::minPowerDbm,
               InRange(-100.0, 100.0));
    fields.Add("max-power",
               "highest transmit power of a device [dBm]",
               &Scenario::maxPowerDbm,
               InRange(-100.0, 100.0));
    fields.Add("min-cpu",
               "lowest CPU frequency of a device [Hz]",
               &Scenario::minCpuHz,
               Positive(1e12));
    fields.Add("max-cpu",
               "highest CPU frequency of a device [Hz]",
               &Scenario::maxCpuHz,
               Positive(1e12));
    fields.Add("max-cpu-in-turn",
               "in place of --max-cpu, one for each device in turn, separated by commas [Hz]",
               &Scenario::cpuHzInTurn,
               {"numbers above 0, up to 1e+12, separated by commas",
                [](const std::vector<double>& values) {
                    return std::all_of(values.begin(), values.end(), [](double hz) {
                        return hz > 0 && hz <= 1e12;
                    });
                }});
    fields.Add("capacitance",
               "effective capacitance of a processor: a cycle at f takes this times f^2 [J s^2]",
               &Scenario::capacitance,
               InRange(0.0, 1.0));
    fields.Add(
        "max-capacitance",
        "effective capacitances differ, uniformly from --capacitance to this [J s^2]; 0: all "
        "have --capacitance",
        &Scenario::maxCapacitance,
        InRange(0.0, 1.0));
    fields.Add("min-cycles",
               "cycles per sample and pass: devices differ, from this",
               &Scenario::minCycles,
               Positive(1e15));
    fields.Add("max-cycles",
               "cycles per sample and pass: to this, uniformly",
               &Scenario::maxCycles,
               Positive(1e15));
    fields.Add("battery",
               "energy that each device begins with [J]; 0: mains",
               &Scenario::batteryJ,
               InRange(0.0, 1e12));
    fields.Add("mobility",
               "speed of the devices' random walk [m/s]; 0: they stand",
               &Scenario::mobility,
               InRange(0.0, 1000.0),
               "1.5");
}

/**
 * Add fields of faults: simulated times at which the server stops and starts again [s].
 * @param fields gets them
 */
void
AddFaultFields(FieldList& fields)
{
    fields.BeginGroup(OptionGroup::FAULTS);
    fields.Add("server-stop",
               "simulated time at which the server stops [s]; 0: never",
               &Scenario::serverStopS,
               InRange(0.0, 1e9));
    fields.Add("server-restart",
               "simulated time at which the server starts again [s]; 0: never",
               &Scenario::serverRestartS,
               InRange(0.0, 1e9));
}

} // namespace

Allowed<std::string>
TaskFields()
{
    return OneOf({"data",
                  "model",
                  "partition",
                  "data-start",
                  "data-add",
                  "data-discard",
                  "data-add-active",
                  "data-discard-active",
                  "local-iterations",
                  "batch",
                  "lr",
                  "momentum",
                  "proximal",
                  "encoding",
                  "train-samples",
                  "test-samples",
                  "payload-bits",
                  "samples-per-device",
                  "min-cycles",
                  "max-cycles"});
}

Allowed<std::string>
PhyNames(const std::string& byDefault)
{
    auto names = AvailablePhys();
    if (!byDefault.empty() && std::find(names.begin(), names.end(), byDefault) == names.end())
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

std::vector<ScenarioField>
ScenarioFields()
{
    FieldList fields;
    AddScenarioFields(fields);
    AddLearningFields(fields);
    AddRadioFields(fields);
    AddDeviceFields(fields);
    AddFaultFields(fields);
    return fields.Take();
}

} // namespace fl
} // namespace ns3
