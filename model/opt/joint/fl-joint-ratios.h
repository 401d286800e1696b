/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_RATIOS_H
#define FL_JOINT_RATIOS_H

#include "fl-joint-uploads.h"

#include <functional>

/**
 * @file
 * @ingroup fl
 * Algorithm 1 of the paper: Subproblem 2 as a sum of ratios sum p_n d_n / G_n(p_n, B_n), G_n the
 * rate, by the Newton-like method of Y. Jong, "An efficient global optimization algorithm for
 * nonlinear sum-of-ratios problem", Optimization Online, 2012.
 */

namespace ns3
{
namespace fl
{

/// What SP2_v2, (21), takes as given. By device; of devices without payload it means nothing.
struct RatioParameters
{
    std::vector<double> beta; //!< beta_n, at the solution p_n d_n / G_n, (22) [J]
    std::vector<double> nu;   //!< nu_n, at the solution 1 / G_n, (23) without w1 R_g [s/bit]
};

/**
 * Solves SP2_v2: minimise sum nu_n (p_n d_n - beta_n G_n(p_n, B_n)) over p and B, subject to
 * G_n >= d_n / limit_n, sum B_n <= B and the range of p.
 *
 * Writes bandwidthHz, txPowerW and uploadS. Returns why it could not, or an empty text.
 */
using RatioSubproblem =
    std::function<std::string(const RatioParameters&, std::vector<JointShare>& shares)>;

/// How Algorithm 1 ended.
struct RatioOutcome
{
    uint32_t iterations{0}; //!< Newton-like steps
    bool converged{false};  //!< whether (22) and (23) hold
    std::string failure;    //!< why the inner problem has no solution; empty if it had
};

/**
 * Algorithm 1. From beta and nu of the shares as they are, (29) and (30), it solves SP2_v2 and
 * takes a step of Newton's method on (22) and (23), (31), of the longest length xi^i, i = 0, 1,
 * ..., that brings the residual phi down to 1 - epsilon xi^i of what it was; xi = 0.5, epsilon =
 * 0.01. The Jacobian is diagonal, so the full step goes to p_n d_n / G_n and 1 / G_n.
 *
 * Two things are ours: residuals are relative, beta_n G_n / (p_n d_n) - 1 and nu_n G_n - 1, since
 * the paper's add watts to pure numbers; and a factor of the objective, w1 R_g, is left out, so
 * that w1 = 0 has an answer, too.
 * @param problem a valid problem
 * @param subproblem solves SP2_v2
 * @param keepBest whether to return the best of all (p, B) met, the first included, rather than the
 *        last. All are feasible where the inner problem is solved exactly
 * @param shares bandwidthHz, txPowerW and uploadS are the start, and replaced
 * @return how it ended
 */
RatioOutcome SolveSumOfRatios(const JointProblem& problem,
                              const RatioSubproblem& subproblem,
                              bool keepBest,
                              std::vector<JointShare>& shares);

/**
 * SP2_v2 solved exactly, for given deadlines.
 *
 * It is convex. At price mu of bandwidth, with x = ln(1 + SNR), a device's (33) to (36) read:
 * - where the rate constraint holds with equality (tau_n > 0): (x - 1) e^x + 1 = mu g / (nu d N0),
 *   which is (A.4), x = 1 + W0((mu - j) / (e j)), j = nu d N0 / g, and B = r_min ln2 / x;
 * - where it does not (tau_n = 0) p follows the ray SNR = beta g / (d N0 ln2) - 1, on which only
 *   one price fits any B: what is left of the band is shared between such devices;
 * - where p is at a bound, B alone is chosen: at p_max it is what the rate needs, or, with rate to
 *   spare, where x - 1 + e^-x = mu ln2 / (nu beta); at p_min the latter.
 * The paper clips p to its range afterwards and leaves B: then the rate constraint, or sum B <= B,
 * is not what it was. Here the bounds are part of the KKT conditions.
 */
class ExactRatioSubproblem
{
  public:
    /**
     * @param problem a valid problem; outlives this
     * @param limitS by device, how long its upload may take [s]
     */
    ExactRatioSubproblem(const JointProblem& problem, const std::vector<double>& limitS);
    /**
     * Solve it; see RatioSubproblem.
     * @param parameters beta and nu
     * @param shares by device: bandwidthHz, txPowerW and uploadS are written
     * @return why there is no solution; empty if there is one
     */
    std::string operator()(const RatioParameters& parameters, std::vector<JointShare>& shares);

  private:
    /**
     * @param i index of the device
     * @param parameters beta and nu
     * @param price of bandwidth [J/Hz], positive
     * @return the bandwidth that the device asks for [Hz]
     */
    double BandAtPrice(size_t i, const RatioParameters& parameters, double price) const;
    /**
     * @param i index of the device
     * @param parameters beta and nu
     * @param bandwidthHz its bandwidth [Hz], positive
     * @return the best power for that bandwidth [W]
     */
    double PowerAt(size_t i, const RatioParameters& parameters, double bandwidthHz) const;
    /**
     * @param i index of the device
     * @param parameters beta and nu
     * @return ln(1 + SNR) on the ray of (p, B) along which the device's rate constraint is slack
     */
    double RayX(size_t i, const RatioParameters& parameters) const;

    const JointProblem& m_problem;     //!< the problem
    std::vector<UploadRange> m_ranges; //!< by device
    double m_price{0};                 //!< the last price, where the next search starts
};

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_RATIOS_H */
