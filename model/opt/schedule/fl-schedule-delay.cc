/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-delay.h"

#include "ns3/fl-lanes.h"
#include "ns3/fl-predictor.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

const double LN2 = std::log(2.0); //!< ln 2

/// Below this exponent, series; above, closed forms lose no more than a few rounding errors.
constexpr double SERIES_BELOW = 0.5;

/// Newton's steps: from the starts used here a dozen is enough.
constexpr int MAX_STEPS = 100;

/// ln((e^x - 1) / x) with two derivatives; all are positive, and the first is below 1.
struct LogPhi
{
    Lanes value;  //!< x/2 + ln(sinh(x/2) / (x/2))
    Lanes first;  //!< 1 / (1 - e^-x) - 1/x
    Lanes second; //!< 1/x^2 - e^x / (e^x - 1)^2

    /// @param x positive, at most 700
    explicit LogPhi(const Lanes& x)
    {
        const Lanes exp = x.exp();
        const Lanes less = exp - 1;
        // What is in here is not used where x is small, but must not be NaN.
        const Lanes inverse = 1 / x.max(1e-100);
        // Of ln(sinh z / z) in z = x/2, and its derivatives: below 0.5 the next term is 1e-16.
        const Lanes s = x * x;
        const Lanes series =
            s * (1.0 / 24 -
                 s * (1.0 / 2880 -
                      s * (1.0 / 181440 - s * (1.0 / 9676800 - s * (1.0 / 479001600 -
                                                                    s * 691.0 / 15692092416000)))));
        const Lanes slope =
            x * (1.0 / 12 -
                 s * (1.0 / 720 - s * (1.0 / 30240 - s * (1.0 / 1209600 - s * (1.0 / 47900160)))));
        const Lanes bend = 1.0 / 12 - s * (1.0 / 240 - s * (1.0 / 6048 - s / 172800));
        const Lanes limit = Lanes::Constant(SERIES_BELOW);
        value = SelectLess(x, limit, 0.5 * x + series, (less * inverse).log());
        first = SelectLess(x, limit, 0.5 + slope, exp / less - inverse);
        second = SelectLess(x, limit, bend, inverse * inverse - exp / (less * less));
    }
};

/**
 * Solve (e^x - 1)/x = 1 + e: Halley's method on the logarithm of both sides, from a start that is
 * off by some per cent, so that two steps are enough.
 * @param excess e, positive
 * @return x
 */
Lanes
ExponentAtExcess(const Lanes& excess)
{
    const Lanes goal = excess.log1p();
    // ln phi = x/2 + x^2/24 - ...; far out x = goal + ln x.
    const Lanes near = 24 * goal / (6 + (36 + 24 * goal).sqrt());
    const Lanes far = goal + (goal + (goal + 1.2).log()).log();
    Lanes x = SelectLess(goal, Lanes::Constant(2), near, far);
    for (int step = 0; step < 2; ++step)
    {
        const LogPhi phi(x);
        const Lanes miss = phi.value - goal;
        x -= miss / (phi.first - 0.5 * miss * phi.second / phi.first);
    }
    return x;
}

/// A sum with its rounding errors (A. Neumaier, 1974), of positive numbers.
class ExactSum
{
  public:
    /// @param value a positive summand
    void Add(double value)
    {
        const double sum = m_sum + value;
        m_lost += m_sum >= value ? (m_sum - sum) + value : (value - sum) + m_sum;
        m_sum = sum;
    }

    /// @return the sum, corrected
    double Get() const
    {
        return m_sum + m_lost;
    }

  private:
    double m_sum{0};  //!< as added in floating point
    double m_lost{0}; //!< what rounding took off it
};

/**
 * @param gainOverNoiseHz by device, received SNR times bandwidth [Hz]
 * @param referenceHz that of the weakest device [Hz]
 * @param bandwidthHz the band [Hz]
 * @return a lower bound on the excess of a set's smallest delay, for Newton's method to start from
 */
double
StartExcess(const std::vector<double>& gainOverNoiseHz, double referenceHz, double bandwidthHz)
{
    // The weakest device does not do better with all of the band.
    const double alone = ExcessAlone(referenceHz, bandwidthHz);
    // r(B, s) is concave and homogeneous: the sum of the rates is at most the rate of the sums.
    const double sumHz = std::accumulate(gainOverNoiseHz.begin(), gainOverNoiseHz.end(), 0.0);
    const double together = static_cast<double>(gainOverNoiseHz.size()) * referenceHz /
                                (bandwidthHz * std::log1p(sumHz / bandwidthHz)) * (1 - 1e-12) -
                            1;
    return std::max(alone, together);
}

} // namespace

double
ExcessAlone(double gainOverNoiseHz, double bandwidthHz)
{
    const double x = std::log1p(gainOverNoiseHz / bandwidthHz);
    if (x > SERIES_BELOW)
    {
        return std::expm1(x) / x - 1;
    }
    // sum over k >= 1 of x^k / (k + 1)!; at x = 0.5 the 14th term is below 1e-16 of the sum.
    double term = 1;
    double sum = 0;
    for (int k = 1; k <= 14; ++k)
    {
        term *= x / (k + 1);
        sum += term;
    }
    return sum;
}

double
TangentExcess(const RelativeDelay& delay, double sumHz, double fallHz, double bandwidthHz)
{
    const double step = std::log(sumHz / bandwidthHz) * (sumHz / fallHz);
    return delay.excess + (1 + delay.excess) * std::expm1(step);
}

size_t
BandwidthNeeds::Set(const std::vector<double>& gainOverNoiseHz,
                    size_t count,
                    const RelativeDelay& delay)
{
    const size_t padded = (count + LANES - 1) / LANES * LANES;
    bandwidthHz.resize(padded);
    fallHz.resize(padded);
    const double perNatHz = delay.referenceHz / (1 + delay.excess);
    for (size_t begin = 0; begin < count; begin += LANES)
    {
        Lanes excess;
        size_t within = 0;
        for (int lane = 0; lane < LANES; ++lane)
        {
            const size_t k = std::min(begin + lane, count - 1);
            const double gain = gainOverNoiseHz[k];
            // (gain / reference) (1 + excess) - 1
            excess[lane] = (gain - delay.referenceHz) / delay.referenceHz +
                           gain / delay.referenceHz * delay.excess;
            const bool inReach = excess[lane] > 0;
            within += inReach ? 1 : 0;
            excess[lane] = inReach ? excess[lane] : 1;
        }
        const Lanes x = ExponentAtExcess(excess);
        const Lanes needHz = perNatHz / x;
        // -dlnB/dlnD = 1 + 1/m, m = d ln(phi)/d ln x
        const Lanes fall = needHz * (1 + 1 / (x * LogPhi(x).first));
        for (int lane = 0; lane < LANES; ++lane)
        {
            bandwidthHz[begin + lane] = needHz[lane];
            fallHz[begin + lane] = fall[lane];
        }
        if (within < static_cast<size_t>(LANES))
        {
            return std::min(begin + within, count);
        }
    }
    return count;
}

CommonDelay
SmallestDelay(const std::vector<double>& gainOverNoiseHz, double bandwidthHz, double payloadBits)
{
    CommonDelay common;
    if (gainOverNoiseHz.empty())
    {
        return common;
    }
    const size_t count = gainOverNoiseHz.size();
    RelativeDelay delay;
    delay.referenceHz = *std::min_element(gainOverNoiseHz.begin(), gainOverNoiseHz.end());
    delay.excess = StartExcess(gainOverNoiseHz, delay.referenceHz, bandwidthHz);
    BandwidthNeeds needs;
    double sumHz = 0;
    for (bool done = false; !done && common.sweeps < MAX_STEPS;)
    {
        needs.Set(gainOverNoiseHz, count, delay);
        ++common.sweeps;
        ExactSum sum;
        ExactSum fall;
        for (size_t k = 0; k < count; ++k)
        {
            sum.Add(needs.bandwidthHz[k]);
            fall.Add(needs.fallHz[k]);
        }
        sumHz = sum.Get();
        const double next = TangentExcess(delay, sumHz, fall.Get(), bandwidthHz);
        // From the left each step goes up, until rounding is all that moves it.
        done = std::abs(sumHz / bandwidthHz - 1) <= 4e-16 || !(next > delay.excess * (1 + 1e-15));
        if (!done)
        {
            delay.excess = next;
        }
    }
    common.bandwidthHz = std::move(needs.bandwidthHz);
    common.bandwidthHz.resize(count);
    for (size_t k = 0; k < count; ++k)
    {
        common.bandwidthHz[k] *= bandwidthHz / sumHz;
        const double rateBps = ShannonRateBps(common.bandwidthHz[k], 1, gainOverNoiseHz[k], 1);
        common.delayS = std::max(common.delayS, payloadBits / rateBps);
    }
    return common;
}

} // namespace fl
} // namespace ns3
