/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-weights.h"

#include "ns3/fl-data-file.h"
#include "ns3/fl-error.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-safetensors.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

constexpr uint32_t REPEATS = 5; //!< measurements; the best counts, as others use the machine too

/// A file that is gone with this object.
struct TemporaryFile
{
    std::string path; //!< of the file

    ~TemporaryFile()
    {
        std::error_code error;
        std::filesystem::remove(path, error);
    }
};

/// @return names and shapes of BERT-base's matrices; layers of them
std::vector<TensorSource>
BertShapes(uint32_t layers)
{
    std::vector<TensorSource> tensors{{"word", {30522, 768}},
                                      {"position", {512, 768}},
                                      {"pooler", {768, 768}}};
    for (uint32_t i = 0; i < layers; i++)
    {
        for (const char* name : {"query", "key", "value", "output"})
        {
            tensors.push_back({Describe("layer", i, ".", name), {768, 768}});
        }
        tensors.push_back({Describe("layer", i, ".up"), {3072, 768}});
        tensors.push_back({Describe("layer", i, ".down"), {768, 3072}});
    }
    return tensors;
}

/// Seconds of the best of some repetitions.
double
Best(uint32_t repeats, const std::function<void()>& work)
{
    double bestS = 1e9;
    for (uint32_t i = 0; i < repeats; i++)
    {
        const Stopwatch watch;
        work();
        bestS = std::min(bestS, watch.WallS());
    }
    return bestS;
}

/// Read all tensors as matrices into memory of their size, which is fresh.
void
ReadAll(const std::string& path)
{
    const SafetensorsFile file(path);
    uint64_t size = 0;
    for (const auto& entry : file.GetEntries())
    {
        size += entry.Size();
    }
    const std::unique_ptr<float[]> values(new float[size]);
    uint64_t first = 0;
    for (const auto& entry : file.GetEntries())
    {
        file.ReadColumnMajor(entry.name, entry.shape[0], entry.shape[1], values.get() + first);
        first += entry.Size();
    }
}

/// Look at all tensors where they lie.
void
ViewAll(const std::string& path)
{
    const SafetensorsFile file(path);
    for (const auto& entry : file.GetEntries())
    {
        file.View(entry.name, entry.shape);
    }
}

} // namespace

BenchRows
BenchWeights(const BenchOptions& bench)
{
    auto tensors = BertShapes(bench.Pick(12U, 1U));
    const std::vector<float> values(size_t{30522} * 768, 0.02F);
    double bytes = 0;
    for (auto& tensor : tensors)
    {
        tensor.values = values.data();
        bytes += 4.0 * static_cast<double>(tensor.shape[0] * tensor.shape[1]);
    }
    const TemporaryFile file{TemporaryNameBeside(
        (std::filesystem::temp_directory_path() / "fl-bench.safetensors").string())};
    const uint32_t repeats = bench.Pick(REPEATS, 1U);
    WorkProgress progress(4);
    progress.Begin(
        Describe("weights: ", Round(bytes / 1e6), " MB, written, read ", repeats, " times"));
    const double writeS = Best(1, [&] { WriteSafetensors(file.path, tensors); });
    progress.Add();
    const double rawS = Best(repeats, [&] { ReadDataFile(file.path); });
    progress.Add();
    const double readS = Best(repeats, [&] { ReadAll(file.path); });
    progress.Add();
    const double viewS = Best(repeats, [&] { ViewAll(file.path); });
    progress.Add();
    return {{Describe("safetensors of ",
                      Round(bytes / 1e6),
                      " MB from the page cache into matrices, every element checked"),
             Describe(Round(readS), " s"),
             "1 s",
             JudgeAtMost(readS, 1),
             Describe("its bytes alone, by read(): ", Round(rawS), " s")},
            {"the same, used where it is mapped, every element checked",
             Describe(Round(viewS), " s"),
             "1 s",
             JudgeAtMost(viewS, 1),
             Describe("writing it: ", Round(writeS), " s")}};
}

} // namespace fl
} // namespace ns3
