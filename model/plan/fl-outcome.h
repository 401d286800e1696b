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
 * What happened (measured), or what is expected to happen (predicted): the same type.
 */

namespace ns3
{
namespace fl
{

/// How a work order ended.
enum class WorkStatus : uint8_t
{
    PENDING,  //!< not over yet
    MERGED,   //!< its update arrived and was aggregated in its own round
    LATE,     //!< its update was merged into a later round than its own
    DEADLINE, //!< nothing had arrived when the round was closed
    BATTERY,  //!< the device ran out of energy
    LOST,     //!< the device disappeared (connection closed or silent)
    REFUSED,  //!< the update was malformed and dropped
    ABORTED,  //!< the server or the client stopped
    STALE     //!< the global model had moved on too far: not merged, or the device was told to stop
};

/// @return the name used in result files, in lower case
/// @param status how an order ended
const char* ToString(WorkStatus status);

/// When one phase of a work order began and ended.
struct PhaseTimes
{
    double startS{ABSENT}; //!< [s]; a transfer: when it is handed to the session
    double endS{ABSENT};   //!< [s]; a transfer: when all of it is at the other end
};

/// Of one work order: when it started, how long each phase took, the energy, how it ended.
struct WorkOutcome
{
    DeviceId device{0};         //!< who
    uint32_t server{0};         //!< for which server
    uint32_t task{0};           //!< for which task
    uint32_t round{0};          //!< in which round
    uint32_t baseVersion{0};    //!< version of the model it started from
    uint32_t staleness{0};      //!< versions by which the global model had moved on
    uint32_t aggregation{0};    //!< version of the model that it was merged into; 0: none
    uint32_t iterations{0};     //!< local iterations done
    uint32_t samples{0};        //!< samples trained on
    double payloadBits{ABSENT}; //!< size of the encoded update [bit]
    double uplinkHz{ABSENT};    //!< predicted: what the PHY makes of the uplink's bandwidth [Hz]
    double startS{ABSENT};      //!< when it started [s]
    double idleS{ABSENT};       //!< [s]
    double downloadS{ABSENT};   //!< from handing the model to the session to all of it there [s]
    double computeS{ABSENT};    //!< [s]
    double uploadS{ABSENT};     //!< from handing the update to the session to all of it there [s]
    double computeEnergyJ{ABSENT}; //!< [J]
    double radioEnergyJ{
        ABSENT}; //!< radiated power times airtime: all that its radio sent meanwhile [J]
    double circuitEnergyJ{ABSENT};          //!< energy of the radio's circuits, where modelled [J]
    double loss{ABSENT};                    //!< training loss that the device reports
    WorkStatus status{WorkStatus::PENDING}; //!< how it ended
    std::vector<PhaseTimes> phases;         //!< of the order's phases, in their order

    /// @return the sum of the phases that are known [s]
    double DurationS() const;
    /// @return compute plus radiated energy, of what is known [J]
    double EnergyJ() const;
};

/// The work of one round (or horizon).
struct Outcome
{
    uint32_t round{0};             //!< number of the round, from 1
    uint32_t task{0};              //!< the task
    double startS{ABSENT};         //!< when the round began [s]
    double endS{ABSENT};           //!< when it was closed [s]
    std::vector<WorkOutcome> work; //!< one per work order, in the plan's order

    /// @return from start to end [s]
    double DurationS() const;
    /// @return sum over all work orders [J]
    double EnergyJ() const;
};

} // namespace fl
} // namespace ns3

#endif /* FL_OUTCOME_H */
