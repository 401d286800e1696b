/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-lora-steps.h"

#include "ns3/fl-error.h"
#include "ns3/fl-mean-gradient.h"

#include <memory>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// The system while it trains.
class SplitLoraRun
{
  public:
    /// @param problem the system; must outlive this object
    explicit SplitLoraRun(const SplitLoraProblem& problem)
        : m_problem(problem),
          m_embedding(problem.config, TakeEmbedding(problem)),
          m_encoder(problem.config, TakeEncoder(problem)),
          m_adapters(TakeParameters(m_encoder.GetModel(), problem.lora)),
          m_server(Steps(problem))
    {
        const auto headModel = MakeHead(problem.config.width, problem.classes);
        for (const SplitLoraDevice& device : problem.devices)
        {
            m_heads.emplace_back(headModel, Steps(problem), 0);
            m_heads.back().SetParameters(TakeParameters(*headModel, device.head));
            std::vector<uint32_t> samples(device.data.Size());
            std::iota(samples.begin(), samples.end(), 0);
            m_batches.emplace_back();
            m_embedding.Embed(device.data, samples, m_batches.back());
            m_batches.back().mask = device.mask;
            m_batches.back().Validate(m_encoder.Width(), m_encoder.Positions());
        }
    }

    /// @return what it ends in
    SplitLoraSolution Run()
    {
        SplitLoraSolution solution;
        solution.loraSlices = m_encoder.GetModel().Slices();
        solution.headSlices = m_heads.front().GetModel().Slices();
        for (uint32_t round = 0; round < m_problem.rounds; round++)
        {
            solution.losses.emplace_back();
            m_server.Begin(m_encoder.AdapterCount());
            for (size_t k = 0; k < m_heads.size(); k++)
            {
                SplitLoraDeviceStep step = Step(k);
                m_server.Add({step.loraGradient, 1, 0, static_cast<uint32_t>(k)});
                solution.losses.back().push_back(step.head.loss.loss / step.samples);
                if (round == 0)
                {
                    solution.devices.push_back(std::move(step));
                }
            }
            m_server.Finish(m_adapters);
            if (round == 0)
            {
                solution.loraAfterOneRound = m_adapters;
                solution.headsAfterOneRound = Heads();
                solution.meanLoraGradient = MeanOf(solution.devices);
            }
        }
        solution.loraAfterAllRounds = m_adapters;
        solution.headsAfterAllRounds = Heads();
        solution.status = SolveStatus::FEASIBLE;
        solution.termination = "all rounds are done";
        return solution;
    }

  private:
    /// @return how everybody follows a gradient
    /// @param problem the system
    static StepOptions Steps(const SplitLoraProblem& problem)
    {
        StepOptions options;
        options.learningRate = problem.learningRate;
        return options;
    }

    /// @return parameters of the embedding
    /// @param problem the system
    static FrozenParameters TakeEmbedding(const SplitLoraProblem& problem)
    {
        problem.config.Validate();
        return TakeFrozen(Model(MakeEmbeddingLayers<float>(problem.config), {}),
                          problem.parameters);
    }

    /// @return frozen parameters of the encoder
    /// @param problem the system
    static FrozenParameters TakeEncoder(const SplitLoraProblem& problem)
    {
        return TakeFrozen(Model(MakeEncoderLayers<float>(problem.config), AdapterPatterns()),
                          problem.parameters);
    }

    /// @return the mean of the devices' gradients
    /// @param devices their steps
    static Eigen::VectorXf MeanOf(const std::vector<SplitLoraDeviceStep>& devices)
    {
        Eigen::VectorXd sum = devices.front().loraGradient.cast<double>();
        for (size_t k = 1; k < devices.size(); k++)
        {
            sum += devices[k].loraGradient.cast<double>();
        }
        return (sum / static_cast<double>(devices.size())).cast<float>();
    }

    /// @return the heads' parameters
    std::vector<Eigen::VectorXf> Heads() const
    {
        std::vector<Eigen::VectorXf> heads;
        for (const PersonalHead& head : m_heads)
        {
            heads.push_back(head.GetParameters());
        }
        return heads;
    }

    /// @return all that a device sends and receives in a round
    /// @param k index of the device
    SplitLoraDeviceStep Step(size_t k)
    {
        const EmbeddedBatch& batch = m_batches[k];
        SplitLoraDeviceStep step;
        step.samples = batch.Samples();
        step.length = batch.offsets[1];
        step.embedding = batch.tokens;
        EncoderCaches caches;
        m_encoder.Forward(m_adapters, batch, step.features, &caches);
        step.layers.resize(m_problem.config.layers);
        for (size_t layer = 0; layer < step.layers.size(); layer++)
        {
            Eigen::MatrixXf& output = step.layers[layer];
            for (const Workspace& block : caches.blocks)
            {
                const ConstMatrixView part = m_encoder.GetModel().OutputOf(layer, block);
                output.conservativeResize(part.rows(), output.cols() + part.cols());
                output.rightCols(part.cols()) = part;
            }
        }
        m_heads[k].Learn(step.features, m_problem.devices[k].data.Labels(), step.head);
        m_encoder.Backward(m_adapters,
                           batch,
                           step.head.featureGradient,
                           step.loraGradient,
                           nullptr,
                           &step.embeddingGradient);
        return step;
    }

    const SplitLoraProblem& m_problem;    //!< the system
    SplitEmbedding m_embedding;           //!< at devices
    SplitEncoder m_encoder;               //!< at the server
    Eigen::VectorXf m_adapters;           //!< as they are
    MeanGradient m_server;                //!< what the server does with gradients
    std::vector<PersonalHead> m_heads;    //!< by device
    std::vector<EmbeddedBatch> m_batches; //!< by device
};

} // namespace

SplitLoraSolution
RunSplitLora(const SplitLoraProblem& problem)
{
    return SplitLoraRun(problem).Run();
}

} // namespace fl
} // namespace ns3
