/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_GAIN_REPORT_H
#define FL_GAIN_REPORT_H

#include "fl-block-fading-loss-model.h"

#include "ns3/fl-system-state.h"
#include "ns3/node.h"
#include "ns3/propagation-loss-model.h"

#include <vector>

namespace ns3
{
namespace fl
{

/// The nodes at the ends of a cell's links, and the propagation losses between them.
struct CellLinks
{
    uint32_t cell{0}; //!< index of the cell in plans and states
    Ptr<PropagationLossModel>
        uplink; //!< first model of the chain from devices to station; null: gain 1
    Ptr<PropagationLossModel> downlink; //!< that from station to devices; null: gain 1
    Ptr<Node> station;                  //!< the base station
    std::vector<Ptr<Node>> devices;     //!< by DeviceId
};

/**
 * Report a cell's channel: power gains now, and where a BlockFadingLossModel is in the chain also
 * the gains without it, the distribution of the fading, and the end of the present block. Other
 * models that change with time enter with their present value.
 * @param links nodes and losses of the cell
 * @param [in,out] state its gains, meanGains and fading are overwritten; the rest is unchanged
 */
void ReportGains(const CellLinks& links, SystemState& state);

/// The sub-channels of cells that share a band plan.
struct SubChannels
{
    uint32_t count{1};                //!< their number
    Ptr<BlockFadingLossModel> fading; //!< of each, beside the losses of the cells; null: none
};

/**
 * Report the channels of several cells: power gains now by device, cell and sub-channel, as they
 * stay; meanGains are those without the fading of the sub-channels.
 * @param cells nodes and losses by cell, of the same devices
 * @param subChannels the sub-channels of all cells
 * @param [in,out] state its gains, meanGains and fading are overwritten; the rest is unchanged
 */
void ReportCellGains(const std::vector<const CellLinks*>& cells,
                     const SubChannels& subChannels,
                     SystemState& state);

/**
 * As ReportGains() for one device, in a state that ReportGains() has filled in.
 * @param links nodes and losses of the cell
 * @param device the device
 * @param [in,out] state its fading, and the device's gains and meanGains, are overwritten
 */
void ReportGain(const CellLinks& links, DeviceId device, SystemState& state);

} // namespace fl
} // namespace ns3

#endif /* FL_GAIN_REPORT_H */
