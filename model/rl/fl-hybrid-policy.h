/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_HYBRID_POLICY_H
#define FL_HYBRID_POLICY_H

#include "fl-hybrid-distribution.h"
#include "fl-perceptron.h"

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Policies of parameterized actions.
 */

namespace ns3
{
namespace fl
{

/// Sizes of a policy's networks; the paper's.
struct PolicySizes
{
    std::vector<uint32_t> choice{64, 32};     //!< hidden units of the offloading policy
    std::vector<uint32_t> parameter{128, 64}; //!< of the parameter policy
};

/**
 * @ingroup fl
 * A policy of two perceptrons, pi(a, c | s) = pi_d(a | s) pi_c(c | s, a): the first gives each
 * unit's logits of options, the second the means (tanh) of all parameters, of which the choice
 * takes those that it uses; their standard deviations depend on no state. All parameters of the
 * policy are one vector: the first network's, the second's, the logarithms of the deviations.
 *
 * @tparam Scalar float; double where tests check derivatives
 */
template <typename Scalar>
class BasicHybridPolicy
{
  public:
    /// Numbers in a row.
    using Vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;
    /// A matrix.
    using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;

    /// States with what was done in them.
    struct Batch
    {
        Matrix states;                     //!< a column each
        std::vector<HybridSample> samples; //!< by state
    };

    /// What distributions of a batch's states are given by.
    struct Outputs
    {
        Matrix choices;    //!< a column each
        Matrix parameters; //!< a column each
        Vector lnSpreads;  //!< of all
    };

    /// The logarithms of standard deviations begin here.
    static constexpr double FIRST_LN_SPREAD = -0.7;
    static constexpr double LEAST_LN_SPREAD = -3; //!< and stay above this
    static constexpr double MOST_LN_SPREAD = 0;   //!< and below this

    /**
     * @param stateSize numbers of a state
     * @param space what is decided
     * @param kind of the distribution
     * @param sizes of the networks
     * @param seed of their initial weights
     */
    BasicHybridPolicy(uint32_t stateSize,
                      const ActionSpace& space,
                      const DistributionKind& kind,
                      const PolicySizes& sizes,
                      uint64_t seed);

    /// @return the distribution
    BasicHybridDistribution<Scalar>& Distribution()
    {
        return m_distribution;
    }

    /// @return number of all parameters
    Eigen::Index Size() const;
    /// @return all parameters
    Vector GetParameters() const;
    /// Set all parameters. @param parameters Size() numbers
    void SetParameters(const Vector& parameters);
    /// Bring deviations back into their range. @param [in,out] parameters Size() numbers
    void Project(Vector& parameters) const;

    /// Draw an action. @param state numbers of it @param random source of the draws @param [out]
    /// sample the action
    void Draw(const Vector& state, RandomStream& random, HybridSample& sample);
    /// Take the best action. @param state numbers of it @param [out] action the action
    void TakeBest(const Vector& state, HybridAction& action);

    /// Put states through the networks; the calls below are about the same ones.
    /// @param states a column each; must live until then
    void Forward(const Matrix& states);
    /// @return what the last Forward() gave
    Outputs Keep() const;
    /// @return by state, the logarithm of the probability of what was done, after Forward()
    /// @param samples by state
    Eigen::VectorXd LogProbabilities(const std::vector<HybridSample>& samples);
    /// @return mean over states of the divergence from before, after Forward()
    /// @param old what Keep() gave before @param samples by state
    double Divergence(const Outputs& old, const std::vector<HybridSample>& samples);
    /**
     * The gradient of the sum of weights times logarithms of probabilities, after Forward().
     * @param samples by state
     * @param weights by state
     * @param [out] gradient Size() numbers
     */
    void Gradient(const std::vector<HybridSample>& samples,
                  const Vector& weights,
                  Vector& gradient);
    /**
     * The mean Fisher matrix of the states of the last Forward() times a vector: forward mode
     * through the networks, the distributions' own matrices, and back.
     * @param samples by state
     * @param direction Size() numbers
     * @param [out] product Size() numbers
     */
    void FisherProduct(const std::vector<HybridSample>& samples,
                       const Vector& direction,
                       Vector& product);

  private:
    /// A matrix that is owned elsewhere.
    using View = BasicConstMatrixView<Scalar>;

    /// Put states through the networks. @param states a column each
    void Run(const View& states);
    /// @return pointers into a state's outputs @param state index of its column
    HybridOutputs<Scalar> At(Eigen::Index state) const;
    /// @return the same of kept ones @param outputs kept @param state index of its column
    static HybridOutputs<Scalar> At(const Outputs& outputs, Eigen::Index state);
    /// Take gradients by outputs back to parameters. @param spreads by deviations @param [out]
    /// gradient Size() numbers
    void Backward(const Vector& spreads, Vector& gradient);
    /// @return pointers into the gradients by outputs @param state index of its column @param
    /// spreads by deviations
    HybridGradient<Scalar> GradientAt(Eigen::Index state, Vector& spreads);
    /// Make room for gradients by outputs, all 0.
    void ClearGradients();

    BasicHybridDistribution<Scalar> m_distribution;       //!< of actions
    std::unique_ptr<BasicPerceptron<Scalar>> m_choice;    //!< null: there is no choice
    std::unique_ptr<BasicPerceptron<Scalar>> m_parameter; //!< null: there are no parameters
    Vector m_lnSpreads;                                   //!< logarithms of deviations
    const Scalar* m_choices{nullptr};                     //!< of the last Forward()
    const Scalar* m_parameters{nullptr};                  //!< of the last Forward()
    Eigen::Index m_states{0};                             //!< of the last Forward()
    Matrix m_noChoice;                                    //!< logits of one option
    Matrix m_choiceGradient;                              //!< by outputs
    Matrix m_parameterGradient;                           //!< by outputs
    Vector m_networkGradient;                             //!< of one network
    Vector m_direction;                                   //!< of one network
};

/// A policy in float32.
using HybridPolicy = BasicHybridPolicy<float>;

} // namespace fl
} // namespace ns3

#endif /* FL_HYBRID_POLICY_H */
