/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-problem.h"

#include "ns3/fl-error.h"
#include "ns3/fl-thread-pool.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

const double MIN_U = std::log(1e-30); //!< x = ln(1 + SNR) is searched from here, as u = ln x
const double MAX_U = std::log(500.0); //!< x = ln(1 + SNR) is searched up to here, as u = ln x

/// e^x, (e^x - 1) / x and its derivative; without cancellation.
struct ExpTerms
{
    /// @param x positive; ln(1 + SNR)
    explicit ExpTerms(double x)
        : exp(std::exp(x)),
          phi1(std::expm1(x) / x)
    {
        // ((x - 1) e^x + 1) / x^2 = sum_k (k + 1) x^k / (k + 2)!; above 0.5 nothing cancels badly.
        slope = (x * exp - std::expm1(x)) / (x * x);
        if (x < 0.5)
        {
            double term = 0.5;
            slope = term;
            for (int k = 1; k < 18; ++k)
            {
                term *= x / (k + 2);
                slope += (k + 1) * term;
            }
        }
    }

    double exp;   //!< e^x
    double phi1;  //!< (e^x - 1) / x
    double slope; //!< dphi1/dx
};

/**
 * @param function increasing in u = ln x, with its derivative: (u) -> {value, slope}
 * @return its root, or the end of the range that is nearer
 */
template <typename Function>
double
Root(const Function& function)
{
    double low = MIN_U;
    double high = MAX_U;
    double u = 0;
    for (int step = 0; step < 200; ++step)
    {
        const auto [value, slope] = function(u);
        (value < 0 ? low : high) = u;
        double next = u - value / slope;
        if (!(next > low && next < high))
        {
            next = 0.5 * (low + high);
        }
        if (std::abs(next - u) < 1e-11)
        {
            return next;
        }
        u = next;
    }
    return u;
}

/// What an upload costs at least, at given prices: see JointLowerBound().
class UploadCost
{
  public:
    /**
     * The upload's part of the Lagrangian, as a function of power and bandwidth.
     * @param device its payload [bit], above 0, gain and power range [W]; must outlive this object
     * @param noiseWPerHz noise density N0 [W/Hz]
     * @param w1 weight of energy
     * @param lambda price of bandwidth, not negative
     * @param mu the device's price of time, not negative
     */
    UploadCost(const JointDevice& device, double noiseWPerHz, double w1, double lambda, double mu)
        : m_device(device),
          m_a(device.payloadBits * std::log(2.0)),
          m_s(device.gain / noiseWPerHz),
          m_w1(w1),
          m_lambda(lambda),
          m_mu(mu)
    {
    }

    /// @return the least cost over bandwidth and power
    double Minimum() const
    {
        if (m_lambda == 0 || m_device.maxTxPowerW == m_device.minTxPowerW || m_w1 == 0 || m_mu == 0)
        {
            // The cost is monotone in power.
            return AtPower(m_mu > 0 && (m_w1 == 0 || m_lambda == 0) ? m_device.maxTxPowerW
                                                                    : m_device.minTxPowerW);
        }
        // Inside: t = lambda s / (w1 y) and mu = w1 B y / s, with t B = a / x, y = x^2 slope.
        const double level =
            std::log(m_lambda) + std::log(m_mu) + 2 * std::log(m_s / m_w1) - std::log(m_a);
        const double u = Root([level](double point) {
            const double x = std::exp(point);
            const ExpTerms f(x);
            return std::pair(3 * point + 2 * std::log(f.slope) - level, 2 * f.exp / f.slope - 1);
        });
        const double x = std::exp(u);
        const ExpTerms f(x);
        const double t = m_lambda * m_s / (m_w1 * x * x * f.slope);
        const double p = m_a * f.phi1 / (m_s * t);
        if (p > m_device.maxTxPowerW || p < m_device.minTxPowerW)
        {
            // The problem is convex in (t, B): the constraint that is broken is active.
            return AtPower(std::clamp(p, m_device.minTxPowerW, m_device.maxTxPowerW));
        }
        return (m_w1 * p + m_mu) * t + m_lambda * m_a / (t * x);
    }

  private:
    /**
     * @param p transmit power [W], not negative
     * @return the least cost over bandwidth at a power
     */
    double AtPower(double p) const
    {
        const double limit = m_a / m_s;
        if (p == 0)
        {
            // Approached by ever lower power, if time costs nothing.
            return m_mu > 0 ? std::numeric_limits<double>::infinity() : m_w1 * limit;
        }
        const double perS = m_w1 + m_mu / p;
        if (m_lambda == 0 || perS == 0)
        {
            return perS * limit;
        }
        // (w1 p + mu) dt/dx = -lambda dB/dx, t = (a / q) phi1, B = q / (x phi1).
        const double q = p * m_s;
        const double level =
            std::log(perS * p) + std::log(m_a) - std::log(m_lambda) - 2 * std::log(q);
        const double u = Root([level](double point) {
            const double x = std::exp(point);
            const ExpTerms f(x);
            return std::pair(level + 2 * point + 2 * std::log(f.phi1) + std::log(f.slope) - x,
                             2 * f.exp / f.phi1 + f.exp / f.slope - 2 - x);
        });
        const double x = std::exp(u);
        const ExpTerms f(x);
        return perS * limit * f.phi1 + m_lambda * q / (x * f.phi1);
    }

    const JointDevice& m_device; //!< the device
    double m_a;                  //!< payload [nat]
    double m_s;                  //!< g / N0 [Hz/W]
    double m_w1;                 //!< weight of energy
    double m_lambda;             //!< price of bandwidth
    double m_mu;                 //!< price of time
};

/**
 * @param device cycles C, capacitance kappa and the range of its CPU frequency f
 * @param w1 weight of energy
 * @param mu the device's price of time, not negative
 * @return min over f of w1 kappa C f^2 + mu C / f
 */
double
ComputeCost(const JointDevice& device, double w1, double mu)
{
    const double kappa = w1 * device.capacitance;
    double f = kappa > 0 ? std::cbrt(mu / (2 * kappa)) : device.maxCpuHz;
    f = std::clamp(f, device.minCpuHz, device.maxCpuHz);
    return kappa * device.cycles * f * f + (mu > 0 ? mu * device.cycles / f : 0);
}

/**
 * @param problem a valid problem
 * @param prices lambda, and mu by device
 * @param index of the device
 * @return the least cost of one device at given prices
 */
double
DeviceCost(const JointProblem& problem, const JointPrices& prices, size_t index)
{
    const auto& device = problem.devices[index];
    const double w1 = problem.weightEnergy;
    const double mu = prices.mu[index];
    const double cost = ComputeCost(device, w1, mu);
    if (device.payloadBits == 0)
    {
        return cost;
    }
    return cost + UploadCost(device, problem.noiseWPerHz, w1, prices.lambda, mu).Minimum();
}

/// How many devices a thread takes at a time.
constexpr size_t DEVICES_PER_JOB = 2048;

} // namespace

double
NeededBandwidthHz(const JointDevice& device, double noiseWPerHz, double uploadS)
{
    if (device.payloadBits == 0)
    {
        return uploadS >= 0 ? 0 : std::numeric_limits<double>::infinity();
    }
    // t = (a / q) phi1(x): the time in excess of the wideband limit decides x.
    const double q = device.maxTxPowerW * device.gain / noiseWPerHz;
    const double level = uploadS * q / (device.payloadBits * std::log(2.0));
    if (!(level > 1))
    {
        return std::numeric_limits<double>::infinity();
    }
    const double target = std::log(level);
    const double u = Root([target](double point) {
        const double x = std::exp(point);
        const ExpTerms f(x);
        return std::pair(std::log(f.phi1) - target, x * f.slope / f.phi1);
    });
    return q / std::expm1(std::exp(u));
}

JointPrices
NormalizePrices(const JointProblem& problem, JointPrices prices)
{
    if (problem.roundDeadlineS)
    {
        return prices;
    }
    const double sum = std::accumulate(prices.mu.begin(), prices.mu.end(), 0.0);
    for (auto& mu : prices.mu)
    {
        mu *= sum > 0 ? problem.weightTime / sum : 0;
    }
    return prices;
}

double
JointLowerBound(const JointProblem& problem, const JointPrices& given, ThreadPool* pool)
{
    if (given.mu.size() != problem.devices.size())
    {
        throw InvalidInput(Describe("mu: has ",
                                    given.mu.size(),
                                    " entries: must have one per device, ",
                                    problem.devices.size()));
    }
    const auto prices = NormalizePrices(problem, given);
    const size_t count = problem.devices.size();
    const size_t parts = (count + DEVICES_PER_JOB - 1) / DEVICES_PER_JOB;
    std::vector<double> costs(parts);
    const auto job = [&](size_t part) {
        const size_t end = std::min(count, (part + 1) * DEVICES_PER_JOB);
        for (size_t i = part * DEVICES_PER_JOB; i < end; ++i)
        {
            costs[part] += DeviceCost(problem, prices, i);
        }
    };
    if (pool)
    {
        pool->ParallelFor(parts, job);
    }
    else
    {
        for (size_t part = 0; part < parts; ++part)
        {
            job(part);
        }
    }
    double bound = std::accumulate(costs.begin(), costs.end(), 0.0);
    const double sum = std::accumulate(prices.mu.begin(), prices.mu.end(), 0.0);
    bound -= prices.lambda * problem.bandwidthHz;
    if (problem.roundDeadlineS)
    {
        bound += (problem.weightTime - sum) * *problem.roundDeadlineS;
    }
    return problem.rounds * bound;
}

} // namespace fl
} // namespace ns3
