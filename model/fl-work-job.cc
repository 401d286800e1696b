/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-work-job.h"

#include "ns3/fl-codec.h"
#include "ns3/fl-error.h"
#include "ns3/fl-mix-seed.h"
#include "ns3/fl-sample-codec.h"

#include <future>
#include <numeric>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Local training, from a model to an update, on the task's thread pool.
class TrainingJob : public WorkJob
{
  public:
    /// @param context order, phase and payloads
    /// @throws InvalidInput if there is no model, one of another size, or no sample
    explicit TrainingJob(const JobContext& context)
        : m_encoding(context.task.encoding)
    {
        const auto& order = context.order;
        const auto& learning = context.task;
        auto& model = context.content.Of(PayloadKind::MODEL);
        if (!model)
        {
            throw InvalidInput("WORK without a model: must hold the parameters");
        }
        Eigen::VectorXf start = Decode(learning.encoding,
                                       model->GetData(),
                                       model->GetSize(),
                                       learning.model->ParameterCount());
        model = nullptr;
        TrainerOptions options = learning.trainer;
        options.localIterations = order.localIterations;
        if (order.batch > 0)
        {
            options.method = TrainerOptions::Method::SGD;
            options.iteration = TrainerOptions::Iteration::STEP;
            options.batchSize = order.batch;
        }
        options.learningRate = order.learningRate > 0 ? order.learningRate : options.learningRate;
        const uint64_t seed =
            MixSeed({learning.seed, order.device, order.task, order.round, order.baseVersion});
        std::shared_ptr<const Dataset> data = learning.train;
        std::vector<uint32_t> samples;
        if (context.content.samples)
        {
            data = context.content.samples;
            samples.resize(data->Size());
            std::iota(samples.begin(), samples.end(), 0);
        }
        else
        {
            samples = context.ownSamples;
        }
        if (samples.empty())
        {
            throw InvalidInput(
                Describe("device ", order.device, " has no samples of task ", order.task));
        }
        // All that the job needs goes with it: it may outlive the device's interest in it. Not the
        // task, which holds the pool: that must not be destroyed by one of its own threads.
        m_result = learning.pool->Submit([model = learning.model,
                                          data,
                                          options,
                                          seed,
                                          start = std::move(start),
                                          samples = std::move(samples),
                                          limit = order.samples,
                                          change = context.change,
                                          cancel = context.content.cancel] {
            Result result;
            result.training =
                Train(*model, start, *data, samples, limit, options, seed, cancel.get());
            if (change && !*cancel)
            {
                result.drift = MeasureChange(*model, start, *data, *change);
            }
            return result;
        });
    }

    JobResult Finish(WorkContent& content) override
    {
        const auto [result, drift] = m_result.get();
        JobResult report;
        report.drift = drift;
        report.samples = result.samples;
        report.iterations = result.iterations;
        if (!result.finite)
        {
            report.failure = "training diverged: a parameter or the loss is not finite";
            return report;
        }
        report.loss = result.loss;
        try
        {
            content.Of(PayloadKind::UPDATE) =
                std::make_shared<const Payload>(Encode(m_encoding, result.parameters));
        }
        catch (const InvalidInput& error)
        {
            report.failure = error.what();
        }
        return report;
    }

  private:
    /// What a thread of the pool returns.
    struct Result
    {
        TrainingResult training; //!< the model
        DataDrift drift;         //!< of the device's data
    };

    Encoding m_encoding;          //!< of the update
    std::future<Result> m_result; //!< when it is through
};

} // namespace

WorkJob::~WorkJob() = default;

WorkJobs::~WorkJobs() = default;

std::unique_ptr<WorkJob>
BeginJob(const JobContext& context)
{
    if (context.task.jobs)
    {
        return context.task.jobs->Begin(context);
    }
    if (!context.task.model || context.phase.job != ComputeJob::TRAIN)
    {
        return nullptr;
    }
    if (context.phase.node == ComputeNode::SERVER)
    {
        const auto sent = std::exchange(context.content.Of(PayloadKind::SAMPLES), nullptr);
        if (!sent)
        {
            throw InvalidInput("training at the server without samples: the device must send them");
        }
        context.content.samples = DecodeTaskSamples(context.task, *sent);
    }
    return std::make_unique<TrainingJob>(context);
}

std::shared_ptr<const Dataset>
DecodeTaskSamples(const LearningTask& task, const Payload& payload)
{
    if (!task.train)
    {
        throw InvalidInput("DATA without a task or samples");
    }
    auto samples =
        std::make_shared<const Dataset>(DecodeSamples(payload.GetData(), payload.GetSize()));
    if (samples->Dimension() != task.train->Dimension() ||
        samples->Classes() != task.train->Classes())
    {
        throw InvalidInput("DATA whose samples are not of the task's kind");
    }
    return samples;
}

} // namespace fl
} // namespace ns3
