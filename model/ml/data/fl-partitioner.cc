/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-partitioner.h"

#include "fl-data-file.h"
#include "fl-equal-partition.h"

#include "ns3/fl-error.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <queue>
#include <unordered_map>

namespace ns3
{
namespace fl
{

namespace
{

/// A device's samples, of all devices.
using Parts = std::vector<std::vector<uint32_t>>;

/// 0, 1, ..., count - 1 in random order.
std::vector<uint32_t>
ShuffledRange(size_t count, RandomStream& random)
{
    std::vector<uint32_t> range(count);
    std::iota(range.begin(), range.end(), 0);
    random.Shuffle(range);
    return range;
}

/// The samples of each label that occurs, in random order.
Parts
GroupByLabel(const std::vector<uint8_t>& labels, RandomStream& random)
{
    Parts groups(256);
    for (const uint32_t sample : ShuffledRange(labels.size(), random))
    {
        groups[labels[sample]].push_back(sample);
    }
    groups.erase(std::remove_if(groups.begin(),
                                groups.end(),
                                [](const auto& group) { return group.empty(); }),
                 groups.end());
    return groups;
}

/**
 * Deal all samples to the devices in proportion to their weights: each boundary is the cumulated
 * share, rounded, so that none is lost or dealt twice.
 */
void
Deal(const std::vector<uint32_t>& samples,
     const std::vector<double>& weights,
     const std::vector<uint32_t>& devices,
     Parts& parts)
{
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    double cumulated = 0;
    size_t first = 0;
    for (size_t i = 0; i < devices.size(); i++)
    {
        cumulated += weights[i];
        const bool isLast = i + 1 == devices.size();
        const double share = std::min(cumulated / total, 1.0);
        const size_t end =
            isLast ? samples.size()
                   : static_cast<size_t>(std::llround(share * static_cast<double>(samples.size())));
        auto& part = parts[devices[i]];
        part.insert(part.end(),
                    samples.begin() + static_cast<std::ptrdiff_t>(first),
                    samples.begin() + static_cast<std::ptrdiff_t>(end));
        first = end;
    }
}

/// All samples to all devices, by weight.
Parts
SplitByWeights(size_t samples, const std::vector<double>& weights, RandomStream& random)
{
    const auto count = static_cast<uint32_t>(weights.size());
    Parts parts(count);
    const std::vector<uint32_t> order = ShuffledRange(samples, random);
    // Which of the devices get one more than others by rounding is left to chance, too.
    const std::vector<uint32_t> devices = ShuffledRange(count, random);
    std::vector<double> ordered(count);
    for (uint32_t i = 0; i < count; i++)
    {
        ordered[i] = weights[devices[i]];
    }
    Deal(order, ordered, devices, parts);
    return parts;
}

/**
 * Weights from their logarithms. Scaled so that the largest is 1, as logarithms may be so large or
 * small that the weights themselves are not doubles; only ratios matter.
 * @tparam Draw a functor without arguments that returns a double
 * @param count number of weights
 * @param drawLogarithm draws ln of a weight
 * @return the weights, within [0, 1]
 */
template <typename Draw>
std::vector<double>
DrawWeights(uint32_t count, Draw drawLogarithm)
{
    std::vector<double> weights(count);
    std::generate(weights.begin(), weights.end(), drawLogarithm);
    const double largest = *std::max_element(weights.begin(), weights.end());
    for (double& weight : weights)
    {
        weight = std::exp(weight - largest);
    }
    return weights;
}

/// Each label's samples by weights of their own.
Parts
SplitDirichlet(const std::vector<uint8_t>& labels,
               uint32_t devices,
               double beta,
               RandomStream& random)
{
    Parts parts(devices);
    for (const auto& group : GroupByLabel(labels, random))
    {
        const auto weights = DrawWeights(devices, [&] { return random.LogGamma(beta); });
        Deal(group, weights, ShuffledRange(devices, random), parts);
    }
    return parts;
}

/// Complain if devices are to have more labels than there are.
void
RequireLabels(uint32_t labelsPerDevice, const Parts& groups)
{
    if (labelsPerDevice > groups.size())
    {
        throw InvalidInput(Describe("partition: ",
                                    labelsPerDevice,
                                    " labels per device: must be at most ",
                                    groups.size(),
                                    ", the number of labels in the data"));
    }
}

/// So many labels to each device; each label to as many devices as any other, give or take one.
Parts
SplitLabels(const std::vector<uint8_t>& labels,
            uint32_t devices,
            uint32_t labelsPerDevice,
            RandomStream& random)
{
    const Parts groups = GroupByLabel(labels, random);
    RequireLabels(labelsPerDevice, groups);
    Parts holders(groups.size());
    std::vector<uint32_t> order = ShuffledRange(groups.size(), random);
    for (const uint32_t device : ShuffledRange(devices, random))
    {
        // The labels that fewest devices hold; among equals, chance decides.
        random.Shuffle(order);
        std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
            return holders[a].size() < holders[b].size();
        });
        for (uint32_t i = 0; i < labelsPerDevice; i++)
        {
            holders[order[i]].push_back(device);
        }
    }
    Parts parts(devices);
    for (size_t label = 0; label < groups.size(); label++)
    {
        if (!holders[label].empty())
        {
            Deal(groups[label],
                 std::vector<double>(holders[label].size(), 1.0),
                 holders[label],
                 parts);
        }
    }
    return parts;
}

/// So many labels to each device, and as many samples to each as to any other.
Parts
SplitEqualLabels(const std::vector<uint8_t>& labels,
                 uint32_t devices,
                 const PartitionSpec& spec,
                 RandomStream& random)
{
    const Parts groups = GroupByLabel(labels, random);
    RequireLabels(spec.labelsPerDevice, groups);
    std::vector<uint32_t> counts(devices, spec.labelsPerDevice);
    if (spec.kind == PartitionSpec::Kind::VARIED)
    {
        counts = VariedLabelCounts(devices, spec.labelsPerDevice);
        random.Shuffle(counts);
    }
    return SplitLabelsEqually(groups, counts, spec.maxSamples, random);
}

/// Labels of each device by weights of its own, and as many samples to each as to any other.
Parts
SplitEqualDirichlet(const std::vector<uint8_t>& labels,
                    uint32_t devices,
                    const PartitionSpec& spec,
                    RandomStream& random)
{
    const Parts groups = GroupByLabel(labels, random);
    std::vector<std::vector<double>> weights(devices);
    std::generate(weights.begin(), weights.end(), [&] {
        return DrawWeights(static_cast<uint32_t>(groups.size()),
                           [&] { return random.LogGamma(spec.beta); });
    });
    return SplitByLabelWeights(groups, weights, spec.maxSamples, random);
}

/// Each device one owner's samples; owners beyond the number of devices are left out at random.
Parts
SplitByOwners(const std::string& path, size_t samples, uint32_t devices, RandomStream& random)
{
    Parts owners = ReadOwners(path, samples);
    if (devices > owners.size())
    {
        throw InvalidInput(Describe("partition: ",
                                    devices,
                                    " devices: must be at most ",
                                    owners.size(),
                                    ", the number of owners in ",
                                    path));
    }
    std::vector<uint32_t> chosen = ShuffledRange(owners.size(), random);
    chosen.resize(devices);
    // In the order of the file, so that with as many devices as owners it is the file's.
    std::sort(chosen.begin(), chosen.end());
    Parts parts;
    for (const uint32_t owner : chosen)
    {
        parts.push_back(std::move(owners[owner]));
    }
    return parts;
}

/// Give each empty part a sample of the largest; of equals, of the first.
void
FillEmptyParts(Parts& parts)
{
    auto isSmaller = [](const std::pair<size_t, uint32_t>& a,
                        const std::pair<size_t, uint32_t>& b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second;
    };
    std::priority_queue<std::pair<size_t, uint32_t>,
                        std::vector<std::pair<size_t, uint32_t>>,
                        decltype(isSmaller)>
        bySize(isSmaller);
    for (uint32_t device = 0; device < parts.size(); device++)
    {
        bySize.emplace(parts[device].size(), device);
    }
    for (auto& part : parts)
    {
        if (part.empty())
        {
            const uint32_t largest = bySize.top().second;
            bySize.pop();
            part.push_back(parts[largest].back());
            parts[largest].pop_back();
            bySize.emplace(parts[largest].size(), largest);
        }
    }
}

/// Complain unless a number is within limits, which keep sums and logarithms finite.
void
RequireBetween(const char* name, double value, double low, double high)
{
    if (!(value >= low && value <= high))
    {
        throw InvalidInput(
            Describe("partition: ", name, " ", value, ": must be between ", low, " and ", high));
    }
}

/// The number in an option's text, or a complaint about the text.
template <typename T>
T
Require(const std::optional<T>& number, const std::string& text)
{
    if (!number)
    {
        throw InvalidInput(Describe("partition '", text, "': must be ", Partitioner::KnownTexts()));
    }
    return *number;
}

/// Number of labels behind the colon, if it is there.
void
ReadLabels(const std::optional<std::string>& rest, const std::string& text, PartitionSpec& spec)
{
    if (rest)
    {
        spec.labelsPerDevice = Require(ParseCount(*rest), text);
    }
}

/**
 * Read what stands before the "@".
 * @param law this
 * @param text all of the option's text, for messages
 * @param [in,out] spec the defaults, to be changed
 */
void
ReadLaw(const std::string& law, const std::string& text, PartitionSpec& spec)
{
    using Kind = PartitionSpec::Kind;
    const auto [name, rest] = SplitOption(law);
    if (name == "iid" && !rest)
    {
        spec.kind = Kind::IID;
    }
    else if (name == "labels" || name == "labels-equal")
    {
        spec.kind = name == "labels" ? Kind::LABELS : Kind::LABELS_EQUAL;
        ReadLabels(rest, text, spec);
    }
    else if (name == "varied")
    {
        spec.kind = Kind::VARIED;
        spec.labelsPerDevice = 4;
        ReadLabels(rest, text, spec);
    }
    else if (name == "dirichlet" || name == "dirichlet-equal")
    {
        spec.kind = name == "dirichlet" ? Kind::DIRICHLET : Kind::DIRICHLET_EQUAL;
        spec.beta = rest ? Require(ParseNumber(*rest), text) : spec.beta;
    }
    else if (name == "unequal")
    {
        spec.kind = Kind::LOGNORMAL;
        spec.sigma = rest ? Require(ParseNumber(*rest), text) : spec.sigma;
    }
    else if (name == "shares" && rest)
    {
        spec.kind = Kind::SHARES;
        for (const auto& share : SplitText(*rest, ','))
        {
            spec.shares.push_back(Require(ParseNumber(share), text));
        }
    }
    else if (name == "owners" && rest && !rest->empty())
    {
        spec.kind = Kind::OWNERS;
        spec.owners = *rest;
    }
    else
    {
        Require(std::optional<int>(), text);
    }
}

} // namespace

void
PartitionSpec::Validate() const
{
    if (labelsPerDevice < 1)
    {
        throw InvalidInput("partition: 0 labels per device: must be at least 1");
    }
    RequireBetween("Dirichlet's beta", beta, 1e-6, 1e6);
    RequireBetween("sigma", sigma, 0, 10);
    for (const double share : shares)
    {
        RequireBetween("share", share, 1e-6, 1e9);
    }
    if (kind == Kind::SHARES && shares.empty())
    {
        throw InvalidInput("partition: 0 shares: must be one per device");
    }
    if (kind == Kind::OWNERS && owners.empty())
    {
        throw InvalidInput("partition: no file of owners: must be the path of one");
    }
}

std::vector<std::vector<uint32_t>>
ReadOwners(const std::string& path, size_t samples)
{
    const std::vector<uint8_t> bytes = ReadDataFile(path);
    std::vector<std::string> lines = SplitText(std::string(bytes.begin(), bytes.end()), '\n');
    if (lines.back().empty())
    {
        lines.pop_back();
    }
    if (lines.size() != samples)
    {
        throw InvalidInput(Describe(path,
                                    ": ",
                                    lines.size(),
                                    " lines: must be ",
                                    samples,
                                    ", the owner of each training sample"));
    }
    Parts owners;
    std::unordered_map<std::string, size_t> indices;
    for (size_t i = 0; i < lines.size(); i++)
    {
        if (lines[i].empty())
        {
            throw InvalidInput(
                Describe(path, ": line ", i + 1, " is empty: must be the owner of a sample"));
        }
        const auto [entry, isNew] = indices.emplace(lines[i], owners.size());
        if (isNew)
        {
            owners.emplace_back();
        }
        owners[entry->second].push_back(static_cast<uint32_t>(i));
    }
    return owners;
}

Partitioner::Partitioner(const PartitionSpec& spec)
    : m_spec(spec)
{
    m_spec.Validate();
}

Partitioner
Partitioner::FromText(const std::string& text)
{
    PartitionSpec spec;
    std::string law = text;
    // The last one: the path of a file may have others.
    const size_t at = text.rfind('@');
    const bool isPath = text.rfind("owners:", 0) == 0;
    if (at != std::string::npos && !(isPath && !ParseCount(text.substr(at + 1))))
    {
        law = text.substr(0, at);
        spec.maxSamples = Require(ParseCount(text.substr(at + 1)), text);
        if (spec.maxSamples == 0)
        {
            throw InvalidInput(
                Describe("partition '", text, "': 0 samples per device: must be at least 1"));
        }
    }
    ReadLaw(law, text, spec);
    return Partitioner(spec);
}

const char*
Partitioner::KnownTexts()
{
    return "iid, labels[:K], dirichlet[:BETA], unequal[:SIGMA] (log-normal), shares:W,W,... (one "
           "per device) or owners:FILE (a line per training sample names whose it is, and each "
           "device has one owner's), or of equal sizes labels-equal[:K], varied[:K] (1 to K "
           "labels) or "
           "dirichlet-equal[:BETA]; behind it, @N for at most N samples per device";
}

const PartitionSpec&
Partitioner::GetSpec() const
{
    return m_spec;
}

std::vector<std::vector<uint32_t>>
Partitioner::Split(const std::vector<uint8_t>& labels, uint32_t devices, uint64_t seed) const
{
    if (devices < 1 || devices > labels.size())
    {
        throw InvalidInput(Describe("partition: ",
                                    devices,
                                    " devices: must be between 1 and ",
                                    labels.size(),
                                    ", the number of samples"));
    }
    if (m_spec.kind == PartitionSpec::Kind::SHARES && m_spec.shares.size() != devices)
    {
        throw InvalidInput(Describe("partition: ",
                                    m_spec.shares.size(),
                                    " shares: must be ",
                                    devices,
                                    ", one per device"));
    }
    RandomStream random(seed);
    Parts parts;
    switch (m_spec.kind)
    {
    case PartitionSpec::Kind::IID:
        parts = SplitByWeights(labels.size(), std::vector<double>(devices, 1.0), random);
        break;
    case PartitionSpec::Kind::LABELS:
        parts = SplitLabels(labels, devices, m_spec.labelsPerDevice, random);
        break;
    case PartitionSpec::Kind::DIRICHLET:
        parts = SplitDirichlet(labels, devices, m_spec.beta, random);
        break;
    case PartitionSpec::Kind::LOGNORMAL: {
        const auto weights = DrawWeights(devices, [&] { return m_spec.sigma * random.Normal(); });
        parts = SplitByWeights(labels.size(), weights, random);
        break;
    }
    case PartitionSpec::Kind::SHARES:
        parts = SplitByWeights(labels.size(), m_spec.shares, random);
        break;
    case PartitionSpec::Kind::LABELS_EQUAL:
    case PartitionSpec::Kind::VARIED:
        parts = SplitEqualLabels(labels, devices, m_spec, random);
        break;
    case PartitionSpec::Kind::DIRICHLET_EQUAL:
        parts = SplitEqualDirichlet(labels, devices, m_spec, random);
        break;
    case PartitionSpec::Kind::OWNERS:
        parts = SplitByOwners(m_spec.owners, labels.size(), devices, random);
        break;
    }
    FillEmptyParts(parts);
    for (auto& part : parts)
    {
        random.Shuffle(part);
        if (m_spec.maxSamples > 0 && part.size() > m_spec.maxSamples)
        {
            part.resize(m_spec.maxSamples);
        }
    }
    return parts;
}

} // namespace fl
} // namespace ns3
