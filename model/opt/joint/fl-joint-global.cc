/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-global.h"

#include "fl-joint-dual.h"
#include "fl-joint-prices.h"
#include "fl-joint-shortest.h"
#include "fl-joint-sweep.h"
#include "fl-log-bracket.h"

#include "ns3/fl-error.h"

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

/// Of ln x, while prices are still far off, and at the end.
constexpr double LOOSE = 1e-6;
constexpr double TIGHT = 1e-12; //!< the same at the end, where rounding is all that is left
/// Bandwidth adds up to the band within this, relative.
constexpr double BALANCE = 1e-12;
/// Prices this close are followed by one more step, which squares the error.
constexpr double LAST_STEP = 1e-7;
/// The two sides of a jump are this far from it, relative to the duration; the gap has room for it.
constexpr double JUMP = 5e-11;
/// Of Newton's method in (ln lambda, ln room); bisection takes over after them
constexpr int MAX_NEWTON_STEPS = 100;
constexpr int MAX_LAST_STEPS = 3;   //!< Newton steps at tolerance TIGHT behind these
constexpr int MAX_BISECTIONS = 200; //!< of a bracketed search for one root
/// After so many sweeps bisection is left, where the dual takes less time.
constexpr uint32_t MAX_SWEEPS = 2000;
/// Keeps logarithms and quotients finite where a sum of prices vanishes
constexpr double TINY = 1e-290;
/// Nearer than that, T is the base.
constexpr double SMALLEST_ROOM = 1e-15;
/// A duration at which every device has time to spare [s].
constexpr double ENDLESS_S = 1e250;

/**
 * @param a one answer
 * @param b the other
 * @return the answer with the smaller gap; no gap is the largest
 */
JointSolution
Better(JointSolution a, JointSolution b)
{
    return b.Gap() < a.Gap() || std::isnan(a.Gap()) ? b : a;
}

/// One solution of one problem.
class GlobalSolver
{
  public:
    /**
     * Prepare the sweep; both arguments must outlive the solver.
     * @param problem a valid problem
     * @param options start and threads are used
     */
    GlobalSolver(const JointProblem& problem, const JointOptions& options)
        : m_problem(problem),
          m_options(options),
          // With no price on energy, the least energy among the fastest answers.
          m_weightEnergy(problem.weightEnergy > 0 ? problem.weightEnergy : 1),
          m_sweep(problem, m_weightEnergy, options.threads)
    {
    }

    /**
     * Solve the problem; with a free duration, refine an answer that is not proven.
     * @return the answer, with prices and the lower bound that follows from them
     * @throws Infeasible if the problem has a deadline that cannot be met
     */
    JointSolution Solve();

  private:
    /// Logarithms of ratios that must be 1, and their derivatives.
    struct Residuals
    {
        double band{0};         //!< of sum of B_n to B
        double time{0};         //!< of sum of mu_n to w2
        double bandByLambda{0}; //!< not positive
        double bandByRoom{0};   //!< not positive
        double timeByLambda{0}; //!< not negative
        double timeByRoom{0};   //!< negative
    };

    /**
     * Find the primal answer: the case that the weights and the deadline make, then Newton's
     * method, and bisection where that does not reach the lower bound.
     * @return the answer, with the prices that led to it
     * @throws Infeasible if the problem has a deadline that cannot be met
     */
    JointSolution SolvePrimal();
    /**
     * Say what an answer is worth by its gap: sets its status and termination.
     * @param solution an answer whose lower bound is known
     */
    static void Judge(JointSolution& solution);
    /**
     * Best response of all devices to the prices as they are, counted as an iteration.
     * @param tolerance of ln x, x = ln(1 + SNR)
     * @return the devices' sums: bandwidth [Hz], price of time mu, and their derivatives
     */
    JointSums Sweep(double tolerance);
    /**
     * Find lambda at which the devices ask for the whole band, at the duration as it is.
     * @param tolerance how far ln(sum of B_n / B) may be from 0
     */
    void Balance(double tolerance);
    /**
     * Try the corner solution T = base, where the devices that only compute decide.
     * @return whether T is the base; the state is the answer then
     */
    bool SolveCorner();
    /**
     * Set the point from which Newton's method looks for the optimum: the caller's start if it has
     * one, else an estimate from computing alone.
     */
    void StartFree();
    /**
     * One step on both prices.
     *
     * T is eliminated first: at constant lambda the sum of mu falls strictly with T, and along that
     * curve the bandwidth falls strictly with lambda, at kinks too, where neither need move it
     * alone.
     * @param tolerance of ln x in the sweep
     * @return whether they were close before it
     */
    bool NewtonStep(double tolerance);
    /**
     * Residuals of both prices and their derivatives with respect to (ln lambda, ln room).
     * @param tolerance of ln x in the sweep
     * @return the residuals at the prices as they are
     */
    Residuals Evaluate(double tolerance);
    /**
     * Find T at which the prices of time add up to w2, at lambda as it is.
     *
     * Their sum jumps where a device's frequency or power reaches its lower bound and nothing is
     * left to be traded for time; then the two ends of the bracket are at the two sides of the
     * jump.
     */
    void Hasten();
    /**
     * Make the answer where the sum of the devices' prices of time jumps over w2: those of both
     * sides are multipliers of it, and so is what lies between them.
     * @return the answer, with mu a convex combination of the two sides; as Finish(false) where
     *         there is no jump
     */
    JointSolution FinishBetween();
    /// Find both prices by Newton's method, the duration being free.
    void SolveFree();
    /// The slow and sure way: bisection on lambda, with T from Hasten() at each.
    void Bisect();
    /**
     * Make the answer of the state as it is, with normalized prices, lower bound and status.
     * @param priceTime T is T_min or the base: the multipliers come from PriceShortestRound()
     * @param mu prices of time, by device, instead of the sweep's; null: those of the sweep
     * @return the answer
     */
    JointSolution Finish(bool priceTime, const std::vector<double>* mu = nullptr);
    const JointProblem& m_problem; //!< as given
    const JointOptions& m_options; //!< as given
    double m_weightEnergy;         //!< w1, or 1
    JointSweep m_sweep;            //!< the devices
    JointShortest m_shortest;      //!< where T_min was looked for
    double m_lambda{1};            //!< price of bandwidth
    double m_roomS{0};             //!< T less the base
    double m_lastStep{0};          //!< of Newton, in ln lambda or ln room
    LogBracket m_bracket;          //!< of ln lambda
    LogBracket m_timeBracket;      //!< of ln room, at one lambda
    uint32_t m_sweeps{0};          //!< so far
};

JointSums
GlobalSolver::Sweep(double tolerance)
{
    ++m_sweeps;
    return m_sweep.Solve(m_lambda, m_roomS, tolerance);
}

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
    for (int step = 0; step < MAX_BISECTIONS && !bracket.IsClosed(); ++step)
    {
        m_lambda = std::exp(price);
        const auto sums = Sweep(TIGHT);
        const double excess = std::log(sums.bandwidthHz / m_problem.bandwidthHz);
        const double slope = -m_lambda * sums.bandwidthSlope / sums.bandwidthHz;
        const double next = excess / std::max(slope, TINY);
        if (std::abs(excess) < tolerance)
        {
            // Near the shortest round the cost of what is missing is a million times as large as
            // the objective. The last step squares it.
            if (std::abs(next) < 0.1)
            {
                m_lambda = std::exp(price + next);
                Sweep(TIGHT);
            }
            return;
        }
        bracket.Update(price, excess > 0);
        price = bracket.Next(price, LimitStep(next, 4));
    }
}

bool
GlobalSolver::SolveCorner()
{
    if (m_sweep.HasUploads() && m_sweep.GetSmallestSlackS() == 0)
    {
        return false;
    }
    // What the others pay at the base must not exceed w2.
    m_roomS = 0;
    if (m_sweep.HasUploads())
    {
        if (m_sweep.Pinned(0).bandwidthHz >= m_problem.bandwidthHz)
        {
            return false;
        }
        m_lambda = m_sweep.StartEqual();
    }
    Balance(BALANCE);
    return Sweep(TIGHT).mu + m_sweep.GetPinnedComputerMu() <= m_problem.weightTime;
}

void
GlobalSolver::StartFree()
{
    const double baseS = m_sweep.GetBaseS();
    // As if only computing cost anything: w2 = sum 2 w1 K / T^3. But not much less than what full
    // power and frequency need, nor longer than it takes at the lowest frequency.
    const double computeS =
        std::min(std::cbrt(2 * m_sweep.GetComputeWeight() / m_problem.weightTime),
                 0.8 * m_sweep.GetSlowestComputeS()) -
        baseS;
    m_roomS = std::max({computeS, 0.5 * baseS, m_sweep.GetWidebandRoomS()});
    if (m_sweep.HasUploads())
    {
        m_lambda = m_sweep.StartEqual();
    }
    if (m_options.start && m_options.start->roundS > baseS && m_options.start->lambda > 0)
    {
        m_roomS = m_options.start->roundS - baseS;
        m_lambda = m_options.start->lambda;
    }
}

GlobalSolver::Residuals
GlobalSolver::Evaluate(double tolerance)
{
    const auto sums = Sweep(tolerance);
    const double mu = std::max(sums.mu, TINY);
    Residuals at;
    at.time = std::log(mu / m_problem.weightTime);
    at.timeByRoom = std::min(m_roomS * sums.muSlope / mu, -TINY);
    if (m_sweep.HasUploads())
    {
        at.band = std::log(sums.bandwidthHz / m_problem.bandwidthHz);
        at.bandByLambda = m_lambda * sums.bandwidthSlope / sums.bandwidthHz;
        at.bandByRoom = -m_roomS * sums.cross / sums.bandwidthHz;
        at.timeByLambda = m_lambda * sums.cross / mu;
    }
    return at;
}

bool
GlobalSolver::NewtonStep(double tolerance)
{
    const auto at = Evaluate(tolerance);
    const double room = std::log(m_roomS);
    const double price = std::log(m_lambda);
    const double toCurve = -at.time / at.timeByRoom;
    if (std::abs(toCurve) > 1 || std::abs(at.time) > 2)
    {
        // Too far off for anything to be said about lambda.
        m_timeBracket.Update(room, at.time > 0);
        m_roomS = std::exp(m_timeBracket.Next(room, LimitStep(toCurve, 4)));
        if (m_roomS < SMALLEST_ROOM * m_sweep.GetBaseS())
        {
            // Even at the base the prices of time don't add up to w2: bandwidth is too cheap.
            m_bracket.Update(price, true);
            m_lambda = std::exp(m_bracket.Next(price, 4));
            m_roomS = std::exp(room);
            m_timeBracket = {};
        }
        return false;
    }
    m_timeBracket = {};
    const double band = at.band + at.bandByRoom * toCurve;
    const double slope =
        std::min(at.bandByLambda - at.bandByRoom * at.timeByLambda / at.timeByRoom, -TINY);
    if (std::abs(toCurve) < 0.5 && std::abs(at.time) < 0.5 &&
        std::abs(band) > 2 * std::abs(at.bandByRoom * toCurve))
    {
        // The correction is small: the sign can be relied on.
        m_bracket.Update(price, band > 0);
    }
    const double next =
        m_sweep.HasUploads() ? m_bracket.Next(price, LimitStep(-band / slope, 4)) : price;
    const double stepRoom = toCurve - at.timeByLambda * (next - price) / at.timeByRoom;
    m_lambda = std::exp(next);
    m_roomS = std::exp(room + LimitStep(stepRoom, 4));
    m_lastStep = std::max(std::abs(next - price), std::abs(stepRoom));
    return m_lastStep < LAST_STEP;
}

void
GlobalSolver::SolveFree()
{
    StartFree();
    for (int step = 0; step < MAX_NEWTON_STEPS; ++step)
    {
        if (NewtonStep(LOOSE))
        {
            break;
        }
    }
    // Once more with all digits, and until rounding is all that is left.
    for (int step = 0; step < MAX_LAST_STEPS; ++step)
    {
        if (NewtonStep(TIGHT) && m_lastStep < TIGHT)
        {
            break;
        }
    }
}

void
GlobalSolver::Hasten()
{
    m_timeBracket = {};
    const double lowest = std::log(SMALLEST_ROOM * m_sweep.GetBaseS());
    double room = std::log(m_roomS);
    for (int step = 0; step < MAX_BISECTIONS && room >= lowest && !m_timeBracket.IsClosed(); ++step)
    {
        m_roomS = std::exp(room);
        const auto at = Evaluate(TIGHT);
        if (std::abs(at.time) < BALANCE)
        {
            return;
        }
        m_timeBracket.Update(room, at.time > 0);
        room = m_timeBracket.Next(room, LimitStep(-at.time / at.timeByRoom, 4));
    }
}

void
GlobalSolver::Bisect()
{
    LogBracket bracket;
    double price = std::log(m_lambda);
    const bool hasDual = m_problem.devices.size() <= JOINT_DUAL_DEVICES;
    for (int step = 0; step < MAX_BISECTIONS && !bracket.IsClosed(); ++step)
    {
        if (hasDual && m_sweeps > MAX_SWEEPS)
        {
            return;
        }
        m_lambda = std::exp(price);
        Hasten();
        const auto at = Evaluate(TIGHT);
        if (!m_sweep.HasUploads() || std::abs(at.band) < BALANCE)
        {
            return;
        }
        bracket.Update(price, at.band > 0);
        const double slope = at.bandByLambda - at.bandByRoom * at.timeByLambda / at.timeByRoom;
        price = bracket.Next(price, LimitStep(-at.band / std::min(slope, -TINY), 4));
    }
}

JointSolution
GlobalSolver::FinishBetween()
{
    if (!m_timeBracket.IsClosed())
    {
        return Finish(false);
    }
    std::vector<double> dear;
    std::vector<double> cheap;
    // Devices change their states a little late, so that the sides of the jump lie apart.
    const double low = std::exp(m_timeBracket.Low());
    const double high = std::exp(m_timeBracket.High());
    const double apartS = JUMP * (m_sweep.GetBaseS() + high);
    m_roomS = std::max(low - apartS, 0.5 * low);
    Sweep(TIGHT);
    m_sweep.GetShares(m_lambda, m_roomS, dear);
    m_roomS = std::min(high + apartS, 2 * high);
    Sweep(TIGHT);
    m_sweep.GetShares(m_lambda, m_roomS, cheap);
    const double most = std::accumulate(dear.begin(), dear.end(), 0.0);
    const double least = std::accumulate(cheap.begin(), cheap.end(), 0.0);
    const double part = (m_problem.weightTime - least) / (most - least);
    if (part > 0 && part < 1)
    {
        for (size_t i = 0; i < cheap.size(); ++i)
        {
            cheap[i] += part * (dear[i] - cheap[i]);
        }
    }
    return Finish(false, &cheap);
}

JointSolution
GlobalSolver::Finish(bool priceTime, const std::vector<double>* mu)
{
    JointPrices prices;
    auto shares = m_sweep.GetShares(m_lambda, m_roomS, prices.mu);
    prices.lambda = m_lambda;
    auto solution = EvaluateJoint(m_problem, std::move(shares));
    solution.prices = std::move(prices);
    if (mu)
    {
        solution.prices->mu = *mu;
    }
    if (priceTime)
    {
        PriceShortestRound(m_problem, m_sweep, m_shortest, solution);
    }
    if (m_problem.weightEnergy == 0 && m_problem.roundDeadlineS)
    {
        solution.prices->lambda = 0;
        std::fill(solution.prices->mu.begin(), solution.prices->mu.end(), 0.0);
    }
    solution.prices = NormalizePrices(m_problem, *solution.prices);
    solution.lowerBound = JointLowerBound(m_problem, *solution.prices, m_sweep.GetPool());
    solution.iterations = m_sweeps;
    Judge(solution);
    return solution;
}

void
GlobalSolver::Judge(JointSolution& solution)
{
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
                                        ": no better prices were found");
    }
}

JointSolution
GlobalSolver::Solve()
{
    auto solution = SolvePrimal();
    if (m_problem.roundDeadlineS)
    {
        return solution;
    }
    auto* pool = m_sweep.GetPool();
    if (solution.status == SolveStatus::FEASIBLE && m_problem.weightTime > 0 &&
        m_problem.devices.size() <= JOINT_DUAL_DEVICES)
    {
        // T may not have the digits that tell the prices of time, nor the best answer.
        solution = RefineJoint(m_problem, std::move(solution), JOINT_GAP_TOLERANCE, pool);
        Judge(solution);
    }
    if (solution.status == SolveStatus::FEASIBLE)
    {
        solution.prices =
            NormalizePrices(m_problem,
                            SharpenJointPrices(m_problem, solution.shares, *solution.prices, pool));
        solution.lowerBound = JointLowerBound(m_problem, *solution.prices, pool);
        Judge(solution);
    }
    return solution;
}

JointSolution
GlobalSolver::SolvePrimal()
{
    if (m_problem.weightTime == 0 && !m_problem.roundDeadlineS)
    {
        if (m_sweep.HasUploads())
        {
            m_lambda = m_sweep.StartEqual();
        }
        m_sweep.StartSlack();
        m_roomS = ENDLESS_S;
        Balance(BALANCE);
        return Finish(false);
    }
    if (m_problem.roundDeadlineS || m_problem.weightEnergy == 0)
    {
        m_shortest = FindShortestRound(m_problem, m_sweep);
        m_sweeps += m_shortest.sweeps;
        m_roomS = m_shortest.roomS;
        if (m_problem.roundDeadlineS)
        {
            RequireDeadline(m_problem, m_sweep.GetBaseS() + m_shortest.roomS);
            m_roomS = std::max(m_roomS, *m_problem.roundDeadlineS - m_sweep.GetBaseS());
        }
        m_lambda = m_sweep.HasUploads() ? m_sweep.StartEqual() : 0;
        Balance(BALANCE);
        return Finish(!m_problem.roundDeadlineS);
    }
    if (m_sweep.HasComputers() && SolveCorner())
    {
        return Finish(true);
    }
    SolveFree();
    auto solution = Finish(false);
    if (solution.status != SolveStatus::OPTIMAL)
    {
        Bisect();
        solution = Better(std::move(solution), FinishBetween());
    }
    if (solution.status != SolveStatus::OPTIMAL)
    {
        // What T cannot resolve, lambda may.
        Balance(BALANCE);
        solution = Better(std::move(solution), Finish(false));
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
