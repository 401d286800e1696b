/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ORDER_BOOK_H
#define FL_ORDER_BOOK_H

#include "ns3/fl-message.h"
#include "ns3/fl-outcome.h"
#include "ns3/fl-system-state.h"

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

namespace ns3
{
namespace fl
{

/// Identifies a work order of a server: a device may have several at once, of different tasks or
/// rounds.
struct OrderKey
{
    DeviceId device{0}; //!< the device
    uint32_t task{0};   //!< number of the learning task
    uint32_t round{0};  //!< round (or aggregation)

    /**
     * @param other another key
     * @return whether this one is less: lexicographically by device, task, round
     */
    bool operator<(const OrderKey& other) const
    {
        return std::tie(device, task, round) < std::tie(other.device, other.task, other.round);
    }
};

/// @return key of an order
/// @param order a work order
OrderKey KeyOf(const WorkOrder& order);

/// Energies that are counted by device, not by order [J]; ABSENT where they are not known.
struct RadioEnergies
{
    double radiatedJ{ABSENT}; //!< radiated by the device
    double circuitJ{ABSENT};  //!< consumed by its radio's circuits
    double stationJ{ABSENT};  //!< radiated by the base station on the device's grants
};

/// An active work order, as its server knows it: sent, and not ended.
struct OrderInFlight
{
    WorkOrder order;       //!< as planned
    double gain{ABSENT};   //!< uplink channel power gain at planning time
    WorkOutcome predicted; //!< predicted outcome, made before it began
    double sendS{0};       //!< simulated time at which WORK is passed to the session [s]
    RadioEnergies before;  //!< what the device's counters said before the order
    std::shared_ptr<const Payload> base; //!< model that it begins with, where the merge needs it
    bool isBound{
        true}; //!< whether its base version is fixed: it was sent, or waits for that with it
    bool isDropped{false}; //!< recorded as ended; ABORT was sent, and not answered yet
};

/**
 * @ingroup fl
 * The active work orders of one server, by device, task and round. An order that the server has
 * dropped stays until its device has answered the ABORT, since the device may still send: it keeps
 * its uplink grant, and is not available for other orders.
 */
class OrderBook
{
  public:
    /// Active orders by key.
    using Orders = std::map<OrderKey, OrderInFlight>;

    /**
     * Add an order.
     * @param order an order that is sent now, or a dropped one
     * @throws std::logic_error if there is one of the same key
     */
    void Add(OrderInFlight order);
    /**
     * @param key key of an order
     * @return the order, valid until it is removed; null: not active
     */
    OrderInFlight* Find(const OrderKey& key);
    /**
     * Remove an order.
     * @param key key of an active order
     * @return the order
     * @throws std::out_of_range if it is not active
     */
    OrderInFlight Take(const OrderKey& key);
    /// Remove all orders.
    void Clear();

    /// @return whether a device has active orders, dropped ones included
    /// @param device the device
    bool HasOrders(DeviceId device) const;
    /// @return the keys of a device's orders, dropped ones included, ascending
    /// @param device the device
    std::vector<OrderKey> KeysOf(DeviceId device) const;
    /// @return the keys of all orders, dropped ones included, ascending
    std::vector<OrderKey> Keys() const;
    /// @return number of dropped orders whose ABORT is not answered
    uint32_t GetNDropped() const;

    /// @return the uplink grants of all orders, dropped ones included; a sub-band that several
    /// orders
    ///         of a device have is in it once
    std::vector<Grant> HeldGrants() const;
    /**
     * Append the active orders to those of a new plan, for prediction and enforcement: they occupy
     * the band as well. The sub-bands of their uplink grants are moved, adjacent to one another,
     * above the bandwidth that the optimizer allocates.
     * @param cells cells as in the optimizer's state: uplinkBandwidthHz without HeldGrants()
     * @param [in,out] plan the orders are appended
     */
    void AppendTo(Plan& plan, const std::vector<CellState>& cells) const;
    /// The same, with the grants as they are.
    /// @param [in,out] plan the orders are appended
    void AppendTo(Plan& plan) const;
    /**
     * @param key key of an active order
     * @param direction uplink or downlink
     * @return the order's first grant in that direction; null: none
     */
    const Grant* FindGrant(const OrderKey& key, Direction direction) const;
    /**
     * @param device the device
     * @param task number of a task
     * @return whether the device has an order of the task, dropped ones included
     */
    bool HasOrderOf(DeviceId device, uint32_t task) const;
    /// @return whether there are no orders
    bool IsEmpty() const;

  private:
    Orders m_orders;        //!< active orders
    uint32_t m_nDropped{0}; //!< number of these with isDropped
};

} // namespace fl
} // namespace ns3

#endif /* FL_ORDER_BOOK_H */
