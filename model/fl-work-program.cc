/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-work-program.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param phase a phase of an order
 * @return whether it is a computation on the server's node
 */
bool
IsServerCompute(const Phase& phase)
{
    const auto* compute = std::get_if<Compute>(&phase);
    return compute && compute->node == ComputeNode::SERVER;
}

} // namespace

std::size_t
StartPhase(const WorkOrder& order)
{
    std::size_t index = 0;
    while (index < order.phases.size() && (std::holds_alternative<Idle>(order.phases[index]) ||
                                           IsServerCompute(order.phases[index])))
    {
        ++index;
    }
    return index;
}

std::optional<std::size_t>
UpdatePhase(const WorkOrder& order)
{
    std::size_t end = order.phases.size();
    while (end > 0 && IsServerCompute(order.phases[end - 1]))
    {
        --end;
    }
    if (end > 0 && IsTransfer(order, end - 1, Direction::UPLINK))
    {
        return end - 1;
    }
    return {};
}

const Transfer*
TransferAt(const WorkOrder& order, std::size_t index)
{
    return index < order.phases.size() ? std::get_if<Transfer>(&order.phases[index]) : nullptr;
}

bool
IsTransfer(const WorkOrder& order, std::size_t index, Direction direction)
{
    const auto* transfer = TransferAt(order, index);
    return transfer && transfer->direction == direction;
}

std::optional<std::size_t>
NextTransfer(const WorkOrder& order, std::size_t index, Direction direction)
{
    for (; index < order.phases.size(); ++index)
    {
        if (IsTransfer(order, index, direction))
        {
            return index;
        }
    }
    return {};
}

bool
IsFollowedByDevicePhase(const WorkOrder& order, std::size_t index)
{
    do
    {
        ++index;
    } while (index < order.phases.size() && IsServerCompute(order.phases[index]));
    return index < order.phases.size() && !TransferAt(order, index);
}

double
PredictedTransferS(const WorkOutcome& predicted, const WorkOrder& order, std::size_t index)
{
    const auto direction = TransferAt(order, index)->direction;
    const auto first = NextTransfer(order, 0, direction);
    if (!NextTransfer(order, *first + 1, direction))
    {
        return direction == Direction::UPLINK ? predicted.uploadS : predicted.downloadS;
    }
    return index < predicted.phases.size()
               ? predicted.phases[index].endS - predicted.phases[index].startS
               : ABSENT;
}

Time
ToExpected(double predictedS)
{
    // A longer prediction means that the present rate is next to 0, and says nothing of the
    // duration.
    constexpr double MOST_S = 600;
    return predictedS <= MOST_S ? Seconds(predictedS) : Time(0);
}

uint64_t
VirtualBytes(const Transfer& transfer, uint64_t modelBytes)
{
    const bool isModel =
        transfer.kind == PayloadKind::MODEL || transfer.kind == PayloadKind::UPDATE;
    return isModel && modelBytes > 0 ? modelBytes
                                     : static_cast<uint64_t>(std::ceil(transfer.payloadBits / 8));
}

} // namespace fl
} // namespace ns3
