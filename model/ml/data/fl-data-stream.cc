/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-data-stream.h"

#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain unless a rate is within limits, which bound the work that a second takes.
void
RequireRate(const char* name, double perS)
{
    constexpr double MAX_PER_S = 1e6;
    if (!(perS >= 0 && perS <= MAX_PER_S))
    {
        throw InvalidInput(Describe("data stream: ",
                                    name,
                                    " ",
                                    perS,
                                    " samples/s: must be between 0 and ",
                                    MAX_PER_S));
    }
}

} // namespace

void
DataStreamOptions::Validate(uint32_t poolSize) const
{
    if (initialSamples > poolSize)
    {
        throw InvalidInput(Describe("data stream: ",
                                    initialSamples,
                                    " samples at first: must be at most ",
                                    poolSize,
                                    ", the device's in all"));
    }
    RequireRate("adds while idle", idle.addPerS);
    RequireRate("discards while idle", idle.discardPerS);
    RequireRate("adds while computing", computing.addPerS);
    RequireRate("discards while computing", computing.discardPerS);
}

double
DataStream::Turn::WaitS(double perS) const
{
    // A rounding may have brought it past the end.
    return perS > 0 ? std::max(0.0, 1 - done) / perS : std::numeric_limits<double>::infinity();
}

DataStream::DataStream(std::vector<uint32_t> pool, const DataStreamOptions& options)
    : m_pool(std::move(pool)),
      m_options(options),
      m_size(options.initialSamples)
{
    m_options.Validate(static_cast<uint32_t>(m_pool.size()));
    RandomStream random(options.seed);
    random.Shuffle(m_pool);
}

void
DataStream::Advance(double nowS, bool isComputing)
{
    if (!(nowS >= m_nowS && nowS < std::numeric_limits<double>::infinity()))
    {
        throw InvalidInput(Describe("data stream: time ",
                                    nowS,
                                    " s: must be finite and not before ",
                                    m_nowS,
                                    " s"));
    }
    const DataRates& rates = isComputing ? m_options.computing : m_options.idle;
    double leftS = nowS - m_nowS;
    m_nowS = nowS;
    while (true)
    {
        const double addS = m_adding.WaitS(rates.addPerS);
        const double discardS = m_discarding.WaitS(rates.discardPerS);
        const double stepS = std::min({leftS, addS, discardS});
        m_adding.done += rates.addPerS * stepS;
        m_discarding.done += rates.discardPerS * stepS;
        leftS -= stepS;
        if (addS <= stepS)
        {
            m_adding.done = 0;
            Add();
        }
        else if (discardS <= stepS)
        {
            m_discarding.done = 0;
            Discard();
        }
        else
        {
            return;
        }
    }
}

double
DataStream::GetNowS() const
{
    return m_nowS;
}

uint32_t
DataStream::GetSize() const
{
    return m_size;
}

std::vector<uint32_t>
DataStream::Samples() const
{
    std::vector<uint32_t> samples(m_size);
    for (uint32_t i = 0; i < m_size; i++)
    {
        samples[i] = m_pool[(m_first + i) % m_pool.size()];
    }
    return samples;
}

uint64_t
DataStream::GetAdded() const
{
    return m_added;
}

uint64_t
DataStream::GetDiscarded() const
{
    return m_discarded;
}

void
DataStream::Add()
{
    if (m_size < m_pool.size())
    {
        m_size++;
        m_added++;
    }
}

void
DataStream::Discard()
{
    if (m_size > 0)
    {
        m_first = (m_first + 1) % m_pool.size();
        m_size--;
        m_discarded++;
    }
}

} // namespace fl
} // namespace ns3
