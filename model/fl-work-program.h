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
 * Rules by which device and server carry out the phases of a work order. Both nodes have the same
 * order; its phases belong to one of them:
 *
 * - to the device: pauses, computations of the node DEVICE, uplink transfers;
 * - to the server: computations of the node SERVER, downlink transfers; pauses before StartPhase().
 *
 * Each node carries out its own phases in their order, and synchronises by the messages received:
 *
 * - The phases before StartPhase(), the first transfer or computation at the device, are the
 *   server's. Then WORK is sent: the order, with the payload of StartPhase() if that is a downlink
 *   transfer.
 * - The device waits at a downlink transfer until its payload is received completely, and at a
 *   computation of the server for the next downlink transfer; if none follows, it continues.
 * - The server waits at an uplink transfer. It does not wait for pauses and computations of the
 *   device: a downlink transfer begins when the server's phases before it are over.
 * - An uplink transfer before a pause or a computation of the device ends, for the device, when it
 *   is acknowledged completely. Successive transfers in the same direction are passed to the
 * session at once, which sends them one after the other.
 * - UPDATE ends the order. It carries the payload of the last uplink transfer if no phase of the
 *   device follows (UpdatePhase()), otherwise only a report, when the device's phases are over. All
 *   other payloads are sent in DATA.
 */

namespace ns3
{
namespace fl
{

/**
 * @param order a work order
 * @return index of its first transfer or computation at the device; the number of phases if there
 * is none
 */
std::size_t StartPhase(const WorkOrder& order);

/**
 * @param order a work order
 * @return index of the uplink transfer whose payload UPDATE carries: the last phase but for
 *         computations of the server; none: UPDATE has no payload
 */
std::optional<std::size_t> UpdatePhase(const WorkOrder& order);

/**
 * @param order a work order
 * @param index index of a phase; may be out of range
 * @return the phase if it is a transfer, otherwise null
 */
const Transfer* TransferAt(const WorkOrder& order, std::size_t index);

/**
 * @param order a work order
 * @param index index of a phase; may be out of range
 * @param direction uplink or downlink
 * @return whether the phase is a transfer in that direction
 */
bool IsTransfer(const WorkOrder& order, std::size_t index, Direction direction);

/**
 * @param order a work order
 * @param index index of the phase at which the search begins
 * @param direction uplink or downlink
 * @return index of the first transfer in that direction from there on, if there is one
 */
std::optional<std::size_t> NextTransfer(const WorkOrder& order,
                                        std::size_t index,
                                        Direction direction);

/**
 * @param order a work order
 * @param index index of a phase
 * @return whether the next phase but for computations of the server is a pause or a computation at
 *         the device
 */
bool IsFollowedByDevicePhase(const WorkOrder& order, std::size_t index);

/**
 * @param predicted predicted outcome of the order
 * @param order the order
 * @param index index of one of its transfers
 * @return predicted duration of the transfer; ABSENT: not known [s]
 */
double PredictedTransferS(const WorkOutcome& predicted, const WorkOrder& order, std::size_t index);

/**
 * @param predictedS predicted duration of a transfer; may be ABSENT or infinite [s]
 * @return the same as Message::expected: 0 (not known) for ABSENT and above 600 s
 */
Time ToExpected(double predictedS);

/**
 * Size of a virtual payload: a model or update in a timing study, or a kind of payload that no
 * computation makes.
 * @param transfer the transfer
 * @param modelBytes size of models and updates; 0: that of the transfer [byte]
 * @return size of the payload [byte]
 */
uint64_t VirtualBytes(const Transfer& transfer, uint64_t modelBytes);

} // namespace fl
} // namespace ns3

#endif /* FL_WORK_PROGRAM_H */
