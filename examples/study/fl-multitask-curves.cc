/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-curves.h"

#include "ns3/fl-error.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-thread-pool.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Added to the seed, of the run that learning rates are chosen in.
constexpr uint64_t TUNING_SEED = 1'000'000;

/// A task's model that is to be trained along a timeline.
struct Lesson
{
    const MultitaskSetting* setting;     //!< Table II
    const MultitaskTask* task;           //!< model and data
    const MultitaskParts* parts;         //!< of the run
    const MultitaskTimeline* timeline;   //!< feasible
    size_t j;                            //!< number of the task
    MultitaskFollow follow;              //!< how
    uint64_t seed;                       //!< of the run
    std::vector<MultitaskPoint>* course; //!< the result
};

/// @param lesson any @return what it costs
double
EffortOf(const Lesson& lesson)
{
    // A sample of a convolutional network costs far more than its parameters say.
    const double cost = static_cast<double>(lesson.task->task->model->ParameterCount()) + 1;
    return cost * MultitaskEffort(lesson.timeline->tasks[lesson.j],
                                  lesson.follow,
                                  lesson.task->task->test->Size());
}

/**
 * Train all, side by side, those that take longest first.
 * @param lessons what; their courses are filled
 * @param what for progress
 * @param pool threads
 */
void
Learn(std::vector<Lesson>& lessons, const std::string& what, ThreadPool& pool)
{
    double all = 0;
    for (const auto& lesson : lessons)
    {
        all += EffortOf(lesson);
    }
    WorkProgress progress(all);
    progress.Begin(Describe(what, ": ", lessons.size(), " models"));
    std::stable_sort(lessons.begin(), lessons.end(), [](const Lesson& a, const Lesson& b) {
        return EffortOf(a) > EffortOf(b);
    });
    pool.ParallelFor(lessons.size(), [&](size_t i) {
        auto& lesson = lessons[i];
        const double cost = static_cast<double>(lesson.task->task->model->ParameterCount()) + 1;
        lesson.follow.trained = [&, cost](double samples) { progress.Add(cost * samples); };
        *lesson.course = LearnMultitask(*lesson.setting,
                                        *lesson.task,
                                        *lesson.parts,
                                        *lesson.timeline,
                                        lesson.j,
                                        lesson.follow,
                                        lesson.seed);
    });
}

/// All of one group.
class GroupRuns
{
  public:
    /// @param group what @param tasks models and data @param options how @param pool threads
    GroupRuns(const MultitaskGroup& group,
              const std::vector<MultitaskTask>& tasks,
              const MultitaskCurveOptions& options,
              ThreadPool& pool)
        : m_group(group),
          m_tasks(tasks),
          m_options(options),
          m_pool(pool),
          m_setting(options.setting)
    {
        m_setting.partition = Describe(group.partition, "@", options.samples);
    }

    /// @return its curves
    std::vector<MultitaskResult> Run()
    {
        for (const auto& curve : m_group.curves)
        {
            const auto& wanted = m_options.schemes;
            if (wanted.empty() ||
                std::find(wanted.begin(), wanted.end(), curve.scheme.name) != wanted.end())
            {
                m_results.push_back({m_group.name, curve, {}, {}});
            }
        }
        if (m_options.learningRate > 0)
        {
            for (auto& result : m_results)
            {
                result.rates.assign(m_tasks.size(), m_options.learningRate);
            }
        }
        else
        {
            ChooseRates();
        }
        if (!m_results.empty())
        {
            MakeRuns();
        }
        return std::move(m_results);
    }

  private:
    /// @param seed of a run @return its tasks
    std::vector<MultitaskParts> MakeParts(uint64_t seed)
    {
        std::vector<MultitaskParts> parts(m_tasks.size());
        m_pool.ParallelFor(parts.size(), [&](size_t j) {
            parts[j] = MakeMultitaskParts(m_setting, m_tasks[j], seed);
        });
        return parts;
    }

    /**
     * @param curve what
     * @param run of the group
     * @param rates learning rate by task
     * @return what the scheme does there
     */
    MultitaskTimeline MakeTimeline(const MultitaskCurve& curve,
                                   MultitaskCase run,
                                   const std::vector<double>& rates) const
    {
        run.problem.minUploads = curve.minUploads;
        for (size_t j = 0; j < rates.size(); ++j)
        {
            run.problem.tasks[j].learningRate = {rates[j]};
            if (!curve.importance.empty())
            {
                run.problem.tasks[j].importance = curve.importance[j];
            }
        }
        return MakeMultitaskTimeline(curve.scheme, m_setting, run, m_options.late);
    }

    /// Try all learning rates with all curves.
    void ChooseRates()
    {
        const size_t nRates = std::size(MULTITASK_RATES);
        const uint64_t seed = m_options.seed + TUNING_SEED;
        const auto parts = MakeParts(seed);
        std::vector<MultitaskTimeline> timelines(nRates * m_results.size());
        std::vector<std::vector<std::vector<MultitaskPoint>>> courses(timelines.size());
        m_pool.ParallelFor(timelines.size(), [&](size_t i) {
            const std::vector<double> rates(m_tasks.size(), MULTITASK_RATES[i % nRates]);
            timelines[i] = MakeTimeline(m_results[i / nRates].curve,
                                        MakeMultitaskCase(m_setting, m_tasks, parts, rates, seed),
                                        rates);
        });
        std::vector<Lesson> lessons;
        for (size_t i = 0; i < timelines.size(); ++i)
        {
            courses[i].resize(m_tasks.size());
            for (size_t j = 0; timelines[i].feasible && j < m_tasks.size(); ++j)
            {
                MultitaskFollow follow;
                follow.periods = std::max(1U, m_setting.aggregations / 2);
                follow.evaluateEvery = UINT32_MAX;
                follow.learningRate = MULTITASK_RATES[i % nRates];
                lessons.push_back({&m_setting,
                                   &m_tasks[j],
                                   &parts[j],
                                   &timelines[i],
                                   j,
                                   follow,
                                   seed,
                                   &courses[i][j]});
            }
        }
        Learn(lessons, m_group.name + ", learning rates", m_pool);
        for (size_t c = 0; c < m_results.size(); ++c)
        {
            for (size_t j = 0; j < m_tasks.size(); ++j)
            {
                m_results[c].rates.push_back(BestRate(courses, c, j));
            }
        }
    }

    /**
     * @param courses by curve and rate, by task
     * @param c index of a curve
     * @param j number of a task
     * @return the learning rate with the best last accuracy; the lowest of several
     */
    static double BestRate(const std::vector<std::vector<std::vector<MultitaskPoint>>>& courses,
                           size_t c,
                           size_t j)
    {
        const size_t nRates = std::size(MULTITASK_RATES);
        double best = MULTITASK_RATES[0];
        double accuracy = -1;
        for (size_t r = 0; r < nRates; ++r)
        {
            const auto& course = courses[c * nRates + r][j];
            if (!course.empty() && course.back().accuracy > accuracy)
            {
                accuracy = course.back().accuracy;
                best = MULTITASK_RATES[r];
            }
        }
        return best;
    }

    /// Plan all curves in all runs, and learn.
    void MakeRuns()
    {
        std::vector<std::vector<MultitaskParts>> parts;
        for (uint32_t r = 0; r < m_options.runs; ++r)
        {
            parts.push_back(MakeParts(m_options.seed + r));
        }
        std::vector<MultitaskTimeline> timelines(m_results.size() * m_options.runs);
        std::vector<double> budgetsJ(m_options.runs, ABSENT);
        m_pool.ParallelFor(m_options.runs, [&](size_t r) {
            // Time limits and budgets are those of the group's first curve.
            const auto run = MakeMultitaskCase(m_setting,
                                               m_tasks,
                                               parts[r],
                                               m_results.front().rates,
                                               m_options.seed + r);
            budgetsJ[r] = run.problem.devices.front().energyBudgetJ.value_or(ABSENT);
            m_pool.ParallelFor(m_results.size(), [&](size_t c) {
                timelines[c * m_options.runs + r] =
                    MakeTimeline(m_results[c].curve, run, m_results[c].rates);
            });
        });
        std::vector<Lesson> lessons;
        for (auto& result : m_results)
        {
            result.runs.resize(m_options.runs);
        }
        for (size_t i = 0; i < timelines.size(); ++i)
        {
            auto& result = m_results[i / m_options.runs];
            const size_t r = i % m_options.runs;
            auto& run = result.runs[r];
            Summarize(timelines[i], budgetsJ[r], run);
            run.courses.resize(m_tasks.size());
            for (size_t j = 0; run.feasible && j < m_tasks.size(); ++j)
            {
                MultitaskFollow follow;
                follow.evaluateEvery = m_options.evaluateEvery;
                follow.learningRate = result.rates[j];
                lessons.push_back({&m_setting,
                                   &m_tasks[j],
                                   &parts[r][j],
                                   &timelines[i],
                                   j,
                                   follow,
                                   m_options.seed + r,
                                   &run.courses[j]});
            }
        }
        Learn(lessons, m_group.name, m_pool);
    }

    /// Fill in what the plan is. @param timeline it @param budgetJ of each device @param [out] run
    /// gets it
    static void Summarize(const MultitaskTimeline& timeline, double budgetJ, MultitaskRun& run)
    {
        run.feasible = timeline.feasible;
        run.reason = timeline.reason;
        run.objective = timeline.synchronous ? ABSENT : timeline.solution.value.objective;
        run.vacuous = timeline.solution.value.vacuous;
        std::map<uint32_t, double> spentJ;
        for (const auto& periods : timeline.tasks)
        {
            run.plan.push_back(SummarizePeriods(periods));
            for (const auto& period : periods)
            {
                spentJ[period.device] += period.DeviceJ();
            }
        }
        for (const auto& entry : spentJ)
        {
            run.budgetUse = std::max(run.budgetUse, entry.second / budgetJ);
        }
    }

    const MultitaskGroup& m_group;             //!< what
    const std::vector<MultitaskTask>& m_tasks; //!< models and data
    const MultitaskCurveOptions& m_options;    //!< how
    ThreadPool& m_pool;                        //!< threads
    MultitaskSetting m_setting;                //!< of the group
    std::vector<MultitaskResult> m_results;    //!< by curve
};

/// @param runs of a curve @param task number of a task @param point index of an evaluation @param
/// value of a run's course, which has that point
/// @return over the runs with a plan
template <typename Value>
Sample
OverRuns(const std::vector<MultitaskRun>& runs, size_t task, size_t point, Value value)
{
    Sample sample;
    for (const auto& run : runs)
    {
        if (run.feasible && point < run.courses[task].size())
        {
            sample.Add(value(run.courses[task][point]));
        }
    }
    return sample;
}

} // namespace

std::vector<MultitaskGroup>
MultitaskGroups(const std::vector<uint32_t>& figures, uint32_t minUploads)
{
    const auto wants = [&](uint32_t figure) {
        return std::find(figures.begin(), figures.end(), figure) != figures.end();
    };
    const auto curvesOf = [](const std::vector<MultitaskScheme>& schemes) {
        std::vector<MultitaskCurve> curves;
        for (const auto& scheme : schemes)
        {
            curves.push_back({scheme.name, scheme, {}, 0});
        }
        return curves;
    };
    const char dirichlet[] = "dirichlet-equal:0.5";
    const auto& all = MultitaskSchemes();
    std::vector<MultitaskGroup> groups;
    if (wants(5) || wants(6))
    {
        groups.push_back({"dirichlet", "5 and 6", dirichlet, curvesOf(all)});
        for (const size_t i : {0, 1})
        {
            if (minUploads > 0)
            {
                groups.back().curves.push_back(
                    {Describe(all[i].name, ", ", minUploads, " uploads"), all[i], {}, minUploads});
            }
        }
    }
    if (wants(7))
    {
        groups.push_back({"importance", "7", dirichlet, {}});
        const std::vector<double> regular{1e1, 1e-9, 1e-9};
        const std::vector<double> emphasised{1e7, 1e9, 1e9};
        const char* names[] = {"SVHN emphasised", "MNIST emphasised", "Fashion-MNIST emphasised"};
        groups.back().curves.push_back({"all regular", all[0], regular, 0});
        for (size_t j = 0; j < regular.size(); ++j)
        {
            auto importance = regular;
            importance[j] = emphasised[j];
            groups.back().curves.push_back({names[j], all[0], importance, 0});
        }
    }
    if (wants(11) || wants(12))
    {
        groups.push_back(
            {"varied", "11 and 12", "varied:4", curvesOf(MultitaskConventionalSchemes())});
    }
    if (wants(13) || wants(14))
    {
        groups.push_back({"two-labels", "13 and 14", "labels-equal:2", curvesOf(all)});
    }
    return groups;
}

MultitaskPlanFigures
SummarizePeriods(const std::vector<MultitaskPeriod>& periods)
{
    MultitaskPlanFigures figures;
    std::map<uint32_t, uint32_t> byDevice;
    uint32_t most = 0;
    for (const auto& period : periods)
    {
        if (period.aggregation > 0)
        {
            figures.largestStaleness =
                std::max(figures.largestStaleness, period.aggregation - 1 - period.base);
        }
        most = std::max(most, ++byDevice[period.device]);
        figures.iterations += period.iterations;
        figures.batch += period.batch;
        figures.idleS += period.idleS;
        figures.computeS += period.computeS;
        figures.transferS += period.downloadS + period.uploadS;
    }
    const auto count = static_cast<double>(periods.size());
    figures.devices = static_cast<uint32_t>(byDevice.size());
    figures.mostUsedShare = most / count;
    figures.batch /= count;
    figures.idleS /= count;
    figures.computeS /= count;
    figures.transferS /= count;
    return figures;
}

Sample
MultitaskResult::Accuracy(size_t task, size_t point) const
{
    return OverRuns(runs, task, point, [](const MultitaskPoint& of) { return of.accuracy; });
}

Sample
MultitaskResult::DeviceJ(size_t task, size_t point) const
{
    return OverRuns(runs, task, point, [](const MultitaskPoint& of) { return of.deviceJ; });
}

Sample
MultitaskResult::EnergyTo(size_t task, double accuracy) const
{
    Sample sample;
    for (const auto& run : runs)
    {
        if (!run.feasible)
        {
            continue;
        }
        const auto& course = run.courses[task];
        const auto reached = std::find_if(course.begin(), course.end(), [&](const auto& point) {
            return point.accuracy >= accuracy;
        });
        if (reached != course.end())
        {
            sample.Add(reached->deviceJ);
        }
    }
    return sample;
}

Sample
MultitaskResult::LateAccuracy(size_t task) const
{
    Sample sample;
    for (const auto& run : runs)
    {
        if (run.feasible)
        {
            const auto& course = run.courses[task];
            Sample late;
            for (size_t point = course.size() / 2; point < course.size(); ++point)
            {
                late.Add(course[point].accuracy);
            }
            sample.Add(late.Mean());
        }
    }
    return sample;
}

const std::vector<MultitaskPoint>*
MultitaskResult::AnyCourse(size_t task) const
{
    for (const auto& run : runs)
    {
        if (run.feasible)
        {
            return &run.courses[task];
        }
    }
    return nullptr;
}

size_t
MultitaskResult::CountPoints(size_t task) const
{
    const auto* course = AnyCourse(task);
    return course ? course->size() : 0;
}

std::vector<MultitaskResult>
LearnMultitaskCurves(const std::vector<MultitaskGroup>& groups,
                     const std::vector<MultitaskTask>& tasks,
                     const MultitaskCurveOptions& options,
                     ThreadPool& pool)
{
    std::vector<MultitaskResult> results;
    for (const auto& group : groups)
    {
        for (auto& result : GroupRuns(group, tasks, options, pool).Run())
        {
            results.push_back(std::move(result));
        }
    }
    return results;
}

} // namespace fl
} // namespace ns3
