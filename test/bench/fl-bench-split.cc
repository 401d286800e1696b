/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-split.h"

#include "fl-bench-child.h"
#include "fl-bench-memory.h"

#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-options.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-split-learner.h"
#include "ns3/fl-task-builder.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

/// Numbers of a head's device that the table is about.
constexpr uint32_t HEADS = 2000;

/// @return a transformer of text: 2 layers, 64 wide, and the adapters of torch-lora.py
TransformerConfig
SmallText()
{
    TransformerConfig config;
    config.tokens = {1000, 32, 2};
    config.lora = {8, 16};
    config.targets = {"*.query", "*.key", "*.value"};
    return config;
}

/// @return texts of 32 tokens each
/// @param count number of texts
/// @param tokens what there is
Dataset
Texts(uint32_t count, const TokenShape& tokens)
{
    RandomStream random(1);
    TokenTable table;
    table.offsets.assign(1, 0);
    std::vector<uint8_t> labels;
    for (uint32_t i = 0; i < count; i++)
    {
        for (uint32_t k = 0; k < tokens.positions; k++)
        {
            table.ids.push_back(static_cast<uint32_t>(random.Below(tokens.vocabulary)));
        }
        table.offsets.push_back(static_cast<uint32_t>(table.ids.size()));
        labels.push_back(static_cast<uint8_t>(random.Below(2)));
    }
    return Dataset::FromTokens(table, labels, 2, tokens);
}

/// A round of 20 devices, all that it takes: embedding, payloads, encoder twice, heads, the mean.
BenchRow
RoundRow(const BenchOptions& bench, const json& peer)
{
    constexpr uint32_t DEVICES = 20;
    const auto config = SmallText();
    SplitModel model;
    model.embedding = std::make_shared<const SplitEmbedding>(config, RandomEmbedding(config, 1));
    model.encoder = std::make_shared<const SplitEncoder>(config, RandomEncoder(config, 1));
    model.head = MakeHead(config.width, 2);
    model.keepCaches = true;
    const Dataset data = Texts(32 * DEVICES, config.tokens);
    std::vector<std::vector<uint32_t>> parts(DEVICES);
    std::vector<uint32_t> devices(DEVICES);
    std::iota(devices.begin(), devices.end(), 0);
    for (uint32_t i = 0; i < data.Size(); i++)
    {
        parts[i % DEVICES].push_back(i);
    }
    SplitLearner learner(std::make_shared<const SplitModel>(model), data, parts, 1);
    double bestS = 1e9;
    for (uint32_t round = 1; round <= bench.Pick(8U, 1U); round++)
    {
        const Stopwatch watch;
        learner.Learn(round, devices);
        bestS = std::min(bestS, watch.CpuS());
    }
    BenchRow row{"round of split learning, 20 devices of 32 x 32 tokens, 2 layers of width 64",
                 Describe(Round(1e3 * bestS), " ms"),
                 "",
                 "",
                 "not measured: no PyTorch, or on the reference BLAS"};
    if (peer.is_object() && peer["blas"] != "reference")
    {
        const double peerS = DEVICES * peer["seconds"].get<double>();
        row.measured += Describe(": ", Round(bestS / peerS), " times PyTorch's time");
        row.target = "1 times";
        row.verdict = JudgeAtMost(bestS / peerS, 1);
        row.peer = Describe("PyTorch, the encoder layers alone: ", Round(1e3 * peerS), " ms");
    }
    return row;
}

/// 300 rounds of packets.
BenchRow
PacketsRow(const BenchOptions& bench)
{
    const uint32_t rounds = bench.Pick(300U, 3U);
    const json figures = RunInChild([&]() -> json {
        Options options;
        options.coordinator = "split";
        options.optimizer = "equal";
        options.rounds = rounds;
        options.model = "transformer:2-32-4";
        options.base = "random";
        options.trainSamples = 2000;
        options.testSamples = 200;
        const LearningData data = LoadData(options);
        const Stopwatch watch;
        CellRun cell(options, data);
        Simulator::Run();
        return {{"seconds", watch.WallS()},
                {"version", cell.GetFederation().coordinator->GetModelVersion()}};
    });
    if (figures["version"] != rounds)
    {
        throw std::runtime_error("not all rounds of split learning were merged");
    }
    const double seconds = figures["seconds"];
    return {Describe(rounds,
                     " rounds of split learning over FDMA, 20 devices of 32 x 17 tokens, 2 layers "
                     "of width 32"),
            Describe(Round(seconds), " s"),
            bench.quick ? "" : "90 s",
            bench.quick ? "" : JudgeAtMost(seconds, 90),
            "wall clock, one thread; evaluated each round on 200 samples"};
}

/// Peak memory of a step of BERT-base.
BenchRow
MemoryRow(const BenchOptions& bench)
{
    TransformerConfig config = TransformerConfig::BertBase();
    config.layers = bench.Pick(12U, 1U);
    const uint32_t samples = bench.Pick(32U, 2U);
    constexpr uint32_t LENGTH = 128;
    ChildUsage usage;
    const json figures = RunInChild(
        [&]() -> json {
            const SplitEncoder encoder(config, RandomEncoder(config, 1));
            EmbeddedBatch batch;
            batch.tokens = Eigen::MatrixXf::Random(config.width, samples * LENGTH);
            for (uint32_t i = 0; i <= samples; i++)
            {
                batch.offsets.push_back(i * LENGTH);
            }
            const auto adapters = encoder.InitialAdapters(1);
            Eigen::MatrixXf features;
            Eigen::VectorXf gradient;
            encoder.Forward(adapters, batch, features);
            encoder.Backward(adapters, batch, features, gradient);
            return {{"weights", encoder.GetModel().FrozenCount() + encoder.AdapterCount()}};
        },
        &usage);
    // What one layer keeps of a token: its input, query, key, value, a row of each head's weights,
    // what they gather, two sums and two norms, and the units before and after GELU.
    const double perToken = 9.0 * config.width + config.heads * LENGTH + 2.0 * config.feedForward;
    const double tokens = samples * LENGTH;
    const double limit =
        1.2 * 4 *
        (figures["weights"].get<double>() + tokens * (perToken + config.layers * config.width));
    return {Describe("peak memory of a step of BERT-base's encoder, ",
                     config.layers,
                     " layers, ",
                     samples,
                     " x ",
                     LENGTH),
            Describe(Round(1e-6 * usage.peakBytes), " MB"),
            Describe(Round(1e-6 * limit), " MB"),
            JudgeAtMost(1e-6 * usage.peakBytes, 1e-6 * limit),
            Describe("weights, a layer's caches, the layers' inputs, and 20 %; took ",
                     Round(usage.cpuS),
                     " s of processor time")};
}

/// What an idle client keeps of a head.
BenchRow
HeadRow()
{
    const auto structure = MakeHead(64, 10);
    std::vector<std::unique_ptr<PersonalHead>> heads;
    heads.reserve(HEADS);
    const double before = HeapBytes();
    for (uint32_t i = 0; i < HEADS; i++)
    {
        heads.push_back(std::make_unique<PersonalHead>(structure, StepOptions(), i));
    }
    const double bytes = (HeapBytes() - before) / HEADS;
    // Its numbers, and the object with what its rule of descent could remember.
    const double limit = 1.1 * 4.0 * static_cast<double>(structure->ParameterCount()) + 256;
    return {
        "a head of 64 x 10 that an idle client keeps",
        bytes > 0 ? Describe(Round(bytes, 4), " bytes") : "not known here",
        Describe(Round(limit, 4), " bytes"),
        bytes > 0 ? JudgeAtMost(bytes, limit) : "",
        Describe("its ", structure->ParameterCount(), " numbers; Adam keeps twice as many more")};
}

} // namespace

BenchRows
BenchSplit(const BenchOptions& bench, const json& peer)
{
    return {RoundRow(bench, peer), PacketsRow(bench), MemoryRow(bench), HeadRow()};
}

} // namespace fl
} // namespace ns3
