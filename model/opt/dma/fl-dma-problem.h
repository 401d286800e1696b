/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_PROBLEM_H
#define FL_DMA_PROBLEM_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Dynamic multi-task asynchronous federated learning (DMA-FL; Z.-L. Chang, S. Hosseinalipour, M.
 * Chiang, C. G. Brinton, "Asynchronous multi-model dynamic federated learning over wireless
 * networks: theory, modeling, and optimization", problem P): what is asked. Plain data in SI units;
 * no ns-3.
 *
 * Indices: aggregation n = 1..G of a task turns w^(n-1) into w^(n); base version v = 0..G-1 is the
 * model that a device trains from. A period (device, task, v, n), v <= n-1, has the staleness
 * n-1-v. The paper numbers aggregations in two ways; the documentation says where this one differs.
 */

namespace ns3
{
namespace fl
{

/// Base version of an update that was under way before the horizon began.
inline constexpr int32_t DMA_IN_FLIGHT = -1;

/// Who makes an aggregation, and from which model.
struct DmaAssignment
{
    uint32_t device{0}; //!< index of the device
    int32_t base{0};    //!< v, 0 to n-1 for aggregation n, or DMA_IN_FLIGHT

    /// @return whether both are the same
    /// @param other to compare with
    bool operator==(const DmaAssignment& other) const
    {
        return device == other.device && base == other.base;
    }
};

/// By aggregation of one task, from n = 1 at index 0.
using DmaTaskSchedule = std::vector<DmaAssignment>;

/// By task.
using DmaSchedule = std::vector<DmaTaskSchedule>;

/// A learning task j, one model.
struct DmaTask
{
    uint32_t aggregations{0};         //!< G_j, at least 1
    double modelBits{0};              //!< sigma_j M_j: a model on the air [bit]
    double importance{1};             //!< gamma_j, at least 0
    double energyWeight{1};           //!< chi_j, at least 0
    double qoeS{0};                   //!< T_j: when the last aggregation must have been [s]
    double mixingLow{0};              //!< least alpha_j of (6), (0, 1)
    double mixingHigh{0};             //!< largest alpha_j
    uint32_t stalenessLimit{0};       //!< K_j, largest allowed n-1-v
    double minIterations{1};          //!< e^min_j, SGD steps of a period
    double maxIterations{1};          //!< e^max_j
    std::vector<double> learningRate; //!< eta^(v) by base version: one for all, or G_j
    double smoothness{0};             //!< beta_j [loss/w^2]
    double dataVariability{0};        //!< Theta_j [gradient/datum]
    double lossDrop{0};               //!< F(w^0) - F(w^G), a constant [loss]

    /// @return eta^(v)
    /// @param version v, from 0
    double LearningRate(size_t version) const
    {
        return learningRate.size() == 1 ? learningRate.front() : learningRate[version];
    }

    /// @return eta^min_j
    double LowestRate() const;
    /// @return eta^max_j
    double HighestRate() const;
};

/// An update that is under way when the horizon begins.
struct DmaInFlight
{
    double readyS{0};      //!< when its upload is complete at the earliest [s]
    uint32_t staleness{0}; //!< aggregations since its base version, at the beginning
};

/// What task j is to device i.
struct DmaDeviceTask
{
    double cyclesPerSample{0};           //!< a_ij [cycle/sample]
    double samples{0};                   //!< D_ij, a whole number of at least 1
    double dissimilarity{0};             //!< delta_ij of (10) [(loss/w)^2]
    double sampleVariance{0};            //!< S_ij [datum^2]
    double idleDrift{0};                 //!< Delta^ID_ij of (11) [loss/s]
    double activeDrift{0};               //!< Delta^AC_ij of (12) [loss/s]
    std::optional<double> cpuShare;      //!< of the CPU range, (0, 1]; none in all: chosen
    double startS{0};                    //!< the first download begins no earlier [s]
    std::optional<DmaInFlight> inFlight; //!< if so, it is the device's first update of the task
};

/// A device i.
struct DmaDevice
{
    double uplinkBps{0};                 //!< r^U of (22) [bit/s]
    double downlinkBps{0};               //!< r^D of (24) [bit/s]
    double txPowerW{0};                  //!< p^U [W]
    double downlinkPowerW{0};            //!< p^D, of the base station [W]
    double effectiveCapacitance{0};      //!< xi_i of (21) [J s^2/cycle]
    double minCpuHz{0};                  //!< f^min_i [Hz]
    double maxCpuHz{0};                  //!< f^max_i [Hz]
    std::optional<double> energyBudgetJ; //!< E^B_i of (29c) [J]; none: no limit
    std::vector<DmaDeviceTask> tasks;    //!< by task
};

/**
 * Problem P of the paper, (29), with the corrections of the documentation:
 *   min c1 sum_j gamma_j (a + b + c + d + e + f)_j
 *       + sum_j chi_j / G_j sum_periods (c2 (E^U + E^C) + c3 E^D),
 * where a to f are the terms of the bound (19), see fl-dma-bound.h, over the schedule (who makes
 * which aggregation from which version), and of each period its arrival, computing time, minibatch
 * size and number of SGD steps.
 */
struct DmaProblem
{
    double weightModel{0};          //!< c1, at least 0
    double weightDevice{0};         //!< c2, of the devices' energy, at least 0
    double weightStation{0};        //!< c3, of the base station's energy, at least 0
    double rho{0};                  //!< of the regularizer (4), and of weak convexity [loss/w^2]
    double v1{0};                   //!< V1, bound on a sample's squared gradient [(loss/w)^2]
    double v2{0};                   //!< V2, the same with the regularizer
    bool relaxed{false};            //!< e and B need not be whole
    std::vector<DmaTask> tasks;     //!< at least one
    std::vector<DmaDevice> devices; //!< at least one
    DmaSchedule schedule;           //!< given, or empty: to be chosen
    uint32_t minUploads{0};         //!< least updates of a task by each device; 0: P as printed

    /// @throws InvalidInput that names the field, its value and what is allowed
    void Validate() const;
    /// @return whether shares of the CPU are to be chosen: none is given
    bool ChoosesShares() const;
    /// @return share of device i's CPU that task j has; equal shares where they are to be chosen
    /// @param device i
    /// @param task j
    double CpuShare(size_t device, size_t task) const;
    /// @return T^U_ij [s]
    /// @param device i
    /// @param task j
    double UploadS(size_t device, size_t task) const;
    /// @return T^D_ij [s]
    /// @param device i
    /// @param task j
    double DownloadS(size_t device, size_t task) const;
};

/// Most aggregations of a task.
inline constexpr uint32_t DMA_MAX_AGGREGATIONS = 100'000;

/**
 * Whether a schedule may be: aggregations of each task by devices that exist, from models that
 * exist, within the staleness limit, a device's next base not before its last aggregation, updates
 * in flight first, and at least minUploads of each device.
 * @param problem a valid problem
 * @param schedule by task
 * @throws InvalidInput that names the entry, its value and what is allowed
 */
void ValidateDmaSchedule(const DmaProblem& problem, const DmaSchedule& schedule);

/**
 * @param problem a valid problem
 * @param task j
 * @param schedule of the task
 * @param n an aggregation, from 1
 * @return its staleness n-1-v
 */
uint32_t DmaStaleness(const DmaProblem& problem,
                      size_t task,
                      const DmaTaskSchedule& schedule,
                      size_t n);

/**
 * @param problem a valid problem
 * @param task j
 * @param schedule of the task
 * @return K_j of Definition 4: the largest staleness
 */
uint32_t DmaLargestStaleness(const DmaProblem& problem,
                             size_t task,
                             const DmaTaskSchedule& schedule);

/**
 * @param devices how many there are
 * @param schedule of a task
 * @return by aggregation (n-1), the aggregation of the same device before; 0: none
 */
std::vector<uint32_t> DmaPreviousAggregations(size_t devices, const DmaTaskSchedule& schedule);

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_PROBLEM_H */
