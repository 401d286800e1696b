/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_GAIN_REPORT_H
#define FL_GAIN_REPORT_H

#include "ns3/fl-system-state.h"
#include "ns3/node.h"
#include "ns3/propagation-loss-model.h"

#include <vector>

namespace ns3
{
namespace fl
{

/// Who is at the ends of a cell's links, and what is between them.
struct CellLinks
{
    uint32_t cell{0};                   //!< its number in plans
    Ptr<PropagationLossModel> uplink;   //!< first model of the chain of losses; null: gain 1
    Ptr<PropagationLossModel> downlink; //!< the same
    Ptr<Node> station;                  //!< the base station
    std::vector<Ptr<Node>> devices;     //!< by DeviceId
};

/**
 * Report a cell's channel: gains now, and where a BlockFadingLossModel is in the chain also gains
 * without it, the distribution, and when the present block ends. Other models that change with time
 * are part of the gain as it is now.
 * @param links of the cell
 * @param state its gains, meanGains and fading are overwritten
 */
void ReportGains(const CellLinks& links, SystemState& state);

} // namespace fl
} // namespace ns3

#endif /* FL_GAIN_REPORT_H */
