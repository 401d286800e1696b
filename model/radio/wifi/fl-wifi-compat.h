/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_COMPAT_H
#define FL_WIFI_COMPAT_H

#include "ns3/ap-wifi-mac.h"
#include "ns3/ctrl-headers.h"
#include "ns3/he-configuration.h"
#include "ns3/he-frame-exchange-manager.h"
#include "ns3/he-phy.h"
#include "ns3/he-ru.h"
#include "ns3/nstime.h"
#include "ns3/qos-txop.h"
#include "ns3/uinteger.h"
#include "ns3/wifi-mac-queue.h"
#include "ns3/wifi-net-device.h"
#include "ns3/wifi-remote-station-manager.h"
#include "ns3/wifi-tx-vector.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

/**
 * @file
 * @ingroup fl
 * The one place that knows how the wifi modules of ns-3 releases differ (3.36 to the newest). Each
 * shim says what changed and in which release, and asks the compiler for the member or the type in
 * question.
 */

namespace ns3
{

/// Since 3.45 this class knows the RUs of 802.11ax and those of 802.11be; before it does not exist.
class WifiRu;

namespace fl
{

namespace compat
{

/**
 * @param pointer to an object
 * @return the object, to ask for its type
 */
template <typename T>
T PointedTo(Ptr<const T> pointer);

} // namespace compat

/**
 * @ingroup fl
 * What a MAC's queue holds: WifiMpdu, named WifiMacQueueItem until 3.36. A header cannot be asked
 * for: an installed ns-3.37 beside a tree of 3.36 has it.
 */
using QueuedMpdu = decltype(compat::PointedTo(std::declval<const WifiMacQueue&>().Peek()));

/// The class that knows the RUs of TXVECTORs.
using AnyRu =
    std::conditional_t<std::is_same_v<decltype(HeMuUserInfo::ru), HeRu::RuSpec>, HeRu, WifiRu>;

/// Sizes of RUs: nested in HeRu until 3.44, a type of its own since.
using RuTones = decltype(std::declval<HeRu::RuSpec>().GetRuType());

namespace compat
{

/// The only link of a station that is no multi-link device (802.11be).
inline constexpr uint8_t LINK = 0;

/// Since 3.37 a station can have several links, and members that concern one take its ID.
inline constexpr bool HAS_LINKS =
    std::is_invocable_v<decltype(&QosTxop::StartMuEdcaTimerNow), QosTxop&, uint8_t>;

/**
 * @param function called with the link's ID, or without arguments where there are no links
 * @return its result
 */
template <typename F>
decltype(auto)
OnLink(F function)
{
    if constexpr (HAS_LINKS)
    {
        return function(LINK);
    }
    else
    {
        return function();
    }
}

/// Gives access to protected members of a Txop, as those derived from it have it.
template <typename T>
struct TxopMembers : public T
{
    /// @param txop requests channel access
    static void Request(T& txop)
    {
        (txop.*(&TxopMembers::RequestAccess))();
    }
};

/// The manager is public since 3.37 ...
/// @param mac of the station
/// @param edca requests channel access
template <typename M, typename = decltype(std::declval<const M&>().GetChannelAccessManager())>
void
RequestAccess(int, const M& mac, Ptr<QosTxop> edca)
{
    mac.GetChannelAccessManager()->RequestAccess(edca);
}

/// ... and before that only a Txop can reach it.
/// @param edca requests channel access
template <typename M, typename T = Txop>
void
RequestAccess(long, const M&, Ptr<QosTxop> edca)
{
    TxopMembers<T>::Request(*edca);
}

/// Since 3.38 the MAC knows the block ack agreements ...
/// @return whether there is one for MPDUs to an address
/// @param mac of the sender
/// @param address of the receiver
/// @param tid of the MPDUs
template <typename M>
auto
HasAgreementTo(int, const M& mac, Mac48Address address, uint8_t tid)
    -> decltype(mac.GetBaAgreementEstablishedAsOriginator(address, tid).has_value())
{
    return mac.GetBaAgreementEstablishedAsOriginator(address, tid).has_value();
}

/// ... and before that those of the sender are known to its EDCA function ...
/// @return whether there is one for MPDUs to an address
/// @param mac of the sender
/// @param address of the receiver
/// @param tid of the MPDUs
template <typename M>
bool
HasAgreementTo(long, const M& mac, Mac48Address address, uint8_t tid)
{
    const auto edca = mac.GetQosTxop(tid);
    return edca->GetBaAgreementEstablished(address, tid);
}

/// @return as HasAgreementTo(), for MPDUs from an address
/// @param mac of the receiver
/// @param address of the sender
/// @param tid of the MPDUs
template <typename M>
auto
HasAgreementFrom(int,
                 const M& mac,
                 const HeFrameExchangeManager&,
                 Mac48Address address,
                 uint8_t tid)
    -> decltype(mac.GetBaAgreementEstablishedAsRecipient(address, tid).has_value())
{
    return mac.GetBaAgreementEstablishedAsRecipient(address, tid).has_value();
}

/// ... and those of the receiver to its frame exchange manager.
/// @return as HasAgreementTo(), for MPDUs from an address
/// @param manager of the receiver
/// @param address of the sender
/// @param tid of the MPDUs
template <typename M, typename F>
bool
HasAgreementFrom(long, const M&, const F& manager, Mac48Address address, uint8_t tid)
{
    return manager.GetBaAgreementEstablished(address, tid);
}

/// The getter is deprecated since 3.44 ...
/// @return the BSS color
/// @param configuration of a device
template <typename C>
auto
BssColor(int, const C& configuration) -> decltype(configuration.m_bssColor)
{
    return configuration.m_bssColor;
}

/// ... when the member became public.
/// @return the BSS color
/// @param configuration of a device
template <typename C>
uint8_t
BssColor(long, const C& configuration)
{
    return configuration.GetBssColor();
}

/// Rates of data depend on the width that is free since 3.37 ...
/// @return the TXVECTOR of data
/// @param manager of the sender
/// @param header of the data
/// @param width of the channel [MHz]
template <typename M, typename W>
auto
DataTxVector(int, M& manager, const WifiMacHeader& header, W width)
    -> decltype(manager.GetDataTxVector(header, width))
{
    return manager.GetDataTxVector(header, width);
}

/// ... and do not before.
/// @return the TXVECTOR of data
/// @param manager of the sender
/// @param header of the data
template <typename M, typename W>
WifiTxVector
DataTxVector(long, M& manager, const WifiMacHeader& header, W)
{
    return manager.GetDataTxVector(header);
}

/// So do those of RTS frames, since 3.41 ...
/// @return the TXVECTOR of an RTS frame
/// @param manager of the sender
/// @param address of the receiver
/// @param width of the channel [MHz]
template <typename M, typename W>
auto
RtsTxVector(int, M& manager, Mac48Address address, W width)
    -> decltype(manager.GetRtsTxVector(address, width))
{
    return manager.GetRtsTxVector(address, width);
}

/// ... and did not before.
/// @return the TXVECTOR of an RTS frame
/// @param manager of the sender
/// @param address of the receiver
template <typename M, typename W>
WifiTxVector
RtsTxVector(long, M& manager, Mac48Address address, W)
{
    return manager.GetRtsTxVector(address);
}

/// A parameter came in 3.48: the sender, for frames to a group of receivers ...
/// @return the next MPDU in a queue
/// @param queue the queue
/// @param tid of the MPDU
/// @param address of its receiver
/// @param mpdu the one before; null: the first
template <typename Q>
auto
PeekMpdu(int, const Q& queue, uint8_t tid, Mac48Address address, Ptr<const QueuedMpdu> mpdu)
    -> decltype(queue.PeekByTidAndAddress(tid, address, std::nullopt, mpdu))
{
    return queue.PeekByTidAndAddress(tid, address, std::nullopt, mpdu);
}

/// ... which was not there before.
/// @return the next MPDU in a queue
/// @param queue the queue
/// @param tid of the MPDU
/// @param address of its receiver
/// @param mpdu the one before; null: the first
template <typename Q>
auto
PeekMpdu(long, const Q& queue, uint8_t tid, Mac48Address address, Ptr<const QueuedMpdu> mpdu)
{
    return queue.PeekByTidAndAddress(tid, address, mpdu);
}

/// MPDUs tell since 3.37 when they expire ...
/// @return a time by which MPDUs of the same lifetime can be ordered
/// @param mpdu in a queue
template <typename M>
auto
QueueOrder(int, const M& mpdu) -> decltype(mpdu.GetExpiryTime())
{
    return mpdu.GetExpiryTime();
}

/// ... and before that when they were queued.
/// @return a time by which MPDUs of the same lifetime can be ordered
/// @param mpdu in a queue
template <typename M>
Time
QueueOrder(long, const M& mpdu)
{
    return mpdu.GetTimeStamp();
}

} // namespace compat

/**
 * @ingroup fl
 * @param ru where the station sends
 * @param mcs 0 to 11; since 3.38 a number in the TXVECTOR, a WifiMode before
 * @return a station's part of a multi-user TXVECTOR, one spatial stream
 */
template <typename I = HeMuUserInfo>
I
MakeHeMuUserInfo(const HeRu::RuSpec& ru, uint8_t mcs)
{
    if constexpr (std::is_same_v<decltype(I::mcs), WifiMode>)
    {
        return I{ru, HePhy::GetHeMcs(mcs), 1};
    }
    else
    {
        return I{ru, mcs, 1};
    }
}

/**
 * @ingroup fl
 * @param [in,out] vector a TXVECTOR
 * @param guardNs its guard interval [ns]; since 3.43 a Time, nanoseconds before
 */
template <typename V>
void
SetGuardIntervalNs(V& vector, uint16_t guardNs)
{
    if constexpr (std::is_same_v<decltype(vector.GetGuardInterval()), Time>)
    {
        vector.SetGuardInterval(NanoSeconds(guardNs));
    }
    else
    {
        vector.SetGuardInterval(guardNs);
    }
}

/**
 * @ingroup fl
 * @param vector a TXVECTOR
 * @return its guard interval [ns]
 */
template <typename V>
double
GuardIntervalNs(const V& vector)
{
    if constexpr (std::is_same_v<decltype(vector.GetGuardInterval()), Time>)
    {
        return static_cast<double>(vector.GetGuardInterval().GetNanoSeconds());
    }
    else
    {
        return vector.GetGuardInterval();
    }
}

/**
 * @ingroup fl
 * @param device an access point or a station
 * @return its BSS color
 */
inline uint8_t
BssColorOf(Ptr<const WifiNetDevice> device)
{
    return compat::BssColor(0, *device->GetHeConfiguration());
}

/**
 * @ingroup fl
 * Set how many MPDUs a receiver buffers under a block ack agreement: an attribute of the MAC since
 * 3.41, of the HE configuration before.
 *
 * @param device the receiver
 * @param mpdus their number
 */
inline void
SetMpduBufferSize(Ptr<WifiNetDevice> device, uint16_t mpdus)
{
    const std::string name = "MpduBufferSize";
    if (!device->GetMac()->SetAttributeFailSafe(name, UintegerValue(mpdus)))
    {
        device->GetHeConfiguration()->SetAttribute(name, UintegerValue(mpdus));
    }
}

/**
 * @ingroup fl
 * @param mac of an access point
 * @return addresses of its stations, by association id
 */
inline const std::map<uint16_t, Mac48Address>&
StationsOf(Ptr<const ApWifiMac> mac)
{
    return compat::OnLink([&](auto... link) -> decltype(auto) { return mac->GetStaList(link...); });
}

/**
 * @ingroup fl
 * @param edca an EDCA function
 * @return whether it has an MPDU that can be sent
 */
inline bool
HasMpdu(Ptr<QosTxop> edca)
{
    return compat::OnLink([&](auto... link) { return edca->PeekNextMpdu(link...) != nullptr; });
}

/**
 * @ingroup fl
 * Request channel access, unless it is requested or granted.
 *
 * @param mac of a station
 * @param edca its EDCA function
 */
inline void
RequestAccess(Ptr<const WifiMac> mac, Ptr<QosTxop> edca)
{
    const auto status =
        compat::OnLink([&](auto... link) { return edca->GetAccessStatus(link...); });
    if (status == Txop::NOT_REQUESTED)
    {
        compat::RequestAccess(0, *mac, edca);
    }
}

/**
 * @ingroup fl
 * Let an EDCA function not contend for some time, as stations do after they were triggered.
 *
 * @param edca the EDCA function
 * @param duration for which it does not
 */
inline void
DisableEdca(Ptr<QosTxop> edca, Time duration)
{
    compat::OnLink([&](auto... link) {
        edca->SetMuAifsn(0, link...);
        edca->SetMuEdcaTimer(duration, link...);
        edca->StartMuEdcaTimerNow(link...);
    });
}

/**
 * @ingroup fl
 * Let the time end for which an EDCA function does not contend.
 *
 * @param edca the EDCA function
 */
inline void
EnableEdca(Ptr<QosTxop> edca)
{
    compat::OnLink([&](auto... link) { edca->SetMuEdcaTimer(Time(0), link...); });
}

/**
 * @ingroup fl
 * @param edca an EDCA function
 * @param slots its contention window from now on, constant [slots]
 */
inline void
SetContentionWindow(Ptr<QosTxop> edca, uint32_t slots)
{
    compat::OnLink([&](auto... link) {
        edca->SetMinCw(slots, link...);
        edca->SetMaxCw(slots, link...);
    });
}

/**
 * @ingroup fl
 * @param edca an EDCA function
 * @return its least contention window [slots]
 */
inline uint32_t
MinCwOf(Ptr<const QosTxop> edca)
{
    return compat::OnLink([&](auto... link) { return edca->GetMinCw(link...); });
}

/**
 * @ingroup fl
 * @param edca an EDCA function
 * @return its AIFSN
 */
inline uint8_t
AifsnOf(Ptr<const QosTxop> edca)
{
    return compat::OnLink([&](auto... link) { return edca->GetAifsn(link...); });
}

/**
 * @ingroup fl
 * @param mac of a sender
 * @param address of a receiver
 * @param tid of MPDUs
 * @return whether there is a block ack agreement for them
 */
inline bool
HasBlockAckAgreement(Ptr<const WifiMac> mac, Mac48Address address, uint8_t tid)
{
    return compat::HasAgreementTo(0, *mac, address, tid);
}

/**
 * @ingroup fl
 * @param device a sender
 * @param header of data
 * @return TXVECTOR of a PPDU with the data, over the whole channel
 */
inline WifiTxVector
DataTxVector(Ptr<WifiNetDevice> device, const WifiMacHeader& header)
{
    return compat::DataTxVector(0,
                                *device->GetRemoteStationManager(),
                                header,
                                device->GetPhy()->GetChannelWidth());
}

/**
 * @ingroup fl
 * @param device a sender
 * @param address of the receiver
 * @return TXVECTOR of an RTS frame before a PPDU over the whole channel
 */
inline WifiTxVector
RtsTxVector(Ptr<WifiNetDevice> device, Mac48Address address)
{
    return compat::RtsTxVector(0,
                               *device->GetRemoteStationManager(),
                               address,
                               device->GetPhy()->GetChannelWidth());
}

/**
 * @ingroup fl
 * @param queue a queue
 * @param tid of an MPDU
 * @param address of its receiver
 * @param mpdu the one before it; null: the first is asked for
 * @return the next MPDU; null: there is none
 */
inline Ptr<const QueuedMpdu>
PeekMpdu(Ptr<const WifiMacQueue> queue,
         uint8_t tid,
         Mac48Address address,
         Ptr<const QueuedMpdu> mpdu = nullptr)
{
    return compat::PeekMpdu(0, *queue, tid, address, mpdu);
}

/**
 * @ingroup fl
 * @param mpdu in a queue
 * @return a time by which MPDUs of the same lifetime are in the order of their arrival
 */
inline Time
QueueOrder(Ptr<const QueuedMpdu> mpdu)
{
    return compat::QueueOrder(0, *mpdu);
}

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_COMPAT_H */
