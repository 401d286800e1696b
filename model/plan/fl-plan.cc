/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-plan.h"

namespace ns3
{
namespace fl
{

const char*
ToString(PayloadKind kind)
{
    switch (kind)
    {
    case PayloadKind::MODEL:
        return "model";
    case PayloadKind::UPDATE:
        return "update";
    case PayloadKind::SAMPLES:
        return "samples";
    case PayloadKind::ACTIVATIONS:
        return "activations";
    case PayloadKind::GRADIENTS:
        return "gradients";
    case PayloadKind::FEATURES:
        return "features";
    }
    return "?";
}

double
WorkOrder::TransferBits(Direction direction) const
{
    double total = 0;
    for (const auto& phase : phases)
    {
        const auto* transfer = std::get_if<Transfer>(&phase);
        if (transfer && transfer->direction == direction)
        {
            total += transfer->payloadBits;
        }
    }
    return total;
}

double
WorkOrder::IdleS() const
{
    double total = 0;
    for (const auto& phase : phases)
    {
        if (const auto* idle = std::get_if<Idle>(&phase))
        {
            total += idle->durationS;
        }
    }
    return total;
}

} // namespace fl
} // namespace ns3
