/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-schedule-simulation.h"

#include "ns3/fl-error.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-schedule-methods.h"
#include "ns3/fl-thread-pool.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Points of a curve over the rounds.
constexpr uint32_t TRACE_POINTS = 250;

/// What is drawn for a run; streams of one seed are independent.
enum Draw : uint64_t
{
    CHANNELS,
    CHOICES,
    DRAWS
};

/// One curve in one run.
struct CurveRun
{
    double scheduled{0};           //!< sum over the rounds
    double delayS{0};              //!< sum over the rounds [s/bit]
    double empty{0};               //!< rounds without a scheduled device
    double queue{0};               //!< virtual queue after the last round, in units of the limit
    std::vector<double> queueAt;   //!< at the rounds of the trace
    std::vector<double> averageAt; //!< average delay so far over the limit, at the same rounds
};

/// Goes through the rounds with one curve.
class CurveRunner
{
  public:
    /**
     * @param setting the cell
     * @param curve method, and options of its virtual queue; must outlive this
     * @param random for methods that draw
     */
    CurveRunner(const ScheduleSetting& setting, const ScheduleCurve& curve, RandomStream random)
        : m_curve(curve),
          m_random(random),
          m_queue(curve.queue)
    {
        m_problem.bandwidthHz = setting.bandwidthHz;
        m_problem.payloadBits = 1;
        m_problem.delayLimitS = curve.queue.limitS;
        m_problem.averageGainOverNoiseHz.assign(setting.devices, 0);
        m_options.uniform = [this] { return m_random.Uniform(); };
    }

    CurveRunner(const CurveRunner&) = delete;
    CurveRunner& operator=(const CurveRunner&) = delete;

    /**
     * Schedule one round and update the virtual queue.
     * @param gains channel gain over noise power density, by device [Hz]
     * @return wall-clock time that the method took [s]
     * @throws std::runtime_error if the method fails
     */
    double Round(const std::vector<double>& gains)
    {
        m_problem.gainOverNoiseHz = gains;
        m_problem.round = m_queue.GetRound();
        m_problem.queueWeight = m_queue.Weight();
        for (size_t k = 0; k < gains.size(); ++k)
        {
            auto& average = m_problem.averageGainOverNoiseHz[k];
            average += (gains[k] - average) / static_cast<double>(m_problem.round);
        }
        const auto start = std::chrono::steady_clock::now();
        const auto solution = SolveSchedule(m_curve.method, m_problem, m_options);
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        if (solution.status == SolveStatus::FAILED)
        {
            throw std::runtime_error(
                Describe("method ", m_curve.method, ": ", solution.termination));
        }
        m_queue.Update(solution.delayS);
        m_result.scheduled += static_cast<double>(solution.selected);
        m_result.delayS += solution.delayS;
        m_result.empty += solution.selected == 0 ? 1 : 0;
        m_result.queue = m_queue.Get();
        return elapsed.count();
    }

    /// Append the queue and the average delay to the trace. @param rounds so far
    void Trace(uint32_t rounds)
    {
        m_result.queueAt.push_back(m_result.queue);
        m_result.averageAt.push_back(m_result.delayS / rounds / m_curve.queue.limitS);
    }

    /// @return the sums and traces so far
    CurveRun& GetResult()
    {
        return m_result;
    }

  private:
    const ScheduleCurve& m_curve; //!< who schedules
    RandomStream m_random;        //!< of methods that draw
    ScheduleOptions m_options;    //!< draws from it
    ScheduleProblem m_problem;    //!< of the round
    DelayQueue m_queue;           //!< of delays
    CurveRun m_result;            //!< so far
};

/// Add a run of a curve to its statistics.
void
AddRun(ScheduleStatistics& statistics, const CurveRun& run, double rounds, double limitS)
{
    statistics.scheduled.Add(run.scheduled / rounds);
    statistics.delayPerBitS.Add(run.delayS / rounds);
    statistics.delayOverLimit.Add(run.delayS / rounds / limitS);
    statistics.emptyShare.Add(run.empty / rounds);
    statistics.queue.Add(run.queue);
    statistics.queueAt.resize(run.queueAt.size());
    statistics.averageAt.resize(run.averageAt.size());
    for (size_t i = 0; i < run.queueAt.size(); ++i)
    {
        statistics.queueAt[i].Add(run.queueAt[i]);
        statistics.averageAt[i].Add(run.averageAt[i]);
    }
}

} // namespace

std::vector<uint32_t>
ScheduleTraceRounds(uint32_t rounds)
{
    std::vector<uint32_t> trace;
    const uint32_t points = std::min(rounds, TRACE_POINTS);
    for (uint32_t i = 1; i <= points; ++i)
    {
        // Close together at first, where most happens: squares.
        const double part = static_cast<double>(i) / points;
        const auto round = static_cast<uint32_t>(std::lround(rounds * part * part));
        if (round > (trace.empty() ? 0 : trace.back()))
        {
            trace.push_back(round);
        }
    }
    return trace;
}

std::vector<ScheduleStatistics>
SimulateSchedules(const ScheduleSetting& setting,
                  const std::vector<ScheduleCurve>& curves,
                  uint32_t runs,
                  uint64_t seed,
                  ThreadPool& pool,
                  WorkProgress* progress)
{
    const auto trace = ScheduleTraceRounds(setting.rounds);
    std::vector<std::vector<CurveRun>> results(runs);
    pool.ParallelFor(runs, [&](size_t run) {
        ScheduleChannels channels(setting, RandomStream(seed, DRAWS * run + CHANNELS));
        std::vector<std::unique_ptr<CurveRunner>> runners;
        for (const auto& curve : curves)
        {
            runners.push_back(
                std::make_unique<CurveRunner>(setting,
                                              curve,
                                              RandomStream(seed, DRAWS * run + CHOICES)));
        }
        size_t point = 0;
        for (uint32_t round = 1; round <= setting.rounds; ++round)
        {
            const auto gains = channels.Next();
            const bool traced = trace[point] == round;
            point += traced ? 1 : 0;
            for (auto& runner : runners)
            {
                runner->Round(gains);
                if (traced)
                {
                    runner->Trace(round);
                }
            }
            if (progress)
            {
                progress->Add(static_cast<double>(curves.size()));
            }
        }
        for (auto& runner : runners)
        {
            results[run].push_back(std::move(runner->GetResult()));
        }
    });
    std::vector<ScheduleStatistics> statistics(curves.size());
    for (const auto& run : results)
    {
        for (size_t i = 0; i < curves.size(); ++i)
        {
            AddRun(statistics[i], run[i], setting.rounds, curves[i].queue.limitS);
        }
    }
    return statistics;
}

std::vector<double>
MeasureRunTimes(const ScheduleSetting& setting,
                const ScheduleCurve& curve,
                uint64_t seed,
                WorkProgress& progress)
{
    ScheduleChannels channels(setting, RandomStream(seed, CHANNELS));
    CurveRunner runner(setting, curve, RandomStream(seed, CHOICES));
    std::vector<double> seconds;
    for (uint32_t round = 0; round < setting.rounds; ++round)
    {
        seconds.push_back(runner.Round(channels.Next()));
        progress.Add();
    }
    std::sort(seconds.begin(), seconds.end());
    return seconds;
}

} // namespace fl
} // namespace ns3
