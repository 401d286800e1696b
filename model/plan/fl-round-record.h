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
 * What a coordinator reports when a round is closed; result files are made of it.
 */

namespace ns3
{
namespace fl
{

/// One work order that is over: what was ordered, expected, measured. Predicted and measured phases
/// are those of the order, or empty where they are not known.
struct WorkRecord
{
    WorkOrder order;     //!< as planned; samples that were sent with it are a transfer of their own
    double gain{ABSENT}; //!< uplink channel gain when it was planned
    WorkOutcome predicted; //!< written down before it began, never touched again
    WorkOutcome measured;  //!< what happened
};

/// One closed round.
struct RoundRecord
{
    uint32_t round{0};                 //!< from 1
    uint32_t task{0};                  //!< the task
    bool aborted{false};               //!< the server stopped: nothing was aggregated, and the
                                       //!< round will begin anew if the server does
    double startS{0};                  //!< [s]
    double endS{0};                    //!< [s]
    uint32_t selected{0};              //!< orders in the round's plan
    uint32_t received{0};              //!< updates merged into the round's aggregation
    double loss{ABSENT};               //!< of the new global model, on held-out data
    double accuracy{ABSENT};           //!< of the new global model, on held-out data
    double energyJ{0};                 //!< computed and radiated for the orders in `over` [J]
    double objective{ABSENT};          //!< the plan's
    double bound{ABSENT};              //!< the plan's
    double predictedDurationS{ABSENT}; //!< the predictor's [s]
    std::vector<WorkRecord> over;      //!< orders that ended in this round, by device; one that a
                                       //!< device began in an earlier round has that round's number
    std::vector<DeviceId> satOut;      //!< devices without an order in this round's plan
};

} // namespace fl
} // namespace ns3

#endif /* FL_ROUND_RECORD_H */
