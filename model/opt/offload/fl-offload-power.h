/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_POWER_H
#define FL_OFFLOAD_POWER_H

#include <cstddef>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The best powers of those who share a sub-channel in different cells: a convex problem in their
 * logarithms.
 */

namespace ns3
{
namespace fl
{

/// One of those who offload on a sub-channel.
struct OffloadLink
{
    double unitS{0};     //!< a = D ln 2 / b: it takes a / ln(1 + SINR) [s]
    double maxPowerW{0}; //!< P, or the power that the budget allows without interference [W]
    double budgetJ{0};   //!< of p T_off [J]
};

/**
 * @ingroup fl
 * Powers of k links, at least 1, that disturb each other:
 *   min sum_i a_i phi(s_i), phi(s) = 1 / ln(1 + e^s),
 *   s_i = y_i + ln h_ii - ln(1 + sum_(j != i) h_ij e^(y_j)),
 *   y_i <= ln P_i,   y_i + ln(a_i phi(s_i)) <= ln E_i,
 * with y = ln p and gains over noise h. s is concave in y, phi and ln phi are convex and
 * decreasing, and so is ln phi: the problem is convex, and so is the logarithm of its objective,
 * which is what Newton's method likes. A primal-dual interior point method solves that (S. Boyd, L.
 * Vandenberghe, "Convex optimization", 11.7); the bound is by weak duality, from its multipliers.
 *
 * All memory is allocated once; results of Solve() are valid until it is called again.
 */
class OffloadPower
{
  public:
    /// @param most largest number of links
    explicit OffloadPower(size_t most);

    /**
     * Begin a problem.
     * @param count number of links, from 1 to most
     */
    void Begin(size_t count);

    /// @return a link, to be filled in
    /// @param i the link
    OffloadLink& Link(size_t i)
    {
        return m_links[i];
    }

    /// @return gain over noise h_ij of link j's device at link i's receiver, to be filled in [1/W]
    /// @param i receiving link
    /// @param j sending link
    double& Gain(size_t i, size_t j)
    {
        return m_gains[i * m_most + j];
    }

    /**
     * Solve it.
     * @return whether the gap is within 1e-10; if not, the cost is that of feasible powers and the
     *         bound is one nevertheless
     */
    bool Solve();

    /// @return sum of the durations [s]; infinite if no powers keep the budgets
    double CostS() const
    {
        return m_costS;
    }

    /// @return no powers cost less [s]
    double BoundS() const
    {
        return m_boundS;
    }

    /// @return power of a link [W]
    /// @param i the link
    double PowerW(size_t i) const;
    /// @return multiplier of its budget, for ln(p T / E) <= 0 beside the logarithm of the cost
    /// @param i the link
    double BudgetPrice(size_t i) const;
    /// @return multiplier of its power limit, for ln(p / P) <= 0 beside the logarithm of the cost
    /// @param i the link
    double PowerPrice(size_t i) const;

    /// @return steps of the method
    uint32_t Steps() const
    {
        return m_steps;
    }

  private:
    /// The method ends at this gap, relative.
    static constexpr double GOAL = 1e-10;
    /// Multipliers times slacks at the start, each.
    static constexpr double FIRST_CENTRE = 0.1;

    /// What depends on one link at the present point.
    struct State
    {
        double psi{0};         //!< ln(a phi / scale)
        double dPsi{0};        //!< first derivative of ln phi by s
        double ddPsi{0};       //!< second derivative
        double part{0};        //!< of the cost
        double boxPrice{0};    //!< multiplier of y <= ln P
        double budgetPrice{0}; //!< multiplier of the budget
        double lnBudget{0};    //!< ln(E / scale)
        double leastS{0};      //!< its duration without interference, relative
        bool isBudgeted{true}; //!< whether the budget can bind
    };

    /// Fill in what does not change; links whose budget holds at full power of all have none.
    void Prepare();
    /// Find powers strictly within all limits. @return whether there are
    bool Start();
    /// Compute durations, and derivatives of them, at a point.
    /// @param y logarithms of powers
    void Look(const std::vector<double>& y);

    /// @return y + ln(a phi / E), at the present states. @param i the link @param y ln p
    double Budget(size_t i, double y) const
    {
        return y + m_states[i].psi - m_states[i].lnBudget;
    }

    /// @return the sum of multipliers times slacks
    double Complementarity() const;
    /// Compute derivatives of the durations, and the gradient of the Lagrangian.
    void Gradient();
    /// @return how far from its conditions the present point is, squared
    /// @param centre what complementarity is to become, each
    double Residual(double centre) const;
    /// Set up Newton's system. @param centre as of Residual()
    void SetUp(double centre);
    /// Solve it by Cholesky's factorization, the solution in place of the right-hand side.
    void Factorize();
    /// Go as far as limits allow and the residual falls. @param centre as of Residual()
    /// @return the length of the step, 0 if it could not
    double Advance(double centre);
    /// @return the longest step that keeps multipliers and powers. @param centre as of Residual()
    double LongestStep(double centre);
    /// @return how far the bound from the present multipliers is below the present cost, of
    /// logarithms
    double Gap() const;
    /// Set multipliers to a centre over the slacks, and compute the gradient.
    /// @param centre as of Residual()
    void SetPrices(double centre);
    /// Run the method from a start.
    void Iterate();
    /// @return the objective with a barrier in front of the limits. @param centre weight of it
    double Barrier(double centre) const;
    /// Take a step of Newton's towards the least barrier. @param centre weight of it
    /// @return whether that was worth it
    bool Descend(double centre);
    /// Run the barrier method, which takes more steps, and none that may fail.
    void Follow();
    /// Set cost and bound from the present point. @param gap of logarithms
    void Conclude(double gap);

    size_t m_most;                    //!< largest number of links
    size_t m_count{0};                //!< number of links
    size_t m_limits{0};               //!< number of constraints
    std::vector<OffloadLink> m_links; //!< of this problem
    std::vector<double> m_gains;      //!< h_ij at i m_most + j
    double m_scaleS{1};           //!< costs are relative to this, what they are without others [s]
    double m_lnCost{0};           //!< of the present states, relative
    std::vector<double> m_top;    //!< ln P
    std::vector<double> m_y;      //!< ln p
    std::vector<double> m_try;    //!< a point that is tried
    std::vector<double> m_power;  //!< e^y
    std::vector<double> m_shares; //!< w_ij = h_ij p_j / (1 + sum), at i m_most + j
    std::vector<State> m_states;  //!< by link
    std::vector<State> m_keep;    //!< states before a step
    std::vector<double> m_slopes; //!< derivatives of psi_i by y_j, at i m_most + j
    std::vector<double> m_pull;   //!< gradient of the objective
    std::vector<double> m_gradient;   //!< of the Lagrangian
    std::vector<double> m_step;       //!< Newton's direction
    std::vector<double> m_boxStep;    //!< of the multipliers
    std::vector<double> m_budgetStep; //!< of the multipliers
    std::vector<double> m_matrix;     //!< Newton's matrix
    double m_costS{0};                //!< see CostS()
    double m_boundS{0};               //!< see BoundS()
    uint32_t m_steps{0};              //!< see Steps()
};

/**
 * The largest power that keeps a budget without interference: p a / ln(1 + h p) = E.
 * @param unitS a [s]
 * @param gainPerW h, over noise [1/W]
 * @param budgetJ E [J]
 * @return the power, 0 if there is none: a / h is the least energy [W]
 */
double LargestOffloadPowerW(double unitS, double gainPerW, double budgetJ);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_POWER_H */
