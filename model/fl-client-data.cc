/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-client-data.h"

#include <utility>

namespace ns3
{
namespace fl
{

ClientData::ClientData(std::vector<uint32_t> samples)
    : m_samples(std::move(samples))
{
}

ClientData::Moving::Moving(std::vector<uint32_t> samples, const DataStreamOptions& options)
    : stream(std::move(samples), options),
      atEnd(stream.Samples())
{
}

void
ClientData::SetStream(const DataStreamOptions& options)
{
    m_moving = std::make_unique<Moving>(m_samples, options);
    m_samples.clear();
}

bool
ClientData::IsMoving() const
{
    return m_moving != nullptr;
}

void
ClientData::Advance(double nowS, bool isComputing)
{
    if (m_moving)
    {
        m_moving->stream.Advance(nowS, isComputing);
    }
}

uint32_t
ClientData::GetSize() const
{
    return m_moving ? m_moving->stream.GetSize() : static_cast<uint32_t>(m_samples.size());
}

const std::vector<uint32_t>&
ClientData::BeginCompute()
{
    if (!m_moving)
    {
        return m_samples;
    }
    const double nowS = m_moving->stream.GetNowS();
    auto change = std::make_shared<DataChange>();
    change->computing = {std::move(m_samples), m_moving->endS - m_moving->beginS};
    change->idle = {std::move(m_moving->atEnd), nowS - m_moving->endS};
    m_samples = m_moving->stream.Samples();
    change->now = m_samples;
    m_moving->change = std::move(change);
    m_moving->beginS = nowS;
    EndCompute(); // until it is known when: a computation without cycles takes no time
    return m_samples;
}

void
ClientData::EndCompute()
{
    if (m_moving)
    {
        m_moving->endS = m_moving->stream.GetNowS();
        m_moving->atEnd = m_moving->stream.Samples();
    }
}

std::shared_ptr<const DataChange>
ClientData::GetChange() const
{
    return m_moving ? m_moving->change : nullptr;
}

void
ClientData::AddDrift(const DataDrift& drift)
{
    if (m_moving)
    {
        m_moving->drift.Add(drift);
    }
}

const DataDrift&
ClientData::GetDrift() const
{
    static const DataDrift NONE;
    return m_moving ? m_moving->drift : NONE;
}

} // namespace fl
} // namespace ns3
