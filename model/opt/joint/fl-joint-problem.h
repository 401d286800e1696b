/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_PROBLEM_H
#define FL_JOINT_PROBLEM_H

#include "ns3/fl-plan.h"
#include "ns3/fl-solve-status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The joint optimization of energy and completion time over FDMA (X. Zhou, J. Zhao, H. Han, C.
 * Guet, "Joint optimization of energy consumption and completion time in federated learning", IEEE
 * ICDCS 2022, problem (8)): what is asked, and what an answer is. Plain data in SI units; no ns-3.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;

/// One device of a JointProblem.
struct JointDevice
{
    double gain{0};        //!< g: received over transmitted power
    double payloadBits{0}; //!< d: what it uploads in a round [bit]; 0: nothing
    double cycles{0};      //!< C = R_l c D: what it computes in a round [CPU cycles]; 0: nothing
    double capacitance{0}; //!< kappa: energy = kappa * cycles * f^2 [J s^2]
    double minCpuHz{0};    //!< f_min [Hz]
    double maxCpuHz{0};    //!< f_max [Hz]
    double minTxPowerW{0}; //!< p_min [W]
    double maxTxPowerW{0}; //!< p_max [W]
};

/**
 * Minimise w1 E + w2 T over p_n, B_n, f_n, where
 *   r_n = B_n log2(1 + g_n p_n / (N0 B_n)),
 *   T = R_g max_n (d_n / r_n + C_n / f_n),
 *   E = R_g sum_n (p_n d_n / r_n + kappa_n C_n f_n^2),
 * subject to sum_n B_n <= B, p_min <= p_n <= p_max, f_min <= f_n <= f_max.
 *
 * With a fixed round deadline, d_n / r_n + C_n / f_n <= deadline for all n, and T = R_g deadline.
 */
struct JointProblem
{
    double weightEnergy{0.5};             //!< w1 [1/J]
    double weightTime{0.5};               //!< w2 [1/s]; w1 + w2 = 1
    double bandwidthHz{0};                //!< B [Hz]
    double noiseWPerHz{0};                //!< N0 [W/Hz]
    double rounds{1};                     //!< R_g
    std::optional<double> roundDeadlineS; //!< where given, the duration of one round [s]
    std::vector<JointDevice> devices;     //!< at least one

    /// @throws InvalidInput that names the field (of which device), its value and what is allowed
    void Validate() const;
};

/// What one device gets, and what follows from it.
struct JointShare
{
    double bandwidthHz{0}; //!< B_n [Hz]; 0 for a device without payload
    double txPowerW{0};    //!< p_n [W]
    double cpuHz{0};       //!< f_n [Hz]
    double uploadS{0};     //!< d_n / r_n, of one round [s]
    double computeS{0};    //!< C_n / f_n, of one round [s]
};

/// By how much an answer breaks each kind of constraint; all 0: it breaks none.
struct JointViolation
{
    double bandwidthHz{0}; //!< sum of B_n above B [Hz]
    double txPowerW{0};    //!< largest distance of a p_n from its range [W]
    double cpuHz{0};       //!< largest distance of an f_n from its range [Hz]
    double deadlineS{0};   //!< largest d_n / r_n + C_n / f_n above the duration of a round [s]

    /**
     * @param problem the problem
     * @param roundS duration of a round [s]
     * @param tolerance relative to B, to p_max, to f_max and to the duration of a round
     * @return whether one of them is exceeded by more than that
     */
    bool Exceeds(const JointProblem& problem, double roundS, double tolerance) const;
};

/// The prices that a lower bound follows from; of one round, and of w1 E + w2 T.
struct JointPrices
{
    double lambda{0};       //!< of bandwidth [1/Hz]: d(objective of one round)/dB = -lambda
    std::vector<double> mu; //!< of time, by device [1/s]; they add up to w2 where T is free
};

/**
 * An answer. Energy, time and objective are over all rounds.
 */
struct JointSolution
{
    SolveStatus status{SolveStatus::FAILED}; //!< what the answer is worth
    std::vector<JointShare> shares;          //!< by device, in the order of the problem
    double energyJ{ABSENT};                  //!< E [J]
    double timeS{ABSENT};                    //!< T [s]
    double objective{ABSENT};                //!< w1 E + w2 T
    double lowerBound{ABSENT};               //!< no feasible answer is below this
    JointViolation violation;                //!< of the constraints
    std::optional<JointPrices> prices;       //!< from which the bound follows
    uint32_t iterations{0}; //!< of the method: sweeps over all devices, or rounds of an alternation
    std::string termination; //!< why the solver stopped

    /// @return |objective - bound| / max(1e-300, |objective|), or ABSENT without a bound
    double Gap() const;
};

/**
 * What shares cost: fills in their times, and energy, time, objective and violation.
 *
 * Times follow from bandwidth, power and frequency alone. Without a fixed deadline T is what the
 * slowest device takes.
 * @param problem a valid problem
 * @param shares by device; bandwidth, power and frequency are read
 * @return a solution; its status is FEASIBLE, or INFEASIBLE if a constraint is broken by more than
 *         1e-9 relative, and FAILED if a time or an energy is not finite
 */
JointSolution EvaluateJoint(const JointProblem& problem, std::vector<JointShare> shares);

/**
 * @param device a device that uploads
 * @param noiseWPerHz N0 [W/Hz]
 * @param uploadS how long its upload may take [s]
 * @return the bandwidth that it needs for that at full power [Hz]; infinite where none is enough
 */
double NeededBandwidthHz(const JointDevice& device, double noiseWPerHz, double uploadS);

/**
 * Where T is free, prices that don't add up to w2 bound nothing.
 * @param problem a valid problem
 * @param prices lambda and mu, none negative
 * @return the prices, with mu scaled so that they add up to w2 where T is free
 */
JointPrices NormalizePrices(const JointProblem& problem, JointPrices prices);

/**
 * The dual lower bound on the objective, over all rounds, by weak duality on the problem as stated:
 *   R_g (sum_n min_{p,B} [(w1 p + mu_n) d_n / r_n + lambda B]
 *        + sum_n min_f [w1 kappa_n C_n f^2 + mu_n C_n / f] - lambda B_total + (w2 - sum_n mu_n) T).
 * Any prices give a valid bound: where T is free they are scaled first so that the last term
 * vanishes (NormalizePrices).
 * @param problem a valid problem
 * @param prices lambda >= 0, and one mu >= 0 per device
 * @param pool threads to work with, or null; the bound does not depend on them
 * @return the bound
 */
double JointLowerBound(const JointProblem& problem,
                       const JointPrices& prices,
                       ThreadPool* pool = nullptr);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_PROBLEM_H */
