/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_CASE_H
#define FL_MULTITASK_CASE_H

#include "ns3/fl-bound-constants.h"
#include "ns3/fl-dma-problem.h"
#include "ns3/fl-learning-task.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What section VI of DMA-FL simulates: three learning tasks in a cell of Table II, and problem P of
 * a run.
 */

namespace ns3
{
namespace fl
{

/// Table II, and what the paper leaves open.
struct MultitaskSetting
{
    uint32_t devices{10};              //!< I
    uint32_t aggregations{150};        //!< G, of each task
    double radiusM{25};                //!< of the disc of devices, the base station in its centre
    double minDistanceM{1};            //!< of a device from the base station
    double lossAt1mDb{30};             //!< -beta_0
    double lossExponent{3};            //!< of the path loss
    double noiseWPerHz{3.9810717e-21}; //!< N0, -174 dBm/Hz
    double uplinkHz{1e6};              //!< of each device
    double downlinkHz{100e3};          //!< to each device
    double txPowerW{0.25};             //!< p^U
    double downlinkPowerW{0.1};        //!< p^D
    double bitsPerParameter{4096};     //!< sigma
    double minCapacitance{2e-22};      //!< of xi
    double maxCapacitance{2e-19};      //!< of xi
    double minCycles{5e2};             //!< of a, cycles per sample
    double maxCycles{5e3};             //!< of a
    double minCpuHz{2e5};              //!< f^min
    double maxCpuHz{5e6};              //!< f^max
    uint32_t minIterations{1};         //!< e^min
    uint32_t maxIterations{20};        //!< e^max
    double alpha{0.6};                 //!< of a fresh update
    double stalenessFactor{0.5};       //!< a of alpha (1 + s)^-a
    uint32_t stalenessLimit{5};        //!< K_j
    double rho{1};                     //!< of (4)
    double v1{2};                      //!< V1
    double v2{5};                      //!< V2
    double weightModel{1e-9};          //!< c1
    double weightDevice{1};            //!< c2
    double weightStation{1};           //!< c3
    double qoeFactor{1.2};             //!< T_j as a multiple of the time that FedAsync takes
    double budgetFactor{1};            //!< E^B as a multiple of FedAsync's, see MakeMultitaskCase()
    uint32_t minUploads{0};            //!< of each device and task; 0: P as printed
    std::string partition;             //!< as Partitioner::FromText() takes it
    uint32_t growEvery{10};            //!< aggregations from one arrival of new samples to the next
};

/// One of the three learning tasks, without a partition.
struct MultitaskTask
{
    std::string name;                   //!< in figures and tables
    std::string dataName;               //!< of the data set
    std::string modelName;              //!< as MakeModel() takes it
    std::shared_ptr<LearningTask> task; //!< model, data, and hyperparameters but the learning rate
};

/// A learning task of a run.
struct MultitaskParts
{
    std::vector<std::vector<uint32_t>> parts; //!< by device, samples in the order of their arrival
    BoundConstants constants;                 //!< as measured for this partition
    std::vector<double> driftPerStep; //!< by device, rise of the loss when samples arrive [nat]

    /**
     * @param setting how data grow
     * @param device the device
     * @param version of the global model, from 0
     * @return the samples that the device has then: half of its part at first, the rest in equal
     *         parts at every growEvery-th version
     */
    std::vector<uint32_t> SamplesAt(const MultitaskSetting& setting,
                                    uint32_t device,
                                    uint32_t version) const;
    /// @return how many these are
    /// @param setting how data grow
    /// @param device the device
    /// @param version of the global model, from 0
    uint32_t CountAt(const MultitaskSetting& setting, uint32_t device, uint32_t version) const;
};

/// A run: who is where, and has which data.
struct MultitaskCase
{
    uint64_t seed{0};                  //!< of the run
    std::vector<MultitaskParts> tasks; //!< by task
    DmaProblem problem;                //!< P with Table II, T_j and budgets
    std::vector<double> distanceM;     //!< by device
};

/// The learning rates that all schemes choose from.
inline constexpr double MULTITASK_RATES[] = {0.003, 0.01, 0.03, 0.1};

/**
 * Partition a task's data, and measure what the bound takes.
 * @param setting partition and growth
 * @param task the task
 * @param seed of the run
 * @return the task of the run
 */
MultitaskParts MakeMultitaskParts(const MultitaskSetting& setting,
                                  const MultitaskTask& task,
                                  uint64_t seed);

/**
 * Place devices, draw fades, processors and work per sample, and make P: with the time limits that
 * FedAsync's times give, and the energy budgets that its use of energy gives.
 *
 * The budget is the same for all devices: budgetFactor times what the device spends that FedAsync
 * has spend most. Below that, FedAsync's schedule, which DMA-FL-NS has to keep, could not be paid:
 * nearly all energy is that of uploads.
 * @param setting Table II
 * @param tasks models and data
 * @param parts of the run, by task
 * @param rates learning rates by task
 * @param seed of the run
 * @return the run
 */
MultitaskCase MakeMultitaskCase(const MultitaskSetting& setting,
                                const std::vector<MultitaskTask>& tasks,
                                std::vector<MultitaskParts> parts,
                                const std::vector<double>& rates,
                                uint64_t seed);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_CASE_H */
