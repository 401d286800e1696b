/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_SCHEDULER_BASE_H
#define FL_WIFI_SCHEDULER_BASE_H

#include "fl-wifi-compat.h"

#include "ns3/he-frame-exchange-manager.h"
#include "ns3/multi-user-scheduler.h"

/**
 * @file
 * @ingroup fl
 * What the releases of ns-3 (3.36 to the newest) have different in MultiUserScheduler, beside
 * fl-wifi-compat.h: these are protected members, which only a derived class can ask for.
 */

namespace ns3
{
namespace fl
{

namespace compat
{

/// @name Order in which overloads are tried
/// @{
struct Third
{
};

struct Second : public Third
{
};

struct First : public Second
{
};

/// @}

} // namespace compat

/**
 * @ingroup fl
 * What multi-user schedulers inherit from ns-3, alike for all its releases.
 */
class WifiSchedulerBase : public MultiUserScheduler
{
  protected:
    /// @return the access point's frame exchange manager
    Ptr<HeFrameExchangeManager> GetFrameExchangeManager() const
    {
        return ManagerOf(0, *this);
    }

    /**
     * @param address of a station
     * @param tid of MPDUs
     * @return whether the access point has a block ack agreement for MPDUs from the station
     */
    bool HasAgreementFrom(Mac48Address address, uint8_t tid) const
    {
        return compat::HasAgreementFrom(0, *m_apMac, *GetFrameExchangeManager(), address, tid);
    }

    /**
     * @param trigger a Trigger frame
     * @return its MPDU
     */
    Ptr<QueuedMpdu> MakeTriggerFrame(const CtrlTriggerHeader& trigger) const
    {
        return TriggerFrame(compat::First(), *this, trigger);
    }

  private:
    /// Since 3.38 there is one for each link ...
    /// @return the frame exchange manager
    /// @param scheduler this one
    template <typename S>
    static auto ManagerOf(int, const S& scheduler) -> decltype(scheduler.GetHeFem(compat::LINK))
    {
        return scheduler.GetHeFem(compat::LINK);
    }

    /// ... and before that one.
    /// @return the frame exchange manager
    /// @param scheduler this one
    template <typename S>
    static auto ManagerOf(long, const S& scheduler) -> decltype(scheduler.m_heFem)
    {
        return scheduler.m_heFem;
    }

    /// Since 3.38 the frame is made for a link ...
    /// @return the MPDU
    /// @param scheduler this one
    /// @param trigger its header
    template <typename S>
    static auto TriggerFrame(compat::First, const S& scheduler, const CtrlTriggerHeader& trigger)
        -> decltype(scheduler.GetTriggerFrame(trigger, compat::LINK))
    {
        return scheduler.GetTriggerFrame(trigger, compat::LINK);
    }

    /// ... in 3.37 it was for the only one ...
    /// @return the MPDU
    /// @param scheduler this one
    /// @param trigger its header
    template <typename S>
    static auto TriggerFrame(compat::Second, const S& scheduler, const CtrlTriggerHeader& trigger)
        -> decltype(scheduler.GetTriggerFrame(trigger))
    {
        return scheduler.GetTriggerFrame(trigger);
    }

    /// ... and in 3.36 schedulers had to make it themselves.
    /// @return the MPDU
    /// @param scheduler this one
    /// @param trigger its header
    template <typename S>
    static Ptr<QueuedMpdu> TriggerFrame(compat::Third,
                                        const S& scheduler,
                                        const CtrlTriggerHeader& trigger)
    {
        const auto packet = Create<Packet>();
        packet->AddHeader(trigger);
        WifiMacHeader header(WIFI_MAC_CTL_TRIGGER);
        header.SetAddr1(trigger.GetNUserInfoFields() == 1
                            ? StationsOf(scheduler.m_apMac).at(trigger.begin()->GetAid12())
                            : Mac48Address::GetBroadcast());
        header.SetAddr2(scheduler.m_apMac->GetAddress());
        header.SetDsNotTo();
        header.SetDsNotFrom();
        return Create<QueuedMpdu>(packet, header);
    }
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_SCHEDULER_BASE_H */
