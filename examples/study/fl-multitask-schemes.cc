/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-schemes.h"

#include "ns3/fl-dma-baselines.h"
#include "ns3/fl-dma-methods.h"
#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Stream of a run's seed, of drawn idle times.
constexpr uint64_t IDLE_TIMES = 3;

/**
 * @param problem P
 * @param solution an answer to it
 * @return its periods, by task
 */
std::vector<std::vector<MultitaskPeriod>>
PeriodsOf(const DmaProblem& problem, const DmaSolution& solution)
{
    const auto outcomes = DmaOutcomes(problem, solution.schedule, solution.allocation);
    std::vector<std::vector<MultitaskPeriod>> tasks(problem.tasks.size());
    for (size_t j = 0; j < tasks.size(); ++j)
    {
        for (size_t n = 1; n <= solution.schedule[j].size(); ++n)
        {
            const auto& plan = solution.allocation[j][n - 1];
            const auto& outcome = outcomes[j][n - 1];
            const auto& assignment = solution.schedule[j][n - 1];
            MultitaskPeriod period;
            period.device = assignment.device;
            period.base = static_cast<uint32_t>(assignment.base);
            period.aggregation = static_cast<uint32_t>(n);
            period.iterations = static_cast<uint32_t>(std::lround(plan.iterations));
            period.batch = static_cast<uint32_t>(std::lround(plan.batch));
            period.idleS = outcome.idleS;
            period.downloadS = outcome.downloadS;
            period.computeS = plan.computeS;
            period.uploadS = outcome.uploadS;
            period.endS = plan.arrivalS;
            period.computeJ = outcome.computeJ;
            period.uploadJ = outcome.uploadJ;
            period.downloadJ = outcome.downloadJ;
            tasks[j].push_back(period);
        }
    }
    return tasks;
}

/// Synchronous rounds of one task, with the resources in the middle of their ranges.
class Rounds
{
  public:
    /**
     * @param problem P
     * @param task j
     * @param closesAt updates that close a round
     * @param late what becomes of later ones
     */
    Rounds(const DmaProblem& problem, size_t task, uint32_t closesAt, LateUpdates late)
        : m_closesAt(closesAt),
          m_late(late)
    {
        const auto work = MiddleDmaWork(problem);
        for (uint32_t i = 0; i < problem.devices.size(); ++i)
        {
            const auto& device = problem.devices[i];
            const double cpuHz =
                problem.CpuShare(i, task) * (device.minCpuHz + device.maxCpuHz) / 2;
            MultitaskPeriod period;
            period.device = i;
            period.iterations = static_cast<uint32_t>(std::lround(work[i][task].iterations));
            period.batch = static_cast<uint32_t>(std::lround(work[i][task].batch));
            const double cycles =
                device.tasks[task].cyclesPerSample * period.iterations * period.batch;
            period.downloadS = problem.DownloadS(i, task);
            period.computeS = cycles / cpuHz;
            period.uploadS = problem.UploadS(i, task);
            period.computeJ = device.effectiveCapacitance * cycles * cpuHz * cpuHz;
            period.uploadJ = device.txPowerW * period.uploadS;
            period.downloadJ = device.downlinkPowerW * period.downloadS;
            m_idle.push_back(period);
        }
    }

    /// @param rounds G @return all periods, in the order of their ends
    std::vector<MultitaskPeriod> Run(uint32_t rounds)
    {
        for (uint32_t n = 1; n <= rounds; ++n)
        {
            Begin(n - 1);
            Close(n);
        }
        return std::move(m_ended);
    }

  private:
    /// All idle devices begin a period. @param version of the global model that they train, from 0
    void Begin(uint32_t version)
    {
        for (auto period : m_idle)
        {
            period.base = version;
            period.idleS = 0;
            period.endS = m_nowS + period.downloadS + period.computeS + period.uploadS;
            m_busy.push_back(period);
        }
        m_idle.clear();
        std::sort(m_busy.begin(), m_busy.end(), [](const auto& a, const auto& b) {
            return std::pair(a.endS, a.device) < std::pair(b.endS, b.device);
        });
    }

    /// The first updates make an aggregation. @param n its number
    void Close(uint32_t n)
    {
        for (uint32_t i = 0; i < m_closesAt; ++i)
        {
            m_busy[i].aggregation = n;
            m_ended.push_back(m_busy[i]);
            m_idle.push_back(m_busy[i]);
        }
        m_nowS = m_busy[m_closesAt - 1].endS;
        m_busy.erase(m_busy.begin(), m_busy.begin() + m_closesAt);
        if (m_late == LateUpdates::DROP)
        {
            for (const auto& period : m_busy)
            {
                m_idle.push_back(period);
                m_ended.push_back(Stopped(period));
            }
            m_busy.clear();
        }
    }

    /// @param period under way @return what was done of it until now
    MultitaskPeriod Stopped(MultitaskPeriod period) const
    {
        double leftS = m_nowS - (period.endS - period.downloadS - period.computeS - period.uploadS);
        const auto cut = [&leftS](double& durationS, double& energyJ) {
            const double doneS = std::clamp(leftS, 0.0, durationS);
            energyJ *= durationS > 0 ? doneS / durationS : 0;
            durationS = doneS;
            leftS -= doneS;
        };
        cut(period.downloadS, period.downloadJ);
        cut(period.computeS, period.computeJ);
        cut(period.uploadS, period.uploadJ);
        period.endS = m_nowS;
        period.aggregation = 0;
        return period;
    }

    uint32_t m_closesAt;                  //!< updates that close a round
    LateUpdates m_late;                   //!< what becomes of later ones
    double m_nowS{0};                     //!< when the present round began [s]
    std::vector<MultitaskPeriod> m_idle;  //!< a period of each idle device
    std::vector<MultitaskPeriod> m_busy;  //!< under way, in the order of their ends
    std::vector<MultitaskPeriod> m_ended; //!< over, in the order of their ends
};

} // namespace

const std::vector<MultitaskScheme>&
MultitaskSchemes()
{
    static const std::vector<MultitaskScheme> SCHEMES{{"DMA-FL", "best", 0},
                                                      {"DMA-FL-NR", "nr", 0},
                                                      {"DMA-FL-NS", "ns", 0},
                                                      {"FedAsync", "fedasync", 0},
                                                      {"FedAvg-Full", nullptr, 0},
                                                      {"FedAvg-Partial", nullptr, 5}};
    return SCHEMES;
}

const std::vector<MultitaskScheme>&
MultitaskConventionalSchemes()
{
    static const std::vector<MultitaskScheme> SCHEMES{{"DMA-FL", "best", 0},
                                                      {"asynchronous", "conventional", 0},
                                                      {"synchronous", nullptr, 0}};
    return SCHEMES;
}

MultitaskTimeline
MakeMultitaskTimeline(const MultitaskScheme& scheme,
                      const MultitaskSetting& setting,
                      const MultitaskCase& run,
                      LateUpdates late)
{
    MultitaskTimeline timeline;
    timeline.synchronous = scheme.method == nullptr;
    if (timeline.synchronous)
    {
        const uint32_t closesAt =
            scheme.closesAt == 0 ? setting.devices : std::min(scheme.closesAt, setting.devices);
        for (size_t j = 0; j < run.problem.tasks.size(); ++j)
        {
            timeline.tasks.push_back(
                Rounds(run.problem, j, closesAt, late).Run(setting.aggregations));
        }
        timeline.feasible = true;
        return timeline;
    }
    RandomStream idle(run.seed, IDLE_TIMES);
    DmaOptions options;
    options.uniform = [&idle] { return idle.Uniform(); };
    try
    {
        timeline.solution = SolveDma(scheme.method, run.problem, options);
        timeline.reason = timeline.solution.termination;
    }
    catch (const Infeasible& error)
    {
        timeline.reason = error.what();
        return timeline;
    }
    // What nobody optimized may break limits of time and energy; that is measured.
    timeline.feasible = timeline.solution.status != SolveStatus::FAILED;
    timeline.tasks = PeriodsOf(run.problem, timeline.solution);
    return timeline;
}

} // namespace fl
} // namespace ns3
