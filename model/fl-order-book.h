/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ORDER_BOOK_H
#define FL_ORDER_BOOK_H

#include "ns3/fl-outcome.h"
#include "ns3/fl-system-state.h"

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

namespace ns3
{
namespace fl
{

/// What tells the work orders of a server apart: a device may hold several at once, of different
/// tasks or rounds.
struct OrderKey
{
    DeviceId device{0}; //!< who
    uint32_t task{0};   //!< of which task
    uint32_t round{0};  //!< of which round (or aggregation)

    /**
     * @param other another key
     * @return whether this one comes first: by device, then task, then round
     */
    bool operator<(const OrderKey& other) const
    {
        return std::tie(device, task, round) < std::tie(other.device, other.task, other.round);
    }
};

/// @return what tells it apart
/// @param order a work order
OrderKey KeyOf(const WorkOrder& order);

/// A work order that was sent, and has not ended.
struct OrderInFlight
{
    WorkOrder order;               //!< as planned
    double gain{ABSENT};           //!< uplink channel power gain when planned
    WorkOutcome predicted;         //!< by the predictor, before it began
    double sendS{0};               //!< when the model is handed to its session [s]
    double radiatedBeforeJ{0};     //!< counter of the device's radio when the order began [J]
    double circuitBeforeJ{ABSENT}; //!< that of its radio's circuits [J]
    bool isDropped{false};         //!< recorded as over; the device was told to stop, and has not
                                   //!< answered yet
};

/**
 * @ingroup fl
 * The work orders in flight of one server, by device, task and round. An order that the server has
 * dropped stays until its device has answered, since it may still send: it keeps its uplink grant,
 * and its device is not free.
 */
class OrderBook
{
  public:
    /// Orders by key.
    using Orders = std::map<OrderKey, OrderInFlight>;

    /**
     * Enter an order.
     * @param order which is sent, or was dropped
     * @throws std::logic_error if one with its device, task and round is in flight already
     */
    void Add(OrderInFlight order);
    /**
     * @param key of an order
     * @return it, until it is removed; null: not in flight
     */
    OrderInFlight* Find(const OrderKey& key);
    /**
     * Remove an order.
     * @param key of an order in flight
     * @return it
     * @throws std::out_of_range if it is not in flight
     */
    OrderInFlight Take(const OrderKey& key);
    /// Remove all.
    void Clear();

    /// @return whether a device has orders in flight, dropped ones included
    /// @param device the device
    bool HasOrders(DeviceId device) const;
    /// @return the keys of a device's orders, dropped ones included
    /// @param device the device
    std::vector<OrderKey> KeysOf(DeviceId device) const;
    /// @return the keys of all orders, dropped ones included
    std::vector<OrderKey> Keys() const;
    /// @return how many are dropped and not answered
    uint32_t GetNDropped() const;

    /// @return the uplink grants that orders in flight hold, each sub-band of a device once
    std::vector<Grant> HeldGrants() const;
    /**
     * Put the orders in flight behind those of a new plan, as what is on the air beside it. The
     * sub-bands of their uplink grants are laid side by side above what the optimizer had to share
     * out.
     * @param cells as the optimizer saw them: uplinkBandwidthHz without what HeldGrants() take
     * @param [in,out] plan grows
     */
    void AppendTo(Plan& plan, const std::vector<CellState>& cells) const;

  private:
    Orders m_orders;        //!< in flight
    uint32_t m_nDropped{0}; //!< of these
};

} // namespace fl
} // namespace ns3

#endif /* FL_ORDER_BOOK_H */
