/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fading-rate-model.h"

#include "fl-transfer-grants.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <boost/math/special_functions/bessel.hpp>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// @return exp(-x) I0(x), the exponentially scaled modified Bessel function of order 0
/// @param x at least 0
double
ScaledBesselI0(double x)
{
    constexpr double LARGE = 500;
    if (x < LARGE)
    {
        return boost::math::cyl_bessel_i(0, x) * std::exp(-x);
    }
    // Abramowitz and Stegun, 9.7.1; the next term is below 3e-7 of it.
    constexpr double TWO_PI = 6.283185307179586476925286766559;
    return (1 + 1 / (8 * x)) / std::sqrt(TWO_PI * x);
}

} // namespace

FadingMean::FadingMean(double kFactor)
{
    if (!std::isfinite(kFactor) || kFactor < 0)
    {
        throw InvalidInput(Describe("K factor = ", kFactor, ": must be finite and at least 0"));
    }
    // (1 + K) g is the square of a + n, a^2 = K and n complex normal of variance 1: within 6 of a
    // but for exp(-36). At the lower end e^-22 of the probability is left out.
    constexpr double WIDTH = 6;
    constexpr double LOWEST = 1.67e-5;
    constexpr uint32_t NODES = 128;
    const double a = std::sqrt(kFactor);
    const double from = 2 * std::log(std::max(a - WIDTH, LOWEST));
    const double step = (2 * std::log(a + WIDTH) - from) / (NODES - 1);
    double sum = 0;
    for (uint32_t i = 0; i < NODES; ++i)
    {
        const double u = from + i * step; // ln((1 + K) g)
        const double power = std::exp(u);
        const double root = std::sqrt(power);
        const double weight = std::exp(u - (root - a) * (root - a)) * ScaledBesselI0(2 * a * root);
        m_nodes.push_back({power / (1 + kFactor), weight});
        sum += weight;
    }
    for (auto& node : m_nodes)
    {
        node.weight /= sum;
    }
}

FadingRateModel::FadingRateModel(const SystemState& state, Plan plan, Factory make)
    : m_state(state),
      m_plan(std::move(plan)),
      m_make(std::move(make)),
      m_present(m_make(m_state))
{
}

const RateModel&
FadingRateModel::GetInner() const
{
    return *m_present;
}

TransferTime
FadingRateModel::Transfer(const SystemState& state,
                          DeviceId device,
                          const Grant& grant,
                          double payloadBits) const
{
    return m_present->Transfer(state, device, grant, payloadBits);
}

TransferTime
FadingRateModel::TransferAt(const SystemState& state,
                            DeviceId device,
                            const Grant& grant,
                            double payloadBits,
                            double startS) const
{
    const TransferTime now = m_present->TransferAt(state, device, grant, payloadBits, startS);
    // No part of the present block is left if it begins after its end, or at an unknown time (NaN).
    const double endS = m_state.fading.blockEndS;
    const double knownS = startS < endS ? endS - startS : 0;
    if (now.seconds <= knownS)
    {
        return now;
    }
    const FollowingBlocks& following = GetFollowing();
    const TransferTime mean =
        following.model->TransferAt(following.state, device, grant, payloadBits, startS);
    const double ratio = following.rateRatio[static_cast<size_t>(grant.direction)].at(device);
    // The fraction of the payload left at the end of the present block.
    const double done = knownS / now.seconds;
    const double rest = (1 - done) * ratio;
    TransferTime time;
    time.seconds = knownS + rest * mean.seconds;
    // Nothing is radiated in a block in which the rate is 0.
    time.airtimeS = (done > 0 ? done * now.airtimeS : 0) + rest * mean.airtimeS;
    time.controlJ = (done > 0 ? done * now.controlJ : 0) + rest * mean.controlJ;
    return time;
}

const FadingRateModel::FollowingBlocks&
FadingRateModel::GetFollowing() const
{
    if (m_following)
    {
        return *m_following;
    }
    auto following = std::make_unique<FollowingBlocks>();
    following->state = m_state;
    for (auto& ratio : following->rateRatio)
    {
        ratio.assign(m_state.profiles.size(), 1);
    }
    const FadingMean mean(m_state.fading.kFactor);
    const TransferGrants grants(m_state, m_plan);
    std::vector<bool> isDone[2]; // by direction and device
    for (auto& done : isDone)
    {
        done.assign(m_state.profiles.size(), false);
    }
    for (const auto& order : m_plan.orders)
    {
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<fl::Transfer>(&phase);
            const Grant* grant = transfer ? grants.Find(order.device, *transfer) : nullptr;
            if (!grant)
            {
                continue;
            }
            auto& done = isDone[static_cast<size_t>(grant->direction)];
            if (!done[order.device])
            {
                done[order.device] = true;
                SetMeanGain(order.device, *grant, mean, *following);
            }
        }
    }
    following->model = m_make(following->state);
    m_following = std::move(following);
    return *m_following;
}

void
FadingRateModel::SetMeanGain(DeviceId device,
                             const Grant& grant,
                             const FadingMean& mean,
                             FollowingBlocks& following) const
{
    const double unfaded = m_state.meanGains(device, grant.cell, grant.direction);
    const auto rateBps = [&](double fade) {
        return m_present->RateAtGainBps(m_state, device, grant, unfaded * fade);
    };
    const double meanBps = mean(rateBps);
    // As rates do not fall with the gain: bisection for the least gain at which the mean is
    // reached, to a relative accuracy of 1e-9.
    double low = std::log(mean.GetNodes().front().gain);
    double high = std::log(mean.GetNodes().back().gain);
    while (high - low > 1e-9)
    {
        const double middle = (low + high) / 2;
        (rateBps(std::exp(middle)) >= meanBps ? high : low) = middle;
    }
    following.state.gains.At(device, grant.cell, grant.direction) = unfaded * std::exp(high);
    if (meanBps > 0)
    {
        following.rateRatio[static_cast<size_t>(grant.direction)][device] =
            rateBps(std::exp(high)) / meanBps;
    }
}

} // namespace fl
} // namespace ns3
