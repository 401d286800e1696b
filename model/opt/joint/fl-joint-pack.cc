/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-pack.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// x = ln(1 + SNR) is searched between these.
const double MIN_U = std::log(1e-30);
const double MAX_U = std::log(500.0); //!< the upper end
/// Multipliers may be wrong by rounding before a device changes its state.
constexpr double SIGN_TOLERANCE = 1e-11;
/// Keeps quotients by a time finite, those by its cube too [s].
constexpr double TINY_TIME = 1e-90;

/// More steps than bisection alone would need.
constexpr int MAX_STEPS = 200;
/// More changes of state than any device has been seen to need.
constexpr int MAX_SWITCHES = 64;

/**
 * @param state by lane, a JointPower or JointPace
 * @param which the state that is asked for
 * @param yes values for lanes in this state
 * @param no values for the others
 * @return where a lane is in this state: yes, elsewhere no
 */
Lanes
SelectState(const Lanes& state, int which, const Lanes& yes, const Lanes& no)
{
    Lanes result;
    for (int i = 0; i < LANES; ++i)
    {
        result[i] = state[i] == which ? yes[i] : no[i];
    }
    return result;
}

/// Newton's method on an increasing function of u by lane, inside of a shrinking bracket.
class LaneNewton
{
  public:
    /// @param u where to start
    explicit LaneNewton(const Lanes& u)
        : m_u(u.max(MIN_U).min(MAX_U)),
          m_low(Lanes::Constant(MIN_U)),
          m_high(Lanes::Constant(MAX_U))
    {
    }

    /// @return the current point
    const Lanes& Get() const
    {
        return m_u;
    }

    /**
     * Take a step.
     * @param residual the function at the current point
     * @param slope its derivative, not negative
     * @return the largest step in any lane
     */
    double Step(const Lanes& residual, const Lanes& slope)
    {
        const Lanes zero = Lanes::Zero();
        m_low = SelectLess(residual, zero, m_u, m_low);
        m_high = SelectLess(zero, residual, m_u, m_high);
        const Lanes newton = m_u - (residual / slope.max(TINY)).max(-3.0).min(3.0);
        const Lanes middle = 0.5 * (m_low + m_high);
        Lanes next = SelectLess(m_low, newton, newton, middle);
        next = SelectLess(next, m_high, next, middle);
        // A root that is met from one side lies on the bracket's end: small steps are not cut.
        next = SelectLess((newton - m_u).abs(), Lanes::Constant(1e-9), newton, next);
        const double step = (next - m_u).abs().maxCoeff();
        m_u = next;
        return step;
    }

  private:
    Lanes m_u;    //!< the current point
    Lanes m_low;  //!< the function is not positive here
    Lanes m_high; //!< the function is not negative here
};

/**
 * @param pack the devices, with states that answer was computed for
 * @param answer best response of the devices, with multipliers
 * @param lane which device of the pack
 * @return the JointPace that the multipliers of an answer ask for, power being at a bound
 */
int
NextPace(const JointPack& pack, const JointPackAnswer& answer, int lane)
{
    const double fastest = pack.fastest[lane];
    const double slowest = pack.slowest[lane];
    const double k = pack.k[lane];
    const double compute = answer.compute[lane];
    const double longest = answer.longest[lane];
    const auto near = [longest](double computeS) {
        return SIGN_TOLERANCE * std::min(longest, computeS) + 4e-16 * computeS;
    };
    // mu is a difference of this size.
    const double rounding =
        SIGN_TOLERANCE * (answer.mu[lane] + 2 * answer.weight * answer.power[lane]);
    switch (static_cast<JointPace>(pack.pace[lane]))
    {
    case FREE:
        return compute < fastest - near(fastest)   ? FAST
               : compute > slowest + near(slowest) ? SLOW
                                                   : FREE;
    case FAST:
        if (fastest < slowest)
        {
            return answer.mu[lane] + rounding < k / std::pow(fastest, 3) ? FREE : FAST;
        }
        return answer.mu[lane] < -rounding ? SPARE : FAST;
    case SLOW:
        if (answer.mu[lane] < -rounding)
        {
            return SPARE;
        }
        return answer.mu[lane] - rounding > k / std::pow(slowest, 3) && fastest < slowest ? FREE
                                                                                          : SLOW;
    case SPARE:
        // Uploads may be much shorter than what computing takes.
        return answer.t[lane] + (slowest - fastest) > longest + near(fastest) ? SLOW : SPARE;
    }
    return FREE;
}

/**
 * Change the states of those devices whose multipliers have the wrong signs.
 * @param pack the devices; their power and pace are changed
 * @param answer best response of the devices in the states as they are
 * @param lambda price of bandwidth
 * @return whether there were any
 */
bool
Switch(JointPack& pack, const JointPackAnswer& answer, double lambda)
{
    bool any = false;
    for (int i = 0; i < LANES; ++i)
    {
        const double before = pack.power[i];
        if (before == INTERIOR)
        {
            const double power = pack.a[i] * answer.f.phi1[i] / (pack.s[i] * answer.t[i]);
            pack.power[i] = power > pack.maxPower[i] * (1 + SIGN_TOLERANCE)   ? MAX_POWER
                            : power < pack.minPower[i] * (1 - SIGN_TOLERANCE) ? MIN_POWER
                                                                              : INTERIOR;
            pack.pace[i] = answer.compute[i] <= pack.fastest[i]   ? FAST
                           : answer.compute[i] >= pack.slowest[i] ? SLOW
                                                                  : FREE;
            any = any || pack.power[i] != before;
            continue;
        }
        const int pace = NextPace(pack, answer, i);
        const double wish = lambda / answer.shade[i] - 1;
        if (pace != pack.pace[i])
        {
            pack.pace[i] = pace;
            any = true;
        }
        else if (before == MAX_POWER ? wish < -SIGN_TOLERANCE : wish > SIGN_TOLERANCE)
        {
            pack.power[i] = INTERIOR;
            any = true;
        }
    }
    return any;
}

/**
 * @param pack the devices, in the states that answer was computed for
 * @param answer their best answer
 * @param lambda price of bandwidth [1/Hz]
 * @return the pack's part of the sums
 */
JointSums
Sum(const JointPack& pack, const JointPackAnswer& answer, double lambda)
{
    const Lanes& r = pack.power;
    const Lanes zero = Lanes::Zero();
    const Lanes inside = pack.a / (answer.t * answer.x);
    const Lanes atBound = answer.power * pack.s / (answer.x * answer.f.phi1);
    const Lanes bandwidth = SelectState(r, INTERIOR, inside, atBound);
    // beta = -dB/dt = dmu/dlambda and alpha = -dmu/dt, both at constant price.
    const Lanes beta =
        SelectState(r, INTERIOR, bandwidth / answer.t * (1 - 1 / answer.eta), answer.beta);
    const Lanes dt = pack.a / (answer.power * pack.s) * answer.x * answer.f.slope;
    const Lanes alpha = SelectState(r,
                                    INTERIOR,
                                    answer.mu / answer.t * (2 - 1 / answer.eta),
                                    -lambda * answer.beta * answer.betaLog / dt);
    // Of a longer round, the upload gets the share omega: all of it where computing is clipped.
    const Lanes gamma = 3 * answer.mu / answer.compute.max(TINY);
    Lanes omega = gamma / (alpha + gamma).max(TINY);
    const Lanes atEnd = SelectState(pack.pace, FREE, omega, Lanes::Ones());
    omega = SelectLess(pack.fastest, answer.compute, omega, Lanes::Ones());
    omega = SelectLess(answer.compute, pack.slowest, omega, Lanes::Ones());
    omega = SelectState(r, INTERIOR, omega, atEnd);
    omega = SelectState(r + 4 * pack.pace, MIN_POWER + 4 * SPARE, zero, omega);
    const Lanes direct = SelectState(r, INTERIOR, -bandwidth / (lambda * answer.eta), zero);

    JointSums sums;
    sums.bandwidthHz = (pack.weight * bandwidth).sum();
    sums.bandwidthSlope = (pack.weight * (direct - beta * beta * (1 - omega) / alpha)).sum();
    sums.mu = (pack.weight * answer.mu).sum();
    sums.muSlope = -(pack.weight * alpha * omega).sum();
    sums.cross = (pack.weight * beta * omega).sum();
    return sums;
}

} // namespace

void
JointPackAnswer::EvaluateInside(const JointPack& pack, double w1, double lambda)
{
    t = lambda * pack.s / (w1 * y);
    mu = lambda * pack.a / (t * t * x);
    // The time to compute at a price of time is (2 w1 K / mu)^(1/3).
    const Lanes wanted = ((pack.k.max(TINY) / mu.max(TINY)).log() / 3).exp();
    compute = wanted.max(pack.fastest).min(pack.slowest);
    Lanes moves = wanted * (2 * eta - 1) / 3;
    moves = SelectLess(wanted, pack.slowest, moves, Lanes::Zero());
    moves = SelectLess(pack.fastest, wanted, moves, Lanes::Zero());
    const Lanes used = (t + (compute - pack.fastest)).max(TINY);
    residual = longest / used;
    slope = (eta * t + moves) / used;
}

void
JointPackAnswer::EvaluateAtBound(const JointPack& pack, double w1, double lambda)
{
    power = SelectState(pack.power, MIN_POWER, pack.minPower, pack.maxPower);
    const Lanes q = power * pack.s;
    // The time that endless bandwidth would need is taken off all times.
    const Lanes limit = pack.a / q;
    const Lanes excess = limit * x * f.phi2;
    const Lanes roomHere = SelectState(pack.power, MIN_POWER, longest - limit, room);
    beta = q * q / pack.a * f.exp / (x * x * f.phi1 * f.phi1 * f.slope);
    betaLog = 2 + x - 2 * f.exp / f.phi1 - eta;
    // With the frequency free, or time to spare, prices balance: lambda beta = w1 p + mu.
    const Lanes least = 0.5 * pack.fastest;
    const Lanes left = pack.fastest + (roomHere - excess);
    // Where less than half of the shortest time is left for computing, mu is held.
    const Lanes held = left.max(least).max(TINY_TIME);
    const Lanes muFree = SelectState(pack.pace, FREE, pack.k / held.cube(), Lanes::Zero());
    const Lanes cost = w1 * power + muFree;
    Lanes ratio = cost / (lambda * beta);
    const Lanes squeeze = 3 * muFree / held * limit * x * f.slope / cost.max(TINY);
    Lanes rise = SelectLess(least, left, squeeze, Lanes::Zero()) - betaLog;
    // With the frequency at a bound, times do.
    const Lanes target =
        SelectState(pack.pace, SLOW, roomHere - (pack.slowest - pack.fastest), roomHere);
    const Lanes timed = excess / target.max(TINY);
    const Lanes muTimed = lambda * beta - w1 * power;
    ratio = SelectState(pack.pace, FAST, timed, ratio);
    ratio = SelectState(pack.pace, SLOW, timed, ratio);
    rise = SelectState(pack.pace, FAST, f.slope / f.phi2, rise);
    rise = SelectState(pack.pace, SLOW, f.slope / f.phi2, rise);
    Lanes muHere = SelectState(pack.pace, FAST, muTimed, muFree);
    muHere = SelectState(pack.pace, SLOW, muTimed, muHere);
    Lanes computeHere = SelectState(pack.pace, FREE, held, pack.slowest);
    computeHere = SelectState(pack.pace, FAST, pack.fastest, computeHere);

    t = SelectState(pack.power, INTERIOR, t, limit * f.phi1);
    mu = SelectState(pack.power, INTERIOR, mu, muHere);
    compute = SelectState(pack.power, INTERIOR, compute, computeHere);
    residual = SelectState(pack.power, INTERIOR, residual, ratio);
    slope = SelectState(pack.power, INTERIOR, slope, rise);
}

JointSums
JointPack::Pin(double roomS)
{
    const Lanes limit = a / (maxPower * s);
    const Lanes room = slack + roomS;
    LaneNewton newton(u);
    for (int step = 0; step < MAX_STEPS; ++step)
    {
        const Lanes x = newton.Get().exp();
        const ExpFunctions f(x);
        const Lanes excess = limit * x * f.phi2;
        if (newton.Step((excess / room).max(TINY).log(), f.slope / f.phi2) < 1e-8)
        {
            break;
        }
    }
    u = newton.Get();
    power.setConstant(MAX_POWER);
    pace.setConstant(FAST);
    const Lanes x = u.exp();
    const ExpFunctions f(x);
    const Lanes q = maxPower * s;
    JointSums sums;
    sums.bandwidthHz = (weight * q / (x * f.phi1)).sum();
    sums.cross = (weight * q * q / a * f.exp / (x * x * f.phi1 * f.phi1 * f.slope)).sum();
    return sums;
}

JointSums
JointPack::Solve(double weightEnergy, double lambda, double roomS, double tolerance)
{
    for (int attempt = 0; attempt < MAX_SWITCHES; ++attempt)
    {
        LaneNewton newton(u);
        for (int step = 0; step < MAX_STEPS; ++step)
        {
            const JointPackAnswer trial(*this, newton.Get(), weightEnergy, lambda, roomS);
            if (newton.Step(trial.residual, trial.slope) < tolerance)
            {
                break;
            }
        }
        u = newton.Get();
        const JointPackAnswer answer(*this, u, weightEnergy, lambda, roomS);
        if (!Switch(*this, answer, lambda))
        {
            return Sum(*this, answer, lambda);
        }
    }
    return Sum(*this, JointPackAnswer(*this, u, weightEnergy, lambda, roomS), lambda);
}

} // namespace fl
} // namespace ns3
