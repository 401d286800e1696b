/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OUTCOME_H
#define FL_OUTCOME_H

#include "fl-plan.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Times and energies of work orders. The same types hold measured values and predicted ones.
 */

namespace ns3
{
namespace fl
{

/// Status of a work order at its end.
enum class WorkStatus : uint8_t
{
    PENDING, //!< not over yet
    MERGED,  //!< its update arrived and was aggregated in its own round
    LATE, //!< its update arrived in a later round, and was aggregated there; in split learning it
          //!< was not used
    DEADLINE, //!< its update had not arrived when the round was closed
    BATTERY,  //!< the device's energy source was depleted
    LOST,     //!< the device's session ended, or it no longer answered
    REFUSED,  //!< its update was invalid, or one of the two nodes could not carry it out
    ABORTED,  //!< the server stopped
    STALE     //!< its staleness was beyond the limit: it was not merged, or it was aborted
};

/// @return the name used in result files, in lower case
/// @param status status of an order
const char* ToString(WorkStatus status);

/// Begin and end of one phase of a work order, in simulated time.
struct PhaseTimes
{
    double startS{ABSENT}; //!< begin; of a transfer: it is passed to the session [s]
    double endS{ABSENT};   //!< end; of a transfer: its last byte is received [s]
};

/// Times, energies and status of one work order. Times are simulated times; durations are sums over
/// the phases of their kind. Unknown values are ABSENT.
struct WorkOutcome
{
    DeviceId device{0};            //!< the device
    uint32_t server{0};            //!< number of the server
    uint32_t task{0};              //!< number of the learning task
    uint32_t round{0};             //!< round of the order, from 1
    uint32_t baseVersion{0};       //!< version of the global model that training started from
    uint32_t staleness{0};         //!< versions of the global model made between that and the merge
    uint32_t aggregation{0};       //!< version of the global model that it is merged into; 0: none
    uint32_t iterations{0};        //!< iterations of local training
    uint32_t samples{0};           //!< number of samples trained on
    double payloadBits{ABSENT};    //!< total size of its uplink payloads [bit]
    double uplinkHz{ABSENT};       //!< predicted only: uplink bandwidth as the PHY rounds it [Hz]
    double startS{ABSENT};         //!< begin of its first phase [s]
    double idleS{ABSENT};          //!< total duration of pauses [s]
    double downloadS{ABSENT};      //!< total duration of downlink transfers, see PhaseTimes [s]
    double computeS{ABSENT};       //!< total duration of computations [s]
    double uploadS{ABSENT};        //!< total duration of uplink transfers, see PhaseTimes [s]
    double computeEnergyJ{ABSENT}; //!< of computations at the device [J]
    double radioEnergyJ{ABSENT};   //!< transmit power times airtime of all that the device's radio
                                   //!< sent in that time; with several tasks the order's part [J]
    double circuitEnergyJ{ABSENT}; //!< of the radio's circuits, where an energy model has it [J]
    double stationEnergyJ{ABSENT}; //!< radiated by the base station on the device's downlink
                                   //!< grants; ABSENT where the radio does not count it [J]
    double loss{ABSENT};           //!< training loss reported by the device
    WorkStatus status{WorkStatus::PENDING}; //!< how the order ended
    std::vector<PhaseTimes> phases;         //!< one per phase of the order; empty: not known

    /// @return sum of idleS, downloadS, computeS and uploadS, without those that are ABSENT [s]
    double DurationS() const;
    /// @return computeEnergyJ plus radioEnergyJ, without those that are ABSENT [J]
    double EnergyJ() const;
};

/// Outcome of all work orders of one round (or planning horizon).
struct Outcome
{
    uint32_t round{0};             //!< the round, from 1
    uint32_t task{0};              //!< number of the learning task
    double startS{ABSENT};         //!< begin of the round, simulated time [s]
    double endS{ABSENT};           //!< end of the round, simulated time [s]
    std::vector<WorkOutcome> work; //!< one per work order, in the plan's order

    /// @return endS - startS [s]
    double DurationS() const;
    /// @return sum of WorkOutcome::EnergyJ() over all orders [J]
    double EnergyJ() const;
};

} // namespace fl
} // namespace ns3

#endif /* FL_OUTCOME_H */
