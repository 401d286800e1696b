/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRUST_REGION_H
#define FL_TRUST_REGION_H

#include <Eigen/Core>
#include <cstdint>
#include <functional>

/**
 * @file
 * @ingroup fl
 * Steps of trust region policy optimization (TRPO).
 */

namespace ns3
{
namespace fl
{

/// How a step is taken.
struct TrustRegionOptions
{
    double maxDivergence{0.01};  //!< of the policy before from that after, in the mean
    uint32_t conjugateSteps{10}; //!< of the conjugate gradient method, at most
    double damping{0.1};         //!< is added to the Fisher matrix's diagonal
    double firstFactor{1};       //!< where the line search begins; (38): gamma_a
    uint32_t halvings{10};       //!< of the factor, at most
};

/// What is known of parameters that were tried.
struct TrustRegionTrial
{
    double gain{0};       //!< (35) above what it was before
    double divergence{0}; //!< of the policy before from this one, in the mean
};

/// What became of a step.
struct TrustRegionStep
{
    bool isTaken{false};   //!< whether a factor was found; if not, nothing changed
    double factor{0};      //!< found
    TrustRegionTrial last; //!< of the factor that was tried last
};

/**
 * (35) to (38) (J. Schulman et al., "Trust region policy optimization", ICML 2015): the direction v
 * = H^-1 g by conjugate gradients, theta + factor sqrt(2 eps / v'Hv) v, the factor halved until the
 * divergence is within eps and the objective rises.
 * @param options how
 * @param gradient g
 * @param fisher gets a vector, and sets its product with H (without damping)
 * @param attempt gets parameters, which it may project to where they are allowed, and says what
 *        they are worth
 * @param [in,out] parameters theta; changed if the step is taken
 * @return what became of it
 */
TrustRegionStep TakeTrustRegionStep(
    const TrustRegionOptions& options,
    const Eigen::VectorXf& gradient,
    const std::function<void(const Eigen::VectorXf&, Eigen::VectorXf&)>& fisher,
    const std::function<TrustRegionTrial(Eigen::VectorXf&)>& attempt,
    Eigen::VectorXf& parameters);

/**
 * Solve (H + damping I) x = g for a positive semidefinite H by conjugate gradients.
 * @param gradient g
 * @param multiply sets its second argument to H times the first one
 * @param damping of H
 * @param steps at most; fewer if the residual falls below 1e-5 of g
 * @return x
 */
Eigen::VectorXf ConjugateGradient(
    const Eigen::VectorXf& gradient,
    const std::function<void(const Eigen::VectorXf&, Eigen::VectorXf&)>& multiply,
    double damping,
    uint32_t steps);

} // namespace fl
} // namespace ns3

#endif /* FL_TRUST_REGION_H */
