/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bound-constants.h"

#include "fl-loss-gradient.h"
#include "fl-trainer.h"

#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain unless a count is at least one.
void
RequireAtLeastOne(const char* name, uint32_t value)
{
    if (value < 1)
    {
        throw InvalidInput(Describe("bound constants: ", name, " 0: must be at least 1"));
    }
}

/// |a - b|.
double
Distance(const Eigen::VectorXf& a, const Eigen::VectorXf& b)
{
    return (a - b).cast<double>().norm();
}

/// Distance of two data: features, and labels as vectors of zeros and a one.
double
DataDistance(const Dataset& dataset, uint32_t a, uint32_t b)
{
    const auto difference = dataset.Features().col(a) - dataset.Features().col(b);
    const bool sameLabel = dataset.Labels()[a] == dataset.Labels()[b];
    return std::sqrt(difference.cast<double>().squaredNorm() + (sameLabel ? 0 : 2));
}

/// The samples of all devices.
std::vector<uint32_t>
Union(const std::vector<std::vector<uint32_t>>& parts)
{
    std::vector<uint32_t> all;
    for (const auto& part : parts)
    {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

/// The models that the measurements are made at.
std::vector<Eigen::VectorXf>
RunCentrally(const Model& model,
             const Dataset& dataset,
             const std::vector<uint32_t>& samples,
             const BoundConstantsOptions& options)
{
    TrainerOptions trainer;
    trainer.iteration = TrainerOptions::Iteration::STEP;
    trainer.localIterations = options.steps;
    trainer.batchSize = options.batchSize;
    trainer.learningRate = options.learningRate;
    std::vector<Eigen::VectorXf> models{model.InitialParameters(options.seed)};
    for (uint32_t i = 0; i < options.models; i++)
    {
        TrainingResult result =
            Train(model, models.back(), dataset, samples, 0, trainer, options.seed + i);
        if (!result.finite)
        {
            throw InvalidInput(Describe("bound constants: learning rate ",
                                        options.learningRate,
                                        ": must be smaller, the run diverges"));
        }
        models.push_back(std::move(result.parameters));
    }
    return models;
}

/// Measures at one model of the run after the other.
class Measurement
{
  public:
    /**
     * @param model the structure
     * @param dataset the data
     * @param parts by device, its samples
     * @param options how
     * @param [out] constants what is measured
     */
    Measurement(const Model& model,
                const Dataset& dataset,
                const std::vector<std::vector<uint32_t>>& parts,
                const BoundConstantsOptions& options,
                BoundConstants& constants)
        : m_model(model),
          m_dataset(dataset),
          m_parts(parts),
          m_options(options),
          m_random(options.seed, 1),
          m_constants(constants),
          m_local(parts.size())
    {
    }

    /**
     * @param w the next model of the run; must outlive this object
     */
    void Visit(const Eigen::VectorXf& w)
    {
        Eigen::VectorXd sum = Eigen::VectorXd::Zero(w.size());
        double loss = 0;
        std::vector<Eigen::VectorXf> local(m_parts.size());
        for (size_t device = 0; device < m_parts.size(); device++)
        {
            loss += LossGradient(m_model, w, m_dataset, m_parts[device], local[device]);
            sum += local[device].cast<double>();
        }
        const auto devices = static_cast<double>(m_parts.size());
        const Eigen::VectorXf global = (sum / devices).cast<float>();
        if (m_models.empty())
        {
            m_constants.lossDrop = loss / devices;
        }
        for (size_t device = 0; device < m_parts.size(); device++)
        {
            double& largest = m_constants.devices[device].dissimilarity;
            const double distance = Distance(global, local[device]);
            largest = std::max(largest, distance * distance);
            if (!m_models.empty())
            {
                CompareModels(w, local[device], *m_models.back(), m_local[device]);
            }
        }
        for (size_t i = 0; i < m_models.size(); i++)
        {
            CompareModels(w, global, *m_models[i], m_global[i]);
        }
        for (const auto& part : m_parts)
        {
            CompareSamples(w, part);
        }
        m_models.push_back(&w);
        m_global.push_back(global);
        m_local = std::move(local);
    }

  private:
    /// Smoothness from the gradients at two models.
    void CompareModels(const Eigen::VectorXf& w,
                       const Eigen::VectorXf& gradient,
                       const Eigen::VectorXf& other,
                       const Eigen::VectorXf& otherGradient)
    {
        const double distance = Distance(w, other);
        if (distance > 0)
        {
            m_constants.smoothness =
                std::max(m_constants.smoothness, Distance(gradient, otherGradient) / distance);
            m_constants.modelPairs++;
        }
    }

    /// Pairs of a device's samples: data variability, and bounds of the gradients.
    void CompareSamples(const Eigen::VectorXf& w, const std::vector<uint32_t>& part)
    {
        for (uint32_t pair = 0; pair < m_options.samplePairs; pair++)
        {
            const uint32_t a = part[m_random.Below(part.size())];
            const uint32_t b = part[m_random.Below(part.size())];
            LossGradient(m_model, w, m_dataset, {a}, m_first);
            LossGradient(m_model, w, m_dataset, {b}, m_second);
            BoundGradient(w, m_first);
            BoundGradient(w, m_second);
            const double distance = DataDistance(m_dataset, a, b);
            if (distance > 0)
            {
                m_constants.dataVariability =
                    std::max(m_constants.dataVariability, Distance(m_first, m_second) / distance);
                m_constants.samplePairs++;
            }
        }
    }

    /// The gradient of one sample, without the regularizer and with it.
    void BoundGradient(const Eigen::VectorXf& w, const Eigen::VectorXf& gradient)
    {
        m_constants.gradientBound =
            std::max(m_constants.gradientBound, gradient.cast<double>().squaredNorm());
        // The first model of the run has not moved from what was received.
        const Eigen::VectorXf& received = m_models.empty() ? w : *m_models.back();
        const auto regularizer = m_options.rho * (w - received).cast<double>();
        m_constants.regularizedGradientBound =
            std::max(m_constants.regularizedGradientBound,
                     (gradient.cast<double>() + regularizer).squaredNorm());
        m_constants.sampleGradients++;
    }

    const Model& m_model;                              //!< the structure
    const Dataset& m_dataset;                          //!< the data
    const std::vector<std::vector<uint32_t>>& m_parts; //!< by device
    const BoundConstantsOptions& m_options;            //!< how
    RandomStream m_random;                             //!< of the pairs
    BoundConstants& m_constants;                       //!< what is measured
    std::vector<const Eigen::VectorXf*> m_models;      //!< visited so far
    std::vector<Eigen::VectorXf> m_global;             //!< grad F at these
    std::vector<Eigen::VectorXf> m_local;              //!< grad F_i at the last one, by device
    Eigen::VectorXf m_first;                           //!< gradient of a pair's first sample
    Eigen::VectorXf m_second;                          //!< gradient of its second one
};

} // namespace

void
BoundConstantsOptions::Validate() const
{
    RequireAtLeastOne("models", models);
    RequireAtLeastOne("steps", steps);
    RequireAtLeastOne("batch size", batchSize);
    RequireAtLeastOne("sample pairs", samplePairs);
    if (!(learningRate > 0) || !std::isfinite(learningRate))
    {
        throw InvalidInput(Describe("bound constants: learning rate ",
                                    learningRate,
                                    ": must be positive and finite"));
    }
    if (!(rho >= 0) || !std::isfinite(rho))
    {
        throw InvalidInput(
            Describe("bound constants: rho ", rho, ": must be at least 0 and finite"));
    }
}

double
SampleVariance(const Dataset& dataset, const std::vector<uint32_t>& samples)
{
    if (samples.empty())
    {
        throw InvalidInput("sample variance: 0 samples: must be at least 1");
    }
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(dataset.Dimension());
    std::vector<double> shares(dataset.Classes(), 0);
    const auto count = static_cast<double>(samples.size());
    for (const uint32_t sample : samples)
    {
        if (sample >= dataset.Size())
        {
            throw InvalidInput(Describe("sample variance: sample ",
                                        sample,
                                        ": must be below ",
                                        dataset.Size(),
                                        ", the data set's size"));
        }
        mean += dataset.Features().col(sample).cast<double>() / count;
        shares[dataset.Labels()[sample]] += 1 / count;
    }
    if (samples.size() == 1)
    {
        return 0;
    }
    double sum = 0;
    for (const uint32_t sample : samples)
    {
        sum += (dataset.Features().col(sample).cast<double>() - mean).squaredNorm();
    }
    // Of the labels: a share s of ones has s (1 - s) of squares about its mean, per sample.
    for (const double share : shares)
    {
        sum += count * share * (1 - share);
    }
    return sum / (count - 1);
}

BoundConstants
EstimateBoundConstants(const Model& model,
                       const Dataset& dataset,
                       const std::vector<std::vector<uint32_t>>& parts,
                       const BoundConstantsOptions& options)
{
    options.Validate();
    if (parts.empty())
    {
        throw InvalidInput("bound constants: 0 devices: must be at least 1");
    }
    BoundConstants constants;
    for (const auto& part : parts)
    {
        constants.devices.push_back(
            {static_cast<uint32_t>(part.size()), 0, SampleVariance(dataset, part)});
    }
    const auto models = RunCentrally(model, dataset, Union(parts), options);
    Measurement measurement(model, dataset, parts, options, constants);
    for (const auto& w : models)
    {
        measurement.Visit(w);
    }
    return constants;
}

} // namespace fl
} // namespace ns3
