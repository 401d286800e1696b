/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_DMA_H
#define FL_TEST_DMA_H

#include "ns3/fl-dma-bound.h"
#include "ns3/fl-dma-problem.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>

/**
 * @file
 * @ingroup fl
 * Random instances of DMA-FL for tests.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// What random instances are like.
struct DmaDraw
{
    size_t devices{4};     //!< I
    size_t tasks{2};       //!< J
    uint32_t versions{6};  //!< G
    uint32_t staleness{3}; //!< K
    double mixing{0.15};   //!< largest alpha
    double budgetJ{0};     //!< of each device; 0: none
    bool relaxed{true};    //!< e and B need not be whole
    bool hasShares{true};  //!< shares of the CPU are given, equal ones
    bool isVaried{true};   //!< learning rates differ between versions
};

/// @return a task, with time as if there were no limit
inline DmaTask
DrawDmaTask(const DmaDraw& draw, RandomStream& stream)
{
    DmaTask task;
    task.aggregations = draw.versions;
    task.modelBits = std::pow(10, stream.Uniform(6.5, 7.5));
    task.importance = std::pow(10, stream.Uniform(7, 9));
    task.energyWeight = stream.Uniform(0.5, 2);
    task.qoeS = 1e6;
    task.mixingLow = draw.mixing / 2;
    task.mixingHigh = draw.mixing;
    task.stalenessLimit = draw.staleness;
    task.minIterations = static_cast<double>(1 + stream.Below(3));
    task.maxIterations = task.minIterations + static_cast<double>(stream.Below(10));
    double rate = stream.Uniform(0.01, 0.1);
    for (uint32_t v = 0; v < (draw.isVaried ? draw.versions : 1); ++v)
    {
        task.learningRate.push_back(rate);
        rate *= 0.99;
    }
    task.smoothness = stream.Uniform(1, 5);
    task.dataVariability = stream.Uniform(0.3, 0.8);
    task.lossDrop = stream.Uniform(0.05, 2);
    return task;
}

/// @return a device
inline DmaDevice
DrawDmaDevice(const DmaDraw& draw, RandomStream& stream)
{
    DmaDevice device;
    device.uplinkBps = stream.Uniform(1.4e7, 2.2e7);
    device.downlinkBps = stream.Uniform(1.3e6, 2.4e6);
    device.txPowerW = 0.25;
    device.downlinkPowerW = 0.1;
    device.effectiveCapacitance = std::pow(10, stream.Uniform(-22, -18.7));
    device.minCpuHz = 2e5;
    device.maxCpuHz = std::pow(10, stream.Uniform(5.5, 7));
    if (draw.budgetJ > 0)
    {
        device.energyBudgetJ = draw.budgetJ;
    }
    for (size_t j = 0; j < draw.tasks; ++j)
    {
        DmaDeviceTask pair;
        pair.cyclesPerSample = stream.Uniform(5e2, 5e3);
        pair.samples = static_cast<double>(1 + stream.Below(2000));
        pair.dissimilarity = stream.Uniform(0.05, 1);
        pair.sampleVariance = stream.Uniform(20, 80);
        pair.idleDrift = stream.Uniform(0.005, 0.02);
        pair.activeDrift = stream.Uniform(0.005, 0.02);
        if (draw.hasShares)
        {
            pair.cpuShare = 1.0 / static_cast<double>(draw.tasks);
        }
        device.tasks.push_back(pair);
    }
    return device;
}

/// @return an instance without a schedule
inline DmaProblem
DrawDmaProblem(const DmaDraw& draw, RandomStream& stream)
{
    DmaProblem problem;
    problem.weightModel = 1e-9;
    problem.weightDevice = 1;
    problem.weightStation = 1;
    problem.rho = 1;
    problem.v1 = 2;
    problem.v2 = 5;
    problem.relaxed = draw.relaxed;
    for (size_t j = 0; j < draw.tasks; ++j)
    {
        problem.tasks.push_back(DrawDmaTask(draw, stream));
    }
    for (size_t i = 0; i < draw.devices; ++i)
    {
        problem.devices.push_back(DrawDmaDevice(draw, stream));
    }
    return problem;
}

/// @return a random valid schedule
inline DmaSchedule
DrawDmaSchedule(const DmaProblem& problem, RandomStream& stream)
{
    DmaSchedule schedule;
    for (const auto& task : problem.tasks)
    {
        schedule.emplace_back();
        std::vector<uint32_t> last(problem.devices.size(), 0);
        for (uint32_t n = 1; n <= task.aggregations; ++n)
        {
            const auto i = static_cast<uint32_t>(stream.Below(problem.devices.size()));
            const uint32_t low =
                std::max(last[i], n - 1 > task.stalenessLimit ? n - 1 - task.stalenessLimit : 0);
            const auto v = static_cast<int32_t>(low + stream.Below(n - low));
            schedule.back().push_back({i, v});
            last[i] = n;
        }
    }
    return schedule;
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_DMA_H */
