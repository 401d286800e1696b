/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_RATE_MODEL_H
#define FL_WIFI_RATE_MODEL_H

#include "fl-wifi-airtime.h"

#include "ns3/fl-rate-model.h"

#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * How long transfers take over Wi-Fi, from what is known before: the RUs and groups that the
 * scheduler will have (the same rounding), the MCS of gain and planned power (the same table), the
 * access point's own choice of downlink rate, PPDUs, triggers and block acknowledgements, headers
 * of MAC, IP and transport, acknowledgements of the transport, and when each station comes and
 * goes. All of the plan is gone through together, by ExpectWifiRound(): how long a station's
 * upload takes depends on who else is asked meanwhile. No number in it was fitted to a measurement.
 *
 * An order of an earlier round, which is still under way, is taken to begin its upload now. Fading
 * within the round is not in it.
 *
 * It is exact for a download, computing and an upload. All that a device is sent in other programs,
 * or by several orders, is taken for one download, which is followed by all computing, and all that
 * it sends for one upload behind that; each transfer has its part of the time, by payload.
 *
 * The airtime of an upload is all of the station's in the round, also that of the block
 * acknowledgements by which it answers the download.
 */
class WifiRateModel : public RateModel
{
  public:
    /**
     * @param cell the cell, with stations by DeviceId: their links. What they have to do is filled
     *        in here.
     * @param cellId its number in plans
     * @param state what is known before the round
     * @param plan all that will be enforced
     */
    WifiRateModel(WifiAirtimeCell cell,
                  uint32_t cellId,
                  const SystemState& state,
                  const Plan& plan);

    /// @return rate of the data on the device's RU [bit/s], when it is asked; 0: it has none
    /// @param state what is known
    /// @param device which
    /// @param grant of that device
    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
    /// @return that of the RU, times its group's share of time
    /// @param device which
    /// @param grant of that device
    double RoundedHz(DeviceId device, const Grant& grant) const override;
    /// As planned; several transfers of a device in one direction are taken for one.
    TransferTime Transfer(const SystemState& state,
                          DeviceId device,
                          const Grant& grant,
                          double payloadBits) const override;

  private:
    /// Take what a device has to do from its order.
    void AddWork(const SystemState& state, const WorkOrder& order);

    WifiAirtimeCell m_cell;                   //!< the cell and the round
    uint32_t m_cellId;                        //!< its number in plans
    std::vector<double> m_payloadBits[2];     //!< planned, by direction and device [bit]
    std::vector<WifiAirtimeResult> m_results; //!< by device
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_RATE_MODEL_H */
