/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-hybrid-policy.h"

#include "ns3/fl-mix-seed.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

template <typename Scalar>
BasicHybridPolicy<Scalar>::BasicHybridPolicy(uint32_t stateSize,
                                             const ActionSpace& space,
                                             const DistributionKind& kind,
                                             const PolicySizes& sizes,
                                             uint64_t seed)
    : m_distribution(space, kind)
{
    const bool isRelaxed = kind.choice == ChoiceKind::RELAXED;
    if (space.options > 1 || isRelaxed)
    {
        m_choice = std::make_unique<BasicPerceptron<Scalar>>(
            PerceptronShape{stateSize, sizes.choice, space.Choices(), isRelaxed},
            MixSeed({seed, 1}));
    }
    if (space.parameters > 0)
    {
        m_parameter = std::make_unique<BasicPerceptron<Scalar>>(
            PerceptronShape{stateSize,
                            sizes.parameter,
                            m_distribution.ParameterOutputs(),
                            kind.parameter == ParameterKind::NORMAL},
            MixSeed({seed, 2}));
    }
    m_lnSpreads.setConstant(m_distribution.Spreads(), static_cast<Scalar>(FIRST_LN_SPREAD));
}

template <typename Scalar>
Eigen::Index
BasicHybridPolicy<Scalar>::Size() const
{
    return (m_choice ? m_choice->Size() : 0) + (m_parameter ? m_parameter->Size() : 0) +
           m_lnSpreads.size();
}

template <typename Scalar>
typename BasicHybridPolicy<Scalar>::Vector
BasicHybridPolicy<Scalar>::GetParameters() const
{
    Vector all(Size());
    Eigen::Index next = 0;
    for (const auto* network : {m_choice.get(), m_parameter.get()})
    {
        if (network)
        {
            all.segment(next, network->Size()) = network->Parameters();
            next += network->Size();
        }
    }
    all.tail(m_lnSpreads.size()) = m_lnSpreads;
    return all;
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::SetParameters(const Vector& parameters)
{
    Eigen::Index next = 0;
    for (auto* network : {m_choice.get(), m_parameter.get()})
    {
        if (network)
        {
            network->Parameters() = parameters.segment(next, network->Size());
            next += network->Size();
        }
    }
    m_lnSpreads = parameters.tail(m_lnSpreads.size());
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::Project(Vector& parameters) const
{
    auto spreads = parameters.tail(m_lnSpreads.size());
    spreads = spreads.cwiseMax(static_cast<Scalar>(LEAST_LN_SPREAD))
                  .cwiseMin(static_cast<Scalar>(MOST_LN_SPREAD));
}

template <typename Scalar>
HybridOutputs<Scalar>
BasicHybridPolicy<Scalar>::At(Eigen::Index state) const
{
    return {m_choices + state * m_distribution.ChoiceOutputs(),
            m_parameters + state * m_distribution.ParameterOutputs(),
            m_lnSpreads.data()};
}

template <typename Scalar>
HybridOutputs<Scalar>
BasicHybridPolicy<Scalar>::At(const Outputs& outputs, Eigen::Index state)
{
    return {outputs.choices.col(state).data(),
            outputs.parameters.col(state).data(),
            outputs.lnSpreads.data()};
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::Run(const View& states)
{
    m_states = states.cols();
    if (!m_choice)
    {
        // Of one option there is nothing to choose: all logits are 0.
        m_noChoice.setZero(m_distribution.ChoiceOutputs(), m_states);
    }
    m_choices = m_choice ? m_choice->Forward(states).data() : m_noChoice.data();
    m_parameters = m_parameter ? m_parameter->Forward(states).data() : nullptr;
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::Forward(const Matrix& states)
{
    Run(View(states.data(), states.rows(), states.cols()));
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::Draw(const Vector& state, RandomStream& random, HybridSample& sample)
{
    Run(View(state.data(), state.size(), 1));
    m_distribution.Draw(At(0), random, sample);
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::TakeBest(const Vector& state, HybridAction& action)
{
    Run(View(state.data(), state.size(), 1));
    m_distribution.TakeBest(At(0), action);
}

template <typename Scalar>
typename BasicHybridPolicy<Scalar>::Outputs
BasicHybridPolicy<Scalar>::Keep() const
{
    Outputs outputs;
    outputs.choices = View(m_choices, m_distribution.ChoiceOutputs(), m_states);
    outputs.parameters.resize(m_distribution.ParameterOutputs(), m_states);
    if (m_parameter)
    {
        outputs.parameters = View(m_parameters, m_distribution.ParameterOutputs(), m_states);
    }
    outputs.lnSpreads = m_lnSpreads;
    return outputs;
}

template <typename Scalar>
Eigen::VectorXd
BasicHybridPolicy<Scalar>::LogProbabilities(const std::vector<HybridSample>& samples)
{
    Eigen::VectorXd result(m_states);
    for (Eigen::Index i = 0; i < m_states; ++i)
    {
        result[i] = m_distribution.LogProbability(At(i), samples[static_cast<size_t>(i)]);
    }
    return result;
}

template <typename Scalar>
double
BasicHybridPolicy<Scalar>::Divergence(const Outputs& old, const std::vector<HybridSample>& samples)
{
    double sum = 0;
    for (Eigen::Index i = 0; i < m_states; ++i)
    {
        sum += m_distribution.Divergence(At(old, i), At(i), samples[static_cast<size_t>(i)]);
    }
    return sum / static_cast<double>(m_states);
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::ClearGradients()
{
    m_choiceGradient.setZero(m_distribution.ChoiceOutputs(), m_states);
    m_parameterGradient.setZero(m_distribution.ParameterOutputs(), m_states);
}

template <typename Scalar>
HybridGradient<Scalar>
BasicHybridPolicy<Scalar>::GradientAt(Eigen::Index state, Vector& spreads)
{
    return {m_choiceGradient.col(state).data(),
            m_parameterGradient.col(state).data(),
            spreads.data()};
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::Backward(const Vector& spreads, Vector& gradient)
{
    gradient.resize(Size());
    Eigen::Index next = 0;
    auto take = [&](BasicPerceptron<Scalar>* network, const Matrix& above) {
        if (network)
        {
            m_networkGradient.setZero(network->Size());
            network->Backward(View(above.data(), above.rows(), above.cols()), m_networkGradient);
            gradient.segment(next, network->Size()) = m_networkGradient;
            next += network->Size();
        }
    };
    take(m_choice.get(), m_choiceGradient);
    take(m_parameter.get(), m_parameterGradient);
    gradient.tail(spreads.size()) = spreads;
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::Gradient(const std::vector<HybridSample>& samples,
                                    const Vector& weights,
                                    Vector& gradient)
{
    ClearGradients();
    Vector spreads = Vector::Zero(m_lnSpreads.size());
    for (Eigen::Index i = 0; i < m_states; ++i)
    {
        m_distribution.AddGradient(At(i),
                                   samples[static_cast<size_t>(i)],
                                   weights[i],
                                   GradientAt(i, spreads));
    }
    Backward(spreads, gradient);
}

template <typename Scalar>
void
BasicHybridPolicy<Scalar>::FisherProduct(const std::vector<HybridSample>& samples,
                                         const Vector& direction,
                                         Vector& product)
{
    const Scalar* choices = m_choices;
    const Scalar* parameters = nullptr;
    Eigen::Index next = 0;
    if (m_choice)
    {
        m_direction = direction.head(m_choice->Size());
        choices = m_choice->Tangent(m_direction).data();
        next = m_choice->Size();
    }
    if (m_parameter)
    {
        m_direction = direction.segment(next, m_parameter->Size());
        parameters = m_parameter->Tangent(m_direction).data();
    }
    const Vector spreadDirection = direction.tail(m_lnSpreads.size());
    ClearGradients();
    Vector spreads = Vector::Zero(m_lnSpreads.size());
    for (Eigen::Index i = 0; i < m_states; ++i)
    {
        m_distribution.FisherProduct(At(i),
                                     samples[static_cast<size_t>(i)],
                                     {choices + i * m_distribution.ChoiceOutputs(),
                                      parameters + i * m_distribution.ParameterOutputs(),
                                      spreadDirection.data()},
                                     GradientAt(i, spreads));
    }
    const Scalar mean = Scalar(1) / static_cast<Scalar>(m_states);
    m_choiceGradient *= mean;
    m_parameterGradient *= mean;
    spreads *= mean;
    Backward(spreads, product);
}

template class BasicHybridPolicy<float>;
template class BasicHybridPolicy<double>;

} // namespace fl
} // namespace ns3
