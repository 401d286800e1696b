/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-options.h"

#include "ns3/fl-error.h"
#include "ns3/fl-optimizer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <thread>

namespace ns3
{
namespace fl
{

namespace
{

constexpr char MODELS[] = "softmax, mlp or mlp:WIDTH[,WIDTH...] with widths from 1 to 65536";
constexpr char PARTITIONS[] =
    "iid, labels:K with K from 1 to 1000, dirichlet:BETA with BETA from 0.001 to 1000, or unequal";

template <typename T>
bool
ParseWithin(const char* begin, const char* end, T low, T high, T& value)
{
    auto result = std::from_chars(begin, end, value);
    return result.ec == std::errc() && result.ptr == end && value >= low && value <= high;
}

/// The widths in `mlp:200,100`; false if that is not what the text says.
bool
ParseModel(const std::string& text, std::vector<uint32_t>& widths)
{
    widths.clear();
    if (text == "softmax")
    {
        return true;
    }
    if (text == "mlp")
    {
        widths.push_back(200);
        return true;
    }
    if (text.rfind("mlp:", 0) != 0)
    {
        return false;
    }
    const char* end = text.data() + text.size();
    for (const char* begin = text.data() + 4;;)
    {
        const char* comma = std::find(begin, end, ',');
        uint32_t width = 0;
        if (!ParseWithin(begin, comma, 1U, 65536U, width))
        {
            return false;
        }
        widths.push_back(width);
        if (comma == end)
        {
            return true;
        }
        begin = comma + 1;
    }
}

/// False if the text is no partition.
bool
ParsePartition(const std::string& text, PartitionChoice& choice)
{
    using Kind = PartitionChoice::Kind;
    const size_t colon = std::min(text.find(':'), text.size());
    const std::string name = text.substr(0, colon);
    const bool bare = colon == text.size();
    const char* begin = text.data() + std::min(colon + 1, text.size());
    const char* end = text.data() + text.size();
    if (name == "iid" || name == "unequal")
    {
        choice = {name == "iid" ? Kind::IID : Kind::UNEQUAL, 0};
        return bare;
    }
    if (name == "labels")
    {
        uint32_t labels = 2;
        const bool good = bare || ParseWithin(begin, end, 1U, 1000U, labels);
        choice = {Kind::LABELS, static_cast<double>(labels)};
        return good;
    }
    choice = {Kind::DIRICHLET, 0.5};
    return name == "dirichlet" && (bare || ParseWithin(begin, end, 1e-3, 1e3, choice.parameter));
}

Allowed<std::string>
OptimizerNames()
{
    std::vector<std::string> names;
    for (const auto& entry : NamedOptimizers())
    {
        names.push_back(entry.name);
    }
    Allowed<std::string> allowed = OneOf(names);
    allowed.text += " or the name of an ns3::fl::Optimizer type";
    allowed.test = [](const std::string& name) {
        try
        {
            return CreateOptimizer(name) != nullptr;
        }
        catch (const InvalidInput&)
        {
            return false;
        }
    };
    return allowed;
}

std::string
OptimizerHelp()
{
    std::string help = "who decides:";
    for (const auto& entry : NamedOptimizers())
    {
        help += " " + entry.name + " (" + entry.description + "),";
    }
    return help + " or an Optimizer's TypeId";
}

bool
IsFolder(const std::string& path)
{
    std::error_code error;
    return path.empty() || std::filesystem::is_directory(path, error);
}

void
AddLearningOptions(OptionParser& parser, Options& options)
{
    parser.Add("model",
               "softmax (regression), mlp (200 hidden units), mlp:WIDTH,WIDTH,... (hidden layers)",
               options.model,
               {MODELS, [](const std::string& text) {
                    std::vector<uint32_t> widths;
                    return ParseModel(text, widths);
                }});
    parser.Add("data",
               "folder with MNIST's four IDX files, plain or .gz; none: synthetic digits",
               options.data,
               {"a folder that exists", IsFolder});
    parser.Add(
        "partition",
        "how samples are divided: iid, labels:K (K labels per device), dirichlet:BETA, unequal",
        options.partition,
        {PARTITIONS, [](const std::string& text) {
             PartitionChoice choice;
             return ParsePartition(text, choice);
         }});
    parser.Add("local-iterations",
               "steps of local training per round",
               options.localIterations,
               InRange(1U, 1000000U));
    parser.Add("batch",
               "samples per step of local training; 0: all that a device has",
               options.batch,
               InRange(0U, 1000000000U));
    parser.Add("lr", "learning rate", options.lr, Positive(1000));
}

void
AddCellOptions(OptionParser& parser, Options& options)
{
    parser.Add("devices", "devices in the cell", options.devices, InRange(1U, 1000000U));
    parser.Add("rounds", "rounds of learning", options.rounds, InRange(1U, 1000000000U));
    parser.Add("optimizer", OptimizerHelp(), options.optimizer, OptimizerNames());
    parser.Add("phy",
               "radio: fdma, lte or wifi",
               options.phy,
               {"fdma (lte and wifi are not available in this version)",
                [](const std::string& name) { return name == "fdma"; }});
}

void
AddRunOptions(OptionParser& parser, Options& options)
{
    parser.Add("payload-bits",
               "size of a model or update in timing studies [bit]; 0: the real model's bytes",
               options.payloadBits,
               InRange(0.0, 1e12));
    parser.Add("transport",
               "tcp (fidelity) or datagram (scale: one endpoint at the server)",
               options.transport,
               OneOf({"tcp", "datagram"}));
    parser.Add("mobility",
               "speed of the devices' random walk [m/s]; 0: they stand; without a value: 1.5",
               options.mobility,
               InRange(0.0, 1000.0),
               "1.5");
    parser.Add("background",
               "other traffic that each device sends [bit/s]; without a value: 1e5",
               options.background,
               InRange(0.0, 1e12),
               "1e5");
    parser.Add("runs",
               "independent repetitions, with run numbers from --RngRun on",
               options.runs,
               InRange(1U, 500U));
    parser.Add("out",
               "folder for the results",
               options.out,
               {"the name of a folder", [](const std::string& path) { return !path.empty(); }});
    parser.Add("threads",
               "threads that train; 0: the simulator's own",
               options.threads,
               InRange(0U, 1024U));
}

} // namespace

std::vector<uint32_t>
Options::HiddenLayers() const
{
    std::vector<uint32_t> widths;
    if (!ParseModel(model, widths))
    {
        throw InvalidInput(Describe("model '", model, "': must be ", MODELS));
    }
    return widths;
}

PartitionChoice
ParsePartition(const std::string& text)
{
    PartitionChoice choice;
    if (!ParsePartition(text, choice))
    {
        throw InvalidInput(Describe("partition '", text, "': must be ", PARTITIONS));
    }
    return choice;
}

void
AddOptions(OptionParser& parser, Options& options)
{
    if (options.out.empty())
    {
        options.out = "results/" + parser.GetProgram();
    }
    if (options.threads == 0)
    {
        options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 1024U);
    }
    AddCellOptions(parser, options);
    AddLearningOptions(parser, options);
    AddRunOptions(parser, options);
}

} // namespace fl
} // namespace ns3
