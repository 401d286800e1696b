/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_INTERIOR_H
#define FL_DMA_INTERIOR_H

#include "fl-dma-model.h"
#include "fl-dma-newton.h"
#include "fl-dma-timing.h"

#include <array>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Interior point method for the resource problem of DMA-FL.
 */

namespace ns3
{
namespace fl
{

/// How the interior point method runs.
struct DmaInteriorOptions
{
    /// Stop once (objective - lower bound) <= this times |objective|, where of a term (e) that
    /// dwarfs all others only as much counts as they are.
    double relativeGap{1e-8};
    uint32_t maxIterations{100}; //!< Newton steps
    bool onlyBudgets{false};     //!< minimise the excess over the energy budgets, nothing else
};

/// What it came to.
struct DmaInteriorResult
{
    bool converged{false};      //!< the gap is met
    uint32_t iterations{0};     //!< Newton steps
    DmaPoint point;             //!< feasible but for `excess`
    DmaMultipliers multipliers; //!< for DmaLowerBound()
    double lowerBound{0};       //!< of the objective
    DmaCost cost;               //!< of the point
    std::vector<double> excess; //!< by budget, relative to what remains for computing
};

/**
 * @ingroup fl
 * Primal-dual interior point method with Mehrotra's predictor and corrector. All constraints but
 * those of energy are linear and kept strictly; a budget has an elastic excess, whose price is
 * raised until nothing is in excess. Slacks are variables of their own, so that they keep their
 * digits where they are far smaller than what they are differences of.
 *
 * It is done when the bound by weak duality, DmaLowerBound(), is within the gap.
 */
class DmaInterior
{
  public:
    /// @param model the resource problem, which must outlive this
    explicit DmaInterior(const DmaModel& model);

    /**
     * @param start a point that keeps all constraints but those of energy strictly
     * @param options how to run
     * @return what it comes to
     */
    DmaInteriorResult Run(const DmaPoint& start, const DmaInteriorOptions& options);

  private:
    /// Constraints of a period.
    enum Slot : size_t
    {
        ORDER,      //!< A_n - A_(n-1)
        EARLY,      //!< A_n - tau - link - A_v
        LATE,       //!< A_(v+1) - A_n + tau + link
        RELEASE,    //!< A_n - tau - link - start
        BATCH_LOW,  //!< P - e
        BATCH_HIGH, //!< D e - P
        CPU_LOW,    //!< a P - low tau
        CPU_HIGH,   //!< high tau - a P
        STEPS_LOW,  //!< e - e^min
        STEPS_HIGH, //!< e_max - e
        SLOTS       //!< how many
    };

    /// A constraint: its slack, its multiplier, and how both would change.
    struct Pair
    {
        double slack{1};      //!< above 0
        double multiplier{0}; //!< above 0
        double slackStep{0};  //!< change of the slack
        double correction{0}; //!< product of both changes, of the predictor
    };

    /// One period.
    struct State
    {
        std::array<Pair, SLOTS> pairs; //!< by constraint
        uint32_t mask{0};              //!< which constraints there are
        DmaLimits limits;              //!< of its own variables
    };

    /// Gradient and curvature of the objective and budgets in one period's variables.
    struct Derivatives
    {
        double t{0};       //!< first, of tau
        double p{0};       //!< first, of P
        double e{0};       //!< first, of e
        double tt{0};      //!< second
        double tp{0};      //!< second
        double pp{0};      //!< second
        double pe{0};      //!< second
        double ee{0};      //!< second
        double budgetT{0}; //!< first of the relative energy, of tau
        double budgetP{0}; //!< first of the relative energy, of P
    };

    /// Which constraints there are, slacks, first multipliers.
    void Begin(const DmaPoint& start, const DmaInteriorOptions& options);
    /// Cost coefficients and their scale.
    void SetCosts(const DmaInteriorOptions& options);
    /// @return derivatives at the point, price of the budget included
    Derivatives Derive(size_t p) const;
    /// Set the blocks of the linear system.
    void SetMatrix();
    /// Set the right side: towards slack times multiplier = target, or of the predictor.
    void SetRight(double target, bool withCorrection);
    /// Add one constraint's force to the right side.
    void AddForce(size_t p, Slot slot, double force);
    /// Changes of slacks from the changes of variables.
    void SetSteps();
    /// @return the largest step that keeps slacks above 0, and the same of multipliers
    std::pair<double, double> LongestSteps(double target, bool withCorrection) const;
    /// Move by a part of the steps.
    void Move(double primal, double dual, double target, bool withCorrection);
    /// Energy of each budget from the point, relative.
    void MeasureBudgets();
    /// @return 1 + excess - energy - slack of a budget, which is not linear; comes to 0
    double Mismatch(size_t b) const;
    /// @return mean of slack times multiplier
    double Complementarity() const;
    /// @return the same after steps
    double ComplementarityAfter(double primal, double dual) const;
    /// Put together what it has come to.
    void Conclude(const DmaInteriorOptions& options, DmaInteriorResult& result);
    /// Whether what it has come to is good enough.
    bool IsDone(const DmaInteriorOptions& options, DmaInteriorResult& result);

    /// @return how a multiplier would change
    /// @param pair of the constraint
    /// @param target of slack times multiplier
    /// @param withCorrection whether the predictor's product is taken off
    static double MultiplierStep(const Pair& pair, double target, bool withCorrection)
    {
        return (target - (withCorrection ? pair.correction : 0) -
                pair.multiplier * pair.slackStep) /
                   pair.slack -
               pair.multiplier;
    }

    /// Call a function with every pair of slack and multiplier.
    /// @param self this object, const or not
    /// @param function to be called
    template <typename Self, typename Function>
    static void ForPairs(Self& self, Function function);

    const DmaModel& m_model;      //!< the resource problem
    DmaNewton m_newton;           //!< linear systems
    DmaPoint m_point;             //!< variables
    std::vector<State> m_states;  //!< by period
    std::vector<Pair> m_horizon;  //!< by task: T - A_G
    std::vector<Pair> m_cap;      //!< by task: e^max - e_max
    std::vector<Pair> m_budget;   //!< by budget: 1 + excess - energy
    std::vector<Pair> m_elastic;  //!< by budget: excess >= 0, the slack
    std::vector<bool> m_isFixed;  //!< by task: there is no e to choose
    std::vector<double> m_energy; //!< by budget, relative to what remains
    std::vector<double> m_linear; //!< by task, cost of e_max
    std::vector<double> m_square; //!< by task, cost of e_max^2
    std::vector<bool> m_isCapped; //!< by task: term (e) dwarfs all others
    double m_scale{1};            //!< of the objective
    double m_excessCost{0};       //!< price of an excess
    double m_counted{0};          //!< the part of the objective that the gap is relative to
    size_t m_count{0};            //!< number of constraints
    bool m_onlyBudgets{false};    //!< without the objective
    DmaVector m_right;            //!< right side
    DmaVector m_step;             //!< solution
};

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_INTERIOR_H */
