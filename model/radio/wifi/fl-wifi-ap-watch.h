/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_AP_WATCH_H
#define FL_WIFI_AP_WATCH_H

#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/wifi-net-device.h"
#include "ns3/wifi-phy.h"
#include "ns3/wifi-tx-vector.h"

#include <cstdint>

namespace ns3
{
namespace fl
{

/// Bytes of IP packets that an access point's PHY received from stations.
struct WifiUplinkBytes
{
    uint64_t triggered{0}; //!< in trigger-based PPDUs (HE TB)
    uint64_t all{0};       //!< in all PPDUs

    /// @return triggered over all; ABSENT before anything arrived
    double TriggeredShare() const;
};

/**
 * @ingroup fl
 * Observes an access point by the traces of its PHY: when it sends beacons, and what it receives.
 */
class WifiApWatch
{
  public:
    /**
     * Begin to observe.
     * @param station the access point; its traces call this object, which must outlive the
     *        simulation
     */
    void Connect(Ptr<WifiNetDevice> station);
    /// End: what the access point sends and receives from now on is ignored.
    void Disconnect();

    /// @return what arrived since Connect() or ResetUplinkBytes()
    const WifiUplinkBytes& GetUplinkBytes() const;
    /// Count from now on.
    void ResetUplinkBytes();

    /// @return time from one beacon to the next
    Time GetBeaconInterval() const;
    /// @return duration of a beacon; 0 before the first one
    Time GetBeaconDuration() const;
    /// @return when the next beacon is due
    Time GetNextBeacon() const;

  private:
    /**
     * The access point received something.
     * @param packet an MPDU, with its subframe header where it was part of an A-MPDU
     * @param vector how it was sent
     * @param aggregated whether it was part of an A-MPDU
     */
    void NotifyRx(Ptr<const Packet> packet, const WifiTxVector& vector, bool aggregated);
    /**
     * The access point sends.
     * @param psdus by station
     * @param vector how they are sent
     */
    void NotifyTx(const WifiConstPsduMap& psdus, const WifiTxVector& vector);

    Ptr<WifiNetDevice> m_station;  //!< the access point; null: not observed
    WifiUplinkBytes m_uplinkBytes; //!< received
    Time m_firstBeaconAt;          //!< when the first beacon began
    Time m_beaconAt;               //!< when the last one began
    Time m_beaconDuration;         //!< of a beacon; 0: none was sent yet
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_AP_WATCH_H */
