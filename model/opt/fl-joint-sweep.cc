/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-sweep.h"

#include "../ml/fl-thread-pool.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// What a device's optimum looks like; kept by lane, as numbers.
enum Regime
{
    INTERIOR = 0,  //!< power inside of its range
    MAX_POWER = 1, //!< power at its upper bound
    MIN_POWER = 2, //!< power at its lower bound
    SLACK = 3      //!< the same, and time to spare
};

/// How many packs of devices a thread takes at a time.
constexpr size_t PACKS_PER_JOB = 256;
/// Fewer devices than that are not worth a second thread.
constexpr size_t MIN_DEVICES_PER_THREAD = 4096;
/// x = ln(1 + SNR) is searched between these.
const double MIN_U = std::log(1e-30);
const double MAX_U = std::log(500.0);
/// Multipliers may be wrong by rounding before a device changes its regime.
constexpr double SIGN_TOLERANCE = 1e-11;
/// Keeps quotients and logarithms finite.
constexpr double TINY = 1e-290;

/// @return where a lane is in this regime: yes, elsewhere no
Lanes
SelectRegime(const Lanes& regime, Regime which, const Lanes& yes, const Lanes& no)
{
    Lanes result;
    for (int i = 0; i < LANES; ++i)
    {
        result[i] = regime[i] == which ? yes[i] : no[i];
    }
    return result;
}

/// @return (w1 E_compute)^(1/3)-law: the time to compute at a price of time, k = 2 w1 K
Lanes
ComputeTime(const Lanes& k, const Lanes& mu)
{
    return ((k.max(TINY) / mu.max(TINY)).log() / 3).exp();
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

/// @return the CPU frequency with which a device takes a time to compute [Hz]
double
Frequency(const JointDevice& device, double computeS)
{
    return device.cycles > 0
               ? std::clamp(device.cycles / computeS, device.minCpuHz, device.maxCpuHz)
               : device.maxCpuHz;
}

/// More steps than bisection alone would need.
constexpr int MAX_STEPS = 200;
/// More changes of regime than any device has been seen to need.
constexpr int MAX_SWITCHES = 8;

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
    Lanes regime;   //!< of the last answer
};

/// A device that only computes.
struct JointSweep::Computer
{
    size_t index;   //!< in the problem
    double fastest; //!< C / f_max [s]
    double slowest; //!< C / f_min [s]
    double k;       //!< 2 w1 kappa C^3
};

/// What a pack of devices answers, as functions of u = ln x, and the residual of the equation.
struct JointSweep::Answer
{
    /**
     * @param pack the devices, in their regimes
     * @param u ln x
     * @param w1 weight of energy
     * @param lambda price of bandwidth
     * @param roomS duration less base
     */
    Answer(const Pack& pack, const Lanes& u, double w1, double lambda, double roomS)
        : x(u.exp()),
          f(x)
    {
        const Lanes& r = pack.regime;
        power = SelectRegime(r, MAX_POWER, pack.maxPower, pack.minPower);
        power = SelectRegime(r, INTERIOR, pack.maxPower, power);
        eta = f.exp / f.slope;
        const Lanes room = pack.slack + roomS;
        longest = pack.a / (pack.maxPower * pack.s) + room;
        Evaluate(pack, w1, lambda, room);
    }

    Lanes x;        //!< ln(1 + SNR)
    ExpFunctions f; //!< of x
    Lanes power;    //!< p where it is at a bound [W]
    Lanes eta;      //!< d ln y / d ln x
    Lanes longest;  //!< upload time at full frequency [s]
    Lanes t;        //!< upload time [s]
    Lanes compute;  //!< time to compute [s]
    Lanes mu;       //!< price of time
    Lanes beta;     //!< -dB/dt at constant price
    Lanes betaLog;  //!< d ln beta / du, at a bound of power
    Lanes shade;    //!< w1 t y / s: what more bandwidth would save
    Lanes residual; //!< increases with u; 0 at the answer
    Lanes slope;    //!< d residual / du

  private:
    void Evaluate(const Pack& pack, double w1, double lambda, const Lanes& room);
};

void
JointSweep::Answer::Evaluate(const Pack& pack, double w1, double lambda, const Lanes& room)
{
    const Lanes& r = pack.regime;
    const Lanes y = x * x * f.slope;
    // Power inside of its range.
    const Lanes tInside = lambda * pack.s / (w1 * y);
    const Lanes muInside = lambda * pack.a / (tInside * tInside * x);
    // Power at a bound. The bound's own limit of infinite bandwidth is taken off its time.
    const Lanes q = power * pack.s;
    const Lanes limit = pack.a / q;
    const Lanes tBound = limit * f.phi1;
    beta = q * q / pack.a * f.exp / (x * x * f.phi1 * f.phi1 * f.slope);
    betaLog = 2 + x - 2 * f.exp / f.phi1 - eta;
    const Lanes muBound = lambda * beta - w1 * power;
    const Lanes excess = limit * x * f.phi2;
    const Lanes roomBound = SelectRegime(r, MIN_POWER, longest - limit, room).max(TINY);

    t = SelectRegime(r, INTERIOR, tInside, tBound);
    mu = SelectRegime(r, INTERIOR, muInside, muBound);
    shade = w1 * t * y / pack.s;
    const Lanes wanted = ComputeTime(pack.k, mu);
    compute = wanted.max(pack.fastest).min(pack.slowest);
    // d ln mu / du, with which the computing time moves where it is not clipped.
    const Lanes muLog =
        SelectRegime(r, INTERIOR, 2 * eta - 1, lambda * beta * betaLog / mu.max(TINY));
    Lanes moves = SelectLess(wanted, pack.slowest, wanted * muLog / 3, Lanes::Zero());
    moves = SelectLess(pack.fastest, wanted, moves, Lanes::Zero());
    moves = SelectLess(1e-30 * lambda * beta,
                       mu,
                       moves,
                       SelectRegime(r, INTERIOR, moves, Lanes::Zero()));
    // Inside, time falls as u grows; at a bound it grows.
    const Lanes used = SelectRegime(r, INTERIOR, t, excess) + (compute - pack.fastest);
    const Lanes available = SelectRegime(r, INTERIOR, longest, roomBound);
    const Lanes rises = SelectRegime(r, INTERIOR, eta * t, limit * x * f.slope);
    const Lanes sign = SelectRegime(r, INTERIOR, -Lanes::Ones(), Lanes::Ones());
    slope = (rises + moves.abs()) / used.max(TINY);
    slope = SelectRegime(r, SLACK, -betaLog, slope);
    // With time to spare the price of time is 0, and lambda beta = w1 p.
    Lanes ratio = used.max(TINY) / available;
    ratio = SelectRegime(r, SLACK, (w1 * power / (lambda * beta)).max(TINY), ratio);
    residual = sign * ratio.log();
    mu = SelectRegime(r, SLACK, Lanes::Zero(), mu);
    compute = SelectRegime(r, SLACK, pack.slowest, compute);
}

JointSums&
JointSums::operator+=(const JointSums& other)
{
    bandwidthHz += other.bandwidthHz;
    bandwidthSlope += other.bandwidthSlope;
    mu += other.mu;
    muSlope += other.muSlope;
    cross += other.cross;
    free += other.free;
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
        // The caller works too.
        m_pool = std::make_unique<ThreadPool>(threads - 1);
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
    pack.regime[lane] = INTERIOR;
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
                             &last.regime})
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
        pack.regime.setConstant(MAX_POWER);
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

bool
JointSweep::Switch(Pack& pack, const Answer& answer, double lambda)
{
    bool any = false;
    for (int i = 0; i < LANES; ++i)
    {
        const double before = pack.regime[i];
        double after = before;
        const double wish = lambda / answer.shade[i] - 1;
        const double power = pack.a[i] * answer.f.phi1[i] / (pack.s[i] * answer.t[i]);
        switch (static_cast<Regime>(before))
        {
        case INTERIOR:
            after = power > pack.maxPower[i] * (1 + SIGN_TOLERANCE)   ? MAX_POWER
                    : power < pack.minPower[i] * (1 - SIGN_TOLERANCE) ? MIN_POWER
                                                                      : INTERIOR;
            break;
        case MAX_POWER:
            after = wish < -SIGN_TOLERANCE ? INTERIOR : MAX_POWER;
            break;
        case MIN_POWER:
            after = wish > SIGN_TOLERANCE ? INTERIOR
                    : answer.mu[i] < -SIGN_TOLERANCE * m_weightEnergy * pack.minPower[i]
                        ? SLACK
                        : MIN_POWER;
            break;
        case SLACK:
            after = answer.t[i] + pack.slowest[i] >
                            (answer.longest[i] + pack.fastest[i]) * (1 + SIGN_TOLERANCE)
                        ? MIN_POWER
                        : SLACK;
            break;
        }
        pack.regime[i] = after;
        any = any || after != before;
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
    const Lanes& r = pack.regime;
    const Lanes zero = Lanes::Zero();
    const Lanes inside = pack.a / (answer.t * answer.x);
    const Lanes atBound = answer.power * pack.s / (answer.x * answer.f.phi1);
    const Lanes bandwidth = SelectRegime(r, INTERIOR, inside, atBound);
    // beta = -dB/dt = dmu/dlambda and alpha = -dmu/dt, both at constant price.
    const Lanes beta =
        SelectRegime(r, INTERIOR, bandwidth / answer.t * (1 - 1 / answer.eta), answer.beta);
    const Lanes dt = pack.a / (answer.power * pack.s) * answer.x * answer.f.slope;
    const Lanes alpha = SelectRegime(r,
                                     INTERIOR,
                                     answer.mu / answer.t * (2 - 1 / answer.eta),
                                     -lambda * answer.beta * answer.betaLog / dt);
    // Of a longer round, the upload gets the share omega: all of it where computing is clipped.
    const Lanes gamma = 3 * answer.mu / answer.compute.max(TINY);
    Lanes omega = gamma / (alpha + gamma).max(TINY);
    omega = SelectLess(pack.fastest, answer.compute, omega, Lanes::Ones());
    omega = SelectLess(answer.compute, pack.slowest, omega, Lanes::Ones());
    omega = SelectRegime(r, SLACK, zero, omega);
    const Lanes direct = SelectRegime(r, INTERIOR, -bandwidth / (lambda * answer.eta), zero);
    const Lanes pinned = SelectLess(pack.fastest, answer.compute, zero, Lanes::Ones());

    JointSums sums;
    sums.bandwidthHz = (pack.weight * bandwidth).sum();
    sums.bandwidthSlope = (pack.weight * (direct - beta * beta * (1 - omega) / alpha)).sum();
    sums.mu = (pack.weight * answer.mu).sum();
    sums.muSlope = -(pack.weight * alpha * omega).sum();
    sums.cross = (pack.weight * beta * omega).sum();
    sums.free = (pack.weight * (1 - SelectRegime(r, MAX_POWER, pinned, zero))).sum();
    return sums;
}

JointSums
JointSweep::Solve(double lambda, double roomS, double tolerance)
{
    JointSums sums = ForAll([&](Pack& pack) { return SolvePack(pack, lambda, roomS, tolerance); });
    const double roundS = m_baseS + roomS;
    for (const auto& computer : m_computers)
    {
        if (roundS < computer.slowest && roundS > computer.fastest)
        {
            const double mu = computer.k / std::pow(roundS, 3);
            sums.mu += mu;
            sums.muSlope -= 3 * mu / roundS;
        }
    }
    return sums;
}

void
JointSweep::StartSlack()
{
    for (auto& pack : m_packs)
    {
        pack.regime.setConstant(SLACK);
    }
}

double
JointSweep::GuessLambda() const
{
    double sum = 0;
    for (const auto& pack : m_packs)
    {
        const Lanes x = pack.u.exp();
        const ExpFunctions f(x);
        const Lanes t = pack.a / (pack.maxPower * pack.s) * f.phi1;
        sum += (pack.weight * (m_weightEnergy * t * x * x * f.slope / pack.s).log()).sum();
    }
    return std::exp(sum / static_cast<double>(m_uploaders.size()));
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
        if (computer.fastest >= m_baseS && computer.fastest > 0)
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
JointSweep::GetMaxPowerW() const
{
    double sum = 0;
    for (const auto& pack : m_packs)
    {
        sum += (pack.weight * pack.maxPower).sum();
    }
    return sum;
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
            const bool inside = pack.regime[lane] == INTERIOR;
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
        const double compute = std::clamp(roundS, computer.fastest, computer.slowest);
        shares[computer.index].txPowerW = device.minTxPowerW;
        shares[computer.index].cpuHz = Frequency(device, compute);
        if (device.cycles > 0 && roundS < computer.slowest)
        {
            mu[computer.index] = computer.k / std::pow(compute, 3);
        }
    }
}

} // namespace fl
} // namespace ns3
