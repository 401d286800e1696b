/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-global.h"

#include "../fl-error.h"
#include "fl-joint-sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// Of ln x, while prices are still far off, and at the end.
constexpr double LOOSE = 1e-6;
constexpr double TIGHT = 1e-12;
/// Bandwidth adds up to the band within this, relative.
constexpr double BALANCE = 1e-12;
/// Prices this close are followed by one more step, which squares the error.
constexpr double LAST_STEP = 1e-7;
constexpr int MAX_NEWTON_STEPS = 60;
constexpr int MAX_BISECTIONS = 200;
constexpr double TINY = 1e-290;
/// A duration at which every device has time to spare [s].
constexpr double ENDLESS_S = 1e250;

/// Limit a step.
double
Limit(double step, double limit)
{
    return std::isnan(step) ? limit : std::clamp(step, -limit, limit);
}

/// A root that is looked for in an interval of logarithms which is known better and better.
class LogBracket
{
  public:
    /// The root is above (or below) this point.
    void Update(double point, bool above)
    {
        (above ? m_low : m_high) = point;
    }

    /// @return where to go from a point by a step: not beyond what is known
    double Next(double point, double step) const
    {
        const double next = point + step;
        if (next > m_low && next < m_high)
        {
            return next;
        }
        return std::isfinite(m_low) && std::isfinite(m_high) ? 0.5 * (m_low + m_high) : next;
    }

    /// @return the width, infinite while an end is unknown
    double Width() const
    {
        return m_high - m_low;
    }

  private:
    double m_low{-std::numeric_limits<double>::infinity()};
    double m_high{std::numeric_limits<double>::infinity()};
};

/// -dB/dt at constant power, of a share that uploads.
double
BandwidthSlope(const JointDevice& device, const JointShare& share)
{
    const double a = device.payloadBits * std::log(2.0);
    const Lanes x = Lanes::Constant(a / (share.uploadS * share.bandwidthHz));
    const ExpFunctions f(x.max(1e-30).min(500.0));
    return share.bandwidthHz * share.bandwidthHz * f.exp[0] / (a * f.slope[0]);
}

/// One solution of one problem.
class GlobalSolver
{
  public:
    GlobalSolver(const JointProblem& problem, const JointOptions& options)
        : m_problem(problem),
          m_options(options),
          // With no price on energy, the least energy among the fastest answers.
          m_weightEnergy(problem.weightEnergy > 0 ? problem.weightEnergy : 1),
          m_sweep(problem, m_weightEnergy, options.threads)
    {
    }

    JointSolution Solve();

  private:
    void FindShortest();
    void CheckDeadline() const;
    JointSums Sweep(double tolerance);
    void Balance(double tolerance);
    bool SolveCorner();
    void StartFree();
    bool NewtonStep();
    void SolveFree();
    void Bisect();
    JointSolution Finish(bool priceTime);
    void PriceTime(JointSolution& solution) const;

    const JointProblem& m_problem; //!< as given
    const JointOptions& m_options; //!< as given
    double m_weightEnergy;         //!< w1, or 1
    JointSweep m_sweep;            //!< the devices
    double m_shortestRoomS{0};     //!< T_min less the base
    bool m_bandLimited{false};     //!< T_min is where the band is used up
    double m_lambda{1};            //!< price of bandwidth
    double m_roomS{0};             //!< T less the base
    bool m_corner{false};          //!< T = T_min
    LogBracket m_bracket;          //!< of ln(T - T_min)
    uint32_t m_sweeps{0};          //!< so far
};

/// T_min: the bandwidth needed at full power and frequency is the band.
void
GlobalSolver::FindShortest()
{
    if (!m_sweep.HasUploads())
    {
        return;
    }
    if (m_sweep.GetSmallestSlackS() > 0)
    {
        ++m_sweeps;
        if (m_sweep.Pinned(0).bandwidthHz <= m_problem.bandwidthHz)
        {
            return;
        }
    }
    m_bandLimited = true;
    LogBracket bracket;
    double room = std::log(m_sweep.GetWidebandRoomS());
    for (int step = 0; step < MAX_BISECTIONS && bracket.Width() > 1e-15; ++step)
    {
        m_shortestRoomS = std::exp(room);
        ++m_sweeps;
        const auto sums = m_sweep.Pinned(m_shortestRoomS);
        const double excess = std::log(sums.bandwidthHz / m_problem.bandwidthHz);
        if (std::abs(excess) < BALANCE)
        {
            break;
        }
        bracket.Update(room, excess > 0);
        const double slope = m_shortestRoomS * sums.cross / sums.bandwidthHz;
        room = bracket.Next(room, Limit(excess / slope, 10));
    }
}

void
GlobalSolver::CheckDeadline() const
{
    const double deadlineS = *m_problem.roundDeadlineS;
    const double shortestS = m_sweep.GetBaseS() + m_shortestRoomS;
    if (deadlineS >= shortestS * (1 - 1e-12))
    {
        return;
    }
    // Alone on an endless band, does any device make it?
    size_t worst = 0;
    double worstS = 0;
    double worstHz = 0;
    double neededHz = 0;
    for (size_t i = 0; i < m_problem.devices.size(); ++i)
    {
        const auto& device = m_problem.devices[i];
        const double computeS = device.cycles / device.maxCpuHz;
        const double snrHz = device.gain * device.maxTxPowerW / m_problem.noiseWPerHz;
        const double leastS = computeS + device.payloadBits * std::log(2.0) / snrHz;
        const double hz = NeededBandwidthHz(device, m_problem.noiseWPerHz, deadlineS - computeS);
        neededHz += hz;
        if (hz > worstHz || (std::isinf(hz) && leastS > worstS))
        {
            worst = i;
            worstS = leastS;
            worstHz = hz;
        }
    }
    const std::string begin = Describe("round_deadline_s = ", deadlineS, ": ");
    const std::string end = Describe("the smallest deadline that works is ", shortestS, " s");
    if (std::isinf(worstHz))
    {
        throw Infeasible(Describe(begin,
                                  "device ",
                                  worst,
                                  " cannot meet it at full power and CPU frequency whatever its "
                                  "bandwidth; ",
                                  end));
    }
    throw Infeasible(Describe(begin,
                              "at full power and CPU frequency the devices need ",
                              neededHz,
                              " Hz of bandwidth where ",
                              m_problem.bandwidthHz,
                              " Hz are there, device ",
                              worst,
                              " most of all (",
                              worstHz,
                              " Hz); ",
                              end));
}

JointSums
GlobalSolver::Sweep(double tolerance)
{
    ++m_sweeps;
    return m_sweep.Solve(m_lambda, m_roomS, tolerance);
}

/// Find lambda at which the devices ask for the whole band, at the duration as it is.
void
GlobalSolver::Balance(double tolerance)
{
    if (!m_sweep.HasUploads())
    {
        m_lambda = 0;
        return;
    }
    LogBracket bracket;
    double price = std::log(m_lambda);
    for (int step = 0; step < MAX_BISECTIONS && bracket.Width() > 1e-15; ++step)
    {
        m_lambda = std::exp(price);
        const auto sums = Sweep(TIGHT);
        const double excess = std::log(sums.bandwidthHz / m_problem.bandwidthHz);
        if (std::abs(excess) < tolerance)
        {
            return;
        }
        bracket.Update(price, excess > 0);
        const double slope = -m_lambda * sums.bandwidthSlope / sums.bandwidthHz;
        price = bracket.Next(price, Limit(excess / std::max(slope, TINY), 4));
    }
}

/// @return whether T = T_min is optimal; the state is the answer then
bool
GlobalSolver::SolveCorner()
{
    m_roomS = m_shortestRoomS;
    if (!m_bandLimited)
    {
        // A device without upload decides T_min. What the others pay must not exceed w2.
        Balance(BALANCE);
        const double muS =
            m_sweep.HasUploads() ? Sweep(TIGHT).mu : m_sweep.Solve(1, m_roomS, TIGHT).mu;
        m_corner = muS + m_sweep.GetPinnedComputerMu() <= m_problem.weightTime;
        return m_corner;
    }
    ++m_sweeps;
    const auto pinned = m_sweep.Pinned(m_roomS);
    m_lambda = m_sweep.GuessLambda();
    const double price =
        (m_problem.weightTime + m_weightEnergy * m_sweep.GetMaxPowerW()) / pinned.cross;
    const double guess = m_lambda;
    m_lambda = price;
    m_corner = Sweep(TIGHT).free == 0;
    if (!m_corner)
    {
        m_lambda = guess;
    }
    return m_corner;
}

/// Where to look for the optimum from.
void
GlobalSolver::StartFree()
{
    const double shortestS = m_sweep.GetBaseS() + m_shortestRoomS;
    // As if only computing cost anything: w2 = sum 2 w1 K / T^3.
    double roundS =
        std::max(1.5 * shortestS, std::cbrt(2 * m_sweep.GetComputeWeight() / m_problem.weightTime));
    if (m_options.start && m_options.start->roundS > shortestS && m_options.start->lambda > 0)
    {
        roundS = m_options.start->roundS;
        m_lambda = m_options.start->lambda;
    }
    m_roomS = m_shortestRoomS + (roundS - shortestS);
}

/// One step on both prices. @return whether they were close before it
bool
GlobalSolver::NewtonStep()
{
    const double extraS = m_roomS - m_shortestRoomS;
    const auto sums = Sweep(LOOSE);
    const double mu = std::max(sums.mu, TINY);
    const bool uploads = m_sweep.HasUploads();
    // Residuals, and their derivatives with respect to (ln lambda, ln extra).
    const double f1 = uploads ? std::log(sums.bandwidthHz / m_problem.bandwidthHz) : 0;
    const double f2 = std::log(mu / m_problem.weightTime);
    const double d11 =
        uploads ? std::min(m_lambda * sums.bandwidthSlope / sums.bandwidthHz, -TINY) : -1;
    const double d12 = uploads ? -extraS * sums.cross / sums.bandwidthHz : 0;
    const double d21 = uploads ? m_lambda * sums.cross / mu : 0;
    const double d22 = extraS * sums.muSlope / mu;
    const double balance = -f1 / d11;
    if (std::abs(balance) > 1)
    {
        // Too far off for anything to be said about T.
        m_lambda *= std::exp(Limit(balance, 4));
        return false;
    }
    // What mu would be if the band were used exactly, and how that depends on T alone.
    const double f2Balanced = f2 + d21 * balance;
    const double slope = std::min(d22 - d21 * d12 / d11, -TINY);
    const double point = std::log(extraS);
    if (std::abs(balance) < 0.5 && std::abs(f2Balanced) > std::abs(d21 * balance))
    {
        // The correction is small: the sign can be relied on.
        m_bracket.Update(point, f2Balanced > 0);
    }
    const double next = m_bracket.Next(point, Limit(-f2Balanced / slope, 2));
    const double stepLambda = Limit(-(f1 + d12 * (next - point)) / d11, 4);
    m_roomS = m_shortestRoomS + std::exp(next);
    m_lambda *= std::exp(stepLambda);
    return std::abs(next - point) < LAST_STEP && std::abs(stepLambda) < LAST_STEP;
}

/// Both prices, duration free.
void
GlobalSolver::SolveFree()
{
    StartFree();
    for (int step = 0; step < MAX_NEWTON_STEPS; ++step)
    {
        if (NewtonStep())
        {
            break;
        }
    }
    Balance(BALANCE);
}

/// The slow and sure way, from nothing.
void
GlobalSolver::Bisect()
{
    const double shortestS = m_sweep.GetBaseS() + m_shortestRoomS;
    double low = std::log(shortestS * 1e-18);
    double high = std::log(shortestS * 1e18);
    for (int step = 0; step < MAX_BISECTIONS && high - low > 1e-15; ++step)
    {
        const double middle = 0.5 * (low + high);
        m_roomS = m_shortestRoomS + std::exp(middle);
        Balance(BALANCE);
        (Sweep(TIGHT).mu > m_problem.weightTime ? low : high) = middle;
    }
    Balance(BALANCE);
}

/// The multipliers of an answer at T_min, where those of the devices alone don't add up to w2.
void
GlobalSolver::PriceTime(JointSolution& solution) const
{
    const double w1 = m_problem.weightEnergy;
    auto& prices = *solution.prices;
    double slopes = 0;
    double powers = 0;
    double sum = 0;
    for (size_t i = 0; i < solution.shares.size(); ++i)
    {
        const auto& device = m_problem.devices[i];
        if (device.payloadBits > 0)
        {
            slopes += BandwidthSlope(device, solution.shares[i]);
            powers += solution.shares[i].txPowerW;
        }
        sum += prices.mu[i];
    }
    if (!m_bandLimited)
    {
        const size_t slowest = m_sweep.GetSlowestComputer();
        if (w1 == 0)
        {
            prices.lambda = 0;
            std::fill(prices.mu.begin(), prices.mu.end(), 0.0);
            sum = 0;
        }
        prices.mu[slowest] += std::max(0.0, m_problem.weightTime - sum);
        return;
    }
    prices.lambda = (m_problem.weightTime + w1 * powers) / slopes;
    for (size_t i = 0; i < solution.shares.size(); ++i)
    {
        const auto& device = m_problem.devices[i];
        const auto& share = solution.shares[i];
        prices.mu[i] =
            device.payloadBits > 0
                ? std::max(0.0, prices.lambda * BandwidthSlope(device, share) - w1 * share.txPowerW)
                : 0;
    }
}

JointSolution
GlobalSolver::Finish(bool priceTime)
{
    JointPrices prices;
    auto shares = m_sweep.GetShares(m_lambda, m_roomS, prices.mu);
    prices.lambda = m_lambda;
    auto solution = EvaluateJoint(m_problem, std::move(shares));
    solution.prices = std::move(prices);
    if (priceTime)
    {
        PriceTime(solution);
    }
    if (m_problem.weightEnergy == 0 && m_problem.roundDeadlineS)
    {
        solution.prices->lambda = 0;
        std::fill(solution.prices->mu.begin(), solution.prices->mu.end(), 0.0);
    }
    solution.prices = NormalizePrices(m_problem, *solution.prices);
    solution.lowerBound = JointLowerBound(m_problem, *solution.prices);
    solution.iterations = m_sweeps;
    const double gap = solution.Gap();
    if (solution.status != SolveStatus::FEASIBLE)
    {
        solution.termination = "no feasible answer was reached";
    }
    else if (gap <= JOINT_GAP_TOLERANCE)
    {
        solution.status = SolveStatus::OPTIMAL;
        solution.termination = "optimal: the lower bound is met";
    }
    else
    {
        solution.termination = Describe("the relative gap to the lower bound, ",
                                        gap,
                                        ", is above ",
                                        JOINT_GAP_TOLERANCE,
                                        ": rounding leaves no better prices");
    }
    return solution;
}

JointSolution
GlobalSolver::Solve()
{
    if (m_problem.weightTime == 0 && !m_problem.roundDeadlineS)
    {
        if (m_sweep.HasUploads())
        {
            m_sweep.Pinned(m_sweep.GetWidebandRoomS());
            m_lambda = m_sweep.GuessLambda();
        }
        m_sweep.StartSlack();
        m_roomS = ENDLESS_S;
        Balance(BALANCE);
        return Finish(false);
    }
    FindShortest();
    if (m_sweep.HasUploads())
    {
        m_lambda = m_sweep.GuessLambda();
    }
    if (m_problem.roundDeadlineS)
    {
        CheckDeadline();
        m_roomS = std::max(m_shortestRoomS, *m_problem.roundDeadlineS - m_sweep.GetBaseS());
        Balance(BALANCE);
        return Finish(false);
    }
    if (m_problem.weightEnergy == 0)
    {
        m_roomS = m_shortestRoomS;
        Balance(BALANCE);
        return Finish(true);
    }
    if (SolveCorner())
    {
        return Finish(true);
    }
    SolveFree();
    auto solution = Finish(false);
    if (solution.status != SolveStatus::OPTIMAL)
    {
        Bisect();
        auto second = Finish(false);
        if (second.Gap() < solution.Gap())
        {
            return second;
        }
    }
    return solution;
}

} // namespace

JointSolution
SolveJointGlobal(const JointProblem& problem, const JointOptions& options)
{
    return GlobalSolver(problem, options).Solve();
}

} // namespace fl
} // namespace ns3
