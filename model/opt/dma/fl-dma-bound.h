/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_BOUND_H
#define FL_DMA_BOUND_H

#include "fl-dma-problem.h"

#include "ns3/fl-plan.h"

#include <string>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What a schedule and an allocation are worth: the terms of the bound (19), the objective (29a),
 * and by how much the constraints (29b) to (29r) are broken.
 */

namespace ns3
{
namespace fl
{

/// What a device is to do in one period.
struct DmaPeriodPlan
{
    double arrivalS{0};   //!< A_n, when the upload is complete and the aggregation happens [s]
    double computeS{0};   //!< T^C [s]
    double batch{0};      //!< B [sample]
    double iterations{0}; //!< e, SGD steps
};

/// By task, by aggregation. Of an update in flight, only the arrival counts.
using DmaAllocation = std::vector<std::vector<DmaPeriodPlan>>;

/// A period with all that follows from its plan.
struct DmaPeriodOutcome
{
    double cpuHz{0};      //!< f [Hz]
    double idleS{0};      //!< T^ID [s]
    double downloadS{0};  //!< T^D [s]
    double uploadS{0};    //!< T^U [s]
    double computeJ{0};   //!< E^C [J]
    double uploadJ{0};    //!< E^U [J]
    double downloadJ{0};  //!< E^D, of the base station [J]
    double previousS{0};  //!< arrival of the device's last update before, or 0 [s]
    bool inFlight{false}; //!< nothing of it is decided but its arrival
};

/// The terms of (19) of one task, unweighted [(loss/w)^2].
struct DmaTerms
{
    double a{0}; //!< progress: 2/(G alpha eta^min) (F(w^0) - F(w^G))
    double b{0}; //!< dissimilarity of devices
    double c{0}; //!< noise of minibatches
    double d{0}; //!< accumulated gradients of local steps
    double e{0}; //!< staleness
    double f{0}; //!< drift of the data

    /// @return the bound
    double Sum() const;
};

/// What an answer is worth.
struct DmaValue
{
    double objective{ABSENT};          //!< (29a)
    double energyPart{ABSENT};         //!< its second sum
    std::vector<DmaTerms> terms;       //!< by task
    std::vector<double> deviceEnergyJ; //!< E^U + E^C by device, all tasks [J]
    bool vacuous{false};               //!< K alpha >= 1 of a task: (e) grows as (K alpha)^G
    double largestRateSmoothness{0};   //!< max eta beta: the bound needs it to be small against 1
};

/// By name of a constraint the worst residual, relative to the constraint's own scale; positive
/// ones are violations.
using DmaResiduals = std::vector<std::pair<std::string, double>>;

/// Constraints count as met to within this.
inline constexpr double DMA_FEASIBILITY_TOLERANCE = 1e-7;

/**
 * @param problem a valid problem
 * @param schedule a schedule of the right sizes
 * @param allocation of the right sizes
 * @return by task, by aggregation, what follows
 */
std::vector<std::vector<DmaPeriodOutcome>> DmaOutcomes(const DmaProblem& problem,
                                                       const DmaSchedule& schedule,
                                                       const DmaAllocation& allocation);

/**
 * Term (e) of (19) for one task is linear e_max + quadratic e_max^2.
 */
struct DmaStalenessTerm
{
    double linear{0};    //!< from the root
    double quadratic{0}; //!< from beyond the root
};

/**
 * @param problem a valid problem
 * @param task j
 * @param staleness K
 * @return coefficients; infinite where they exceed the range of doubles
 */
DmaStalenessTerm DmaStalenessCoefficients(const DmaProblem& problem,
                                          size_t task,
                                          uint32_t staleness);

/**
 * Evaluate by periods: each has X = 1 once.
 * @param problem a valid problem
 * @param schedule a valid schedule
 * @param allocation of the right sizes
 * @return the value
 */
DmaValue EvaluateDma(const DmaProblem& problem,
                     const DmaSchedule& schedule,
                     const DmaAllocation& allocation);

/**
 * Evaluate as (19) is printed: sums over g', g and i, with X of (15) as corrected, made of R and U,
 * and (e) with the quotient of powers. Takes the product of all their numbers; for tests.
 * @param problem a valid problem without updates in flight
 * @param schedule a valid schedule
 * @param allocation of the right sizes
 * @return the value
 */
DmaValue EvaluateDmaAsPrinted(const DmaProblem& problem,
                              const DmaSchedule& schedule,
                              const DmaAllocation& allocation);

/**
 * By how much an answer breaks the constraints: 15 (a device takes the next model after its
 * upload, and only models that exist), staleness, 29b, 29c (where a device has a budget), 29d (a
 * device receives a version once), 29e, 29f, 29h, 29m, 29n, 29o, 29p, 29q, 29r (unless relaxed),
 * and causality (a download of version v begins while v is the current one, after the device's
 * start). (29g) and (29i) to (29l) hold by the meaning of a period.
 * @param problem a valid problem
 * @param schedule any schedule of devices that exist, of the right sizes
 * @param allocation of the right sizes
 * @return residuals, relative; NaN counts as infinite
 */
DmaResiduals CheckDma(const DmaProblem& problem,
                      const DmaSchedule& schedule,
                      const DmaAllocation& allocation);

/// @return the name and size of the largest residual
/// @param residuals at least one
std::pair<std::string, double> WorstResidual(const DmaResiduals& residuals);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_BOUND_H */
