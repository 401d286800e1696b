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
        SLOTS       //!< number of inequality constraints per period
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
    /// @return derivatives at the point of the scaled objective; the budget's price is in the
    /// second ones only
    /// @param p a period that is not in flight
    Derivatives Derive(size_t p) const;
    /// Set the blocks of the linear system.
    void SetMatrix();
    /// Set the right side: towards slack times multiplier = target, or of the predictor.
    void SetRight(double target, bool withCorrection);
    /// Add one constraint's force to the right side.
    void AddForce(size_t p, Slot slot, double force);
    /// Changes of slacks from the changes of variables.
    void SetSteps();
    /// @return the largest step that keeps slacks above 0, and the same of multipliers; at most 1
    /// @param target of slack times multiplier
    /// @param withCorrection whether the predictor's product is taken off
    std::pair<double, double> LongestSteps(double target, bool withCorrection) const;
    /// Set the point to another one plus a part of the steps, and measure its energy.
    void Place(const DmaPoint& before, double part);
    /// Move by a part of the steps.
    void Move(double primal, double dual, double target, bool withCorrection);
    /// Energy of each budget from the point, relative.
    void MeasureBudgets();
    /// @return the largest step in which no tau and no P loses more than it may
    double LongestShrinking() const;
    /// @return 1 + excess - energy - slack of a budget, which is not linear; comes to 0
    /// @param b the budget
    double Mismatch(size_t b) const;
    /// @return mean of slack times multiplier
    double Complementarity() const;
    /// @return the same after steps of the predictor, whose target is 0
    /// @param primal part of the slacks' steps, 0 to 1
    /// @param dual part of the multipliers' steps, 0 to 1
    double ComplementarityAfter(double primal, double dual) const;
    /// @return multipliers of the objective as it is, not scaled
    DmaMultipliers Multipliers() const;
    /// @return the point, with e_max the largest e
    DmaPoint Point() const;
    /// Raise the price of an excess where a budget's own has come up to it.
    /// @return whether it was raised
    bool RaiseExcessCost();
    /// Keep the point if it is the best so far, and the multipliers if their bound is.
    void Note(DmaInteriorResult& result);
    /// Whether what it has come to is good enough.
    bool IsDone(const DmaInteriorOptions& options, DmaInteriorResult& result);
    /// @return relative gap of what was kept; infinite if a budget is exceeded
    /// @param result with the cost of the best point, its excess, and the best lower bound
    static double Gap(const DmaInteriorResult& result);
    /// The primal-dual method.
    void RunPrimalDual(const DmaPoint& start,
                       const DmaInteriorOptions& options,
                       DmaInteriorResult& result);
    /**
     * The primal barrier method with a line search: slower, but it can't cycle. Newton's full steps
     * can, where computing times are far from what prices ask for: P^3/tau^2 is no parabola.
     * @param start a point that keeps all constraints but those of energy strictly
     * @param options how to run
     * @param result of the primal-dual method; Newton steps are added, what is better is taken over
     */
    void RunBarrier(const DmaPoint& start,
                    const DmaInteriorOptions& options,
                    DmaInteriorResult& result);
    /// One Newton step of the barrier method.
    /// @param weight of the barrier
    /// @param decrement where to put Newton's decrement, squared, relative to the weight
    /// @return whether it was possible
    bool BarrierStep(double weight, double& decrement);
    /// @return scaled objective and price of excess, minus the weighted logarithms of slacks
    /// @param weight of the barrier, above 0
    double Merit(double weight) const;
    /// @return its slope along the steps
    /// @param weight of the barrier, above 0
    double MeritSlope(double weight) const;
    /// One Newton step, predictor and corrector.
    /// @param least target of slack times multiplier
    /// @return whether it was possible
    bool Step(double least);

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

    const DmaModel& m_model;            //!< the resource problem
    DmaNewton m_newton;                 //!< linear systems
    DmaPoint m_point;                   //!< variables
    std::vector<State> m_states;        //!< by period
    std::vector<Pair> m_horizon;        //!< by task: T - A_G
    std::vector<Pair> m_cap;            //!< by task: e^max - e_max
    std::vector<Pair> m_budget;         //!< by budget: 1 + excess - energy
    std::vector<Pair> m_elastic;        //!< by budget: excess >= 0, the slack
    std::vector<bool> m_isFixed;        //!< by task: there is no e to choose
    std::vector<double> m_energy;       //!< by budget, relative to what remains
    std::vector<double> m_linear;       //!< by task, cost of e_max
    std::vector<double> m_square;       //!< by task, cost of e_max^2
    std::vector<bool> m_isCapped;       //!< by task: term (e) dwarfs all others
    double m_scale{1};                  //!< of the objective
    double m_excessCost{0};             //!< price of an excess
    double m_counted{0};                //!< the part of the objective that the gap is relative to
    size_t m_count{0};                  //!< number of constraints
    uint32_t m_stalled{0};              //!< Newton steps without progress
    DmaPoint m_before;                  //!< scratch: before a step
    std::vector<double> m_energyBefore; //!< scratch: the same
    std::vector<double> m_slacksBefore; //!< scratch: the same
    bool m_onlyBudgets{false};          //!< without the objective
    DmaVector m_right;                  //!< right side
    DmaVector m_step;                   //!< solution
};

template <typename Self, typename Function>
void
DmaInterior::ForPairs(Self& self, Function function)
{
    for (auto& state : self.m_states)
    {
        for (size_t k = 0; k < SLOTS; ++k)
        {
            if (state.mask >> k & 1)
            {
                function(state.pairs[k]);
            }
        }
    }
    for (size_t j = 0; j < self.m_horizon.size(); ++j)
    {
        function(self.m_horizon[j]);
        if (!self.m_isFixed[j])
        {
            function(self.m_cap[j]);
        }
    }
    for (size_t b = 0; b < self.m_budget.size(); ++b)
    {
        function(self.m_budget[b]);
        function(self.m_elastic[b]);
    }
}

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_INTERIOR_H */
