/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-replay.h"

#include "fl-agent-stream.h"

#include "ns3/fl-error.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

Replay::Replay(uint32_t capacity, uint32_t stateSize, uint32_t actionSize)
    : m_capacity(capacity),
      m_stateSize(stateSize),
      m_actionSize(actionSize)
{
}

void
Replay::Add(const Eigen::VectorXf& state,
            const Eigen::VectorXf& action,
            double reward,
            const Eigen::VectorXf& next)
{
    if (m_next >= m_rows.cols())
    {
        // Room is made as it is needed: short runs need little.
        const Eigen::Index columns = std::max<Eigen::Index>(256, 2 * m_rows.cols());
        m_rows.conservativeResize(2 * m_stateSize + m_actionSize + 1,
                                  std::min<Eigen::Index>(m_capacity, columns));
    }
    m_rows.col(m_next) << state, action, static_cast<float>(reward), next;
    m_size = std::max(m_size, m_next + 1);
    m_next = (m_next + 1) % m_capacity;
}

void
Replay::Draw(RandomStream& random, uint32_t count, ReplayBatch& batch) const
{
    batch.states.resize(m_stateSize, count);
    batch.actions.resize(m_actionSize, count);
    batch.rewards.resize(count);
    batch.next.resize(m_stateSize, count);
    for (uint32_t i = 0; i < count; ++i)
    {
        const auto row = m_rows.col(static_cast<Eigen::Index>(random.Below(m_size)));
        batch.states.col(i) = row.head(m_stateSize);
        batch.actions.col(i) = row.segment(m_stateSize, m_actionSize);
        batch.rewards[i] = row[m_stateSize + m_actionSize];
        batch.next.col(i) = row.tail(m_stateSize);
    }
}

void
Replay::Save(AgentWriter& writer) const
{
    writer.Number(m_size);
    writer.Number(m_next);
    for (uint32_t i = 0; i < m_size; ++i)
    {
        writer.Vector(m_rows.col(i));
    }
}

void
Replay::Load(AgentReader& reader)
{
    m_size = reader.Number<uint32_t>();
    m_next = reader.Number<uint32_t>();
    if (m_size > m_capacity || m_next >= m_capacity || (m_next != m_size && m_size < m_capacity))
    {
        throw InvalidInput(Describe("the replay has ",
                                    m_size,
                                    " transitions, the next at ",
                                    m_next,
                                    ": must be within ",
                                    m_capacity));
    }
    const Eigen::Index height = 2 * m_stateSize + m_actionSize + 1;
    if (static_cast<uint64_t>(m_size) * static_cast<uint64_t>(height) * sizeof(float) >
        reader.Left())
    {
        throw InvalidInput("it ends too early");
    }
    m_rows.resize(height, m_size);
    for (uint32_t i = 0; i < m_size; ++i)
    {
        reader.Vector("the replay", m_rows.col(i));
    }
}

} // namespace fl
} // namespace ns3
