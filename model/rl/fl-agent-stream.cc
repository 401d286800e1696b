/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-stream.h"

#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"

#include <utility>

namespace ns3
{
namespace fl
{

void
AgentWriter::Text(const std::string& text)
{
    Number(static_cast<uint32_t>(text.size()));
    m_bytes.insert(m_bytes.end(), text.begin(), text.end());
}

void
AgentWriter::Vector(const Eigen::VectorXf& values)
{
    Number(static_cast<uint64_t>(values.size()));
    for (const float value : values)
    {
        Number(value);
    }
}

void
AgentWriter::Step(const GradientStep& step)
{
    const auto& state = step.GetState();
    Number(state.count);
    if (state.count > 0)
    {
        Vector(state.mean);
        Vector(state.square);
    }
}

void
AgentReader::RequireGood() const
{
    if (!m_reader.IsGood())
    {
        throw InvalidInput("it ends too early");
    }
}

std::string
AgentReader::Text()
{
    const auto size = Number<uint32_t>();
    if (size > m_reader.GetLeft())
    {
        throw InvalidInput("it ends too early");
    }
    std::string text;
    for (uint32_t i = 0; i < size; ++i)
    {
        text += static_cast<char>(Number<uint8_t>());
    }
    return text;
}

void
AgentReader::Vector(const char* what, Eigen::Ref<Eigen::VectorXf> values)
{
    const auto size = Number<uint64_t>();
    if (size != static_cast<uint64_t>(values.size()))
    {
        throw InvalidInput(Describe(what, " has ", size, " numbers: must have ", values.size()));
    }
    for (float& value : values)
    {
        value = Number<float>();
    }
    if (!AllFinite(values))
    {
        throw InvalidInput(Describe(what, " has a number that is not finite"));
    }
}

void
AgentReader::Step(const char* what, Eigen::Index size, GradientStep& step)
{
    GradientStep::State state;
    state.count = Number<uint64_t>();
    if (state.count > 0)
    {
        state.mean.resize(size);
        state.square.resize(size);
        Vector(what, state.mean);
        Vector(what, state.square);
        if (!(state.square.array() >= 0).all())
        {
            throw InvalidInput(Describe(what, " has a mean square below 0"));
        }
    }
    step.SetState(std::move(state));
}

} // namespace fl
} // namespace ns3
