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
 * Predicts durations of transfers over Wi-Fi before they begin: from the RUs and groups that the
 * scheduler will have (the same rounding), the MCS by gain and planned power (the same table), the
 * access point's downlink rate, PPDUs, triggers and block acknowledgements, headers of MAC, IP and
 * transport, acknowledgements of the transport, and the time at which each station starts. All
 * transfers of the plan are simulated together, by ExpectWifiRound(), since the duration of one
 * depends on the others. No parameter was fitted to a measurement.
 *
 * An active order of an earlier round is assumed to begin its upload now. Fading within the round
 * is not modelled.
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
     * @param cell timing of the cell, with links of stations by DeviceId; their transfers are
     *        filled in here
     * @param cellId index of the cell in plans
     * @param state time and round, before the plan is enforced
     * @param plan the plan that will be enforced
     */
    WifiRateModel(WifiAirtimeCell cell,
                  uint32_t cellId,
                  const SystemState& state,
                  const Plan& plan);

    /// @return data rate of the device's RU while it is triggered [bit/s]; 0: it has none
    /// @param state ignored
    /// @param device the device
    /// @param grant its grant
    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
    /// @return bandwidth of the RU, times its group's share of the airtime [Hz]
    /// @param device the device
    /// @param grant its grant
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
