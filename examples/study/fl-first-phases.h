/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FIRST_PHASES_H
#define FL_FIRST_PHASES_H

#include "ns3/fl-plan.h"

#include <variant>

/**
 * @file
 * @ingroup fl
 * Phases of orders that are known to have one transfer per direction and one computation, as in
 * ordinary rounds, which nothing in the library may assume.
 */

namespace ns3
{
namespace fl
{

/**
 * @param order a work order
 * @param direction uplink or downlink
 * @return its first transfer in that direction, or null
 */
inline const Transfer*
FirstTransfer(const WorkOrder& order, Direction direction)
{
    for (const auto& phase : order.phases)
    {
        const auto* transfer = std::get_if<Transfer>(&phase);
        if (transfer && transfer->direction == direction)
        {
            return transfer;
        }
    }
    return nullptr;
}

/**
 * @param order a work order
 * @return its first computation, on either node, or null
 */
inline const Compute*
FirstCompute(const WorkOrder& order)
{
    for (const auto& phase : order.phases)
    {
        if (const auto* compute = std::get_if<Compute>(&phase))
        {
            return compute;
        }
    }
    return nullptr;
}

} // namespace fl
} // namespace ns3

#endif /* FL_FIRST_PHASES_H */
