/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-sweep.h"

#include "ns3/fl-thread-pool.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// Where the power is at a device's optimum; kept by lane, as numbers.
enum Power
{
    INTERIOR = 0,  //!< inside of its range
    MAX_POWER = 1, //!< at its upper bound
    MIN_POWER = 2  //!< at its lower bound
};

/// And, if the power is at a bound, the pace of computing.
enum Pace
{
    FREE = 0, //!< frequency inside of its range
    FAST = 1, //!< frequency at its upper bound
    SLOW = 2, //!< frequency at its lower bound
    SPARE = 3 //!< the same, and time to spare
};

/// How many packs of devices a thread takes at a time.
constexpr size_t PACKS_PER_JOB = 256;
/// Fewer devices than that are not worth a second thread.
constexpr size_t MIN_DEVICES_PER_THREAD = 4096;
/// x = ln(1 + SNR) is searched between these.
const double MIN_U = std::log(1e-30);
const double MAX_U = std::log(500.0); //!< the upper end
/// Multipliers may be wrong by rounding before a device changes its state.
constexpr double SIGN_TOLERANCE = 1e-11;
/// Keeps quotients and logarithms finite.
constexpr double TINY = 1e-290;
/// Keeps quotients by a time finite, those by its cube too [s].
constexpr double TINY_TIME = 1e-90;

/**
 * @param state by lane, a Power or Pace
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
 * @param device cycles and range of its CPU frequency
 * @param computeS computing time [s], positive
 * @return the CPU frequency with which a device takes that time to compute, clamped to its range
 *         [Hz]
 */
double
Frequency(const JointDevice& device, double computeS)
{
    return device.cycles > 0
               ? std::clamp(device.cycles / computeS, device.minCpuHz, device.maxCpuHz)
               : device.maxCpuHz;
}

/// More steps than bisection alone would need.
constexpr int MAX_STEPS = 200;
/// More changes of state than any device has been seen to need.
constexpr int MAX_SWITCHES = 64;

} // namespace

/// Several devices that upload.
struct JointSweep::Pack
{
    Lanes a;        //!< d ln 2 [nat]
    Lanes s;        //!< g / N0 [Hz/W]
    Lanes minPower; //!< [W]
    Lanes maxPower; //!< [W]
    Lanes fastest;  //!< C / f_max [s]
    Lanes slowest;  //!< C / f_min [s]; infinite where f_min is 0
    Lanes k;        //!< 2 w1 kappa C^3
    Lanes slack;    //!< the base less the device's own [s]
    Lanes weight;   //!< 1, and 0 in lanes that only fill up the last pack
    Lanes u;        //!< ln x of the last answer
    Lanes power;    //!< Power of the last answer
    Lanes pace;     //!< Pace of the last answer
};

/// A device that only computes.
struct JointSweep::Computer
{
    size_t index;   //!< in the problem
    double fastest; //!< C / f_max [s]
    double slowest; //!< C / f_min [s]
    double k;       //!< 2 w1 kappa C^3

    /**
     * @param roundS duration of the round [s]
     * @return its price of time [1/s], of which d/dT is -3 / T as much
     */
    double Mu(double roundS) const
    {
        return roundS < slowest ? k / std::pow(std::max(roundS, fastest), 3) : 0;
    }
};

/// What a pack of devices answers, as functions of u = ln x, and the residual of the equation.
struct JointSweep::Answer
{
    /**
     * @param pack the devices, in their states
     * @param u ln x
     * @param w1 weight of energy
     * @param lambda price of bandwidth
     * @param roomS duration less base
     */
    Answer(const Pack& pack, const Lanes& u, double w1, double lambda, double roomS)
        : weight(w1),
          x(u.exp()),
          f(x),
          eta(f.exp / f.slope),
          y(x * x * f.slope),
          room(pack.slack + roomS),
          longest(pack.a / (pack.maxPower * pack.s) + room)
    {
        // Devices of one pack are mostly in one state.
        if ((pack.power == double(INTERIOR)).any())
        {
            EvaluateInside(pack, w1, lambda);
        }
        if ((pack.power != double(INTERIOR)).any())
        {
            EvaluateAtBound(pack, w1, lambda);
        }
        shade = w1 * t * y / pack.s;
        residual = residual.max(TINY).log();
    }

    double weight;  //!< w1
    Lanes x;        //!< ln(1 + SNR)
    ExpFunctions f; //!< of x
    Lanes eta;      //!< d ln y / d ln x
    Lanes y;        //!< (x - 1) e^x + 1
    Lanes room;     //!< upload time at full frequency, less that of full power on endless band [s]
    Lanes longest;  //!< upload time at full frequency [s]
    Lanes power{Lanes::Ones()};    //!< p where it is at a bound [W]
    Lanes t{Lanes::Ones()};        //!< upload time [s]
    Lanes compute{Lanes::Ones()};  //!< time to compute [s]
    Lanes mu{Lanes::Ones()};       //!< price of time
    Lanes beta{Lanes::Ones()};     //!< -dB/dt at constant power
    Lanes betaLog{Lanes::Ones()};  //!< d ln beta / du
    Lanes shade;                   //!< w1 t y / s: what more bandwidth would save
    Lanes residual{Lanes::Ones()}; //!< increases with u; 0 at the answer
    Lanes slope{Lanes::Ones()};    //!< d residual / du

  private:
    void EvaluateInside(const Pack& pack, double w1, double lambda);
    void EvaluateAtBound(const Pack& pack, double w1, double lambda);
};

/// Power inside of its range: the price of time follows from that of bandwidth.
void
JointSweep::Answer::EvaluateInside(const Pack& pack, double w1, double lambda)
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

/// Power at a bound: time and bandwidth follow from x. What is not so for a lane is left alone.
void
JointSweep::Answer::EvaluateAtBound(const Pack& pack, double w1, double lambda)
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

JointSums&
JointSums::operator+=(const JointSums& other)
{
    bandwidthHz += other.bandwidthHz;
    bandwidthSlope += other.bandwidthSlope;
    mu += other.mu;
    muSlope += other.muSlope;
    cross += other.cross;
    return *this;
}

JointSweep::JointSweep(const JointProblem& problem, double weightEnergy, uint32_t threads)
    : m_problem(problem),
      m_weightEnergy(weightEnergy)
{
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const bool computes = device.cycles > 0;
        const bool costs = computes && device.capacitance > 0;
        const double fastest = computes ? device.cycles / device.maxCpuHz : 0;
        // Where computing costs nothing it is done as fast as can be.
        const double slowest = costs ? device.cycles / device.minCpuHz : fastest;
        m_slowestS = std::max(m_slowestS, slowest);
        const double k = 2 * weightEnergy * device.capacitance * std::pow(device.cycles, 3);
        if (device.payloadBits > 0)
        {
            m_uploaders.push_back(i);
            AddUploader(device, fastest, slowest, k);
        }
        else
        {
            m_baseS = std::max(m_baseS, fastest);
            m_computers.push_back({i, fastest, slowest, k});
        }
    }
    FinishPacks();
    if (threads > 1 && problem.devices.size() >= 2 * MIN_DEVICES_PER_THREAD)
    {
        m_pool = std::make_unique<ThreadPool>(threads);
    }
}

JointSweep::~JointSweep() = default;

void
JointSweep::AddUploader(const JointDevice& device, double fastest, double slowest, double k)
{
    const size_t lane = (m_uploaders.size() - 1) % LANES;
    if (lane == 0)
    {
        m_packs.emplace_back();
    }
    Pack& pack = m_packs.back();
    pack.a[lane] = device.payloadBits * std::log(2.0);
    pack.s[lane] = device.gain / m_problem.noiseWPerHz;
    pack.minPower[lane] = device.minTxPowerW;
    pack.maxPower[lane] = device.maxTxPowerW;
    pack.fastest[lane] = fastest;
    pack.slowest[lane] = slowest;
    pack.k[lane] = k;
    pack.slack[lane] = -(pack.a[lane] / (device.maxTxPowerW * pack.s[lane]) + fastest);
    pack.weight[lane] = 1;
    pack.u[lane] = 0;
    pack.power[lane] = INTERIOR;
    pack.pace[lane] = FREE;
    m_baseS = std::max(m_baseS, -pack.slack[lane]);
}

void
JointSweep::FinishPacks()
{
    if (m_packs.empty())
    {
        return;
    }
    Pack& last = m_packs.back();
    for (size_t lane = (m_uploaders.size() - 1) % LANES + 1; lane < LANES; ++lane)
    {
        for (Lanes* field : {&last.a,
                             &last.s,
                             &last.minPower,
                             &last.maxPower,
                             &last.fastest,
                             &last.slowest,
                             &last.k,
                             &last.slack,
                             &last.u,
                             &last.power,
                             &last.pace})
        {
            (*field)[lane] = (*field)[lane - 1];
        }
        last.weight[lane] = 0;
    }
    for (auto& pack : m_packs)
    {
        pack.slack += m_baseS;
    }
}

ThreadPool*
JointSweep::GetPool() const
{
    return m_pool.get();
}

double
JointSweep::GetBaseS() const
{
    return m_baseS;
}

bool
JointSweep::HasUploads() const
{
    return !m_packs.empty();
}

template <typename Work>
JointSums
JointSweep::ForAll(const Work& work)
{
    const size_t jobs = (m_packs.size() + PACKS_PER_JOB - 1) / PACKS_PER_JOB;
    std::vector<JointSums> parts(jobs);
    const auto job = [&](size_t index) {
        const size_t end = std::min(m_packs.size(), (index + 1) * PACKS_PER_JOB);
        for (size_t i = index * PACKS_PER_JOB; i < end; ++i)
        {
            parts[index] += work(m_packs[i]);
        }
    };
    if (m_pool)
    {
        m_pool->ParallelFor(jobs, job);
    }
    else
    {
        for (size_t index = 0; index < jobs; ++index)
        {
            job(index);
        }
    }
    // In the order of the devices, whoever was first.
    JointSums sums;
    for (const auto& part : parts)
    {
        sums += part;
    }
    return sums;
}

bool
JointSweep::HasComputers() const
{
    return !m_computers.empty();
}

JointSums
JointSweep::Pinned(double roomS)
{
    return ForAll([roomS](Pack& pack) {
        const Lanes limit = pack.a / (pack.maxPower * pack.s);
        const Lanes room = pack.slack + roomS;
        LaneNewton newton(pack.u);
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
        pack.u = newton.Get();
        pack.power.setConstant(MAX_POWER);
        pack.pace.setConstant(FAST);
        const Lanes x = pack.u.exp();
        const ExpFunctions f(x);
        const Lanes q = pack.maxPower * pack.s;
        JointSums sums;
        sums.bandwidthHz = (pack.weight * q / (x * f.phi1)).sum();
        sums.cross =
            (pack.weight * q * q / pack.a * f.exp / (x * x * f.phi1 * f.phi1 * f.slope)).sum();
        return sums;
    });
}

/**
 * @param pack the devices, with states that answer was computed for
 * @param answer best response of the devices, with multipliers
 * @param lane which device of the pack
 * @return the Pace that the multipliers of an answer ask for, power being at a bound
 */
int
JointSweep::NextPace(const Pack& pack, const Answer& answer, int lane)
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
    switch (static_cast<Pace>(pack.pace[lane]))
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
JointSweep::Switch(Pack& pack, const Answer& answer, double lambda)
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

JointSums
JointSweep::SolvePack(Pack& pack, double lambda, double roomS, double tolerance)
{
    for (int attempt = 0; attempt < MAX_SWITCHES; ++attempt)
    {
        LaneNewton newton(pack.u);
        for (int step = 0; step < MAX_STEPS; ++step)
        {
            const Answer trial(pack, newton.Get(), m_weightEnergy, lambda, roomS);
            if (newton.Step(trial.residual, trial.slope) < tolerance)
            {
                break;
            }
        }
        pack.u = newton.Get();
        const Answer answer(pack, pack.u, m_weightEnergy, lambda, roomS);
        if (!Switch(pack, answer, lambda))
        {
            return Sum(pack, answer, lambda);
        }
    }
    return Sum(pack, Answer(pack, pack.u, m_weightEnergy, lambda, roomS), lambda);
}

JointSums
JointSweep::Sum(const Pack& pack, const Answer& answer, double lambda)
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

JointSums
JointSweep::Solve(double lambda, double roomS, double tolerance)
{
    JointSums sums = ForAll([&](Pack& pack) { return SolvePack(pack, lambda, roomS, tolerance); });
    const double roundS = m_baseS + roomS;
    for (const auto& computer : m_computers)
    {
        if (roundS > computer.fastest)
        {
            sums.mu += computer.Mu(roundS);
            sums.muSlope -= 3 * computer.Mu(roundS) / roundS;
        }
    }
    return sums;
}

void
JointSweep::StartSlack()
{
    for (auto& pack : m_packs)
    {
        pack.power.setConstant(MIN_POWER);
        pack.pace.setConstant(SPARE);
    }
}

double
JointSweep::StartEqual()
{
    const double shareHz = m_problem.bandwidthHz / static_cast<double>(m_uploaders.size());
    double logs = 0;
    for (auto& pack : m_packs)
    {
        const Lanes x = (pack.maxPower * pack.s / shareHz).log1p().max(1e-12).min(400.0);
        const ExpFunctions f(x);
        const Lanes t = pack.a / (x * shareHz);
        pack.u = x.log();
        pack.power.setConstant(INTERIOR);
        logs += (pack.weight * (m_weightEnergy * t * x * x * f.slope / pack.s).log()).sum();
    }
    return std::exp(logs / static_cast<double>(m_uploaders.size()));
}

double
JointSweep::GetSmallestSlackS() const
{
    double slack = std::numeric_limits<double>::infinity();
    for (const auto& pack : m_packs)
    {
        slack = std::min(slack, pack.slack.minCoeff());
    }
    return slack;
}

double
JointSweep::GetWidebandRoomS() const
{
    // At low SNR, B = a / (2 room).
    double nats = 0;
    for (const auto& pack : m_packs)
    {
        nats += (pack.weight * pack.a).sum();
    }
    return nats / (2 * m_problem.bandwidthHz);
}

double
JointSweep::GetPinnedComputerMu() const
{
    double mu = 0;
    for (const auto& computer : m_computers)
    {
        if (computer.fastest >= m_baseS && computer.fastest < computer.slowest)
        {
            mu += computer.k / std::pow(computer.fastest, 3);
        }
    }
    return mu;
}

size_t
JointSweep::GetSlowestComputer() const
{
    const auto slower = [](const Computer& a, const Computer& b) { return a.fastest < b.fastest; };
    return std::max_element(m_computers.begin(), m_computers.end(), slower)->index;
}

double
JointSweep::GetSlowestComputeS() const
{
    return m_slowestS;
}

double
JointSweep::GetComputeWeight() const
{
    double sum = 0;
    for (const auto& pack : m_packs)
    {
        sum += (pack.weight * pack.k).sum();
    }
    for (const auto& computer : m_computers)
    {
        sum += computer.k;
    }
    return sum / 2;
}

std::vector<JointShare>
JointSweep::GetShares(double lambda, double roomS, std::vector<double>& mu) const
{
    std::vector<JointShare> shares(m_problem.devices.size());
    mu.assign(shares.size(), 0.0);
    double usedHz = 0;
    for (size_t begin = 0; begin < m_uploaders.size(); begin += LANES)
    {
        const Pack& pack = m_packs[begin / LANES];
        const Answer answer(pack, pack.u, m_weightEnergy, lambda, roomS);
        for (size_t lane = 0; lane < LANES && begin + lane < m_uploaders.size(); ++lane)
        {
            const size_t device = m_uploaders[begin + lane];
            const bool inside = pack.power[lane] == INTERIOR;
            auto& share = shares[device];
            share.txPowerW = inside ? std::clamp(pack.a[lane] * answer.f.phi1[lane] /
                                                     (pack.s[lane] * answer.t[lane]),
                                                 pack.minPower[lane],
                                                 pack.maxPower[lane])
                                    : answer.power[lane];
            share.bandwidthHz =
                inside ? pack.a[lane] / (answer.t[lane] * answer.x[lane])
                       : share.txPowerW * pack.s[lane] / (answer.x[lane] * answer.f.phi1[lane]);
            share.cpuHz = Frequency(m_problem.devices[device], answer.compute[lane]);
            mu[device] = std::max(0.0, answer.mu[lane]);
            usedHz += share.bandwidthHz;
        }
    }
    for (const auto device : m_uploaders)
    {
        shares[device].bandwidthHz *= m_problem.bandwidthHz / usedHz;
    }
    AddComputers(roomS, shares, mu);
    return shares;
}

void
JointSweep::AddComputers(double roomS,
                         std::vector<JointShare>& shares,
                         std::vector<double>& mu) const
{
    const double roundS = m_baseS + roomS;
    for (const auto& computer : m_computers)
    {
        const auto& device = m_problem.devices[computer.index];
        const double computeS = std::clamp(roundS, computer.fastest, computer.slowest);
        shares[computer.index].txPowerW = device.minTxPowerW;
        shares[computer.index].cpuHz = Frequency(device, computeS);
        mu[computer.index] = device.cycles > 0 ? computer.Mu(roundS) : 0;
    }
}

} // namespace fl
} // namespace ns3
