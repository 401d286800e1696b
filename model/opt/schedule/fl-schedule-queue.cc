/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-queue.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

const char*
ToString(QueueUpdate update)
{
    return update == QueueUpdate::PLAIN ? "18a" : "algorithm1";
}

QueueUpdate
QueueUpdateFromText(const std::string& name)
{
    for (const auto update : {QueueUpdate::PLAIN, QueueUpdate::WEIGHTED})
    {
        if (name == ToString(update))
        {
            return update;
        }
    }
    throw InvalidInput(Describe("QueueUpdate = '", name, "': must be one of 18a, algorithm1"));
}

void
DelayQueueOptions::Validate() const
{
    if (!(limitS > 0) || !std::isfinite(limitS))
    {
        throw InvalidInput(Describe("delay limit = ", limitS, ": must be positive"));
    }
    if (!(zeta > 0) || !std::isfinite(zeta))
    {
        throw InvalidInput(Describe("zeta = ", zeta, ": must be positive"));
    }
    if (!(zetaDecay >= 0) || !(zetaDecay < 1))
    {
        throw InvalidInput(
            Describe("zeta's decay = ", zetaDecay, ": must be at least 0 and below 1"));
    }
}

DelayQueue::DelayQueue(const DelayQueueOptions& options)
    : m_options(options)
{
    options.Validate();
}

double
DelayQueue::Get() const
{
    return m_queue;
}

uint64_t
DelayQueue::GetRound() const
{
    return m_round;
}

double
DelayQueue::Zeta() const
{
    return m_options.zeta * std::pow(static_cast<double>(m_round), -m_options.zetaDecay);
}

double
DelayQueue::Weight() const
{
    return Zeta() * m_queue / m_options.limitS;
}

void
DelayQueue::Update(double delayS)
{
    const double factor = m_options.update == QueueUpdate::WEIGHTED ? Zeta() : 1;
    m_queue = std::max(0.0, m_queue + factor * (delayS / m_options.limitS - 1));
    ++m_round;
}

} // namespace fl
} // namespace ns3
