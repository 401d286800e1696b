/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-baselines.h"

#include <cmath>
#include <queue>
#include <tuple>

namespace ns3
{
namespace fl
{

namespace
{

/// A download that begins, or an update that is in.
struct Event
{
    double timeS{0};       //!< when [s]
    bool isStart{false};   //!< a download begins
    uint32_t device{0};    //!< whose
    int32_t base{0};       //!< version that an update began from
    uint32_t staleness{0}; //!< of what was in flight, aggregations before the horizon

    /// @return whether this one is later: what a queue of the earliest needs
    /// @param other to compare with
    bool operator<(const Event& other) const
    {
        return std::tie(timeS, isStart, device) >
               std::tie(other.timeS, other.isStart, other.device);
    }
};

/// Runs one task.
class AsyncRun
{
  public:
    /**
     * @param problem a valid problem
     * @param task j
     * @param work by device and task
     * @param idleS see FedAsyncDmaBaseline()
     */
    AsyncRun(const DmaProblem& problem,
             size_t task,
             const std::vector<std::vector<DmaFixedWork>>& work,
             const std::function<double(size_t, size_t)>& idleS)
        : m_problem(problem),
          m_task(task),
          m_work(work),
          m_idleS(idleS)
    {
    }

    /// Run until there are enough aggregations.
    /// @param schedule where to put who made them
    /// @param plans where to put how
    void Run(DmaTaskSchedule& schedule, std::vector<DmaPeriodPlan>& plans)
    {
        const auto& task = m_problem.tasks[m_task];
        for (uint32_t i = 0; i < m_problem.devices.size(); ++i)
        {
            const auto& pair = m_problem.devices[i].tasks[m_task];
            if (pair.inFlight)
            {
                m_queue.push(
                    {pair.inFlight->readyS, false, i, DMA_IN_FLIGHT, pair.inFlight->staleness});
            }
            else
            {
                Begin(i, pair.startS);
            }
        }
        while (schedule.size() < task.aggregations)
        {
            const Event event = m_queue.top();
            m_queue.pop();
            const auto now = static_cast<uint32_t>(schedule.size());
            const uint32_t i = event.device;
            if (event.isStart)
            {
                const double tripS =
                    m_problem.DownloadS(i, m_task) + ComputeS(i) + m_problem.UploadS(i, m_task);
                m_queue.push({event.timeS + tripS, false, i, static_cast<int32_t>(now), 0});
                continue;
            }
            const uint32_t staleness = event.base == DMA_IN_FLIGHT
                                           ? now + event.staleness
                                           : now - static_cast<uint32_t>(event.base);
            if (staleness <= task.stalenessLimit)
            {
                schedule.push_back({i, event.base});
                plans.push_back({event.timeS,
                                 event.base == DMA_IN_FLIGHT ? 0 : ComputeS(i),
                                 m_work[i][m_task].batch,
                                 m_work[i][m_task].iterations});
            }
            Begin(i, event.timeS);
        }
    }

  private:
    /// @return T^C of a device, at its share of the mean of least and largest frequency [s]
    /// @param i the device
    double ComputeS(uint32_t i) const
    {
        const auto& device = m_problem.devices[i];
        const auto& work = m_work[i][m_task];
        const double cpuHz =
            m_problem.CpuShare(i, m_task) * (device.minCpuHz + device.maxCpuHz) / 2;
        return device.tasks[m_task].cyclesPerSample * work.iterations * work.batch / cpuHz;
    }

    /// A device waits, then begins its next period.
    void Begin(uint32_t i, double timeS)
    {
        m_queue.push({timeS + (m_idleS ? m_idleS(i, m_task) : 0), true, i, 0, 0});
    }

    const DmaProblem& m_problem;                          //!< the problem
    size_t m_task;                                        //!< j
    const std::vector<std::vector<DmaFixedWork>>& m_work; //!< by device and task
    const std::function<double(size_t, size_t)>& m_idleS; //!< draws idle times
    std::priority_queue<Event> m_queue;                   //!< what is to come
};

} // namespace

std::vector<std::vector<DmaFixedWork>>
MiddleDmaWork(const DmaProblem& problem)
{
    std::vector<std::vector<DmaFixedWork>> work;
    for (const auto& device : problem.devices)
    {
        work.emplace_back();
        for (size_t j = 0; j < problem.tasks.size(); ++j)
        {
            const auto& task = problem.tasks[j];
            DmaFixedWork middle{(task.minIterations + task.maxIterations) / 2,
                                (1 + device.tasks[j].samples) / 2};
            if (!problem.relaxed)
            {
                // Down, or up if that is below the range.
                const double steps = std::floor(middle.iterations);
                middle.iterations = steps < task.minIterations ? steps + 1 : steps;
                middle.batch = std::floor(middle.batch);
            }
            work.back().push_back(middle);
        }
    }
    return work;
}

DmaProblem
WithMiddleDmaFrequency(const DmaProblem& problem)
{
    DmaProblem middle = problem;
    for (auto& device : middle.devices)
    {
        device.minCpuHz = device.maxCpuHz = (device.minCpuHz + device.maxCpuHz) / 2;
    }
    return middle;
}

/**
 * FedAsync with the work of MiddleDmaWork(), each task simulated by itself.
 * @param problem a valid problem
 * @param idleS drawn idle time before a download, of a device and a task [s]; none: no idle time
 * @return the schedule and what it did; it may take longer than allowed, or more energy
 */
DmaBaseline
FedAsyncDmaBaseline(const DmaProblem& problem, const std::function<double(size_t, size_t)>& idleS)
{
    DmaBaseline baseline;
    const auto work = MiddleDmaWork(problem);
    baseline.schedule.resize(problem.tasks.size());
    baseline.allocation.resize(problem.tasks.size());
    for (size_t j = 0; j < problem.tasks.size(); ++j)
    {
        AsyncRun(problem, j, work, idleS).Run(baseline.schedule[j], baseline.allocation[j]);
    }
    return baseline;
}

} // namespace fl
} // namespace ns3
