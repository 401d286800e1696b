/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_MODEL_H
#define FL_DMA_MODEL_H

#include "fl-dma-bound.h"
#include "fl-dma-problem.h"

#include <cstdint>
#include <optional>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The resource problem of DMA-FL: problem P of the paper once the schedule is given, in numbers.
 *
 * It is convex in the arrivals A, and of each period the computing time tau, the work P = e B
 * [sample] and the number of SGD steps e: with E^C = xi (a P)^3 / tau^2 and term (c) proportional
 * to e^2/P - e/D, all that is not linear is jointly convex.
 */

namespace ns3
{
namespace fl
{

/// Work that is given, of a device and task or of one period.
struct DmaFixedWork
{
    double iterations{0}; //!< e
    double batch{0};      //!< B [sample]
};

/// One period with its coefficients; indices are those of periods, -1 stands for the beginning.
struct DmaPeriodModel
{
    uint32_t device{0};    //!< i
    uint32_t task{0};      //!< index among the tasks of the model
    int32_t before{-1};    //!< aggregation n-1 of the task
    int32_t base{-1};      //!< aggregation v, which made the version it begins from
    int32_t after{-1};     //!< aggregation v+1, before which the download begins; -1: it is n
    int32_t previous{-1};  //!< last aggregation of the device
    int32_t budget{-1};    //!< index among the budgets of the model, -1: none
    bool isOrdered{false}; //!< A_(n-1) <= A_n does not follow from causality
    bool inFlight{false};  //!< it has an arrival only
    double linkS{0};       //!< T^D + T^U; of an update in flight, when it is ready [s]
    double startS{0};      //!< its download begins no earlier [s]; 0: no such constraint
    double cycles{0};      //!< a [cycle/sample]
    double samples{0};     //!< D
    double lowHz{0};       //!< least f [Hz]
    double highHz{0};      //!< largest f [Hz]
    double stepCost{0};    //!< of e
    double squareCost{0};  //!< of e^2
    double noiseCost{0};   //!< of e^2/P
    double timeCost{0};    //!< of tau [1/s]
    double idleCost{0};    //!< of A_n - A_previous [1/s]
    double energyCost{0};  //!< of P^3/tau^2
    double energyJ{0};     //!< E^C is this times P^3/tau^2
    bool isFixed{false};   //!< e and P are given
    double fixedSteps{0};  //!< e, if so
    double fixedWork{0};   //!< P, if so

    /// @return least tau [s]
    /// @param minSteps least e
    double LeastS(double minSteps) const
    {
        return cycles * (isFixed ? fixedWork : minSteps) / highHz;
    }

    /// @return largest tau [s]
    /// @param maxSteps largest e
    double MostS(double maxSteps) const
    {
        return cycles * (isFixed ? fixedWork : maxSteps * samples) / lowHz;
    }
};

/// One task with its coefficients.
struct DmaTaskModel
{
    size_t task{0};            //!< index in the problem
    size_t first{0};           //!< index of its first period
    size_t count{0};           //!< G
    double qoeS{0};            //!< T [s]
    double minSteps{0};        //!< e^min
    double maxSteps{0};        //!< e^max
    double stalenessCost{0};   //!< of e_max
    double stalenessSquare{0}; //!< of e_max^2
    double constant{0};        //!< term (a), energy on the air, and what is known of the rest
};

/// The energy budget of one device.
struct DmaBudgetModel
{
    size_t device{0};  //!< i
    double limitJ{0};  //!< E^B
    double remainJ{0}; //!< what its uploads leave for computing
};

/// Budgets that are exceeded by less than this, relative, are met: sums are rounded.
inline constexpr double DMA_BUDGET_ROUNDING = 1e-12;

/// A resource problem.
struct DmaModel
{
    std::vector<DmaPeriodModel> periods; //!< by task, by aggregation
    std::vector<DmaTaskModel> tasks;     //!< those of the problem that are looked at
    std::vector<DmaBudgetModel> budgets; //!< of devices that could exceed theirs
    double constant{0};                  //!< of the tasks together
};

/// What a resource problem is made of.
struct DmaModelOptions
{
    std::vector<size_t> tasks; //!< to look at, as if there were no others; empty: all
    /// Work that is given, by device and task; none: it is chosen.
    std::vector<std::vector<DmaFixedWork>> pairWork;
    /// Work that is given, by task and aggregation; none, or without iterations: it is chosen.
    std::vector<std::vector<DmaFixedWork>> periodWork;
    /// By device, what its energy costs beyond the weights [1/J]; none: nothing.
    std::vector<double> energyPrice;
};

/// A period of a device and task, wherever it may be in a schedule.
struct DmaPairModel
{
    DmaPeriodModel period; //!< all but its neighbours
    double airCost{0};     //!< of the energy for both transfers
    double uploadJ{0};     //!< E^U [J]
};

/**
 * @param problem a valid problem
 * @param task j
 * @param device i
 * @param version v, whose learning rate it has
 * @param options what is given; tasks and periodWork do not matter
 * @return a period from that version
 */
DmaPairModel MakeDmaPairModel(const DmaProblem& problem,
                              size_t task,
                              size_t device,
                              size_t version,
                              const DmaModelOptions& options);

/**
 * @param problem a valid problem
 * @param schedule a valid schedule
 * @param options what to look at
 * @return the resource problem
 */
DmaModel MakeDmaModel(const DmaProblem& problem,
                      const DmaSchedule& schedule,
                      const DmaModelOptions& options = {});

/// Values of the variables of a resource problem.
struct DmaPoint
{
    std::vector<double> arrivalS;   //!< A by period [s]
    std::vector<double> computeS;   //!< tau by period [s]
    std::vector<double> work;       //!< P by period [sample]
    std::vector<double> iterations; //!< e by period
    std::vector<double> maxSteps;   //!< e_max by task

    /// @param model gives the sizes
    void Resize(const DmaModel& model);
};

/// The objective, with term (e) apart.
struct DmaCost
{
    double rest{0};      //!< all but term (e)
    double staleness{0}; //!< term (e), weighted; may be infinite

    /// @return the objective
    double Sum() const
    {
        return rest + staleness;
    }
};

/**
 * @param model a resource problem
 * @param point values of its variables
 * @return the objective
 */
DmaCost EvaluateDmaModel(const DmaModel& model, const DmaPoint& point);

/**
 * @param problem a valid problem
 * @param model of its resources
 * @param point values of the model's variables
 * @param task index among the tasks of the model
 * @return by device, E^U + E^C of the task; what is in flight is not counted [J]
 */
std::vector<double> DmaDeviceEnergyJ(const DmaProblem& problem,
                                     const DmaModel& model,
                                     const DmaPoint& point,
                                     size_t task);

/**
 * Lagrange multipliers, not negative [objective per unit of the constraint].
 */
struct DmaMultipliers
{
    std::vector<double> order;   //!< by period: A_n - A_(n-1) >= 0
    std::vector<double> early;   //!< by period: A_n - tau - link - A_v >= 0
    std::vector<double> late;    //!< by period: A_(v+1) - A_n + tau + link >= 0
    std::vector<double> release; //!< by period: A_n - tau - link - start >= 0
    std::vector<double> steps;   //!< by period: e_max - e >= 0
    std::vector<double> horizon; //!< by task: T - A_G >= 0
    std::vector<double> budget;  //!< by budget: what remains minus what is computed >= 0 [1/J]
    std::vector<double> cpuLow;  //!< by period: a P - low tau >= 0; not used by the bound
    std::vector<double> cpuHigh; //!< by period: high tau - a P >= 0; not used by the bound

    /// @param model gives the sizes; all become 0
    void Resize(const DmaModel& model);
};

/**
 * A lower bound on a resource problem by weak duality: the least value of the Lagrangian over
 * 0 <= A <= T and each period's own limits, in closed form. It holds for any multipliers; where
 * they come from does not matter. Negative ones, and those of constraints that are not there,
 * count as 0.
 *
 * Of a period, with f = a P/tau and B = P/e: for each unit of work a P the best f is where
 * price_tau/f + price_energy f^2 is least, whatever P is; with it the cost of P is linear, the best
 * B is where noise/B + cost B is least, whatever e is; and with that the cost of e is a parabola.
 * @param model a resource problem
 * @param multipliers of its constraints
 * @return no feasible point has a lower objective
 */
double DmaLowerBound(const DmaModel& model, const DmaMultipliers& multipliers);

/// What a period does for given prices, and what it costs.
struct DmaPeriodChoice
{
    double cost{0};       //!< least value
    double computeS{0};   //!< tau [s]
    double work{0};       //!< P [sample]
    double iterations{0}; //!< e
};

/**
 * The least of stepPrice e + squareCost e^2 + noiseCost e^2/P + timePrice tau + energyPrice
 * P^3/tau^2 over a period's own limits, in closed form.
 * @param period gives limits and the costs of e^2 and e^2/P
 * @param task gives limits of e
 * @param stepPrice of e
 * @param timePrice of tau [1/s], may be negative
 * @param energyPrice of P^3/tau^2, at least 0
 * @return the least value, and where it is
 */
DmaPeriodChoice CheapestDmaPeriod(const DmaPeriodModel& period,
                                  const DmaTaskModel& task,
                                  double stepPrice,
                                  double timePrice,
                                  double energyPrice);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_MODEL_H */
