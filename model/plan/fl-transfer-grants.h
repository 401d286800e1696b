/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRANSFER_GRANTS_H
#define FL_TRANSFER_GRANTS_H

#include "fl-system-state.h"

#include <vector>

/**
 * @file
 * @ingroup fl
 * On which resources the transfers of a plan go, also those that name none.
 */

namespace ns3
{
namespace fl
{

/**
 * What a transfer goes down on where a plan has no downlink grant: an equal share of the band and
 * of the base station's power, among the devices that need one.
 * @param cell the cell
 * @param sharers how many devices share; 0: the grant has neither bandwidth nor power
 * @return a grant of cell 0 without a place in the band (startHz = 0)
 */
Grant DefaultDownlinkGrant(const CellState& cell, uint32_t sharers);

/**
 * The same for a plan: shared is what its downlink grants leave of band and power, among the
 * devices that have downlink transfers in the cell, and no grant for any of these. A device counts
 * once, however many orders and transfers it has.
 * @param cell the cell
 * @param cellId its number
 * @param plan the plan
 * @return the grant of each such device; of zero bandwidth if there is none, or nothing left
 */
Grant DefaultDownlinkGrant(const CellState& cell, uint32_t cellId, const Plan& plan);

/**
 * @param transfer of a plan
 * @return the cell that it belongs to: its grant's; without a grant its server's, one cell per
 *         server
 */
uint32_t CellOf(const Transfer& transfer);

/**
 * @ingroup fl
 * The grants on which a plan's transfers go. A radio gives a device one sub-band per direction, and
 * all that it sends, or is sent, goes there; so a transfer goes on
 *
 * 1. its own grant;
 * 2. else that of the device's first transfer with one, in the same direction;
 * 3. else, downwards, the default (DefaultDownlinkGrant()).
 *
 * Costs O(cells * phases) to make, and O(1) to ask.
 */
class TransferGrants
{
  public:
    /**
     * @param state cells and devices
     * @param plan all orders; must outlive this
     */
    TransferGrants(const SystemState& state, const Plan& plan);

    /**
     * @param device at one end
     * @param transfer one of the device's
     * @return what it goes on; null if there is nothing, as for an uplink transfer without a grant,
     *         or if its cell is not among the state's. Valid as long as this and the transfer.
     */
    const Grant* Find(DeviceId device, const Transfer& transfer) const;

  private:
    std::vector<const Grant*> m_planned[2]; //!< by direction and device; null: none
    std::vector<Grant> m_downlink;          //!< the default, by cell
};

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSFER_GRANTS_H */
