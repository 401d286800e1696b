/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-hybrid-distribution.h"

#include "ns3/fl-error.h"
#include "ns3/fl-vector-math.h"

#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// ln(2 pi) / 2
constexpr double HALF_LN_2PI = 0.91893853320467274178;

/**
 * Exponentials over their sum.
 * @param logits of what is free
 * @param free 1 or 0; null: all are
 * @param [out] p probabilities, of the size that is wanted
 */
template <typename Scalar, typename Vector>
void
SoftmaxInto(const Scalar* logits, const Scalar* free, Vector& p)
{
    const auto count = static_cast<size_t>(p.size());
    Scalar largest = -std::numeric_limits<Scalar>::infinity();
    for (size_t i = 0; i < count; ++i)
    {
        const bool counts = (!free || free[i] > 0) && logits[i] > largest;
        largest = counts ? logits[i] : largest;
    }
    // What is taken may be larger than all that is left, by any amount.
    TransformLanes(logits, count, p.data(), [=](const Lanes<Scalar>& x) -> Lanes<Scalar> {
        return (x - largest).min(Scalar(0)).exp();
    });
    Scalar sum = 0;
    for (size_t i = 0; i < count; ++i)
    {
        p[static_cast<Eigen::Index>(i)] *= free ? free[i] : Scalar(1);
        sum += p[static_cast<Eigen::Index>(i)];
    }
    p /= sum;
}

/// @return an index, drawn @param p probabilities @param random source of the draw
template <typename Vector>
uint32_t
DrawIndex(const Vector& p, RandomStream& random)
{
    double left = random.Uniform();
    uint32_t last = 0;
    for (uint32_t i = 0; i < p.size(); ++i)
    {
        if (p[i] > 0)
        {
            last = i;
            left -= static_cast<double>(p[i]);
            if (left < 0)
            {
                break;
            }
        }
    }
    return last;
}

/// @return KL(p || q) @param p probabilities @param q probabilities, of as many
template <typename Vector>
double
SoftmaxDivergence(const Vector& p, const Vector& q)
{
    double sum = 0;
    for (Eigen::Index i = 0; i < p.size(); ++i)
    {
        if (p[i] > 0)
        {
            const auto old = static_cast<double>(p[i]);
            sum += old * std::log(old / static_cast<double>(q[i]));
        }
    }
    return sum;
}

/// Normal distributions, of which the first one is by mean a and ln deviation la.
/// @return KL(first || second)
/// @param a mean of the first @param la its logarithm @param b mean of the second @param lb its
/// logarithm
double
NormalDivergence(double a, double la, double b, double lb)
{
    const double distance = (a - b) * std::exp(-lb);
    return lb - la + (std::expm1(2 * (la - lb)) + distance * distance) / 2;
}

/// to = scale (p v - p (p.v)): the Fisher matrix of a softmax times a vector
template <typename Scalar, typename Vector>
void
SoftmaxFisher(const Vector& p, const Scalar* v, Scalar scale, Scalar* to)
{
    Scalar mean = 0;
    for (Eigen::Index i = 0; i < p.size(); ++i)
    {
        mean += p[i] * v[i];
    }
    for (Eigen::Index i = 0; i < p.size(); ++i)
    {
        to[i] = scale * p[i] * (v[i] - mean);
    }
}

} // namespace

template <typename Scalar>
BasicHybridDistribution<Scalar>::BasicHybridDistribution(const ActionSpace& space,
                                                         const DistributionKind& kind)
    : m_space(space),
      m_kind(kind),
      m_free(space.options),
      m_p(space.options),
      m_q(space.options),
      m_levelP(kind.levels),
      m_levelQ(kind.levels)
{
    space.Validate();
    if (kind.levels < 2)
    {
        throw InvalidInput(Describe("levels of parameters: ", kind.levels, ": must be at least 2"));
    }
}

template <typename Scalar>
uint32_t
BasicHybridDistribution<Scalar>::ParameterOutputs() const
{
    const uint32_t each = m_kind.parameter == ParameterKind::LEVELS ? m_kind.levels : 1;
    return m_space.Parameters() * each;
}

template <typename Scalar>
size_t
BasicHybridDistribution<Scalar>::FirstParameterSpread() const
{
    return m_kind.choice == ChoiceKind::RELAXED ? m_space.Choices() : 0;
}

template <typename Scalar>
uint32_t
BasicHybridDistribution<Scalar>::Spreads() const
{
    const uint32_t normal = m_kind.parameter == ParameterKind::NORMAL ? m_space.Parameters() : 0;
    return static_cast<uint32_t>(FirstParameterSpread()) + normal;
}

template <typename Scalar>
void
BasicHybridDistribution<Scalar>::FreeAll()
{
    m_free.setOnes();
}

template <typename Scalar>
void
BasicHybridDistribution<Scalar>::Take(uint32_t option)
{
    if (m_space.isExclusive && option > 0)
    {
        m_free[option] = 0;
    }
}

template <typename Scalar>
void
BasicHybridDistribution<Scalar>::Softmax(const Scalar* logits, Vector& probabilities)
{
    SoftmaxInto(logits, m_free.data(), probabilities);
}

template <typename Scalar>
void
BasicHybridDistribution<Scalar>::LevelSoftmax(const Scalar* logits, Vector& probabilities)
{
    SoftmaxInto<Scalar>(logits, nullptr, probabilities);
}

template <typename Scalar>
template <typename Value>
uint32_t
BasicHybridDistribution<Scalar>::LargestFree(const Value* values) const
{
    uint32_t best = 0;
    for (uint32_t option = 1; option < m_space.options; ++option)
    {
        // Option 0 is always left.
        if (m_free[option] > 0 && values[option] > values[best])
        {
            best = option;
        }
    }
    return best;
}

template <typename Scalar>
Scalar
BasicHybridDistribution<Scalar>::WeightOf(uint32_t parameter) const
{
    if (m_kind.choice == ChoiceKind::RELAXED)
    {
        return 1;
    }
    Scalar sum = 0;
    for (uint32_t option = 0; option < m_space.options; ++option)
    {
        sum += m_space.Uses(option, parameter) ? m_p[option] : Scalar(0);
    }
    return sum;
}

template <typename Scalar>
bool
BasicHybridDistribution<Scalar>::Counts(uint32_t option, uint32_t parameter) const
{
    return m_kind.choice == ChoiceKind::RELAXED || m_space.Uses(option, parameter);
}

template <typename Scalar>
float
BasicHybridDistribution<Scalar>::LevelValue(uint32_t level) const
{
    return 2 * static_cast<float>(level) / static_cast<float>(m_kind.levels - 1) - 1;
}

template <typename Scalar>
void
BasicHybridDistribution<Scalar>::SetParameters(const Outputs& outputs,
                                               RandomStream* random,
                                               HybridSample& sample)
{
    const uint32_t count = m_space.Parameters();
    sample.action.parameters.resize(count);
    if (m_kind.parameter == ParameterKind::NORMAL)
    {
        const auto first = FirstParameterSpread();
        for (uint32_t k = 0; k < count; ++k)
        {
            const double spread =
                random ? std::exp(static_cast<double>(outputs.lnSpreads[first + k])) : 0;
            const double noise = random ? random->Normal() : 0;
            const double value = static_cast<double>(outputs.parameters[k]) + spread * noise;
            sample.action.parameters[k] = static_cast<float>(value);
            sample.normals[static_cast<Eigen::Index>(first + k)] = static_cast<float>(value);
        }
        return;
    }
    sample.levels.resize(count);
    for (uint32_t k = 0; k < count; ++k)
    {
        LevelSoftmax(outputs.parameters + size_t{k} * m_kind.levels, m_levelP);
        Eigen::Index best = 0;
        if (!random)
        {
            m_levelP.maxCoeff(&best);
        }
        const auto level = random ? DrawIndex(m_levelP, *random) : static_cast<uint32_t>(best);
        sample.levels[k] = static_cast<uint16_t>(level);
        sample.action.parameters[k] = LevelValue(level);
    }
}

template <typename Scalar>
void
BasicHybridDistribution<Scalar>::Draw(const Outputs& outputs,
                                      RandomStream& random,
                                      HybridSample& sample)
{
    sample.action.options.resize(m_space.units);
    sample.normals.resize(Spreads());
    FreeAll();
    for (uint32_t unit = 0; unit < m_space.units; ++unit)
    {
        const size_t first = size_t{unit} * m_space.options;
        uint32_t option = 0;
        if (m_kind.choice == ChoiceKind::RELAXED)
        {
            float* scores = sample.normals.data() + first;
            for (uint32_t i = 0; i < m_space.options; ++i)
            {
                const double spread = std::exp(static_cast<double>(outputs.lnSpreads[first + i]));
                scores[i] = static_cast<float>(static_cast<double>(outputs.choices[first + i]) +
                                               spread * random.Normal());
            }
            option = LargestFree(scores);
        }
        else if (m_space.options > 1)
        {
            Softmax(outputs.choices + first, m_p);
            option = DrawIndex(m_p, random);
        }
        sample.action.options[unit] = option;
        Take(option);
    }
    SetParameters(outputs, &random, sample);
}

template <typename Scalar>
void
BasicHybridDistribution<Scalar>::TakeBest(const Outputs& outputs, HybridAction& action)
{
    m_best.normals.resize(Spreads());
    action.options.resize(m_space.units);
    FreeAll();
    for (uint32_t unit = 0; unit < m_space.units; ++unit)
    {
        action.options[unit] = LargestFree(outputs.choices + size_t{unit} * m_space.options);
        Take(action.options[unit]);
    }
    SetParameters(outputs, nullptr, m_best);
    action.parameters = m_best.action.parameters;
}

template <typename Scalar>
double
BasicHybridDistribution<Scalar>::LogProbability(const Outputs& outputs, const HybridSample& sample)
{
    double sum = 0;
    auto addNormal = [&](size_t k, Scalar mean) {
        const auto lnSpread = static_cast<double>(outputs.lnSpreads[k]);
        const double z = (static_cast<double>(sample.normals[static_cast<Eigen::Index>(k)]) -
                          static_cast<double>(mean)) *
                         std::exp(-lnSpread);
        sum -= z * z / 2 + lnSpread + HALF_LN_2PI;
    };
    FreeAll();
    for (uint32_t unit = 0; unit < m_space.units; ++unit)
    {
        const size_t first = size_t{unit} * m_space.options;
        const uint32_t option = sample.action.options[unit];
        if (m_kind.choice == ChoiceKind::RELAXED)
        {
            for (uint32_t i = 0; i < m_space.options; ++i)
            {
                addNormal(first + i, outputs.choices[first + i]);
            }
        }
        else
        {
            Softmax(outputs.choices + first, m_p);
            sum += std::log(static_cast<double>(m_p[option]));
            Take(option);
        }
        for (uint32_t parameter = 0; parameter < m_space.parameters; ++parameter)
        {
            const size_t k = size_t{unit} * m_space.parameters + parameter;
            if (!Counts(option, parameter))
            {
                continue;
            }
            if (m_kind.parameter == ParameterKind::NORMAL)
            {
                addNormal(FirstParameterSpread() + k, outputs.parameters[k]);
            }
            else
            {
                LevelSoftmax(outputs.parameters + k * m_kind.levels, m_levelP);
                sum += std::log(static_cast<double>(m_levelP[sample.levels[k]]));
            }
        }
    }
    return sum;
}

template <typename Scalar>
void
BasicHybridDistribution<Scalar>::AddGradient(const Outputs& outputs,
                                             const HybridSample& sample,
                                             Scalar weight,
                                             const Gradient& gradient)
{
    auto addNormal = [&](size_t k, Scalar mean, Scalar& meanGradient) {
        const Scalar inverse = std::exp(-outputs.lnSpreads[k]);
        const Scalar z = (Scalar(sample.normals[static_cast<Eigen::Index>(k)]) - mean) * inverse;
        meanGradient += weight * z * inverse;
        gradient.lnSpreads[k] += weight * (z * z - 1);
    };
    FreeAll();
    for (uint32_t unit = 0; unit < m_space.units; ++unit)
    {
        const size_t first = size_t{unit} * m_space.options;
        const uint32_t option = sample.action.options[unit];
        if (m_kind.choice == ChoiceKind::RELAXED)
        {
            for (uint32_t i = 0; i < m_space.options; ++i)
            {
                addNormal(first + i, outputs.choices[first + i], gradient.choices[first + i]);
            }
        }
        else
        {
            Softmax(outputs.choices + first, m_p);
            for (uint32_t i = 0; i < m_space.options; ++i)
            {
                gradient.choices[first + i] -= weight * m_p[i];
            }
            gradient.choices[first + option] += weight;
            Take(option);
        }
        for (uint32_t parameter = 0; parameter < m_space.parameters; ++parameter)
        {
            const size_t k = size_t{unit} * m_space.parameters + parameter;
            if (!Counts(option, parameter))
            {
                continue;
            }
            if (m_kind.parameter == ParameterKind::NORMAL)
            {
                addNormal(FirstParameterSpread() + k,
                          outputs.parameters[k],
                          gradient.parameters[k]);
            }
            else
            {
                Scalar* to = gradient.parameters + k * m_kind.levels;
                LevelSoftmax(outputs.parameters + k * m_kind.levels, m_levelP);
                for (uint32_t level = 0; level < m_kind.levels; ++level)
                {
                    to[level] -= weight * m_levelP[level];
                }
                to[sample.levels[k]] += weight;
            }
        }
    }
}

template <typename Scalar>
double
BasicHybridDistribution<Scalar>::Divergence(const Outputs& old,
                                            const Outputs& now,
                                            const HybridSample& sample)
{
    double sum = 0;
    auto normal = [&](size_t k, Scalar oldMean, Scalar nowMean) {
        return NormalDivergence(static_cast<double>(oldMean),
                                static_cast<double>(old.lnSpreads[k]),
                                static_cast<double>(nowMean),
                                static_cast<double>(now.lnSpreads[k]));
    };
    FreeAll();
    for (uint32_t unit = 0; unit < m_space.units; ++unit)
    {
        const size_t first = size_t{unit} * m_space.options;
        if (m_kind.choice == ChoiceKind::RELAXED)
        {
            for (size_t i = first; i < first + m_space.options; ++i)
            {
                sum += normal(i, old.choices[i], now.choices[i]);
            }
        }
        else
        {
            Softmax(old.choices + first, m_p);
            Softmax(now.choices + first, m_q);
            sum += SoftmaxDivergence(m_p, m_q);
            Take(sample.action.options[unit]);
        }
        for (uint32_t parameter = 0; parameter < m_space.parameters; ++parameter)
        {
            const size_t k = size_t{unit} * m_space.parameters + parameter;
            const auto weight = static_cast<double>(WeightOf(parameter));
            if (m_kind.parameter == ParameterKind::NORMAL)
            {
                sum += weight *
                       normal(FirstParameterSpread() + k, old.parameters[k], now.parameters[k]);
            }
            else
            {
                LevelSoftmax(old.parameters + k * m_kind.levels, m_levelP);
                LevelSoftmax(now.parameters + k * m_kind.levels, m_levelQ);
                sum += weight * SoftmaxDivergence(m_levelP, m_levelQ);
            }
        }
    }
    return sum;
}

template <typename Scalar>
void
BasicHybridDistribution<Scalar>::FisherProduct(const Outputs& outputs,
                                               const HybridSample& sample,
                                               const Outputs& direction,
                                               const Gradient& product)
{
    auto normal = [&](size_t k, Scalar weight, Scalar meanDirection, Scalar& meanProduct) {
        meanProduct = weight * meanDirection * std::exp(-2 * outputs.lnSpreads[k]);
        product.lnSpreads[k] += 2 * weight * direction.lnSpreads[k];
    };
    FreeAll();
    for (uint32_t unit = 0; unit < m_space.units; ++unit)
    {
        const size_t first = size_t{unit} * m_space.options;
        if (m_kind.choice == ChoiceKind::RELAXED)
        {
            for (size_t i = first; i < first + m_space.options; ++i)
            {
                normal(i, Scalar(1), direction.choices[i], product.choices[i]);
            }
        }
        else
        {
            Softmax(outputs.choices + first, m_p);
            SoftmaxFisher(m_p, direction.choices + first, Scalar(1), product.choices + first);
            Take(sample.action.options[unit]);
        }
        for (uint32_t parameter = 0; parameter < m_space.parameters; ++parameter)
        {
            const size_t k = size_t{unit} * m_space.parameters + parameter;
            const Scalar weight = WeightOf(parameter);
            if (m_kind.parameter == ParameterKind::NORMAL)
            {
                normal(FirstParameterSpread() + k,
                       weight,
                       direction.parameters[k],
                       product.parameters[k]);
            }
            else
            {
                const size_t level = k * m_kind.levels;
                LevelSoftmax(outputs.parameters + level, m_levelP);
                SoftmaxFisher(m_levelP,
                              direction.parameters + level,
                              weight,
                              product.parameters + level);
            }
        }
    }
}

template class BasicHybridDistribution<float>;
template class BasicHybridDistribution<double>;

} // namespace fl
} // namespace ns3
