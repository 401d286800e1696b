/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-jobs.h"

#include "ns3/fl-error.h"
#include "ns3/fl-split-codec.h"
#include "ns3/fl-split-steps.h"

#include <future>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// The minibatch of an order, at its device.
struct Minibatch : public JobState
{
    std::vector<uint32_t> samples; //!< indices in LearningTask::train
};

/// What the server keeps of an order between forward and backward.
struct KeptBatch : public JobState, public ServerBatch
{
};

/// What a computation makes.
struct Made
{
    std::shared_ptr<const Payload> payload; //!< null: nothing
    double loss{ABSENT};                    //!< mean over the minibatch [nat]
    std::shared_ptr<PersonalHead> head;     //!< after its step, or null
    std::string failure;                    //!< why there is no payload; empty: there is one
};

/// A computation on the task's threads.
class SplitJob : public WorkJob
{
  public:
    /**
     * @param kind of the payload that it makes
     * @param samples of the minibatch
     * @param made what it makes
     * @param device gets the head, or null
     */
    SplitJob(PayloadKind kind,
             uint32_t samples,
             std::future<Made> made,
             std::shared_ptr<SplitDeviceState> device = nullptr)
        : m_kind(kind),
          m_samples(samples),
          m_made(std::move(made)),
          m_device(std::move(device))
    {
    }

    JobResult Finish(WorkContent& content) override
    {
        JobResult result;
        result.samples = m_samples;
        result.iterations = 1;
        try
        {
            Made made = m_made.get();
            result.loss = made.loss;
            result.failure = made.failure;
            content.Of(m_kind) = std::move(made.payload);
            if (made.head)
            {
                m_device->head = std::move(*made.head);
            }
        }
        catch (const InvalidInput& error)
        {
            result.failure = error.what();
        }
        return result;
    }

  private:
    PayloadKind m_kind;                         //!< of what it makes
    uint32_t m_samples;                         //!< of the minibatch
    std::future<Made> m_made;                   //!< when it is through
    std::shared_ptr<SplitDeviceState> m_device; //!< gets the head
};

/// @return bytes as a payload
/// @param bytes moved from
Made
MakePayload(std::vector<uint8_t> bytes)
{
    Made made;
    made.payload = std::make_shared<const Payload>(std::move(bytes));
    return made;
}

/**
 * Take a payload that a computation needs.
 * @param context of the computation
 * @param kind of the payload
 * @return its encoded bytes, not null
 * @throws InvalidInput if there is none
 */
std::shared_ptr<const Payload>
Take(const JobContext& context, PayloadKind kind)
{
    auto payload = std::exchange(context.content.Of(kind), nullptr);
    if (!payload)
    {
        throw InvalidInput(Describe("order of round ",
                                    context.order.round,
                                    ": no ",
                                    ToString(kind),
                                    ": must have a content"));
    }
    return payload;
}

/**
 * @tparam State derived from JobState
 * @param context of a computation
 * @return what the one before has kept
 * @throws InvalidInput if there was none
 */
template <typename State>
std::shared_ptr<State>
Kept(const JobContext& context)
{
    auto state = std::dynamic_pointer_cast<State>(context.content.state);
    if (!state)
    {
        throw InvalidInput(Describe("order of round ",
                                    context.order.round,
                                    ": backward without forward: must come behind it"));
    }
    return state;
}

/**
 * Run a computation on the task's threads. It may outlive the order's interest in it.
 * @param context of the computation
 * @param compute makes a Made
 * @return when it is through
 */
template <typename Job>
std::future<Made>
Submit(const JobContext& context, Job compute)
{
    return context.task.pool->Submit(
        [compute = std::move(compute), cancel = context.content.cancel]() mutable {
            return *cancel ? Made() : compute();
        });
}

/// Embed a minibatch at a device.
/// @param context of the computation
/// @param model the learning task
/// @return the computation
std::unique_ptr<WorkJob>
BeginEmbedding(const JobContext& context, const std::shared_ptr<const SplitModel>& model)
{
    const auto& order = context.order;
    if (context.ownSamples.empty())
    {
        throw InvalidInput(Describe("device ", order.device, ": 0 samples: must be at least 1"));
    }
    auto minibatch = std::make_shared<Minibatch>();
    const size_t limit = order.samples > 0 ? std::min(order.samples, model->batch) : model->batch;
    minibatch->samples =
        DrawMinibatch({context.task.seed, order.device, order.task, order.round, order.baseVersion},
                      context.ownSamples,
                      limit);
    context.content.state = minibatch;
    auto made = Submit(context, [model, minibatch, data = context.task.train] {
        return MakePayload(EmbedMinibatch(*model, *data, minibatch->samples));
    });
    return std::make_unique<SplitJob>(PayloadKind::ACTIVATIONS,
                                      static_cast<uint32_t>(minibatch->samples.size()),
                                      std::move(made));
}

/// The encoder's forward pass at the server.
/// @param context of the computation
/// @param model the learning task
/// @return the computation
std::unique_ptr<WorkJob>
BeginForward(const JobContext& context, const std::shared_ptr<const SplitModel>& model)
{
    const auto payload = Take(context, PayloadKind::ACTIVATIONS);
    const auto adapters = context.content.Of(PayloadKind::MODEL);
    if (!adapters)
    {
        throw InvalidInput("split order without adapters: must have those of its version");
    }
    auto kept = std::make_shared<KeptBatch>();
    ReceiveActivations(*model, payload->GetData(), payload->GetSize(), *kept);
    context.content.state = kept;
    const uint32_t samples = kept->batch.Samples();
    auto made = Submit(context, [model, kept, adapters] {
        const auto global = Decode(Encoding::FLOAT32,
                                   adapters->GetData(),
                                   adapters->GetSize(),
                                   model->Global().ParameterCount());
        return MakePayload(EncodeMinibatch(*model, global, *kept));
    });
    return std::make_unique<SplitJob>(PayloadKind::FEATURES, samples, std::move(made));
}

/// @return loss, payload and head of a device's computation
/// @param result of LearnHead()
/// @param head after its step
Made
MadeOf(HeadResult result, const std::shared_ptr<PersonalHead>& head)
{
    Made made;
    made.loss = result.loss;
    made.failure = std::move(result.failure);
    made.head = head;
    if (made.failure.empty())
    {
        made.payload = std::make_shared<const Payload>(std::move(result.gradients));
    }
    return made;
}

/// Head and loss at a device.
/// @param context of the computation
/// @param model the learning task
/// @param device what the device keeps
/// @return the computation
std::unique_ptr<WorkJob>
BeginHead(const JobContext& context,
          const std::shared_ptr<const SplitModel>& model,
          const std::shared_ptr<SplitDeviceState>& device)
{
    const auto payload = Take(context, PayloadKind::FEATURES);
    const auto minibatch = Kept<Minibatch>(context);
    const auto samples = static_cast<uint32_t>(minibatch->samples.size());
    auto features = ReceiveFeatures(*model, payload->GetData(), payload->GetSize(), samples);
    // A copy, so that a computation that is given up leaves the head as it was.
    auto head = std::make_shared<PersonalHead>(device->head);
    auto made = Submit(
        context,
        [model, minibatch, head, features = std::move(features), data = context.task.train] {
            return MadeOf(LearnHead(*model, *data, minibatch->samples, features, *head), head);
        });
    return std::make_unique<SplitJob>(PayloadKind::GRADIENTS, samples, std::move(made), device);
}

/// The encoder's backward pass at the server.
/// @param context of the computation
/// @param model the learning task
/// @return the computation
std::unique_ptr<WorkJob>
BeginBackward(const JobContext& context, const std::shared_ptr<const SplitModel>& model)
{
    const auto payload = Take(context, PayloadKind::GRADIENTS);
    const auto kept = Kept<KeptBatch>(context);
    const uint32_t samples = kept->batch.Samples();
    auto gradients = ReceiveGradients(*model, payload->GetData(), payload->GetSize(), samples);
    auto made = Submit(context, [model, kept, gradients = std::move(gradients)] {
        return MakePayload(Encode(Encoding::FLOAT32, BackwardMinibatch(*model, gradients, *kept)));
    });
    return std::make_unique<SplitJob>(PayloadKind::UPDATE, samples, std::move(made));
}

} // namespace

SplitDeviceState::SplitDeviceState(PersonalHead initial)
    : head(std::move(initial))
{
}

SplitJobs::SplitJobs(SplitModel model, uint64_t seed)
    : m_model((model.Validate(), std::make_shared<const SplitModel>(std::move(model)))),
      m_initialHead(m_model->head, m_model->headStep, seed)
{
}

const SplitModel&
SplitJobs::GetModel() const
{
    return *m_model;
}

const PersonalHead&
SplitJobs::HeadOf(const JobState* state) const
{
    const auto* device = dynamic_cast<const SplitDeviceState*>(state);
    return device ? device->head : m_initialHead;
}

SplitRound
SplitJobs::Describe(const Dataset& data) const
{
    const auto& model = *m_model;
    const auto width = model.encoder->Width();
    const double tokens =
        data.Size() == 0
            ? 0
            : static_cast<double>(data.FirstColumn(data.Size())) / data.Size() *
                  model.embedding->GetModel().OutputShape(BatchShape::OfSamples(1)).columns;
    const auto bits = [](Encoding encoding, double numbers) {
        return 8 * numbers * static_cast<double>(EncodedBytes(encoding, 1));
    };
    // A shared head goes down behind z, and up behind dF/dz.
    const auto headBits = [&model](Encoding encoding) {
        const auto count = model.SharedCount();
        return count > 0 ? 8 * static_cast<double>(MatrixPayloadBytes(encoding, count)) : 0;
    };
    SplitRound round;
    round.batch = model.batch;
    round.countsFeatures = model.countsFeatures;
    round.activations.fixedBits = 8 * static_cast<double>(BatchPayloadBytes({}, width, 0, 0));
    round.activations.perSampleBits = 8 * 4 + bits(model.activations, tokens * width);
    const double prefix = 8 * static_cast<double>(MatrixPayloadBytes({}, 0));
    round.features = {prefix + headBits(model.features), bits(model.features, width)};
    round.gradients = {prefix + headBits(model.gradients), bits(model.gradients, width)};
    return round;
}

std::unique_ptr<WorkJob>
SplitJobs::Begin(const JobContext& context)
{
    const bool isForward = context.phase.job == ComputeJob::FORWARD;
    if (!isForward && context.phase.job != ComputeJob::BACKWARD)
    {
        return nullptr;
    }
    if (context.phase.node == ComputeNode::SERVER)
    {
        return isForward ? BeginForward(context, m_model) : BeginBackward(context, m_model);
    }
    if (isForward)
    {
        return BeginEmbedding(context, m_model);
    }
    auto device = std::dynamic_pointer_cast<SplitDeviceState>(context.deviceState);
    if (!device)
    {
        device = std::make_shared<SplitDeviceState>(m_initialHead);
        context.deviceState = device;
    }
    return BeginHead(context, m_model, device);
}

} // namespace fl
} // namespace ns3
