/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-lora.h"

#include "fl-bench-child.h"
#include "fl-bench-split.h"

#include "ns3/fl-checkpoint.h"
#include "ns3/fl-data-file.h"
#include "ns3/fl-error.h"
#include "ns3/fl-model.h"
#include "ns3/fl-product.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-split-encoder.h"
#include "ns3/fl-transformer.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

/// Encoder layers and a batch.
struct LoraSizes
{
    uint32_t layers; //!< of the encoder
    uint32_t width;  //!< features per token
    uint32_t heads;  //!< of attention
    uint32_t units;  //!< of the feed-forward part
    uint32_t batch;  //!< sequences
    uint32_t length; //!< tokens of each
    uint32_t steps;  //!< measurements; the best counts

    /// @return as torch-lora.py takes it
    std::string Arguments() const
    {
        return Describe(layers,
                        " ",
                        width,
                        " ",
                        heads,
                        " ",
                        units,
                        " ",
                        batch,
                        " ",
                        length,
                        " ",
                        steps);
    }
};

/// Seconds of processor time of the best of some measurements.
template <typename Work>
double
Best(uint32_t repeats, Work work)
{
    double bestS = 1e9;
    for (uint32_t i = 0; i < repeats; i++)
    {
        const Stopwatch watch;
        work();
        bestS = std::min(bestS, watch.CpuS());
    }
    return bestS;
}

/// Forward and backward of the layers, in the blocks that SplitEncoder works in.
double
StepS(const LoraSizes& sizes)
{
    TransformerConfig config;
    config.layers = sizes.layers;
    config.width = sizes.width;
    config.heads = sizes.heads;
    config.feedForward = sizes.units;
    config.tokens = {2, sizes.length, 2};
    config.lora = {8, 16};
    config.targets = {"*.query", "*.key", "*.value"};
    auto layers = MakeEncoderLayers<float>(config);
    layers.resize(sizes.layers);
    Model model(std::move(layers), AdapterPatterns());
    model.SetFrozen(model.InitialFrozen(1));
    const Eigen::VectorXf adapters = model.InitialParameters(1);
    Eigen::VectorXf gradient = Eigen::VectorXf::Zero(adapters.size());
    const Eigen::MatrixXf input = Eigen::MatrixXf::Random(sizes.width, sizes.batch * sizes.length);
    const Eigen::MatrixXf above = Eigen::MatrixXf::Random(input.rows(), input.cols());
    const TrainableMask mask = model.Trainable();
    const uint32_t perBlock = std::max(1U, SplitEncoder::BLOCK_TOKENS / sizes.length);
    Workspace workspace;
    return Best(sizes.steps, [&] {
        for (uint32_t first = 0; first < sizes.batch; first += perBlock)
        {
            const uint32_t count = std::min(perBlock, sizes.batch - first);
            const BatchShape shape{count * sizes.length, count, nullptr, nullptr};
            const auto column = Eigen::Index{first} * sizes.length;
            const ConstMatrixView in(input.col(column).data(), sizes.width, shape.columns);
            const ConstMatrixView out(above.col(column).data(), sizes.width, shape.columns);
            model.Forward(adapters, in, shape, workspace);
            model.Backward(adapters, in, out, mask, workspace, gradient, true);
        }
    });
}

/// Eigen's products with the layers' frozen weights, forward and backward, in the same blocks.
double
FloorS(const LoraSizes& sizes)
{
    const uint32_t tokens = sizes.batch * sizes.length;
    const uint32_t columns = std::min(tokens, SplitEncoder::BLOCK_TOKENS);
    const Eigen::MatrixXf square = Eigen::MatrixXf::Random(sizes.width, sizes.width);
    const Eigen::MatrixXf up = Eigen::MatrixXf::Random(sizes.width, sizes.units);
    const Eigen::MatrixXf in = Eigen::MatrixXf::Random(sizes.width, columns);
    Eigen::MatrixXf out(sizes.width, columns);
    Eigen::MatrixXf units(sizes.units, columns);
    return Best(sizes.steps, [&] {
        for (uint32_t i = 0; i < sizes.layers * tokens / columns; i++)
        {
            // Query, key, value and output, then up and down.
            for (int k = 0; k < 4; k++)
            {
                out.noalias() = square.transpose() * in;
                out.noalias() = square * in;
            }
            for (int k = 0; k < 2; k++)
            {
                units.noalias() = up.transpose() * in;
                out.noalias() = up * units;
            }
        }
    });
}

/// The row that PyTorch is the peer of.
BenchRow
AgainstTorch(const std::string& what, double stepS, double limit, const json& peer)
{
    const std::string measured = Describe(Round(1e3 * stepS), " ms");
    if (!peer.is_object() || peer["blas"] == "reference")
    {
        return {what,
                measured,
                "",
                "",
                peer.is_object() ? "not measured: PyTorch runs on the reference BLAS; Debian's "
                                   "libopenblas0-pthread is what it needs"
                                 : "not measured: Debian's python3-torch is not there"};
    }
    const double ratio = stepS / peer["seconds"].get<double>();
    return {what,
            Describe(measured, ": ", Round(ratio), " times PyTorch's time"),
            Describe(Round(limit), " times"),
            JudgeAtMost(ratio, limit),
            Describe("PyTorch ",
                     peer["version"].get<std::string>(),
                     " on ",
                     peer["blas"].get<std::string>(),
                     ": ",
                     Round(1e3 * peer["seconds"].get<double>()),
                     " ms")};
}

/// Loading a checkpoint of the encoder.
BenchRow
LoadRow(const BenchOptions& bench)
{
    TransformerConfig config = TransformerConfig::BertBase();
    config.layers = bench.Pick(12U, 1U);
    Model embedding(MakeEmbeddingLayers<float>(config), {});
    Model encoder(MakeEncoderLayers<float>(config), AdapterPatterns());
    const std::string path = TemporaryNameBeside(
        (std::filesystem::temp_directory_path() / "fl-bench-lora.safetensors").string());
    {
        embedding.SetFrozen(embedding.InitialFrozen(1));
        encoder.SetFrozen(encoder.InitialFrozen(2));
        const Eigen::VectorXf none(0);
        const Eigen::VectorXf adapters = encoder.InitialParameters(3);
        WriteSafetensors(path, CheckpointOf({{&embedding, &none}, {&encoder, &adapters}}, config));
    }
    const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
    double bestS = 1e9;
    for (uint32_t i = 0; i < bench.Pick(5U, 1U); i++)
    {
        const Stopwatch watch;
        const auto file = std::make_shared<const SafetensorsFile>(path);
        embedding.SetFrozen(LoadFrozen(embedding, config, file));
        encoder.SetFrozen(LoadFrozen(encoder, config, file));
        bestS = std::min(bestS, watch.WallS());
    }
    std::filesystem::remove(path);
    return {Describe("checkpoint of ",
                     Round(megabytes),
                     " MB into a transformer, every element checked"),
            Describe(Round(bestS), " s"),
            "1 s",
            JudgeAtMost(bestS, 1),
            "wall clock, from the page cache; without a copy"};
}

} // namespace

BenchRows
BenchLora(const BenchOptions& bench)
{
    const LoraSizes bert{1, 768, 12, 3072, bench.Pick(32U, 2U), 128, bench.Pick(3U, 1U)};
    const LoraSizes small{2, 64, 4, 256, 32, 32, bench.Pick(30U, 1U)};
    WorkProgress progress(4);
    progress.Begin("lora: encoder layers, PyTorch, a checkpoint, rounds");
    // Before the peer and after it, so that both see the same machine.
    double floorS = FloorS(bert);
    double bertS = StepS(bert);
    double smallS = StepS(small);
    progress.Add();
    const json bertPeer = RunPython("torch-lora.py", bert.Arguments());
    const json smallPeer = RunPython("torch-lora.py", small.Arguments());
    progress.Add();
    floorS = std::min(floorS, FloorS(bert));
    bertS = std::min(bertS, StepS(bert));
    smallS = std::min(smallS, StepS(small));
    const double share = 100 * floorS / bertS;
    const std::string library = ProductLibrary();
    BenchRows rows{
        AgainstTorch(Describe("encoder layer of BERT-base with adapters, forward and backward, "
                              "32 x 128, products by ",
                              library),
                     bertS,
                     library == "Eigen" ? 2 : 1.3,
                     bertPeer),
        {"its share of the speed of Eigen's products of its sizes",
         Describe(Round(share), " %"),
         "80 %",
         JudgeAtLeast(share, 80),
         Describe(Round(1e3 * floorS), " ms")},
        AgainstTorch("2 layers of width 64, forward and backward, 32 x 32: a device's round",
                     smallS,
                     1,
                     smallPeer),
        LoadRow(bench)};
    progress.Add();
    for (auto& row : BenchSplit(bench, smallPeer))
    {
        rows.push_back(std::move(row));
    }
    progress.Add();
    return rows;
}

} // namespace fl
} // namespace ns3
