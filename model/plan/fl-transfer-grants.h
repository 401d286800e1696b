/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRANSFER_GRANTS_H
#define FL_TRANSFER_GRANTS_H

#include "fl-system-state.h"

#include <unordered_map>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Radio resources of the transfers of a plan, including those without a grant of their own.
 */

namespace ns3
{
namespace fl
{

/**
 * Default for downlink transfers without a grant: an equal share of the downlink band and of the
 * base station's power.
 * @param cell the cell
 * @param nDevices number of devices that share; 0: the grant has neither bandwidth nor power
 * @return each device's grant of cell 0; its position in the band is not modelled (startHz = 0)
 */
Grant DefaultDownlinkGrant(const CellState& cell, uint32_t nDevices);

/**
 * The same for a plan: what its downlink grants leave of band and power is shared equally by the
 * devices that need the cell's downlink (NeedsDownlink()) and have no grant in it. A device counts
 * once, whatever the number of its orders and transfers.
 * @param cell the cell
 * @param cellId index of the cell
 * @param plan the plan
 * @return each such device's grant; of zero bandwidth if there is no such device, or no bandwidth
 *         left
 */
Grant DefaultDownlinkGrant(const CellState& cell, uint32_t cellId, const Plan& plan);

/**
 * @param transfer a transfer of a plan
 * @return whether its device has to be reached by the base station: it is a downlink transfer, or
 *         one of samples, which a WORK without payload asks for
 */
bool NeedsDownlink(const Transfer& transfer);

/**
 * @param transfer a transfer of a plan
 * @return index of its cell: that of its grant; without a grant the number of its server, as each
 *         server has one cell
 */
uint32_t CellOf(const Transfer& transfer);

/**
 * @ingroup fl
 * Resolves the grant of each transfer of a plan. A radio assigns a device one sub-band per
 * direction, which carries all of its traffic; so a transfer uses
 *
 * 1. its own grant;
 * 2. else the grant of the device's first transfer with one in the same direction;
 * 3. else, in the downlink, the default (DefaultDownlinkGrant()).
 *
 * Construction takes O(cells * phases), Find() O(1).
 */
class TransferGrants
{
  public:
    /**
     * @param state cells and devices
     * @param plan the orders, to which pointers are kept: must outlive this object
     */
    TransferGrants(const SystemState& state, const Plan& plan);

    /**
     * @param device a device of the state; std::out_of_range is thrown for others
     * @param transfer a transfer of the device
     * @return its grant; null if there is none, as for an uplink transfer in a plan without uplink
     *         grants for the device, or if the state does not have its cell. Valid as long as this
     *         object and the transfer.
     */
    const Grant* Find(DeviceId device, const Transfer& transfer) const;

  private:
    std::unordered_map<DeviceId, const Grant*>
        m_planned[2];              //!< case 2, by Direction and device; null: none
    std::vector<Grant> m_downlink; //!< case 3, by cell
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSFER_GRANTS_H */
