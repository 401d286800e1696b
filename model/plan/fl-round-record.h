/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ROUND_RECORD_H
#define FL_ROUND_RECORD_H

#include "fl-outcome.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Record of a closed round: argument of a coordinator's trace, source of the result files.
 */

namespace ns3
{
namespace fl
{

/// A work order that has ended, with its predicted and measured outcome. WorkOutcome::phases are
/// those of the order, or empty where they are not known.
struct WorkRecord
{
    WorkOrder order;       //!< as planned; samples sent with it are a transfer of their own
    double gain{ABSENT};   //!< uplink channel power gain at planning time
    WorkOutcome predicted; //!< made before the order began, and not changed since
    WorkOutcome measured;  //!< times and energies of the simulation
};

/// What a device did for a round's block.
struct MiningShare
{
    double seconds{0}; //!< for which it searched [s]
    double energyJ{0}; //!< of the hashes that it computed [J]
};

/// A closed round. Times are simulated times.
struct RoundRecord
{
    uint32_t round{0};       //!< number of the round, from 1
    uint32_t task{0};        //!< number of the learning task
    bool aborted{false};     //!< the server stopped in this round: nothing was aggregated,
                             //!< and a restarted server repeats it
    double startS{0};        //!< begin of the round [s]
    double endS{0};          //!< end of the round [s]
    uint32_t selected{0};    //!< number of orders in the round's plan
    uint32_t received{0};    //!< number of updates in the round's aggregation
    double loss{ABSENT};     //!< loss of the new global model on the test data
    double accuracy{ABSENT}; //!< accuracy of the new global model on the test data, 0 to 1
    std::vector<double> deviceAccuracy; //!< by device, where each has a head of its own, whose mean
                                        //!< accuracy is; else empty
    double energyJ{0};                  //!< computation and radiation of the orders in `ended` [J]
    double objective{ABSENT};           //!< Plan::objective
    double bound{ABSENT};               //!< Plan::bound
    double predictedDurationS{ABSENT};  //!< duration of the round by Predictor [s]
    std::vector<MiningShare> mining;    //!< by device; empty where there is no ledger
    std::vector<WorkRecord> ended;      //!< orders that ended in this round, by device; those of an
                                        //!< earlier round have its number in order.round
    std::vector<DeviceId> unselected; //!< devices without an order in this round's plan, ascending
};

} // namespace fl
} // namespace ns3

#endif /* FL_ROUND_RECORD_H */
