/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCHEDULE_CONVERGENCE_H
#define FL_SCHEDULE_CONVERGENCE_H

#include <cstddef>
#include <string>

/**
 * @file
 * @ingroup fl
 * Theorem 1 of the paper behind fl-schedule-problem.h: a bound on the gap to the least loss after
 * some rounds, from how many devices took part in each.
 */

namespace ns3
{
namespace fl
{

/// What Theorem 1 takes to be known. The paper gives the learning rate and K only.
struct ConvergenceAssumptions
{
    size_t devices{20};              //!< K
    double learningRate{1e-4};       //!< eta
    double smoothness{1};            //!< L of Assumption 2
    double polyakLojasiewicz{1};     //!< tau of Assumption 5
    double gradientVariance{1e-6};   //!< phi^2 of Assumption 4, of one entry of a gradient
    double sharedParameters{454000}; //!< Omega^a: what is aggregated
    double localParameters{0};       //!< Omega^t: what stays on the devices
    double initialGap{1};            //!< F(W(0)) - F(W*)

    /// @throws InvalidInput that names the field, its value and what is allowed
    void Validate() const;

    /**
     * @param selected N(t), from 1 to K
     * @return (14): sigma(t) = -(L eta^2 - eta) / K^2 - (K - N) L / (2 N (K - 1) K^2)
     */
    double Sigma(size_t selected) const;
    /**
     * @param selected N(t), from 1 to K
     * @return (15): alpha(t) = phi^2 K^2 sigma(t) Omega^a
     */
    double Alpha(size_t selected) const;
    /// @return (16): beta = Omega^t (L eta^2 - eta) phi^2
    double Beta() const;

    /// @return Theorem 1 holds for any schedule if L is below this: eta / (eta^2 + 1)
    double LargestSmoothness() const;
    /**
     * The condition for one round, which the first observation below Theorem 1 states. At N = 1 it
     * is LargestSmoothness(), above it is weaker: the paper's second inequality, that this is below
     * eta / (eta^2 + 1), is the other way round.
     * @param selected N(t), from 1 to K
     * @return eta N (K - 1) / ((K - 1) N eta^2 + K - N)
     */
    double LargestSmoothness(size_t selected) const;
    /// @return empty if L meets the condition of Theorem 1, or else one line that says what fails
    std::string Warning() const;
};

/**
 * Lemma 1, (12): how the gradient of the global loss F = sum_k f_k / K relates to those of the
 * devices. The task modules are the devices' own, the adapters are shared.
 */
struct GradientNorms
{
    size_t devices{1};       //!< K
    double localSquares{0};  //!< sum over devices of |grad f_k|^2 by their task modules
    double sharedSquares{0}; //!< sum over devices of |grad f_k|^2 by the adapters
    double globalSquare{0};  //!< |grad F|^2, by all task modules and the adapters

    /**
     * The right side of (12) as printed. It is no bound for K > 2: of K equal gradients g by the
     * adapters the left side is |g|^2, and this is 2 |g|^2 / K.
     * @return 2 (localSquares + sharedSquares) / K^2
     */
    double PrintedBound() const;
    /**
     * By |sum of K vectors|^2 <= K sum of their squares; task modules do not mix.
     * @return (localSquares + K sharedSquares) / K^2, at least globalSquare
     */
    double CorrectedBound() const;
};

/// The bound (13), and the three gaps that it is made of, after each round.
class ConvergenceBound
{
  public:
    /// @param assumptions what is taken to be known; valid
    explicit ConvergenceBound(const ConvergenceAssumptions& assumptions);

    /**
     * A round is over.
     * @param selected N(t); with nobody the model does not move, and neither does the bound
     */
    void Round(size_t selected);

    /// @return product of (1 - 2 tau sigma), times the initial gap
    double InitialGap() const;
    /// @return minus the weighted sum of alpha
    double SharedGap() const;
    /// @return the weighted sum of beta
    double LocalGap() const;
    /**
     * The initial gap as (13) prints it, where the product takes F(W(0)) only.
     * @param leastLoss F(W*)
     * @return product of (1 - 2 tau sigma) times F(W(0)), less F(W*)
     */
    double PrintedInitialGap(double leastLoss) const;
    /// @return their sum: no larger gap is possible, if the assumptions hold
    double Get() const;

  private:
    ConvergenceAssumptions m_assumptions; //!< what is taken to be known
    double m_product{1};                  //!< of (1 - 2 tau sigma)
    double m_initial;                     //!< the gaps
    double m_shared{0};                   //!< sum of Alpha() of the rounds, discounted
    double m_local{0};                    //!< sum of Beta() of the rounds, discounted
};

} // namespace fl
} // namespace ns3

#endif /* FL_SCHEDULE_CONVERGENCE_H */
