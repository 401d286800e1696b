/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_SCHEMES_H
#define FL_MULTITASK_SCHEMES_H

#include "fl-multitask-case.h"

#include "ns3/fl-dma-resources.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The schemes that section VI and appendix C of DMA-FL compare, as what each device does when.
 */

namespace ns3
{
namespace fl
{

/// A scheme.
struct MultitaskScheme
{
    const char* name;   //!< in figures and tables
    const char* method; //!< of SolveDma(); null: synchronous rounds
    uint32_t closesAt;  //!< updates that close a round; 0: those of all devices
};

/// @return the six of figures 5, 6, 13 and 14, DMA-FL first
const std::vector<MultitaskScheme>& MultitaskSchemes();
/// @return the three of figures 11 and 12, DMA-FL first
const std::vector<MultitaskScheme>& MultitaskConventionalSchemes();

/// What becomes of updates that a round did not wait for.
enum class LateUpdates
{
    STALE, //!< they count in the round in which they arrive
    DROP   //!< their devices stop, and begin with the new model
};

/// One local period: idle, download, compute, upload.
struct MultitaskPeriod
{
    uint32_t device{0};      //!< who
    uint32_t base{0};        //!< version v that it trains from, 0 is the initial model
    uint32_t aggregation{0}; //!< n, that it is merged in; 0: none
    uint32_t iterations{0};  //!< e, SGD steps
    uint32_t batch{0};       //!< B
    double idleS{0};         //!< before the download [s]
    double downloadS{0};     //!< T^D [s]
    double computeS{0};      //!< T^C [s]
    double uploadS{0};       //!< T^U [s]
    double endS{0};          //!< when the upload is complete, or the device was stopped [s]
    double computeJ{0};      //!< E^C [J]
    double uploadJ{0};       //!< E^U [J]
    double downloadJ{0};     //!< E^D, of the base station [J]

    /// @return what the device spends [J]
    double DeviceJ() const
    {
        return computeJ + uploadJ;
    }
};

/// What a scheme does in a run.
struct MultitaskTimeline
{
    bool feasible{false};    //!< whether there is a plan
    std::string reason;      //!< why there is none, or how the planner ended
    bool synchronous{false}; //!< a round's updates are averaged, and replace the model
    std::vector<std::vector<MultitaskPeriod>> tasks; //!< by task, in the order of their ends
    DmaSolution solution;                            //!< of asynchronous schemes
};

/**
 * @param scheme a scheme
 * @param setting Table II
 * @param run where, and with which data
 * @param late what becomes of late updates in synchronous rounds
 * @return what it does
 */
MultitaskTimeline MakeMultitaskTimeline(const MultitaskScheme& scheme,
                                        const MultitaskSetting& setting,
                                        const MultitaskCase& run,
                                        LateUpdates late);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_SCHEMES_H */
