/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-dual.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Digits where doubles lack them.
using Real = long double;

constexpr Real ENDLESS = std::numeric_limits<Real>::infinity(); //!< no time is enough
/// Logarithms are equal this close: rounding is all that is left.
constexpr Real CLOSE = std::max(1e-17L, 100 * std::numeric_limits<Real>::epsilon());
constexpr Real MIN_U = -230;       //!< x = ln(1 + SNR) is searched from here, as u = ln x
constexpr Real MAX_U = 8;          //!< x = ln(1 + SNR) is searched up to here, as u = ln x
constexpr Real FARTHEST = 2000;    //!< no logarithm of a price or a time is beyond
constexpr Real BEYOND = 5;         //!< prices of time are searched up to e to this above w2
constexpr Real NEGLIGIBLE = 200;   //!< e to this below that they are none
constexpr Real FIRST_STEP = 0.01L; //!< where nothing is known of how far off a root is
constexpr int MAX_STEPS = 300;     //!< of a bracketed search

/// (e^x - 1) / x less 1, and its derivative; without cancellation.
struct Phi
{
    /// @param x positive; ln(1 + SNR)
    explicit Phi(Real x)
    {
        if (x > 0.5L)
        {
            excess = std::expm1(x) / x - 1;
            slope = (x * std::exp(x) - std::expm1(x)) / (x * x);
            return;
        }
        Real term = 0.5L;
        slope = term;
        excess = term * x;
        for (int k = 1; k < 20; ++k)
        {
            term *= x / (k + 2);
            slope += (k + 1) * term;
            excess += term * x;
        }
    }

    Real excess; //!< (e^x - 1) / x - 1
    Real slope;  //!< its derivative
};

/**
 * @param function increasing in u = ln x, with its derivative: (u) -> {value, slope}
 * @param u where to begin; the root, or the end of the range that is nearer
 */
template <typename Function>
void
FindRoot(const Function& function, Real& u)
{
    Real low = MIN_U;
    Real high = MAX_U;
    for (int step = 0; step < MAX_STEPS; ++step)
    {
        const auto [value, slope] = function(u);
        (value < 0 ? low : high) = u;
        Real next = u - value / slope;
        if (!(next > low && next < high))
        {
            next = 0.5L * (low + high);
        }
        const bool done = std::abs(next - u) < 0.1L * CLOSE * std::max(Real(1), std::abs(u));
        u = next;
        if (done)
        {
            return;
        }
    }
}

/**
 * @param value that must vanish
 * @return the same, or 0 where rounding is all that is left
 */
Real
Rounded(Real value)
{
    return std::abs(value) < CLOSE ? 0 : value;
}

/// A bracket: a falling function is positive at the lower end and not at the upper one.
struct Bracket
{
    Real low;  //!< lower end
    Real high; //!< upper end
};

/**
 * Halve a bracket, or better: Chandrupatla's method, which interpolates where three points allow
 * it.
 * @param function falling; may be infinite
 * @param at its ends, at which the function is positive and not
 * @param value the function at them
 * @return the bracket, closed; both its ends are a root that is met
 */
template <typename Function>
Bracket
Close(const Function& function, const Bracket& at, const Bracket& value)
{
    // The newest point, one on the other side, and the one before.
    std::pair a(at.low, value.low);
    std::pair b(at.high, value.high);
    Real part = 0.5L;
    for (int step = 0; step < MAX_STEPS; ++step)
    {
        const Real next = a.first + part * (b.first - a.first);
        const std::pair newest(next, function(next));
        if (newest.second == 0)
        {
            return {next, next};
        }
        const bool same = (newest.second > 0) == (a.second > 0);
        const auto c = same ? a : b;
        b = same ? b : a;
        a = newest;
        const Real least = CLOSE * std::max(Real(1), std::abs(next)) / std::abs(b.first - a.first);
        if (!(least < 0.5L))
        {
            break;
        }
        const Real xi = (a.first - b.first) / (c.first - b.first);
        const Real phi = (a.second - b.second) / (c.second - b.second);
        part = 0.5L;
        if (phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi)
        {
            part = a.second / (b.second - a.second) * c.second / (b.second - c.second) +
                   (c.first - a.first) / (b.first - a.first) * a.second / (c.second - a.second) *
                       b.second / (c.second - b.second);
        }
        part = std::clamp(part, least, 1 - least);
    }
    return a.second > 0 ? Bracket{a.first, b.first} : Bracket{b.first, a.first};
}

/**
 * Find where a falling function changes its sign: outwards from a start by ever longer steps, then
 * by closing the bracket.
 * @param function falling; may be infinite
 * @param start where to begin
 * @param limits the range in which to look
 * @param step how far off the change may be; the first step
 * @return the two sides of the change; where the sign is the same all over, both are the end of the
 *         range at which it would change
 */
template <typename Function>
Bracket
FindSign(const Function& function, Real start, Bracket limits, Real step)
{
    const Real first = function(start);
    const bool up = first > 0;
    Bracket at{start, start};
    Bracket value{first, first};
    for (; up ? value.high > 0 : !(value.low > 0); step *= 8)
    {
        Real& end = up ? at.high : at.low;
        Real& there = up ? value.high : value.low;
        if (end == (up ? limits.high : limits.low))
        {
            return {end, end};
        }
        (up ? at.low : at.high) = end;
        (up ? value.low : value.high) = there;
        end = std::clamp(end + (up ? step : -step), limits.low, limits.high);
        there = function(end);
    }
    return Close(function, at, value);
}

/**
 * @param moved how far a root was from the one before
 * @return how far off the next may be
 */
Real
StepAfter(Real moved)
{
    return std::clamp<Real>(2 * std::abs(moved), 1e-14L, 1);
}

/// A device that minimises its part of the Lagrangian.
class DualDevice
{
  public:
    /**
     * @param problem with the device
     * @param device the device
     */
    DualDevice(const JointProblem& problem, const JointDevice& device)
        : m_device(device),
          m_w1(problem.weightEnergy),
          m_a(device.payloadBits * std::log(Real(2))),
          m_s(Real(device.gain) / problem.noiseWPerHz),
          m_most(problem.weightTime),
          m_price(std::log(m_most))
    {
    }

    /// @return the least time it can take [s]
    Real BaseS() const
    {
        return m_device.cycles / Real(m_device.maxCpuHz) + m_a / (m_s * m_device.maxTxPowerW);
    }

    /// @return whether it uploads
    bool Uploads() const
    {
        return m_device.payloadBits > 0;
    }

    /**
     * Find the least price of time at which it takes no longer than it may.
     * @param lambda price of bandwidth
     * @param spareS what it may take, less what it takes at least [s]
     * @return the price; 0 if none is needed, far more than w2 if nothing is enough
     */
    Real PriceOf(Real lambda, Real spareS)
    {
        const Real most = std::log(m_most) + BEYOND;
        const auto late = [&](Real price) {
            Respond(lambda, std::exp(price));
            return m_overrunS > 0 ? Rounded(std::log(m_overrunS / spareS)) : -FARTHEST;
        };
        const Real none = most - NEGLIGIBLE;
        const Real before = m_price;
        m_price = FindSign(late, m_price, {none, most}, m_step).high;
        m_step = StepAfter(m_price - before);
        Respond(lambda, std::exp(m_price));
        return m_price <= none ? 0 : std::exp(m_price);
    }

    /// @return the bandwidth of the last answer [Hz]
    Real BandwidthHz() const
    {
        return Uploads() ? m_a / (m_x * m_uploadS) : 0;
    }

    /**
     * @param scale of the bandwidth
     * @return the last answer
     */
    JointShare Share(Real scale) const
    {
        JointShare share;
        share.bandwidthHz = BandwidthHz() * scale;
        share.txPowerW = std::clamp<double>(m_powerW, m_device.minTxPowerW, m_device.maxTxPowerW);
        share.cpuHz = std::clamp<double>(m_cpuHz, m_device.minCpuHz, m_device.maxCpuHz);
        return share;
    }

  private:
    /**
     * Find what it does at given prices.
     * @param lambda of bandwidth, positive where it uploads
     * @param mu of time, positive
     */
    void Respond(Real lambda, Real mu)
    {
        const Real kappa = m_w1 * m_device.capacitance;
        m_cpuHz = m_device.maxCpuHz;
        m_overrunS = 0;
        if (kappa > 0 && m_device.cycles > 0)
        {
            m_cpuHz =
                std::clamp<Real>(std::cbrt(mu / (2 * kappa)), m_device.minCpuHz, m_device.maxCpuHz);
            m_overrunS =
                m_device.cycles * ((m_device.maxCpuHz - m_cpuHz) / m_device.maxCpuHz) / m_cpuHz;
        }
        if (!Uploads())
        {
            m_powerW = m_device.minTxPowerW;
            return;
        }
        m_powerW = m_device.maxTxPowerW;
        if (m_w1 > 0 && m_device.minTxPowerW < m_device.maxTxPowerW)
        {
            RespondInside(lambda, mu);
            if (m_powerW > m_device.minTxPowerW && m_powerW < m_device.maxTxPowerW)
            {
                AddUpload();
                return;
            }
            m_powerW = std::clamp<Real>(m_powerW, m_device.minTxPowerW, m_device.maxTxPowerW);
        }
        RespondAtPower(lambda, mu);
        AddUpload();
    }

    /// Upload with a power inside of its range: sets x and the power.
    void RespondInside(Real lambda, Real mu)
    {
        const Real level =
            std::log(lambda) + std::log(mu) + 2 * std::log(m_s / m_w1) - std::log(m_a);
        const auto function = [level](Real u) {
            const Phi phi(std::exp(u));
            return std::pair(3 * u + 2 * std::log(phi.slope) - level,
                             2 * std::exp(std::exp(u)) / phi.slope - 1);
        };
        FindRoot(function, m_u);
        m_x = std::exp(m_u);
        const Phi phi(m_x);
        const Real t = lambda * m_s / (m_w1 * m_x * m_x * phi.slope);
        m_powerW = m_a * (1 + phi.excess) / (m_s * t);
    }

    /// Upload with the power as it is: sets x.
    void RespondAtPower(Real lambda, Real mu)
    {
        if (m_powerW == 0)
        {
            return;
        }
        const Real q = m_powerW * m_s;
        const Real level =
            std::log(m_w1 * m_powerW + mu) + std::log(m_a) - std::log(lambda) - 2 * std::log(q);
        const auto function = [level](Real u) {
            const Real x = std::exp(u);
            const Phi phi(x);
            const Real above = 1 + phi.excess;
            const Real exp = std::exp(x);
            return std::pair(level + 2 * u + 2 * std::log(above) + std::log(phi.slope) - x,
                             2 * exp / above + exp / phi.slope - 2 - x);
        };
        FindRoot(function, m_u);
        m_x = std::exp(m_u);
    }

    /// Add what the upload takes, from x and the power.
    void AddUpload()
    {
        if (m_powerW == 0)
        {
            m_uploadS = ENDLESS;
            m_overrunS = ENDLESS;
            return;
        }
        const Phi phi(m_x);
        const Real least = m_a / (m_s * m_device.maxTxPowerW);
        m_uploadS = m_a * (1 + phi.excess) / (m_s * m_powerW);
        m_overrunS += m_a * phi.excess / (m_s * m_powerW) +
                      least * ((m_device.maxTxPowerW - m_powerW) / m_powerW);
    }

    JointDevice m_device;    //!< the device
    Real m_w1;               //!< weight of energy
    Real m_a;                //!< payload [nat]
    Real m_s;                //!< g / N0 [Hz/W]
    Real m_most;             //!< w2
    Real m_price;            //!< logarithm of the last price of time
    Real m_step{FIRST_STEP}; //!< how far off the next may be
    Real m_u{0};             //!< logarithm of m_x
    Real m_x{1};             //!< ln(1 + SNR)
    Real m_powerW{0};        //!< p
    Real m_cpuHz{0};         //!< f
    Real m_uploadS{0};       //!< d / r
    Real m_overrunS{0};      //!< what it takes, less what it takes at least
};

/// See MaximiseJointDual().
class DualSearch
{
  public:
    /// @param problem a valid problem; must outlive this object
    explicit DualSearch(const JointProblem& problem)
        : m_problem(problem)
    {
        for (const auto& device : problem.devices)
        {
            m_devices.emplace_back(problem, device);
            m_baseS = std::max(m_baseS, m_devices.back().BaseS());
            m_uploads = m_uploads || m_devices.back().Uploads();
        }
        m_room = std::log(m_baseS);
    }

    /**
     * @param lambda price of bandwidth to begin with; 0: none is known
     * @return the best prices, and an answer
     */
    JointDualAnswer Run(double lambda)
    {
        const auto scarce = [&](Real price) {
            Divide(std::exp(price));
            return Rounded(std::log(BandwidthHz() / m_problem.bandwidthHz));
        };
        Real price = 0;
        if (m_uploads)
        {
            const Real start =
                lambda > 0 ? std::log(Real(lambda))
                           : std::log(m_problem.weightTime * m_baseS / m_problem.bandwidthHz);
            price = FindSign(scarce, start, {-FARTHEST, FARTHEST}, FIRST_STEP).high;
        }
        const auto mu = Divide(std::exp(price));
        JointDualAnswer answer;
        answer.prices.lambda = m_uploads ? std::exp(price) : 0;
        answer.prices.mu.assign(mu.begin(), mu.end());
        const Real scale = m_uploads ? m_problem.bandwidthHz / BandwidthHz() : 0;
        for (const auto& device : m_devices)
        {
            answer.shares.push_back(device.Share(scale));
        }
        return answer;
    }

  private:
    /// @return the bandwidth that all devices ask for [Hz]
    Real BandwidthHz() const
    {
        return std::accumulate(
            m_devices.begin(),
            m_devices.end(),
            Real(0),
            [](Real sum, const DualDevice& device) { return sum + device.BandwidthHz(); });
    }

    /**
     * @param lambda price of bandwidth
     * @param room logarithm of the round's duration less the base [s]
     * @return the prices of time at which the devices take no longer
     */
    std::vector<Real> PricesOf(Real lambda, Real room)
    {
        std::vector<Real> mu;
        for (auto& device : m_devices)
        {
            const Real spareS = (m_baseS - device.BaseS()) + std::exp(room);
            mu.push_back(device.PriceOf(lambda, spareS));
        }
        return mu;
    }

    /**
     * Divide w2 among the devices, best for a price of bandwidth.
     * @param lambda price of bandwidth
     * @return the prices of time; the devices are left at the duration that goes with them
     */
    std::vector<Real> Divide(Real lambda)
    {
        const Real w2 = m_problem.weightTime;
        const auto sumOf = [](const std::vector<Real>& mu) {
            return std::accumulate(mu.begin(), mu.end(), Real(0));
        };
        std::vector<Real> before;
        std::vector<Real> mu;
        std::vector<DualDevice> slow;
        const auto dear = [&](Real room) {
            auto prices = PricesOf(lambda, room);
            const Real sum = sumOf(prices);
            const Real excess = sum > 0 ? Rounded(std::log(sum / w2)) : -FARTHEST;
            if (excess > 0)
            {
                before = std::move(prices);
                return excess;
            }
            mu = std::move(prices);
            slow = m_devices;
            return excess;
        };
        const Real last = m_room;
        m_room = FindSign(dear, m_room, {-FARTHEST, FARTHEST}, m_step).high;
        m_step = StepAfter(m_room - last);
        m_devices = std::move(slow);
        const Real least = sumOf(mu);
        const Real most = sumOf(before);
        if (!before.empty() && least < w2)
        {
            for (size_t i = 0; i < mu.size(); ++i)
            {
                mu[i] += (before[i] - mu[i]) * ((w2 - least) / (most - least));
            }
        }
        else if (least < w2)
        {
            // At the base: what is left is the slowest one's.
            Slowest(mu) += w2 - least;
        }
        return mu;
    }

    /**
     * @param mu by device
     * @return that of the device that decides the base
     */
    Real& Slowest(std::vector<Real>& mu) const
    {
        size_t slowest = 0;
        for (size_t i = 0; i < mu.size(); ++i)
        {
            slowest = m_devices[i].BaseS() > m_devices[slowest].BaseS() ? i : slowest;
        }
        return mu[slowest];
    }

    const JointProblem& m_problem;     //!< as given
    std::vector<DualDevice> m_devices; //!< by device
    Real m_baseS{0};                   //!< no round is shorter [s]
    bool m_uploads{false};             //!< whether any device does
    Real m_room;                       //!< logarithm of the last duration less the base
    Real m_step{FIRST_STEP};           //!< how far off the next may be
};

} // namespace

JointDualAnswer
MaximiseJointDual(const JointProblem& problem, double lambda)
{
    return DualSearch(problem).Run(lambda);
}

JointSolution
RefineJoint(const JointProblem& problem, JointSolution solution, double tolerance, ThreadPool* pool)
{
    auto answer = MaximiseJointDual(problem, solution.prices->lambda);
    const auto prices = NormalizePrices(problem, std::move(answer.prices));
    const double bound = JointLowerBound(problem, prices, pool);
    if (bound > solution.lowerBound || !std::isfinite(solution.lowerBound))
    {
        solution.prices = prices;
        solution.lowerBound = bound;
    }
    if (solution.Gap() <= tolerance)
    {
        return solution;
    }
    auto other = EvaluateJoint(problem, std::move(answer.shares));
    if (other.status == SolveStatus::FEASIBLE && other.objective < solution.objective)
    {
        other.prices = std::move(solution.prices);
        other.lowerBound = solution.lowerBound;
        other.iterations = solution.iterations;
        return other;
    }
    return solution;
}

} // namespace fl
} // namespace ns3
