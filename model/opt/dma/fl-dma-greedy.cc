/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-dma-greedy.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// Staleness beyond which greedy schedules are not tried one by one.
constexpr uint32_t MOST_STALENESS = 12;

/// Builds one schedule.
class GreedyBuilder
{
  public:
    /**
     * @param table of the task
     * @param rule what counts
     */
    GreedyBuilder(const DmaPairTable& table, const DmaGreedyRule& rule)
        : m_table(table),
          m_rule(rule),
          m_problem(table.Problem()),
          m_last(m_problem.devices.size(), 0),
          m_uploads(m_problem.devices.size(), 0),
          m_spentJ(m_problem.devices.size(), 0),
          m_arrivalS(m_problem.tasks[table.Task()].aggregations + 1, 0)
    {
    }

    /// @return the schedule, or none
    std::optional<DmaTaskSchedule> Build()
    {
        const uint32_t count = m_problem.tasks[m_table.Task()].aggregations;
        for (m_n = 1; m_n <= count; ++m_n)
        {
            m_best = HUGE_VAL;
            const bool mustServe = MissingUploads() >= count - m_n + 1;
            for (uint32_t i = 0; i < m_last.size(); ++i)
            {
                if (!mustServe || m_uploads[i] < m_problem.minUploads)
                {
                    TryDevice(i);
                }
            }
            if (!std::isfinite(m_best))
            {
                return std::nullopt;
            }
            m_last[m_choice.device] = m_n;
            m_spentJ[m_choice.device] += m_choiceJ;
            ++m_uploads[m_choice.device];
            m_arrivalS[m_n] = m_choiceS;
            m_schedule.push_back(m_choice);
        }
        return std::move(m_schedule);
    }

  private:
    /// @return how many uploads are still owed to minUploads
    uint32_t MissingUploads() const
    {
        uint32_t missing = 0;
        for (const auto uploads : m_uploads)
        {
            missing += m_problem.minUploads - std::min(uploads, m_problem.minUploads);
        }
        return missing;
    }

    /// Try all that a device can do.
    void TryDevice(uint32_t i)
    {
        const auto& inFlight = m_problem.devices[i].tasks[m_table.Task()].inFlight;
        if (inFlight && m_last[i] == 0)
        {
            if (m_n - 1 + inFlight->staleness <= m_problem.tasks[m_table.Task()].stalenessLimit)
            {
                const double arrivalS = std::max(m_arrivalS[m_n - 1], inFlight->readyS);
                const double cost = m_table.Get(i, 0).period.idleCost * arrivalS;
                Offer({i, DMA_IN_FLIGHT}, m_rule.onlyTime ? 0 : cost, arrivalS, 0);
            }
            return;
        }
        const uint32_t low =
            std::max(m_last[i], m_n - 1 > m_rule.staleness ? m_n - 1 - m_rule.staleness : 0);
        for (uint32_t v = low; v < m_n; ++v)
        {
            TryPeriod(i, v);
        }
    }

    /// Try a device from a version.
    void TryPeriod(uint32_t i, uint32_t v)
    {
        const auto& pair = m_table.Get(i, v);
        const auto& period = pair.period;
        const double timePrice = period.timeCost + (m_rule.onlyTime ? HUGE_VAL : m_rule.timePrice);
        const auto choice = CheapestDmaPeriod(period,
                                              m_table.Limits(),
                                              period.stepCost,
                                              std::min(timePrice, 1e30),
                                              period.energyCost);
        const double beginS = std::max(m_arrivalS[v], m_last[i] == 0 ? period.startS : 0);
        const double arrivalS =
            std::max(m_arrivalS[m_n - 1], beginS + period.linkS + choice.computeS);
        double tau = choice.computeS;
        const double speed = choice.work / tau;
        const double energyJ = pair.uploadJ + period.energyJ * choice.work * speed * speed;
        const auto& budgetJ = m_problem.devices[i].energyBudgetJ;
        if (budgetJ && m_spentJ[i] + energyJ > m_rule.budgetShare * *budgetJ)
        {
            return;
        }
        if (v + 1 < m_n && arrivalS - period.linkS - tau > m_arrivalS[v + 1])
        {
            // It must have begun before the next version was there, so it takes its time.
            tau = arrivalS - period.linkS - m_arrivalS[v + 1];
            if (tau > period.MostS(m_table.Limits().maxSteps))
            {
                return;
            }
        }
        double cost = 0;
        if (!m_rule.onlyTime)
        {
            cost = choice.cost - m_rule.timePrice * choice.computeS +
                   period.timeCost * (tau - choice.computeS) + pair.airCost +
                   period.idleCost * (arrivalS - m_arrivalS[m_last[i]]);
        }
        Offer({i, static_cast<int32_t>(v)}, cost, arrivalS, energyJ);
    }

    /// Take a choice if it is the best so far.
    void Offer(const DmaAssignment& choice, double cost, double arrivalS, double energyJ)
    {
        const double price = m_rule.onlyTime ? 1 : m_rule.timePrice;
        const double score = cost + price * (arrivalS - m_arrivalS[m_n - 1]);
        if (score < m_best)
        {
            m_best = score;
            m_choice = choice;
            m_choiceS = arrivalS;
            m_choiceJ = energyJ;
        }
    }

    const DmaPairTable& m_table;     //!< periods
    const DmaGreedyRule& m_rule;     //!< what counts
    const DmaProblem& m_problem;     //!< the problem
    std::vector<uint32_t> m_last;    //!< last aggregation by device
    std::vector<uint32_t> m_uploads; //!< aggregations by device
    std::vector<double> m_spentJ;    //!< energy by device [J]
    std::vector<double> m_arrivalS;  //!< by aggregation [s]
    DmaTaskSchedule m_schedule;      //!< so far
    uint32_t m_n{1};                 //!< the aggregation at hand
    double m_best{0};                //!< score of the best choice
    DmaAssignment m_choice;          //!< the best choice
    double m_choiceS{0};             //!< its arrival [s]
    double m_choiceJ{0};             //!< its energy [J]
};

} // namespace

DmaPairTable::DmaPairTable(const DmaProblem& problem, size_t task, const DmaModelOptions& options)
    : m_problem(problem),
      m_task(task),
      m_versions(problem.tasks[task].learningRate.size())
{
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        for (size_t v = 0; v < m_versions; ++v)
        {
            m_pairs.push_back(MakeDmaPairModel(problem, task, i, v, options));
        }
    }
    const auto& own = problem.tasks[task];
    m_limits.qoeS = own.qoeS;
    m_limits.minSteps = problem.relaxed ? own.minIterations : std::ceil(own.minIterations);
    m_limits.maxSteps = problem.relaxed ? own.maxIterations : std::floor(own.maxIterations);
}

std::optional<DmaTaskSchedule>
GreedyDmaSchedule(const DmaPairTable& table, const DmaGreedyRule& rule)
{
    return GreedyBuilder(table, rule).Build();
}

std::vector<DmaTaskSchedule>
GreedyDmaSchedules(const DmaPairTable& table)
{
    const auto& problem = table.Problem();
    // Prices around what all devices' drift costs, and what energy costs over the time there is.
    double drift = 0;
    double energy = 0;
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        const auto& pair = table.Get(i, 0);
        drift += pair.period.idleCost;
        energy += pair.airCost;
    }
    const double scale = drift + energy / table.Limits().qoeS + 1e-300;
    std::vector<DmaTaskSchedule> schedules;
    const auto add = [&](const DmaGreedyRule& rule) {
        const auto schedule = GreedyDmaSchedule(table, rule);
        if (schedule && std::find(schedules.begin(), schedules.end(), *schedule) == schedules.end())
        {
            schedules.push_back(*schedule);
        }
    };
    const uint32_t limit = problem.tasks[table.Task()].stalenessLimit;
    // Tasks share a device's budget: an equal part of it, or all that the others leave.
    const bool hasBudgets =
        std::any_of(problem.devices.begin(), problem.devices.end(), [](const DmaDevice& device) {
            return device.energyBudgetJ.has_value();
        });
    for (const double share : {1.0, 1.0 / static_cast<double>(problem.tasks.size())})
    {
        if (share < 1 && !hasBudgets)
        {
            continue;
        }
        for (uint32_t staleness = 0; staleness <= std::min(limit, MOST_STALENESS); ++staleness)
        {
            for (const double price : {0.0, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0})
            {
                add({staleness, price * scale, false, share});
            }
            add({staleness, 0, true, share});
        }
        if (limit > MOST_STALENESS)
        {
            add({limit, scale, false, share});
            add({limit, 0, true, share});
        }
    }
    return schedules;
}

} // namespace fl
} // namespace ns3
