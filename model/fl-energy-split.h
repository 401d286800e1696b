/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ENERGY_SPLIT_H
#define FL_ENERGY_SPLIT_H

#include "fl-order-book.h"

#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Divides what a device's radio, and the base station for it, spend among the device's orders of
 * several tasks, so that the orders' energies add up to what the counters say.
 *
 * Messages of one direction are sent one after the other, so what is spent between two events
 * belongs to one order: what the device radiates, to that whose upload began first or, where none
 * is uploaded, to that whose download, which it acknowledges, began first; what the base station
 * radiates, to that whose download began first or else to that whose upload it acknowledges. Where
 * nothing is transferred, all active orders share it equally, and always the energy of circuits.
 */
class EnergySplit
{
  public:
    /**
     * An order is sent.
     * @param key the order
     * @param counters of its device
     */
    void Begin(const OrderKey& key, const RadioEnergies& counters);
    /// Its device has received it.
    /// @param key the order; unknown ones are ignored
    /// @param counters of its device
    void Received(const OrderKey& key, const RadioEnergies& counters);
    /// Its device begins an upload.
    /// @param key the order; unknown ones are ignored
    /// @param counters of its device
    void Uploading(const OrderKey& key, const RadioEnergies& counters);
    /**
     * An order ends.
     * @param key the order
     * @param counters of its device
     * @return its part
     */
    RadioEnergies End(const OrderKey& key, const RadioEnergies& counters);

  private:
    /// What an order does, as far as it matters here.
    enum class Step
    {
        DOWNLOAD, //!< it is sent to the device
        WORK,     //!< the device has it
        UPLOAD    //!< its result is sent
    };

    /// An active order.
    struct Active
    {
        OrderKey key;                    //!< which
        Step step;                       //!< what it does
        RadioEnergies energies{0, 0, 0}; //!< its part so far
    };

    /// A device with active orders.
    struct Account
    {
        RadioEnergies counters;     //!< at the last event
        std::vector<Active> active; //!< in the order in which they came to their step
    };

    /**
     * Divide what was spent since the last event.
     * @param account of a device
     * @param counters of the device
     */
    static void Settle(Account& account, const RadioEnergies& counters);
    /**
     * An order comes to another step.
     * @param key the order
     * @param counters of its device
     * @param step what it does from now on
     */
    void SetStep(const OrderKey& key, const RadioEnergies& counters, Step step);

    std::vector<Account> m_accounts; //!< by device
};

} // namespace fl
} // namespace ns3

#endif /* FL_ENERGY_SPLIT_H */
