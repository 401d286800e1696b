/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-sweep.h"

#include "fl-joint-pack.h"

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

/// How many packs of devices a thread takes at a time.
constexpr size_t PACKS_PER_JOB = 256;
/// Fewer devices than that are not worth a second thread: a sweep takes about 0.2 us for each, so
/// that a thread's part takes a millisecond, of which waking it and waiting for it are per cents.
constexpr size_t MIN_DEVICES_PER_THREAD = 4096;

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

} // namespace

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
    JointPack& pack = m_packs.back();
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
    JointPack& last = m_packs.back();
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
    return ForAll([roomS](JointPack& pack) { return pack.Pin(roomS); });
}

JointSums
JointSweep::Solve(double lambda, double roomS, double tolerance)
{
    JointSums sums = ForAll(
        [&](JointPack& pack) { return pack.Solve(m_weightEnergy, lambda, roomS, tolerance); });
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
        const JointPack& pack = m_packs[begin / LANES];
        const JointPackAnswer answer(pack, pack.u, m_weightEnergy, lambda, roomS);
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
