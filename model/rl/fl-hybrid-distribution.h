/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_HYBRID_DISTRIBUTION_H
#define FL_HYBRID_DISTRIBUTION_H

#include "fl-environment.h"

#include "ns3/fl-random-stream.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Distributions of parameterized actions.
 */

namespace ns3
{
namespace fl
{

/// How units choose.
enum class ChoiceKind : uint8_t
{
    SOFTMAX, //!< a softmax per unit, in their order, of the options that are left
    /// Each option of each unit has a normal score; in their order, units take the largest that is
    /// left: discrete actions relaxed to continuous ones
    RELAXED
};

/// How parameters are set.
enum class ParameterKind : uint8_t
{
    NORMAL, //!< normal, with standard deviations that no state changes
    LEVELS  //!< one of some levels, evenly from -1 to 1, by a softmax
};

/// A kind of distribution.
struct DistributionKind
{
    ChoiceKind choice{ChoiceKind::SOFTMAX};         //!< of choices
    ParameterKind parameter{ParameterKind::NORMAL}; //!< of parameters
    uint32_t levels{10};                            //!< Z, of LEVELS; at least 2
};

/// An action with all that was drawn for it.
struct HybridSample
{
    HybridAction action;          //!< what it means
    Eigen::VectorXf normals;      //!< draws of normal numbers: scores (if relaxed), parameters
    std::vector<uint16_t> levels; //!< by parameter, of LEVELS
};

/// What a distribution is given by, for one state.
/// @tparam Scalar float, or double where tests check derivatives
template <typename Scalar>
struct HybridOutputs
{
    const Scalar* choices;    //!< by unit and option: logits, or means of scores
    const Scalar* parameters; //!< by parameter its mean, or by parameter and level its logit
    const Scalar* lnSpreads;  //!< by normal number, the logarithm of its standard deviation
};

/// The same, to be written or added to.
template <typename Scalar>
struct HybridGradient
{
    Scalar* choices;    //!< as HybridOutputs
    Scalar* parameters; //!< as HybridOutputs
    Scalar* lnSpreads;  //!< as HybridOutputs
};

/**
 * @ingroup fl
 * Parameterized actions: units choose in their order, each knowing what is taken, and parameters
 * are drawn for what was chosen. All functions are exact given the choices of the units before (the
 * prefix): the divergence of two distributions is the sum over units of that of their choices, and
 * of sum over options of pi(option) times that of the parameters that the option uses; its mean
 * over prefixes is the whole one, by the chain rule.
 *
 * Not thread-safe: it has memory of its own to work in.
 */
template <typename Scalar>
class BasicHybridDistribution
{
  public:
    /// What it is given by.
    using Outputs = HybridOutputs<Scalar>;
    /// The same, to be written.
    using Gradient = HybridGradient<Scalar>;

    /**
     * @param space what is decided
     * @param kind of the distribution
     * @throws InvalidInput if the space is not valid, or there are fewer than two levels
     */
    BasicHybridDistribution(const ActionSpace& space, const DistributionKind& kind);

    /// @return what is decided
    const ActionSpace& Space() const
    {
        return m_space;
    }

    /// @return its kind
    const DistributionKind& Kind() const
    {
        return m_kind;
    }

    /// @return number of HybridOutputs::choices
    uint32_t ChoiceOutputs() const
    {
        return m_space.Choices();
    }

    /// @return number of HybridOutputs::parameters
    uint32_t ParameterOutputs() const;
    /// @return number of HybridOutputs::lnSpreads
    uint32_t Spreads() const;

    /**
     * @param outputs what it is given by
     * @param random source of the draws
     * @param [out] sample an action
     */
    void Draw(const Outputs& outputs, RandomStream& random, HybridSample& sample);
    /**
     * @param outputs what it is given by
     * @param [out] action each unit's likeliest option that is left, means, likeliest levels
     */
    void TakeBest(const Outputs& outputs, HybridAction& action);

    /// @return the logarithm of the probability (density) of an action
    /// @param outputs what it is given by
    /// @param sample the action
    double LogProbability(const Outputs& outputs, const HybridSample& sample);
    /**
     * Add weight times the gradient of LogProbability().
     * @param outputs what it is given by
     * @param sample the action
     * @param weight a factor
     * @param [in,out] gradient is added to
     */
    void AddGradient(const Outputs& outputs,
                     const HybridSample& sample,
                     Scalar weight,
                     const Gradient& gradient);
    /// @return KL(old || now), given the sample's choices as prefixes
    /// @param old one distribution
    /// @param now the other one
    /// @param sample an action
    double Divergence(const Outputs& old, const Outputs& now, const HybridSample& sample);
    /**
     * Multiply by the second derivative of Divergence() with respect to `now` where both are the
     * same, which is the Fisher matrix.
     * @param outputs what both are given by
     * @param sample an action
     * @param direction a vector
     * @param [out] product choices and parameters are written, lnSpreads are added to
     */
    void FisherProduct(const Outputs& outputs,
                       const HybridSample& sample,
                       const Outputs& direction,
                       const Gradient& product);

  private:
    /// All options are free. Begins a walk through the units.
    void FreeAll();
    /// An option was taken. @param option which
    void Take(uint32_t option);
    /// Set probabilities of a unit's options: a softmax of those that are free.
    /// @param logits of the options @param [out] probabilities of the options
    void Softmax(const Scalar* logits, Eigen::Matrix<Scalar, Eigen::Dynamic, 1>& probabilities);
    /// Set probabilities of levels. @param logits of the levels @param [out] probabilities of them
    static void LevelSoftmax(const Scalar* logits,
                             Eigen::Matrix<Scalar, Eigen::Dynamic, 1>& probabilities);
    /// @return the free option of the largest value @param values of the options
    template <typename Value>
    uint32_t LargestFree(const Value* values) const;
    /// @return how much a parameter counts: the probability that an option that uses it is taken,
    /// by m_p; 1 if all is continuous @param parameter of a unit
    Scalar WeightOf(uint32_t parameter) const;
    /// @return whether an action's probability depends on a parameter @param option that was chosen
    /// @param parameter of a unit
    bool Counts(uint32_t option, uint32_t parameter) const;
    /// @return the number that a level means @param level which
    float LevelValue(uint32_t level) const;
    /// @return index of the first normal number of the parameters
    size_t FirstParameterSpread() const;
    /// Draw, or take the best of, all parameters. @param outputs what it is given by @param random
    /// null: the best @param [out] sample its parameters are set
    void SetParameters(const Outputs& outputs, RandomStream* random, HybridSample& sample);

    /// Numbers in a row.
    using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

    ActionSpace m_space;     //!< what is decided
    DistributionKind m_kind; //!< its kind
    Vector m_free;           //!< by option: 1 if it is left, else 0
    Vector m_p;              //!< probabilities of a unit's options
    Vector m_q;              //!< the same of another distribution
    Vector m_levelP;         //!< of a parameter's levels
    Vector m_levelQ;         //!< the same of another distribution
    HybridSample m_best;     //!< memory of TakeBest()
};

} // namespace fl
} // namespace ns3

#endif /* FL_HYBRID_DISTRIBUTION_H */
