/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-trainer.h"

#include "fl-data-fit.h"

#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"
#include "ns3/fl-loss.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// A device's buffers while it trains. One per thread, reused, so that steps allocate nothing.
struct TrainingBuffers
{
    Workspace workspace;            //!< between layers
    SampleBlock block;              //!< samples, gathered
    Eigen::MatrixXf outputGradient; //!< outputs x at least a block's samples
    Eigen::VectorXf gradient;       //!< of all parameters
    Eigen::VectorXf velocity;       //!< of all parameters, where there is momentum
    std::vector<uint32_t> order;    //!< samples in the order of their turn
};

/// A contiguous range of the flat parameter vector that trains.
struct Range
{
    Eigen::Index offset; //!< index of its first parameter
    Eigen::Index size;   //!< number of parameters
};

/// The ranges that train, neighbours merged.
std::vector<Range>
TrainableRanges(const Model& model, const TrainableMask& mask)
{
    std::vector<Range> ranges;
    for (size_t i = 0; i < mask.slices.size(); i++)
    {
        const auto offset = static_cast<Eigen::Index>(model.Slices()[i].offset);
        const auto size = static_cast<Eigen::Index>(model.Slices()[i].Size());
        if (mask.slices[i] && !ranges.empty() &&
            ranges.back().offset + ranges.back().size == offset)
        {
            ranges.back().size += size;
        }
        else if (mask.slices[i])
        {
            ranges.push_back({offset, size});
        }
    }
    return ranges;
}

/// One training, from its first step to its last.
class Training
{
  public:
    /**
     * Begin at the start parameters, with all arguments valid as long as this object.
     * @param model what is trained, with its layers
     * @param start the global model's parameters, flat; also the centre of a proximal term
     * @param dataset what is trained on
     * @param options the method and its hyperparameters
     * @param buffers scratch memory; its order holds the indices of the device's samples in dataset
     */
    Training(const Model& model,
             const Eigen::VectorXf& start,
             const Dataset& dataset,
             const TrainerOptions& options,
             TrainingBuffers& buffers)
        : m_model(model),
          m_start(start),
          m_dataset(dataset),
          m_options(options),
          m_mask(model.Trainable(options.trainable)),
          m_ranges(TrainableRanges(model, m_mask)),
          m_buffers(buffers),
          m_blockSamples(model.BlockSamples()),
          m_parameters(start)
    {
        const auto batch = static_cast<Eigen::Index>(
            options.method == TrainerOptions::Method::SGD
                ? std::min<size_t>(options.batchSize, buffers.order.size())
                : buffers.order.size());
        const Eigen::Index block = std::min<Eigen::Index>(batch, m_blockSamples);
        Grow(buffers.outputGradient, model.OutputSize(), block);
        buffers.gradient.setZero(start.size());
        if (options.momentum > 0)
        {
            buffers.velocity.setZero(start.size());
        }
    }

    /**
     * Gradient step on the samples order[first] ... order[first + count - 1].
     * @param first index in buffers.order of the mini-batch's first sample
     * @param count mini-batch size, at least 1
     * @return their loss before the step, summed
     */
    double Step(size_t first, size_t count)
    {
        double loss = 0;
        for (size_t done = 0; done < count;)
        {
            done += AddGradient(first + done, count - done, 1.0F / static_cast<float>(count), loss);
        }
        for (const Range& range : m_ranges)
        {
            Update(range);
        }
        return loss;
    }

    /// @return the parameters as they are
    Eigen::VectorXf& Parameters()
    {
        return m_parameters;
    }

  private:
    /// Make room for so many columns, and let the number of rows be right.
    static void Grow(Eigen::MatrixXf& matrix, Eigen::Index rows, Eigen::Index columns)
    {
        if (matrix.rows() != rows || matrix.cols() < columns)
        {
            matrix.resize(rows, columns);
        }
    }

    /**
     * Add a block's part of the gradient.
     * @param first index in buffers.order of its first sample
     * @param most samples that it may have
     * @param scale of the gradient
     * @param [in,out] loss the sum of its losses is added
     * @return how many samples the block had
     */
    size_t AddGradient(size_t first, size_t most, float scale, double& loss)
    {
        SampleBlock& block = m_buffers.block;
        const size_t count = block.Gather(m_dataset, m_buffers.order, first, most, m_blockSamples);
        const auto columns = static_cast<Eigen::Index>(count);
        const MatrixView outputGradient(m_buffers.outputGradient.data(),
                                        m_model.OutputSize(),
                                        columns);
        const ConstMatrixView logits =
            m_model.Forward(m_parameters, block.Input(), block.Shape(), m_buffers.workspace);
        loss += SoftmaxCrossEntropy(logits, block.Labels().data(), scale, outputGradient).loss;
        m_model.Backward(m_parameters,
                         block.Input(),
                         ConstMatrixView(outputGradient.data(), m_model.OutputSize(), columns),
                         m_mask,
                         m_buffers.workspace,
                         m_buffers.gradient,
                         false);
        return count;
    }

    /// Change the parameters of a range, and leave its gradient zero for the next step.
    void Update(const Range& range)
    {
        auto w = m_parameters.segment(range.offset, range.size);
        auto g = m_buffers.gradient.segment(range.offset, range.size);
        const auto rate = static_cast<float>(m_options.learningRate);
        if (m_options.weightDecay > 0)
        {
            g += static_cast<float>(m_options.weightDecay) * w;
        }
        if (m_options.proximalMu > 0)
        {
            g += static_cast<float>(m_options.proximalMu) *
                 (w - m_start.segment(range.offset, range.size));
        }
        if (m_options.momentum > 0)
        {
            auto v = m_buffers.velocity.segment(range.offset, range.size);
            v = static_cast<float>(m_options.momentum) * v + g;
            w -= rate * v;
        }
        else
        {
            w -= rate * g;
        }
        g.setZero();
    }

    const Model& m_model;              //!< what is trained
    const Eigen::VectorXf& m_start;    //!< w at the beginning, shape (parameters)
    const Dataset& m_dataset;          //!< features and labels
    const TrainerOptions& m_options;   //!< method and hyperparameters
    const TrainableMask m_mask;        //!< which parameters train
    const std::vector<Range> m_ranges; //!< the same as ranges
    TrainingBuffers& m_buffers;        //!< scratch memory
    const uint32_t m_blockSamples;     //!< samples that go through the layers at once
    Eigen::VectorXf m_parameters;      //!< w as it is, shape (parameters)
};

/// Samples of one step.
struct Minibatch
{
    size_t first; //!< index in the order
    size_t count; //!< how many, at least 1
};

/// Which samples each step takes: cuts the order into minibatches, and shuffles it in its time.
class MinibatchOrder
{
  public:
    /**
     * @param options method, batch size, and what an iteration is
     * @param random where shuffles come from; must outlive this object
     * @param order the samples, at least one; is shuffled; must outlive this object
     */
    MinibatchOrder(const TrainerOptions& options,
                   RandomStream& random,
                   std::vector<uint32_t>& order)
        : m_random(random),
          m_order(order),
          m_isSgd(options.method == TrainerOptions::Method::SGD),
          m_isStep(options.iteration == TrainerOptions::Iteration::STEP),
          m_batch(m_isSgd ? std::min<size_t>(options.batchSize, order.size()) : order.size()),
          m_next(order.size())
    {
    }

    /// A local iteration begins.
    void BeginIteration()
    {
        m_begun = false;
        // With steps, what an iteration leaves is the next one's.
        if (!m_isStep || m_order.size() - m_next < m_batch)
        {
            m_next = 0;
            if (m_isSgd)
            {
                m_random.Shuffle(m_order);
            }
        }
    }

    /// @return whether the iteration has another step
    bool HasNext() const
    {
        return m_isStep ? !m_begun : m_next < m_order.size();
    }

    /// @return the samples of its next step
    Minibatch Next()
    {
        m_begun = true;
        const Minibatch minibatch{m_next, std::min(m_batch, m_order.size() - m_next)};
        m_next += minibatch.count;
        return minibatch;
    }

  private:
    RandomStream& m_random;         //!< of the shuffles
    std::vector<uint32_t>& m_order; //!< the samples in their order
    const bool m_isSgd;             //!< minibatches, or all samples at once
    const bool m_isStep;            //!< one step per iteration
    const size_t m_batch;           //!< samples of a full minibatch
    size_t m_next;                  //!< first of the order that had no turn yet
    bool m_begun{false};            //!< the iteration has had a step
};

/// Complain unless a number is in a range that begins at (or, if open, above) zero.
void
RequireNumber(const char* name, double value, bool allowed, const char* rule)
{
    if (!std::isfinite(value) || !allowed)
    {
        throw InvalidInput(Describe(name, " ", value, ": must be ", rule));
    }
}

/// Complain unless a count is at least one.
void
RequireCount(const char* name, uint32_t value)
{
    if (value < 1)
    {
        throw InvalidInput(Describe(name, " ", value, ": must be at least 1"));
    }
}

/// Check the samples, and put the chosen ones into their first order.
void
FillOrder(const Dataset& dataset,
          const std::vector<uint32_t>& samples,
          uint32_t maxSamples,
          RandomStream& random,
          std::vector<uint32_t>& order)
{
    CheckSamples("training", dataset, samples);
    order = samples;
    if (maxSamples > 0 && maxSamples < order.size())
    {
        random.Shuffle(order, maxSamples);
        order.resize(maxSamples);
    }
}

/// First samples of blocks of neighbours that have at most so many columns together, or one sample;
/// and the number of samples.
std::vector<uint32_t>
BlockStarts(const Dataset& dataset, uint32_t maxColumns)
{
    std::vector<uint32_t> starts{0};
    for (uint32_t sample = 1; sample < dataset.Size(); sample++)
    {
        if (dataset.FirstColumn(sample + 1) - dataset.FirstColumn(starts.back()) > maxColumns)
        {
            starts.push_back(sample);
        }
    }
    starts.push_back(dataset.Size());
    return starts;
}

} // namespace

void
TrainerOptions::Validate() const
{
    RequireNumber("learning rate", learningRate, learningRate > 0, "positive and finite");
    RequireNumber("momentum", momentum, momentum >= 0 && momentum < 1, "at least 0 and below 1");
    RequireNumber("weight decay", weightDecay, weightDecay >= 0, "at least 0 and finite");
    RequireNumber("proximal mu", proximalMu, proximalMu >= 0, "at least 0 and finite");
    RequireCount("batch size", batchSize);
    RequireCount("local iterations", localIterations);
}

TrainingResult
Train(const Model& model,
      const Eigen::VectorXf& start,
      const Dataset& dataset,
      const std::vector<uint32_t>& samples,
      uint32_t maxSamples,
      const TrainerOptions& options,
      uint64_t seed,
      const std::atomic<bool>* cancel)
{
    thread_local TrainingBuffers buffers;
    options.Validate();
    CheckClassifierFit(model, dataset);
    RandomStream random(seed);
    FillOrder(dataset, samples, maxSamples, random, buffers.order);
    Training training(model, start, dataset, options, buffers);

    TrainingResult result;
    result.samples = static_cast<uint32_t>(buffers.order.size());
    MinibatchOrder minibatches(options, random, buffers.order);
    while (result.iterations < options.localIterations && result.finite && !result.cancelled)
    {
        double loss = 0;
        size_t count = 0;
        minibatches.BeginIteration();
        while (minibatches.HasNext() && !result.cancelled)
        {
            result.cancelled = cancel && cancel->load(std::memory_order_relaxed);
            if (!result.cancelled)
            {
                const Minibatch minibatch = minibatches.Next();
                loss += training.Step(minibatch.first, minibatch.count);
                count += minibatch.count;
            }
        }
        result.processed += count;
        if (!result.cancelled)
        {
            result.loss = loss / static_cast<double>(count);
            result.finite = std::isfinite(loss);
            result.iterations += result.finite ? 1 : 0;
        }
    }
    result.finite = result.finite && AllFinite(training.Parameters());
    result.parameters = result.finite ? std::move(training.Parameters()) : start;
    return result;
}

Evaluation
Evaluate(const Model& model,
         const Eigen::VectorXf& parameters,
         const Dataset& dataset,
         ThreadPool* pool)
{
    CheckClassifierFit(model, dataset);
    if (dataset.Size() == 0)
    {
        throw InvalidInput("evaluation: 0 samples: must be at least 1");
    }
    const std::vector<uint32_t> starts = BlockStarts(dataset, model.BlockSamples());
    std::vector<BatchLoss> blocks(starts.size() - 1);
    auto evaluateBlock = [&](size_t block) {
        thread_local Workspace workspace;
        thread_local Eigen::VectorXf scratch;
        thread_local std::vector<uint32_t> offsets;
        const uint32_t first = starts[block];
        const uint32_t count = starts[block + 1] - first;
        const uint32_t columns = dataset.FirstColumn(first + count) - dataset.FirstColumn(first);
        BatchShape shape = BatchShape::OfSamples(columns);
        if (dataset.Tokens().IsText())
        {
            offsets.clear();
            for (uint32_t sample = first; sample <= first + count; sample++)
            {
                offsets.push_back(dataset.FirstColumn(sample));
            }
            shape = {columns, count, offsets.data(), nullptr};
        }
        const ConstMatrixView input(dataset.Features().col(dataset.FirstColumn(first)).data(),
                                    model.InputSize(),
                                    columns);
        const ConstMatrixView logits = model.Forward(parameters, input, shape, workspace, false);
        scratch.resize(std::max(scratch.size(), logits.size()));
        blocks[block] = SoftmaxCrossEntropy(logits,
                                            dataset.Labels().data() + first,
                                            0,
                                            MatrixView(scratch.data(), logits.rows(), count));
    };
    ThreadPool inlinePool(0);
    (pool ? *pool : inlinePool).ParallelFor(blocks.size(), evaluateBlock);

    Evaluation total;
    for (const BatchLoss& block : blocks)
    {
        total.loss += block.loss;
        total.accuracy += block.correct;
    }
    total.loss /= dataset.Size();
    total.accuracy /= dataset.Size();
    return total;
}

} // namespace fl
} // namespace ns3
