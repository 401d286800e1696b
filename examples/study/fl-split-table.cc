/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-table.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-model.h"

#include <algorithm>
#include <cstdio>

namespace ns3
{
namespace fl
{

namespace
{

/// Bits of a number in float32.
constexpr double BITS = 32;

/// @return numbers of some layers that are frozen, and that train
/// @param layers a part of a transformer
/// @param trainable patterns of those that train
std::pair<uint64_t, uint64_t>
Count(BasicChain<float>::Layers layers, const std::vector<std::string>& trainable)
{
    const Model model(std::move(layers), trainable);
    return {model.FrozenCount(), model.ParameterCount()};
}

/// @return lengths of samples for the table: powers of two up to all positions, and these
/// @param sizes of a transformer
std::vector<uint32_t>
LengthsOf(const SplitSizes& sizes)
{
    std::vector<uint32_t> lengths;
    for (const uint32_t length : {16U, 32U, 64U, 128U, 197U, 512U})
    {
        if (length < sizes.positions)
        {
            lengths.push_back(length);
        }
    }
    lengths.push_back(sizes.positions);
    return lengths;
}

} // namespace

double
SplitSizes::ShareOfBase() const
{
    return static_cast<double>(adapters) / static_cast<double>(base);
}

double
SplitSizes::ShareOfAll() const
{
    return static_cast<double>(adapters) / static_cast<double>(base + adapters);
}

SplitSizes
SizesOf(const std::string& name, const TransformerConfig& config, uint32_t classes)
{
    SplitSizes sizes;
    sizes.name = name;
    sizes.width = config.width;
    sizes.positions = config.Positions();
    sizes.base = Count(MakeEmbeddingLayers<float>(config), {}).first;
    const auto encoder =
        Count(MakeEncoderLayers<float>(config),
              config.targets.empty() ? std::vector<std::string>() : AdapterPatterns());
    sizes.base += encoder.first;
    sizes.adapters = encoder.second;
    if (classes > 0)
    {
        sizes.head = Count(MakeHeadLayers<float>(config.width, classes), {"*"}).second;
        sizes.base += sizes.head;
    }
    return sizes;
}

std::vector<SplitSizes>
PaperSizes()
{
    return {SizesOf("BERT-base", TransformerConfig::BertBase(), 0),
            SizesOf("ViT-B/16", TransformerConfig::VitBase(), 1000)};
}

double
SplitTraffic::Mu() const
{
    return activations + gradients;
}

double
SplitTraffic::PaperMu() const
{
    return Mu() + features;
}

std::string
SplitTraffic::Cheapest() const
{
    const double split = Mu() + features;
    return split <= 2 * std::min(lora, full) ? "split" : lora <= full ? "lora" : "full";
}

SplitTraffic
TrafficOf(const SplitSizes& sizes, uint32_t batch, uint32_t tokens)
{
    SplitTraffic traffic;
    traffic.activations = BITS * batch * tokens * sizes.width;
    traffic.features = BITS * batch * sizes.width;
    traffic.gradients = traffic.features;
    traffic.full = BITS * static_cast<double>(sizes.base);
    traffic.lora = BITS * static_cast<double>(sizes.adapters);
    return traffic;
}

std::string
SplitTableCsv(const std::vector<SplitCase>& tasks)
{
    auto all = PaperSizes();
    for (const auto& task : tasks)
    {
        all.push_back(SizesOf(task.name, task.config, task.train->Classes()));
    }
    std::string text = "model,base,adapters,head,share_of_base,share_of_all,batch,tokens,"
                       "activations_bits,features_bits,gradients_bits,mu_bits,paper_mu_bits,"
                       "full_bits_each_way,lora_bits_each_way,cheapest\n";
    CsvRow row;
    for (const auto& sizes : all)
    {
        for (const uint32_t batch : {1U, 8U, 32U})
        {
            for (const uint32_t tokens : LengthsOf(sizes))
            {
                const auto traffic = TrafficOf(sizes, batch, tokens);
                row.Add(sizes.name.c_str());
                for (const uint64_t count : {sizes.base, sizes.adapters, sizes.head})
                {
                    row.Add(static_cast<double>(count));
                }
                row.Add(sizes.ShareOfBase()).Add(sizes.ShareOfAll()).Add(batch).Add(tokens);
                for (const double bits : {traffic.activations,
                                          traffic.features,
                                          traffic.gradients,
                                          traffic.Mu(),
                                          traffic.PaperMu(),
                                          traffic.full,
                                          traffic.lora})
                {
                    row.Add(bits);
                }
                row.Add(traffic.Cheapest().c_str());
                text += row.Finish();
            }
        }
    }
    return text;
}

void
PrintSplitTable(std::ostream& out)
{
    for (const auto& sizes : PaperSizes())
    {
        const uint32_t tokens = std::min(sizes.positions, sizes.positions == 197 ? 197U : 128U);
        const auto traffic = TrafficOf(sizes, 32, tokens);
        char line[320];
        std::snprintf(
            line,
            sizeof(line),
            "%s: %llu adapters, %.3f %% of the base, %.3f %% of all; batch 32 x %u "
            "tokens: %.3f + %.3f Mbit up, %.3f down, mu %.3f (the paper's way %.3f); full "
            "FL %.0f each way, adapters alone %.2f: %s sends least\n",
            sizes.name.c_str(),
            static_cast<unsigned long long>(sizes.adapters),
            100 * sizes.ShareOfBase(),
            100 * sizes.ShareOfAll(),
            tokens,
            1e-6 * traffic.activations,
            1e-6 * traffic.gradients,
            1e-6 * traffic.features,
            1e-6 * traffic.Mu(),
            1e-6 * traffic.PaperMu(),
            1e-6 * traffic.full,
            1e-6 * traffic.lora,
            traffic.Cheapest().c_str());
        out << line;
    }
}

} // namespace fl
} // namespace ns3
