/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-learning.h"

#include "ns3/fl-async-aggregator.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-trainer.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Stream of a run's seed, of the initial models.
constexpr uint64_t INITIAL_MODEL = 4;

/// @param follow until which aggregation @param n an aggregation, from 1 @param last the last one
/// @return whether the model is evaluated
bool
IsEvaluated(const MultitaskFollow& follow, uint32_t n, uint32_t last)
{
    return n == last || n % follow.evaluateEvery == 0;
}

/// @param periods of one task @param follow until when @return the last aggregation
uint32_t
LastAggregation(const std::vector<MultitaskPeriod>& periods, const MultitaskFollow& follow)
{
    uint32_t last = 0;
    uint32_t count = 0;
    for (const auto& period : periods)
    {
        if (period.aggregation > last && count >= follow.periods)
        {
            break;
        }
        last = std::max(last, period.aggregation);
        ++count;
    }
    return last;
}

/// The versions of a model that periods to come begin with.
class Versions
{
  public:
    /// @param periods all
    explicit Versions(const std::vector<MultitaskPeriod>& periods)
    {
        for (const auto& period : periods)
        {
            m_uses[period.base] += period.aggregation > 0 ? 1 : 0;
        }
    }

    /// Keep a version that periods begin with. @param version from 0 @param model flat parameters
    void Add(uint32_t version, const Eigen::VectorXf& model)
    {
        const auto uses = m_uses.find(version);
        if (uses != m_uses.end() && uses->second > 0)
        {
            m_models.emplace(version, model);
        }
    }

    /// @param version of a period @return it; Release() comes after it was used
    const Eigen::VectorXf& Get(uint32_t version) const
    {
        return m_models.at(version);
    }

    /// A period is over. @param version of it
    void Release(uint32_t version)
    {
        if (--m_uses.at(version) == 0)
        {
            m_models.erase(version);
        }
    }

  private:
    std::map<uint32_t, uint32_t> m_uses;          //!< periods to come by version
    std::map<uint32_t, Eigen::VectorXf> m_models; //!< by version
};

/// The course of one task's model.
class Course
{
  public:
    /// @param setting Table II @param task model and data @param parts of the run @param timeline
    /// of the scheme @param periods of the task @param follow how @param seed of the run
    Course(const MultitaskSetting& setting,
           const MultitaskTask& task,
           const MultitaskParts& parts,
           const MultitaskTimeline& timeline,
           const std::vector<MultitaskPeriod>& periods,
           const MultitaskFollow& follow,
           uint64_t seed)
        : m_setting(setting),
          m_task(*task.task),
          m_parts(parts),
          m_follow(follow),
          m_seed(seed),
          m_options(m_task.trainer),
          m_versions(periods),
          m_global(m_task.model->InitialParameters(RandomStream(seed, INITIAL_MODEL).Next()))
    {
        if (timeline.synchronous)
        {
            m_aggregator = std::make_unique<FedAvg>();
        }
        else
        {
            const StalenessWeight weight{StalenessWeight::POLYNOMIAL, setting.stalenessFactor, 0};
            m_aggregator = std::make_unique<FedAsync>(setting.alpha, weight);
        }
        m_options.learningRate = follow.learningRate;
        m_options.proximalMu = setting.rho;
        m_aggregator->Begin(m_task.model->ParameterCount());
    }

    /// @param periods all, in the order of their ends @return the course
    std::vector<MultitaskPoint> Run(const std::vector<MultitaskPeriod>& periods)
    {
        const uint32_t last = LastAggregation(periods, m_follow);
        m_versions.Add(0, m_global);
        Evaluate();
        for (size_t i = 0; i < periods.size() && m_now.aggregation < last; ++i)
        {
            const auto& period = periods[i];
            m_now.deviceJ += period.DeviceJ();
            m_now.stationJ += period.downloadJ;
            if (period.aggregation == 0)
            {
                continue; // stopped
            }
            Merge(period, i);
            const bool closes =
                i + 1 == periods.size() || periods[i + 1].aggregation != period.aggregation;
            if (closes)
            {
                m_aggregator->Finish(m_global);
                m_now.aggregation = period.aggregation;
                m_now.timeS = period.endS;
                m_versions.Add(period.aggregation, m_global);
                if (IsEvaluated(m_follow, period.aggregation, last))
                {
                    Evaluate();
                }
            }
        }
        return std::move(m_points);
    }

  private:
    /// Train a period, and merge what comes of it. @param period it @param number among all
    void Merge(const MultitaskPeriod& period, uint64_t number)
    {
        m_options.localIterations = period.iterations;
        m_options.batchSize = period.batch;
        const auto samples = m_parts.SamplesAt(m_setting, period.device, period.base);
        const auto trained = Train(*m_task.model,
                                   m_versions.Get(period.base),
                                   *m_task.train,
                                   samples,
                                   0,
                                   m_options,
                                   RandomStream(m_seed, 1000 + number).Next());
        m_versions.Release(period.base);
        if (trained.finite)
        {
            m_aggregator->Add({trained.parameters,
                               static_cast<double>(samples.size()),
                               period.aggregation - 1 - period.base,
                               period.device});
        }
        if (m_follow.trained)
        {
            m_follow.trained(static_cast<double>(trained.processed));
        }
    }

    /// Append a point.
    void Evaluate()
    {
        const auto result = fl::Evaluate(*m_task.model, m_global, *m_task.test);
        m_now.accuracy = result.accuracy;
        m_now.loss = result.loss;
        m_points.push_back(m_now);
        if (m_follow.trained)
        {
            m_follow.trained(EVALUATION_SHARE * m_task.test->Size());
        }
    }

  public:
    /// Cost of evaluating a sample over that of training with it: forward alone.
    static constexpr double EVALUATION_SHARE = 1.0 / 3;

  private:
    const MultitaskSetting& m_setting;        //!< Table II
    const LearningTask& m_task;               //!< model and data
    const MultitaskParts& m_parts;            //!< samples by device
    const MultitaskFollow& m_follow;          //!< how
    uint64_t m_seed;                          //!< of the run
    TrainerOptions m_options;                 //!< of a period
    Versions m_versions;                      //!< of the model
    Eigen::VectorXf m_global;                 //!< the newest version
    std::unique_ptr<Aggregator> m_aggregator; //!< of the scheme
    MultitaskPoint m_now;                     //!< sums so far
    std::vector<MultitaskPoint> m_points;     //!< the course
};

} // namespace

double
MultitaskEffort(const std::vector<MultitaskPeriod>& periods,
                const MultitaskFollow& follow,
                uint32_t evaluated)
{
    const uint32_t last = LastAggregation(periods, follow);
    double effort = Course::EVALUATION_SHARE * evaluated;
    uint32_t done = 0;
    for (const auto& period : periods)
    {
        if (period.aggregation == 0 || period.aggregation > last)
        {
            continue;
        }
        effort += static_cast<double>(period.iterations) * period.batch;
        if (period.aggregation != done && IsEvaluated(follow, period.aggregation, last))
        {
            effort += Course::EVALUATION_SHARE * evaluated;
        }
        done = period.aggregation;
    }
    return effort;
}

std::vector<MultitaskPoint>
LearnMultitask(const MultitaskSetting& setting,
               const MultitaskTask& task,
               const MultitaskParts& parts,
               const MultitaskTimeline& timeline,
               size_t j,
               const MultitaskFollow& follow,
               uint64_t seed)
{
    const auto& periods = timeline.tasks[j];
    return Course(setting, task, parts, timeline, periods, follow, seed).Run(periods);
}

} // namespace fl
} // namespace ns3
