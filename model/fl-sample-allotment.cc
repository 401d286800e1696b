/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-sample-allotment.h"

#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-sample-codec.h"

#include <algorithm>
#include <numeric>

namespace ns3
{
namespace fl
{

double
SampleAllotment::GetSampleBits(const LearningTask& task)
{
    if (!task.model || !task.train)
    {
        return 0;
    }
    const auto dimension = static_cast<uint64_t>(task.train->Dimension());
    return 8.0 * static_cast<double>(EncodedSamplesBytes(1, dimension) -
                                     EncodedSamplesBytes(0, dimension));
}

double
SampleAllotment::GetHeaderBits()
{
    return 8.0 * static_cast<double>(EncodedSamplesBytes(0, 0));
}

void
SampleAllotment::Draw(const LearningTask& task, const Plan& plan)
{
    uint64_t wanted = 0;
    uint32_t round = 0;
    for (const auto& order : plan.orders)
    {
        wanted += order.samplesSent ? order.samples : 0;
        round = order.round;
    }
    m_shuffled.clear();
    m_next = 0;
    if (wanted == 0)
    {
        return;
    }
    const uint64_t most = task.train ? static_cast<uint64_t>(task.train->Size()) : 0;
    if (wanted > most)
    {
        throw InvalidInput(Describe("the plan of round ",
                                    round,
                                    " sends ",
                                    wanted,
                                    " samples: must not exceed the server's ",
                                    most));
    }
    m_shuffled.resize(most);
    std::iota(m_shuffled.begin(), m_shuffled.end(), 0);
    // Not the stream of anything else that the task's seed decides.
    RandomStream random(RandomStream(task.seed, 0x5A4D504C).Next(), round);
    random.Shuffle(m_shuffled, wanted);
}

std::shared_ptr<const Payload>
SampleAllotment::Take(const LearningTask& task, const WorkOrder& order)
{
    if (!order.samplesSent || order.samples == 0)
    {
        return nullptr;
    }
    const auto begin = m_shuffled.begin() + static_cast<std::ptrdiff_t>(m_next);
    m_next += order.samples;
    const std::vector<uint32_t> mine(begin, begin + order.samples);
    return std::make_shared<const Payload>(EncodeSamples(*task.train, mine));
}

void
SampleAllotment::Separate(WorkRecord& work, double sampleBits)
{
    auto& phases = work.order.phases;
    const auto found = std::find_if(phases.begin(), phases.end(), [](const Phase& phase) {
        const auto* transfer = std::get_if<Transfer>(&phase);
        return transfer && transfer->direction == Direction::DOWNLINK;
    });
    const double bits = work.order.samplesSent ? work.order.samples * sampleBits : 0;
    if (found == phases.end() || !(bits > 0) || bits >= std::get<Transfer>(*found).payloadBits)
    {
        return;
    }
    auto& model = std::get<Transfer>(*found);
    Transfer samples = model;
    samples.kind = PayloadKind::SAMPLES;
    samples.payloadBits = bits;
    const double part = bits / model.payloadBits;
    model.payloadBits -= bits;
    const auto index = found - phases.begin();
    const auto at = static_cast<size_t>(index);
    phases.insert(found, samples);
    auto& predicted = work.predicted.phases;
    if (at < predicted.size())
    {
        auto& rest = predicted[at];
        const PhaseTimes first{rest.startS, rest.startS + part * (rest.endS - rest.startS)};
        rest.startS = first.endS;
        predicted.insert(predicted.begin() + index, first);
    }
    auto& measured = work.measured.phases;
    if (at < measured.size())
    {
        measured.insert(measured.begin() + index, {work.measured.startS, ABSENT});
    }
}

} // namespace fl
} // namespace ns3
