/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-uploads.h"

#include "fl-joint-exponents.h"
#include "fl-joint-frequencies.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// Prices are searched in [1 / MAX_PRICE, MAX_PRICE]; at the upper end nobody takes more than must
/// be.
constexpr double MAX_PRICE = 1e300;
/// The band counts as given out when this much of it, relative, is left or too much.
constexpr double BAND_TOLERANCE = 1e-13;

/// Finds the price at which all of the band is asked for.
class BandMarket
{
  public:
    /**
     * Sets the bandwidth that each device asks for [Hz] at a price of bandwidth; falls with the
     * price.
     */
    using Ask = std::function<void(double, std::vector<double>&)>;

    /**
     * @param bandwidthHz the band [Hz]
     * @param ask the devices' demand
     * @param askedHz by device, what is asked for [Hz]; set by each call of ask
     */
    BandMarket(double bandwidthHz, const Ask& ask, std::vector<double>& askedHz)
        : m_bandwidthHz(bandwidthHz),
          m_ask(ask),
          m_askedHz(askedHz)
    {
    }

    /**
     * @param logPrice ln of the price of bandwidth
     * @return ln(what is asked for / what there is), 0 where that is rounding
     */
    double Excess(double logPrice)
    {
        m_ask(std::exp(logPrice), m_askedHz);
        const double sumHz = std::accumulate(m_askedHz.begin(), m_askedHz.end(), 0.0);
        const double excess = std::log(sumHz / m_bandwidthHz);
        // Numbers that overflow have no price; the caller sees that from what is asked for.
        if (std::isnan(excess))
        {
            return 0;
        }
        // Far from the root only the sign counts: keep it finite.
        return std::abs(excess) < BAND_TOLERANCE ? 0 : std::clamp(excess, -700.0, 700.0);
    }

    /**
     * @param guess ln of a price from which the bracket is grown
     * @return ln of a price between one at which too much, and one at which too little, is asked
     *         for
     */
    double Solve(double guess)
    {
        const double bound = std::log(MAX_PRICE);
        double low = std::clamp(guess, -bound, bound);
        double high = low;
        double atLow = Excess(low);
        double atHigh = atLow;
        for (double step = 0.5; atLow < 0 && low > -bound; step *= 2)
        {
            high = low;
            atHigh = atLow;
            low = std::max(-bound, low - step);
            atLow = Excess(low);
        }
        for (double step = 0.5; atHigh > 0 && high < bound; step *= 2)
        {
            low = high;
            atLow = atHigh;
            high = std::min(bound, high + step);
            atHigh = Excess(high);
        }
        if (!(low < high) || atLow * atHigh >= 0)
        {
            return atLow == 0 ? low : high;
        }
        return SolveBetween(low, high, atLow, atHigh);
    }

  private:
    /**
     * Find the root in a bracket (TOMS 748), and share the band between its ends.
     * @param low ln of a price at which too much is asked for
     * @param high ln of a price at which too little is asked for
     * @param atLow Excess() at low, positive
     * @param atHigh Excess() at high, negative
     * @return the upper end of what is left of the bracket
     */
    double SolveBetween(double low, double high, double atLow, double atHigh)
    {
        std::uintmax_t evaluations = 200;
        const auto bracket = boost::math::tools::toms748_solve(
            [this](double logPrice) { return Excess(logPrice); },
            low,
            high,
            atLow,
            atHigh,
            [](double a, double b) { return std::abs(a - b) <= 4e-16 * std::abs(a + b); },
            evaluations);
        Share(bracket.first, bracket.second);
        return bracket.second;
    }

    /// Give each device the same part of the way between what it asks for at two prices.
    void Share(double low, double high)
    {
        std::vector<double> atLowHz(m_askedHz.size());
        m_ask(std::exp(low), atLowHz);
        m_ask(std::exp(high), m_askedHz);
        const double sumLowHz = std::accumulate(atLowHz.begin(), atLowHz.end(), 0.0);
        const double sumHighHz = std::accumulate(m_askedHz.begin(), m_askedHz.end(), 0.0);
        if (!(sumLowHz > sumHighHz))
        {
            return;
        }
        const double part =
            std::clamp((m_bandwidthHz - sumHighHz) / (sumLowHz - sumHighHz), 0.0, 1.0);
        for (size_t i = 0; i < m_askedHz.size(); ++i)
        {
            m_askedHz[i] += part * (atLowHz[i] - m_askedHz[i]);
        }
    }

    double m_bandwidthHz;           //!< what there is [Hz]
    const Ask& m_ask;               //!< who asks
    std::vector<double>& m_askedHz; //!< what was asked for last [Hz]
};

/**
 * @param range how long the upload may take [s], and x = ln(1 + SNR) where p_min and p_max are just
 *        in time
 * @param device its transmit power's lower bound
 * @param price of bandwidth [J/Hz]
 * @return how much of the band an upload should have at a price of bandwidth [Hz]
 */
double
BandAtPrice(const UploadRange& range, const JointDevice& device, double price)
{
    const double x = ExponentAtPrice(price / (range.limitS * range.noisePerGain));
    if (x >= range.maxX)
    {
        return range.BandAt(range.maxX);
    }
    if (x > range.minX)
    {
        return range.BandAt(x);
    }
    // p_min is more than enough here: more band only ends the upload sooner.
    const double unit = range.nats * range.noisePerGain * range.noisePerGain / device.minTxPowerW;
    return std::max(range.BandAt(range.minX),
                    range.BandAtPower(device.minTxPowerW, ExponentOfEnergy(price / unit)));
}

/// @return how much of the band an upload should have at a price [Hz]
using BandDemand = double (*)(const UploadRange&, const JointDevice&, double price);

/// Give out all of the band at the price at which these demands add up to it; see SolveUploads().
bool
BuyUploads(const JointProblem& problem,
           const std::vector<double>& limitS,
           BandDemand demand,
           std::vector<JointShare>& shares)
{
    if (CountSenders(problem) == 0)
    {
        return true;
    }
    const auto ranges = UploadRanges(problem, limitS);
    if (HasHopelessUpload(problem, ranges))
    {
        return false;
    }
    std::vector<double> bandHz(shares.size());
    double price = GuessBandPrice(problem, ranges);
    const auto ask = [&](double atPrice, std::vector<double>& askedHz) {
        for (size_t i = 0; i < askedHz.size(); ++i)
        {
            const auto& device = problem.devices[i];
            askedHz[i] = device.payloadBits > 0 ? demand(ranges[i], device, atPrice) : 0;
        }
    };
    if (!GiveOutBand(problem.bandwidthHz, price, ask, bandHz))
    {
        return false;
    }
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        shares[i].bandwidthHz = bandHz[i];
        shares[i].txPowerW = device.minTxPowerW;
        if (device.payloadBits > 0)
        {
            shares[i].txPowerW =
                std::clamp(ranges[i].PowerFor(bandHz[i]), device.minTxPowerW, device.maxTxPowerW);
        }
    }
    UpdateUploadTimes(problem, shares);
    return true;
}

} // namespace

UploadRange::UploadRange(const JointProblem& problem, const JointDevice& device, double limit)
    : limitS(limit),
      nats(device.payloadBits * std::log(2.0)),
      noisePerGain(problem.noiseWPerHz / device.gain)
{
    if (limitS > 0)
    {
        minX = ExponentAtRate(device.minTxPowerW * limitS / (noisePerGain * nats));
        maxX = ExponentAtRate(device.maxTxPowerW * limitS / (noisePerGain * nats));
    }
}

double
UploadRange::BandAtPower(double powerW, double x) const
{
    return powerW / (noisePerGain * std::expm1(x));
}

double
UploadRange::PowerFor(double bandwidthHz) const
{
    return noisePerGain * bandwidthHz * std::expm1(nats / (limitS * bandwidthHz));
}

bool
GiveOutBand(double bandwidthHz,
            double& guess,
            const std::function<void(double price, std::vector<double>& askedHz)>& ask,
            std::vector<double>& askedHz)
{
    BandMarket market(bandwidthHz, ask, askedHz);
    // What devices need at any price; more than there is by rounding alone is what there is.
    const double needed = market.Excess(std::log(MAX_PRICE));
    if (needed > 10 * BAND_TOLERANCE)
    {
        return false;
    }
    if (needed < -10 * BAND_TOLERANCE)
    {
        guess = std::exp(market.Solve(guess > 0 && std::isfinite(guess) ? std::log(guess) : 0));
    }
    const double sumHz = std::accumulate(askedHz.begin(), askedHz.end(), 0.0);
    if (!(sumHz > 0) || !std::isfinite(sumHz))
    {
        return false;
    }
    for (auto& hz : askedHz)
    {
        hz *= bandwidthHz / sumHz;
    }
    return true;
}

std::vector<UploadRange>
UploadRanges(const JointProblem& problem, const std::vector<double>& limitS)
{
    std::vector<UploadRange> ranges;
    ranges.reserve(limitS.size());
    for (size_t i = 0; i < limitS.size(); ++i)
    {
        ranges.emplace_back(problem, problem.devices[i], limitS[i]);
    }
    return ranges;
}

bool
HasHopelessUpload(const JointProblem& problem, const std::vector<UploadRange>& ranges)
{
    for (size_t i = 0; i < ranges.size(); ++i)
    {
        if (problem.devices[i].payloadBits > 0 && ranges[i].maxX == 0)
        {
            return true;
        }
    }
    return false;
}

double
GuessBandPrice(const JointProblem& problem, const std::vector<UploadRange>& ranges)
{
    const double senders = static_cast<double>(CountSenders(problem));
    double sum = 0;
    for (size_t i = 0; i < ranges.size(); ++i)
    {
        const auto& range = ranges[i];
        if (problem.devices[i].payloadBits > 0)
        {
            const double x =
                std::min(range.nats * senders / (range.limitS * problem.bandwidthHz), range.maxX);
            sum += std::log(range.limitS * range.noisePerGain * PowerSlope(x));
        }
    }
    return std::exp(sum / senders);
}

std::string
UploadObstacle(const JointProblem& problem, const std::vector<double>& limitS)
{
    double neededHz = 0;
    double mostHz = 0;
    size_t most = 0;
    for (size_t i = 0; i < limitS.size(); ++i)
    {
        const auto& device = problem.devices[i];
        if (device.payloadBits == 0)
        {
            continue;
        }
        const UploadRange range(problem, device, limitS[i]);
        if (range.maxX == 0)
        {
            const double leastS = range.nats * range.noisePerGain / device.maxTxPowerW;
            return Describe("devices[",
                            i,
                            "] has ",
                            limitS[i],
                            " s for its upload; at full power, "
                            "however wide the band, it takes more than ",
                            leastS,
                            " s");
        }
        const double bandwidthHz = range.BandAt(range.maxX);
        neededHz += bandwidthHz;
        if (bandwidthHz > mostHz)
        {
            mostHz = bandwidthHz;
            most = i;
        }
    }
    return neededHz <= problem.bandwidthHz * (1 + 1e-12) ? ""
                                                         : Describe("the uploads need ",
                                                                    neededHz,
                                                                    " Hz, most of it (",
                                                                    mostHz,
                                                                    " Hz) devices[",
                                                                    most,
                                                                    "]; ",
                                                                    Named("bandwidth_hz"),
                                                                    " is ",
                                                                    problem.bandwidthHz);
}

bool
SolveUploads(const JointProblem& problem,
             const std::vector<double>& limitS,
             std::vector<JointShare>& shares)
{
    return BuyUploads(problem, limitS, BandAtPrice, shares);
}

bool
SolveFullLengthUploads(const JointProblem& problem,
                       const std::vector<double>& lengthS,
                       std::vector<JointShare>& shares)
{
    const auto band = [](const UploadRange& range, const JointDevice&, double price) {
        const double x = ExponentAtPrice(price / (range.limitS * range.noisePerGain));
        // More band than p_min needs saves nothing, if the transmission lasts as long as before.
        return range.BandAt(std::clamp(x, range.minX, range.maxX));
    };
    return BuyUploads(problem, lengthS, band, shares);
}

} // namespace fl
} // namespace ns3
