/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-order-book.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// The uplink grants of one device, each sub-band once.
class DeviceSubBands
{
  public:
    /// A sub-band.
    struct SubBand
    {
        Grant held;        //!< grant of the order
        double startHz{0}; //!< lower edge after it is moved [Hz]
    };

    /**
     * @param device device of the following grants; if it changes, all sub-bands are removed
     */
    void SetDevice(DeviceId device)
    {
        if (m_device != device)
        {
            m_subBands.clear();
            m_device = device;
        }
    }

    /**
     * @param grant a grant of the device
     * @return its sub-band if it was added before, else null
     */
    const SubBand* Find(const Grant& grant) const
    {
        const auto found =
            std::find_if(m_subBands.begin(), m_subBands.end(), [&](const SubBand& subBand) {
                return subBand.held.cell == grant.cell && subBand.held.startHz == grant.startHz &&
                       subBand.held.bandwidthHz == grant.bandwidthHz;
            });
        return found == m_subBands.end() ? nullptr : &*found;
    }

    /**
     * @param grant a grant of the device that was not added before
     * @param startHz lower edge of the sub-band after it is moved [Hz]
     */
    void Add(const Grant& grant, double startHz)
    {
        m_subBands.push_back({grant, startHz});
    }

  private:
    DeviceId m_device{0};            //!< the present device
    std::vector<SubBand> m_subBands; //!< its sub-bands, unsorted as they are few
};

/**
 * @param phase of an order
 * @return the grant of an uplink transfer; null: no grant, or another kind of phase
 */
const Grant*
UplinkGrant(const Phase& phase)
{
    const auto* transfer = std::get_if<Transfer>(&phase);
    const bool has = transfer && transfer->direction == Direction::UPLINK && transfer->grant;
    return has ? &*transfer->grant : nullptr;
}

} // namespace

OrderKey
KeyOf(const WorkOrder& order)
{
    return {order.device, order.task, order.round};
}

void
OrderBook::Add(OrderInFlight order)
{
    const OrderKey key = KeyOf(order.order);
    const bool isDropped = order.isDropped;
    if (!m_orders.emplace(key, std::move(order)).second)
    {
        throw std::logic_error(Describe("device ",
                                        key.device,
                                        " has an order of task ",
                                        key.task,
                                        " and round ",
                                        key.round,
                                        " already: a plan must have one at most"));
    }
    m_nDropped += isDropped;
}

OrderInFlight*
OrderBook::Find(const OrderKey& key)
{
    const auto found = m_orders.find(key);
    return found == m_orders.end() ? nullptr : &found->second;
}

OrderInFlight
OrderBook::Take(const OrderKey& key)
{
    OrderInFlight order = std::move(m_orders.at(key));
    m_orders.erase(key);
    m_nDropped -= order.isDropped;
    return order;
}

void
OrderBook::Clear()
{
    m_orders.clear();
    m_nDropped = 0;
}

bool
OrderBook::HasOrders(DeviceId device) const
{
    const auto first = m_orders.lower_bound({device, 0, 0});
    return first != m_orders.end() && first->first.device == device;
}

std::vector<OrderKey>
OrderBook::KeysOf(DeviceId device) const
{
    std::vector<OrderKey> keys;
    for (auto order = m_orders.lower_bound({device, 0, 0});
         order != m_orders.end() && order->first.device == device;
         ++order)
    {
        keys.push_back(order->first);
    }
    return keys;
}

std::vector<OrderKey>
OrderBook::Keys() const
{
    std::vector<OrderKey> keys;
    keys.reserve(m_orders.size());
    for (const auto& [key, order] : m_orders)
    {
        keys.push_back(key);
    }
    return keys;
}

uint32_t
OrderBook::GetNDropped() const
{
    return m_nDropped;
}

std::vector<Grant>
OrderBook::HeldGrants() const
{
    std::vector<Grant> held;
    DeviceSubBands subBands;
    for (const auto& [key, inFlight] : m_orders)
    {
        subBands.SetDevice(key.device);
        for (const auto& phase : inFlight.order.phases)
        {
            const Grant* grant = UplinkGrant(phase);
            if (grant && !subBands.Find(*grant))
            {
                subBands.Add(*grant, grant->startHz);
                held.push_back(*grant);
            }
        }
    }
    return held;
}

void
OrderBook::AppendTo(Plan& plan) const
{
    for (const auto& [key, inFlight] : m_orders)
    {
        plan.orders.push_back(inFlight.order);
    }
}

const Grant*
OrderBook::FindGrant(const OrderKey& key, Direction direction) const
{
    for (const auto& phase : m_orders.at(key).order.phases)
    {
        const auto* transfer = std::get_if<Transfer>(&phase);
        if (transfer && transfer->direction == direction && transfer->grant)
        {
            return &*transfer->grant;
        }
    }
    return nullptr;
}

bool
OrderBook::HasOrderOf(DeviceId device, uint32_t task) const
{
    const auto first = m_orders.lower_bound({device, task, 0});
    return first != m_orders.end() && first->first.device == device && first->first.task == task;
}

bool
OrderBook::IsEmpty() const
{
    return m_orders.empty();
}

void
OrderBook::AppendTo(Plan& plan, const std::vector<CellState>& cells) const
{
    std::vector<double> edgeHz; // by cell
    for (const auto& cell : cells)
    {
        edgeHz.push_back(cell.uplinkBandwidthHz);
    }
    DeviceSubBands subBands;
    for (const auto& [key, inFlight] : m_orders)
    {
        subBands.SetDevice(key.device);
        WorkOrder order = inFlight.order;
        for (auto& phase : order.phases)
        {
            const Grant* held = UplinkGrant(phase);
            if (!held || held->cell >= edgeHz.size())
            {
                continue;
            }
            if (!subBands.Find(*held))
            {
                subBands.Add(*held, edgeHz[held->cell]);
                edgeHz[held->cell] += held->bandwidthHz;
            }
            std::get<Transfer>(phase).grant->startHz = subBands.Find(*held)->startHz;
        }
        plan.orders.push_back(std::move(order));
    }
}

} // namespace fl
} // namespace ns3
