/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-lora-json.h"

#include "fl-json-reader.h"
#include "fl-solve-problem.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint64_t MAX_SIZE = uint64_t{1} << 24; //!< of any dimension: to refuse mistyped ones

/// A tensor as read.
struct ReadTensor
{
    std::vector<uint64_t> shape; //!< from the slowest index to the fastest one
    std::vector<float> data;     //!< row-major
};

/// Read {"shape": [...], "data": [...]}.
ReadTensor
ReadTensorAt(const JsonReader& reader)
{
    reader.RequireKeys({"shape", "data"});
    ReadTensor tensor;
    uint64_t size = 1;
    const JsonReader shape = reader.Get("shape");
    for (size_t i = 0; i < shape.GetSize(); ++i)
    {
        tensor.shape.push_back(shape.At(i).GetWhole(1, MAX_SIZE));
        size *= tensor.shape.back();
    }
    const JsonReader data = reader.Get("data");
    if (data.GetSize() != size || size > MAX_SIZE * 64)
    {
        throw InvalidInput(Describe(data.GetPlace(),
                                    ": ",
                                    data.GetSize(),
                                    " numbers: must be ",
                                    size,
                                    ", as its shape says"));
    }
    tensor.data.resize(size);
    for (size_t i = 0; i < size; ++i)
    {
        tensor.data[i] = static_cast<float>(data.At(i).GetNumber());
        if (!std::isfinite(tensor.data[i]))
        {
            throw InvalidInput(
                Describe(data.At(i).GetPlace(), ": must be within the range of float32"));
        }
    }
    return tensor;
}

/// Read a tensor of a given shape.
std::vector<float>
ReadShaped(const JsonReader& reader, const std::vector<uint64_t>& shape)
{
    ReadTensor tensor = ReadTensorAt(reader);
    if (tensor.shape != shape)
    {
        throw InvalidInput(Describe(reader.GetPlace(),
                                    ": shape ",
                                    ToText(tensor.shape),
                                    ": must be ",
                                    ToText(shape)));
    }
    return std::move(tensor.data);
}

/// Read an object of tensors; prefix is put before their names.
TensorTable
ReadTable(const JsonReader& reader, const std::string& prefix = "")
{
    auto owner = std::make_shared<std::vector<std::vector<float>>>();
    TensorTable table{reader.GetPlace(), {}, nullptr};
    for (const char* key : reader.GetKeys())
    {
        ReadTensor tensor = ReadTensorAt(reader.Get(key));
        owner->push_back(std::move(tensor.data));
        table.tensors[prefix + key] = {std::move(tensor.shape), owner->back().data()};
    }
    table.owner = owner;
    return table;
}

/// Read whole numbers of a tensor of samples x length, or of samples.
std::vector<uint32_t>
ReadWholes(const JsonReader& reader, const std::vector<uint64_t>& shape, uint64_t highest)
{
    const std::vector<float> values = ReadShaped(reader, shape);
    std::vector<uint32_t> wholes;
    for (const float value : values)
    {
        if (value != std::floor(value) || value < 0 || value > static_cast<float>(highest))
        {
            throw InvalidInput(Describe(reader.GetPlace(),
                                        ": ",
                                        value,
                                        ": must be a whole number from 0 to ",
                                        highest));
        }
        wholes.push_back(static_cast<uint32_t>(value));
    }
    return wholes;
}

/// One of two words.
bool
ReadChoice(const JsonReader& reader, const char* yes, const char* no)
{
    const std::string& text = reader.GetText();
    if (text != yes && text != no)
    {
        throw InvalidInput(Describe(reader.GetPlace(),
                                    ": '",
                                    PrintableText(text, MAX_SHOWN_LENGTH),
                                    "': must be ",
                                    yes,
                                    " or ",
                                    no));
    }
    return text == yes;
}

/// Sizes of data, beside the structure.
struct DataSizes
{
    uint32_t batch;  //!< samples of a device
    uint32_t length; //!< tokens of each; 0: images
};

/// Require the keys of the structure, and no others.
/// @param reader the structure
/// @return whether it is that of a text transformer
bool
RequireConfigKeys(const JsonReader& reader)
{
    const std::vector<const char*> required{"kind",
                                            "norm",
                                            "layers",
                                            "width",
                                            "heads",
                                            "feedForward",
                                            "eps",
                                            "rank",
                                            "alpha",
                                            "pooler",
                                            "batch",
                                            "classes",
                                            "targets"};
    const bool isText = reader.Has("kind") && ReadChoice(reader.Get("kind"), "text", "image");
    auto keys = required;
    for (const char* key : {"positions", "vocabulary", "length", "channels", "side", "patch"})
    {
        const bool isOfText = key == std::string("vocabulary") || key == std::string("length");
        if (key == std::string("positions") || isOfText == isText)
        {
            keys.push_back(key);
        }
    }
    reader.RequireKeys(keys);
    return isText;
}

/// Read the structure.
TransformerConfig
ReadConfig(const JsonReader& reader, DataSizes& sizes, uint32_t& classes)
{
    auto whole = [&](const char* key) {
        return static_cast<uint32_t>(reader.Get(key).GetWhole(0, MAX_SIZE));
    };
    const bool isText = RequireConfigKeys(reader);
    TransformerConfig config;
    config.norm = ReadChoice(reader.Get("norm"), "pre", "post") ? TransformerConfig::Norm::PRE
                                                                : TransformerConfig::Norm::POST;
    config.layers = whole("layers");
    config.width = whole("width");
    config.heads = whole("heads");
    config.feedForward = whole("feedForward");
    config.eps = reader.Get("eps").GetNumber();
    config.pooler = reader.Get("pooler").GetBoolean();
    config.lora = {whole("rank"), reader.Get("alpha").GetNumber()};
    const JsonReader targets = reader.Get("targets");
    for (size_t i = 0; i < targets.GetSize(); ++i)
    {
        config.targets.push_back(targets.At(i).GetText());
    }
    classes = static_cast<uint32_t>(reader.Get("classes").GetWhole(1, 256));
    sizes.batch = static_cast<uint32_t>(reader.Get("batch").GetWhole(1, MAX_SIZE));
    const uint32_t positions = whole("positions");
    if (isText)
    {
        config.tokens = {static_cast<uint32_t>(reader.Get("vocabulary").GetWhole(1, MAX_SIZE)),
                         positions,
                         2};
        sizes.length = static_cast<uint32_t>(reader.Get("length").GetWhole(1, positions));
    }
    else
    {
        constexpr uint64_t MAX_SIDE = 4096;
        const auto side = static_cast<uint32_t>(reader.Get("side").GetWhole(1, MAX_SIDE));
        config.image = {static_cast<uint32_t>(reader.Get("channels").GetWhole(1, 256)), side, side};
        config.patch = whole("patch");
        sizes.length = 0;
    }
    config.Validate();
    if (config.Positions() != positions)
    {
        throw InvalidInput(Describe(reader.Get("positions").GetPlace(),
                                    ": ",
                                    positions,
                                    ": must be ",
                                    config.Positions(),
                                    ", the patches and one"));
    }
    return config;
}

/// Read a device's data.
SplitLoraDevice
ReadDevice(const JsonReader& reader,
           const TransformerConfig& config,
           const DataSizes& sizes,
           uint32_t classes)
{
    SplitLoraDevice device;
    const std::string place = reader.GetPlace();
    std::vector<uint8_t> labels;
    if (config.IsText())
    {
        reader.RequireKeys({"ids", "mask", "labels", "head"});
    }
    else
    {
        reader.RequireKeys({"image", "labels", "head"});
    }
    for (const uint32_t label : ReadWholes(reader.Get("labels"), {sizes.batch}, classes - 1))
    {
        labels.push_back(static_cast<uint8_t>(label));
    }
    if (config.IsText())
    {
        const std::vector<uint64_t> shape{sizes.batch, sizes.length};
        TokenTable table;
        table.ids = ReadWholes(reader.Get("ids"), shape, config.tokens.vocabulary - 1);
        for (uint32_t i = 0; i <= sizes.batch; ++i)
        {
            table.offsets.push_back(i * sizes.length);
        }
        for (const uint32_t counts : ReadWholes(reader.Get("mask"), shape, 1))
        {
            device.mask.push_back(static_cast<uint8_t>(counts));
        }
        device.data = Dataset::FromTokens(table, labels, classes, config.tokens.vocabulary, place);
    }
    else
    {
        const ImageShape& image = config.image;
        const auto values = ReadShaped(reader.Get("image"),
                                       {sizes.batch, image.channels, image.rows, image.columns});
        device.data =
            Dataset(Eigen::Map<const Eigen::MatrixXf>(values.data(), image.Size(), sizes.batch),
                    labels,
                    classes,
                    image,
                    place);
    }
    device.head = ReadTable(reader.Get("head"), "head.");
    return device;
}

/// Complain about an adapter that no matrix has.
void
CheckAdapters(const SplitLoraProblem& problem)
{
    const Model model(MakeEncoderLayers<float>(problem.config), AdapterPatterns());
    for (const auto& [name, tensor] : problem.lora.tensors)
    {
        if (std::none_of(model.Slices().begin(), model.Slices().end(), [&](const Slice& slice) {
                return slice.name == name;
            }))
        {
            throw InvalidInput(Describe("lora.",
                                        PrintableText(name, MAX_SHOWN_LENGTH),
                                        ": no matrix of the structure has it as an adapter"));
        }
    }
}

/// Prints tensors.
class TensorWriter
{
  public:
    /// @param json where to
    explicit TensorWriter(JsonStream& json)
        : m_json(json)
    {
    }

    /**
     * Print a tensor.
     * @param key its name
     * @param shape its sizes
     * @param data row-major
     */
    void Write(const std::string& key, const std::vector<uint64_t>& shape, const float* data)
    {
        m_json.Key(key.c_str());
        WriteValue(shape, data);
    }

    /**
     * Print a tensor that has a name already.
     * @param shape its sizes
     * @param data row-major
     */
    void WriteValue(const std::vector<uint64_t>& shape, const float* data)
    {
        size_t size = 1;
        m_json.OpenObject();
        m_json.Key("shape");
        m_json.OpenArray();
        for (const uint64_t dimension : shape)
        {
            m_json.Value(dimension);
            size *= dimension;
        }
        m_json.CloseArray();
        m_json.Key("data");
        m_json.OpenArray();
        for (size_t i = 0; i < size; ++i)
        {
            m_json.Value(double{data[i]});
        }
        m_json.CloseArray();
        m_json.CloseObject();
    }

    /**
     * Print the slices of a vector as an object, which has a name already.
     * @param slices of the vector
     * @param vector the values
     * @param prefix of the slices' names, which is left out
     */
    void WriteSlices(const std::vector<Slice>& slices,
                     const Eigen::VectorXf& vector,
                     const std::string& prefix = "")
    {
        m_json.OpenObject();
        for (const Slice& slice : slices)
        {
            Write(slice.name.substr(prefix.size()),
                  TensorShapeOf(slice),
                  vector.data() + slice.offset);
        }
        m_json.CloseObject();
    }

  private:
    JsonStream& m_json; //!< where to
};

/// Print what a device had in the first round.
void
WriteDevice(const SplitLoraSolution& solution, const SplitLoraDeviceStep& step, JsonStream& json)
{
    TensorWriter writer(json);
    const auto width = static_cast<uint64_t>(step.embedding.rows());
    const std::vector<uint64_t> tokens{step.samples, step.length, width};
    json.OpenObject();
    writer.Write("embedding", tokens, step.embedding.data());
    json.Key("layers");
    json.OpenArray();
    for (const Eigen::MatrixXf& layer : step.layers)
    {
        writer.WriteValue(tokens, layer.data());
    }
    json.CloseArray();
    writer.Write("z", {step.samples, width}, step.features.data());
    const auto classes = static_cast<uint64_t>(step.head.logits.rows());
    writer.Write("logits", {step.samples, classes}, step.head.logits.data());
    json.Member("loss", step.head.loss.loss / step.samples);
    writer.Write("dz", {step.samples, width}, step.head.featureGradient.data());
    json.Key("headGradient");
    writer.WriteSlices(solution.headSlices, step.head.headGradient, "head.");
    json.Key("loraGradient");
    writer.WriteSlices(solution.loraSlices, step.loraGradient);
    writer.Write("embeddingGradient", tokens, step.embeddingGradient.data());
    json.CloseObject();
}

/// Makes the problem known to ./fl solve.
const SolveProblemRegistration g_splitLora(MakeSolveProblem<SplitLoraProblem, SplitLoraSolution>(
    {"split-lora",
     "training steps of split federated LoRA, with all that goes up and down",
     "sgd",
     [] {
         return std::vector<std::pair<std::string, std::string>>{
             {"sgd", "plain stochastic gradient descent, in float32"}};
     }},
    &SplitLoraFromJson,
    [](const SplitLoraProblem& problem, const SolveRequest&) { return RunSplitLora(problem); },
    &WriteSplitLora));

} // namespace

SplitLoraProblem
SplitLoraFromJson(const JsonDocument& document)
{
    constexpr uint64_t MAX_ROUNDS = 100000;
    const JsonReader reader(document);
    reader.RequireKeys({"config", "learningRate", "parameters", "lora", "devices"},
                       {"rounds", "expected"});
    SplitLoraProblem problem;
    DataSizes sizes{};
    problem.config = ReadConfig(reader.Get("config"), sizes, problem.classes);
    problem.learningRate = reader.Get("learningRate").GetNumber();
    if (reader.Has("rounds"))
    {
        problem.rounds = static_cast<uint32_t>(reader.Get("rounds").GetWhole(1, MAX_ROUNDS));
    }
    problem.parameters = ReadTable(reader.Get("parameters"));
    problem.lora = ReadTable(reader.Get("lora"));
    CheckAdapters(problem);
    const JsonReader devices = reader.Get("devices");
    for (size_t k = 0; k < devices.GetSize(); ++k)
    {
        problem.devices.push_back(
            ReadDevice(devices.At(k), problem.config, sizes, problem.classes));
    }
    if (problem.devices.empty())
    {
        throw InvalidInput("devices: 0 of them: must be at least 1");
    }
    return problem;
}

void
WriteSplitLora(const SplitLoraSolution& solution, JsonStream& json)
{
    TensorWriter writer(json);
    auto writeHeads = [&](const char* key, const std::vector<Eigen::VectorXf>& heads) {
        json.Key(key);
        json.OpenArray();
        for (const Eigen::VectorXf& head : heads)
        {
            writer.WriteSlices(solution.headSlices, head, "head.");
        }
        json.CloseArray();
    };
    json.Key("devices");
    json.OpenArray();
    for (const SplitLoraDeviceStep& step : solution.devices)
    {
        WriteDevice(solution, step, json);
    }
    json.CloseArray();
    json.Key("meanLoraGradient");
    writer.WriteSlices(solution.loraSlices, solution.meanLoraGradient);
    json.Key("loraAfterOneRound");
    writer.WriteSlices(solution.loraSlices, solution.loraAfterOneRound);
    writeHeads("headsAfterOneRound", solution.headsAfterOneRound);
    json.Key("lossByRoundAndDevice");
    json.OpenArray();
    for (const auto& round : solution.losses)
    {
        json.OpenArray();
        for (const double loss : round)
        {
            json.Value(loss);
        }
        json.CloseArray();
    }
    json.CloseArray();
    json.Key("loraAfterAllRounds");
    writer.WriteSlices(solution.loraSlices, solution.loraAfterAllRounds);
    writeHeads("headsAfterAllRounds", solution.headsAfterAllRounds);
}

} // namespace fl
} // namespace ns3
