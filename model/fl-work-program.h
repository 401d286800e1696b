/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WORK_PROGRAM_H
#define FL_WORK_PROGRAM_H

#include "ns3/fl-outcome.h"
#include "ns3/fl-plan.h"
#include "ns3/nstime.h"

#include <cstddef>
#include <cstdint>
#include <optional>

/**
 * @file
 * @ingroup fl
 * How the two ends of an order's link carry out its phases, which both have to agree on.
 *
 * The device pauses, computes where the node is DEVICE, and sends uplink transfers; the server
 * computes where the node is SERVER, and sends downlink transfers. Each end goes through the phases
 * in their order and does its own; in between it waits for what the other end sends:
 *
 * - What stands before the first transfer and the first computation at the device is the server's,
 *   pauses too. Then WORK is sent: the order, and with it the payload of that phase, where it is a
 *   downlink transfer.
 * - The device waits at a downlink transfer until all of its payload is there, and at a computation
 *   of the server for the next downlink transfer; if none follows, it goes on.
 * - The server waits at an uplink transfer. Pauses and computations of the device it does not see:
 *   a downlink transfer begins when all that the server has to do before it is over.
 * - An uplink transfer before a pause or a computation of the device is over for the device when
 *   all of it is acknowledged. Transfers that follow each other in the same direction are handed to
 *   the session at once, which sends them one after the other.
 * - UPDATE ends the order: the payload of its last uplink transfer if nothing is left to do for the
 *   device after that, otherwise a report alone, when the device is through. All other payloads
 *   travel in DATA.
 */

namespace ns3
{
namespace fl
{

/**
 * @param order a work order
 * @return the index of its first transfer or computation at the device; the number of its phases if
 *         there is none
 */
std::size_t StartPhase(const WorkOrder& order);

/**
 * @param order a work order
 * @return the index of the uplink transfer that ends it for the device; none: something else does
 */
std::optional<std::size_t> AnswerPhase(const WorkOrder& order);

/**
 * @param order a work order
 * @param index of a phase; may be out of range
 * @return that phase if it is a transfer, otherwise null
 */
const Transfer* TransferAt(const WorkOrder& order, std::size_t index);

/**
 * @param order a work order
 * @param index of a phase; may be out of range
 * @param direction uplink or downlink
 * @return whether the phase is a transfer in that direction
 */
bool IsTransfer(const WorkOrder& order, std::size_t index, Direction direction);

/**
 * @param order a work order
 * @param index of a phase, the first one that counts
 * @param direction uplink or downlink
 * @return the index of the first transfer in that direction from there on; none: there is none
 */
std::optional<std::size_t> NextTransfer(const WorkOrder& order,
                                        std::size_t index,
                                        Direction direction);

/**
 * @param order a work order
 * @param index of a phase
 * @return whether what comes next, computations of the server aside, is the device's alone
 */
bool IsDevicesTurnAfter(const WorkOrder& order, std::size_t index);

/**
 * @param predicted what is expected of an order
 * @param order the order
 * @param index of one of its transfers
 * @return how long that is predicted to take; ABSENT: not known [s]
 */
double PredictedTransferS(const WorkOutcome& predicted, const WorkOrder& order, std::size_t index);

/**
 * @param predictedS how long something is predicted to take; ABSENT or infinite: not known [s]
 * @return the same for a transport; 0: not known
 */
Time ToExpected(double predictedS);

/**
 * Size of a payload that has no content: a timing study's model or update, or of a kind that
 * nothing makes.
 * @param transfer it is of
 * @param modelBytes size of models and updates; 0: what the transfer says [byte]
 * @return its size [byte]
 */
uint64_t VirtualBytes(const Transfer& transfer, uint64_t modelBytes);

} // namespace fl
} // namespace ns3

#endif /* FL_WORK_PROGRAM_H */
